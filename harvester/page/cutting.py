"""Cut the records out of an answer as bytes: what is left is its envelope.

The careful cut walks through every tag; ``even`` finds the records of nearly every list much faster, and gives up where
that is in doubt (a nested record, comments, odd tags). Neither judges text: whether the pieces are well-formed is for
the strict parser, which sees every byte once, in the envelope or in a record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import TypeVar

import msgspec
import xxhash

from ..errors import SourceError
from .framing import Frame
from .markup import START_TAG, Buffer, Tag, cut_off, local, tags

# What stands around the records: a clock, the question, a token; sets and formats where there are no records. 40 kB
# is the longest of 392 real answers. lxml takes up to 32 times as much memory.
ENVELOPE_BYTES = 4 * 1024 * 1024
# 66,000 sets with specification and name; five million small elements took lxml 1.4 s and 645 MB.
ENVELOPE_ELEMENTS = 200_000
# The longest of 392 real answers has 2,400 records; so many empty ones are rejected one by one within two seconds.
MOST_RECORDS = 100_000
# Every record is parsed below the start tags above it: so many bytes of them in all are read within two seconds.
CONTEXT_BYTES = 256 * 1024 * 1024

ITEMS = {b"ListRecords": b"record", b"GetRecord": b"record", b"ListIdentifiers": b"header"}
LISTS = tuple(name.decode() for name in ITEMS)
T = TypeVar("T")
_DECLARATION = re.compile(rb"^<\?xml[^>]*\?>")


class Cut(msgspec.Struct, frozen=True):
    """An answer taken apart: the start tags above the records, the records' bytes, and the envelope without them.

    ``context`` begins with the XML declaration; it is empty where the answer is no list. The records of
    ListIdentifiers are its headers.
    """

    context: bytes
    records: Sequence[bytes]
    envelope: bytes


def document(context: bytes, body: bytes) -> bytes:
    """Join a record's bytes with the start tags above it and their end tags: the result parses."""
    return context + body + closing(context)


_LONGEST_REMEMBERED = 10_000  # bytes of start tags or of sets; they come from outside and may have megabytes


def remembered(maxsize: int) -> Callable[[Callable[[bytes], T]], Callable[[bytes], T]]:
    """Keep what a function of bytes gives, as ``lru_cache`` does, but of few bytes only."""

    def keeping(function: Callable[[bytes], T]) -> Callable[[bytes], T]:
        kept = lru_cache(maxsize=maxsize)(function)

        @wraps(function)
        def given(text: bytes) -> T:
            return kept(text) if len(text) <= _LONGEST_REMEMBERED else function(text)

        return given

    return keeping


@remembered(maxsize=1024)
def closing(context: bytes) -> bytes:
    """Return the end tags of the start tags above a record."""
    names = START_TAG.findall(_DECLARATION.sub(b"", context))
    return b"".join(b"</" + name + b">" for name in reversed(names))


def fingerprint(context: bytes, body: bytes) -> bytes:
    """Return the 16-byte xxh3 of context and body: equal bytes need not be read again."""
    return xxhash.xxh3_128_digest(context + body)


def fingerprints(context: bytes, bodies: Sequence[bytes]) -> list[bytes]:
    """Return the fingerprints of all records of a page; the context is hashed once."""
    above = xxhash.xxh3_128(context)
    marks = []
    for body in bodies:
        mark = above.copy()
        mark.update(body)
        marks.append(mark.digest())
    return marks


def careful_cut(body: Buffer, found: Frame, where: str = "") -> Cut:
    """Cut by walking through every tag: exact where comments, sections or nested records fool a search for bytes.

    Raises SourceError: doctype, malformed, structure, overgrown.
    """
    walk = _Walk(body, found, where)
    for tag in tags(body, found.start, found.end, where):
        walk.take(tag)
    if walk.stack:
        raise cut_off(found.end, where)
    return bounded(walk.parts(), where)


class _Walk:
    """The way through an answer's tags: which elements are open, and where the records were found."""

    def __init__(self, body: Buffer, found: Frame, where: str) -> None:
        self.body, self.frame, self.where = body, found, where
        self.stack: list[bytes] = []
        self.context, self.item = found.declaration, b""
        self.begun = False
        self.listed = False
        self.start = 0
        self.within = False  # a record
        self.around = 0  # elements that stand in no record
        self.spans: list[tuple[int, int]] = []

    def take(self, tag: Tag) -> None:
        depth = len(self.stack)
        if tag.opens:
            if depth <= 2:
                self._open(tag, depth)
            if not self.within:
                self._count()
            self.stack.append(tag.name)
        if tag.closes:
            if not self.stack or self.stack.pop() != tag.name:
                raise SourceError("malformed", where=self.where, detail=f"byte {tag.start}")
            if len(self.stack) <= 2:
                self._close(tag, len(self.stack))

    def _count(self) -> None:
        """Count what the envelope will have, so that a million elements are refused before all were walked through."""
        self.around += 1
        if self.around > ENVELOPE_ELEMENTS:
            raise SourceError("overgrown", where=self.where, detail=f"> {ENVELOPE_ELEMENTS} elements")

    def _open(self, tag: Tag, depth: int) -> None:
        name = local(tag.name)
        if depth == 0:
            if self.begun:
                raise SourceError("malformed", where=self.where, detail=f"byte {tag.start}")
            self.begun = True
            self.context += self.body[tag.start : tag.stop]
        elif depth == 1 and name in ITEMS:
            if self.listed:
                raise SourceError("structure", where=self.where, detail=f"<{name.decode()}> ×2")
            self.listed, self.item = True, ITEMS[name]
            self.context += self.body[tag.start : tag.stop]
        elif depth == 2 and name == self.item:
            self.start, self.within = tag.start, True

    def _close(self, tag: Tag, depth: int) -> None:
        if depth == 2 and self.item and local(tag.name) == self.item:
            self.spans.append((self.start, tag.stop))
            self.within = False
            if len(self.spans) > MOST_RECORDS:
                raise SourceError("overgrown", where=self.where, detail=f"> {MOST_RECORDS} records")
        elif depth == 1:
            self.item = b""

    def parts(self) -> Cut:
        size = self.frame.end - self.frame.start - sum(stop - start for start, stop in self.spans)
        if size > ENVELOPE_BYTES:
            raise SourceError("overgrown", where=self.where, detail=f"{size} byte")
        pieces, position = [self.frame.declaration], self.frame.start
        for start, stop in self.spans:
            pieces.append(self.body[position:start])
            position = stop
        pieces.append(self.body[position : self.frame.end])
        records = tuple(self.body[start:stop] for start, stop in self.spans)
        return Cut(self.context if self.listed else b"", records, b"".join(pieces))


def bounded(parts: Cut, where: str) -> Cut:
    """Refuse what would take too long to read: start tags are parsed again with every few records."""
    number = len(parts.records)
    if number > MOST_RECORDS or number * len(parts.context) > CONTEXT_BYTES:
        raise SourceError("overgrown", where=where, detail=f"{number} records × {len(parts.context)} byte")
    return parts
