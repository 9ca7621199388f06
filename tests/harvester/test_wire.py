"""HTTP as real and hostile servers speak it: framed rightly, read by others alike, and never without an end."""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.deadline import Deadline
from harvester.errors import SourceError
from harvester.wire import BrokenOffError, NotHttpError, TooMuchError, Wire, read_head
from tests.harvester.asking import XML, Fake, Raw, Talk, sending, web
from tests.harvester.asking import closing as closing

OK = b"HTTP/1.1 200 OK\r\n"
Serve = Callable[[Talk], Raw]


@pytest.fixture
def serve() -> Iterator[Serve]:
    made: list[Raw] = []

    def start(talk: Talk) -> Raw:
        made.append(Raw(talk))
        return made[-1]

    yield start
    for server in made:
        server.stop()


def heard(answer: bytes) -> tuple[int, bytes]:
    """Read an answer that is followed by the end of the connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threading.Thread(target=_send, args=(theirs, answer), daemon=True).start()
        wire, deadline = Wire(ours, 1 << 20), Deadline(20)
        head = wire.ask(b"GET / HTTP/1.1\r\n\r\n", deadline)
        return head.status, b"".join(wire.body(head, deadline))


def _send(connection: socket.socket, answer: bytes) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"Content-Length: 4\r\n\r\n<a/>", b"<a/>"),
        (OK + b"content-length:4\r\n\r\n<a/>", b"<a/>"),
        (OK + b"Content-Length: 4, 4\r\n\r\n<a/>rest", b"<a/>"),
        (b"HTTP/1.1 200 OK\nContent-Length: 4\n\n<a/>", b"<a/>"),
        (b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\n<a/>", b"<a/>"),
        (b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n<a/>", b"<a/>"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n<\r\n3;x=y\r\na/>\r\n0\r\nX: y\r\n\r\n", b"<a/>"),
        (OK + b"Transfer-Encoding: Chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n", b"<a/>"),
        (OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n", b"<a/>"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK + b"\r\n<a/>", b"<a/>"),
        (OK + b"X-Long: one\r\n  two\r\nContent-Length: 4\r\n\r\n<a/>", b"<a/>"),
        (OK + b"a line without colon\r\nContent-Length: 4\r\n\r\n<a/>", b"<a/>"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n<a/>", b""),
        (OK + b"Content-Length: 0\r\n\r\n", b""),
    ],
)
def test_H11_an_answer_is_framed_as_the_standard_says(answer: bytes, body: bytes) -> None:
    assert heard(answer)[1] == body


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (OK + b"Content-Length: 9\r\n\r\n<a/>", BrokenOffError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n<a/>", BrokenOffError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n", BrokenOffError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\nX: y\r\n", BrokenOffError),
        (OK + b"Content-Le", BrokenOffError),
        (b"", BrokenOffError),
        (b"<html></html>\r\n\r\n", NotHttpError),
        (b"HTTP/2 200\r\n\r\n", NotHttpError),
        (OK + b"X: a\rContent-Length: 4\r\n\r\n<a/>", NotHttpError),
        (OK + b"X: a\0b\r\n\r\n<a/>", NotHttpError),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", NotHttpError),
        (OK + b"Content-Length: -4\r\n\r\n<a/>", NotHttpError),
        (OK + b"Content-Length: 4o\r\n\r\n<a/>", NotHttpError),
        (OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n<a/>", NotHttpError),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n", NotHttpError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0x4\r\n<a/>\r\n0\r\n\r\n", NotHttpError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n-4\r\n<a/>\r\n0\r\n\r\n", NotHttpError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n4\n<a/>\n0\n\n", BrokenOffError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<a/>\r\n0\r\n\r\n", NotHttpError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>XX0\r\n\r\n", NotHttpError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 16 + b"\r\n", NotHttpError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 9_000, NotHttpError),
        (OK + b"X: " + b"a" * 99_000 + b"\r\n\r\n", NotHttpError),
        (OK + b"X: y\r\n" * 30_000, NotHttpError),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 9, NotHttpError),
        (OK + b"\r\n" + b"a" * (2 << 20), TooMuchError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + (b"1;" + b"x" * 999 + b"\r\na\r\n") * 3_000, TooMuchError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 300_000, TooMuchError),
    ],
)
def test_H11_what_is_no_whole_answer_is_refused(answer: bytes, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        heard(answer)


def test_a_head_is_read_with_its_repeated_headers_joined() -> None:
    head = read_head(b"HTTP/1.1 503 Busy\r\nVia: a\r\nRETRY-AFTER: 7\r\nVia: b\r\n")
    assert (head.status, head.headers) == (503, {"via": "a, b", "retry-after": "7"})


# --- against another reader -------------------------------------------------------------------------------------------

FRAMES = st.sampled_from(["length", "chunks", "close", "both", "none"])


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    body = draw(st.binary(max_size=200))
    frame = draw(FRAMES)
    status = draw(st.sampled_from([b"200 OK", b"404 Not Found", b"204 No Content", b"503", b"304 x"]))
    end = draw(st.sampled_from([b"\r\n", b"\n"]))
    lines = [b"HTTP/1.1 " + status, b"Server: x", b"Date: Mon, 01 Jan 2024 00:00:00 GMT"]
    if frame in ("length", "both"):
        lines.append(b"Content-Length: %d" % len(body))
    if frame in ("chunks", "both"):
        lines.append(b"Transfer-Encoding: chunked")
        size = draw(st.integers(1, 60))
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    answer = bytearray(end.join([*lines, b"", body]))
    if frame == "none":
        answer = bytearray(end.join(lines))
    for at, bit in draw(st.lists(st.tuples(st.integers(0, len(answer) - 1), st.integers(0, 7)), max_size=2)):
        answer[at] ^= 1 << bit
    return bytes(answer[: draw(st.integers(0, len(answer)))] if draw(st.booleans()) else answer)


class _Sent:
    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self.answer)


def theirs(answer: bytes) -> tuple[int, bytes] | None:
    read = http.client.HTTPResponse(_Sent(answer), method="GET")  # type: ignore[arg-type]
    try:
        read.begin()
        return read.status, read.read()
    except (http.client.HTTPException, ValueError, OSError):
        return None


@given(answers())
@settings(derandomize=True, max_examples=600, deadline=None)
def test_every_answer_that_we_take_is_what_http_client_understands(answer: bytes) -> None:
    try:
        ours = heard(answer)
    except (BrokenOffError, NotHttpError):
        return
    head = re.split(rb"\r?\n\r?\n", answer)[0]
    if not all(re.match(rb"[!-9;-~]+:|[ \t]", line) for line in head.split(b"\n")[1:]):
        return  # http.client takes what follows such a line for the body; everybody else leaves the line out
    if re.search(rb"[ \t]\r?\n", head + b"\n"):
        return  # http.client takes blanks at the end of a line for a part of the value (RFC 9110 5.5 says not)
    if ours[0] in (204, 304):  # has no body (RFC 9112 6.3), which http.client forgets where chunks are announced
        assert ours[1] == b""
        return
    assert ours == theirs(answer)


@given(answers())
@settings(derandomize=True, max_examples=100, deadline=None)
def test_the_other_reader_is_not_always_silent(answer: bytes) -> None:
    """The test above has something to compare: what neither cut nor bit touches, both read."""
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(answer) + answer
    assert heard(whole) == theirs(whole) == (200, answer)


# --- connections ------------------------------------------------------------------------------------------------------


def test_a_connection_that_was_closed_between_two_questions_is_opened_anew(serve: Serve) -> None:
    answer = OK + b"Content-Length: %d\r\n\r\n" % len(XML) + XML
    server = serve(sending(answer, close=True))  # says nothing of closing
    asked = web(patience=0)
    for _ in range(5):
        assert asked.get(server.url, {}).content == XML
    assert 5 <= len(server.requests) <= 10  # one that was under way when the connection closed is asked anew


@pytest.mark.parametrize(
    "rest",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<evil/>", b"rubbish", b"\r\n"],
    ids=["answer", "words", "line"],
)
def test_what_follows_an_answer_is_not_the_next_answer(serve: Serve, rest: bytes) -> None:
    server = serve(sending(OK + b"Content-Length: %d\r\n\r\n" % len(XML) + XML + rest))
    asked = web(patience=0)
    assert [asked.get(server.url, {}).content for _ in range(3)] == [XML] * 3


def test_a_redirect_with_a_body_costs_no_more_than_its_beginning(serve: Serve) -> None:
    answers = [
        b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100_000,
        OK + b"Content-Length: %d\r\n\r\n" % len(XML) + XML,
    ]
    server = serve(lambda connection: connection.sendall(answers.pop(0)))
    assert web(patience=0).get(server.url, {}).content == XML


# --- every question ends ----------------------------------------------------------------------------------------------


def dripping(before: bytes, drop: bytes) -> Talk:
    """Send a beginning, and then a drop now and then, for ever."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(before)
        over = threading.Event()
        while not over.wait(0.02):  # ends when the client has gone: sending fails
            connection.sendall(drop)

    return talk


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"", b"H"),
        (OK, b"X: y\r\n"),
        (OK + b"X: ", b"y"),
        (OK + b"Content-Length: 100000\r\n\r\n", b"a"),
        (OK + b"\r\n", b"a"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", b"a"),
    ],
    ids=["status", "headers", "header", "length", "close", "chunks", "size", "trailers", "refusal"],
)
def test_H15_a_server_that_drips_ends_at_the_total_deadline(serve: Serve, before: bytes, drop: bytes) -> None:
    server = serve(dripping(before, drop))
    asked = web(timeout=0.4, patience=0, monotonic=time.monotonic, max_page=64 << 20)
    with pytest.raises(SourceError) as found:
        asked.get(server.url, {})
    assert found.value.code == ("gone" if b"404" in before else "too_slow")


def test_H15_a_server_that_is_silent_is_left(serve: Serve) -> None:
    server = serve(lambda connection: None)
    with pytest.raises(SourceError) as found:
        web(timeout=0.3, patience=0).get(server.url, {})
    assert found.value.code == "too_slow"


def test_H15_a_name_server_that_is_silent_is_left() -> None:
    never = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        never.wait(60)
        return ["127.0.0.1"]

    asked = web(timeout=0.3, patience=0, resolve=hanging)
    with pytest.raises(SourceError) as found:
        asked.get("http://thu-vien.example/", {})
    never.set()
    assert found.value.code == "dns_silent"


def test_H15_redirects_share_one_deadline(serve: Serve) -> None:
    fake = Fake()

    def slowly(connection: socket.socket) -> None:
        fake.now += 4.0
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")

    with pytest.raises(SourceError) as found:
        web(fake, timeout=10, patience=0).get(serve(slowly).url, {})
    assert found.value.code == "too_slow"


def test_H15_a_question_that_is_never_read_ends(serve: Serve) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError):
        Wire(ours, 1 << 20).ask(b"x" * (8 << 20), Deadline(0.2))
