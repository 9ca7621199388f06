"""Where an answer begins and ends in what a server sent, and how its bytes are to be read as letters."""

from __future__ import annotations

import re
from itertools import islice

import msgspec

from ..errors import SourceError
from .markup import START_TAG, Buffer, local

# Notices before an answer and after it are a few lines; what is further away from an end is no answer with a notice.
_MARGIN = 64 * 1024
# OAI-PMH 2.0, 4.
VERBS = ("Identify", "ListMetadataFormats", "ListSets", "ListRecords", "ListIdentifiers", "GetRecord")
_MOST_ENDS = 16  # one, and what is quoted in comments
_LAST_WORDS = 128  # most answers end with the end of the root; the rest is looked at only where this one does not

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DECLARATION = re.compile(rb"<\?xml\s[^<>]*+(?<=\?)>")
_ENCODING = re.compile(rb"""\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._:+-]*)["']""")
_MISCELLANY = re.compile(rb"(?:\s++|<!--(?s:.*?)-->|<\?(?!xml\s)(?s:.*?)\?>)*+")
_ROOT = re.compile(rb"<(?:[^\s<>/:]++:)?OAI-PMH(?=[\s/>])")
_ROOT_END = re.compile(rb"</(?:[^\s<>/:]++:)?OAI-PMH\s*+>")
# Tags of the protocol: what contains one is no rubbish, and is not thrown away.
_PROTOCOL = re.compile(
    rb"<(?:[^\s<>/:]++:)?(?:OAI-PMH|List\w+|Get\w+|Identify|record|header|identifier|metadata|resumptionToken|error)[\s/>]"
)


class Frame(msgspec.Struct, frozen=True):
    """The answer within what came: from ``start`` (its root tag) to ``end``, and its XML declaration.

    ``repairs`` counts what had to be left out around it, by the codes of ``messages``.
    """

    start: int
    end: int
    declaration: bytes
    charset: str
    repairs: dict[str, int] = {}


def declaration(charset: str) -> bytes:
    """Write an XML declaration that names a charset."""
    return f'<?xml version="1.0" encoding="{charset}"?>'.encode()


def declared(text: bytes) -> str:
    """Return the encoding that an XML declaration names, in lower case; an empty string for none."""
    found = _ENCODING.search(text)
    return found[1].decode().lower() if found else ""


def frame(body: Buffer, where: str = "") -> Frame:
    """Find the answer in what a server sent.

    Raises SourceError: html_page, doctype, encoding, malformed, not_oai_pmh, old_protocol, static_repository.
    """
    begin = len(_BYTE_ORDER_MARK) if body[: len(_BYTE_ORDER_MARK)] == _BYTE_ORDER_MARK else 0
    prolog = _DECLARATION.match(body, begin, _MARGIN)
    after = _MISCELLANY.match(body, prolog.end() if prolog else begin, _MARGIN)
    assert after is not None  # it matches nothing, too
    clean = _ROOT.match(body, after.end(), _MARGIN)
    if clean:
        start, words, repairs = clean.start(), prolog[0] if prolog else b"", dict[str, int]()
    else:
        head = body[:_MARGIN]
        _refuse_foreign(head, after.end(), where)
        start, words, repairs = _unburied(head, begin, where)
    end, rubbish = _end(body, start)
    if begin:  # a byte order mark says UTF-8, whatever stands after it
        words = words if declared(words) in ("", "utf-8", "utf8") else declaration("UTF-8")
    charset = declared(words) or "utf-8"
    return Frame(start, end, words, charset, {**repairs, **({"repair_after": 1} if rubbish else {})})


def _refuse_foreign(head: bytes, place: int, where: str) -> None:
    """Name what is no OAI-PMH answer at all."""
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or begin.startswith((b"<\x00", b"\x00<", b"\x00\x00\x00<")):
        raise SourceError("encoding", where=where, detail="UTF-16, UTF-32")
    if begin.startswith((b"<!doctype html", b"<html")):
        raise SourceError("html_page", where=where)
    if head[place : place + 9].upper() == b"<!DOCTYPE":
        raise SourceError("doctype", where=where)
    if _ROOT.search(head) is None:
        root = START_TAG.match(head, place)
        name = local(root[1]).decode("utf-8", "replace") if root else ""
        if name.lower() == "html":
            raise SourceError("html_page", where=where)
        if root:
            raise foreign(name, where)
        raise SourceError("malformed", where=where, detail={"vi": "không có phần tử gốc", "en": "no root element"})


def foreign(root: str, where: str) -> SourceError:
    """Name what an answer is whose root element is another one: an older OAI-PMH, a file for a gateway (P13)."""
    if root in VERBS:  # in OAI-PMH 1.0 and 1.1 the root element is the verb
        return SourceError("old_protocol", where=where, root=root)
    if root == "Repository":
        return SourceError("static_repository", where=where)
    return SourceError("not_oai_pmh", where=where, root=root)


def _unburied(head: bytes, begin: int, where: str) -> tuple[int, bytes, dict[str, int]]:
    """Find the answer behind blank lines, notices of the server's own faults, or a second declaration."""
    root = _ROOT.search(head)
    assert root is not None
    before = head[begin : root.start()]
    if _PROTOCOL.search(before):
        raise SourceError("structure", where=where, detail="<OAI-PMH>")
    if b"<!DOCTYPE" in before.upper():
        raise SourceError("doctype", where=where)
    found = _DECLARATION.findall(before)
    repairs = {}
    if len(found) > 1:
        repairs["repair_declaration"] = len(found) - 1
    first = _DECLARATION.sub(b"", before).strip()
    if first or not found or not before.startswith(found[0]):
        repairs["repair_before"] = 1
    return root.start(), found[-1] if found else b"", repairs


def _end(body: Buffer, start: int) -> tuple[int, bool]:
    """Return where the answer ends, and whether rubbish comes after that."""
    if _is_clean(body[max(start, len(body) - _LAST_WORDS) :]):
        return len(body), False
    base = max(start, len(body) - _MARGIN)
    tail = body[base:]
    places = [match.end() for match in _ROOT_END.finditer(tail)]
    if not places or _is_clean(tail) or _PROTOCOL.search(tail, places[-1]):
        return len(body), False
    return base + places[-1], True


def _is_clean(tail: bytes) -> bool:
    """Say whether an answer ends here, with nothing after it but what XML allows."""
    ends = islice(_ROOT_END.finditer(tail), _MOST_ENDS)
    return any(_MISCELLANY.fullmatch(tail, match.end()) for match in ends)
