"""Lists that are not in the order they seem to be in: a detour by date reads all that the list would have shown."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from demo.generator import Entry
from demo.repository import Repository
from harvester import Wish
from harvester.connectors.oai import windows
from harvester.messages import sentence
from tests.harvester.walking import (
    CLOCK,
    FIRST,
    PREFIX,
    Answer,
    Build,
    Place,
    Twist,
    entries,
    error,
    token_of,
    with_token,
)  # fmt: skip

BROKEN = Answer(b"error", "text/plain", 500)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d" if len(text) == 10 else "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


class ByIdentifier(Repository):
    """Lists records as they were put in, as a table without ORDER BY or with one by its key does."""

    def _chosen(self, since: str, until: str, spec: str) -> list[Entry]:
        chosen = list(self.entries.values())
        if since:
            chosen = [entry for entry in chosen if entry.datestamp >= _moment(since)]
        if until:
            chosen = [entry for entry in chosen if entry.datestamp < _moment(until) + timedelta(seconds=1)]
        return chosen


def edited(count: int, *numbers: int) -> list[Entry]:
    """Records whose datestamps follow each other, but for some that were edited yesterday."""
    made = entries(count)
    for number in numbers:
        made[number] = replace(made[number], datestamp=CLOCK - timedelta(days=1))
    return made


def by_identifier(build: Build, made: Iterable[Entry]) -> Place:
    return build(made_of=made, kind=ByIdentifier, page_size=20)


def offset(arguments: dict[str, str]) -> int:
    return int(arguments.get("resumptionToken", "0").rpartition("!")[2] or 0)


def sizeless(body: bytes) -> bytes:
    return re.sub(rb' completeListSize="\d+"', b"", body)


def poisoned(*names: str) -> Twist:
    """Lists of records and answers with one of these records die."""
    marks = [f"<identifier>{PREFIX}{name}</identifier>".encode() for name in names]

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        dies = arguments["verb"] in ("ListRecords", "GetRecord") and any(mark in body for mark in marks)
        return BROKEN if dies else Answer(body)

    return fault


def once_lost(at: int, change: Callable[[bytes], bytes] = bytes) -> Twist:
    """The first token that stands there has expired."""
    lost: list[int] = []

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"].startswith("List") and offset(arguments) == at and not lost:
            lost.append(at)
            return error(body, "badResumptionToken")
        return Answer(change(body))

    return fault


# --- T6: a token is lost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [bytes, sizeless], ids=["declared", "undeclared"])
def test_T6_a_list_by_identifier_that_looked_ordered_loses_nothing(
    build: Build, change: Callable[[bytes], bytes]
) -> None:
    """The last record of the second page was edited yesterday: from there on the server has 40 fewer than were left."""
    place = by_identifier(build, edited(200, 39))
    place.repository.fault = once_lost(40, change)
    result = place.visit()
    assert (result.outcome, place.live) == ("complete", place.truth)
    assert "token_expired" in place.noticed(result)
    place.night()
    assert place.visit().code == "same"


def test_T6_what_is_held_does_not_go_missing_by_it(build: Build) -> None:
    place = by_identifier(build, edited(200))
    place.visit()
    for _ in range(2):
        place.night(31)
        name = f"{PREFIX}{39 + 1}"
        place.repository.replace(
            [replace(place.repository.entries[name], datestamp=place.repository.clock - timedelta(days=1))]
        )
        place.repository.fault = once_lost(40)
        assert place.visit(Wish(full=True)).ledger.missing == 0
    assert place.live == place.truth


def test_T6_a_sweep_that_lost_its_token_reads_headers_again_and_no_records(build: Build) -> None:
    place = by_identifier(build, edited(200, 39))
    place.visit()
    place.night()
    place.repository.fault = once_lost(40, sizeless)
    result = place.visit(Wish(sweep=True))
    assert (result.outcome, result.ledger.missing) == ("complete", 0)
    assert place.asked("ListRecords") == []
    assert place.live == place.truth


def test_T6_an_ordered_list_is_not_read_twice_where_its_size_proves_its_order(build: Build) -> None:
    place = build(200, page_size=20)
    place.repository.fault = once_lost(40)
    place.visit()
    assert len(place.asked()) == 2 + 1 + 9
    assert all("until" not in request for request in place.asked())


def test_T6_windows_that_show_nothing_of_what_was_seen_are_not_believed(build: Build) -> None:
    made = entries(200)
    random.Random(1).shuffle(made)
    place = by_identifier(build, made)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] == "ListRecords" and offset(arguments) == 40:
            return error(body, "badResumptionToken")
        return error(body, "noRecordsMatch") if arguments.keys() & {"from", "until"} else Answer(sizeless(body))

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.code) == ("partial", "token_lost")
    assert "windows_refused" in place.noticed(result)


# --- T3: the list ends too early --------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["noRecordsMatch", "no record"])
def test_T3_a_list_that_ends_again_and_again_is_read_to_its_true_end(build: Build, answer: str) -> None:
    place = build(200, page_size=20)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] != "ListRecords" or offset(arguments) != 40:
            return Answer(body)
        if answer == "noRecordsMatch":
            return error(body, answer)
        return Answer(body[: body.index(b"</request>") + 10] + b"<ListRecords></ListRecords></OAI-PMH>")

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, place.live) == ("complete", place.truth)


def test_T3_an_error_beside_records_ends_no_list(build: Build) -> None:
    place = build(200, page_size=20)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] == "ListRecords" and offset(arguments) == 40:
            body = body.replace(b"<ListRecords>", b'<error code="noRecordsMatch"/><ListRecords>')
        return Answer(sizeless(body))

    place.repository.fault = fault
    result = place.visit()
    assert result.outcome == "partial" or place.live == place.truth


# --- T12: one record cannot be had ------------------------------------------------------------------------------------


def test_T12_no_moment_lies_between_the_windows_around_a_broken_record(build: Build) -> None:
    """The first page of headers has a record that was edited long after those of the later pages."""
    place = by_identifier(build, edited(200, 5))
    place.repository.fault = poisoned("31")
    result = place.visit()
    assert (result.outcome, place.truth - place.live) == ("complete", {"31"})


def test_T12_what_is_older_than_a_lump_is_read_as_well(build: Build) -> None:
    """The first 30 records are of one import; those behind them are older."""
    moment = FIRST + timedelta(days=300)
    made = [replace(entry, datestamp=moment) if number < 30 else entry for number, entry in enumerate(entries(100))]
    place = by_identifier(build, made)
    place.repository.fault = poisoned("8")
    result = place.visit()
    assert (result.outcome, place.truth - place.live) == ("complete", {"8"})


def test_T12_a_broken_record_of_a_list_that_looked_ordered_hides_nothing(build: Build) -> None:
    place = by_identifier(build, edited(200, 39))
    place.repository.fault = poisoned("47")
    result = place.visit()
    assert (result.outcome, place.truth - place.live) == ("complete", {"47"})


def test_T12_a_moment_of_which_the_server_shows_nothing_is_not_believed(build: Build) -> None:
    """Its headers were listed a moment ago (D2: a server without records for from = until)."""
    place = build(made_of=[replace(entry, datestamp=FIRST) for entry in entries(100)], page_size=20)
    broken = poisoned("31")
    place.repository.fault = lambda body, arguments: (
        error(body, "noRecordsMatch")
        if arguments.get("from") and arguments.get("from") == arguments.get("until")
        else broken(body, arguments)
    )
    result = place.visit()
    assert (result.outcome, result.facts["error"]) == ("partial", "noRecordsMatch")


def test_T12_halves_of_which_the_server_shows_nothing_are_not_believed(build: Build) -> None:
    place = build(200, page_size=20)
    broken = poisoned("31")
    place.repository.fault = lambda body, arguments: (
        error(body, "noRecordsMatch")
        if arguments["verb"] == "ListIdentifiers" or arguments.keys() & {"from", "until"}
        else broken(body, arguments)
    )
    result = place.visit()
    assert (result.outcome, result.facts["error"]) == ("partial", "noRecordsMatch")


@pytest.mark.parametrize("fate", ["another name", "deleted"])
def test_T12_single_records_begin_anew_where_the_one_before_them_is_not_listed(build: Build, fate: str) -> None:
    made = entries(60)
    made[19] = replace(made[19], identifier=made[19].identifier + "&x=1")
    place = build(made_of=made, page_size=20)
    place.repository.fault = lambda body, arguments: (
        error(body, "badArgument") if arguments.keys() & {"from", "until"} else Answer(body)
    )
    place.visit()
    place.night()
    place.visit()
    assert place.learned["dates"] == "none"
    broken = poisoned("31")

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments.keys() & {"from", "until"}:
            return error(body, "badArgument")
        if arguments["verb"] == "ListIdentifiers" and fate == "deleted":
            body = re.sub(rb"<header>(?:(?!</header>).)*?&amp;x=1</identifier>.*?</header>", b"", body, flags=re.DOTALL)
        return broken(body, arguments)

    place.repository.fault = fault
    for _ in range(3):
        place.night()
        result = place.visit()
        assert (result.outcome, result.ledger.missing, result.ledger.lapsed) == ("complete", 0, 0)
        assert "poisoned" in place.noticed(result)


# --- D13: windows -----------------------------------------------------------------------------------------------------


class Undated(Repository):
    """Some records have no date in its database: they are in no window of time."""

    def _chosen(self, since: str, until: str, spec: str) -> list[Entry]:
        undated = [list(self.entries)[number] for number in (50, 51, 900)]
        chosen = super()._chosen(since, until, spec)
        return [entry for entry in chosen if entry.identifier not in undated] if since or until else chosen


def test_D13_windows_that_lack_records_are_told_and_prove_no_absence(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = build(1000, kind=Undated, page_size=100)
    place.visit()
    for name in ("LARGE", "LARGE_WHERE_TOKENS_GET_LOST"):
        monkeypatch.setattr(windows, name, 600)
    place.night()
    result = place.visit(Wish(sweep=True))
    assert (result.ledger.missing, result.ledger.lapsed) == (0, 0)
    noticed = place.noticed(result)["windows_short"]
    assert "bỏ sót" in sentence("windows_short", noticed, "vi")
    assert place.live == place.truth


def test_D13_the_next_large_list_of_such_a_server_is_open_and_proves_absence(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a month; slices of it are read on: they lack what its windows lack."""
    place = build(1000, kind=Undated, page_size=100)
    place.visit()
    for name in ("LARGE", "LARGE_WHERE_TOKENS_GET_LOST"):
        monkeypatch.setattr(windows, name, 600)
    place.night()
    place.visit(Wish(sweep=True))
    place.remove("7")
    place.night()
    result = place.visit(Wish(sweep=True))
    assert "windows_short" not in place.noticed(result)
    assert all("until" not in request for request in place.asked("ListIdentifiers"))
    assert (result.ledger.missing, place.held["7"], len(place.live)) == (1, "missing", 999)
    place.night(31)
    place.visit(Wish(sweep=True))
    assert any("until" in request for request in place.asked("ListIdentifiers"))


