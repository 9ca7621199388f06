"""Textbook series, lesson, school year, field of study, audience and the province of old: declared first, with care."""

from __future__ import annotations

from typing import Any

import pytest

from mappings import Origin, map_record, match
from mappings.hosts import former_province_of_host
from mappings.titles import read
from mappings.vocabulary import former_province, ids, province, vocabulary

from .records import ORIGIN, dublin_core

LINK = ["https://hoclieu.example/1"]


def mapped(field: str, **said: list[str]) -> Any:
    resource = map_record(dublin_core(**({"identifier": LINK} | said)), ORIGIN).resource
    assert resource is not None
    return getattr(resource, field)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"title": ["Toán 6"], "subject": ["Kết nối tri thức"]}, ("knttvcs",)),
        ({"title": ["Toán 6"], "subject": ["CTST"]}, ("ctst",)),
        ({"title": ["Toán 6"], "relation": ["Bộ sách Chân trời sáng tạo"]}, ("ctst",)),
        ({"title": ["Toán 6"], "subject": ["Cánh diều"]}, ("canh_dieu",)),
        ({"title": ["Thả diều ngày hè"], "subject": ["Cánh diều"]}, ()),
        ({"title": ["Luận văn về cánh diều"], "subject": ["Cánh diều"], "type": ["Luận văn"]}, ()),
        ({"title": ["Toán 6 Kết nối tri thức"], "subject": ["Chân trời sáng tạo"]}, ("ctst",)),  # declared before read
        ({"title": ["Giáo án Toán 6 Kết nối tri thức"]}, ("knttvcs",)),
        ({"title": ["Kết nối bạn bè"]}, ()),
        ({"title": ["Kids and Family and Friends"], "subject": ["Family and Friends"]}, ()),
    ],
)
def test_series(said: dict[str, list[str]], wanted: tuple[str, ...]) -> None:
    assert mapped("series", **said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"title": ["Đề thi"], "coverage": ["Năm học 2023-2024"]}, "2023-2024"),
        ({"title": ["Đề thi"], "subject": ["năm học 2023 – 24"]}, "2023-2024"),
        ({"title": ["Đề thi"], "date": ["Năm học 2022-2023"]}, "2022-2023"),
        ({"title": ["Đề thi"], "coverage": ["2023-09/2024-05"]}, "2023-2024"),
        ({"title": ["Đề thi"], "coverage": ["2023-09/2025-05"]}, ""),
        ({"title": ["Dân số"], "coverage": ["2019-2020"]}, ""),  # a period, and of what nobody says
        ({"title": ["Chiến lược 2021-2022"]}, ""),
        ({"title": ["Đề thi HK1 Toán 7 2023-2024"]}, "2023-2024"),
        ({"title": ["Năm học 2023-2025"]}, ""),
        ({"title": ["Kế hoạch năm học 2023-2024"], "coverage": ["Năm học 2024-2025"]}, "2024-2025"),
    ],
)
def test_school_year(said: dict[str, list[str]], wanted: str) -> None:
    assert mapped("school_year", **said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"title": ["Phân tích báo cáo"], "type": ["Luận văn"], "subject": ["Kế toán"]}, ("he-34",)),
        ({"title": ["Phân tích báo cáo"], "type": ["Luận văn"], "subject": ["8340301"]}, ("he-34",)),
        ({"title": ["Phân tích báo cáo"], "type": ["Luận văn"], "subject": ["60.34.03.01"]}, ("he-34",)),
        ({"title": ["Phân tích báo cáo"], "type": ["Luận án"], "subject": ["Chuyên ngành: Kế toán"]}, ("he-34",)),
        ({"title": ["Phân tích báo cáo"], "type": ["Luận văn"], "subject": ["Kế toán chi phí"]}, ()),
        ({"title": ["Phân tích báo cáo"], "type": ["Luận văn"], "subject": ["0912340301"]}, ()),
        ({"title": ["Nghề kế toán là gì?"], "subject": ["Kế toán"]}, ()),
        ({"title": ["Hóa học 8"], "subject": ["Khoa học tự nhiên"]}, ()),
    ],
)
def test_field_of_study(said: dict[str, list[str]], wanted: tuple[str, ...]) -> None:
    assert mapped("discipline", **said) == wanted


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Tài liệu dành cho giáo viên lớp 6", ("giao_vien",)),
        ("Sổ tay dành cho phụ huynh", ("phu_huynh",)),
        ("Vở luyện viết dùng cho học sinh lớp 1", ("hoc_sinh",)),
        ("Tài liệu dành cho giáo viên và học sinh", ("giao_vien", "hoc_sinh")),
        ("Chuẩn nghề nghiệp giáo viên", ()),
        ("Nghiên cứu trò chơi dành cho học sinh tiểu học", ()),
        ("Luận văn về ứng dụng dành cho sinh viên", ()),
    ],
)
def test_audience_of_a_title(title: str, wanted: tuple[str, ...]) -> None:
    assert mapped("audience", title=[title]) == wanted


