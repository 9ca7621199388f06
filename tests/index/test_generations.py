"""Generations of an index: built beside the one that answers, gone on with, adopted, kept, and gone back to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index import IndexUnreachableError, Query, open_engine
from index.engines.tantivy.generations import SCHEMA, Generations
from index.errors import NoGenerationError
from index.query import Engine, Place
from tests.index.test_engine_contract import LIBRARY, PLACE, Maker, document, filled, titles
from tests.index.test_engine_contract import make as make

OTHER = Place("store", 7, 12, "k", "cd")
PROMISES: list[Callable[[Maker], None]] = []


def promise(check: Callable[[Maker], None]) -> Callable[[Maker], None]:
    PROMISES.append(check)
    return check


def swapped(engine: Engine, title: str = "Chỉ một") -> None:
    fresh = engine.fresh()
    fresh.write((document(1, title),), OTHER)
    engine.adopt(fresh)


def states(engine: Engine) -> list[str]:
    return [each.state for each in engine.generations()]


@promise
def an_unfinished_generation_of_the_same_purpose_goes_on(make: Maker) -> None:
    engine = filled(make)
    fresh = engine.fresh("kho.1")
    assert fresh.place() == Place()
    fresh.write(LIBRARY[:3], PLACE)
    fresh.mark({"truong": "f1"})
    begun = fresh.generation()
    fresh.close()
    assert states(engine)[-1] == "unfinished"
    again = engine.fresh("kho.1")
    assert (again.generation(), again.place(), again.marks()) == (begun, PLACE, {"truong": "f1"})
    assert again.held("").keys() == {each.key for each in LIBRARY[:3]}
    assert engine.search(Query()).total == 6, "nobody sees it"
    engine.adopt(again)
    assert engine.generation() == begun
    assert engine.search(Query()).total == 3
    assert states(engine)[0] == "current"
    assert "unfinished" not in states(engine)


@promise
def one_of_another_purpose_or_none_begins_empty(make: Maker) -> None:
    engine = filled(make)
    for first, then in (("kho.1", "kho.2"), ("kho.1", ""), ("", "")):
        fresh = engine.fresh(first)
        fresh.write(LIBRARY[:3], PLACE)
        fresh.close()
        other = engine.fresh(then)
        assert (other.place(), other.held("")) == (Place(), {})
        other.close()
    assert states(engine).count("unfinished") <= 1
    assert engine.search(Query()).total == 6


@promise
def the_one_before_is_kept_and_can_be_written_and_adopted_again(make: Maker) -> None:
    engine = filled(make)
    first = engine.generation()
    swapped(engine)
    assert titles(engine.search(Query())) == ["Chỉ một"]
    previous = engine.previous()
    assert previous is not None
    assert (previous.generation(), previous.place(), previous.counts().documents) == (first, PLACE, 6)
    previous.write((document(20, "Định luật Hooke"),), OTHER)
    assert engine.search(Query()).total == 1, "nobody sees what is written to a kept one"
    engine.adopt(previous)
    assert (engine.generation(), engine.place(), engine.search(Query()).total) == (first, OTHER, 7)
    back = engine.previous()
    assert back is not None
    assert titles(back.search(Query())) == ["Chỉ một"], "and the way back is open again"
    back.close()


@promise
def only_the_newest_before_it_is_kept_and_no_name_comes_twice(make: Maker) -> None:
    engine = filled(make)
    names = [engine.generation()]
    for number in range(4):
        swapped(engine, f"Lần {number}")
        names.append(engine.generation())
        kept = [each.name for each in engine.generations() if each.state == "kept"]
        assert kept == [names[-2]]
    previous = engine.previous()
    assert previous is not None
    engine.adopt(previous)
    engine.clean(kept=0)
    assert engine.previous() is None
    assert [each.name for each in engine.generations()] == [names[-2]]
    swapped(engine)
    assert engine.generation() not in names


@promise
def a_generation_opened_by_name_stays_what_it_is(make: Maker) -> None:
    engine = filled(make)
    first = engine.at(engine.generation())
    swapped(engine)
    assert (first.search(Query()).total, first.place(), engine.search(Query()).total) == (6, PLACE, 1)
    kept = engine.at(first.generation())
    assert kept.search(Query()).total == 6
    swapped(engine, "Lần nữa")
    with pytest.raises(NoGenerationError) as caught:
        engine.at(first.generation())
    for language, word in (("vi", "không còn"), ("en", "no generation")):
        assert word in caught.value.sentence(language)
    first.close()
    kept.close()


@pytest.mark.parametrize("check", PROMISES, ids=lambda check: check.__name__)
def test_promises(make: Maker, check: Callable[[Maker], None]) -> None:
    check(make)


# --- the folder of the embedded engine --------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    engine = open_engine(f"tantivy:{tmp_path}/index")
    engine.adopt(engine.fresh())
    engine.write(LIBRARY, PLACE)
    engine.close()
    return tmp_path / "index"


def test_whoever_goes_back_is_alone_from_the_first_write_on(folder: Path) -> None:
    one, other = (open_engine(f"tantivy:{folder}") for _ in range(2))
    swapped(one)
    previous = one.previous()
    assert previous is not None
    assert other.fresh().close() is None, "looking at it keeps nobody out"
    previous.write((), OTHER)
    for attempt in (other.fresh, other.clean):
        with pytest.raises(IndexUnreachableError, match="building"):
            attempt()
    previous.close()
    swapped(other)
    with pytest.raises(IndexUnreachableError):
        one.adopt(previous)  # it was removed meanwhile
    assert one.search(Query()).total == 1


@pytest.mark.parametrize("words", [b"", b"{", b'{"generation": 7}', b"[" * 9999, b"\xff", None])
@pytest.mark.parametrize("file", ["unfinished", "checked"])
def test_doubtful_words_begin_anew(folder: Path, file: str, words: bytes | None) -> None:
    engine = open_engine(f"tantivy:{folder}")
    fresh = engine.fresh("kho.1")
    fresh.write(LIBRARY, PLACE)
    fresh.close()
    doubtful = folder / file if file == "unfinished" else folder / fresh.generation() / file
    doubtful.unlink(missing_ok=True) if words is None else doubtful.write_bytes(words)
    again = engine.fresh("kho.1")
    assert again.place() == (PLACE if file == "checked" else Place())
    engine.adopt(again)
    assert engine.readable()


def test_a_damaged_unfinished_generation_begins_anew(folder: Path) -> None:
    engine = open_engine(f"tantivy:{folder}")
    fresh = engine.fresh("kho.1")
    fresh.write(LIBRARY, PLACE)
    fresh.close()
    file = next((folder / fresh.generation()).glob("*.idx"))
    file.write_bytes(file.read_bytes()[:-30] + bytes(30))
    again = engine.fresh("kho.1")
    assert again.place() == Place()
    again.close()


def test_a_generation_of_another_schema_is_no_way_back(folder: Path) -> None:
    engine = open_engine(f"tantivy:{folder}")
    swapped(engine)
    engine.close()
    words = (folder / "current").read_text()
    (folder / "current").write_text(words.replace(f'"schema":{SCHEMA}', f'"schema":{SCHEMA - 1}'))
    assert (engine.previous(), engine.generations(), engine.readable()) == (None, (), False)
    swapped(engine)
    assert (engine.generation(), engine.previous()) == ("g3", None)
    assert sorted(path.name for path in folder.glob("g*")) == ["g3"]


def test_the_room_that_is_needed_is_that_of_the_present_index(folder: Path) -> None:
    generations = Generations(folder, "tantivy:")
    engine = open_engine(f"tantivy:{folder}")
    before = generations.room()
    size = sum(path.stat().st_size for path in (folder / "g1").iterdir())
    assert before.needed == size + 64_000_000
    fresh = engine.fresh("kho.1")
    fresh.write(LIBRARY[:2], PLACE)
    fresh.close()
    assert before.needed > generations.room().needed > 64_000_000, "what is there is not needed again"
    assert before.free == pytest.approx(shutil.disk_usage(folder).free, rel=0.5)
    assert Generations(folder / "not" / "yet", "tantivy:").room().needed == 64_000_000
