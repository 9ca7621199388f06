"""JSON-LD and web pages: what is read of them, and that whatever comes there is an answer."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester import RawRecord
from mappings import Mapped, map_record
from mappings.crosswalk import crosswalks
from mappings.html_rows import HtmlReader, without_site
from mappings.json_rows import JsonReader
from mappings.rows import Shape

from .records import ORIGIN

SHARED = Path(os.environ.get("KHO_SHARED") or Path(__file__).parents[3] / "shared")
REAL = SHARED / "real"


def raw(body: bytes | str, form: str, identifier: str = "https://web.example/1") -> RawRecord:
    content = body.encode() if isinstance(body, str) else body
    return RawRecord(identifier, "2026-06-01", (), False, form, content, b"", b"", b"")


def mapped(body: bytes | str, form: str) -> Mapped:
    return map_record(raw(body, form), ORIGIN, explain=True)


def rows(document: object, *wanted: str, **qualified: str) -> list[tuple[str, str, str]]:
    ways = {path: (child,) for path, child in qualified.items()}
    reader = JsonReader(Shape(frozenset({"learningresource"}), frozenset(), ways, frozenset(wanted)))
    return list(reader.rows(document))


def test_every_way_to_name_a_property_is_one_path() -> None:
    for document in (
        {"@type": "LearningResource", "name": "Bài 1"},
        {"type": ["CreativeWork", "LearningResource"], "schema:name": "Bài 1"},
        {"@type": "http://schema.org/LearningResource", "https://schema.org/name": [{"@value": "Bài 1"}]},
        [{"@type": "WebPage"}, {"@graph": [{"@type": "Person"}, {"@type": "LearningResource", "name": "Bài 1"}]}],
        {"@type": "WebPage", "mainEntity": {"@type": "LearningResource", "name": "Bài 1"}},
    ):
        assert rows(document, "name") == [("name", "Bài 1", "")], document


def test_languages_are_stated_in_three_ways() -> None:
    document = {
        "@context": ["https://schema.org", {"@language": "vi-VN"}],
        "@type": "LearningResource",
        "name": {"vi": "Số", "en-GB": "Numbers"},
        "description": [{"@value": "Nombres", "@language": "fr"}, "Các số"],
        "about": {"id": "không phải ngôn ngữ"},
    }
    assert rows(document, "name", "description", "about/id") == [
        ("name", "Số", "vi"),
        ("name", "Numbers", "en"),
        ("description", "Nombres", "fr"),
        ("description", "Các số", "vi"),
        ("about/id", "không phải ngôn ngữ", "vi"),
    ]


def test_a_child_that_tells_nodes_apart_may_hold_signs_of_paths() -> None:
    for kind in ("Book", "Book + CD", "Book/CD", "Book, CD", "Book | CD"):
        part = {"@type": kind, "name": "Bộ sách", "url": "https://web.example/bo"}
        said = {"@type": "LearningResource", "name": "Bài giảng", "url": "https://web.example/1", "isPartOf": part}
        found = mapped(json.dumps(said), "schema_org")
        assert found.resource is not None
        assert [one.target for one in found.resource.relation] == ["https://web.example/bo"], kind


def test_references_are_followed_and_circles_end() -> None:
    document = {
        "@graph": [
            {"@type": "LearningResource", "@id": "#1", "author": {"@id": "#a"}, "isPartOf": {"@id": "#2"}},
            {"@type": "Course", "@id": "#2", "name": "Khoá", "hasPart": {"@id": "#1"}},
            {"@id": "#a", "name": "Tổ Toán", "memberOf": {"@id": "#a"}},
        ]
    }
    assert rows(document, "author/name", "ispartof/name", "ispartof/haspart/id") == [
        ("author/name", "Tổ Toán", ""),
        ("ispartof/name", "Khoá", ""),
    ]


def test_nodes_are_told_apart_by_a_child() -> None:
    document = {
        "@type": "LearningResource",
        "educationalAlignment": [{"alignmentType": "educationalLevel", "targetName": "Lớp 1"}, {"targetName": "?"}],
    }
    assert rows(document, "educationalalignment[*]/targetname", educationalalignment="alignmenttype") == [
        ("educationalalignment[educationallevel]/targetname", "Lớp 1", "")
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "unreadable"),
        (b"{", "unreadable"),
        (b"[]", "unreadable"),
        (b'"text"', "unreadable"),
        (b"\xff\xfe{}", "unreadable"),
        (b'{"@type": "Organization", "name": "x"}', "unreadable"),
        (b'{"@type": "LearningResource"}', "no_title"),
        (b"[" * 100_000, "unreadable"),
        (b'{"@type": "LearningResource", "x":' * 3000 + b"1" + b"}" * 3000, "unreadable"),
    ],
)
def test_bad_documents_are_quarantined_with_their_reason(body: bytes, reason: str) -> None:
    assert mapped(body, "schema_org").quarantine == reason


_KEYS = st.sampled_from(
    [
        "@id",
        "@type",
        "@graph",
        "@value",
        "@language",
        "@context",
        "name",
        "author",
        "about",
        "vi",
        "license",
        "isPartOf",
    ]
)
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(max_size=20),
    st.sampled_from(["LearningResource", "#1", "https://a.example/1", "2024-05-01", "Lớp 5"]),
)
JSON = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=5)),
    max_leaves=30,
)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(JSON)
def test_any_json_gets_an_answer(document: object) -> None:
    described = {"@type": "LearningResource", "name": "Bài", "url": "https://a.example/1", "about": document}
    assert mapped(json.dumps(described), "schema_org").resource is not None
    mapped(json.dumps(document), "schema_org")


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.binary(max_size=200), JSON)
def test_any_page_gets_an_answer(noise: bytes, document: object) -> None:
    script = b'<script type="application/ld+json">' + json.dumps(document).encode() + b"</script>"
    page = b"<html><head><title>Trang</title>" + script + b"</head><body>" + noise
    mapped(noise, "page")
    mapped(page, "page")


def test_a_page_is_read_in_the_encoding_that_it_has() -> None:
    for encoding, declared in (("utf-8", ""), ("utf-8", "iso-8859-1"), ("utf-16", "utf-16"), ("cp1252", "cp1252")):
        title = "Déjà vu" if encoding == "cp1252" else "Đề thi học kì"
        meta = f'<meta charset="{declared}">' if declared else ""
        found = mapped(f"<html><head>{meta}<title>{title}</title></head></html>".encode(encoding), "page")
        assert found.resource is not None
        assert found.resource.title == title, (encoding, declared)


def test_the_name_of_the_site_is_taken_off_a_title() -> None:
    site = "Trường THCS Trần Phú"
    for title in (f"Bài 5 - {site}", f"Bài 5 | {site}", f"Bài 5 – {site.upper()}"):
        assert without_site(title, site) == "Bài 5"
    for title in (site, f"Lịch sử {site}", "Bài 5 - Trường khác"):
        assert without_site(title, site) == title


def test_too_large_a_page_is_refused() -> None:
    assert mapped(b"<html><title>x</title>" + b" " * (9 * 1024 * 1024), "page").quarantine == "unreadable"


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real pages: {REAL}")
def test_real_descriptions_are_mapped() -> None:
    files = sorted((REAL / "dini-ag-kim+amb").glob("**/valid/*.json"))
    assert len(files) > 60
    titled = [mapped(file.read_bytes(), "schema_org").resource for file in files]
    assert all(found is not None and found.title and found.landing_url for found in titled)


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real pages: {REAL}")
def test_real_pages_are_mapped() -> None:
    files = sorted((REAL / "adbar+trafilatura").glob("**/*.html"))
    assert len(files) > 100
    found = [mapped(file.read_bytes(), "page") for file in files]
    shown = [each for each in found if each.resource is not None]
    assert len(shown) >= 0.99 * len(found)
    print(
        {each.quarantine for each in found}, sum(len(each.problems) for each in found) / len(found), "problems a page"
    )
    assert sum(len(each.problems) for each in found) <= 3 * len(found)


def test_both_readers_have_their_shape() -> None:
    assert isinstance(crosswalks()["schema_org"].reader, JsonReader)
    assert isinstance(crosswalks()["page"].reader, HtmlReader)
