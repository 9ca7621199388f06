"""Sweeps: absence without announcement, returns, sets, and what a list of headers may cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from harvester import Store, Wish
from harvester.record import Ledger
from tests.conftest import Clock
from tests.harvester.walking import NAME, PREFIX, Answer, Build, building, entries

SWEEP, FULL = Wish(sweep=True), Wish(full=True)
DAY = 24 * 3600


@pytest.fixture
def build(store: Store) -> Iterator[Build]:
    with building(store) as made:
        yield made


def test_P4_a_sweep_finds_what_vanished_silently(build: Build) -> None:
    place = build(deleted_record="no")
    place.visit()
    place.remove("3", "17")
    incremental = place.visit()
    assert (incremental.verdict, incremental.ledger.missing) == ("nothing", 0), "an incremental list proves no absence"
    first = place.visit(SWEEP)
    assert (first.outcome, first.verdict) == ("complete", "published")
    assert first.ledger == Ledger(declared=43, fetched=43, unchanged=43, missing=2)
    assert not place.asked("ListRecords")
    assert not place.asked("GetRecord"), "what is held and not newer is not asked for again"
    assert {name for name, presence in place.held.items() if presence == "missing"} == {"3", "17"}
    place.night()
    second = place.visit(SWEEP)
    assert second.ledger == Ledger(declared=43, fetched=43, unchanged=43, lapsed=2)
    assert place.live == place.truth


def test_P4_a_sweep_fetches_what_is_unknown_newer_or_returned(build: Build) -> None:
    place = build()
    kept = place.repository.entries[PREFIX + "8"]
    place.visit()
    place.remove("8")
    place.visit(SWEEP)
    assert place.held["8"] == "missing"
    place.night()
    place.repository.replace([kept, *entries(47)[45:]])
    place.edit("5", "Bài giảng: Định luật Ôm (bản mới)")
    result = place.visit(SWEEP)
    assert result.ledger == Ledger(declared=47, fetched=47, new=2, changed=2, unchanged=43)
    assert {request["identifier"].removeprefix(PREFIX) for request in place.asked("GetRecord")} == {
        "8",
        "5",
        "46",
        "47",
    }
    assert place.live == place.truth
    again = place.visit(Wish(full=True))
    assert again.ledger == Ledger(declared=47, fetched=47, unchanged=47), "one record read alone is the same record"


def test_P9_tombstones_in_a_sweep(build: Build) -> None:
    place = build()
    place.delete("1")
    first = place.visit()
    assert first.ledger == Ledger(declared=45, fetched=45, new=44, unchanged=1), "tombstones first: none is made"
    place.delete("2", "3")
    second = place.visit(SWEEP)
    assert second.ledger == Ledger(declared=45, fetched=45, unchanged=43, withdrawn=2)
    assert not place.asked("GetRecord"), "a header says all there is to say of a deletion"
    third = place.visit(SWEEP)
    assert third.ledger == Ledger(declared=45, fetched=45, unchanged=45)
    place.repository.replace(entries(1))  # the first record comes back
    fourth = place.visit(SWEEP)
    assert (fourth.ledger.new, fourth.ledger.changed) == (1, 0), "what was never held is new"
    assert place.live == place.truth


def test_P5_an_item_that_leaves_the_set_goes_missing(build: Build) -> None:
    place = build()
    place.repository.replace([replace(entry, sets=("toan",)) for entry in place.repository.entries.values()])
    place.visit(set="toan")
    moved = replace(place.repository.entries[PREFIX + "4"], sets=("van",))
    place.repository.replace([moved])
    result = place.visit(SWEEP, set="toan")
    assert all(request.get("set", "toan") == "toan" for request in place.asked("ListIdentifiers"))
    assert result.ledger.missing == 1
    assert place.held["4"] == "missing"


def test_P6_identifiers_that_differ_by_case_are_two_records(build: Build) -> None:
    place = build(20)
    upper = replace(place.repository.entries[PREFIX + "7"], identifier=f"{PREFIX}X7")
    lower = replace(place.repository.entries[PREFIX + "9"], identifier=f"{PREFIX}x7")
    place.repository.replace([upper, lower])
    assert place.visit().ledger.new == 22
    assert {"X7", "x7"} <= place.live
    del place.repository.entries[f"{PREFIX}X7"]
    place.repository.replace([])
    result = place.visit(SWEEP)
    assert result.ledger == Ledger(declared=21, fetched=21, unchanged=21, missing=1)
    assert (place.held["X7"], place.held["x7"]) == ("missing", "present")


def test_P4_the_listed_record_that_is_not_given_is_rejected_and_no_less_seen(build: Build) -> None:
    place = build()
    place.visit()
    place.edit("6", "Đề kiểm tra cuối kì")

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments.get("identifier") != PREFIX + "6":
            return Answer(body)
        head, _, _ = body.partition(b"<GetRecord>")
        return Answer(head + b'<error code="idDoesNotExist">none</error></OAI-PMH>')

    place.repository.fault = fault
    result = place.visit(SWEEP)
    assert result.ledger == Ledger(declared=45, fetched=45, unchanged=44, rejected=1)
    assert place.rejected(result) == {"6": "not_given"}
    assert place.held["6"] == "present"


def test_a_sweep_with_too_much_to_fetch_becomes_a_full_list(build: Build) -> None:
    place = build(120)
    place.visit()
    place.night()
    place.repository.replace(
        [replace(entry, datestamp=place.repository.clock) for entry in place.repository.entries.values()]
    )
    place.remove("9")
    result = place.visit(SWEEP)
    assert result.ledger.fetched == result.ledger.unchanged + result.ledger.repeated
    assert (result.ledger.unchanged, result.ledger.missing) == (119, 1)
    assert len(place.asked("GetRecord")) <= 50
    assert len(place.repository.requests) <= 3 + 6 + 50 + 12
    assert place.noticed(result)["sweep_became_list"]["count"] == 1


@pytest.mark.parametrize(("policy", "days"), [("persistent", 30), ("transient", 7), ("no", 7)])
def test_P4_sweeps_come_by_themselves(sqlite_store: Store, clock: Clock, policy: str, days: int) -> None:
    with building(sqlite_store) as made:
        here = made(deleted_record=policy)
        here.visit()
        begun = clock.now
        modes = []
        for day in range(1, days + 2):
            clock.now = begun + day * DAY
            here.night()
            here.visit()
            modes.append("sweep" if here.asked("ListIdentifiers") else "incremental")
        assert modes.count("sweep") == 1
        assert modes.index("sweep") in range(int(days * 0.9) - 1, days), (
            "a tenth earlier at most, by the source's number"
        )
        assert here.row.swept_at > begun


def test_an_interrupted_sweep_goes_on(build: Build) -> None:
    place = build()
    place.visit()
    place.remove("30")
    first = place.visit(SWEEP, pages=2)
    assert (first.outcome, first.code) == (None, "interrupted")
    second = place.visit()
    assert (second.visit, second.outcome) == (first.visit, "complete")
    assert [request.get("resumptionToken") is not None for request in place.asked("ListIdentifiers")] == [True] * 3
    assert second.ledger == Ledger(declared=44, fetched=44, unchanged=44, missing=1)


def test_a_sweep_of_nothing_is_held(build: Build) -> None:
    place = build()
    place.visit()
    before = place.store.log.identity()[2]
    place.remove(*place.truth)
    result = place.visit(SWEEP)
    assert (result.verdict, result.code) == ("held", "empty_list")
    assert place.store.log.identity()[2] == before
    assert place.row.next_mode == "sweep", "the question is asked again in the same way"


def test_a_first_visit_is_never_a_sweep(build: Build) -> None:
    place = build()
    result = place.visit(SWEEP)
    assert (result.ledger.new, place.asked("ListIdentifiers")) == (45, [])
    assert place.row.name == NAME


def test_a_broken_header_is_rejected_and_makes_nothing_missing(build: Build) -> None:
    """It may be the very record that seems to be absent: nothing is concluded, that is said, and looked for again."""
    place = build()
    place.visit()
    place.remove("2")
    broken = f"<identifier>{PREFIX}11</identifier>".encode()
    place.repository.fault = lambda body, _: Answer(body.replace(broken, b"<identifier/>"))
    before = place.row.swept_at
    result = place.visit(SWEEP)
    assert result.ledger == Ledger(declared=44, fetched=44, unchanged=43, rejected=1)
    assert place.rejected(result) == {None: "no_identifier"}
    assert (result.verdict, result.code, result.facts["nameless"]) == ("nothing", "nameless", 1)
    assert place.row.swept_at < before, "absence was not looked for"
    place.night()
    place.visit(FULL)
    assert place.row.swept_at == 0, "after a full list headers are asked for in the next night: they may be whole"
    place.night()
    place.repository.fault = ""
    result = place.visit()
    assert place.asked("ListIdentifiers"), "by itself"
    assert (result.ledger.missing, result.ledger.lapsed) == (1, 0), "for the first time: nothing was remembered"
    assert place.held["2"] == "missing"
    assert place.row.swept_at >= before


def test_unreadable_datestamps_are_asked_for(build: Build) -> None:
    place = build(30)
    place.visit()
    place.repository.fault = lambda body, arguments: Answer(
        body.replace(b"<datestamp>2025-01-02", b"<datestamp>long ago ") if arguments["verb"] != "GetRecord" else body
    )
    result = place.visit(SWEEP)
    asked = [request["identifier"].removeprefix(PREFIX) for request in place.asked("GetRecord")]
    assert asked == ["3", "4"], "two records a day"
    assert result.ledger == Ledger(declared=30, fetched=30, unchanged=30)
