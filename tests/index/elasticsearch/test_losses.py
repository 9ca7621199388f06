"""Servers that are killed, frozen and thawed, and a cluster that loses one of three, in the middle of the work."""

from __future__ import annotations

import random
import signal
import threading

import pytest

from index import IndexUnreachableError, Query
from index.engines.elasticsearch import ElasticsearchEngine
from index.engines.elasticsearch.address import Address
from index.engines.elasticsearch.connection import Connection
from index.engines.elasticsearch.patience import Patience
from index.query import Place
from tests.conftest import missing
from tests.index.elasticsearch.conftest import Waiting, opened
from tests.index.elasticsearch.node import Node, NoServerError, clustered
from tests.index.test_engine_contract import document

BATCH = 200


def at(sequence: int) -> Place:
    return Place("store", 7, sequence, f"k{sequence}", "ab")


def _impatient() -> Patience:
    """A patience whose pauses are a twentieth: the tests wait for servers, not for us."""
    return Patience(lambda seconds: threading.Event().wait(seconds / 20) and None)


class Writer(threading.Thread):
    """Writes batch after batch, and the same again where it was not told that it is written."""

    def __init__(self, engine: ElasticsearchEngine) -> None:
        super().__init__()
        self.engine, self.acknowledged, self.faults = engine, 0, 0
        self.stopped = threading.Event()
        self.broken: Exception | None = None

    def run(self) -> None:
        try:
            while not self.stopped.is_set():
                self._one(self.acknowledged + BATCH)
        except Exception as error:  # noqa: BLE001  # told in the main thread
            self.broken = error

    def _one(self, last: int) -> None:
        batch = [document(number, f"Bài {number}") for number in range(last - BATCH + 1, last + 1)]
        try:
            self.engine.write(batch, at(last))
        except IndexUnreachableError:
            self.faults += 1
            threading.Event().wait(0.05)
        else:
            self.acknowledged = last

    def wait_for(self, more: int) -> None:
        """Wait until so many batches more are acknowledged."""
        wanted = self.acknowledged + more * BATCH
        while self.acknowledged < wanted and self.broken is None:
            threading.Event().wait(0.01)

    def stop(self) -> None:
        self.stopped.set()
        self.join()
        assert self.broken is None, self.broken


def _nothing_is_lost(engine: ElasticsearchEngine, acknowledged: int) -> None:
    """What was acknowledged is there, and the place is not before anything that is missing."""
    place = engine.place().sequence
    assert place >= acknowledged
    numbers = {int(key[1:]) for key in engine.held("")}
    assert set(range(1, place + 1)) <= numbers


@pytest.mark.slow
def test_a_server_that_is_killed_in_the_middle_of_bulks_loses_nothing(victim: Node) -> None:
    engine = opened(victim)
    engine._patience = _impatient()
    engine.adopt(engine.fresh())
    name = engine._connection.address.name
    writer, chance = Writer(engine), random.Random(5)
    writer.start()
    try:
        for _ in range(2):
            writer.wait_for(5)
            threading.Event().wait(chance.random() / 20)  # somewhere in a request
            victim.stop(signal.SIGKILL)
            acknowledged = writer.acknowledged
            victim.start()
            _nothing_is_lost(opened(victim, name=name), acknowledged)
        writer.wait_for(3)
    finally:
        writer.stop()
    _nothing_is_lost(opened(victim, name=name), writer.acknowledged)
    victim.remove_indexes()


def test_a_frozen_server_is_named_and_thawed_it_goes_on(victim: Node) -> None:
    attempts: list[int] = []

    def thaw(attempt: int) -> None:
        attempts.append(attempt)
        victim.send(signal.SIGCONT)

    engine = opened(victim)
    engine.adopt(engine.fresh())
    engine.write([document(1, "Một")], at(1))
    assert engine.search(Query("một")).total == 1
    name = engine._connection.address.name
    hurried = opened(victim, Waiting(thaw), name=name, search_seconds=1.0, write_seconds=6.0)
    hurried._index()
    victim.send(signal.SIGSTOP)
    try:
        with pytest.raises(IndexUnreachableError, match="in time"):
            hurried.search(Query("một"))
        hurried.write([document(2, "Hai")], at(2))  # waits, the server thaws, and the request is sent again
    finally:
        victim.send(signal.SIGCONT)
    assert attempts
    assert engine.search(Query()).total == 2
    assert engine.place() == at(2)
    victim.remove_indexes()


@pytest.mark.slow
def test_a_cluster_of_three_loses_one_and_goes_on() -> None:
    """The master is killed under a writer and a reader; then the cluster is whole again, and nothing is missing."""
    try:
        nodes = clustered("9.2.0", 3)
    except NoServerError as error:
        missing(error.what, error.bring)
    try:
        address = Address(tuple(node.url for node in nodes), "kho")
        engine = ElasticsearchEngine(Connection(address, {}, write_seconds=10), patience=_impatient())
        engine.adopt(engine.fresh())
        writer = Writer(engine)
        writer.start()
        writer.wait_for(3)
        reading = ElasticsearchEngine(Connection(address, {}))
        said = nodes[0].ask("GET", "/_cat/master?format=json")[0]["node"]
        victim = next(node for node in nodes if node.name == said)
        before, answers, errors = writer.acknowledged, 0, 0
        victim.stop(signal.SIGKILL)
        while writer.acknowledged < before + 5 * BATCH and writer.broken is None:
            try:
                answers += reading.search(Query("bài")).total >= before
            except IndexUnreachableError:
                errors += 1
        writer.stop()
        assert answers > errors, "reading goes on from those that are left"
        _nothing_is_lost(reading, writer.acknowledged)
        victim.start(300)
        _nothing_is_lost(reading, writer.acknowledged)
    finally:
        for node in nodes:
            node.__exit__()
