"""A sweep: lists of headers only, to learn what is still there; what is new to us is asked for one by one.

Absence is the only trace that a hard deletion leaves, or a record that left the set (P4, P5): headers show it
for a tenth of the bytes of a full list.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...page import Header
from ...record import Item, Rejected, Standing
from ...stamp import moment
from .conversation import Heard
from .route import Route
from .singles import WAITING_BYTES, Singles

# A record asked for alone costs a question, a page of a full list holds about a hundred for the same. Above a tenth of
# all headers the single questions would be ten times those of the full list, and it is asked for instead.
FEW = 50
SHARE = 10
MOST_OF_A_PAGE = 500  # they wait together for the disk


class TooManyError(Exception):
    """So many records are new to us that the whole list should be asked for."""


class Sweep:
    """Turn headers into items: what we hold as it is, what is gone, and what has to be asked for."""

    def __init__(self, route: Route, singles: Singles) -> None:
        self._route, self._singles = route, singles

    def items(self, heard: Heard) -> tuple[Item, ...]:
        """Read a page of headers. Raises TooManyError, where they are many before a single record is asked for."""
        found, context = heard.reading.headers, heard.reading.cut.context
        read = [header for header in found if isinstance(header, Header)]
        standing = self._route.conversation.visit.standing([header.identifier for header in read])
        asked = sum(_is_asked(header, standing.get(header.identifier)) for header in read)
        self._allow(len(found), asked)
        items, size = list[Item](), 0
        for header in found:
            items.append(item := self._item(header, standing, context))
            size += 0 if isinstance(item, int) else len(item.body)
            if size > WAITING_BYTES:
                raise TooManyError
        return tuple(items)

    def _allow(self, found: int, asked: int) -> None:
        walk = self._route.walk
        if asked > MOST_OF_A_PAGE or walk.singles + asked > max(FEW, (walk.headers + found) // SHARE):
            raise TooManyError
        walk.headers += found
        walk.singles += asked

    def _item(self, header: Header | Rejected, standing: Mapping[str, Standing], context: bytes) -> Item:
        there = standing.get(header.identifier) if isinstance(header, Header) else None
        if isinstance(header, Rejected) or header.deleted or there is None or is_newer_than(header, there):
            return self._singles.read(header, context)
        return there.number


def _is_asked(header: Header, there: Standing | None) -> bool:
    """Say whether the record itself must be asked for: unknown, returned, or changed since we read it."""
    return not header.deleted and (there is None or is_newer_than(header, there))


def is_newer_than(header: Header, there: Standing) -> bool:
    """Say whether a header tells more than we hold: a record that is back, is gone, or has changed since."""
    if header.deleted:
        return there.presence != "withdrawn"
    return there.presence != "present" or is_newer(header.datestamp, there.datestamp)


def is_newer(shown: str, held: str) -> bool:
    """Compare datestamps of one server; one that is missing or unreadable counts as newer (D10)."""
    if shown == held and shown:
        return False
    after, before = moment(shown), moment(held)
    return after is None or before is None or after > before
