"""Datestamps, granularity and clocks: rules D1 to D13, and F11 of the hazards."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from demo.generator import Entry, records
from demo.repository import SECONDS
from tests.town.fault import (
    NEXT,
    RECORDS,
    WHOLE,
    Change,
    Day,
    Expect,
    Fault,
    Night,
    appear,
    changed,
    edit,
    every,
    listing,
    same,
    together,
    whole,
)
from tests.town.wire import Act, Asked, Place, Wire, right

DAYS = "YYYY-MM-DD"


def sub(pattern: bytes, new: bytes) -> Change:
    """Replace everywhere."""
    return lambda body: re.sub(pattern, new, body)


def identify(pattern: bytes, new: bytes) -> Act:
    """Change what Identify says."""
    return every(sub(pattern, new), "Identify")


odd_granularity = every(
    lambda body: re.sub(
        rb"<earliestDatestamp>.*?</earliestDatestamp>", b"", body.replace(b"ssZ</gran", b"ss.sZ</gran")
    ),
    "Identify",
)


def without_seconds(asked: Asked) -> Wire:
    """Says seconds in Identify, and takes days only."""
    stamps = [asked.arguments[word] for word in ("from", "until") if word in asked.arguments]
    if any("T" in stamp for stamp in stamps):
        return Wire(asked.error("badArgument", "from: wrong format"))
    return right(asked)


def without_dates(asked: Asked) -> Wire:
    """Refuses from and until in every form."""
    if asked.arguments.keys() & {"from", "until"}:
        return Wire(asked.error("badArgument", "selective harvesting is not available"))
    return right(asked)


def not_before_now(asked: Asked) -> Wire:
    """earliestDatestamp is the moment of the question, and an earlier from is refused."""
    now = asked.place.repository.clock.strftime(SECONDS)
    since = asked.arguments.get("from", "")
    if since and since < now[: len(since)]:
        return Wire(asked.error("badArgument", "from is before earliestDatestamp"))
    body = asked.right()
    if asked.verb == "Identify":
        body = re.sub(rb"(<earliestDatestamp>)[^<]*", rb"\g<1>" + now.encode(), body)
    return Wire(body)


def ignoring_from(asked: Asked) -> Wire:
    """from means nothing: the whole list comes."""
    return Wire(asked.right(**{"from": None}))


def stamped_now(asked: Asked) -> Wire:
    """Every record's datestamp is the moment of the question."""
    now = asked.place.repository.clock.strftime(SECONDS).encode()
    return Wire(re.sub(rb"<datestamp>[^<]*", b"<datestamp>" + now, ignoring_from(asked).body))


def unordered(asked: Asked) -> Wire:
    """Within a page the newest comes first: the last datestamp of the list is not the newest."""
    body = asked.right()
    found = re.findall(rb"<record>.*?</record>", body, re.DOTALL)
    if not listing(asked) or len(found) < 2:
        return Wire(body)
    start, end = body.index(found[0]), body.rindex(b"</record>") + len(b"</record>")
    return Wire(body[:start] + b"".join(reversed(found)) + body[end:])


def refusing_until(asked: Asked) -> Wire:
    """until is an error of the program."""
    return Wire(b"Fatal error: strtotime()", 500) if "until" in asked.arguments else right(asked)


def response_date(text: bytes) -> Act:
    """responseDate in another form; {Y} {T} {D} are year-month-day, time, and nothing."""

    def act(asked: Asked) -> Wire:
        clock = asked.place.repository.clock
        said = text.replace(b"{Y}", f"{clock:%Y-%m-%d}".encode()).replace(b"{T}", f"{clock:%H:%M:%S}".encode())
        new = b"<responseDate>" + said + b"</responseDate>" if said else b""
        return Wire(re.sub(rb"<responseDate>[^<]*</responseDate>", new, asked.right()))

    return act


def without_any_clock(asked: Asked) -> Wire:
    """Neither responseDate nor the header Date."""
    return response_date(b"")(asked).having("Date", "")


def behind(hours: int) -> Act:
    """The server's clock says an earlier time than the night before."""

    def act(asked: Asked) -> Wire:
        clock = (asked.place.repository.clock - timedelta(hours=hours)).strftime(SECONDS).encode()
        return Wire(re.sub(rb"(<responseDate>)[^<]*", rb"\g<1>" + clock, asked.right()))

    return act


