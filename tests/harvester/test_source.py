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


# --- precedence, places, checks --------------------------------------------------------------------------------------


def test_the_nearest_word_wins_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        "id,name,url,pause,institution.kind\nr-1,R,http://r1.example/,4,\nr-2,R,http://r2.example/,,thcs\n"
    )
    found = read(
        tmp_path,
        "defaults: {timeout: 10, patience: 20, pause: 1, tags: [chung], institution: {kind: thpt, code: X}}\n"
        "sources:\n"
        "  - {id: a, name: A, url: http://a.example/, pause: 2, tags: [], institution: {code: Y}}\n"
        "  - {id: b, name: B, url: http://b.example/, pause: , institution: }\n"
        "rosters:\n  - {file: r.csv, defaults: {patience: 30, pause: 3, institution: {name: Sở}}}\n",
    )
    assert found.faults == []

    def said(name: str) -> tuple[object, ...]:
        source = found.sources[name]
        who = source.institution
        return source.timeout, source.patience, source.pause, source.tags, who.name, who.kind, who.code

    assert said("a") == (10.0, 20.0, 2.0, (), "", "thpt", "Y")
    assert said("b") == (10.0, 20.0, 1.0, ("chung",), "", "thpt", "X")
    assert said("r-1") == (10.0, 30.0, 4.0, ("chung",), "Sở", "thpt", "X")
    assert said("r-2") == (10.0, 30.0, 3.0, ("chung",), "Sở", "thcs", "X")
    assert found.sources["a"].max_page == Source(id="a", name="A", url="u").max_page


def test_paths_are_relative_to_the_file_and_addresses_stay(tmp_path: Path) -> None:
    folder = tmp_path / "conf"
    folder.mkdir()

    def settings(store: str, index: str) -> Settings:
        found = read(folder, f"kho:\n  store: {store}\n  index: {index}\n")
        assert found.faults == []
        return found.settings

    assert settings("sqlite:///a/kho.db", "tantivy:i").store == f"sqlite:///{folder}/a/kho.db"
    assert settings("sqlite:////srv/kho.db", "tantivy:i").store == "sqlite:////srv/kho.db"
    assert settings("'sqlite:///:memory:'", "tantivy:i").store == "sqlite:///:memory:"
    assert settings("postgresql://kho@may.example/kho", "tantivy:i").store == "postgresql://kho@may.example/kho"
    several = "[tantivy:i, tantivy:/srv/i, other:https://may.example/i, tantivy:http-old/i]"
    assert settings("sqlite:///a", several).index == (
        f"tantivy:{folder}/i",
        "tantivy:/srv/i",
        "other:https://may.example/i",
        f"tantivy:{folder}/http-old/i",
    )


def test_mistakes_stand_at_their_line_and_column(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "sources:\n"
        "  - id: a\n    name: A\n    url: http://a.example/\n    timeout:   soon\n    tiemout: 3\n"
        "  - id: b\n    name: B\n"
        "  - {id: C, name: C, url: http://c.example/, institution: truong}\n"
        "  - id: d\n    name: D\n    url: http://d.example/\n    institution:\n      knid: x\n"
        "  - chữ\n"
        "  - id: d\n    name: D\n    url: http://d.example/\n    charset: hex\n",
    )
    told = [(fault.line, fault.column, fault.code, fault.facts.get("near", "")) for fault in found.faults]
    assert [each for each in told if each[0] != 15] == [
        (5, 16, "not_seconds", ""),
        (6, 5, "unknown_key", "timeout"),
        (7, 5, "missing_key", ""),
        (9, 10, "wrong_id", ""),
        (9, 59, "not_mapping", ""),
        (14, 7, "unknown_key", "institution.kind"),
        (16, 9, "duplicate_id", ""),
        (19, 14, "wrong_charset", ""),  # the second d is told all of its mistakes, too
    ]
    assert (15, 5, "not_mapping", "") in told
    assert [fault.code for fault in found.fatal] == ["duplicate_id", "wrong_charset"]
    assert [entry.id for entry in found.broken] == ["a", "b", "", "d", ""]


def test_words_of_other_rooms_are_asked_once_for_each_value(tmp_path: Path) -> None:
    asked: list[str] = []

    def check(word: str) -> tuple[str, ...] | None:
        asked.append(word)
        return None if word == "40" else ("40", "41") if word == "4O" else ()

    (tmp_path / "r.csv").write_text(
        "id,name,url,province\n" + "".join(f"r-{n},R,http://r{n}.example/,{'40' if n else '4O'}\n" for n in range(50))
    )
    file = tmp_path / "sources.yaml"
    file.write_text("sources:\n  - {id: a, name: A, url: http://a.example/, province: 99}\nrosters: [{file: r.csv}]\n")
    found = read_federation(file, {}, {"province": check, "index": lambda word: ()})
    assert sorted(asked) == ["40", "4O", "99"]
    told = [(f.file, f.line, f.field or f.column, f.code, f.facts["near"]) for f in found.faults]
    assert told == [("r.csv", 2, "province", "unknown_word", "40"), ("sources.yaml", 2, 56, "unknown_word", "")]
    assert "“40”" in found.faults[0].sentence("en")
    assert len(found.sources) == 49
    assert read_federation(file, {"KHO_INDEX": "x:y"}, {"index": lambda word: ()}).fatal[-1].file == "KHO_INDEX"


