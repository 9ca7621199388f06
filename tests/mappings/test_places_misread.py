"""Persons, places abroad, quarters of years, wards of several provinces: what is no province, and what still is one."""

from __future__ import annotations

import pytest

from mappings import match


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
