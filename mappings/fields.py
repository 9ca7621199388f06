"""What each field of the common schema means: the page docs/schema.md is made of this table, and tests check it."""

from __future__ import annotations

from typing import Literal

import msgspec

from .resource import Resource

Obligation = Literal["required", "recommended", "optional"]
NONE = "–"  # there is no counterpart


class Field(msgspec.Struct, frozen=True, array_like=True):
    """One field: its meaning, what pages call it, its counterparts elsewhere, its unit, its obligation.

    ``unit`` says what one value is (text, a vocabulary, EDTF, years …). ``many`` is read from the type.
    """

    name: str
    vi: str
    en: str
    label_vi: str
    label_en: str
    dc: str
    lom: str
    schema_org: str
    unit: str
    obligation: Obligation
    many: bool


# Two lines a field: its name with the meaning in Vietnamese and English, and what pages call it where that is shorter;
# then Dublin Core, LOM, schema.org, unit, obligation.
_TABLE = """
key: khoá của học liệu trong Kho · key of the resource in Kho
    – | – | @id | 26 letters and digits | required
source: nguồn được gom · source that was harvested | nguồn · source
    – | 3.2 | sdPublisher | id of a source | required
identifier: định danh ở nguồn, nguyên văn · OAI identifier, as received | định danh ở nguồn · identifier at the source
    – | 3.1 | – | text | required
datestamp: ngày của bản ghi ở nguồn · date of the record at the source | ngày ở nguồn · datestamp at the source
    – | 3.2.3 | sdDatePublished | UTC time or day | required
format: định dạng mô tả · metadata format
    – | 3.3 | – | name of a crosswalk | required
set: bộ sưu tập OAI · OAI sets
    – | – | – | setSpec | optional
title: nhan đề · title
    dc:title | 1.2 | name | one line of text | required
title_alternative: nhan đề khác · other titles
    dcterms:alternative | 1.2 | alternateName | one line of text | optional
description: mô tả, tóm tắt · abstract | mô tả · description
    dc:description | 1.4 | description | text with paragraphs | recommended
table_of_contents: mục lục · table of contents
    dcterms:tableOfContents | – | – | text with paragraphs | optional
landing_url: trang của học liệu ở cơ quan · page at the institution
    dc:identifier | 4.3 | url | http(s) address | required
identifiers: định danh khác · other identifiers
    dc:identifier | 1.1 | identifier | scheme and value | recommended
language: ngôn ngữ · language
    dc:language | 1.3 | inLanguage | vocabulary language (BCP 47) | required
keyword: từ khoá · keywords
    dc:subject | 1.5 | keywords | one line of text | recommended
creator: tác giả · creators
    dc:creator | 2.3 author | creator | name | recommended
contributor: người đóng góp · contributors
    dc:contributor | 2.3 | contributor | name and role | optional
publisher: nơi công bố · publisher
    dc:publisher | 2.3 publisher | publisher | name | recommended
institution: cơ quan giữ học liệu · institution that holds the files | cơ quan giữ học liệu · institution
    – | – | provider | name, kind, code | required
level: cấp học, trình độ · level of education | cấp học · level
    dcterms:educationLevel | 5.6, 9 educational level | educationalLevel | vocabulary level | recommended
grade: lớp · grade
    dcterms:educationLevel | 9 educational level | educationalLevel | vocabulary grade | recommended
subject: môn học · school subject | môn học · subject
    dc:subject | 9 discipline | about | vocabulary subject | recommended
discipline: lĩnh vực đào tạo · field of study of higher education | lĩnh vực đào tạo · field of study
    dc:subject | 9 discipline | about | vocabulary discipline | optional
type: loại học liệu · type of resource | loại học liệu · type
    dc:type | 5.2 | learningResourceType | vocabulary type | recommended
series: bộ sách giáo khoa · textbook series | bộ sách · textbook series
    dcterms:conformsTo | 9 | educationalAlignment | vocabulary series | optional
lesson: bài, chương, tuần, tiết · lesson, chapter, week | bài học · lesson
    – | – | position | a word and its number | optional
school_year: năm học · school year
    dcterms:temporal | 1.6 | temporalCoverage | two years that follow: 2023-2024 | optional
audience: đối tượng sử dụng · audience
    dcterms:audience | 5.5 | audience | vocabulary audience | recommended
age_min: tuổi nhỏ nhất · youngest age
    – | 5.7 | typicalAgeRange | years | optional
age_max: tuổi lớn nhất · oldest age
    – | 5.7 | typicalAgeRange | years | optional
learning_minutes: thời lượng (phút) · learning time (minutes)
    – | 5.9 | timeRequired | minutes | optional
difficulty: độ khó · difficulty
    – | 5.8 | – | word of LOM 5.8 | optional
interactivity: kiểu tương tác · kind of interaction
    – | 5.1 | interactivityType | word of LOM 5.1 | optional
file_format: định dạng tệp · file formats
    dc:format | 4.1 | encodingFormat | media type | recommended
licence: giấy phép · licence
    dcterms:license | 6.3 | license | vocabulary licence | required
licence_url: địa chỉ giấy phép · address of the licence
    dcterms:license | 6.3 | license | http(s) address | optional
rights: lời ghi bản quyền · statement of rights
    dc:rights | 6.3 | copyrightNotice | text with paragraphs | optional
province: tỉnh, thành phố · province
    dcterms:spatial | 1.6 | spatialCoverage | vocabulary province | recommended
former_province: tỉnh, thành phố trước 01/07/2025 · province before 1 July 2025
    dcterms:spatial | 9 | spatialCoverage | vocabulary former_province | optional
issued: ngày công bố · date of issue
    dcterms:issued | 2.3.3 publisher | datePublished | EDTF | recommended
modified: ngày sửa đổi · date of modification
    dcterms:modified | 2.3.3 | dateModified | EDTF | optional
relation: quan hệ với học liệu khác · ties to other resources | liên quan · relations
    dc:relation | 7 | isPartOf, isBasedOn … | kind of LOM 7.1 and target | optional
collection: bộ sưu tập (tên) · collections by name | bộ sưu tập · collections
    dcterms:isPartOf | – | isPartOf | name of an OAI set | optional
"""


