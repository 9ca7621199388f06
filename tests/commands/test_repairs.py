"""Lines of ``mapping:`` that were of no use or contradict each other are told with their place and what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commands._desk import origin_of
from commands._repairs import explained
from demo.town import Town, sources_yaml
from harvester import read_federation
from mappings import map_record
from tests.commands.calling import inside, kho
from tests.mappings.records import dublin_core

UNIVERSITY, SCHOOL = "dai-hoc-song-lam", "tieu-hoc-kim-dong"
ADVICE = """
    mapping:
      defaults:
        rights: Dùng trong trường
        description: Không bao giờ
      sets: {%s: {audience: hoc_sinh}, %s: {audience: giao_vien}, %s: {audience: hoc_sinh}}
      replace:
        Bài hát ru: Bài giảng điện tử
        Giáo án: Bài tập
        Không ai viết: Bài tập
      encoding: vni
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school whose operator wrote lines of use, of none, and such that contradict each other."""
    folder, town = tmp_path_factory.mktemp("kho"), Town()
    entries = town.repositories[SCHOOL].entries
    for identifier in sorted(entries)[:5]:
        entry = entries[identifier].edited(entries[identifier].datestamp, type="Bài hát ru")
        second = next(spec for spec in town.repositories[SCHOOL].set_names if spec not in entry.sets)
        entries[identifier] = replace(entry, sets=(*entry.sets, second))
    (folder / "sources.yaml").write_text(sources_yaml(town, str(folder)), encoding="utf-8")
    kho(folder, "harvest", UNIVERSITY, SCHOOL, "--no-index")
    town.stop()
    return folder


def advise(folder: Path, advice: str) -> None:
    """Write the lines below the school's entry."""
    file = folder / "sources.yaml"
    blocks = file.read_text(encoding="utf-8").split("  - id: ")
    blocks = [
        block.partition("\n    mapping:")[0].rstrip("\n") + advice if block.startswith(SCHOOL) else block
        for block in blocks
    ]
    file.write_text("  - id: ".join(blocks), encoding="utf-8")


def specs(folder: Path) -> list[str]:
    rows = [json.loads(line) for line in inside(folder, "export", SCHOOL).stdout.splitlines()]
    return sorted(next(row["set"] for row in rows if len(row["set"]) > 1 and not row.get("audience")))


def repairs(folder: Path, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(inside(folder, "mapping", "problems", *words, "--json").stdout)["repairs"]
    return found


def test_lines_of_no_use_and_lines_that_differ_are_told(folder: Path) -> None:
    assert repairs(folder) == [], "where nothing is said there is nothing to tell"
    one, two = specs(folder)[:2]
    advise(folder, ADVICE % (one, two, f"{one}x"))
    lines = (folder / "sources.yaml").read_text(encoding="utf-8").split("\n")

    found = repairs(folder)
    told = [(row["setting"], row["line"], row["state"]) for row in found]
    assert sorted(told) == sorted(
        [
            ("mapping.sets", f"{one}:audience=hoc_sinh", "sets_differ"),
            ("mapping.defaults", "description=Không bao giờ", "unused"),
            ("mapping.sets", f"{one}x:audience=hoc_sinh", "no_such_set"),
            ("mapping.replace", "Không ai viết → Bài tập", "unused"),
            ("mapping.encoding", "vni", "unused"),
            ("mapping.replace", "Giáo án → Bài tập", "known_word"),
        ]
    ), told
    for row in found:
        name, _, line = row["place"].partition(":")
        words = row["line"].partition(" → ")[0].partition("=")[0].rpartition(":")[2]
        assert (name, words in lines[int(line) - 1]) == ("sources.yaml", True), row
        assert row["reason"]["vi"] != row["reason"]["en"]
    (differ,) = [row for row in found if row["state"] == "sets_differ"]
    assert differ["count"] > 0
    assert f"{two}:audience=giao_vien" in differ["reason"]["vi"]
    explained = inside(folder, "show", differ["key"], "--explain").stdout
    assert f"mapping.sets, {differ['place']}" in explained
    assert repairs(folder, UNIVERSITY) == []
    people = inside(folder, "mapping", "problems").stderr
    assert "warning[no_such_set]: tieu-hoc-kim-dong: mapping.sets: " in people
    assert f"“{one}”" in people


def test_lint_tells_what_needs_no_record(tmp_path: Path) -> None:
    said = "{replace: {Giáo án: Bài tập, Bài hát ru: Bài giảng điện tử}}"
    entry = f"sources:\n- id: {SCHOOL}\n  name: Trường\n  url: https://a.example/oai\n  mapping: {said}\n"
    (tmp_path / "sources.yaml").write_text(entry, encoding="utf-8")
    done = inside(tmp_path, "sources", "lint")
    assert done.returncode == 0, "a doubt is no mistake"
    assert done.stderr.count("warning[") == 1
    place = "sources.yaml:5: warning[known_word]: tieu-hoc-kim-dong: mapping.replace: Giáo án → Bài tập"
    assert place in done.stderr
    assert "type: ke_hoach_bai_day" in done.stderr


ENCODED = """sources:
- id: kho-thu
  name: Kho
  url: https://a.example/oai
  mapping:
    encoding: tcvn3
    replace:
      Giáo án vui: Giáo án
"""


def test_a_replacement_of_words_in_an_old_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(ENCODED, encoding="utf-8")
    federation = read_federation(file, {})
    record = dublin_core(type="Gi¸o ¸n vui")  # "Giáo án vui" in TCVN3
    mapped = map_record(record, origin_of(federation.sources["kho-thu"]), explain=True)
    (told,) = [each for each in explained(federation, "kho-thu", mapped) if each.field == "type"]
    assert (told.value, told.words) == ("ke_hoach_bai_day", "Gi¸o ¸n vui")
    assert told.rule.endswith(", sources.yaml:8")
