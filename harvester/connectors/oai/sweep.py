"""A sweep: lists of headers only, to learn what is still there; what is new to us is asked for one by one.

Absence is the only trace that a hard deletion leaves, or a record that left the set (wild.md P4, P5): headers show it
for a tenth of the bytes of a full list.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import SourceError
from ...page import Header, fingerprint
from ...record import Item, RawRecord, Rejected, Standing
from ...stamp import moment
from .checkpoint import Walk
from .conversation import Conversation, Heard

# A record asked for alone costs a question, a page of a full list holds about a hundred for the same. Above a tenth of
# all headers the single questions would be ten times those of the full list, and it is asked for instead.
FEW = 50
SHARE = 10


class TooManyError(Exception):
    """So many records are new to us that the whole list should be asked for."""


class Sweep:
    """Turn headers into items: what we hold as it is, what is gone, and what has to be asked for."""

    def __init__(self, conversation: Conversation, walk: Walk) -> None:
        self._conversation, self._walk = conversation, walk

    def items(self, heard: Heard) -> tuple[Item, ...]:
        """Read a page of headers. Raises TooManyError before asking for a single record of this page."""
        found = heard.reading.headers
        read = [header for header in found if isinstance(header, Header)]
        standing = self._conversation.visit.standing([header.identifier for header in read])
        asked = sum(_is_new(header, standing) for header in read)
        self._allow(len(found), asked)
        context = heard.reading.cut.context
        return tuple(self._item(header, standing, context) for header in found)

    def _allow(self, found: int, asked: int) -> None:
        walk = self._walk
        if walk.singles + asked > max(FEW, (walk.headers + found) // SHARE):
            raise TooManyError
        walk.headers += found
        walk.singles += asked

    def _item(self, header: Header | Rejected, standing: Mapping[str, Standing], context: bytes) -> Item:
        if isinstance(header, Rejected):
            return header
        if _is_new(header, standing):
            return self._asked(header.identifier)
        there = standing.get(header.identifier)
        gone = header.deleted and (there is None or there.presence != "withdrawn")
        return tombstone(header, self._walk.format, context) if gone or there is None else there.number

    def _asked(self, identifier: str) -> Item:
        """Ask for one record; one that is listed and not given is rejected, and is no less seen."""
        heard = self._conversation.record(identifier, self._walk)
        if heard.errors or len(heard.reading.items) != 1:
            return Rejected(identifier, "not_given", "\n".join(heard.errors).encode())
        (item,) = heard.reading.items
        if isinstance(item, RawRecord) and item.identifier != identifier:
            raise SourceError("structure", where=self._conversation.source.url, detail=item.identifier)
        return item


def _is_new(header: Header, standing: Mapping[str, Standing]) -> bool:
    """Say whether the record itself must be asked for: unknown, returned, or changed since we read it."""
    if header.deleted:
        return False
    there = standing.get(header.identifier)
    return there is None or there.presence != "present" or is_newer(header.datestamp, there.datestamp)


def is_newer(shown: str, held: str) -> bool:
    """Compare datestamps of one server; one that is missing or unreadable counts as newer (wild.md D10)."""
    if shown == held and shown:
        return False
    after, before = moment(shown), moment(held)
    return after is None or before is None or after > before


def tombstone(header: Header, name: str, context: bytes) -> RawRecord:
    """Make a record of a header that announces a deletion: there is nothing more to ask for."""
    mark = fingerprint(context, header.body)
    return RawRecord(
        header.identifier, header.datestamp, header.sets, True, name, header.body, context, mark, mark
    )  # fmt: skip
