"""Notice a list without end, and records that come twice, with a few megabytes for any number of records."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import cast

from ...errors import SourceError
from ...record import Item, RawRecord, Rejected

CIRCLES = 3  # so many pages in a row without a new record are a circle, whatever their tokens say
# So many names and tokens are remembered (a few MB). Above it only every second name is, then every fourth …: names
# are chosen by their hash, so that the same ones are chosen on every page.
REMEMBERED = 1 << 16
RECENT = 64  # pages that are compared as a whole, for pages on which no chosen name stands
# Real servers go on far beyond completeListSize, or invent records for ever; ten times what they declare is no list any
# more. Below a thousand the declaration may simply be wrong (real ones say 0, or the size of a page).
TIMES, FEWEST = 10, 1000


class Circle:
    """Notice a list that goes in circles: pages whose records were all shown before (T4, T5).

    A repeated token alone proves nothing (some servers use one token for the whole list); a repeated token with
    nothing new, or several pages in a row with nothing new, does.
    """

    def __init__(self) -> None:
        self._names: set[int] = set()
        self._mask = 0
        self._tokens: set[int] = set()
        self._recent: deque[int] = deque(maxlen=RECENT)
        self._stale = 0

    def check(self, items: Sequence[Item], asked: str | None, token: str | None, number: int) -> int:
        """Look at a page; return about how many of its records stood on earlier pages already (T10).

        Raises SourceError loop where this page closes a circle.
        """
        names = _names(items)
        mask = self._mask
        chosen = {name for name in names if not name & mask} if mask else set(names)
        fresh = chosen - self._names
        mark = hash(tuple(names))
        stale = mark in self._recent or (not fresh if chosen else not names)
        self._stale = self._stale + 1 if stale else 0
        if token is not None and stale and (hash(token) in self._tokens or self._stale >= CIRCLES):
            raise SourceError("loop", token=token, pages=number)
        self._remember(fresh, mark, asked, token)
        return 0 if stale else (len(chosen) - len(fresh)) * (mask + 1)

    def _remember(self, fresh: set[int], mark: int, asked: str | None, token: str | None) -> None:
        self._recent.append(mark)
        if len(self._tokens) > REMEMBERED:
            self._tokens.clear()
        self._tokens.update(hash(word) for word in (asked, token) if word is not None)
        self._names |= fresh
        while len(self._names) > REMEMBERED:
            self._mask = self._mask << 1 | 1
            self._names = {name for name in self._names if not name & self._mask}


def _names(items: Sequence[Item]) -> Sequence[int]:
    if set(map(type, items)) == {int}:  # an unchanged page: nothing to be done a hundred times
        return cast("Sequence[int]", items)
    return [hash(item.identifier) if type(item) is RawRecord else _name(item) for item in items]


def _name(item: Item) -> int:
    if isinstance(item, Rejected):
        return hash(item.identifier or item.body)
    return item if isinstance(item, int) else hash(item.identifier)


def most(declared: int | None, largest: int) -> int:
    """Return how many records a list may have at most; ``largest`` is the source's own limit."""
    return largest if declared is None else min(largest, max(TIMES * declared, FEWEST))
