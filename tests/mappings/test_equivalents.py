"""Which words mean the same in a search: what the tables say, and what they must never say."""

from __future__ import annotations

from mappings import abbreviations, counting_words, grade_words, number_words
from mappings.equivalents import _spells


def test_an_abbreviation_belongs_to_words_that_it_spells() -> None:
    full = {group[0]: set(group[1:]) for group in abbreviations()}
    assert "Sách giáo khoa" in full["SGK"]
    assert full["SHS"] == {"sách học sinh"}
    assert "Giáo dục kinh tế và pháp luật" in full["GDKT&PL"]
    assert "Kết nối tri thức" in full["KNTT"]
    assert full["HSG"] == {"học sinh giỏi"}
    assert {"GDCD", "KHTN", "THPT", "THCS", "CTST", "SKKN", "GD&ĐT"} <= full.keys()
    assert _spells("TN&XH", "Tự nhiên và Xã hội")
    assert not _spells("PTTH", "Trung học phổ thông")
    assert not _spells("STEM", "STEM")


def test_what_means_several_things_is_never_taken_for_one() -> None:
    known = {group[0] for group in abbreviations()}
    assert known.isdisjoint({"TH", "CD", "TV", "CN", "TA", "VL", "HH", "LS", "TD", "PTNT", "PHT", "ICT"})
    words = [word for group in abbreviations() for word in group[1:]]
    assert all(" " in word for word in words), "one word alone is no full form"


def test_numbers_and_the_words_before_them() -> None:
    numbers = number_words()
    assert (numbers["hai"], numbers["tư"], numbers["bốn"], numbers["mười hai"]) == (2, 4, 4, 12)
    assert {"bậc", "bài", "chương", "học kì"} <= set(counting_words())
    assert grade_words()[0] == "lớp"
    assert not set(grade_words()) & set(counting_words())
