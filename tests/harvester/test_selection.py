"""Choosing sources by words: ids, globs, provinces, tags, lists in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from harvester.source import NothingSelectedError, Source, select

SOURCES = [
    Source(id="thpt-le-loi", name="A", url="http://a.example/", province="40", tags=("thpt", "cong-lap")),
    Source(id="thcs-ben-thuy", name="B", url="http://b.example/", province="40", tags=("thcs",)),
    Source(id="dai-hoc-song-lam", name="C", url="http://c.example/", province="08"),
    Source(id="thpt-hong-duc", name="D", url="http://d.example/", enabled=False, tags=("thpt",)),
]


def ids(*words: str) -> list[str]:
    return [source.id for source in select(iter(SOURCES), words)]


def test_no_word_means_all() -> None:
    assert ids() == [source.id for source in SOURCES]


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (("thcs-ben-thuy",), ["thcs-ben-thuy"]),
        (("thpt-*",), ["thpt-le-loi", "thpt-hong-duc"]),
        (("*-l?-*",), ["thpt-le-loi"]),
        (("th[cp]?-*-[lb]*",), ["thpt-le-loi"]),
        (("province:40",), ["thpt-le-loi", "thcs-ben-thuy"]),
        (("province:08",), ["dai-hoc-song-lam"]),
        (("tag:thpt",), ["thpt-le-loi", "thpt-hong-duc"]),
        (("tag:thcs", "province:08", "tag:thcs"), ["thcs-ben-thuy", "dai-hoc-song-lam"]),
        (("thpt-hong-duc", "thpt-le-loi"), ["thpt-le-loi", "thpt-hong-duc"]),
        (("*",), [source.id for source in SOURCES]),
    ],
)
def test_words_choose_in_the_order_of_the_federation(words: tuple[str, ...], chosen: list[str]) -> None:
    assert ids(*words) == chosen


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("thpt-le-loy", "thpt-le-loi"),
        ("THPT-LE-LOI", ""),
        ("province:8", ""),
        ("province:99", ""),
        ("tag:THPT", ""),
        ("tag:thp*", ""),
        ("le-loi", ""),
        ("", ""),
    ],
)
def test_a_word_that_names_nothing_is_told_with_what_was_meant(word: str, near: str) -> None:
    with pytest.raises(NothingSelectedError) as nothing:
        ids("thpt-hong-duc", word)
    assert nothing.value.word == word
    if near:
        assert nothing.value.near == near


def test_a_file_lists_words_of_every_kind(tmp_path: Path) -> None:
    file = tmp_path / "danh-sach.txt"
    file.write_bytes("\ufeffdai-hoc-*\r\n\r\n  # ghi chú thụt vào\r\n# ghi chú\r\n  tag:thcs  \r\n".encode())
    assert ids(f"@{file}") == ["thcs-ben-thuy", "dai-hoc-song-lam"]
    assert ids(f"@{file}", "thpt-le-loi") == ["thpt-le-loi", "thcs-ben-thuy", "dai-hoc-song-lam"]
    file.write_text("thcs-ben-thuy\nkhong-co\n")
    with pytest.raises(NothingSelectedError) as nothing:
        ids(f"@{file}")
    assert nothing.value.word == "khong-co"


def test_a_file_that_lists_nothing_names_nothing(tmp_path: Path) -> None:
    file = tmp_path / "trong.txt"
    file.write_text("# chưa có\n\n")
    with pytest.raises(NothingSelectedError) as nothing:
        ids(f"@{file}")
    assert nothing.value.word == f"@{file}"


def test_an_unreadable_file_says_which(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ids(f"@{tmp_path}/khong-co.txt")
    file = tmp_path / "latin.txt"
    file.write_bytes("trường".encode("utf-16"))
    with pytest.raises(OSError, match="UTF-8") as wrong:
        ids(f"@{file}")
    assert (wrong.value.filename, bool(wrong.value.strerror)) == (str(file), True)


def test_nothing_to_choose_from() -> None:
    assert select([], ()) == []
    with pytest.raises(NothingSelectedError):
        select([], ("*",))
