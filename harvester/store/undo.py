"""Take back what a visit published, as new changes, so that every index follows; what came later stays."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from . import schema
from .changes import Appending

_change, _record, _payload, _visit = schema.change, schema.record, schema.payload, schema.visit


class Extent(msgspec.Struct, frozen=True):
    """How many records a visit's undoing restores, and how many it skips because later visits changed them."""

    restored: int
    skipped: int


def extent(connection: sa.Connection, visit: int) -> Extent:
    """Count what undoing a visit would do."""
    first = _change.alias("first")
    mine = _record.c.last_visit == visit
    counts = [sa.func.coalesce(sa.func.sum(sa.case((kind, 1), else_=0)), 0) for kind in (mine & _differs(first), ~mine)]
    question = sa.select(*counts).select_from(first).join(_record, _record.c.id == first.c.record)
    row = connection.execute(question.where(_is_first(first, visit))).one()
    return Extent(int(row[0]), int(row[1]))


def skipped(connection: sa.Connection, undo: int, visit: int, limit: int | None = None) -> list[tuple[str, str]]:
    """Return the records of a visit that its undoing left alone, as (source's first id, identifier).

    A take-down is a change of no visit and overtakes nothing.
    """
    first, later = _change.alias("first"), _change.alias("later")
    overtaken = sa.exists().where(
        later.c.record == first.c.record,
        later.c.sequence > first.c.sequence,
        later.c.visit + 0 != visit,
        later.c.visit + 0 != 0,
        later.c.visit + 0 < undo,
    )
    question = (
        sa.select(schema.source.c.first_id, _record.c.identifier)
        .select_from(first)
        .join(_record, _record.c.id == first.c.record)
        .join(schema.source, schema.source.c.id == _record.c.source)
        .where(_is_first(first, visit), overtaken)
        .order_by(_record.c.identifier)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in connection.execute(question)]


def take_back(work: Appending, connection: sa.Connection, limit: int | None) -> bool:
    """Restore ``limit`` more of the changes of the visit that this one undoes; returns whether more is left.

    How far it has come stands in the undoing visit's checkpoint, in the same transaction. A record that a later visit
    changed is skipped. One that the undone visit had made is withdrawn.
    """
    work.lock(connection)
    undone = work.visit.undoes
    assert undone is not None
    own = _visit.c.id == work.visit.id
    begun = int(connection.scalar(sa.select(_visit.c.checkpoint).where(own)) or b"0")
    last = None
    if limit is not None:
        numbers = sa.select(_change.c.sequence).where(_change.c.visit == undone, _change.c.sequence > begun)
        last = connection.scalar(numbers.order_by(_change.c.sequence).limit(1).offset(limit - 1))
    first = _change.alias("first")
    part = _is_first(first, undone) & (first.c.sequence > begun) & (_record.c.id == first.c.record)
    if last is not None:
        part &= first.c.sequence <= last
    _restore(work, connection, first, part & (_record.c.last_visit == undone) & _differs(first))
    if last is None:
        return False
    connection.execute(_visit.update().where(own).values(checkpoint=str(last).encode()))
    return True


def _restore(work: Appending, connection: sa.Connection, first: sa.FromClause, part: sa.ColumnElement[bool]) -> None:
    """Let records say again what they said, and withdraw those that said nothing; these keep their last body."""
    gone = _target(first) == schema.WITHDRAWN
    shown = part & ~gone
    columns = (
        _record.c.id,
        sa.literal(work.visit.id),
        _record.c.payload,
        first.c.before,
        _record.c.presence,
        first.c.was,
    )
    work.append(connection, sa.select(*columns).where(shown).order_by(_record.c.id))
    erased = sa.func.length(_payload.c.body) == 0  # as after a take-down that was lifted: fetched anew by the next list
    values: dict[str, Any] = {
        "payload": _payload.c.id,
        "content": sa.case((erased, b""), else_=_payload.c.content),
        # Never the bytes of what is taken back: they would be known, and so be called unchanged for ever.
        "fingerprint": sa.case((erased, b""), else_=sa.func.coalesce(_payload.c.fingerprint, b"")),
        "datestamp": _payload.c.datestamp,
        "presence": first.c.was,
        "since": work.since,
        "last_visit": work.visit.id,
    }
    connection.execute(_record.update().where(shown & (_payload.c.id == first.c.before)).values(values))
    work.withdraw(connection, part & gone)


def _target(first: sa.FromClause) -> sa.ColumnElement[int]:
    """What a record was before its first change: one that was made is withdrawn, for it was shown to people."""
    return sa.func.coalesce(first.c.was, schema.WITHDRAWN)


def _differs(first: sa.FromClause) -> sa.ColumnElement[bool]:
    target = _target(first)
    return (_record.c.presence != target) | ((target != schema.WITHDRAWN) & (_record.c.payload != first.c.before))


def _is_first(first: sa.FromClause, visit: int) -> sa.ColumnElement[bool]:
    """Name the first change of each record in a visit: a first visit may have said two things of one record.

    The visit is written as a sum, so that the few changes of the record are looked through and never all those of the
    visit: SQLite, which has no statistics, chose those, and 90,000 changes took more than eight minutes.
    """
    before = _change.alias("before")
    same = (before.c.record == first.c.record) & (before.c.visit + 0 == visit) & (before.c.sequence < first.c.sequence)
    return (first.c.visit == visit) & ~sa.exists().where(same)
