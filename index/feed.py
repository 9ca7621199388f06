"""Pull changes from the store, map them, write them in batches, remember the place. All three rooms meet only here."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from harvester import Change, pack
from mappings import Origin, fingerprint, tables_in_use

from .documents import document_of, made_of, unpack_documents, version_of
from .query import Document, Engine, Place
from .suggest import Learner, Memory
from .workers import Workers, processes

READ = 1_000  # changes a read: a reader that stays open longer stops the store's log from being emptied
BATCH = 10_000  # documents a commit: a commit costs some 50 ms, a document about 5 kB of memory
PART = 10_000  # records compared at once
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # of a key: base32


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


@dataclasses.dataclass
class Progress:
    """What an update did: changes followed, documents written, sources mapped again, all of it verified or rebuilt."""

    changes: int = 0
    written: int = 0
    remapped: list[str] = dataclasses.field(default_factory=list)
    rebuilt: bool = False
    verified: bool = False
    memory: Memory | None = None


Told = Callable[[int], None]


def update(log: Log, engine: Engine, origins: Mapping[str, Origin], told: Told = lambda number: None) -> Progress:
    """Bring an index up to date with a store; ``told`` hears of every batch.

    An index that is new, damaged, of another version, or followed another store is built anew beside the old one and
    put in its place. One whose store was restored is compared with it, and only what differs is written. Sources whose
    mapping has changed (tables, code, settings) are mapped again, and only they. Raises IndexUnreachableError.
    """
    if not engine.readable() or engine.place().store != log.identity()[0]:
        return rebuild(log, engine, origins, told)
    progress = Progress(memory=Memory(engine))
    if not _same_life(log, engine.place()):
        _verify(log, engine, origins, progress, told)
    _mark_new(engine, origins)
    _follow(log, engine, origins, progress, told)
    _map_again(log, engine, origins, progress, told)
    _keep(progress, engine)
    engine.close()
    return progress


def rebuild(log: Log, engine: Engine, origins: Mapping[str, Origin], told: Told = lambda number: None) -> Progress:
    """Build a new generation beside the old one and adopt it when it is complete."""
    expected = sum(sum(each.values()) for each in log.counts().values())
    progress = Progress(rebuilt=True, memory=Memory(engine, Learner(expected=expected)))
    fresh = engine.fresh()
    try:
        # The place is taken before anything is read: what changes meanwhile is followed afterwards, never missed.
        fresh.write((), _place(log, log.identity()[2]))
        _map_sources(log, fresh, origins, sorted(origins), progress, told, new=True)
        _follow(log, fresh, origins, progress, told)
        _keep(progress, fresh)
        engine.adopt(fresh)
    finally:
        fresh.close()
    # A take-down that was told between the last reading and the swap must not wait for the next update.
    _follow(log, engine, origins, progress, told)
    _keep(progress, engine)
    engine.close()
    return progress


def forget(log: Log, engine: Engine, origins: Mapping[str, Origin], told: Told = lambda number: None) -> None:
    """Follow the store, then build the index anew and remove the old one: nothing that was erased is left in its files.

    An engine that only marks documents as deleted keeps their text until it happens to merge them.
    """
    if not update(log, engine, origins, told).rebuilt:  # hidden at once; building anew takes minutes for a million
        rebuild(log, engine, origins, told)
    engine.clean()


def _keep(progress: Progress, engine: Engine) -> None:
    if progress.memory is not None:
        progress.memory.keep(engine)


def _same_life(log: Log, place: Place) -> bool:
    """Say whether a place is one of the store's present life: its epoch, and what stands there."""
    _, epoch, last = log.identity()
    if place.epoch != epoch or place.sequence > last:
        return False
    return place.sequence == 0 or log.change_at(place.sequence) == (place.key, place.content)


def _verify(log: Log, engine: Engine, origins: Mapping[str, Origin], progress: Progress, told: Told) -> None:
    """Compare the index with its store key by key, and write what differs.

    The old place stays until all of it is compared: an update that is cut short begins again.
    """
    progress.verified = True
    old, last = engine.place(), log.identity()[2]
    batch: dict[str, Document] = {}
    for prefix in _prefixes(engine):
        wanted, held = {change.key: change for change in log.outline(prefix)}, engine.held(prefix)
        unknown = sorted(held.keys() - wanted.keys())
        if unknown:
            engine.drop(unknown)
        differing = [key for key, change in wanted.items() if not _stands(held.get(key), change)]
        for change in log.records_of(differing):
            batch[change.key] = document_of(change, origins)
        if len(batch) >= BATCH:
            _write(engine, batch, old, progress, told)
    if batch:
        _write(engine, batch, old, progress, told)
    engine.write((), _place(log, last))


def _prefixes(engine: Engine) -> list[str]:
    """Part the keys, which are spread evenly, so that a part fits in memory: some thousand for a million."""
    counts = engine.counts()
    total = counts.documents + counts.quarantined + counts.suppressed + counts.withdrawn
    parts = [""]
    while total > len(parts) * PART:
        parts = [part + letter for part in parts for letter in _LETTERS]
    return parts


def _stands(held: tuple[str, str] | None, change: Change) -> bool:
    if held is None or held[1] != version_of(change):
        return False
    if change.presence == "withdrawn":
        return held[0] == "withdrawn"
    return held[0] == "suppressed" if change.suppressed else held[0] in ("shown", "quarantined")


