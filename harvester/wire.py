"""One connection that speaks HTTP/1.1: a GET goes out, an answer comes in, every wait and every size bounded.

RFC 9112, as far as a GET needs it, and lenient where real servers are: bare line feeds, HTTP/1.0, interim answers. It
stands on sockets because the deadline must hold for every single byte, of headers and handshakes too (decision 0006).
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
from collections.abc import Iterator

import msgspec

from .deadline import HEARD_SECONDS, Deadline

IDLE_SECONDS = 60.0  # between two pieces of one answer; the first byte may take the whole deadline (p99: 180 s)
HEAD_LIMIT = 1 << 16  # the longest head of 6,000 real answers was 9 kB
INTERIM = 8  # answers 1xx before the real one; none was ever seen
PIECE = 1 << 17  # most pages are two of them: each takes some ten calls here and in the system
LINE_LIMIT = 1 << 12  # of a chunk's size line
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_BLANK = " \t\r"  # Python would strip a Latin-1 no-break space as well
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\r(?!\n)")
_STATUS = re.compile(r"HTTP/1\.([01]) +([1-9][0-9][0-9])(?: .*)?", re.ASCII)
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)


class NotHttpError(Exception):
    """What came back is no HTTP: the sentence says what."""


class BrokenOffError(Exception):
    """The answer ended before its end."""


class TooMuchError(Exception):
    """More bytes were received than any page with its framing may have."""


class ClosedError(BrokenOffError):
    """The connection was closed before a byte of the answer: between two questions that is no fault."""


class Head(msgspec.Struct, frozen=True):
    """Status and headers of an answer; names in lower case, repeated ones joined by commas (RFC 9110 5.2)."""

    minor: int
    status: int
    headers: dict[str, str]

    @property
    def keeps(self) -> bool:
        """Whether the connection stays open after the answer (RFC 9112 9.3)."""
        said = self.headers.get("connection", "").lower()
        return "close" not in said and (self.minor == 1 or "keep-alive" in said)

    @property
    def length(self) -> int | None:
        """Content-Length, None where there is none; raises NotHttpError where it is no number or several."""
        stated = self.headers.get("content-length", "")
        text, *others = {part.strip(_BLANK) for part in stated.split(",")} if "," in stated else (stated.strip(_BLANK),)
        if others or not (text == "" or (text.isascii() and text.isdecimal() and len(text) < 19)):
            raise NotHttpError("Content-Length")
        return int(text) if text else None


def read_head(text: bytes) -> Head:
    """Read a status line and headers; raises NotHttpError where it is none."""
    if _CONTROL.search(text):  # a reader that sees a line end there reads other headers than we do
        raise NotHttpError("control characters")
    first, *lines = text.decode("latin-1").split("\n")
    status = _STATUS.fullmatch(first.rstrip("\r"))
    if status is None:
        raise NotHttpError(first[:80])
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        if line[:1] in (" ", "\t") and name:  # a folded header (obsolete, seen)
            headers[name] += " " + line.strip(_BLANK)
            continue
        name, colon, value = line.partition(":")
        name = name.strip(_BLANK).lower() if colon else ""
        if name:
            headers[name] = f"{headers[name]}, {value.strip(_BLANK)}" if name in headers else value.strip(_BLANK)
    return Head(int(status[1]), int(status[2]), headers)


class Wire:
    """A connection, and what was received on it but not yet read."""

    def __init__(self, connection: socket.socket, most: int) -> None:
        """Take a connected socket, plain or TLS, and the most bytes that one answer may have on the wire."""
        self._connection, self._most, self._room = connection, most, most
        self._received = b""
        self._at = 0
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        self._patience = 0.0  # the socket's own, in seconds
        self.used = False
        self.open = True

    def close(self) -> None:
        """Close the connection."""
        self.open = False
        self._connection.close()

    def idle(self) -> bool:
        """Say whether the connection can take another question: nothing was sent or closed behind our back."""
        return self.open and self._at == len(self._received) and not self._poll.poll(0)

    def ask(self, request: bytes, deadline: Deadline) -> Head:
        """Send a question and return the head of the answer.

        Raises ClosedError, BrokenOffError, NotHttpError, TooMuchError, OSError (TimeoutError at the deadline).
        """
        self._received, self._at, self._room = b"", 0, self._most
        with contextlib.suppress(ConnectionError):  # the server may have answered without reading to the end
            self._send(request, deadline)
        for _ in range(INTERIM):
            head = read_head(self._head(deadline))
            if head.status >= 200:
                self.used = True
                return head
        raise NotHttpError("1xx")

    def _send(self, request: bytes, deadline: Deadline) -> None:
        while request:
            self._wait_at_most(min(deadline.left(deadline.seconds), HEARD_SECONDS))
            with contextlib.suppress(TimeoutError):  # the deadline says when it is enough
                request = request[self._connection.send(request) :]

    def _head(self, deadline: Deadline) -> bytes:
        searched = self._at
        while (end := _HEAD_END.search(self._received, searched)) is None:
            if len(self._received) - self._at > HEAD_LIMIT:
                raise NotHttpError(f"> {HEAD_LIMIT} B")
            searched = max(self._at, len(self._received) - 3)
            self._received += self._begun(deadline)
        head = self._received[self._at : end.start()]
        if len(head) > HEAD_LIMIT:
            raise NotHttpError(f"> {HEAD_LIMIT} B")
        self._at = end.end()
        return head

    def _begun(self, deadline: Deadline) -> bytes:
        try:
            piece = self._receive(deadline, deadline.seconds)
        except ConnectionError:
            piece = b""
        if not piece:
            raise BrokenOffError if self._received else ClosedError
        return piece

    def body(self, head: Head, deadline: Deadline) -> Iterator[bytes]:
        """Yield the pieces of an answer's body (RFC 9112 6.3); afterwards the connection is open or closed as agreed.

        Raises BrokenOffError, NotHttpError, TooMuchError, OSError.
        """
        try:
            yield from self._framed(head, deadline)
        except BaseException:
            self.close()
            raise
        if not head.keeps:
            self.close()

    def _framed(self, head: Head, deadline: Deadline) -> Iterator[bytes]:
        transfer = head.headers.get("transfer-encoding", "identity").lower()
        if head.status in (204, 304):
            return
        if transfer == "chunked":
            yield from self._chunks(deadline)
        elif transfer != "identity":
            raise NotHttpError(f"Transfer-Encoding: {transfer[:80]}")
        elif (length := head.length) is not None:
            yield from self._exactly(length, deadline)
        else:
            yield from self._until_closed(deadline)

    def _exactly(self, length: int, deadline: Deadline) -> Iterator[bytes]:
        while length:
            piece = self._some(length, deadline)
            length -= len(piece)
            yield piece

    def _until_closed(self, deadline: Deadline) -> Iterator[bytes]:
        yield self._received[self._at :]
        while piece := self._receive(deadline, IDLE_SECONDS):
            yield piece
        self.close()

    def _chunks(self, deadline: Deadline) -> Iterator[bytes]:
        """Yield what a chunked body holds, joined as it was received: a million chunks of one byte are no million."""
        pieces: list[bytes] = []
        while size := self._size(deadline):
            while size:
                pieces.append(self._some(size, deadline))
                size -= len(pieces[-1])
                if self._at == len(self._received):
                    yield b"".join(pieces)
                    pieces.clear()
            if self._line(deadline):
                raise NotHttpError("chunk")
        yield b"".join(pieces)
        while self._line(deadline):
            pass  # trailers; they have the room that the body left

    def _size(self, deadline: Deadline) -> int:
        size = _SIZE.fullmatch(self._line(deadline))
        if size is None:
            raise NotHttpError("chunk")
        return int(size[1], 16)

    def _line(self, deadline: Deadline) -> bytes:
        """Return a line of the framing without its end, which is CR LF, nothing less: no flipped size must fit."""
        while (end := self._received.find(b"\r\n", self._at)) < 0:
            if len(self._received) - self._at > LINE_LIMIT:
                raise NotHttpError("chunk")
            self._received = self._received[self._at :] + self._received_more(deadline)
            self._at = 0
        line = self._received[self._at : end]
        self._at = end + 2
        return line

    def _some(self, most: int, deadline: Deadline) -> bytes:
        """Return at most ``most`` bytes of the body, at least one."""
        if self._at == len(self._received):
            self._received, self._at = self._received_more(deadline), 0
        piece = self._received[self._at : self._at + most]
        self._at += len(piece)
        return piece

    def _received_more(self, deadline: Deadline) -> bytes:
        piece = self._receive(deadline, IDLE_SECONDS)
        if not piece:
            raise BrokenOffError
        return piece

    def _heard(self, deadline: Deadline, idle: float) -> bytes:
        """Wait in short steps: a server that is silent or drips does not keep anybody from stopping."""
        while True:
            step = min(deadline.left(idle), HEARD_SECONDS)
            self._wait_at_most(step)
            try:
                return self._connection.recv(PIECE)
            except TimeoutError:
                idle -= step
                if idle <= 0:
                    raise

    def _wait_at_most(self, seconds: float) -> None:
        """Bound the next sending or receiving; nearly all have the same bound, and each setting is a system call."""
        if seconds != self._patience:
            self._connection.settimeout(seconds)
            self._patience = seconds

    def _receive(self, deadline: Deadline, idle: float) -> bytes:
        piece = self._heard(deadline, idle)
        self._room -= len(piece)
        if self._room < 0:
            raise TooMuchError
        return piece
