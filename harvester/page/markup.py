"""Tags, comments and sections as bytes: what an answer consists of, without parsing it.

Every search here takes time in proportion to what it looks at: possessive patterns never go back.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator

from ..errors import SourceError

# What is read may be a spooled file: whatever has ``find``, slices and a length, and can be searched with ``re``.
Buffer = bytes | mmap.mmap

# A start tag with all its namespaces and schema locations; the longest seen in real answers has 741 bytes.
TAG_BYTES = 16 * 1024
# A page in doubt is walked tag by tag: so many take about a second. A real record of middling size has 54 in 3 kB.
MOST_TAGS = 1_000_000

NAME = rb"""[A-Za-z_:\x80-\xff][^\s<>/"'=]*+"""
START_TAG = re.compile(rb"<(" + NAME + rb""")[^<>"']*+(?:"[^"<]*+"[^<>"']*+|'[^'<]*+'[^<>"']*+)*+>""")
_END_TAG = re.compile(rb"</(" + NAME + rb")\s*+>")
_SECTIONS = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"))


def let_go(body: Buffer) -> None:
    """Give back the memory of a mapped file once it was cut: what is asked for again comes from disk."""
    if isinstance(body, mmap.mmap):
        body.madvise(mmap.MADV_DONTNEED)


def local(name: bytes) -> bytes:
    """Return a name without its prefix."""
    return name.rpartition(b":")[2]


def section_end(body: Buffer, start: int, end: int) -> int:
    """Return where the comment, CDATA section or instruction ends that begins at ``start``.

    -1 where it does not end before ``end``, or where it is none of these (a DOCTYPE, say).
    """
    for opening, ending in _SECTIONS:
        if body[start : start + len(opening)] == opening:
            found = body.find(ending, start + len(opening), end)
            return found + len(ending) if found >= 0 else -1
    return -1


class Tag:
    """One tag: where it stands, its name, and whether it opens an element, closes one, or both."""

    __slots__ = ("closes", "name", "opens", "start", "stop")

    def __init__(self, start: int, stop: int, name: bytes, opens: bool, closes: bool) -> None:
        self.start, self.stop, self.name, self.opens, self.closes = start, stop, name, opens, closes


def tags(body: Buffer, start: int, end: int, where: str = "") -> Iterator[Tag]:
    """Yield every tag between two places; comments, CDATA sections and instructions are passed over.

    Raises SourceError: doctype, malformed (not a tag, or one that does not end), overgrown (too long, or too many).
    """
    number, position = 0, start
    while (place := body.find(b"<", position, end)) >= 0:
        number += 1
        if number > MOST_TAGS:
            raise SourceError("overgrown", where=where, detail=f"> {MOST_TAGS} tags")
        if body[place + 1 : place + 2] in (b"!", b"?"):
            position = _passed(body, place, end, where)
            continue
        closing = body[place + 1 : place + 2] == b"/"
        limit = min(place + TAG_BYTES, end)
        match = (_END_TAG if closing else START_TAG).match(body, place, limit)
        if match is None:
            if limit < end and body.find(b">", place, limit) < 0:
                raise SourceError("overgrown", where=where, detail=f"tag > {TAG_BYTES} byte")
            raise _unended(body, place, end, where)
        position = match.end()
        empty = not closing and body[position - 2 : position] == b"/>"
        yield Tag(place, position, match[1], not closing, closing or empty)


def _passed(body: Buffer, place: int, end: int, where: str) -> int:
    if body[place : place + 9].upper() == b"<!DOCTYPE":
        raise SourceError("doctype", where=where)
    found = section_end(body, place, end)
    if found < 0:
        raise _unended(body, place, end, where)
    return found


def cut_off(end: int, where: str) -> SourceError:
    """Say that an answer ends after so many bytes, before its last element does."""
    said = {"vi": f"bị cắt ngang sau {end} byte", "en": f"cut off after {end} bytes"}
    return SourceError("malformed", where=where, detail=said)


def _unended(body: Buffer, place: int, end: int, where: str) -> SourceError:
    """Name what is no tag and no section: the answer ends in it, or it is written wrongly."""
    if body.find(b">", place, end) < 0:
        return cut_off(end, where)
    return SourceError("malformed", where=where, detail=f"byte {place}: {_shown(body, place)}")


def _shown(body: Buffer, place: int) -> str:
    return ascii(body[place : place + 24].decode("utf-8", "replace"))
