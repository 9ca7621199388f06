"""Suggestions over a real index: what it learned follows its documents; what is not shown is never suggested."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from demo.town import Town
from harvester import Store, TakeDown
from index import Query, open_engine, rebuild, update
from index.query import Engine, Place
from index.suggest.book import NAME, pack, unpack
from index.suggest.helping import Helper
from index.suggest.learning import Learner
from tests.harvester.test_visit import visit
from tests.index.memory_engine import MemoryEngine
from tests.index.test_engine_contract import document
from tests.index.test_feed import origins
from tests.index.test_spelling import RIGHT
from tests.index.town_documents import documents

SCHOOL = "tieu-hoc-kim-dong"
PLACE = Place("store", 3, len(documents()))


def fill(engine: Engine) -> Engine:
    learner = Learner(expected=len(documents()))
    learner.see(documents())
    engine.adopt(fresh := engine.fresh())
    fresh.close()
    engine.write(documents(), PLACE, new=True)
    engine.keep(NAME, pack(learner.book(PLACE)))
    return engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    opened = open_engine(f"tantivy:{tmp_path_factory.mktemp('suggest')}/index")
    yield fill(opened)
    opened.close()


@pytest.fixture(scope="module")
def helper(engine: Engine) -> Helper:
    return Helper(engine)


def texts(helper: Helper, typed: str, *kinds: str) -> list[str]:
    return [each.text for each in helper.suggest(typed, kinds or ("phrase", "subject", "institution", "title"))]  # type: ignore[arg-type]


def test_a_prefix_goes_on_with_and_without_marks(helper: Helper) -> None:
    assert texts(helper, "phuong tr", "phrase")[0] == "phương trình"
    assert texts(helper, "phương tr", "phrase")[0] == "phương trình"
    assert "phương trình bậc hai một ẩn"[:19] in " ".join(texts(helper, "phuong trinh ba", "phrase"))
    assert texts(helper, "toá", "phrase")[0].startswith("toá")
    assert texts(helper, "ngữ", "subject") == ["Ngữ văn"]
    assert texts(helper, "song da", "institution") == ["Kho học liệu Sở Giáo dục và Đào tạo Sông Đà"]
    assert all("Điện Biên Phủ" in text for text in texts(helper, "dien bien ph", "title"))
    assert texts(helper, "zzzz") == texts(helper, " ") == texts(helper, "!?") == []


def test_the_more_frequent_stands_first_and_every_kind_has_room(helper: Helper) -> None:
    phrases = helper.suggest("t", ("phrase",), 20)
    assert [each.count for each in phrases] == sorted((each.count for each in phrases), reverse=True)
    assert len({each.text for each in phrases}) == len(phrases) == 20
    kinds = {each.kind for each in helper.suggest("to", most=8)}
    assert kinds >= {"phrase", "subject", "title"}
    assert len(helper.suggest("t", most=8)) == 8


def test_pieces_of_a_phrase_are_not_suggested_for_it(helper: Helper) -> None:
    found = texts(helper, "kết nối", "phrase")
    assert "kết nối tri" not in found
    assert not [text for text in texts(helper, "hoa hoc", "phrase") if text.endswith(" lớp")]


def test_the_last_words_go_on_where_all_of_them_do_not(helper: Helper) -> None:
    found = helper.suggest("newton giao a", ("phrase",))
    assert found[0].text == "newton giáo án"
    assert found[0].count > 0


def test_did_you_mean_finds_more(helper: Helper, engine: Engine) -> None:
    for typed in ("phuong trinh bac haii", "phuonng trình bâc hai", "hoahoc"):
        query = Query(typed)
        found = helper.did_you_mean(query, engine.search(query).total)
        assert found is not None, typed
        assert found.total == engine.search(Query(found.words)).total > engine.search(query).total


def test_a_question_that_finds_enough_or_cannot_be_bettered_is_left_alone(helper: Helper, engine: Engine) -> None:
    for typed in ("phương trình bậc hai", "phuong trinh bac hai", "", "zzqx", "Nguyễn Du", '"giáo án"'):
        query = Query(typed)
        assert helper.did_you_mean(query, engine.search(query).total) is None, typed


# Right, and with words that the town does not know: none is bent into one that it knows.
FOREIGN = (
    "bài thơ đồng chí", "nguyên hàm", "mầm non", "soạn bài lão hạc", "tả con mèo", "AI", "STEM", "CO2", "NaOH", "vectơ",
    "bất đẳng thức cauchy", "thì hiện tại hoàn thành", "Nguyễn Du", "ngữ pháp", "kế hoạch bài dạy", "chuyển đổi số",
)  # fmt: skip


def test_no_other_question_is_offered_for_one_that_is_right(helper: Helper, engine: Engine) -> None:
    for words in (*RIGHT, *FOREIGN):
        assert helper.did_you_mean(Query(words), engine.search(Query(words, size=1)).total) is None, words


def test_similar_resources_are_about_the_same_and_never_itself(helper: Helper, engine: Engine) -> None:
    for words, about in (
        ("truyện kiều ngữ văn 8", "Thuý Kiều"),
        ("tam thức bậc hai", "am thức bậc hai"),
        ("alkane", "Alkane"),
    ):
        hit = engine.search(Query(words, size=1)).hits[0]
        found = helper.similar(hit)
        assert len(found) == 5
        assert hit.key not in {each.key for each in found}
        said = [msgspec.json.decode(each.stored)["title"].replace("Thúy", "Thuý") for each in found]
        assert sum(about in title for title in said) >= 4, said
        assert len(set(said)) == 5
        assert found == helper.similar(hit)


def test_an_exam_is_like_exams_of_its_subject_and_grade(helper: Helper, engine: Engine) -> None:
    hit = engine.search(Query("đề kiểm tra hóa học lớp 11", size=1)).hits[0]
    first = msgspec.json.decode(helper.similar(hit)[0].stored)
    assert (first["subject"], first["grade"]) == (["hoa_hoc"], ["11"])


def test_an_index_learns_when_it_is_built_and_goes_on_with_every_update(sqlite_store: Store, town: Town) -> None:
    visit(sqlite_store, town, SCHOOL)
    engine = MemoryEngine()
    update(sqlite_store.log, engine, origins(sqlite_store))
    first = unpack(engine.kept(NAME))
    assert first is not None
    assert (first.documents, first.sequence, first.again) == (400, 400, 0)
    town.next_night()
    visit(sqlite_store, town, SCHOOL)
    update(sqlite_store.log, engine, origins(sqlite_store))
    second = unpack(engine.kept(NAME))
    assert second is not None
    assert second.grams["bản chỉnh sửa"] == 25
    assert (second.sequence, second.again) == (400, 49)
    held = engine.kept(NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    assert engine.kept(NAME) is held  # a quiet update learns nothing
    rebuild(sqlite_store.log, engine, origins(sqlite_store))
    third = unpack(engine.kept(NAME))
    assert third is not None
    assert (third.sequence, third.again) == (sqlite_store.log.identity()[2], 0)


def test_what_is_taken_down_is_never_suggested(sqlite_store: Store, town: Town, tmp_path: Path) -> None:
    """Not even before anything is learned anew: neither a title nor a phrase that only such records bore."""
    visit(sqlite_store, town, SCHOOL)
    gone = [f"{town.institutions[SCHOOL].prefix}{number}" for number in (100, 101, 102)]
    for identifier in gone:
        town.edit(SCHOOL, identifier, title="Nhật kí của bé Ngọc Ánh")
    visit(sqlite_store, town, SCHOOL)
    engine = open_engine(f"tantivy:{tmp_path}/index")
    rebuild(sqlite_store.log, engine, origins(sqlite_store))
    helper = Helper(engine)
    assert texts(helper, "nhat ki cua", "title") == ["Nhật kí của bé Ngọc Ánh"]
    assert texts(helper, "bé ngọc", "phrase") == ["bé ngọc ánh"]
    for identifier in gone:
        sqlite_store.take_down(TakeDown(source=SCHOOL, identifier=identifier, reason="gia đình yêu cầu", at=1))
    update(sqlite_store.log, engine, origins(sqlite_store))
    for asked in (helper, Helper(engine)):
        assert texts(asked, "nhật kí") == texts(asked, "be ngoc") == texts(asked, "ngọc á") == []
    engine.close()


def test_a_new_book_is_read_when_it_is_kept_and_nobody_waits_for_it() -> None:
    """An update keeps its book a little after its last documents: the place is the same and the words are others."""
    engine, now = MemoryEngine(), [0.0]
    engine.write((document(1, "Định luật Ôm"), document(2, "Định luật Ôm")), PLACE)
    helper = Helper(engine, clock=lambda: now[0])
    assert helper.suggest("dinh") == []
    learner = Learner()
    learner.see(engine.documents.values())
    engine.keep(NAME, pack(learner.book(PLACE)))
    assert helper.suggest("dinh") == []
    now[0] = 31.0
    helper.suggest("dinh")
    for thread in threading.enumerate():
        if thread.daemon and thread.name.endswith("(_make_ready)"):
            thread.join(30)
    assert texts(helper, "dinh", "title") == ["Định luật Ôm"]


def test_a_damaged_or_missing_book_only_suggests_nothing(engine: Engine) -> None:
    other = MemoryEngine()
    other.write((document(1, "Định luật Ôm"),), PLACE)
    for kept in (None, b"", b"x" * 100):
        if kept is not None:
            other.keep(NAME, kept)
        helper = Helper(other)
        assert helper.suggest("dinh") == []
        assert helper.did_you_mean(Query("dinh luatt"), 0) is None


def test_hostile_prefixes_end_at_once(helper: Helper) -> None:
    for typed in ("(" * 256, '"', "a:b:c", "\x00", "ă" * 256, "- " * 100, "t " * 31, "🎓"):
        helper.suggest(typed)
        helper.did_you_mean(Query(typed), 0)
    assert msgspec.json.encode(helper.suggest("to"))
