"""The HTTP layer: rules H1 to H16, and the hostile servers of the hazards."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from functools import cache

from harvester.manners import Auth
from tests.town.fault import (
    HELLO,
    NEXT,
    WHOLE,
    Expect,
    Fault,
    Night,
    anything,
    deferred,
    failed,
    is_page,
    once_at,
    partial,
    same,
    times,
    whole,
    wires,
)
from tests.town.wire import (
    Act,
    Asked,
    Wire,
    broken_chunks,
    chunked,
    closing,
    dripping,
    endless,
    endless_head,
    hinting,
    no_http,
    promising,
    reset,
    right,
    silent,
    two_lengths,
)

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def html(title: str, inside: str, status: int = 200, *headers: tuple[str, str]) -> Callable[[Asked], Wire]:
    """A page for people instead of an answer."""
    body = (
        f'<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body>{inside}</body></html>"
    )
    return lambda asked: Wire(body.encode(), status, (*HTML, *headers))


MAINTENANCE = html(
    "Bảo trì hệ thống", "<h1>Hệ thống đang bảo trì</h1><p>Mời thầy cô và các em quay lại sau 22 giờ.</p>"
)
LOGIN = html(
    "Đăng nhập | Thư viện số",
    '<form action="/login/index.php" method="post"><input name="username"><input type="password" name="password">'
    "<button>Đăng nhập</button></form>",
)
PARKED = html(
    "truong-cu.example", "<h1>truong-cu.example</h1><p>This domain is for sale. Tên miền này đang được rao bán.</p>"
)
LANDING = html("DSpace :: Trang chủ", "<ds-app></ds-app><script src='main.js'></script>")
CLOUDFLARE = html(
    "Just a moment...", "<div id='challenge-error-text'>Enable JavaScript and cookies to continue</div>", 403,
    ("cf-mitigated", "challenge"), ("Server", "cloudflare"),
)  # fmt: skip
ANUBIS = html(
    "Making sure you&#39;re not a bot!",
    '<script id="anubis_version" type="application/json">"v1.21.3"</script><p>Protected by Anubis</p>'
    '<script id="anubis_challenge" type="application/json">{"challenge": "4f2a"}</script>',
)


def status(number: int, *headers: tuple[str, str]) -> Callable[[Asked], Wire]:
    """An answer without a body."""
    return lambda asked: Wire(b"", number, (("Content-Type", "text/plain"), *headers))


def wait(text: str, number: int = 503) -> Callable[[Asked], Wire]:
    """503 with Retry-After."""
    return status(number, ("Retry-After", text))


def in_seconds(seconds: int) -> Callable[[Asked], Wire]:
    """503 with Retry-After as a date, so many seconds from the night's clock."""

    def make(asked: Asked) -> Wire:
        moment = asked.place.repository.clock + timedelta(seconds=seconds)  # the clock of its header Date
        return wait(format_datetime(moment, usegmt=True))(asked)

    return make


def sent(how: object) -> Callable[[Asked], Wire]:
    """The right answer, sent in another way."""
    return lambda asked: replace(right(asked), send=how)  # type: ignore[arg-type]


