"""An index follows a store: what is shown is what the sources last said, and only what changed is mapped again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from demo.town import Town
from harvester import Store, TakeDown, key_of
from harvester.store import schema
from index import Filter, Query, open_engine, rebuild, update
from index.documents import checksum_of
from index.generations import Held
from index.query import Document, Engine, Place
from index.verifying import FEW
from mappings import Origin
from tests.conftest import Clock
from tests.harvester.test_visit import register, visit
from tests.index.memory_engine import MemoryEngine
from tests.index.test_engine_contract import document

NAME = "tieu-hoc-kim-dong"


def origins(store: Store, province: str = "04") -> dict[str, Origin]:
    rows = store.log.sources()
    return {name: Origin(name, row.first_id, name, province) for name, row in rows.items()}


@pytest.fixture(params=["tantivy", "memory", "elasticsearch_9"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "elasticsearch_9":
        node = request.getfixturevalue(request.param)
        yield open_engine(f"elasticsearch:{node.url}/feed?shards=2")
        node.remove_indexes()
        return
    opened = MemoryEngine() if request.param == "memory" else open_engine(f"tantivy:{tmp_path}/index")
    yield opened
    opened.close()


def balance(store: Store, engine: Engine) -> None:
    counts, held = engine.counts(), store.log.counts()
    shown = counts.documents + counts.quarantined + counts.suppressed
    assert shown == sum(each["present"] + each["missing"] for each in held.values())
    assert counts.withdrawn == sum(each["withdrawn"] for each in held.values())
    assert engine.place().sequence == store.log.identity()[2]


def test_an_index_follows_two_nights(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    balance(sqlite_store, engine)
    town.next_night()
    visit(sqlite_store, town, NAME)
    progress = update(sqlite_store.log, engine, origins(sqlite_store))
    assert (progress.changes, progress.rebuilt, progress.remapped) == (49, False, [])
    balance(sqlite_store, engine)
    assert engine.counts().withdrawn == 14
    assert engine.search(Query('"bản chỉnh sửa"', size=1)).total == 25


def test_a_quiet_update_writes_nothing(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    progress = update(sqlite_store.log, engine, origins(sqlite_store))
    assert (progress.changes, progress.written, progress.remapped) == (0, 0, [])


def test_changed_settings_of_a_source_map_only_it_again(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    visit(sqlite_store, town, "thpt-hong-duc")
    known = origins(sqlite_store)
    update(sqlite_store.log, engine, known)
    known[NAME] = msgspec.structs.replace(known[NAME], province="40")
    progress = update(sqlite_store.log, engine, known)
    assert progress.remapped == [NAME]
    assert progress.written == 400
    assert engine.search(Query(filters=(Filter("province", ("vn-40",)),))).total == 400


def test_whoever_remembers_answers_sees_that_records_were_mapped_again(
    sqlite_store: Store, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place in the store is the same, and every batch of a mapping gives other answers."""
    monkeypatch.setattr("index.feed.BATCH", 100)
    visit(sqlite_store, town, NAME)
    visit(sqlite_store, town, "thpt-hong-duc")
    update(sqlite_store.log, engine, origins(sqlite_store))
    before, seen = engine.place(), list[Place]()
    update(sqlite_store.log, engine, origins(sqlite_store))
    assert engine.place() == before
    update(sqlite_store.log, engine, origins(sqlite_store, province="40"), lambda number: seen.append(engine.place()))
    assert len(seen) > 1
    assert len({before.rewritten, *(each.rewritten for each in seen)}) == 1 + len(seen)
    assert {msgspec.structs.replace(each, rewritten=before.rewritten) for each in seen} == {before}
    update(sqlite_store.log, engine, origins(sqlite_store, province="40"))
    assert engine.place() == seen[-1]


