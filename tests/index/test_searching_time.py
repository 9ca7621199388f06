"""A search that takes longer than people wait ends with the name of that limit."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from index import open_engine
from index.clauses import Phrase
from index.engines.tantivy import searching
from index.query import LONGEST_SECONDS, MOST_TERMS, LimitExceededError, Query
from index.questions import MOST_PAIRS, plan
from portal import application
from tests.index.search_promises import PLACE, SHELF


def test_the_longest_question_weighs_no_more_neighbours_than_a_long_one() -> None:
    """Measured at a million records, pairs were six sevenths of what 32 frequent words cost."""
    words = [f"{chr(97 + number)}a" for number in range(MOST_TERMS - 6)]
    for count in (MOST_PAIRS + 1, MOST_PAIRS + 2, len(words)):
        _, planned = plan(Query(" ".join(words[:count])))
        pairs = [each.clause for each in planned.scored if isinstance(each.clause, Phrase)]
        weighed = [clause.tokens for clause in pairs if len(clause.tokens) == 2]
        assert weighed == [*pairwise(words[: MOST_PAIRS + 1])]


def test_time_is_a_limit_with_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(f"tantivy:{tmp_path / 'index'}")
    engine.adopt(engine.fresh())
    engine.write(SHELF, PLACE)
    assert engine.search(Query(facets=("grade",))).total == len(SHELF)
    monkeypatch.setattr(searching, "LONGEST_SECONDS", -1)
    with pytest.raises(LimitExceededError) as caught:
        engine.search(Query(facets=("grade",)))
    assert caught.value.limit == "seconds"
    answer = TestClient(application(engine, None, dict)).get("/api/v1/records?facets=grade")
    assert (answer.status_code, answer.json()["errors"][0]["param"]) == (400, "seconds")
    assert LONGEST_SECONDS == 2
    engine.close()
