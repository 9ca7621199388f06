"""Tokens and paging: rules T1 to T13."""

from __future__ import annotations

import re
from dataclasses import replace

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
    edit,
    every,
    listing,
    named,
    ordered,
    partial,
    whole,
)
from tests.town.wire import Act, Asked, Place, Wire, envelope, right

_TOKEN = re.compile(rb"(<resumptionToken[^>]*>)([^<]*)(</resumptionToken>)")


def token_in(body: bytes) -> bytes:
    """The token that an answer hands out; empty for none."""
    found = _TOKEN.search(body)
    return found[2] if found else b""


def with_token(body: bytes, token: bytes) -> bytes:
    """Hand out another token."""
    return _TOKEN.sub(lambda found: found[1] + token + found[3], body)


def handing(make: object) -> Act:
    """Hand out what ``make(asked, right token)`` says; and take it back by looking it up."""

    def act(asked: Asked) -> Wire:
        back = asked.place.memory.setdefault("tokens", {})
        said = asked.token
        if said is not None and said not in back:
            return Wire(asked.error("badResumptionToken", "no such token"))
        body = asked.right(resumptionToken=back[said] if said is not None else None)
        token = token_in(body)
        if not token:
            return Wire(body)
        word = make(asked, token.decode())  # type: ignore[operator]
        back[word] = token.decode()
        return Wire(with_token(body, word.replace("&", "&amp;").encode()))

    return act


def padded(asked: Asked) -> Wire:
    """White space and line breaks around every token; only the bare token is taken back."""
    body = asked.right()
    return Wire(with_token(body, b"\n      " + token_in(body) + b"\t\n    ") if token_in(body) else body)


def one_more(body: bytes) -> bytes:
    """Hand out a token after the last page too."""
    return body if token_in(body) else with_token(body, f"oai_dc!!!!{RECORDS}".encode())


def past_the_end(answer: str) -> Act:
    """The last page has a token; what stands behind it is noRecordsMatch, or a list of nothing."""

    def act(asked: Asked) -> Wire:
        if asked.token == f"oai_dc!!!!{RECORDS}":
            empty = envelope(asked.place.repository, b"<ListRecords></ListRecords>")
            return Wire(asked.error("noRecordsMatch", "nothing") if answer == "noRecordsMatch" else empty)
        body = asked.right()
        return Wire(one_more(body) if listing(asked) else body)

    return act


def again(page: int, token: str) -> Act:
    """The answer of a page hands out this token instead of the right one."""

    def act(asked: Asked) -> Wire:
        body = asked.right()
        return Wire(with_token(body, token.encode()) if listing(asked) and asked.page == page else body)

    return act


def always_the_first_page(asked: Asked) -> Wire:
    """Whatever token comes, the first page goes out, with a token of its own each time."""
    body = asked.right(**({"resumptionToken": None, "metadataPrefix": "oai_dc"} if listing(asked) else {}))
    return Wire(with_token(body, b"page-%d" % asked.number) if listing(asked) else body)


def nothing_for_ever(asked: Asked) -> Wire:
    """After the first page: lists of nothing, each with a new token."""
    if not listing(asked) or asked.token is None:
        return right(asked)
    token = f"<ListRecords><resumptionToken>p{asked.number}</resumptionToken></ListRecords>"
    return Wire(envelope(asked.place.repository, token.encode()))


def more_for_ever(asked: Asked) -> Wire:
    """New records for ever, whatever completeListSize says."""
    if not listing(asked):
        return right(asked)
    number = int(asked.token or "0")
    body = asked.right(resumptionToken=None, metadataPrefix="oai_dc")
    return Wire(with_token(body.replace(b".example:", b".example:%d-" % number), b"%d" % (number + 1)))


def one_word(asked: Asked) -> Wire:
    """The server keeps the place itself: the same token for every page, and each answer goes on."""
    if not listing(asked):
        return right(asked)
    memory = asked.place.memory
    memory["offset"] = memory.get("offset", -PAGE) + PAGE if asked.token else 0
    body = asked.right(
        resumptionToken=f"oai_dc!!!!{memory['offset']}" if asked.token else None,
        metadataPrefix=None if asked.token else "oai_dc",
    )
    return Wire(with_token(body, b"session-7f3a") if token_in(body) else body)


