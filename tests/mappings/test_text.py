"""Vietnamese text: certain damage is repaired, everything else stays as its author wrote it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.syllables import is_syllable
from mappings.vietnamese import _USUAL, _repair, folded, key, line, paragraphs

CLEAN = (
    "Giáo án Toán 10: Dấu của tam thức bậc hai",
    "GD&ĐT Nghệ An, R&D và AT&T",
    "x < y và y > z",
    "a <b and c> d",
    "Hàm số y = f(x) với |x| < 1",
    "Guðrún og það",
    "H’Mông, Ê Đê, Kơ̆r",
    "Vật lý, vật lí, hoà bình, hòa bình",
)


def test_no_two_usual_characters_are_a_trace_of_damage() -> None:
    """Text of these alone is never looked at again, so no repair may find anything in it."""
    usual = [character for character in map(chr, range(0x11000)) if _USUAL.fullmatch(character)]
    assert len(usual) > 230
    strange = [one + two for one in usual if not one.isascii() for two in usual if _repair(one + two) != one + two]
    assert not strange


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_is_not_touched(text: str) -> None:
    assert line(text) == text
    assert paragraphs(text) == text


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        (unicodedata.normalize("NFD", "Tiếng Việt"), "Tiếng Việt"),
        ("Th&#432; vi&#7879;n", "Thư viện"),
        ("Th&amp;#432; vi&amp;#7879;n", "Thư viện"),
        ("ph&ocirc;ng &amp; m&agrave;n", "phông & màn"),
        ("Ðại học Ðà Nẵng", "Đại học Đà Nẵng"),
        ("giáo\u00a0án\u200b s\u00adố 1\ufeff", "giáo án số 1"),
        ("<p>Bài <b>một</b></p>", "Bài một"),
        ("H<sub>2</sub>SO<sub>4</sub>", "H2SO4"),
        ('<a href="https://x.example">Xem</a> thêm', "Xem thêm"),
        ("một<script>alert('hai')</script> ba<!-- bốn -->", "một ba"),
        ("  hai\n  dòng\t ", "hai dòng"),
        ("gi\u200cáo\u200d án", "giáo án"),
        ("می\u200cخواهم\u200b", "می\u200cخواهم"),
    ],
)
def test_certain_damage_is_repaired(damaged: str, repaired: str) -> None:
    assert line(damaged) == repaired


def test_paragraphs_are_kept() -> None:
    assert paragraphs("<p>Một</p>\n<p>Hai<br/>ba</p>") == "Một\n\nHai\n\nba"
    assert paragraphs("một\nhai\n\n  ba\n\n\nbốn") == "một hai\n\nba\n\nbốn"
    assert paragraphs("a &lt;b&gt; b") == "a b"


def test_comparison_form_unifies_spelling_and_keeps_words_apart() -> None:
    for one, other in (("Hóa học", "HOÁ HỌC"), ("vật lý", "Vật lí"), ("Mỹ thuật", "mĩ thuật"), ("quý", "quí")):
        assert key(one) == key(other)
        assert key(unicodedata.normalize("NFD", one)) == key(other)
    for one, other in (("toán", "toàn"), ("tay", "tai"), ("thúy", "thúi"), ("đa", "da")):
        assert key(one) != key(other)
    assert folded("Đường thẳng – Toán 7") == "duong thang toan 7"


@pytest.mark.parametrize("word", ["quyền", "giá", "gì", "nghiêng", "khuỷu", "yêu", "đại", "ghế"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["café", "strength", "đhrún", "cạch̃", "tôc", "zebra"])
def test_other_words_are_no_syllables(word: str) -> None:
    assert not is_syllable(word)


@given(st.text(max_size=200))
@settings(deadline=None, derandomize=True, max_examples=400)
def test_repair_is_total_and_gives_composed_single_blanks(text: str) -> None:
    repaired = line(text)
    assert unicodedata.is_normalized("NFC", repaired)
    assert repaired == " ".join(repaired.split())
    assert all("\n" not in part and part.strip() == part for part in paragraphs(text).split("\n\n"))
    assert key(key(text)) is not None


@given(st.text(alphabet="aăâeêioôơuưyđhkn ̣́̀̉̃", max_size=30))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_comparison_form_does_not_know_unicode_forms(text: str) -> None:
    assert key(unicodedata.normalize("NFD", text)) == key(unicodedata.normalize("NFC", text))
