"""A proxy before an institution's server that cuts, stalls and corrupts answers; a seed says which.

Only compressed answers are corrupted: OAI-PMH has no check sum of its own, so a flipped letter in plain text cannot be
told from what a source says; gzip's can, and nothing of such an answer may be taken.
"""

from __future__ import annotations

import gzip
import http.client
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

NOISE = 0.08  # of answers; a list of 28 pages then meets two
STALL_SECONDS = 30.0  # longer than anybody waits; ends at once when the proxy closes


class Proxy:
    """Stands before one server; ``noisy`` says whether it disturbs."""

    def __init__(self, target: str, seed: int) -> None:
        self._target, self._chance, self._lock = urlsplit(target), random.Random(seed), threading.Lock()
        self.noisy = True
        self.done: Counter[str] = Counter()
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{port}{self._target.path}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _fetch(self, path: str) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection(self._target.hostname or "", self._target.port, timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read()
        finally:
            connection.close()

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        """Pass an answer on, or disturb it."""
        status, kind, body = self._fetch(asked.path)
        with self._lock:
            noise = self._chance.choice(sorted(NOISES)) if self.noisy and self._chance.random() < NOISE else ""
            compressed, place = self._chance.random() < 0.5, self._chance.random()
        self.done[noise] += 1
        headers = {"Content-Type": kind}
        if noise == "corrupt" or compressed:
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        try:
            if noise:
                NOISES[noise](self, asked, status, headers, body, place)
            else:
                _begin(asked, status, headers, len(body))
                asked.wfile.write(body)
        except OSError:  # whoever asked was killed
            asked.close_connection = True

    def cut(
        self, asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, place: float
    ) -> None:
        """Promise all of it and close in the middle."""
        _begin(asked, status, headers, len(body))
        asked.wfile.write(body[: int(len(body) * place)])
        asked.close_connection = True

    def end(
        self, asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, place: float
    ) -> None:
        """Promise nothing and close in the middle: only the document itself can tell."""
        _begin(asked, status, headers, None)
        asked.wfile.write(body[: int(len(body) * place)])
        asked.close_connection = True

    def stall(
        self, asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, place: float
    ) -> None:
        """Fall silent in the middle."""
        _begin(asked, status, headers, len(body))
        asked.wfile.write(body[: int(len(body) * place)])
        asked.wfile.flush()
        self.closing.wait(STALL_SECONDS)
        asked.close_connection = True

    def corrupt(
        self, asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, place: float
    ) -> None:
        """Flip one bit of a compressed answer, behind its header: whether that is gzip is told from the first bytes."""
        damaged = bytearray(body)
        damaged[10 + int((len(body) - 10) * place)] ^= 1 << int(place * 997) % 8
        _begin(asked, status, headers, len(body))
        asked.wfile.write(damaged)

    def reset(
        self, asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, place: float
    ) -> None:
        """Break the connection without a word."""
        asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        asked.close_connection = True


Noise = Callable[[Proxy, BaseHTTPRequestHandler, int, dict[str, str], bytes, float], None]
NOISES: dict[str, Noise] = {
    "cut": Proxy.cut,
    "end": Proxy.end,
    "stall": Proxy.stall,
    "corrupt": Proxy.corrupt,
    "reset": Proxy.reset,
}


def _begin(asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], length: int | None) -> None:
    asked.send_response(status)
    for name, value in headers.items():
        asked.send_header(name, value)
    if length is None:
        asked.send_header("Connection", "close")
    else:
        asked.send_header("Content-Length", str(length))
    asked.end_headers()