def forgetting(pages: int, once: bool, windows: bool = True) -> Act:
    """Every list's token is forgotten when so many pages of it are out: the server restarts, or cleans up."""

    def act(asked: Asked) -> Wire:
        memory = asked.place.memory
        dated = asked.arguments.keys() & {"from", "until"}
        if dated and not windows:
            return Wire(asked.error("badArgument", "selective harvesting is off"))
        forgets = listing(asked) and asked.token is not None and asked.page == pages + 1
        if forgets and not (once and memory.get("restarted")):
            memory["restarted"] = True
            return Wire(asked.error("badResumptionToken", "the token has expired"))
        return right(asked)

    return act


def raw_only(asked: Asked) -> Wire:
    """Tokens have signs that the server only understands as they are: what comes encoded is an unknown token."""
    sent = re.search(r"resumptionToken=([^&]*)", asked.query)
    if sent is None:
        body = asked.right()
        return Wire(with_token(body, _dressed(token_in(body))) if token_in(body) else body)
    if "%" in sent[1]:
        return Wire(asked.error("badResumptionToken", "no such token"))
    body = asked.right(resumptionToken=sent[1].replace("/", "!").removeprefix("+"))
    return Wire(with_token(body, _dressed(token_in(body))) if token_in(body) else body)


def _dressed(token: bytes) -> bytes:
    return b"+" + token.replace(b"!", b"/")


def prefix_again(asked: Asked) -> Wire:
    """The question for the next page must name the metadataPrefix again."""
    if listing(asked) and asked.token is not None:
        if "metadataPrefix" not in asked.arguments:
            return Wire(asked.error("badArgument", "Missing metadataPrefix parameter"))
        return Wire(asked.right(metadataPrefix=None, set=None, until=None, **{"from": None}))
    return right(asked)


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
SIGNS = "{}+{}%2B !&=;/?#|ế"

