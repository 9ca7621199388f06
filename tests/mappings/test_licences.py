"""Licences in words: what is named is named, an open licence is never guessed."""

from __future__ import annotations

import pytest

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
        ("Tài liệu học tập lưu hành nội bộ", ""),
        ("http://rightsstatements.org/page/InC/1.0/?language=en", "rs-inc"),
    ],
)
def test_licence_in_words(words: str, licence: str) -> None:
    assert read(words)[0] == licence