def _is_many(name: str) -> bool:
    return str(Resource.__annotations__[name]).startswith("tuple[")


def _field(first: str, second: str) -> Field:
    name, _, said = first.partition(": ")
    meaning, _, label = said.partition(" | ")
    words = [*meaning.split(" · "), *(label or meaning).split(" · ")]
    return msgspec.convert([name, *words, *second.strip().split(" | "), _is_many(name)], Field)


_LINES = _TABLE.strip().split("\n")
# In the order in which pages show them.
FIELDS: dict[str, Field] = {field.name: field for field in map(_field, _LINES[::2], _LINES[1::2])}


def field_label(name: str, language: str = "vi") -> str:
    """Return what pages call a field, in Vietnamese or English. Raises KeyError for one that there is not."""
    return FIELDS[name].label_en if language == "en" else FIELDS[name].label_vi


_HEAD = """# Lược đồ chung · The common schema

Trang này được sinh từ `mappings/fields.py`; đừng sửa tay. / This page is made of `mappings/fields.py`; do not edit it.
Cột “số lần”: 1 = đúng một, 0..1 = nhiều nhất một, 0..n = lặp lại được. / Cardinality: 1, 0..1, 0..n.

| field | nghĩa · meaning | số lần | obligation | unit | Dublin Core | LOM | schema.org |
|---|---|---|---|---|---|---|---|
"""


def schema_page() -> str:
    """Return docs/schema.md."""
    lines = []
    for field in FIELDS.values():
        once = "1" if field.obligation == "required" else "0..1"
        often = ("1..n" if field.obligation == "required" else "0..n") if field.many else once
        cells = (f"`{field.name}`", f"{field.vi} · {field.en}", often, field.obligation, field.unit)
        lines.append("| " + " | ".join((*cells, field.dc, field.lom, field.schema_org)) + " |")
    return _HEAD + "\n".join(lines) + "\n"
