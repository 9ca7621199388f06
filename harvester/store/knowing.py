"""Which bytes are held already: asked for every page, so asked in the cheapest way that both databases have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from .database import Database, tell

_BLOCK = 5_000  # PostgreSQL takes 65,535 bound values in a statement, a stock SQLite 32,766
_HELD = "SELECT fingerprint, id FROM record WHERE presence = 0"  # 0: PRESENT
# The plus keeps SQLite from walking through all records of the source: the range of numbers is the shorter way.
_AHEAD = f"{_HELD} AND id BETWEEN ? AND ? AND +source = ?"
TRIES = 3  # so often it may prove wrong
AHEAD = 512  # numbers that are read ahead: a third of the price of looking each one up (measured)


class Knowing:
    """Says which bytes are those of present records of one source, with the records' numbers; used by one thread.

    A list mostly comes in the order in which it came first, and so were its records numbered: what follows the last
    one that was found is read ahead. Where that proves wrong it is given up, and each is looked up by its bytes.
    """

    def __init__(self, database: Database, source: int) -> None:
        """Nothing has been asked yet."""
        self._database, self._source = database, source
        self._ahead: dict[bytes, int] = {}
        self._next: int | None = None  # where the reading ahead goes on; None: nowhere
        self._tries = TRIES

    def among(self, fingerprints: Sequence[bytes]) -> dict[bytes, int]:
        """Return which of these bytes are held."""
        if not fingerprints:
            return {}
        found = {mark: self._ahead[mark] for mark in fingerprints if mark in self._ahead}
        if len(found) < len(fingerprints):
            with self._database.reading() as connection:
                self._ask(connection, fingerprints, found)
        return found

    def _ask(self, connection: sa.Connection, fingerprints: Sequence[bytes], found: dict[bytes, int]) -> None:
        """Add to what was found what only the store knows."""
        if self._next is not None:
            self._read_ahead(connection, len(fingerprints))
            found.update({mark: self._ahead[mark] for mark in fingerprints if mark in self._ahead})
        ahead = len(found)
        rest = [mark for mark in fingerprints if mark not in found] if ahead < len(fingerprints) else []
        for start in range(0, len(rest), _BLOCK):
            found.update(self._looked_up(connection, rest[start : start + _BLOCK]))
        if self._next is not None and ahead * 2 < len(found):
            self._ahead, self._next = {}, None
            self._tries -= 1
        if self._next is None and self._tries and found:
            self._next = max(found.values()) + 1

    def _read_ahead(self, connection: sa.Connection, size: int) -> None:
        assert self._next is not None
        last = self._next + max(AHEAD, size) - 1
        self._ahead = _rows(connection, _AHEAD, (self._next, last, self._source))
        self._next = last + 1

    def _looked_up(self, connection: sa.Connection, block: list[bytes]) -> dict[bytes, int]:
        if self._database.sqlite:
            return _rows(connection, _by_bytes(len(block)), (self._source, *block))
        question = f"{_HELD} AND source = ? AND fingerprint = ANY(?)"
        return _rows(connection, question, (self._source, block))


def _rows(connection: sa.Connection, question: str, values: tuple[Any, ...]) -> dict[bytes, int]:
    rows: Iterable[tuple[bytes, int]] = tell(connection, question, values).fetchall()
    return dict(rows)


@lru_cache(maxsize=256)  # pages of one list have one size
def _by_bytes(size: int) -> str:
    return f"{_HELD} AND source = ? AND fingerprint IN ({', '.join('?' * size)})"
