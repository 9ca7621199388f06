"""Asking: bounded in time, bytes and patience, and only where it may go."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network

import pytest

from harvester.errors import Deferred, SourceError
from harvester.guard import Reach
from harvester.web import Manners, Web, check, merge, retry_after

ALLOWED = {"KHO_ALLOW_LOOPBACK": "1"}


class Fake:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now, self.waited = 0.0, 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waited += seconds


Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.paths.append(self.path)
                outer.headers.append(dict(self.headers))
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                answer(self)

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A client that went away is what some of these tests are about."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/oai"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


def reply(status: int = 200, body: bytes = b"<a/>", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def web(fake: Fake | None = None, environ: dict[str, str] | None = None, **more: object) -> Web:
    fake = fake or Fake()
    stated = {"timeout": 20.0, "patience": 600.0, "pause": 0.0, "max_page": 100_000, "contact": "a@truong.example"}
    manners = Manners(**{**stated, **more})  # type: ignore[arg-type]
    given = ALLOWED if environ is None else environ
    return Web(manners, sleep=fake.sleep, monotonic=fake.monotonic, environ=given)


def test_a_question_says_who_asks_and_what_is_understood(server: Server) -> None:
    server.answers = [reply(body=b"<x/>")]
    assert web().get(server.url, {"verb": "Identify"}).content == b"<x/>"
    assert server.paths == ["/oai?verb=Identify"]
    said = server.headers[0]
    assert "a@truong.example" in said["User-Agent"]
    assert said["Accept"].startswith("text/xml")
    assert said["Accept-Encoding"] == "gzip"


def test_h8_a_query_of_the_base_url_is_kept() -> None:
    assert merge("http://a.example/index.php?page=oai", {"verb": "Identify"}) == (
        "http://a.example/index.php?page=oai&verb=Identify"
    )
    assert merge("http://a.example/oai?verb=Identify", {"verb": "ListSets", "set": ""}) == (
        "http://a.example/oai?verb=ListSets"
    )


@pytest.mark.parametrize("token", ["a b", "a+b", "a%2Fb", "a&b=c", "a=b==", "ký tự", "!!"])
def test_t7_tokens_are_encoded_strictly(server: Server, token: str) -> None:
    from urllib.parse import parse_qs, urlsplit

    server.answers = [reply()]
    web().get(server.url, {"resumptionToken": token})
    assert parse_qs(urlsplit(server.paths[0]).query)["resumptionToken"] == [token]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_h4_faults_that_pass_are_asked_again(server: Server, status: int) -> None:
    fake = Fake()
    server.answers = [reply(status), reply(status), reply()]
    assert web(fake).get(server.url, {}).content == b"<a/>"
    assert 0 < fake.waited <= 3


def test_patience_ends(server: Server) -> None:
    fake = Fake()
    server.answers = [reply(503)]
    with pytest.raises(SourceError) as fault:
        web(fake, patience=1.5).get(server.url, {})
    assert fault.value.code == "status"
    assert fake.waited <= 1.5


def test_h3_retry_after_is_obeyed_within_patience_and_defers_beyond(server: Server) -> None:
    fake = Fake()
    server.answers = [reply(503, Retry_After="7"), reply()]
    web(fake).get(server.url, {})
    assert 7 <= fake.waited < 8
    server.answers = [reply(429, Retry_After="86400")]
    with pytest.raises(Deferred):
        web(Fake()).get(server.url, {})


def test_h3_retry_after_in_both_forms() -> None:
    assert retry_after("120", 0) == 120
    assert retry_after("-5", 0) is None
    assert retry_after("0", 0) == 1
    assert retry_after(formatdate(1_000, usegmt=True), 400) == 600
    assert retry_after(formatdate(1_000, usegmt=True), 5_000) == 1
    assert retry_after("soon", 0) is None
    assert retry_after(None, 0) is None


@pytest.mark.parametrize("status", [400, 403, 404, 410, 418])
def test_other_refusals_are_final(server: Server, status: int) -> None:
    server.answers = [reply(status)]
    with pytest.raises(SourceError) as fault:
        web().get(server.url, {})
    assert (fault.value.code, len(server.paths)) == ("gone", 1)


def test_h6_redirects_keep_the_question_and_end(server: Server) -> None:
    server.answers = [reply(301, Location="/elsewhere"), reply(body=b"<there/>")]
    assert web().get(server.url, {"verb": "Identify"}).content == b"<there/>"
    assert server.paths[-1] == "/elsewhere?verb=Identify"
    server.answers = [reply(302, Location="/again")]
    with pytest.raises(SourceError) as fault:
        web().get(server.url, {})
    assert fault.value.code == "redirects"


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://a.example/", "data:text/xml,<a/>", "//user@a.example/"]
)
def test_redirects_never_leave_http(server: Server, location: str) -> None:
    server.answers = [reply(302, Location=location)]
    with pytest.raises(SourceError) as fault:
        web().get(server.url, {})
    assert fault.value.code == "forbidden_url"


def test_h10_gzip_is_recognised_by_its_bytes(server: Server) -> None:
    server.answers = [
        reply(body=gzip.compress(b"<a/>"), Content_Encoding="gzip"),
        reply(body=gzip.compress(b"<b/>")),
        reply(body=b"<c/>", Content_Encoding="gzip"),
        reply(body=gzip.compress(b"<d") + gzip.compress(b"/>"), Content_Encoding="gzip"),
    ]
    asking = web()
    assert [asking.get(server.url, {}).content for _ in range(4)] == [b"<a/>", b"<b/>", b"<c/>", b"<d/>"]


def test_bombs_and_large_pages_are_refused(server: Server) -> None:
    server.answers = [reply(body=gzip.compress(b"a" * 10_000_000))]
    with pytest.raises(SourceError) as fault:
        web().get(server.url, {})
    assert fault.value.code == "too_large"
    server.answers = [reply(body=b"a" * 200_000)]
    with pytest.raises(SourceError) as fault:
        web().get(server.url, {})
    assert fault.value.code == "too_large"


def test_another_coding_is_refused(server: Server) -> None:
    server.answers = [reply(Content_Encoding="br")]
    with pytest.raises(SourceError) as fault:
        web().get(server.url, {})
    assert fault.value.code == "coding"


@pytest.mark.parametrize("body", [b"<a/>", gzip.compress(b"<a/>" * 100)[:-12]])
def test_h11_a_body_that_breaks_off_is_not_accepted(server: Server, body: bytes) -> None:
    server.answers = [
        reply(body=body, Content_Length=str(len(body) + (9 if body == b"<a/>" else 0)), Connection="close")
    ]

    def closing(handler: BaseHTTPRequestHandler) -> None:
        reply(body=body, Content_Length=str(len(body) + (9 if body == b"<a/>" else 0)))(handler)
        handler.close_connection = True

    server.answers = [closing]
    with pytest.raises(SourceError) as fault:
        web(patience=0).get(server.url, {})
    assert fault.value.code == "cut"


def test_a_closed_port_is_told_from_an_unknown_name() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        with pytest.raises(SourceError) as fault:
            web(patience=0).get(f"http://127.0.0.1:{holder.getsockname()[1]}/", {})
    assert fault.value.code == "refused"
    with pytest.raises(SourceError) as fault:
        web(patience=0).get("http://khong-co.invalid/oai", {})
    assert fault.value.code == "unknown_host"


def test_a_server_that_hangs_is_left(server: Server) -> None:
    over = threading.Event()
    server.answers = [lambda handler: over.wait(30) and None]
    with pytest.raises(SourceError) as fault:
        web(timeout=0.3, patience=0).get(server.url, {})
    over.set()
    assert fault.value.code == "too_slow"


def test_loopback_only_where_it_is_allowed(server: Server) -> None:
    server.answers = [reply()]
    with pytest.raises(SourceError) as fault:
        web(environ={}).get(server.url, {})
    assert fault.value.code == "forbidden_address"
    assert not server.paths


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "255.255.255.255",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "3fff::1",
        "198.18.0.1",
        "203.0.113.9",
        "240.0.0.1",
    ],
)
def test_forbidden_addresses(address: str) -> None:
    assert not Reach().allows(ip_address(address))


def test_allowed_addresses() -> None:
    assert Reach().allows(ip_address("203.162.4.190"))
    assert Reach().allows(ip_address("2405:4800::1"))
    inside = Reach(networks=(ip_network("10.0.0.0/8"),))
    assert inside.allows(ip_address("10.4.5.6"))
    assert not inside.allows(ip_address("192.168.1.1"))
    assert not inside.allows(ip_address("169.254.169.254"))
    assert not Reach(networks=(ip_network("169.254.0.0/16"),)).allows(ip_address("169.254.169.254"))
    assert Reach(loopback=True).allows(ip_address("127.0.0.1"))


@pytest.mark.parametrize(
    "url",
    ["http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://0/", "http://localhost/"],
)
def test_spellings_of_loopback_reach_nothing(url: str) -> None:
    with pytest.raises(SourceError) as fault:
        web(environ={}, patience=0).get(url, {})
    assert fault.value.code in ("forbidden_address", "unknown_host")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://", "http://a@b.example/", "http://a.example\\@b/", "http://a b/"]
)
def test_addresses_that_are_never_asked(url: str) -> None:
    with pytest.raises(SourceError):
        check(url)


def test_no_proxy_of_the_environment_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    server.answers = [reply()]
    assert web().get(server.url, {}).content == b"<a/>"


def test_a_pause_is_kept_between_questions(server: Server) -> None:
    fake = Fake()
    server.answers = [reply()]
    asking = web(fake, pause=3.0)
    asking.get(server.url, {})
    assert fake.waited == 0
    asking.get(server.url, {})
    assert fake.waited == 3
