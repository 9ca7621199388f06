"""An index follows a store: what is shown is what the sources last said, and only what changed is mapped again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from demo.town import Town
from harvester import Store
from harvester.store import schema
from index import Query, open_engine, rebuild, update
from index.query import Engine
from mappings import Origin
from tests.harvester.test_visit import visit
from tests.index.memory_engine import MemoryEngine

NAME = "tieu-hoc-kim-dong"


def origins(store: Store, province: str = "04") -> dict[str, Origin]:
    rows = store.log.sources()
    return {name: Origin(name, row.first_id, name, province) for name, row in rows.items()}


@pytest.fixture(params=["tantivy", "memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
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
    assert engine.search(Query(filters=(("province", ("vn-40",)),))).total == 400


def test_a_take_down_is_a_tombstone(sqlite_store: Store, town: Town, engine: Engine) -> None:
    visit(sqlite_store, town, NAME)
    identifier = "oai:thkimdong.example:30"
    row = {"source": NAME, "identifier": identifier, "reason": "yêu cầu", "at": 1}
    sqlite_store.database.write(lambda c: c.execute(schema.suppression.insert().values(row)) and None)
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
    assert engine.search(question) == before
    balance(sqlite_store, engine)


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
    from collections.abc import Sequence

    from index.query import Document, Place, Refused

    class Picky(MemoryEngine):
        def write(self, batch: Sequence[Document], place: Place) -> tuple[Refused, ...]:
            good = [each for each in batch if each.status != "shown" or not each.key.startswith("a")]
            super().write(good, place)
            return tuple(Refused(each.key, "too strange") for each in batch if each not in good)

    engine = Picky()
    visit(sqlite_store, town, NAME)
    update(sqlite_store.log, engine, origins(sqlite_store))
    assert engine.counts().quarantined > 0
    assert {each.reason for each in engine.documents.values() if each.status == "quarantined"} == {"too strange"}
    balance(sqlite_store, engine)
