"""sources.yaml and its rosters: every mistake with its place, no source lost to another's mistake."""

from __future__ import annotations

import json
import random
from pathlib import Path

import msgspec
import pytest

from harvester.faults import Faults
from harvester.source import SETTINGS, SOURCE, NothingSelectedError, Settings, Source, read_federation, select
from harvester.source.schema import json_schema
from harvester.yaml_marks import parse_yaml, plain

GOOD = """kho:
  store: sqlite:///data/kho.db
defaults: {pause: 1}
sources:
  - id: thpt-le-loi
    name: Trường THPT Lê Lợi
    url: http://thptleloi.example/oai
    province: 08
    tags: [thpt, nghe-an]
  - id: dai-hoc-song-lam
    name: Trường Đại học Sông Lam
    url: http://songlam.example/index.php?page=oai
    institution: {kind: dai_hoc, name: Đại học Sông Lam}
    max_page: 128 MB
"""


def read(tmp_path: Path, text: str, **environ: str):  # type: ignore[no-untyped-def]
    file = tmp_path / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    checks = {"province": lambda word: None if word in ("08", "40") else ("40",)}
    return read_federation(file, environ, checks)  # type: ignore[arg-type]


# --- the YAML reader -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["01", "08", "0101", "no", "NO", "on", "2:00", "19:00", "2026-01-01", "1e3", "0x1f", "1_0", ".5"]
)
def test_what_yaml_would_make_something_else_of_stays_text(text: str) -> None:
    assert parse_yaml(f"a: {text}", "x").value == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [("null", None), ("~", None), ("true", True), ("false", False), ("12", 12), ("-3", -3), ("0", 0), ("2.5", 2.5)],
)
def test_null_true_false_and_plain_decimals_are_resolved(text: str, value: object) -> None:
    assert plain(text) == value
    assert parse_yaml(f"a: {text}", "x").value == {"a": value}
    assert parse_yaml(f"a: '{text}'", "x").value == {"a": text}


def test_places_of_keys_and_values() -> None:
    marked = parse_yaml(GOOD, "sources.yaml")
    assert marked.keys[("sources", 0, "url")] == (7, 5)
    assert marked.values[("sources", 0, "url")] == (7, 10)
    assert marked.values[("sources", 1, "institution", "kind")] == (13, 25)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate_key", (3, 1)),
        ("a: &x 1\nb: *x\n", "alias", (1, 4)),
        ("a: !!python/object:os.system x\n", "tag", (1, 4)),
        ("a:\n\t- 1\n", "tab", (2, 1)),
        ("a: 1\n---\nb: 2\n", "second_document", (2, 1)),
        ("a: [1, 2\n", "yaml_syntax", (2, 1)),
        ("a: 'x\n", "yaml_syntax", (2, 1)),
        ("? [a]\n: 1\n", "key_not_text", (1, 3)),
        ("a: " + "[" * 3000, "yaml_syntax", (1, 3004)),
    ],
)
def test_mistakes_of_form(text: str, code: str, place: tuple[int, int]) -> None:
    with pytest.raises(Faults) as found:
        parse_yaml(text, "x.yaml")
    first = found.value.faults[0]
    assert first.code == code
    if code != "yaml_syntax":
        assert (first.line, first.column) == place


def test_bytes_that_are_no_utf8_are_told_with_their_line() -> None:
    with pytest.raises(Faults) as found:
        parse_yaml(b"a: 1\nb: \xff\n", "x.yaml")
    assert (found.value.faults[0].code, found.value.faults[0].line) == ("not_utf8", 2)


def test_all_mistakes_of_form_are_collected() -> None:
    with pytest.raises(Faults) as found:
        parse_yaml("a: 1\na: 2\nb: &x 1\nc: 1\nc: 2\n", "x.yaml")
    assert [fault.code for fault in found.value.faults] == ["duplicate_key", "alias", "duplicate_key"]


# --- sources ---------------------------------------------------------------------------------------------------------


def test_three_lines_make_a_source(tmp_path: Path) -> None:
    found = read(tmp_path, "sources:\n  - id: a\n    name: A\n    url: http://a.example/oai\n")
    assert found.faults == []
    assert found.sources["a"] == Source(id="a", name="A", url="http://a.example/oai")