def test_D13_what_a_server_declares_of_windows_is_compared_with_what_they_brought(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every window ends early: the list as a whole is short, though its last window alone is not."""
    monkeypatch.setattr(windows, "LARGE", 300)
    place = build(400, page_size=20)
    assert place.visit().ledger.declared == 460
    place.repository.fault = lambda body, arguments: Answer(
        re.sub(rb"<resumptionToken[^>]*>[^<]*</resumptionToken>", b"", body)
        if arguments["verb"] == "ListRecords" and offset(arguments) >= 120
        else body
    )
    place.night(31)
    result = place.visit(Wish(full=True))
    assert result.code == "fewer_than_declared"
    assert result.ledger.declared == 460 > result.ledger.fetched + 46


def test_D13_a_server_whose_windows_are_never_small_enough_is_asked_without_them(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sizes in proportion to the time that is asked for add up however small the windows get."""
    monkeypatch.setattr(windows, "LARGE", 10)
    monkeypatch.setattr(windows, "LARGE_WHERE_TOKENS_GET_LOST", 10)
    monkeypatch.setattr(windows, "DIVISIONS", 2)
    place = build(40, page_size=20)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] != "ListRecords" or not token_of(body):
            return Answer(body)
        low = _moment(arguments.get("from", "2001-01-01"))
        high = _moment(arguments["until"]) if "until" in arguments else CLOCK
        size = max(int((high - low).total_seconds()) // 3600, 1)
        sized = re.sub(rb'completeListSize="\d+"', b'completeListSize="%d"' % size, body)
        return Answer(with_token(sized, token_of(sized)))

    place.repository.fault = fault
    result = place.visit()
    assert "windows_refused" in place.noticed(result)
    assert len(place.asked()) < 1000
    assert place.live == place.truth


def test_D13_a_list_that_is_larger_than_allowed_is_not_divided(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "LARGE", 10)
    place = build(200, page_size=20)
    result = place.visit(max_records=100)
    assert (result.outcome, result.code) == ("partial", "loop")
    assert all(not request.keys() & {"from", "until"} for request in place.asked())


# --- X: what could not be read is kept --------------------------------------------------------------------------------


def test_every_page_that_ends_a_visit_is_kept_although_another_was_kept_before(build: Build) -> None:
    place = build(60, page_size=10)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] not in ("ListRecords", "GetRecord"):
            return Answer(body)
        if b":45</identifier>" in body:
            return Answer(body.replace(b"<OAI-PMH", b'<!DOCTYPE x [<!ENTITY a "b">]><OAI-PMH', 1))
        return Answer(body.replace(b"</metadata>", b"<x></metadata>", 1) if b":15</identifier>" in body else body)

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.code) == ("partial", "doctype")
    assert result.visit is not None
    assert [each.code for each in place.store.inspection.kept(result.visit)][-1] == "doctype"
