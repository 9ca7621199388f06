"""An institution's own lines beside the shipped tables: what they add, what they overrule, and where they are wrong."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from harvester import Faults
from mappings import Mapped, Problem, Tables, fingerprint, ids, label, map_record, match, tables_in_use, use_tables
from mappings.crosswalk import crosswalks
from mappings.extending import line_to_paste
from mappings.phrases import words_of_titles
from mappings.titles import read

from .records import ORIGIN, dublin_core

ROOM = Path(__file__).parents[2] / "mappings"


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    use_tables(Tables())


def own(**files: str) -> Tables:
    """Make tables of texts; ``vocabularies__type`` is ``vocabularies/type.yaml``."""
    named = {f"{name.replace('__', '/')}.yaml": text.encode() for name, text in files.items()}
    return Tables("tables", tuple(sorted(named.items())))


def told(mapped: Mapped, field: str) -> list[tuple[str, str]]:
    return [(each.value, each.rule) for each in mapped.explanations if each.field == field]


# --- vocabularies ----------------------------------------------------------------------------------

TYPES = """# lời của thư viện
- {id: '?', variants: [Tập tranh]}
- {id: bai_giang_dien_tu, variants: [Bài hát ru, Giáo án điện tử tương tác]}
"""


def test_an_own_word_is_understood_and_its_line_is_named() -> None:
    record = dublin_core(type="Bài hát  Ru")
    before = map_record(record, ORIGIN)
    assert [problem.code for problem in before.problems] == ["unknown_value"]
    use_tables(own(vocabularies__type=TYPES))
    after = map_record(record, ORIGIN, explain=True)
    assert after.resource is not None
    assert (after.resource.type, after.problems) == (("bai_giang_dien_tu",), ())
    ((_, rule),) = told(after, "type")
    assert rule.startswith("oai_dc.yaml:")
    assert rule.endswith(", tables/vocabularies/type.yaml:3")
    shipped = map_record(dublin_core(type="Giáo án"), ORIGIN, explain=True)
    assert "tables/" not in told(shipped, "type")[0][1], "a shipped word needs no own line"
    assert match("type", "Tập tranh") == (), "nobody has said yet what it means"
    use_tables(Tables())
    assert map_record(record, ORIGIN) == before


CODES = """- {id: vat_li, beside_grade: [VLÝ], without: [VL]}
- {id: tin_hoc, glued_to_grade: [TI]}
- {id: lich_su, beside_grade: [MT]}
- {id: giao_duc_dia_phuong, abbreviations: [GDQH], variants: [Giáo dục quê hương]}
"""


@pytest.mark.parametrize(
    ("title", "before", "after"),
    [
        ("VLÝ7 Gương cầu lồi", (), ("vat_li",)),
        ("VLÝ 7: Gương cầu lồi", (), ("vat_li",)),
        ("Ôn tập môn VLÝ lớp 7", (), ("vat_li",)),
        ("VL7 Gương cầu lồi", ("vat_li",), ()),
        ("TI8 - Bảng tính", (), ("tin_hoc",)),
        ("TI 8 - Bảng tính", (), ()),
        ("MT6 - Ai Cập cổ đại", ("mi_thuat",), ("lich_su",)),
        ("GDQH7 - Lễ hội", (), ("giao_duc_dia_phuong",)),
        ("giaoducquehuong7 bai 2", (), ("giao_duc_dia_phuong",)),  # run together: by rule
    ],
)
def test_own_short_forms_of_subjects_are_understood_in_titles(
    title: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    assert read(title).subject == before
    use_tables(own(vocabularies__subject=CODES))
    assert read(title).subject == after
    use_tables(Tables())
    assert read(title).subject == before


def test_an_own_short_form_is_named_and_means_nothing_elsewhere() -> None:
    use_tables(own(vocabularies__subject=CODES))
    mapped = map_record(dublin_core(title="TI8 - Bảng tính"), ORIGIN, explain=True)
    ((value, rule),) = told(mapped, "subject")
    assert value == "tin_hoc"
    assert rule.endswith(", tables/vocabularies/subject.yaml:2")
    assert match("subject", "TI") == ()
    with pytest.raises(Faults) as caught:
        use_tables(own(vocabularies__subject="- {id: tin_hoc, beside_grade: TI}\n- {id: tin_hoc, beside: [TI]}\n"))
    assert [(fault.code, fault.line) for fault in caught.value.faults] == [("not_list", 1), ("unknown_key", 2)]


ELECTIVE = "- {id: mon_tu_chon, vi: Môn tự chọn, en: Elective, area: toan_hoc, grades: ['10'], variants: []}\n"


def test_an_own_subject_may_have_no_name_but_one_that_says_it_is_a_subject() -> None:
    use_tables(own(vocabularies__subject=ELECTIVE))
    for title, subject in (
        ("Toán 7 - Ôn tập", ("toan",)),
        ("VL7 - Gương phẳng", ("vat_li",)),
        ("su 12 bai 17", ("lich_su",)),
    ):
        resource = map_record(dublin_core(title=title), ORIGIN).resource
        assert resource is not None
        assert resource.subject == subject


SEED = 20261126
_STRANGE = "\u00a0\u0085\u200b\u2028\u202e\ufeff\U0001f600\U000e0001\"'\\\\{}[]:#,&*!|>%@`?- ĐđƯưệ;/"


def strange_words(number: int, end: str) -> list[str]:
    """Make words as sources write them at their worst; each has something that no table knows."""
    chance = random.Random(SEED)
    letters = [*_STRANGE, *"abcxyz ơưăâ\t\n", *map(chr, range(0x80, 0xA0))]
    return ["".join(chance.choices(letters, k=chance.randint(1, 40))) + f" {end} zq{each}x" for each in range(number)]


@pytest.mark.parametrize(
    ("field", "element", "end"),
    [("type", "type", "lạ"), ("audience", "audience", "lạ"), ("licence", "rights", "Creative Commons lạ")],
)
def test_whatever_a_source_wrote_is_pasted_as_it_is_and_understood(field: str, element: str, end: str) -> None:
    """Unknown value → line → table → known."""
    records = [dublin_core(**{element: word}) for word in strange_words(200, end)]

    def unknown(problems: tuple[Problem, ...]) -> list[str]:
        return [problem.value for problem in problems if problem.code == "unknown_value"]

    found = {word: record for record in records for word in unknown(map_record(record, ORIGIN).problems)}
    assert len(found) > 150, SEED
    pasted, term = "\n".join(f"{line_to_paste(word)}  # 1 × {element}" for word in found), ids(field)[1]
    use_tables(own(**{f"vocabularies__{field}": pasted}))
    assert all(unknown(map_record(record, ORIGIN).problems) for record in found.values()), "not decided yet"
    use_tables(own(**{f"vocabularies__{field}": pasted.replace("'?'", term)}))
    for number, (word, record) in enumerate(found.items(), 1):
        mapped = map_record(record, ORIGIN, explain=True)
        assert unknown(mapped.problems) == [], (SEED, word)
        assert mapped.resource is not None
        assert term in getattr(mapped.resource, field), (SEED, word)
        assert told(mapped, field)[0][1].endswith(f", tables/vocabularies/{field}.yaml:{number}"), (SEED, word)


def test_an_own_word_is_taken_from_the_term_that_had_it() -> None:
    assert match("subject", "văn học") == ("ngu_van",)
    assert match("type", "powerpoint") == ("bai_giang_dien_tu",)
    use_tables(
        own(
            vocabularies__subject="[{id: tieng_viet, variants: [văn học]}]",
            vocabularies__type="terms: [{id: bai_giang_dien_tu, vi: Trình chiếu, without: [PowerPoint]}]",
        )
    )
    assert match("subject", "Văn học") == ("tieng_viet",)
    assert match("type", "powerpoint") == ()
    assert label("type", "bai_giang_dien_tu") == "Trình chiếu"
    assert match("type", "bài giảng điện tử") == ("bai_giang_dien_tu",), "the rest of the line stays"


def test_a_new_term_has_what_every_term_has() -> None:
    line = "[{id: ky_uc, vi: Kí ức trường, en: Memories, group: khac, dcmi: Text, schema_org: CreativeWork%s}]"
    use_tables(own(vocabularies__type=line % ", variants: [hồi kí]"))
    assert match("type", "Hồi ký") == ("ky_uc",)
    assert ids("type")[-1] == "ky_uc"
    with pytest.raises(Faults) as caught:
        use_tables(own(vocabularies__type="- {id: ky_uc, vi: Kí ức}"))
    assert [fault.facts["key"] for fault in caught.value.faults] == ["en", "group", "dcmi", "schema_org"]
    assert match("type", "Hồi ký") == ("ky_uc",), "what was in use before a mistake stays in use"


# --- titles ----------------------------------------------------------------------------------------


def test_own_words_of_titles() -> None:
    title = "Sổ tay ôn luyện Toán 8 - bộ sách Ánh Dương"
    assert (read(title).type, read(title).series) == (("sach_tham_khao",), ())
    lines = "types: [{id: tom_tat_li_thuyet, words: [sổ tay ôn luyện]}]\n"
    lines += "audiences: [{id: phu_huynh, words: [để cha mẹ đọc]}]\nwithout: [đề cương]\n"
    series = "[{id: anh_duong, vi: Ánh Dương, en: Sunlight, programme: gdpt2018, variants: [Ánh Dương]}]"
    assert read("Đề cương Toán 8").type == ("tom_tat_li_thuyet",)
    use_tables(own(titles=lines, vocabularies__series=series))
    assert read("Kể chuyện để cha mẹ đọc").audience == ("phu_huynh",)
    assert (read(title).type, read(title).series) == (("tom_tat_li_thuyet",), ("anh_duong",))
    assert read("Đề cương Toán 8").type == ()
    mapped = map_record(dublin_core(title=title), ORIGIN, explain=True)
    assert told(mapped, "type")[0][1].endswith(", tables/titles.yaml:1")
    assert next(row["id"] for row in words_of_titles()["types"]) == "luan_an", "the surest stay first"


# --- crosswalks ------------------------------------------------------------------------------------


def test_own_rules_are_asked_before_the_shipped_ones() -> None:
    record = dublin_core(title="Nhan đề", description="Tóm tắt", coverage="Lời giới thiệu", format="Sách số 4")
    lines = """instead: [type]