def test_defaults_entries_and_settings(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found.faults == []
    one, other = found.sources["thpt-le-loi"], found.sources["dai-hoc-song-lam"]
    assert (one.province, one.pause, one.tags, one.timeout) == ("08", 1.0, ("thpt", "nghe-an"), 180.0)
    assert (other.max_page, other.institution.kind) == (128 * 1024 * 1024, "dai_hoc")
    assert found.settings.store == f"sqlite:///{tmp_path}/data/kho.db"
    assert found.settings.index == (f"tantivy:{tmp_path}/data/index",)


def test_the_environment_wins(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        GOOD,
        KHO_STORE="postgresql://kho@may/kho",
        KHO_LANG="en",
        KHO_CONTACT="a@b.example",
        KHO_INDEX="tantivy:x",
    )
    assert found.settings == Settings("postgresql://kho@may/kho", (f"tantivy:{tmp_path}/x",), "a@b.example", "en")
    assert read(tmp_path, GOOD, KHO_LANG="fr").fatal


TWENTY = """kho: {store: sqlite:///x.db, lang: fr, stroe: y}
defaults: {connector: oia, patience: long}
sources:
  - id: Truong_A
    name: A
    url: http://a.example/
  - id: b
    name: B
    url: ftp://b.example/
  - id: c
    url: http://c.example/
  - id: d
    name: D
    url: http://user@d.example/
    tiemout: 3
  - id: e
    name: [E]
    url: http://e.example/
    enabled: no
    timeout: soon
    pause: -1
    max_page: big
  - id: f
    name: F
    url: http://f.example/
    allow_networks: [10.0.0.0/8, office]
    charset: utf-9
    province: 99
    institution: {knd: truong}
  - just text
  - id: b
    name: again
    url: http://g.example/
sorces: []
rosters: [{fiel: x.csv}, {file: khong-co.csv}]
"""


def test_twenty_mistakes_are_all_named_in_one_run(tmp_path: Path) -> None:
    found = read(tmp_path, TWENTY)
    told = {(fault.code, fault.line) for fault in found.faults}
    expected = {
        ("unknown_word", 1), ("unknown_key", 1), ("unknown_word", 2), ("not_seconds", 2), ("wrong_id", 4),
        ("wrong_url", 9), ("missing_key", 10), ("wrong_url", 14), ("unknown_key", 15), ("not_text", 17),
        ("not_boolean", 19), ("not_seconds", 20), ("not_seconds", 21), ("not_size", 22), ("not_network", 26),
        ("wrong_charset", 27), ("unknown_word", 28), ("unknown_key", 29), ("not_mapping", 30), ("duplicate_id", 31),
        ("unknown_key", 34), ("missing_key", 35), ("unreadable_file", 35),
    }  # fmt: skip
    assert expected <= told
    assert len(found.faults) >= 20
    for fault in found.faults:
        for language in ("vi", "en"):
            first, *rest = fault.render(language).split("\n")
            assert first.startswith(f"{fault.file}:{fault.line}:")
            assert f"error[{fault.code}]" in first
            if rest:
                assert rest[1].index("^") == fault.column + 4
    assert "timeout" in next(fault for fault in found.faults if fault.line == 15).sentence("en")


def test_a_mistake_in_an_entry_disables_only_it(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD + "  - id: sai\n    name: Sai\n    url: nowhere\n")
    assert set(found.sources) == {"thpt-le-loi", "dai-hoc-song-lam"}
    assert [entry.id for entry in found.broken] == ["sai"]
    assert found.fatal == []


@pytest.mark.parametrize(
    "more", ["sorces: []\n", "  - id: thpt-le-loi\n    name: X\n    url: http://x.example/\n", "rosters: 3\n"]
)
def test_a_mistake_outside_entries_or_one_id_twice_is_fatal(tmp_path: Path, more: str) -> None:
    assert read(tmp_path, GOOD + more).fatal


def test_a_former_id_may_be_claimed_once_and_never_lived_in(tmp_path: Path) -> None:
    def entry(name: str, was: str) -> str:
        return f"  - id: {name}\n    name: X\n    url: http://{name}.example/\n    was: {was}\n"

    assert read(tmp_path, GOOD + entry("moi", "cu")).faults == []
    assert [f.code for f in read(tmp_path, GOOD + entry("moi", "thpt-le-loi")).fatal] == ["taken_id"]
    assert [f.code for f in read(tmp_path, GOOD + entry("moi", "cu") + entry("khac", "cu")).fatal] == ["taken_id"]


def test_rosters_use_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "nghe-an.csv").write_text(
        "\ufeffid,name,url,institution.kind,tags,enabled\nthcs-1,Trường 1,http://t1.example/,truong,thcs;cong-lap,\n"
        "thcs-2,Trường 2,http://t2.example/,,,false\n",
        encoding="utf-8",
    )
    found = read(tmp_path, "rosters:\n  - {file: nghe-an.csv, defaults: {province: '40', pause: 2}}\n")
    assert found.faults == []
    one = found.sources["thcs-1"]
    assert (one.province, one.pause, one.institution.kind, one.tags, one.enabled) == (
        "40", 2.0, "truong", ("thcs", "cong-lap"), True,
    )  # fmt: skip
    assert not found.sources["thcs-2"].enabled


