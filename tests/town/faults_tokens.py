"""Tokens: rules T1 to T8."""

from __future__ import annotations

import re

from tests.town.fault import (
    HELLO,
    NEXT,
    PAGE,
    RECORDS,
    WHOLE,
    Fault,
    Names,
    Night,
    changed,
    edit,
    every,
    listing,
    live,
    partial,
    whole,
)
from tests.town.wire import Act, Asked, Wire, envelope, right

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
    body = asked.right(resumptionToken=None, metadataPrefix="oai_dc").replace(b".example:", b".example:%d-" % number)
    invented = asked.place.memory.setdefault("invented", [])
    invented.append({name.decode() for name in re.findall(rb"<identifier>([^<]*)", body)})
    return Wire(with_token(body, b"%d" % (number + 1)))


def invented(pages: int) -> Names:
    """What stood on so many pages of invented records."""
    return lambda place: set().union(*place.memory["invented"][:pages])


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
        "takes that for the end of the list",
        (Night(whole(WHOLE + 1, noticed={"past_the_end"}), past_the_end("noRecordsMatch")),), both=True,
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
        (Night(partial("loop", HELLO + 41, 1000, absent=live, standing=invented(40)), more_for_ever),),
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

        (Night(whole(HELLO + 7, ledger={"fetched": 101, "repeated": 1}, noticed={"token_expired"}),
               forgetting(2, once=True)),), both=True,
    ),
    Fault(
        "short-memory", ("T6", "H15"), "forgets every token after two pages, always",
        "asks in windows of time that are small enough",
        (Night(whole(20, ledger={"fetched": 102, "repeated": 2}, noticed={"token_expired"}),
               forgetting(2, once=False)),),
    ),
    Fault(
        "short-memory-without-dates", ("T6",), "forgets every token after two pages and refuses from and until",
        "keeps the two pages and says that the list cannot be read to its end",
        (
            Night(
                partial("token_lost", 20, 50, ledger={"fetched": 150, "repeated": 100},
                        noticed={"token_expired", "dates_none"}),
                forgetting(2, once=False, windows=False),
            ),
        ),
    ),
    Fault(
        "signs-in-token", ("T7",), "puts + % & = # and spaces into its tokens", "encodes every sign",
        (Night(whole(), handing(lambda asked, token: SIGNS.format(token, asked.number))),),
    ),
    Fault(
        "raw-token", ("T7",), "does not know its own token when it comes percent-encoded",
        "sends it once as it is, and remembers",
        (
            Night(whole(WHOLE + 1, noticed={"token_encoding_verbatim"}), raw_only),
            Night(changed(NEXT + 1, changed=30), raw_only, day=edit(*range(1, 31))),
        ),
    ),
    Fault(
        "prefix-again", ("T8",), "wants metadataPrefix beside the resumptionToken",
        "says it again when asked, and remembers",
        (
            Night(whole(WHOLE + 1, noticed={"token_arguments_repeated"}), prefix_again),
            Night(changed(NEXT + 1, changed=30), prefix_again, day=edit(*range(1, 31))),
        ),
    ),
)  # fmt: skip
