"""Move what a verdict allows from staged into record, and append every difference to the change log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from ..errors import LeaseLost
from . import schema
from .database import Database
from .visits import Ending, Visit, hold

# One transaction up to here; above it slices, so that nobody waits longer than ~0.3 s for the writer (measured: 100,000
# new records in one transaction take 0.29 s on SQLite and about 1 s on PostgreSQL).
SLICE = 20_000

_staged, _record, _change, _absent = schema.staged, schema.record, schema.change, schema.absent

Step = Callable[[sa.Connection, int | None], bool]


class Publisher:
    """Publish one visit; every step is a transaction of its own or part of one, and can be repeated after a crash."""

    def __init__(self, database: Database, visit: Visit, clock_seconds: int) -> None:
        """``clock_seconds`` is the server's clock: the moment since when a record has its presence."""
        self._database, self._visit, self._since = database, visit, clock_seconds

    def decide(self, connection: sa.Connection, ending: Ending) -> None:
        """Write the verdict down before anything follows from it, and drop what an older open question staged."""
        table = schema.visit
        values = {**ending.values(), "state": schema.PUBLISHING, "ending": msgspec.json.encode(ending).decode()}
        hold(connection, self._visit, **values)
        older = sa.select(table.c.id).where(
            table.c.source == self._visit.source, table.c.id < self._visit.id, table.c.open == 1
        )
        numbers = list(connection.scalars(older))
        for number in numbers:
            self._clear(connection, number)
        if numbers:
            connection.execute(table.update().where(table.c.id.in_(numbers)).values(open=0))

    def publish(self, ending: Ending) -> None:
        """Judge once, publish, end: one transaction, or the verdict first and slices after it."""
        if self._size() <= SLICE:
            self._database.write(lambda connection: self._at_once(connection, ending))
            return
        self._database.write(lambda connection: self.decide(connection, ending))
        self.finish(ending)

    def finish(self, ending: Ending) -> None:
        """Do what is left of a decided visit, slice by slice."""
        for step in self._steps(ending):
            while self._database.write(lambda connection, step=step: step(connection, SLICE)):  # type: ignore[misc]  # mypy cannot type a lambda's default
                pass
        self._database.write(lambda connection: self._end(connection, ending))

    def publish_additions(self) -> None:
        """Publish what a first visit has staged so far: there is nothing yet to lose."""
        self._database.write(lambda connection: self.additions(connection, None))

    def _at_once(self, connection: sa.Connection, ending: Ending) -> None:
        self.decide(connection, ending)
        for step in self._steps(ending):
            step(connection, None)
        self._end(connection, ending)

    def _size(self) -> int:
        with self._database.reading() as connection:
            return sum(
                connection.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.visit == self._visit.id))
                or 0
                for table in (_staged, _absent)
            )

    def _steps(self, ending: Ending) -> list[Step]:
        if ending.verdict in (None, "held"):
            return []
        steps: list[Step] = [self.additions, self.missing]
        if ending.verdict == "published":
            steps += [self.removals, self.lapses]
        return steps

    # --- steps: each returns whether more is left ---------------------------------------------------------------

    def additions(self, connection: sa.Connection, limit: int | None) -> bool:
        """Publish staged records that are not deleted, ``limit`` of them in the order of their identifiers."""
        part, more = self._begin(connection, 0, limit)
        here = self._here()
        differs = (_record.c.presence != schema.PRESENT) | (_record.c.content != _staged.c.content)
        self._log(connection, part & here & differs, _staged.c.payload, schema.PRESENT)
        update = _record.update().where(part & here & differs)
        connection.execute(
            update.values(
                payload=_staged.c.payload,
                content=_staged.c.content,
                fingerprint=_staged.c.fingerprint,
                datestamp=_staged.c.datestamp,
                since=sa.case((_record.c.presence != schema.PRESENT, self._since), else_=_record.c.since),
                presence=schema.PRESENT,
                last_visit=self._visit.id,
            )
        )
        other_bytes = _record.c.fingerprint != _staged.c.fingerprint
        marks = {"fingerprint": _staged.c.fingerprint, "datestamp": _staged.c.datestamp}
        connection.execute(_record.update().where(part & here & other_bytes).values(marks))
        self._insert(connection, part)
        connection.execute(_staged.delete().where(part))
        return more

    def _insert(self, connection: sa.Connection, part: sa.ColumnElement[bool]) -> None:
        visit = self._visit
        highest = connection.scalar(sa.select(sa.func.max(_record.c.id))) or 0
        joined = _staged.outerjoin(
            _record, (_record.c.source == visit.source) & (_record.c.identifier == _staged.c.identifier)
        )
        fresh = (
            sa.select(
                sa.literal(visit.source),
                _staged.c.identifier,
                _staged.c.key_number,
                _staged.c.payload,
                _staged.c.content,
                _staged.c.fingerprint,
                sa.literal(schema.PRESENT),
                sa.literal(self._since),
                sa.literal(visit.id),
                sa.literal(visit.id),
                _staged.c.datestamp,
            )
            .select_from(joined)
            .where(part & _record.c.id.is_(None))
            .order_by(_staged.c.payload)
        )
        columns = "source identifier key_number payload content fingerprint presence since first_visit last_visit"
        connection.execute(_record.insert().from_select([*columns.split(), "datestamp"], fresh))
        rows = (
            sa.select(
                _record.c.id, sa.literal(visit.id), sa.null(), _record.c.payload, sa.null(), sa.literal(schema.PRESENT)
            )
            .where(_record.c.id > highest)
            .order_by(_record.c.id)
        )
        self._append(connection, rows)

    def removals(self, connection: sa.Connection, limit: int | None) -> bool:
        """Withdraw the records whose deletion the source announced."""
        part, more = self._begin(connection, 1, limit)
        here = self._here()
        self._withdraw(connection, part & here & (_record.c.presence != schema.WITHDRAWN))
        connection.execute(_staged.delete().where(part))
        return more

    def missing(self, connection: sa.Connection, limit: int | None) -> bool:
        """Mark as missing what a complete full list did not show for the first time."""
        part, more = self._begin_absent(connection, schema.MISSING, limit)
        here = part & (_record.c.id == _absent.c.record) & (_record.c.presence == schema.PRESENT)
        self._log(connection, here, _record.c.payload, schema.MISSING)
        values = {"presence": schema.MISSING, "since": self._since, "last_visit": self._visit.id}
        connection.execute(_record.update().where(here).values(values))
        connection.execute(_absent.delete().where(part))
        return more

    def lapses(self, connection: sa.Connection, limit: int | None) -> bool:
        """Withdraw what was absent again on a later day."""
        part, more = self._begin_absent(connection, schema.WITHDRAWN, limit)
        self._withdraw(connection, part & (_record.c.id == _absent.c.record) & (_record.c.presence == schema.MISSING))
        connection.execute(_absent.delete().where(part))
        return more

    def retire(self, connection: sa.Connection) -> int:
        """Withdraw everything that is held of the source; returns how many records that were."""
        self._lock(connection)
        held = (_record.c.source == self._visit.source) & (_record.c.presence != schema.WITHDRAWN)
        count = connection.scalar(sa.select(sa.func.count()).select_from(_record).where(held)) or 0
        self._withdraw(connection, held)
        return count

    def _withdraw(self, connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
        self._log(connection, which, sa.null(), schema.WITHDRAWN)
        values = {"presence": schema.WITHDRAWN, "since": self._since, "last_visit": self._visit.id}
        connection.execute(_record.update().where(which).values(values))

    def _begin(self, connection: sa.Connection, deleted: int, limit: int | None) -> tuple[sa.ColumnElement[bool], bool]:
        self._lock(connection)
        part = (_staged.c.visit == self._visit.id) & (_staged.c.deleted == deleted)
        if limit is None:
            return part, False
        last = connection.scalar(
            sa.select(_staged.c.identifier).where(part).order_by(_staged.c.identifier).limit(1).offset(limit - 1)
        )
        return (part, False) if last is None else (part & (_staged.c.identifier <= last), True)

    def _begin_absent(
        self, connection: sa.Connection, presence: int, limit: int | None
    ) -> tuple[sa.ColumnElement[bool], bool]:
        self._lock(connection)
        part = (_absent.c.visit == self._visit.id) & (_absent.c.presence == presence)
        if limit is None:
            return part, False
        last = connection.scalar(
            sa.select(_absent.c.record).where(part).order_by(_absent.c.record).limit(1).offset(limit - 1)
        )
        return (part, False) if last is None else (part & (_absent.c.record <= last), True)

    def _here(self) -> sa.ColumnElement[bool]:
        """Join staged with record so that staged leads: a slice must not walk through all that is held.

        The source is written as a sum with staged's own column; SQLite, which has no statistics, would else begin with
        the source's million records.
        """
        source = _staged.c.visit + (self._visit.source - self._visit.id)
        return (_record.c.source == source) & (_record.c.identifier == _staged.c.identifier)

    def _lock(self, connection: sa.Connection) -> None:
        """Check the fence in the same transaction, then take the log's lock before its first number."""
        hold(connection, self._visit)
        self._database.lock_changes(connection)

    def _log(
        self, connection: sa.Connection, which: sa.ColumnElement[bool], after: sa.ColumnElement[Any], presence: int
    ) -> None:
        rows = sa.select(
            _record.c.id,
            sa.literal(self._visit.id),
            _record.c.payload,
            after,
            _record.c.presence,
            sa.literal(presence),
        ).where(which)
        self._append(connection, rows.order_by(_record.c.id))

    def _append(self, connection: sa.Connection, rows: sa.Select[tuple[object, ...]]) -> None:
        highest = connection.scalar(sa.select(sa.func.max(_change.c.sequence))) or 0
        columns = ["record", "visit", "before", "after", "was", "presence"]
        connection.execute(_change.insert().from_select(columns, rows))
        count_presences(connection, self._visit.source, highest)

    def _end(self, connection: sa.Connection, ending: Ending) -> None:
        visit, sources = self._visit, schema.source
        hold(connection, visit, state=schema.ENDED, ended=self._database.now(), checkpoint=None)
        if ending.verdict in ("held", "additions"):
            connection.execute(schema.page.delete().where(schema.page.c.visit == visit.id))
        else:
            self._clear(connection, visit.id)
        failures = 0 if ending.outcome == "complete" else sources.c.failures + 1
        after = {"due_at": ending.due_at, "failures": failures, "next_mode": ending.next_mode}
        if ending.watermark is not None:
            after["watermark"] = ending.watermark
        after |= {name: value for name in ("swept_at", "reread") if (value := getattr(ending, name)) is not None}
        ours = (sources.c.id == visit.source) & (sources.c.fence == visit.fence)
        if connection.execute(sources.update().where(ours).values(after)).rowcount != 1:
            raise LeaseLost

    def _clear(self, connection: sa.Connection, number: int) -> None:
        for table in (_staged, _absent, schema.page):
            connection.execute(table.delete().where(table.c.visit == number))


def count_presences(connection: sa.Connection, source: int, after: int) -> None:
    """Bring a source's counts up to date with the changes above ``after``, in the transaction that appended them."""
    table = schema.source
    question = (
        sa.select(_change.c.was, _change.c.presence, sa.func.count())
        .where(_change.c.sequence > after)
        .group_by(_change.c.was, _change.c.presence)
    )
    counts = dict.fromkeys(schema.PRESENCES, 0)
    for was, presence, number in connection.execute(question):
        counts[schema.PRESENCES[presence]] += number
        if was is not None:
            counts[schema.PRESENCES[was]] -= number
    values = {name: table.c[name] + number for name, number in counts.items() if number}
    if values:
        connection.execute(table.update().where(table.c.id == source).values(values))
