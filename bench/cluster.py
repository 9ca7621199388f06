"""What the client of a cluster costs us, beside the library's own way, against a real server on this machine."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import elasticsearch
import msgspec
from elasticsearch import helpers

from index import open_engine
from index.engines.elasticsearch import ElasticsearchEngine
from index.engines.elasticsearch.bulk import Item
from index.engines.elasticsearch.fields import lines
from index.query import Document
from tests.index.elasticsearch import parity
from tests.index.elasticsearch.node import Node, started

from .figures import write

COUNT = 20_000


def measure(rounds: int, version: str = "9.2.0") -> None:
    """Write the same documents by our client and by the library's helper, in turn; CPU of this process alone."""
    made = list(parity.documents(COUNT))
    items = [Item(each.key, lines(each, 1)) for each in made]
    actions = [_action(each) for each in made]
    with started(version, heap="1g") as node:
        ways: dict[str, Callable[[], None]] = {
            "ready": lambda: _ready(node, items),
            "helper": lambda: _helper(node, actions),
            "documents": lambda: _documents(node, made),
        }
        best = {name: min(_cost(way) for _ in range(rounds)) for name, way in ways.items()}
    size = sum(len(item.lines) for item in items) / COUNT
    write("elasticsearch", _lines(best, size, version))


def _lines(best: dict[str, float], size: float, version: str) -> list[str]:
    ratio = best["helper"] / best["ready"]
    return [
        f"{COUNT:,} documents of {size:,.0f} B into Elasticsearch {version} on the same machine; our process only:",
        "",
        "| what | µs CPU a document | goal |",
        "|---|---|---|",
        f"| Kho's client, from ready bytes | {best['ready']:.1f} | ≤ 8 |",
        f"| `helpers.streaming_bulk` of the library, from ready dictionaries | {best['helper']:.1f} |  |",
        f"| Kho, from documents (their lines made and sent) | {best['documents']:.1f} |  |",
        "",
        f"- Kho's client takes {ratio:.1f} times less than the helper (goal ≥ 3.5)",
    ]


def _action(document: Document) -> dict[str, object]:
    head, body, _ = lines(document, 1).split(b"\n")
    named = msgspec.json.decode(head)["index"]
    return {
        "_op_type": "index",
        "_id": named["_id"],
        "version": named["version"],
        "version_type": "external_gte",
        "_source": msgspec.json.decode(body),
    }


def _cost(way: Callable[[], None]) -> float:
    begun = time.process_time()
    way()
    return (time.process_time() - begun) / COUNT * 1e6


def _fresh(node: Node) -> ElasticsearchEngine:
    engine = open_engine(f"elasticsearch:{node.url}/{uuid.uuid4().hex}").fresh()
    assert isinstance(engine, ElasticsearchEngine)
    return engine


def _ready(node: Node, items: list[Item]) -> None:
    _fresh(node)._bulk().send(items)


def _helper(node: Node, actions: list[dict[str, object]]) -> None:
    client = elasticsearch.Elasticsearch(node.url, request_timeout=120)
    for _ in helpers.streaming_bulk(client, actions, index=_fresh(node)._index()):
        pass


def _documents(node: Node, made: list[Document]) -> None:
    _fresh(node).write(made, parity.PLACE, new=True)
