"""What a client that believes its parser makes of the same town: the yardstick of the README's claim."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sickle import Sickle

from tests.town import wire
from tests.town.fault import Fault
from tests.town.hostile import HOSTILE
from tests.town.living import place_of, words_of

ENOUGH = 60  # questions: no first night of the town needs more, and Sickle by itself never stops at a circle
# What Sickle cannot be measured on: other addresses, words of our own, and servers that would be waited for.
FAIR = tuple(fault for fault in HOSTILE if not fault.source and not fault.slow and not fault.elsewhere)


@dataclass(frozen=True)
class Ended:
    """How Sickle ended: ``normally``, with an ``exception``, or not within the questions that it was allowed."""

    how: str
    lost: int
    damaged: int


def harvest(fault: Fault) -> Ended:
    """Read the first night of a fault as the documentation of Sickle shows it."""
    place, night = place_of(fault), fault.nights[0]
    if night.day is not None:
        night.day(place)
    place.act = night.act
    truth = {entry.identifier: fault.titles(entry) for entry in place.repository.entries.values() if not entry.deleted}
    found: dict[str, str] = {}
    with wire.opened(place, budget=ENOUGH):
        client = Sickle(str(words_of(fault, place)["url"]), timeout=2)
        try:
            for record in client.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True):
                found[record.header.identifier] = " ".join(record.metadata.get("title") or [""])
        except Exception as error:  # noqa: BLE001 - every kind of end is counted
            how = "endless" if len(place.log) >= ENOUGH else f"exception {type(error).__name__}"
        else:
            how = "normally"
    if how != "normally":
        return Ended(how.partition(" ")[0], 0, 0)
    lost = truth.keys() - found.keys()
    damaged = [name for name in truth.keys() & found.keys() if found[name].strip() != truth[name].strip()]
    return Ended(how, len(lost), len(damaged))


@pytest.mark.filterwarnings("ignore")
def test_sickle_loses_records_in_silence_where_kho_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        ended = dict(zip((fault.id for fault in FAIR), pool.map(harvest, FAIR), strict=True))
    silent = {name: end for name, end in ended.items() if end.lost}
    damaged = {name: end for name, end in ended.items() if end.damaged and not end.lost}
    counts = Counter(end.how for end in ended.values())
    with capsys.disabled():
        lost = sum(end.lost for end in silent.values())
        print(
            f"\nSickle at {len(ended)} hostile servers: {lost:,} records lost in silence on {len(silent)} servers,",
            end=" ",
        )
        print(f"damaged titles on {len(damaged)}, no end on {counts['endless']}, an exception on {counts['exception']}")
    assert len(silent) >= 5, silent
    assert counts["endless"] >= 4, counts
