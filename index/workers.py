"""Pure work on very many records, in processes side by side: the other cores of a machine help.

Each worker has a pipe of its own and ends when its other end is gone, however this process ended. A worker that dies
(the machine was short of memory) is not missed: what it had in hand is done here.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType

Work = Callable[[bytes], bytes]
# A worker costs half a second of CPU before its first record (imports, tables), and 17 µs a record for what goes to and
# fro; meanwhile the caller works, too. Below so many records it does not pay (measured on two cores).
ENOUGH = 10_000
# To read and pack a record takes the caller a fifth of what mapping and analysis take, to write it another half
# (`python -m bench --steps`): where it only compares, so many are busy; where it writes, two are.
MOST = 4
# Batches, some 3 MB each, that are made before they are asked for: two for each worker, and some to go on with while a
# commit of the caller takes its second.
AHEAD, MORE = 2, 5
_GOOD, _BAD = b"+", b"-"
_here = threading.Lock()  # one piece of work at a time in this process: two may need different tables


class WorkFailedError(RuntimeError):
    """The work itself failed in a worker: a fault of ours, with its traceback."""


def processes(records: int) -> int:
    """Return how many workers so many records are worth, on no more cores than there are beside the caller's own."""
    return min(records // ENOUGH, MOST, cores() - 1)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Collecting:
    """How many there are that want circles looked for seldom, and how often that was done before the first."""

    inside, before = 0, gc.get_threshold()


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look seldom for circles of values while very many are made that have none: that took a tenth (measured)."""
    if not _Collecting.inside:
        _Collecting.before = gc.get_threshold()
        gc.set_threshold(50_000, *_Collecting.before[1:])
    _Collecting.inside += 1
    try:
        yield
    finally:  # of two streams that are read in turn, the first may end first
        _Collecting.inside -= 1
        if not _Collecting.inside:
            gc.set_threshold(*_Collecting.before)


class Workers:
    """Processes that do one piece of work; leave the ``with`` block to end them.

    ``work`` is a function of a module, or a ``functools.partial`` of one, that makes bytes of bytes and depends on
    nothing else. With ``count`` 0 everything is done here.
    """

    def __init__(self, work: Work, count: int, *, helps: bool = True) -> None:
        """Start the workers; with ``helps`` False this process leaves the work to them where one of them is alive."""
        self._work, self._helps = work, helps
        self._idle: deque[Connection] = deque()
        self._pipes: list[Connection] = []
        self._processes: list[SpawnProcess] = []
        self._threads = ThreadPoolExecutor(max(count, 1), "kho-worker")  # each only waits for a worker
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of the threads that we have
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, work), name="kho-worker", daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        self._idle.extend(self._pipes)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._threads.shutdown(cancel_futures=True)  # a batch in hand is finished: a fraction of a second
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()
        self._pipes, self._processes = [], []

    def map(self, batches: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what the work makes of each batch, in their order.

        No worker waits while the caller uses a result. Where the next one is not made yet (at first each worker reads
        its tables), this process does not wait either, but makes the first that no worker has begun.
        Raises WorkFailedError.
        """
        if not self._pipes:
            yield from map(self._work, batches)
            return
        left, ahead = iter(batches), deque[tuple[bytes, Future[bytes]]]()
        while True:
            room = MORE + AHEAD * len(self._pipes) - len(ahead)
            ahead.extend((batch, self._threads.submit(self._made, batch)) for batch in islice(left, room))
            if not ahead:
                return
            if ahead[0][1].done() or not (self._helps and self._take(ahead)):
                yield ahead.popleft()[1].result()

    def _take(self, ahead: deque[tuple[bytes, Future[bytes]]]) -> bool:
        """Make the first batch here that no worker has begun; says whether there was one."""
        for place, (batch, future) in enumerate(ahead):
            if future.cancel():
                made = Future[bytes]()
                made.set_result(self._made_here(batch))
                ahead[place] = (b"", made)
                return True
        return False

    def _made(self, batch: bytes) -> bytes:
        """Let a worker do it; one that dies gets nothing more, and what it had in hand is done here."""
        try:
            pipe = self._idle.popleft()
            pipe.send_bytes(batch)
            answer = pipe.recv_bytes()
        except (IndexError, EOFError, OSError):
            return self._made_here(batch)
        self._idle.append(pipe)
        if answer[:1] == _BAD:
            raise WorkFailedError(answer[1:].decode())
        return answer[1:]

    def _made_here(self, batch: bytes) -> bytes:
        with _here:
            try:
                return self._work(batch)
            except Exception as error:
                raise WorkFailedError(traceback.format_exc()) from error


def _serve(pipe: Connection, work: Work) -> None:
    """Do what comes until nothing can come any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the process that asks decides
    with seldom_collecting():
        while True:
            try:
                batch = pipe.recv_bytes()
                try:
                    answer = _GOOD + work(batch)
                except Exception:  # noqa: BLE001 - told where it can be seen
                    answer = _BAD + traceback.format_exc().encode()
                pipe.send_bytes(answer)
            except (EOFError, OSError):
                os._exit(0)  # nothing is left to write: taking down its tables one by one takes a fifth of a second
