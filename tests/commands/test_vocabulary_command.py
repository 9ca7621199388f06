"""``kho vocabulary``: the tables as people look at them, try them and take them away."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from rdflib import SKOS, Graph

from mappings import concept, ids, names
from tests.commands.calling import inside


def said(folder: Path, *words: str, **more: str) -> str:
    done = inside(folder, "vocabulary", *words, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_list_names_every_table_with_source_and_date(tmp_path: Path) -> None:
    rows = json.loads(said(tmp_path, "list", "--json"))
    assert {row["id"] for row in rows} == set(names())
    assert all(row["source"] and row["modified"] and row["uri"] == concept(row["id"]) for row in rows)
    assert "Môn học" in said(tmp_path, "list")


def test_show_lists_a_table_and_tells_of_a_term(tmp_path: Path) -> None:
    lines = said(tmp_path, "show", "grade").splitlines()
    assert len(lines) == len(ids("grade")) + 1
    assert lines[0].split("\t") == ["id", "vi", "en", "broader", "superseded"]
    term = json.loads(said(tmp_path, "show", "subject", "tieng_anh", "--json"))
    assert (term["vi"], term["broader"], term["language"]) == ("Tiếng Anh", ["ngoai_ngu_1"], "en")
    assert concept("subject", "toan") in said(tmp_path, "show", "subject", "toan")


def test_match_says_what_words_are_taken_for(tmp_path: Path) -> None:
    rows = json.loads(said(tmp_path, "match", "subject", "Hoá học", "GDCD", "chăn trâu", "--json"))
    assert [row["terms"] for row in rows] == [["hoa_hoc"], ["giao_duc_cong_dan"], []]
    assert said(tmp_path, "match", "grade", "7").splitlines()[1] == "7\t\t"
    free = said(tmp_path, "match", "grade", "--free", "Ôn tập lớp 6, 7 và 8").splitlines()[1]
    assert free == "Ôn tập lớp 6, 7 và 8\t6 7 8\tLớp 6; Lớp 7; Lớp 8"
    assert "Chemistry" in said(tmp_path, "match", "subject", "Hoá học", KHO_LANG="en")


@pytest.mark.parametrize(
    ("table", "code", "terms"),
    [
        ("province", "40", ["vn-40"]),
        ("province", "27", ["vn-24"]),  # of before July 2025
        ("province", "99", []),
        ("former_province", "27", ["vn63-27"]),
        ("former_province", "vn-hn", ["vn63-01"]),
        ("discipline", "14", ["he-14"]),
    ],
)
def test_codes_of_a_table_are_found_and_said_to_be_codes(
    tmp_path: Path, table: str, code: str, terms: list[str]
) -> None:
    (row,) = json.loads(said(tmp_path, "match", table, code, "--json"))
    assert row == {"text": code, "terms": terms, "code": bool(terms)}
    told = inside(tmp_path, "vocabulary", "match", table, code)
    assert told.stdout.splitlines()[1].split("\t")[1] == " ".join(terms)
    assert ("là mã trong bảng" in told.stderr) == bool(terms)
    (free,) = json.loads(said(tmp_path, "match", table, code, "--free", "--json"))
    assert free["terms"] == [], "in a sentence a code is a number"


def test_export_writes_skos_and_a_table(tmp_path: Path) -> None:
    graph = Graph().parse(data=said(tmp_path, "export", "province"), format="turtle")
    assert len(set(graph.subjects(SKOS.inScheme))) == len(ids("province"))
    assert json.loads(said(tmp_path, "export", "level", "--format", "jsonld"))["@graph"]
    rows = list(csv.DictReader(io.StringIO(said(tmp_path, "export", "--format", "csv").removeprefix("\ufeff"))))
    assert len(rows) == sum(len(ids(name)) for name in names())
    assert {row["scheme"] for row in rows} == set(names())


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("show", "subjet"), "subject"),
        (("show", "subject", "toann"), "toan"),
        (("match", "grades", "7"), "grade"),
        (("export", "provinces"), "province"),
        (("export", "--format", "docx"), "jsonld"),
    ],
)
def test_what_there_is_not_is_exit_2_with_what_was_meant(tmp_path: Path, words: tuple[str, ...], hint: str) -> None:
    done = inside(tmp_path, "vocabulary", *words)
    assert done.returncode == 2
    assert hint in done.stderr
