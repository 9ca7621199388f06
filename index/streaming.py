"""Stream the records of a store and what is made of them: one way for updating, rebuilding, verifying, exporting.

No transaction stays open between two parts, memory holds a part or two, and very many records are worked on in
processes side by side.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

from harvester import Change, pack
from mappings import Mapped, Origin, map_records, tables_in_use

from .documents import documents_of, made_of, unpack_documents
from .query import Document
from .workers import Workers, processes, seldom_collecting

READ = 1_000  # changes a read: a reader that stays open longer stops the store's log from being emptied
T = TypeVar("T")


class Log(Protocol):
    """What an index reads of a store."""

    def identity(self) -> tuple[str, int, int]:
        """Return the store's id, its epoch, and the last sequence."""

    def changes(self, after: int, limit: int) -> list[Change]:
        """Return changes above a sequence, in order."""

    def change_at(self, sequence: int) -> tuple[str, str] | None:
        """Return key and content hash of the change at a sequence."""

    def records(self, source: str, after: str, limit: int) -> list[Change]:
        """Return the present state of a source's records above an identifier."""

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the numbers of records of every source, by its name and their presence."""

    def outline(self, prefix: str) -> list[Change]:
        """Return the present state of the records whose key begins so, without what was said."""

    def records_of(self, keys: Sequence[str]) -> list[Change]:
        """Return the present state of these records."""


def size_of(log: Log, sources: Iterable[str] | None = None) -> int:
    """Count the records of some sources, or of all."""
    counts = log.counts()
    return sum(sum(counts.get(name, {}).values()) for name in (counts if sources is None else sources))


def changes(log: Log, after: int) -> Iterator[tuple[tuple[int, int], list[Change]]]:
    """Read the log from a sequence on, in parts: each with the sequence of its last change, and how many they are."""
    while part := log.changes(after, READ):
        after = part[-1].sequence
        yield (after, len(part)), part


def records(log: Log, sources: Iterable[str]) -> Iterator[tuple[str, list[Change]]]:
    """Read all records of sources, in parts; where a source ends, an empty part bears its name."""
    for name in sources:
        after = ""
        while part := log.records(name, after, READ):
            after = part[-1].identifier
            yield "", part
        yield name, []


def mapped(log: Log, origins: Mapping[str, Origin], sources: Iterable[str]) -> Iterator[tuple[Change, Mapped | None]]:
    """Stream the records of sources, each with what mapping makes of it: None of what is gone, erased or taken down."""
    with seldom_collecting():
        for _, part in records(log, sources):
            raws = [None if change.suppressed else change.raw for change in part]
            pairs = zip(part, raws, strict=True)
            made = map_records((raw, origins[change.source]) for change, raw in pairs if raw is not None)
            for change, raw in zip(part, raws, strict=True):
                yield change, None if raw is None else next(made)


def documents(
    parts: Iterable[tuple[T, list[Change]]], origins: Mapping[str, Origin], size: int
) -> Iterator[tuple[T, list[Document]]]:
    """Make the documents of changes, part by part; where there are very many, in processes side by side."""
    with seldom_collecting():
        yield from _documents(parts, origins, processes(size))


def _documents(
    parts: Iterable[tuple[T, list[Change]]], origins: Mapping[str, Origin], count: int
) -> Iterator[tuple[T, list[Document]]]:
    if not count:
        yield from ((mark, documents_of(part, origins)) for mark, part in parts)
        return
    marks: deque[T] = deque()

    def packed() -> Iterator[bytes]:
        for mark, part in parts:
            marks.append(mark)
            yield pack(part)

    with Workers(partial(made_of, tables_in_use(), dict(origins)), count) as workers:
        for made in workers.map(packed()):
            yield marks.popleft(), unpack_documents(made)
