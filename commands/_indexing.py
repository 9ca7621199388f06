"""What the commands about indexes share: which are meant, one after the other, and how far a long work is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from ._desk import Desk, tell_index
from ._output import number, say, when

if TYPE_CHECKING:
    from harvester import Federation
    from index import Engine

Told = Callable[[int], None]
Found = TypeVar("Found")
_LINES = 10  # seconds between two lines of progress where there is no terminal


def chosen(here: Desk, federation: Federation, addresses: tuple[str, ...]) -> list[Engine]:
    """Open the configured indexes, or those of them that are named; another name ends the command with 2."""
    engines = here.engines(federation)
    known = [engine.address for engine in engines]
    for address in addresses:
        if address not in known:
            told = ", ".join(known)
            raise click.UsageError(
                here.text(f"không có chỉ mục “{address}” ({told})", f"no index “{address}” ({told})")
            )
    return [engine for engine in engines if not addresses or engine.address in addresses]


def each(here: Desk, engines: list[Engine], work: Callable[[Engine], Found]) -> tuple[list[Found], bool]:
    """Do a work for every index; one that cannot is named and harms no other. Returns what was done, and if all was."""
    from index import IndexUnreachableError

    found = []
    for engine in engines:
        try:
            found.append(work(engine))
        except IndexUnreachableError as error:
            tell_index(error, here.language)
        finally:
            engine.close()
    return found, len(found) == len(engines)


@contextmanager
def progress(here: Desk, title: str, total: int) -> Iterator[Told]:
    """Show how far a work is, how fast, and when it ends: a bar on a terminal, a line now and then otherwise."""
    if here.quiet or not total:
        yield lambda done: None
    elif sys.stderr.isatty():
        yield from _bar(title, total)
    else:
        yield _Lines(here, title, total).told


def _bar(title: str, total: int) -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    begun = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total, rate="")

        def told(done: int) -> None:
            bar.advance(task, done)
            bar.update(task, rate=f"{number(_rate(bar.tasks[0].completed, begun))}/s")

        yield told


def _rate(done: float, begun: float) -> int:
    return int(done / max(time.monotonic() - begun, 0.001))


class _Lines:
    """Says how far a work is, at most every few seconds."""

    def __init__(self, here: Desk, title: str, total: int) -> None:
        self._here, self._title, self._total = here, title, total
        self._begun = self._said = time.monotonic()
        self._done = 0

    def told(self, done: int) -> None:
        self._done += done
        now = time.monotonic()
        if now - self._said < _LINES:
            return
        self._said = now
        rate = max(_rate(self._done, self._begun), 1)
        ends = when(int(time.time()) + max(self._total - self._done, 0) // rate)
        share = f"{number(self._done)}/{number(self._total)}, {number(rate)}/s"
        say(f"{self._title}: {share}, " + self._here.text(f"xong lúc {ends}", f"done at {ends}"))
