"""One source of very many records, its harvest killed again and again: it ends complete, and memory stays flat."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .figures import Repositories, write

SEED = 2_500_000
LONGEST = 1800  # seconds without progress: something hangs


def measure(count: int, kills: int) -> None:
    """Harvest ``count`` records in a real process that is killed ``kills`` times (SIGKILL); show what is held then."""
    chance = random.Random(SEED)
    places = sorted(chance.randrange(count // 50, count) for _ in range(kills))
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    started, peak = time.monotonic(), 0.0
    try:
        with Repositories(count) as there:
            for place in places:
                peak = max(peak, _killed(there, folder, place))
            last = there.work("harvest", folder, "to the end")
        present, doubled, visits = _held(folder / "kho.db")
    finally:
        shutil.rmtree(folder)
    peak = max(peak, last["rss"])
    assert (present, doubled, visits) == (count, 0, 1), (present, doubled, visits)
    write(
        "killed",
        [
            f"- one source of {count:,} records, its process killed {kills} times (SIGKILL, seed {SEED}): {present:,}"
            f" records held, none twice, in one visit; peak {peak:.0f} MB (goal ≤ 300),"
            f" {time.monotonic() - started:.0f} s wall in all",
        ],
    )


def _killed(there: Repositories, folder: Path, place: int) -> float:
    """Harvest until so many records are on disk, kill, and return the peak of the process's memory in MB."""
    command = [sys.executable, "-m", "bench.work", "harvest", there.url, there.small, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak, end = 0.0, time.monotonic() + LONGEST
    while _fetched(folder / "kho.db") < place and process.poll() is None:
        assert time.monotonic() < end, "no progress"
        peak = max(peak, _memory(process.pid))
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    print(f"  killed at {_fetched(folder / 'kho.db'):,} records, {peak:.0f} MB", flush=True)
    return peak


def _fetched(file: Path) -> int:
    if not file.exists():
        return 0
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
    try:
        return int(connection.execute("SELECT coalesce(max(fetched), 0) FROM visit").fetchone()[0])
    except sqlite3.OperationalError:  # its tables are being made
        return 0
    finally:
        connection.close()


def _memory(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def _held(file: Path) -> tuple[int, int, int]:
    """Return how many records are present, how many identifiers stand twice, and how many visits it took."""
    with sqlite3.connect(file) as connection:
        present = connection.execute("SELECT count(*) FROM record WHERE presence = 0").fetchone()[0]
        changes = connection.execute("SELECT count(*) FROM change").fetchone()[0]
        visits, facts = connection.execute("SELECT count(*), max(ledger) FROM visit").fetchone()
    ledger = json.loads(facts)
    return present, changes - ledger["new"] - ledger["changed"], visits