def in_local_time(asked: Asked) -> Wire:
    """from is taken for the time of Việt Nam."""
    since = asked.arguments.get("from")
    if since is None or "T" not in since:
        return right(asked)
    moment = datetime.strptime(since, SECONDS) + timedelta(hours=7)
    return Wire(asked.right(**{"from": moment.strftime(SECONDS)}))


def late(days: float) -> Callable[[Place], Entry]:
    """A record becomes visible now and was stamped so many days ago: the index lags."""

    def make(place: Place) -> Entry:
        made = next(records(77, 1, "school", f"oai:{place.name}.example:", f"{place.name}.example", start=RECORDS))
        return replace(made, datestamp=place.repository.clock - timedelta(days=days))

    return make


def stamped_at(number: int, hours: float) -> Callable[[Place], Entry]:
    """A record appears with a datestamp so many hours away from the institution's clock."""

    def make(place: Place) -> Entry:
        start = RECORDS + number
        made = next(records(78, 1, "school", f"oai:{place.name}.example:", f"{place.name}.example", start=start))
        return replace(made, datestamp=place.repository.clock + timedelta(hours=hours))

    return make


def edited_night(requests: int = NEXT, **more: Any) -> Night:
    """The next night three records are edited, and exactly those are asked for."""
    return Night(changed(requests, changed=3, **more), day=edit(3, 4, 5))


def month(expect: Expect, day: Day) -> Night:
    """Something happens, and thirty-one nights pass in which the server says nothing of it."""

    def once(place: Place) -> None:
        if not place.memory.get("happened"):
            place.memory["happened"] = True
            day(place)

    return Night(expect, day=once, times=31)


FORMS = (
    ("fraction", b"{Y}T{T}.000Z"), ("offset", b"{Y}T{T}+00:00"), ("microseconds", b"{Y}T{T}.123456Z"),
    ("blank", b"{Y} {T}"),
)  # fmt: skip

