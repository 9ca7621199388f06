"""Why a resource was found: a sentence in two languages, true of what is stored."""

from __future__ import annotations

import pytest

from index import Query, why
from index.counting import begins
from index.query import Hit
from index.ranges import RangeError, range_of, written
from mappings import Agent
from tests.index.search_promises import made

BOOK = made(
    1,
    "SGK Toán: phương trình bậc hai",
    description="Một bài giảng về hoà âm",
    keyword=("nghiệm kép",),
    creator=(Agent("Trần Văn Bình"),),
    subject=("toan",),
    grade=("9",),
)


@pytest.mark.parametrize(
    ("words", "vi", "en"),
    [
        ("", "Không có từ nào phải tìm.", "No word was asked for."),
        ("phuong nghiem", "Tìm thấy “phuong” trong nhan đề; “nghiem” trong từ khoá.", None),
        ("bậc 2", None, "Found “bậc”, “2” in the title; “2” = “hai”; spelt with the marks that were typed."),
        ("sách giáo khoa", "Tìm thấy “sách giáo khoa” trong nhan đề; “sách giáo khoa” = “sgk”.", None),
        ("hóa", "Tìm thấy “hóa” trong mô tả hay tên cơ quan; có từ khác dấu.", None),
        ("lớp 9", None, "Found “lớp 9” in its subject, grade or type; spelt with the marks that were typed."),
        ('creator:binh -sai "van binh"', "Tìm thấy “binh”, “van binh” trong tác giả.", None),
    ],
)
def test_a_sentence_says_what_stands_where(words: str, vi: str | None, en: str | None) -> None:
    hit = Hit(BOOK.key, BOOK.stored)
    assert vi is None or why(Query(words), hit, "vi") == vi
    assert en is None or why(Query(words), hit, "en") == en


def test_a_half_typed_word_and_exact_spelling() -> None:
    hit = Hit(BOOK.key, BOOK.stored)
    assert why(Query("phươ", typing=True), hit, "en").startswith("Found “phươ” in the title")
    assert why(Query("toán", accent="exact"), hit, "vi") == "Tìm thấy “toán” trong nhan đề."


def test_ranges_are_read_as_people_write_dates() -> None:
    assert range_of("issued", "2024", "2024-02") == range_of("issued", "2024-01-01", "2024-02-31")
    assert [written("issued", 20240905), written("age", 7), written("age", None)] == ["2024-09-05", "7", ""]
    for field, low, high in (
        ("issued", "24", ""),
        ("issued", "2024-9", ""),
        ("issued", "", "2024-00"),
        ("age", "-1", ""),
        ("minutes", "٣", ""),
        ("age", "9", "3"),
    ):
        with pytest.raises(RangeError):
            range_of(field, low, high)


def test_a_word_of_a_label_begins_so() -> None:
    assert begins("Khoa học tự nhiên", "tu nh")
    assert begins("Khoa học tự nhiên", "")
    assert begins("Đồng Nai", "dong")
    assert not begins("Khoa học tự nhiên", "nhien tu")
    assert not begins("Khoa học", "khoa hoc t")
