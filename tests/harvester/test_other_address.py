"""A visit that was broken off goes on where it stood; at another address it would stand in another list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from demo.generator import Entry, records
from harvester import Wish
from harvester.web import Web
from tests.harvester.walking import FIRST, PREFIX, Answer, Build, Place, entries


def _never_seen(count: int) -> list[Entry]:
    made = records(12, count, "school", PREFIX + "moi-", "hoclieu.truong.example")
    return [replace(entry, datestamp=FIRST + number * timedelta(hours=12)) for number, entry in enumerate(made)]


def _moved(build: Build) -> Place:
    """The same records at another address, behind forty that the old one never had."""
    place = build(made_of=[*_never_seen(40), *entries(45, first=FIRST + timedelta(days=100))])
    place.night(2)
    return place


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_a_visit_of_another_address_is_dropped_and_the_next_one_is_full(on_both: Build, mode: str) -> None:
    old = on_both()
    old.visit()
    old.night()
    if mode == "incremental":
        for number in range(1, 31):
            old.edit(str(number), f"Đề {number}")
    broken_off = old.visit(Wish(full=mode == "full"), pages=2)
    assert broken_off.outcome is None
    new = _moved(on_both)
    result = new.visit()
    assert broken_off.visit is not None
    assert result.visit not in (None, broken_off.visit)
    assert "resumptionToken" not in new.asked()[0]
    assert (result.outcome, new.live >= new.truth) == ("complete", True)
    dropped = new.store.inspection.visit(broken_off.visit)
    assert dropped.code == "other_address"


def test_the_same_server_by_another_spelling_goes_on(build: Build) -> None:
    place = build()
    first = place.visit(pages=2)
    place.url += "/"
    second = place.visit()
    assert (second.visit, second.outcome) == (first.visit, "complete")
    assert place.asked()[0].keys() == {"verb", "resumptionToken"}


def test_a_page_that_was_cut_by_a_wish_is_not_gone_on_behind(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the page and the verdict: the rest of the page stands in no later one."""
    place = build(30)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("harvester.visit.visiting.judged", killed)
        with pytest.raises(KeyboardInterrupt):
            place.visit(Wish(limit=3))
    assert place.visit().outcome == "complete"
    assert place.live == place.truth


def test_a_visit_that_goes_on_waits_as_long_as_one_that_was_answered(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new source that does not answer is left soon; of one that did, the checkpoint is not thrown away for that."""
    place, tries = build(), list[bool]()
    place.visit(pages=2)
    real = Web.get

    def counted(self: Web, *words: object, **more: object) -> object:
        tries.append(self.answered)
        return real(self, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Web, "get", counted)
    assert place.visit().outcome == "complete"
    assert tries[0]
    place.repository.fault = lambda body, arguments: Answer(body)
    place.night()
    tries.clear()
    place.visit()
    assert not tries[0]
