"""Compare an index with its store, record by record in the order of keys; memory holds one part of the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from harvester import Change
from mappings import Origin

from .documents import version_of
from .generations import Held
from .query import Document, Engine
from .streaming import Log, documents, size_of

PART = 10_000  # records compared at once
FEW, ASKED = 200, 1_000  # documents of which the sums are asked for at first, and at once
_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"  # of a key: base32, in the order of bytes

Kind = Literal["missing", "stale", "extra", "damaged"]
Told = Callable[[int], None]


class Fault(msgspec.Struct, frozen=True):
    """A record of which the index holds something else than the store says.

    ``missing``: nothing. ``stale``: an older state, or what an older mapping made. ``extra``: the store knows nothing
    of it. ``damaged``: not what was written, or twice.
    """

    kind: Kind
    key: str


def faults(log: Log, engine: Engine, told: Told = lambda number: None, *, followed: bool = True) -> Iterator[Fault]:
    """Yield what is wrong with an index, in the order of keys; ``told`` hears how many records were compared.

    What changed after the index's place is no fault: the next update brings it. So harvests and updates may go on
    meanwhile, if the engine stays in one generation (``Engine.at``). ``followed=False`` judges these too: for a place
    that is not one of the store's present epoch.
    """
    for prefix in prefixes(max(held_in(engine), size_of(log))):
        # First the place, then the index, then the store: what is read later can only be newer.
        reached, held = engine.place().sequence, engine.held(prefix)
        wanted = {change.key: change for change in log.outline(prefix)}
        for key in sorted(held.keys() | wanted.keys()):
            kind = _judge(held.get(key), wanted.get(key), reached if followed else None)
            if kind is not None:
                yield Fault(kind, key)
        told(len(wanted))


def faults_of_mapping(
    log: Log, engine: Engine, origins: Mapping[str, Origin], told: Told = lambda number: None
) -> Iterator[Fault]:
    """Map every record again and yield those of which the index holds the right state, but another document."""

    def parts() -> Iterator[tuple[dict[str, Held], list[Change]]]:
        for prefix in prefixes(max(held_in(engine), size_of(log))):
            held = engine.held(prefix)
            yield held, log.records_of([change.key for change in log.outline(prefix)])

    for held, made in documents(parts(), origins, size_of(log)):
        for document in sorted(made, key=lambda each: each.key):
            one = held.get(document.key)
            refused = one is not None and one.status == "quarantined" and document.status == "shown"
            if (
                one is not None
                and one.version == document.version
                and one.checksum != document.checksum
                and not refused
            ):
                yield Fault("stale", document.key)
        told(len(made))


def held_already(engine: Engine, made: Mapping[str, Document]) -> set[str]:
    """Return the keys of those documents that an index holds as they are: nobody needs to write them again.

    A few are asked for first: where all of these are to be written, so are nearly all, and asking for each is spared.
    """
    keys = list(made)
    if len(keys) > FEW and not _held_of(engine, made, keys[:: len(keys) // FEW]):
        return set()
    parts = (keys[start : start + ASKED] for start in range(0, len(keys), ASKED))
    return {key for part in parts for key in _held_of(engine, made, part)}


def _held_of(engine: Engine, made: Mapping[str, Document], keys: Sequence[str]) -> list[str]:
    held = engine.held_of(keys)
    return [key for key, one in held.items() if one.whole and one.checksum == made[key].checksum]


def held_in(engine: Engine) -> int:
    """Count the records that an index holds, whatever their status."""
    return sum(msgspec.structs.astuple(engine.counts()))


def prefixes(records: int) -> list[str]:
    """Part the keys, which are spread evenly, so that a part fits in memory: some thousand for a million."""
    parts = [""]
    while records > len(parts) * PART:
        parts = [part + letter for part in parts for letter in _LETTERS]
    return parts


def _judge(held: Held | None, change: Change | None, reached: int | None) -> Kind | None:
    if change is None:
        return "extra"
    if held is not None and not held.whole:
        return "damaged"
    if reached is not None and change.sequence > reached:
        return None
    if held is None:
        return "missing"
    return None if held.version == version_of(change) and held.status in _statuses(change) else "stale"


def _statuses(change: Change) -> tuple[str, ...]:
    if change.presence == "withdrawn":
        return ("withdrawn",)
    return ("suppressed",) if change.suppressed else ("shown", "quarantined")