def _place(log: Log, sequence: int) -> Place:
    store, epoch, _ = log.identity()
    key, content = log.change_at(sequence) or ("", "")
    return Place(store, epoch, sequence, key, content)


def _follow(log: Log, engine: Engine, origins: Mapping[str, Origin], progress: Progress, told: Told) -> None:
    """Follow the log from the engine's place; each commit carries the place of its last change."""
    start = place = engine.place().sequence
    batch: dict[str, Document] = {}
    size = log.identity()[2] - start
    for (place, number), documents in _made(_changes(log, start), origins, size):
        batch.update((document.key, document) for document in documents)
        progress.changes += number
        if len(batch) >= BATCH:
            _write(engine, batch, _place(log, place), progress, told)
    if batch:
        _write(engine, batch, _place(log, place), progress, told)


def _changes(log: Log, after: int) -> Iterator[tuple[tuple[int, int], list[Change]]]:
    """Read the log from a sequence on, in parts: each with the sequence of its last change, and how many they are."""
    while changes := log.changes(after, READ):
        after = changes[-1].sequence
        yield (after, len(changes)), changes


def _made(
    parts: Iterable[tuple[T, list[Change]]], origins: Mapping[str, Origin], size: int
) -> Iterator[tuple[T, list[Document]]]:
    """Make the documents of changes, part by part; where there are very many, in processes side by side."""
    count = processes(size)
    if not count:
        yield from ((mark, [document_of(change, origins) for change in changes]) for mark, changes in parts)
        return
    marks: deque[T] = deque()

    def packed() -> Iterator[bytes]:
        for mark, changes in parts:
            marks.append(mark)
            yield pack(changes)

    with Workers(partial(made_of, tables_in_use(), dict(origins)), count) as workers:
        for documents in workers.map(packed()):
            yield marks.popleft(), unpack_documents(documents)


def _write(
    engine: Engine, batch: dict[str, Document], place: Place, progress: Progress, told: Told, *, new: bool = False
) -> None:
    refused = engine.write(tuple(batch.values()), place, new=new)
    reasons = {each.key: each.reason for each in refused}
    if refused:
        again = [
            msgspec.structs.replace(_tombstone(document), status="quarantined", reason=reasons[document.key])
            for document in batch.values()
            if document.key in reasons
        ]
        engine.write(again, place)
    if progress.memory is not None:
        progress.memory.see([each for each in batch.values() if each.key not in reasons], again=not new)
    progress.written += len(batch)
    told(len(batch))
    batch.clear()


def _tombstone(document: Document) -> Document:
    return Document(document.key, document.source, document.sequence, document.status, version=document.version)


def _mark_new(engine: Engine, origins: Mapping[str, Origin]) -> None:
    """Mark sources of which nothing is indexed yet, before the log maps them.

    Marked afterwards, a source whose settings change while an update is broken off would keep its old mapping for good.
    One that was renamed is not new: it stands there under its old name.
    """
    marks = engine.marks()
    new = {name: fingerprint(each) for name, each in sorted(origins.items()) if name not in marks and _first(each)}
    if new:
        engine.mark(new)


def _first(origin: Origin) -> bool:
    return origin.first_id == origin.id


def _map_again(log: Log, engine: Engine, origins: Mapping[str, Origin], progress: Progress, told: Told) -> None:
    marks = engine.marks()
    changed = [name for name, origin in sorted(origins.items()) if marks.get(name) != fingerprint(origin)]
    _map_sources(log, engine, origins, changed, progress, told)
    progress.remapped += changed


def map_again(
    log: Log, engine: Engine, origins: Mapping[str, Origin], sources: Sequence[str], told: Told = lambda number: None
) -> Progress:
    """Follow the store, then map all records of these sources again, whether or not anything has changed."""
    progress = update(log, engine, origins, told)
    if not progress.rebuilt:
        progress.memory = Memory(engine)
        _map_sources(log, engine, origins, sources, progress, told)
        progress.remapped += sources
        _keep(progress, engine)
    engine.close()
    return progress


def _map_sources(
    log: Log,
    engine: Engine,
    origins: Mapping[str, Origin],
    sources: Sequence[str],
    progress: Progress,
    told: Told,
    *,
    new: bool = False,
) -> None:
    """Map all records of sources as they are now; the place stays where it is. ``new``: the engine holds none of them.

    A source is marked when all of it is written, many in one commit: an update that is broken off goes on from there.
    """
    batch: dict[str, Document] = {}
    whole: list[str] = []
    place, counts = engine.place(), log.counts()
    size = sum(sum(counts.get(name, {}).values()) for name in sources)

    def keep() -> None:
        if batch:
            _write(engine, batch, place, progress, told, new=new)
        engine.mark({name: fingerprint(origins[name]) for name in whole})
        whole.clear()

    for ended, documents in _made(_records(log, sources), {name: origins[name] for name in sources}, size):
        batch.update((document.key, document) for document in documents)
        whole += [ended] if ended else []
        if len(batch) >= BATCH:
            keep()
    if batch or whole:
        keep()


def _records(log: Log, sources: Iterable[str]) -> Iterator[tuple[str, list[Change]]]:
    """Read all records of sources, in parts; where a source ends, an empty part bears its name."""
    for name in sources:
        after = ""
        while part := log.records(name, after, READ):
            after = part[-1].identifier
            yield "", part
        yield name, []
