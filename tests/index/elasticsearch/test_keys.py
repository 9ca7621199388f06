"""API keys on a real server: one that writes, one that only reads, one that was taken back."""

from __future__ import annotations

import pytest

from index import Query
from index.engines.elasticsearch.address import READING, WRITING
from index.engines.elasticsearch.faults import IndexForbiddenError
from tests.index.elasticsearch import keys
from tests.index.elasticsearch.conftest import Locked
from tests.index.elasticsearch.test_security import engine
from tests.index.test_engine_contract import LIBRARY, PLACE

# What docs/search.md says that the two need.
MAY_WRITE = ("create_index", "write", "read", "manage")
MAY_READ = ("read", "view_index_metadata")


def test_a_key_writes_another_only_reads_and_one_taken_back_does_nothing(locked: Locked) -> None:
    assert locked.node is not None
    writing = keys.create(locked.node, "kho-ghi", ["monitor"], MAY_WRITE)
    reading = keys.create(locked.node, "kho-doc", [], MAY_READ)
    both = engine(locked, **{WRITING[0]: writing["encoded"], READING[0]: reading["encoded"]})
    both.adopt(both.fresh())
    both.write(LIBRARY, PLACE)
    assert both.search(Query("định luật")).total == 2
    reader = engine(locked, **{READING[0]: reading["encoded"]})
    assert reader.readable()
    assert reader.search(Query("định luật")).total == 2
    assert reader.at(reader.generation()).search(Query("định luật")).total == 2
    with pytest.raises(IndexForbiddenError, match=WRITING[0]):
        reader.write(LIBRARY, PLACE)
    mistaken = engine(locked, **{WRITING[0]: reading["encoded"]})
    with pytest.raises(IndexForbiddenError, match="unauthorized for API key"):
        mistaken.write(LIBRARY, PLACE)
    keys.withdraw(locked.node, reading)
    with pytest.raises(IndexForbiddenError, match="wrong key or password"):
        engine(locked, **{READING[0]: reading["encoded"]}).search(Query())
