"""Cursors: where a page ended, opaque to whoever carries it to the next one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from .errors import IndexUnreachableError
from .query import CursorError, Engine, Hit, Hits, Query, Sort


class Cursor(NamedTuple):
    """The generation and the order that a page was made of, and the sort value of its last hit.

    ``passed`` says how many hits stood before the next page when this one was made: a hint that saves an engine looking
    for it, and nothing that may be trusted after the index has changed.
    """

    generation: str
    sort: Sort
    value: str
    passed: int = 0


def write_cursor(cursor: Cursor) -> str:
    """Return a cursor as text for addresses."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


class _Searching(Protocol):
    def generation(self) -> str: ...
    def at(self, generation: str) -> Engine: ...
    def get(self, key: str) -> Hit | None: ...


Searching = TypeVar("Searching", bound=_Searching)


def in_its_generation(search: Callable[[Searching, Query], Hits]) -> Callable[[Searching, Query], Hits]:
    """Let a search with a cursor stay in the generation that the cursor names, while that is kept.

    After that it goes on from the cursor's value in the one that answers now. A kept generation hears of no take-down
    until somebody goes back to it: what the one that answers now does not show is left out, whatever the total says.
    """

    @wraps(search)
    def searching(engine: Searching, query: Query) -> Hits:
        if query.cursor:
            named = read_cursor(query.cursor).generation
            if named and named != engine.generation():
                with suppress(IndexUnreachableError):  # gone, or damaged
                    found = engine.at(named).search(query)
                    shown = tuple(hit for hit in found.hits if engine.get(hit.key) is not None)
                    return msgspec.structs.replace(found, hits=shown)
        return search(engine, query)

    return searching


def read_cursor(text: str) -> Cursor:
    """Read a cursor; raises CursorError for what this module never wrote."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found = msgspec.json.decode(raw, type=Cursor)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise CursorError(text[:40]) from error
    if found.sort == "relevance" or found.passed < 0:
        raise CursorError(text[:40])
    return found
