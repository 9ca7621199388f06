"""Pages that cannot be had, rules T12 and H15: one broken record is found, the rest read, a broken server left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import zstandard

from harvester import Wish
from harvester.connectors.oai import isolation
from harvester.messages import sentence
from harvester.record import Ledger
from harvester.store import schema
from harvester.visit import Result
from tests.harvester.walking import FIRST, PREFIX, Answer, Build, Place, Twist, entries, error

FULL = Wish(full=True)
SWEEP = Wish(sweep=True)
Break = Callable[[bytes, bytes], Answer]


def died(_: bytes, __: bytes) -> Answer:
    """The script died."""
    return Answer(b"<h1>Internal Server Error</h1>", "text/html", 500)


def cut_off(body: bytes, mark: bytes) -> Answer:
    """The answer ends inside the broken record, and Content-Length agrees."""
    return Answer(body[: body.index(b"<metadata>", body.index(mark)) + len(b"<metadata>")])


def breaking(how: Break, *names: str, refuses_dates: bool = False, headers_too: bool = False) -> Twist:
    """Whatever shows one of these records with its metadata breaks; its header alone does not."""
    marks = [f"<identifier>{PREFIX}{name}</identifier>".encode() for name in names]
    verbs = ("ListRecords", "GetRecord", *(["ListIdentifiers"] if headers_too else []))

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if refuses_dates and arguments.keys() & {"from", "until"}:
            return error(body, "badArgument")
        mark = next((mark for mark in marks if mark in body), None)
        return how(body, mark) if mark is not None and arguments["verb"] in verbs else Answer(body)

    return fault


def body_of(place: Place, visit: int | None) -> bytes:
    """The bytes that are kept of the first rejected record."""
    table = schema.rejected
    with place.store.database.reading() as connection:
        packed = connection.scalar(sa.select(table.c.body).where(table.c.visit == visit))
    return zstandard.decompress(packed)


@pytest.mark.parametrize("how", [died, cut_off])
@pytest.mark.parametrize("name", ["1", "10", "11", "27", "45"])
def test_T12_one_broken_record_is_rejected_and_the_rest_is_read(build: Build, how: Break, name: str) -> None:
    place = build()
    place.repository.fault = breaking(how, name)
    result = place.visit()
    assert (result.outcome, result.verdict) == ("complete", "published")
    assert result.ledger.balances()
    assert (result.ledger.new, result.ledger.rejected) == (44, 1)
    assert place.rejected(result) == {name: "poison"}
    assert place.live == place.truth - {name}
    assert place.noticed(result)["poisoned"]["count"] == 1
    assert len(place.repository.requests) < 45, len(place.repository.requests)


def test_T12_on_both_databases_and_what_the_server_said_is_kept(on_both: Build) -> None:
    place = on_both()
    place.repository.fault = breaking(cut_off, "27")
    result = place.visit()
    assert place.rejected(result) == {"27": "poison"}
    assert body_of(place, result.visit).endswith(b"<metadata>"), "the answer as far as it came"
    assert result.ledger.missing == 0


def test_T12_a_held_record_that_breaks_is_no_less_seen(build: Build) -> None:
    place = build()
    place.visit()
    place.repository.fault = breaking(died, "27")
    result = place.visit(FULL)
    assert (result.outcome, result.ledger.rejected, result.ledger.missing) == ("complete", 1, 0)
    assert place.held["27"] == "present"


def test_T12_two_broken_records_far_from_each_other(build: Build) -> None:
    place = build()
    place.repository.fault = breaking(died, "13", "38")
    result = place.visit()
    assert place.rejected(result) == {"13": "poison", "38": "poison"}
    assert (result.outcome, result.ledger.new) == ("complete", 43)


def test_T12_records_of_one_moment_are_asked_for_one_by_one(build: Build) -> None:
    """No window of time divides what was imported in one second."""
    same = [replace(entry, datestamp=FIRST) for entry in entries(45)]
    place = build(made_of=same)
    place.repository.fault = breaking(died, "27")
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 44)
    assert place.rejected(result) == {"27": "poison"}
    assert len(place.asked("GetRecord")) <= 45


def test_T12_without_dates_headers_tell_what_is_left(build: Build) -> None:
    place = build()
    place.repository.fault = breaking(died, "27", refuses_dates=True)
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 44)
    assert place.rejected(result) == {"27": "poison"}
    asked = [request["identifier"].removeprefix(PREFIX) for request in place.asked("GetRecord")]
    assert len(asked) == len(set(asked)) == 25, "what the first two pages showed is not asked for again"


def test_T12_a_page_that_breaks_once_is_asked_for_again(build: Build) -> None:
    place = build()
    left = [2]

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if "resumptionToken" in arguments and left[0]:
            left[0] -= 1
            return Answer(body[: len(body) // 2])
        return Answer(body)

    place.repository.fault = fault
    result = place.visit()
    assert result.ledger == Ledger(declared=45, fetched=45, new=45)
    assert len(place.asked()) == 7


@pytest.mark.parametrize("when", ["from the first page on", "from the second page on"])
def test_T12_a_server_that_is_simply_broken_is_left_alone_soon(build: Build, when: str) -> None:
    place = build()
    first = when == "from the second page on"

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        lists = arguments["verb"] in ("ListRecords", "ListIdentifiers", "GetRecord")
        opening = arguments["verb"] == "ListRecords" and not arguments.keys() & {"resumptionToken", "from", "until"}
        return died(body, b"") if lists and not (first and opening) else Answer(body)

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.code) == ("partial" if first else "failed", "status")
    assert result.ledger.fetched == (10 if first else 0)
    assert len(place.repository.requests) < 20


def test_T12_a_server_that_gives_no_single_record_has_no_poison(build: Build) -> None:
    """Headers come, records never: that is no fault of any record, and nothing is rejected for it."""
    place = build()

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        return died(body, b"") if arguments["verb"] in ("ListRecords", "GetRecord") else Answer(body)

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.ledger.fetched, result.ledger.rejected) == ("failed", 0, 0)
    assert len(place.repository.requests) < 40


@pytest.mark.parametrize("status", [403, 429, 503])
def test_T12_a_server_that_says_no_is_not_asked_in_pieces(build: Build, status: int) -> None:
    place = build()
    place.repository.fault = lambda body, arguments: (
        Answer(b"", "text/plain", status) if "resumptionToken" in arguments else Answer(body)
    )
    result = place.visit()
    assert result.outcome == "partial"
    assert not place.asked("ListIdentifiers")
    assert not place.asked("GetRecord")


def nights_until_complete(place: Place, most: int, wish: Wish | None = None) -> list[Result]:
    """Visit night after night; every visit before the last one is partial, and says that the next one goes on."""
    lived: list[Result] = []
    while not lived or lived[-1].outcome != "complete":
        assert len(lived) < most, "it comes to an end"
        lived.append(place.visit(wish))
        assert lived[-1].ledger.balances()
        place.night()
    return lived


def test_T12_what_is_too_much_for_one_visit_is_isolated_by_the_next_ones(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One moment holds 45 records of which three are broken; a visit may ask for 20 of them alone."""
    monkeypatch.setattr(isolation, "SINGLES", 20)
    same = [replace(entry, datestamp=FIRST) for entry in entries(45)]
    later = [replace(entry, datestamp=FIRST + timedelta(days=9)) for entry in entries(60)[45:]]
    place = build(made_of=[*same, *later])
    broken = {"3", "27", "44"}
    place.repository.fault = breaking(died, *broken)
    asked: list[str] = []
    ends = []
    for _ in range(3):
        result = place.visit()
        singles = [request["identifier"].removeprefix(PREFIX) for request in place.asked("GetRecord")]
        assert len(singles) <= 20
        asked += singles
        ends.append((result.outcome, result.code))
        assert {"50", "60"} <= place.live, "what follows the broken records is read by the first visit"
        place.night()
    print(ends, len(asked))
    assert ends == [("partial", "too_many_singles")] * 2 + [("complete", "whole")]
    assert sorted(asked, key=int) == [str(number) for number in range(1, 46)], "each is asked for once"
    assert place.live == place.truth - broken
    assert place.rejected(result) == dict.fromkeys(broken, "poison")
    assert result.ledger.balances()
    place.repository.fault = ""
    assert place.visit(FULL).outcome == "complete"
    assert place.live == place.truth, "nothing stays refused that the server gives again"


