"""Very large records: work that grows with their size and no faster, bounded where one thing is said too often.

What is counted are calls of Python functions and the time of parsing the same bytes beside it in the same run: a slow
machine slows both.
"""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType

import msgspec
import pytest

from harvester import RawRecord
from mappings import map_record
from mappings.bounds import BOUNDS, LETTERS_KEPT, LETTERS_OF_DATES, LETTERS_OF_PLACES
from mappings.parsers import PARSERS
from mappings.problems import problem_sentence
from mappings.rows import MOST_VALUES
from mappings.rule import LONGEST_LOOKED_UP, MOST_LETTERS, MOST_LOOKED_UP

from .records import ELEMENTS, ORIGIN, dublin_core, of_metadata

SIZE = 256_000
DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>Đạo hàm</dc:title><dc:identifier>https://a.example/1</dc:identifier>%s</oai_dc:dc>"
)
MARC = (
    '<record xmlns="http://www.loc.gov/MARC21/slim"><datafield tag="245" ind1="0" ind2="0"><subfield code="a">Đạo hàm'
    '</subfield></datafield><datafield tag="856" ind1="4" ind2="0"><subfield code="u">https://a.example/1</subfield>'
    "</datafield>%s</record>"
)
DIM = (
    '<dim:dim xmlns:dim="http://www.dspace.org/xmlns/dspace/dim"><dim:field mdschema="dc" element="title">Đạo hàm'
    '</dim:field><dim:field mdschema="dc" element="identifier" qualifier="uri">https://a.example/1</dim:field>%s</dim:dim>'
)
LOM = (
    '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title><string>Đạo hàm</string></title>%s</general><technical>'
    "<location>https://a.example/1</location></technical></lom>"
)
MODS = (
    '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>Đạo hàm</title></titleInfo><location><url>'
    "https://a.example/1</url></location>%s</mods>"
)
REPEATED: dict[str, tuple[str, str, str]] = {
    "keywords of oai_dc": ("oai_dc", DC, "<dc:subject>Chủ đề {0} của hàm số</dc:subject>"),
    "creators of oai_dc": ("oai_dc", DC, "<dc:creator>Nguyễn Văn Số {0}</dc:creator>"),
    "keywords of MARC": (
        "marc21",
        MARC,
        '<datafield tag="650" ind1=" " ind2="4"><subfield code="a">Chủ đề {0} của hàm số</subfield></datafield>',
    ),
    "names of MARC": (
        "marc21",
        MARC,
        '<datafield tag="700" ind1="1" ind2=" "><subfield code="a">Nguyễn Văn Số {0}</subfield>'
        '<subfield code="e">biên soạn</subfield></datafield>',
    ),
    "keywords of dim": ("dim", DIM, '<dim:field mdschema="dc" element="subject">Chủ đề {0} của hàm số</dim:field>'),
    "keywords of LOM": ("lom", LOM, "<keyword><string>Chủ đề {0} của hàm số</string></keyword>"),
    "keywords of MODS": ("mods", MODS, "<subject><topic>Chủ đề {0} của hàm số</topic></subject>"),
}


def repeated(name: str, size: int, first: int = 0) -> RawRecord:
    """Make a record that says a thing again and again, each time with the next number from ``first`` on."""
    form, whole, piece = REPEATED[name]
    count = size // len(piece.format(10_000).encode())
    return of_metadata(whole % "".join(piece.format(number) for number in range(first, first + count)), form)


