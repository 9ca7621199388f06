"""Many visits side by side: how often they go to the disk, and that one answer is read at a time."""

from __future__ import annotations

import sys
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from demo.town import Town
from harvester import Night, Store
from harvester import web as asking
from harvester.connectors.oai import conversation
from harvester.page import reading
from harvester.store import database
from tests.harvester.test_visit import FORMATS, source
from tests.harvester.walking import Build


def test_a_visit_writes_at_its_beginning_with_each_page_and_at_its_end(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is learned of a server, and what is noticed, has no commit of its own."""
    place = build()
    place.repository.base_url = "http://localhost:8080/oai"
    place.visit()
    place.night()
    place.edit("45", "Nhan đề mới")
    written: Counter[str] = Counter()
    write = place.store.database.write

    def counted(job: Callable[[Any], Any]) -> Any:
        written[getattr(job, "__qualname__", "publish").partition(".")[0]] += 1
        return write(job)

    monkeypatch.setattr(place.store.database, "write", counted)
    place.repository.base_url = "http://localhost:8081/oai"
    result = place.visit()
    assert (result.code, result.ledger.changed) == ("whole", 1)
    assert place.noticed(result)["base_url_differs"]["said"] == place.repository.base_url
    assert place.learned["other_base_url"] == place.repository.base_url
    assert written == Counter({"enter": 1, "Stager": 1, "publish": 1})


def test_one_answer_is_read_at_a_time(sqlite_store: Store, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    read_page, inside, others = conversation.read_page, threading.Semaphore(1), threading.Event()

    def alone(*arguments: Any, **more: Any) -> Any:
        assert inside.acquire(blocking=False), "another visit reads"
        others.wait(0.01)  # they would come now
        inside.release()
        return read_page(*arguments, **more)

    monkeypatch.setattr(conversation, "read_page", alone)
    results = Night(sqlite_store, FORMATS).visit([source(town, name) for name in town.urls])
    assert sum(result.outcome == "complete" for result in results) > 2
    assert "unexpected" not in {result.code for result in results}


def test_no_more_institutions_are_asked_at_a_time_than_there_are_places(
    sqlite_store: Store, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More visits are under way than may ask: who reads, or waits for the disk, leaves its place to another."""
    followed, places, most, lock = asking.Web._followed, threading.BoundedSemaphore(2), [0, 0], threading.Lock()

    def counted(*arguments: Any) -> Any:
        with lock:
            most[0] += 1
            most[1] = max(most)
        try:
            return followed(*arguments)
        finally:
            with lock:
                most[0] -= 1

    monkeypatch.setattr(asking, "_ASKING", places)
    monkeypatch.setattr(asking.Web, "_followed", counted)
    results = Night(sqlite_store, FORMATS).visit([source(town, name) for name in town.urls])
    assert sum(result.outcome == "complete" for result in results) > 2
    assert most == [0, 2]
    assert places.acquire(blocking=False), "a place is given back, however the asking ended"
    assert places.acquire(blocking=False)


def test_a_source_that_waits_keeps_nothing_in_memory_that_it_does_not_need(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting for the disk it keeps the records, waiting for its next page nothing of the last one."""
    get, read_records, even_cut = asking.Web.get, reading.read_records, reading.even_cut
    place = build()
    write = place.store.database.write
    answers: list[Any] = []
    bodies: list[Any] = []
    cuts: list[weakref.ref[Any]] = []
    for_disk: list[tuple[int, int]] = []
    for_server: list[tuple[int, int]] = []

    def written(job: Callable[[Any], Any]) -> Any:
        for_disk.append((held_elsewhere(answers), sum(cut() is not None for cut in cuts)))
        return write(job)

    def asked(*arguments: Any, **more: Any) -> Any:
        write(lambda connection: None)  # so that the writer has nothing of before in its hands
        for_server.append((len(bodies), held_elsewhere(bodies)))
        body = get(*arguments, **more)
        answers.append(body.content)
        return body

    def cut(*arguments: Any) -> Any:
        found = even_cut(*arguments)
        cuts.extend([weakref.ref(found[1])] if found else [])
        return found

    def read(*arguments: Any) -> Any:
        records = read_records(*arguments)
        bodies.extend(record.body for record in records)
        return records

    monkeypatch.setattr(place.store.database, "write", written)
    monkeypatch.setattr(asking.Web, "get", asked)
    monkeypatch.setattr(reading, "even_cut", cut)
    monkeypatch.setattr(reading, "read_records", read)
    assert place.visit().code == "whole"
    assert len(answers) == len(cuts) > 5
    assert set(for_disk) == {(0, 0)}
    assert for_server[-1] == (len(bodies) - 5, 0)
    assert {held for _, held in for_server} == {0}


def held_elsewhere(kept: list[Any]) -> int:
    """Count the values that anybody else holds beside this list."""
    alone = max(map(sys.getrefcount, [object()]))
    return sum(count > alone for count in map(sys.getrefcount, kept))


def test_where_others_wait_already_the_writer_waits_for_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    busy, go_on = threading.Event(), threading.Event()
    commits: list[sa.Connection] = []

    def long(connection: sa.Connection) -> None:
        busy.set()
        assert go_on.wait(20)

    monkeypatch.setattr(database, "MANY", 0.5)
    monkeypatch.setattr(database, "time", SimpleNamespace(sleep=waited.append))
    first: threading.Thread = threading.Thread(target=store.database.write, args=(long,))
    first.start()
    assert busy.wait(20)
    assert waited == [database.GATHER_SECONDS]  # nobody waited yet
    sa.event.listen(store.database.engine, "commit", commits.append)
    others: list[Future[int]] = [Future(), Future(), Future()]
    for other in others:
        store.database._jobs.put((lambda connection: 2, other))
    go_on.set()
    assert [other.result(20) for other in others] == [2, 2, 2]
    first.join()
    assert (len(commits), waited) == (2, [database.GATHER_SECONDS])


def test_where_many_write_the_writer_waits_for_the_others_and_one_waits_for_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[sa.Connection] = []
    waited: list[float] = []
    others: list[Future[int]] = []

    def come(seconds: float) -> None:
        waited.append(seconds)
        others.append(Future())
        store.database._jobs.put((lambda connection: 2, others[-1]))

    monkeypatch.setattr(database, "time", SimpleNamespace(sleep=come))
    sa.event.listen(store.database.engine, "commit", commits.append)
    for _ in range(9):
        assert store.database.write(lambda connection: 1) == 1
    assert (len(commits), waited) == (9, [])
    monkeypatch.setattr(database, "MANY", 0.5)
    assert store.database.write(lambda connection: 1) == 1
    assert [other.result(10) for other in others] == [2]
    assert (len(commits), waited) == (10, [database.GATHER_SECONDS])
