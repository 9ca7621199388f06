"""Is everything still as it came? Every body against its checksums, the log against itself, records against the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
import xxhash
import zstandard

from ..errors import SourceError, StoreError
from ..page import fingerprint, read_record
from ..record import RawRecord, number_of
from . import schema, suppression_file, suppressions
from .bodies import Bodies
from .database import Database, translated
from .erasing import ERASED

_BLOCK = 2_000
_payload, _change, _record, _source = schema.payload, schema.change, schema.record, schema.source


class Fault(msgspec.Struct, frozen=True):
    """One thing that is not as it was: the code of its sentence, and its facts."""

    code: str
    facts: dict[str, Any]


class Checked(msgspec.Struct):
    """What was looked at, by kind, and every fault that was found."""

    counts: dict[str, int] = {}
    faults: list[Fault] = []

    def count(self, kind: str, number: int = 1) -> None:
        """Note that something was looked at."""
        self.counts[kind] = self.counts.get(kind, 0) + number

    def fault(self, code: str, **facts: Any) -> None:
        """Note a fault."""
        self.faults.append(Fault(code, facts))


Told = Callable[[str, int], None]


def check(database: Database, take_downs: Path | None = None, told: Told = lambda kind, number: None) -> Checked:
    """Look at everything in one snapshot, while others go on; ``told`` hears of each block.

    Costs about as much as reading all records once. Raises StoreError where nothing at all can be read.
    """
    found = Checked()
    bodies = Bodies(database)
    parts = (_file, _dictionaries, _payloads, _changes, _records, _sources, _references, _evidence, _take_downs)
    with database.snapshot() as connection:
        checking = _Check(database, connection, bodies, found, told, take_downs, set())
        for part in parts:
            try:
                part(checking)
            except StoreError as error:  # a damaged page: what lies behind it cannot be read, the other parts can
                found.fault("check_file", detail=f"{part.__name__.strip('_')}: {error.facts.get('detail', '')}")
    return found


class _Check(msgspec.Struct, frozen=True):
    database: Database
    connection: sa.Connection
    bodies: Bodies
    found: Checked
    told: Told
    take_downs: Path | None
    broken: set[tuple[str, int]]  # dictionaries and contexts that are damaged

    def blocks(self, kind: str, question: sa.Select[Any], *keys: sa.ColumnElement[Any]) -> Iterator[Any]:
        """Yield the rows of a question in the order of its keys, a block at a time."""
        last: tuple[Any, ...] | None = None
        while True:
            asked = question if last is None else question.where(sa.tuple_(*keys) > sa.tuple_(*map(sa.literal, last)))
            rows = _rows(self.connection, asked.order_by(*keys).limit(_BLOCK))
            yield from rows
            self.found.count(kind, len(rows))
            self.told(kind, len(rows))
            if len(rows) < _BLOCK:
                return
            last = tuple(getattr(rows[-1], key.key or "") for key in keys)


# --- parts ------------------------------------------------------------------------------------------------------------


def _file(check: _Check) -> None:
    if check.database.sqlite:
        for row in _rows(check.connection, sa.text("PRAGMA quick_check")):
            if row[0] != "ok":
                check.found.fault("check_file", detail=str(row[0]))


def _dictionaries(check: _Check) -> None:
    """What bodies are unpacked with: one that is damaged takes all its bodies with it, and is named instead of them."""
    for table in (schema.dictionary, schema.context):
        for row in check.blocks(table.name, sa.select(table), table.c.id):
            if xxhash.xxh3_128_digest(bytes(row.text)) != bytes(row.hash):
                check.broken.add((table.name, row.id))
                used = sa.select(sa.func.count()).where(_payload.c[table.name] == row.id)
                count = _rows(check.connection, used)[0][0]
                check.found.fault("check_dictionary", kind=table.name, number=row.id, count=count)


def _payloads(check: _Check) -> None:
    """Every body: it unpacks, its bytes are those that came, and they read as what was said."""
    for row in check.blocks("payload", sa.select(_payload), _payload.c.id):
        if bytes(row.body) == ERASED:
            check.found.count("erased")
            continue
        if check.broken & {("dictionary", row.dictionary), ("context", row.context)}:
            continue
        code = _fault_of(check, row)
        if code:
            check.found.fault(code, payload=row.id, visit=row.id >> 28)


def _fault_of(check: _Check, row: Any) -> str:
    try:
        body = check.bodies.unpack(check.connection, bytes(row.body), row.dictionary)
    except zstandard.ZstdError:
        return "check_unreadable"
    context = check.bodies.context_text(check.connection, row.context)
    if row.fingerprint is not None and fingerprint(context, body) != bytes(row.fingerprint):
        return "check_body"
    try:
        said = read_record(context, body, row.format, b"")
    except SourceError:
        return "check_unreadable"
    return "" if isinstance(said, RawRecord) and said.content == bytes(row.content) else "check_content"


def _changes(check: _Check) -> None:
    """The log: each change of a record begins where the one before it ended; the record is what the last one says."""
    columns = (_change, _record.c.payload, _record.c.presence.label("now"), _record.c.id.label("held"))
    question = sa.select(*columns).select_from(_change).outerjoin(_record, _record.c.id == _change.c.record)
    rows = check.blocks("change", question, _change.c.record, _change.c.sequence)
    for number, changes in groupby(rows, key=lambda row: row.record):
        payload, presence, last = None, None, None
        for row in changes:
            if (row.before, row.was) != (payload, presence):
                check.found.fault("check_chain", sequence=row.sequence, record=number)
            payload = row.after if row.after is not None else payload
            presence, last = row.presence, row
        if last is not None and (last.held is None or (last.payload, last.now) != (payload, presence)):
            check.found.fault("check_record", record=number, sequence=last.sequence)


def _records(check: _Check) -> None:
    """Records: each has its body, says what its body says, stands in the log, and is found under its key."""
    logged = sa.exists().where(_change.c.record == _record.c.id).label("logged")
    columns = (_record, _payload.c.id.label("there"), _payload.c.content.label("said"), _source.c.first_id, logged)
    question = (
        sa.select(*columns, sa.func.length(_payload.c.body).label("size"))
        .join(_source, _source.c.id == _record.c.source)
        .outerjoin(_payload, _payload.c.id == _record.c.payload)
    )
    for row in check.blocks("record", question, _record.c.id):
        forgotten = row.size == 0 and not row.content  # erased, shown again, and not fetched again yet
        said = row.said is not None and (bytes(row.content) == bytes(row.said) or forgotten)
        if not (row.there and row.logged and said and row.key_number == number_of(row.first_id, row.identifier)):
            check.found.fault("check_record", record=row.id, sequence=0)


def _sources(check: _Check) -> None:
    counted = sa.select(_record.c.source, _record.c.presence, sa.func.count()).group_by("source", "presence")
    held = {(row[0], row[1]): row[2] for row in _rows(check.connection, counted)}
    for row in check.blocks("source", sa.select(_source), _source.c.id):
        stated = (row.present, row.missing, row.withdrawn)
        real = tuple(held.get((row.id, presence), 0) for presence in range(3))
        if stated != real:
            check.found.fault("check_counts", name=row.name, stated=list(stated), counted=list(real))


def _references(check: _Check) -> None:
    """What points to a body points to one that is there."""
    for table, column in (
        (_change, _change.c.after), (_change, _change.c.before), (schema.staged, schema.staged.c.payload)
    ):  # fmt: skip
        lost = sa.select(sa.func.count()).select_from(table.outerjoin(_payload, _payload.c.id == column))
        rows = _rows(check.connection, lost.where(column.is_not(None), _payload.c.id.is_(None)))
        if rows[0][0]:
            check.found.fault("check_reference", place=f"{table.name}.{column.name}", count=rows[0][0])


def _evidence(check: _Check) -> None:
    """Rejected records and pages kept whole."""
    for table in (schema.rejected, schema.kept):
        for row in check.blocks(table.name, sa.select(table), table.c.visit, table.c.number):
            try:
                zstandard.decompress(bytes(row.body))
            except zstandard.ZstdError:
                check.found.fault("check_evidence", kind=table.name, visit=row.visit, number=row.number)


def _take_downs(check: _Check) -> None:
    """The list beside sources.yaml says what the store says, and what was to be erased is."""
    rows = _rows(check.connection, sa.select(schema.suppression))
    check.found.count("suppression", len(rows))
    downs = [suppressions.take_down(row) for row in rows]
    if check.take_downs is not None:
        written = suppression_file.read(check.take_downs)
        for down in downs:
            if down.target not in written:
                check.found.fault("check_unwritten", where=str(check.take_downs), target=_named(down))
    for down in downs:
        of_records = sa.select(_record.c.payload).where(suppressions.hit(down))
        left = sa.select(sa.func.count()).where(_payload.c.id.in_(of_records), _payload.c.body != ERASED)
        count = _rows(check.connection, left)[0][0] if down.erased else 0
        if count:
            check.found.fault("check_erased", target=_named(down), count=count)


def _named(down: suppression_file.TakeDown) -> str:
    return down.content.hex() if down.content else ":".join(filter(None, (down.source, down.identifier)))


def _rows(connection: sa.Connection, question: sa.Executable) -> list[Any]:
    try:
        return list(connection.execute(question).all())
    except sa.exc.SQLAlchemyError as error:
        raise translated(error, "") from error
