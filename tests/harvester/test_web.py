"""Asking: what a question looks like, which answers are taken, and where a redirect may lead."""

from __future__ import annotations

import gzip
import mmap
import random
import socket
import threading
from collections.abc import Iterator
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.errors import Deferred, Interrupted, SourceError
from harvester.guard import connect
from harvester.manners import Auth
from harvester.messages import who_must_act
from harvester.urls import asking, merge, place_of
from harvester.waiting import LONGEST_RETRY_AFTER, asked_to_wait, retry_after
from harvester.web import Web
from tests.harvester.asking import XML, Answer, Fake, Server, reply, web
from tests.harvester.asking import closing as closing


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


def fault(asked: Web, url: str) -> SourceError:
    with pytest.raises(SourceError) as found:
        asked.get(url, {"verb": "Identify"})
    return found.value


# --- the question -----------------------------------------------------------------------------------------------------


def test_H9_a_question_says_who_asks_and_what_is_understood(server: Server) -> None:
    server.answers = [reply(body=b"<x/>")]
    assert web().get(server.url, {"verb": "Identify"}).content == b"<x/>"
    assert server.paths == ["/oai?verb=Identify"]
    said = server.headers[0]
    assert "a@truong.example" in said["User-Agent"]
    assert said["Accept"] == "text/xml, application/xml;q=0.9, */*;q=0.1"
    assert said["Accept-Encoding"] == "gzip"


def test_a_contact_of_two_lines_makes_no_header_of_its_own(server: Server) -> None:
    server.answers = [reply()]
    web(contact="a@truong.example\r\nX-Evil: 1").get(server.url, {})
    assert "X-Evil" not in server.headers[0]


@pytest.mark.parametrize(
    ("url", "arguments", "asked"),
    [
        ("http://a.example/index.php?page=oai", {"verb": "Identify"}, "/index.php?page=oai&verb=Identify"),
        ("http://a.example/index.php?journal=x&page=oai", {"verb": "A"}, "/index.php?journal=x&page=oai&verb=A"),
        ("http://a.example/?mode=oaipmh", {"verb": "ListSets"}, "/?mode=oaipmh&verb=ListSets"),
        ("http://a.example/oai?verb=Identify", {"verb": "ListSets"}, "/oai?verb=ListSets"),
        ("http://a.example/oai?", {"verb": "ListSets"}, "/oai?verb=ListSets"),
        ("http://a.example", {"verb": "ListSets"}, "/?verb=ListSets"),
    ],
)
def test_H8_a_query_of_the_base_url_is_kept(url: str, arguments: dict[str, str], asked: str) -> None:
    assert merge(url, arguments) == "http://a.example" + asked


def test_H13_a_question_is_a_GET_with_its_verb_first_and_nothing_empty(server: Server) -> None:
    server.answers = [reply()]
    web().get(server.url, {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "", "from": ""})
    assert server.paths == ["/oai?verb=ListRecords&metadataPrefix=oai_dc"]


TOKENS = ["a b", "a+b", "a%2Fb", "a&b=c", "a=b==", "ký tự", "!!", "a/b|c", "x;y", "?#"]


@pytest.mark.parametrize("token", TOKENS)
def test_T7_tokens_are_encoded_strictly(server: Server, token: str) -> None:
    server.answers = [reply()]
    web().get(server.url, {"resumptionToken": token})
    assert parse_qs(urlsplit(server.paths[0]).query)["resumptionToken"] == [token]
    assert not set(server.paths[0].partition("Token=")[2]) & set(" +/&=|;?#")


def test_T7_a_token_can_be_sent_as_it_is(server: Server) -> None:
    server.answers = [reply()]
    for token in ("a%7Cb", "a/b:c|d!e==", "a+b"):
        web().get(server.url, {"verb": "ListRecords", "resumptionToken": token}, verbatim=True)
        assert server.paths[-1] == f"/oai?verb=ListRecords&resumptionToken={token}"
    web().get(server.url, {"resumptionToken": "a b\r\nHost: x#y"}, verbatim=True)
    assert server.paths[-1] == "/oai?resumptionToken=a%20b%0D%0AHost:%20x%23y"


