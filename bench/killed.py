"""An index killed at every call that changes a file: ``python -m bench --killed`` (half an hour of two cores).

The works are those of ``tests/crash/swaps.py``: of a few dozen records, so that every call of each can be met.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from tests.crash.shim import build
from tests.crash.workers import run

from .figures import write

SEED = 20261126  # of what follows a kill: an update or a rebuilding
_WORDS = {"update": "update", "rebuild": "rebuild with its swap", "rollback": "rollback"}


def measure() -> None:
    """Kill each work before and after every call, and in the middle of every write; writes ``index killed``."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kho-bench-") as folder:
        found = run("swaps", build(Path(folder)), "--seed", str(SEED), "--count", "0")
    failures = [failure for each in found for failure in each["failures"]]
    for failure in failures:
        print(*failure)
    write(
        "index killed",
        [*_lines(found), "", f"{len(failures)} failures; {(time.monotonic() - begun) / 60:.0f} minutes."],
    )


def _lines(found: list[dict[str, Any]]) -> list[str]:
    rows = [_row(name, found) for name in _WORDS]
    return [
        "The embedded index of a few dozen records, killed before and after each call that changes a file and in the"
        " middle of each write. Each time the index must answer at once, and after one more work be what the store says"
        " without repair (`tests/crash/swaps.py`).",
        "",
        "| work | calls that change a file | of these met | kills |",
        "|---|---|---|---|",
        *rows,
    ]


def _row(name: str, found: list[dict[str, Any]]) -> str:
    calls = min(each["calls"][name] for each in found)
    met = [at for each in found for at in each["met"][name]]
    covered = len({at for at in met if at <= calls})
    return f"| {_WORDS[name]} | {calls:,} | {covered:,} | {len(met):,} |"
