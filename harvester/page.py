"""Read one OAI-PMH answer: accepted whole or not at all. Pure.

Records are cut out of the answer as bytes, so that a record whose bytes we hold is never parsed. What lies between the
cuts must be white space; where the quick cut is in doubt (a nested ``<record``, comments, CDATA, odd tags) expat finds
the same cuts by parsing. The envelope that is left, and every record that is new, are parsed strictly: never repaired,
never ``recover``. Names are matched by their local part: real servers use every prefix and namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from xml.parsers import expat

import msgspec
import xxhash
from lxml import etree

from .errors import SourceError
from .record import LONGEST_IDENTIFIER, RawRecord, Rejected

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False, remove_comments=False
)
_TAG = rb"""<([A-Za-z_][^\s/>"'=<]*)(?:[^>"'<]|"[^"<]*"|'[^'<]*')*>"""
_START_TAG = re.compile(_TAG)
# Everything above the first record in the plain case: byte order mark, declaration, root, and the list element.
_HEAD = re.compile(rb"(?P<declaration>(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?)\s*(?P<root>" + _TAG + rb")")
_LIST = re.compile(rb"<(?P<prefix>[\w.-]+:)?(?P<name>ListRecords|ListIdentifiers|GetRecord)(?=[\s>])[^>]*>")
_HEADER_END = re.compile(rb"</(?:[\w.-]+:)?header\s*>")
_DECLARATION = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)""")
_DOUBTS = (b"<!", b"<?")
# The header of most records, read at a tenth of what the tree costs: only ASCII, no attribute, no reference, metadata
# with an element in it. A record that looks like this says the same to the parser, which has accepted it.
_WORD = rb"([!-%'-;=-~]+)"
_PLAIN_HEADER = re.compile(
    rb"<record>\s*<header>\s*<identifier>" + _WORD + rb"</identifier>\s*<datestamp>" + _WORD + rb"</datestamp>\s*"
    rb"((?:<setSpec>[!-%'-;=-~]+</setSpec>\s*)*)(</header>)\s*<metadata>\s*<[A-Za-z_]"
)
_PLAIN_SET = re.compile(rb">([^<]+)</")
# Bytes that are parsed in one go: a page of a hundred plain records; the tree takes about ten times as much.
TOGETHER = 1 << 18
LISTS = ("ListRecords", "ListIdentifiers", "GetRecord")


class Cut(msgspec.Struct, frozen=True):
    """An answer taken apart: the start tags above the records, the records' bytes, and the envelope without them."""

    context: bytes
    records: tuple[bytes, ...]
    envelope: bytes


class Answer(msgspec.Struct, frozen=True):
    """The envelope of an answer: the server's clock, its errors as (code, words), the token and what it declares.

    ``token`` is None where the answer has no resumptionToken or an empty one: the end of the list (OAI-PMH 3.5).
    """

    response_date: str
    verb: str
    errors: tuple[tuple[str, str], ...]
    token: str | None
    declared: int | None


def document(context: bytes, body: bytes) -> bytes:
    """Join a record's bytes with the start tags above it and their end tags: the result parses."""
    return context + body + _closing(context)


@lru_cache(maxsize=4096)
def _closing(context: bytes) -> bytes:
    names = _START_TAG.findall(_DECLARATION.sub(b"", context))
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


def declare(body: bytes, charset: str) -> bytes:
    """Put the encoding that an operator knows better into the XML declaration; all other bytes stay as they came."""
    declaration = f'<?xml version="1.0" encoding="{charset}"?>'.encode()
    return declaration + _DECLARATION.sub(b"", body, count=1)


def cut(body: bytes, where: str = "") -> Cut:
    """Cut the records out of an answer.

    Raises SourceError: html_page, doctype, encoding, malformed, structure.
    """
    _refuse_foreign(body, where)
    return _quick_cut(body) or _careful_cut(body, where)


def _refuse_foreign(body: bytes, where: str) -> None:
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise SourceError("html_page", where=where)
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or start.startswith((b"\x00", b"<\x00")):
        raise SourceError("encoding", where=where, detail="UTF-16 or UTF-32")


def _quick_cut(body: bytes) -> Cut | None:
    """Cut by searching bytes, an eighth of the cost of parsing; None where that is in doubt."""
    head, listing = _HEAD.match(body), _LIST.search(body)
    if head is None or listing is None:
        return None
    start, end = listing.span()
    if any(doubt in body[head.end() : start] for doubt in _DOUBTS) or body[end - 2 : end] == b"/>":
        return None
    prefix = listing["prefix"] or b""
    opening, closing = b"<" + prefix + b"record", b"</" + prefix + b"record>"
    lead, *pieces = body[end:].split(opening)
    if _is_doubtful(body, end):
        return None
    if pieces:
        last, found, tail = pieces[-1].rpartition(closing)
        pieces[-1] = last + found
    else:
        lead, tail = b"", lead
    records = tuple([opening + piece.rstrip() for piece in pieces])
    # A nested <record makes pieces that do not end a record, and <recordInfo> or <record/> too.
    if lead.strip() or not tail.lstrip().startswith(b"<") or not all(each.endswith(closing) for each in records):
        return None
    return Cut(head["declaration"] + head["root"] + listing[0], records, body[:end] + tail)


def _is_doubtful(body: bytes, start: int) -> bool:
    """Say that there is a comment, a CDATA section or an instruction: they may hold tags that are none.

    One byte is found ten times faster than two, and most pages have neither of these signs anywhere.
    """
    return any(body.find(doubt[1:], start) >= 0 and body.find(doubt, start) >= 0 for doubt in _DOUBTS)


class _Scan:
    """Find the same cuts with expat: exact where comments, CDATA or nested records would fool a search for bytes."""

    def __init__(self, body: bytes, where: str) -> None:
        self.body, self.where = body, where
        self.depth = 0
        self.lists = 0
        self.inside = False
        self.context = b""
        self.start = 0
        self.spans: list[tuple[int, int]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.open
        self.parser.EndElementHandler = self.close
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_: object) -> None:
        raise SourceError("doctype", where=self.where)

    def tag(self) -> bytes:
        begin = self.parser.CurrentByteIndex
        match = _START_TAG.match(self.body, begin)
        if match is None:  # expat accepted it, so only our pattern can be too narrow
            raise SourceError("structure", where=self.where, detail="start tag")
        return match[0]

    def open(self, name: str, _: object) -> None:
        local = name.rpartition(":")[2]
        if self.depth == 0:
            declaration = _DECLARATION.match(self.body)
            self.context = (declaration[0] if declaration else b"") + self.tag()
        elif self.depth == 1 and local in LISTS:
            self.lists += 1
            if self.lists > 1:
                raise SourceError("structure", where=self.where, detail=f"two <{local}>")
            self.inside = True
            self.context += self.tag()
        elif self.depth == 2 and self.inside and local == "record":
            self.start = self.parser.CurrentByteIndex
        self.depth += 1

    def close(self, name: str) -> None:
        self.depth -= 1
        local = name.rpartition(":")[2]
        if self.depth == 2 and self.inside and local == "record":
            self.spans.append((self.start, self.end()))
        elif self.depth == 1 and local in LISTS:
            self.inside = False

    def end(self) -> int:
        begin = self.parser.CurrentByteIndex
        if self.body.startswith(b"</", begin):
            return self.body.index(b">", begin) + 1
        match = _START_TAG.match(self.body, self.start)  # <record/>
        return match.end() if match else self.start

    def text(self, words: str) -> None:
        if self.depth == 2 and self.inside and words.strip():
            raise SourceError("structure", where=self.where, detail="text between records")


def _careful_cut(body: bytes, where: str) -> Cut:
    scan = _Scan(body, where)
    try:
        scan.parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise SourceError("malformed", where=where, detail=str(error)) from error
    pieces, position = [], 0
    for begin, end in scan.spans:
        pieces.append(body[position:begin])
        position = end
    records = tuple(body[begin:end] for begin, end in scan.spans)
    return Cut(scan.context, records, b"".join(pieces) + body[position:])


def _parse(body: bytes, where: str) -> etree._Element:
    try:
        root: etree._Element = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise SourceError("malformed", where=where, detail=str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceError("doctype", where=where)
    return root


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


def local_name(element: etree._Element) -> str:
    """Return an element's name without namespace; an empty string for comments and processing instructions."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=10_000)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def envelope(body: bytes, where: str = "") -> tuple[Answer, etree._Element]:
    """Read an envelope strictly: what it says, and its tree for the answers that are not lists of records.

    Raises SourceError: malformed, doctype, not_oai_pmh.
    """
    root = _parse(body, where)
    if local_name(root) != "OAI-PMH":
        if local_name(root).lower() == "html":
            raise SourceError("html_page", where=where)
        raise SourceError("not_oai_pmh", where=where, root=local_name(root))
    response_date, verb, errors, token, declared = "", "", [], None, None
    for child in root:
        name = local_name(child)
        if name == "responseDate":
            response_date = (child.text or "").strip()
        elif name == "error":
            errors.append((child.get("code", "").strip(), _text(child)))
        elif name and name != "request":
            if verb:
                raise SourceError("structure", where=where, detail=f"<{verb}>, <{name}>")
            verb = name
            token, declared = _token(child)
    return Answer(response_date, verb, tuple(errors), token, declared), root


def _token(listing: etree._Element) -> tuple[str | None, int | None]:
    for child in reversed(listing):
        if local_name(child) == "resumptionToken":
            size = child.get("completeListSize", "").strip()
            return _text(child) or None, int(size) if size.isdecimal() else None
    return None, None


def read_records(
    context: bytes, bodies: Sequence[bytes], name: str, marks: Sequence[bytes], where: str = ""
) -> list[RawRecord | Rejected]:
    """Read records of one page strictly, some at a time: what can be wrong is found as if each were read alone.

    ``name`` is the format that was asked for, ``marks`` are the fingerprints. Raises SourceError malformed where a
    record is not well-formed: then the page is not accepted.
    """
    read: list[RawRecord | Rejected] = []
    for start, end in _groups(bodies):
        group = bodies[start:end]
        elements = _together(context, group)
        for place, (body, mark) in enumerate(zip(group, marks[start:end], strict=True)):
            if elements is None:
                read.append(read_record(context, body, name, mark, where))
            else:
                read.append(_read(context, body, name, mark, elements[place]))
    return read


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

    Without comments, sections and instructions whatever looks like a tag is one. A cut begins with the start tag of a
    record, ends with its end tag, and holds no other start tag of that name (or expat found its ends): so where all of
    them together parse, each is balanced and parses alone.
    """
    joined = b"".join(bodies)
    if len(bodies) < 2 or _is_doubtful(joined, 0):
        return None
    try:
        root = _parse(document(context, joined), "")
    except SourceError:  # one of them is at fault, and each alone says which
        return None
    listing = root[0]
    return listing if len(root) == 1 and len(listing) == len(bodies) else None


def read_record(context: bytes, body: bytes, name: str, mark: bytes, where: str = "") -> RawRecord | Rejected:
    """Read one record strictly; what cannot be read is returned as rejected, with its bytes. Raises SourceError."""
    return _read(context, body, name, mark, _parse(document(context, body), where)[0][0])


def _read(context: bytes, body: bytes, name: str, mark: bytes, record: etree._Element) -> RawRecord | Rejected:
    """Read the header of a record that was parsed strictly."""
    plain = _PLAIN_HEADER.match(body) if _is_utf8(context) else None
    if plain is not None and len(plain[1]) <= LONGEST_IDENTIFIER:
        sets = [spec.decode() for spec in _PLAIN_SET.findall(plain[3])]
        identifier, datestamp = plain[1].decode(), plain[2].decode()
        content = _content(body[plain.end(4) :], sets, "")
        return RawRecord(identifier, datestamp, tuple(sets), False, name, body, context, mark, content)
    header = next((child for child in record if local_name(child) == "header"), None)
    if header is None:
        return Rejected(None, "no_header", body)
    identifier, datestamp, sets = "", "", []
    for child in header:
        child_name = local_name(child)
        if child_name == "identifier":
            identifier = (child.text or "").strip()
        elif child_name.lower() == "datestamp":
            datestamp = (child.text or "").strip()
        elif child_name == "setSpec" and child.text and child.text.strip():
            sets.append(child.text.strip())
    status = header.get("status", "").strip().lower()
    fault = _fault(identifier, status, record)
    if fault:
        readable = identifier if identifier and fault != "identifier_too_long" else None
        return Rejected(readable, fault, body)
    end = _HEADER_END.search(body)
    content = _content(body[end.end() :] if end else body, sets, status)
    return RawRecord(identifier, datestamp, tuple(sets), status == "deleted", name, body, context, mark, content)


@lru_cache(maxsize=4096)
def _is_utf8(context: bytes) -> bool:
    """Say that the bytes are UTF-8, so that what looks like ASCII is."""
    declaration = _DECLARATION.match(context)
    declared = _ENCODING.search(declaration[0]) if declaration else None
    return declared is None or declared[1].lower() in (b"utf-8", b"us-ascii")


def _fault(identifier: str, status: str, record: etree._Element) -> str:
    if not identifier:
        return "no_identifier"
    if len(identifier.encode()) > LONGEST_IDENTIFIER:
        return "identifier_too_long"
    if status not in ("", "deleted"):
        return "unknown_status"
    if not status and not any(len(child) and local_name(child) == "metadata" for child in record):
        return "no_metadata"
    return ""


def _content(said: bytes, sets: list[str], status: str) -> bytes:
    """Hash what a record says without when it was said: metadata, about, sets and whether it is deleted."""
    return xxhash.xxh3_128_digest(said + "\n".join((status, *sorted(sets))).encode())
