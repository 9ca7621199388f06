"""Pull changes from the store, map them, write them in batches, remember the place. All three rooms meet only here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from mappings import Origin, fingerprint

from .documents import checksum_of, document_of
from .errors import NoGenerationError, NoRoomError, NotVerifiedError
from .query import Document, Engine, Place
from .streaming import Log as Log
from .streaming import changes, documents, records, size_of
from .suggest import Learner, Memory
from .suggest.book import NAME
from .verifying import Fault, faults, held_already, held_in

REMEMBER = 100_000  # documents after which what was learned of them is kept
BATCH = 10_000  # documents a commit: a commit costs some 50 ms, a document about 5 kB of memory


@dataclasses.dataclass
class Progress:
    """What an update did: changes followed, documents written, sources mapped again, all of it verified or rebuilt.

    ``resumed`` documents were there already, of a rebuilding that was broken off.
    """

    changes: int = 0
    written: int = 0
    remapped: list[str] = dataclasses.field(default_factory=list)
    rebuilt: bool = False
    resumed: int = 0
    verified: bool = False
    memory: Memory | None = None
    kept: int = 0


Told = Callable[[int], None]


def _nobody(number: int) -> None:
    """Tell nobody."""


def update(log: Log, engine: Engine, origins: Mapping[str, Origin], told: Told = _nobody) -> Progress:
    """Bring an index up to date with a store; ``told`` hears of every batch.

    An index that is new, damaged, of another version, or followed another store is built anew beside the old one and
    put in its place. One whose store was restored is compared with it, and only what differs is written. Sources whose
    mapping has changed (tables, code, settings) are mapped again, and only they. Raises IndexUnreachableError.
    """
    if not engine.readable() or engine.place().store != log.identity()[0]:
        return rebuild(log, engine, origins, told)
    progress = Progress()
    with _staying(engine) as here:
        progress.memory = Memory(here)
        mended = same_epoch(log, here.place()) or _compare(log, here, origins, progress, told)
        if mended:
            _mark_new(here, origins)
            _follow(log, here, origins, progress, told)
            _map_again(log, here, origins, progress, told)
            _keep(progress, here)
    engine.close()
    return progress if mended else rebuild(log, engine, origins, told)


def rebuild(
    log: Log, engine: Engine, origins: Mapping[str, Origin], told: Told = _nobody, checked: Told = _nobody
) -> Progress:
    """Build a new generation beside the old one, compare it with the store, and adopt it when nothing is wrong.

    One that was broken off goes on: sources that are wholly mapped are not mapped again, and what changed since then is
    followed. ``checked`` hears of what is compared. Raises IndexUnreachableError: NoRoomError, NotVerifiedError, …
    """
    progress = Progress(rebuilt=True)
    _make_sure_of_room(engine)
    fresh = _begin(log, engine)
    try:
        progress.memory = Memory(fresh, None if fresh.kept(NAME) else Learner(expected=size_of(log)))
        if fresh.place().store:
            progress.resumed = held_in(fresh)
            told(progress.resumed)
            _map_sources(log, fresh, origins, _changed(fresh, origins), progress, told)
        else:
            # The place is taken before anything is read: what changes meanwhile is followed afterwards, never missed.
            fresh.write((), _place(log, log.identity()[2]))
            _map_sources(log, fresh, origins, sorted(origins), progress, told, new=True)
        _follow(log, fresh, origins, progress, told)
        _keep(progress, fresh)
        _prove(log, fresh, checked)
        engine.adopt(fresh)
    except NotVerifiedError:
        fresh.close()
        engine.clean()  # it must not be gone on with
        raise
    finally:
        fresh.close()
    _follow_at_last(log, engine, origins, progress)
    return progress


def _make_sure_of_room(engine: Engine) -> None:
    room = engine.room()
    if room is not None and room.free < room.needed:
        raise NoRoomError(engine.address, room.free, room.needed)


def _begin(log: Log, engine: Engine) -> Engine:
    """Return a generation to fill: one that was broken off, if it follows the present epoch of this store."""
    store, epoch, _ = log.identity()
    purpose = f"{store}.{epoch}"
    fresh = engine.fresh(purpose)
    place = fresh.place()
    if place.store in ("", store) and (not place.store or same_epoch(log, place)):
        return fresh
    fresh.close()
    engine.clean()
    return engine.fresh(purpose)


def _prove(log: Log, fresh: Engine, checked: Told) -> None:
    """Compare what was built with the store; raises NotVerifiedError."""
    wrong = [Fault("damaged", part) for part in fresh.damaged()] or list(faults(log, fresh, checked))
    if wrong:
        raise NotVerifiedError(fresh.address, len(wrong), f"{wrong[0].kind} {wrong[0].key}")


def _follow_at_last(log: Log, engine: Engine, origins: Mapping[str, Origin], progress: Progress) -> None:
    """Follow once more: a take-down told between the last reading and the swap must not wait for the next update."""
    with _staying(engine) as here:
        progress.memory = Memory(here)
        _follow(log, here, origins, progress, _nobody)
        _keep(progress, here)
    engine.close()


def rollback(log: Log, engine: Engine, origins: Mapping[str, Origin], told: Told = _nobody) -> Progress:
    """Let the generation before this one answer again, after it has followed every later change.

    What is mapped for it is mapped as now; what it holds stays as it was mapped then, until the next update finds that
    a mapping has changed. Raises NoGenerationError where there is none that follows this store.
    """
    previous = engine.previous()
    if previous is None:
        raise NoGenerationError(engine.address)
    progress = Progress(memory=Memory(previous))
    try:
        if previous.place().store != log.identity()[0]:
            raise NoGenerationError(engine.address)
        if not (same_epoch(log, previous.place()) or _compare(log, previous, origins, progress, told)):
            raise NoGenerationError(engine.address)
        _follow(log, previous, origins, progress, told)
        _keep(progress, previous)
        engine.adopt(previous)
    finally:
        previous.close()
    _follow_at_last(log, engine, origins, progress)
    return progress


def forget(log: Log, engine: Engine, origins: Mapping[str, Origin], told: Told = _nobody) -> None:
    """Follow the store, then build the index anew and remove the old one: nothing that was erased is left in its files.

    An engine that only marks documents as deleted keeps their text until it happens to merge them; a generation that
    is kept, or was not finished, holds it as well.
    """
    engine.clean(kept=0)
    if not update(log, engine, origins, told).rebuilt:  # hidden at once; building anew takes minutes for a million
        rebuild(log, engine, origins, told)
    engine.clean(kept=0)


@contextmanager
def _staying(engine: Engine) -> Iterator[Engine]:
    """Stay in the generation that answers now: a place of one and documents of another would leave a hole."""
    here = engine.at(engine.generation())
    try:
        yield here
    finally:
        here.close()


def _keep(progress: Progress, engine: Engine) -> None:
    if progress.memory is not None:
        progress.memory.keep(engine)


def same_epoch(log: Log, place: Place) -> bool:
    """Say whether a place is one of the store's present epoch: its number, and what stands there."""
    _, epoch, last = log.identity()
    if place.epoch != epoch or place.sequence > last:
        return False
    return place.sequence == 0 or log.change_at(place.sequence) == (place.key, place.content)


