"""The parts of the evaluation sets that tables are mended by: no change of a table may make Kho understand less.

The floors are what was reached, rounded down; whoever mends a table lifts them. The sealed half has no
test: it is scored by ``python -m bench --evaluated sealed``, and nobody reads its mistakes.
"""

from __future__ import annotations

import pytest

from .scoring import Half, Score, dates, every, items, swapped

SIZES: dict[str, dict[Half, int]] = {
    "titles": {"open": 320, "joined": 483, "sealed": 320, "fresh": 327, "unseen": 335, "last": 337},
    "dates": {"open": 160, "joined": 206, "sealed": 160, "fresh": 148, "unseen": 153, "last": 149},
    "provinces": {"open": 160, "joined": 207, "sealed": 160, "fresh": 127, "unseen": 139, "last": 120},
    "licences": {"open": 80, "joined": 112, "sealed": 80, "fresh": 65, "unseen": 77, "last": 66},
    "texts": {"open": 75, "sealed": 75, "fresh": 80},
    "clean": {"open": 525, "joined": 329, "sealed": 525, "fresh": 507},
}
FLOORS: dict[Half, dict[str, tuple[float, float]]] = {  # precision, recall
    "open": {
        "titles: subject": (1.0, 0.98),
        "titles: grade": (1.0, 0.99),
        "titles: type": (1.0, 0.98),
        "dates": (1.0, 0.98),
        "provinces": (1.0, 0.99),
        "licences": (1.0, 1.0),
        "encodings in batches of 10": (1.0, 1.0),
        "encodings in batches of 3": (1.0, 1.0),
        "UTF-8 read wrongly": (1.0, 1.0),
        "clean text untouched": (1.0, 1.0),
    },
    "joined": {
        "titles: subject": (0.99, 0.95),
        "titles: grade": (0.97, 0.99),
        "titles: type": (0.88, 0.86),
        "dates": (0.99, 0.99),
        "provinces": (0.99, 0.98),
        "licences": (1.0, 1.0),
        "clean text untouched": (1.0, 1.0),
    },
    "fresh": {
        "titles: subject": (0.96, 0.93),
        "titles: grade": (0.98, 0.98),
        "titles: type": (0.96, 0.91),
        "dates": (1.0, 1.0),
        "provinces": (1.0, 1.0),
        "licences": (1.0, 1.0),
        "encodings in batches of 10": (1.0, 1.0),
        "encodings in batches of 3": (1.0, 1.0),
        "UTF-8 read wrongly": (1.0, 1.0),
        "clean text untouched": (1.0, 1.0),
    },
    "unseen": {
        "titles: subject": (0.98, 0.91),
        "titles: grade": (1.0, 0.91),
        "titles: type": (0.93, 0.72),
        "dates": (0.98, 0.98),
        "provinces": (1.0, 0.95),
        "licences": (0.97, 0.94),
    },
    "last": {
        "titles: subject": (0.97, 0.92),
        "titles: grade": (1.0, 0.96),
        "titles: type": (0.95, 0.64),
        "dates": (0.97, 0.98),
        "provinces": (1.0, 0.88),
        "licences": (1.0, 0.98),
    },
}


@pytest.fixture(scope="module")
def scores() -> dict[Half, dict[str, Score]]:
    return {half: {score.title: score for score in every(half)} for half in FLOORS}


@pytest.mark.parametrize(("half", "title"), [(half, title) for half in FLOORS for title in FLOORS[half]])
def test_understood_as_well_as_before(scores: dict[Half, dict[str, Score]], half: Half, title: str) -> None:
    score, (precision, recall) = scores[half][title], FLOORS[half][title]
    print(f"{half}, {title}: precision {score.precision:.3f}, recall {score.recall:.3f}")
    shown = "\n".join(f"{each.item} {each.value!r}: {each.label!r}, not {each.found!r}" for each in score.mistakes)
    assert score.precision >= precision, shown
    assert score.recall >= recall, shown


def test_every_set_is_scored(scores: dict[Half, dict[str, Score]]) -> None:
    assert scores["open"].keys() == FLOORS["open"].keys()


@pytest.mark.parametrize("half", FLOORS)
def test_no_day_is_taken_for_a_month(half: Half) -> None:
    assert swapped(dates(half)) == []


@pytest.mark.parametrize("name", SIZES)
def test_items_are_whole(name: str) -> None:
    every_item = items(name)
    assert len({item["id"] for item in every_item}) == len(every_item) == sum(SIZES[name].values())
    assert {half: len(items(name, half)) for half in SIZES[name]} == SIZES[name]
