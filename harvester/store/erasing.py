"""Overwriting what was said, where the law asks for it: the only exception to "never rewritten". Hashes stay."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
import zstandard

from ..errors import SourceError
from ..page import read_record
from ..record import RawRecord
from . import schema
from .bodies import Bodies
from .database import Database, tell
from .suppression_file import TakeDown

_payload, _visit, _source, _table = schema.payload, schema.visit, schema.source, schema.suppression
ERASED = b""  # a compressed body is never empty
ERASED_PAGE = zstandard.compress(b"")
ASKED, DONE = 1, 2  # suppression.erased
_BLOCK = 1_000


def erase(database: Database, down: TakeDown) -> int:
    """Overwrite every body that a take-down covers, also in pages kept whole; returns how many.

    Afterwards the bytes are in no file of the database: SQLite and PostgreSQL write theirs anew. Can be repeated after
    a crash. Raises StoreError.
    """
    _wait_for_writers(database)
    bodies = Bodies(database)
    names: set[str] = {down.identifier} if down.identifier else set()
    numbers = [number for number, identifier in _covered(database, bodies, down, names)]
    for start in range(0, len(numbers), _BLOCK):
        block = _payload.c.id.in_(numbers[start : start + _BLOCK])
        _overwrite(database, _payload.update().where(block).values(body=ERASED))
    count = len(numbers)
    for table in (schema.rejected, schema.kept):
        count += _erase_evidence(database, table, down, names)
    database.rewrite()
    done = _table.update().where(_table.c.erased == ASKED, _covers(down)).values(erased=DONE)
    database.write(lambda connection: connection.execute(done) and None)
    return count


def _covers(down: TakeDown) -> sa.ColumnElement[bool]:
    pairs = zip((_table.c.source, _table.c.identifier, _table.c.content), down.target, strict=True)
    return sa.and_(*(column.is_(None) if value is None else column == value for column, value in pairs))


def _wait_for_writers(database: Database) -> None:
    """Let every page that was being staged when the take-down was written be there: later ones see it themselves."""
    if not database.sqlite:
        database.write(lambda connection: connection.execute(sa.text("LOCK TABLE payload IN SHARE MODE")) and None)


def _overwrite(database: Database, statement: sa.Update) -> None:
    def job(connection: sa.Connection) -> None:
        if database.sqlite:  # zeros, and not only no longer referred to
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        connection.execute(statement)

    database.write(job)


# --- which bodies -----------------------------------------------------------------------------------------------------


def _visits_of(database: Database, first_id: str | None) -> list[int]:
    question = sa.select(_visit.c.id).order_by(_visit.c.id)
    if first_id is not None:
        question = question.where(
            _visit.c.source.in_(sa.select(_source.c.id).where(_source.c.first_id == first_id).scalar_subquery())
        )
    with database.reading() as connection:
        return list(connection.scalars(question))


def _covered(database: Database, bodies: Bodies, down: TakeDown, names: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the payloads that are covered; their identifiers are added to ``names``, under which pages are searched.

    Not only those that records point to: a visit whose verdict was held, or a page that named a record twice, leaves
    bodies behind that nothing points to.
    """
    for row, body, context in _payloads(database, bodies, down):
        if not body:
            continue
        clue = _clue(down.identifier) if down.identifier else b""
        if clue and clue not in body:
            continue
        identifier = _identifier(context, body, row.format)
        if down.identifier in (None, identifier) or not identifier:
            names.add(identifier)
            yield row.id, identifier


def _payloads(database: Database, bodies: Bodies, down: TakeDown) -> Iterator[tuple[Any, bytes, bytes]]:
    for low, high in _ranges(database, down):
        after = low - 1
        while True:
            question = sa.select(_payload).where(_payload.c.id > after, _payload.c.id <= high)
            if down.content is not None:
                question = question.where(_payload.c.content == down.content)
            with database.reading() as connection:
                rows = connection.execute(question.order_by(_payload.c.id).limit(_BLOCK)).all()
                found = [(row, *_unpacked(connection, bodies, row)) for row in rows]
            yield from found
            if len(rows) < _BLOCK:
                break
            after = rows[-1].id


def _ranges(database: Database, down: TakeDown) -> Iterator[tuple[int, int]]:
    if down.content is not None:
        yield 0, 1 << 62
        return
    for number in _visits_of(database, down.source):
        yield number << 28, (number + 1 << 28) - 1


def _unpacked(connection: sa.Connection, bodies: Bodies, row: Any) -> tuple[bytes, bytes]:
    return bodies.unpack(connection, row.body, row.dictionary), bodies.context_text(connection, row.context)