def test_T12_the_sentence_says_how_many_records_are_left(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "SINGLES", 20)
    place = build(made_of=[replace(entry, datestamp=FIRST) for entry in entries(45)])
    place.repository.fault = breaking(died, "27")
    result = place.visit()
    assert (result.facts["limit"], result.facts["left"]) == (20, 25)
    assert "25" in sentence(result.code, result.facts)


def test_T12_a_record_that_was_repaired_meanwhile_is_asked_for_again(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "SINGLES", 20)
    place = build(made_of=[replace(entry, datestamp=FIRST) for entry in entries(45)])
    place.repository.fault = breaking(died, "3", "30")
    assert place.visit().outcome == "partial"
    place.edit("3", "Bài giảng (đã sửa)")
    place.repository.fault = breaking(died, "30")
    place.night()
    nights_until_complete(place, 4)
    assert place.live == place.truth - {"30"}


def test_T12_broken_pages_too_many_for_one_visit_are_isolated_by_the_next_ones(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "MOST", 8)
    place = build(100)
    broken = {str(number) for number in range(5, 100, 10)}
    place.repository.fault = breaking(died, *broken)
    lived = nights_until_complete(place, 12)
    print(len(lived), "nights", [each.ledger.fetched for each in lived])
    assert len(lived) > 2, "it was too much for one"
    assert place.live == place.truth - broken
    assert place.rejected(lived[-1]) == dict.fromkeys(broken, "poison")


