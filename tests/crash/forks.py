"""A process that imports and learns everything once, has one thread, and forks a child for each thing it tries.

What follows a crash, mending and comparing, is done by a child that lives for some of them.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sqlite3
import threading
import traceback
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from harvester import StoreError
from index import IndexUnreachableError
from tests.crash.nights import NIGHTS
from tests.crash.shim import Shim
from tests.crash.work import Work, check, remember, small
from tests.index.memory_engine import MemoryEngine

HANG_SECONDS = 60  # a child works for a fifth of a second
HELPED = 20  # tasks of one helper: forking for each took a quarter of all time, most of it copying memory
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
        self._places = 0
        self._helper: tuple[int, Connection, int] | None = None  # its number, the way to it, and what it has done
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

    def new_place(self) -> Path:
        """Clear the last place and return one that nobody has had.

        A thread of an engine that is closing may still write where the last work was done, while that is cleared:
        what it leaves behind must not stand in the way of the next.
        """
        shutil.rmtree(self.folder / f"work-{self._places}", ignore_errors=True)
        self._places += 1
        return self.folder / f"work-{self._places}"

    def copied(self, before: Path) -> Path:
        """Copy a folder to a new place."""
        return Path(shutil.copytree(before, self.new_place()))

    def child(self, task: Callable[[], object]) -> tuple[int, str]:
        """Run a task in a forked child; returns how it ended (a signal as its negative number) and what it said."""
        child, pipe = self.fork(task)
        said = told(pipe)
        return self.end(child), said

    def help(self, name: str, *words: object) -> str:
        """Run a method without any fault in a process that does many such tasks; returns what it said.

        It begins anew after some tasks, and after a failure, so that none can follow from another one's.
        """
        child, connection, done = self._helper or self._begin_helping()
        connection.send((name, words))
        try:
            said = str(connection.recv())
        except (EOFError, OSError):
            said = "the process that mends has died"
        self._helper = child, connection, done + 1
        if done + 1 == HELPED or (said and not said.startswith("named:")):
            self.end_helping()
        return said

    def _begin_helping(self) -> tuple[int, Connection, int]:
        ours, theirs = Pipe()
        child = os.fork()
        if child:
            theirs.close()
            return child, ours, 0
        try:
            ours.close()
            while True:
                name, words = theirs.recv()
                signal.alarm(HANG_SECONDS)
                theirs.send(_said(lambda: getattr(self, name)(*words)))  # noqa: B023 - called at once
                signal.alarm(0)
        finally:  # nobody asks any more
            os._exit(0)

    def end_helping(self) -> None:
        """Let the next such task begin in a new process."""
        if self._helper is not None:
            child, connection, _ = self._helper
            self._helper = None
            connection.close()
            os.kill(child, signal.SIGKILL)
            self.end(child)

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
        os.close(reading)
        signal.alarm(HANG_SECONDS)
        said = _said(lambda: self._behind_the_shim(task))
        os.write(writing, said.encode()[-8000:])
        os._exit(0)

    def _behind_the_shim(self, task: Callable[[], object]) -> None:
        self.shim.install()
        task()


def _said(task: Callable[[], object]) -> str:
    """Do a task and return what is to be said of it: nothing, an error's name, or how it failed."""
    try:
        task()
    except Named as named:
        return f"named: {named}"
    except BaseException:  # noqa: BLE001 - a panic of a library is told like any other failure
        return traceback.format_exc()
    return ""


def told(pipe: int) -> str:
    """Read what a child says at its end."""
    with os.fdopen(pipe, "rb") as reading:
        return reading.read().decode(errors="replace")
