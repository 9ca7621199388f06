"""The same question has the same answer from Tantivy and from real servers, with one shard and with three."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from index import Query, open_engine
from index.query import Engine, Hits
from tests.index.elasticsearch import parity
from tests.index.elasticsearch.node import Node
from tests.index.memory_engine import MemoryEngine

RECORDS, QUESTIONS = 1_500, 80


def test_every_engine_gives_the_same_answer(elasticsearch_9: Node, elasticsearch_8: Node, tmp_path: Path) -> None:
    made = list(parity.documents(RECORDS))
    engines: dict[str, Engine] = {"tantivy": open_engine(f"tantivy:{tmp_path}/index")}
    for node in (elasticsearch_9, elasticsearch_8):
        for shards in (1, 3):
            engines[f"{node.version}/{shards}"] = open_engine(
                f"elasticsearch:{node.url}/parity-{shards}?shards={shards}"
            )
    for engine in engines.values():
        parity.fill(engine, made)
    report = parity.compare(engines, parity.questions(made, QUESTIONS))
    for engine in engines.values():
        engine.close()
    elasticsearch_9.remove_indexes()
    elasticsearch_8.remove_indexes()
    said = "\n".join(report.lines())
    assert not any(report.differing.values()), said
    assert report.found >= 0.7 * QUESTIONS, said
    assert report.filtered >= 0.15 * QUESTIONS, said
    assert max(report.otherwise_ranked.values(), default=0) <= 0.05 * report.ranked, said


class _Adds(MemoryEngine):
    def search(self, query: Query) -> Hits:
        found = super().search(query)
        return msgspec.structs.replace(found, total=found.total + bool(query.filters))


class _Miscounts(MemoryEngine):
    def search(self, query: Query) -> Hits:
        found = super().search(query)
        facets = tuple(msgspec.structs.replace(each, values=each.values[1:]) for each in found.facets)
        return msgspec.structs.replace(found, facets=facets)


class _Swaps(MemoryEngine):
    def search(self, query: Query) -> Hits:
        found = super().search(query)
        turned = found.hits[::-1] if query.sort == "title" else found.hits
        return msgspec.structs.replace(found, hits=turned)


@pytest.mark.parametrize(("broken", "part"), [(_Adds, "total"), (_Miscounts, "facets"), (_Swaps, "ordered")])
def test_an_engine_that_differs_is_found(broken: type[MemoryEngine], part: str) -> None:
    made = list(parity.documents(60))
    engines: dict[str, Engine] = {"right": MemoryEngine(), "same": MemoryEngine(), "broken": broken()}
    for engine in engines.values():
        parity.fill(engine, made)
    report = parity.compare(engines, parity.questions(made, 30))
    assert report.differing["same"] == []
    assert any(line.startswith(part) for line in report.differing["broken"])