def calls(work: Callable[[], object]) -> int:
    """Count the calls of Python functions."""
    count = 0

    def heard(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(heard)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", REPEATED)
def test_what_is_said_thousands_of_times_costs_no_more_than_hundreds(name: str) -> None:
    quarter, whole = repeated(name, SIZE), repeated(name, 4 * SIZE)
    map_record(repeated(name, 5000), ORIGIN)
    counts = [calls(lambda raw=raw: map_record(raw, ORIGIN)) for raw in (quarter, whole)]  # type: ignore[misc]
    assert counts[0] < 80_000, "a record of 256 kB"
    assert counts[1] < 4.4 * counts[0], "a record of 1 MB"


@pytest.mark.parametrize("name", REPEATED)
def test_the_first_values_are_kept_and_that_there_were_more_is_told(name: str) -> None:
    mapped = map_record(repeated(name, SIZE), ORIGIN)
    assert mapped.resource is not None
    kept = max(len(mapped.resource.keyword), len(mapped.resource.creator), len(mapped.resource.contributor))
    assert kept == MOST_VALUES
    assert "many_values" in {problem.code for problem in mapped.problems}
    few = repeated(name, MOST_LOOKED_UP * 30)
    assert "many_values" not in {problem.code for problem in map_record(few, ORIGIN).problems}


def test_letters_that_are_looked_up_are_bounded_and_that_is_told() -> None:
    """A hundred long keywords are looked up; of a hundred paragraphs only the first half dozen."""
    for letters, looked_up in ((59, True), (900, False)):
        said = [*(f"chủ đề {number} {'a' * letters}"[:letters] for number in range(99)), "Lớp 7"]
        mapped = map_record(dublin_core(title="Đạo hàm", subject=said, identifier="https://a.example/1"), ORIGIN)
        assert mapped.resource is not None
        assert (mapped.resource.grade == ("7",)) is looked_up, letters
        told = [(one.path, one.value) for one in mapped.problems if one.code == "long_values"]
        assert told == ([] if looked_up else [("subject", str(99 * 900 + 5))]), letters
    said = ["Lớp 7", *(f"chủ đề {number} {'a' * 900}" for number in range(99))]
    mapped = map_record(dublin_core(title="Đạo hàm", subject=said, identifier="https://a.example/1"), ORIGIN)
    assert mapped.resource is not None
    assert mapped.resource.grade == ("7",)


def test_of_a_long_value_the_beginning_is_looked_up_and_that_is_told() -> None:
    """An article that somebody put into the keywords; the value behind it counts all the same."""
    said = ["Lớp 7 " + "và nhiều lời khác " * 2000, "x" * 3000 + " Lớp 9", "Lớp 8"]
    mapped = map_record(dublin_core(title="Đạo hàm", subject=said, identifier="https://a.example/1"), ORIGIN)
    assert mapped.resource is not None
    assert mapped.resource.grade == ("7", "8"), "not that behind 3,000 letters"
    told = [(one.path, one.value) for one in mapped.problems if one.code == "long_values"]
    assert told == [("subject", str(sum(map(len, said))))]


def test_of_a_list_in_one_value_the_first_hundred_parts_are_looked_up() -> None:
    for place, grade in ((98, ("7",)), (200, ())):
        said = ", ".join([*(f"a{number}" for number in range(place)), "Lớp 7", "z"])
        mapped = map_record(dublin_core(title="Đạo hàm", subject=said, identifier="https://a.example/1"), ORIGIN)
        assert mapped.resource is not None
        assert mapped.resource.grade == grade, place


def test_of_a_large_record_a_part_of_the_title_is_no_other_title() -> None:
    title, abstract = "Đạo hàm " * 200, "Đạo hàm của hàm số. " * 1000
    said = {"title": [title, "Hàm số"], "description": abstract, "identifier": "https://a.example/1"}
    mapped = map_record(dublin_core(**said), ORIGIN)
    assert mapped.resource is not None
    assert (mapped.resource.title, mapped.resource.title_alternative) == (title.strip(), ("Hàm số",))


def test_of_a_large_record_a_hundred_dates_and_identifiers_are_read() -> None:
    for count, issued, schemes in ((90, "1999", {"isbn", "local", "doi"}), (200, "2020", {"isbn", "local"})):
        dates = [*("2020" for _ in range(count)), "1999"]
        said = [
            "https://a.example/1",
            "isbn 9786040000002",
            *(f"a-{number}" for number in range(count)),
            "doi:10.1234/x",
        ]
        record = dublin_core(title="Đạo hàm", date=dates, identifier=said, description="Đạo hàm. " * 2000)
        resource = map_record(record, ORIGIN).resource
        assert resource is not None
        assert (resource.issued, {one.scheme for one in resource.identifiers}) == (issued, schemes), count


def test_many_values_of_one_element_take_nothing_from_another() -> None:
    """A small record is read whole but for what comes more than a hundred times."""
    places = [*(f"Thôn {'a' * 30} {number}" for number in range(60)), "Nghệ An"]
    for relations in (0, 80, 150):
        said = [f"<dc:coverage>{place}</dc:coverage>" for place in places] + [
            "<dc:relation>a</dc:relation>"
        ] * relations
        mapped = map_record(of_metadata(DC % "".join(said), "oai_dc"), ORIGIN)
        assert mapped.resource is not None
        assert mapped.resource.province == ("vn-40",), relations
        told = {(one.code, one.path) for one in mapped.problems if one.code in ("many_values", "long_values")}
        assert told == ({("many_values", "relation")} if relations > MOST_LOOKED_UP else set()), relations


@pytest.mark.parametrize(("field", "name"), [("subject", "keyword"), ("creator", "creator")])
def test_that_a_list_in_one_value_has_more_than_is_kept_is_told(field: str, name: str) -> None:
    for count in (MOST_VALUES, MOST_VALUES + 1):
        listed = "; ".join(f"Hoàng Thị Ngữ {number}" for number in range(count))
        mapped = map_record(dublin_core(**{field: listed}), ORIGIN)
        assert mapped.resource is not None
        assert len(getattr(mapped.resource, name)) == MOST_VALUES
        told = [(one.path, one.value) for one in mapped.problems if one.code == "many_values"]
        assert told == ([(field, str(count))] if count > MOST_VALUES else [])


def test_of_names_in_one_element_no_more_are_kept_than_of_many_elements() -> None:
    names = [
        "; ".join(f"Nguyễn Văn Số {number}" for number in range(first, first + 200)) for first in range(0, 1000, 200)
    ]
    resource = map_record(
        dublin_core(title="Đạo hàm", creator=names, identifier="https://a.example/1"), ORIGIN
    ).resource
    assert resource is not None
    assert MOST_VALUES <= len(resource.creator) <= 2 * MOST_VALUES


def test_an_open_licence_at_the_head_of_a_very_long_statement_is_not_believed() -> None:
    """What takes it back may stand at the end; that is told as any statement that is not understood."""
    for words, licence in ((20, "cc-by"), (2000, "khong_ghi")):
        statement = "CC BY 4.0. " + "Xin ghi nguồn khi dùng lại. " * words
        said = {"title": "Đạo hàm", "rights": statement, "description": "Đạo hàm. " * 2000}
        mapped = map_record(dublin_core(identifier="https://a.example/1", **said), ORIGIN)
        assert mapped.resource is not None
        assert mapped.resource.licence == licence, words
        told = [one.path for one in mapped.problems if one.code == "unknown_value"]
        assert told == ([] if licence == "cc-by" else ["rights"]), words


def test_what_bounds_a_parser_is_said_of_parsers_that_there_are() -> None:
    assert BOUNDS.keys() <= PARSERS.keys()


def test_what_is_told_of_long_values_names_the_bounds() -> None:
    for bound in (MOST_LETTERS, LONGEST_LOOKED_UP, LETTERS_KEPT, LETTERS_OF_DATES, LETTERS_OF_PLACES):
        assert f"{bound:,}" in problem_sentence("long_values", "en")
        assert f"{bound:,}".replace(",", ".") in problem_sentence("long_values", "vi")


HOSTILE = (
    *("K1 ", "ệ Sinh 11 - ", "a, ", "Hà Nội, ", "12/2/2020 ", "(((", "a@a.b ", "Nguyễn Văn An, ", "CC BY ", "không "),
    *("- ", "© "),
)


@pytest.mark.parametrize("element", ELEMENTS)
def test_no_words_repeated_in_any_element_cost_more_than_a_bounded_number_of_calls(element: str) -> None:
    """One value of 256 kB, a dozen, hundreds or thousands: what is looked at of them is bounded."""
    map_record(of_metadata(DC % f"<dc:{element}>{''.join(HOSTILE)}</dc:{element}>", "oai_dc"), ORIGIN)  # reads tables
    for unit in HOSTILE:
        for count in (1, 12, 400, 3000):
            words = unit * (SIZE // count // len(unit.encode()))
            said = "".join(f"<dc:{element}>{number} {words}</dc:{element}>" for number in range(count))
            raw = of_metadata(DC % said, "oai_dc")
            assert calls(lambda raw=raw: map_record(raw, ORIGIN)) < 150_000, (unit, count)  # type: ignore[misc]


def test_json_of_very_many_values_is_bounded() -> None:
    said = {"@type": "LearningResource", "name": "Đạo hàm", "url": "https://a.example/1"}
    body = json.dumps(said | {"keywords": [f"Chủ đề {number}" for number in range(20_000)]}).encode()
    raw = RawRecord("https://a.example/1", "2026-01-01", (), False, "schema_org", body, b"", b"", b"")
    mapped = map_record(raw, ORIGIN)
    assert mapped.resource is not None
    assert len(mapped.resource.keyword) == MOST_VALUES
    assert [problem.code for problem in mapped.problems] == ["many_values"]


@pytest.mark.parametrize("field", ["title", "coverage", "date", "subject", "identifier", "type", "publisher"])
def test_long_values_are_not_remembered(field: str) -> None:
    """A harvest of values that never come again must not fill the memory."""

    def map_one(number: int) -> None:
        address = f"https://a{number}{'a' * 50_000}.edu.vn/1"
        said = f"{number} {'Hà Nội, trên đường ' * 2500}" if field != "identifier" else address
        map_record(dublin_core(**{field: [said, f"{said}?"]}), ORIGIN)

    is_forgotten(map_one)


def test_a_long_role_is_not_remembered() -> None:
    """The words of a role are part of the path, and paths are remembered."""

    def map_one(number: int) -> None:
        role = f"<role><value>{number} {'vai trò ' * 6000}</value></role>"
        said = f"<contribute>{role}<entity>Lê Thị Hoa</entity></contribute>"
        mapped = map_record(
            of_metadata(LOM.replace("<technical>", f"<lifeCycle>{said}</lifeCycle><technical>") % "", "lom"), ORIGIN
        )
        assert mapped.resource is not None
        assert [len(agent.role) for agent in mapped.resource.contributor] == [100]

    is_forgotten(map_one)


def test_long_names_of_sets_and_start_tags_are_not_remembered() -> None:
    """What a server says around its records comes again, unless it invents it anew for each."""
    plain = dublin_core(title="Đạo hàm")

    def of_sets(number: int) -> None:
        map_record(msgspec.structs.replace(plain, sets=(f"{number}{'a' * 50_000}",)), ORIGIN)

    def of_start_tags(number: int) -> None:
        invented = f' a="{number}{"a" * 50_000}">'.encode()  # of the list, the last one above the record
        mapped = map_record(msgspec.structs.replace(plain, context=plain.context.removesuffix(b">") + invented), ORIGIN)
        assert mapped.resource is not None

    is_forgotten(of_sets)
    is_forgotten(of_start_tags)


@pytest.mark.parametrize(
    "tag", ['{0} tag="650"', 'datafield {0}="650"', 'datafield tag="{0}"', 'datafield tag="650" {0}="a"']
)
@pytest.mark.parametrize("whole", [MARC, DIM, MODS, DC])
def test_a_long_tag_is_not_remembered(whole: str, tag: str) -> None:
    """Of a format whose attributes give the names as little as of others."""
    form = next(form for form, each, _ in REPEATED.values() if each is whole)

    def map_one(number: int) -> None:
        said = tag.format(f"a{number}{'a' * 20_000}")
        map_record(of_metadata(whole % f"<{said}><subfield>Toán</subfield></{said.split()[0]}>", form), ORIGIN)

    is_forgotten(map_one)


def is_forgotten(map_one: Callable[[int], None]) -> None:
    """Map records of which each has a long value, and see that they leave less behind than the letters of one."""
    for number in range(2):
        map_one(number)
    tracemalloc.start()
    try:
        for number in range(2, 6):
            map_one(number)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 50_000, "less than the letters of one of these values"
    finally:
        tracemalloc.stop()
