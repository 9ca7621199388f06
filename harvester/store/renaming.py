"""Records that a source renamed: which old one each new one is, found when an operator says so, and kept for good.

A key is made of the identifier, so a renamed record has a new key: the old one is withdrawn, and both name each other.
"""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from . import schema
from .changes import Appending
from .database import Database
from .visits import Visit

_table, _record, _staged, _absent = schema.renaming, schema.record, schema.staged, schema.absent
_OLD = (_record.c.id, _record.c.content, _record.c.identifier)
Pairs = sa.Select[Any]


class Renamed(msgspec.Struct, frozen=True):
    """A record that is held under its former identifier, and the one that the source gives it now."""

    former: str
    identifier: str


def pair(connection: sa.Connection, visit: Visit) -> int:
    """Write down which held record each new one of a list is, before anything of the list is public; returns how many.

    Where exactly one new and one vanished record agree in ``content``, or else in the tail of the identifier, they are
    the same; of all others nothing is claimed.
    """
    for pairs in (_by_content(visit), _by_tail(visit)):
        connection.execute(_table.insert().from_select(["visit", "former", "identifier"], pairs))
    own = sa.select(sa.func.count()).select_from(_table).where(_table.c.visit == visit.id)
    return connection.scalar(own) or 0


def hidden_by_name(database: Database, visit: Visit) -> list[tuple[str, Renamed]]:
    """Return the pairs of a visit whose former records are taken down by name, each with its source's first id."""
    hidden = sa.exists().where(
        schema.suppression.c.source == schema.source.c.first_id, schema.suppression.c.identifier == _record.c.identifier
    )
    question = (
        sa.select(schema.source.c.first_id, _record.c.identifier, _table.c.identifier)
        .select_from(_table)
        .join(_record, _record.c.id == _table.c.former)
        .join(schema.source, schema.source.c.id == _record.c.source)
        .where(_table.c.visit == visit.id, hidden)
    )
    with database.reading() as connection:
        return [(row[0], Renamed(row[1], row[2])) for row in connection.execute(question)]


def returning(database: Database, visit: Visit, *, paired: bool = False) -> list[tuple[str, Renamed]]:
    """Return what a list shows under another identifier although it is taken down by name, with its source's first id.

    It says exactly what the record says that was taken down; with ``paired`` also what ``pair`` would hold for the
    same. What is taken down under the other identifier as well is left out.
    """
    with database.reading() as connection:
        downs = _down_by_name(connection, visit)
        if not downs:
            return []
        first_id = next(iter(downs.values()))[0]
        contents = {content: former for former, (_, content) in downs.items() if content}
        said = sa.select(_staged.c.identifier, _staged.c.content).where(
            _staged.c.visit == visit.id, _staged.c.deleted == 0, _staged.c.content.in_(contents)
        )
        found = {row[0]: contents[bytes(row[1])] for row in connection.execute(said)}
        if paired:
            every = [pairs.subquery() for pairs in (_by_tail(visit), _by_content(visit))]
            for pairs in every:
                names = sa.select(pairs.c.identifier, _record.c.identifier).join(
                    _record, _record.c.id == pairs.c.former
                )
                found |= {row[0]: row[1] for row in connection.execute(names) if row[1] in downs}
    again = [(first_id, Renamed(former, identifier)) for identifier, former in sorted(found.items())]
    return [each for each in again if each[1].identifier not in downs]


def _down_by_name(connection: sa.Connection, visit: Visit) -> dict[str, tuple[str, bytes]]:
    """Return what of a visit's source is taken down by name: the source's first id, and what the record says."""
    source, down = schema.source, schema.suppression
    question = (
        sa.select(down.c.identifier, source.c.first_id, _record.c.content)
        .select_from(down)
        .join(source, source.c.first_id == down.c.source)
        .outerjoin(_record, (_record.c.source == source.c.id) & (_record.c.identifier == down.c.identifier))
        .where(source.c.id == visit.source, down.c.identifier.is_not(None))
    )
    return {row[0]: (row[1], bytes(row[2] or b"")) for row in connection.execute(question)}


def preview(connection: sa.Connection, visit: Visit, limit: int) -> list[Renamed]:
    """Return some of the pairs that would be written down, for people who decide."""
    found: list[Renamed] = []
    for pairs in (_by_content(visit), _by_tail(visit)):
        chosen = pairs.subquery()
        names = (
            sa.select(_record.c.identifier, chosen.c.identifier)
            .join(chosen, chosen.c.former == _record.c.id)
            .order_by(_record.c.identifier)
        )
        known = {each.former for each in found}
        rows = connection.execute(names.limit(limit + len(known))).all()
        found += [Renamed(row[0], row[1]) for row in rows if row[0] not in known]
    return found[:limit]


