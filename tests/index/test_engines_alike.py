"""Two engines and one plan: on random questions the same hits, totals, counts and orders."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from index import open_engine
from index.query import FACETS, LACKABLE, Document, Engine, Filter, Place, Query, Range
from index.text import fold
from tests.index.memory_engine import MemoryEngine
from tests.index.search_promises import SHELF
from tests.index.town_documents import documents

SEED = 9_100_001
QUESTIONS = 600


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    shown = [*documents()[::5], *SHELF]
    tantivy, memory = open_engine(f"tantivy:{tmp_path_factory.mktemp('alike') / 'index'}"), MemoryEngine()
    tantivy.adopt(tantivy.fresh())
    for start in range(0, len(shown), 300):  # several segments
        for engine in (tantivy, memory):
            engine.write(shown[start : start + 300], Place("s", 1, start + 1))
    yield tantivy, memory
    tantivy.close()


def words_of(document: Document, chance: random.Random) -> str:
    """Ask for something that stands in a document, in one of the ways in which people ask."""
    field, exact, _ = chance.choice(document.text)
    tokens = [token for token in exact.split(" ") if token != "¶"] or ["toán"]
    start, length = chance.randrange(len(tokens)), chance.randint(1, 3)
    run = tokens[start : start + length]
    ways = [
        lambda: " ".join(run),
        lambda: " ".join(map(fold, run)),
        lambda: f'"{" ".join(run)}"',
        lambda: f"{run[0]} -{chance.choice(tokens)}",
        lambda: f'{field}:{run[0]} -{field}:"{" ".join(tokens[:2])}"',
        lambda: f"{' '.join(run)} {chance.choice(('bậc hai', 'lớp 8', 'SGK', 'khtn', 'bài 2', 'thpt'))}",
        lambda: f"{run[0]} {run[-1][:2]}",
    ]
    return chance.choice(ways)()


def asked(shown: list[Document], chance: random.Random) -> Query:
    document = chance.choice(shown)
    terms = [(field, values) for field, values in document.terms if field in FACETS and values]
    filters = tuple(
        Filter(
            field, (chance.choice(values), *chance.choice(chance.choice(shown).terms[:3])[1][:1]), chance.random() < 0.2
        )
        for field, values in chance.sample(terms, min(len(terms), chance.choice((0, 0, 1, 2))))
    )
    numbers = dict(document.numbers)
    ranges = (Range("modified", numbers.get("modified"), None),) if chance.random() < 0.15 else ()
    if chance.random() < 0.15:
        ranges = (*ranges, Range("age", 4, chance.choice((None, 16))))
    return Query(
        words_of(document, chance) if chance.random() < 0.85 else "",
        filters=filters,
        ranges=ranges,
        has=(chance.choice(LACKABLE),) if chance.random() < 0.15 else (),
        missing=(chance.choice(LACKABLE),) if chance.random() < 0.15 else (),
        facets=tuple(chance.sample(FACETS, chance.choice((0, 1, 3)))),
        facet_size=chance.choice((1, 3, 10)),
        every_value=chance.random() < 0.1,
        sort=chance.choice(("relevance", "title", "-modified")),
        page=chance.choice((1, 1, 2)),
        size=chance.choice((5, 100)),
        accent=chance.choice(("fold", "fold", "exact")),
        typing=chance.random() < 0.2,
        year=2026,
    )


def test_random_questions_are_answered_alike(engines: tuple[Engine, Engine]) -> None:
    chance = random.Random(SEED)
    shown = [document for document in documents()[::5] if document.status == "shown"] + list(SHELF)
    found = filtered = same_order = ranked = 0
    for _ in range(QUESTIONS):
        query = asked(shown, chance)
        one, other = (engine.search(query) for engine in engines)
        assert (one.total, one.facets) == (other.total, other.facets), query
        keys = [[hit.key for hit in hits.hits] for hits in (one, other)]
        if query.sort != "relevance" or not query.words:
            assert keys[0] == keys[1], query
        else:
            ranked += 1
            same_order += keys[0][:10] == keys[1][:10]
            assert one.total > query.size or set(keys[0]) == set(keys[1]), query
        found += 0 < one.total <= 5_000
        filtered += bool(query.filters and query.facets and one.total)
    assert found >= QUESTIONS * 0.5, "most questions find something"
    assert filtered >= 50
    # Lengths of texts are kept in one byte each by Lucene and by Tantivy, and exactly by the engine in memory.
    assert same_order >= ranked * 0.6, (same_order, ranked)
