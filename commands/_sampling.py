"""All records of the selected sources in parts, or of a large source a fair sample: the same one every time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._desk import Desk, names_of
from ._output import number, say

if TYPE_CHECKING:
    from harvester import Change, Federation, Store

SAMPLE = 100_000  # records of a source: a share is known to ± 0.3 % by as many, in ten seconds instead of minutes
READ = 1_000
_KEYS = 1 << 60  # a key's number is a hash: as good as thrown dice, and the same every time


def shares(
    here: Desk, federation: Federation, store: Store, selection: tuple[str, ...], *, every: bool
) -> dict[str, float]:
    """Return which share of each source's records is looked at."""
    names, held = names_of(here, federation, store, selection), store.log.counts()
    chosen = sorted(held if names is None else names & held.keys())
    sizes = {name: held[name]["present"] + held[name]["missing"] for name in chosen}
    return {name: 1.0 if every or size <= SAMPLE else SAMPLE / size for name, size in sizes.items()}


def size_of(store: Store, shares: dict[str, float]) -> int:
    """Return how many records these shares are, about."""
    held = store.log.counts()
    return sum(int(share * sum(held.get(name, {}).values())) for name, share in shares.items())


def parts_of(store: Store, shares: dict[str, float]) -> Iterator[list[Change]]:
    """Read these shares of the records in parts; those of which nothing is held any more are left out."""
    from harvester import key_number

    for name, share in shares.items():
        after = ""
        while part := store.log.records(name, after, READ):
            after = part[-1].identifier
            yield [change for change in part if change.raw is not None and key_number(change.key) < share * _KEYS]


def sampled_of(shares: dict[str, float]) -> list[str]:
    """Return the sources of which only a sample is looked at."""
    return sorted(name for name, share in shares.items() if share < 1)


def tell_sample(here: Desk, sampled: list[str]) -> None:
    """Say of which sources a sample was looked at, and how to see all."""
    if sampled:
        names = ", ".join(sampled)
        size = number(SAMPLE)
        say(
            here.text(
                f"lấy mẫu khoảng {size} bản ghi ở: {names} (--all: tất cả)", f"about {SAMPLE:,} of: {names} (--all)"
            )
        )