def test_mapping_again_writes_only_documents_that_differ(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    known = origins(sqlite_store)
    update(sqlite_store.log, engine, known)
    shown, compared = engine.held(""), list[int]()
    engine.mark({NAME: "another mapping, which makes the same of all records but three"})
    keys = sorted(shown)[::150]
    edited = [
        msgspec.structs.replace(document(int(version.partition(".")[0]), "Cũ"), key=key, source=NAME, version=version)
        for key, version in ((key, shown[key].version) for key in keys)
    ]
    engine.write([msgspec.structs.replace(each, checksum=checksum_of(each)) for each in edited], engine.place())
    progress = update(sqlite_store.log, engine, known, compared.append)
    assert (progress.remapped, progress.written, len(keys)) == ([NAME], 3, 3)
    assert sum(compared) == len(shown) == 400
    assert engine.held("") == shown
    assert update(sqlite_store.log, engine, known).remapped == []


@pytest.mark.parametrize("engine", ["memory", "tantivy"], indirect=True)
def test_where_all_documents_differ_few_are_asked_for(
    sqlite_store: Store, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    asked = list[int]()

    def counted(self: Engine, keys: Sequence[str]) -> dict[str, Held]:
        asked.append(len(keys))
        return held_of(self, keys)

    held_of = type(engine).held_of
    monkeypatch.setattr(type(engine), "held_of", counted)
    assert update(sqlite_store.log, engine, origins(sqlite_store, province="40")).written == 400
    assert asked == [FEW]


def test_a_source_that_is_registered_while_an_index_is_updated_is_mapped_by_its_settings_next(
    sqlite_store: Store, town: Town, engine: Engine
) -> None:
    """An update knows the sources that there were when it began; a harvest beside it may bring another one."""
    visit(sqlite_store, town, NAME)
    before = origins(sqlite_store)
    update(sqlite_store.log, engine, before)
    visit(sqlite_store, town, "thpt-hong-duc")
    assert update(sqlite_store.log, engine, before).changes > 0
    known = origins(sqlite_store, province="40")
    assert "thpt-hong-duc" in update(sqlite_store.log, engine, known).remapped
    total = engine.search(Query()).total
    assert engine.search(Query(filters=(Filter("province", ("vn-40",)),))).total == total
    assert update(sqlite_store.log, engine, known).remapped == []


def test_settings_that_change_while_an_update_is_broken_off_are_followed(sqlite_store: Store, town: Town) -> None:
    from index.query import IndexUnreachableError

    class Full(MemoryEngine):
        def mark(self, fingerprints: Mapping[str, str]) -> None:
            raise IndexUnreachableError("memory:", "the disk is full")

    visit(sqlite_store, town, NAME)
    engine = MemoryEngine()
    update(sqlite_store.log, engine, origins(sqlite_store))
    visit(sqlite_store, town, "thpt-hong-duc")
    engine.__class__ = Full
    with pytest.raises(IndexUnreachableError):
        update(sqlite_store.log, engine, origins(sqlite_store))
    engine.__class__ = MemoryEngine
    known = origins(sqlite_store)
    known["thpt-hong-duc"] = msgspec.structs.replace(known["thpt-hong-duc"], province="40")
    update(sqlite_store.log, engine, known)
    found = engine.search(Query(filters=(Filter("source", ("thpt-hong-duc",)),), facets=("province",)))
    assert [value.value for value in found.facets[0].values] == ["vn-40"]


def test_a_take_down_is_a_tombstone(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    identifier = "oai:thkimdong.example:30"
    sqlite_store.take_down(TakeDown(source=NAME, identifier=identifier, reason="yêu cầu", at=1))
    update(sqlite_store.log, engine, origins(sqlite_store))
    counts = engine.counts()
    assert (counts.documents, counts.suppressed) == (399, 1)
    balance(sqlite_store, engine)
    change = sqlite_store.log.record_of(NAME, identifier)
    assert change is not None
    assert engine.get(change.key) is None


def test_missing_records_stay_shown(sqlite_store: Store, town: Town, engine: Engine) -> None:
    from harvester import Wish

    visit(sqlite_store, town, NAME)
    town.repositories[NAME].entries.pop("oai:thkimdong.example:30")
    town.repositories[NAME]._order = None
    assert visit(sqlite_store, town, NAME, Wish(full=True)).ledger.missing == 1
    update(sqlite_store.log, engine, origins(sqlite_store))
    assert engine.counts().documents == 400
    balance(sqlite_store, engine)


def test_rebuilding_gives_the_same(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    town.next_night()
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    question = Query("toán", facets=("grade", "type"), sort="title", size=100)
    before = engine.search(question)
    rebuild(sqlite_store.log, engine, origins(sqlite_store))
    after = engine.search(question)
    assert msgspec.structs.replace(after, cursor="") == msgspec.structs.replace(before, cursor="")
    balance(sqlite_store, engine)


def test_a_date_later_than_the_datestamp_is_kept_however_a_record_comes_into_an_index(
    sqlite_store: Store, town: Town, clock: Clock
) -> None:
    """It is plausible by the year of fetching, which the store keeps: later years change nothing of it."""
    identifier, entry = next(iter(town.repositories[NAME].entries.items()))
    late = entry.edited(entry.datestamp.replace(year=2019), date="2023")
    town.repositories[NAME].entries[identifier] = late
    visit(sqlite_store, town, NAME)
    followed, anew = MemoryEngine(), MemoryEngine()
    update(sqlite_store.log, followed, origins(sqlite_store))
    clock.now += 3 * 366 * 86400
    rebuild(sqlite_store.log, anew, origins(sqlite_store))
    update(sqlite_store.log, followed, origins(sqlite_store, "40"))
    update(sqlite_store.log, anew, origins(sqlite_store, "40"))
    key = key_of(NAME, identifier)
    found = [engine.get(key) for engine in (followed, anew)]
    assert [b'"issued":"2023"' in one.stored for one in found if one] == [True, True]
    assert found[0] == found[1]


def test_processes_side_by_side_make_the_same_index(
    sqlite_store: Store, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def contents(folder: str) -> tuple[object, ...]:
        engine = open_engine(f"tantivy:{tmp_path}/{folder}")
        for night in range(2):
            if night:
                town.next_night()
            update(sqlite_store.log, engine, known)
        known[NAME] = msgspec.structs.replace(known[NAME], province="40")
        assert update(sqlite_store.log, engine, known).remapped == [NAME]
        balance(sqlite_store, engine)
        found = engine.search(Query("toán", facets=("grade", "type", "province"), sort="title", size=100))
        return found, engine.counts(), engine.marks(), engine.held("")

    for name in (NAME, "thpt-hong-duc"):
        visit(sqlite_store, town, name)
    known = origins(sqlite_store)
    alone = contents("alone")
    known = origins(sqlite_store)
    monkeypatch.setattr("index.streaming.processes", lambda records: 2)
    monkeypatch.setattr("index.streaming.READ", 100)
    monkeypatch.setattr("index.feed.BATCH", 300)
    assert contents("together") == alone


def test_another_store_makes_another_generation(
    sqlite_store: Store, town: Town, engine: Engine, tmp_path: Path
) -> None:
    from harvester import open_store

    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    other = open_store(f"sqlite:///{tmp_path}/other.db", clock=time.time)
    visit(other, town, "thpt-hong-duc")
    progress = update(other.log, engine, origins(other))
    assert progress.rebuilt
    balance(other, engine)
    other.close()


def test_what_an_engine_refuses_is_quarantined(sqlite_store: Store, town: Town) -> None:

    from index.query import Refused

    class Picky(MemoryEngine):
        def write(self, batch: Sequence[Document], place: Place, *, new: bool = False) -> tuple[Refused, ...]:
            good = [each for each in batch if each.status != "shown" or not each.key.startswith("a")]
            super().write(good, place)
            return tuple(Refused(each.key, "too strange") for each in batch if each not in good)

    engine = Picky()
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    assert engine.counts().quarantined > 0
    assert {each.reason for each in engine.documents.values() if each.status == "quarantined"} == {"too strange"}
    balance(sqlite_store, engine)


def test_a_take_down_after_the_fact_reaches_the_index(store: Store, town: Town, engine: Engine) -> None:
    visit(store, town, NAME)
    update(store.log, engine, origins(store))
    store.take_down(TakeDown(source=NAME, identifier="oai:thkimdong.example:100", reason="yêu cầu", at=1))
    progress = update(store.log, engine, origins(store))
    assert (progress.changes, progress.verified, progress.rebuilt) == (1, False, False)
    assert (engine.counts().documents, engine.counts().suppressed) == (399, 1)
    balance(store, engine)


def test_a_take_down_told_while_an_index_is_built_anew_is_in_it(
    sqlite_store: Store, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(sqlite_store, town, NAME)
    adopt = type(engine).adopt

    def late(self: Engine, fresh: Engine) -> None:
        sqlite_store.take_down(TakeDown(source=NAME, identifier="oai:thkimdong.example:100", reason="x", at=1))
        adopt(self, fresh)  # type: ignore[arg-type]

    monkeypatch.setattr(type(engine), "adopt", late)
    rebuild(sqlite_store.log, engine, origins(sqlite_store))
    assert engine.counts().suppressed == 1


@pytest.mark.parametrize("part", [1_000_000, 100])
def test_an_index_of_another_epoch_is_compared_and_only_what_differs_is_written(
    store: Store, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """The store is put back to its first night: the index holds records and changes that the store never heard of."""
    monkeypatch.setattr("index.verifying.PART", part)
    visit(store, town, NAME)
    update(store.log, engine, origins(store))
    rows = engine.held("")
    sample = sorted(rows)[:7]
    engine.drop(sample[:3])
    strange = [
        msgspec.structs.replace(document(number, "Bản ghi của một cuộc đời khác"), key=key_of(NAME, f"khac-{number}"))
        for number in range(5)
    ]
    engine.write([*strange, Document(sample[3], NAME, 9, "withdrawn", version="999999.ab")], engine.place())
    identity = schema.identity
    store.database.write(lambda c: c.execute(identity.update().values(epoch=identity.c.epoch + 1)) and None)
    progress = update(store.log, engine, origins(store))
    assert (progress.verified, progress.rebuilt, progress.written) == (True, False, 4)
    assert engine.held("") == rows
    balance(store, engine)
    assert update(store.log, engine, origins(store)).verified is False


def test_a_comparison_that_is_cut_short_begins_again(
    sqlite_store: Store, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    engine.drop(sorted(engine.held(""))[:200])
    identity = schema.identity
    sqlite_store.database.write(lambda c: c.execute(identity.update().values(epoch=identity.c.epoch + 1)) and None)
    monkeypatch.setattr("index.verifying.PART", 50)
    monkeypatch.setattr("index.feed.BATCH", 30)

    class Killed(Exception):
        pass

    told: list[int] = []

    def die(number: int) -> None:
        told.append(number)
        if len(told) == 3:
            raise Killed

    with pytest.raises(Killed):
        update(sqlite_store.log, engine, origins(sqlite_store), die)
    assert update(sqlite_store.log, engine, origins(sqlite_store)).verified
    balance(sqlite_store, engine)


def test_an_index_that_is_ahead_of_its_store_compares_itself(
    tmp_path: Path, town: Town, engine: Engine, clock: Clock
) -> None:
    """Somebody put an older file in the store's place and told nobody."""
    import shutil

    from harvester import open_store

    url = f"sqlite:///{tmp_path}/kho.db"
    store = open_store(url, clock=clock)
    visit(store, town, NAME)
    store.close()
    shutil.copy(tmp_path / "kho.db", tmp_path / "older.db")
    store = open_store(url, clock=clock)
    town.next_night()
    visit(store, town, NAME)
    update(store.log, engine, origins(store))
    assert engine.counts().withdrawn == 14
    store.close()
    shutil.copy(tmp_path / "older.db", tmp_path / "kho.db")
    store = open_store(url, clock=clock)
    progress = update(store.log, engine, origins(store))
    assert progress.verified or progress.rebuilt  # a cluster lets go of no newer state: it is built anew
    assert engine.counts().withdrawn == 0
    balance(store, engine)
    visit(store, town, NAME)
    assert update(store.log, engine, origins(store)).changes == 49
    balance(store, engine)
    store.close()


def test_a_renamed_source_is_found_under_its_new_name(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    register(sqlite_store, "tieu-hoc-moi", NAME, town.urls[NAME])
    update(sqlite_store.log, engine, origins(sqlite_store))
    assert engine.search(Query(filters=(Filter("source", ("tieu-hoc-moi",)),))).total == 400
    assert engine.search(Query(filters=(Filter("source", (NAME,)),))).total == 0
