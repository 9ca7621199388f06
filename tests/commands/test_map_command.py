"""``kho map``: a saved record is mapped without a store, whatever part of an answer was saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harvester import RawRecord
from mappings import BASE, Institution, Origin, map_record, open_export, read_saved, written
from tests.commands.calling import ROOT, inside, kho

GOLDEN = ROOT / "tests" / "mappings" / "golden"
METADATA = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Đề kiểm tra giữa kì Vật lí 9</dc:title>
 <dc:identifier>https://thcsquangtrung.example/de/7</dc:identifier><dc:type>Bài hát ru</dc:type></oai_dc:dc>"""
RECORD = f"""<record><header><identifier>oai:a:7</identifier><datestamp>2026-01-01</datestamp></header>
<metadata>{METADATA}</metadata></record>"""
ANSWER = f"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z</responseDate>
<request verb="ListRecords">https://a.example/oai</request><ListRecords>{RECORD}{RECORD.replace(":7", ":8")}
</ListRecords></OAI-PMH>"""


@pytest.mark.parametrize(
    ("saved", "identifiers"),
    [
        (METADATA, ["tep.xml"]),
        (f'<?xml version="1.0" encoding="UTF-8"?>\n{METADATA}', ["tep.xml"]),
        (f"\ufeff{RECORD}", ["oai:a:7"]),
        (ANSWER, ["oai:a:7", "oai:a:8"]),
    ],
    ids=["metadata", "declaration", "record", "answer"],
)
def test_any_part_of_an_answer_is_mapped(tmp_path: Path, saved: str, identifiers: list[str]) -> None:
    (tmp_path / "tep.xml").write_text(saved, encoding="utf-8")
    done = inside(tmp_path, "map", str(tmp_path / "tep.xml"), "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [row["identifier"] for row in rows] == identifiers
    for row in rows:
        assert (row["title"], row["subject"], row["grade"]) == ("Đề kiểm tra giữa kì Vật lí 9", ["vat_li"], ["9"])
        assert (row["format"], row["status"]) == ("oai_dc", "shown")
        assert [problem["code"] for problem in row["problems"]] == ["unknown_value"]


def test_linked_data_and_pages_are_mapped(tmp_path: Path) -> None:
    for form in ("schema_org", "page"):
        for file in sorted((GOLDEN / form).glob("*.*l*")):
            if file.suffix in (".jsonld", ".html") and file.stat().st_size:
                row = json.loads(inside(tmp_path, "map", str(file), "--json").stdout)
                expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
                assert row.get("title") == (expected["resource"] or {}).get("title"), file
                assert row["format" if row["status"] == "shown" else "reason"] == (expected["quarantine"] or form), file


def test_what_is_shown_can_be_mapped_again(tmp_path: Path) -> None:
    """The goldens are single records: each gives by the command line what its golden says."""
    for file in sorted((GOLDEN / "lom").glob("*.xml")):
        done = inside(tmp_path, "map", str(file), "--json", "--format", "lom")
        (row,) = map(json.loads, done.stdout.splitlines())
        expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        title = (expected["resource"] or {}).get("title")
        if file.stem == "da-xoa":
            assert row["status"] == "withdrawn"
        assert row.get("title") == title, file.name
        assert done.returncode == (8 if expected.get("quarantine") else 0), file.name


def test_every_value_says_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / "tep.xml").write_text(RECORD, encoding="utf-8")
    done = inside(tmp_path, "map", str(tmp_path / "tep.xml"), "--explain")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines[0] == ["trường", "giá trị", "luật", "đường dẫn", "lời của nguồn"]
    (subject,) = [line for line in lines if line[0] == "subject"]
    assert subject[1] == "vat_li"
    assert subject[2].startswith("oai_dc.yaml:")
    assert subject[3:] == ["@title", "Đề kiểm tra giữa kì Vật lí 9"]
    assert "unknown_value" in done.stderr
    assert "Bài hát ru" in done.stderr


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ("<html><body>Bảo trì</body></html>", '"reason":"no_title"'),
        ("{chưa xong", '"reason":"unreadable"'),
        ("<a><b></a>", "error[malformed]"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "error[doctype]"),
        ("<la><title>Gì đây</title></la>", '"reason":"no_crosswalk"'),
        (ANSWER.replace("<dc:title>", "<dc:title><b>"), "error[malformed]"),
    ],
)
def test_what_cannot_be_read_is_named_and_ends_with_8(tmp_path: Path, saved: str, said: str) -> None:
    (tmp_path / "tep.xml").write_text(saved, encoding="utf-8")
    (tmp_path / "tot.xml").write_text(RECORD, encoding="utf-8")
    done = inside(tmp_path, "map", str(tmp_path / "tep.xml"), str(tmp_path / "tot.xml"), "--json")
    assert done.returncode == 8
    assert said in done.stderr + done.stdout
    assert "oai:a:7" in done.stdout, "the other file is mapped all the same"


def test_the_settings_of_a_source_count(tmp_path: Path) -> None:
    text = "sources: [{id: nguon, name: Nguồn, url: 'https://a.example/oai', province: '40'}]"
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "tep.xml").write_text(RECORD, encoding="utf-8")
    done = inside(tmp_path, "map", str(tmp_path / "tep.xml"), "--json", "--source", "nguon")
    row = json.loads(done.stdout)
    assert (row["source"], row["province"], row["institution"]["name"]) == ("nguon", ["vn-40"], "Nguồn")


def test_an_unknown_format_and_a_missing_file_are_usage_errors(tmp_path: Path) -> None:
    (tmp_path / "tep.xml").write_text(RECORD, encoding="utf-8")
    assert kho(tmp_path, "map", "tep.xml", "--format", "marc99").returncode == 2
    assert kho(tmp_path, "map", "mat.xml").returncode == 2


def test_what_an_operator_knows_of_a_source_is_checked_and_counts(tmp_path: Path) -> None:
    entry = "{id: nguon, name: Nguồn, url: 'https://a.example/oai', mapping: %s}"
    said = (
        "{defaults: {audience: giao_vien}, sets: {lop-10: {subject: vat_li}}, replace: {Bài hát ru: Bài giảng điện tử}}"
    )
    (tmp_path / "tep.xml").write_text(RECORD, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(f"sources: [{entry % said}]", encoding="utf-8")
    done = inside(tmp_path, "map", str(tmp_path / "tep.xml"), "--json", "--source", "nguon")
    row = json.loads(done.stdout)
    assert (row["type"], row["audience"], row.get("problems")) == (["bai_giang_dien_tu"], ["giao_vien"], None)
    for wrong, near in (("{defaults: {audience: giao_vienn}}", "giao_vien"), ("{encoding: tcvn}", "tcvn3")):
        (tmp_path / "sources.yaml").write_text(f"sources: [{entry % wrong}]", encoding="utf-8")
        lint = inside(tmp_path, "sources", "lint")
        assert (lint.returncode, near in lint.stdout + lint.stderr) == (3, True), lint


def test_what_is_no_record_is_told_in_words_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "anh.png").write_bytes(bytes(range(200)))
    (tmp_path / "dut.json").write_text('{"name": ', encoding="utf-8")
    for name, said in (("anh.png", "không phải XML, JSON hay HTML nguyên vẹn"), ("dut.json", "Không đọc được phần mô")):
        done = inside(tmp_path, "map", str(tmp_path / name))
        assert done.returncode == 8
        assert said in done.stderr
        assert "kho harvest" not in done.stderr
        assert "→" in done.stderr


def test_dates_of_bare_metadata_are_not_later_than_a_record_that_has_no_date(tmp_path: Path) -> None:
    dublin_core = (
        '<dc:dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>S</dc:title><dc:date>Tháng 9 năm 2024</dc:date>'
        "<dc:identifier>https://a.example/1</dc:identifier></dc:dc>"
    )
    (tmp_path / "tep.xml").write_text(dublin_core, encoding="utf-8")
    row = json.loads(inside(tmp_path, "map", str(tmp_path / "tep.xml"), "--json", "--format", "oai_dc").stdout)
    assert (row["issued"], row.get("problems"), row["datestamp"]) == ("2024-09", None, "")


@pytest.mark.parametrize(("answered", "issued"), [("2026", "2023"), ("2019", "")])
def test_an_answer_says_when_its_records_were_fetched(tmp_path: Path, answered: str, issued: str) -> None:
    dated = ANSWER.replace("<datestamp>2026", "<datestamp>2019").replace(
        "</dc:title>", "</dc:title><dc:date>2023</dc:date>"
    )
    (tmp_path / "tep.xml").write_text(
        dated.replace("<responseDate>2026", f"<responseDate>{answered}"), encoding="utf-8"
    )
    rows = [
        json.loads(line) for line in inside(tmp_path, "map", str(tmp_path / "tep.xml"), "--json").stdout.splitlines()
    ]
    assert [row.get("issued", "") for row in rows] == [issued, issued]


GRAPH = [
    {"@id": "https://thcsquangtrung.example/de/1", "@type": "LearningResource", "name": "Đề kiểm tra Vật lí 9",
     "author": {"@id": "_:lan"}, "image": {"@id": "#bia"}},
    {"@id": "_:lan", "@type": "Person", "name": "Nguyễn Thị Lan"},
    {"@id": "#bia", "@type": "ImageObject", "name": "Bìa"},
    {"@type": "Course", "name": "Khoá học Toán 6", "url": "https://thcsquangtrung.example/khoa/2"},
    {"@id": "https://thcsquangtrung.example/de/1", "@type": "Quiz", "name": "Câu hỏi ôn tập Toán 7"},
]  # fmt: skip


@pytest.mark.parametrize("listed", [False, True], ids=["graph", "list"])
def test_every_resource_of_linked_data_is_mapped_and_counted(tmp_path: Path, *, listed: bool) -> None:
    document = GRAPH if listed else {"@context": {"@vocab": "https://schema.org/", "@language": "vi"}, "@graph": GRAPH}
    (tmp_path / "tep.jsonld").write_text(json.dumps(document), encoding="utf-8")
    done = inside(tmp_path, "map", str(tmp_path / "tep.jsonld"), "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    said = [(row["identifier"], row.get("title", row.get("reason")), row.get("grade", [])) for row in rows]
    assert said == [
        ("https://thcsquangtrung.example/de/1", "Đề kiểm tra Vật lí 9", ["9"]),
        ("https://thcsquangtrung.example/khoa/2", "Khoá học Toán 6", ["6"]),
        ("tep.jsonld#3", "Câu hỏi ôn tập Toán 7", ["7"]),
    ]
    assert [agent["name"] for agent in rows[0]["creator"]] == ["Nguyễn Thị Lan"]
    assert "tep.jsonld: 3 bản ghi" in done.stderr


def test_resources_that_are_all_tied_together_do_not_bring_the_whole_graph_each() -> None:
    """A teacher is named with all her works, and each lesson with the one before it: each is said with its own."""
    first = {"@id": "_:lan", "@type": "Person", "name": "Nguyễn Thị Lan", "worksFor": {"@id": "_:truong"}}
    works = [{"@id": f"https://a.example/{number}"} for number in range(300)]
    lessons = [
        {**work, "@type": "Course", "name": f"Bài {number}", "author": {"@id": "_:lan"}, "isPartOf": works[number - 1]}
        for number, work in enumerate(works)
    ]
    school = {"@id": "_:truong", "@type": "Organization", "name": "THCS Quang Trung"}
    document = json.dumps({"@graph": [{**first, "subjectOf": works}, school, *lessons]})
    found = read_saved(document.encode(), "tep.jsonld")
    assert len(found) == 300
    beside = [[node.get("name") for node in json.loads(one.body)["@graph"]] for one in found]
    assert [sorted(names) for names in beside[7:9]] == [
        ["Bài 6", "Bài 7", "Nguyễn Thị Lan", "THCS Quang Trung"],
        ["Bài 7", "Bài 8", "Nguyễn Thị Lan", "THCS Quang Trung"],
    ]


def test_what_every_resource_names_is_not_written_for_each_when_it_is_long() -> None:
    """Else a file of some hundred kB would fill the memory."""
    school = {"@id": "_:truong", "@type": "Organization", "description": "Trường của bản. " * 10_000}
    lessons = [{"@type": "Course", "name": f"Bài {number}", "provider": {"@id": "_:truong"}} for number in range(50)]
    found = read_saved(json.dumps({"@graph": [school, *lessons]}).encode(), "tep.jsonld")
    assert len(found) == 50
    assert max(len(one.body) for one in found) < 1000


def test_our_own_export_is_mapped_whole(tmp_path: Path) -> None:
    """Every resource that the goldens show is written as one document of linked data and read again."""
    origin = Origin("a", "a", "A", institution=Institution("A"))
    records = [
        map_record(record, origin).resource
        for file in sorted((GOLDEN / "lom").glob("*.xml"))
        for record in read_saved(file.read_bytes(), file.name, "lom")
        if isinstance(record, RawRecord)
    ]
    shown = [resource for resource in records if resource is not None]
    document = "".join(written(open_export("jsonld"), shown))
    found = read_saved(document.encode(), "kho.jsonld")
    assert len(shown) > 5
    assert [record.identifier for record in found] == [f"{BASE}hoc-lieu/{one.key}" for one in shown]
    titles = [map_record(record, origin).resource for record in found if isinstance(record, RawRecord)]
    assert [one.title for one in titles if one] == [one.title for one in shown]
