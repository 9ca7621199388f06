"""The open half of the evaluation sets: no change of a table may make Kho understand less, or guess more.

The floors are what was reached, rounded down; whoever mends a table lifts them. The sealed half and the
fresh part have no test: they are scored by ``python -m bench --evaluated sealed|fresh``; nobody reads their mistakes.
"""

from __future__ import annotations

import pytest

from .scoring import Item, Score, dates, every, items, swapped

SEALED = {"titles": 320, "dates": 160, "provinces": 160, "licences": 80, "texts": 75, "clean": 525}
OPEN = {"titles": 803, "dates": 366, "provinces": 367, "licences": 192, "texts": 75, "clean": 854}
FLOORS = {  # precision, recall
    "titles: subject": (0.97, 0.88),
    "titles: grade": (0.98, 0.91),
    "titles: type": (0.91, 0.79),
    "dates": (0.99, 0.99),
    "provinces": (0.99, 0.98),
    "licences": (1.0, 1.0),
    "encodings in batches of 10": (1.0, 1.0),
    "encodings in batches of 3": (1.0, 1.0),
    "UTF-8 read wrongly": (1.0, 1.0),
    "clean text untouched": (1.0, 1.0),
}


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return {score.title: score for score in every("open")}


@pytest.mark.parametrize("title", FLOORS)
def test_understood_as_well_as_before(scores: dict[str, Score], title: str) -> None:
    score, (precision, recall) = scores[title], FLOORS[title]
    print(f"{title}: precision {score.precision:.3f}, recall {score.recall:.3f}")
    shown = "\n".join(f"{each.item} {each.value!r}: {each.label!r}, not {each.found!r}" for each in score.mistakes)
    assert score.precision >= precision, shown
    assert score.recall >= recall, shown


def test_every_set_is_scored(scores: dict[str, Score]) -> None:
    assert scores.keys() == FLOORS.keys()


def test_no_day_is_taken_for_a_month() -> None:
    assert swapped(dates("open")) == []


@pytest.mark.parametrize("name", SEALED)
def test_items_are_whole(name: str) -> None:
    both: list[Item] = items(name)
    assert len({item["id"] for item in both}) == len(both) == OPEN[name] + SEALED[name]
    assert (len(items(name, "open")), len(items(name, "sealed"))) == (OPEN[name], SEALED[name])
