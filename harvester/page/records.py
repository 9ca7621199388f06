"""One record of an answer, or one header of a list of identifiers: read strictly, or rejected alone with its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
import xxhash
from lxml import etree

from ..charset import is_utf8
from ..errors import SourceError
from ..record import LONGEST_IDENTIFIER, RawRecord, Rejected
from .cutting import document, remembered
from .envelope import ATTRIBUTES, elements, is_well_formed, local_name, most_attributes, parse
from .framing import declared
from .markup import START_TAG, tags

RECORD_BYTES = 1024 * 1024  # the largest of 118,674 real records has 844 kB, 99.9 % have less than 44 kB
RECORD_ELEMENTS = 5_000  # of 118,674 real records four have more (code books of surveys, 22,500); the next has 1,522
_SMALLEST_ELEMENT = len(b"<a/>")
RECORD_DEPTH = 250  # with the start tags above it just below libxml2's own 256; real ones end at 13
_HEADER_BYTES = 64 * 1024  # a header of 1,000 sets
# Bytes that are parsed in one go: some forty plain records, which costs what a whole page does. The tree takes about
# ten times as much.
TOGETHER = 64 * 1024
# The header of most records, read at a tenth of what the tree costs: only ASCII, no attribute, no reference, metadata
# with an element in it. A record that looks like this says the same to the parser, which has accepted it.
_WORD = rb"([!-%'-;=-~]+)"
_PLAIN_HEADER = re.compile(
    rb"<record>\s*<header>\s*<identifier>" + _WORD + rb"</identifier>\s*<datestamp>" + _WORD + rb"</datestamp>\s*"
    rb"((?:<setSpec>[!-%'-;=-~]+</setSpec>\s*)*)(</header>)\s*<metadata>\s*<[A-Za-z_]"
)
_PLAIN_END = re.compile(rb"</metadata>\s*</record>\Z")
_LONGEST_END = 64
_PLAIN_SET = re.compile(rb">([^<]+)</")

_HEADER_END = re.compile(rb"</(?:[^\s<>/:]++:)?header\s*+>")
DAMAGED = "\ufffd"  # what stands where a letter could not be read
_SPACE = " \t\r\n"  # what XML calls white space; all else in an identifier is the source's own


class Header(msgspec.Struct, frozen=True):
    """What a header says by itself: which record, since when it is as it is, in which sets, and whether it was deleted.

    ``body`` are its bytes; with the context of its page they parse.
    """

    identifier: str
    datestamp: str
    sets: tuple[str, ...]
    deleted: bool
    body: bytes


def read_records(
    context: bytes, bodies: Sequence[bytes], name: str, marks: Sequence[bytes], where: str = ""
) -> list[RawRecord | Rejected]:
    """Read records of one page strictly, some at a time: what can be wrong is found as if each were read alone.

    ``name`` is the format that was asked for, ``marks`` are the fingerprints. Raises SourceError malformed or structure
    where a record is not well-formed, or holds words where only elements may stand: then the page is not accepted.
    """
    read: list[RawRecord | Rejected] = []
    for start, end in _groups(bodies):
        group, its = bodies[start:end], marks[start:end]
        read += _plainly(context, group, name, its) or _by_trees(context, group, name, its, where)
    return read


def _plainly(context: bytes, bodies: Sequence[bytes], name: str, marks: Sequence[bytes]) -> list[RawRecord] | None:
    """Read records of which all have a plain header without making a tree; None where one of them is not so.

    Where there are no comments, sections and instructions, every tag in the bytes is one. A cut begins with the start
    tag of a record, ends with its end tag, and holds no other start tag of that name (or the careful cut found its
    ends): so where all of them together are well-formed, each is balanced, and well-formed alone. The element around
    them makes the parser's limit of depth, which counts otherwise without a tree, the lower one.
    """
    joined = b"".join(bodies)
    if (b"!" in joined and b"<!" in joined) or (b"?" in joined and b"<?" in joined) or not _is_utf8(context):
        return None
    read = []
    for body, mark in zip(bodies, marks, strict=True):
        record = _plain(context, body, name, mark)
        if record is None or over_a_cap(body):
            return None
        read.append(record)
    return read if is_well_formed(document(context, b"<records>" + joined + b"</records>")) else None


def _by_trees(
    context: bytes, bodies: Sequence[bytes], name: str, marks: Sequence[bytes], where: str
) -> list[RawRecord | Rejected]:
    """Read records of any kind, from one tree where that is possible."""
    elements = _together(context, bodies)
    if elements is None:
        return [read_record(context, body, name, mark, where) for body, mark in zip(bodies, marks, strict=True)]
    trees = zip(bodies, marks, elements, strict=True)
    return [_record(context, body, name, mark, element, where) for body, mark, element in trees]


def _groups(bodies: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Part records into groups of at most ``TOGETHER`` bytes: no tree grows with the page."""
    start = size = 0
    for place, body in enumerate(bodies):
        if size and size + len(body) > TOGETHER:
            yield start, place
            start, size = place, 0
        size += len(body)
    if size:
        yield start, len(bodies)


