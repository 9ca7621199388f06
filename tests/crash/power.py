"""Simulated loss of power: a run of three nights is recorded, and begun again from what the disk may hold at any call.

``python -m tests.crash.power --help``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from index import open_engine
from tests.crash.disk import Disk
from tests.crash.forks import FAILED, Forks, Named
from tests.crash.nights import NIGHTS, TELLERS, histories
from tests.crash.shim import Call, calls, memory_folder
from tests.crash.work import INDEX, MARK, VISIT, Work, check, check_acknowledged


@dataclass
class Tally:
    """What was tried: states, in which the index came back older than it was acknowledged, and what failed."""

    states: int = 0
    older: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    drawn: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    seconds: float = 0.0
    processor: float = 0.0


class Power(Forks):
    """A recorded run, and states of its disk."""

    def __init__(self, library: Path, folder: Path, unsynced: str = "") -> None:
        """``unsynced`` is a pattern of paths whose syncs are left out, to see that this is noticed."""
        super().__init__(library, folder)
        self.calls = [each for each in self._record() if not (each.kind == "s" and fnmatch(each.path, unsynced))]

    def _record(self) -> list[Call]:
        place = self.folder / "work"
        place.mkdir()
        with (self.folder / "record").open("wb") as log:
            self.shim.arm(place)
            self.shim.control.log = log.fileno()
            _, said = self.child(lambda: self._nights(place))
        assert not said, said
        shutil.rmtree(place)
        return [call for call in calls((self.folder / "record").read_bytes()) if call.kind != "-"]

    def _nights(self, place: Path) -> None:
        for night in range(NIGHTS):
            work = Work(place, night, mark=self.shim.mark)
            work.run()
            check(work)
            work.close()

    def run(self, seed: str, count: int, tally: Tally, *, stop: bool = False) -> None:
        """Try ``count`` states at random calls."""
        chance = random.Random(seed)
        tally.calls = len(self.calls)
        places = sorted(chance.randint(0, len(self.calls)) for _ in range(count))
        disk, marks = Disk(str(self.folder / "work")), [0]
        done = 0
        for at in places:
            for call in self.calls[done:at]:
                marks.append(call.offset) if call.kind == "m" else disk.apply(call)
            done = at
            drawn = f"call {at}"
            try:
                place = self.new_place()
                drawn += ": " + disk.lose_power(chance, place)
                self._return(place, marks, tally)
            except (AssertionError, sqlite3.Error) as error:
                tally.failures.append((drawn, str(error) or repr(error)))
                if stop:
                    return
            tally.states += 1
            tally.drawn[drawn.partition(": ")[2]] += 1

    def _return(self, place: Path, marks: list[int], tally: Tally) -> None:
        """Power is back: what was acknowledged is there, and the work goes on to the truth."""
        indexed = sum(mark // MARK == INDEX for mark in marks)
        night = min(indexed, NIGHTS - 1)
        tonight = [mark for mark in marks if mark % MARK // 1000 == night]
        check_acknowledged(place, tonight)
        ended = sum(mark // MARK == VISIT for mark in tonight) == len(TELLERS)
        said = self.help("go_on", place, night, indexed, ended)
        assert said in ("", "named: older"), said
        tally.older += bool(said)

    def go_on(self, place: Path, night: int, indexed: int, ended: bool) -> None:
        """Do what is left of the night and compare everything with the truth."""
        work = Work(place, night)
        store, engine = work.open(), open_engine(f"tantivy:{place}/index")
        last, held = store.log.identity()[2], engine.place().sequence if engine.readable() else 0
        assert held <= last, f"the index stands at {held}, the store ends at {last}"
        work.engine = engine
        if not ended:  # what was acknowledged is not asked for again
            work.harvest()
        work.index()
        check(work)
        work.close()
        if held < changes(indexed - 1):
            raise Named("older")


def changes(night: int) -> int:
    """Return how many changes there are after a night."""
    return sum(len(history) for teller in TELLERS for history in histories(teller, night).values())


def main() -> None:
    parser = argparse.ArgumentParser(description="Try states of a disk that lost power and print one JSON object.")
    parser.add_argument("library", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--part", default="0/1", help="which part of all states, such as 0/2")
    parser.add_argument("--unsynced", default="", help="a pattern of paths whose syncs are left out")
    parser.add_argument("--stop", action="store_true", help="end with the first failure")
    chosen = parser.parse_args()
    folder, begun, tally = memory_folder(), time.monotonic(), Tally()
    try:
        power = Power(chosen.library, folder, chosen.unsynced)
        power.run(f"{chosen.seed}:{chosen.part}", chosen.count, tally, stop=chosen.stop)
        power.end_helping()
    except FAILED as error:  # the work fails without any fault
        tally.failures.append(("", repr(error)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tally.seconds, tally.processor = time.monotonic() - begun, sum(os.times()[:4])
    sys.stdout.write(json.dumps(vars(tally)) + "\n")


if __name__ == "__main__":
    main()
