"""Never two writers for one source, and never a source stuck: a process that lost its lease can write nothing."""

from __future__ import annotations

import ast
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from demo.town import Town, sources_yaml
from harvester import Night, Store, StoreError, open_store
from harvester.errors import LeaseLost, SourceError
from harvester.record import Kept, Ledger, Page, RawRecord, Rejected
from harvester.store import evidence, folding, kept, notes, publish, questions, schema, staging, visits
from harvester.store.publish import Publisher
from harvester.store.questions import Question
from harvester.store.visits import Ending, Lease, Visit
from tests.commands.calling import kho, start
from tests.conftest import ROOT, Clock
from tests.harvester.test_visit import FORMATS, assert_equals_truth, register, source, visit

NAME = "tieu-hoc-kim-dong"
ENDING = Ending(
    outcome="complete", verdict="published", code="whole", facts={}, ledger=Ledger(), next_mode="incremental",
    watermark="2026-11-20T19:00:00Z",
)  # fmt: skip


def record(identifier: str) -> RawRecord:
    return RawRecord(
        identifier, "2026-11-20", (), False, "oai_dc", b"<record/>", b"<a>", identifier.encode(), b"c" * 16
    )


def page(identifier: str = "oai:muon", checkpoint: bytes | None = b"{}") -> Page:
    items = (record(identifier), Rejected("oai:hong", "no_metadata", b"<record/>"))
    return Page(items, checkpoint, kept=Kept("repaired", "http://a.example/", b"<a/>", {"ampersand": 1}))


def stage(stager: staging.Stager) -> None:
    stager.learn({"format": "mods"}, {"c": "d"})
    stager.note("late", 1, {})
    stager.stage(page(), "2026-11-20T19:00:00Z")


class Stalled:
    """A process in the middle of a visit to a source of which it holds records."""

    def __init__(self, store: Store, lease: Lease, running: Visit) -> None:
        self.store, self.lease, self.visit = store, lease, running
        self.publisher = Publisher(store.database, running, 1_790_000_000)

    def stager(self) -> staging.Stager:
        return staging.Stager(self.store.database, self.store.bodies, self.visit, NAME)

    def step(self, name: str) -> None:
        self.store.database.write(lambda connection: getattr(self.publisher, name)(connection, None))


def question(process: Stalled) -> Question:
    """The first visit as an open question; where it is one already, nothing is written."""
    table = schema.visit
    values = {"state": schema.ENDED, "open": 1, "verdict": "held", "ledger": "{}", "facts": "{}"}
    process.store.database.write(lambda c: c.execute(table.update().where(table.c.id == 1).values(values)) and None)
    return questions.asked(process.store.database, 1)


WRITES: dict[str, Callable[[Stalled], Any]] = {
    "staging.stage": lambda p: stage(p.stager()),
    "kept.keep": lambda p: kept.keep(p.store.database, p.visit, Kept("malformed", "http://a.example/", b"<a")),
    "notes.note": lambda p: notes.note(p.store.database, p.visit, "late", 1, {}),
    "evidence.keep_absent": lambda p: evidence.keep_absent(p.store.database, p.visit, (1,), (3,)),
    "folding.fold_first": lambda p: folding.fold_first(p.store.database, p.visit),
    "sources.learn": lambda p: visits.learn(p.store.database, p.lease, {"format": "lom"}, {"a": "b"}),
    "visits.begin": lambda p: visits.begin(p.store.database, p.lease, "full", None),
    "visits.begin_next": lambda p: visits.begin_next(p.store.database, p.lease, lambda _: ("full", None), "toan"),
    "visits.resume": lambda p: visits.resume(p.store.database, p.lease, p.visit),
    "visits.turn_full": lambda p: visits.turn_full(p.store.database, p.visit),
    "visits.pause": lambda p: visits.pause(p.store.database, p.visit, "deferred", "deferred", {"until_seconds": 9}),
    "questions.approve": lambda p: questions.approve(p.store.database, p.lease, question(p), lambda _: ENDING),
    "questions.reject": lambda p: questions.reject(p.store.database, p.lease, question(p), {}),
    "questions.begin": lambda p: questions.begin(p.store.database, p.lease, "retire", ENDING),
    "questions.begin_undo": lambda p: questions.begin_undo(p.store.database, p.lease, 1, lambda *_: ENDING),
    "publish.drop": lambda p: publish.drop(p.store.database, p.visit, "other_set", {"was": "", "set": "toan"}),
    "Publisher.publish": lambda p: p.publisher.publish(ENDING),
    "Publisher.decide": lambda p: p.store.database.write(lambda c: p.publisher.decide(c, ENDING)),
    "Publisher.finish": lambda p: p.publisher.finish(ENDING),
    "Publisher.publish_additions": lambda p: p.publisher.publish_additions(),
    "Publisher.additions": lambda p: p.step("additions"),
    "Publisher.removals": lambda p: p.step("removals"),
    "Publisher.missing": lambda p: p.step("missing"),
    "Publisher.lapses": lambda p: p.step("lapses"),
    "Publisher.retire": lambda p: p.store.database.write(p.publisher.retire),
}
SILENT: dict[str, Callable[[Stalled], Any]] = {
    "sources.beat": lambda p: visits.beat(p.store.database, [p.lease]),
    "sources.release": lambda p: visits.release(p.store.database, p.lease),
}


