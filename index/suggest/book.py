"""The book of words of an index: what its shown resources call themselves, counted; kept beside the documents.

It is learned from titles and keywords only, holds nothing that is not shown in some resource at that time, and is
bounded: at a million records some 15 MB on disk and 100 MB in the process that serves, for 60,000 words (Vietnamese
has 17,786 syllables; names, numbers and foreign words fill the rest), 100,000 pairs, 60,000 longer phrases and 20,000
titles, the most frequent of each.
"""

from __future__ import annotations

import msgspec
import xxhash

NAME = "words"  # under which an engine keeps it
SCHEMA = 1  # another number: it is learned anew at the next rebuild, and until then nothing is suggested


class Title(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A title as its source writes it, the key of one resource that bears it, and how many resources bear it."""

    text: str
    key: str
    count: int


class Institution(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A source by its id, the name of its institution, and how many resources it shows."""

    id: str
    name: str
    count: int


class Book(msgspec.Struct, frozen=True, gc=False):
    """All that is known of the words of an index.

    ``grams`` counts the records that hold one to four neighbouring exact tokens, joined by a blank. ``share`` of 1,024
    records gave their neighbours and titles; every one gave its single words. ``epoch`` and ``sequence`` are the place
    in the store's change log at which all of it was true; ``again`` counts the documents that were written since.
    """

    epoch: int = 0
    sequence: int = 0
    again: int = 0
    documents: int = 0
    share: int = 1024
    grams: dict[str, int] = {}
    titles: tuple[Title, ...] = ()
    subjects: dict[str, int] = {}
    institutions: tuple[Institution, ...] = ()
    schema: int = SCHEMA


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Book)


def pack(book: Book) -> bytes:
    """Write a book as bytes that name their own checksum; the same book gives the same bytes."""
    body = _ENCODER.encode(book)
    return xxhash.xxh3_64_digest(body) + body


def unpack(packed: bytes | None) -> Book | None:
    """Read a book; None where there is none, it is damaged, or of another version: nothing rests on it."""
    if packed is None or xxhash.xxh3_64_digest(packed[8:]) != packed[:8]:
        return None
    try:
        book = _DECODER.decode(packed[8:])
    except msgspec.DecodeError:
        return None
    return book if book.schema == SCHEMA else None
