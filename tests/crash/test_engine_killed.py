"""What the embedded engine mends after a kill: two faults of Tantivy that the crash matrix found, each by itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from index import open_engine
from index.engines.tantivy import TantivyEngine
from index.query import Document, Place
from tests.conftest import ROOT


def tombstone(key: str, sequence: int) -> Document:
    return Document(key, "truong", sequence, "withdrawn")


def begun(folder: Path) -> TantivyEngine:
    engine = open_engine(f"tantivy:{folder}")
    fresh = engine.fresh()
    fresh.write([tombstone("a", 1), tombstone("b", 2), tombstone("c", 3)], Place("kho", 1, 3))
    engine.adopt(fresh)
    return engine


def test_a_killed_commit_does_not_stand_in_the_way_of_the_next(tmp_path: Path) -> None:
    """It leaves a list of deleted documents behind, of the very name that the next commit wants to create."""
    engine = begun(tmp_path / "index")
    shutil.copytree(tmp_path / "index", tmp_path / "killed")
    engine.write([tombstone("a", 4)], Place("kho", 1, 4))
    engine.close()
    for file in (tmp_path / "index" / "g1").iterdir():
        if file.suffix == ".del" or file.name == ".managed.json":
            shutil.copy(file, tmp_path / "killed" / "g1")
    assert list((tmp_path / "killed" / "g1").glob("*.del"))
    (tmp_path / "killed" / "g1" / ".tmpAbc123").write_text("a meta.json that was never renamed")
    killed = open_engine(f"tantivy:{tmp_path}/killed")
    killed.write([tombstone("a", 4)], Place("kho", 1, 4))
    assert killed.counts().withdrawn == 3
    assert not list((tmp_path / "killed" / "g1").glob(".tmp*"))
    killed.close()


# Seven commits, each by a writer of its own, make seven segments; the eighth commit begins to merge them and is killed.
# It has replaced a document of the first segment, and none of the largest: a merge begins with that one.
KILLED = """
import os, sys
from tests.crash.test_engine_killed import Path, Place, begun, open_engine, tombstone
import index.engines.tantivy
index.engines.tantivy._THREADS = 1
folder = Path(sys.argv[1])
begun(folder).close()
for number, size in enumerate((30, 3, 3, 3, 3, 3)):
    engine = open_engine(f"tantivy:{folder}")
    engine.write([tombstone(f"{number}-{each}", number) for each in range(size)], Place("kho", 1, 10 + number))
    engine.close()
engine = open_engine(f"tantivy:{folder}")
engine.write([tombstone("b", 99)], Place("kho", 1, 99))
os._exit(0)
"""


def test_a_merge_that_was_killed_doubles_no_document(tmp_path: Path) -> None:
    """It begins again while the next commit is written, and must not take its first deletion for done."""
    subprocess.run([sys.executable, "-c", KILLED, tmp_path / "index"], cwd=ROOT, check=True)
    for attempt in range(20):  # whether the merge and the commit meet is a matter of chance
        place = tmp_path / str(attempt)
        shutil.copytree(tmp_path / "index", place)
        engine = open_engine(f"tantivy:{place}")
        engine.write([tombstone("a", 100)], Place("kho", 1, 100))
        engine.close()
        assert engine.counts().withdrawn == 3 + 30 + 5 * 3
        engine.close()
