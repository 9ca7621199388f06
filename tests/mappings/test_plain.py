"""The plain record is read by a pattern exactly as the parser reads it, or left to the parser."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from demo.generator import Entry, lom, oai_dc, records
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
    return crosswalk.reader.rows(root, languages=b"lang=" in raw.body or b"language=" in raw.body)


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


def test_records_with_the_same_tags_are_read_alike_whatever_their_words() -> None:
    """Of the second record with the same tags all is known but its words: blank ones, references, damage."""
    chance, crosswalk, plain = random.Random(SEED), crosswalks()["oai_dc"], 0
    words = [*WORDS, "\u3000", " \n ", "</dc:title>"]
    for _ in range(300):
        tags = chance.choices(("dc:title", "dc:subject", "dc:creator", "dc:nothing", 'dc:title xml:lang="vi"'), k=6)
        for _ in range(10):
            said = [chance.choice(words if chance.random() < 0.2 else WORDS[:1]) for _ in tags]
            pieces = [f"<{tag}>{word}</{tag.split()[0]}>" for tag, word in zip(tags, said, strict=True)]
            raw = of_metadata(f"<oai_dc:dc {SPACES[0]}>{chance.choice(('', ' ')).join(pieces)}</oai_dc:dc>")
            rows = crosswalk.plain.rows(raw)
            if rows is not None:
                plain += 1
                assert rows == _slow(crosswalk, raw), (SEED, raw.body)
    assert plain > 1_400, "half are plain"


def test_a_source_whose_records_all_have_other_tags_does_not_fill_the_memory() -> None:
    crosswalk = Crosswalk(*(getattr(crosswalks()["oai_dc"], name) for name in ("format", "title", "rules", "reader")))
    tags = "<dc:title>a</dc:title>" + "<dc:subject>b</dc:subject>" * 30
    for number in range(2_000):
        subject = f"<dc:subject>c</dc:subject><dc:date>{number}</dc:date>" + f"<dc:x{number}/>" * (number < 1_900)
        raw = of_metadata(f"<oai_dc:dc {SPACES[0]}>{tags}{subject}</oai_dc:dc>")
        rows = crosswalk.plain.rows(raw)
        assert rows is None or (len(rows) == 33 and rows[-1] == ("date", str(number), "")), number
    (form,) = crosswalk.plain._forms.values()
    assert form is not None
    assert form.ways is not None
    assert 0 < sum(map(len, form.ways)) <= 500_000


LOM = (
    *(
        "general",
        "general",
        "identifier",
        "catalog",
        "entry",
        "catalogentry",
        "title",
        "langstring",
        "string",
        "keyword",
    ),
    *("lifeCycle", "contribute", "role", "source", "value", "entity", "centity", "vcard", "date", "dateTime"),
    *("classification", "purpose", "taxonPath", "taxon", "id", "relation", "kind", "resource", "description", "b"),
    *("educational", "context", "technical", "location", "rights", "metadata", "lom", "nothing", "x:title", "1"),
)
# What may stand where: a random tree of all names would seldom hold a path that a rule asks for.
BELOW = {
    "general": ("identifier", "catalogentry", "title", "keyword", "description"),
    **dict.fromkeys(("identifier", "catalogentry"), ("catalog", "catalog", "entry", "entry", "langstring")),
    **dict.fromkeys(("title", "keyword", "description", "entry", "value", "purpose"), ("string", "langstring", "b")),
    "lifecycle": ("contribute", "contribute", "date"),
    "contribute": ("role", "role", "entity", "centity", "date"),
    **dict.fromkeys(("role", "kind", "purpose", "context"), ("source", "value", "value")),
    "centity": ("vcard",),
    "date": ("dateTime", "description"),
    "classification": ("purpose", "taxonPath"),
    "taxonpath": ("source", "taxon"),
    "taxon": ("id", "entry"),
    "relation": ("kind", "resource"),
    "resource": ("identifier", "catalogentry", "description"),
    "lom": ("general", "lifeCycle", "classification", "relation", "educational", "rights", "technical"),
}
LOM_WORDS = ("author", "Author ", "discipline", "URI", "publisher", "LOMv1.0", "is part of", "x+y", "Toán 6", "R&amp;D")
ATTRIBUTES = (
    ' language="vi"',
    ' xml:lang="en-US"',
    ' lang ="fr"',
    " lang='x-none'",
    ' a="/"',
    ' a=">"',
    ' x:a="1"',
    " a",
)


def _tree(chance: random.Random, above: str, depth: int) -> str:
    pieces = []
    for _ in range(chance.choice((1, 1, 2, 3, 4)) if depth else 0):
        name = chance.choice(BELOW.get(above.lower(), LOM) if chance.random() < 0.98 else LOM)
        attributes = chance.choice(ATTRIBUTES) if chance.random() < 0.04 else ""
        if chance.random() < 0.04:
            pieces.append(f"<{name}{attributes}/>")
            continue
        inside = _tree(chance, name, depth - 1) if chance.random() < (0.9 if name.lower() in BELOW else 0.1) else ""
        words = chance.choice(LOM_WORDS) if not inside or chance.random() < 0.1 else ""
        between = chance.choice(BETWEEN) if chance.random() < 0.01 else ""
        pieces.append(f"<{name}{attributes}>{words}{inside}</{name}>{between}")
    return "".join(pieces)


def _term(chance: random.Random) -> str:
    """Return an element of qualified Dublin Core, some with a language, some with markup."""
    name = chance.choice(("dc:title", "dcterms:isPartOf", "dcterms:abstract", "dc:relation", "dcterms:license", "x"))
    attributes = chance.choice(ATTRIBUTES) if chance.random() < 0.1 else chance.choice(("", "", ' xml:lang="vi"'))
    words = chance.choice(WORDS[:6] if chance.random() < 0.9 else ("<b>đậm</b>", "<dc:title>lồng</dc:title>", "<x/>"))
    return f"<{name}{attributes}>{words}</{name}>"


def _lom(chance: random.Random) -> str:
    root = chance.choice(("", ' language="vi"'))
    return f'<lom xmlns="http://ltsc.ieee.org/xsd/LOM"{root}>{_tree(chance, "lom", chance.randrange(2, 7))}</lom>'


def _qdc(chance: random.Random) -> str:
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    terms = "".join(_term(chance) for _ in range(chance.randrange(5)))
    return f'<qdc:qdc xmlns:qdc="http://www.openarchives.org/OAI/2.0/oai_qdc/" {spaces}>{terms}</qdc:qdc>'


@pytest.mark.parametrize(("form", "make"), [("lom", _lom), ("qdc", _qdc)])
def test_what_is_learnt_of_tags_gives_what_the_parser_gives(form: str, make: Callable[[random.Random], str]) -> None:
    """Random trees of the names of a format, some of them damaged: read alike, or left to the parser."""
    chance, crosswalk, plain, told_apart = random.Random(SEED), crosswalks()[form], 0, 0
    for _ in range(6_000):
        raw = of_metadata(make(chance))
        rows = crosswalk.plain.rows(raw)
        if rows is not None:
            plain += 1
            told_apart += any("[" in row[0] for row in rows)
            assert rows == _slow(crosswalk, raw), (SEED, raw.body)
    assert plain > 1_000, "the patterns are there to be used"
    assert told_apart > 300, "elements that are told apart must be among them"


def test_a_source_that_invents_tags_is_left_to_the_parser() -> None:
    """More tags than may be learnt: what was learnt is read on, the rest is parsed, and memory ends."""
    crosswalk = Crosswalk(*(getattr(crosswalks()["lom"], name) for name in ("format", "title", "rules", "reader")))
    raws = [
        of_metadata(
            f'<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title id="{number}">a</title></general></lom>'
        )
        for number in range(6_000)
    ]
    rows = [crosswalk.plain.rows(raw) for raw in raws]
    assert rows[0] == rows[4_000] == [("general/title", "a", "")]
    assert rows[-1] is None
    assert crosswalk.plain.rows(raws[0]) == rows[0]


def test_tags_longer_than_any_that_people_write_are_not_kept() -> None:
    """One of a megabyte is left to the parser, and so are very many at once; what was learnt before is read on."""
    crosswalk = Crosswalk(*(getattr(crosswalks()["lom"], name) for name in ("format", "title", "rules", "reader")))
    lom = '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>{}</general></lom>'
    usual = of_metadata(lom.format("<title>a</title>"))
    long = of_metadata(lom.format(f'<title id="{"x" * 1_000_000}">a</title>'))
    many = of_metadata(lom.format("<title><string/></title>" * 50_000 + "a"))
    assert [crosswalk.plain.rows(raw) for raw in (usual, long, many)] == [[("general/title", "a", "")], None, None]
    assert crosswalk.plain.rows(usual) == _slow(crosswalk, usual)


@pytest.mark.parametrize(("form", "written"), [("oai_dc", oai_dc), ("lom", lom)])
def test_most_records_of_the_town_are_plain(form: str, written: Callable[[Entry], bytes]) -> None:
    """What the patterns are for: all but those with HTML or an entity in them."""
    crosswalk = crosswalks()[form]
    raws = [of_metadata(written(entry).decode()) for entry in records(1, 500, "school", "oai:a:", "a.example")]
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


@pytest.mark.parametrize(
    "space", ["http://www.openarchives.org/OAI/2.0/", "", "http://purl.org/dc/elements/1.1/", "urn:khac"]
)
def test_records_that_were_written_anew_are_plain(space: str) -> None:
    """Their start tag names a namespace, which may be that of elements without a prefix; the header has no status."""
    crosswalk = crosswalks()["oai_dc"]
    raw = of_metadata(f"<oai_dc:dc {SPACES[0]}><dc:title>Số học 6</dc:title><title>Toán</title></oai_dc:dc>")
    body = raw.body.replace(b"<record>", f'<record xmlns="{space}">'.encode())
    body = body.replace(b"<header>", b'<header status="">').replace(b"</record>", b"<about></about></record>")
    other = RawRecord(raw.identifier, raw.datestamp, (), False, "oai_dc", body, raw.context, b"", b"")
    rows = crosswalk.plain.rows(other)
    assert rows
    assert rows == _slow(crosswalk, other)


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
