"""Dates, rules D1 to D13: in which form a server takes them, whose clock counts, and what its datestamps are worth."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from harvester import Store, Wish
from harvester.connectors.oai import dates
from harvester.connectors.oai.checkpoint import Stretch
from harvester.connectors.oai.rereading import next_slice
from harvester.record import Ledger
from harvester.stamp import in_granularity, normalised, of_header
from tests.conftest import Clock
from tests.harvester.walking import CLOCK, PREFIX, Answer, Build, Place, Twist, building, entries, error, instead

HELLO = 3
FULL = Wish(full=True)
DAY = 24 * 3600
SINCE = "2026-11-18T19:00:00Z"  # two days before the clock of the first visit


def froms(place: Place) -> list[str | None]:
    """The ``from`` of every list's first question, without those of slices."""
    lists = [request for request in place.asked() if "resumptionToken" not in request and "until" not in request]
    return [request.get("from") for request in lists]


def edited(place: Place) -> None:
    place.night()
    place.edit("3", "Bài giảng: Định luật Ôm (bản mới)")


# --- D1 to D4: forms, and where lists begin ---------------------------------------------------------------------------


@pytest.mark.parametrize(("granularity", "expected"), [("YYYY-MM-DD", SINCE[:10]), ("YYYY-MM-DDThh:mm:ssZ", SINCE)])
def test_D1_from_is_written_in_the_servers_granularity(build: Build, granularity: str, expected: str) -> None:
    place = build(granularity=granularity)
    place.visit()
    edited(place)
    assert place.visit().ledger.changed == 1
    assert froms(place) == [expected]


def refusing(*, seconds: bool = True, days: bool = False) -> Twist:
    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        stamps = [arguments[name] for name in ("from", "until") if name in arguments]
        refused = any(seconds if "T" in stamp else days for stamp in stamps)
        return error(body, "badArgument") if refused else Answer(body)

    return fault


def test_D2_a_server_that_refuses_its_own_seconds_is_asked_in_days(build: Build) -> None:
    place = build()
    place.repository.fault = refusing()
    place.visit()
    edited(place)
    second = place.visit()
    assert (second.outcome, second.ledger.changed) == ("complete", 1)
    assert froms(place) == [SINCE, SINCE[:10]]
    assert place.learned["dates"] == "day"
    assert "dates_day" in place.noticed(second)
    place.night()
    place.visit()
    assert froms(place) == ["2026-11-19"], "it is remembered"


def test_D2_a_server_that_refuses_every_date_is_read_in_full_each_night(build: Build) -> None:
    place = build()
    place.repository.fault = refusing(days=True)
    place.visit()
    edited(place)
    second = place.visit()
    assert second.ledger == Ledger(declared=45, fetched=45, changed=1, unchanged=44)
    assert froms(place) == [SINCE, SINCE[:10], None]
    assert (place.learned["dates"], place.learned["incremental"]) == ("none", "unsupported")
    place.night()
    place.remove("7")
    third = place.visit()
    assert froms(place) == [None]
    assert third.ledger == Ledger(declared=44, fetched=44, unchanged=44, missing=1), "a whole list proves absence"


def test_D2_what_was_refused_is_tried_again_after_a_month(build: Build, clock: Clock) -> None:
    place = build()
    place.repository.fault = refusing(days=True)
    place.visit()
    place.night()
    place.visit()
    place.repository.fault = ""
    place.night(30)
    clock.now += DAY
    place.visit()
    assert froms(place) == [None]
    place.night(2)
    clock.now += DAY
    place.visit()
    assert len(froms(place)) == 1
    assert froms(place)[0] is not None
    assert place.learned["incremental"] == ""


def test_D2_other_granularity_is_a_renewed_server(build: Build) -> None:
    place = build()
    place.repository.fault = refusing()
    place.visit()
    place.night()
    place.visit()
    assert place.learned["dates"] == "day"
    place.repository.fault = ""
    place.repository.granularity = "YYYY-MM-DD"
    place.night()
    place.visit()
    assert place.learned["dates"] == ""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("YYYY-MM-DDThh:mm:ssZ", SINCE),
        ("yyyy-mm-ddthh:mm:ssz", SINCE),
        (" YYYY-MM-DDTHH:MM:SSZ ", SINCE),
        ("YYYY-MM-DDThh:mm:ss.sZ", SINCE[:10]),
        ("", SINCE[:10]),
        ("ngày", SINCE[:10]),
    ],
)
def test_D3_odd_granularities(said: str, expected: str) -> None:
    assert in_granularity(SINCE, said) == expected


