"""Persons, places abroad, quarters of years, wards of several provinces: what is no province, and what still is one."""

from __future__ import annotations

import pytest

from mappings import match
from mappings.hosts import province_of_host
from mappings.landmarks import written_together


@pytest.mark.parametrize(
    "text",
    [
        "Hồ Chí Minh, Đường lối cách mạng", "Hồ Chí Minh, Tổ quốc", "Hồ Chí Minh, bản Tuyên ngôn Độc lập",
        "Hồ Chí Minh, Bản án chế độ thực dân", "Hồ Chí Minh, Hồ sơ", "Hồ Chí Minh, tổ chức Đảng",
        "Hồ Chí Minh, Xã luận", "Hồ Chí Minh, Số phận", "Hồ Chí Minh, 3 tập", "Hồ Chí Minh, 19 tháng 5",
        "Hồ Chí Minh (1890-1969), Việt Nam", "Ho Chi Minh, 1890-1969, Vietnam",
        "Hồ Chí Minh, Bản Tuyên ngôn Độc lập", "Hồ Chí Minh, Tổ Quốc", "Hồ Chí Minh, 19 Tháng 5", "Hồ Chí Minh, 3 Tập",
        "Hồ Chí Minh, Đường Kách mệnh", "HỒ CHÍ MINH, ĐƯỜNG LỐI CÁCH MẠNG", "Số phận, Hồ Chí Minh",
        "Hồ Chí Minh, Viện Lịch sử Đảng", "Hồ Chí Minh, Viện Hồ Chí Minh", "Hồ Chí Minh, Học viện Chính trị",
        "Hồ Chí Minh, Toàn tập, NXB Chính trị quốc gia", "Hồ Chí Minh, số 5", "Hồ Chí Minh, làng Kim Liên",
        "Ho Chi Minh, the long road", "Hồ Chí Minh: Đường lối", "Hồ Chí Minh, tầng lớp trí thức",
        "Hồ Chí Minh, Sông núi",
    ],
)  # fmt: skip
def test_the_president_and_his_works_are_no_city(text: str) -> None:
    assert match("province", text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Hồ Chí Minh, 12 Lê Lợi", "12 Pasteur, Hồ Chí Minh", "12A/3 Nguyễn Trãi, Hồ Chí Minh",
        "đường Lê Lợi, Hồ Chí Minh", "Hồ Chí Minh, đường số 5", "Số 5, Lê Lợi, Hồ Chí Minh",
        "số nhà 12 đường Lê Lợi, Hồ Chí Minh", "tổ dân phố 5, Hồ Chí Minh", "khu phố 4, Hồ Chí Minh",
        "ĐƯỜNG SỐ 5, HỒ CHÍ MINH", "Phường 3, Hồ Chí Minh", "q. 5, hồ chí minh",
        "227 Nguyen Van Cu Street, Ho Chi Minh", "Nguyen Hue street, Ho Chi Minh", "Chợ Bến Thành, Hồ Chí Minh",
        "Trường Đại học Bách khoa, Hồ Chí Minh",
        "Bệnh viện nhân dân 115, Hồ Chí Minh", "Viện Pasteur, Hồ Chí Minh", "NXB Trẻ, Hồ Chí Minh",
        "Hồ Chí Minh (1990-2000), Việt Nam", "Ho Chi Minh, Vietnam, 1975-",
        "Hồ Chí Minh (1890-1969), Quận 1", "1017-1019 Hồng Bàng, Hồ Chí Minh",
    ],
)  # fmt: skip
def test_the_city_is_known_by_its_streets_and_houses(text: str) -> None:
    assert match("province", text) == ("vn-79",)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Nampo, North Korea", None),
        ("Hanam, South Korea", None),
        ("Hanam, S. Korea", None),
        ("Hà Nam, Republic of Korea", None),
        ("Donghai, TQ", None),
        ("Donghai, Jiangsu", None),
        ("Anhai, Fujian", None),
        ("Hanam", "vn-37"),
        ("Long-an", "vn-80"),
        ("Longan province", "vn-80"),
        ("Triton Island", "vn-48"),
        ("đảo Tri Tôn, Hoàng Sa", "vn-48"),
        ("đảo Triton", "vn-48"),
        ("Tri Tôn", "vn-91"),
        ("Triton, Vietnam", "vn-91"),
        ("Samson beach", "vn-38"),
        ("Hadong", "vn-01"),
        ("Province de Hadong", "vn-01"),
        ("Rachgia, Cochinchine", "vn-91"),
        ("Long-Xuyen", "vn-91"),
        ("Caolanh, Dongthap", "vn-82"),
    ],
)
def test_a_district_in_one_word_stands_alone(text: str, unit: str | None) -> None:
    assert match("province", text) == ((unit,) if unit else ())


