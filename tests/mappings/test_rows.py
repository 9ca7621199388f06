"""Paths: by names, by attributes, by children; joined, picked out and trimmed."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import ANY

import pytest

from harvester import Faults
from mappings import map_record
from mappings.cataloguing import isbd
from mappings.crosswalk import crosswalks
from mappings.mapping import words_of
from mappings.rows import Row, metadata
from mappings.rule import generic, qualifier

from .records import ORIGIN, of_metadata

HEAD = "namespaces: ['urn:x-thu']\nrank: 5\n"


def _rows(tmp_path: Path, crosswalk: str, record: str) -> list[Row]:
    (tmp_path / "thu.yaml").write_text(HEAD + crosswalk, encoding="utf-8")
    reader = crosswalks(tmp_path)["thu"].reader
    crosswalks.cache_clear()
    return reader.rows(metadata(of_metadata(f"<r xmlns='urn:x-thu'>{record}</r>", "thu")))


def test_attributes_tell_elements_apart_or_name_them(tmp_path: Path) -> None:
    paths = "['link[page]', link, 'link/@href', 'link[*]/@href']"
    by_type = f"qualified: {{link: '@type|@use'}}\nfields: {{title: {{from: {paths}, parser: text}}}}"
    assert _rows(tmp_path, by_type, "<link>a</link><link use='Page' href='u'>b</link>") == [
        ("link", "a", ""),
        ("link[page]/@href", "u", ""),
        ("link[page]", "b", ""),
    ]
    named = "named: {f: '@s.@e[@q]'}\nfields: {title: {from: [dc.title], parser: text}}"
    record = (
        "<f s='dc' e='title' lang='vi_VN'>a</f><f s='dc' e='date' q='isSued'>b<g/></f><f s='dc' e='title' q=''>d</f>"
    )
    assert _rows(tmp_path, named, record) == [
        ("dc.title", "a", "vi"),
        ("dc.date[issued]", ANY, ""),
        ("dc.title", "d", ""),
    ]


def test_children_are_joined_as_they_stand_or_with_marks(tmp_path: Path) -> None:
    marks = "fields: {title: {from: ['t/n a: b. c', 't/a+c'], parser: text}}"
    assert _rows(tmp_path, marks, "<t><c>3</c><b>2 :</b><a>1</a><n>L'</n></t>") == [
        ("t/a+c", "3 : 1", ""),
        ("t/n a: b. c", "L'1: 2 :. 3", ""),
    ]


def test_qualifiers_are_read_by_a_table_or_are_always_the_same(tmp_path: Path) -> None:
    table = (
        "without: ['q[work]']\nqualified:\n  n: {by: r, vocabulary: role}\n  m: {by: '@k', means: {host: ispartof}}\n"
        "  p: =haspart\n  q: t=work\n"
        "fields: {title: {from: ['n[*]/x', 'm[*]', 'p[*]', 'q[*]/a'], parser: text}}"
    )
    record = "<n><r>Trl.</r><x>a</x></n><n><r>thợ in</r><x>b</x></n><n><r/><x>c</x></n><m k='host'>d</m><p>e</p>"
    record += "<q><t>1</t><a>f</a></q><q><a>g</a></q>"
    assert _rows(tmp_path, table, record) == [
        ("n[translator]/x", "a", ""),
        ("n[thợ in]/x", "b", ""),
        ("n[]/x", "c", ""),
        ("m[ispartof]", "d", ""),
        ("p[haspart]", "e", ""),
        ("q[]/a", "g", ""),
    ]


@pytest.mark.parametrize(
    ("path", "kind", "every"),
    [
        ("title", "", "title"),
        ("a[b]/c[d]", "d", "a[*]/c[*]"),
        ("name[editor]/part[family], part[given]", "editor", "name[*]/part[family], part[given]"),
        ("700[ths]/a+b", "ths", "700[*]/a+b"),
        ("accesscondition[use and reproduction]", "use and reproduction", "accesscondition[*]"),
    ],
)
def test_qualifiers_of_paths(path: str, kind: str, every: str) -> None:
    assert (qualifier(path), generic(path)) == (kind, every)


@pytest.mark.parametrize(
    ("words", "trimmed"),
    [
        ("Đại số 10 /", "Đại số 10"),
        ("Đại số 10 : sách giáo viên /", "Đại số 10: sách giáo viên"),
        ("Toán 5 / Tổ Toán biên soạn", "Toán 5"),
        ("Tổ Toán,", "Tổ Toán"),
        ("Khoa Ngoại ngữ.", "Khoa Ngoại ngữ"),
        ("Sở GDĐT TP.", "Sở GDĐT TP."),
        ("Nguyễn, A.", "Nguyễn, A."),
        ("sách, vở, v.v.", "sách, vở, v.v."),
        ("Ô tô và xe máy ...", "Ô tô và xe máy ..."),
        ("https://thu.example/a/", "https://thu.example/a/"),
        ("C++", "C++"),
        ("a" + " ;" * 50_000 + " " * 50_000, "a"),
        (" ;" * 50_000 + "x", ";" * 49_999 + " ;x"),
        ("[Thư viện trường],", "Thư viện trường"),
        ("[Bern] : [s.n.]", "[Bern]: [s.n.]"),
        (" / ", ""),
        ("", ""),
    ],
)
def test_punctuation_of_isbd_is_taken_off(words: str, trimmed: str) -> None:
    assert isbd(words) == trimmed


def test_picked_words_are_read_and_the_whole_is_told() -> None:
    field = "230908s2023    vm a     b    000 0 vie d"
    record = (
        f'<record xmlns="http://www.loc.gov/MARC21/slim"><controlfield tag="008">{field}</controlfield>'
        '<datafield tag="245" ind1="0" ind2="0"><subfield code="a">Cơ học /</subfield></datafield>'
        '<datafield tag="856" ind1="4" ind2=" "><subfield code="u">https://thu.example/1</subfield></datafield></record>'
    )
    mapped = map_record(of_metadata(record, "marcxml"), ORIGIN, explain=True)
    assert mapped.resource is not None
    assert (mapped.resource.language, mapped.resource.issued) == (("vi",), "2023")
    words = {told.field: told.words for told in mapped.explanations}
    assert (words["language"], words["issued"], words["title"]) == (field, field, "Cơ học /")


def test_what_a_record_says_of_itself_decides_and_not_its_prefix() -> None:
    """A server lists MODS as oai_dc; a profile of LOM has a namespace of its own; a word of MARC alone is none."""
    mods = (
        "<mods xmlns='http://www.loc.gov/mods/v3'><titleInfo><title>Ca dao</title></titleInfo>"
        "<location><url>https://thu.example/2</url></location></mods>"
    )
    assert map_record(of_metadata(mods, "oai_dc"), ORIGIN).resource is not None
    lom = (
        "<lom xmlns='urn:x-la'><general><title>a</title><identifier>https://thu.example/3</identifier></general></lom>"
    )
    assert map_record(of_metadata(lom, "ho_so"), ORIGIN).resource is not None
    assert map_record(of_metadata("<record xmlns='urn:x-la'><title>a</title></record>", "x"), ORIGIN).quarantine == (
        "no_crosswalk"
    )


def test_mistakes_of_the_new_words_are_told(tmp_path: Path) -> None:
    wrong = (
        "named: [a]\nqualified: {a: {by: b, vocabulary: rolle}, c: {bye: d}, e: {by: f, means: 1}}\n"
        "fields:\n  title: {from: [a], parser: text, trim: isbn, pick: '('}\n"
    )
    (tmp_path / "sai.yaml").write_text(HEAD + wrong, encoding="utf-8")
    with pytest.raises(Faults) as caught:
        crosswalks(tmp_path)
    assert [(fault.line, fault.code, fault.facts.get("key", "")) for fault in caught.value.faults] == [
        (3, "not_mapping", ""),
        (4, "unknown_word", "qualified.a.vocabulary"),
        (4, "unknown_key", "qualified.c.bye"),
        (4, "not_mapping", ""),
        (6, "unknown_word", "fields.title.trim"),
        (6, "wrong_pattern", "fields.title.pick"),
    ]


def test_words_of_a_field_are_those_that_its_rule_picks() -> None:
    record = (
        '<record xmlns="http://www.loc.gov/MARC21/slim">'
        '<controlfield tag="008">230908s2023    vm a     b    000 0 xyz d</controlfield>'
        '<datafield tag="041" ind1=" " ind2=" "><subfield code="a">engvie</subfield></datafield></record>'
    )
    assert words_of(of_metadata(record, "marc21"), "language") == [
        ("008", "xyz"),
        ("041/a", "eng"),
        ("041/a", "vie"),
    ]
