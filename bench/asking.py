"""A process that only searches: it asks an index one question after the other until another process's change is seen.

``python -m bench.asking ADDRESS WORD COUNT``, the questions as JSON in standard input; says ``ready`` when it is warm.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import cycle

import msgspec

from index import Engine, LimitExceededError, Query, open_engine

PATIENCE = 120  # seconds; what is not seen by then never will be


class Asking:
    """Another process that searches; entered when it is warm."""

    def __init__(self, address: str, asked: Sequence[Query], word: str, count: int) -> None:
        command = [sys.executable, "-m", "bench.asking", address, word, str(count)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(asked) + b"\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == b"ready\n"

    def until_seen(self, begun: float) -> tuple[float, list[float], int]:
        """Return how long after ``begun`` (monotonic) it saw every change, its answers' seconds, how many were late."""
        said = json.loads(self._process.communicate()[0])
        assert said["seen"], "the changes were never found"
        return said["seen"] - begun, [end - start for start, end in said["answers"] if end > begun], said["late"]


def main(address: str, word: str, count: str) -> None:
    """Ask in turn a question of the list and for the word that every changed record holds."""
    engine, answers = open_engine(address), []
    asked = msgspec.json.decode(sys.stdin.buffer.readline(), type=list[Query])
    totals = [_total(engine, query) for query in asked]
    print("ready", flush=True)
    end, seen, late = time.monotonic() + PATIENCE, 0.0, 0
    for query, total in cycle(zip(asked, totals, strict=True)):
        start = time.monotonic()
        found = _total(engine, query)
        assert None in (found, total) or found == total, "what was there is found at every moment, once"
        late += found is None
        answers.append((start, time.monotonic()))
        if _total(engine, Query(word)) == int(count):
            seen = time.monotonic()
        if seen or answers[-1][1] > end:
            break
    print(json.dumps({"seen": seen, "answers": answers, "late": late}))


def _total(engine: Engine, query: Query) -> int | None:
    """Ask; None where a machine that does much else did not answer within the limit."""
    try:
        return engine.search(query).total
    except LimitExceededError:
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])
