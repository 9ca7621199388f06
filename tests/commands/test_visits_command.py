"""Visits and quarantine as an operator sees them: what waits, what was kept, the decisions, and the index behind."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demo.town import Town, sources_yaml
from index import open_engine
from index.query import Document
from tests.commands.calling import inside, kho

NAME = "tieu-hoc-kim-dong"


@pytest.fixture
def folder(tmp_path: Path, town: Town) -> Path:
    (tmp_path / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    assert kho(tmp_path, "harvest", NAME).returncode == 0
    return tmp_path


def told(folder: Path, *words: str) -> Any:
    done = kho(folder, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def state(folder: Path) -> tuple[str, dict[str, int]]:
    source = told(folder, "status", NAME)["sources"][0]
    return source["state"], source["records"]


def documents(folder: Path) -> int:
    return int(told(folder, "index", "status")[0]["documents"])


def deleted(town: Town, count: int = 100) -> None:
    town.next_night()
    for number in range(100, 100 + count):
        town.delete(NAME, f"oai:thkimdong.example:{number}")


def test_a_question_from_the_morning_to_its_answer(folder: Path, town: Town) -> None:
    deleted(town)
    night = kho(folder, "harvest", NAME)
    assert night.returncode == 4
    assert "kho visits show 2" in night.stderr
    assert state(folder) == ("additions", {"present": 410, "missing": 0, "withdrawn": 0})
    (row,) = told(folder, "visits", "list", "--open")
    assert (row["id"], row["source"], row["verdict"], row["open"]) == (2, NAME, "additions", True)
    assert "kho visits" not in kho(folder, "visits", "list").stdout
    seen = told(folder, "visits", "show", "2")
    assert seen["next"] == "kho visits show 2"
    assert (seen["waiting"]["removals"], seen["waiting"]["additions"]) == (114, 0)
    assert seen["ledger"]["withdrawn"] == 114
    plain = kho(folder, "visits", "show", "2")
    assert plain.returncode == 0
    assert "chờ gỡ\t114: oai:thkimdong.example:10" in plain.stdout
    for decision in ("approve", "reject"):
        assert f"kho visits {decision} 2" in plain.stderr
    approved = kho(folder, "visits", "approve", "2")
    assert approved.returncode == 0, approved.stderr
    assert "114" in approved.stderr
    assert state(folder) == ("good", {"present": 296, "missing": 0, "withdrawn": 114})
    assert documents(folder) == 296, "every index follows"
    again = kho(folder, "visits", "approve", "2")
    assert again.returncode == 2
    assert "no_question" in again.stderr
    assert kho(folder, "harvest", NAME).returncode == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_status_marks_a_complete_night_of_which_most_went_missing(folder: Path, town: Town, language: str) -> None:
    good = {"vi": "tốt", "en": "good"}[language]
    assert f"{NAME}\t✓ {good}\t" in inside(folder, "status", NAME, KHO_LANG=language).stdout
    repository = town.repositories[NAME]
    for identifier in sorted(repository.entries)[:300]:
        del repository.entries[identifier]
    repository.replace([])
    night = inside(folder, "harvest", NAME, "--full", "--no-index")
    morning = inside(folder, "status", NAME, KHO_LANG=language)
    assert f"{NAME}\t! {good}\t" in morning.stdout
    assert "300" in morning.stdout
    assert (night.returncode, morning.returncode, state(folder)[0]) == (0, 0, "good"), "for machines all is as it was"


def test_a_superseded_question_is_refused_with_the_newer_one(folder: Path, town: Town) -> None:
    deleted(town)
    kho(folder, "harvest", NAME, "--no-index")
    kho(folder, "harvest", NAME, "--no-index")
    refused = kho(folder, "visits", "approve", "2")
    assert refused.returncode == 2
    assert "visit_superseded" in refused.stderr
    assert "kho visits show 3" in refused.stderr
    assert told(folder, "visits", "show", "2")["superseded_by"] == 3
    assert kho(folder, "visits", "reject", "3").returncode == 0
    assert state(folder)[0] == "rejected"
    assert told(folder, "visits", "list", "--open") == []
    assert kho(folder, "harvest", NAME, "--no-index").returncode == 4, "it is asked again"


def test_a_night_is_taken_back_and_back_again(folder: Path, town: Town) -> None:
    town.next_night()
    assert kho(folder, "harvest", NAME).returncode == 0
    after = state(folder)[1]
    undone = kho(folder, "visits", "undo", "2")
    assert undone.returncode == 0, undone.stderr
    assert "49" in undone.stderr
    assert state(folder) == ("undone", {"present": 400, "missing": 0, "withdrawn": 10})
    assert documents(folder) == 400
    night = kho(folder, "harvest", NAME)
    assert night.returncode == 4
    assert state(folder)[0] == "held"
    assert documents(folder) == 400
    again = kho(folder, "visits", "undo", "3")
    assert again.returncode == 0, "an undo can be undone"
    assert "được xét như thường" in again.stderr
    assert state(folder)[1] == after
    assert documents(folder) == after["present"]
    assert kho(folder, "harvest", NAME).returncode == 0


def test_what_later_visits_changed_is_listed_by_an_undo(folder: Path, town: Town) -> None:
    town.next_night()
    kho(folder, "harvest", NAME, "--no-index")
    town.next_night()
    edited = next(iter(town.repositories[NAME].entries))
    fresh = [identifier for identifier in town.repositories[NAME].entries if identifier.endswith((":401", ":402"))]
    town.edit(NAME, fresh[0], title="Sửa lần nữa")
    kho(folder, "harvest", NAME, "--no-index")
    undone = kho(folder, "visits", "undo", "2", "--no-index")
    assert undone.returncode == 0, undone.stderr
    assert fresh[0] in undone.stdout
    assert edited not in undone.stdout
    assert [each["identifier"] for each in told(folder, "visits", "show", "4")["skipped"]] == [fresh[0]]


def test_decisions_about_visits_that_are_not_there_or_not_theirs(folder: Path) -> None:
    for words in (["show", "99"], ["approve", "99"], ["reject", "99"], ["undo", "99"]):
        done = kho(folder, "visits", *words)
        assert done.returncode == 2, words
        assert "no_visit" in done.stderr
    assert kho(folder, "visits", "reject", "1").returncode == 2
    assert kho(folder, "visits", "list", "khong-co").returncode == 2


def test_rejected_records_are_shown_with_their_bytes(tmp_path: Path, town: Town) -> None:
    from harvester import open_store
    from tests.harvester.lists import UNREADABLE, full, many

    store = open_store(f"sqlite:///{tmp_path}/data/kho.db")
    full(store, {**many(3), "oai:truong.example:hong": UNREADABLE}, 1)
    store.close()
    text = "sources:\n  - id: truong\n    name: Trường\n    url: http://truong.example/\n"
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    assert kho(tmp_path, "visits", "show", "1", "--raw").stdout == "<record>oai:truong.example:hong</record>\n"
    seen = told(tmp_path, "visits", "show", "1")
    (rejected,) = seen["rejected"]
    assert rejected["identifier"] == "oai:truong.example:hong"
    assert rejected["code"] == "no_metadata"
    assert "metadata" in rejected["reason"]
    assert rejected["body"] == "<record>oai:truong.example:hong</record>"
    assert "oai:truong.example:hong" in kho(tmp_path, "visits", "show", "1").stdout
    assert kho(tmp_path, "visits", "show", "1", "--page", "7").returncode == 2


def test_renamed_records_are_shown_in_pairs_and_linked(folder: Path, town: Town) -> None:
    repository = town.repositories[NAME]
    for entry in list(repository.entries.values()):
        repository.entries.pop(entry.identifier)
        moved = entry.identifier.replace("thkimdong", "kimdong-moi")
        repository.entries[moved] = replace(entry, identifier=moved)
    repository._order = None
    assert kho(folder, "harvest", NAME, "--full", "--no-index").returncode == 4
    shown = kho(folder, "visits", "show", "2")
    assert "oai:thkimdong.example:1\toai:kimdong-moi.example:1" in shown.stdout
    assert "kho visits approve 2 --rekey" in shown.stderr
    approved = kho(folder, "visits", "approve", "2", "--rekey")
    assert approved.returncode == 0, approved.stderr
    assert "400" in approved.stderr
    assert documents(folder) == 400
    old = kho(folder, "show", f"{NAME}:oai:thkimdong.example:1").stdout
    new = told(folder, "show", f"{NAME}:oai:kimdong-moi.example:1")
    assert f"→ kho show {new['key']}" in old
    history = kho(folder, "show", new["key"], "--history").stdout
    assert "oai:thkimdong.example:1" in history


def test_a_source_that_left_the_file_is_still_decided_on(folder: Path, town: Town) -> None:
    deleted(town)
    kho(folder, "harvest", NAME, "--no-index")
    file = folder / "sources.yaml"
    kept = [block for block in file.read_text().split("  - id: ") if not block.startswith(NAME)]
    file.write_text("  - id: ".join(kept))
    assert [row["id"] for row in told(folder, "visits", "list", NAME)] == [2, 1]
    assert [row["state"] for row in told(folder, "status", NAME)["sources"]] == ["left"]
    assert kho(folder, "visits", "approve", "2", "--no-index").returncode == 0


def test_quarantine_by_source_and_reason(folder: Path, town: Town) -> None:
    town.next_night()
    town.edit(NAME, "oai:thkimdong.example:3", title="")
    town.edit(NAME, "oai:thkimdong.example:4", title="")
    kho(folder, "harvest", NAME)
    rows = told(folder, "quarantine")
    row = next(row for row in rows if row["reason_code"] == "no_title")
    assert (row["source"], row["count"], len(row["keys"])) == (NAME, 2, 2)
    assert row["reason"]
    assert row["action"]
    shown = told(folder, "show", f"{NAME}:oai:thkimdong.example:3")
    assert shown["key"] in row["keys"]
    assert sum(each["count"] for each in rows) == told(folder, "index", "status")[0]["quarantined"]
    plain = kho(folder, "quarantine", NAME)
    assert plain.stdout.splitlines()[0] == "nguồn\tlý do\tsố\tví dụ"
    assert row["keys"][0] in plain.stdout
    assert f"  → {row['action']}" in plain.stderr.splitlines()
    assert kho(folder, "quarantine", "khong-co").returncode == 2


def test_quarantine_names_what_an_index_refused_with_its_own_words(folder: Path, town: Town) -> None:
    kho(folder, "harvest", NAME)
    key = told(folder, "show", f"{NAME}:oai:thkimdong.example:3")["key"]
    engine = open_engine(f"tantivy:{folder}/index")
    engine.write((Document(key, NAME, 1, "quarantined", reason="field too long: 40,000 bytes"),), engine.place())
    engine.close()
    row = next(row for row in told(folder, "quarantine", NAME) if row["reason_code"] == "refused_by_index")
    assert (row["source"], row["count"], row["keys"]) == (NAME, 1, [key])
    assert "field too long: 40,000 bytes" in row["reason"]
    assert "kho index rebuild" in row["action"]
    assert "không nhận: field too long" in kho(folder, "quarantine").stdout
    assert not [row for row in told(folder, "quarantine", "thpt-hong-duc") if row["reason_code"] == "refused_by_index"]
    assert kho(folder, "suppress", "add", key, "--reason", "thử").returncode == 0
    assert not [row for row in told(folder, "quarantine") if row["reason_code"] == "refused_by_index"]


def test_no_output_begins_with_an_empty_line(folder: Path) -> None:
    kho(folder, "harvest", NAME)
    for words in (
        ("visits", "show", "1"),
        ("status", NAME),
        ("visits", "list"),
        ("index", "status"),
        ("quarantine",),
        ("sources", "show", NAME),
    ):
        assert not kho(folder, *words).stdout.startswith("\n"), words


def test_help_of_the_new_commands_has_examples(folder: Path) -> None:
    for words in (["visits"], ["visits", "show"], ["visits", "approve"], ["visits", "undo"], ["quarantine"]):
        said = kho(folder, *words, "--help").stdout
        assert f"kho {words[0]}" in said.partition("Ví dụ")[2], words
