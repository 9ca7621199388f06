"""Lists that are too short, too long or cannot be read to their end: rules T9 to T13."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from harvester import Wish
from tests.town.fault import (
    HELLO,
    PAGE,
    RECORDS,
    WHOLE,
    Expect,
    Fault,
    Night,
    after,
    between,
    changed,
    every,
    listing,
    named,
    ordered,
    whole,
)
from tests.town.faults_tokens import token_in, with_token
from tests.town.wire import Act, Asked, Place, Wire


def declaring(size: bytes | None) -> Act:
    """completeListSize is wrong, or not there."""
    new = b"" if size is None else b'completeListSize="' + size + b'"'
    return every(lambda body: re.sub(rb'completeListSize="\d+"', new, body))


def shrinking(asked: Asked) -> Wire:
    """completeListSize gets smaller from page to page."""
    size = b'completeListSize="%d"' % (RECORDS + 3 - asked.page)
    return Wire(re.sub(rb'completeListSize="\d+"', size, asked.right()))


def unsteady(asked: Asked) -> Wire:
    """Page 3 begins five records too early, so five records are shown twice and five never."""
    body = asked.right()
    if not listing(asked) or asked.page != 3:
        return Wire(body)
    early = asked.right(resumptionToken=f"oai_dc!!!!{2 * PAGE - 5}")
    return Wire(with_token(early, token_in(body)))


def one_page_only(asked: Asked) -> Wire:
    """The first page, and no token: the rest is never shown, and nothing says that there is a rest."""
    body = asked.right()
    return Wire(re.sub(rb"<resumptionToken.*?</resumptionToken>", b"", body) if listing(asked) else body)


def one_page_of_many(asked: Asked) -> Wire:
    """The first page with an empty token, although completeListSize says that there is more."""
    body = asked.right()
    return Wire(with_token(body, b"") if listing(asked) else body)


POISON = "oai:{}.example:57"


def breaking(how: object, windows: bool = True) -> Act:
    """Whatever shows record 57 with its metadata breaks; its header alone does not."""

    def act(asked: Asked) -> Wire:
        if not windows and asked.arguments.keys() & {"from", "until"}:
            return Wire(asked.error("badArgument", "selective harvesting is off"))
        body = asked.right()
        mark = f"<identifier>{POISON.format(asked.place.name)}</identifier>".encode()
        shows = asked.verb in ("ListRecords", "GetRecord") and mark in body
        return how(body, mark) if shows else Wire(body)  # type: ignore[operator]

    return act


def server_error(_: bytes, __: bytes) -> Wire:
    """500: the script died."""
    return Wire(b"<h1>Internal Server Error</h1>", 500, (("Content-Type", "text/html"),))


def cut_off(body: bytes, mark: bytes) -> Wire:
    """The answer ends behind the <metadata> of the broken record, and Content-Length agrees."""
    return Wire(body[: body.index(b"<metadata>", body.index(mark)) + len(b"<metadata>")])


def dropping_the_set(asked: Asked) -> Wire:
    """The first page is of the set that was asked for; its token has forgotten the set."""
    return Wire(asked.right().replace(b"!chon!", b"!!"))


def two_sets(place: Place) -> None:
    """Every second record is in the set that is harvested."""
    for number, name in enumerate(ordered(place)):
        entry = place.repository.entries[name]
        place.repository.replace([replace(entry, sets=("chon",) if number % 2 else ("khac",))])


def chosen(place: Place) -> list[str]:
    """The records that are in the set."""
    return [name for name in ordered(place) if "chon" in place.repository.entries[name].sets]


FULL = Wish(full=True)


def isolated(requests: int, repeated: int = 0, **more: Any) -> Expect:
    """All records but the broken one; what an answer showed again on the way round counts as repeated."""
    ledger = {"fetched": RECORDS + repeated, "rejected": 1, **({"repeated": repeated} if repeated else {})}
    noticed = {"poisoned", *more.pop("noticed", ())}
    return whole(
        requests, RECORDS - 1, ledger=ledger, rejected={"poison": 1}, absent=named(57), noticed=noticed, **more
    )


FAULTS = (
    Fault(
        "declares-too-much", ("T9",), "says completeListSize 44264 and has 100", "reads to the end and says so",
        (Night(whole(code="fewer_than_declared", noticed={"size_differs"}), declaring(b"44264")),),
    ),
    Fault(
        "declares-nothing", ("T9",), "leaves completeListSize out", "does not need it",
        (Night(whole(), declaring(None)),),
    ),
    Fault(
        "declares-less-and-less", ("T9",), "says a smaller completeListSize on each page", "reads to the end",
        (Night(whole(noticed={"size_differs"}), shrinking),),
    ),
    Fault(
        "unsteady-order", ("T10",), "shows five records twice and five never: its order is not stable",
        "counts the repeated ones, distrusts the list and looks at everything the next night",
        (
            Night(
                whole(new=95, ledger={"fetched": 100, "repeated": 5}, absent=between(70, 75), noticed={"doubles"},
                      late="repeated records are a sign of missed ones: the next visit is full"),
                unsteady,
            ),
            Night(changed(12, new=5, unchanged=95, code="late")),
        ),
    ),
    Fault(
        "one-page-only", ("T11",), "after an upgrade shows page 1 only and no token",
        "shows all records on; says on the first night that most are missing; removals wait for an approval",
        (
            Night(whole()),
            Night(
                Expect(
                    "complete", "published", "many_missing", HELLO + 1,
                    {"fetched": 25, "unchanged": 25, "missing": 75}, missing=after(25),
                ),
                one_page_only, wish=FULL,
            ),
            Night(
                Expect(
                    "complete", "additions", "many_withdrawn", HELLO + 1,
                    {"fetched": 25, "unchanged": 25, "lapsed": 75}, missing=after(25),
                ),
                one_page_only, wish=FULL,
            ),
            Night(changed(WHOLE, unchanged=25, changed=75)),
        ),
        both=True,
    ),
    Fault(
        "one-page-of-many", ("T11", "T9"), "shows 25 records, ends the list, and says that there are 100",
        "publishes the 25 and says that 75 were declared and never came",
        (
            Night(
                Expect("complete", "published", "fewer_than_declared", HELLO + 1, {"fetched": 25, "new": 25},
                       absent=after(25), noticed={"size_differs"},
                       late="the sentence of the visit says that 75 are missing"),
                one_page_of_many,
            ),
        ),
    ),
    Fault(
        "poison-500", ("T12",), "answers 500 wherever record 57 would be shown",
        "finds the one record by halving, rejects it with its reason, and goes on",
        (Night(isolated(80, repeated=1), breaking(server_error)),),
        both=True,
    ),
    Fault(
        "poison-cut", ("T12", "H11"), "breaks off inside record 57 wherever it would be shown",
        "finds the one record by halving, rejects it with its reason, and goes on",
        (Night(isolated(80, repeated=1, kept={"malformed": 1}), breaking(cut_off)),),
    ),
    Fault(
        "poison-without-dates", ("T12",), "answers 500 wherever record 57 would be shown, and refuses from and until",
        "asks for the headers and then for each record",
        (Night(isolated(70, noticed={"dates_none"}), breaking(server_error, windows=False)),),
    ),
    Fault(
        "dropped-set", ("T13",), "forgets the set after the first page and goes on with everything",
        "notices by the sets in the headers, takes nothing that was not asked for, and says so",
        (
            Night(
                Expect("partial", "published", "set_dropped", HELLO + 2, {"fetched": 25, "new": 25},
                       absent=lambda place: set(chosen(place)[25:])),
                dropping_the_set, day=two_sets,
            ),
        ),
        source={"set": "chon"}, wanted=lambda entry: "chon" in entry.sets,
    ),
)  # fmt: skip
