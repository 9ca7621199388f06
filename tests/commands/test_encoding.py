"""A source that writes as before Unicode: its first visit finds out, and its records are indexed as they were meant."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

from demo.faults import Answer
from demo.town import Town, sources_yaml
from harvester import learn_of_source, open_store
from tests.commands.calling import kho
from tests.mappings.damage import damaged

NAME = "thpt-hong-duc"


def of_before_unicode(body: bytes, _: dict[str, str]) -> Answer:
    """Write titles and subjects as programs with the fonts of TCVN3 do."""

    def written(element: re.Match[str]) -> str:
        return element[1] + html.escape(damaged(html.unescape(element[2]), "tcvn3")) + element[3]

    pattern = r"(<dc:(?:title|subject)>)([^<]*)(</dc:)"
    return Answer(re.sub(pattern, written, body.decode()).encode())


def test_source_in_tcvn3_is_found_out_shown_in_unicode_and_mapped_again_when_that_changes(tmp_path: Path) -> None:
    town = Town()
    try:
        (tmp_path / "sources.yaml").write_text(sources_yaml(town, str(tmp_path)), encoding="utf-8")
        town.repositories[NAME].fault = of_before_unicode
        done = kho(tmp_path, "harvest", NAME)
        assert f"{NAME}: chữ viết bằng tcvn3" in done.stderr
        (row,) = json.loads(kho(tmp_path, "status", NAME, "--json").stdout)["sources"]
        assert row["learned"]["encoding"] == "tcvn3"
        assert "bảng mã cũ của chữ\ttcvn3" in kho(tmp_path, "status", NAME).stdout
        found = json.loads(kho(tmp_path, "search", "giáo án", "--json").stdout)
        titles = [hit["title"] for hit in found["items"]]
        assert titles
        assert all("Giáo án" in title or "giáo án" in title.lower() for title in titles)
        kho(tmp_path, "sources", "forget", NAME)
        assert NAME not in kho(tmp_path, "index", "update").stderr, "the encoding is no habit of the server"
        store = open_store(f"sqlite:///{tmp_path}/kho.db")
        learn_of_source(store, NAME, encoding="")
        store.close()
        assert NAME in kho(tmp_path, "index", "update").stderr, "another encoding maps the source again"
        again = json.loads(kho(tmp_path, "search", "giáo án", "--json").stdout)
        assert any("¸" in hit["title"] for hit in again["items"])
    finally:
        town.stop()


def test_what_an_operator_approves_is_judged_too(tmp_path: Path) -> None:
    """All identifiers and the encoding become others: nothing is published, nothing learned, until somebody says so."""
    town = Town()
    try:
        (tmp_path / "sources.yaml").write_text(sources_yaml(town, str(tmp_path)), encoding="utf-8")
        assert kho(tmp_path, "harvest", NAME).returncode == 0
        repository = town.repositories[NAME]
        for entry in list(repository.entries.values()):
            repository.entries.pop(entry.identifier)
            moved = f"{entry.identifier}-moi"
            repository.entries[moved] = replace(entry, identifier=moved)
        repository._order = None
        repository.fault = of_before_unicode
        night = kho(tmp_path, "harvest", NAME, "--full")
        assert (night.returncode, "tcvn3" in night.stderr) == (4, False), night
        (visit,) = json.loads(kho(tmp_path, "visits", "list", "--open", "--json").stdout)
        approved = kho(tmp_path, "visits", "approve", str(visit["id"]))
        assert approved.returncode == 0, approved.stderr
        assert f"{NAME}: chữ viết bằng tcvn3" in approved.stderr
        titles = [hit["title"] for hit in json.loads(kho(tmp_path, "search", "giáo án", "--json").stdout)["items"]]
        assert titles
        assert not any("¸" in title for title in titles), "the index that follows is made of what was learned"
    finally:
        town.stop()
