"""The one place that writes to the change log: fence, lock, difference, counts, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from . import schema
from .database import Database, tell
from .visits import Visit, hold

_record, _change = schema.record, schema.change
_APPEARED = (
    "INSERT INTO change (record, visit, before, after, was, presence)"
    " SELECT id, ?, NULL, payload, NULL, 0 FROM record WHERE id > ? ORDER BY id"  # 0: PRESENT
)
_COUNT = "UPDATE source SET present = present + ?, missing = missing + ?, withdrawn = withdrawn + ? WHERE id = ?"


class Appending:
    """Append differences of one visit's source to the change log, and bring its records up to date with them."""

    def __init__(self, database: Database, visit: Visit, clock_seconds: int) -> None:
        """``clock_seconds`` is the server's clock: the moment since when a record has its presence."""
        self.database, self.visit, self.since = database, visit, clock_seconds

    def lock(self, connection: sa.Connection) -> None:
        """Check the fence in the same transaction, then take the log's lock before its first number.

        Raises LeaseLost.
        """
        hold(connection, self.visit)
        self.database.lock_changes(connection)

    def log(
        self, connection: sa.Connection, which: sa.ColumnElement[bool], after: sa.ColumnElement[Any], presence: int
    ) -> None:
        """Append a change for every record that a condition names, before the record itself is changed."""
        rows = sa.select(
            _record.c.id,
            sa.literal(self.visit.id),
            _record.c.payload,
            after,
            _record.c.presence,
            sa.literal(presence),
        ).where(which)
        self.append(connection, rows.order_by(_record.c.id))

    def append(self, connection: sa.Connection, rows: sa.Select[tuple[Any, ...]]) -> None:
        """Append rows of (record, visit, before, after, was, presence) and keep the source's counts."""
        self._counted(connection, lambda: append_rows(connection, rows))

    def append_new(self, connection: sa.Connection, highest: int) -> None:
        """Append that records appeared: those with a higher number than any before."""
        self._counted(connection, lambda: tell(connection, _APPEARED, (self.visit.id, highest)))

    def _counted(self, connection: sa.Connection, append: Callable[[], object]) -> None:
        highest = tell(connection, "SELECT max(sequence) FROM change").fetchall()[0][0] or 0
        append()
        count_presences(connection, self.visit.source, highest)

    def withdraw(self, connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
        """Withdraw the records that a condition names."""
        self.log(connection, which, sa.null(), schema.WITHDRAWN)
        values = {"presence": schema.WITHDRAWN, "since": self.since, "last_visit": self.visit.id}
        connection.execute(_record.update().where(which).values(values))

    def retire(self, connection: sa.Connection, limit: int | None) -> bool:
        """Withdraw everything that is held of the source, ``limit`` records at a time; returns whether more is left."""
        self.lock(connection)
        held = (_record.c.source == self.visit.source) & (_record.c.presence != schema.WITHDRAWN)
        last = None
        if limit is not None:
            numbers = sa.select(_record.c.id).where(held).order_by(_record.c.id)
            last = connection.scalar(numbers.limit(1).offset(limit - 1))
        self.withdraw(connection, held if last is None else held & (_record.c.id <= last))
        return last is not None


def append_rows(connection: sa.Connection, rows: sa.Select[tuple[Any, ...]]) -> None:
    """Append rows of (record, visit, before, after, was, presence), under the lock of the log."""
    columns = ["record", "visit", "before", "after", "was", "presence"]
    connection.execute(_change.insert().from_select(columns, rows))


def count_presences(connection: sa.Connection, source: int, after: int) -> None:
    """Bring a source's counts up to date with the changes above ``after``, in the transaction that appended them."""
    question = "SELECT was, presence, count(*) FROM change WHERE sequence > ? GROUP BY was, presence"
    counts = dict.fromkeys(schema.PRESENCES, 0)
    for was, presence, number in tell(connection, question, (after,)).fetchall():
        counts[schema.PRESENCES[presence]] += number
        if was is not None:
            counts[schema.PRESENCES[was]] -= number
    values = (*(counts[name] for name in ("present", "missing", "withdrawn")), source)
    tell(connection, _COUNT, values)
