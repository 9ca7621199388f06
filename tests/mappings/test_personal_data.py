"""Personal data of pupils: wherever in a record they stand, and in lists; what only looks like them is shown."""

from __future__ import annotations

import msgspec
import pytest

from harvester import RawRecord
from mappings import Mapped, map_record

from .records import ORIGIN, dublin_core, of_metadata

PUPIL = "Nguyễn Văn An lớp 10A1 sinh ngày 05/09/2008"
ELEMENTS = ("title", "description", "subject", "creator", "contributor", "publisher", "rights", "relation", "source")


def is_kept_back(mapped: Mapped, words: str) -> bool:
    told = msgspec.json.encode(mapped).decode()
    return mapped.quarantine == "personal_data" and mapped.resource is None and words not in told


@pytest.mark.parametrize("element", ELEMENTS)
def test_a_pupil_is_protected_in_every_element(element: str) -> None:
    assert is_kept_back(map_record(dublin_core(**{element: PUPIL}), ORIGIN, explain=True), PUPIL)


def test_a_pupil_is_protected_in_a_second_title_and_in_contents() -> None:
    assert is_kept_back(map_record(dublin_core(title=["Sổ tay ôn tập", PUPIL]), ORIGIN), PUPIL)
    assert is_kept_back(map_record(_with_contents(PUPIL), ORIGIN), PUPIL)


def _with_contents(words: str) -> RawRecord:
    return of_metadata(
        '<dc xmlns="http://purl.org/dc/elements/1.1/" xmlns:t="http://purl.org/dc/terms/"><title>Sổ tay</title>'
        f"<identifier>https://thu.example/1</identifier><t:tableOfContents>{words}</t:tableOfContents></dc>"
    )


@pytest.mark.parametrize("words", ["Em Lê Thị Bình, lớp 4C, sinh ngày 05-09-2015", "LỚP 9B, SINH NGÀY 05.09.2009"])
def test_a_birth_date_without_a_slash_is_one_too(words: str) -> None:
    assert is_kept_back(map_record(dublin_core(description=words), ORIGIN), words)


LISTS = [
    (
        "Danh sách học sinh lớp 10A1",
        "STT Họ tên Ngày sinh Nơi sinh\n1. Nguyễn Văn An 05/09/2008 Nghệ An\n2. Trần Thị Bình 06/10/2008 Vinh",
    ),
    ("Danh sách lớp", "1 Lò Văn Pánh, nam, 05/09/2008 2 GIÀNG A PÁO | 5B | 6/10/2008"),
    ("Bảng điểm của trẻ mẫu giáo", "Lê Thị Hồng Nhung (nữ) 05/09/2019; Phạm Gia Bảo sinh ngày 16/10/2019"),
    ("Danh sách 30 học sinh", "Nguyễn Văn Nam 05/09/2008 lớp 5A, Sùng Thị Mỷ Nữ 06/10/2008"),
]


@pytest.mark.parametrize(("title", "words"), LISTS)
def test_a_list_of_pupils_with_birth_dates_is_kept_back(title: str, words: str) -> None:
    assert is_kept_back(map_record(dublin_core(title=title, description=words), ORIGIN), words)
    assert is_kept_back(map_record(dublin_core(title="Tài liệu", description=f"{title}: {words}"), ORIGIN), words)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Kỷ niệm ngày sinh Bác Hồ 19/5/1890", "Học sinh lớp 5 viết về Người: 19/5/1890, 02/09/1969"),
        ("Danh tướng cho học sinh lớp 9", "Danh sách: Võ Nguyên Giáp 25/8/1911, Trần Đại Nghĩa 13/9/1913"),
        ("Lịch thi học sinh giỏi", "Danh sách lớp 10A1 05/09/2018, 10A2 06/09/2018, 10A3 07/09/2018"),
        (
            "Kế hoạch thi học sinh giỏi",
            "Danh sách có họ tên, ngày sinh gửi trước 05/09/2018; thi tại THPT Nguyễn Thị Minh Khai 07/10/2018,"
            " trường Lê Quý Đôn 08/10/2018, ông Nguyễn Văn An ngày 09/10/2018 và bà Trần Thị Bình ngày 10/10/2018",
        ),
        ("Văn bản cho học sinh", "Danh sách thông tư: 27/2020/TT-BGDĐT ngày 04/09/2020, 22/2021 ngày 20/07/2021"),
        ("Nhà văn của lớp 7", "Danh sách: Nguyễn Nhật Ánh 07/05/1955, Nguyễn Ngọc Thuần 02/03/1972"),
        ("Danh sách đề thi lớp 9", "Của thầy Nguyễn Văn An (05/06/2019), cô Trần Thị Bình (07/06/2019)"),
        ("Danh sách nhân viên thư viện", "Nguyễn Văn An 05/09/1990, Trần Thị Bình 06/10/1991"),
    ],
)
def test_dates_of_other_things_are_shown(title: str, words: str) -> None:
    assert map_record(dublin_core(title=title, description=words, subject=title), ORIGIN).quarantine == ""
