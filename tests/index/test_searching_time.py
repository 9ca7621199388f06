"""A search that takes longer than people wait ends with the name of that limit."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from index import open_engine
from index.engines.tantivy import searching
from index.query import LONGEST_SECONDS, LimitExceededError, Query
from portal import application
from tests.index.search_promises import PLACE, SHELF


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
