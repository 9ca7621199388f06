"""What a visit has shown against what is held: the ledger, and which records a full list did not show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from ..record import Ledger
from . import schema
from .database import Database, tell
from .seen import Bitmap, unpack_seen
from .staging import STAGES
from .visits import Visit, hold

_BLOCK = 5_000


class Shown(msgspec.Struct, frozen=True):
    """The ledger of a visit, how many records were held when it began, and which of them it did not show.

    ``live``: distinct records that it showed not deleted. ``alive`` and ``deleted``: the held records that it showed
    (readable or not), and those whose deletion it announced. ``nameless``: records whose identifier could not be read;
    each may be any of those that seem to be absent, so none of them is.
    """

    ledger: Ledger
    held: int
    live: int
    alive: Bitmap
    deleted: Bitmap
    missing: tuple[int, ...] = ()
    lapsed: tuple[int, ...] = ()
    nameless: int = 0


def shown(connection: sa.Connection, visit: Visit, *, whole: bool) -> Shown:
    """Count a visit's ledger; ``whole`` says that absence from it means something (a complete full list or sweep).

    Each identifier counts once, by its last readable record, against what was held when the visit began; what slices
    of a first visit have published is not held.
    """
    counts = _staged_counts(connection, visit)
    held = unchanged_only = own_new = own_gone = nameless = 0
    alive = deleted = Bitmap(0, 0)
    missing: tuple[int, ...] = ()
    lapsed: tuple[int, ...] = ()
    if visit.first:
        own_new, own_gone = _published_slices(connection, visit)
    else:
        held = _held_count(connection, visit.source)
        bounds = _range(connection, visit.source)
        alive, deleted = Bitmap(*bounds), Bitmap(*bounds)
        _add_seen(connection, visit, alive)
        unchanged_only = len(alive)
        if any(counts.values()):
            for number, is_deleted in _staged_records(connection, visit):
                unchanged_only -= number in alive
                (deleted if is_deleted else alive).add(number)
        for number in _rejected_records(connection, visit) if visit.rejected else ():
            alive.add(number)
        nameless = _nameless(connection, visit)
        if whole and not nameless:
            missing, lapsed = _absent(connection, visit, alive, deleted)
    new = counts["new"] + own_new
    unchanged = counts["same"] + counts["unheld"] + unchanged_only + own_gone
    distinct = new + counts["changed"] + unchanged + counts["withdrawn"]
    ledger = Ledger(
        declared=visit.declared,
        fetched=visit.fetched,
        new=new,
        changed=counts["changed"],
        unchanged=unchanged,
        withdrawn=counts["withdrawn"],
        repeated=visit.fetched - visit.rejected - distinct,
        rejected=visit.rejected,
        missing=len(missing),
        lapsed=len(lapsed),
    )
    live = new + counts["changed"] + unchanged - counts["unheld"] - own_gone
    return Shown(ledger, held, live, alive, deleted, missing, lapsed, nameless)


def _counting() -> sa.Select[Any]:
    staged, record = schema.staged, schema.record
    visit = sa.bindparam("the_visit", type_=schema.Big)
    here = (record.c.source == sa.bindparam("the_source", type_=schema.Big)) & (
        record.c.identifier == staged.c.identifier
    )
    old = record.c.id.is_not(None) & (record.c.first_visit != visit)
    live = staged.c.deleted == 0
    kinds = {
        "withdrawn": ~live & old & (record.c.presence != schema.WITHDRAWN),
        "unheld": ~live & (~old | (record.c.presence == schema.WITHDRAWN)),
        "new": live & ~old,
        "same": live & old & (record.c.presence == schema.PRESENT) & (record.c.content == staged.c.content),
        "changed": live & old & ((record.c.presence != schema.PRESENT) | (record.c.content != staged.c.content)),
    }
    sums = [sa.func.coalesce(sa.func.sum(sa.case((kind, 1), else_=0)), 0).label(name) for name, kind in kinds.items()]
    return sa.select(*sums).select_from(staged.outerjoin(record, here)).where(staged.c.visit == visit)


_COUNTS = _counting()  # made once: making it for every visit costs five times as much as asking it (measured)


def _staged_counts(connection: sa.Connection, visit: Visit) -> dict[str, int]:
    if not tell(connection, STAGES, (visit.id,)).fetchall():  # as in most nights: the question need not be made
        return dict.fromkeys(_COUNTS.selected_columns.keys(), 0)
    row = connection.execute(_COUNTS, {"the_visit": visit.id, "the_source": visit.source}).one()
    return {name: int(number) for name, number in row._mapping.items()}


def _held_count(connection: sa.Connection, source: int) -> int:
    return int(tell(connection, "SELECT present + missing FROM source WHERE id = ?", (source,)).fetchall()[0][0])


def _published_slices(connection: sa.Connection, visit: Visit) -> tuple[int, int]:
    """Count the records that this first visit has published already and not staged again: (live, withdrawn)."""
    if not tell(connection, "SELECT 1 FROM record WHERE source = ? LIMIT 1", (visit.source,)).fetchall():
        return 0, 0
    staged, record = schema.staged, schema.record
    own = (record.c.source == visit.source) & (record.c.first_visit == visit.id)
    same = (record.c.source == visit.source) & (record.c.identifier == staged.c.identifier)
    again = (staged.c.visit == visit.id) & (record.c.first_visit == visit.id)
    # Added up and not grouped: to group, SQLite sorts all rows, and 2.5 million of them took 160 MB of memory.
    gone = sa.func.coalesce(sa.func.sum(sa.case((record.c.presence == schema.WITHDRAWN, 1), else_=0)), 0)
    every = connection.execute(sa.select(sa.func.count(), gone).where(own)).one()
    repeated = connection.execute(
        sa.select(sa.func.count(), gone).select_from(staged.join(record, same)).where(again)
    ).one()
    withdrawn = int(every[1] - repeated[1])
    return int(every[0] - repeated[0]) - withdrawn, withdrawn


def _range(connection: sa.Connection, source: int) -> tuple[int, int]:
    row = tell(connection, "SELECT min(id), max(id) FROM record WHERE source = ?", (source,)).fetchall()[0]
    return row[0] or 0, row[1] or 0


def _add_seen(connection: sa.Connection, visit: Visit, seen: Bitmap) -> None:
    rows = tell(connection, "SELECT seen FROM page WHERE visit = ? ORDER BY number", (visit.id,))
    for numbers in unpack_seen(packed for (packed,) in rows):
        seen.add_all(numbers)


def _staged_records(connection: sa.Connection, visit: Visit) -> Iterator[tuple[int, bool]]:
    """Walk through the held records that this visit has staged, with whether their deletion was announced."""
    staged, record = schema.staged, schema.record
    # Staged stands first and so leads: SQLite, which has no statistics, takes tables in the order of the question.
    same = (record.c.source == visit.source) & (record.c.identifier == staged.c.identifier)
    question = (
        sa.select(record.c.id, staged.c.deleted)
        .select_from(staged.join(record, same))
        .where(staged.c.visit == visit.id, record.c.first_visit != visit.id)
    )
    for row in connection.execute(question.execution_options(yield_per=_BLOCK)):  # a whole list may have changed
        yield row[0], bool(row[1])


def _nameless(connection: sa.Connection, visit: Visit) -> int:
    """Count the records that came and whose identifier could not be read: then nothing can be called absent."""
    if not visit.rejected:
        return 0
    question = "SELECT count(*) FROM rejected WHERE visit = ? AND identifier IS NULL"
    return int(tell(connection, question, (visit.id,)).fetchall()[0][0])


def _rejected_records(connection: sa.Connection, visit: Visit) -> list[int]:
    rejected, record = schema.rejected, schema.record
    question = (
        sa.select(record.c.id)
        .join(rejected, rejected.c.identifier == record.c.identifier)
        .where(rejected.c.visit == visit.id, record.c.source == rejected.c.visit + (visit.source - visit.id))
    )
    return list(connection.scalars(question))


def _absent(
    connection: sa.Connection, visit: Visit, alive: Bitmap, deleted: Bitmap
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return what is held and was not shown: present before, and missing since an earlier day.

    The numbers of all records are compared as sets of bits; only those that are left are looked up.
    """
    table, today = schema.record, day(visit.clock)
    missing: list[int] = []
    lapsed: list[int] = []
    left = [] if _is_all(connection, visit.source, alive, deleted) else _unshown(connection, visit, alive, deleted)
    question = sa.select(table.c.id, table.c.presence, table.c.since).where(
        table.c.id.in_(sa.bindparam("numbers", expanding=True)), table.c.presence != schema.WITHDRAWN
    )
    for start in range(0, len(left), _BLOCK):
        for row in connection.execute(question, {"numbers": left[start : start + _BLOCK]}):
            if row.presence == schema.PRESENT:
                missing.append(row.id)
            elif today > datetime.fromtimestamp(row.since, UTC).strftime("%Y-%m-%d"):
                lapsed.append(row.id)
    return tuple(missing), tuple(lapsed)


