"""Addresses that are asked: taken apart once, merged with a question, compared after a redirect. Pure.

One reader decides what the host of an address is, for the judgement and for the connection alike: where two readers
differ (``http://127.0.0.1\\@truong.example/``), the wrong host gets the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from .errors import SourceError

LONGEST_SHOWN = 300  # of an address in a sentence; resumption tokens of 100 kB exist
LONGEST_ADDRESS = 2_000  # without a question: no sitemap may list one of 2,048 (sitemaps.org); longer ones are not kept
_PORTS = {"http": 80, "https": 443}
# What may stand in a request as it is: RFC 3986's reserved and unreserved characters, and an encoding already made.
_AS_IT_IS = "!$&'()*+,;=:@/?%-._~[]|"


class Place(msgspec.Struct, frozen=True):
    """An address taken apart; host in lower case and in ASCII, path and query as they are asked for."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a connection belongs to: scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host and, where it is not the usual one, port: the Host header (RFC 9110 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """Path and query: what stands in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def base(self) -> Place:
        """The address without its query."""
        return Place(self.scheme, self.host, self.port, self.path, "")

    def at(self, base: Place) -> Place:
        """Return this question put to another address."""
        return Place(base.scheme, base.host, base.port, base.path, self.query)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def shown(url: object) -> str:
    """Return an address for a sentence, cut where it is very long."""
    text = str(url)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def place_of(url: str) -> Place:
    """Take an address apart; one that may be asked again is remembered, unless it is too long for that.

    Raises SourceError forbidden_url for what must never be asked: other schemes than http and https, no host, user
    names, backslashes, white space and control characters (RFC 3986 knows none).
    """
    return _remembered(url) if len(url) <= LONGEST_ADDRESS else _taken_apart(url)


@lru_cache(maxsize=1024)
def _remembered(url: str) -> Place:
    return _taken_apart(url)


def _taken_apart(url: str) -> Place:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        host, port = "", None
    bad = any(mark <= " " or mark in "\\\x7f" for mark in url) or not host or "@" in parts.netloc or "%" in host
    if bad or parts.scheme not in _PORTS or port == 0:
        raise SourceError("forbidden_url", where=shown(url))
    path, query = quote(parts.path or "/", safe=_AS_IT_IS), quote(parts.query, safe=_AS_IT_IS)
    return Place(parts.scheme, host, port or _PORTS[parts.scheme], path, query)


def asking(place: Place, arguments: Mapping[str, str], *, verbatim: bool = False) -> Place:
    """Put a question's arguments behind a query that the address already has (OJS: ``index.php?page=oai``).

    Empty arguments are left out; an argument replaces one of the same name in the address. Values are percent-encoded
    strictly; with ``verbatim`` they stand as they are but for what no request can hold (some servers do not decode).
    """
    safe = _AS_IT_IS if verbatim else ""
    pairs = [pair for pair in place.query.split("&") if pair and pair.partition("=")[0] not in arguments]
    pairs += [f"{quote(name, safe='')}={quote(value, safe=safe)}" for name, value in arguments.items() if value]
    return Place(place.scheme, place.host, place.port, place.path, "&".join(pairs))


def merge(url: str, arguments: Mapping[str, str], *, verbatim: bool = False) -> str:
    """Return the whole address of a question: see ``asking``."""
    return str(asking(place_of(url), arguments, verbatim=verbatim))


def same_place(one: str, other: str) -> bool:
    """Say whether two addresses lead to the same place; one that may never be asked leads nowhere, nor an endless one.

    Case of the host, the usual port, a last slash and the order of a query make no difference.
    """
    if max(len(one), len(other)) > LONGEST_ADDRESS:  # urlsplit itself keeps the last 128 that it has seen
        return False
    try:
        return _plain(one) == _plain(other)
    except SourceError:
        return False


def _plain(url: str) -> tuple[Place, list[str]]:
    place = _taken_apart(url)  # a server may say another address every time: nothing of that is remembered
    path = place.path.rstrip("/")
    return Place(place.scheme, place.host, place.port, path, ""), sorted(filter(None, place.query.split("&")))


def redirected(place: Place, location: str) -> Place:
    """Return where a redirect leads; the question is kept where the server dropped it.

    Raises SourceError forbidden_url.
    """
    try:
        url = urljoin(str(place), location.strip(" \t").partition("#")[0])
    except ValueError as error:
        raise SourceError("forbidden_url", where=shown(location)) from error
    target = _taken_apart(url)
    return target if target.query else msgspec.structs.replace(target, query=place.query)


def at_home(place: Place, registered: Place) -> bool:
    """Say whether an address is still that of the registered server: its host, at its port or a usual one.

    ``www.`` before it makes no difference: whoever owns a name owns that one too. Another port is another server.
    """
    near = (registered.port, *_PORTS.values())
    return place.host.removeprefix("www.") == registered.host.removeprefix("www.") and place.port in near
