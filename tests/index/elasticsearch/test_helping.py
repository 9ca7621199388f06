"""What helps to ask is the same on a cluster as on the embedded index, and so is the order of judged answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import queries
from index import Engine, Helper, Query, open_engine
from index.evaluation import mean, questions
from tests.index.elasticsearch.conftest import opened
from tests.index.elasticsearch.node import Node


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(f"tantivy:{tmp_path_factory.mktemp('helping')}/index")
    queries.fill(engine)
    yield engine
    engine.close()


def test_a_cluster_helps_to_ask_as_the_embedded_index_does(server: Node, embedded: Engine, tmp_path: Path) -> None:
    cluster = opened(server)
    queries.fill(cluster)
    here, there = Helper(embedded), Helper(cluster)
    for typed in ("hoa", "phương tr", "newton giao a", "ngữ", "song da", "zz"):
        assert there.suggest(typed) == here.suggest(typed), typed
    for typed in ("phuong trinh bac haii", "hoahoc", "toan", "zzqx"):
        query = Query(typed)
        total = embedded.search(query).total
        assert there.did_you_mean(query, cluster.search(query).total) == here.did_you_mean(query, total), typed
    for words in ("alkane", "truyện kiều", "đề kiểm tra hóa học"):
        hit = embedded.search(Query(words, size=1)).hits[0]
        alike, other = ({each.key for each in helper.similar(hit, 9)} for helper in (here, there))
        assert len(alike & other) >= 8, words
    judged = queries.judgements()
    both = [mean(queries.scores(engine, judged, helped=True), questions()) for engine in (embedded, cluster)]
    print([round(score, 4) for score in both])
    assert abs(both[0] - both[1]) < 0.01
    cluster.close()
