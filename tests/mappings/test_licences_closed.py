"""What the words around an open licence close: whatever denies, limits or parts it, in any spelling and any row."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import pytest

from mappings import Origin, map_record
from mappings.licences import read
from mappings.reservations import forbids
from mappings.vocabulary import vocabulary

from .records import dublin_core

BY = "https://creativecommons.org/licenses/by/4.0/"
OPEN = {name for name, term in vocabulary("licence").terms.items() if term.get("open")}


def is_open(words: str) -> bool:
    return read(words)[0] in OPEN | {"rs-nkc", "rs-noc-oklr"}


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
@pytest.mark.parametrize(
    "words",
    [
        "không phải CC BY 4.0",
        "CC BY 4.0 (Ghi công - Phi thương mại)",
        "CC BY 4.0, giữ mọi quyền",
        "CC BY 4.0, cấm bán",
        "Public domain, chưa xác nhận",
    ],
)
def test_letters_may_be_composed_or_not(words: str, form: Literal["NFC", "NFD", "NFKD"]) -> None:
    assert not is_open(unicodedata.normalize(form, words))


@pytest.mark.parametrize(
    "words",
    [
        "CC BY 4.0 - Phi thÆ°Æ¡ng máº¡i",
        "khong phai CC BY 4.0",
        "CC BY khong thuong mai",
        "CC BY 4.0, cam sao chep",
        "CC BY 4.0 tru hinh anh",
        "CC BY 4.0 (luu hanh noi bo)",
        "CC BY 4.0. bao luu moi quyen",
        "CC BY 4.0 của Trường, bao luu moi quyen",
        "không phai CC BY 4.0",
        "không\nphải CC BY 4.0",
        "không <b>phải</b> CC BY",
        "CC BY<b>-NC</b> 4.0",
        "ＣＣ ＢＹ－ＮＣ",
        "CC BY-N\u200bC 4.0",
        "CC BY-N\u0421",
        "❌ CC BY 4.0",
        "☐ CC0",
        "MIT?",
    ],
)
def test_damage_markup_and_missing_marks_hide_nothing(words: str) -> None:
    assert not is_open(words)


@pytest.mark.parametrize(
    "code",
    [
        *("by\u2011nc", "by–nc–nd", "by nc", "by- nc", "by\n-nc-nd", "by\u00ad-nc", "by\u00adnc", "by/nc", "by+nc"),
        *("by.nc", "by,nc", "by&nbsp;nc", "by%E2%80%91nc", "by%252Dnc", "by_nc", "by~nc", "by:nc", "by;nc", "by|nd"),
        *("by-sa nc", "by-sa-ncnd", "by-n\u0441"),
    ],
)
def test_no_sign_in_an_address_hides_a_component(code: str) -> None:
    assert not is_open(f"https://creativecommons.org/licenses/{code}/4.0/")
    assert not is_open(f"https://creativecommons.org/licenses/{code}/4.0/deed.vi")
    assert read(f"https://creativecommons.org/licenses/{code}/4.0/")[1] != BY


@pytest.mark.parametrize(
    ("words", "licence"),
    [
        ("CC-BY-NCSA", "cc-by-nc-sa"),
        ("CC BY-NCSA 4.0", "cc-by-nc-sa"),
        ("CC BY NCND", "cc-by-nc-nd"),
        ("CC-BY-NCND 4.0", "cc-by-nc-nd"),
        ("cc-by-ncnd", "cc-by-nc-nd"),
        ("CC BYNC", "cc-by-nc"),
        ("https://creativecommons.org/licenses/by–nc–nd/4.0/", "cc-by-nc-nd"),
        ("https://creativecommons.org/licenses/byncnd/4.0/", "cc-by-nc-nd"),
        ("CC BY 4.0; https://creativecommons.org/licenses/by-xx/4.0/", ""),
        ("CC BY NoDer", ""),
        ("Creative Commons Attribution - NoDer", ""),
        ("Creative Commons Attribution NonComercial", ""),
        ("CC BY-NonC", ""),
        ("CC BY 4.0NC", ""),
        ("CC BY, N.C.", ""),
        ("CC BY phi-thương-mại", "cc-by-nc"),
        ("CC BY Non-Commerical", "cc-by-nc"),
        ("CC BY-NonComm", "cc-by-nc"),
    ],
)
def test_components_run_together_or_misspelt_are_read_or_make_it_unclear(words: str, licence: str) -> None:
    assert read(words)[0] == licence


@pytest.mark.parametrize(
    "words",
    [
        "Ảnh bìa: public domain",
        "Ảnh: public domain; văn bản: Nguyễn Văn A",
        "Nguyên tác: public domain; bản dịch: Nguyễn Văn A",
        "Bản gốc: public domain. Bản dịch: NXB Trẻ",
        "Music: public domain",
        "Illustrations: public domain",
        "Text by Nguyễn Văn A; pictures (public domain)",
        "Journal: Public Domain",
        "Bảo hộ tại Pháp. Public domain",
        "Public domain: false",
        "public domain: 0",
        "Is public domain: N",
        "Public domain (illustrations)",
        "Public domain. Yêu cầu trả phí",
        "Public domain. Copyright protected",
        "Public domain ✗",
    ],
)
def test_public_domain_of_a_part_or_with_other_words_is_not_believed(words: str) -> None:
    assert not is_open(words)


@pytest.mark.parametrize(
    "words",
    [
        "Photo by John Smith, CC BY 2.0",
        "Photo by John Smith https://creativecommons.org/licenses/by/2.0/",
        "Ảnh minh họa: CC BY 4.0",
        "Anh minh hoa: CC BY 4.0",
        "© NXB Giáo dục. Hình minh họa: CC BY 4.0",
        "Hình minh họa theo CC BY 4.0; nội dung của NXB Giáo dục",
        "Photo by Unsplash, CC0",
        "Music: CC0",
        f"Ảnh bìa: {BY}",
        "CC BY 4.0 (ảnh)",
        "CC BY 4.0 for images",
        "Chương 1: CC BY 4.0",
        "Nguyên tác: CC BY 4.0; bản dịch: NXB Trẻ",
        "Mã nguồn: giấy phép MIT; bài giảng: bản quyền của tác giả",
    ],
)
def test_the_licence_of_a_part_is_not_the_works(words: str) -> None:
    assert not is_open(words)


@pytest.mark.parametrize(
    "named", ["CC BY 4.0", BY, f"© Trường Sông Lam, {BY}", "Creative Commons Attribution 4.0", "CC0"]
)
@pytest.mark.parametrize(
    "behind",
    [
        "– lưu hành nội bộ",
        "(dự kiến)",
        "after 2030",
        "in 2031",
        "sau năm 2030",
        "for educational purposes only",
        "trừ hình ảnh",
        "except figures",
        "except images",
        ", không vì lợi nhuận",
        ", not-for-profit",
        ", không dùng để bán",
        ", cấm sao chép",
        "(proposed)",
        "(cũ)",
        ": no",
        "?",
        "(?)",
        "expired",
        "nếu tác giả đồng ý",
        "subject to permission",
        ", phi thương mại",
        ". In Copyright - Educational Use Permitted",
        ", copyright undetermined",
        ", may be used for teaching",
    ],
)
def test_limits_doubts_and_dates_behind_a_name_are_seen(named: str, behind: str) -> None:
    assert not is_open(f"{named} {behind}")


@pytest.mark.parametrize(
    "words",
    ["trái với CC BY", "compatible with CC BY 4.0", "Khác CC BY 4.0", "non-CC BY", "Ngoài CC BY", "unlike CC BY"],
)
def test_what_is_only_compared_with_a_licence_has_none(words: str) -> None:
    assert not is_open(words)


@pytest.mark.parametrize(
    "reserving",
    [
        word
        for word in vocabulary("licence").terms["rs-inc"]["variants"]
        if not re.search("copyright|bản quyền|urheber|auteur|autor", word, re.IGNORECASE)
    ],
)
def test_all_rights_reserved_is_one_table_for_words_and_addresses(reserving: str) -> None:
    for words in (reserving, reserving.upper()):
        assert forbids(words)
        for named in ("CC BY 4.0", BY, "CC0", "Giấy phép MIT", "https://opensource.org/licenses/MIT"):
            assert not is_open(f"{named}. {words}")
            assert not is_open(f"{words} {named}")
    assert read(reserving)[0] == "rs-inc"


def test_copyright_that_is_stated_or_reserving_that_is_denied_forbids_nothing() -> None:
    for words in ("Bản quyền thuộc về tác giả", "tác giả giữ bản quyền", "không bảo lưu các quyền", "In Copyright"):
        assert not forbids(words)
    assert read("CC BY 4.0. Tác giả giữ bản quyền")[0] == "cc-by"


@pytest.mark.parametrize(
    "words",
    [
        "Distributed under MIT Press",
        "available under MIT copyright",
        "Licensed under the MIT OpenCourseWare terms of use",
        "MIT License with Commons Clause",
        "Attribution: Nguyễn Văn A",
        "not http://rightsstatements.org/vocab/NKC/1.0/",
        "No Known Copyright, do not reuse",
    ],
)
def test_what_only_begins_like_a_licence_is_none(words: str) -> None:
    assert not is_open(words)


def test_statements_that_leave_rights_in_doubt_are_not_open() -> None:
    assert {"rs-nkc", "rs-noc-oklr"}.isdisjoint(OPEN)
    assert read("http://rightsstatements.org/vocab/NKC/1.0/")[0] == read("No known copyright")[0] == "rs-nkc"


@pytest.mark.parametrize(
    ("words", "licence"),
    [
        ("© Trường Đại học Huế, CC BY 4.0", "cc-by"),
        ("Creative Commons Attribution 4.0 International (CC BY 4.0)", "cc-by"),
        ("This work is licensed under a Creative Commons Attribution 4.0 International License.", "cc-by"),
        ("https://creativecommons.org/licenses/by-sa/4.0/deed.vi", "cc-by-sa"),
        (f"Except where otherwise noted, this work is licensed under {BY}", "cc-by"),
        ("TP. Ho Chi Minh, CC BY 4.0", "cc-by"),
        ("Giống lúa mới, CC BY 4.0", "cc-by"),
        ("Xem chi tiết: CC BY 4.0", "cc-by"),
        ("Nhạc viện TP.HCM, CC BY 4.0", "cc-by"),
        ("Data Science textbook, CC BY 4.0", "cc-by"),
        ("This image is licensed under CC BY 4.0", "cc-by"),
        ("Ảnh này theo CC BY 4.0", "cc-by"),
        ("Tài liệu phục vụ học tập, CC BY 4.0", "cc-by"),
        ("giay phep CC BY-SA 4.0 (ghi cong - chia se tuong tu)", "cc-by-sa"),
        ("Este trabajo se distribuye bajo una licencia Creative Commons Atribución 4.0 Internacional", "cc-by"),
        (f"2nd edition, {BY}", "cc-by"),
        (f"Theo Nghị định 22/2018/NĐ-CP, {BY}", "cc-by"),
        (f"CC BY 4.0 ({BY})", "cc-by"),
        ("CC BY phiên bản 4.0", "cc-by"),
        ("CC BY 4.0 Tài liệu dành cho học sinh lớp 5", "cc-by"),
        ("CC BY 4.0, không cần xin phép", "cc-by"),
        ("CC BY 4.0, không phải trả phí", "cc-by"),
        ("Rights: Public domain", "pdm"),
        ("Tác phẩm: public domain", "pdm"),
        ("Public domain (author died in 1930)", "pdm"),
        ("The source code is licensed under the MIT license", "mit"),
        ("MIT (https://opensource.org/licenses/MIT)", "mit"),
        ("GPL-3.0-only", "gpl-3.0"),
    ],
)
def test_plain_statements_are_believed(words: str, licence: str) -> None:
    assert read(words)[0] == licence


@pytest.mark.parametrize("name", vocabulary("licence").terms)
def test_the_tables_own_names_addresses_and_words_mean_their_term(name: str) -> None:
    term = vocabulary("licence").terms[name]
    own = (term["vi"], term["en"], *term.get("variants", ()), *term.get("field_only", ()))
    assert {read(words)[0] for words in (*own, term.get("uri", name))} == {name}


@pytest.mark.parametrize(
    ("rows", "licence", "problems"),
    [
        ([BY, "CC BY-NC-ND 4.0"], "khong_ghi", {"several_licences"}),
        (["public domain", "Bản quyền thuộc về NXB Trẻ"], "khong_ghi", {"several_licences"}),
        (["CC0", "Tác giả giữ bản quyền"], "khong_ghi", {"several_licences"}),
        (["CC BY 4.0", "Giấy phép CC BY không còn áp dụng"], "khong_ghi", {"several_licences", "unknown_value"}),
        ([BY, "All rights reserved"], "khong_ghi", {"several_licences"}),
        ([BY, "Lưu hành nội bộ"], "khong_ghi", {"several_licences"}),
        (["© 2024 Trường", BY], "cc-by", set()),
        (["CC BY 4.0", "Bản quyền thuộc về tác giả"], "cc-by", set()),
        ([BY, "Creative Commons"], "cc-by", {"unknown_value"}),
        ([BY, "Attribution 4.0 International", "info:eu-repo/semantics/openAccess"], "cc-by", set()),
        ([BY, "NXB Trẻ giữ mọi quyền."], "khong_ghi", {"several_licences"}),
        ([BY, "Trường giữ mọi quyền với bản in"], "cc-by", set()),
        ([BY.replace("/by/", "/by-nc/"), "Lưu hành nội bộ"], "cc-by-nc", set()),
    ],
)
def test_rows_of_one_record_may_not_contradict_an_open_licence(
    rows: list[str], licence: str, problems: set[str]
) -> None:
    mapped = map_record(dublin_core(rights=rows), Origin("a", "a", "Trường A"))
    assert mapped.resource is not None
    assert (mapped.resource.licence, {problem.code for problem in mapped.problems}) == (licence, problems)
    assert (mapped.resource.licence_url == "") == (licence == "khong_ghi")


@pytest.mark.parametrize(
    "words",
    ["CC BY ", "không ", f"{BY} ", "ảnh: ", "by-", "phi ", "(", "- ", "giữ mọi quyền ", "from the year ", "non "],
)
def test_a_huge_statement_beside_an_open_licence_is_read_in_one_pass(words: str) -> None:
    """A quadratic pattern would hold up this test for minutes: no clock is needed to see it."""
    read(f"CC BY 4.0 {words * 65_536}"[:64_000])
