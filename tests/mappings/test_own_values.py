"""What own tables may not say: values of another kind than their field, words that no standard has, ids of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import msgspec
import pytest
from lxml import etree

from harvester import Faults
from mappings import FIELDS, Tables, check_word, ids, use_tables
from mappings.crosswalk import crosswalks
from mappings.exports import lom
from mappings.exports._export import Addresses
from mappings.kinds import KINDS, fitting
from mappings.parsers import PARSERS

from .resources import plausible
from .test_own_tables import own


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    use_tables(Tables())


def test_the_table_of_kinds_knows_every_parser_and_every_shipped_rule_fits() -> None:
    assert set(KINDS) == set(PARSERS)
    filled = {rule.field for crosswalk in crosswalks().values() for rule in crosswalk.rules}
    assert len(filled) > 30
    assert all(fitting(field) for field in filled)
    assert all(FIELDS[field].name for field in filled)


# The mistake stands between the arrows; then what is proposed.
RULES = [
    ("creator: {from: [x], parser: →text←}", "agent"),
    ("contributor: {from: [x], parser: →agent_name←}", "agent"),
    ("title: {from: [x], parser: →agent←}", "text"),
    ("publisher: {from: [x], parser: →agent←}", "text"),
    ("keyword: {from: [x], parser: →agent←}", "keyword"),
    ("landing_url: {from: [x], parser: →text←}", "link"),
    ("landing_url: {from: [x], parser: →licence_url←}", "link"),
    ("landing_url: {from: [x], parser: →choice←, choices: ['https://x.example/']}", "link"),
    ("identifiers: {from: [x], parser: →text←}", "identifier"),
    ("relation: {from: [x], parser: →text←}", "relation"),
    ("relation: {from: [x], parser: relation, choices: [→ispart←]}", "ispartof"),
    ("age_min: {from: [x], parser: →text←}", "age_min"),
    ("age_min: {from: [x], parser: age_min, default: →'8'←}", ""),
    ("learning_minutes: {from: [x], parser: →age_min←}", "minutes"),
    ("licence: {from: [x], parser: →text←}", "licence"),
    ("issued: {from: [x], parser: →text←}", "issued"),
    ("issued: {from: [x], parser: issued, default: →hôm qua←}", ""),
    ("school_year: {from: [x], parser: →keyword←}", "school_year"),
    ("school_year: {from: [x], parser: school_year, default: →2023-2025←}", ""),
    ("file_format: {from: [x], parser: →text←}", "file_format"),
    ("file_format: {from: [x], parser: choice, choices: [application/pdf, →linh tinh←]}", ""),
    ("subject: {from: [x], parser: →keyword←}", "subject"),
    ("type: {from: [x], parser: term, vocabulary: →subject←}", "type"),
    ("type: {from: [x], parser: choice, choices: [giao_trinh, →giao_trin←]}", "giao_trinh"),
    ("province: {from: [x], parser: →former_place←}", "place"),
    ("language: {from: [x], parser: language_of_text, default: →tiếng ta←}", ""),
    ("difficulty: {from: [x], parser: →text←}", "choice"),
    ("difficulty: {from: [x], parser: choice, choices: [easy, →dễ←]}", ""),
    ("difficulty: {from: [x], parser: choice, choices: [→esy←]}", "easy"),
    ("interactivity: {from: [x], parser: choice, choices: [→activ←]}", "active"),
    ("title: {from: [x], parser: →[text]←}", "text"),
]


@pytest.mark.parametrize(("rule", "near"), RULES)
def test_a_rule_gives_what_its_field_holds(rule: str, near: str) -> None:
    column = rule.index("→") + len("  ") + 1
    with pytest.raises(Faults) as caught:
        use_tables(own(crosswalks__oai_dc=f"fields:\n  {re.sub('[→←]', '', rule)}\n"))
    (fault,) = caught.value.faults
    assert (fault.line, fault.column, fault.code, fault.facts["near"]) == (2, column, "unknown_word", near)
    assert fault.file == "tables/crosswalks/oai_dc.yaml"


@pytest.mark.parametrize(
    "rule",
    [
        "publisher: {from: [x], parser: text}",
        "description: {from: [x], parser: text}",
        "rights: {from: [x], parser: description}",
        "licence: {from: [x], parser: term, vocabulary: licence, default: khong_ghi}",
        "keyword: {from: [x], parser: choice, choices: [hay]}",
        "issued: {from: [x], parser: date, default: '2024'}",
        "file_format: {from: [x], parser: file_format, default: application/pdf}",
        "school_year: {from: [x], parser: school_year, default: 2023-2024}",
        "language: {from: [x], parser: language_of_text, default: und}",
    ],
)
def test_other_parsers_of_the_same_kind_are_right(rule: str) -> None:
    use_tables(own(crosswalks__oai_dc=f"fields:\n  {rule}\n"))


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("difficulty=rất khó", ()),
        ("difficulty=very eas", ("difficulty=very easy",)),
        ("interactivity=hỏi đáp", ()),
        ("file_format=linh tinh", ()),
        ("school_year=năm kia", ()),
        ("school_year=2023-2025", ()),
        ("licence_url=javascript:alert(1)", ()),
        ("type=giao_trin", ("type=giao_trinh",)),
        ("difficulty=easy", None),
        ("interactivity=mixed", None),
        ("file_format=application/vnd.ms-excel", None),
        ("school_year=2023-2024", None),
        ("licence_url=https://x.example/dieu-khoan", None),
        ("publisher=Thư viện", None),
        ("lesson=Bài mở đầu", None),
    ],
)
def test_what_an_operator_says_is_a_word_of_its_list(line: str, near: tuple[str, ...] | None) -> None:
    assert check_word("mapping.defaults", line) == near
    assert check_word("mapping.sets", f"com_1:{line}") == (near if not near else (f"com_1:{near[0]}",))


def test_lom_is_written_with_its_own_words_only() -> None:
    resource = msgspec.structs.replace(plausible(Random(1)), difficulty="rất khó", interactivity="hỏi đáp")
    written = etree.fromstring(lom.metadata(resource, Addresses("https://x.example/")))
    assert not written.findall(".//{*}difficulty")
    assert not written.findall(".//{*}interactivityType")
    right = msgspec.structs.replace(plausible(Random(1)), difficulty="easy", interactivity="mixed")
    written = etree.fromstring(lom.metadata(right, Addresses("https://x.example/")))
    assert [each.text for each in written.findall(".//{*}difficulty/{*}value")] == ["easy"]
    use_tables(own(vocabularies__role="- {id: nguoi_ke, vi: Người kể, en: Narrator, group: lom, variants: []}"))
    assert "nguoi_ke" not in lom.roles()


NEW_TYPE = "- {{id: {id}, vi: Loại X, en: Type X, group: {group}, lom: {lom}, dcmi: {dcmi}, schema_org: {schema}}}"
RIGHT = {"id": "truong_x", "group": "khac", "lom": "slide", "dcmi": "Sound", "schema": "CreativeWork"}


@pytest.mark.parametrize(
    ("said", "value", "near"),
    [
        ({"lom": "nonsense"}, "nonsense", ""),
        ({"lom": "slides"}, "slides", "slide"),
        ({"dcmi": "Nonsense"}, "Nonsense", ""),
        ({"schema": "'Bad Class'"}, "Bad Class", ""),
        ({"schema": "Boook"}, "Boook", "Book"),
        ({"group": "zz"}, "zz", ""),
        ({"id": "a<b>"}, "a<b>", "a_b"),
        ({"id": "Tập san"}, "Tập san", "tap_san"),
    ],
)
def test_a_new_type_says_what_exports_can_write(said: dict[str, str], value: str, near: str) -> None:
    use_tables(own(vocabularies__type=NEW_TYPE.format(**RIGHT)))
    assert ids("type")[-1] == "truong_x"
    with pytest.raises(Faults) as caught:
        use_tables(own(vocabularies__type=NEW_TYPE.format(**(RIGHT | said))))
    (fault,) = caught.value.faults
    assert (fault.code, fault.facts["value"], fault.facts["near"]) == ("unknown_word", value, near)
    assert fault.line == 1


@pytest.mark.parametrize(
    ("table", "line", "code"),
    [
        ("audience", "- {id: hoc_sinh, lom: →pupil←}", "unknown_word"),
        ("former_province", "- {id: vn63-01, unit: →vn-77x←}", "unknown_word"),
        ("subject", "- {id: tieng_anh, parent: →khong_co←}", "unknown_word"),
        ("subject", "- {id: toan, language: →xx←}", "unknown_word"),
        ("level", "- {id: thpt, grades: ['10', →'99'←]}", "unknown_word"),
        ("grade", "- {id: '12', parent: →thp←}", "unknown_word"),
        ("licence", "- {id: cc-by, reuse_class: →mở←}", "unknown_word"),
        ("licence", "- {id: cc-by, uris: ['https://x.example/giay-phep', →x.example←]}", "wrong_url"),
        ("licence", "- {id: cc-by, uri: →khong←}", "wrong_url"),
    ],
)
def test_what_a_line_names_is_there(table: str, line: str, code: str) -> None:
    with pytest.raises(Faults) as caught:
        use_tables(own(**{f"vocabularies__{table}": re.sub("[→←]", "", line)}))
    (fault,) = caught.value.faults
    assert (fault.column, fault.code) == (line.index("→") + 1, code)


def test_own_terms_may_be_named_by_own_lines_of_any_table() -> None:
    use_tables(
        own(
            vocabularies__grade="- {id: '13', vi: Lớp 13, en: Grade 13, parent: du_bi, age: 18-19, variants: [Lớp 13]}",
            vocabularies__level="- {id: du_bi, vi: Dự bị, en: Foundation, grades: ['13'], variants: [dự bị đại học]}",
            vocabularies__subject="- {id: mon_a, vi: Môn a, en: A, area: toan_hoc, parent: mon_b, variants: [ma]}\n"
            "- {id: mon_b, vi: Môn b, en: B, area: toan_hoc, grades: ['13'], variants: [mb]}\n",
        )
    )
    assert ids("level")[-1] == "du_bi"
    assert ids("grade")[-1] == "13"