def test_words_of_others_that_look_like_names_written_together_are_none() -> None:
    assert {"longan", "trami", "triton", "samson"} <= written_together()
    assert [word for word in written_together() if match("province", word) or match("province", word.title())] == []


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Q3 2019", ()),
        ("Q1/2020", ()),
        ("Q4 2021", ()),
        ("Q2, 2020", ()),
        ("Q2 (2020)", ()),
        ("Q3 năm 2019", ()),
        ("2019-Q3", ()),
        ("2019 (Q3)", ()),
        ("Q3 of 2019", ()),
        ("Q1 và Q2/2020", ()),
        ("Q1 2020 - Q4 2021", ()),
        ("Hà Nội, Q3 2019", ("vn-01",)),
        ("Q3", ("vn-79",)),
        ("Q.3, 2019", ("vn-79",)),
        ("Q5 2019", ("vn-79",)),
        ("12 Lê Lợi, Q3, TP.HCM", ("vn-79",)),
    ],
)
def test_a_quarter_of_a_year_is_no_district(text: str, units: tuple[str, ...]) -> None:
    assert match("province", text) == units


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("phường Duyên Hải", None),
        ("phường Thái Hòa", None),
        ("phường Thuận Thành", None),
        ("phường Hải Châu", None),
        ("phường Phú Nhuận", None),
        ("phường Thái Bình", None),
        ("P. Hạ Long", None),
        ("phuong Dong Da", None),
        ("phường Duyên Hải, Trà Vinh", "vn-86"),
        ("phường Thái Bình, Hòa Bình", "vn-25"),
        ("phường Hải Châu, thị xã Nghi Sơn", "vn-38"),
        ("phường Yên Thế", "vn-52"),
    ],
)
def test_wards_of_several_provinces_say_none(text: str, unit: str | None) -> None:
    assert match("province", text) == ((unit,) if unit else ())


@pytest.mark.parametrize(
    "text", ["hoaf binhf", "hoaf  binhf", "hofa bifnh", "hoa2 binh2", "hòa  bình", "hòa binh", "Hoaf binhf"]
)
def test_peace_in_small_letters_is_none_however_it_is_typed(text: str) -> None:
    assert match("province", text) == ()


@pytest.mark.parametrize("text", ["Hoaf Binhf", "HOAF BINHF", "Hòa Bình", "Hoà-bình", "hoa binh"])
def test_the_province_that_is_called_peace_is_written_large_or_without_marks(text: str) -> None:
    assert match("province", text) == ("vn-25",)


@pytest.mark.parametrize(
    ("host", "unit"),
    [
        ("baotanghochiminh.vn", None),
        ("baotanghochiminh.gov.vn", None),
        ("bao-tang-ho-chi-minh.vn", None),
        ("ditichhochiminh.gov.vn", None),
        ("langchutichhochiminh.gov.vn", None),
        ("baotanghanoi.vn", "vn-01"),
        ("baotangtphcm.vn", "vn-79"),
        ("thpt-chuyen-nguyen-hue.edu.vn", None),
        ("c3-chuyen-nguyen-hue.edu.vn", None),
        ("thcs-va-thpt-nguyen-hue.edu.vn", None),
        ("thcs-nguyen-thi-hue.edu.vn", None),
        ("thcs-nguyen-van-hue.edu.vn", None),
        ("thpt-nguyen-hue-hue.edu.vn", "vn-46"),
        ("thpt-chuyen-quoc-hoc-hue.edu.vn", "vn-46"),
        ("thpt-chuyen-le-quy-don-da-nang.edu.vn", "vn-48"),
        ("thcs-va-thpt-le-loi-hue.edu.vn", "vn-46"),
    ],
)
def test_hosts_named_after_persons_are_nowhere(host: str, unit: str | None) -> None:
    assert province_of_host(f"https://{host}/") == unit