def test_T12_an_interruption_does_not_forget_what_was_left(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "SINGLES", 20)
    place = build(made_of=[replace(entry, datestamp=FIRST) for entry in entries(45)])
    place.repository.fault = breaking(died, "27")
    result = place.visit(pages=1)
    for _ in range(60):
        if result.outcome is not None:
            break
        result = place.visit(pages=1)
    assert (result.outcome, result.code) == ("partial", "too_many_singles"), "unread records are no absent ones"


# --- sweeps -------------------------------------------------------------------------------------------------------


def without_headers(how: Break, name: str) -> Twist:
    """Whatever lists the header of this record alone breaks; its record does not."""
    mark = f"<identifier>{PREFIX}{name}</identifier>".encode()
    return lambda body, arguments: (
        how(body + b"<metadata>", mark) if arguments["verb"] == "ListIdentifiers" and mark in body else Answer(body)
    )


@pytest.mark.parametrize("refuses_dates", [False, True])
@pytest.mark.parametrize("how", [died, cut_off])
@pytest.mark.parametrize("name", ["15", "27", "45"])
def test_T12_P4_a_broken_page_of_a_sweep_is_read_as_records(
    build: Build, how: Break, name: str, refuses_dates: bool
) -> None:
    place = build(deleted_record="no")
    place.visit()
    place.remove("3", "17", "40")
    broken = without_headers(how, name)
    place.repository.fault = lambda body, arguments: (
        error(body, "badArgument")
        if refuses_dates and arguments.keys() & {"from", "until"}
        else broken(body, arguments)
    )
    result = place.visit(SWEEP)
    assert (result.outcome, result.verdict, result.ledger.missing) == ("complete", "published", 3)
    assert result.ledger.balances()
    assert place.noticed(result)["sweep_broke_off"]["count"] == 1
    assert {each for each, presence in place.held.items() if presence == "missing"} == {"3", "17", "40"}
    assert len(place.repository.requests) < 40


def test_T12_P4_a_broken_record_in_a_sweep_is_isolated_as_in_any_list(build: Build) -> None:
    """Its header breaks a page of headers, it breaks a page of records; small lists of headers come."""
    place = build(deleted_record="no")
    place.visit()
    place.remove("3")
    record = breaking(died, "27")
    page = without_headers(died, "27")
    place.repository.fault = lambda body, arguments: (
        page(body, arguments) if "resumptionToken" in arguments else record(body, arguments)
    )
    result = place.visit(SWEEP)
    assert (result.outcome, result.ledger.missing, result.ledger.rejected) == ("complete", 1, 1)
    assert place.rejected(result) == {"27": "poison"}
    assert place.held["27"] == "present"


def test_T12_P4_a_sweep_of_a_server_that_is_simply_broken_ends_soon(build: Build) -> None:
    place = build(deleted_record="no")
    place.visit()
    place.remove("3")
    place.repository.fault = lambda body, arguments: (
        died(body, b"") if {"resumptionToken", "from"} & arguments.keys() else Answer(body)
    )
    result = place.visit(SWEEP)
    assert (result.outcome, result.ledger.missing) == ("partial", 0), "what is not shown proves nothing"
    assert len(place.repository.requests) < 40


def test_T12_an_interrupted_isolation_goes_on_and_counts_no_record_twice(build: Build) -> None:
    place = build()
    place.repository.fault = breaking(died, "27")
    pages = 0
    result = place.visit(pages=3)
    while result.outcome is None:
        pages += 1
        assert pages < 40, "it comes to an end"
        result = place.visit(pages=1)
    assert (result.outcome, result.ledger.new, result.ledger.rejected) == ("complete", 44, 1)
    assert place.rejected(result) == {"27": "poison"}
    assert result.ledger.balances()


def test_H15_a_page_too_large_for_the_server_is_asked_for_in_pieces(build: Build) -> None:
    """More than six records at once take the server too long, however they are asked for."""
    place = build(40, page_size=10)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        heavy = arguments["verb"] == "ListRecords" and body.count(b"<record>") > 6
        return Answer(b"Gateway Time-out", "text/plain", 504) if heavy else Answer(body)

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 40)
    assert result.ledger.rejected == 0
    assert len(place.repository.requests) < 80


def test_T12_a_record_too_large_for_a_page_alone(build: Build) -> None:
    place = build(made_of=entries(45, every=timedelta(hours=1)))
    big = place.repository.entries[PREFIX + "27"]
    place.repository.replace([replace(big, elements=(*big.elements, ("description", "x" * 400_000)))])
    result = place.visit(max_page=200_000)
    assert (result.outcome, result.ledger.new) == ("complete", 44)
    assert place.rejected(result) == {"27": "poison"}
