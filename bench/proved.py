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
        f"- built from the store, before it is compared: {rebuilt['built']:.1f} s (goal ≤ {BUILT} s for a million)",
        _line("built anew beside, compared, swapped (kho index rebuild)", rebuilt, count),
        _line(f"every record compared (kho index verify; goal ≤ {COMPARED} s for a million)", verified, count),
    ]
    write(
        "proved",
        [f"{count:,} records. The files of the index are mapped into memory, and count in the peak.", "", *lines],
    )


def _line(words: str, found: dict[str, Any], count: int) -> str:
    cost = found["cpu"] / count * 1e6
    return f"- {words}: {found['wall']:.1f} s wall, {cost:.0f} µs CPU a record, peak {found['rss']:.0f} MB"
