"""Licences in words: what is named is named, an open licence is never guessed."""

from __future__ import annotations

import pytest

from mappings import licences
from mappings.licences import read


@pytest.mark.parametrize(
    ("words", "licence"),
    [
        ("Giấy phép MIT", "mit"),
        ("SPDX-License-Identifier: MIT", "mit"),
        ("MIT OpenCourseWare", ""),
        ("https://i.creativecommons.org/l/by-nc-sa/4.0/88x31.png", "cc-by-nc-sa"),
        ("https://licensebuttons.net/creativecommons.org/p/zero/1.0/", "cc0"),
        ("BY-NC-SA", "cc-by-nc-sa"),
        ("Ghi nhận công của tác giả - Phi thương mại 4.0", "cc-by-nc"),
        ("CC BY 4.0 / CC BY-NC 4.0", ""),
        ("CC BY 4.0; All rights reserved", ""),
        ("CC BY 4.0, không phải xin phép tác giả", "cc-by"),
        ("Các quyền được bảo lưu, ngoại trừ phần phụ lục theo CC BY 4.0", "rs-inc"),
        ("Creative Commons Attribution - Pas d'Utilisation Commerciale 4.0", "cc-by-nc"),
        ("Creative Commons Namensnennung - Weitergabe unter gleichen Bedingungen 3.0", "cc-by-sa"),
        ("https://img.shields.io/badge/License-CC%20BY--NC%204.0-lightgrey.svg", "cc-by-nc"),
        ("ccbysa", "cc-by-sa"),
        ("Domaine public", "pdm"),
        ("Alle Rechte vorbehalten", "rs-inc"),
        ("https://licensebuttons.net/l/by-sa/3.0/80x15.png", "cc-by-sa"),
        ("Licence Creative Commons Paternité 3.0 non transposé", "cc-by"),
        ("Lisensi Creative Commons Atribusi-NonKomersial-BerbagiSerupa 4.0 Internasional", "cc-by-nc-sa"),
        ("Creative Commons Alıntı-GayriTicari-Türetilemez 4.0", "cc-by-nc-nd"),
        ("Creative Commons Navngivelse-IkkeKommerciel-IngenBearbejdelse 4.0", "cc-by-nc-nd"),
        ("Creative Commons Priznanje avtorstva-Nekomercialno-Brez predelav 4.0", "cc-by-nc-nd"),
        ("This work is licensed under an Attribution 4.0 International licence", "cc-by"),
        ("Creative Commons Nimeä-JaaSamoin 4.0 Kansainvälinen", "cc-by-sa"),
        ("Creative Commons Атрибуция-Некоммерчески-БезПроизводных 4.0", "cc-by-nc-nd"),
        ("Creative Commons نسب المصنف-غير تجاري-الترخيص بالمثل 4.0", "cc-by-nc-sa"),
        ("this item's license is described as Attribution-ShareAlike 3.0 Vietnam", "cc-by-sa"),
        ("Nội dung này không được cấp phép theo CC BY", ""),
        ("CC-BY-NC (không được dùng nếu chưa xin phép thư viện)", ""),
        ("Giữ mọi quyền.", "rs-inc"),
        ("Giữ toàn quyền", "rs-inc"),
        ("Chưa đánh giá tình trạng bản quyền", "rs-cne"),
        ("rightsstatements.org/vocab/UND/1.0", "rs-und"),
        ("Massachusetts Institute of Technology (MIT)", ""),
        ("Apache License, Version 2.0", "apache-2.0"),
        ("GNU GPL v3", "gpl-3.0"),
        ("GNU GPL v2", ""),
        ("Tài liệu thuộc miền công cộng", "pdm"),
        ("Tác phẩm đã hết thời hạn bảo hộ", "pdm"),
        ("Tác phẩm chưa hết thời hạn bảo hộ", ""),
        ("Không thuộc phạm vi công cộng", ""),
        ("Giấy phép CC: ghi công, không dùng cho mục đích thương mại", "cc-by-nc"),
        ("Creative Commons: ghi công, phi thương mại, không sửa đổi", "cc-by-nc-nd"),
        ("Creative Common BY-SA", "cc-by-sa"),
        ("Tác giả giữ bản quyền, cho phép dùng phi lợi nhuận", "rs-inc-nc"),
        ("Bản quyền của Trường THPT Sông Lam", "rs-inc"),
        ("Lưu hành nội bộ", "rs-inc-edu"),
        ("Tài liệu nội bộ, cấm sao chép dưới mọi hình thức", ""),
        ("Nghiêm cấm mọi hành vi sao chép", "rs-inc"),
        ("Bản quyền: Trường THPT Lê Lợi", "rs-inc"),
        ("Bản quyền: mở", ""),
        ("Không có bản quyền", ""),
        ("Tất cả các quyền được bảo lưu", "rs-inc"),
        ("© MIT", "rs-inc"),
        ("(c) Nguyễn Thị Hoa", "rs-inc"),
        ("(c) Trường THCS Sông Lam", "rs-inc"),
        ("(c) Được sao chép trong lớp học", ""),
        ("(c) tài liệu", ""),
        ("Atribuição-NãoComercial-SemDerivações 4.0 Internacional", "cc-by-nc-nd"),
        ("Atribución 4.0", "cc-by"),
        ("Atribución de autoría", ""),
        ("MIT-0", ""),
        ("https://opensource.org/license/mit/", "mit"),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "apache-2.0"),
        ("https://www.gnu.org/licenses/gpl-3.0.en.html", "gpl-3.0"),
        ("https://www.gnu.org/licenses/lgpl-3.0.html", ""),
        ("Giấy phép Công cộng GNU (GPL) phiên bản 3", "gpl-3.0"),
        ("http://creativecommons.org/licenses/publicdomain/", "pdm"),
        ("Attribution required", ""),
        ("Giấy phép Ghi công - Chia sẻ cùng điều kiện 4.0", "cc-by-sa"),
        ("CC Attribution-ShareAlike", "cc-by-sa"),
        ("Ghi công-PhiThươngMại 4.0", "cc-by-nc"),
        ("Released under the MIT License.", "mit"),
        ("Quyền tác giả thuộc về Trường Đại học Huế", "rs-inc"),
        ("ccby4.0", "cc-by"),
        ("知识共享 署名-非商业性使用-相同方式共享 4.0", "cc-by-nc-sa"),
        ("Creative Commons Attribuzione - Non commerciale - Non opere derivate 4.0", "cc-by-nc-nd"),
        ("giay phep creative commons ghi cong phi thuong mai", "cc-by-nc"),
        ("CC BY hoặc CC0", ""),
        ("Không theo CC BY", ""),
        ("Trang này không theo CC BY mà thuộc bản quyền của tác giả", "rs-inc"),
        ("Từ năm 2021 theo CC BY-NC 4.0; các số trước đó giữ nguyên bản quyền", ""),
        ("Tài liệu học tập lưu hành nội bộ", ""),
        ("http://rightsstatements.org/page/InC/1.0/?language=en", "rs-inc"),
        ("https://rightsstatements.org/data/NoC-US/1.0.", "rs-noc-us"),
        ("rightsstatements.org/vocab/InC-OW-EU", "rs-inc-ow-eu"),
        ("rightsstatements.org/vocab/XYZ/1.0/", ""),
        ("https%3A%2F%2Fcreativecommons.org%2Flicenses%2Fby-nd%2F4.0%2F", "cc-by-nd"),
        ("https://creativecommons.org/license/by-sa/3.0/", "cc-by-sa"),
        ("creativecommons.org\\licenses\\by-nc\\4.0", "cc-by-nc"),
        ("https://mirrors.creativecommons.org/presskit/buttons/88x31/svg/by-nc-sa.svg", "cc-by-nc-sa"),
        ("(CC) BY-SA", "cc-by-sa"),
        ("Creative Commons: BY-NC-ND", "cc-by-nc-nd"),
        ("Gửi cc: by email", ""),
        ("license: by-nc-sa", "cc-by-nc-sa"),
        ("Rights: No Copyright - United States", "rs-noc-us"),
        ("CC Namensnennung 4.0", "cc-by"),
        ("署名-相同方式共享 4.0", "cc-by-sa"),
        ("Uznanie autorstwa-Użycie niekomercyjne 4.0", "cc-by-nc"),
        ("Ghi cong - Phi thuong mai 4.0", "cc-by-nc"),
        ("Bạn được tự do chia sẻ với điều kiện ghi công tác giả, không dùng vào mục đích thương mại", "cc-by-nc"),
        ("Creative Commons Public Domain Mark 1.0", "pdm"),
        ("Thuoc pham vi cong cong", "pdm"),
        ("Œuvre du domaine public", "pdm"),
        ("No Rights Reserved (CC0)", "cc0"),
        ("Có bản quyền - Được phép sử dụng phi thương mại", "rs-inc-nc"),
        ("In copyright, rights holder unlocatable", "rs-inc-ruu"),
        ("Không có bản quyền - chỉ sử dụng phi thương mại", "rs-noc-nc"),
        ("There are no known copyright restrictions", "rs-nkc"),
        ("Copyright Elsevier", "rs-inc"),
        ("Copyright Policy", ""),
        ("copyright free image", ""),
        ("Authors retain copyright", "rs-inc"),
        ("This file is not protected by copyright", ""),
        ("No part of this book may be reproduced", "rs-inc"),
        ("&copy; 2020 Sở GD&amp;ĐT Hà Nội", "rs-inc"),
        ("Tác phẩm được bảo hộ quyền tác giả", "rs-inc"),
        ("Không thuộc đối tượng được bảo hộ quyền tác giả", ""),
        ("Bản quyền được bảo lưu", "rs-inc"),
        ("Giấy phép Apache phiên bản 2.0", "apache-2.0"),
        ("Giấy phép Apache 2.4", ""),
        ("Tác giả không giữ bản quyền", ""),
        ("Creative Commons 4.0 (BY-NC)", "cc-by-nc"),
        ("Ảnh tư liệu thuộc phạm vi công cộng", "pdm"),
        ("Obra de dominio público", "pdm"),
        ("Năm 2040 tác phẩm sẽ thuộc phạm vi công cộng", ""),
        ("Một số ảnh thuộc phạm vi công cộng", ""),
        ("Bài giảng về phạm vi công cộng", ""),
        ("Copyright holder: Đại học Huế", "rs-inc"),
        ("Copyright, 2019, Nguyễn Văn An", "rs-inc"),
        ("Some rights reserved", ""),
        ("Rights reserved by the library", "rs-inc"),
        ("Apache License (Version 2.0)", "apache-2.0"),
        ("Chưa có bản quyền", ""),
        ("Chưa được bảo hộ quyền tác giả", ""),
        ("Bản quyền hình ảnh: Trường THPT Sông Lam", "rs-inc"),
        ("Mọi quyền tác giả đã được bảo hộ", "rs-inc"),
        ("Attribution not required", ""),
        ("Creative Commons ghi công, cấm dùng thương mại", ""),
        ("Creative Commons ghi công - cấm phái sinh", "cc-by-nd"),
        ("GNU GPL (phiên bản 3)", "gpl-3.0"),
        ("Giấy phép phần mềm MIT", "mit"),
    ],
)
def test_licence_in_words(words: str, licence: str) -> None:
    assert read(words)[0] == licence


