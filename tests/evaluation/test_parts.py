"""No change of a table may make Kho understand less of the parts of the evaluation sets that are open.

A closed part has no floors: it is scored once by ``python -m bench --evaluated``, and nobody reads its mistakes.
"""

from __future__ import annotations

import pytest

from .parts import PARTS
from .scoring import SETS, Score, dates, every, items, swapped

OPEN = [name for name, part in PARTS.items() if part.floors]


@pytest.fixture(scope="module")
def scores() -> dict[str, dict[str, Score]]:
    return {name: {score.title: score for score in every(name)} for name in OPEN}


@pytest.mark.parametrize(("part", "title"), [(name, title) for name in OPEN for title in PARTS[name].floors])
def test_understood_as_well_as_before(scores: dict[str, dict[str, Score]], part: str, title: str) -> None:
    score, (precision, recall) = scores[part][title], PARTS[part].floors[title]
    print(f"{part}, {title}: precision {score.precision:.3f}, recall {score.recall:.3f}")
    shown = "\n".join(f"{each.item} {each.value!r}: {each.label!r}, not {each.found!r}" for each in score.mistakes)
    assert score.precision >= precision, shown
    assert score.recall >= recall, shown


@pytest.mark.parametrize("part", OPEN)
def test_every_set_of_a_part_has_a_floor(scores: dict[str, dict[str, Score]], part: str) -> None:
    assert {title for title, score in scores[part].items() if score.items} == PARTS[part].floors.keys()


@pytest.mark.parametrize("part", OPEN)
def test_no_day_is_taken_for_a_month(part: str) -> None:
    assert swapped(dates(part)) == []


@pytest.mark.parametrize("name", SETS)
def test_items_are_whole(name: str) -> None:
    every_item = items(name)
    assert len({item["id"] for item in every_item}) == len(every_item)
    counted = {part: len(items(name, part)) for part in PARTS}
    assert counted == {part: PARTS[part].items.get(name, 0) for part in PARTS}
    assert sum(counted.values()) == len(every_item)