def test_D3_a_server_without_granularity_and_earliestDatestamp(build: Build) -> None:
    place = build()
    place.repository.fault = instead(
        rb"<granularity>.*?</granularity>|<earliestDatestamp>.*?</earliestDatestamp>", b"", "Identify"
    )
    place.visit()
    edited(place)
    assert place.visit().ledger.changed == 1
    assert froms(place) == [SINCE[:10]]


@pytest.mark.parametrize("earliest", ["2026-11-20T19:00:00Z", "2025-01-10T00:00:00Z", "1970-01-01", "gần đây", ""])
def test_D4_a_first_visit_has_no_from_whatever_the_server_says(build: Build, earliest: str) -> None:
    place = build()
    place.repository.fault = instead(rb"(<earliestDatestamp>)[^<]*", rb"\g<1>" + earliest.encode(), "Identify")
    assert place.visit().ledger.new == 45
    assert froms(place) == [None]
    edited(place)
    assert place.visit().ledger.changed == 1


# --- D5 to D8: what datestamps are worth ------------------------------------------------------------------------------


def test_D5_datestamps_of_the_moment_of_asking(build: Build) -> None:
    place = build()
    place.repository.fault = lambda body, _: Answer(
        re.sub(rb"<datestamp>[^<]*", f"<datestamp>{place.repository.clock:%Y-%m-%dT%H:%M:%SZ}".encode(), body)
    )
    place.visit()
    before = place.store.log.identity()[2]
    place.night()
    result = place.visit(FULL)
    assert (result.verdict, result.ledger.unchanged) == ("nothing", 45)
    assert place.store.log.identity()[2] == before


def through_a_month(place: Place, clock: Clock) -> Ledger:
    """Visit every night for thirty-one nights; returns the sum of what was new or changed."""
    new = changed = 0
    for _ in range(31):
        clock.now += DAY
        place.night()
        result = place.visit()
        assert result.outcome == "complete"
        new, changed = new + result.ledger.new, changed + result.ledger.changed
    return Ledger(new=new, changed=changed)


def test_D6_an_edit_that_leaves_the_datestamp_is_seen_within_a_month(build: Build, clock: Clock) -> None:
    place = build(450, page_size=100)
    place.visit()
    entry = place.repository.entries[PREFIX + "77"]
    place.edit("77", "Giáo án: Truyện Kiều (bản sửa)", entry.datestamp)
    assert through_a_month(place, clock) == Ledger(changed=1)


def test_D7_a_record_that_becomes_visible_late_is_seen_within_a_month(build: Build, clock: Clock) -> None:
    place = build(450, page_size=100)
    late = [replace(each, datestamp=CLOCK - timedelta(days=days)) for days, each in ((40, entries(451)[450]),)]
    place.visit()
    place.repository.replace(late)
    assert through_a_month(place, clock) == Ledger(new=1)
    assert place.live == place.truth


def test_D7_within_two_days_it_is_seen_at_once(build: Build) -> None:
    place = build()
    place.visit()
    place.night()
    place.repository.replace([replace(entries(46)[45], datestamp=CLOCK - timedelta(hours=47))])
    assert place.visit().ledger.new == 1


def test_D8_the_watermark_is_the_servers_clock_and_not_the_last_datestamp(build: Build) -> None:
    place = build()
    order = sorted(place.repository.entries.values(), key=lambda entry: entry.datestamp, reverse=True)
    place.repository._order = order
    place.visit()
    assert place.row.watermark == "2026-11-20T19:00:00Z"
    assert place.learned["order"] == "none"


