"""A process that imports and learns everything once, has one thread, and forks a child for each thing it tries."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sqlite3
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from harvester import StoreError
from index import IndexUnreachableError
from tests.crash.nights import NIGHTS
from tests.crash.shim import Shim
from tests.crash.work import Work, check, remember, small
from tests.index.memory_engine import MemoryEngine

HANG_SECONDS = 120  # a child works for a third of a second
# How the work may fail in this process itself, before any fault is tried: a deliberate mistake can be that plain.
FAILED = (AssertionError, sqlite3.Error, SQLAlchemyError, StoreError, IndexUnreachableError)


class Named(Exception):
    """The work ended by an error that has a name."""


class Forks:
    """Forks children that work in ``folder/work``, each behind the shim."""

    def __init__(self, library: Path, folder: Path) -> None:
        small()
        remember()
        self.shim = Shim(library)
        self.folder = folder
        self._alive: set[int] = set()
        self._learn()
        gc.freeze()  # what is here now is shared with every child, unwritten

    def _learn(self) -> None:
        """Do all the work once in this process, with an engine that starts no thread, so that children know it."""
        place = self.folder / "work"
        place.mkdir()
        engine = MemoryEngine()
        for night in range(NIGHTS):
            work = Work(place, night, engine=engine)
            work.run()
            check(work)
            work.close()
        shutil.rmtree(place)
        assert threading.active_count() == 1

    def child(self, task: Callable[[], object]) -> tuple[int, str]:
        """Run a task in a forked child; returns how it ended (a signal as its negative number) and what it said."""
        child, pipe = self.fork(task)
        said = told(pipe)
        return self.end(child), said

    def end(self, child: int) -> int:
        """Wait for a child and return how it ended."""
        self._alive.discard(child)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def clear(self) -> None:
        """Kill the children that a failure has left standing still."""
        for child in list(self._alive):
            os.kill(child, signal.SIGKILL)
            self.end(child)

    def fork(self, task: Callable[[], object]) -> tuple[int, int]:
        """Start a task in a child; returns its number and the pipe for ``told``."""
        reading, writing = os.pipe()
        child = os.fork()
        if child:
            self._alive.add(child)
            os.close(writing)
            return child, reading
        said = ""
        try:
            os.close(reading)
            signal.alarm(HANG_SECONDS)
            self.shim.install()
            task()
        except Named as named:
            said = f"named: {named}"
        except BaseException:  # noqa: BLE001 - a panic of a library is told like any other failure
            said = traceback.format_exc()
        os.write(writing, said.encode()[-8000:])
        os._exit(0)


def told(pipe: int) -> str:
    """Read what a child says at its end."""
    with os.fdopen(pipe, "rb") as reading:
        return reading.read().decode(errors="replace")