def _compare(log: Log, engine: Engine, origins: Mapping[str, Origin], progress: Progress, told: Told) -> bool:
    """Compare the index with its store key by key, and write what differs.

    Until all of it is compared, the place is one of the store's present epoch where nothing can stand: what is written
    counts as newer than all of the old epoch, and an update that is cut short begins again. False where the index does
    not let go of newer states: somebody put an older store in place without giving it a new epoch.
    """
    progress.verified, last = True, log.identity()[2]
    old, doubtful = engine.place(), msgspec.structs.replace(_place(log, last), sequence=1, key="", content="")
    repair(log, engine, origins, faults(log, engine, followed=False), progress, told, doubtful)
    if old.epoch == doubtful.epoch and next(faults(log, engine, followed=False), None) is not None:
        return False
    engine.write((), _place(log, last))
    return True


def repair(
    log: Log,
    engine: Engine,
    origins: Mapping[str, Origin],
    found: Iterable[Fault],
    progress: Progress,
    told: Told = _nobody,
    place: Place | None = None,
) -> None:
    """Write again what faults name, as the store says it now, and drop what the store does not know.

    ``place`` is the engine's own unless another one is to be written with it.
    """
    extra, wrong = list[str](), list[str]()

    def mend() -> None:
        if extra:
            engine.drop(extra)
        batch = {change.key: document_of(change, origins) for change in log.records_of(wrong)}
        if batch:
            _write(engine, batch, place or _rewriting(engine), progress, told)
        extra.clear()
        wrong.clear()

    for fault in found:
        (extra if fault.kind == "extra" else wrong).append(fault.key)
        if len(extra) + len(wrong) >= BATCH:
            mend()
    mend()