@given(st.text(max_size=40), st.booleans())
def test_T7_no_token_makes_another_request_of_a_request(token: str, verbatim: bool) -> None:
    encodable = token.encode("utf-8", "replace").decode()
    place = asking(place_of("http://a.example/oai"), {"resumptionToken": encodable}, verbatim=verbatim)
    assert place.host == "a.example"
    assert place.target.isascii()
    assert not set(place.target) & set(" \r\n\t#")


def test_a_connection_is_used_again(server: Server) -> None:
    server.answers = [reply()]
    made: list[str] = []

    def counting(host: str, *more: object) -> socket.socket:
        made.append(host)
        return connect(host, *more)  # type: ignore[arg-type]

    asked = web(connect=counting)
    for _ in range(5):
        asked.get(server.url, {})
    asked.close()
    assert (made, asked.requests) == (["127.0.0.1"], 5)


def test_a_pause_is_kept_between_questions(server: Server) -> None:
    fake = Fake()
    server.answers = [reply()]
    asked = web(fake, pause=3.0)
    asked.get(server.url, {})
    assert fake.waited == 0
    asked.get(server.url, {})
    assert fake.waited == 3


def test_P11_robots_txt_is_not_asked_for_a_registered_source(server: Server) -> None:
    server.answers = [reply()]
    web().get(server.url, {"verb": "Identify"})
    assert server.paths == ["/oai?verb=Identify"]


def test_H14_no_proxy_of_the_environment_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    server.answers = [reply()]
    assert web().get(server.url, {}).content == XML


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_while_a_tired_server_rests_another_may_be_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    places, fake, free = threading.BoundedSemaphore(1), Fake(), []

    def sleep(seconds: float) -> None:
        free.append(places.acquire(blocking=False))
        places.release()
        fake.now += seconds

    monkeypatch.setattr("harvester.web._ASKING", places)
    server.answers = [reply(503, Retry_After="1"), reply()]
    asked = web(fake, sleep=sleep)
    assert asked.get(server.url, {}).content == XML
    assert set(free) == {True}
    assert asked.seconds == 0.0  # how long the answer took: the rest before it is no part of that


