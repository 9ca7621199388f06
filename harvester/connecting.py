"""Opening a connection for a question: to a judged address, through the source's proxy if it has one, with TLS."""

from __future__ import annotations

import socket
from collections.abc import Callable

import msgspec

from .deadline import Deadline
from .errors import SourceError
from .guard import Reach, Resolve, judged
from .manners import Tls
from .tls import day, secured
from .urls import Place, at_home, place_of
from .waiting import Passing
from .wire import Wire

# host, port, deadline, reach, resolve → a connected socket; ``guard.connect``
Connect = Callable[[str, int, Deadline, Reach, Resolve], socket.socket]


class Opener(msgspec.Struct, frozen=True):
    """How connections of one source are opened; ``most`` bytes may come in for one answer."""

    tls: Tls
    proxy: str
    reach: Reach
    connect: Connect
    resolve: Resolve
    clock: Callable[[], float]
    most: int

    def open(self, place: Place, registered: Place, deadline: Deadline) -> Wire:
        """Return an open connection to the origin of an address; a redirect has led there if it is not at home.

        Raises SourceError, Passing, OSError and what a proxy's answer raises (``wire.py``).
        """
        home = at_home(place, registered)
        reach = self.reach if home else self.reach.away(place.host, registered.host)
        if self.proxy:
            connection = self._through(place, reach, home, deadline)
        else:
            connection = self.connect(place.host, place.port, deadline, reach, self.resolve)
        try:
            if place.scheme == "https":
                connection = secured(connection, place.host, self.tls, day(self.clock()), deadline)
        except BaseException:
            connection.close()
            raise
        return Wire(connection, self.most)

    def target(self, place: Place) -> str:
        """Return what stands in the request line: the whole address where a proxy reads it (RFC 9112 3.2.2)."""
        return str(place) if self.proxy and place.scheme == "http" else place.target

    def unverified(self, place: Place) -> bool:
        """Say whether a connection to this address is opened without verifying the certificate, today."""
        return place.scheme == "https" and not self.tls.verifies(day(self.clock()))

    def _through(self, place: Place, reach: Reach, home: bool, deadline: Deadline) -> socket.socket:
        """Connect to the proxy; its name for the source's own server is left to it, all others are judged as ever."""
        try:
            judged(place.host, place.port, deadline, reach, self.resolve)
        except (SourceError, Passing) as error:
            if not home or error.code not in ("unknown_host", "dns_silent"):
                raise
        proxy = place_of(self.proxy)
        try:
            connection = self.connect(proxy.host, proxy.port, deadline, self.reach, self.resolve)
        except OSError as error:  # the source may be well: it was never asked
            raise Passing("proxy_down", where=str(proxy), detail=error.strerror or str(error)) from error
        try:
            if place.scheme == "https":
                self._tunnel(connection, place, deadline)
        except BaseException:
            connection.close()
            raise
        return connection

    def _tunnel(self, connection: socket.socket, place: Place, deadline: Deadline) -> None:
        host = f"[{place.host}]" if ":" in place.host else place.host
        request = f"CONNECT {host}:{place.port} HTTP/1.1\r\nHost: {host}:{place.port}\r\n\r\n".encode()
        head = Wire(connection, self.most).ask(request, deadline)
        if head.status != 200:
            raise Passing("proxy", status=head.status, where=str(place_of(self.proxy)))
