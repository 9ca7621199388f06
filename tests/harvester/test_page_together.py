"""What is read fast is read the same: records parsed together, headers by pattern, cuts by searching bytes."""

from __future__ import annotations

import random

import pytest

from harvester.errors import SourceError
from harvester.page import Cut, fingerprint, fingerprints, read_record, read_records
from harvester.record import RawRecord, Rejected
from tests.harvester.pages import cut

SEED = 20261124
HEAD = (
    b'<?xml version="1.0" encoding="%s"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    b' xmlns:o="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-20T19:00:00Z</responseDate>'
    b"<request>http://kho.example/oai</request><ListRecords>"
)
TAIL = b"<resumptionToken/></ListRecords></OAI-PMH>"

IDENTIFIERS = (
    "oai:a.example:1",
    " oai:a.example:2 ",
    "oai:a.example:\u0111\u1ec1",
    "oai:a&amp;b",
    "x" * 2001,
    "",
    "a>b",
)
DATESTAMPS = ("<datestamp>2026-01-01</datestamp>", "<dateStamp>2026-01-01T00:00:00Z</dateStamp>", "<datestamp/>", "")
SETS = (
    "",
    "<setSpec>lop-6</setSpec>",
    "<setSpec>a</setSpec>\n <setSpec>b</setSpec>",
    "<setSpec/>",
    "<setSpec>ô</setSpec>",
)
STATUSES = ("", "", "", ' status="deleted"', ' status="gone"', " status='Deleted '")
METADATA = (
    "<metadata><dc><title>Toán 6</title></dc></metadata>",
    "<metadata>\n<dc xmlns='http://purl.org/dc/elements/1.1/'><title>a</title></dc></metadata><about><x/></about>",
    "<metadata/>",
    "<metadata>words</metadata>",
    '<metadata id="m"><dc><title>b &amp; c &#225;</title></dc></metadata>',
    "<metadata><dc><title><![CDATA[</record>]]></title></dc></metadata>",
    "<metadata><dc><!-- <record> --><title>c</title></dc></metadata>",
    "<metadata><dc><?x </record>?><title>c</title></dc></metadata>",
    "<metadata><record><title>MARC</title></record></metadata>",
    "<metadata><mods><recordInfo>d</recordInfo></mods></metadata>",
    "",
)


def _record(chance: random.Random, prefix: str) -> str:
    pick = chance.choice
    plain = chance.random() < 0.7
    identifier = f"oai:a.example:{chance.randrange(1000)}" if plain else pick(IDENTIFIERS)
    datestamp = DATESTAMPS[0] if plain else pick(DATESTAMPS)
    parts = [f"<identifier>{identifier}</identifier>", datestamp, pick(SETS)]
    if chance.random() < 0.05:
        chance.shuffle(parts)
    metadata = METADATA[0] if plain else pick(METADATA)
    blank = pick(("", "", "\n  "))
    header = f"<header{'' if plain else pick(STATUSES)}>{blank}{blank.join(parts)}{blank}</header>"
    if chance.random() < 0.03:
        header = ""
    return f"<{prefix}record>{blank}{header}{blank}{metadata}{blank}</{prefix}record>"


def _page(chance: random.Random) -> bytes:
    charset = chance.choice(("UTF-8", "utf-8", "windows-1258", "ISO-8859-1"))
    prefix = chance.choice(("", "", "o:"))
    blank = chance.choice(("", "\n"))
    records = blank.join(_record(chance, prefix) for _ in range(chance.randrange(1, 8)))
    return HEAD % charset.encode() + records.encode(charset, "xmlcharrefreplace") + TAIL


def _alone(parts: Cut, marks: list[bytes]) -> list[RawRecord | Rejected]:
    pairs = zip(parts.records, marks, strict=True)
    return [read_record(parts.context, body, "oai_dc", mark) for body, mark in pairs]


def test_records_are_read_together_as_each_is_read_alone() -> None:
    """On 2,000 pages of everything that a record may look like."""
    chance = random.Random(SEED)
    for _ in range(2_000):
        parts = cut(_page(chance))
        marks = fingerprints(parts.context, parts.records)
        assert marks == [fingerprint(parts.context, body) for body in parts.records], SEED
        assert read_records(parts.context, parts.records, "oai_dc", marks) == _alone(parts, marks), SEED


def test_a_header_is_read_by_pattern_as_the_parser_reads_it() -> None:
    """An attribute that means nothing sends the same header to the tree: both must say the same."""
    chance = random.Random(SEED)
    for _ in range(1_000):
        parts = cut(_page(chance))
        for body in parts.records:
            slow = body.replace(b"<header>", b'<header x="">', 1)
            quick, tree = read_record(parts.context, body, "f", b""), read_record(parts.context, slow, "f", b"")
            if isinstance(quick, RawRecord) and isinstance(tree, RawRecord):
                assert quick == RawRecord(**{**_fields(tree), "body": body}), SEED
            else:
                assert isinstance(quick, Rejected), SEED
                assert (quick.identifier, quick.code) == (tree.identifier, tree.code), SEED  # type: ignore[union-attr]  # both are rejected


def _read_page(page: bytes) -> list[RawRecord | Rejected]:
    parts = cut(page)
    return read_records(parts.context, parts.records, "oai_dc", fingerprints(parts.context, parts.records))


def _fields(record: RawRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


@pytest.mark.parametrize(
    "records",
    [
        b"<record><header/><a></record><record></a></record>",
        b"<record><header/></record><record><header/><a></record>",
        b"<record><header/><o:x></record><record></o:x></record>",
    ],
)
def test_a_record_that_only_its_neighbour_would_close_is_not_accepted(records: bytes) -> None:
    """Together must never be milder than alone."""
    with pytest.raises(SourceError, match="malformed"):
        _read_page(HEAD % b"UTF-8" + records + TAIL)


@pytest.mark.parametrize(
    ("records", "count"),
    [
        (b"<record/><record><header/></record>", 2),
        (b"<record><header/><?p </record>?></record>", 1),
        (b"<record><header/><![CDATA[</record><record>]]></record>", 1),
        (b"<record><header/><record/></record><record><header/></record>", 2),
    ],
)
def test_what_looks_like_a_tag_and_is_none_does_not_part_a_record(records: bytes, count: int) -> None:
    """The quick cut hands these to the parser."""
    parts = cut(HEAD % b"UTF-8" + records + TAIL)
    assert len(parts.records) == count
    assert b"".join(parts.records) == records
