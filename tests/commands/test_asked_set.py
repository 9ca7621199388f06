"""Another set in sources.yaml, seen by whoever wrote it: what is told of it, and that everything is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands._learned import LABELS
from demo.town import Town, sources_yaml
from harvester.store.sources import ASKED_SET
from tests.commands.calling import kho

NAME = "thpt-hong-duc"


@pytest.fixture
def town() -> Iterator[Town]:
    built = Town()
    yield built
    built.stop()


def write(folder: Path, town: Town, chosen: str) -> None:
    """Write sources.yaml with a set for one of its sources; without one where it is empty."""
    text = sources_yaml(town, str(folder))
    more = f'\n    set: "{chosen}"' if chosen else ""
    changed = re.sub(rf"(- id: {NAME})\n", rf"\1{more}\n", text)
    assert changed != text or not chosen
    (folder / "sources.yaml").write_text(changed, encoding="utf-8")


def test_another_set_is_told_and_its_records_all_come(tmp_path: Path, town: Town) -> None:
    every = town.repositories[NAME].entries.values()
    chosen = sorted({spec for entry in every for spec in entry.sets})[0]
    write(tmp_path, town, chosen)
    assert kho(tmp_path, "harvest", NAME, "--no-index").returncode == 0
    assert f"{LABELS[ASKED_SET][0]}\t{chosen}" in kho(tmp_path, "status", NAME).stdout
    few = json.loads(kho(tmp_path, "status", NAME, "--json").stdout)["sources"][0]["records"]["present"]
    write(tmp_path, town, "")
    town.next_night()
    told = kho(tmp_path, "harvest", NAME, "--no-index")
    assert f"“{chosen}”" in told.stdout + told.stderr
    (row,) = json.loads(kho(tmp_path, "status", NAME, "--json").stdout)["sources"]
    assert row["records"]["present"] > few
    assert row["records"]["present"] == sum(not entry.deleted for entry in town.repositories[NAME].entries.values())
    assert LABELS[ASKED_SET][0] not in kho(tmp_path, "status", NAME).stdout, "the whole source is what is usual"


def test_where_nothing_was_learned_nothing_is_told(tmp_path: Path, town: Town) -> None:
    write(tmp_path, town, "")
    town.stop()
    assert kho(tmp_path, "harvest", NAME, "--no-index").returncode != 0
    assert "learned" not in json.loads(kho(tmp_path, "status", NAME, "--json").stdout)["sources"][0]
