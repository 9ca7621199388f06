"""Work in processes side by side: everything comes back in its order, whoever dies on the way."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from itertools import repeat
from pathlib import Path

import pytest

from index import workers
from index.workers import ENOUGH, MOST, Workers, WorkFailedError, processes, seldom_collecting
from tests.conftest import ROOT


def reversed_bytes(batch: bytes) -> bytes:
    return batch[::-1]


def number_of_process(batch: bytes) -> bytes:
    return str(os.getpid()).encode()


def deadly_to_workers(survivor: int, batch: bytes) -> bytes:
    """Die at some batches, but for one process."""
    if batch.startswith(b"deadly") and os.getpid() != survivor:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch.upper()


_inside = threading.Lock()


def alone(survivor: int, batch: bytes) -> bytes:
    """Die in workers; in the one process left, fail where somebody else is at work."""
    if os.getpid() != survivor:
        os.kill(os.getpid(), signal.SIGKILL)
    if not _inside.acquire(blocking=False):
        raise ValueError("two at a time")
    try:
        return str(sum(range(100_000))).encode()
    finally:
        _inside.release()


def failing(batch: bytes) -> bytes:
    raise ValueError(batch.decode())


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_everything_comes_back_in_its_order(count: int) -> None:
    batches = [str(number).encode() * (number * 40_000 % 300_000 + 1) for number in range(30)]
    with Workers(reversed_bytes, count) as workers:
        for _ in range(2):
            assert list(workers.map(iter(batches))) == [each[::-1] for each in batches]
        assert list(workers.map(())) == []


def test_the_work_is_done_elsewhere_and_nobody_waits_for_the_first_of_it() -> None:
    own, done = str(os.getpid()).encode(), set[bytes]()
    with Workers(number_of_process, 2) as workers:
        for who in workers.map(repeat(b"", 100_000)):
            done.add(who)
            if len(done) == 3:
                break
    assert len(done) == 3
    assert own in done  # it began before the others were there


def test_a_process_that_does_not_help_leaves_all_of_it_to_others() -> None:
    with Workers(number_of_process, 1, helps=False) as workers:
        done = set(workers.map([b""] * 30))
    assert len(done) == 1
    assert str(os.getpid()).encode() not in done


def test_what_dead_workers_of_two_kinds_had_in_hand_is_done_one_after_the_other() -> None:
    """They may need different tables, and a process has one set of them."""
    work, batches = partial(alone, os.getpid()), [b""] * 40
    with Workers(work, 1) as first, Workers(work, 1, helps=False) as second:
        done = list(zip(first.map(batches), second.map(batches), strict=True))
    assert len(done) == len(batches)


def test_streams_that_are_read_in_turn_leave_the_collector_as_it_was() -> None:
    def stream() -> Iterator[int]:
        with seldom_collecting():
            yield from range(3)

    before = gc.get_threshold()
    first, second = stream(), stream()
    assert next(first) == next(second) == 0
    assert gc.get_threshold() != before
    assert [*first, *second] == [1, 2, 1, 2]
    assert gc.get_threshold() == before


def test_what_fails_while_others_are_waited_for_is_told_alike() -> None:
    with Workers(failing, 1) as workers, pytest.raises(WorkFailedError, match="ValueError: x"):
        workers._made_here(b"x")


@pytest.mark.parametrize("deadly", [(3,), (0, 1), (2, 3, 9)])
def test_a_worker_that_dies_is_not_missed(deadly: tuple[int, ...]) -> None:
    batches = [b"deadly%d" % number if number in deadly else b"calm%d" % number for number in range(12)]
    with Workers(partial(deadly_to_workers, os.getpid()), 2) as workers:
        assert list(workers.map(batches)) == [each.upper() for each in batches]


def test_what_fails_is_told_with_its_place() -> None:
    with Workers(failing, 2) as workers, pytest.raises(WorkFailedError, match="ValueError: xấu"):
        list(workers.map(["xấu".encode()]))


def test_a_reader_that_stops_in_the_middle_leaves_nothing_running() -> None:
    with Workers(reversed_bytes, 2) as workers:
        results: Iterator[bytes] = workers.map(b"%d" % number for number in range(100))
        assert next(results) == b"0"
        children = [process.pid for process in workers._processes]
    for child in children:
        assert child is not None
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


_ORPHANS = """
import os, signal
from index.workers import Workers
from tests.index.test_workers import reversed_bytes
if __name__ == "__main__":
    workers = Workers(reversed_bytes, 2)
    assert list(workers.map([b"ab", b"cd", b"ef"])) == [b"ba", b"dc", b"fe"]
    print(*[process.pid for process in workers._processes], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_workers_end_with_whoever_started_them(tmp_path: Path) -> None:
    """Even where it was killed: the pipe that they all inherit is closed by the last one of them."""
    script = tmp_path / "orphans.py"
    script.write_text(_ORPHANS, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as process:
        assert process.stdout is not None
        said = process.stdout.read().decode()  # ends when nobody can write to it any more
    assert process.returncode == -signal.SIGKILL, said
    assert len(said.split()) == 2, said


def test_workers_are_as_many_as_the_records_are_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 64)
    assert [processes(records) for records in (ENOUGH - 1, ENOUGH, 3 * ENOUGH, 10**7)] == [0, 1, 3, MOST]
    monkeypatch.setattr(workers, "cores", lambda: 2)
    assert processes(10**7) == 1
