"""Rules P1 to P13: errors that are none, formats, sets, tombstones; and the parts of a walk by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from harvester import Wish
from harvester.connectors.oai.circle import REMEMBERED, Circle, most
from harvester.errors import SourceError
from harvester.messages import sentence
from harvester.record import Ledger
from tests.conftest import Clock
from tests.harvester.walking import (
    NAME,
    PREFIX,
    Answer,
    Build,
    Place,
    Twist,
    entries,
    error,
    token_of,
    with_token,
)

FULL = Wish(full=True)
DAY = 24 * 3600
BOTH = ("oai_dc", "lom")


def prefixes(place: Place) -> list[str]:
    return [request["metadataPrefix"] for request in place.asked() if "metadataPrefix" in request]


# --- P1: nothing ------------------------------------------------------------------------------------------------------


def test_P1_nothing_new_is_success_and_the_watermark_advances(build: Build) -> None:
    place = build()
    place.visit()
    place.night(10)
    result = place.visit()
    assert (result.outcome, result.verdict, result.ledger.fetched) == ("complete", "nothing", 0)
    assert place.row.watermark == "2026-11-30T19:00:00Z"


def test_P1_nothing_at_all_on_a_full_list_deletes_nothing(on_both: Build) -> None:
    place = on_both()
    place.visit()
    place.remove(*place.truth)
    result = place.visit(FULL)
    assert (result.outcome, result.verdict, result.code) == ("complete", "held", "empty_list")
    assert len(place.live) == 45


# --- H7: what a server says of its own address ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ("{url}", False),
        ("{url}/", False),
        ("", False),
        ("{shouted}", False),
        ("http://localhost:8080/oai", True),
        ("https://127.0.0.1/oai/request", True),
        ("{url}?page=oai", True),
        ("/oai/request", True),
        ("javascript:alert(1)", True),
    ],
)
def test_H7_another_address_in_identify_is_told_once_and_never_followed(build: Build, said: str, differs: bool) -> None:
    place = build()
    place.repository.base_url = said.format(url=place.url, shouted=place.url.replace("http:", "HTTP:"))
    first = place.visit()
    assert (first.outcome, first.code, first.ledger.new) == ("complete", "whole", 45)
    note = {"said": place.repository.base_url, "where": place.url, "count": 1}
    assert place.noticed(first).get("base_url_differs") == (note if differs else None)
    assert place.learned["other_base_url"] == (place.repository.base_url if differs else "")
    place.night()
    assert "base_url_differs" not in place.noticed(place.visit()), "not every morning"
    place.night()
    place.repository.base_url = "http://khac.example/oai"
    assert place.noticed(place.visit())["base_url_differs"]["said"] == "http://khac.example/oai"
    for language in ("vi", "en"):
        assert "http://khac.example/oai" in sentence(
            "base_url_differs", {**note, "said": "http://khac.example/oai"}, language
        )


# --- P2, P3: formats --------------------------------------------------------------------------------------------------


def refusing(*refused: str) -> Twist:
    """Lists formats that it refuses."""
    return lambda body, arguments: (
        error(body, "cannotDisseminateFormat")
        if arguments["verb"].startswith("List") and arguments.get("metadataPrefix") in refused
        else Answer(body)
    )


def test_P2_a_format_that_is_listed_and_refused_gives_way_to_the_next(build: Build, clock: Clock) -> None:
    place = build(formats=BOTH)
    place.repository.fault = refusing("lom")
    first = place.visit()
    assert (first.outcome, first.ledger.new, prefixes(place)) == ("complete", 45, ["lom", "oai_dc"])
    assert place.noticed(first)["format_refused"] == {"count": 1, "refused": "lom", "instead": "oai_dc"}
    place.night()
    place.edit("3", "Bài giảng (bản mới)")
    second = place.visit()
    assert (second.ledger.changed, prefixes(place)) == (1, ["oai_dc"]), "it is not asked for each night"
    place.repository.fault = ""
    place.night(31)
    clock.now += DAY
    place.visit()
    assert prefixes(place)[0] == "lom", "after a month it is tried again"


def test_P2_a_server_that_refuses_every_format_fails_in_words(build: Build) -> None:
    place = build(formats=BOTH)
    place.repository.fault = refusing(*BOTH)
    result = place.visit()
    assert (result.outcome, result.code, result.facts["error"]) == ("failed", "protocol", "cannotDisseminateFormat")
    assert len(place.repository.requests) < 8


def test_P2_what_the_operator_states_is_never_replaced(build: Build) -> None:
    place = build(formats=BOTH)
    place.repository.fault = refusing("lom")
    result = place.visit(prefix="lom")
    assert (result.outcome, result.code, prefixes(place)) == ("failed", "protocol", ["lom"])


def test_P2_another_format_is_asked_for_from_the_beginning(build: Build) -> None:
    place = build()
    place.visit()
    place.repository.formats = BOTH
    place.night()
    result = place.visit()
    assert (result.ledger.fetched, prefixes(place)) == (45, ["lom"])
    assert all("from" not in request for request in place.asked()), "a list of changes would leave the rest as it was"
    assert place.learned["format"] == "lom"


def formats_held(place: Place) -> set[str]:
    return {change.raw.format for change in place.store.log.every_record(NAME) if change.raw is not None}


def test_P2_a_list_in_another_format_that_breaks_off_is_asked_for_again(build: Build) -> None:
    """Else those that it did not reach would keep the old format for ever."""
    place = build()
    place.visit()
    place.repository.formats = BOTH
    place.night()
    place.repository.fault = lambda body, arguments: (
        Answer(b"", "text/plain", 403)
        if "resumptionToken" in arguments and place.repository.queries[3:]
        else Answer(body)
    )
    assert place.visit().outcome == "partial"
    assert place.learned["format"] == "oai_dc"
    place.repository.fault = ""
    place.night()
    result = place.visit()
    assert (result.outcome, result.ledger.fetched, place.learned["format"]) == ("complete", 45, "lom")
    assert formats_held(place) == {"lom"}
    place.night()
    assert place.visit().ledger.fetched < 45, "and now changes are enough"


def test_P2_a_sweep_changes_no_format(build: Build) -> None:
    place = build()
    place.visit()
    place.repository.formats = BOTH
    place.night()
    place.edit("3", "Bài giảng (bản mới)")
    assert place.visit(Wish(sweep=True)).ledger.changed == 1
    assert (place.learned["format"], formats_held(place)) == ("oai_dc", {"oai_dc"})
    place.night()
    assert place.visit().ledger.fetched == 45
    assert formats_held(place) == {"lom"}


def test_P2_a_night_without_the_list_of_formats_changes_no_format(build: Build) -> None:
    place = build(formats=BOTH)
    place.visit()
    place.night()
    place.repository.fault = lambda body, arguments: (
        Answer(b"", "text/plain", 500) if arguments["verb"] == "ListMetadataFormats" else Answer(body)
    )
    result = place.visit(FULL)
    assert (result.ledger.unchanged, prefixes(place)) == (45, ["lom"])


# --- P5 to P8: sets and identifiers -----------------------------------------------------------------------------------


def test_P6_a_record_that_is_listed_once_for_each_of_its_sets_is_one(build: Build) -> None:
    place = build()
    whole = re.compile(rb"(<record><header><identifier>" + PREFIX.encode() + rb"7</identifier>.*?</record>)", re.DOTALL)

    def fault(body: bytes, _: dict[str, str]) -> Answer:
        twice = whole.sub(
            lambda found: found[1] + found[1].replace(b"</header>", b"<setSpec>khac</setSpec></header>"), body
        )
        return Answer(twice)

    place.repository.fault = fault
    first = place.visit()
    assert (first.ledger.new, first.ledger.repeated) == (45, 1)
    again = place.visit(FULL)
    assert (again.ledger.changed, again.ledger.unchanged, again.ledger.repeated) == (0, 45, 1), "and stays one"


@pytest.mark.parametrize("sets", ["noSetHierarchy", "500", "cut", "endless"])
def test_P8_sets_are_optional_however_they_fail(build: Build, sets: str) -> None:
    place = build()
    place.repository.set_names = {"toan": "Toán"}
    count = iter(range(10**6))

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] != "ListSets":
            return Answer(body)
        if sets == "500":
            return Answer(b"", "text/plain", 500)
        if sets == "cut":
            return Answer(body[: len(body) // 2])
        if sets == "noSetHierarchy":
            return error(body, sets)
        body = place.repository.answer({"verb": "ListSets"})
        token = f"<resumptionToken>s{next(count)}</resumptionToken></ListSets>".encode()
        return Answer(body.replace(b"</ListSets>", token))

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 45)
    assert len(place.asked("ListSets")) <= 2


def test_P8_a_server_that_asks_to_wait_in_the_middle_of_its_sets_is_waited_for(build: Build) -> None:
    place = build()
    place.repository.fault = lambda body, arguments: (
        Answer(b"", "text/plain", 503, {"Retry-After": "86400"}) if arguments["verb"] == "ListSets" else Answer(body)
    )
    assert place.visit().outcome == "deferred"


# --- P9: tombstones ---------------------------------------------------------------------------------------------------


def test_P9_tombstones_come_first_and_make_no_record(on_both: Build) -> None:
    place = on_both()
    place.delete("1", "2")
    first = place.visit()
    assert first.ledger == Ledger(declared=45, fetched=45, new=43, unchanged=2)
    assert {"1", "2"}.isdisjoint(place.held)
    place.repository.replace([replace(entries(1)[0], datestamp=place.repository.clock)])
    place.night()
    second = place.visit()
    assert (second.ledger.new, second.ledger.changed) == (1, 0)


def test_P9_what_was_withdrawn_comes_back_as_changed(on_both: Build) -> None:
    place = on_both()
    place.visit()
    kept = place.repository.entries[PREFIX + "5"]
    place.delete("5")
    assert place.visit().ledger.withdrawn == 1
    place.repository.replace([replace(kept, datestamp=place.repository.clock)])
    place.night()
    result = place.visit()
    assert (result.ledger.changed, result.ledger.new, place.held["5"]) == (1, 0, "present")


def test_P9_a_tombstone_with_metadata_is_a_tombstone(build: Build) -> None:
    place = build()
    place.visit()
    place.night()
    place.edit("5", "Bài giảng")
    place.repository.fault = lambda body, _: Answer(
        body.replace(
            f"<header><identifier>{PREFIX}5<".encode(), f'<header status="deleted"><identifier>{PREFIX}5<'.encode()
        )
    )
    assert place.visit().ledger.withdrawn == 1
    assert place.held["5"] == "withdrawn"


# --- P10, P11 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [1, 2, 3, 4])
def test_P10_stopped_behind_any_page_the_list_goes_on_at_the_next(build: Build, pages: int) -> None:
    place = build()
    assert place.visit(pages=pages).outcome is None
    result = place.visit()
    assert result.ledger == Ledger(declared=45, fetched=45, new=45)
    assert len(place.asked()) == 5 - pages
    assert {request["verb"] for request in place.repository.requests} == {"ListRecords"}


def test_P10_an_older_checkpoint_is_understood() -> None:
    from harvester.connectors.oai.checkpoint import resumed

    walk = resumed(b'{"prefix":"oai_dc","format":"oai_dc","since":null,"token":"a!b","pages":2}')
    assert walk is not None
    assert (walk.token, walk.pages, [each.verb for each in walk.stretches]) == ("a!b", 2, ["ListRecords"])
    assert resumed(None) is None


def test_P11_robots_txt_is_not_asked_for_a_registered_source(build: Build) -> None:
    place = build()
    place.visit()
    assert all("verb" in request for request in place.repository.requests)


# --- memory and ends --------------------------------------------------------------------------------------------------


def test_T4_what_watches_for_circles_stays_small() -> None:
    circle = Circle()
    for page in range(10_000):
        circle.check(range(page * 100, page * 100 + 100), f"t{page}", f"t{page + 1}", page)
    assert len(circle._names) <= REMEMBERED
    assert len(circle._tokens) <= REMEMBERED + 2


def walk_on(circle: Circle, pages: Iterable[Sequence[int]]) -> None:
    """Look at pages whose tokens are all different."""
    for page, names in enumerate(pages):
        circle.check(names, f"u{page}", f"u{page + 1}", page)


@pytest.mark.parametrize("period", [1, 2, 7, 63, 64, 65, 500, 3_000])
def test_T5_a_circle_of_any_length_is_noticed_after_a_million_records(period: int) -> None:
    circle = Circle()
    walk_on(circle, (range(page * 100, page * 100 + 100) for page in range(10_000)))
    again = (10_000 - period + page % period for page in range(period + 300))
    with pytest.raises(SourceError, match="loop"):
        walk_on(circle, (range(place * 100, place * 100 + 100) for place in again))


def test_T5_a_circle_whose_pages_begin_elsewhere_each_time_is_noticed() -> None:
    """The server counts modulo its 250 records, in pages of 100."""
    pages = ([(page * 100 + place) % 250 for place in range(100)] for page in range(50))
    with pytest.raises(SourceError, match="loop"):
        walk_on(Circle(), pages)


def test_T4_a_million_records_without_a_circle_are_none() -> None:
    circle = Circle()
    doubles = sum(
        circle.check([hash((page, place)) for place in range(20)], f"t{page}", f"t{page + 1}", page)
        for page in range(50_000)
    )
    assert doubles == 0


@pytest.mark.parametrize(
    ("declared", "largest", "expected"),
    [(None, 500, 500), (0, 10**7, 1000), (99, 10**7, 1000), (101, 10**7, 1010), (10**9, 10**7, 10**7)],
)
def test_T4_how_many_records_a_list_may_have(declared: int | None, largest: int, expected: int) -> None:
    assert most(declared, largest) == expected


def test_the_helpers_of_these_tests_do_what_they_say(build: Build) -> None:
    place = build()
    body = place.repository.answer({"verb": "ListRecords", "metadataPrefix": "oai_dc"})
    assert token_of(body) == "oai_dc!!!!10"
    assert token_of(with_token(body, "x")) == "x"
    assert b'<error code="badVerb">' in error(body, "badVerb").body
