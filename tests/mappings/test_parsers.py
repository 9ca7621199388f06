"""The named parsers: what a librarian expects of names, links, identifiers, licences, durations and ages."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import urlsplit

import pytest

from mappings import Identifier, Resource, map_record
from mappings.licences import read
from mappings.links import _is_file, _is_plain_address, _unshared, host_of_page, is_usable

from .records import ORIGIN, dublin_core, of_metadata


def mapped(**elements: Any) -> Resource:
    resource = map_record(dublin_core(**elements), ORIGIN).resource
    assert resource is not None
    return resource


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (["Tổ Toán"], ["Tổ Toán"]),
        (["Tổ Toán; Tổ Tin học | Tổ Lý"], ["Tổ Toán", "Tổ Tin học", "Tổ Lý"]),
        (["Nguyễn, Thị Hoa"], ["Nguyễn Thị Hoa"]),
        (["Smith, John"], ["Smith, John"]),
        (["Hughes,Karen"], ["Hughes, Karen"]),
        (["Nguyễn Văn Xuân, Trần Thị Thu"], ["Nguyễn Văn Xuân", "Trần Thị Thu"]),
        (["Tổ Toán (to.toan@truong.example)"], ["Tổ Toán"]),
        (["N/A", "  ", "Khuyết danh"], []),
        (["GS.TS. Nguyễn Văn Xuân"], ["Nguyễn Văn Xuân"]),
        (["PGS. TS Trần Thị Thu"], ["Trần Thị Thu"]),
        (["Nguyễn Văn Xuân, ThS"], ["Nguyễn Văn Xuân"]),
        (["Nguyễn Văn Xuân (Chủ biên)"], ["Nguyễn Văn Xuân"]),
        (["TS. Nguyễn Văn Xuân, ThS. Trần Thị Thu"], ["Nguyễn Văn Xuân", "Trần Thị Thu"]),
        (["Cô Trần Thị Thu"], ["Trần Thị Thu"]),
        (["Trần Thị Thu - 0912 345 678"], ["Trần Thị Thu"]),
        (["Tổ Toán, ĐT: 0912.345.678"], ["Tổ Toán"]),
        (["Tổ Toán , - ((( +84 912 345 678)"], ["Tổ Toán"]),
        (["0912.345.678 - Trần Thị Thu - 0987 654 321"], ["Trần Thị Thu"]),
        (["Trần Thị Thu, ([ thu.tran+van-phong_2@truong.example])"], ["Trần Thị Thu"]),
        (["Tổ Toán " + "a" * 70 + "@truong.example, tổ phó: b@truong.example"], ["Tổ Toán, tổ phó:"]),
        (["Trường THPT Lê Lợi"], ["Trường THPT Lê Lợi"]),
        (["Sở GD&ĐT Nghệ An, Phòng GDTrH"], ["Sở GD&ĐT Nghệ An, Phòng GDTrH"]),
        (["TS Books Ltd."], ["TS Books Ltd."]),
        (["Smith, John, 1950-2010"], ["Smith, John, 1950-2010"]),
    ],
)
def test_names(written: list[str], names: list[str]) -> None:
    assert [agent.name for agent in mapped(creator=written).creator] == names


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("Người hướng dẫn: GS.TS. Nguyễn Văn Xuân", [("Nguyễn Văn Xuân", "advisor")]),
        ("Phản biện 2: TS. Trần Thị Thu", [("Trần Thị Thu", "validator")]),
        ("Chủ biên: Nguyễn Văn Xuân; Trần Thị Thu", [("Nguyễn Văn Xuân", "editor"), ("Trần Thị Thu", "editor")]),
        ("Khoa: Toán", [("Khoa: Toán", "")]),
        ("Tác giả:", [("Tác giả:", "")]),
        ("PGS.TS. Trần Thị Thu, người hướng dẫn", [("Trần Thị Thu", "advisor")]),
        ("Margaret Oldfield (supervisor)", [("Margaret Oldfield", "advisor")]),
        ("Trường Đại học Sông Lam (Nghệ An)", [("Trường Đại học Sông Lam (Nghệ An)", "")]),
        ("Smith, Art", [("Smith, Art", "")]),
        ("admin", []),
    ],
)
def test_role_beside_a_name(written: str, people: list[tuple[str, str]]) -> None:
    assert [(agent.name, agent.role) for agent in mapped(contributor=written).contributor] == people


@pytest.mark.parametrize(
    ("addresses", "page"),
    [
        (["https://a.example/1", "https://b.example/2"], "https://a.example/1"),
        (["https://a.example/1.pdf", "https://a.example/1"], "https://a.example/1"),
        (["https://a.example/1.pdf", "doi:10.1234/x"], "https://doi.org/10.1234/x"),
        (["10.1234/x"], "https://doi.org/10.1234/x"),
        (["hdl:10900/5"], "https://hdl.handle.net/10900/5"),
        (
            ["http://localhost/1", "http://hdl.handle.net/123456789/1", "https://a.example/1.pdf"],
            "https://a.example/1.pdf",
        ),
        (["https://a.example/handle/123456789/1"], "https://a.example/handle/123456789/1"),
        (["https://a.example/1?mode=full&amp;locale=vi"], "https://a.example/1?mode=full&locale=vi"),
        (["https://a.example/1?utm_source=zalo&id=2&fbclid=x#y"], "https://a.example/1?id=2#y"),
        (["https://a.example/1?utm_source=zalo"], "https://a.example/1"),
        (["https://a.example/1?q=utm_source"], "https://a.example/1?q=utm_source"),
        (["hTTps://a.example/Bai?A=B"], "https://a.example/Bai?A=B"),
    ],
)
def test_page_of_a_resource(addresses: list[str], page: str) -> None:
    assert mapped(identifier=addresses).landing_url == page


def test_page_of_eprints_stands_in_relation() -> None:
    elements = {"identifier": "Khoa Toán (2020), Giáo trình", "relation": "https://a.example/54575/"}
    assert mapped(**elements).landing_url == "https://a.example/54575/"
    series = {"identifier": "LV-1", "relation": "https://a.example/tung-thu"}
    assert map_record(dublin_core(**series), ORIGIN).quarantine == "no_link"


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8080/x",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://10.0.0.7/x",
        "http://dspace/x",
        "http://may-chu.local/x",
        "http://hdl.handle.net/123456789/1",
        "https://hdl.handle.net/123456789/1",
        "javascript:alert(1)",
        "ftp://a.example/1",
        "http://user:pass@a.example/",
        "https://a.example/có dấu cách",
        "https://a.example/" + "x" * 2000,
        "http://",
    ],
)
def test_addresses_that_lead_nowhere(address: str) -> None:
    assert not is_usable(address)
    answer = map_record(dublin_core(identifier=address), ORIGIN)
    assert (answer.resource, answer.quarantine) == (None, "no_link")


SEED = 20261127
PIECES = (
    *("http://", "https://", "HTTP://", "a.example", "A.example", "thu-vien.vn", "localhost", "10.0.0.7", "8.8.8.8"),
    *("doi.org", "hdl.handle.net", "x.local", "/", "/", "/", "handle", "123456789/", "1", "bai_5", ":8080", "?id=1"),
    *("?utm_source=x", "#muc", ".pdf", ".html", "&amp;", "%20", " ", "\n", "đ", "@", "10.1234/x", "utm_source=x"),
)


def test_what_is_taken_for_a_plain_page_at_once_passes_every_test_of_an_address() -> None:
    chance, plain = random.Random(SEED), 0
    for _ in range(20_000):
        words = "".join((chance.choice(PIECES[:2]), *chance.choices(PIECES, k=chance.randrange(1, 6))))
        if host_of_page(words):
            plain += 1
            assert words == words.strip() == words.replace("&amp;", "&") == _unshared(words), words
            assert is_usable(words), words
            assert not _is_file(words), words
            assert _is_plain_address(words), words
            assert host_of_page(words) == urlsplit(words).hostname, words
    assert plain > 100, "they are there to be recognised"


@pytest.mark.parametrize(
    ("written", "scheme", "value"),
    [
        ("ISBN 978-604-82-1234-6", "isbn", "9786048212346"),
        ("urn:isbn:9786048212346", "isbn", "9786048212346"),
        ("9786048212346", "isbn", "9786048212346"),
        ("ISSN: 1859-1531", "issn", "1859-1531"),
        ("0108-7673", "issn", "0108-7673"),
        ("0108-7674", "local", "0108-7674"),
        ("http://dx.doi.org/10.1016/j.x.2013.05", "doi", "10.1016/j.x.2013.05"),
        ("http://hdl.handle.net/10900/5", "handle", "10900/5"),
        ("urn:nbn:vn:1", "urn", "urn:nbn:vn:1"),
        ("ark:/12148/btv1", "ark", "ark:/12148/btv1"),
        ("LV-2021-15", "local", "LV-2021-15"),
    ],
)
def test_identifiers_have_schemes(written: str, scheme: str, value: str) -> None:
    found = mapped(identifier=["https://a.example/1", written]).identifiers
    assert found == (Identifier(scheme, value),)


def test_citations_addresses_and_placeholders_are_no_identifiers() -> None:
    written = ["https://a.example/1", "Khoa Toán (2020), Giáo trình, 215 tr.", "hdl:123456789/7", "info:eu-repo/x"]
    assert mapped(identifier=written).identifiers == ()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "cc-by"),
        ("http://creativecommons.org/licenses/by-nc-nd/3.0/vn/legalcode", "cc-by-nc-nd"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "cc0"),
        ("http://rightsstatements.org/vocab/InC-EDU/1.0/", "rs-inc-edu"),
        ("CC BY-NC-SA 4.0", "cc-by-nc-sa"),
        ("CC-BY", "cc-by"),
        ("Creative Commons Attribution Non Commercial Licence", "cc-by-nc"),
        ("distributed under the Creative Commons Attribution-NonCommercial-NoDerivs License", "cc-by-nc-nd"),
        ("Creative Commons Ghi công - Phi thương mại", "cc-by-nc"),
        ("CC0", "cc0"),
        ("Bản quyền thuộc về nhà trường", "rs-inc"),
        ("© 2024 Trường", "rs-inc"),
        ("All Rights Reserved", "rs-inc"),
        ("Lưu hành nội bộ", "rs-inc-edu"),
        ("This text is not in the public domain", ""),
        ("info:eu-repo/semantics/openAccess", ""),
        ("Creative Commons", ""),
        ("distributed by Creative Commons people", ""),
        ("MIT", "mit"),
        ("Thư viện MIT", ""),
        ("Miễn phí", ""),
        ("không phải CC BY", ""),
        ("This is not CC BY 4.0", ""),
        ("Chưa có giấy phép CC0", ""),
        ("Tài nguyên giáo dục mở (OER)", ""),
        ("Open access", ""),
        ("Không được sao chép dưới mọi hình thức", "rs-inc"),
        ("CC BY hoặc CC BY-NC", ""),
    ],
)
def test_licences(words: str, name: str) -> None:
    assert read(words)[0] == name
    assert mapped(rights=words).licence == (name or "khong_ghi")


def test_open_licence_is_never_made_of_a_closed_one() -> None:
    for closing in ("NonCommercial", "Non-Commercial", "non commercial", "NC", "No Derivatives", "NoDerivs", "ND"):
        assert read(f"Creative Commons Attribution {closing} 4.0")[0] not in ("cc-by", "cc-by-sa", "cc0", "pdm")
        assert read(f"CC BY {closing} 4.0")[0] not in ("cc-by", "cc-by-sa", "cc0", "pdm")


def test_contradicting_licences_give_none_and_address_wins_over_copyright() -> None:
    by, nd = "https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by-nd/4.0/"
    answer = map_record(dublin_core(rights=[by, nd]), ORIGIN)
    assert answer.resource is not None
    assert (answer.resource.licence, [problem.code for problem in answer.problems]) == (
        "khong_ghi",
        ["several_licences"],
    )
    both = mapped(rights=["© 2024 Trường", by])
    assert (both.licence, both.licence_url, both.rights) == ("cc-by", by, "© 2024 Trường")


def test_keywords_are_split_where_they_are_lists() -> None:
    assert mapped(subject=["toán; hình học", "Education, Higher", "a, b, c", "A", "info:eu-repo/x", "..."]).keyword == (
        "toán",
        "hình học",
        "Education, Higher",
        "a",
        "b",
        "c",
    )
    assert mapped(subject="Ti&#7871;ng Vi&#7879;t; ch&#237;nh t&#7843;").keyword == ("Tiếng Việt", "chính tả")


def test_description_is_the_longest_text_that_is_one() -> None:
    texts = [
        "xi, 215 tr.",
        "Tóm tắt luận văn.",
        "https://a.example/rat-dai/" + "x" * 80,
        "Made available in DSpace on 2020",
    ]
    assert mapped(description=texts).description == "Tóm tắt luận văn."


def test_academic_work_has_no_school_subject_without_a_grade() -> None:
    assert mapped(subject="Hóa học", type="Luận án tiến sĩ").subject == ()
    assert mapped(subject="Hóa học", type="Luận án tiến sĩ").level == ("tien_si",)
    assert mapped(subject=["Hóa học", "Lớp 10"], type="Luận án tiến sĩ").subject == ("hoa_hoc",)
    assert mapped(subject="Biology").subject == ()
    assert mapped(subject=["Biology", "Grade 10"]).subject == ("sinh_hoc",)
    assert mapped(subject=["Khoa học"]).subject == ()
    assert mapped(subject=["Khoa học", "Lớp 4"]).subject == ("khoa_hoc",)


def test_language_is_declared_or_certain_or_unknown() -> None:
    assert mapped(language="vi").language == ("vi",)
    assert mapped(language="other", title="Thư viện trường").language == ("vi",)
    assert mapped(title="Mathematics for all").language == ("und",)
    assert mapped(title="Hôtel de ville à Orléans, forêt").language == ("und",)


def _lom(educational: str) -> Resource:
    answer = map_record(
        of_metadata(
            '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title><string>Một bài</string></title></general>'
            "<technical><location>https://thu.example/1</location></technical>"
            f"<educational>{educational}</educational></lom>",
            "lom",
        ),
        ORIGIN,
    )
    assert answer.resource is not None
    return answer.resource


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        ("PT45M", 45),
        ("PT1H30M", 90),
        ("P1DT2H", 1560),
        ("PT90S", 2),
        ("01:30:00", 90),
        ("90 phút", 90),
        ("1 giờ 30 phút", 90),
        ("P", None),
        ("P8W", None),
        ("P3D", None),
        ("hai tiết", None),
        ("PT1.2.3M", None),
    ],
)
def test_durations_are_minutes(duration: str, minutes: int | None) -> None:
    found = _lom(f"<typicalLearningTime><duration>{duration}</duration></typicalLearningTime>")
    assert found.learning_minutes == minutes


@pytest.mark.parametrize(
    ("words", "ages"),
    [
        ("7-9", (7, 9)),
        ("16+", (16, None)),
        ("11-", (11, None)),
        ("6 tuổi", (6, 6)),
        ("từ 6 đến 11 tuổi", (6, 11)),
        ("x", (None, None)),
    ],
)
def test_ages_are_years(words: str, ages: tuple[int | None, int | None]) -> None:
    found = _lom(f"<typicalAgeRange><string>{words}</string></typicalAgeRange>")
    assert (found.age_min, found.age_max) == ages
