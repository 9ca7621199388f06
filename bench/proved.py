"""What it costs to prove an index: every record of the store compared with it, and building it anew with that proof."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from .figures import Repositories, write

COMPARED, BUILT = 60, 170  # seconds for a million records


def measure(count: int) -> None:
    """Fill a store and its index, verify the index, build it anew; writes the part ``proved`` of the results."""
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    try:
        with Repositories(count) as there:
            there.work("searchable", folder)
            verified, rebuilt = there.work("verified", folder), there.work("rebuilt", folder)
    finally:
        shutil.rmtree(folder)
    assert (verified["records"], verified["faults"], rebuilt["records"]) == (count, 0, count)
    lines = [
        _line("every record compared with its index (kho index verify)", verified, count, COMPARED),
        _line("built anew beside, compared, swapped (kho index rebuild)", rebuilt, count, BUILT),
    ]
    write("proved", lines)


def _line(words: str, found: dict[str, Any], count: int, goal: int) -> str:
    """Wall time is that of this run; on a machine that does other things, too, the CPU seconds say more."""
    cost = found["cpu"] / count * 1e6
    return (
        f"- {words}, {count:,} records: {found['wall']:.1f} s wall (goal ≤ {goal} s for a million), {cost:.0f} µs CPU a"
        f" record, peak {found['rss']:.0f} MB"
    )
