"""The evaluation set is whole and judged fairly, and the order of answers is as good as it was."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from bench import queries
from index import Engine, Query, open_engine
from index.evaluation import judge, mean, ndcg, questions, stated

LEAST = 0.89  # of both halves; raise it when the order becomes better


@cache
def judgements() -> queries.Judgements:
    return queries.judgements()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    opened = open_engine(f"tantivy:{tmp_path_factory.mktemp('evaluation')}/index")
    queries.fill(opened)
    yield opened
    opened.close()


def test_the_set_is_whole() -> None:
    typed = [each.typed for each in questions()]
    assert len(typed) == len(set(typed)) >= 150
    halves = [each.half for each in questions()]
    assert abs(halves.count("a") - halves.count("b")) <= 1
    assert {each.kind for each in questions()} == {"marks", "bare", "grade", "abbreviation", "slip"}
    aspects = {wanted.aspect for each in questions() for wanted in (*each.heart, *each.rest)}
    assert aspects <= {"topic", "words", "subject", "grade", "grades", "type", "series", "place"}
    for each in questions():
        found = judgements()[each.typed].values()
        assert max(found) >= 1, each.typed
        assert sum(1 for value in found if value) < len(found) / 10, each.typed
    assert sum(max(judgements()[each.typed].values()) == 3 for each in questions()) >= 150


def test_a_record_is_judged_by_what_its_institution_says() -> None:
    question = next(each for each in questions() if each.typed == "giáo án toán 9 phương trình bậc hai")
    said = [("title", "Phương trình bậc hai một ẩn &#8211; Toán lớp 9"), ("subject", "Toán"), ("subject", "Lớp 9")]
    assert judge(question, stated([*said, ("type", "Giáo án")])) == 3
    assert judge(question, stated([*said, ("type", "Đề kiểm tra")])) == 2
    assert judge(question, stated([*said[:2], ("type", "Đề kiểm tra")])) == 1
    assert judge(question, stated([("title", "Phương trình mũ"), *said[1:], ("type", "Giáo án")])) == 0
    assert judge(question, stated([("title", "Bài 1"), ("description", "Phương trình bậc hai một ẩn")])) == 0


def test_the_measure() -> None:
    assert ndcg([3, 2, 1], [1, 2, 3, 0]) == 1
    assert ndcg([], [3]) == 0
    assert ndcg([0] * 10 + [3], [3]) == 0  # the eleventh is seen by nobody
    assert ndcg([0, 3], [3]) == pytest.approx(0.6309, abs=1e-4)


def test_the_order_of_answers_is_as_good_as_it_was(engine: Engine) -> None:
    found = queries.scores(engine, judgements(), helped=True)
    halves = {half: mean(found, [each for each in questions() if each.half == half]) for half in "ab"}
    print({half: round(score, 3) for half, score in halves.items()})
    assert min(halves.values()) >= LEAST
    slips = [each for each in questions() if each.kind == "slip"]
    bare = queries.scores(engine, judgements(), helped=False)
    assert mean(found, slips) > 0.95 > 0.3 > mean(bare, slips)


def test_a_worse_order_scores_lower(engine: Engine) -> None:
    def score(sort: str) -> float:
        found = {}
        for each in questions():
            known = judgements()[each.typed]
            hits = engine.search(Query(each.typed, size=10, sort=sort)).hits  # type: ignore[arg-type]
            found[each.typed] = ndcg([known[hit.key] for hit in hits], known.values())
        return mean(found, questions())

    assert score("relevance") > score("title") + 0.02