def test_a_declared_audience_is_not_replaced_and_free_text_is_no_mistake() -> None:
    assert mapped("audience", title=["Tài liệu dành cho giáo viên"], audience=["Học sinh"]) == ("hoc_sinh",)
    answer = map_record(dublin_core(title=["Chuyện vui"], identifier=LINK), ORIGIN)
    assert answer.problems == ()


def test_lessons_are_read_where_a_title_is_of_school() -> None:
    assert mapped("lesson", title=["Toán 6 – Bài 5: Phép nhân"]) == ("Bài 5",)
    assert mapped("lesson", title=["Bài 10: Quang hợp"]) == ()
    assert read("Luận văn: Bài 5").lesson == ()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Tỉnh Hà Giang", ("vn63-02",)),
        ("Hà Tây", ("vn64-28",)),
        ("Đăk Nông", ("vn63-67",)),
        ("Bắc Ninh", ()),  # the name of today's unit, too
        ("tỉnh Bắc Ninh (cũ)", ("vn63-27",)),
        ("Nghệ An", ()),
        ("Hà Nội", ()),
        ("Việt Nam", ()),
    ],
)
def test_provinces_of_before_july_2025(words: str, wanted: tuple[str, ...]) -> None:
    assert match("former_province", words) == wanted
    assert mapped("former_province", title=["Địa lí"], coverage=[words]) == wanted
    units = {vocabulary("former_province").terms[name]["unit"] for name in wanted}
    assert units <= set(mapped("province", title=["Địa lí"], coverage=[words]))


def test_a_former_code_of_the_source_is_kept_and_one_of_today_says_nothing() -> None:
    assert (former_province("02"), former_province("24"), former_province("99")) == ("vn63-02", None, None)
    origin = Origin("so", "so", "Sở", "02")
    resource = map_record(dublin_core(title=["Địa lí"], identifier=LINK), origin).resource
    assert resource is not None
    assert (resource.province, resource.former_province) == (("vn-08",), ("vn63-02",))


def test_a_host_names_the_former_unit_where_its_name_is_gone() -> None:
    assert former_province_of_host("https://thpt-a.hagiang.edu.vn/x") == "vn63-02"
    assert former_province_of_host("https://thpt-a.nghean.edu.vn/x") is None
    for place, wanted in (("", ("vn63-02",)), ("40", ())):  # the source speaks for another province
        origin = Origin("so", "so", "Sở", place)
        raw = dublin_core(title=["Địa lí"], identifier=["https://thpt-a.hagiang.edu.vn/x"])
        resource = map_record(raw, origin).resource
        assert resource is not None
        assert resource.former_province == wanted


def test_every_former_unit_lies_in_one_of_today() -> None:
    for row in vocabulary("former_province").terms.values():
        assert row["unit"] in ids("province")
        assert province(row["code"]) == row["unit"] or row["code"] == "28"
        assert row.get("kept", False) == (row["id"] == "vn63-46" or label_of(row["unit"]) == row["vi"])


def label_of(unit: str) -> str:
    return str(vocabulary("province").terms[unit]["vi"])


def test_codes_of_economics_are_no_grades() -> None:
    assert mapped("grade", title=["Supply relationships"], subject=["L2", "M10", "L14"]) == ()


def test_a_doctoral_thesis_that_only_its_relation_names() -> None:
    said = {"title": ["Synthetic studies"], "type": ["Thesis"]}
    assert mapped("type", **said, relation=["PhD Thesis - University of Auckland"]) == ("luan_an",)
    assert mapped("type", **said, relation=["Masters Thesis - University of Auckland"]) == ("luan_van",)


def test_headings_with_commas_stay_whole() -> None:
    assert mapped("keyword", title=["x y"], subject=["Brown, Anthony G., 1961-"]) == ("Brown, Anthony G., 1961-",)
    assert mapped("keyword", title=["x y"], subject=["Toán, Lí, Hoá; Sinh"]) == ("Toán, Lí, Hoá", "Sinh")
    assert mapped("keyword", title=["x y"], subject=["Toán, Lí, Hoá"]) == ("Toán", "Lí", "Hoá")


def test_nobody_is_no_creator_and_a_description_of_a_person_is_their_name() -> None:
    said = ["[Unknown]", "<name>Lê Thị Hoa</name>"]
    assert [agent.name for agent in mapped("creator", title=["x y"], creator=said)] == ["Lê Thị Hoa"]
