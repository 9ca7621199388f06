"""The plain record is read by a pattern exactly as the parser reads it, or left to the parser."""

from __future__ import annotations

import random

import pytest

from demo.generator import oai_dc, records
from harvester import RawRecord
from mappings.applying import Crosswalk
from mappings.crosswalk import crosswalks
from mappings.rows import Row, UnreadableError, metadata

from .records import CONTEXT, of_metadata

SEED = 20261126
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"',
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/"',
    "xmlns:dc='http://purl.org/dc/terms/' xmlns:oai_dc='urn:khac'",
    'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"',
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:oai_dc="urn:x" xml:lang="vi"',
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:oai_dc="a>b"',
)
TAGS = ("dc:title", "dc:creator", "dc:subject", "title", "oai_dc:title", "dc:nothing", "x:title", "dc:1", "dc:a:b")
WORDS = (
    "Toán 6",
    "",
    " ",
    "a\nb",
    "a\r\nb",
    "x > y",
    "]]>",
    "H&#7885;c",
    "R&amp;D",
    "a & b",
    "&lt;p&gt;đoạn&lt;/p&gt; &quot;&apos;",
    "&nbsp;",
    "&;",
    "&#x1EC7;&#7879;&#13;&#160;",
    "&#0;",
    "&#xD800;",
    "&#x110000;",
    "&#65534;",
    "&#X41;",
    "<b>đậm</b>",
    "<![CDATA[<dc:title>sai</dc:title>]]>",
    "<!-- /> <dc:title>sai</dc:title> -->",
    "<?x <dc:title>sai</dc:title> ?>",
    "<dc:title/>",
    "language=",
    "\ufeff\u00a0\u200b",
    "\x01",
    "\ufffe",
    "Thu\u0323\u0309",
    "<dc:title>lồng</dc:title>",
)
BETWEEN = (
    "",
    "",
    "\n  ",
    "chữ lạc",
    "<!-- x -->",
    "<dc:title/>",
    '<dc:title lang="vi">a</dc:title>',
    "&#32;",
    "&x;",
    "/>",
)


def _slow(crosswalk: Crosswalk, raw: RawRecord) -> list[Row] | None:
    try:
        root = metadata(raw)
    except UnreadableError:
        return None
    return crosswalk.reader.rows(root, languages=b":lang=" in raw.body or b"language=" in raw.body)


def _random(chance: random.Random) -> str:
    pieces = []
    for _ in range(chance.randrange(6)):
        plain = chance.random() < 0.75
        tag = chance.choice(TAGS[:3]) if plain else chance.choice(TAGS)
        words = chance.choice(WORDS[:2]) if plain else chance.choice(WORDS)
        pieces += [f"<{tag}>{words}</{tag}>", "" if plain else chance.choice(BETWEEN)]
    return f"<oai_dc:dc {chance.choice(SPACES[:2] if chance.random() < 0.7 else SPACES)}>{''.join(pieces)}</oai_dc:dc>"


def test_a_pattern_reads_what_the_parser_reads() -> None:
    """20,000 records of everything that may stand in one: read alike, or left to the parser."""
    chance, crosswalk, plain = random.Random(SEED), crosswalks()["oai_dc"], 0
    for _ in range(20_000):
        raw = of_metadata(_random(chance))
        rows = crosswalk.plain.rows(raw)
        if rows is not None:
            plain += 1
            assert rows == _slow(crosswalk, raw), (SEED, raw.body)
    assert plain > 4_000, "the pattern is there to be used"


def test_most_records_of_the_town_are_plain() -> None:
    """What the pattern is for: all but those with HTML or an entity in them."""
    crosswalk = crosswalks()["oai_dc"]
    raws = [of_metadata(oai_dc(entry).decode()) for entry in records(1, 500, "school", "oai:a:", "a.example")]
    rows = [crosswalk.plain.rows(raw) for raw in raws]
    assert sum(found is None for found in rows) < 50
    assert all(found is None or found == _slow(crosswalk, raw) for found, raw in zip(rows, raws, strict=True))


@pytest.mark.parametrize(
    ("context", "change"),
    [
        (CONTEXT.replace(b"UTF-8", b"ISO-8859-1"), b""),
        (CONTEXT.replace(b"<ListRecords>", b"<metadata>"), b""),
        (b"<!DOCTYPE x>" + CONTEXT.partition(b"?>\n")[2], b""),
        (CONTEXT, b"<about/>"),
        (CONTEXT, b"</x>"),
        (CONTEXT, b"\xff"),
    ],
)
def test_what_is_not_plain_around_the_elements_is_left_to_the_parser(context: bytes, change: bytes) -> None:
    """Another encoding, another frame, something after the metadata."""
    crosswalk = crosswalks()["oai_dc"]
    raw = of_metadata(f'<dc {SPACES[1].partition(" ")[2]} xmlns:dc="http://purl.org/dc/elements/1.1/"></dc>')
    assert crosswalk.plain.rows(raw) == []
    body = raw.body.replace(b"</record>", change + b"</record>")
    other = RawRecord(raw.identifier, raw.datestamp, (), False, "oai_dc", body, context, b"", b"")
    assert crosswalk.plain.rows(other) is None


def test_damage_anywhere_is_left_to_the_parser_or_read_alike() -> None:
    """One byte changed at every place of a record."""
    crosswalk = crosswalks()["oai_dc"]
    raw = of_metadata(f"<oai_dc:dc {SPACES[0]}><dc:title>Số học 6</dc:title><dc:subject>Toán</dc:subject></oai_dc:dc>")
    for place in range(len(raw.body)):
        for byte in b"<>&/\x00\xff :x":
            body = raw.body[:place] + bytes((byte,)) + raw.body[place + 1 :]
            other = RawRecord(raw.identifier, raw.datestamp, (), False, "oai_dc", body, raw.context, b"", b"")
            rows = crosswalk.plain.rows(other)
            assert rows is None or rows == _slow(crosswalk, other), body