FAULTS = (
    Fault(
        "blank-token", ("T1",), "ends the list with a token of white space", "takes it for the end",
        (Night(whole(), every(lambda body: body if token_in(body) else with_token(body, b" \n\t "))),),
    ),
    Fault(
        "padded-token", ("T2",), "puts line breaks around every token and takes only the bare one back",
        "strips the token", (Night(whole(), padded),),
    ),
    Fault(
        "token-past-the-end", ("T3",), "hands out a token after the last page and answers it with noRecordsMatch",
        "takes that for the end of the list", (Night(whole(WHOLE + 1), past_the_end("noRecordsMatch")),), both=True,
    ),
    Fault(
        "empty-page-past-the-end", ("T3",), "hands out a token after the last page and answers it with no record",
        "takes that for the end of the list", (Night(whole(WHOLE + 1), past_the_end("empty")),),
    ),
    Fault(
        "same-token", ("T4",), "answers page 2 with the token of page 2, for ever",
        "stops at the first page that shows nothing new under a token it had; publishes what it has",
        (Night(partial("loop", HELLO + 3, 50), again(2, "oai_dc!!!!25")), Night(changed(20, new=50, unchanged=50))),
        both=True,
    ),
    Fault(
        "always-page-one", ("T4",), "answers every token with page 1 and a token never seen before",
        "stops after three pages without a new record",
        (Night(partial("loop", HELLO + 4, 25, ledger={"fetched": 75, "repeated": 50}), always_the_first_page),),
    ),
    Fault(
        "empty-pages-for-ever", ("T4",), "after page 1 answers with lists of nothing and ever new tokens",
        "stops after three pages without a new record",
        (Night(partial("loop", HELLO + 4, 25), nothing_for_ever),),
    ),
    Fault(
        "records-for-ever", ("T4",), "invents new records for ever, far beyond completeListSize",
        "stops at ten times what the server declared",
        (Night(partial("loop", HELLO + 42, 1000, absent=lambda place: set()), more_for_ever),),
    ),
    Fault(
        "one-token-for-all", ("T4",), "uses one token for all pages and remembers the place itself",
        "goes on as long as new records come", (Night(whole(), one_word),),
    ),
    Fault(
        "cycle", ("T5",), "page 3 leads back to page 2", "stops at the first page that it has had",
        (Night(partial("loop", HELLO + 4, 75), again(3, "oai_dc!!!!25")),),
    ),
    Fault(
        "restarted", ("T6",), "forgets its tokens once, after two pages",
        "goes on behind the records that it has; what it reads twice counts once",
        (Night(whole(HELLO + 7, ledger={"fetched": 150, "repeated": 50}), forgetting(2, once=True)),), both=True,
    ),
    Fault(
        "short-memory", ("T6", "H15"), "forgets every token after two pages, always",
        "asks in windows of time that are small enough", (Night(whole(60), forgetting(2, once=False)),),
    ),
    Fault(
        "short-memory-without-dates", ("T6",), "forgets every token after two pages and refuses from and until",
        "keeps the two pages and says that the list cannot be read to its end",
        (Night(partial("protocol", 20, 50), forgetting(2, once=False, windows=False)),),
    ),
    Fault(
        "signs-in-token", ("T7",), "puts + % & = # and spaces into its tokens", "encodes every sign",
        (Night(whole(), handing(lambda asked, token: SIGNS.format(token, asked.number))),),
    ),
    Fault(
        "raw-token", ("T7",), "does not know its own token when it comes percent-encoded",
        "sends it once as it is, and remembers",
        (
            Night(whole(WHOLE + 1), raw_only),
            Night(changed(HELLO + 2, changed=30), raw_only, day=edit(*range(1, 31))),
        ),
    ),
    Fault(
        "prefix-again", ("T8",), "wants metadataPrefix beside the resumptionToken",
        "says it again when asked, and remembers",
        (
            Night(whole(WHOLE + 1), prefix_again),
            Night(changed(HELLO + 2, changed=30), prefix_again, day=edit(*range(1, 31))),
        ),
    ),
    Fault(
        "declares-too-much", ("T9",), "says completeListSize 44264 and has 100", "reads to the end and says so",
        (Night(whole(code="fewer_than_declared"), declaring(b"44264")),),
    ),
    Fault(
        "declares-nothing", ("T9",), "leaves completeListSize out", "does not need it",
        (Night(whole(), declaring(None)),),
    ),
    Fault(
        "declares-less-and-less", ("T9",), "says a smaller completeListSize on each page", "reads to the end",
        (Night(whole(), shrinking),),
    ),
    Fault(
        "unsteady-order", ("T10",), "shows five records twice and five never: its order is not stable",
        "counts the repeated ones, distrusts the list and reads it again the next night",
        (
            Night(
                whole(new=95, ledger={"fetched": 100, "repeated": 5}, absent=between(70, 75),
                      late="repeated records are a sign of missed ones: the next visit is full"),
                unsteady,
            ),
            Night(changed(WHOLE, new=5, unchanged=95)),
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
                       absent=after(25), late="the sentence of the visit says that 75 are missing"),
                one_page_of_many,
            ),
        ),
    ),
    Fault(
        "poison-500", ("T12",), "answers 500 wherever record 57 would be shown",
        "finds the one record by halving, rejects it with its reason, and goes on",
        (Night(whole(80, 99, ledger={"fetched": 100, "rejected": 1}, rejected={"poison": 1}, absent=named(57)),
               breaking(server_error)),),
        both=True,
    ),
    Fault(
        "poison-cut", ("T12", "H11"), "breaks off inside record 57 wherever it would be shown",
        "finds the one record by halving, rejects it with its reason, and goes on",
        (Night(whole(80, 99, ledger={"fetched": 100, "rejected": 1}, rejected={"poison": 1}, absent=named(57)),
               breaking(cut_off)),),
    ),
    Fault(
        "poison-without-dates", ("T12",), "answers 500 wherever record 57 would be shown, and refuses from and until",
        "asks for the headers and then for each record",
        (Night(whole(60, 99, ledger={"fetched": 100, "rejected": 1}, rejected={"poison": 1}, absent=named(57)),
               breaking(server_error, windows=False)),),
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
