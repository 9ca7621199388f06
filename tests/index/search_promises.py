"""What every engine promises of the language of questions, of filters, facets, orders and cursors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from harvester import Change
from index.documents import document
from index.query import (
    CursorError,
    Document,
    Engine,
    Filter,
    Hits,
    LimitExceededError,
    Place,
    Query,
    Range,
    UnknownFieldError,
)
from mappings import Agent, Institution, Mapped, Resource

Maker = Callable[[], Engine]
PROMISES: list[Callable[[Maker], None]] = []
PLACE = Place("store", 7, 9, "k9", "ab")


def promise(check: Callable[[Maker], None]) -> Callable[[Maker], None]:
    PROMISES.append(check)
    return check


def made(number: int, title: str, source: str = "truong", **said: Any) -> Document:
    """Make a document of a resource, as the feed does."""
    key = f"k{number:025d}"
    whole = {
        "key": key,
        "source": source,
        "identifier": f"oai:{number}",
        "datestamp": f"2026-01-{number % 28 + 1:02d}T00:00:00Z",
        "format": "oai_dc",
        "title": title,
        "landing_url": f"https://truong.example/{number}",
        "institution": Institution("Lê Lợi"),
        **said,
    }
    change = Change(number, key, source, f"oai:{number}", "present", number.to_bytes(16, "big"), None)
    return document(change, Mapped(Resource(**whole)))


def holding(make: Maker, *titles: str | Document) -> Engine:
    engine = make()
    documents = [made(place, each) if isinstance(each, str) else each for place, each in enumerate(titles, 1)]
    assert engine.write(documents, PLACE) == ()
    return engine


def found(engine: Engine, words: str = "", **asked: Any) -> list[str]:
    return titles(engine.search(Query(words, **asked)))


def titles(hits: Hits) -> list[str]:
    return [msgspec.json.decode(hit.stored)["title"] for hit in hits.hits]


# --- the language -----------------------------------------------------------------------------------------------------


@promise
def minus_excludes_words_phrases_and_both_spellings(make: Maker) -> None:
    engine = holding(make, "Đề thi toán", "Đề thi toán SGK", "Đề thi toán sách giáo khoa", "Bài giảng toán -5 độ")
    assert found(engine, "toán -sgk -độ") == ["Đề thi toán"]
    assert found(engine, "toan -do -SGK") == ["Đề thi toán"]
    assert sorted(found(engine, 'toán -"đề thi"')) == ["Bài giảng toán -5 độ"]
    assert found(engine, "-thi") == ["Bài giảng toán -5 độ"]
    assert found(engine, "toán -5") == ["Bài giảng toán -5 độ"], "before a figure it is a sign of arithmetic"
    assert len(found(engine, "đề - thi")) == 3, "a hyphen between blanks excludes nothing"
    assert found(engine, "-toán") == []


@promise
def words_can_be_asked_for_in_one_field(make: Maker) -> None:
    engine = holding(
        make,
        made(1, "Nguyễn Du và Truyện Kiều", keyword=("thơ",)),
        made(2, "Thơ lục bát", creator=(Agent("Nguyễn Thị Hoa"),), subject=("ngu_van",)),
        made(3, "Bài tập", description="của Nguyễn và thơ"),
    )
    assert found(engine, "creator:nguyen") == ["Thơ lục bát"]
    assert found(engine, "title:nguyễn") == ["Nguyễn Du và Truyện Kiều"]
    assert found(engine, "Keyword:tho") == ["Nguyễn Du và Truyện Kiều"]
    assert found(engine, 'creator:"thi hoa"') == ["Thơ lục bát"]
    assert found(engine, 'subject:"ngu van"') == ["Thơ lục bát"]
    assert sorted(found(engine, "thơ -title:thơ")) == ["Bài tập", "Nguyễn Du và Truyện Kiều"]
    assert found(engine, "author:nguyen") == [], "a field that is none is a word like any other"
    assert found(engine, "creator:nguyên", accent="exact") == []
    assert found(engine, "creator:nguyễn", accent="exact") == ["Thơ lục bát"]


@promise
def the_last_word_may_be_half_typed(make: Maker) -> None:
    engine = holding(make, "Phương trình bậc hai", "Phương pháp dạy học", "Phong trào Cần Vương")
    assert sorted(found(engine, "phuong tr", typing=True)) == ["Phương trình bậc hai"]
    assert sorted(found(engine, "phươ", typing=True)) == ["Phương pháp dạy học", "Phương trình bậc hai"]
    assert found(engine, "phuong tr") == []
    assert found(engine, "phuong tr ", typing=True) == [], "after a blank the word is finished"
    assert found(engine, "tr phuong", typing=True) == []
    assert found(engine, "phuơ", typing=True, accent="exact") == []
    marks = dict(engine.search(Query("phuong tr", typing=True, highlight=True)).hits[0].highlights)
    assert marks["title"] == "<mark>Phương trình</mark> bậc hai"


@promise
def numbers_may_be_words_after_words_that_count(make: Maker) -> None:
    engine = holding(make, "Phương trình bậc 2", "Phương trình bậc hai", "Bài mười hai", "Bài 12", "Miền Nam", "Năm 5")
    for words in ("bậc 2", "bậc hai", "bac hai", "BẬC HAI", "bậc II"):
        assert sorted(found(engine, words)) == ["Phương trình bậc 2", "Phương trình bậc hai"], words
    for words in ("bài 12", "bai muoi hai", "bài XII"):
        assert sorted(found(engine, words)) == ["Bài 12", "Bài mười hai"], words
    assert sorted(found(engine, "nam")) == ["Miền Nam", "Năm 5"]
    assert found(engine, "5") == ["Năm 5"]
    assert found(engine, "bậc 2", accent="exact") == ["Phương trình bậc 2"]


@promise
def a_grade_in_words_is_the_grade(make: Maker) -> None:
    engine = holding(
        make,
        made(1, "Đề toán", grade=("9",), level=("thcs",)),
        made(2, "Đề toán lớp chín"),
        made(3, "Đề toán khối 9"),
        made(4, "Lớp 8 bài 9", grade=("8",)),
    )
    for words in ("lop 9", "lớp 9", "Lớp IX", "khối 9", "grade 9", "lớp chín", "lop chin"):
        assert sorted(found(engine, words)) == ["Đề toán", "Đề toán khối 9", "Đề toán lớp chín"], words


@promise
def abbreviations_are_their_full_forms(make: Maker) -> None:
    engine = holding(make, "SGK Toán", "Sách giáo khoa Toán", "Sách Toán của khoa", "Môn GDKT&PL", "Kinh tế")
    for words in ("sgk", "SGK", "sách giáo khoa", "sach giao khoa"):
        assert sorted(found(engine, words)) == ["SGK Toán", "Sách giáo khoa Toán"], words
    for words in ("GDKTPL", "gdkt&pl", "giáo dục kinh tế và pháp luật"):
        assert found(engine, words) == ["Môn GDKT&PL"], words
    assert found(engine, "sách giáo khoa toán")[0] == "Sách giáo khoa Toán", "as it was typed comes first"
    assert found(engine, '"sách giáo khoa"') == ["Sách giáo khoa Toán"], "a phrase is just this phrase"
    assert found(engine, "SGK", accent="exact") == ["SGK Toán"]
    marks = dict(engine.search(Query("sách giáo khoa toán", highlight=True)).hits[1].highlights)
    assert marks["title"] == "<mark>SGK Toán</mark>"


# --- ranking ----------------------------------------------------------------------------------------------------------


@promise
def title_over_subject_over_keyword_over_description(make: Maker) -> None:
    rest = ["Bài một", "Bài hai", "Bài ba", "Bài bốn", "Bài sáu", "Bài bảy"]
    engine = holding(
        make,
        made(1, "Bài A", description="về sinh học ở trường"),
        made(2, "Bài B", keyword=("sinh học",)),
        made(3, "Bài C", subject=("sinh_hoc",)),
        made(4, "Bài sinh học"),
        *[made(10 + place, title) for place, title in enumerate(rest)],
    )
    assert found(engine, "sinh hoc") == ["Bài sinh học", "Bài C", "Bài B", "Bài A"]


@promise
def exact_spelling_comes_first_wherever_it_stands(make: Maker) -> None:
    engine = holding(make, "Toàn toàn toàn", made(2, "Bài tập", description="Ôn tập, luyện tập môn toán ở nhà"), "Toan")
    assert found(engine, "toán")[0] == "Bài tập"
    assert found(engine, "toàn")[0] == "Toàn toàn toàn"
    assert len(found(engine, "toan")) == 3


@promise
def what_stands_together_comes_before_what_is_scattered(make: Maker) -> None:
    engine = holding(make, "Luật về định mức", "Luật định", "Định luật", "Định mức và luật")
    assert found(engine, "định luật")[0] == "Định luật"


@promise
def of_equal_hits_the_fuller_and_newer_record_comes_first(make: Maker) -> None:
    full = {"description": "x " * 40, "subject": ("toan",), "grade": ("9",), "type": ("bai_tap",)}
    poor = made(1, "Hình thang", issued="2012")
    engine = holding(make, poor, made(2, "Hình thang", issued="2025-03"), made(3, "Hình thang", issued="2012"))
    keys = [hit.key[-1] for hit in engine.search(Query("hình thang", year=2026)).hits]
    assert keys == ["2", "1", "3"], "newest, then by key"
    assert [hit.key[-1] for hit in engine.search(Query("hình thang")).hits] == ["1", "2", "3"]
    good = made(3, "Hình thang", creator=(Agent("Lê Văn An"),), licence="cc-by", **full)
    engine.write([good], PLACE)
    quality = dict(good.terms)["quality"]
    assert (quality, dict(poor.terms)["quality"]) == (("2",), ("0",))


# --- filters ----------------------------------------------------------------------------------------------------------

SHELF = (
    made(1, "Cơ học", subject=("vat_li",), grade=("10",), issued="2019-05", learning_minutes=45, licence="cc-by"),
    made(2, "Tế bào", subject=("sinh_hoc",), grade=("6",), issued="2021", description="Một bài giảng"),
    made(3, "Chất", subject=("khoa_hoc_tu_nhien",), grade=("6", "9"), issued="2024-02-29", learning_minutes=90),
    made(4, "Bé vẽ", subject=("mi_thuat",), age_min=3, age_max=5),
    made(5, "Ở nhà", age_min=15, province=("vn-40",), source="so"),
)


@promise
def broader_terms_find_and_count_narrower_ones(make: Maker) -> None:
    engine = holding(make, *SHELF)
    science = Filter("subject", ("khoa_hoc_tu_nhien",))
    assert sorted(found(engine, filters=(science,))) == ["Chất", "Cơ học", "Tế bào"]
    counts = {each.value: each.count for each in engine.search(Query(facets=("subject",))).facets[0].values}
    assert counts == {"khoa_hoc_tu_nhien": 3, "vat_li": 1, "sinh_hoc": 1, "nghe_thuat": 1, "mi_thuat": 1}
    assert found(engine, filters=(Filter("province", ("40",)),)) == ["Ở nhà"], "a code of before names today's unit"
    assert found(engine, filters=(science, Filter("subject", ("vat_li",), excluded=True)), sort="title") == [
        "Chất",
        "Tế bào",
    ]


@promise
def what_is_stated_or_not_can_be_asked_for_and_is_counted(make: Maker) -> None:
    engine = holding(make, *SHELF)
    assert sorted(found(engine, missing=("grade",))) == ["Bé vẽ", "Ở nhà"]
    assert found(engine, has=("description",)) == ["Tế bào"]
    assert found(engine, has=("licence",)) == ["Cơ học"], "a licence that is not stated is none"
    assert sorted(found(engine, has=("grade",), missing=("description",))) == ["Chất", "Cơ học"]
    facets = engine.search(Query(facets=("grade", "licence", "province"))).facets
    assert [each.missing for each in facets] == [2, 4, 4]
    assert engine.search(Query("te", facets=("grade",))).facets[0].missing == 0


@promise
def ranges_of_dates_minutes_and_ages(make: Maker) -> None:
    engine = holding(make, *SHELF)
    assert found(engine, ranges=(Range("issued", 20190501, 20211231),), sort="title") == ["Cơ học", "Tế bào"]
    assert found(engine, ranges=(Range("issued", low=20240229),)) == ["Chất"]
    assert found(engine, ranges=(Range("issued", high=20190531),)) == ["Cơ học"]
    assert found(engine, ranges=(Range("minutes", 46),)) == ["Chất"]
    assert found(engine, ranges=(Range("minutes", 45, 45),)) == ["Cơ học"]
    assert found(engine, ranges=(Range("age", 5, 6),)) == ["Bé vẽ"]
    assert found(engine, ranges=(Range("age", 6, 14),)) == []
    assert found(engine, ranges=(Range("age", low=99),)) == ["Ở nhà"], "from fifteen on"
    assert sorted(found(engine, ranges=(Range("age", high=15),))) == ["Bé vẽ", "Ở nhà"]
    assert found(engine, ranges=(Range("modified", 20260103, 20260103),)) == ["Tế bào"]
    assert len(found(engine, ranges=(Range("issued"),))) == 5, "without a bound it is no range"


@promise
def facets_are_exact_ordered_and_cut(make: Maker) -> None:
    grades = [made(n, f"Bài {n}", grade=(str(n % 12 + 1),), source=f"s{n % 40:02d}") for n in range(1, 121)]
    engine = holding(make, *grades, made(999, "Bài 999", source="s07"))
    asked = engine.search(Query("bài", facets=("grade", "source"), facet_size=12)).facets
    assert [each.value for each in asked[0].values] == [str(n) for n in range(1, 13)], "9 before 10"
    counts = [(each.value, each.count) for each in asked[1].values]
    assert counts == [("s07", 4), *[(f"s{n:02d}", 3) for n in range(12) if n != 7]], "equal counts by value"
    every = engine.search(Query("bài", facets=("source",), every_value=True)).facets[0].values
    assert len(every) == 40
    narrowed = engine.search(Query("bài", filters=(Filter("grade", ("1", "2"), excluded=True),), facets=("grade",)))
    assert (narrowed.total, len(narrowed.facets[0].values)) == (101, 10)


# --- orders -----------------------------------------------------------------------------------------------------------


@promise
def ties_are_in_the_order_of_keys(make: Maker) -> None:
    numbers = [7, 3, 99, 12, 5, 44, 1, 63, 20, 8]
    engine = make()
    for number in numbers:  # one by one, so that the embedded index has several segments
        engine.write([made(number, "Hình học phẳng")], PLACE)
    expected = [f"k{number:025d}" for number in sorted(numbers)]
    for size in (1, 3, 4, 10):
        pages = [engine.search(Query("hình học", size=size, page=page)) for page in range(1, 10 // size + 2)]
        assert [hit.key for page in pages for hit in page.hits] == expected, size


@promise
def cursors_go_on_while_the_index_changes(make: Maker) -> None:
    for sort in ("title", "-modified"):
        engine = holding(make, *[made(number, f"Bài {number % 9}") for number in range(1, 61)])
        seen: list[str] = []
        cursor = ""
        for step in range(20):
            hits = engine.search(Query("bài", sort=sort, size=7, cursor=cursor))  # type: ignore[arg-type]
            seen += [hit.key for hit in hits.hits]
            cursor = hits.cursor
            if not cursor:
                break
            gone = hits.hits[0].key  # what was shown is withdrawn, what was shown is written again
            engine.write([Document(gone, "truong", 100 + step, "withdrawn")], PLACE)
        assert len(seen) == len(set(seen)) == 60, sort
    whole = holding(make, *[made(number, f"Bài {number}") for number in range(1, 31)])
    first = whole.search(Query(sort="title", size=10))
    second = whole.search(Query(sort="title", size=10, cursor=first.cursor, facets=("source",)))
    assert (second.total, second.facets[0].values[0].count) == (30, 30), "totals and counts are of the whole"
    assert titles(second)[0] == "Bài 11"
    assert whole.search(Query("bài", size=10)).cursor == "", "relevance has none"
    for wrong in ("x", "e30", "A" * 3_000, "\ud800", first.cursor[:-3]):
        with pytest.raises(CursorError):
            whole.search(Query(sort="title", cursor=wrong))
    with pytest.raises(CursorError):
        whole.search(Query("bài", sort="-modified", cursor=first.cursor))


@promise
def a_cursor_stays_in_its_generation_while_that_is_kept(make: Maker) -> None:
    engine = holding(make, *[made(number, f"Bài {number}") for number in range(1, 21)])
    first = engine.search(Query(sort="title", size=5))
    fresh = engine.fresh()
    fresh.write([made(number, f"Bài {number}") for number in range(4, 31)], PLACE)
    engine.adopt(fresh)
    assert engine.search(Query()).total == 27
    second = engine.search(Query(sort="title", size=5, cursor=first.cursor))
    assert (second.total, titles(second)) == (20, [f"Bài {number}" for number in range(6, 11)])
    taken_down = msgspec.structs.replace(made(9, "Bài 9"), status="suppressed", stored=b"")
    engine.write([taken_down], PLACE)
    again = engine.search(Query(sort="title", size=5, cursor=first.cursor))
    assert titles(again) == ["Bài 6", "Bài 7", "Bài 8", "Bài 10"], "a kept generation shows nothing that was taken down"
    engine.clean(0)
    third = engine.search(Query(sort="title", size=5, cursor=second.cursor))
    assert (third.total, titles(third)) == (26, [f"Bài {number}" for number in range(11, 16)])


@promise
def no_field_that_is_unknown_is_asked(make: Maker) -> None:
    engine = holding(make, *SHELF)
    for query in (
        Query(facets=("title",)),
        Query(filters=(Filter("mau", ("xanh",)),)),
        Query(has=("status",)),
        Query(ranges=(Range("stored", 1),)),
    ):
        with pytest.raises(UnknownFieldError):
            engine.search(query)
    with pytest.raises(LimitExceededError, match="filters"):
        engine.search(Query(filters=(Filter("grade", tuple(map(str, range(101)))),)))
