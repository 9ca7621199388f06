"""Which bytes are held already: asked for every page, so asked in the cheapest way that both databases have."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from .database import Database, tell

_BLOCK = 5_000  # PostgreSQL takes 65,535 bound values in a statement, a stock SQLite 32,766
_HELD = "SELECT fingerprint, id FROM record WHERE presence = 0"  # 0: PRESENT
_MARK = 16  # bytes of a fingerprint; what was erased has none
# The plus keeps SQLite from walking through all records of the source: the range of numbers is the shorter way.
_AHEAD = f"{_HELD} AND id BETWEEN ? AND ? AND +source = ? AND length(fingerprint) = {_MARK} ORDER BY id"
# All fingerprints as one value: a quarter of the price of a row each (measured). SQLite keeps the bytes of what it
# joins as text, and the order of the question below.
_JOINED = f"SELECT count(*), min(id), max(id), CAST(group_concat(fingerprint, '') AS BLOB) FROM ({_AHEAD})"  # noqa: S608
_NUMBERS = f"SELECT id FROM ({_AHEAD}) ORDER BY id"  # noqa: S608
TRIES = 3  # so often it may prove wrong
# Numbers that are read ahead: each time twice as many as the time before, for a question costs as much as 500 of them.
AHEAD, MOST_AHEAD = 512, 4096


class _Ahead:
    """The records of a range of numbers: their fingerprints as one value, and their numbers in the same order."""

    def __init__(self, marks: bytes = b"", numbers: Sequence[int] = ()) -> None:
        self._marks, self._numbers = marks, numbers
        self._at = 0  # the first one after those that pages have shown
        self._by_mark: dict[bytes, int] = {}

    @property
    def left(self) -> Sequence[int]:
        """The numbers of those that no page has shown yet."""
        return self._numbers[self._at :]

    def following(self, fingerprints: Sequence[bytes]) -> list[int]:
        """Return the numbers of a page that shows what comes next, in its order and without a gap; else nothing."""
        if not self._marks.startswith(b"".join(fingerprints), self._at * _MARK):
            return []
        begin, self._at = self._at, self._at + len(fingerprints)
        return list(self._numbers[begin : self._at])

    def among(self, fingerprints: Sequence[bytes]) -> dict[bytes, int]:
        """Return the numbers of those that are here, in whatever order."""
        if not self._by_mark:
            marks = (self._marks[place : place + _MARK] for place in range(0, len(self._marks), _MARK))
            self._by_mark = dict(zip(marks, self._numbers, strict=True))
        found = {mark: self._by_mark[mark] for mark in fingerprints if mark in self._by_mark}
        if found:
            self._at = bisect_left(self._numbers, max(found.values())) + 1
        return found


class Knowing:
    """Says which bytes are those of present records of one source, with the records' numbers; used by one thread.

    A list mostly comes in the order in which it came first, and so were its records numbered: what follows the last
    one that was found is read ahead. Where that proves wrong it is given up, and each is looked up by its bytes.
    """

    def __init__(self, database: Database, source: int) -> None:
        """Nothing has been asked yet."""
        self._database, self._source = database, source
        self._ahead = _Ahead()
        self._next: int | None = None  # where the reading ahead goes on; None: nowhere
        self._size, self._tries = AHEAD, TRIES

    def numbers(self, fingerprints: Sequence[bytes]) -> Sequence[int | None]:
        """Return the number of the record that each of these bytes are; None for those that are not held."""
        if not fingerprints:
            return ()
        following = self._ahead.following(fingerprints)
        if following:
            return following
        with self._database.reading() as connection:
            return self._asked(connection, fingerprints)

    def _asked(self, connection: sa.Connection, fingerprints: Sequence[bytes]) -> Sequence[int | None]:
        """Return what is held of a page that is not simply what was read ahead."""
        if self._next is not None and len(self._ahead.left) < len(fingerprints):
            self._read_ahead(connection, self._next, len(fingerprints))
        following = self._ahead.following(fingerprints)
        return following or list(map(self._found(connection, fingerprints).get, fingerprints))

    def _found(self, connection: sa.Connection, fingerprints: Sequence[bytes]) -> dict[bytes, int]:
        """Look for each record of a page, and say where the reading ahead goes on."""
        found = self._ahead.among(fingerprints)
        ahead = len(found)
        rest = [mark for mark in fingerprints if mark not in found] if ahead < len(fingerprints) else []
        for start in range(0, len(rest), _BLOCK):
            found.update(self._looked_up(connection, rest[start : start + _BLOCK]))
        if self._next is not None and ahead * 2 < len(found):
            self._ahead, self._next, self._size = _Ahead(), None, AHEAD
            self._tries -= 1
        if self._next is None and self._tries and found:
            self._next = max(found.values()) + 1
        return found

    def _read_ahead(self, connection: sa.Connection, following: int, size: int) -> None:
        """Read what was read and not shown again, and what follows: whole pages of this size, mostly."""
        begin = next(iter(self._ahead.left), following)
        last = begin + max(self._size // size, 1) * size - 1
        self._ahead = _read(connection, (begin, last, self._source), joined=self._database.sqlite)
        self._next, self._size = last + 1, min(2 * self._size, MOST_AHEAD)

    def _looked_up(self, connection: sa.Connection, block: list[bytes]) -> dict[bytes, int]:
        if self._database.sqlite:
            return _rows(connection, _by_bytes(len(block)), (self._source, *block))
        question = f"{_HELD} AND source = ? AND fingerprint = ANY(?)"
        return _rows(connection, question, (self._source, block))


def _read(connection: sa.Connection, values: tuple[Any, ...], *, joined: bool) -> _Ahead:
    """Read the records of a range of numbers, ``joined`` by the database or row by row."""
    if not joined:
        rows: Sequence[tuple[bytes, int]] = tell(connection, _AHEAD, values).fetchall()
        return _Ahead(b"".join(mark for mark, _ in rows), [number for _, number in rows])
    count, low, high, marks = tell(connection, _JOINED, values).fetchone()
    if not count:
        return _Ahead()
    if high - low == count - 1:
        return _Ahead(marks, range(low, high + 1))
    return _Ahead(marks, [number for (number,) in tell(connection, _NUMBERS, values)])


def _rows(connection: sa.Connection, question: str, values: tuple[Any, ...]) -> dict[bytes, int]:
    rows: Iterable[tuple[bytes, int]] = tell(connection, question, values).fetchall()
    return dict(rows)


@lru_cache(maxsize=256)  # pages of one list have one size
def _by_bytes(size: int) -> str:
    return f"{_HELD} AND source = ? AND fingerprint IN ({', '.join('?' * size)})"