def test_once_somebody_wants_to_stop_nobody_is_asked_any_more(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr("harvester.web._ASKING", places)
    monkeypatch.setattr("harvester.web.HEARD_SECONDS", 0.01)
    said = iter([False, False, True])
    with places, pytest.raises(Interrupted):  # while all places are taken
        web(stopping=lambda: next(said)).get(server.url, {})
    with pytest.raises(Interrupted):
        web(stopping=lambda: True).get(server.url, {})
    assert server.paths == []
    assert places.acquire(blocking=False), "its place is free again"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_H4_faults_that_pass_are_asked_again(server: Server, status: int) -> None:
    fake = Fake()
    server.answers = [reply(status), reply(status), reply()]
    assert web(fake).get(server.url, {}).content == XML
    assert 1.5 <= fake.waited <= 3  # half to whole of 1 s and 2 s


@pytest.mark.parametrize("status", [400, 404, 405, 410, 418, 422, 501])
def test_H4_other_refusals_are_final(server: Server, status: int) -> None:
    server.answers = [reply(status)]
    found = fault(web(), server.url)
    assert (found.code, found.facts["status"], len(server.paths)) == ("gone", status, 1)


def test_H4_patience_ends(server: Server) -> None:
    fake = Fake()
    server.answers = [reply(503)]
    assert fault(web(fake, patience=1.5), server.url).code == "status"
    assert fake.waited <= 1.5


def test_H4_a_source_that_never_answered_gets_five_tries_one_that_did_all_patience(server: Server) -> None:
    fake = Fake()
    server.answers = [reply(500)]
    fault(web(fake, patience=600), server.url)
    assert len(server.paths) == 5
    server.answers = [reply(), reply(500)]
    asked = web(fake, patience=600)
    asked.get(server.url, {})
    server.paths.clear()
    fault(asked, server.url)
    assert 12 <= len(server.paths) <= 40


def test_H4_time_that_was_spent_in_vain_is_patience_too() -> None:
    fake = Fake()

    def hanging(*_: object) -> socket.socket:
        fake.now += 100
        raise TimeoutError

    asked = web(fake, patience=250, connect=hanging)
    assert fault(asked, "http://a.example/").code == "too_slow"
    assert asked.requests == 3


def test_H4_pauses_grow_and_are_never_the_same_for_all(server: Server) -> None:
    pauses = []
    for share in (0.5, 1.0):
        fake = Fake()
        server.answers = [reply(500), reply(500), reply(500), reply()]
        web(fake, uniform=lambda low, high, share=share: share).get(server.url, {})
        pauses.append(fake.waited)
    assert pauses == [3.5, 7.0]


def test_H3_retry_after_is_obeyed_within_patience(server: Server) -> None:
    fake = Fake()
    server.answers = [reply(503, Retry_After="7"), reply(429, Retry_After="9"), reply()]
    web(fake).get(server.url, {})
    assert 16 <= fake.waited < 17


@pytest.mark.parametrize(
    ("asked_for", "seconds"), [("86400", 86400), ("999999999", LONGEST_RETRY_AFTER), ("9" * 400, LONGEST_RETRY_AFTER)]
)
def test_H3_retry_after_beyond_patience_defers(server: Server, asked_for: str, seconds: float) -> None:
    fake = Fake()
    server.answers = [reply(429, Retry_After=asked_for)]
    with pytest.raises(Deferred) as found:
        web(fake, clock=lambda: 1_790_000_000.0).get(server.url, {})
    assert found.value.until_seconds == 1_790_000_000 + seconds
    assert fake.waited == 0


def test_H3_deferring_counts_what_was_waited_before(server: Server) -> None:
    server.answers = [reply(503, Retry_After="400"), reply(503, Retry_After="400")]
    with pytest.raises(Deferred):
        web(Fake(), patience=600).get(server.url, {})
    assert len(server.paths) == 2


@pytest.mark.parametrize("seed", range(40))  # before, the chance of the pauses made one in forty a deferred visit
def test_H3_one_second_again_and_again_means_more(server: Server, seed: int) -> None:
    fake = Fake()
    server.answers = [reply(503, Retry_After="1")]
    asked = web(fake, patience=300, uniform=random.Random(seed).uniform)
    assert fault(asked, server.url).code == "status"
    assert len(server.paths) < 20


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("0", 1),
        ("-5", 1),
        ("999999999", LONGEST_RETRY_AFTER),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
        (formatdate(1_000, usegmt=True), 600),
        (formatdate(100, usegmt=True), 1),
        ("Thu, 01 Jan 1970 00:16:40 -0000", 600),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER),
        ("Mon, 99 Foo 99999 99:99:99 GMT", None),
    ],
)
def test_H3_retry_after_in_both_forms_clamped(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, 400) == seconds


@given(st.text(max_size=60))
def test_H3_any_retry_after_is_between_a_second_and_a_week(value: str) -> None:
    read = retry_after(value, 1_790_000_000)
    assert read is None or 1 <= read <= LONGEST_RETRY_AFTER


def test_H3_a_date_is_compared_with_the_servers_own_clock() -> None:
    theirs = {"retry-after": formatdate(1_000, usegmt=True), "date": formatdate(940, usegmt=True)}
    assert asked_to_wait(theirs, now=999_999) == 60
    assert asked_to_wait({**theirs, "date": "gestern"}, now=970) == 30


def test_waiting_ends_when_somebody_wants_to_stop(server: Server) -> None:
    fake = Fake()
    server.answers = [reply(503, Retry_After="500")]
    assert fault(web(fake, stopping=lambda: fake.waited > 3), server.url).code == "status"
    assert (len(server.paths), fake.waited < 5) == (1, True)


# --- redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_H6_redirects_keep_the_question(server: Server, status: int) -> None:
    server.answers = [reply(status, Location="/elsewhere"), reply(body=b"<there/>")]
    body = web().get(server.url, {"verb": "Identify"})
    assert (body.content, server.paths[-1]) == (b"<there/>", "/elsewhere?verb=Identify")
    assert body.url.endswith("/elsewhere?verb=Identify")


def test_H6_redirects_end(server: Server) -> None:
    server.answers = [reply(302, Location="/again")]
    assert fault(web(), server.url).code == "redirects"
    assert len(server.paths) == 6


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "data:text/xml,<a/>",
        "gopher://a.example/",
        "javascript:1",
        "//user@a.example/",
        "http://[::1",
        "http://a.example:99999/",
        "http://a b/",
    ],
)
def test_H6_redirects_never_leave_http(server: Server, location: str) -> None:
    server.answers = [reply(302, Location=location)]
    found = fault(web(), server.url)
    assert (found.code, found.facts["where"]) == ("forbidden_redirect", f"{server.url}?verb=Identify")
    assert location in str(found.facts["target"]) or str(found.facts["target"]) in location


