"""Persons, places abroad, quarters of years, wards of several provinces: what is no province, and what still is one."""

from __future__ import annotations

import pytest

from mappings import match
from mappings.hosts import province_of_host


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
