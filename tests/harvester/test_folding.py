"""Of several records of one identifier the newest counts, wherever they stand in a visit (T10); on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

import harvester.visit.visiting as module
from harvester import Store, Wish
from harvester.record import Item, Page, RawRecord
from harvester.store.folding import is_older
from harvester.visit import Result
from tests.harvester.lists import DELETED, clock, held, raw, visit
from tests.harvester.test_undo import consistent

NAME = "oai:truong.example:1"
OLD, NEW = "2026-01-01", "2026-03-01"
FULL = Wish(full=True)


class Pages:
    """A list of these pages; what is held byte for byte comes as its number, as from a real connector."""

    def __init__(self, day: int, *pages: Sequence[RawRecord]) -> None:
        self.day, self.said = day, pages

    def pages(self, source: Any, visit: Any, web: Any) -> Iterator[Page]:
        visit.clock(clock(self.day))
        for place, items in enumerate(self.said):
            known = visit.known([item.fingerprint for item in items])
            shown: tuple[Item, ...] = tuple(
                item if number is None else number for item, number in zip(items, known, strict=True)
            )
            yield Page(shown, None if place == len(self.said) - 1 else b"{}")


def one(text: str, datestamp: str, identifier: str = NAME) -> RawRecord:
    return raw(identifier, text, datestamp)


def filling(name: str) -> list[RawRecord]:
    return [one(f"khác {number}", NEW, f"oai:{name}:{number}") for number in range(3)]


def ask(store: Store, day: int, *pages: Sequence[RawRecord]) -> Result:
    result = visit(store, Pages(day, *pages), FULL)  # type: ignore[arg-type]
    assert result.outcome == "complete"
    assert result.ledger.balances()
    return result


def laid_out(records: Sequence[RawRecord], how: str) -> list[list[RawRecord]]:
    """The same records on one page, or each on its own with others between them."""
    if how == "one page":
        return [[filling("a")[0], *records, filling("a")[1]]]
    return [[*filling("a"), record] if place == 0 else [record] for place, record in enumerate(records)]


@pytest.fixture(params=["one page", "pages"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_T10_the_newest_counts_wherever_it_stands(store: Store, how: str) -> None:
    ask(store, 1, *laid_out([one("mới", NEW), one("cũ", OLD)], how))
    assert held(store)[NAME] == ("present", "mới")
    ask(store, 2, *laid_out([one("cũ", OLD), one("mới hơn", "2026-03-02")], how))
    assert held(store)[NAME] == ("present", "mới hơn")
    consistent(store)


def test_T10_of_equally_old_ones_the_last_counts(store: Store, how: str) -> None:
    ask(store, 1, *laid_out([one("trước", NEW), one("sau", NEW)], how))
    assert held(store)[NAME] == ("present", "sau")
    ask(store, 2, *laid_out([one("sau", NEW), one("sau nữa", f"{NEW}T00:00:00Z")], how))
    assert held(store)[NAME] == ("present", "sau nữa"), "a day is its first moment"


def test_T10_a_newer_deletion_is_not_taken_back_by_an_older_record(store: Store, how: str) -> None:
    ask(store, 1, *laid_out([one("có", OLD)], how))
    ask(store, 2, *laid_out([one(DELETED, NEW), one("có, sửa", "2026-02-01")], how))
    assert held(store)[NAME][0] == "withdrawn"
    ask(store, 3, *laid_out([one("trở lại", "2026-04-01"), one(DELETED, NEW)], how))
    assert held(store)[NAME] == ("present", "trở lại")
    consistent(store)


def test_T10_what_cannot_be_read_is_older_than_everything(store: Store, how: str) -> None:
    ask(store, 1, *laid_out([one("có ngày", OLD), one("không ngày", "long ago")], how))
    assert held(store)[NAME] == ("present", "có ngày")
    assert is_older("", OLD)
    assert is_older("zzzz", OLD)
    assert not is_older("", "long ago")
    assert is_older("2026-03-01T08:00:00+07:00", "2026-03-01T02:00:00Z"), "moments are compared, not letters"


@pytest.mark.parametrize("order", ["held first", "held last"])
def test_T10_the_held_bytes_count_where_they_are_newer(store: Store, how: str, order: str) -> None:
    """They come as a number: nothing of them is read again, and the older text beside them changes nothing."""
    ask(store, 1, *laid_out([one("giữ", NEW)], how))
    both = [one("giữ", NEW), one("cũ", OLD)]
    result = ask(store, 2, *laid_out(both if order == "held first" else both[::-1], how))
    assert held(store)[NAME] == ("present", "giữ")
    assert (result.ledger.changed, result.ledger.repeated) == (0, 1)
    both = [one("giữ", NEW), one("mới hơn", "2026-04-01")]
    result = ask(store, 3, *laid_out(both if order == "held first" else both[::-1], how))
    assert held(store)[NAME] == ("present", "mới hơn")
    assert (result.ledger.changed, result.ledger.repeated) == (1, 1)
    consistent(store)


def test_T10_pages_that_wait_to_be_written_were_shown_too(store: Store) -> None:
    ask(store, 1, [one("giữ", NEW), *filling("a")])
    ask(store, 2, filling("a"), [one("giữ", NEW)], filling("a"), [one("cũ", OLD)])
    assert held(store)[NAME] == ("present", "giữ")


@pytest.mark.parametrize("second", [one("cũ", OLD), one(DELETED, OLD)])
def test_T10_what_a_first_visit_has_published_is_not_made_older(
    store: Store, monkeypatch: pytest.MonkeyPatch, second: RawRecord
) -> None:
    """A first visit publishes slices while it reads: the newer record may be public when the older one comes."""
    monkeypatch.setattr(module, "FIRST_SLICE", 3)
    ask(store, 1, [one("mới", NEW), *filling("a")], [second, *filling("b")], filling("c"), [second])
    assert held(store)[NAME] == ("present", "mới")
    consistent(store)


def test_T10_any_order_on_any_pages_gives_the_newest(store: Store) -> None:
    """Random lists of the same few records against the rule itself."""
    chance = random.Random(20_261_127)
    days = [OLD, NEW, "2026-02-01", "2026-02-01T10:00:00Z", "kaputt", ""]
    for day in range(1, 25):
        said = [
            one(f"bài {day}.{number}" if chance.random() < 0.8 else DELETED, chance.choice(days), f"oai:t:{number % 4}")
            for number in range(12)
        ]
        again = [record for record in store.log.every_record("truong") if record.raw is not None]
        said += [one(body(each.raw), each.raw.datestamp, each.identifier) for each in again if each.raw is not None]
        chance.shuffle(said)
        counts: dict[str, RawRecord] = {}
        for record in said:
            there = counts.get(record.identifier)
            if there is None or not is_older(record.datestamp, there.datestamp):
                counts[record.identifier] = record
        ask(store, day, *[said[start : start + 5] for start in range(0, len(said), 5)])
        for identifier, record in counts.items():
            if record.deleted:
                assert held(store).get(identifier, ("withdrawn", ""))[0] == "withdrawn"
            else:
                assert held(store)[identifier] == ("present", body(record))
    consistent(store)


def body(record: RawRecord) -> str:
    return record.body.decode().partition("<title>")[2].partition("<")[0]