@pytest.mark.parametrize(
    ("word", "value", "code"),
    [
        ("enabled", "1", "not_boolean"),
        ("enabled", "0", "not_boolean"),
        ("enabled", "1.0", "not_boolean"),
        ("enabled", "no", "not_boolean"),
        ("timeout", "-1", "not_seconds"),
        ("timeout", "nan", "not_seconds"),
        ("timeout", "true", "not_seconds"),
        ("timeout", "9" * 400 + ".0", "not_seconds"),
        ("max_page", "0", "not_size"),
        ("max_page", "1.5", "not_size"),
        ("max_page", "true", "not_size"),
        ("max_page", "9" * 400 + " GB", "not_size"),
        ("charset", "hex", "wrong_charset"),
        ("charset", "utf-9", "wrong_charset"),
        ("charset", '"utf-8\\0"', "wrong_charset"),
        ("url", "http://a.example:99999/", "wrong_url"),
        ("url", "http://a.example:0/", "wrong_url"),
        ("url", "http:///oai", "wrong_url"),
        ("url", "'http://[::1/'", "wrong_url"),
        ("url", '"http://a.example/\\0"', "wrong_url"),
        ("url", "http://ai:mk@a.example/", "wrong_url"),
        ("url", "ftp://a.example/", "wrong_url"),
        ("id", "-a", "wrong_id"),
        ("id", "a" * 65, "wrong_id"),
        ("id", "trường", "wrong_id"),
        ("was", "A b", "wrong_id"),
        ("allow_networks", "10.0.0.1/8", "not_network"),
        ("tags", "{a: b}", "not_text"),
        ("tags", "[[a]]", "not_text"),
        ("name", "true", "not_text"),
        ("connector", "oia", "unknown_word"),
    ],
)
def test_a_wrong_value_disables_its_entry_only(tmp_path: Path, word: str, value: str, code: str) -> None:
    entry = {"id": "sai", "name": "S", "url": "http://s.example/", word: value}
    lines = "\n    ".join(f"{key}: {item}" for key, item in entry.items())
    found = read(tmp_path, GOOD + f"  - {lines}\n")
    assert [fault.code for fault in found.faults] == [code]
    assert found.fatal == []
    assert set(found.sources) == {"thpt-le-loi", "dai-hoc-song-lam"}


@pytest.mark.parametrize(
    ("word", "value", "read_as"),
    [
        ("max_page", "1048576", 1048576),
        ("max_page", "1.5 kb", 1536),
        ("max_page", "1GB", 1024**3),
        ("enabled", "false", False),
        ("timeout", "2.5", 2.5),
        ("pause", "0", 0.0),
        ("charset", "windows-1258", "windows-1258"),
        ("tags", "a; b;", ("a", "b")),
        ("allow_networks", "10.0.0.0/8;fd00::/8", ("10.0.0.0/8", "fd00::/8")),
        ("url", "http://[2001:db8::1]:8080/oai", "http://[2001:db8::1]:8080/oai"),
        ("url", "https://a.example:65535/oai?x=1", "https://a.example:65535/oai?x=1"),
        ("set", "no", "no"),
        ("prefix", "01", "01"),
    ],
)
def test_a_value_is_read_alike_in_the_file_and_in_a_roster(
    tmp_path: Path, word: str, value: str, read_as: object
) -> None:
    entry = {"id": "a", "name": "A", "url": "http://a.example/", word: value}
    (tmp_path / "r.csv").write_text(",".join(entry) + "\n" + ",".join({**entry, "id": "b"}.values()) + "\n")
    lines = "".join(f"    {key}: {item!s}\n" for key, item in entry.items())
    found = read(tmp_path, f"sources:\n  -\n{lines}rosters: [{{file: r.csv}}]\n")
    assert found.faults == []
    assert getattr(found.sources["a"], word) == getattr(found.sources["b"], word) == read_as