def _together(context: bytes, bodies: Sequence[bytes]) -> etree._Element | None:
    """Parse records in one go, at half of what one by one costs; None where that would not be the same.

    A cut begins with the start tag of a record, ends with its end tag, and holds no other start tag of that name (or
    the careful cut found its ends). So where all of them together are as many elements as cuts, none of these tags
    stands in a comment or a section, each cut is balanced, and parses alone.
    """
    if len(bodies) < 2 or any(map(over_a_cap, bodies)):
        return None
    try:
        root = parse(document(context, b"".join(bodies)), "")
    except SourceError:  # one of them is at fault, and each alone says which
        return None
    listing = root[0]
    return listing if len(root) == 1 and len(listing) == len(bodies) else None


def read_record(
    context: bytes, body: bytes, name: str, mark: bytes, where: str = "", *, mended: bool = False
) -> RawRecord | Rejected:
    """Read one record strictly; what cannot be read is returned as rejected, with its bytes.

    ``name`` is the format that was asked for, ``mark`` the fingerprint; ``mended`` says that the bytes were repaired.
    Raises SourceError malformed or structure where the record is not well-formed, or holds words where only elements
    may stand: then the page is not accepted.
    """
    record = _within_caps(context, body, where)
    return record if isinstance(record, Rejected) else _record(context, body, name, mark, record, where, mended)


def _record(
    context: bytes, body: bytes, name: str, mark: bytes, record: etree._Element, where: str, mended: bool = False
) -> RawRecord | Rejected:
    """Read the header of a record that was parsed strictly, and see that there is something under it."""
    plain = _plain(context, body, name, mark) if _is_utf8(context) else None
    if plain is not None:
        return plain
    header, described = None, False
    _refuse_text(record, where)
    for child in record:
        child_name = local_name(child)
        if child_name == "metadata":
            described = described or len(child) > 0 or bool(child.text and child.text.strip())
        elif child_name == "header":
            if header is not None:
                return Rejected(None, "two_headers", body)
            header = child
    if header is None:
        return Rejected(None, "no_header", body)
    identifier, datestamp, sets, deleted, fault = _read(header, mended, where)
    said = _said(body, record, header)
    if b"header" in said and _smuggles(record, header):
        fault = fault or "nested_record"
    fault = fault or ("" if described or deleted else "no_metadata")
    if fault:
        return Rejected(identifier or None, fault, body)
    content = _content(said, sets, deleted)
    return RawRecord(identifier, datestamp, tuple(sets), deleted, name, body, context, mark, content)


def _plain(context: bytes, body: bytes, name: str, mark: bytes) -> RawRecord | None:
    """Read a record with a plain header, whose bytes are UTF-8; None where it has another one."""
    plain = _PLAIN_HEADER.match(body)
    if (
        plain is None
        or body.rfind(b"header", plain.end()) >= 0  # from behind: a third of the price (measured)
        or len(plain[1]) > LONGEST_IDENTIFIER
        or not (body.endswith(b"</metadata></record>") or _PLAIN_END.search(body, len(body) - _LONGEST_END))
    ):
        return None
    identifier, datestamp, said = plain[1].decode(), plain[2].decode(), body[plain.end(4) :]
    sets, words = _plain_sets(plain[3])
    content = xxhash.xxh3_128_digest(said + words)
    return RawRecord(identifier, datestamp, sets, False, name, body, context, mark, content)


@remembered(maxsize=1024)  # the records of a repository are in few combinations of sets
def _plain_sets(text: bytes) -> tuple[tuple[str, ...], bytes]:
    """Read the sets of a plain header, and what is hashed of them."""
    sets = tuple(spec.decode() for spec in _PLAIN_SET.findall(text))
    return sets, _hashed(sets, False)


@remembered(maxsize=1024)
def _is_utf8(context: bytes) -> bool:
    """Say that the bytes are UTF-8, so that what looks like ASCII is."""
    return is_utf8(declared(context[: context.find(b"?>") + 1]))


def _content(said: bytes, sets: list[str], deleted: bool) -> bytes:
    """Hash what a record says without when it was said: metadata, about, sets and whether it is deleted."""
    return xxhash.xxh3_128_digest(said + _hashed(sets, deleted))


def _hashed(sets: Sequence[str], deleted: bool) -> bytes:
    return "\n".join(("deleted" if deleted else "", *sorted(sets))).encode()


