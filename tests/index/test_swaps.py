"""A reader asks without a pause while another process builds and swaps generations, and is killed meanwhile."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from index import Query, open_engine
from index.query import Place
from tests.conftest import ROOT
from tests.index.test_engine_contract import document

SEED, SWAPS, DOCUMENTS, KILLS = 20261126, 50, 60, 4


def build(address: str) -> None:
    """Put generation after generation in place, each of documents that bear its number, and say so."""
    engine = open_engine(address)
    number = engine.place().sequence
    while number < SWAPS:
        number += 1
        fresh = engine.fresh(f"lần {number}")
        for start in range(0, DOCUMENTS, 20):
            many = [document(each, f"Lần {number}", grade=(str(number),)) for each in range(start, start + 20)]
            fresh.write(many, Place("store", 7, number))
        engine.adopt(fresh)
        print(number, flush=True)
    engine.close()


def answer(address_engine: object) -> int:
    """Ask once; returns the generation's number, which every part of the answer must bear."""
    found = address_engine.search(Query("lan", facets=("grade",), size=100))  # type: ignore[attr-defined]
    numbers = {msgspec.json.decode(hit.stored)["title"].removeprefix("Lần ") for hit in found.hits}
    numbers |= {value.value for value in found.facets[0].values}
    assert (found.total, len(found.hits), found.facets[0].values[0].count) == (DOCUMENTS,) * 3
    assert len(numbers) == 1, "two generations in one answer"
    return int(numbers.pop())


@pytest.mark.slow
def test_no_answer_is_lost_empty_or_mixed_through_fifty_swaps_and_some_kills(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    engine = open_engine(f"tantivy:{tmp_path}/index")
    fresh = engine.fresh()
    fresh.write([document(each, "Lần 0", grade=("0",)) for each in range(DOCUMENTS)], Place("store", 7, 0))
    engine.adopt(fresh)
    seen, asked, kills = {answer(engine)}, 1, 0
    while max(seen) < SWAPS:
        builder = subprocess.Popen(
            [sys.executable, "-c", f"from tests.index.test_swaps import build; build({engine.address!r})"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert builder.stdout is not None
        left = chance.randint(20, 400) if kills < KILLS else 1 << 30
        builder.stdout.readline()  # it has imported everything and swapped once
        while builder.poll() is None:
            seen.add(answer(engine))
            asked += 1
            left -= 1
            if left == 0:
                builder.kill()
                kills += 1
        builder.communicate()
        seen.add(answer(engine))
        assert builder.returncode in (0, -9)
    print(f"seed {SEED}: {asked} answers of {len(seen)} generations, {kills} kills")
    assert len(seen) > 10
    assert [each.state for each in engine.generations()] == ["current", "kept"]
    assert engine.damaged() == []
    engine.close()
