"""The power goes at any moment of three nights' work: what was acknowledged is there, and the work goes on.

Store, its log and the index's folder lose power together. KHO_POWER_LOSSES sets how many states of the disk are tried
(1000; ``make crash`` 20000). The seed is printed. What is modelled is said in ``disk.py``.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.crash.disk import Disk
from tests.crash.shim import Call
from tests.crash.workers import WORKERS, run

STATES = int(os.environ.get("KHO_POWER_LOSSES", "1000"))
SEED = 20_261_127


@pytest.mark.slow
def test_after_a_loss_of_power_everything_acknowledged_is_there(library: Path) -> None:
    print(f"seed {SEED}, {STATES} states")
    found = run("power", library, "--seed", str(SEED), "--count", str(-(-STATES // WORKERS)))
    states, seconds = sum(each["states"] for each in found), max(each["seconds"] for each in found)
    print(f"{states} states of {found[0]['calls']} calls, {states / seconds:.1f} a second")
    print(f"{sum(each['processor'] for each in found) / states:.3f} s of processor time each")
    print(f"{sum(each['older'] for each in found)} times the index came back older than acknowledged, and caught up")
    print(dict(sum((Counter(each["drawn"]) for each in found), Counter()).most_common()))
    failures = [failure for each in found for failure in each["failures"]]
    for failure in failures:
        print(*failure)
    assert failures == []
    assert states >= STATES


class Never:
    """A chance that keeps nothing that may be lost."""

    def random(self) -> float:
        return 0.99  # strict

    def choice(self, values: tuple[float, ...]) -> float:
        return values[0]

    def randint(self, low: int, high: int) -> int:
        return low


def call(kind: str, path: str, file: int = 0, offset: int = 0, data: bytes = b"", other: str = "") -> Call:
    return Call(kind, file, offset, len(data), path, other, data)


def test_a_disk_keeps_what_was_synced_and_may_lose_the_rest(tmp_path: Path) -> None:
    disk = Disk("/d")
    disk.apply(call("c", "/d/a", 1))
    disk.apply(call("w", "/d/a", 1, 0, b"x" * 1000))
    disk.lose_power(Never(), tmp_path / "names")  # type: ignore[arg-type]
    assert list((tmp_path / "names").iterdir()) == []
    disk.apply(call("s", "/d/a", 1))
    disk.apply(call("s", "/d"))
    disk.apply(call("w", "/d/a", 1, 512, b"y" * 1000))
    disk.apply(call("r", "/d/a", other="/d/b"))
    disk.lose_power(Never(), tmp_path / "synced")  # type: ignore[arg-type]
    assert (tmp_path / "synced" / "a").read_bytes() == b"x" * 1000
    disk.apply(call("s", "/d/b", 1))
    disk.apply(call("s", "/d"))
    disk.lose_power(Never(), tmp_path / "all")  # type: ignore[arg-type]
    assert (tmp_path / "all" / "b").read_bytes() == b"x" * 512 + b"y" * 1000


def test_sectors_are_lost_each_by_itself(tmp_path: Path) -> None:
    class Second(Never):
        """Keeps every second sector, and all names."""

        def __init__(self) -> None:
            self.kept = False

        def random(self) -> float:
            self.kept = not self.kept
            return 0.99 if self.kept else 0.0

        def choice(self, values: tuple[float, ...]) -> float:
            return 0.5 if 0.5 in values else values[0]

        def randint(self, low: int, high: int) -> int:
            return high

    disk = Disk("/d")
    disk.apply(call("c", "/d/a", 1))
    disk.apply(call("w", "/d/a", 1, 100, b"x" * 2000))
    disk.lose_power(Second(), tmp_path / "lost")  # type: ignore[arg-type]
    content = (tmp_path / "lost" / "a").read_bytes()
    assert content == b"\0" * 100 + b"x" * 412 + b"\0" * 512 + b"x" * 512 + b"\0" * 512 + b"x" * 52