def read_header(context: bytes, body: bytes, where: str = "", *, mended: bool = False) -> Header | Rejected:
    """Read one header of a list of identifiers; what cannot be read is returned as rejected, with its bytes.

    Raises SourceError malformed or structure, as for records.
    """
    element = _within_caps(context, body, where)
    if isinstance(element, Rejected):
        return element
    identifier, datestamp, sets, deleted, fault = _read(element, mended, where)
    if fault:
        return Rejected(identifier or None, fault, body)
    return Header(identifier, datestamp, tuple(sets), deleted, body)


def _within_caps(context: bytes, body: bytes, where: str) -> etree._Element | Rejected:
    """Parse one record, after counting on its bytes what would be too much for any parser."""
    over = over_a_cap(body)
    if over:
        return Rejected(_readable(context, body), over, body)
    try:
        root = parse(document(context, body), where)
    except SourceError:
        if not _too_deep(body):
            raise
        return Rejected(_readable(context, body), "record_too_deep", body)
    if len(root) != 1 or len(root[0]) != 1:
        raise SourceError("malformed", where=where, detail="record")
    element: etree._Element = root[0][0]
    return element


def over_a_cap(body: bytes) -> str:
    """Name the cap that a record breaks, if any; what is too short to break it is not searched."""
    size = len(body)
    if size > RECORD_BYTES:
        return "record_too_large"
    if size > RECORD_ELEMENTS * _SMALLEST_ELEMENT and elements(body) > RECORD_ELEMENTS:
        return "record_too_many_elements"
    if body.count(b"=") > ATTRIBUTES and most_attributes(body) > ATTRIBUTES:
        return "record_too_many_attributes"
    return ""


def _too_deep(body: bytes) -> bool:
    depth = deepest = 0
    try:
        for tag in tags(body, 0, len(body)):
            depth += tag.opens - tag.closes
            deepest = max(deepest, depth)
    except SourceError:
        return False
    return depth == 0 and deepest > RECORD_DEPTH


def _readable(context: bytes, body: bytes) -> str | None:
    """Return the identifier of a record that is too much to read whole: its header comes first and is small."""
    opening, end = START_TAG.match(body), _HEADER_END.search(body, 0, _HEADER_BYTES)
    if opening is None or end is None:
        return None
    piece = body[: end.end()] + b"</" + opening[1] + b">"
    if over_a_cap(piece):
        return None
    try:
        record = parse(document(context, piece), "")[0][0]
    except (SourceError, IndexError):
        return None
    return _read(record[0], True, "")[0] or None if len(record) == 1 and local_name(record[0]) == "header" else None


def _refuse_text(element: etree._Element, where: str) -> None:
    """Refuse words where only elements may stand: there was a tag once, and with it perhaps another record."""
    said = (element.text or "") + "".join(child.tail or "" for child in element)
    if said.strip(_SPACE):
        raise SourceError("structure", where=where, detail=f"<{local_name(element)}>: {said.strip()[:40]!a}")


def _read(header: etree._Element, mended: bool, where: str) -> tuple[str, str, list[str], bool, str]:
    """Read a header: identifier, datestamp, sets, whether it says deleted, and what is wrong with it.

    The identifier is empty unless it is beyond doubt. Raises SourceError structure.
    """
    identifier, datestamp, sets, fault = "", "", [], ""
    _refuse_text(header, where)
    for child in header:
        name, said = local_name(child), (child.text or "").strip(_SPACE)
        if name == "identifier":
            if len(child) or (identifier and said != identifier):
                fault = "two_identifiers"
            identifier = said
        elif name == "setSpec":
            if said:
                sets.append(said)
        elif name == "datestamp" or name.lower() == "datestamp":  # pycsw writes dateStamp
            datestamp = said
    status = header.get("status", "").strip().lower()
    fault = fault or _unusable(identifier, mended)
    if fault:
        identifier = ""
    elif status not in ("", "deleted"):
        fault = "unknown_status"
    return identifier, datestamp, sets, status == "deleted", fault


def _unusable(identifier: str, mended: bool) -> str:
    if not identifier:
        return "no_identifier"
    if len(identifier) * 4 > LONGEST_IDENTIFIER and len(identifier.encode()) > LONGEST_IDENTIFIER:
        return "identifier_too_long"
    return "identifier_damaged" if mended and DAMAGED in identifier else ""


def _said(body: bytes, record: etree._Element, header: etree._Element) -> bytes:
    """Return what a record says without its header; all of it where the header is not plainly its beginning."""
    found = _HEADER_END.search(body)
    if found is None or record[0] is not header:
        return body
    end = found.end()
    plain = body.count(b"header", 0, end) == 2 and body.find(b"<!", 0, end) < 0
    return body[end:] if plain else body


def _smuggles(record: etree._Element, header: etree._Element) -> bool:
    """Say whether another record with a header of its own stands within this one."""
    return any(
        local_name(element) == "header"
        and element is not header
        and any(local_name(child) == "identifier" for child in element)
        and (parent := element.getparent()) is not None
        and local_name(parent) == "record"
        for element in record.iter()
    )