fields:
  description: {from: [coverage], parser: description}
  type: {from: [format], parser: term, vocabulary: type, default: giao_trinh}
  table_of_contents:
  - {from: ['@description'], parser: contents}
"""
    before = map_record(record, ORIGIN).resource
    use_tables(own(crosswalks__oai_dc=lines))
    mapped = map_record(record, ORIGIN, explain=True)
    assert before is not None
    assert mapped.resource is not None
    assert (before.description, mapped.resource.description) == ("Tóm tắt", "Lời giới thiệu")
    assert mapped.resource.table_of_contents == "Lời giới thiệu"
    assert told(mapped, "description") == [("Lời giới thiệu", "tables/crosswalks/oai_dc.yaml:3")]
    assert told(mapped, "type") == [("giao_trinh", "tables/crosswalks/oai_dc.yaml:4")]
    assert len([rule for rule in crosswalks()["oai_dc"].rules if rule.field == "type"]) == 1
    empty = map_record(dublin_core(description="Tóm tắt"), ORIGIN).resource
    assert empty is not None
    assert empty.description == "Tóm tắt", "the shipped rule is asked where the own one gives nothing"


def test_a_format_of_its_own_is_one_file() -> None:
    lines = """namespaces: ['urn:x-the-kho']
rank: 5
fields:
  title: {from: [ten], parser: text}
  landing_url: {from: [trang], parser: link}
