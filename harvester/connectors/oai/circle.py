"""Notice a list without end."""

from __future__ import annotations

from collections.abc import Sequence

import xxhash

from ...errors import SourceError
from ...record import Item, RawRecord, Rejected

CIRCLES = 3  # so many pages in a row without a new record are a circle, whatever their tokens say


class Circle:
    """Notice a list that goes in circles: pages whose records were all shown before.

    A repeated token alone proves nothing (some servers use one token for the whole list); a repeated token with
    nothing new, or several pages in a row with nothing new, does.
    """

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._pages: set[int] = set()
        self._stale = 0

    def check(self, items: Sequence[Item], asked: str | None, token: str | None, number: int) -> None:
        """Raise SourceError loop where this page closes a circle."""
        mark = xxhash.xxh3_64_intdigest(_names(items).encode())
        stale = mark in self._pages
        self._stale = self._stale + 1 if stale else 0
        if token is not None and stale and (token in self._tokens or self._stale >= CIRCLES):
            raise SourceError("loop", token=token, pages=number)
        self._pages.add(mark)
        self._tokens.update(word for word in (asked, token) if word is not None)


def _names(items: Sequence[Item]) -> str:
    if set(map(type, items)) == {int}:  # an unchanged page: one call instead of a hundred
        return repr(items)
    return "\n".join(map(_name, items))


def _name(item: Item) -> str:
    if isinstance(item, RawRecord):
        return item.identifier
    return item.identifier or "" if isinstance(item, Rejected) else str(item)
