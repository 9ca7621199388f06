"""Pure work on very many records, in processes side by side: the other cores of a machine help.

Each worker has a pipe of its own and ends when its other end is gone, however this process ended. A worker that dies
(the machine was short of memory) is not missed: what it had in hand is done here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType

Work = Callable[[bytes], bytes]
# A worker costs a second of CPU before its first record (imports, tables), and 17 µs a record for what goes to and fro.
# On two cores 100,000 records took 15 s by two workers and 19 s alone, 20,000 took no less (measured).
ENOUGH = 100_000
_GOOD, _BAD = b"+", b"-"


class WorkFailedError(RuntimeError):
    """The work itself failed in a worker: a fault of ours, with its traceback."""


def processes(records: int) -> int:
    """Return how many workers so many records are worth: none, or one for each core that we may use."""
    return cores() if records >= ENOUGH and cores() > 1 else 0


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Processes that do one piece of work; leave the ``with`` block to end them.

    ``work`` is a function of a module, or a ``functools.partial`` of one, that makes bytes of bytes and depends on
    nothing else. With ``count`` 0 everything is done here.
    """

    def __init__(self, work: Work, count: int) -> None:
        """Start the workers."""
        self._work = work
        self._pipes: list[Connection] = []
        self._processes: list[SpawnProcess] = []
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of the threads that we have
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, work), name="kho-worker", daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()
        self._pipes, self._processes = [], []

    def map(self, batches: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what the work makes of each batch, in their order; as many are under way as there are workers.

        Raises WorkFailedError.
        """
        idle, busy = deque(self._pipes), deque[tuple[Connection, bytes]]()
        for batch in batches:
            made = None
            if not idle and busy:
                made = self._made(*busy.popleft(), idle)
            while idle and not _sent(idle[0], batch):
                idle.popleft()
            if idle:
                busy.append((idle.popleft(), batch))
            else:
                if made is not None:
                    yield made
                while busy:
                    yield self._made(*busy.popleft(), idle)
                made = self._work(batch)
            if made is not None:
                yield made
        while busy:
            yield self._made(*busy.popleft(), idle)

    def _made(self, pipe: Connection, batch: bytes, idle: deque[Connection]) -> bytes:
        try:
            answer = pipe.recv_bytes()
        except (EOFError, OSError):  # it died, and is asked no more
            return self._work(batch)
        idle.append(pipe)
        if answer[:1] == _BAD:
            raise WorkFailedError(answer[1:].decode())
        return answer[1:]


def _sent(pipe: Connection, batch: bytes) -> bool:
    try:
        pipe.send_bytes(batch)
    except OSError:
        return False
    return True


def _serve(pipe: Connection, work: Work) -> None:
    """Do what comes until nothing can come any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the process that asks decides
    while True:
        try:
            batch = pipe.recv_bytes()
            try:
                answer = _GOOD + work(batch)
            except Exception:  # noqa: BLE001 - told where it can be seen
                answer = _BAD + traceback.format_exc().encode()
            pipe.send_bytes(answer)
        except (EOFError, OSError):
            return
