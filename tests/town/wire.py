"""A server that can do to an answer what real servers do: cut it, drip it, lie about its length, never send it.

What is right comes from ``demo.repository``; here is only what happens to it on the way. An act gets one question and
returns what goes over the wire; the wire says how its bytes are sent.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.message import Message
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from demo.repository import SECONDS, Repository

XML = "text/xml; charset=utf-8"
BUDGET = 400  # four times the most questions that any night of the town is allowed


@dataclass(frozen=True)
class Wire:
    """What goes over the wire, and how. ``headers`` of the same name as one of ours replace it."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", XML),)
    send: Callable[[Handler, Wire], None] = lambda handler, wire: handler.whole(wire)

    def having(self, name: str, value: str) -> Wire:
        """Return this answer with one header more."""
        return replace(self, headers=(*(pair for pair in self.headers if pair[0] != name), (name, value)))


@dataclass
class Asked:
    """One question as it came, and the institution that was asked; ``number`` counts the questions of the night."""

    place: Place
    path: str
    query: str
    headers: Message
    number: int
    elsewhere: bool = False
    arguments: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arguments = dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def verb(self) -> str:
        return self.arguments.get("verb", "")

    @property
    def token(self) -> str | None:
        return self.arguments.get("resumptionToken")

    @property
    def page(self) -> int:
        """The number of the list's page that a right token stands for; 1 without a token, 0 for other verbs."""
        if self.verb not in ("ListRecords", "ListIdentifiers"):
            return 0
        offset = (self.token or "0").rpartition("!")[2]
        return int(offset) // self.place.repository.page_size + 1 if offset.isdecimal() else 0

    def right(self, **changed: str | None) -> bytes:
        """What a right server says; arguments may be changed, or left out with None."""
        arguments = {**self.arguments, **changed}
        return self.place.repository.answer({name: value for name, value in arguments.items() if value is not None})

    def error(self, code: str, words: str = "") -> bytes:
        """An error of the protocol."""
        return envelope(self.place.repository, f'<error code="{code}">{escape(words)}</error>'.encode())


Act = Callable[[Asked], Wire]


def envelope(repository: Repository, inside: bytes) -> bytes:
    """Wrap what stands inside an OAI-PMH answer."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{repository.clock.strftime(SECONDS)}</responseDate><request>{repository.address}</request>"
    )
    return head.encode() + inside + b"</OAI-PMH>"


def right(asked: Asked) -> Wire:
    """Nothing is wrong."""
    return Wire(asked.right())


@dataclass
class Place:
    """One institution: what it has to say, what its server does tonight, and what it was asked tonight."""

    name: str
    repository: Repository
    act: Act = right
    log: list[Asked] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    other_url: str = ""  # the same institution under another address: where it redirects to


class Handler(BaseHTTPRequestHandler):
    """Answers one connection; every way of sending that is not ``whole`` ends it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    place: Place
    elsewhere: bool
    budget: int
    over: threading.Event

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(self.place, parts.path, parts.query, self.headers, len(self.place.log) + 1, self.elsewhere)
        self.place.log.append(asked)
        # A harvester that cannot stop would hang the tests: behind the budget everything is reset.
        wire = self.place.act(asked) if asked.number <= self.budget else Wire(b"", send=reset)
        wire.send(self, wire)
        with contextlib.suppress(OSError):
            self.wfile.flush()

    do_POST = do_GET

    def head(self, wire: Wire, *lines: tuple[str, str]) -> None:
        self.send_response_only(wire.status)
        # Date is the institution's clock: nothing of a night may depend on the day on which the tests run.
        date = format_datetime(self.place.repository.clock.astimezone(UTC), usegmt=True)
        for name, value in {"Date": date, **dict(lines), **dict(wire.headers)}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()

    def whole(self, wire: Wire) -> None:
        self.head(wire, ("Content-Length", str(len(wire.body))))
        self.wfile.write(wire.body)

    def log_message(self, *_: Any) -> None:
        """The place keeps the log."""


def _end(handler: Handler) -> None:
    handler.close_connection = True