def half(how: object) -> Callable[[Asked], Wire]:
    """Two thirds of the answer, sent in a way that does or does not tell."""

    def make(asked: Asked) -> Wire:
        body = asked.right()
        return Wire(body[: len(body) * 2 // 3], send=how)  # type: ignore[arg-type]

    return make


def forgotten(asked: Asked) -> Wire:
    """The token of the day before is unknown; those of tonight are good."""
    memory = asked.place.memory
    if asked.token and not memory.get("begun"):
        return Wire(asked.error("badResumptionToken", "the token has expired"))
    memory["begun"] = memory.get("begun") or asked.page == 1
    return right(asked)


def in_unprocessable(asked: Asked) -> Wire:
    """Errors of the protocol come with status 422."""
    wire = right(asked)
    return replace(wire, status=422) if b"<error " in wire.body else wire


def guarded(asked: Asked) -> Wire:
    """Lets in who gives the right user and password."""
    given = base64.b64encode("kho:mật khẩu".encode()).decode()
    if asked.headers.get("Authorization") != f"Basic {given}":
        return status(401, ("WWW-Authenticate", 'Basic realm="OAI"'))(asked)
    return right(asked)


def moved(where: str, number: int = 302, query: bool = True) -> Act:
    """Every question is redirected; ``{other}`` is the institution's other address."""

    def act(asked: Asked) -> Wire:
        if asked.elsewhere or asked.path == "/oai/moi":
            return right(asked)
        target = where.format(other=asked.place.other_url)
        return status(number, ("Location", f"{target}?{asked.query}" if query else target))(asked)

    return act


def round_and_round(asked: Asked) -> Wire:
    """/a leads to /b and /b to /a."""
    return status(302, ("Location", "/b" if asked.path == "/a" else "/a"))(asked)


def behind_a_query(asked: Asked) -> Wire:
    """The address has a query of its own (OJS), without which there is no OAI-PMH."""
    own = {"journal": "index", "page": "oai"}
    if any(asked.arguments.get(name) != value for name, value in own.items()):
        return LANDING(asked)
    return Wire(asked.right(**dict.fromkeys(own)))


def html_by_taste(asked: Asked) -> Wire:
    """HTML for whoever would take HTML before XML, as browsers do."""
    accept = asked.headers.get("Accept", "text/html")
    return right(asked) if accept.startswith(("text/xml", "application/xml")) else LANDING(asked)


def strict_about_arguments(asked: Asked) -> Wire:
    """Refuses empty arguments, a verb that is not first, and anything but GET."""
    if not asked.query.startswith("verb=") or "" in asked.arguments.values():
        return Wire(asked.error("badArgument", "empty argument"))
    return right(asked)


def packed(asked: Asked, *headers: tuple[str, str]) -> Wire:
    """gzip, whatever was asked for."""
    wire = Wire(gzip.compress(asked.right(), 1))
    return replace(wire, headers=(*wire.headers, *headers))


def falsely_packed(asked: Asked) -> Wire:
    """Says gzip and sends plain bytes, unless nothing but plain bytes is taken."""
    wire = right(asked)
    plain = asked.headers.get("Accept-Encoding", "") == "identity"
    return wire if plain else wire.having("Content-Encoding", "gzip")


@cache
def bomb(times_: int = 1) -> bytes:
    """100 MB of white space in 100 kB, and packed again where asked."""
    body = gzip.compress(b" " * 100_000_000, 9)
    for _ in range(times_ - 1):
        body = gzip.compress(body, 9)
    return body


def exploding(times_: int) -> Callable[[Asked], Wire]:
    """A body that is a thousand times larger than it looks."""
    coding = ", ".join(["gzip"] * times_)
    return lambda asked: Wire(bomb(times_)).having("Content-Encoding", coding)


def first(code: str, what: object, requests: int, server: str, kho: str, **more: object) -> dict[str, object]:
    """The fields of a fault whose server says this to every question from the first one on."""
    return {
        "server": server, "kho": kho,
        "nights": (Night(failed(code, requests), wires(anything, what)),),  # type: ignore[arg-type]
        **more,
    }  # fmt: skip


def mended(make: object, count: int = 2, page: int = 2) -> tuple[Night, ...]:
    """A page fails so many times, and comes when it is asked for again."""
    return (Night(whole(WHOLE + count), times(count, is_page(page), make)),)  # type: ignore[arg-type]


AGAIN = "asks again, a little later each time, and reads the whole list"
BLOCKED = "does not ask again; says that the institution must let it in"

FAULTS = (
    Fault("maintenance", ("H1",), **first(
        "maintenance", MAINTENANCE, 5, "shows a maintenance page with status 200",
        "names it and waits for another night",
    ), both=True),
    Fault(
        "maintenance-in-the-middle", ("H1",), "shows a maintenance page with status 200 after the second page",
        "keeps and publishes the two pages; the rest comes the next night",
        (
            Night(partial("maintenance", HELLO + 10, 50), wires(once_at(3), MAINTENANCE)),
            Night(Expect("complete", "published", "whole", WHOLE + 2, {"fetched": 100, "new": 50, "unchanged": 50})),
        ),
    ),
    Fault("login", ("H1",), **first("login", LOGIN, 1, "shows a login form with status 200", BLOCKED)),
    Fault("parked", ("H1",), **first(
        "parked", PARKED, 1, "is a domain for sale", "says that the address must be looked up anew",
    )),
    Fault("landing-page", ("H1", "H9"), **first(
        "html_page", LANDING, 1, "shows the home page of DSpace", "says that this is not the OAI-PMH address",
    )),
    Fault("refused", ("H2",), "refuses every connection", "asks five times at most and fails",
          (Night(failed("refused", 0)),), source={"url": "http://127.0.0.1:1/oai"}),
    Fault("reset", ("H2",), **first("cut", lambda asked: Wire(b"", send=reset), 5, "resets every connection",
                                    "asks five times at most and fails")),
    Fault("reset-now-and-then", ("H2",), "resets the connection twice", AGAIN,
          mended(lambda asked: Wire(b"", send=reset))),
    Fault("retry-after-seconds", ("H3",), "is busy twice and says for how many seconds", AGAIN, mended(wait("2"))),
    Fault("retry-after-date", ("H3",), "is busy twice and says until when", AGAIN, mended(in_seconds(2))),
    Fault("retry-after-in-the-past", ("H3",), "says that it was busy until an hour ago", AGAIN,
          mended(in_seconds(-3600))),
    Fault("retry-after-negative", ("H3",), "says Retry-After: -5", AGAIN, mended(wait("-5"))),
    Fault("retry-after-words", ("H3",), "says Retry-After: soon", AGAIN, mended(wait("soon"))),
    Fault("retry-after-a-day", ("H3",), "asks to wait for a day after the first page",
          "keeps the page and its place, goes on when the day has passed, and never asks before",
          (
              Night(deferred(HELLO + 2, 25), times(1, is_page(2), wait("86400"))),
              Night(whole(3), days=2),
          ), both=True),
    Fault("retry-after-for-ever", ("H3",), "says Retry-After: 999999999", "waits a week at most",
          (Night(deferred(1), wires(anything, wait("999999999"))), Night(whole(WHOLE), days=8))),
    Fault("deferred-and-forgotten", ("H3", "T6"),
          "asks to wait for a day after two pages, and forgets its tokens meanwhile",
          "goes on behind what it has, under the same visit; what it had counts once",
          (Night(deferred(HELLO + 3, 50), times(1, is_page(3), wait("86400"))),
           Night(whole(WHOLE + 1, ledger={"fetched": 101, "repeated": 1}, noticed={"token_expired"}),
                 forgotten, days=2))),
    Fault("too-many-requests", ("H3",), "answers 429 twice without saying for how long", AGAIN, mended(status(429))),
    Fault("banned-for-a-day", ("H3",), "answers 429 and wants a day of quiet", "keeps away for a day",
          (Night(deferred(1), wires(anything, wait("86400", 429))), Night(whole(WHOLE), days=2))),
    *(
        Fault(f"status-{number}", ("H4",), f"answers {number} twice", AGAIN, mended(status(number)))
        for number in (408, 500, 502, 504)
    ),
    Fault("down-in-the-middle", ("H4",), "answers 502 to everything after the second page",
          "keeps and publishes the two pages",
          (Night(partial("status", HELLO + 20, 50), wires(once_at(3), status(502))),)),
    Fault("down", ("H4",), **first("status", status(500), 5, "answers 500 to everything", "asks five times at most")),
    Fault("errors-with-422", ("H4", "P1"), "answers noRecordsMatch with status 422", "reads the answer all the same",
          (Night(whole()), Night(same(NEXT), in_unprocessable))),
    Fault("not-found", ("H2",), **first("gone", status(404), 1, "answers 404", "says that the address does not work")),
    Fault("cloudflare", ("H5",), **first("robot_check", CLOUDFLARE, 1, "lets nobody in without a browser", BLOCKED)),
    Fault("anubis", ("H5",), **first("robot_check", ANUBIS, 1, "shows a proof-of-work page with status 200", BLOCKED)),
    Fault("waf", ("H5",), **first(
        "robot_check", status(202, ("x-amzn-waf-action", "challenge")), 1, "answers nothing and x-amzn-waf-action",
        BLOCKED,
    )),
    Fault("forbidden", ("H5",), **first("blocked", html("403 Forbidden", "nginx", 403), 1,
                                        "answers 403 to our User-Agent", BLOCKED)),
    Fault("moved-within", ("H6",), "redirects every question to another path", "follows, and keeps the question",
          (Night(whole(2 * WHOLE, code="moved", noticed={"moved"}), moved("/oai/moi", 301)),)),
    Fault("moved-without-question", ("H6", "H8"), "redirects and drops the question", "puts the question back",
          (Night(whole(2 * WHOLE), moved("/oai/moi", 302, query=False)),)),
    Fault("round-and-round", ("H6",), **first("redirects", round_and_round, 6, "redirects in a circle",
                                              "follows five times")),
    Fault("moved-for-good", ("H6",), "has moved to another host for good (301)",
          "reads there, and says that the address must be changed",
          (Night(whole(2 * WHOLE, code="moved", noticed={"moved"}), moved("{other}", 301)),), elsewhere=True),
    Fault("moved-for-a-while", ("H6",), **first("left_host", moved("{other}", 302), 1,
          "redirects to another host for the moment (302)", "does not follow to a host that nobody registered",
          elsewhere=True)),
    Fault("moved-to-a-file", ("H6",), **first("forbidden_redirect", moved("file:///etc/passwd", 302, query=False), 1,
                                              "redirects to file:///etc/passwd", "asks http and https only")),
    Fault("moved-to-metadata-service", ("H6",), **first(
        "forbidden_redirect", moved("http://169.254.169.254/latest/meta-data/", 301, query=False), 1,
        "redirects to the metadata service of a cloud", "connects to no such address")),
    Fault("other-base-url", ("H7",), "says in Identify that its address is http://localhost:8080/oai",
          "asks where it was told to, and says that the two differ", (Night(whole(noticed={"base_url_differs"})),),
          institution={"base_url": "http://localhost:8080/oai"}),
    Fault("address-with-query", ("H8",), "has a query in its address", "adds the question to it",
          (Night(whole(noticed={"base_url_differs"}), behind_a_query),),
          source={"url": "{url}?journal=index&page=oai"}),
    Fault("html-for-browsers", ("H9",), "answers HTML to whoever would take it", "asks for XML first",
          (Night(whole(), html_by_taste),)),
    Fault("gzip-unannounced", ("H10",), "packs every answer and does not say so", "looks at the first bytes",
          (Night(whole(), packed),)),
    Fault("gzip-in-name-only", ("H10",), "says gzip and sends plain bytes", "takes the bytes for what they are",
          (Night(whole(2 * WHOLE), falsely_packed),)),
    Fault("unknown-coding", ("H10",), **first(
        "coding", lambda asked: right(asked).having("Content-Encoding", "br"), 2, "packs with brotli, unasked",
        "asks once more without, then says that this coding was not offered")),
    Fault("bomb", ("H10",), "sends 100 kB that unpack to 100 MB", "sees what it is, and stops",
          (Night(partial("bomb", HELLO + 10, 25), wires(once_at(2), exploding(1))),)),
    Fault("bomb-in-bomb", ("H10",), "packs a bomb three times", "unpacks once at most",
          (Night(partial("coding", HELLO + 10, 25), wires(once_at(2), exploding(3))),)),
    Fault("cut-by-length", ("H11",), "promises more bytes than it sends, twice", AGAIN, mended(half(promising(500)))),
    Fault("cut-in-chunks", ("H11",), "breaks off inside a chunk, twice", AGAIN, mended(sent(broken_chunks))),
    Fault("cut-without-length", ("H11",), "closes the connection early and had named no length, twice", AGAIN,
          mended(half(closing))),
    Fault("cut-from-then-on", ("H11",), "cuts every answer after the second page, and the length agrees",
          "accepts no cut page; keeps and publishes the two whole ones",
          (Night(partial("malformed", HELLO + 20, 50, kept={"malformed": 2}),
                 wires(once_at(3), half(lambda handler, wire: handler.whole(wire)))),)),
    Fault("more-than-promised", ("H11",), "sends more bytes than Content-Length says", AGAIN,
          (Night(whole(WHOLE + 2), times(2, is_page(2), sent(promising(-400)))),)),
    Fault("chunks", ("H11",), "sends chunks with extensions and a trailer", "reads them",
          (Night(whole(), wires(anything, sent(chunked))),)),
    Fault("early-hints", ("H11",), "sends an informational answer before the real one", "waits for the real one",
          (Night(whole(), wires(anything, sent(hinting))),)),
    Fault("two-lengths", ("H11",), "names two lengths that differ, twice", AGAIN, mended(sent(two_lengths))),
    Fault("endless-head", ("H11",), "sends headers without end, twice", AGAIN, mended(sent(endless_head))),
    Fault("no-head", ("H11",), "forgets the head of its answer, twice", AGAIN, mended(sent(no_http))),
    Fault("plain-behind-https", ("H12",), "speaks no TLS at its https address", "names the fault of TLS",
          (Night(failed("tls_plain", 0)),), source={"url": "https://{host}/oai/request"}),
    Fault("strict-about-arguments", ("H13",), "refuses empty arguments and a verb that is not first",
          "sends no empty argument and the verb first", (Night(whole(), strict_about_arguments),)),
    Fault("asks-for-a-password", ("H14",), **first(
        "unauthorized", status(401, ("WWW-Authenticate", 'Basic realm="OAI"')), 1, "answers 401",
        "says that a user is needed")),
    Fault("knows-a-password", ("H14",), "answers 401 to whoever does not give a user and a password",
          "gives those of the environment, to this address only",
          (Night(whole(), guarded),), source={"auth": Auth("${OAI_USER}", "${OAI_PASSWORD}")}),
    Fault("dripping", ("H15",), "sends the third page a byte at a time", "gives up after the total time of a question",
          (Night(partial("too_slow", HELLO + 20, 50), wires(once_at(3), sent(dripping))),), slow=True),
    Fault("silent", ("H15",), "takes the question for the third page and never answers",
          "gives up after the total time of a question",
          (Night(partial("too_slow", HELLO + 20, 50), wires(once_at(3), sent(silent))),), slow=True),
    Fault("endless-body", ("H15", "H16"), "sends a body without end", "stops at the limit of a page",
          (Night(partial("too_large", HELLO + 10, 25), wires(once_at(2), sent(endless))),),
          source={"max_page": 1_000_000}),
    Fault("one-huge-page", ("H16",), "shows all 3000 records on one page", "reads them",
          (Night(whole(HELLO + 1, 3000)),), records=3000, page=3000),
    Fault("empty-body", ("H1",), **first("malformed", status(200), 5, "answers 200 and nothing",
                                         "accepts no answer of nothing")),
)  # fmt: skip