# --- D9, D10: how moments are written ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-11-20T19:00:00Z", "2026-11-20T19:00:00Z"),
        ("2026-11-20T19:00:00.000Z", "2026-11-20T19:00:00Z"),
        ("2026-11-20T19:00:00.123456Z", "2026-11-20T19:00:00Z"),
        ("2026-11-21T02:00:00+07:00", "2026-11-20T19:00:00Z"),
        ("2026-11-20T15:00:00-04:00", "2026-11-20T19:00:00Z"),
        ("2026-11-20 19:00", "2026-11-20T19:00:00Z"),
        ("2026-11-20T19:00:00", "2026-11-20T19:00:00Z"),
        ("2026-11-20", "2026-11-20T00:00:00Z"),
        ("20/11/2026", None),
        ("2026-13-40T00:00:00Z", None),
        ("", None),
    ],
)
def test_D9_D10_moments_are_read_leniently(said: str, expected: str | None) -> None:
    assert normalised(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("Fri, 20 Nov 2026 19:00:00 GMT", "2026-11-20T19:00:00Z"), ("soon", None), ("", None)],
)
def test_D9_the_header_Date(said: str, expected: str | None) -> None:
    assert of_header(said) == expected


def clockless(body: bytes, headers: dict[str, str]) -> Answer:
    return Answer(re.sub(rb"<responseDate>[^<]*</responseDate>", b"", body), headers=headers)


def test_D9_without_responseDate_our_own_clock_a_day_ago_is_the_last_resort(sqlite_store: Store, clock: Clock) -> None:
    """The header Date comes before it; the demo's server sends the date of the machine."""
    with building(sqlite_store) as build:
        place = build()
        place.repository.fault = lambda body, _: clockless(body, {"Date": "Fri, 20 Nov 2026 19:00:00 GMT"})
        first = place.visit()
        assert first.outcome == "complete"
        assert "clock_missing" not in place.noticed(first)


def test_D9_the_last_resort(build: Build, clock: Clock) -> None:
    from harvester.store import staging, visits
    from harvester.visit.asked import Asked

    place = build()
    result = place.visit()
    row = place.row
    lease = visits.claim(place.store.database, row.id)
    visit = visits.begin(place.store.database, lease, "full", None)
    stager = staging.Stager(place.store.database, place.store.bodies, visit, row.first_id)
    asked = Asked(place.store, stager, visit, (), None, row)
    assert asked.clock("sớm thôi", "soon") == normalised("2026-09-20T14:13:20Z"), "1,790,000,000 s less a day"
    assert result.outcome == "complete"
    visits.release(place.store.database, lease)


# --- D11 to D13 -------------------------------------------------------------------------------------------------------


def test_D11_until_is_not_sent_where_no_window_is_needed(build: Build) -> None:
    place = build()
    for _ in range(3):
        place.visit()
        assert not [request for request in place.asked() if "until" in request]
        place.night()


def test_D11_a_server_that_dies_of_until_loses_its_slices_and_nothing_else(build: Build, clock: Clock) -> None:
    place = build(450, page_size=100)
    place.repository.fault = lambda body, arguments: (
        Answer(b"Fatal error: strtotime()", "text/plain", 500) if "until" in arguments else Answer(body)
    )
    place.visit()
    clock.now += 10 * DAY
    place.night(10)
    second = place.visit()
    assert (second.outcome, second.verdict) == ("complete", "nothing")
    assert place.noticed(second)["slice_refused"]["count"] == 1
    assert place.learned["windows"] == "unsupported"
    place.night()
    place.visit()
    assert not [request for request in place.asked() if "until" in request], "it is remembered"


