"""Many visits side by side: how often they go to the disk, and that one answer is read at a time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from demo.town import Town
from harvester import Night, Store
from harvester.connectors.oai import conversation
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
