"""Golden records: what each of them becomes, to the last explanation. ``pytest --update-golden`` writes them anew."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from mappings import map_record
from mappings.crosswalk import crosswalks

from .records import ORIGIN, of_file

GOLDEN = Path(__file__).with_name("golden")
SUFFIXES = (".xml", ".jsonld", ".html")
PAIRS = sorted(path for path in GOLDEN.glob("*/*") if path.suffix in SUFFIXES)
# What every format must show by an example of its own.
CASES = {
    "tombstone": "da-xoa",
    "empty elements": "phan-tu-rong",
    "two languages": "hai-ngon-ngu",
    "HTML": "html-trong-mo-ta",
    "no title": "khong-nhan-de",
    "no link": "khong-lien-ket",
}


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_record_becomes_its_golden_resource(path: Path, request: pytest.FixtureRequest) -> None:
    mapped = msgspec.to_builtins(map_record(of_file(path), ORIGIN, explain=True))
    wanted = path.with_suffix(".json")
    if request.config.getoption("--update-golden"):
        wanted.write_text(json.dumps(mapped, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(json.dumps(mapped)) == json.loads(wanted.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_explaining_changes_nothing_and_covers_every_value(path: Path) -> None:
    mapped = map_record(of_file(path), ORIGIN, explain=True)
    assert map_record(of_file(path), ORIGIN).resource == mapped.resource
    if mapped.resource is None:
        return
    told: dict[str, int] = {}
    for explanation in mapped.explanations:
        told[explanation.field] = told.get(explanation.field, 0) + 1
        assert explanation.rule
    filled = msgspec.to_builtins(mapped.resource) | {"licence": mapped.resource.licence}
    assert told == {field: len(value) if isinstance(value, tuple) else 1 for field, value in filled.items()}


@pytest.mark.parametrize("form", sorted(crosswalks()))
def test_every_format_has_twelve_goldens_and_all_hard_cases(form: str) -> None:
    files = {path.stem: path for path in PAIRS if path.parent.name == form}
    assert len(files) >= 12
    assert set(CASES.values()) <= files.keys()
    assert map_record(of_file(files["da-xoa"]), ORIGIN).resource is None
    assert map_record(of_file(files["da-xoa"]), ORIGIN).quarantine == ""
    assert map_record(of_file(files["khong-nhan-de"]), ORIGIN).quarantine == "no_title"
    assert map_record(of_file(files["khong-lien-ket"]), ORIGIN).quarantine == "no_link"