def _place(log: Log, sequence: int) -> Place:
    store, epoch, _ = log.identity()
    key, content = log.change_at(sequence) or ("", "")
    return Place(store, epoch, sequence, key, content)


def _rewriting(engine: Engine) -> Place:
    """Return the engine's place for what is written there once more: whoever remembers answers sees that it changed."""
    place = engine.place()
    return msgspec.structs.replace(place, rewritten=place.rewritten + 1)


def _follow(log: Log, engine: Engine, origins: Mapping[str, Origin], progress: Progress, told: Told) -> None:
    """Follow the log from the engine's place; each commit carries the place of its last change."""
    start = place = engine.place().sequence
    batch: dict[str, Document] = {}
    size = log.identity()[2] - start
    for (place, number), made in documents(changes(log, start), origins, size):
        batch.update((document.key, document) for document in made)
        progress.changes += number
        # One that was registered after ``origins`` were read: nobody may think that it is mapped as it should be.
        if strange := {document.source for document in made} - origins.keys():
            engine.mark(dict.fromkeys(strange, ""))
        if len(batch) >= BATCH:
            _write(engine, batch, _place(log, place), progress, told)
    if batch:
        _write(engine, batch, _place(log, place), progress, told)


def _write(
    engine: Engine,
    batch: dict[str, Document],
    place: Place,
    progress: Progress,
    told: Told,
    *,
    new: bool = False,
    held: bool = False,
) -> None:
    refused = engine.write(tuple(batch.values()), place, new=new)
    reasons = {each.key: each.reason for each in refused}
    if refused:
        again = [_tombstone(document, reasons[document.key]) for document in batch.values() if document.key in reasons]
        engine.write(again, place)
    if progress.memory is not None:
        progress.memory.see([each for each in batch.values() if each.key not in reasons], again=not new, held=held)
    progress.written += len(batch)
    told(len(batch))
    batch.clear()


def _tombstone(document: Document, reason: str) -> Document:
    made = Document(document.key, document.source, document.sequence, "quarantined", reason, version=document.version)
    return msgspec.structs.replace(made, checksum=checksum_of(made))


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
    changed = _changed(engine, origins)
    _map_sources(log, engine, origins, changed, progress, told, differing=True)
    progress.remapped += changed


def _changed(engine: Engine, origins: Mapping[str, Origin]) -> list[str]:
    """Return the sources that are not wholly mapped as they would be now."""
    marks = engine.marks()
    return [name for name, origin in sorted(origins.items()) if marks.get(name) != fingerprint(origin)]


def map_again(
    log: Log, engine: Engine, origins: Mapping[str, Origin], sources: Sequence[str], told: Told = _nobody
) -> Progress:
    """Follow the store, then map all records of these sources again, whether or not anything has changed."""
    progress = update(log, engine, origins, told)
    if not progress.rebuilt:
        with _staying(engine) as here:
            progress.memory = Memory(here)
            _map_sources(log, here, origins, sources, progress, told)
            _keep(progress, here)
        progress.remapped += sources
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
    differing: bool = False,
) -> None:
    """Map all records of sources as they are now; the place stays where it is in the store.

    ``new``: the engine holds none of them. ``differing``: it holds all of them, and only those are written of which it
    holds another document.
    A source is marked when all of it is written, many in one commit: an update that is broken off goes on from there.
    """
    batch: dict[str, Document] = {}
    whole: list[str] = []
    size = size_of(log, sources)

    def keep() -> None:
        if differing and (same := held_already(engine, batch)):
            for key in same:
                del batch[key]
            told(len(same))
        if batch:
            _write(engine, batch, _rewriting(engine), progress, told, new=new, held=differing)
        engine.mark({name: fingerprint(origins[name]) for name in whole})
        whole.clear()
        if progress.written >= progress.kept + REMEMBER:  # a rebuilding that is killed goes on with what it learned
            progress.kept = progress.written
            _keep(progress, engine)

    for ended, made in documents(records(log, sources), {name: origins[name] for name in sources}, size):
        batch.update((document.key, document) for document in made)
        whole += [ended] if ended else []
        if len(batch) >= BATCH:
            keep()
    if batch or whole:
        keep()
