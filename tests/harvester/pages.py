"""Pages of OAI-PMH answers for tests of reading, made from the town's records."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from demo.generator import oai_dc, records
from harvester.errors import SourceError
from harvester.page import Cut, Reading, document, read_page
from harvester.page.cutting import careful_cut
from harvester.page.framing import frame
from harvester.record import RawRecord

HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    b"<responseDate>2026-11-20T19:00:00Z</responseDate><request>http://a.example/oai</request><ListRecords>"
)
TAIL = b'<resumptionToken completeListSize="7" cursor="0"> abc </resumptionToken></ListRecords></OAI-PMH>'
CLOCK = b"<responseDate>2026-11-20T19:00:00Z</responseDate>"


def record(number: int, extra: str = "") -> bytes:
    """Make a record of the town; ``extra`` stands at the end of its header."""
    entry = next(iter(records(5, 1, "school", "oai:a.example:", "a.example", start=number)))
    header = f"<header><identifier>{entry.identifier}</identifier><datestamp>2026-01-01</datestamp>{extra}</header>"
    return f"<record>{header}<metadata>".encode() + oai_dc(entry) + b"</metadata></record>"


def page(*bodies: bytes, gap: bytes = b"\n") -> bytes:
    """Make an answer to ListRecords."""
    return HEAD + gap.join(bodies) + TAIL


def headers(*bodies: bytes) -> bytes:
    """Make an answer to ListIdentifiers."""
    return page(*bodies).replace(b"ListRecords", b"ListIdentifiers")


PLAIN = page(*(record(number) for number in range(5)))


def with_title(text: bytes) -> bytes:
    """Make a page of three records whose second one has this title, as bytes."""
    return page(record(1), _titled(record(2), text), record(3))


def _titled(body: bytes, text: bytes) -> bytes:
    return re.sub(rb"(<dc:title>).*?(</dc:title>)", lambda found: found[1] + text + found[2], body)


def cut(body: bytes) -> Cut:
    """Cut a page by walking through its tags."""
    return careful_cut(body, frame(body))


def read(body: bytes) -> Reading:
    """Read a page."""
    return read_page(body, "http://a.example/oai", name="oai_dc")


def refused(body: bytes) -> str:
    """Return the code by which a page is refused; a page that is read fails the test."""
    with pytest.raises(SourceError) as error:
        read(body)
    return error.value.code


def titles(reading: Reading) -> list[str]:
    """Return the titles of a page's records, read from what is kept of each."""
    found = []
    for item in reading.items:
        assert isinstance(item, RawRecord)
        title = etree.fromstring(document(item.context, item.body)).find(".//{*}title")
        found.append("" if title is None else title.text or "")
    return found


def in_charset(body: bytes, charset: str, declared: str) -> bytes:
    """Write a page in another encoding than the one it declares."""
    written = etree.tostring(etree.fromstring(body), encoding=charset)
    return re.sub(rb"encoding='[^']*'", f"encoding='{declared}'".encode(), written, count=1)
