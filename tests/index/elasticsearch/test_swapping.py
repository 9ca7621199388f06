"""A reader in a loop notices nothing of rebuilds and swaps: no error, no empty answer, never two generations in one."""

from __future__ import annotations

import threading

import pytest

from index import Query
from index.query import Place
from tests.index.elasticsearch.conftest import opened
from tests.index.elasticsearch.node import Node
from tests.index.test_engine_contract import document

SWAPS, RECORDS = 50, 20


@pytest.mark.slow
def test_a_reader_notices_nothing_of_fifty_swaps(server: Node) -> None:
    engine = opened(server, shards=2)
    name = engine._connection.address.name

    def build(number: int) -> None:
        fresh = engine.fresh()
        said = f"Thế hệ {number}"
        batch = [document(each, said, grade=(str(number % 12 + 1),)) for each in range(1, RECORDS + 1)]
        fresh.write(batch, Place("store", 7, RECORDS, "k", "ab"), new=True)
        engine.adopt(fresh)

    build(0)
    ended = threading.Event()
    broken: list[str] = []
    answers: list[str] = []

    def read() -> None:
        reader = opened(server, name=name, shards=2)
        while not ended.is_set():
            try:
                found = reader.search(Query("thế hệ", facets=("grade",), size=RECORDS))
            except Exception as error:  # noqa: BLE001  # told in the main thread
                broken.append(repr(error))
                continue
            said = {hit.stored.split(b'"title":"')[1].split(b'"')[0].decode() for hit in found.hits}
            values = [(each.value, each.count) for each in found.facets[0].values]
            if found.total != RECORDS or len(said) != 1 or len(values) != 1 or values[0][1] != RECORDS:
                broken.append(f"{found.total} {said} {values}")
            answers.append(said.pop() if said else "")

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, SWAPS + 1):
        build(number)
        seen = len(answers)
        while len(answers) < seen + 4 and not broken:  # everybody has asked since
            ended.wait(0.01)
    ended.set()
    for thread in threads:
        thread.join()
    print(f"{len(answers):,} answers through {SWAPS} swaps, {len(broken)} of them wrong")
    assert broken == []
    assert {f"Thế hệ {number}" for number in range(1, SWAPS + 1)} <= set(answers), "each one has answered"
