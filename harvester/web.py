"""The only place from which an institution is asked: polite, bounded, guarded.

One question is one GET with a total deadline. Faults that may pass are asked again within the visit's patience; a
server that asks for more patience than that defers the visit. The clock and the waiting are arguments.
"""

from __future__ import annotations

import email.utils
import os
import random
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import msgspec
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    IncompleteRead,
    LocationValueError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout

from .errors import Deferred, SourceError
from .guard import Network, Reach, pool_manager

CONNECT_SECONDS = 15.0  # half of the endpoints that look dead answer later; nobody answers a connect after 15 s
REDIRECTS = 5
PASSING = frozenset((408, 429, 500, 502, 503, 504))  # real servers say 500 where the standard says 503
ATTEMPTS = 5  # a connection that was refused five times over ~30 s is down tonight, whatever the patience
LONGEST_PAUSE = 60.0
_CHUNK = 1 << 16
# DSpace answers HTML where text/html comes first in Accept.
_ACCEPT = "text/xml, application/xml;q=0.9, */*;q=0.1"


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How one source is asked: seconds, bytes, networks; the defaults stand in ``source.py``."""

    timeout: float
    patience: float
    pause: float
    max_page: int
    networks: tuple[Network, ...] = ()
    contact: str = ""
    source: str = ""


class Body(msgspec.Struct, frozen=True):
    """What a server answered: the bytes after decompression, the final address, the content type."""

    content: bytes
    url: str
    content_type: str


def user_agent(contact: str) -> str:
    """Say who asks and whom to write to."""
    return f"Kho/0.1 (+OAI-PMH harvester of Vietnamese learning resources{'; ' + contact if contact else ''})"


class Web:
    """Ask one institution, politely; one of these a visit, used by one thread."""

    def __init__(
        self,
        manners: Manners,
        *,
        stopping: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Take the manners of the source; ``stopping`` is asked while waiting, so that Ctrl-C is not slept through."""
        self.manners = manners
        self.requests = 0
        self._stopping, self._sleep, self._monotonic = stopping, sleep, monotonic
        reach = Reach(loopback=environ.get("KHO_ALLOW_LOOPBACK") == "1", networks=manners.networks)
        self._pool = pool_manager(reach)
        self._patience = manners.patience
        self._headers = {
            "User-Agent": user_agent(manners.contact),
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip",
        }

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def get(self, url: str, arguments: Mapping[str, str]) -> Body:
        """Ask one question; arguments are merged with a query that the address already has.

        Raises SourceError (refused, unreachable, unknown_host, tls, too_slow, cut, status, gone, too_large, coding,
        redirects, forbidden_address, forbidden_url) and Deferred.
        """
        target = merge(url, arguments)
        attempt = 0
        while True:
            if self.requests and self.manners.pause:
                self._wait(self.manners.pause)
            attempt += 1
            try:
                return self._follow(target)
            except _Passing as fault:
                self._be_patient(fault, attempt)

    def _be_patient(self, fault: _Passing, attempt: int) -> None:
        asked = fault.retry_after
        pause = asked if asked is not None else min(LONGEST_PAUSE, 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret
        if asked is not None and asked > self._patience:
            until = int(time.time() + asked)
            clock = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            raise Deferred(until_seconds=until, until=clock, where=fault.facts.get("where", ""))
        if pause > self._patience or attempt >= ATTEMPTS or self._stopping():
            raise SourceError(fault.code, **fault.facts) from fault
        self._patience -= pause
        self._wait(pause)

    def _wait(self, seconds: float) -> None:
        end = self._monotonic() + seconds
        while (left := end - self._monotonic()) > 0 and not self._stopping():
            self._sleep(min(left, 0.5))

    def _follow(self, url: str) -> Body:
        end = self._monotonic() + self.manners.timeout
        for _ in range(REDIRECTS + 1):
            response = self._ask(url, end)
            location = response.headers.get("Location") if response.status in (301, 302, 303, 307, 308) else None
            if location is None:
                return self._read(response, url, end)
            response.close()
            url = _redirected(url, location)
        raise SourceError("redirects", limit=REDIRECTS, where=url)

    def _ask(self, url: str, end: float) -> BaseHTTPResponse:
        check(url)
        self.requests += 1
        left = end - self._monotonic()
        if left <= 0:
            raise _Passing("too_slow", where=url, seconds=self.manners.timeout)
        timeout = Timeout(connect=min(CONNECT_SECONDS, left), read=left)
        try:
            return self._pool.urlopen(
                "GET",
                url,
                headers=self._headers,
                redirect=False,
                retries=False,
                timeout=timeout,
                preload_content=False,
                decode_content=False,
            )
        except (HTTPError, OSError) as error:
            raise self._told_apart(error, url) from error

    def _told_apart(self, error: Exception, url: str) -> SourceError | _Passing:
        if isinstance(error, SourceError):
            return error
        text = str(error)
        if isinstance(error, ReadTimeoutError | ConnectTimeoutError | TimeoutError):
            return _Passing("too_slow", where=url, seconds=self.manners.timeout)
        if isinstance(error, SSLError):
            return SourceError("tls", where=url, detail=text)
        if isinstance(error, LocationValueError):
            return SourceError("forbidden_url", where=url)
        if isinstance(error, ConnectionRefusedError) or "refused" in text.lower():
            return _Passing("refused", where=url)
        if isinstance(error, NewConnectionError):
            return _Passing("unreachable", where=url, detail=text)
        if isinstance(error, IncompleteRead | ProtocolError):
            return _Passing("cut", where=url)
        return _Passing("unreachable", where=url, detail=text)

    def _read(self, response: BaseHTTPResponse, url: str, end: float) -> Body:
        try:
            if response.status != 200:
                raise self._refusal(response, url)
            coding = response.headers.get("Content-Encoding", "identity").strip().lower()
            if coding not in ("identity", "", "gzip", "x-gzip"):
                raise SourceError("coding", coding=coding, where=url)
            wire = self._bytes(response, url, end)
            # Servers send gzip without saying so, and say gzip over plain bytes: the magic number decides.
            content = _inflate(wire, self.manners.max_page, url) if wire[:2] == b"\x1f\x8b" else wire
            return Body(content, url, response.headers.get("Content-Type", ""))
        except BaseException:
            response.close()
            raise
        finally:
            response.release_conn()

    def _bytes(self, response: BaseHTTPResponse, url: str, end: float) -> bytes:
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := response.read1(_CHUNK, decode_content=False):  # read1 returns what is there: drips are seen
                size += len(piece)
                if size > self.manners.max_page:
                    raise SourceError("too_large", limit=self.manners.max_page, where=url)
                if self._monotonic() > end:
                    raise _Passing("too_slow", where=url, seconds=self.manners.timeout)
                pieces.append(piece)
        except (HTTPError, OSError) as error:
            raise self._told_apart(error, url) from error
        return b"".join(pieces)

    def _refusal(self, response: BaseHTTPResponse, url: str) -> SourceError | _Passing:
        if response.status in PASSING:
            asked = retry_after(response.headers.get("Retry-After"), time.time())
            return _Passing("status", retry_after=asked, status=response.status, where=url)
        return SourceError("gone", status=response.status, where=url)


class _Passing(Exception):
    def __init__(self, code: str, retry_after: float | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code, self.retry_after, self.facts = code, retry_after, facts


def merge(url: str, arguments: Mapping[str, str]) -> str:
    """Add arguments to an address, keeping a query that it already has (OJS: ``index.php?page=oai``)."""
    parts = urlsplit(url)
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in arguments]
    query = urlencode([*pairs, *((name, value) for name, value in arguments.items() if value)])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def check(url: str) -> None:
    """Refuse what must never be asked: other schemes, user names, backslashes, white space (RFC 3986 knows none)."""
    parts = urlsplit(url)
    bad = any(mark in url for mark in "\\\t\r\n ") or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or bad:
        raise SourceError("forbidden_url", where=url)


def _redirected(url: str, location: str) -> str:
    target = urlsplit(urljoin(url, location))
    query = target.query or urlsplit(url).query  # some servers drop the question when they redirect
    return urlunsplit((target.scheme, target.netloc, target.path, query, ""))


def retry_after(value: str | None, now: float) -> float | None:
    """Read Retry-After in both forms of RFC 9110 10.2.3: seconds or a date; at least one second, None if unreadable."""
    if value is None:
        return None
    text = value.strip()
    if text.isdecimal():
        return max(1.0, float(text))
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(1.0, moment.timestamp() - now)


def _inflate(wire: bytes, limit: int, url: str) -> bytes:
    """Unpack gzip (also several members), never beyond ``limit`` bytes; a member that does not end was cut."""
    pieces, size, rest = [], 0, wire
    while rest[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            pieces.append(unpacker.decompress(rest, limit - size + 1))
        except zlib.error as error:
            raise _Passing("cut", where=url) from error
        size += len(pieces[-1])
        if size > limit:
            raise SourceError("too_large", limit=limit, where=url)
        if not unpacker.eof:
            raise _Passing("cut", where=url)
        rest = unpacker.unused_data
    return b"".join(pieces)
