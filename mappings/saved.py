"""Records in a file that somebody saved: an answer of OAI-PMH, a record of it, bare metadata, JSON-LD or a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from html import escape

import msgspec
from lxml import etree

from harvester import RawRecord, Rejected, SourceError, local_name, read_page

from .crosswalk import crosswalks
from .graph import Described, resources_of
from .json_rows import JsonReader, decoded_json
from .rows import PARSER, UnreadableError
from .rule import year_of

_OAI_PMH = re.compile(rb"<(?:[^\s<>/:]+:)?OAI-PMH[\s>]")
_PAGE = re.compile(rb"(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.DOTALL)
_DECLARATION = re.compile(rb"\s*(<\?xml[^>]*\?>)")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OPENING = b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>1970-01-01T00:00:00Z</responseDate>'
_OPENING += b"<request/><GetRecord>"
_CLOSING = b"</GetRecord></OAI-PMH>"


def read_saved(content: bytes, name: str, form: str = "") -> list[RawRecord | Rejected]:
    """Return the records of a saved file, ``name``; ``form`` is their format where it is known.

    Whatever it is, it is read as strictly as a server's answer: a single record is put into one first. Bare metadata
    gets the file's name as its identifier, JSON-LD that describes many gives as many records. Raises SourceError.
    """
    content = content.removeprefix(_BYTE_ORDER_MARK)
    begin = content[:1000].lstrip().lower()
    other = "schema_org" if begin[:1] in (b"{", b"[") else "page" if _PAGE.match(begin) else ""
    if other:
        return list(_described(content, name, form or other))
    whole = _OAI_PMH.search(content) is not None
    if not whole:
        content = _answer(content, name, bare=not _is_record(content, name))
    page = read_page(content, name, name=form)
    answered = year_of(page.answer.response_date) if whole else 0
    return [_fetched(item, answered) for item in page.items if not isinstance(item, int)]


def _fetched(item: RawRecord | Rejected, answered: int) -> RawRecord | Rejected:
    """Say when a record was fetched by what its file knows: the year of the answer, or of its datestamp if later."""
    if isinstance(item, Rejected):
        return item
    return msgspec.structs.replace(item, fetched=max(answered, year_of(item.datestamp)))


def _described(content: bytes, name: str, form: str) -> Iterator[RawRecord]:
    """Yield the resources of JSON-LD with many, by their own ids; all else is one record with the file's name."""
    reader = crosswalks()[form].reader if form in crosswalks() else None
    found: list[Described] = []
    if isinstance(reader, JsonReader):
        with suppress(UnreadableError, RecursionError):  # mapping says why
            found = resources_of(decoded_json(content), reader.shape.elements)
    named: set[str] = set()
    for number, one in enumerate(found, 1):
        identifier = one.identifier if one.identifier and one.identifier not in named else f"{name}#{number}"
        named.add(identifier)
        yield RawRecord(identifier, "", (), False, form, one.body, b"", b"", b"")
    if not found:
        yield RawRecord(name, "", (), False, form, content, b"", b"", b"")


def _is_record(content: bytes, name: str) -> bool:
    """Say whether this is a record of OAI-PMH with its header. Raises SourceError for what is no XML."""
    if b"<!DOCTYPE" in content[:10_000].upper():
        raise SourceError("doctype", where=name)
    try:
        root = etree.fromstring(content, PARSER)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise SourceError("malformed", where=name, detail=str(error)) from error
    return local_name(root) == "record" and any(local_name(child) == "header" for child in root)


def _answer(content: bytes, name: str, *, bare: bool) -> bytes:
    declaration = _DECLARATION.match(content)
    words, body = (declaration[1], content[declaration.end() :]) if declaration else (b"", content)
    if bare:
        head = f"<identifier>{escape(name)}</identifier>"  # without a datestamp: no date of it is later than itself
        head_ = head.encode("ascii", "xmlcharrefreplace")
        body = b"<record><header>" + head_ + b"</header><metadata>" + body + b"</metadata></record>"
    return words + _OPENING + body + _CLOSING
