"""Crosswalks: a format is one file, and a mistake in one is told with its place and rule."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harvester import Faults
from mappings import formats, map_record
from mappings.crosswalk import FOLDER, crosswalks
from mappings.parsers import PARSERS
from mappings.vocabulary import ids, names

from .records import CONTEXT, ORIGIN, dublin_core, of_metadata

ROOT = Path(__file__).parents[2]
NEW_FORMAT = """
namespaces: ['urn:x-the-kho']
rank: 5
fields:
  title: {from: [ten], parser: text}
  landing_url: {from: [trang/@lien-ket, trang], parser: link}
  grade: {from: [lop], parser: term, vocabulary: grade}
"""
NEW_RECORD = (
    '<the xmlns="urn:x-the-kho"><ten>Bài đọc thêm</ten><lop>Lớp 4</lop><trang>https://thu.example/4</trang></the>'
)


def test_formats_are_the_files_best_first() -> None:
    found = formats()
    of_the_web = {"schema_org", "page"}  # no OAI-PMH server is asked for these
    assert {form.name for form in found} | of_the_web == {path.stem for path in FOLDER.glob("*.yaml")}
    assert [form.name for form in found] == ["dim", "lom", "qdc", "oai_dc", "mods", "marc21"]
    assert "http://www.openarchives.org/OAI/2.0/oai_dc/" in found[3].namespaces
    assert {"http://ltsc.ieee.org/xsd/LOM", "http://www.imsglobal.org/xsd/imsmd_v1p2"} <= set(found[1].namespaces)
    spaces = [space for form in found for space in form.namespaces]
    assert len(set(spaces)) == len(spaces), "a namespace is one format"


def test_new_format_is_one_file_in_a_copy_of_the_house(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for room in ("harvester", "mappings"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    (tmp_path / "mappings/crosswalks/the_kho.yaml").write_text(NEW_FORMAT, encoding="utf-8")
    script = (
        "import json, sys; from harvester import RawRecord\n"
        "from mappings import Origin, formats, map_record, check_word\n"
        "context, body = (text.encode() for text in json.load(sys.stdin))\n"
        "raw = RawRecord('1', '2025-01-01', (), False, 'the_kho', body, context, b'', b'')\n"
        "found = map_record(raw, Origin('a', 'a', 'A')).resource\n"
        "known = formats()[0].name, check_word('format', 'the_kho')\n"
        "print(json.dumps([*known, found.title, found.grade, found.landing_url]))"
    )
    body = f"<record><header/><metadata>{NEW_RECORD}</metadata></record>"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps([CONTEXT.decode(), body]),
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["the_kho", None, "Bài đọc thêm", ["4"], "https://thu.example/4"]


def test_format_that_nobody_knows_is_found_by_its_namespace() -> None:
    raw = dublin_core(title="Đề cương ôn tập")
    renamed = of_metadata(raw.body.decode().partition("<metadata>")[2].partition("</metadata>")[0], "prefix_la")
    mapped = map_record(renamed, ORIGIN)
    assert mapped.resource is not None
    assert mapped.resource.format == "oai_dc"
    other = map_record(of_metadata("<x xmlns='urn:x-khac'><y/></x>", "gi_do"), ORIGIN)
    assert (other.quarantine, other.problems[0].value) == ("no_crosswalk", "gi_do {urn:x-khac}x")


MISTAKES = """title: {vi: Sai}
rank: một
namespaces: urn:x
fieldz: {}
fields:
  tille: {from: [ten], parser: text}
  key: {from: [ten], parser: text}
  title: {from: [ten], parser: texts}
  description: {parser: text}
  grade: {from: ['@level'], parser: term, vocabulary: grades, only: '('}
  licence: {from: [rights], parser: licence, vocabulary: licence, default: cc}
  keyword: [x]
"""


def test_all_mistakes_are_told_with_place_and_rule(tmp_path: Path) -> None:
    (tmp_path / "sai.yaml").write_text(MISTAKES, encoding="utf-8")
    with pytest.raises(Faults) as caught:
        crosswalks(tmp_path)
    told = [(fault.line, fault.column, fault.code, fault.facts.get("key", "")) for fault in caught.value.faults]
    assert told == [
        (2, 7, "unknown_word", "rank"),
        (3, 13, "not_list", ""),
        (4, 1, "unknown_key", "fieldz"),
        (6, 3, "unknown_key", "tille"),
        (7, 3, "unknown_key", "key"),
        (8, 32, "unknown_word", "fields.title.parser"),
        (9, 3, "missing_key", "fields.description.from"),
        (10, 18, "unknown_word", "fields.grade"),
        (10, 55, "unknown_word", "fields.grade.vocabulary"),
        (10, 69, "wrong_pattern", "fields.grade.only"),
        (11, 76, "unknown_word", "fields.licence.default"),
        (12, 13, "not_mapping", ""),
    ]
    assert "“text”" in caught.value.faults[5].sentence("en")
    assert caught.value.faults[3].render("vi").startswith("crosswalks/sai.yaml:6:3: error[unknown_key]: ")


@pytest.mark.parametrize("form", [form.name for form in formats()])
def test_every_rule_names_its_line_and_every_default_is_a_term(form: str) -> None:
    lines = (FOLDER / f"{form}.yaml").read_text(encoding="utf-8").split("\n")
    for rule in crosswalks()[form].rules:
        number = int(rule.place.rpartition(":")[2])
        assert f"  {rule.field}:" in lines[number - 1] or lines[number - 1].startswith("  - "), rule.place
        assert not rule.vocabulary or rule.vocabulary in names()
        assert not rule.default or rule.default in ids(rule.vocabulary or rule.field)


def test_every_parser_says_what_it_does() -> None:
    for parser in PARSERS.values():
        assert (parser.__doc__ or "").partition("\n")[0].endswith((".", ":"))
    page = (ROOT / "docs/mapping.md").read_text(encoding="utf-8")
    assert [name for name in PARSERS if f"`{name}`" not in page] == []
