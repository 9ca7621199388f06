"""Whatever a source sends: an answer, never an exception; and real records of many repositories."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from harvester import RawRecord
from mappings import Mapped, Resource, formats, map_record
from mappings.crosswalk import crosswalks

from .records import CONTEXT, ORIGIN, of_metadata

SHARED = Path(os.environ.get("KHO_SHARED") or Path(__file__).parents[3] / "shared")
REAL = SHARED / "real"
FORMS = [form.name for form in formats()]


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("", "unreadable"),
        ("chỉ có chữ", "unreadable"),
        ("<dc>", "unreadable"),
        ("<dc>&khong_co;</dc>", "unreadable"),
        ("<dc><a></b></dc>", "unreadable"),
        ("<dc>\x01</dc>", "unreadable"),
        ("<dc/>", "no_title"),
        ("<dc xmlns='urn:khac'><title>x</title></dc>", "no_title"),
    ],
)
def test_bad_bodies_are_quarantined_with_their_reason(metadata: str, code: str) -> None:
    answer = map_record(of_metadata(metadata), ORIGIN, explain=True)
    assert (answer.resource, answer.quarantine) == (None, code)
    assert answer.problems[0].severity == "quarantine"


def test_doctype_is_refused_and_entities_are_not_resolved() -> None:
    raw = of_metadata("<dc/>")
    bomb = b'<!DOCTYPE x [<!ENTITY a "boom">]>' + CONTEXT.partition(b"?>\n")[2]
    hostile = RawRecord("1", "", (), False, "oai_dc", raw.body, bomb, b"", b"")
    answer = map_record(hostile, ORIGIN)
    assert answer.quarantine == "unreadable"
    assert answer.problems[0].value == "DOCTYPE"


def _words() -> list[str]:
    """All names of elements in the crosswalks' paths: the fuzz is to reach the rules."""
    found: set[str] = set()
    for crosswalk in crosswalks().values():
        for rule in crosswalk.rules:
            for path in rule.paths:
                found |= {part.partition("[")[0] for part in path.split("/")}
        found |= {part for name in crosswalk.reader.shape.named for part in name.split("/")}
    return sorted(
        {name for name in found if name.isidentifier()}
        | {"string", "langstring", "value", "source", "record", "role", "purpose", "catalog"}
    )


_TEXT = st.one_of(
    st.text(
        alphabet=st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), max_size=40
    ),
    st.sampled_from(
        [
            "https://a.example/1",
            "http://localhost",
            "10.1/x",
            "ISBN 978",
            "05/09/2024",
            "lớp 10",
            "Toán 7",
            "CC BY-NC",
            "P1Y",
            "BEGIN:VCARD FN:",
            "author",
            "educational level",
            "<p>x",
            "&#0;",
            "9" * 400,
            "7-9",
            ";;;",
            "http://[",
        ]
    ),
)
_ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        ["tag", "code", "ind1", "ind2", "mdschema", "element", "qualifier", "name", "type", "href", "lang"]
    ),
    st.sampled_from(
        ["245", "856", "700", "a", "u", "4", " ", "dc", "title", "date", "issued", "none", "vi", "host", "]/["]
    ),
    max_size=4,
)
_TREE = st.recursive(
    st.tuples(st.sampled_from(_words()), _TEXT, _ATTRIBUTES),
    lambda inner: st.tuples(st.sampled_from(_words()), st.lists(inner, max_size=4), _ATTRIBUTES),
    max_leaves=12,
)


def _build(parent: etree._Element, tree: tuple[str, object, dict[str, str]], space: str) -> None:
    name, content, attributes = tree
    child = etree.SubElement(parent, f"{{{space}}}{name}" if space else name, attributes)
    if isinstance(content, str):
        child.text = content
        child.set("{http://www.w3.org/XML/1998/namespace}lang", content[:5])
    else:
        assert isinstance(content, list)
        for inner in content:
            _build(child, inner, space)


@given(
    st.lists(_TREE, max_size=8),
    st.sampled_from(["", *(form.namespaces[0] for form in formats()), "http://purl.org/dc/elements/1.1/"]),
    st.sampled_from([*FORMS, "gi_do"]),
)
@settings(deadline=None, derandomize=True, max_examples=400)
def test_any_xml_gets_an_answer(trees: list[tuple[str, object, dict[str, str]]], space: str, form: str) -> None:
    root = etree.Element("{urn:x}goc")
    for tree in trees:
        _build(root, tree, space)
    raw = of_metadata(etree.tostring(root, encoding="unicode"), form)
    _check(map_record(raw, ORIGIN, explain=True), raw)


@given(st.binary(max_size=300))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_any_bytes_get_an_answer(body: bytes) -> None:
    raw = RawRecord("1", "2025", ("a",), False, "oai_dc", body, CONTEXT, b"", b"")
    _check(map_record(raw, ORIGIN), raw)


def _check(answer: Mapped, raw: RawRecord) -> None:
    """Assert what holds of every answer: shown or quarantined, never both, and every value explained when asked."""
    assert (answer.resource is None) == bool(answer.quarantine or raw.deleted)
    if answer.resource is None:
        return
    assert answer.resource.title.strip() == answer.resource.title != ""
    assert answer.resource.landing_url.startswith(("http://", "https://", "HTTP"))
    if answer.explanations:
        told = {explanation.field for explanation in answer.explanations}
        assert {field for field in Resource.__struct_fields__ if getattr(answer.resource, field)} <= told


# --- real records ------------------------------------------------------------------------------------------------


def _real(folder: str, form: str) -> Iterator[RawRecord]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for path in sorted((REAL / folder).rglob("*.xml")):
        try:
            root = etree.parse(str(path), parser).getroot()
        except etree.XMLSyntaxError:
            continue  # the page is refused as a whole by the harvester
        records = list(root.iter("{*}record")) if root.tag.endswith("OAI-PMH") else []
        bodies = [etree.tostring(record, with_tail=False) for record in records]
        if not records and "lom" in etree.tostring(root, encoding="unicode")[:300]:
            bodies = [b"<record><header/><metadata>" + etree.tostring(root) + b"</metadata></record>"]
        for number, body in enumerate(bodies):
            yield RawRecord(f"{path.stem}:{number}", "2016-05-01", (), False, form, body, CONTEXT, b"", b"")


@pytest.mark.skipif(not REAL.is_dir(), reason="no folder of real records (KHO_SHARED names the folder above real/)")
@pytest.mark.parametrize(
    ("folder", "form", "least", "shown"),
    [
        ("CenterForOpenScience+scrapi", "oai_dc", 7000, 0.9),
        ("surfedushare+search-portal", "lom", 20, 0.5),
        ("dini-ag-kim+hs-oer-lom-profil", "lom", 30, 0.05),
    ],
)
def test_real_records_map_without_an_exception(folder: str, form: str, least: int, shown: float) -> None:
    counted: Counter[str] = Counter()
    for raw in _real(folder, form):
        answer = map_record(raw, ORIGIN, explain=True)
        _check(answer, raw)
        counted[answer.quarantine] += 1
    assert counted.total() >= least
    assert counted[""] / counted.total() >= shown
    assert counted["no_crosswalk"] == 0
