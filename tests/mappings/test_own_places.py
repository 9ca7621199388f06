"""Explanations name the own line, whatever kind of own word made a value."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mappings import Tables, map_record, use_tables

from .records import ORIGIN, dublin_core
from .test_own_tables import own, told


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    use_tables(Tables())


SUBJECT = "# c\n- {id: thien, vi: Thiền, en: Zen, area: toan_hoc, grades: ['6'], variants: [tĩnh tọa]}\n"
ROLE = "# c\n- {id: editor, variants: [người xem lại]}\n"
WORDS = [
    (
        "licence",
        "vocabularies__licence",
        "# c\n- {id: cc-by, uris: ['https://x.vn/gp']}",
        {"rights": "http://x.vn/gp/"},
    ),
    ("contributor", "vocabularies__role", ROLE, {"contributor": "An (người xem lại)"}),
    ("contributor", "vocabularies__role", ROLE, {"contributor": "Người xem lại: Lê An"}),
    ("subject", "vocabularies__subject", SUBJECT, {"subject": "Thiền"}),
    ("subject", "vocabularies__subject", SUBJECT, {"subject": "Zen", "title": "Bài đọc lớp 6"}),
    ("subject", "titles", "# c\nsure: {toan: [nhị nguyên thức]}", {"title": "Chuyện nhị nguyên thức"}),
    ("subject", "titles", "# c\nplay: {mn_nhan_thuc: [ô quan lạ]}", {"title": "Trò chơi ô quan lạ mẫu giáo 5 tuổi"}),
    ("subject", "titles", "# c\ntheme: {an_toan_giao_thong: [vòng tròn lạ]}", {"title": "Vòng tròn lạ lớp 6"}),
]


@pytest.mark.parametrize(("field", "table", "lines", "said"), WORDS)
def test_the_line_of_an_own_word_is_named(field: str, table: str, lines: str, said: dict[str, str]) -> None:
    use_tables(own(**{table: lines}))
    ((_, rule),) = told(map_record(dublin_core(**said), ORIGIN, explain=True), field)
    assert rule.startswith("oai_dc.yaml:")
    assert rule.endswith(f", tables/{table.replace('__', '/')}.yaml:2")


def test_a_name_that_the_shipped_table_has_needs_no_own_line() -> None:
    use_tables(own(vocabularies__type="- {id: giao_trinh, vi: Giáo trình}"))
    ((value, rule),) = told(map_record(dublin_core(type="Giáo trình"), ORIGIN, explain=True), "type")
    assert (value, "tables/" in rule) == ("giao_trinh", False)
    use_tables(own(vocabularies__role="- {id: editor, variants: [người xem lại]}"))
    ((_, rule),) = told(map_record(dublin_core(contributor="Chủ biên: Lê An"), ORIGIN, explain=True), "contributor")
    assert "tables/" not in rule
