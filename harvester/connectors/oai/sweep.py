"""A sweep: lists of headers only, to learn what is still there; what is new to us is asked for one by one.

Absence is the only trace that a hard deletion leaves, or a record that left the set (wild.md P4, P5): headers show it
for a tenth of the bytes of a full list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import xxhash
from lxml import etree

from ...errors import SourceError
from ...page import local_name
from ...record import LONGEST_IDENTIFIER, Item, RawRecord, Rejected, Standing
from ...stamp import moment
from .checkpoint import Walk
from .conversation import Conversation, Heard, children

# A record asked for alone costs a question, a page of a full list holds about a hundred for the same. Above a tenth of
# all headers the single questions would be ten times those of the full list, and it is asked for instead.
FEW = 50
SHARE = 10


class TooManyError(Exception):
    """So many records are new to us that the whole list should be asked for."""


class Header(NamedTuple):
    """A record's header by itself."""

    identifier: str
    datestamp: str
    sets: tuple[str, ...]
    status: str
    body: bytes

    @property
    def fault(self) -> str:
        """The message code of what is wrong with it; empty where nothing is."""
        if not self.identifier:
            return "no_identifier"
        if len(self.identifier.encode()) > LONGEST_IDENTIFIER:
            return "identifier_too_long"
        return "" if self.status in ("", "deleted") else "unknown_status"


class Sweep:
    """Turn headers into items: what we hold as it is, what is gone, and what has to be asked for."""

    def __init__(self, conversation: Conversation, walk: Walk) -> None:
        self._conversation, self._walk = conversation, walk

    def items(self, heard: Heard) -> tuple[Item, ...]:
        """Read a page of headers. Raises TooManyError before asking for a single record of this page."""
        found = headers(heard)
        standing = self._conversation.visit.standing([header.identifier for header in found])
        asked = sum(_is_new(header, standing) for header in found)
        self._allow(len(found), asked)
        return tuple(self._item(header, standing) for header in found)

    def _allow(self, found: int, asked: int) -> None:
        walk = self._walk
        if walk.singles + asked > max(FEW, (walk.headers + found) // SHARE):
            raise TooManyError
        walk.headers += found
        walk.singles += asked

    def _item(self, header: Header, standing: Mapping[str, Standing]) -> Item:
        if header.fault:
            named = header.identifier if header.fault == "unknown_status" else None
            return Rejected(named, header.fault, header.body)
        if _is_new(header, standing):
            return self._asked(header.identifier)
        there = standing.get(header.identifier)
        gone = header.status == "deleted" and (there is None or there.presence != "withdrawn")
        return tombstone(header, self._walk.format) if gone or there is None else there.number

    def _asked(self, identifier: str) -> Item:
        """Ask for one record; one that is listed and not given is rejected, and is no less seen."""
        heard = self._conversation.record(identifier, self._walk.prefix)
        if heard.errors or len(heard.parts.records) != 1:
            return Rejected(identifier, "not_given", "\n".join(heard.errors).encode())
        (item,) = self._conversation.items(heard.parts, self._walk.format)
        if isinstance(item, RawRecord) and item.identifier != identifier:
            raise SourceError("structure", where=self._conversation.source.url, detail=item.identifier)
        return item


def headers(heard: Heard) -> list[Header]:
    """Read the headers of an answer to ListIdentifiers."""
    return [_header(element) for element in children(heard.root, "ListIdentifiers", "header")]


def _header(element: etree._Element) -> Header:
    identifier, datestamp, sets = "", "", []
    for child in element:
        name, text = local_name(child), (child.text or "").strip()
        if name == "identifier":
            identifier = text
        elif name.lower() == "datestamp":
            datestamp = text
        elif name == "setSpec" and text:
            sets.append(text)
    status = element.get("status", "").strip().lower()
    return Header(identifier, datestamp, tuple(sets), status, etree.tostring(element, with_tail=False))


def _is_new(header: Header, standing: Mapping[str, Standing]) -> bool:
    """Say whether the record itself must be asked for: unknown, returned, or changed since we read it."""
    if header.fault or header.status == "deleted":
        return False
    there = standing.get(header.identifier)
    return there is None or there.presence != "present" or is_newer(header.datestamp, there.datestamp)


def is_newer(shown: str, held: str) -> bool:
    """Compare datestamps of one server; one that is missing or unreadable counts as newer (wild.md D10)."""
    if shown == held and shown:
        return False
    after, before = moment(shown), moment(held)
    return after is None or before is None or after > before


def tombstone(header: Header, name: str) -> RawRecord:
    """Make a record of a header that announces a deletion: there is nothing more to ask for."""
    mark = xxhash.xxh3_128_digest(header.body)
    return RawRecord(header.identifier, header.datestamp, header.sets, True, name, header.body, b"", mark, mark)
