"""What was learned of a source's server: told in words, forgotten when somebody says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands._learned import LABELS, VALUES
from demo.faults import Answer
from demo.town import Town, sources_yaml
from harvester import learn_of_source, open_store
from tests.commands.calling import kho
from tests.harvester.walking import error

NAME = "thpt-hong-duc"


def refusing_dates(body: bytes, arguments: dict[str, str]) -> Answer:
    return error(body, "badArgument") if arguments.keys() & {"from", "until"} else Answer(body)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A town in which one server refuses dates, harvested in two nights."""
    town = Town()
    (tmp_path / "sources.yaml").write_text(sources_yaml(town, str(tmp_path)), encoding="utf-8")
    for _ in range(2):
        town.repositories[NAME].fault = refusing_dates
        kho(tmp_path, "harvest", NAME, "--no-index")
        town.next_night()
    yield tmp_path
    town.stop()


def learned(folder: Path) -> dict[str, object] | None:
    (row,) = json.loads(kho(folder, "status", NAME, "--json").stdout)["sources"]
    return row.get("learned")


def test_status_of_one_source_tells_what_was_learned(folder: Path) -> None:
    facts = learned(folder)
    assert facts is not None
    assert (facts["dates"], facts["incremental"], facts["format"]) == ("none", "unsupported", "oai_dc")
    vietnamese, english = kho(folder, "status", NAME).stdout, kho(folder, "status", NAME, KHO_LANG="en").stdout
    assert "danh sách chỉ gồm thay đổi\tkhông làm được" in vietnamese
    assert "lists of changes only\tcannot" in english
    assert "learned" not in json.loads(kho(folder, "status", "--json").stdout)["sources"][0], "of one source only"


def test_records_that_a_server_refused_are_counted_and_not_named(folder: Path) -> None:
    """One of them may have been taken down."""
    store = open_store(f"sqlite:///{folder}/kho.db")
    learn_of_source(store, NAME, isolation={"refused": {"oai:x:1": ["2026", "poison"], "oai:x:2": ["2026", "poison"]}})
    store.close()
    facts = learned(folder)
    assert facts is not None
    assert facts["isolation"] == {"refused": 2}


def test_forgetting_clears_what_was_learned_and_nothing_else(folder: Path) -> None:
    before = json.loads(kho(folder, "status", NAME, "--json").stdout)["sources"][0]
    done = kho(folder, "sources", "forget", NAME)
    assert (done.returncode, f"kho harvest {NAME}" in done.stderr) == (0, True)
    after = json.loads(kho(folder, "status", NAME, "--json").stdout)["sources"][0]
    assert after["learned"] == {"format": "oai_dc", "prefix": "oai_dc", "encoding": ""}, "of the records"
    for name in ("records", "watermark", "last_visit", "next_due"):
        assert after[name] == before[name]
    assert kho(folder, "harvest", NAME, "--no-index").returncode == 0
    assert "granularity" in (learned(folder) or {}), "and the server is learned anew"


def test_forgetting_an_unknown_source_is_a_wrong_call(folder: Path) -> None:
    assert kho(folder, "sources", "forget", "khong-co").returncode == 2


def test_every_fact_that_is_learned_has_its_words() -> None:
    """Names are read from the code: a fact without words would not be shown."""
    text = "".join(file.read_text(encoding="utf-8") for file in Path("harvester/connectors/oai").glob("*.py"))
    facts = set(re.findall(r'learned\.get\("(\w+)"', text)) | set(re.findall(r'cannot\("(\w+)"\)', text))
    assert facts - {"refused_at"} <= set(LABELS)
    assert {fact for fact, _ in VALUES} - {""} <= set(LABELS)
