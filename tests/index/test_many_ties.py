"""Thousands of hits of one score stand in the order of their keys, in whatever order they were written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from index import Query, open_engine
from index.engines.tantivy import ranking
from index.query import Document
from index.questions import plan
from tests.index.search_promises import PLACE
from tests.index.test_engine_contract import document

MANY, BETTER = 4_000, 7
KEYS: dict[str, Callable[[int], str]] = {
    "scattered": lambda number: hashlib.sha256(str(number).encode()).hexdigest()[:26],
    "rising": lambda number: f"{number:05d}k",
    "falling": lambda number: f"{99_999 - number:05d}k",
    "alike in all that a column holds": lambda number: f"kkkkkkkkkk{number * 7919 % 100_000:05d}",
}


def shelf(key: Callable[[int], str]) -> list[Document]:
    alike = msgspec.structs.replace(document(1, "Hình học phẳng"), modified_order="2026")
    best = msgspec.structs.replace(document(2, "Hình học"), modified_order="2026")
    every = [alike] * MANY + [best] * BETTER
    return [msgspec.structs.replace(each, key=key(number)) for number, each in enumerate(every)]


@pytest.mark.parametrize("order", KEYS)
def test_every_page_is_what_its_keys_say(order: str, tmp_path: Path) -> None:
    documents = shelf(KEYS[order])
    engine = open_engine(f"tantivy:{tmp_path / 'index'}")
    fresh = engine.fresh()
    for start in range(0, len(documents), 900):  # several segments
        fresh.write(documents[start : start + 900], PLACE, new=True)
    engine.adopt(fresh)
    better, tied = sorted(each.key for each in documents[MANY:]), sorted(each.key for each in documents[:MANY])
    for page, size in ((1, 10), (2, 10), (7, 13), (9, 100), (40, 100), (1, 0)):
        hits = engine.search(Query("hình học", page=page, size=size))
        expected = [*better, *tied][(page - 1) * size : page * size]
        assert (hits.total, [hit.key for hit in hits.hits]) == (len(documents), expected), (page, size)
    engine.close()


def test_the_keys_of_scattered_ones_bound_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading every hit is for rare orders only; here it would fail."""
    monkeypatch.setattr(ranking, "_SPARE", 400)
    engine = open_engine(f"tantivy:{tmp_path / 'index'}")
    fresh = engine.fresh()
    documents = shelf(KEYS["scattered"])
    fresh.write(documents, PLACE, new=True)
    engine.adopt(fresh)
    asked: list[int] = []

    class Counting:
        def __init__(self, searcher: object) -> None:
            self._searcher = searcher

        def __getattr__(self, name: str) -> object:
            return getattr(self._searcher, name)

        def search(self, query: object, limit: int, **options: object) -> object:
            asked.append(limit)
            return self._searcher.search(query, limit, **options)  # type: ignore[attr-defined]

    query = Query("hình học", size=20)
    _, planned = plan(query)
    total, page = ranking.ranked(Counting(engine._searcher()), engine._questions, planned, query)  # type: ignore[attr-defined, arg-type]
    assert (total, len(page), len(asked)) == (len(documents), 20, 2)
    assert max(asked) < 500
    engine.close()
