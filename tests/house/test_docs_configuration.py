"""docs/configuration.md says of every word what the model says: its meaning, its default, an example that is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import fields

from harvester.source import SETTINGS, SOURCE, Check, Settings, Source, Word, read_federation
from harvester.yaml_marks import parse_yaml
from index import check_address
from mappings import check_word

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
DEFAULTS = {field.name: field.default for kind in (Source, Settings) for field in fields(kind)}
DEFAULTS |= {
    f"{field.name}.{inner}": getattr(field.default, inner)
    for field in fields(Source)
    if isinstance(field.default, Struct)
    for inner in field.default.__struct_fields__
}
CHECKS: dict[str, Check] = {
    "province": lambda word: check_word("province", word),
    "format": lambda word: check_word("format", word),
    "index": check_address,
}


def cells(page: str) -> dict[str, list[str]]:
    """Return the cells of every row of a table that begins with a word in backticks."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| `")
    ]
    assert len(rows) == len({row[0] for row in rows}), "a word stands in two rows"
    return {row[0].strip("`"): row for row in rows}


WORDS: dict[str, Word] = {**SOURCE, **SETTINGS}


def test_every_word_of_the_model_stands_in_the_page_and_no_other() -> None:
    entry, settings = PAGE.index("\n## Một nguồn / a source"), PAGE.index("\n## `kho:`")
    assert settings < entry
    assert list(cells(PAGE[settings:entry])) == list(SETTINGS)
    assert list(cells(PAGE[entry:])) == list(SOURCE)


def test_no_environment_variable_is_named_that_does_not_exist() -> None:
    read_by = "".join(
        file.read_text(encoding="utf-8")
        for file in [
            ROOT / "cli.py",
            *(ROOT / "commands").glob("*.py"),
            *(ROOT / "harvester").rglob("*.py"),
            *(ROOT / "index").rglob("*.py"),
        ]
    )
    named = set(re.findall(r"KHO_[A-Z_]+", PAGE))
    assert {f"KHO_{name.upper()}" for name in SETTINGS} <= named
    for name in named - {f"KHO_{name.upper()}" for name in SETTINGS}:
        assert name in read_by, name


@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_explained_as_the_model_explains_it(name: str) -> None:
    row, word = cells(PAGE)[name], WORDS[name]
    assert f"{word.vi} / {word.en}" in row
    if name in SETTINGS:
        assert row[1] == f"`KHO_{name.upper()}`"
    stated = row[-2]
    default = DEFAULTS.get(name, "")
    if not stated:
        assert default == "" or default == () or not isinstance(default, str | int | float | tuple)
        return
    plainly = parse_yaml(stated, "default").value
    assert word.read(name, plainly) == default


@pytest.mark.parametrize("name", WORDS)
def test_an_example_is_read_without_a_mistake(name: str, tmp_path: Path) -> None:
    example = cells(PAGE)[name][-1].strip("`")
    key = name.partition(".")[0]
    value = parse_yaml(example, "example").value
    assert list(value) == [key], example
    if name in SETTINGS:
        text = f"kho:\n  {example}\n"
    else:
        needed = {"id": "a", "name": "A", "url": "http://a.example/"}
        needed.pop(key, "")
        text = "sources:\n  - " + "\n    ".join([example, *(f"{one}: {said}" for one, said in needed.items())]) + "\n"
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    found = read_federation(tmp_path / "sources.yaml", {}, CHECKS)
    assert found.faults == []
    if name in SOURCE and name != "connector":  # there is one connector so far, and it is the default
        (source,) = found.sources.values()
        held = getattr(source, name.partition(".")[0]) if "." in name else source
        assert getattr(held, name.rpartition(".")[2]) != DEFAULTS.get(name), "an example shows something"


def test_the_example_of_a_whole_file_is_read_without_a_mistake(tmp_path: Path) -> None:
    text = PAGE.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "nghe-an.csv").write_text("id,name,url,institution.kind\nb,B,http://b.example/,thpt\n")
    found = read_federation(tmp_path / "sources.yaml", {}, CHECKS)
    assert found.faults == []
    assert [(source.id, source.pause, source.province) for source in found.sources.values()] == [
        ("thu-vien-truong", 1.0, ""),
        ("b", 1.0, "40"),
    ]


def test_the_shipped_federation_is_switched_off_and_agrees_with_itself() -> None:
    found = read_federation(ROOT / "sources.yaml", {}, CHECKS)
    assert found.faults == []
    assert found.sources
    assert not any(source.enabled for source in found.sources.values())
    text = (ROOT / "sources.yaml").read_text(encoding="utf-8")
    assert text.count("enabled: false") >= len(found.sources)
