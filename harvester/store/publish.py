"""Move what a verdict allows from staged into record, and append every difference to the change log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from . import folding, notes, renaming, schema, undo, visits
from .changes import Appending
from .database import Database, tell, update
from .sources import json_of
from .visits import QUESTIONS, RELEASED, Ending, Visit, hold, hold_lease

# One transaction up to here; above it slices, so that nobody waits longer than ~0.3 s for the writer (measured: 100,000
# new records in one transaction take 0.29 s on SQLite and about 1 s on PostgreSQL).
SLICE = 20_000

_staged, _record, _absent = schema.staged, schema.record, schema.absent

ASKED = ("full", "incremental", "sweep")  # modes of visits that asked a source

_NEW_RECORDS = (
    "INSERT INTO record (source, identifier, key_number, payload, content, fingerprint, presence, since, first_visit,"
    " last_visit, datestamp) SELECT ?, identifier, key_number, payload, content, fingerprint, 0, ?, ?, ?, datestamp"
    " FROM staged"  # 0: PRESENT
)

Step = Callable[..., bool]  # (connection, limit): whether more is left


class Sizes(NamedTuple):
    """How much a visit has staged, live and deleted, and how much it did not show."""

    live: int
    deleted: int
    absent: int


class Publisher:
    """Publish one visit; every step is a transaction of its own or part of one, and can be repeated after a crash."""

    def __init__(self, database: Database, visit: Visit, clock_seconds: int, *, last: bool = False) -> None:
        """``clock_seconds`` is the server's clock: the moment since when a record has its presence.

        ``last`` says that the source's lease is given back where the visit ends.
        """
        self._database, self._visit, self._since = database, visit, clock_seconds
        self._released = RELEASED if last else {}
        self._work = Appending(database, visit, clock_seconds)

    def decide(self, connection: sa.Connection, ending: Ending) -> None:
        """Write the verdict down before anything follows from it, and let it take the place of an older question.

        A list that is not whole takes the place of a question only by being one: what it does not show is still asked.
        """
        values = {**ending.values(), "state": schema.PUBLISHING, "ending": msgspec.json.encode(ending).decode()}
        hold(connection, self._visit, **values)
        notes.add(connection, self._visit, ending.noticed)
        if ending.verdict in QUESTIONS or (ending.verdict and ending.outcome == "complete"):
            supersede(connection, self._visit)

    def publish(self, ending: Ending) -> None:
        """Judge once, publish, end: one transaction, or the verdict first and slices after it."""
        if self._database.write(partial(self._at_once, ending=ending)):
            return
        self._database.write(partial(self.decide, ending=ending))
        self.finish(ending)

    def finish(self, ending: Ending) -> None:
        """Do what is left of a decided visit, slice by slice; whoever does this has a lease, and keeps it."""
        with self._database.reading() as connection:
            sizes = self._sizes(connection)
        for step in self._steps(ending, sizes):
            while self._database.write(partial(step, limit=SLICE)):
                visits.beat(self._database, [self._visit.lease])
        self._database.write(partial(self._end, ending=ending))

    def publish_additions(self) -> None:
        """Publish what a first visit has staged so far: there is nothing yet to lose."""
        self._database.write(lambda connection: self.additions(connection, None))

    def _at_once(self, connection: sa.Connection, ending: Ending) -> bool:
        """Do all of it where that is little enough; returns whether it was."""
        sizes = self._sizes(connection)
        if sum(sizes) > SLICE:
            return False
        self.decide(connection, ending)
        for step in self._steps(ending, sizes):
            step(connection, None)
        self._end(connection, ending)
        return True

    def _sizes(self, connection: sa.Connection) -> Sizes:
        """Return how much of each kind waits to be published."""
        kinds = "SELECT deleted, count(*) FROM staged WHERE visit = ? GROUP BY deleted"
        staged = dict(tell(connection, kinds, (self._visit.id,)).fetchall())
        absent = tell(connection, "SELECT count(*) FROM absent WHERE visit = ?", (self._visit.id,)).fetchall()[0][0]
        return Sizes(staged.get(0, 0), staged.get(1, 0), absent)

    def _steps(self, ending: Ending, sizes: Sizes) -> list[Step]:
        if self._visit.mode == "undo":
            return [partial(undo.take_back, self._work)]
        if self._visit.mode == "retire":
            return [self.retire]
        if ending.verdict in (None, "held"):
            return []
        steps: list[tuple[int, Step]] = [(sizes.live, self.additions)]
        steps += [(1, partial(renaming.hand_over, self._work))] if ending.rekey else []
        steps += [(sizes.absent, self.missing)]
        if ending.verdict == "published":
            steps += [(sizes.deleted, self.removals), (sizes.absent, self.lapses)]
        return [step for size, step in steps if size]

    # --- steps: each returns whether more is left ---------------------------------------------------------------

    def additions(self, connection: sa.Connection, limit: int | None) -> bool:
        """Publish staged records that are not deleted, ``limit`` of them in the order of their identifiers."""
        last, more = self._begin(connection, 0, limit)
        part, keys = "visit = ? AND deleted = 0", [self._visit.id, *([last] if last is not None else [])]
        if last is not None:
            part = f"{part} AND identifier <= ?"
        size = tell(connection, f"SELECT count(*) FROM staged WHERE {part}", keys).fetchall()[0][0]  # noqa: S608 - ours
        if self._insert(connection, part, keys) < size:  # the others are held: what differs is changed
            if self._visit.first:  # held since its own slices, which may have come from a newer record
                folding.forget_older(connection, self._visit)
            self._update(connection, self._part(0, last) & self._here())
        tell(connection, f"DELETE FROM staged WHERE {part}", keys)  # noqa: S608 - as above
        return more

    def _update(self, connection: sa.Connection, here: sa.ColumnElement[bool]) -> None:
        differs = (_record.c.presence != schema.PRESENT) | (_record.c.content != _staged.c.content)
        differs &= _staged.c.payload.is_not(None)  # what it says was held, and was erased and forgotten since
        self._work.log(connection, here & differs, _staged.c.payload, schema.PRESENT)
        update = _record.update().where(here & differs)
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
        forgotten = _record.c.content == b""  # its bytes must stay unknown, or they are never fetched
        other_bytes = (_record.c.fingerprint != _staged.c.fingerprint) & ~forgotten
        marks = {"fingerprint": _staged.c.fingerprint, "datestamp": _staged.c.datestamp}
        connection.execute(_record.update().where(here & other_bytes).values(marks))

    def _insert(self, connection: sa.Connection, part: str, keys: Sequence[Any]) -> int:
        """Insert what is new, in the order in which it was staged; returns how many records that were."""
        visit = self._visit
        highest = tell(connection, "SELECT max(id) FROM record").fetchall()[0][0] or 0
        new = f"{_NEW_RECORDS} WHERE {part} ORDER BY payload ON CONFLICT (source, identifier) DO NOTHING"
        number = tell(connection, new, (visit.source, self._since, visit.id, visit.id, *keys)).rowcount
        if number:
            self._work.append_new(connection, highest)
        return int(number)

    def removals(self, connection: sa.Connection, limit: int | None) -> bool:
        """Withdraw the records whose deletion the source announced."""
        last, more = self._begin(connection, 1, limit)
        part, here = self._part(1, last), self._here()
        self._work.withdraw(connection, part & here & (_record.c.presence != schema.WITHDRAWN))
        connection.execute(_staged.delete().where(part))
        return more

    def missing(self, connection: sa.Connection, limit: int | None) -> bool:
        """Mark as missing what a complete full list did not show for the first time."""
        part, more = self._begin_absent(connection, schema.MISSING, limit)
        here = part & self._absent_now() & (_record.c.presence == schema.PRESENT)
        self._work.log(connection, here, _record.c.payload, schema.MISSING)
        values = {"presence": schema.MISSING, "since": self._since, "last_visit": self._visit.id}
        connection.execute(_record.update().where(here).values(values))
        connection.execute(_absent.delete().where(part))
        return more

    def lapses(self, connection: sa.Connection, limit: int | None) -> bool:
        """Withdraw what was absent again on a later day."""
        part, more = self._begin_absent(connection, schema.WITHDRAWN, limit)
        self._work.withdraw(connection, part & self._absent_now() & (_record.c.presence == schema.MISSING))
        connection.execute(_absent.delete().where(part))
        return more

    def retire(self, connection: sa.Connection, limit: int | None = None) -> bool:
        """Withdraw everything that is held of the source."""
        return self._work.retire(connection, limit)

    def _begin(self, connection: sa.Connection, deleted: int, limit: int | None) -> tuple[str | None, bool]:
        """Check and lock; return the last identifier of a slice (None: all are in it), and whether more is left."""
        self._work.lock(connection)
        if limit is None:
            return None, False
        last = connection.scalar(
            sa.select(_staged.c.identifier)
            .where(self._part(deleted, None))
            .order_by(_staged.c.identifier)
            .limit(1)
            .offset(limit - 1)
        )
        return last, last is not None

    def _part(self, deleted: int, last: str | None) -> sa.ColumnElement[bool]:
        part = (_staged.c.visit == self._visit.id) & (_staged.c.deleted == deleted)
        return part if last is None else part & (_staged.c.identifier <= last)

    def _begin_absent(
        self, connection: sa.Connection, presence: int, limit: int | None
    ) -> tuple[sa.ColumnElement[bool], bool]:
        self._work.lock(connection)
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
        same = (_record.c.source == source) & (_record.c.identifier == _staged.c.identifier)
        return same & self._untouched()

    def _absent_now(self) -> sa.ColumnElement[bool]:
        return (_record.c.id == _absent.c.record) & self._untouched()

    def _untouched(self) -> sa.ColumnElement[bool]:
        """What a later visit has changed stays, when this one is published after it by approval."""
        return _record.c.last_visit <= self._visit.id

    def _end(self, connection: sa.Connection, ending: Ending) -> None:
        visit = self._visit
        hold(connection, visit, state=schema.ENDED, ended=self._database.now(), checkpoint=None)
        if ending.verdict in QUESTIONS:
            tell(connection, "DELETE FROM page WHERE visit = ?", (visit.id,))
        else:
            clear(connection, visit.id)
        told = ("watermark", "due_at", "failures", "swept_at", "reread")
        after = {name: value for name in told if (value := getattr(ending, name)) is not None}
        if ending.restart:
            after["watermark"] = None
        hold_lease(connection, visit.lease, **after, retired=int(visit.mode == "retire"), **self._released)
        # A statement of its own: on PostgreSQL it sees what was written before the source's row was ours.
        tell(connection, _NEXT_MODE, (visit.source, b"", ending.next_mode, visit.source, visit.mode))
        if ending.outcome == "complete" and ending.verdict in ("published", "nothing") and visit.mode in ASKED:
            # A whole list was believed: what was taken back before is answered.
            tell(
                connection, "UPDATE visit SET open = 0 WHERE source = ? AND mode = 'undo' AND open = 1", (visit.source,)
            )


# A visit that did not ask for everything was opened while nobody wanted that: a ``full`` that stands there now was
# written meanwhile, and stays. So does one for records whose bodies were erased and may be shown again: they have no
# fingerprint until a list has brought them (0, 1: PRESENT, MISSING; the index of fingerprints answers).
_FORGOTTEN = "SELECT 1 FROM record WHERE source = ? AND fingerprint = ? AND presence < 2"
_NEXT_MODE = (
    f"UPDATE source SET next_mode = CASE WHEN EXISTS ({_FORGOTTEN}) THEN 'full' ELSE ? END"  # noqa: S608 - ours
    " WHERE id = ? AND (next_mode <> 'full' OR ? = 'full')"
)

# The modes are those of ``ASKED``.
_OPEN = "SELECT id FROM visit WHERE source = ? AND id <> ? AND open = 1 AND mode IN ('full', 'incremental', 'sweep')"


def supersede(connection: sa.Connection, visit: Visit) -> None:
    """Close the open question of a visit's source: this visit knows more, and what that one staged is dropped."""
    for (number,) in tell(connection, _OPEN, (visit.source, visit.id)).fetchall():
        clear(connection, number)
        update(connection, "visit", {"open": 0, "superseded_by": visit.id}, "id = ?", (number,))


def drop(database: Database, visit: Visit, code: str, facts: dict[str, Any]) -> None:
    """End an unfinished visit with nothing more of it published; ``code`` and ``facts`` say why. Raises LeaseLost."""

    def job(connection: sa.Connection) -> None:
        values = {"outcome": None, "code": code, "facts": json_of(facts), "checkpoint": None}
        hold(connection, visit, **values)
        clear(connection, visit.id)
        hold(connection, visit, state=schema.ENDED, ended=database.now())

    database.write(job)


def clear(connection: sa.Connection, number: int) -> None:
    """Drop what a visit has staged."""
    for table in ("staged", "absent", "page"):
        tell(connection, f"DELETE FROM {table} WHERE visit = ?", (number,))  # noqa: S608 - the names stand above