@pytest.mark.parametrize(
    "words",
    [
        "Siêu dữ liệu thuộc phạm vi công cộng; toàn văn bảo lưu mọi quyền",
        "Ảnh: public domain. Bài viết: All rights reserved.",
        "© 2020 Nhà xuất bản Giáo dục. Hình ảnh: public domain",
        "Bài viết © Nguyễn Văn A, ảnh public domain",
        "Ảnh bìa: phạm vi công cộng; bài viết: giữ bản quyền",
        "Images are public domain, text copyright 2020 NXB",
        "Images in the public domain, all rights reserved for the text",
        "Copyright 2021 by the authors. US government data are in the public domain",
        "Đây là tài sản thuộc sở hữu công cộng, cấm sao chép",
        "Tác phẩm còn bản quyền. Public domain: 2060",
    ],
)
def test_rights_reserved_of_one_part_are_not_public_domain(words: str) -> None:
    assert read(words)[0] == "rs-inc"


@pytest.mark.parametrize(
    "words",
    [
        "Enters the public domain in 2060",
        "Sau năm 2055 tác phẩm thuộc về công chúng",
        "Được bảo hộ đến 2055, sau đó thuộc phạm vi công cộng",
        "Hết bản quyền năm 2060",
        "Public domain from 2060",
        "Possibly public domain",
        "Public domain?",
        "Có thể thuộc phạm vi công cộng",
        "Đang chờ xác nhận public domain",
        "Cần xác minh tác phẩm thuộc phạm vi công cộng",
        "Public domain status unknown",
        "Public domain: no",
        "public domain: không",
        "Trường hợp hết bản quyền của NXB",
        "Khái niệm miền công cộng trong luật sở hữu trí tuệ",
        "Tài liệu về phạm vi công cộng",
        "Made with public domain clip art",
        "Sách có sử dụng tư liệu đã hết bản quyền",
        "Metadata is in the public domain",
        "Images are public domain",
        "Public domain; donor restrictions apply",
        "Public domain in the USA only",
        "Phạm vi công cộng, hạn chế sử dụng",
    ],
)
def test_public_domain_denied_doubted_postponed_or_of_other_things_is_none(words: str) -> None:
    assert read(words)[0] == ""


