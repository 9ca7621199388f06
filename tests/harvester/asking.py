"""What the tests of asking share: small servers on loopback, one that speaks HTTP and one that sends any bytes."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from harvester.web import Manners, Web

ALLOWED = {"KHO_ALLOW_LOOPBACK": "1"}
XML = b'<?xml version="1.0"?><OAI-PMH/>'


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
    """Answers every GET with the next of ``answers``, the last one again and again."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.answers: list[Answer] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # with late acknowledgements it adds 40 ms to an answer in two parts

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

        self.server = Quiet((address, 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.port = self.server.server_address[1]
        self.url = f"http://{address}:{self.port}/oai"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def reply(status: int = 200, body: bytes = XML, **headers: str) -> Answer:
    """An answer; a header's underscores are hyphens."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


Talk = Callable[[socket.socket], None]


class Accepting:
    """Listens on loopback and serves every connection in a thread of its own, until ``stop``."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self._alone, args=(connection,), daemon=True).start()

    def _alone(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self.serve(connection)

    def serve(self, connection: socket.socket) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        self.socket.close()


class Raw(Accepting):
    """Reads a request on every connection and lets ``talk`` send whatever it likes."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.requests: list[bytes] = []
        self.over = threading.Event()  # set when the test is done: a talk that waits ends
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}/oai"

    def serve(self, connection: socket.socket) -> None:
        while request := connection.recv(1 << 20):
            self.requests.append(request)
            self.talk(connection)

    def stop(self) -> None:
        self.over.set()
        super().stop()


def sending(*pieces: bytes, close: bool = False) -> Talk:
    """Send these bytes; with ``close`` nothing follows."""

    def talk(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
        if close:
            connection.shutdown(socket.SHUT_WR)

    return talk


def web(fake: Fake | None = None, environ: dict[str, str] | None = None, **more: Any) -> Web:
    """Somebody who asks, with time that passes only in waiting; manners and arguments of ``Web`` as they are named."""
    fake = fake or Fake()
    stated: dict[str, Any] = {"timeout": 20.0, "patience": 600.0, "pause": 0.0, "max_page": 100_000}
    stated |= {"contact": "a@truong.example"}
    chance = random.Random(9110)  # a test whose pauses are drawn anew each time fails one time in a hundred
    arguments: dict[str, Any] = {"sleep": fake.sleep, "monotonic": fake.monotonic, "uniform": chance.uniform}
    for name, value in more.items():
        (stated if name in Manners.__struct_fields__ else arguments)[name] = value
    made = Web(Manners(**stated), environ=ALLOWED if environ is None else environ, **arguments)
    _open.append(made)
    return made


_open: list[Web] = []


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    """Close the connections of a test's ``web``s; import it where they are made."""
    yield
    while _open:
        _open.pop().close()
