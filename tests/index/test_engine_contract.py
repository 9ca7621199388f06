"""What every engine must do; engines that are broken on purpose must fail here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from index import IndexUnreachableError, LimitExceededError, Query, open_engine
from index.documents import checksum_of
from index.generations import Held
from index.query import Counts, Document, Engine, Filter, Hits, Likeness, Place, Refused
from index.text import analyse_fields, order
from tests.index.memory_engine import MemoryEngine
from tests.index.search_promises import PROMISES


def document(number: int, title: str, *, status: str = "shown", text: str = "", **terms: tuple[str, ...]) -> Document:
    key = f"k{number:025d}"
    if status != "shown":
        return Document(key, "truong", number, status, "no_title" if status == "quarantined" else "")  # type: ignore[arg-type]
    said = {"key": key, "title": title, "description": text}
    return Document(
        key=key,
        source=terms.pop("source", ("truong",))[0],
        sequence=number,
        status="shown",
        text=analyse_fields(
            [("title", (title,)), ("subject", ()), ("keyword", ()), ("creator", ())],
            (text,),
        ),
        terms=tuple(terms.items()),
        title_order=order(title),
        modified_order=f"2026-01-{number % 28 + 1:02d}",
        stored=msgspec.json.encode(said),
    )


LIBRARY = (
    document(1, "Định luật Ôm", grade=("9",), subject=("khtn",)),
    document(2, "Định luật II Newton", grade=("10",), subject=("vat_li",)),
    document(3, "Hòa âm cho đàn", grade=("9",), subject=("am_nhac",)),
    document(4, "Phương trình bậc hai", text="Toàn bộ cách giải", grade=("9",), subject=("toan",)),
    document(5, "Toán đố", text="bài hai, phương pháp và trình tự", grade=("5",), subject=("toan",)),
    document(6, "Đường thẳng song song", grade=("7",), subject=("toan",), source=("so",)),
    document(7, "", status="withdrawn"),
    document(8, "", status="quarantined"),
    document(9, "", status="suppressed"),
)
PLACE = Place("store", 7, 9, "k9", "ab")


def titles(hits: Hits) -> list[str]:
    return [msgspec.json.decode(hit.stored)["title"] for hit in hits.hits]


# --- the contract: every function takes a maker of empty engines ------------------------------------------------------

Maker = Callable[[], Engine]
CONTRACT: list[Callable[[Maker], None]] = [*PROMISES]


def promise(check: Callable[[Maker], None]) -> Callable[[Maker], None]:
    CONTRACT.append(check)
    return check


def filled(make: Maker) -> Engine:
    engine = make()
    assert engine.write(LIBRARY, PLACE) == ()
    return engine


@promise
def words_must_all_occur_with_or_without_marks(make: Maker) -> None:
    engine = filled(make)
    for words in ("định luật", "dinh luat", "ĐỊNH LUẬT", "Định  luật!"):
        assert sorted(titles(engine.search(Query(words)))) == ["Định luật II Newton", "Định luật Ôm"]
    assert titles(engine.search(Query("dinh luat newton"))) == ["Định luật II Newton"]
    assert engine.search(Query("định luật hoà âm")).total == 0
    for words in ("hoà", "hóa âm".replace("hóa", "hòa"), "hoa"):
        assert "Hòa âm cho đàn" in titles(engine.search(Query(words)))
    assert titles(engine.search(Query("duong thang"))) == ["Đường thẳng song song"]


@promise
def foreign_letters_are_folded_too(make: Maker) -> None:
    engine = make()
    engine.write([document(1, "Ελληνικά và Ångström", text="hoà âm của Dvořák và Лев")], PLACE)
    for words in ("ελληνικα", "Ελληνικά", "angstrom", "Ångström", "dvorak", "hoa am", "лев"):
        assert engine.search(Query(words)).total == 1, words


@promise
def no_phrase_runs_from_one_text_into_the_next(make: Maker) -> None:
    engine = filled(make)
    assert titles(engine.search(Query('"bài hai"'))) == ["Toán đố"]
    assert engine.search(Query('"đố bài"')).total == engine.search(Query('"bậc hai toàn bộ"')).total == 0


@promise
def what_is_said_to_be_new_is_written_and_can_be_replaced(make: Maker) -> None:
    engine = make()
    engine.write(LIBRARY, PLACE, new=True)
    engine.write([document(1, "Định luật Hooke")], PLACE)
    assert sorted(titles(engine.search(Query("định luật")))) == ["Định luật Hooke", "Định luật II Newton"]


@promise
def exact_means_marks_matter(make: Maker) -> None:
    engine = filled(make)
    assert sorted(titles(engine.search(Query("toán")))) == ["Phương trình bậc hai", "Toán đố"]
    assert titles(engine.search(Query("toán"))).index("Toán đố") == 0, "exact spelling ranks first"
    assert titles(engine.search(Query("toán", accent="exact"))) == ["Toán đố"]


@promise
def phrases_stand_together_and_a_lone_quote_is_none(make: Maker) -> None:
    engine = filled(make)
    assert engine.search(Query("phuong trinh")).total == 2
    assert titles(engine.search(Query('"phuong trinh"'))) == ["Phương trình bậc hai"]
    assert engine.search(Query('"trinh phuong"')).total == 0
    assert engine.search(Query('"phuong trinh')).total == 2


@promise
def tombstones_are_counted_and_never_shown(make: Maker) -> None:
    engine = filled(make)
    assert engine.counts() == Counts(documents=6, quarantined=1, suppressed=1, withdrawn=1)
    assert engine.search(Query()).total == 6
    assert all(engine.get(f"k{number:025d}") is None for number in (7, 8, 9, 99))
    assert engine.get("k" + "0" * 24 + "1") is not None
    engine.write((document(1, "", status="withdrawn"),), PLACE)
    assert engine.search(Query("om")).total == 0
    assert engine.counts().withdrawn == 2


@promise
def the_same_batch_twice_changes_nothing(make: Maker) -> None:
    engine = filled(make)
    once = engine.search(Query(facets=("grade", "subject")))
    engine.write(LIBRARY, PLACE)
    assert engine.search(Query(facets=("grade", "subject"))) == once
    assert engine.counts().documents == 6


@promise
def the_place_is_what_was_written_last(make: Maker) -> None:
    engine = make()
    assert engine.place() == Place()
    engine.write(LIBRARY[:2], Place("store", 7, 2, "k2", "cd"))
    assert engine.place().sequence == 2
    assert engine.counts().documents == 2
    engine.write((), PLACE)
    assert engine.place() == PLACE


@promise
def filters_are_or_inside_and_between(make: Maker) -> None:
    engine = filled(make)
    grades = Filter("grade", ("9", "5"))
    assert engine.search(Query(filters=(grades,))).total == 4
    assert engine.search(Query(filters=(grades, Filter("subject", ("toan",))))).total == 2
    assert engine.search(Query(filters=(Filter("source", ("so",)),))).total == 1
    assert engine.search(Query(filters=(Filter("grade", ("99",)),))).total == 0


@promise
def facets_leave_out_their_own_filter(make: Maker) -> None:
    engine = filled(make)
    hits = engine.search(Query(filters=(Filter("grade", ("9",)),), facets=("grade", "subject")))
    counts = {facet.field: {each.value: each.count for each in facet.values} for facet in hits.facets}
    assert counts["grade"] == {"9": 3, "10": 1, "5": 1, "7": 1}
    assert counts["subject"] == {"khtn": 1, "am_nhac": 1, "toan": 1}
    assert [facet.field for facet in hits.facets] == ["grade", "subject"]
    assert len(engine.search(Query(facets=("grade",), facet_size=2)).facets[0].values) == 2


@promise
def orders_are_total_and_pages_show_nothing_twice(make: Maker) -> None:
    engine = make()
    same = [document(number, f"Bài {number % 3}") for number in range(1, 40)]
    engine.write(same, PLACE)
    for sort in ("title", "-modified", "relevance"):
        for words in ("", "bai"):
            pages = [engine.search(Query(words, sort=sort, page=page, size=7)) for page in range(1, 8)]  # type: ignore[arg-type]
            keys = [hit.key for page in pages for hit in page.hits]
            assert len(keys) == len(set(keys)) == 39
            assert {page.total for page in pages} == {39}
    first = engine.search(Query(sort="title", size=39))
    assert titles(first) == sorted(titles(first), key=order)


@promise
def highlights_are_safe_and_from_stored_text(make: Maker) -> None:
    engine = make()
    engine.write((document(1, "Giải <b>phương trình</b>", text="& <script>phương</script>"),), PLACE)
    hit = engine.search(Query("phuong", highlight=True)).hits[0]
    marks = dict(hit.highlights)
    assert marks["title"] == "Giải &lt;b&gt;<mark>phương</mark> trình&lt;/b&gt;"
    assert "<script" not in marks["description"]


@promise
def limits_are_named_and_nothing_crashes(make: Maker) -> None:
    engine = filled(make)
    for query in (
        Query("(" * 100_000),
        Query('"' + "a " * 250_000 + '"'),
        Query("a " * 40),
        Query(size=101),
        Query(page=101, size=100),
        Query(facets=("grade",), facet_size=51),
    ):
        with pytest.raises(LimitExceededError):
            engine.search(query)
    for words in ("((((", "\x00\x1b", "NOT NOT", "title:/.*/", "a\u202eb", "*", '""', '"', "-", "AND", "\ud800"):
        assert engine.search(Query(words)).total >= 0


@promise
def marks_of_mappings_are_kept(make: Maker) -> None:
    engine = filled(make)
    assert engine.marks() == {}
    engine.mark({"truong": "f1", "so": "f2"})
    engine.mark({"truong": "f3"})
    assert engine.marks() == {"truong": "f3", "so": "f2"}
    assert engine.counts().documents == 6


@promise
def a_fresh_generation_is_unseen_until_adopted(make: Maker) -> None:
    engine = filled(make)
    fresh = engine.fresh()
    fresh.write((document(1, "Chỉ một"),), Place("other", 8, 1, "k", ""))
    assert engine.search(Query()).total == 6
    engine.adopt(fresh)
    assert titles(engine.search(Query())) == ["Chỉ một"]
    assert engine.place().store == "other"


@promise
def what_is_about_the_same_is_found_by_any_of_its_words(make: Maker) -> None:
    engine = filled(make)
    like = Likeness(
        ((("định",), 3.0), (("luật",), 3.0), (("định", "luật"), 3.0), (("xyz",), 1.0)), (("grade", ("10",)),)
    )
    assert titles(engine.search(Query(like=like))) == ["Định luật II Newton", "Định luật Ôm"]
    only = engine.search(Query(like=like, filters=(Filter("grade", ("9",)),)))
    assert (only.total, titles(only)) == (1, ["Định luật Ôm"])
    assert engine.search(Query(like=Likeness(()))).total == 0
    assert engine.search(Query(like=Likeness(((("dinh",), 1.0),)))).total == 0  # its own marks count


@promise
def what_is_kept_belongs_to_its_generation(make: Maker) -> None:
    engine = filled(make)
    assert engine.kept("words") is None
    engine.keep("words", b"old")
    engine.keep("words", b"\x00" * 3_000_000)
    engine.write((document(1, "Chỉ một"),), PLACE)
    assert engine.kept("words") == b"\x00" * 3_000_000
    assert engine.kept("other") is None
    fresh = engine.fresh()
    assert fresh.kept("words") is None
    fresh.write((document(1, "Chỉ một"),), PLACE)
    fresh.keep("words", b"new")
    assert engine.kept("words") == b"\x00" * 3_000_000
    engine.adopt(fresh)
    assert engine.kept("words") == b"new"


@promise
def what_is_held_can_be_compared_and_dropped(make: Maker) -> None:
    engine = filled(make)
    assert engine.held("z") == {}
    engine.mark({"truong": "f1"})
    again = [msgspec.structs.replace(each, version=f"{each.sequence}.ab") for each in LIBRARY]
    again = [msgspec.structs.replace(each, checksum=checksum_of(each)) for each in again]
    engine.write(again, PLACE)
    expected = {each.key: Held(each.status, each.version, each.checksum) for each in again}
    assert len({each.checksum for each in again}) == len(again)
    assert engine.damaged() == []
    assert engine.held("") == engine.held("k0000") == expected
    assert engine.held(LIBRARY[2].key) == {LIBRARY[2].key: expected[LIBRARY[2].key]}
    assert engine.held_of([LIBRARY[5].key, "khong-co", LIBRARY[2].key]) == {
        each.key: expected[each.key] for each in (LIBRARY[2], LIBRARY[5])
    }
    assert engine.held_of(()) == {}
    held_back = {each.key: each.reason for each in LIBRARY if each.status == "quarantined"}
    assert engine.quarantined() == held_back
    assert held_back
    engine.drop([LIBRARY[0].key, LIBRARY[6].key, "khong-co"])
    assert engine.held("").keys() == expected.keys() - {LIBRARY[0].key, LIBRARY[6].key}
    assert engine.counts() == Counts(documents=5, quarantined=1, suppressed=1, withdrawn=0)
    assert (engine.place(), engine.marks()) == (PLACE, {"truong": "f1"})


def test_one_at_a_time_builds_an_embedded_index_anew(tmp_path: Path) -> None:
    """Two that build at once would remove each other's work; whoever is gone stands in nobody's way."""
    one, other = (open_engine(f"tantivy:{tmp_path}/index") for _ in range(2))
    one.adopt(one.fresh())
    fresh = one.fresh()
    fresh.write((document(1, "Mới"),), PLACE)
    for attempt in (other.fresh, other.clean):
        with pytest.raises(IndexUnreachableError, match="building"):
            attempt()
    one.adopt(fresh)
    assert titles(other.search(Query())) == ["Mới"]
    other.clean(kept=0)
    assert sorted(path.name for path in (tmp_path / "index").glob("g*")) == ["g2"]
    fresh = other.fresh()
    fresh.close()  # given up
    one.fresh().close()
    for engine in (one, other):
        engine.close()


# --- engines ----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["tantivy", "memory", "elasticsearch_9", "elasticsearch_8"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    opened: list[Engine] = []
    node = request.getfixturevalue(request.param) if request.param.startswith("elasticsearch") else None

    def empty() -> Engine:
        if request.param == "memory":
            return MemoryEngine()
        if node is not None:
            engine = open_engine(f"elasticsearch:{node.url}/{uuid.uuid4().hex}")
        else:
            engine = open_engine(f"tantivy:{tmp_path / str(len(opened))}")
        engine.adopt(engine.fresh())
        opened.append(engine)
        return engine

    yield empty
    for engine in opened:
        engine.close()
    if node is not None:
        node.remove_indexes()


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
def test_contract(make: Maker, check: Callable[[Maker], None]) -> None:
    check(make)


# --- engines that are broken on purpose -------------------------------------------------------------------------------


class PlaceLeads(MemoryEngine):
    def write(self, batch: Sequence[Document], place: Place, *, new: bool = False) -> tuple[Refused, ...]:
        super().write(batch[:-1], place)
        return ()


class ShowsTombstones(MemoryEngine):
    def counts(self) -> Counts:
        return Counts(len(self.documents), 0, 0, 0)


class CountsItsOwnFilter(MemoryEngine):
    def search(self, query: Query) -> Hits:
        hits = super().search(query)
        if query.filters and query.facets:
            grade = query.filters[0].values[0]
            kept = tuple(
                msgspec.structs.replace(f, values=tuple(v for v in f.values if f.field != "grade" or v.value == grade))
                for f in hits.facets
            )
            return msgspec.structs.replace(hits, facets=kept)
        return hits


class RepeatsOnEveryPage(MemoryEngine):
    def search(self, query: Query) -> Hits:
        return super().search(msgspec.structs.replace(query, page=1))


class AddsInsteadOfReplacing(MemoryEngine):
    def write(self, batch: Sequence[Document], place: Place, *, new: bool = False) -> tuple[Refused, ...]:
        renamed = [msgspec.structs.replace(d, key=f"{d.key}{len(self.documents)}") for d in batch]
        return super().write(renamed, place)


class TiesAsTheyCome(MemoryEngine):
    def search(self, query: Query) -> Hits:
        hits = super().search(query)
        return msgspec.structs.replace(hits, hits=hits.hits[::-1]) if query.sort == "relevance" else hits


class ForgetsTheCursor(MemoryEngine):
    def search(self, query: Query) -> Hits:
        return super().search(msgspec.structs.replace(query, cursor=""))


class ForgetsWhatIsExcluded(MemoryEngine):
    def search(self, query: Query) -> Hits:
        kept = tuple(each for each in query.filters if not each.excluded)
        return super().search(msgspec.structs.replace(query, filters=kept))


class CountsTheCutOff(MemoryEngine):
    def search(self, query: Query) -> Hits:
        return super().search(msgspec.structs.replace(query, every_value=True))


@pytest.mark.parametrize(
    "broken",
    [
        TiesAsTheyCome,
        ForgetsTheCursor,
        ForgetsWhatIsExcluded,
        CountsTheCutOff,
        PlaceLeads,
        ShowsTombstones,
        CountsItsOwnFilter,
        RepeatsOnEveryPage,
        AddsInsteadOfReplacing,
    ],
)
def test_the_contract_catches_broken_engines(broken: type[MemoryEngine]) -> None:
    caught = []
    for check in CONTRACT:
        try:
            check(broken)
        except (AssertionError, IndexError, pytest.fail.Exception):
            caught.append(check.__name__)
    assert caught
