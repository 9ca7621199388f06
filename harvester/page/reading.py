"""One answer read whole: strictly where that is possible, with counted repairs where it is not, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from lxml import etree

from ..charset import is_safe, is_utf8
from ..errors import SourceError
from ..record import PAGE_BYTES, Item, RawRecord, Rejected
from .cutting import Cut, careful_cut, fingerprints
from .envelope import Answer, envelope
from .even import even_cut
from .framing import Frame, declaration, frame
from .markup import Buffer, let_go
from .mending import ENVELOPE, Mended, mended, recoded
from .records import DAMAGED, Header, read_header, read_record, read_records

# Says of each fingerprint which record of the store has these bytes: its number, or None.
Known = Callable[[Sequence[bytes]], Sequence[int | None]]


class Reading(msgspec.Struct, frozen=True):
    """An answer that was accepted: its parts, what its envelope says (and its tree), and its records.

    ``items`` are the records of ListRecords and GetRecord, ``headers`` the headers of ListIdentifiers, each in the
    order of the answer, the unreadable ones as ``Rejected``. ``repairs`` says how often each repair was made (codes of
    ``messages``); where there is one, the page must be kept whole as it came.
    """

    cut: Cut
    answer: Answer
    root: etree._Element
    items: tuple[Item, ...] = ()
    headers: tuple[Header | Rejected, ...] = ()
    repairs: dict[str, int] = {}


def read_page(
    body: Buffer,
    where: str = "",
    *,
    name: str = "",
    known: Known = lambda marks: [None] * len(marks),
    charset: str = "",
    content_type: str = "",
    most: int = PAGE_BYTES,
) -> Reading:
    """Read one answer: accepted whole, or SourceError.

    ``name`` is the metadata format that was asked for. ``known`` tells the numbers of those records that are held by
    the fingerprints of their bytes: they are not parsed again. ``charset`` is what an operator knows better than the
    server, ``content_type`` the server's header; ``most`` is the largest size of an answer in bytes.

    Raises SourceError: html_page, not_oai_pmh, doctype, encoding, malformed, structure, overgrown, too_large.
    """
    if len(body) > most:
        raise SourceError("too_large", limit=most, where=where)
    found = frame(body, where)
    if charset and not is_safe(charset):
        raise SourceError("encoding", where=where, detail=charset)
    if charset:
        found = msgspec.structs.replace(found, declaration=declaration(charset), charset=charset)
    quick = _quickly(body, found, where, name, known) if charset or is_utf8(found.charset) else None
    return quick or _in_doubt(body, found, where, name, known, charset, content_type)


def _quickly(body: Buffer, found: Frame, where: str, name: str, known: Known) -> Reading | None:
    """Read an answer that is as it should be; None where another way of reading may find more."""
    if found.repairs:
        return None
    looked = _evenly(body, found, where, known)
    if looked is None:
        return None
    let_go(body)
    try:
        return _strictly(Mended(looked.parts), where, name, known, looked)
    except SourceError as error:
        _raise_unless(error, "malformed", "structure", "overgrown")
    return None


class _Looked(msgspec.Struct, frozen=True):
    """Records whose fingerprints were looked up: those that are held, with their numbers."""

    parts: Cut
    marks: list[bytes]
    held: Sequence[int | None]


def _looked_up(parts: Cut, marks: list[bytes], known: Known) -> _Looked:
    return _Looked(parts, marks, known(marks))


def _evenly(body: Buffer, found: Frame, where: str, known: Known) -> _Looked | None:
    """Cut an answer in the cheap way and look its records up; None where a new one may hold another."""
    cut = even_cut(body, found, where)
    if cut is None:
        return None
    parts, pieces = cut
    looked = _looked_up(parts, pieces.fingerprints(parts.context), known)
    nested = None in looked.held and any(
        number is None and pieces.nests(place) for place, number in enumerate(looked.held)
    )
    return None if nested else looked


def _in_doubt(
    body: Buffer, found: Frame, where: str, name: str, known: Known, charset: str, content_type: str
) -> Reading:
    """Read an answer that needs more than that: an exact cut, its true encoding, and repairs."""
    parts = careful_cut(body, found, where)
    let_go(body)
    words = found.declaration
    state = Mended(parts, words, charset) if charset else recoded(parts, found.charset, words, content_type, where)
    state = msgspec.structs.replace(state, repairs={**found.repairs, **state.repairs})
    try:
        return _strictly(state, where, name, known)
    except SourceError as error:
        _raise_unless(error, "malformed")
    return _strictly(mended(state, where), where, name, known)


def _raise_unless(error: SourceError, *codes: str) -> None:
    """Raise what another way of reading cannot heal."""
    if error.code not in codes:
        raise error


def _strictly(state: Mended, where: str, name: str, known: Known, looked: _Looked | None = None) -> Reading:
    """Read envelope and records strictly. Raises SourceError, malformed for the first piece that is not well-formed."""
    parts = state.parts
    answer, root = envelope(parts.envelope, where)
    if ENVELOPE in state.changed and DAMAGED in (answer.token or ""):
        raise SourceError("structure", where=where, detail="<resumptionToken>: U+FFFD")
    if answer.errors and (parts.records or answer.token):  # which of the two is meant, nobody knows
        raise SourceError("structure", where=where, detail=f"<error> <{answer.verb}>")
    if answer.verb == "ListIdentifiers":
        headers = tuple(
            read_header(parts.context, body, where, mended=number in state.changed)
            for number, body in enumerate(parts.records)
        )
        return Reading(parts, answer, root, (), headers, state.repairs)
    looked = looked or _looked_up(parts, fingerprints(parts.context, parts.records), known)
    marks, held = looked.marks, looked.held
    fresh = [place for place, number in enumerate(held) if number is None] if None in held else []
    read = iter(_fresh(state, fresh, marks, where, name))
    items = tuple([next(read) if number is None else number for number in held])
    return Reading(parts, answer, root, items, (), state.repairs)


def _fresh(state: Mended, places: list[int], marks: list[bytes], where: str, name: str) -> list[RawRecord | Rejected]:
    """Read the records that are not held by their bytes."""
    context, records = state.parts.context, state.parts.records
    if not state.changed:
        return read_records(
            context, [records[place] for place in places], name, [marks[place] for place in places], where
        )
    return [
        read_record(context, records[place], name, marks[place], where, mended=place in state.changed)
        for place in places
    ]