def test_mistakes_of_a_roster_name_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name,url,timeout\na,A,http://a.example/,soon\nb,B,nowhere,\nc,C\n")
    (tmp_path / "b.csv").write_text("id,nmae,url\n")
    found = read(tmp_path, "rosters:\n  - {file: a.csv}\n  - {file: b.csv}\n")
    told = [(fault.file, fault.line, fault.field, fault.code) for fault in found.faults]
    assert ("a.csv", 2, "timeout", "not_seconds") in told
    assert ("a.csv", 3, "url", "wrong_url") in told
    assert any(fault[:2] == ("a.csv", 4) for fault in told)
    assert ("b.csv", 1, "nmae", "unknown_column") in told
    assert set(found.sources) == set()


def test_thirty_thousand_sources_from_a_roster(tmp_path: Path) -> None:
    lines = [f"truong-{n},Trường {n},http://t{n}.example/oai,40\n" for n in range(30_000)]
    (tmp_path / "all.csv").write_text("id,name,url,province\n" + "".join(lines), encoding="utf-8")
    assert len(read(tmp_path, "rosters:\n  - {file: all.csv}\n").sources) == 30_000


def test_mutations_never_raise_and_never_drop_the_others(tmp_path: Path) -> None:
    chance = random.Random(3)
    print("seed 3")
    for _ in range(2_000):
        place = chance.randrange(GOOD.index("  - id: dai-hoc"), len(GOOD))
        sign = chance.choice(list(":{}[]\"'#&*!|>%@`-\t\n abc0é\x00"))
        text = GOOD[:place] + sign + GOOD[place + chance.randrange(2) :]
        found = read(tmp_path, text)
        if not found.fatal:
            assert "thpt-le-loi" in found.sources
            assert found.sources["thpt-le-loi"].url == "http://thptleloi.example/oai"


def test_the_words_are_those_of_the_model(tmp_path: Path) -> None:
    fields = {field.name for field in msgspec.structs.fields(Source)}
    assert {word.partition(".")[0] for word in SOURCE} == fields
    assert set(SETTINGS) == {field.name for field in msgspec.structs.fields(Settings)}
    schema = json_schema()
    assert set(schema["properties"]["sources"]["items"]["properties"]) == fields
    json.dumps(schema)


def test_the_shipped_federation_is_valid_and_asks_nobody() -> None:
    file = Path(__file__).parents[2] / "sources.yaml"
    found = read_federation(file, {})
    assert found.faults == []
    assert len(found.sources) >= 5
    assert not any(source.enabled for source in found.sources.values())


# --- selection -------------------------------------------------------------------------------------------------------


def test_selection(tmp_path: Path) -> None:
    sources = list(read(tmp_path, GOOD).sources.values())
    (tmp_path / "list").write_text("# ghi chú\nthpt-*\n\n")

    def ids(*words: str) -> list[str]:
        return [source.id for source in select(sources, words)]

    assert ids() == ["thpt-le-loi", "dai-hoc-song-lam"]
    assert ids("dai-hoc-*", "thpt-le-loi") == ["thpt-le-loi", "dai-hoc-song-lam"]
    assert ids("province:08") == ids("tag:thpt") == ids(f"@{tmp_path}/list") == ["thpt-le-loi"]
    with pytest.raises(NothingSelectedError) as nothing:
        ids("thpt-le-loy")
    assert nothing.value.near == "thpt-le-loi"
