"""Large lists in windows of time: a lost token costs one window; servers that serve windows wrongly get one list."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from harvester import Wish
from harvester.connectors.oai import windows
from harvester.record import Ledger
from tests.harvester.walking import FIRST, Answer, Build, Place, Twist, entries, error

FULL = Wish(full=True)
HELLO = 3


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large is small here: 40 records."""
    monkeypatch.setattr(windows, "LARGE", 40)
    monkeypatch.setattr(windows, "LARGE_WHERE_TOKENS_GET_LOST", 40)


def asked_in_windows(place: Place) -> int:
    return len([request for request in place.asked() if "until" in request])


@pytest.mark.parametrize("granularity", ["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"])
def test_a_large_list_is_asked_for_in_windows(build: Build, granularity: str) -> None:
    place = build(150, granularity=granularity)
    first = place.visit()
    assert (first.outcome, first.ledger.new, place.live) == ("complete", 150, place.truth)
    assert asked_in_windows(place) >= 3
    assert first.ledger.balances()
    assert len(place.repository.requests) < 2 * 15 + 20
    place.remove("77")
    place.night()
    second = place.visit(FULL)
    assert (second.ledger.missing, second.ledger.new) == (1, 0), "all windows together are the whole list"


def test_a_small_list_is_not(build: Build) -> None:
    place = build(40)
    assert place.visit().ledger == Ledger(declared=40, fetched=40, new=40)
    assert asked_in_windows(place) == 0


def test_a_lost_token_costs_one_window(build: Build) -> None:
    place = build(150)
    usual = place.visit().ledger.fetched
    lost = [False]

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        token = arguments.get("resumptionToken", "")
        if token.endswith("!20") and token.count("!") == 4 and token.split("!")[1] and not lost[0]:
            lost[0] = True
            return error(body, "badResumptionToken")
        return Answer(body)

    place.repository.fault = fault
    result = place.visit(FULL)
    assert lost[0]
    assert (result.outcome, result.ledger.unchanged, result.ledger.missing) == ("complete", 150, 0)
    assert result.ledger.fetched - usual <= 40, "one window at most is read again"


def test_an_interrupted_walk_through_windows_goes_on(build: Build) -> None:
    place = build(150)
    result = place.visit(pages=4)
    count = 0
    while result.outcome is None:
        count += 1
        assert count < 40
        result = place.visit(pages=4)
    assert (result.outcome, result.ledger.new, place.live) == ("complete", 150, place.truth)


def test_records_outside_of_what_the_server_declares_are_in_the_open_windows(build: Build) -> None:
    """An earliestDatestamp that is too late, and a record of the future (D4)."""
    place = build(150)
    old, new = list(place.repository.entries.values())[:2]
    place.repository.replace(
        [replace(old, datestamp=FIRST.replace(year=1999)), replace(new, datestamp=FIRST.replace(year=2031))]
    )
    place.repository.fault = lambda body, _: Answer(
        re.sub(rb"(<earliestDatestamp>)[^<]*", rb"\g<1>2025-02-01T00:00:00Z", body)
    )
    result = place.visit()
    assert asked_in_windows(place) > 0
    assert (result.outcome, place.live) == ("complete", place.truth)


def test_D4_a_first_visit_is_divided_although_earliestDatestamp_is_this_moment(build: Build) -> None:
    place = build(150)
    place.repository.fault = lambda body, _: Answer(
        re.sub(rb"(<earliestDatestamp>)[^<]*", rb"\g<1>2026-11-20T19:00:00Z", body)
    )
    result = place.visit()
    assert asked_in_windows(place) >= 3
    assert (result.outcome, result.ledger.new, place.live) == ("complete", 150, place.truth)


# --- servers that serve windows wrongly -----------------------------------------------------------------------------


def without(place: Place, *names: str) -> Twist:
    """These arguments are ignored."""

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments.keys() & set(names):
            body = place.repository.answer({name: said for name, said in arguments.items() if name not in names})
        return Answer(body)

    return fault


def refused(place: Place) -> Twist:
    return lambda body, arguments: error(body, "badArgument") if "until" in arguments else Answer(body)


def gone(place: Place) -> Twist:
    """422 where a window is asked for (metha#39)."""
    return lambda body, arguments: Answer(b"", "text/plain", 422) if "until" in arguments else Answer(body)


def losing(place: Place) -> Twist:
    """Windows leave out every fifth record, and say so in their sizes."""

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if "until" not in arguments:
            return Answer(body)
        kept = re.sub(rb"<record>(?:(?!</record>).)*?[05]</identifier>.*?</record>", b"", body, flags=re.DOTALL)
        return Answer(
            re.sub(rb'completeListSize="(\d+)"', lambda size: b'completeListSize="%d"' % (int(size[1]) * 4 // 5), kept)
        )

    return fault


@pytest.mark.parametrize("wrong", [refused, gone, losing, lambda place: without(place, "until"),
                                   lambda place: without(place, "from", "until")],
                         ids=["badArgument", "422", "sizes", "until ignored", "both ignored"])  # fmt: skip
def test_windows_that_are_served_wrongly_are_given_up_for_one_list(build: Build, wrong: object) -> None:
    place = build(150)
    place.repository.fault = wrong(place)  # type: ignore[operator]
    result = place.visit()
    assert (result.outcome, result.ledger.new, place.live) == ("complete", 150, place.truth)
    assert place.learned["windows"] == "unsupported"
    assert "windows_refused" in place.noticed(result)
    assert len(place.repository.requests) < 80
    place.visit(FULL)
    assert asked_in_windows(place) == 0, "it is remembered"
    assert len(place.repository.requests) == HELLO + 15


def test_a_large_lump_of_one_moment_cannot_be_divided(build: Build) -> None:
    place = build(made_of=[replace(entry, datestamp=FIRST) for entry in entries(150)])
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 150)
    assert len(place.repository.requests) < 100


def test_a_sweep_of_a_large_source_is_asked_for_in_windows_too(build: Build) -> None:
    place = build(150)
    place.visit()
    place.remove("77", "78")
    result = place.visit(Wish(sweep=True))
    assert [request for request in place.asked("ListIdentifiers") if "until" in request]
    assert (result.outcome, result.ledger.missing, result.ledger.new) == ("complete", 2, 0)
    assert result.ledger.balances()


def test_a_server_that_answers_every_window_with_the_whole_list_is_asked_for_one_list(build: Build) -> None:
    """Its datestamps show nothing, and each half declares as much as the whole: halving would go on for years."""
    place = build(150)
    said: list[bytes] = []

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] != "ListRecords":
            return Answer(body)
        said[:] = said or re.findall(rb"<record>.*?</record>", body, re.DOTALL)[:1]
        record = re.sub(rb"<datestamp>[^<]*", b"<datestamp>hom qua", said[0])
        token = b'<resumptionToken completeListSize="60000">a</resumptionToken>'
        page = record if "resumptionToken" in arguments else record + token
        head = body[: body.index(b"</request>") + len(b"</request>")]
        return Answer(head + b"<ListRecords>" + page + b"</ListRecords></OAI-PMH>")

    place.repository.fault = fault
    result = place.visit()
    assert result.outcome is not None
    assert len(place.repository.requests) < 200
    assert place.learned["windows"] == "unsupported"