def _is_all(connection: sa.Connection, source: int, alive: Bitmap, deleted: Bitmap) -> bool:
    """Say whether as many records were shown as there are, where none is withdrawn: then none is absent."""
    question = "SELECT present + missing, withdrawn FROM source WHERE id = ?"
    held, withdrawn = tell(connection, question, (source,)).fetchall()[0]
    return bool(withdrawn == 0 and len(alive.joined(deleted)) == held)


def _unshown(connection: sa.Connection, visit: Visit, alive: Bitmap, deleted: Bitmap) -> list[int]:
    """Return the numbers of a source's records that were not shown, by the index of its identifiers alone."""
    table, last, every = schema.record, "", alive.empty()
    question = sa.select(table.c.id, table.c.identifier).order_by(table.c.identifier).limit(_BLOCK)
    while rows := connection.execute(question.where(table.c.source == visit.source, table.c.identifier > last)).all():
        every.add_all([row[0] for row in rows])
        last = rows[-1][1]
    return every.without(alive, deleted)


def held_records(connection: sa.Connection, source: int) -> Iterator[Any]:
    """Walk through what is held of a source, by the index of its identifiers."""
    table, last = schema.record, ""
    columns = (table.c.id, table.c.presence, table.c.since, table.c.identifier, table.c.content)
    while True:
        question = (
            sa.select(*columns)
            .where(table.c.source == source, table.c.identifier > last)
            .order_by(table.c.identifier)
            .limit(_BLOCK)
        )
        rows = connection.execute(question).all()
        if not rows:
            return
        for row in rows:
            if row.presence != schema.WITHDRAWN:
                yield row
        last = rows[-1].identifier


def day(clock: str | None) -> str:
    """Return the day of a server's clock; without one no day is later than another."""
    return (clock or "")[:10]


def keep_absent(database: Database, visit: Visit, missing: Sequence[int], lapsed: Sequence[int]) -> None:
    """Stage what a whole list did not show, so that publishing it can be repeated, or can wait. Raises LeaseLost.

    ``missing`` and ``lapsed`` are numbers of records: those absent for the first time, and those absent again.
    """
    table = schema.absent

    def job(connection: sa.Connection) -> None:
        hold(connection, visit)
        connection.execute(table.delete().where(table.c.visit == visit.id))
        for presence, numbers in ((schema.MISSING, missing), (schema.WITHDRAWN, lapsed)):
            for start in range(0, len(numbers), _BLOCK):  # rows of two million records at a time are half a gigabyte
                block = numbers[start : start + _BLOCK]
                rows = [{"visit": visit.id, "record": number, "presence": presence} for number in block]
                connection.execute(table.insert(), rows)

    database.write(job)