def _identifier(context: bytes, body: bytes, name: str) -> str:
    """Return the identifier that a record states; an empty one where it cannot be read again."""
    try:
        found = read_record(context, body, name, b"")
    except SourceError:
        return ""
    return found.identifier if isinstance(found, RawRecord) else found.identifier or ""


def _clue(identifier: str) -> bytes:
    """Return the longest run of ASCII letters and digits: it stands in the bytes as it is, whatever the charset."""
    return max(re.findall(r"[A-Za-z0-9]+", identifier), key=len, default="").encode()


def mentions(body: bytes, names: Iterable[str]) -> bool:
    """Say whether a page names one of these identifiers."""
    said = ""
    for name in names:
        if _clue(name) in body:
            said = said or html.unescape(body.decode("utf-8", "replace"))
            if name in said or not name.isascii():
                return True
    return False


def _erase_evidence(database: Database, table: sa.Table, down: TakeDown, names: set[str]) -> int:
    """Overwrite rejected records of these identifiers, and pages kept whole that mention them."""
    count = 0
    everything = down.content is None and down.identifier is None
    for visit in _visits_of(database, down.source):
        with database.reading() as connection:
            rows = connection.execute(sa.select(table).where(table.c.visit == visit)).all()
        hit = [row.number for row in rows if everything or _evidence_of(row, names)]
        for start in range(0, len(hit), _BLOCK):
            which = (table.c.visit == visit) & table.c.number.in_(hit[start : start + _BLOCK])
            _overwrite(database, table.update().where(which).values(body=ERASED_PAGE))
        count += len(hit)
    return count


def _evidence_of(row: Any, names: set[str]) -> bool:
    return getattr(row, "identifier", None) in names or mentions(zstandard.decompress(row.body), names)


# --- what comes later -------------------------------------------------------------------------------------------------


def keep_out(connection: sa.Connection, visit: int, first_id: str, rejected: int = 0) -> None:
    """Overwrite what a page has just brought of erased records, in the page's own transaction: it never is on disk.

    After the rows were inserted: an erasure that is written meanwhile waits for this transaction (PostgreSQL), and one
    that was written before is seen here. ``rejected`` is the number of the page's first rejected record.
    """
    question = "SELECT identifier, content FROM suppression WHERE erased > 0 AND (source = ? OR source IS NULL)"
    rows = tell(connection, question, (first_id,)).fetchall()
    if not rows:
        return
    names = [row[0] for row in rows if row[0] is not None]
    contents = [bytes(row[1]) for row in rows if row[1] is not None]
    everything = any(row[0] is None and row[1] is None for row in rows)
    _keep_out_payloads(connection, visit, names, contents, everything=everything)
    for table, first in ((schema.rejected, rejected), (schema.kept, 0)):
        new = (table.c.visit == visit) & (table.c.number >= first)
        _keep_out_evidence(connection, table, new, names, everything=everything)


def _keep_out_payloads(
    connection: sa.Connection, visit: int, names: Sequence[str], contents: Sequence[bytes], *, everything: bool
) -> None:
    staged = schema.staged
    own = _payload.c.id.between(visit << 28, (visit + 1 << 28) - 1)
    named = sa.select(staged.c.payload).where(
        staged.c.visit == visit, staged.c.identifier.in_(names), staged.c.payload.is_not(None)
    )
    hit = sa.true() if everything else _payload.c.id.in_(named) | _payload.c.content.in_(contents)
    connection.execute(_payload.update().where(own, hit, _payload.c.body != ERASED).values(body=ERASED))


def _keep_out_evidence(
    connection: sa.Connection, table: sa.Table, new: sa.ColumnElement[bool], names: Sequence[str], *, everything: bool
) -> None:
    question = sa.select(table).where(new, table.c.body != ERASED_PAGE)
    hit = [row.number for row in connection.execute(question) if everything or _evidence_of(row, set(names))]
    if hit:
        connection.execute(table.update().where(new, table.c.number.in_(hit)).values(body=ERASED_PAGE))


def forget_bytes(connection: sa.Connection, hit: sa.ColumnElement[bool]) -> None:
    """Make records whose bodies were erased be fetched anew: nothing is known of them, and the next visit is full."""
    record = schema.record
    empty = sa.select(_payload.c.id).where(_payload.c.id == record.c.payload, _payload.c.body == ERASED).exists()
    forgotten = record.update().where(hit, empty).values(content=b"", fingerprint=b"").returning(record.c.source)
    sources = {row[0] for row in connection.execute(forgotten)}
    if sources:
        connection.execute(_source.update().where(_source.c.id.in_(sources)).values(next_mode="full"))
