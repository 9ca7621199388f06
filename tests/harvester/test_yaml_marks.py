"""The one YAML reader: values as they were written, and every mistake of form at its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from harvester.faults import Faults
from harvester.yaml_marks import load_yaml, parse_yaml, plain


def faults(source: bytes | str) -> list[tuple[str, int, int]]:
    """Return code, line and column of every mistake."""
    with pytest.raises(Faults) as found:
        parse_yaml(source, "x.yaml")
    return [(fault.code, fault.line, fault.column) for fault in found.value.faults]


# --- values ----------------------------------------------------------------------------------------------------------

AS_WRITTEN = [
    "01",
    "08",
    "0101",
    "007",
    "no",
    "NO",
    "yes",
    "on",
    "off",
    "y",
    "True",
    "FALSE",
    "Null",
    "2:00",
    "190:20:30",
]
AS_WRITTEN += [
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "1e3",
    "0x1f",
    "0o17",
    "1_000",
    ".5",
    "5.",
    "+1",
    ".inf",
    ".nan",
    "=",
]


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_text_stays_what_was_written(text: str) -> None:
    assert parse_yaml(f"a: {text}\n{text}: b\nc: [{text}]\n", "x").value == {"a": text, text: "b", "c": [text]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("false", False),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("2.50", 2.5),
    ],
)
def test_null_true_false_and_decimals_are_resolved_unless_quoted(text: str, value: object) -> None:
    resolved = parse_yaml(f"a: {text}", "x").value["a"]
    assert resolved == value
    assert type(resolved) is type(value)
    assert parse_yaml(f"a: '{text}'\nb: \"{text}\"\nc: |-\n  {text}", "x").value == {"a": text, "b": text, "c": text}


def test_a_number_longer_than_any_column_stays_text() -> None:
    assert plain("9" * 19) == "9" * 19
    assert plain("9" * 18) == int("9" * 18)


def test_keys_are_text() -> None:
    assert parse_yaml("1: a\ntrue: b\nnull: c\n01: d\n", "x").value == {"1": "a", "true": "b", "null": "c", "01": "d"}


def test_nothing_written_is_nothing() -> None:
    for text in ("", "# chỉ có chú thích\n", "\n\n", "---\n"):
        assert parse_yaml(text, "x").value is None


def test_a_byte_order_mark_and_windows_lines_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes("\ufefftên: Trường\r\nb: [1, 2]\r\n".encode())
    marked = load_yaml(file)
    assert marked.value == {"tên": "Trường", "b": [1, 2]}
    assert marked.keys[("tên",)] == (1, 1)
    assert marked.values[("b", 1)] == (2, 8)


# --- places ----------------------------------------------------------------------------------------------------------


def test_everything_has_its_place_in_characters_not_bytes() -> None:
    marked = parse_yaml("trường: {tên: Lê Lợi, số: 1}\nlist:\n  - a\n  - b: c\n", "x.yaml")
    assert marked.keys[("trường", "tên")] == (1, 10)
    assert marked.values[("trường", "số")] == (1, 27)
    assert marked.values[("list", 0)] == (3, 5)
    assert marked.keys[("list", 1, "b")] == (4, 5)
    assert marked.line(4) == "  - b: c"
    assert marked.line(99) == ""


def test_what_does_not_stand_there_is_missing_where_it_would_stand() -> None:
    marked = parse_yaml("a: 1\nlist:\n  - b: c\n", "x.yaml")
    assert (
        marked.fault(("list", 0, "id"), "missing_key", {"key": "id"}).line,
        marked.fault(("z",), "not_list").line,
    ) == (3, 1)
    fault = marked.fault(("list", 0, "b"), "not_text", {"key": "b"}, at_key=True)
    assert (fault.line, fault.column, fault.text) == (3, 5, "  - b: c")
    assert fault.render("en") == "x.yaml:3:5: error[not_text]: “b” must be text\n   |   - b: c\n   |     ^"


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "code", "line", "column"),
    [
        ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", "duplicate_key", 5, 3),
        ("a: {b: 1, b: 2}\n", "duplicate_key", 1, 11),
        ("'a': 1\na: 2\n", "duplicate_key", 2, 1),
        ("a: &neo 1\n", "alias", 1, 4),
        ("a: *x\n", "alias", 1, 4),
        ("b: 1\na: !!str 1\n", "tag", 2, 4),
        ("b: 1\na: !x {c: 1}\n", "tag", 2, 4),
        ("a: !!python/object/apply:os.getcwd []\n", "tag", 1, 4),
        ("a:\n\tb: 1\n", "tab", 2, 1),
        ("a:\n  \tb: 1\n", "tab", 2, 3),
        ("a: 1\n---\nb: 2\n", "second_document", 2, 1),
        ("a: 1\n...\n---\n", "second_document", 3, 1),
        ("? [a]\n: 1\n", "key_not_text", 1, 3),
        ("{a: 1}: 1\n", "key_not_text", 1, 1),
        ("a:\n  - b\n c: d\n", "yaml_syntax", 3, 2),
        ("a: b: c\n", "yaml_syntax", 1, 5),
        ("a: 1\nb: x\x07y\n", "yaml_syntax", 2, 5),
        (b"a: 1\nb: \xff\n", "not_utf8", 2, 4),
        ("a: é".encode() + b"\xe9", "not_utf8", 1, 5),
        (b"\xef\xbb\xbfa: \xff", "not_utf8", 1, 4),
    ],
)
def test_a_mistake_of_form_is_told_once_with_its_place(source: bytes | str, code: str, line: int, column: int) -> None:
    assert faults(source) == [(code, line, column)]


def test_tabs_within_a_line_are_no_indentation() -> None:
    assert parse_yaml("a: x\ty\t# chú thích\n", "x").value == {"a": "x\ty"}


def test_all_mistakes_are_collected_in_their_order() -> None:
    source = "a: 1\na: 2\nb: &x 1\nc: !!int 1\nd: {e: 1, e: 2}\n? [f]\n: 1\n---\na: 3\n"
    assert faults(source) == [
        ("duplicate_key", 2, 1),
        ("alias", 3, 4),
        ("tag", 4, 4),
        ("duplicate_key", 5, 11),
        ("key_not_text", 6, 3),
        ("second_document", 8, 1),
    ]


def test_a_repeated_key_names_the_line_of_the_first() -> None:
    with pytest.raises(Faults) as found:
        parse_yaml("a: 1\nb: 2\n\na: 3\n", "x.yaml")
    assert found.value.faults[0].facts == {"key": "a", "first": 1}
    assert str(found.value).startswith("x.yaml:4:1: error[duplicate_key]: key “a” is repeated (first in line 1)")


def test_a_bomb_of_aliases_is_not_unfolded_and_a_circle_not_followed() -> None:
    bomb = "a0: &a0 [x, x]\n"
    for number in range(1, 60):  # unfolded: 2 to the power of 60
        bomb += f"a{number}: &a{number} [*a{number - 1}, *a{number - 1}]\n"
    assert {code for code, _, _ in faults(bomb)} == {"alias"}
    assert faults("a: &x [*x]\n") == [("alias", 1, 4), ("alias", 1, 8)]


@pytest.mark.parametrize("source", ["[" * 100_000, "a: " + "{b: " * 50_000, "- " * 50_000])
def test_endless_nesting_is_a_mistake_and_no_crash(source: str) -> None:
    assert [code for code, _, _ in faults(source)] == ["yaml_syntax"]


def test_an_unreadable_file_is_the_callers_to_tell(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_yaml(tmp_path / "khong-co.yaml")
    (tmp_path / "x.yaml").write_text("a: 1\na: 2\n")
    with pytest.raises(Faults) as found:
        load_yaml(tmp_path / "x.yaml", "sources.yaml")
    assert found.value.faults[0].file == "sources.yaml"