"""
    use_tables(own(crosswalks__the_kho=lines))
    body = "<the xmlns='urn:x-the-kho'><ten>Bài đọc</ten><trang>https://thu.example/4</trang></the>"
    raw = dublin_core()
    raw = msgspec.structs.replace(raw, body=f"<record><header/><metadata>{body}</metadata></record>".encode())
    mapped = map_record(raw, ORIGIN, explain=True)
    assert mapped.resource is not None
    assert (mapped.resource.title, mapped.resource.format) == ("Bài đọc", "the_kho")
    assert told(mapped, "title") == [("Bài đọc", "tables/crosswalks/the_kho.yaml:4")]


# --- mistakes --------------------------------------------------------------------------------------

MISTAKES = [
    ("vocabularies__typ", "[]", (1, 1, "unknown_table"), "vocabularies/type.yaml"),
    ("titels", "", (1, 1, "unknown_table"), "titles.yaml"),
    ("crosswalks__oai_cd", "fields: {}", (1, 1, "unknown_format"), "oai_dc"),
    ("vocabularies__type", "- {id: giao_trin, variants: [x]}", (1, 8, "unknown_word"), "giao_trinh"),
    ("vocabularies__type", "- {id: giao_trinh, varians: [x]}", (1, 20, "unknown_key"), "variants"),
    ("vocabularies__type", "- {variants: [x]}", (1, 3, "missing_key"), ""),
    ("vocabularies__type", "- {id: giao_trinh, variants: x}", (1, 30, "not_list"), ""),
    ("vocabularies__type", "- {id: giao_trinh, variants: [1]}", (1, 31, "not_text"), ""),
    ("vocabularies__type", "- {id: giao_trinh, vi: [x]}", (1, 24, "not_text"), ""),
    ("vocabularies__type", "- {id: giao_trinh, variants: [Luận văn thạc sĩ]}", (1, 3, "label_of_other"), ""),
    (
        "vocabularies__type",
        "- {id: giao_trinh, variants: [a]}\n- {id: bai_tap, variants: [A]}",
        (2, 3, "word_of_other"),
        "",
    ),
    ("vocabularies__type", "- {id: giao_trinh, without: [giáo trin]}", (1, 30, "unknown_word"), "giáo trình"),
    ("titles", "without: [đề cươn]", (1, 11, "unknown_word"), "đề cương"),
    ("vocabularies__licence", "- {id: cc-by, open: có}", (1, 21, "not_boolean"), ""),
    ("vocabularies__type", "- {id: giao_trinh, id: x}", (1, 20, "duplicate_key"), ""),
    ("vocabularies__type", "term: []", (1, 1, "unknown_key"), "terms"),
    ("titles", "schol: [x]", (1, 1, "unknown_key"), "school"),
    ("titles", "school: x", (1, 9, "not_list"), ""),
    ("titles", "types: [{id: giao_trin, words: [x]}]", (1, 14, "unknown_word"), "giao_trinh"),
    ("titles", "audiences: [{id: hoc_sinh, wrods: [x]}]", (1, 28, "unknown_key"), "words"),
    ("titles", "more_names: {toans: [x]}", (1, 14, "unknown_word"), "toan"),
    ("crosswalks__oai_dc", "fields:\n  titel: {from: [x], parser: text}", (2, 3, "unknown_key"), "title"),
    ("crosswalks__oai_dc", "fields:\n  title: {from: [x], parser: texts}", (2, 30, "unknown_word"), "text"),
    ("crosswalks__oai_dc", "fields:\n  title: {from: ['@grade'], parser: text}", (2, 18, "unknown_word"), ""),
    ("crosswalks__oai_dc", "fields:\n  title: {from: [x], parser: text, only: '('}", (2, 42, "wrong_pattern"), ""),
    ("crosswalks__oai_dc", "fields:\n  title: {from: [x], parser: text, only: 1}", (2, 42, "not_text"), ""),
    ("crosswalks__oai_dc", "syntax: json", (1, 9, "other_syntax"), ""),
    ("crosswalks__oai_dc", "instead: [titel]", (1, 11, "unknown_word"), "title"),
    ("crosswalks__oai_dc", "rank: thấp", (1, 7, "unknown_word"), ""),
    ("crosswalks__oai_dc", "qualified: {a: {vocabulary: rol}}", (1, 29, "unknown_word"), "role"),
    ("crosswalks__moi", "namespaces: [x]\nrank: 1", (1, 1, "missing_key"), ""),
]


@pytest.mark.parametrize(("name", "text", "place", "near"), MISTAKES, ids=[f"{m[0]}-{m[2][2]}" for m in MISTAKES])
def test_every_mistake_is_told_with_file_line_column_and_what_was_meant(
    name: str, text: str, place: tuple[int, int, str], near: str
) -> None:
    with pytest.raises(Faults) as caught:
        use_tables(own(**{name: text}))
    (fault,) = caught.value.faults
    assert (fault.line, fault.column, fault.code) == place, fault.render("en")
    assert fault.file == f"tables/{name.replace('__', '/')}.yaml"
    assert fault.facts.get("near", "") == near
    assert fault.sentence("vi") != fault.sentence("en")
    assert tables_in_use() == Tables()


RULES = [  # the mistake stands between the arrows
    ("fields:\n  level: {from: [x], parser: level, vocabulary: level, choices: [→thp←]}", "unknown_word", "thpt"),
    ("fields:\n  level: {from: [x], parser: level, vocabulary: level, default: →thp←}", "unknown_word", "thpt"),
    ("fields:\n  level: {from: [x], parser: term, vocabulary: →levl←}", "unknown_word", "level"),
    ("fields:\n  description: {from: [x], parser: text, unknown: →tel←}", "unknown_word", "tell"),
    ("fields:\n  description: {from: [x], parser: text, take: →al←}", "unknown_word", "all"),
    ("fields:\n  description: {from: [x], parser: text, trim: →isb←}", "unknown_word", "isbd"),
    ("fields:\n  description: {from: [x], parser: text, pick: →'['←}", "wrong_pattern", ""),
    ("fields:\n  description: {from: →{a: b}←, parser: text}", "not_list", ""),
    ("fields:\n  description: {from: [→1←], parser: text}", "not_text", ""),
    ("fields:\n  description: {from: [→'@sett'←], parser: text}", "unknown_word", "@set"),
    ("fields:\n  description: {from: [x], →tak←: all, parser: text}", "unknown_key", "take"),
    ("fields:\n  description:\n  - {from: [x], parser: text}\n  - →{parser: text}←", "missing_key", ""),
    ("fields:\n  →level←: {from: [x], parser: term}", "missing_key", ""),
    ("fields:\n  description: {from: [→'@creator'←], parser: text}", "unknown_word", ""),
    ("fields:\n  →identifier←: {from: [x], parser: text}", "unknown_key", "identifiers"),
    ("fields:\n  level: →x←", "not_mapping", ""),
    ("fields: →[title]←", "not_mapping", ""),
    ("title: →Tên←", "not_mapping", ""),
    ("roots: →dc←", "not_list", ""),
    ("elements: [→1←]", "not_text", ""),
    ("namespaces: [x, →'http://www.loc.gov/MARC21/slim'←]", "taken_namespace", ""),
    ("qualified: {a: {→buy←: role}}", "unknown_key", "by"),
    ("instead: [→key←]", "unknown_word", "keyword"),
]


@pytest.mark.parametrize(("text", "code", "near"), RULES)
def test_every_mistake_in_a_crosswalk_is_told_where_it_stands(text: str, code: str, near: str) -> None:
    before = text.partition("→")[0]
    place = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    with pytest.raises(Faults) as caught:
        use_tables(own(crosswalks__oai_dc=re.sub("[→←]", "", text)))
    (fault,) = caught.value.faults
    assert ((fault.line, fault.column), fault.code, fault.facts.get("near", "")) == (place, code, near)
    assert fault.render("vi").startswith(f"tables/crosswalks/oai_dc.yaml:{place[0]}:{place[1]}: error[{code}]: ")


def test_a_rule_may_ask_the_title_and_other_free_text_together() -> None:
    said = "type: {from: [type], otherwise: ['@title', description], take: all, parser: term, vocabulary: type}"
    use_tables(own(crosswalks__oai_dc=f"fields:\n  {said}\ninstead: [type]\n"))
    both = map_record(dublin_core(title="Bài giảng Toán 10", description="Đề thi học kì I"), ORIGIN).resource
    alone = map_record(dublin_core(title="Bài giảng Toán 10"), ORIGIN).resource
    assert both is not None
    assert alone is not None
    assert set(alone.type) < set(both.type)


def test_a_condition_chooses_before_a_bound_does() -> None:
    rule = "type: {from: [subject], only: '^Loại: ', pick: 'Loại: (.*)', parser: term, vocabulary: type}"
    use_tables(own(crosswalks__oai_dc=f"fields:\n  {rule}\ninstead: [type]\n"))
    said = [*(f"chủ đề {number}" for number in range(150)), "Loại: Giáo trình"]
    resource = map_record(dublin_core(subject=said), ORIGIN).resource
    assert resource is not None
    assert resource.type == ("giao_trinh",)


# --- what they touch -------------------------------------------------------------------------------


def test_tables_change_the_fingerprint_of_the_sources_that_they_can_touch() -> None:
    unknown, simple, learning = (msgspec.structs.replace(ORIGIN, format=form) for form in ("", "oai_dc", "lom"))
    plain = fingerprint(unknown)
    assert fingerprint(simple) == fingerprint(learning) == plain, "the format alone changes nothing"
    rule = "fields: {description: {from: [note], parser: text}}"
    use_tables(own(crosswalks__oai_dc=rule))
    assert fingerprint(learning) == plain
    assert plain != fingerprint(simple) != fingerprint(learning)
    assert fingerprint(unknown) != plain
    use_tables(own(crosswalks__oai_dc=rule + "\nroots: [lom]"))
    assert fingerprint(learning) != plain, "it may now be taken for the other format"
    use_tables(own(vocabularies__type=TYPES))
    assert len({fingerprint(origin) for origin in (unknown, simple, learning)}) == 1
    assert fingerprint(learning) != plain
    use_tables(Tables("khac"))
    assert fingerprint(learning) == plain


def test_all_that_is_worked_out_of_tables_is_forgotten_with_them() -> None:
    """Each cache of the room is either forgotten, or known to hold nothing of tables."""
    independent = {
        "vocabulary._key", "vocabulary._parts", "encodings._encoding", "rdf.schemes", "vocabulary.names",
        "mapping._room",
        "_dublin_core._concept", "_dublin_core._of_text", "titles._nothing_without",
    }  # fmt: skip
    found = set()
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any("lru_cache" in ast.unparse(d) for d in node.decorator_list):
                name = file.parent.name if file.name == "__init__.py" else file.stem
                found.add(f"{name}.{node.name}")
    assert found == independent


def test_the_examples_of_the_guide_are_right() -> None:
    page = (ROOM.parent / "docs/mapping.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n# (tables/\S+?\.yaml)\b[^\n]*\n(.*?)```", page, re.DOTALL)
    assert [name for name, _ in examples] == [
        "tables/vocabularies/type.yaml",
        "tables/vocabularies/subject.yaml",
        "tables/crosswalks/oai_dc.yaml",
        "tables/crosswalks/kho_so.yaml",
        "tables/titles.yaml",
    ]
    files = tuple(sorted((name.removeprefix("tables/"), text.encode()) for name, text in examples))
    use_tables(Tables("tables", files))
    assert match("type", "Bài hát ru") == ("am_thanh",)
    assert read("Sổ tay ôn luyện Toán 8").type == ("tom_tat_li_thuyet",)
    assert read("VLÝ 7: Gương cầu lồi").subject == ("vat_li",)
    assert read("GDQH7 - Lễ hội").subject == ("giao_duc_dia_phuong",)
    assert crosswalks()["kho_so"].format.rank == 25


def test_an_empty_file_says_nothing() -> None:
    use_tables(own(vocabularies__type="", titles="", crosswalks__oai_dc=""))
    assert match("type", "Giáo trình") == ("giao_trinh",)
