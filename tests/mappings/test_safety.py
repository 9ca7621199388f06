"""Safety: personal data of pupils and spam are quarantined and repeated nowhere; ordinary material is not touched."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester import RawRecord
from mappings import map_record
from mappings.safety import is_personal, is_spam, unsafe

from .records import ELEMENTS, ORIGIN, dublin_core

OF_ONE_THING = [  # what fills a long text, and the encoding it is in
    ("&amp;", ""), ("Ã", ""), ("(0", ""), ("0912 ", ""), ("ts. ", ""), ("lớp 1 ", ""), ("@", ""), ("-", ""),
    ("To¸n ", "tcvn3"),
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Danh sách lớp 6A2: Trần Văn A, sinh ngày 05/09/2012",
        "HỌC SINH LỚP 9B - NGÀY SINH: 12-3-2010 - NƠI SINH",
        "Em Lê Thị B, lớp 4C, ngày sinh 1.2.2015",
        "Điện thoại phụ huynh: 0912 345 678",
        "Mẹ: 0987.654.321",
        "Học sinh lớp 12A1, số CCCD 001205001234",
        "Số căn cước 040205001234 của em",
        "Học sinh Nguyễn Văn C, e-mail vanc2010@thu.example",
        "CMND: 123456789",
    ],
)
def test_personal_data_of_pupils(text: str) -> None:
    assert is_personal(text)
    mapped = map_record(dublin_core(title="Danh sách đội tuyển", description=text), ORIGIN, explain=True)
    assert (mapped.resource, mapped.quarantine) == (None, "personal_data")
    assert text not in msgspec.json.encode(mapped).decode(), "nothing of it is repeated"
    assert [problem.value for problem in mapped.problems] == [""]


@pytest.mark.parametrize(
    "text",
    [
        "Số điện thoại của trường: 0238 3844 123",
        "Học sinh và phụ huynh liên hệ văn phòng nhà trường, điện thoại 0912 345 678",
        "Nhà thơ Tố Hữu, sinh ngày 04/10/1920 tại Huế",
        "Hướng dẫn học sinh lớp 5 gọi tổng đài 111",
        "Đề thi tuyển sinh lớp 10 ngày 05/06/2024",
        "Nghị quyết 29-NQ/TW ngày 04/11/2013 về đổi mới giáo dục học sinh",
        "ISBN 9786048212346, mã 0112345678901",
        "Tác giả: to.toan@truong.example",
        "Học sinh lớp 6 sinh năm 2012",
        "Cho dãy số 0,123456789 và 012 345 678 910",
        "Xác suất trong trò chơi với xúc xắc",
    ],
)
def test_ordinary_material_is_not_touched(text: str) -> None:
    assert not is_personal(text)
    assert map_record(dublin_core(description=text), ORIGIN).quarantine == ""


@pytest.mark.parametrize(
    ("title", "text", "spam"),
    [
        ("Nhà cái uy tín – link vào FUN88 mới nhất", "Casino trực tuyến", True),
        ("Soi cầu lô đề hôm nay", "chuẩn nhất", True),
        ("Tải app tài xỉu đổi thưởng", "", True),
        ("Xác suất trong trò chơi tài xỉu", "Bài học về xác suất, casino và nhà cái", False),
        ("Phòng chống cá cược, lô đề trong học đường", "Tác hại của cờ bạc", False),
        ("Kịch bản phim Casino", "", False),
        ("Giáo án Toán 10", "nhà cái casino", False),
        ("Đá gà trong văn hóa dân gian", "trò chơi", False),
    ],
)
def test_spam(title: str, text: str, spam: bool) -> None:
    assert is_spam(title, (text,)) == spam
    assert map_record(dublin_core(title=title, description=text), ORIGIN).quarantine == ("spam" if spam else "")


@pytest.mark.parametrize(("unit", "encoding"), OF_ONE_THING)
def test_long_texts_of_one_thing_are_mapped(unit: str, encoding: str) -> None:
    """A quadratic pattern would hold up this test for minutes: no clock is needed to see it."""
    origin = msgspec.structs.replace(ORIGIN, encoding=encoding)
    raw = in_all_fields((unit * 262_144)[:262_144])
    assert map_record(raw, origin).quarantine in ("", "no_title", "personal_data", "spam")


def in_all_fields(text: str) -> RawRecord:
    """Make a record that says a text in every element, and has an address."""
    return dublin_core(**dict.fromkeys(ELEMENTS, text), identifier=["https://thu.example/1", text])


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        ("", "(", "a@a.vn"), ("Lê Hoa ", "(", ")"), ("a", " ", "; b"), ("a", "\t", "(b"), ("", "a", "@"),
        ("", "a.", "@"), ("Lê Hoa", ", ", "b)"), ("", "_", "a"), ("1", "/", "2020"), ("", "1", "@"),
        ("CC BY", "\n", "a"), ("CC ", "-", "a"), ("<", "a ", ""), ("<a ", "a=", ""), ("start=", ";", "end"),
        ("http://", "a.", "/"), ("name=", "=", ";"), ("[", "a", ""), ("Hà Nội ", "(", ")"), ("huyện ", "a ", "("),
        ("ghi công", "-", "phi"), ("lớp ", "1, ", "a"), ("0", " ", "9"),
    ],
)  # fmt: skip
def test_long_runs_before_something_are_mapped(before: str, unit: str, after: str) -> None:
    """What a pattern takes back letter by letter when the end is not as it hoped: also seen without a clock."""
    for length in (11_000, 200_000):  # a record that is looked up whole, and one of which the beginning is
        text = f"{before}{unit * (length // len(unit))}{after}"
        for field in (*ELEMENTS, "identifier"):
            said = {"title": "Đạo hàm", "identifier": "https://thu.example/1"} | {field: [f"Lê Hoa {length}", text]}
            assert map_record(dublin_core(**said), ORIGIN).quarantine in ("", "no_link", "personal_data", "spam")


@given(st.text(alphabet="0123456789 .-/@ABemhọcsinhlớpngàyCMND", max_size=300))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_any_text_is_judged(text: str) -> None:
    assert is_personal(text) in (True, False)
    assert is_spam(text, (text,)) in (True, False)


@pytest.mark.parametrize("name", ["nhacai_casino88_uytin.pdf", "NHÀ CÁI casino", "nha cai uy tin", "Nổ hũ, tài xỉu"])
def test_a_title_is_read_for_spam_however_it_is_written(name: str) -> None:
    """What decides cheaply whether a title is read misses none that the reading would find."""
    assert unsafe({"title": name, "description": "casino, nhà cái, tài xỉu, nổ hũ"}) == (
        "spam" if is_spam(name, ("casino, nhà cái, tài xỉu, nổ hũ",)) else ""
    )
    assert unsafe({"title": "Nhà cái casino trực tuyến", "description": "tài xỉu, nổ hũ"}) == "spam"
