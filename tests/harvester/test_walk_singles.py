"""Records asked for one by one: whether it is the record that was asked for, and how much of them is kept in memory."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest
import sqlalchemy as sa

from harvester import Wish
from harvester.connectors.oai import isolation, singles
from harvester.connectors.oai.checkpoint import Walk
from harvester.connectors.oai.dates import name_of
from harvester.record import LONGEST_IDENTIFIER
from harvester.store import schema
from harvester.visit import Result
from tests.harvester.test_walk_poison import nights_until_complete
from tests.harvester.walking import FIRST, PREFIX, Answer, Build, Place, Twist, entries, error

SWEEP = Wish(sweep=True)
LARGE = 1_100_000  # bytes: a record of more than a megabyte is rejected


def one_moment(build: Build, count: int) -> Place:
    """Records of one moment: no window of time divides them."""
    return build(made_of=[replace(entry, datestamp=FIRST) for entry in entries(count)])


def alone(given: Twist) -> Twist:
    """No page of records can be had; ``given`` is what the server says of a single one."""

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] == "ListRecords" and b"<record>" in body:
            return Answer(b"error", "text/plain", 500)
        return given(body, arguments) if arguments["verb"] == "GetRecord" else Answer(body)

    return fault


def bodies(place: Place, result: Result) -> dict[str, int]:
    """The size of what is kept of each rejected record."""
    assert result.visit is not None
    every = place.store.inspection.rejected(result.visit)
    return {(each.identifier or "").removeprefix(PREFIX): len(each.body) for each in every}


# --- another record than the one asked for ----------------------------------------------------------------------------


def test_a_held_record_that_a_cache_gives_instead_is_not_taken_for_the_new_one(on_both: Build) -> None:
    """Its bytes came by the same question before: they are known, and nothing of them is read."""
    place = on_both()
    place.visit()
    (first, second), said = entries(47)[45:], {"verb": "GetRecord", "metadataPrefix": "oai_dc"}
    place.repository.replace([first])
    place.night()
    assert place.visit(SWEEP).ledger.new == 1
    cached = place.repository.answer({**said, "identifier": first.identifier})
    place.repository.replace([second])
    place.repository.fault = lambda body, arguments: Answer(cached if arguments["verb"] == "GetRecord" else body)
    for _ in range(2):
        place.night()
        result = place.visit(SWEEP)
        assert (result.ledger.rejected, result.ledger.repeated, place.rejected(result)) == (1, 0, {"47": "other_given"})
    place.repository.fault = ""
    place.night()
    assert (place.visit(SWEEP).ledger.new, place.live) == (1, place.truth)


def test_a_record_that_is_given_as_it_is_held_is_the_one_that_was_asked_for(build: Build) -> None:
    """Its header says that it is newer, its record is the same to the byte."""
    place = build()
    place.visit()
    place.repository.fault = lambda body, arguments: Answer(
        body.replace(b"<datestamp>2025-01-02", b"<datestamp>2026-01-02")
        if arguments["verb"] == "ListIdentifiers"
        else body
    )
    for _ in range(2):  # in the second night these very bytes are held
        place.night()
        result = place.visit(SWEEP)
        assert len(place.asked("GetRecord")) == 2
        assert (result.ledger.unchanged, result.ledger.rejected) == (45, 0)


def test_an_unreadable_record_is_that_which_was_asked_for_unless_it_says_otherwise(build: Build) -> None:
    place = build()
    place.visit()
    place.edit("6", "Đề mới")
    place.edit("7", "Đề mới")
    no_metadata = re.compile(rb"<metadata>.*</metadata>", re.DOTALL)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] != "GetRecord":
            return Answer(body)
        if arguments["identifier"] == PREFIX + "6":
            body = body.replace(f"<identifier>{PREFIX}6</identifier>".encode(), b"<identifier/>")
        else:
            body = body.replace(f"<identifier>{PREFIX}7</identifier>".encode(), b"<identifier>oai:x:9</identifier>")
        return Answer(no_metadata.sub(b"", body))

    place.repository.fault = fault
    place.night()
    result = place.visit(SWEEP)
    assert place.rejected(result) == {"6": "no_identifier", "7": "other_given"}


# --- how much waits for the disk --------------------------------------------------------------------------------------


def test_H16_records_too_large_to_be_read_are_kept_whole_and_only_so_many_wait_together(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "WAITING_BYTES", 2 * LARGE)
    place = one_moment(build, 8)
    place.repository.fault = alone(
        lambda body, _: Answer(body.replace(b"</metadata>", b"<!--" + b"x" * LARGE + b"--></metadata>"))
    )
    result = place.visit()
    assert (result.outcome, result.code, result.facts["left"]) == ("partial", "too_many_singles", 6)
    assert len(place.asked("GetRecord")) == 2
    kept = bodies(place, result)
    assert (set(kept), min(kept.values()) > LARGE) == ({"1", "2"}, True), "every byte of them"
    place.night()
    lived = nights_until_complete(place, 6)
    assert set(place.rejected(lived[-1])) == {str(number) for number in range(1, 9)}


def test_usual_records_asked_for_one_by_one_all_wait_together(build: Build) -> None:
    place = one_moment(build, 45)
    place.repository.fault = alone(lambda body, _: Answer(body))
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 45)


# --- what is remembered of records that were refused ------------------------------------------------------------------


def saved(place: Place, result: Result) -> bytes:
    with place.store.database.reading() as connection:
        found = connection.scalar(sa.select(schema.visit.c.checkpoint).where(schema.visit.c.id == result.visit))
    assert found is not None
    return bytes(found)


def refusing(place: Place) -> None:
    """No record is given, and the datestamps of their headers have no end."""
    refused = alone(lambda body, _: error(body, "idDoesNotExist"))
    place.repository.fault = lambda body, arguments: (
        Answer(re.sub(rb"<datestamp>[^<]*", b"<datestamp>" + b"x" * 10_000, body))
        if arguments["verb"] == "ListIdentifiers"
        else refused(body, arguments)
    )


def test_D10_of_a_datestamp_without_end_no_more_is_remembered_than_of_a_legal_one(build: Build) -> None:
    place = build(60, page_size=20)
    place.visit()
    refusing(place)
    result = place.visit(SWEEP, pages=1)
    assert result.outcome is None
    walk = msgspec.json.decode(saved(place, result), type=Walk)
    stamps = [stamp for stamp, _ in walk.refusals.values()]
    assert [len(stamp) for stamp in stamps] == [singles.LONGEST_DATESTAMP] * 20
    assert len(saved(place, result)) < 10_000


def test_D10_what_was_refused_under_a_datestamp_without_end_is_not_asked_for_every_night(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else those behind it never would be."""
    monkeypatch.setattr(isolation, "SINGLES", 10)
    place = build(30, page_size=30)
    refusing(place)
    lived = nights_until_complete(place, 4)
    assert [each.outcome for each in lived] == ["partial", "partial", "complete"]
    assert len(place.asked("GetRecord")) == 10
    assert len(place.rejected(lived[-1])) == 30


def test_of_an_identifier_without_end_no_more_is_remembered_than_a_legal_one_has() -> None:
    record = b"<record><header><identifier>" + b"x" * 1_000_000 + b"</identifier></header></record>"
    assert len(name_of(record)) == LONGEST_IDENTIFIER
