"""``kho mapping``: what was understood and what was not, counted over everything that is held, or over a fair part."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import commands._sampling
from demo.town import Town, sources_yaml
from mappings import FIELDS
from tests.commands.calling import inside, kho

UNIVERSITY, SCHOOL = "dai-hoc-song-lam", "tieu-hoc-kim-dong"
PUPIL = "Nộp bài: học sinh lớp 5A, ngày sinh 12/03/2015"
UNKNOWN = 7  # records of the school whose type nobody knows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of which two institutions were harvested; at one of them some types are nobody's."""
    folder, town = tmp_path_factory.mktemp("kho"), Town()
    entries = town.repositories[SCHOOL].entries
    for identifier in sorted(entries)[:UNKNOWN]:
        entries[identifier] = entries[identifier].edited(entries[identifier].datestamp, type="Bài hát ru")
    (folder / "sources.yaml").write_text(sources_yaml(town, str(folder)), encoding="utf-8")
    kho(folder, "harvest", UNIVERSITY, SCHOOL, "--no-index")
    town.stop()
    return folder


def answer(folder: Path, *words: str) -> Any:
    done = inside(folder, "mapping", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def exported(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in inside(folder, "export", "--all").stdout.splitlines()]


def test_values_are_those_of_the_export(folder: Path) -> None:
    for field in ("type", "subject", "grade", "licence", "creator", "issued"):
        counts: Counter[str] = Counter()
        for row in exported(folder):
            value = row.get(field, [] if FIELDS[field].many else "khong_ghi" if field == "licence" else "")
            for one in value if isinstance(value, list) else [value]:
                counts[one["name"] if isinstance(one, dict) else one] += 1
        counts.pop("", None)
        found = {each["value"]: each["count"] for each in answer(folder, "values", field)["values"]}
        assert found == dict(counts), field


def test_unknown_words_are_counted_and_can_be_pasted(folder: Path) -> None:
    (found,) = answer(folder, "values", "type", "--unmapped")["values"]
    assert (found["value"], found["path"], found["count"]) == ("Bài hát ru", "type", UNKNOWN)
    lines = inside(folder, "mapping", "values", "type", "--unmapped", "--paste").stdout.splitlines()
    assert lines == [f"""- {{id: '?', variants: ["Bài hát ru"]}}  # {UNKNOWN} × type"""]
    raw = {each["value"]: each["count"] for each in answer(folder, "values", "type", SCHOOL, "--raw")["values"]}
    assert raw["Bài hát ru"] == UNKNOWN
    assert "Luận văn thạc sĩ" not in raw
    assert inside(folder, "mapping", "values", "type", "--paste").returncode == 2


def test_problems_say_how_often_where_and_what_to_do(folder: Path) -> None:
    said = answer(folder, "problems")
    assert said["records"] == sum(1 for row in exported(folder) if row["status"] in ("shown", "quarantined"))
    (problem,) = [each for each in said["problems"] if each["code"] == "unknown_value"]
    assert (problem["count"], problem["field"], problem["path"]) == (UNKNOWN, "type", "type")
    assert [each["value"] for each in problem["examples"]] == ["Bài hát ru"] * 3
    assert "type.yaml" in problem["action"]
    assert f"unknown_value\n  → {problem['action']}" in inside(folder, "mapping", "problems").stderr
    assert answer(folder, "problems", UNIVERSITY)["problems"] == []


def test_coverage_tells_what_is_stated_from_what_is_inferred(folder: Path) -> None:
    rows = {row["source"]: row for row in answer(folder, "coverage")["sources"]}
    assert rows.keys() == {UNIVERSITY, SCHOOL}
    school, university = rows[SCHOOL]["fields"], rows[UNIVERSITY]["fields"]
    assert school["title"] == {"filled": 1.0, "declared": 1.0, "inferred": 0.0}
    assert school["grade"]["declared"] == 1.0
    assert school["level"]["inferred"] == 1.0, "read from the grade"
    assert university["grade"]["filled"] == 0.0
    assert rows[SCHOOL]["score"] == 100.0
    page = inside(folder, "mapping", "coverage", SCHOOL).stdout.splitlines()
    assert page[1].startswith(f"{SCHOOL}\t400\t100 %\t100 %")


def test_a_large_source_is_counted_by_a_sample_that_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {each["value"]: each["count"] for each in answer(folder, "values", "type", UNIVERSITY)["values"]}
    monkeypatch.setattr(commands._sampling, "SAMPLE", 350)
    said = answer(folder, "values", "type", UNIVERSITY)
    assert said == answer(folder, "values", "type", UNIVERSITY), "the same records every time"
    assert said["sampled"] == [UNIVERSITY]
    part = {each["value"]: each["count"] for each in said["values"]}
    assert 250 < sum(part.values()) < 450
    assert all(part[value] <= whole[value] for value in part)
    every = answer(folder, "values", "type", UNIVERSITY, "--all")
    assert (every["sampled"], {each["value"]: each["count"] for each in every["values"]}) == ([], whole)
    assert UNIVERSITY in inside(folder, "mapping", "values", "type", UNIVERSITY).stderr


def test_processes_side_by_side_count_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = answer(folder, "coverage"), answer(folder, "values", "keyword"), answer(folder, "problems")
    monkeypatch.setattr("index.processes", lambda records: 2, raising=False)
    monkeypatch.setattr(commands._sampling, "READ", 100)
    assert (answer(folder, "coverage"), answer(folder, "values", "keyword"), answer(folder, "problems")) == alone


def test_a_field_that_does_not_exist_is_answered_with_what_was_meant(folder: Path) -> None:
    done = inside(folder, "mapping", "values", "grad")
    assert done.returncode == 2
    assert "grade" in done.stderr


def test_nothing_of_a_record_with_personal_data_is_told(tmp_path: Path) -> None:
    folder, town, name = tmp_path, Town(), "thpt-hong-duc"
    entries = town.repositories[name].entries
    one = sorted(entries)[-1]
    entries[one] = entries[one].edited(entries[one].datestamp, description=PUPIL)
    (folder / "sources.yaml").write_text(sources_yaml(town, str(folder)), encoding="utf-8")
    kho(folder, "harvest", name, "--no-index")
    town.stop()
    (row,) = [row for row in exported(folder) if row.get("reason") == "personal_data"]
    assert row["source"] == name
    for words in (
        ("export", "--all", "--raw"),
        ("mapping", "values", "description", "--raw", "--json"),
        ("mapping", "values", "description", "--json"),
        ("mapping", "problems", "--json"),
        ("quarantine", "--json"),
    ):
        said = inside(folder, *words)
        assert said.returncode == 0, words
        assert "12/03/2015" not in said.stdout, words
    others = [json.loads(line) for line in inside(folder, "export", "--all", "--raw").stdout.splitlines()]
    assert sum("raw" in other for other in others) == sum(other["status"] == "shown" for other in others)
