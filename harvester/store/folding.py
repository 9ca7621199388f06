"""Which of several records of one identifier counts: the newest by its datestamp, of equal ones the last (T10).

Repeats are rare, so nothing is looked up for them before one is met: the usual page costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from .. import stamp
from ..record import Item, RawRecord
from . import schema
from .database import Database, tell
from .seen import Bitmap, unpack_seen
from .visits import Visit, hold

_BLOCK = 5_000
_staged, _record = schema.staged, schema.record


class Held(msgspec.Struct, frozen=True):
    """What the store holds under an identifier."""

    id: int
    content: bytes
    presence: int
    first_visit: int
    datestamp: str


class ShownBefore:
    """The held records that earlier pages of a visit have shown as they are; read at the first question, if any."""

    def __init__(self, database: Database, visit: Visit) -> None:
        """Nothing is read yet; ``waiting`` are the numbers of pages that are not on disk yet."""
        self._database, self._visit = database, visit
        self._numbers: Bitmap | None = None
        self.waiting: list[Sequence[int]] = []

    def written(self, pages: Iterable[Sequence[int]]) -> None:
        """Take note of pages that are on disk now."""
        self.waiting = []
        if self._numbers is not None:
            for numbers in pages:
                self._numbers.add_all(numbers)

    def __contains__(self, number: int) -> bool:
        if self._numbers is None:
            with self._database.reading() as connection:
                self._numbers = self._read(connection)
        return number in self._numbers or any(number in numbers for numbers in self.waiting)

    def _read(self, connection: sa.Connection) -> Bitmap:
        bounds = tell(
            connection, "SELECT min(id), max(id) FROM record WHERE source = ?", (self._visit.source,)
        ).fetchall()
        shown = Bitmap(*bounds[0])
        rows = tell(connection, "SELECT seen FROM page WHERE visit = ?", (self._visit.id,))
        for numbers in unpack_seen(packed for (packed,) in rows):
            shown.add_all(numbers)
        return shown


def is_older(datestamp: str, than: str) -> bool:
    """Say whether a datestamp is of an earlier moment than another; one that cannot be read is before all others."""
    return datestamp != than and _moment(datestamp) < _moment(than)


def _moment(datestamp: str) -> str:
    return stamp.normalised(datestamp) or ""


def newest(records: Iterable[RawRecord]) -> dict[str, RawRecord]:
    """Return the record that counts of each identifier."""
    latest: dict[str, RawRecord] = {}
    for record in records:
        there = latest.get(record.identifier)
        if there is None or not is_older(record.datestamp, there.datestamp):
            latest[record.identifier] = record
    return latest


def without_older(
    items: Sequence[Item], latest: dict[str, RawRecord], before: Mapping[str, Held], shown: ShownBefore
) -> dict[str, RawRecord]:
    """Leave out records of which the held bytes count: shown by this page further down, or newer and shown at all.

    ``shown`` says of a record's number whether earlier pages showed its held bytes.
    """
    places = {item: place for place, item in enumerate(items) if isinstance(item, int)}
    left_out = set()
    for identifier, there in before.items():
        record, place = latest[identifier], places.get(there.id)
        if is_older(record.datestamp, there.datestamp):
            held_counts = place is not None or there.id in shown
        else:
            held_counts = place is not None and _comes_last(there, place, record, items)
        if held_counts:
            left_out.add(identifier)
    return {identifier: record for identifier, record in latest.items() if identifier not in left_out}


def _comes_last(there: Held, place: int, record: RawRecord, items: Sequence[Item]) -> bool:
    """Say whether held bytes stand below a record of the same page that is exactly as old."""
    as_old = not is_older(there.datestamp, record.datestamp)
    return as_old and place > next(number for number, item in enumerate(items) if item is record)


def stage_newer(connection: sa.Connection, visit: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put rows in the place of those that earlier pages of the visit have staged, unless those are newer.

    The rows are those of ``staged``: visit, identifier, payload, content, fingerprint, key number, deleted, datestamp.
    """
    columns = (_staged.c.identifier, _staged.c.payload, _staged.c.fingerprint, _staged.c.datestamp)
    question = sa.select(*columns).where(
        _staged.c.visit == visit, _staged.c.identifier.in_(sa.bindparam("names", expanding=True))
    )
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        there = {row[0]: row for row in connection.execute(question, {"names": [row[1] for row in block]})}
        for _, name, payload, content, fingerprint, _, deleted, datestamp in block:
            staged = there[name]
            if (staged.payload, bytes(staged.fingerprint)) == (payload, fingerprint):
                continue  # it was written just now
            if not is_older(datestamp, staged.datestamp):
                tell(connection, _AGAIN, (payload, content, fingerprint, deleted, datestamp, visit, name))


_AGAIN = (
    "UPDATE staged SET payload = ?, content = ?, fingerprint = ?, deleted = ?, datestamp = ?"
    " WHERE visit = ? AND identifier = ?"
)


def forget_staged(connection: sa.Connection, visit: Visit, seen: Sequence[int]) -> None:
    """Forget what was staged of records that show their held bytes now, unless it is newer: they are unchanged."""
    source = _staged.c.visit + (visit.source - visit.id)
    here = (_record.c.source == source) & (_record.c.identifier == _staged.c.identifier)
    question = (
        sa.select(_staged.c.identifier, _staged.c.datestamp, _record.c.datestamp)
        .select_from(_record.join(_staged, here))
        .where(_staged.c.visit == visit.id, _record.c.id.in_(sa.bindparam("numbers", expanding=True)))
    )
    for start in range(0, len(seen), _BLOCK):
        rows = connection.execute(question, {"numbers": seen[start : start + _BLOCK]}).all()
        _forget(connection, visit, [name for name, staged, there in rows if not is_older(there, staged)])


def forget_older(connection: sa.Connection, visit: Visit) -> None:
    """Forget what a first visit has staged again and what its own slices have published newer."""
    source = _staged.c.visit + (visit.source - visit.id)
    here = (_record.c.source == source) & (_record.c.identifier == _staged.c.identifier)
    question = (
        sa.select(_staged.c.identifier, _staged.c.datestamp, _record.c.datestamp)
        .select_from(_staged.join(_record, here))
        .where(_staged.c.visit == visit.id)
    )
    rows = connection.execute(question).all()
    _forget(connection, visit, [name for name, staged, there in rows if is_older(staged, there)])


def fold_first(database: Database, visit: Visit) -> None:
    """Fold the rest of a first visit with what its own slices have published. Raises LeaseLost."""
    with database.reading() as connection:
        if not tell(connection, "SELECT 1 FROM record WHERE source = ? LIMIT 1", (visit.source,)).fetchall():
            return

    def job(connection: sa.Connection) -> None:
        hold(connection, visit)
        forget_older(connection, visit)

    database.write(job)


def _forget(connection: sa.Connection, visit: Visit, names: Sequence[str]) -> None:
    for name in names:
        tell(connection, "DELETE FROM staged WHERE visit = ? AND identifier = ?", (visit.id, name))
