"""Spellings of one thing find the same records, and none of another's: ``vietnamese_groups.tsv``, a group a line.

A line holds what the group shows, then its spellings; control and combining characters stand as \\uXXXX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import open_engine
from index.query import Engine, Place, Query
from index.text import analyse
from mappings import Institution
from tests.index.memory_engine import MemoryEngine
from tests.index.search_promises import made, titles

FILE = Path(__file__).with_name("vietnamese_groups.tsv")
NOBODY = Institution("")
_ESCAPED = re.compile(r"\\u([0-9A-F]{4})")


def groups() -> list[list[str]]:
    """Return the spellings of each group."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [[_ESCAPED.sub(lambda code: chr(int(code[1], 16)), cell) for cell in line.split("\t")[1:]] for line in lines]


def documents() -> list[str]:
    return [spelling for group in groups() for spelling in group]


@pytest.fixture(params=["tantivy", "memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    filled: Engine = MemoryEngine()
    if request.param == "tantivy":
        filled = open_engine(f"tantivy:{tmp_path / 'index'}")
        filled.adopt(filled.fresh())
    shown = [made(number, title, institution=NOBODY) for number, title in enumerate(documents(), 1)]
    filled.write(shown, Place("s", 1, 1))
    yield filled
    filled.close()


def test_there_are_three_hundred() -> None:
    found = groups()
    assert len(found) >= 300
    assert all(len(group) > 1 for group in found)
    assert len(documents()) == len(set(documents())), "no spelling stands in two groups"


def test_every_spelling_finds_its_group_and_nothing_else_and_itself_first(engine: Engine) -> None:
    """First stands what is spelt so, where marks were typed; "Học kì I" is spelt as "học kì 1"."""
    wrong, late = [], []
    for group in groups():
        for spelling in group:
            hits = titles(engine.search(Query(spelling, size=100)))
            if sorted(hits) != sorted(group):
                wrong.append((spelling, sorted(set(hits) ^ set(group))))
            exact, folded = analyse(spelling)
            if exact != folded and analyse(hits[0])[0] != exact:
                late.append((spelling, hits[0]))
    assert (wrong, late) == ([], [])
