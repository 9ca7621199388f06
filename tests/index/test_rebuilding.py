"""Building an index anew: it goes on where it was broken off, is proved, can be undone, and forgets what must go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from demo.town import Town
from harvester import Change, Store, TakeDown
from index import Query, faults, forget, open_engine, rebuild, rollback, update
from index.errors import NoGenerationError, NotVerifiedError
from index.query import Document, Engine
from mappings import Origin
from tests.harvester.test_visit import visit
from tests.index.memory_engine import MemoryEngine
from tests.index.test_feed import NAME, origins
from tests.index.test_feed import engine as engine

OTHER = "thpt-hong-duc"
RECORDS = {NAME: 400, OTHER: 240}


class Killed(Exception):
    pass


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how many records of each source are mapped."""
    import index.streaming

    counted: Counter[str] = Counter()
    make = index.streaming.documents_of

    def count(changes: Sequence[Change], known: Mapping[str, Origin]) -> list[Document]:
        counted.update(change.source for change in changes)
        return make(changes, known)

    monkeypatch.setattr("index.streaming.documents_of", count)
    monkeypatch.setattr("index.streaming.READ", 20)
    monkeypatch.setattr("index.feed.BATCH", 40)
    return counted


def break_off(store: Store, engine: Engine, after: int) -> None:
    told: list[int] = []

    def die(number: int) -> None:
        told.append(number)
        if sum(told) >= after:
            raise Killed

    with pytest.raises(Killed):
        rebuild(store.log, engine, origins(store), die)
    engine.close()


def clean(store: Store, engine: Engine) -> None:
    assert list(faults(store.log, engine)) == []
    assert engine.place().sequence == store.log.identity()[2]


def test_what_was_broken_off_goes_on_and_maps_no_whole_source_again(
    sqlite_store: Store, town: Town, engine: Engine, mapped: Counter[str]
) -> None:
    for name in (NAME, OTHER):
        visit(sqlite_store, town, name)
    first = OTHER if OTHER < NAME else NAME
    break_off(sqlite_store, engine, RECORDS[first] + 60)  # a source is marked with the batch in which it ends
    mapped.clear()
    town.next_night()
    visit(sqlite_store, town, NAME)  # meanwhile the store goes on
    done = rebuild(sqlite_store.log, engine, origins(sqlite_store))
    changed = len(sqlite_store.log.changes(sum(RECORDS.values()), 1000))
    assert done.resumed >= RECORDS[first]
    assert 0 < changed < 100
    assert mapped[first] <= changed, "it was wholly mapped"
    rest = sum(sum(each.values()) for each in sqlite_store.log.counts().values()) - RECORDS[first]
    assert mapped.total() <= rest + changed
    clean(sqlite_store, engine)
    assert engine.counts().documents == update_of_a_new_one(sqlite_store)


def update_of_a_new_one(store: Store) -> int:
    other = MemoryEngine()
    update(store.log, other, origins(store))
    return other.counts().documents


def test_what_was_broken_off_for_another_epoch_of_the_store_begins_anew(
    sqlite_store: Store, town: Town, engine: Engine, mapped: Counter[str]
) -> None:
    visit(sqlite_store, town, NAME)
    break_off(sqlite_store, engine, 200)
    sqlite_store.begin_epoch()
    mapped.clear()
    done = rebuild(sqlite_store.log, engine, origins(sqlite_store))
    assert (done.resumed, mapped.total()) == (0, 400)
    clean(sqlite_store, engine)


def test_a_source_whose_mapping_has_changed_meanwhile_is_mapped_again(
    sqlite_store: Store, town: Town, engine: Engine
) -> None:
    for name in (NAME, OTHER):
        visit(sqlite_store, town, name)
    break_off(sqlite_store, engine, 640)
    known = origins(sqlite_store)
    known[OTHER] = msgspec.structs.replace(known[OTHER], province="40")
    rebuild(sqlite_store.log, engine, known)
    assert {value.value for value in engine.search(Query(facets=("province",))).facets[0].values} >= {"vn-40"}
    assert update(sqlite_store.log, engine, known).remapped == []


def test_what_is_not_as_the_store_says_never_answers(sqlite_store: Store, town: Town) -> None:
    class Forgetful(MemoryEngine):
        def mark(self, fingerprints: Mapping[str, str]) -> None:
            super().mark(fingerprints)
            if self.documents:
                self.documents.pop(min(self.documents))

    engine = Forgetful()
    visit(sqlite_store, town, NAME)
    with pytest.raises(NotVerifiedError) as caught:
        rebuild(sqlite_store.log, engine, origins(sqlite_store))
    assert "missing" in caught.value.example
    for language, word in (("vi", "không khớp"), ("en", "not what the store says")):
        assert word in caught.value.sentence(language)
    assert (engine.counts().documents, [each.state for each in engine.generations()]) == (0, ["current"])
    engine.__class__ = MemoryEngine  # type: ignore[assignment]
    rebuild(sqlite_store.log, engine, origins(sqlite_store))
    clean(sqlite_store, engine)


def test_going_back_follows_every_later_change_first(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    rebuild(sqlite_store.log, engine, origins(sqlite_store))
    now = engine.generation()
    town.next_night()
    visit(sqlite_store, town, NAME)
    sqlite_store.take_down(TakeDown(source=NAME, identifier="oai:thkimdong.example:100", reason="yêu cầu", at=1))
    update(sqlite_store.log, engine, origins(sqlite_store))
    shown = engine.search(Query(size=100, sort="title"))
    assert rollback(sqlite_store.log, engine, origins(sqlite_store)).changes > 1
    assert engine.generation() != now
    assert engine.search(Query(size=100, sort="title")).hits == shown.hits
    assert engine.counts().suppressed == 1
    clean(sqlite_store, engine)
    assert rollback(sqlite_store.log, engine, origins(sqlite_store)).changes == 0
    assert engine.generation() == now


def test_going_back_to_one_of_another_epoch_compares_it_first(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    rebuild(sqlite_store.log, engine, origins(sqlite_store))
    sqlite_store.begin_epoch()
    assert rollback(sqlite_store.log, engine, origins(sqlite_store)).verified
    clean(sqlite_store, engine)


def test_there_is_no_way_back_to_another_store(sqlite_store: Store, town: Town, engine: Engine, tmp_path: Path) -> None:
    from harvester import open_store

    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    visit(other, town, OTHER)
    update(other.log, engine, origins(other))
    with pytest.raises(NoGenerationError):
        rollback(other.log, engine, origins(other))
    clean(other, engine)
    other.close()


def test_what_was_erased_is_in_no_generation(sqlite_store: Store, town: Town, tmp_path: Path) -> None:
    engine = open_engine(f"tantivy:{tmp_path}/index")
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    rebuild(sqlite_store.log, engine, origins(sqlite_store))
    engine.fresh("dở dang").close()
    assert [each.state for each in engine.generations()] == ["current", "kept", "unfinished"]
    forget(sqlite_store.log, engine, origins(sqlite_store))
    assert [each.state for each in engine.generations()] == ["current"]
    assert len(list((tmp_path / "index").glob("g*"))) == 1
    engine.close()