def closing(handler: Handler, wire: Wire) -> None:
    """No Content-Length: the end of the connection is the end of the body."""
    handler.head(wire, ("Connection", "close"))
    handler.wfile.write(wire.body)
    _end(handler)


def promising(more: int) -> Callable[[Handler, Wire], None]:
    """Content-Length promises so many bytes more (or fewer, below zero) than there are."""

    def send(handler: Handler, wire: Wire) -> None:
        handler.head(wire, ("Content-Length", str(len(wire.body) + more)), ("Connection", "close"))
        handler.wfile.write(wire.body)
        _end(handler)

    return send


def broken_chunks(handler: Handler, wire: Wire) -> None:
    """Chunks, and the connection ends before the last one."""
    handler.head(wire, ("Transfer-Encoding", "chunked"))
    half = wire.body[: len(wire.body) // 2]
    handler.wfile.write(f"{len(wire.body):x}\r\n".encode() + half)
    _end(handler)


def reset(handler: Handler, _: Wire) -> None:
    """The connection is reset: RST instead of an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    _end(handler)


def silent(handler: Handler, _: Wire) -> None:
    """The question is taken and never answered."""
    handler.over.wait(60)
    _end(handler)


def dripping(handler: Handler, wire: Wire) -> None:
    """One byte every tenth of a second: no wait between two bytes is ever long."""
    handler.head(wire, ("Content-Length", str(len(wire.body))))
    for place in range(len(wire.body)):
        handler.wfile.write(wire.body[place : place + 1])
        handler.wfile.flush()
        if handler.over.wait(0.1):
            break
    _end(handler)


def chunked(handler: Handler, wire: Wire) -> None:
    """Chunks of odd sizes, with an extension, and a trailer: all of it is allowed (RFC 9112, 7.1)."""
    handler.head(wire, ("Transfer-Encoding", "chunked"), ("Trailer", "X-Sum"))
    for start in range(0, len(wire.body), 1777):
        chunk = wire.body[start : start + 1777]
        handler.wfile.write(f"{len(chunk):X};name=value\r\n".encode() + chunk + b"\r\n")
    handler.wfile.write(b"0\r\nX-Sum: 1\r\n\r\n")


def hinting(handler: Handler, wire: Wire) -> None:
    """An informational answer before the real one (RFC 8297)."""
    handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    handler.whole(wire)


def two_lengths(handler: Handler, wire: Wire) -> None:
    """Two lengths that differ: nobody can say where the answer ends (RFC 9112, 6.3)."""
    handler.head(wire, ("Content-Length", f"{len(wire.body)}\r\nContent-Length: {len(wire.body) - 900}"))
    handler.wfile.write(wire.body)
    _end(handler)


def endless_head(handler: Handler, _: Wire) -> None:
    """Headers without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.over.is_set():
        handler.wfile.write(b"X-Header: " + b"a" * 1000 + b"\r\n")
    _end(handler)


def no_http(handler: Handler, wire: Wire) -> None:
    """The body without any head, as a script does that forgets it."""
    handler.wfile.write(wire.body)
    _end(handler)


def endless(handler: Handler, wire: Wire) -> None:
    """The body never ends, and comes as fast as it is taken."""
    handler.head(wire, ("Connection", "close"))
    handler.wfile.write(wire.body)
    while not handler.over.is_set():
        handler.wfile.write(b" " * 65_536)
    _end(handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Clients that go away in the middle are what this town is about."""


@contextlib.contextmanager
def opened(place: Place, *, elsewhere: bool = False, budget: int = BUDGET) -> Iterator[None]:
    """Open a place on a port of its own; ``elsewhere`` opens its other address on another host of the loopback."""
    over = threading.Event()
    servers = []
    for host, other in (("127.0.0.1", False), *((("127.0.0.2", True),) if elsewhere else ())):
        inside = {"place": place, "elsewhere": other, "over": over, "budget": budget}
        server = _Server((host, 0), type("Opened", (Handler,), inside))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        url = f"http://{host}:{server.server_address[1]}/oai/request"
        place.url, place.other_url = (place.url, url) if other else (url, place.other_url)
    place.repository.served_at = place.url
    try:
        yield
    finally:
        over.set()
        for server in servers:
            server.shutdown()
            server.server_close()
