"""XML as an answer of OAI-PMH: any tool that reads ListRecords reads such a file."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from ..resource import Resource
from ._export import Addresses

# XML 1.0, section 2.2: what is no Char cannot be written at all, not even escaped.
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = {"\r": "&#13;"}  # a plain one would be read as a line feed (section 2.11)
_QUOTES = {**_LINE_END, '"': "&quot;"}
_OAI = "http://www.openarchives.org/OAI/2.0/"
TAIL = "</ListRecords>\n</OAI-PMH>\n"


def words(text: str) -> str:
    """Write a text between tags."""
    if not text.isprintable():
        text = _NO_CHARACTER.sub("", text)
    return escape(text, _LINE_END)


def element(name: str, text: str, attributes: str = "") -> str:
    """Write an element that holds a text."""
    return f"<{name}{attributes}>{words(text)}</{name}>"


def head(prefix: str, addresses: Addresses, when: str) -> str:
    """Begin a list of records."""
    asked = escape(addresses.base, _QUOTES)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<OAI-PMH xmlns="{_OAI}">\n<responseDate>{when}</responseDate>\n'
        f'<request verb="ListRecords" metadataPrefix="{prefix}">{asked}</request>\n<ListRecords>\n'
    )


def record(resource: Resource, metadata: str, addresses: Addresses) -> str:
    """Write a record under an identifier of ours, since it is no longer what the source said; the source is its set."""
    identifier = element("identifier", addresses.resource(resource.key))
    header = f"{identifier}{element('datestamp', resource.datestamp)}{element('setSpec', resource.source)}"
    return f"<record><header>{header}</header><metadata>{metadata}</metadata></record>\n"