@pytest.mark.parametrize(
    "words",
    [
        "Tác phẩm thuộc về công chúng do đã hết thời hạn bảo hộ",
        "Thuộc phạm vi công cộng (tác giả mất trước năm 1946)",
        "Released into the public domain by the author",
        "This image is in the public domain.",
        "tai lieu thuoc pham vi cong cong",
    ],
)
def test_public_domain_said_of_the_work_is_believed(words: str) -> None:
    assert read(words)[0] == "pdm"


@pytest.mark.parametrize(
    "words",
    [
        "No longer distributed under the Apache License 2.0",
        "không theo giấy phép MIT",
        "not released under MIT",
        "Not under https://creativecommons.org/licenses/by/4.0/",
        "CC BY 4.0 không áp dụng cho tài liệu này",
        "Giấy phép CC BY đã hết hiệu lực",
        "The licence CC BY has been revoked",
        "Possibly CC BY 4.0",
        "CC BY 4.0?",
        "Sẽ theo CC BY 4.0",
        "CC BY from 2030",
        "Trước đây theo CC BY",
        "This text isn't CC BY",
        "opensource.org/licenses/mit không áp dụng",
    ],
)
def test_a_licence_denied_doubted_or_ended_is_none(words: str) -> None:
    assert read(words)[0] == ""


