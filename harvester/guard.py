"""Going only where it may: the connected address is checked, never the name that was asked for.

A name can change its address between a check and a connection, and ``127.1``, ``2130706433`` or ``%6cocalhost`` are
all loopback without looking like it. So names are resolved here, every address is judged, and the connection goes to
the judged address.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

import msgspec
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

from .errors import SourceError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LOOPBACK = tuple(ipaddress.ip_network(text) for text in ("127.0.0.0/8", "::1/128"))
# Python 3.11 calls these global although they lead inside: translation and tunnel prefixes, multicast, the metadata
# services of clouds, documentation and reserved space (measured; RFC 6890 and its updates name the blocks).
_DENIED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "fe80::/10",
        "ff00::/8",
    )
)


class Reach(msgspec.Struct, frozen=True):
    """Where a source's requests may go: anywhere public; loopback and private networks only where they are named."""

    loopback: bool = False
    networks: tuple[Network, ...] = ()

    def allows(self, address: Address) -> bool:
        """Say whether a connection to this address is allowed."""
        mapped = getattr(address, "ipv4_mapped", None)
        if mapped is not None:
            address = mapped
        if _within(address, _LOOPBACK):
            return self.loopback
        if _within(address, _DENIED):
            return False
        return _within(address, self.networks) or address.is_global


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def connect(host: str, port: int, timeout: float | None, reach: Reach) -> socket.socket:
    """Resolve a name, judge its addresses and connect to the first one that is allowed and answers.

    Raises SourceError: unknown_host, forbidden_address; OSError where no address answers.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError("unknown_host", host=host, detail=str(error)) from error
    failure: OSError | None = None
    for family, kind, protocol, _, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if not reach.allows(address):
            raise SourceError("forbidden_address", host=host, address=str(address))
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(timeout)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.connect(place)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure or OSError("no address")


def pool_manager(reach: Reach) -> PoolManager:
    """Return a urllib3 pool whose every connection goes through ``connect``; one connection a host and port."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self.host, self.port or 80, _seconds(self.timeout), reach)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self.host, self.port or 443, _seconds(self.timeout), reach)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    manager = PoolManager(num_pools=4, maxsize=1, retries=False)
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return manager


def _seconds(timeout: object) -> float | None:
    return float(timeout) if isinstance(timeout, int | float) else None