def test_D12_halves_of_a_list_overlap_by_one_unit() -> None:
    whole = Stretch()
    for form, unit in (("seconds", timedelta(seconds=1)), ("day", timedelta(days=1))):
        assert dates.unit(form) == unit
        parts = dates.halved(whole, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", form)
        assert parts is not None
        assert (parts[0].since, parts[1].until) == (None, None), "open ends stay open"
        assert parts[0].until == parts[1].since


@pytest.mark.parametrize("form", ["seconds", "day"])
def test_D12_every_moment_is_in_some_window_however_often_a_list_is_halved(form: str) -> None:
    step = dates.unit(form)
    oldest, newest = "2026-01-01T00:00:00Z", dates.normal(dates.at("2026-01-01T00:00:00Z") + 40 * step)
    windows, left = [], [Stretch()]
    while left:
        stretch = left.pop()
        parts = dates.halved(stretch, oldest, newest, form)
        if parts is None:
            windows.append(stretch)
        else:
            left += parts
    moments = [dates.normal(dates.at(oldest) + number * step) for number in range(-5, 46)]
    for moment in moments:
        assert any((each.since or "") <= moment <= (each.until or "9999") for each in windows), moment
    assert len(windows) > 10


def test_D12_one_day_of_the_servers_is_asked_whole(build: Build) -> None:
    """In Việt Nam a night is two days of UTC: what was added later on the same day is not lost."""
    place = build(granularity="YYYY-MM-DD")
    place.visit()
    place.repository.replace([replace(entries(46)[45], datestamp=CLOCK + timedelta(hours=4))])
    place.night()
    assert place.visit().ledger.new == 1


def test_D13_a_server_that_ignores_from_is_read_in_full_and_harmed_by_nothing(build: Build) -> None:
    place = build()

    def ignoring(body: bytes, arguments: dict[str, str]) -> Answer:
        if "from" in arguments:
            body = place.repository.answer({name: said for name, said in arguments.items() if name != "from"})
        return Answer(body)

    place.repository.fault = ignoring
    place.visit()
    edited(place)
    second = place.visit()
    assert second.ledger == Ledger(declared=45, fetched=45, changed=1, unchanged=44)
    assert place.noticed(second)["from_ignored"]["count"] == 1
    assert place.learned["incremental"] == "unsupported"
    place.night()
    place.visit()
    assert froms(place) == [None]


def test_D13_one_old_record_among_new_ones_is_no_proof(build: Build) -> None:
    place = build()
    place.visit()
    edited(place)
    place.edit("4", "Đề thi thử")
    place.repository.fault = instead(
        rb"(<identifier>" + PREFIX.encode() + rb"4</identifier><datestamp>)[^<]*", rb"\g<1>2019-01-01T00:00:00Z"
    )
    assert place.visit().ledger.changed == 2
    assert place.learned["incremental"] == ""


# --- the slow reading of everything anew ------------------------------------------------------------------------------


def slices(held: int, visits: int, days: int = 1) -> list[Stretch]:
    """The slices of so many visits, so many days apart."""
    found, saved = [], None
    start = dates.at("2026-11-20T19:00:00Z")
    for number in range(visits):
        clock = dates.normal(start + number * timedelta(days=days))
        since = dates.normal(start + (number * days - 2) * dates.DAY)
        slice_, saved = next_slice(saved, held, "2020-01-01T00:00:00Z", since, clock)
        found += [slice_] if slice_ else []
    return found


@pytest.mark.parametrize(("held", "days"), [(100_000, 1), (5_000, 1), (100_000, 7), (300, 1), (20, 1)])
def test_D6_D7_the_slices_of_a_month_leave_nothing_out(held: int, days: int) -> None:
    found = slices(held, 62 // days + 1, days)
    assert found[0].since is None, "what is older than the server says is read too"
    for before, after in pairwise(found):
        assert after.since in (before.until, None), "each begins where the one before ended"
    ends = [each for each in found if each.until and each.until > "2026-11"]
    assert ends, "within a month it is through"


def test_D6_a_small_source_is_asked_seldom_and_a_large_one_each_night() -> None:
    assert len(slices(100_000, 30)) == 30
    assert len(slices(300, 31)) <= 4
    assert len(slices(20, 31)) == 1


def test_D6_a_clock_that_goes_back_asks_for_no_slice_of_the_future() -> None:
    _, saved = next_slice(None, 9_000, "2020-01-01T00:00:00Z", "2026-11-18T19:00:00Z", "2026-11-20T19:00:00Z")
    slice_, _ = next_slice(saved, 9_000, "2020-01-01T00:00:00Z", "2026-11-08T19:00:00Z", "2026-11-10T19:00:00Z")
    assert slice_ is None


def test_D6_what_is_read_anew_and_unchanged_writes_nothing(build: Build, clock: Clock) -> None:
    place = build(450, page_size=100)
    place.visit()
    before = place.store.log.identity()[2]
    clock.now += 10 * DAY
    place.night(10)
    result = place.visit()
    assert [request for request in place.asked() if "until" in request], "a third of a month: a third of the source"
    assert result.ledger.fetched == result.ledger.unchanged > 50
    assert result.ledger.missing == 0
    assert place.store.log.identity()[2] == before
    assert place.row.reread is not None
