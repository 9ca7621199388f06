"""The promise: a real ``kho harvest`` is killed at random moments while a proxy cuts, stalls and corrupts answers.

Nothing is lost, nothing is there twice, and nothing that was corrupted was ever taken. KHO_KILLS sets how many kills
(60; ``make crash`` 300). The seed is printed.
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo.town import TOWN, Town, sources_yaml
from harvester import Store, open_store
from harvester.store import schema
from index import FACETS, Query, open_engine
from tests.commands.calling import kho, start
from tests.crash.proxy import NOISES, Proxy

KILLS = int(os.environ.get("KHO_KILLS", "60"))
SEED = 20_261_120
HEALTHY = tuple(replace(each, faults=("", "")) for each in TOWN if each.count)
NIGHTS, ATTEMPTS = 2, 15  # a round kills so often in each night, unless it comes too late
SIDE_BY_SIDE = 2
MOST_ROUNDS = (
    24  # each disturbs some fifty answers; of a machine so slow that it disturbs three, all five noises in sixty
)


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_lost_and_nothing_twice(tmp_path: Path) -> None:
    print(f"seed {SEED}, {KILLS} kills")
    kills, rounds = 0, 0
    noises: Counter[str] = Counter()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        # On a slow machine so many kills hit in two rounds, before every noise was heard: then it goes on.
        while kills < KILLS or (KILLS >= 60 and rounds < MOST_ROUNDS and not set(NOISES) <= set(noises)):
            folders = [tmp_path / f"round-{rounds + each}" for each in range(SIDE_BY_SIDE)]
            for hits, disturbed in pool.map(_round, folders, range(SEED + rounds, SEED + rounds + SIDE_BY_SIDE)):
                kills += hits
                noises += disturbed
            rounds += SIDE_BY_SIDE
    print(f"{kills} kills in {rounds} rounds; answers disturbed: {dict(noises)}")
    assert kills >= KILLS
    if KILLS >= 60:
        assert set(NOISES) <= set(noises)


def _round(folder: Path, seed: int) -> tuple[int, Counter[str]]:
    """One federation's two nights, killed again and again; returns how many kills hit, and what else happened."""
    folder.mkdir()
    chance = random.Random(seed)
    town = Town(HEALTHY)
    proxies = {name: Proxy(url, seed) for name, url in town.urls.items()}
    for name, repository in town.repositories.items():
        repository.page_size = 25  # more pages, more moments
        town.urls[name] = proxies[name].url
    try:
        settings = sources_yaml(town).replace("patience: 0, timeout: 20", "patience: 3, timeout: 2")
        assert "timeout: 2}" in settings
        (folder / "sources.yaml").write_text(settings, encoding="utf-8")
        kills, said = 0, set[bytes]()
        for _ in range(NIGHTS):
            said |= _said(town)
            for proxy in proxies.values():
                proxy.noisy = True
            for _ in range(ATTEMPTS):
                kills += _kill_one(folder, chance)
            for proxy in proxies.values():
                proxy.noisy = False
            done = kho(folder, "harvest")
            assert done.returncode == 0, done.stdout + done.stderr
            _check(folder, town, said)
            town.next_night()
        return kills, sum((proxy.done for proxy in proxies.values()), Counter())
    finally:
        for proxy in proxies.values():
            proxy.stop()
        town.stop()


def _said(town: Town) -> set[bytes]:
    """Return every record that the town says tonight, byte for byte."""
    said = set[bytes]()
    for repository in town.repositories.values():
        prefix = "lom" if "lom" in repository.formats else "oai_dc"
        asked = {"verb": "ListRecords", "metadataPrefix": prefix}
        while asked:
            answer = repository.answer(asked)
            said |= set(re.findall(rb"<record>.*?</record>", answer, re.DOTALL))
            token = re.search(rb"<resumptionToken[^>]*>([^<]+)</resumptionToken>", answer)
            asked = {"verb": "ListRecords", "resumptionToken": token[1].decode()} if token else {}
    return said


def _kill_one(folder: Path, chance: random.Random) -> bool:
    """Start a harvest and kill it somewhere between its first import and its last commit."""
    process = start(folder, "harvest")
    end = time.monotonic() + chance.uniform(0.4, 4.4)
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.005)
    hit = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return hit


def _check(folder: Path, town: Town, said: set[bytes]) -> None:
    store = open_store(f"sqlite:///{folder}/kho.db")
    try:
        for name in town.institutions:
            live = {i for i, entry in town.truth(name).items() if not entry.deleted}
            records = list(store.log.every_record(name))
            assert {r.identifier for r in records if r.presence == "present"} == live
            assert len({r.identifier for r in records}) == len(records)
        _check_log(store)
        _check_archive(store, said)
        _check_index(folder, store, town)
    finally:
        store.close()


def _check_archive(store: Store, said: set[bytes]) -> None:
    """Whatever was taken at any time is what the town said, to the last bit."""
    table = schema.payload
    with store.database.reading() as connection:
        for row in connection.execute(sa.select(table.c.body, table.c.dictionary)).all():
            assert store.bodies.unpack(connection, row.body, row.dictionary) in said


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
