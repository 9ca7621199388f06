"""An index update, a rebuilding with its swap, and a rollback, each killed at the calls that change a file.

The index that answers must answer at once, and after one more update it must be what the store says, unrepaired.
``python -m tests.crash.swaps --help``.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import index.verifying
from harvester import open_store
from index import Query, faults, open_engine, rebuild, rollback, update
from tests.crash.forks import Forks
from tests.crash.matrix import FAULTS, KILLS
from tests.crash.shim import calls, memory_folder
from tests.crash.work import Work, origins

NIGHT, MORE = 2, 8
SWAP = 50  # kills at the last calls of a work: about twenty calls
Sample = tuple[str, int, str, str]
DOES: dict[str, Callable[..., Any]] = {"update": update, "rebuild": rebuild, "rollback": rollback}


class Swaps(Forks):
    """What a folder looks like before each work, and what happens to it."""

    def __init__(self, library: Path, folder: Path) -> None:
        super().__init__(library, folder)
        index.verifying.PART = 20
        self.kinds: dict[str, str] = {}
        self.before: dict[str, list[str]] = {}
        self.after: dict[str, list[str]] = {}
        self.met: dict[str, list[int]] = {name: [] for name in DOES}  # calls at which a work really was killed
        self._prepare()
        for name in DOES:
            self._rehearse(name)

    def _prepare(self) -> None:
        """Two nights; before the rollback the second one was built anew, and the one to go back to knows the first."""
        for name in DOES:
            place = self.folder / "work"
            place.mkdir()
            _, said = self.child(lambda name=name, place=place: self._nights(place, name))  # type: ignore[misc]
            assert not said, said
            place.rename(self.folder / name)

    def _nights(self, place: Path, name: str) -> None:
        for night in range(NIGHT + 1):
            work = Work(place, night)
            work.harvest()
            if night < NIGHT:
                work.index()
            if night == 1 and name == "rollback":
                assert work.store is not None
                rebuild(work.store.log, open_engine(f"tantivy:{place}/index"), origins(work.store, night))
            work.close()

    def _fresh(self, name: str) -> Path:
        return self.copied(self.folder / name)

    def _rehearse(self, name: str) -> None:
        place, record = self._fresh(name), self.folder / "record"
        self.before[name] = self._shown(place)
        with record.open("wb") as log:
            self.shim.arm(place / "index")
            self.shim.control.log = log.fileno()
            _, said = self.child(lambda: self.do(place, name))
            assert not said, f"without any fault: {said}"
        self.kinds[name] = "".join(call.kind for call in calls(record.read_bytes()) if call.kind != "m")
        self.after[name] = self._shown(place)
        assert self.before[name] != self.after[name]

    def _shown(self, place: Path) -> list[str]:
        """What people see now: every resource, word for word. It must be seen whatever happened."""
        said = self.help("look", place)
        assert said.startswith("named: "), said
        return list(json.loads(said.removeprefix("named: ")))

    def look(self, place: Path) -> None:
        from tests.crash.forks import Named

        engine = open_engine(f"tantivy:{place}/index")
        hits = engine.search(Query(size=100))
        assert hits.total == len(hits.hits) > 0
        raise Named(json.dumps(sorted(hit.stored.decode() for hit in hits.hits)))

    def do(self, place: Path, name: str) -> None:
        """Do a work with everything opened anew."""
        store = open_store(f"sqlite:///{place}/kho.db", clock=lambda: Work(place, NIGHT).clock)
        engine = open_engine(f"tantivy:{place}/index")
        DOES[name](store.log, engine, origins(store, NIGHT))
        engine.close()
        store.close()

    def mend(self, place: Path, name: str) -> None:
        """Do one more work, then compare every record of the store with the index: nothing is repaired."""
        self.do(place, name)
        if name != "update":
            self.do(place, "update")
        store = open_store(f"sqlite:///{place}/kho.db", clock=lambda: Work(place, NIGHT).clock)
        engine = open_engine(f"tantivy:{place}/index")
        assert engine.damaged() == []
        assert list(faults(store.log, engine)) == []
        assert engine.place().sequence == store.log.identity()[2]
        assert {each.state for each in engine.generations()} <= {"current", "kept", "unfinished"}
        store.close()

    def run(self, name: str, at: int, fault: str, again: str) -> str:
        """Kill a work at a call; returns what is wrong afterwards, or nothing."""
        place = self._fresh(name)
        kind, code = FAULTS[fault]
        self.shim.arm(place / "index", kind, at, code=code)
        status, said = self.child(lambda: self.do(place, name))
        if not (status == -signal.SIGKILL or (status == 0 and not self.shim.control.hit)):
            return f"not killed: {status} {said}"
        if self.shim.control.hit:
            self.met[name].append(at)
        try:
            shown = self._shown(place)
        except AssertionError as error:
            return f"no answer: {error}"
        if name != "update" and shown not in (self.before[name], self.after[name]):
            return f"neither the old nor the new: {len(shown)}"
        said = self.help("mend", place, again)
        if said:
            return said
        return "" if self._shown(place) == self.after["update"] else "something else is shown in the end"


def drawn(every: list[Sample], count: int, chance: random.Random) -> list[Sample]:
    """Draw kills: half of them from all, half from the last calls, where generations are swapped and removed."""
    last = every[-SWAP:]
    return chance.sample(every[:-SWAP], count - count // 2) + chance.sample(last, min(count // 2, len(last)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill works of an index and print one JSON object.")
    parser.add_argument("library", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=0, help="how many kills of each work; 0: at every call")
    parser.add_argument("--part", default="0/1", help="which part of all, such as 0/2")
    chosen = parser.parse_args()
    folder, chance = memory_folder(), random.Random(chosen.seed)
    part, parts = map(int, chosen.part.split("/"))
    found: dict[str, Any] = {"samples": Counter(), "failures": []}
    try:
        swaps = Swaps(chosen.library, folder)
        every = [
            (name, at, fault, again)
            for name, kinds in swaps.kinds.items()
            # A thread of Tantivy's may make a call more or less: the swap, which comes last, must be met all the same.
            for at in range(1, len(kinds) + MORE)
            for fault in KILLS
            if fault != "torn write" or kinds[at - 1 : at + MORE].count("w")
            for again in (chance.choice(("update", "rebuild")),)
        ]
        found |= {"calls": {name: len(kinds) for name, kinds in swaps.kinds.items()}, "met": swaps.met}
        for name in DOES:
            mine = [each for each in every if each[0] == name]
            for sample in (drawn(mine, chosen.count, chance) if chosen.count else mine)[part::parts]:
                said = swaps.run(*sample)
                found["samples"][name] += 1
                if said:
                    found["failures"].append([repr(sample), said])
        swaps.end_helping()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