FAULTS = (
    Fault(
        "days-only", ("D1", "D12"), "knows days only; records are added on the same day after the harvest",
        "asks in days, from two days before its last visit on",
        (
            Night(whole()),
            Night(changed(NEXT, new=1, changed=2), day=together(edit(3, 4, hours=23), appear(stamped_at(1, -22)))),
        ),
        institution={"granularity": DAYS}, both=True,
    ),
    Fault(
        "refuses-seconds", ("D2",), "promises seconds and refuses them", "asks in days, and remembers",
        (
            Night(whole(), without_seconds),
            replace(edited_night(NEXT + 1, noticed={"dates_day"}), act=without_seconds),
            replace(edited_night(NEXT), act=without_seconds),
        ),
    ),
    Fault(
        "refuses-dates", ("D2",), "refuses from in every form", "asks for the whole list each night, and remembers",
        (
            Night(whole(), without_dates),
            replace(edited_night(WHOLE + 4, unchanged=97, noticed={"dates_none"}), act=without_dates),
            replace(edited_night(WHOLE + 1, unchanged=97), act=without_dates),
        ),
    ),
    Fault(
        "odd-granularity", ("D3",), "writes its granularity as YYYY-MM-DDThh:mm:ss.sZ and has no earliestDatestamp",
        "asks in days",
        (
            Night(whole(), odd_granularity),
            edited_night(),
        ),
    ),
    Fault(
        "granularity-in-capitals", ("D3",), "writes its granularity in capitals", "asks in seconds",
        (Night(whole(), identify(rb"YYYY-MM-DDThh:mm:ssZ", b"YYYY-MM-DDTHH:MM:SSZ")), edited_night()),
    ),
    Fault(
        "earliest-is-now", ("D4",), "says that its earliest record is of this moment and refuses an earlier from",
        "asks without from the first time; later asks for everything where from is refused",
        (
            Night(whole(), not_before_now),
            replace(edited_night(WHOLE + 4, unchanged=97, noticed={"dates_none"}), act=not_before_now),
        ),
    ),
    Fault(
        "earliest-is-wrong", ("D4",), "says an earliestDatestamp later than half of its records",
        "does not ask from it",
        (Night(whole(), identify(rb"(<earliestDatestamp>)[^<]*", rb"\g<1>2026-06-01T00:00:00Z")),),
    ),
    Fault(
        "stamped-now", ("D5",), "stamps every record with the moment of the question",
        "compares contents: unchanged records stay unchanged",
        (Night(whole(), stamped_now), Night(same(WHOLE, RECORDS, code="stamped_now"), stamped_now),
         replace(edited_night(WHOLE + 1, unchanged=97, code="stamped_now"), act=stamped_now)),
    ),
    Fault(
        "stamp-stays", ("D6",), "edits a record and leaves its datestamp",
        "reads a slice of the source anew at every visit, the whole within a month",
        (Night(whole()), month(changed(20, changed=1, code="late"), edit(7, stamp=False))), both=True,
    ),
    Fault(
        "index-lags", ("D7",), "shows a record a day late, with its old datestamp",
        "asks from two days before its last visit",
        (Night(whole()), Night(changed(NEXT, new=1), day=appear(late(1.9)))),
    ),
    Fault(
        "index-lags-for-weeks", ("D7",), "shows a record ten days late, with its old datestamp",
        "reads a slice of the source anew at every visit, the whole within a month",
        (Night(whole()), month(changed(20, new=1, code="late"), appear(late(10)))),
    ),
    Fault(
        "newest-first", ("D8",), "lists the newest record first", "takes its place from the server's clock",
        (Night(whole(), unordered), replace(edited_night(), act=unordered)),
    ),
    *(
        Fault(
            f"response-date-{name}", ("D9",),
            "writes responseDate as " + form.decode().format(Y="2026-11-20", T="19:00:00"), "reads it",
            (Night(whole(), response_date(form)), replace(edited_night(), act=response_date(form))),
        )
        for name, form in FORMS
    ),
    Fault(
        "no-response-date", ("D9",), "has no responseDate", "takes the header Date",
        (Night(whole(), response_date(b"")), replace(edited_night(), act=response_date(b""))),
    ),
    Fault(
        "no-clock", ("D9",), "has neither responseDate nor Date", "takes its own clock, a day earlier",
        (
            Night(whole(noticed={"clock_missing"}), without_any_clock),
            replace(edited_night(noticed={"clock_missing"}), act=without_any_clock),
        ),
    ),
    Fault(
        "odd-datestamps", ("D10",), "writes datestamps without Z, with microseconds, as dateStamp, or not at all",
        "takes them as they are; compares contents where there is none",
        (
            Night(
                whole(),
                every(lambda body: re.sub(rb"<datestamp>([^<]*)0Z</datestamp>", rb"", re.sub(
                    rb"<datestamp>([^<]*)1Z</datestamp>", rb"<dateStamp>\g<1>1</dateStamp>", re.sub(
                        rb"<datestamp>([^<]*)2Z</datestamp>", rb"<datestamp>\g<1>2.123456</datestamp>", body)))),
            ),
            edited_night(),
        ),
    ),
    Fault(
        "until-is-fatal", ("D11",), "answers 500 to any until",
        "does not say until for a list, and stops asking for slices with it",
        (
            Night(whole(), refusing_until),
            replace(edited_night(NEXT + 3), act=refusing_until),
            replace(edited_night(), act=refusing_until),
        ),
    ),
    Fault(
        "from-ignored", ("D13",), "ignores from: every night the whole list", "notices, and compares contents",
        (
            Night(whole(), ignoring_from),
            replace(edited_night(WHOLE + 1, unchanged=97, noticed={"from_ignored"}), act=ignoring_from),
        ),
    ),
    Fault(
        "local-time", ("D12", "D4"), "takes from for local time, seven hours off",
        "asks from two days before its last visit", (Night(whole()), replace(edited_night(), act=in_local_time)),
    ),
    Fault(
        "clock-runs-ahead", ("F11", "D8"), "has a clock ten days ahead of its datestamps",
        "finds nothing new by date, and everything by reading a slice anew at each visit",
        (
            Night(whole(), behind(-240)),
            replace(month(changed(20, changed=3, code="late"), edit(3, 4, 5)), act=behind(-240)),
        ),
    ),
    Fault(
        "clock-goes-back", ("F11",), "has a clock that goes back by ten days",
        "says so, and asks for everything the next night: it may have asked from a moment that had not come",
        (
            Night(whole()),
            Night(changed(20, changed=3, code="clock_back"), behind(24 * 10), day=edit(3, 4, 5)),
            edited_night(WHOLE, unchanged=97),
        ),
    ),
)  # fmt: skip