@pytest.fixture
def other() -> Iterator[Server]:
    made = Server("127.0.0.2")
    made.answers = [reply(body=b"<other/>")]
    yield made
    made.stop()


@pytest.mark.parametrize("status", [302, 303, 307])
def test_H6_a_temporary_redirect_to_another_host_is_refused(server: Server, other: Server, status: int) -> None:
    server.answers = [reply(status, Location=other.url)]
    found = fault(web(), server.url)
    assert (found.code, other.paths) == ("left_host", [])


@pytest.mark.parametrize("status", [301, 308])
def test_H6_a_permanent_redirect_to_another_host_is_followed_and_flagged(
    server: Server, other: Server, status: int
) -> None:
    server.answers = [reply(status, Location=other.url + "?verb=Identify")]
    asked = web(url=server.url)
    assert asked.get(server.url, {"verb": "Identify"}).content == b"<other/>"
    assert asked.noticed == {"moved": {"where": server.url, "moved_to": other.url}}
    asked.get(server.url, {"verb": "ListSets"})  # where it has gone is known: it is not asked the way again
    assert (len(server.paths), other.paths) == (1, ["/oai?verb=Identify", "/oai?verb=ListSets"])


def test_H6_a_permanent_redirect_is_flagged_although_it_changes_the_question(server: Server, other: Server) -> None:
    """OJS moved from index.php?page=oai to /oai: the former question is no part of the new address."""
    server.answers = [reply(301, Location=other.url + "?verb=Identify")]
    asked = web(url=server.url + "?page=oai")
    assert asked.get(server.url + "?page=oai", {"verb": "Identify"}).content == b"<other/>"
    assert asked.noticed["moved"]["moved_to"] == other.url


def test_H6_a_redirect_within_the_host_for_good_is_flagged_too(server: Server) -> None:
    server.answers = [reply(301, Location="/moi"), reply()]
    asked = web(url=server.url)
    asked.get(server.url, {"verb": "Identify"})
    assert asked.noticed == {"moved": {"where": server.url, "moved_to": server.url.replace("/oai", "/moi")}}


def test_H6_own_headers_and_passwords_stay_with_the_registered_server(server: Server, other: Server) -> None:
    environ = {"KHO_ALLOW_LOOPBACK": "1", "KHOA": "bi-mat-1", "MK": "bi-mat-2", "TEN": "thu-vien"}
    server.answers = [reply(307, Location="/moi"), reply(301, Location=other.url), reply()]
    own = {"headers": {"X-Api-Key": "${KHOA}"}, "auth": Auth("${TEN}", "${MK}")}
    asked = web(environ=environ, url=server.url, **own)
    asked.get(server.url, {"verb": "Identify"})
    for headers in server.headers:
        assert headers["X-Api-Key"] == "bi-mat-1"
        assert headers["Authorization"] == "Basic dGh1LXZpZW46YmktbWF0LTI="
    assert len(server.headers) == 2
    assert len(other.headers) == 1
    assert "bi-mat" not in str(other.headers)
    assert "Authorization" not in other.headers[0]


# --- compression and size ---------------------------------------------------------------------------------------------