@pytest.mark.parametrize(
    "words",
    [
        "CC BY, not for sale",
        "CC BY, cấm sửa đổi",
        "CC BY, no modifications",
        "CC BY-SA 4.0, for personal use only",
        "Creative Commons Attribution; commercial use prohibited",
        "https://creativecommons.org/licenses/by/4.0/ https://creativecommons.org/licenses/by-nc/4.0/",
        "Tóm tắt theo CC BY 4.0, toàn văn giữ bản quyền",
        "Hình ảnh © Nhà xuất bản; phần còn lại theo CC BY 4.0",
        "Metadata: CC0",
        "Tóm tắt: CC BY",
        "CC0, bản quyền thuộc NXB",
        "CC0, non-commercial only",
        "Giấy phép MIT, phi thương mại",
    ],
)
def test_an_open_licence_that_is_limited_or_of_a_part_is_none(words: str) -> None:
    assert read(words)[0] == ""


@pytest.mark.parametrize(
    "words",
    [
        "evilcreativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by-xx/4.0/",
        "notrightsstatements.org/vocab/NKC/1.0/",
        "apache helicopters 2.0",
        "GPL 30",
        "Xe máy 110 CC: BY Honda",
        "CC: BY Hoa Nguyen",
    ],
)
def test_what_only_looks_like_a_licence_is_none(words: str) -> None:
    assert read(words)[0] == ""


@pytest.mark.parametrize(
    "words",
    [
        "Copyright: Open",
        "Copyright: Unrestricted",
        "Copyright: N/A",
        "Copyright: Miễn phí",
        "Copyright: Không",
        "Copyright: Libre",
        "never copyrighted",
        "It may not be copyrighted",
        "No longer under copyright",
        "Luận văn đã được bảo vệ thành công và thuộc sở hữu trí tuệ của trường",
    ],
)
def test_copyright_that_is_denied_is_not_reserved(words: str) -> None:
    assert read(words)[0] == ""


@pytest.mark.parametrize(
    ("words", "licence"),
    [
        ("Giấy phép phần mềm MIT; nội dung giữ bản quyền", "rs-inc"),
        ("© 2021 Nguyễn Văn An. Released under the MIT License", "mit"),
        ("CC: BY-NC 4.0", "cc-by-nc"),
        ("Some rights reserved: CC BY 4.0", "cc-by"),
        ("CC BY-SA 4.0, trừ các hình ảnh có ghi nguồn riêng", "cc-by-sa"),
        ("Apache License 2.0.", "apache-2.0"),
        ("GPL 3.0", "gpl-3.0"),
        ("https://creativecommons.org/licenses/by/4.0/?ref=chooser-v1", "cc-by"),
        ("Vol. 2, No. 5, https://creativecommons.org/licenses/by/4.0/", "cc-by"),
        ("http://creativecommons.org/licenses/by/4.0; data creativecommons.org/publicdomain/zero/1.0/", "cc-by"),
        ("Public domain. The library considers that this work is no longer under copyright protection.", "pdm"),
    ],
)
def test_what_stands_beside_a_licence_does_not_hide_it(words: str, licence: str) -> None:
    assert read(words)[0] == licence


@pytest.mark.parametrize(
    "words", ["lưu hành nội bộ ", "được tự do chia sẻ ", "không lưu hành nội bộ ", "licensed under attribution "]
)
def test_a_huge_statement_is_read_in_one_pass_and_not_kept(words: str) -> None:
    """A quadratic pattern would hold up this test for minutes: no clock is needed to see it."""
    vars(licences.read)["kept"].cache_clear()  # other tests may have filled it
    kept = vars(licences.read)["kept"].cache_info
    before = kept().currsize
    assert not licences.read((words * 32_768)[:524_288])[0].startswith("cc")
    assert kept().currsize == before
    licences.read(f"{words}{before}")
    assert kept().currsize == before + 1
