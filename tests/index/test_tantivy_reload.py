"""A reader of the embedded index sees every commit, however soon it follows the one before."""

from __future__ import annotations

import os
from pathlib import Path

from index import open_engine
from tests.index.test_engine_contract import LIBRARY, PLACE


def test_two_commits_of_one_tick_of_the_clock_are_told_apart(tmp_path: Path) -> None:
    """The clock of files ticks every few milliseconds; a commit to a fast disk takes less."""
    engine = open_engine(f"tantivy:{tmp_path}")
    engine.adopt(engine.fresh())
    engine.write(LIBRARY, PLACE)
    assert len(engine.held("k")) == len(LIBRARY)
    (meta,) = tmp_path.glob("g*/meta.json")
    before = meta.stat()
    engine.drop([LIBRARY[0].key])
    os.utime(meta, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len(engine.held("k")) == len(LIBRARY) - 1
    engine.close()
