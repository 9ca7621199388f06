"""``tables/`` beside sources.yaml: a word nobody knew is pasted, given its meaning, tried, and mapped again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import commands._difference
import commands._sampling
from demo.town import Town, sources_yaml
from mappings import Tables, use_tables
from tests.commands.calling import inside, kho

UNIVERSITY, SCHOOL = "dai-hoc-song-lam", "tieu-hoc-kim-dong"
UNKNOWN = 7  # records of the school whose type nobody knows
WORD = "Bài hát ru"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two harvested institutions with an index; at one of them some types are nobody's."""
    folder, town = tmp_path_factory.mktemp("kho"), Town()
    entries = town.repositories[SCHOOL].entries
    for identifier in sorted(entries)[:UNKNOWN]:
        entries[identifier] = entries[identifier].edited(entries[identifier].datestamp, type=WORD)
    (folder / "sources.yaml").write_text(sources_yaml(town, str(folder)), encoding="utf-8")
    kho(folder, "harvest", UNIVERSITY, SCHOOL)
    town.stop()
    yield folder
    use_tables(Tables())


@pytest.fixture(autouse=True)
def no_tables(folder: Path) -> Iterator[Path]:
    """Return the folder of tables, empty before and after each test."""
    tables = folder / "tables"
    yield tables
    for file in sorted(tables.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    inside(folder, "index", "update")


def write(tables: Path, name: str, text: str) -> None:
    file = tables / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def found(folder: Path, *words: str) -> list[dict[str, object]]:
    items: list[dict[str, object]] = json.loads(inside(folder, "search", *words, "--json").stdout)["items"]
    return items


def test_a_pasted_line_becomes_known_and_maps_again(folder: Path, no_tables: Path) -> None:
    pasted = inside(folder, "mapping", "values", "type", "--unmapped", "--paste").stdout
    write(no_tables, "vocabularies/type.yaml", pasted)
    assert inside(folder, "index", "update").returncode == 0, "as they are, pasted lines change nothing"
    assert inside(folder, "mapping", "values", "type", "--unmapped", "--paste").stdout == pasted
    write(no_tables, "vocabularies/type.yaml", pasted.replace("'?'", "am_thanh"))
    done = inside(folder, "index", "update")
    assert f"{SCHOOL}" in done.stderr, done
    assert "ánh xạ lại" in done.stderr
    assert inside(folder, "mapping", "values", "type", "--unmapped", "--paste").stdout == ""
    values = json.loads(inside(folder, "mapping", "values", "type", SCHOOL, "--json").stdout)["values"]
    (row,) = [each for each in values if each["value"] == "am_thanh"]
    assert row["count"] >= UNKNOWN
    explained = inside(folder, "show", row["key"], "--explain").stdout
    assert "tables/vocabularies/type.yaml:1" in explained
    assert "ánh xạ lại" not in inside(folder, "index", "update").stderr


def test_processes_that_help_are_handed_the_tables(
    folder: Path, no_tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.streaming.processes", lambda size: 2)
    write(no_tables, "vocabularies/type.yaml", TRIED)
    assert SCHOOL in inside(folder, "index", "update").stderr
    monkeypatch.undo()
    same = differing(folder)
    assert (same["changed"], same["records"] > UNKNOWN) == (0, True), "the index holds what the tables say"
    assert json.loads(inside(folder, "mapping", "values", "type", "--unmapped", "--json").stdout)["values"] == []


def test_an_update_that_is_broken_off_goes_on(folder: Path, no_tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Source by source: what was mapped again is not mapped a second time, and the index answers meanwhile."""
    import index.feed

    write(no_tables, "vocabularies/type.yaml", TRIED)
    inside(folder, "index", "update")
    write(no_tables, "vocabularies/type.yaml", "")
    records, stopped = index.feed.records, []

    def broken(log: Any, sources: Any) -> Any:
        for name, part in records(log, sources):
            if part and part[0].source == SCHOOL:
                stopped.append(name)
                raise OSError("mất điện")
            yield name, part

    monkeypatch.setattr(index.feed, "records", broken)
    monkeypatch.setattr(index.feed, "BATCH", 100)
    assert inside(folder, "index", "update").returncode != 0
    assert stopped, "the school comes after the university"
    monkeypatch.undo()
    assert found(folder, "giáo án"), "the index answers"
    said = inside(folder, "index", "update").stderr
    assert SCHOOL in said
    assert differing(folder)["changed"] == 0


def test_tables_of_another_format_map_nothing_again(folder: Path, no_tables: Path) -> None:
    inside(folder, "index", "update")
    write(no_tables, "crosswalks/mods.yaml", "fields: {description: {from: [note], parser: text}}")
    assert "ánh xạ lại" not in inside(folder, "index", "update").stderr
    write(no_tables, "crosswalks/oai_dc.yaml", "fields: {description: {from: [type], parser: text}}")
    assert f"ánh xạ lại: {UNIVERSITY}" in inside(folder, "index", "update").stderr


def differing(folder: Path, *words: str) -> Any:
    done = inside(folder, "mapping", "diff", *words, "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


TRIED = "[{id: am_thanh, variants: [Bài hát ru]}]"


def test_a_difference_is_shown_before_anything_is_written(folder: Path, no_tables: Path, tmp_path: Path) -> None:
    same = differing(folder)
    assert (same["changed"], same["fields"], same["problems"], same["behind"]) == (0, {}, [], 0)
    assert same["records"] > UNKNOWN
    write(tmp_path / "moi", "vocabularies/type.yaml", TRIED)
    said = differing(folder, "--tables", str(tmp_path / "moi"))
    assert (said["records"], said["changed"], said["sampled"]) == (same["records"], UNKNOWN, [])
    assert sum(said["fields"]["type"].values()) == UNKNOWN
    assert said["problems"] == [{"code": "unknown_value", "field": "type", "appeared": 0, "vanished": UNKNOWN}]
    example = said["examples"][0]
    assert (example["field"], example["after"]) == ("type", ["am_thanh"])
    assert example["rules"][0].endswith(", moi/vocabularies/type.yaml:1")
    assert differing(folder, UNIVERSITY, "--tables", str(tmp_path / "moi"))["changed"] == 0
    assert differing(folder)["changed"] == 0, "nothing was written, and no table stays in use"
    write(no_tables, "vocabularies/type.yaml", TRIED)
    against = differing(folder)
    assert (against["changed"], against["fields"]) == (said["changed"], said["fields"])
    assert against["examples"] == [
        {**each, "rules": [rule.replace("moi/", "tables/") for rule in each["rules"]]} for each in said["examples"]
    ]
    (tmp_path / "khong").mkdir()
    back = differing(folder, "--tables", str(tmp_path / "khong"))
    assert back["problems"] == [{"code": "unknown_value", "field": "type", "appeared": UNKNOWN, "vanished": 0}]
    assert inside(folder, "index", "update").returncode == 0
    assert differing(folder)["changed"] == 0


def test_what_is_held_back_and_shown_again_is_counted(folder: Path, tmp_path: Path) -> None:
    rule = "instead: [landing_url]\nfields:\n  landing_url: {from: [source], parser: link}\n"
    write(tmp_path / "moi", "crosswalks/oai_dc.yaml", rule)
    said = differing(folder, SCHOOL, "--tables", str(tmp_path / "moi"))
    (held,) = said["quarantine"]
    assert (held["before"], held["after"], held["count"]) == ("", "no_link", said["changed"])
    assert said["fields"] == {}, "of what is held back no field is counted"
    people = inside(folder, "mapping", "diff", SCHOOL, "--tables", str(tmp_path / "moi"))
    assert "no_link" in people.stdout
    assert "chưa ghi gì" in people.stderr


def test_processes_side_by_side_find_the_same(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "moi", "vocabularies/type.yaml", TRIED)
    alone = differing(folder, "--tables", str(tmp_path / "moi"))
    monkeypatch.setattr(commands._difference, "FEW", 10)
    monkeypatch.setattr(commands._sampling, "READ", 100)
    assert differing(folder, "--tables", str(tmp_path / "moi")) == alone
    monkeypatch.setattr(commands._sampling, "SAMPLE", 100)
    sampled = differing(folder, "--tables", str(tmp_path / "moi"))
    assert sampled["sampled"] == [UNIVERSITY, SCHOOL]
    assert sampled == differing(folder, "--tables", str(tmp_path / "moi")), "the same sample every time"
    assert "lấy mẫu" in inside(folder, "mapping", "diff", "--tables", str(tmp_path / "moi")).stderr


def test_wrong_tables_are_told_and_not_compared(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "moi", "titles.yaml", "schol: []")
    done = inside(folder, "mapping", "diff", "--tables", str(tmp_path / "moi"))
    assert (done.returncode, "moi/titles.yaml:1:1" in done.stderr) == (3, True), done
    assert done.stderr.splitlines()[-1] == f"  → sửa, rồi gọi: kho mapping diff --tables {tmp_path / 'moi'}"
    assert inside(folder, "mapping", "diff", "--tables", str(tmp_path / "mat")).returncode == 2


def test_mistakes_are_told_and_nothing_is_done(folder: Path, no_tables: Path) -> None:
    write(no_tables, "vocabularies/type.yaml", "- {id: am_than, variants: [x]}\n")
    for words in (("index", "update"), ("sources", "lint"), ("vocabulary", "list"), ("mapping", "problems")):
        done = inside(folder, *words)
        assert done.returncode == 3, words
        assert "tables/vocabularies/type.yaml:1:8: error[unknown_word]: " in done.stderr
        assert "“am_thanh”" in done.stderr
        assert done.stderr.splitlines()[-1] == "  → sửa, rồi gọi: kho sources lint"
    write(no_tables, "vocabularies/type.yaml", "")
    write(no_tables, "vocabularys/type.yaml", "")
    done = inside(folder, "sources", "lint")
    assert (done.returncode, "“vocabularies/type.yaml”" in done.stderr) == (3, True), done
    assert "1 lỗi" in done.stderr
    (no_tables / "vocabularys/type.yaml").unlink()
    (no_tables / "titles.yaml").symlink_to(no_tables / "mat.yaml")
    lost = inside(folder, "sources", "lint")
    assert (lost.returncode, "titles.yaml" in lost.stderr) == (2, True), "a link to nowhere is no empty table"
    (no_tables / "titles.yaml").unlink()


@pytest.mark.parametrize("name", ["type.yaml", "vocabularies/type.yml"])
def test_a_folder_that_is_named_like_a_table_is_told(folder: Path, no_tables: Path, name: str) -> None:
    (no_tables / name).mkdir(parents=True)
    for words in (("index", "update"), ("sources", "lint"), ("vocabulary", "list")):
        done = inside(folder, *words)
        assert done.returncode == 3, words
        assert f"tables/{name}:1:1: error[folder_for_table]: thư mục “tables/{name}”" in done.stderr
        assert "→" in done.stderr.splitlines()[-1]


def test_the_tables_of_a_federation_hold_for_saved_files_too(folder: Path, no_tables: Path, tmp_path: Path) -> None:
    write(no_tables, "vocabularies/type.yaml", "[{id: am_thanh, variants: [Bài hát ru]}]")
    page = tmp_path / "trang.html"
    page.write_text("<html><title>Ru con</title><meta name=DC.type content='Bài hát ru'></html>", encoding="utf-8")
    assert "tables/vocabularies/type.yaml:1" in inside(folder, "map", str(page), "--explain").stdout
    assert "am_thanh" in inside(folder, "vocabulary", "match", "type", WORD).stdout


def test_init_makes_room_for_tables(tmp_path: Path) -> None:
    assert inside(tmp_path, "init", str(tmp_path / "moi")).returncode == 0
    assert "kho mapping diff" in (tmp_path / "moi/tables/README.md").read_text(encoding="utf-8")
    assert inside(tmp_path / "moi", "sources", "lint").returncode == 0
