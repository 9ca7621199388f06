"""Addresses in statements of rights that no table knows: they are told and kept, pages of works are neither."""

from __future__ import annotations

import pytest

from mappings import Tables, map_record, use_tables

from .records import ORIGIN, dublin_core
from .test_own_tables import own

TERMS = "https://x.vn/dieu-khoan"


def read(*rights: str) -> tuple[str, str, str, list[tuple[str, str]]]:
    """Return licence, its address, the statement of rights and what was told."""
    mapped = map_record(dublin_core(rights=list(rights)), ORIGIN)
    assert mapped.resource is not None
    said = mapped.resource
    return said.licence, said.licence_url, said.rights, [(one.code, one.value) for one in mapped.problems]


@pytest.mark.parametrize(
    "address",
    [TERMS, "http://rightsstatements.org/vocab/XYZ/1.0/", "https://thu-vien.example/docs/rights.htm?lang=vi"],
)
def test_an_unknown_address_of_terms_is_told_and_kept(address: str) -> None:
    assert read(address) == ("khong_ghi", "", address, [("unknown_value", address)])
    assert read("Xin xem", address) == ("khong_ghi", "", "Xin xem", [("unknown_value", address)])


@pytest.mark.parametrize(
    "address",
    [
        "https://thu.example/",
        "http://thu.example",
        "https://thu.example/handle/123456789/12",
        "https://doi.org/10.1000/182",
        "https://hdl.handle.net/123456789/12",
        "https://thu.example/bitstream/123/license.txt",
        "http://purl.org/coar/access_right/c_abf2",
        "http://purl.org/eprint/accessRights/OpenAccess",
    ],
)
def test_the_address_of_a_work_or_of_a_kind_of_access_states_nothing(address: str) -> None:
    assert read(address) == ("khong_ghi", "", "", [])


def test_an_address_is_not_told_where_another_statement_names_the_licence() -> None:
    by = "https://creativecommons.org/licenses/by/4.0/"
    assert read(by) == ("cc-by", by, "", [])
    assert read(TERMS, by)[:2] == ("cc-by", by)
    assert read(TERMS, by)[3] == []


def test_an_address_that_an_own_table_knows_is_understood() -> None:
    use_tables(own(vocabularies__licence=f"- {{id: cc-by, uris: ['{TERMS}']}}"))
    try:
        assert read(TERMS) == ("cc-by", "", "", [])
    finally:
        use_tables(Tables())
