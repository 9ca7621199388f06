"""The promise: a real ``kho harvest`` is killed at random moments; nothing is lost, nothing is there twice.

KHO_KILLS sets how many kills (60; ``make crash`` 300). The seed is printed.
"""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo.town import TOWN, Town, sources_yaml
from harvester import Store, open_store
from harvester.store import schema
from index import FACETS, Query, open_engine
from tests.commands.calling import kho, start

KILLS = int(os.environ.get("KHO_KILLS", "60"))
SEED = 20_261_120
HEALTHY = tuple(replace(each, faults=("", "")) for each in TOWN if each.count)


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_lost_and_nothing_twice(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}, {KILLS} kills")
    kills = rounds = 0
    while kills < KILLS:
        folder = tmp_path / f"round-{rounds}"
        folder.mkdir()
        kills += _round(folder, chance)
        rounds += 1
    assert kills >= KILLS


def _round(folder: Path, chance: random.Random) -> int:
    """One federation's two nights, killed again and again; returns how many kills hit."""
    town = Town(HEALTHY)
    for repository in town.repositories.values():
        repository.page_size = 25  # more pages, more moments
    try:
        (folder / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
        kills = 0
        for _ in range(2):
            for _ in range(7):
                kills += _kill_one(folder, chance)
            done = kho(folder, "harvest")
            assert done.returncode == 0, done.stderr
            _check(folder, town)
            town.next_night()
        return kills
    finally:
        town.stop()


def _kill_one(folder: Path, chance: random.Random) -> bool:
    """Start a harvest and kill it somewhere between its first import and its last commit."""
    process = start(folder, "harvest")
    end = time.monotonic() + chance.uniform(0.4, 2.2)
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.005)
    hit = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return hit


def _check(folder: Path, town: Town) -> None:
    store = open_store(f"sqlite:///{folder}/kho.db")
    try:
        for name in town.institutions:
            live = {i for i, entry in town.truth(name).items() if not entry.deleted}
            records = list(store.log.every_record(name))
            assert {r.identifier for r in records if r.presence == "present"} == live
            assert len({r.identifier for r in records}) == len(records)
        _check_log(store)
        _check_index(folder, store, town)
    finally:
        store.close()


def _check_log(store: Store) -> None:
    """Each change begins where the one before it ended, and the last one is what the record is."""
    change, record = schema.change, schema.record
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(change).order_by(change.c.sequence)).all()
        records = {row.id: row for row in connection.execute(sa.select(record))}
        staged = connection.scalar(sa.select(sa.func.count()).select_from(schema.staged))
    last: dict[int, tuple[int | None, int]] = {}
    for row in rows:
        before = last.get(row.record)
        if before is None:
            assert row.was is None
        else:
            assert row.was == before[1]
            assert row.before == before[0] or before[1] == schema.WITHDRAWN
        last[row.record] = (row.after, row.presence)
    assert last.keys() == records.keys()
    for number, (after, presence) in last.items():
        assert presence == records[number].presence
        assert after in (records[number].payload, None)
    assert staged == 0


def _check_index(folder: Path, store: Store, town: Town) -> None:
    engine = open_engine(f"tantivy:{folder}/index")
    counts = engine.counts()
    total = sum(1 for name in town.institutions for entry in town.truth(name).values() if not entry.deleted)
    assert counts.documents + counts.quarantined + counts.suppressed == total
    assert engine.place().sequence == store.log.identity()[2]
    facets = engine.search(Query(facets=FACETS, facet_size=50)).facets
    by_source = {value.value: value.count for facet in facets if facet.field == "source" for value in facet.values}
    assert by_source == {
        name: sum(1 for entry in town.truth(name).values() if not entry.deleted) for name in town.institutions
    }
    for name in town.institutions:
        for entry in list(town.truth(name).values())[:20]:
            if not entry.deleted:
                change = store.log.record_of(name, entry.identifier)
                assert change is not None
                assert engine.get(change.key) is not None
    engine.close()