def test_H10_gzip_is_recognised_by_its_bytes(server: Server) -> None:
    server.answers = [
        reply(body=gzip.compress(b"<a/>"), Content_Encoding="gzip"),
        reply(body=gzip.compress(b"<b/>")),
        reply(body=gzip.compress(b"<c") + gzip.compress(b"/>") + b"\0" * 9, Content_Encoding="x-gzip"),
        reply(body=b"<d/>", Content_Encoding="identity"),
    ]
    asked = web()
    assert [asked.get(server.url, {}).content for _ in range(4)] == [b"<a/>", b"<b/>", b"<c/>", b"<d/>"]
    assert len(server.paths) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        reply(body=b"<a/>", Content_Encoding="gzip"),
        reply(body=gzip.compress(b"<a/>" * 99)[:-9], Content_Encoding="gzip"),
        reply(body=gzip.compress(b"<a/>" * 99)[:-9] + b"123456789"),
        reply(body=gzip.compress(b"<a/>") + b"rubbish"),
        reply(body=b"\x1f\x8b" + b"x" * 99),
        reply(body=b"\x8b\x01\x80<a/>\x03", Content_Encoding="br"),
        reply(body=b"\x28\xb5\x2f\xfd" + b"x" * 50),
        reply(body=gzip.compress(gzip.compress(b"<a/>")), Content_Encoding="gzip"),
        reply(body=b"<a/>", Content_Encoding="gzip, gzip"),
    ],
    ids=["false header", "cut", "wrong sum", "rest", "no gzip", "brotli", "zstd", "twice", "two codings"],
)
def test_H10_wrong_compression_is_asked_once_more_without(
    server: Server, wrong: Answer, request: pytest.FixtureRequest
) -> None:
    server.answers = [wrong, reply(body=b"<good/>")]
    asked = web(patience=0)
    assert asked.get(server.url, {}).content == b"<good/>"
    assert [headers["Accept-Encoding"] for headers in server.headers] == ["gzip", "identity"]
    asked.get(server.url, {})  # whoever lied once is asked plainly for the rest of the visit
    assert server.headers[-1]["Accept-Encoding"] == "identity"
    server.answers = [wrong]
    asked_before = len(server.paths)
    if request.node.callspec.id == "false header":  # the header lies, but the bytes are plain: they decide
        assert asked.get(server.url, {}).content == b"<a/>"
    else:
        assert fault(asked, server.url).code in ("damaged", "cut", "coding")
    assert len(server.paths) == asked_before + 1


def test_pages_above_the_limit_are_refused(server: Server) -> None:
    server.answers = [reply(body=b"a" * 200_000)]
    assert fault(web(), server.url).code == "too_large"
    server.answers = [reply(body=gzip.compress(b"a" * 10_000_000))]
    assert fault(web(), server.url).code == "too_large"


def test_H16_a_large_page_is_kept_on_disk_and_reads_like_a_small_one(server: Server) -> None:
    body = b"<a>" + " ".join(f"Thư viện số {number}" for number in range(600_000)).encode() + b"</a>"
    for packed in (body, gzip.compress(body, 1)):
        server.answers = [reply(body=packed)]
        content = web(max_page=64 << 20).get(server.url, {}).content
        assert isinstance(content, mmap.mmap)
        assert bytes(content) == body


def test_an_empty_answer_is_an_answer(server: Server) -> None:
    server.answers = [reply(body=b"")]
    assert web().get(server.url, {}).content == b""


@pytest.mark.parametrize("status", [400, 404, 422])
def test_an_error_of_the_protocol_with_a_status_of_its_own_is_an_answer(server: Server, status: int) -> None:
    said = b'<?xml version="1.0"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="x"/></OAI-PMH>'
    server.answers = [reply(status, body=said)]
    assert web().get(server.url, {}).content == said
    server.answers = [reply(500, body=said)]
    assert fault(web(patience=0), server.url).code == "status"


# --- connections ------------------------------------------------------------------------------------------------------


def test_H2_a_closed_port_is_told_from_an_unknown_name_and_a_silent_name_server() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        assert fault(web(patience=0), f"http://127.0.0.1:{holder.getsockname()[1]}/").code == "refused"

    def resolving(error: OSError) -> Web:
        def resolve(host: str, port: int) -> list[str]:
            raise error

        return web(patience=0, resolve=resolve)

    gone = fault(resolving(socket.gaierror(socket.EAI_NONAME, "unknown")), "http://khong-co.example/oai")
    assert (gone.code, who_must_act(gone.code)) == ("unknown_host", "source")
    silent = fault(resolving(socket.gaierror(socket.EAI_AGAIN, "again")), "http://khong-co.example/oai")
    assert (silent.code, who_must_act(silent.code)) == ("dns_silent", "transient")


def test_H2_a_network_that_is_not_there_is_named() -> None:
    def unreachable(*_: object) -> socket.socket:
        raise OSError(113, "No route to host")

    found = fault(web(patience=0, connect=unreachable), "http://a.example/")
    assert (found.code, found.facts["detail"]) == ("unreachable", "No route to host")
