"""The crash matrix: a fault at a call that changes a file, perhaps a second one while that is mended, then the truth.

A worker imports everything once, has one thread, and forks for each fault. ``python -m tests.crash.matrix --help``. A
sample that fails in a run and not by itself (``--one``) is met again by the same seed, part and count.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from harvester import StoreError
from index import IndexUnreachableError
from tests.crash.forks import FAILED, Forks, Named, told
from tests.crash.nights import NIGHTS
from tests.crash.shim import calls, memory_folder
from tests.crash.work import MARK, Work, check, check_acknowledged

# What is done at a call, with the errno where it has one. A torn or short write needs a write.
FAULTS = {
    "kill before": ("kill before", 0),
    "kill after": ("kill after", 0),
    "torn write": ("torn write", 0),
    "short write": ("short write", 0),
    "ENOSPC": ("error", errno.ENOSPC),
    "EIO": ("error", errno.EIO),
    "ENOSPC from then on": ("disk full", errno.ENOSPC),
    "EIO from then on": ("disk broken", errno.EIO),
}
KILLS = ("kill before", "kill after", "torn write")
WRITES = ("torn write", "short write")
MENDED = ", mended"  # said by a process that met an error and did the work all the same, when the fault was gone
STALL = "stall"  # ``at`` is a page, not a call
PAGES = 12  # of a night, about


@dataclass(frozen=True)
class Sample:
    """A fault at call ``at`` of a phase, and what follows it.

    ``phase`` counts harvest and index update of each night. ``again`` is a second fault at a call of the mending.
    ``stay``: the process that met an error tries again itself when the fault is gone. ``lanes``: sources side by side.
    """

    phase: int
    at: int
    fault: str
    fraction: int = 128
    again: tuple[int, str] | None = None
    stay: bool = False
    lanes: bool = False


@dataclass
class Tally:
    """What was tried: samples by fault and by kind of call, those whose call never came, and what failed."""

    samples: int = 0
    double: int = 0
    unmet: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    processor: float = 0.0  # seconds of it, children included: what does not depend on who else works here

    def text(self) -> str:
        return json.dumps(vars(self))


class Matrix(Forks):
    """Snapshots of the work before each phase, and what happens to a sample."""

    def __init__(self, library: Path, folder: Path) -> None:
        super().__init__(library, folder)
        self.kinds: list[str] = []  # for each phase the kinds of its calls, a letter each
        for phase in range(NIGHTS * 2):
            self._rehearse(phase)

    # --- the work without faults -----------------------------------------------------------------------------------

    def _before(self, phase: int) -> Path:
        return self.folder / f"before-{phase}"

    def _rehearse(self, phase: int) -> None:
        """Do a phase without a fault, keep what it leaves, and note its calls."""
        self._before(phase).mkdir(exist_ok=True)
        place = self._fresh(phase)
        record = self.folder / "record"
        with record.open("wb") as log:
            self.shim.arm(place)
            self.shim.control.log = log.fileno()
            _, said = self.child(lambda: self._phase(place, phase))
        assert not said, f"without any fault: {said}"
        self.kinds.append("".join(call.kind for call in calls(record.read_bytes()) if call.kind != "m"))
        place.rename(self._before(phase + 1))

    def _fresh(self, phase: int) -> Path:
        return self.copied(self._before(phase))

    def _phase(self, place: Path, phase: int) -> None:
        work = Work(place, phase // 2, mark=self.shim.mark)
        _do(work, phase)
        work.close()

    # --- a sample ----------------------------------------------------------------------------------------------------

    def draw(self, chance: random.Random) -> Sample:
        """Draw a sample: every call of the work is as likely as any other; one sample in forty is a stall."""
        if chance.randrange(40) == 0:
            again = (chance.randint(1, 3), STALL) if chance.random() < 0.5 else None
            return Sample(chance.randrange(NIGHTS) * 2, chance.randint(1, PAGES), STALL, again=again)
        at = chance.randrange(sum(map(len, self.kinds)))
        phase = 0
        while at >= len(self.kinds[phase]):
            at -= len(self.kinds[phase])
            phase += 1
        fault = chance.choice([f for f in FAULTS if f not in WRITES or self.kinds[phase][at] == "w"])
        again = self._again(chance, phase) if chance.random() < 0.5 else None
        stay, lanes = chance.random() < 0.5, chance.random() < 0.15
        return Sample(phase, at + 1, fault, chance.randrange(256), again, stay, lanes)

    def every(self) -> Iterator[Sample]:
        """Return every fault at every call, each alone and each followed by a second one."""
        chance = random.Random(1)
        stalls = [Sample(night * 2, page + 1, STALL) for night in range(NIGHTS) for page in range(PAGES)]
        yield from stalls
        yield from (replace(each, again=(next_, STALL)) for each in stalls for next_ in (1, 2, 3))
        for phase, kinds in enumerate(self.kinds):
            for at, kind in enumerate(kinds, 1):
                for fault in FAULTS:
                    if fault in WRITES and kind != "w":
                        continue
                    yield Sample(phase, at, fault, chance.randrange(256), stay=chance.random() < 0.5)
                    yield Sample(phase, at, fault, chance.randrange(256), self._again(chance, phase))

    def _again(self, chance: random.Random, phase: int) -> tuple[int, str]:
        """Draw a second fault, in the first half of what is left to do without one."""
        length = len(self.kinds[phase]) + (len(self.kinds[phase + 1]) if phase % 2 == 0 else 0)
        return chance.randint(1, length // 2), chance.choice([each for each in FAULTS if each not in WRITES])

    def run(self, sample: Sample, tally: Tally) -> None:
        """Try one sample; what goes wrong is written down with it."""
        try:
            (self._stall if sample.fault == STALL else self._run)(sample, tally)
        except (AssertionError, sqlite3.Error) as error:
            tally.failures.append((json.dumps(asdict(sample)), str(error) or repr(error)))
        finally:
            self.clear()

    def _run(self, sample: Sample, tally: Tally) -> None:
        place = self._fresh(sample.phase)
        hit = self._fault(place, sample, tally, sample.at, sample.fault)
        if not hit:
            tally.unmet += 1
            return
        tally.samples += 1
        tally.faults[sample.fault] += 1
        tally.calls[hit] += 1
        if sample.again is not None:
            again = Sample(sample.phase, *sample.again, lanes=sample.lanes)
            tally.double += bool(self._fault(place, again, tally, again.at, again.fault, whole=True))
        elif self._mended:
            return
        said = self.help("mend", place, sample)
        assert not said, said

    def _stall(self, sample: Sample, tally: Tally) -> None:
        """A process stands still before a page; another one does all its work; then it wakes up and goes on."""
        place = self._fresh(sample.phase)
        self.shim.arm(place)
        child, pipe = self.fork(lambda: self._sleep(place, sample))
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            tally.unmet += 1
            told(pipe)
            self._alive.discard(child)
            return
        tally.samples += 1
        tally.faults[STALL] += 1
        if sample.again is not None:
            tally.double += self._both(place, sample, child, pipe)
        else:
            said = self.help("mend", place, sample, True)
            assert not said, said
            self._wake(child, pipe, "named: lease_lost")
        said = self.help("mend", place, sample, True)
        assert not said, said

    def _both(self, place: Path, sample: Sample, first: int, pipe: int) -> bool:
        """Whoever takes over stands still too; the first one wakes up while its visit is another's and still open."""
        assert sample.again is not None
        second = Sample(sample.phase, sample.again[0], STALL)
        where = self.shim.control.place % MARK
        child, other = self.fork(lambda: self._sleep(place, second, where))
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            said = told(other)
            self._alive.discard(child)
            assert said == "named: ", said
            self._wake(first, pipe, "named: lease_lost")
            return False
        self._wake(first, pipe, "named: lease_lost")
        self._wake(child, other, "named: ")
        return True

    def _wake(self, child: int, pipe: int, expected: str) -> None:
        os.kill(child, signal.SIGCONT)
        said = told(pipe)
        self.end(child)
        assert said == expected, said

    def _sleep(self, place: Path, sample: Sample, where: int | None = None) -> None:
        work = Work(place, sample.phase // 2, mark=self.shim.mark, stop=sample.at, where=where)
        if where is not None:
            work.later()
        work.harvest()
        work.close()
        raise Named(",".join(result.code for result in work.results if result.outcome != "complete"))

    def _fault(self, place: Path, sample: Sample, tally: Tally, at: int, fault: str, *, whole: bool = False) -> str:
        """Let a fault happen; returns the kind of the call that it happened to, or nothing."""
        kind, code = FAULTS[fault]
        self._mended = False
        self.shim.arm(place, kind, at, code=code, fraction=sample.fraction)
        status, said = self.child(lambda: self._suffer(place, sample, fault, whole=whole))
        if fault in KILLS and self.shim.control.hit:
            assert status == -signal.SIGKILL, f"not killed: {status} {said}"
            check_acknowledged(place, [self.shim.control.place])
        else:
            assert status == 0, f"{status} {said}"
            assert said.startswith("named:") or not said, said
            self._mended = said.endswith(MENDED)
            tally.errors[said.removesuffix(MENDED) or "none"] += 1
        return self.shim.control.call.decode() if self.shim.control.hit else ""

    def _suffer(self, place: Path, sample: Sample, fault: str, *, whole: bool) -> None:
        """Work while the fault happens. An error must have a name; then the process perhaps tries again."""
        work = Work(place, sample.phase // 2, sample.lanes, self.shim.mark)
        try:
            (_rest if whole else _do)(work, sample.phase)
            work.close()
        except StoreError as error:
            met = error.code
        except IndexUnreachableError:
            met = "index unreachable"
        else:
            return
        assert "write" not in fault, f"a short write is no error: {met}"
        if sample.stay:
            self.shim.disarm()
            work.later()
            _rest(work, sample.phase)
            check(work)
            work.close()
            met += MENDED
        raise Named(met)

    def mend(self, place: Path, sample: Sample, later: bool = False) -> None:
        """Do the night's work without faults and compare everything with the truth."""
        work = Work(place, sample.phase // 2, sample.lanes)
        if later:
            work.later()
        _rest(work, sample.phase)
        check(work)
        work.close()


def _do(work: Work, phase: int) -> None:
    """Do one phase: even ones are harvests, odd ones index updates."""
    if phase % 2 == 0:
        work.harvest()
    else:
        work.open()
        work.index()


def _rest(work: Work, phase: int) -> None:
    """Do a phase and what follows it that night."""
    _do(work, phase)
    if phase % 2 == 0:
        work.index()


def main() -> None:
    parser = argparse.ArgumentParser(description="Try samples of the crash matrix and print one JSON object.")
    parser.add_argument("library", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=0, help="how many samples; 0: every fault at every call")
    parser.add_argument("--part", default="0/1", help="which part of all samples, such as 0/2")
    parser.add_argument("--share", default="1/1", help="which share of every fault at every call, such as 2/4")
    parser.add_argument("--stop", action="store_true", help="end with the first failure")
    parser.add_argument("--phases", type=json.loads, default=[], help="only samples of these phases, as JSON")
    parser.add_argument("--faults", type=json.loads, default=[], help="only samples of these faults, as JSON")
    parser.add_argument("--window", type=json.loads, default=[0, 1], help="only calls of this part of a phase, as JSON")
    parser.add_argument("--one", help="a sample as JSON, as a failure names it")
    chosen = parser.parse_args()
    folder = memory_folder()
    begun = time.monotonic()
    tally = Tally()
    try:
        matrix = Matrix(chosen.library, folder)
        for sample in _samples(matrix, chosen):
            matrix.run(sample, tally)
            if (chosen.stop and tally.failures) or (chosen.count and tally.samples >= chosen.count):
                break
        matrix.end_helping()
    except FAILED as error:  # the work fails without any fault
        tally.failures.append(("", repr(error)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tally.seconds, tally.processor = time.monotonic() - begun, sum(os.times()[:4])
    sys.stdout.write(tally.text() + "\n")


def _samples(matrix: Matrix, chosen: argparse.Namespace) -> Iterator[Sample]:
    if chosen.one:
        said = json.loads(chosen.one)
        yield Sample(**{**said, "again": tuple(said["again"]) if said["again"] else None})
        return
    part, parts = map(int, chosen.part.split("/"))
    if chosen.count:
        chance = random.Random(f"{chosen.seed}:{part}")
        while True:
            sample = matrix.draw(chance)
            if _wanted(matrix, sample, chosen):
                yield sample
    share, shares = map(int, chosen.share.split("/"))
    for number, sample in enumerate(matrix.every()):
        if number % parts == part and number // parts % shares == share - 1:
            yield sample


def _wanted(matrix: Matrix, sample: Sample, chosen: argparse.Namespace) -> bool:
    low, high = chosen.window
    return (
        (not chosen.phases or sample.phase in chosen.phases)
        and (not chosen.faults or sample.fault in chosen.faults)
        and low <= sample.at / len(matrix.kinds[sample.phase]) <= high
    )


if __name__ == "__main__":
    main()