def hand_over(work: Appending, connection: sa.Connection, limit: int | None) -> bool:
    """Withdraw ``limit`` more of the records that are held under another identifier now; whether more is left."""
    work.lock(connection)
    mine = (_table.c.visit == work.visit.id) & (_record.c.id == _table.c.former)
    left = mine & (_record.c.presence != schema.WITHDRAWN) & (_record.c.last_visit < work.visit.id)
    last = None
    if limit is not None:
        numbers = sa.select(_table.c.former).join(_record, _record.c.id == _table.c.former).where(left)
        last = connection.scalar(numbers.order_by(_table.c.former).limit(1).offset(limit - 1))
    work.withdraw(connection, left if last is None else left & (_table.c.former <= last))
    if last is None:
        gone = sa.select(_table.c.former).where(_table.c.visit == work.visit.id)
        connection.execute(_absent.delete().where(_absent.c.visit == work.visit.id, _absent.c.record.in_(gone)))
    return last is not None


def _vanished(visit: Visit) -> list[sa.Select[Any]]:
    """Ask for the held records that a list does not show alive, as far as it can know."""
    held = _held(visit) & (_record.c.last_visit <= visit.id)
    absent = sa.select(*_OLD).join(_absent, _absent.c.record == _record.c.id).where(held, _absent.c.visit == visit.id)
    deleted = sa.select(*_OLD).join(_staged, _staged.c.identifier == _record.c.identifier)
    return [absent, deleted.where(held, _staged.c.visit == visit.id, _staged.c.deleted == 1)]


def _unshown(visit: Visit) -> sa.Select[Any]:
    """Ask for the held records that a list of changes does not name: whether they vanished, it cannot know."""
    named = sa.exists().where(_staged.c.visit == visit.id, _staged.c.identifier == _record.c.identifier)
    return sa.select(*_OLD).where(_held(visit), ~named)


def _held(visit: Visit) -> sa.ColumnElement[bool]:
    return (_record.c.source == visit.source) & (_record.c.presence != schema.WITHDRAWN)


def _fresh(visit: Visit) -> sa.SelectBase:
    """Ask for the new records of a list that wait."""
    source = _staged.c.visit + (visit.source - visit.id)  # staged leads, as in publish.py
    known = sa.exists().where(_record.c.source == source, _record.c.identifier == _staged.c.identifier)
    waiting = (_staged.c.visit == visit.id) & (_staged.c.deleted == 0) & ~known
    return sa.select(_staged.c.identifier, _staged.c.content).where(waiting)


def _by_content(visit: Visit) -> Pairs:
    unshown = [_unshown(visit)] if visit.mode == "incremental" else []
    old = sa.union(*_vanished(visit), *unshown).subquery()
    new = _fresh(visit).subquery()
    return _alone(visit, sa.select(old.c.id, old.c.content), sa.select(new.c.identifier, new.c.content))


def _by_tail(visit: Visit) -> Pairs:
    old, new = sa.union(*_vanished(visit)).subquery(), _fresh(visit).subquery()
    own = _table.c.visit == visit.id
    former, now = _tail(old.c.identifier), _tail(new.c.identifier)
    rest = sa.select(old.c.id, former).where(former != "", old.c.id.not_in(sa.select(_table.c.former).where(own)))
    paired = new.c.identifier.in_(sa.select(_table.c.identifier).where(own))
    return _alone(visit, rest, sa.select(new.c.identifier, now).where(now != "", ~paired))


def _tail(identifier: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Cut off everything up to the last colon (as ``signs.tail``): both databases trim letters from the right."""
    head = sa.func.rtrim(identifier, sa.func.replace(identifier, ":", ""))
    return sa.func.substr(identifier, sa.func.length(head) + 1)


def _alone(visit: Visit, old: Pairs, new: Pairs) -> Pairs:
    """Pair what agrees in a mark (the second column) that only one of each side has."""
    former, now = (_once(each) for each in (old, new))
    pairs = sa.select(sa.literal(visit.id).label("visit"), former.c.one.label("former"), now.c.one.label("identifier"))
    return pairs.select_from(former).join(now, now.c.mark == former.c.mark)


def _once(rows: Pairs) -> sa.Subquery:
    thing, mark = rows.subquery().c
    return sa.select(sa.func.min(thing).label("one"), mark.label("mark")).group_by(mark).having(
        sa.func.count() == 1
    ).subquery()  # fmt: skip


def now_called(connection: sa.Connection, source: str, identifier: str) -> str | None:
    """Return what a source calls a record now that it has renamed it; None where it did not, or that was taken back."""
    renamed = _linked(source, _table.c.identifier).where(_record.c.identifier == identifier)
    name: str | None = connection.scalar(renamed.limit(1))
    return name


def formerly(connection: sa.Connection, source: str, identifier: str) -> list[str]:
    """Return what a source called a record before, the newest first."""
    names: list[str] = []
    while identifier not in names:
        names.append(identifier)
        renamed = _linked(source, _record.c.identifier).where(_table.c.identifier == identifier)
        identifier = connection.scalar(renamed.limit(1)) or identifier
    return names[1:]


def _linked(source: str, column: sa.ColumnElement[str]) -> sa.Select[Any]:
    """Ask for one side of the pairs of a source; one whose former record is shown again was taken back."""
    return (
        sa.select(column)
        .select_from(_table)
        .join(_record, _record.c.id == _table.c.former)
        .join(schema.source, schema.source.c.id == _record.c.source)
        .where(schema.source.c.name == source, _record.c.presence == schema.WITHDRAWN)
        .order_by(_table.c.visit.desc())
    )