# --- rosters that are broken as files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        ('id,name,url\na,A,http://a.example/\nb,"B,http://b.example/\nc,C,http://c.example/\n', 3, "unreadable_file"),
        ('id,name,url\na,A,http://a.example/\nb,"B"x,http://b.example/\n', 3, "unreadable_file"),
        ("id,name,url\na,A,http://a.example/\nb," + "B" * 200_000 + ",http://b.example/\n", 3, "unreadable_file"),
        ("id,name,url,name\na,A,http://a.example/,B\n", 1, "duplicate_key"),
        ("id;name;url\na;A;http://a.example/\n", 1, "unknown_column"),
        (b"id,name,url\na,\xff,http://a.example/\n", 1, "unreadable_file"),
    ],
)
def test_a_roster_that_cannot_be_read_to_its_end_is_fatal(
    tmp_path: Path, content: str | bytes, line: int, code: str
) -> None:
    (tmp_path / "r.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read(tmp_path, "rosters: [{file: r.csv}]\n")
    assert [(fault.line, fault.code) for fault in found.fatal] == [(line, code)]


@pytest.mark.parametrize("name", ["khong-co.csv", ".", '"a\\0b"'])
def test_a_roster_that_is_no_file_is_told_where_it_is_named(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, f"rosters:\n  - defaults: {{}}\n    file: {name}\n")
    assert [(f.file, f.line, f.column, f.code) for f in found.fatal] == [("sources.yaml", 3, 11, "unreadable_file")]


def test_lines_of_a_roster_are_counted_as_an_editor_counts(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(
        b'id,name,url,timeout\r\na,"A\r\nB",http://a.example/,\r\n\r\nb,"B\r\nC",http://b.example/,soon\r\n'
        b"c,C,http://c.example/\r\na,A,http://a.example/,\r\n"
    )
    found = read(tmp_path, "rosters: [{file: r.csv}]\n")
    told = [(fault.line, fault.field, fault.code) for fault in found.faults]
    assert told == [(5, "timeout", "not_seconds"), (7, "", "wrong_row"), (8, "id", "duplicate_id")]
    assert found.fatal[0].facts["other"] == "r.csv:2"
    assert found.sources["a"].name == "A\r\nB"


# --- what must never happen ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["", "# trống\n", "- a\n", "chữ\n", "sources: {}\n", "kho: []\n", "defaults: 1\n"])
def test_a_file_of_another_shape_is_told_and_not_raised(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, content)
    assert bool(found.fatal) == (content not in ("", "# trống\n"))
    assert found.sources == {}


def test_a_missing_file_is_told_and_not_raised(tmp_path: Path) -> None:
    found = read_federation(tmp_path / "khong-co.yaml", {})
    assert [fault.code for fault in found.fatal] == ["no_sources"]
    assert found.settings.lang == "vi"


def test_wrong_values_in_entries_never_touch_their_neighbours(tmp_path: Path) -> None:
    """Two thousand files: in each, words of the middle entry get values that do not belong to them."""
    chance = random.Random(20_261)
    values = ["null", "true", "1", "-1", "1.5", "[]", "[1, {}]", "{}", "{a: [b]}", "''", "a b", "'\U0001f600'", '"\\0"']
    values += ["9" * 30, "1e999", "nan", "'" + "x" * 300 + "'", "http://[", "{kind: {}}", "{kind: 1, x: 2}", "Ω", "0/0"]
    words = [*{word.partition(".")[0] for word in SOURCE} - {"id", "was"}, "lạ", "urll"]
    words.sort()
    broken = 0
    for _ in range(2_000):
        picked = chance.sample(words, chance.randrange(1, 5))
        lines = "".join(f"    {word}: {chance.choice(values)}\n" for word in picked)
        found = read(
            tmp_path,
            "sources:\n  - {id: dau, name: D, url: http://dau.example/}\n  - id: giua\n" + lines + "  - {id: cuoi, "
            "name: C, url: http://cuoi.example/, province: 40}\n",
        )
        assert found.fatal == [], lines
        assert list(found.sources) in (["dau", "cuoi"], ["dau", "giua", "cuoi"]), lines
        assert (found.sources["dau"].url, found.sources["cuoi"].province) == ("http://dau.example/", "40"), lines
        assert all(3 <= fault.line < 4 + len(picked) for fault in found.faults), lines
        for fault in found.faults:
            assert fault.render("vi") != fault.render("en")
        broken += len(found.broken)
    assert broken > 1_000


# --- the schema ------------------------------------------------------------------------------------------------------


def test_the_schema_says_what_the_model_says() -> None:
    schema = json_schema()["properties"]
    assert set(schema) == {"kho", "defaults", "sources", "rosters"}
    entry = schema["sources"]["items"]
    assert entry["required"] == ["id", "name", "url"]
    assert schema["defaults"]["properties"] == entry["properties"]
    assert schema["rosters"]["items"]["properties"]["defaults"]["properties"] == entry["properties"]
    for words, properties, empty in (
        (SOURCE, entry["properties"], Source(id="a", name="A", url="u")),
        (SETTINGS, schema["kho"]["properties"], Settings()),
    ):
        listed = {
            f"{key}.{inner}" if inner else key: each
            for key, held in properties.items()
            for inner, each in (held["properties"].items() if "properties" in held else [("", held)])
        }
        assert set(listed) == set(words)
        for key, each in listed.items():
            assert each["description"] == f"{words[key].vi} / {words[key].en}"
            if "default" in each:
                held, _, inner = key.partition(".")
                said = getattr(empty, held)
                assert each["default"] == (getattr(said, inner) if inner else said)
                default = list(each["default"]) if isinstance(each["default"], tuple) else each["default"]
                assert words[key].read(key, default) == each["default"]
            for value in each.get("enum", []):
                assert words[key].read(key, value) == value
    assert schema["kho"]["properties"]["store"]["default"] == Settings().store
    assert entry["properties"]["connector"]["enum"] == ["oai"]
