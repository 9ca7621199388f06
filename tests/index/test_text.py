"""The Vietnamese analysis: 228 examples, and what must hold for any text."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from index.text import Marker, analyse, analyse_fields, fold_all, order

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def _examples() -> list[tuple[str, str, str]]:
    file = Path(__file__).parent / "analysis_examples.tsv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [tuple(_plain(row[name]) for name in ("input", "exact", "folded")) for row in rows]  # type: ignore[misc]


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


@pytest.mark.parametrize(("text", "exact", "folded"), _examples())
def test_examples(text: str, exact: str, folded: str) -> None:
    assert analyse(text) == (exact, folded)


def test_there_are_many_examples() -> None:
    assert len(_examples()) == 228


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.text(max_size=60))
def test_any_text_gives_sound_tokens(text: str) -> None:
    exact, folded = analyse(text)
    assert len(exact.split(" ")) == len(folded.split(" "))
    for token in (*exact.split(), *folded.split()):
        assert 1 <= len(token.encode("utf-16-le")) // 2 <= 255
        assert not any(character.isspace() or unicodedata.category(character) == "Cc" for character in token)


VIETNAMESE = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ ", max_size=40
)


@settings(deadline=None, derandomize=True, max_examples=500)
@given(VIETNAMESE)
def test_decomposed_and_capital_letters_are_the_same(text: str) -> None:
    assert analyse(unicodedata.normalize("NFD", text)) == analyse(text) == analyse(text.upper())


@settings(deadline=None, derandomize=True, max_examples=1000)
@given(st.lists(st.one_of(st.text(max_size=20), VIETNAMESE), max_size=4))
def test_parts_have_the_tokens_of_their_texts(parts: list[str]) -> None:
    """Where the folded tokens are left out, folding to ASCII gives them, as Tantivy does it."""
    (_, exact, folded), _ = analyse_fields([("title", parts)], ())
    apart = [pair for pair in map(analyse, parts) if pair[0]]
    assert exact == (" ¶ ".join(pair[0] for pair in apart) or "¶")
    expected = " ¶ ".join(pair[1] for pair in apart) or "¶"
    assert expected == fold_all(exact) == (folded or " ".join(_FOLDING.analyze(exact)))


_FOLDING = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.ascii_fold()).build()


def test_every_vietnamese_letter_folds_to_ascii() -> None:
    for letter in "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ":
        assert analyse_fields((), [letter])[0][2] == ""
        assert _FOLDING.analyze(letter) == [fold_all(letter)]


@settings(deadline=None, derandomize=True, max_examples=500)
@given(VIETNAMESE)
def test_folding_twice_changes_nothing(text: str) -> None:
    folded = analyse(text)[1]
    assert analyse(folded)[1] == folded


def test_the_order_of_a_dictionary() -> None:
    words = [
        "an",
        "ăn",
        "ân",
        "ẩn",
        "ba",
        "da",
        "dà",
        "dả",
        "dã",
        "dá",
        "dạ",
        "đa",
        "đá",
        "e",
        "ê",
        "Toán 9",
        "Toán 10",
        "y",
    ]
    assert sorted(set(words), key=order) == words


def test_marks_are_set_on_stored_text_whatever_was_typed() -> None:
    assert Marker("dinh luat").mark("Định luật Ôm") == "<mark>Định luật</mark> Ôm"
    assert Marker("dinh luat", exact=True).mark("Định luật Ôm") == "Định luật Ôm"
    assert Marker("").mark("a & b") == "a &amp; b"


def test_a_snippet_shows_the_densest_part() -> None:
    text = "mở đầu " * 80 + "phương trình bậc hai một ẩn " + "kết thúc " * 80
    found = Marker("phuong trinh").snippet(text)
    assert "<mark>phương trình</mark>" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < 320


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.text(max_size=400), st.text(alphabet="ab <>&\"'", max_size=20))
def test_highlights_are_never_markup_of_others(text: str, words: str) -> None:
    for made in (Marker(words).mark(text), Marker(words).snippet(text)):
        assert "<" not in made.replace("<mark>", "").replace("</mark>", "")
        if made.strip() and "\x00" not in made:
            tree = html.fragment_fromstring(f"<p>{_printable(made)}</p>")
            assert {element.tag for element in tree.iter()} <= {"p", "mark"}


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def test_the_densest_part_of_a_text_of_hits_only_is_found() -> None:
    """To count the hits of each window anew took twenty seconds; the page of this text stood still for everybody."""
    marked = Marker("toan").snippet("mở đầu " * 50 + "toán " * 100_000)
    assert marked.count("<mark>") >= 1
    assert len(marked) < 2_000
    few = "xa xôi " * 100 + "toán và toán, toán " + "xa xôi " * 100 + "toán " + "xa " * 200
    assert Marker("toan").snippet(few).count("<mark>") == 3
