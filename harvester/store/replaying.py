"""Build records again from what was kept, without asking anybody: it must give what is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
import zstandard

from ..errors import SourceError
from ..page import fingerprint, read_record
from ..record import RawRecord, key_of, number_of
from . import schema, suppressions
from .bodies import Bodies
from .database import Database

_BLOCK = 1_000
_payload, _record, _source, _change = schema.payload, schema.record, schema.source, schema.change


class Difference(msgspec.Struct, frozen=True):
    """One field of one record that reads otherwise than it is held."""

    source: str
    identifier: str
    field: str
    held: str
    read: str


class Replayed(msgspec.Struct):
    """How many records were read again, how many have been erased and cannot be, and what differs."""

    read: int = 0
    erased: int = 0
    differences: list[Difference] = []


def replay(database: Database, sources: list[str]) -> Replayed:
    """Read the bodies of all records of these sources again and compare; nothing is written. Raises StoreError."""
    done = Replayed()
    bodies = Bodies(database)
    with database.reading() as connection:
        hidden = suppressions.hidden(connection)
    for name in sources:
        for row, presence, said in _again(database, bodies, name):
            if said is None and not row.body:
                done.erased += 1
                continue
            done.read += 1
            for field, value in _built(row, presence, said).items():
                held = _plain(getattr(row, field))
                if held != value:
                    hides = hidden.hides(row.first_id, row.identifier, bytes(row.content))
                    done.differences.append(_difference(name, row, field, held, value, hides=hides))
    return done


def _difference(name: str, row: Any, field: str, held: Any, value: Any, *, hides: bool) -> Difference:
    """Say what differs; of what was taken down nothing but its key."""
    if hides:
        return Difference(name, key_of(row.first_id, row.identifier), field, "", "")
    return Difference(name, row.identifier, field, _shown(held), _shown(value))


def _again(database: Database, bodies: Bodies, name: str) -> Iterator[tuple[Any, int, RawRecord | None]]:
    """Yield each record with its last presence in the log and what its body says; None where it says nothing."""
    after = ""
    newest = sa.select(sa.func.max(_change.c.sequence)).where(_change.c.record == _record.c.id).correlate(_record)
    question = (
        sa.select(
            _record.c.id, _record.c.identifier, _record.c.content, _record.c.key_number, _record.c.presence,
            _payload.c.datestamp, _payload.c.sets, _payload.c.fingerprint, _payload.c.body, _payload.c.dictionary,
            _payload.c.context, _payload.c.format, _source.c.first_id, _change.c.presence.label("last"),
        )
        .join(_source, _source.c.id == _record.c.source)
        .join(_payload, _payload.c.id == _record.c.payload)
        .join(_change, _change.c.sequence == newest.scalar_subquery())
        .where(_source.c.name == name)
        .order_by(_record.c.identifier)
        .limit(_BLOCK)
    )  # fmt: skip
    while True:
        with database.reading() as connection:
            rows = connection.execute(question.where(_record.c.identifier > after)).all()
            found = [(row, row.last, _said(connection, bodies, row)) for row in rows]
        yield from found
        if len(rows) < _BLOCK:
            return
        after = rows[-1].identifier


def _said(connection: sa.Connection, bodies: Bodies, row: Any) -> RawRecord | None:
    if not row.body:
        return None
    context = bodies.context_text(connection, row.context)
    try:
        body = bodies.unpack(connection, bytes(row.body), row.dictionary)
        read = read_record(context, body, row.format, fingerprint(context, body))
    except (SourceError, zstandard.ZstdError):
        return None
    return read if isinstance(read, RawRecord) else None


def _built(row: Any, presence: int, said: RawRecord | None) -> dict[str, Any]:
    """Build the row again: who it is from the body, where it stands from the log."""
    if said is None:
        return {"body": None}
    built: dict[str, Any] = {
        "identifier": said.identifier,
        "datestamp": said.datestamp,
        "sets": "\n".join(said.sets),
        "content": said.content,
        "key_number": number_of(row.first_id, said.identifier),
        "presence": presence,
    }
    if row.fingerprint is not None:
        built["fingerprint"] = said.fingerprint
    return built


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytes) else value


def _shown(value: Any) -> str:
    plain = _plain(value)
    return plain.hex()[:32] if isinstance(plain, bytes) else "–" if plain is None else str(plain)