def dump(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row, but for what no lease is needed for: what sources.yaml says, and what is added and never changed."""
    tables = [table for table in schema.metadata.sorted_tables if table.name not in ("context", "dictionary")]
    with store.database.reading() as connection:
        return {
            table.name: [
                {**row, "described": ""}
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in tables
        }


def stall(store: Store, number: int) -> Stalled:
    """Begin a visit to a source of which something is held, and stop in the middle of it."""
    lease = visits.claim(store.database, number)
    running = visits.begin(store.database, lease, "incremental", "2026-11-17T19:00:00Z")
    process = Stalled(store, lease, running)
    process.stager().stage(page("oai:truoc"), "2026-11-20T19:00:00Z")
    evidence.keep_absent(store.database, running, (1,), (2,))
    return process


@pytest.fixture
def number(store: Store) -> int:
    """A source with three records."""
    row = register(store, NAME, None, "http://a.example/")
    first = stall(store, row.id)
    first.stager().stage(Page(tuple(record(f"oai:{each}") for each in range(3)), None), "2026-11-19T19:00:00Z")
    first.publisher.publish(ENDING)
    question(first)
    visits.release(store.database, first.lease)
    return row.id


@pytest.fixture
def stalled(store: Store, number: int) -> Stalled:
    return stall(store, number)


@pytest.mark.parametrize("taken", ["claimed", "resumed"])
def test_a_process_that_lost_its_lease_writes_nothing(stalled: Stalled, clock: Clock, taken: str) -> None:
    clock.now += 121
    lease = visits.claim(stalled.store.database, stalled.lease.source)
    if taken == "resumed":
        unfinished = visits.unfinished(stalled.store.database, lease.source)
        assert unfinished is not None
        assert visits.resume(stalled.store.database, lease, unfinished) is not None
    before = dump(stalled.store)
    for name, write in WRITES.items():
        with pytest.raises(LeaseLost):
            write(stalled)
        assert dump(stalled.store) == before, name
    for name, write in SILENT.items():
        write(stalled)
        assert dump(stalled.store) == before, name


def test_the_same_writes_are_allowed_while_the_lease_is_held(store: Store, number: int, clock: Clock) -> None:
    """Else the test above would pass for functions that always refuse."""
    for name, write in WRITES.items():
        clock.now += 121
        process = stall(store, number)
        before = dump(store)
        write(process)
        nothing_to_do = name in ("visits.resume", "folding.fold_first", "Publisher.removals", "Publisher.lapses")
        assert dump(store) != before or nothing_to_do, name


def test_every_function_that_writes_for_a_visit_is_tried() -> None:
    """A function of the store that takes a visit or a lease and writes must stand in the tables above."""
    found = set()
    for file in sorted((ROOT / "harvester" / "store").glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _takes(node) and _writes(node):
                found.add(f"{file.stem}.{node.name}")
            if isinstance(node, ast.ClassDef) and node.name in ("Publisher", "Stager"):
                names = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
                found |= {f"{node.name}.{each}" for each in names if not each.startswith("_")}
    found -= {"Stager.stage", "Stager.flush", "Stager.learn", "Stager.note"}  # staging.stage tries them
    assert found <= WRITES.keys() | SILENT.keys(), "try it with a lost lease: add it to WRITES"


def _takes(node: ast.FunctionDef) -> bool:
    words = {ast.unparse(each.annotation) for each in node.args.args if each.annotation}
    return bool(words & {"Visit", "Lease", "Sequence[Lease]"})


def _writes(node: ast.FunctionDef) -> bool:
    return ".write(" in ast.unparse(node)


def test_a_visit_that_was_ended_meanwhile_is_not_resumed(stalled: Stalled, clock: Clock) -> None:
    database = stalled.store.database
    unfinished = visits.unfinished(database, stalled.lease.source)
    assert unfinished is not None
    stalled.publisher.publish(ENDING)
    clock.now += 121
    lease = visits.claim(database, stalled.lease.source)
    assert visits.resume(database, lease, unfinished) is None
    assert visits.begin(database, lease, "incremental", None).id > unfinished.id


def test_of_many_that_claim_at_once_one_wins(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    won, lost = [], []

    def job(mine: Store) -> None:
        try:
            won.append(visits.claim(mine.database, 1))
        except SourceError as error:
            lost.append(error.code)

    url = store.database.url.render_as_string(hide_password=False)
    others = [open_store(url, clock=store.database.clock) for _ in range(6)]
    threads = [threading.Thread(target=job, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        each.close()
    assert (len(won), lost) == (1, ["busy"] * 5)


def test_leases_of_the_dead_are_free_at_once_and_of_others_after_two_minutes(
    store: Store, town: Town, clock: Clock
) -> None:
    visit(store, town, NAME)
    child = subprocess.run(
        [sys.executable, "-c", "from harvester.store.visits import myself; print(myself())"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    dead = child.stdout.strip()
    alive, elsewhere = visits.myself(), json.dumps({**json.loads(dead), "host": "may-khac"})
    until = int(clock.now) + visits.LEASE_SECONDS

    def leave(holder: str) -> None:
        values = {"lease_by": holder, "lease_until": until}
        store.database.write(lambda c: c.execute(schema.source.update().values(values)) and None)

    leave(dead)
    assert visits.claim(store.database, 1).source == 1
    for holder in (alive, elsewhere):
        leave(holder)
        with pytest.raises(SourceError, match="busy"):
            visits.claim(store.database, 1)
    clock.now += visits.LEASE_SECONDS
    assert visits.claim(store.database, 1).source == 1


def test_another_address_waits_for_the_lease(store: Store, town: Town) -> None:
    """Somebody who may not visit may not change the source either."""
    visit(store, town, NAME)
    lease = visits.claim(store.database, 1)
    before = dump(store)
    moved = source(town, NAME)
    from harvester.visit import Visiting

    other = type(moved)(id=NAME, name=NAME, url=town.urls["thpt-hong-duc"], patience=0, timeout=20)
    assert Visiting(store, FORMATS).visit(other).code == "busy"
    assert dump(store) == before
    visits.release(store.database, lease)
    result = Visiting(store, FORMATS).visit(other)
    assert result.ledger.fetched == 240, "another address makes the visit a full one"


def test_a_store_that_was_restored_under_a_process_is_not_visited_by_it(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    identity = schema.identity
    store.database.write(lambda c: c.execute(identity.update().values(epoch=identity.c.epoch + 1)) and None)
    with pytest.raises(StoreError) as refused:
        visit(store, town, NAME)
    assert refused.value.code == "store_exchanged"


def test_a_heartbeat_that_cannot_write_does_not_end_the_night(
    sqlite_store: Store, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    import harvester.night as module

    beats = threading.Event()
    tried: list[int] = []

    def failing(*_: object) -> None:
        tried.append(1)
        if len(tried) > 2:
            beats.set()
        raise StoreError("disk_full", where="x")

    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(module.visits, "beat", failing)
    repository = town.repositories[NAME]
    answer = repository.answer

    def slow(arguments: dict[str, str]) -> bytes:
        assert beats.wait(60)
        return answer(arguments)

    monkeypatch.setattr(repository, "answer", slow)
    results = Night(sqlite_store, FORMATS).visit([source(town, NAME, timeout=120)])
    assert [result.outcome for result in results] == ["complete"]
    assert len(tried) > 2


# --- real processes ---------------------------------------------------------------------------------------------------


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_process_that_was_asleep_wakes_up_and_writes_nothing(store_url: str, tmp_path: Path, town: Town) -> None:
    """SIGSTOP in the middle of a list; two minutes later another process visits the source; then SIGCONT."""
    (tmp_path / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    environ = {"KHO_STORE": store_url}
    repository = town.repositories[NAME]
    hold, here = threading.Event(), threading.Event()
    answer = repository.answer

    def waiting(arguments: dict[str, str]) -> bytes:
        said = answer(arguments)
        if len(repository.requests) == 5 and not hold.is_set():  # the process waits for us: it holds no lock
            here.set()
            hold.wait(120)
        return said

    repository.answer = waiting  # type: ignore[method-assign]
    process = start(tmp_path, "harvest", NAME, "--no-index", **environ)
    assert here.wait(120)
    process.send_signal(signal.SIGSTOP)
    try:
        early = open_store(store_url)
        assert visit(early, town, NAME).code == "busy"
        early.close()
        store = open_store(store_url, clock=lambda: time.time() + 121)
        hold.set()
        result = visit(store, town, NAME)
        assert (result.outcome, result.verdict) == ("complete", "published")
        assert_equals_truth(store, town, NAME)
        before = dump(store)
    finally:
        process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, "lease" in err or "nhận nguồn" in err) == (7, True), err
    assert dump(store) == before
    store.close()


def test_a_killed_process_leaves_no_source_stuck(tmp_path: Path, town: Town) -> None:
    (tmp_path / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    town.repositories[NAME].page_size = 5
    process = start(tmp_path, "harvest", NAME, "--no-index")
    wait_for(lambda: len(town.repositories[NAME].requests) > 10)
    process.kill()
    process.communicate()
    town.repositories[NAME].page_size = 100
    done = kho(tmp_path, "harvest", NAME, "--no-index")
    assert done.returncode == 0, done.stderr
