"""An index that is updated, built anew, swapped or gone back from is killed at calls that change a file.

KHO_CRASHES=all (``make crash``) kills at every call, as the first of several shares does; else 40 kills of each work
are drawn, by a seed that is printed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.crash.workers import run

SEED, DRAWN = 20261126, 40


@pytest.mark.slow
def test_whatever_is_killed_the_index_answers_and_is_whole_after_one_update(library: Path) -> None:
    count = 0 if os.environ.get("KHO_CRASHES", "").startswith(("all", "1/")) else DRAWN
    found = run("swaps", library, "--seed", str(SEED), "--count", str(count))
    samples = {name: sum(each["samples"].get(name, 0) for each in found) for name in ("update", "rebuild", "rollback")}
    print(f"seed {SEED}: {samples} kills, of {found[0]['calls']} calls")
    assert [failure for each in found for failure in each["failures"]] == []
    assert min(samples.values()) >= DRAWN
