"""Engines on real servers: with our own clock where they wait, and on servers that are small or locked."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from index.engines.elasticsearch import ElasticsearchEngine
from index.engines.elasticsearch.address import read_address
from index.engines.elasticsearch.connection import Connection
from index.engines.elasticsearch.patience import Patience
from tests.conftest import missing
from tests.index.elasticsearch.node import Node, NoServerError, started


class Waiting:
    """Time that passes only while somebody waits; ``then`` is what happens meanwhile."""

    def __init__(self, then: Callable[[int], None] = lambda attempt: None) -> None:
        self.pauses: list[float] = []
        self.then = then

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.then(len(self.pauses))

    def patience(self) -> Patience:
        return Patience(self.sleep, lambda: sum(self.pauses), lambda: 1.0)


Opener = Callable[..., ElasticsearchEngine]


def opened(
    node: Node, waiting: Waiting | None = None, name: str = "", shards: int = 1, **options: float
) -> ElasticsearchEngine:
    """Open an engine with an index of its own name, nothing made yet."""
    address = read_address(f"{node.url}/{name or uuid.uuid4().hex}?shards={shards}")
    return ElasticsearchEngine(
        Connection(address, {}, **options),
        patience=(waiting or Waiting()).patience(),  # type: ignore[arg-type]
    )


@pytest.fixture
def server(elasticsearch_9: Node) -> Iterator[Node]:
    """The server of the run, empty again afterwards."""
    yield elasticsearch_9
    elasticsearch_9.remove_indexes()


@pytest.fixture(scope="session")
def small_server_of_the_run() -> Iterator[Node]:
    """A server that takes 2 MB at once, and holds one request while it works on another."""
    settings = {"http.max_content_length": "2mb", "thread_pool.write.queue_size": 1, "node.processors": 1}
    try:
        node = started("9.2.0", **settings)
    except NoServerError as error:
        missing(error.what, error.bring)
    with node:
        yield node


@pytest.fixture
def small_server(small_server_of_the_run: Node) -> Iterator[Node]:
    yield small_server_of_the_run
    small_server_of_the_run.remove_indexes()
