"""Going only where it may: the connected address is checked, never the name that was asked for.

A name can change its address between a check and a connection, and ``127.1``, ``2130706433`` or ``%6cocalhost`` are
all loopback without looking like it. So names are resolved here, once a connection; every address is judged, and the
connection goes to the judged address. The name is used for the Host header and for TLS only.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from .deadline import Deadline
from .errors import SourceError
from .waiting import Passing

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

CONNECT_SECONDS = 15.0  # half of the endpoints that look dead answer later; nobody answers a connect after 15 s
ADDRESSES = 8  # so many addresses of a name are tried; a name with hundreds of them must not cost hundreds of waits

_LOOPBACK = tuple(ipaddress.ip_network(text) for text in ("127.0.0.0/8", "::1/128"))
# Nobody may go there, whatever ``allow_networks`` says: this host, link-local addresses and the metadata services of
# clouds, translation and tunnel prefixes that lead back inside, multicast, documentation and reserved space. Python
# 3.11 calls many of them global (measured); RFC 6890 and its updates name the blocks.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.100.100.200/32",  # metadata: Alibaba
        "168.63.129.16/32",  # metadata: Azure
        "169.254.0.0/16",  # link-local; metadata: AWS, Google, Azure, Oracle and others
        "192.0.0.0/24",  # protocol assignments; metadata: Oracle (192.0.0.192)
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped; judged as IPv4 before it comes here
        "::ffff:0:0:0/96",  # IPv4-translated (SIIT)
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fd00:ec2::/32",  # metadata: AWS over IPv6
        "fd20:ce::/32",  # metadata: Google over IPv6
        "fe80::/10",
        "fec0::/10",
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
        if _within(address, _NEVER):
            return False
        return _within(address, self.networks) or address.is_global

    def away(self, host: str, registered: str) -> Reach:
        """Return where a redirect to another server than the registered one may go: to public addresses only.

        A source's networks were opened for its own server. Loopback, which only the environment opens, for trials,
        leads from one of its addresses to another (127.0.0.1, 127.0.0.2): there every institution is a port of this
        machine. A name never leads there, nor does a redirect from anywhere else.
        """
        return Reach(loopback=self.loopback and _is_loopback(host) and _is_loopback(registered))


def _is_loopback(host: str) -> bool:
    """Say whether a host is written as an address of this machine; no name is."""
    try:
        return _within(ipaddress.ip_address(host), _LOOPBACK)
    except ValueError:
        return False


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name as the system's resolver gives them; raises OSError, UnicodeError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def connect(host: str, port: int, deadline: Deadline, reach: Reach, resolve: Resolve = look_up) -> socket.socket:
    """Resolve a name, judge its addresses and connect to the first one that is allowed and answers.

    Raises SourceError unknown_host, forbidden_address; Passing dns_silent; OSError where no address answers.
    """
    failure: OSError | None = None
    for address in judged(host, port, deadline, reach, resolve):
        try:
            return _connected(address, port, deadline.left(CONNECT_SECONDS))
        except OSError as error:
            failure = failure or error  # the first address is the one that the name's owner means
    assert failure is not None
    raise failure


def judged(host: str, port: int, deadline: Deadline, reach: Reach, resolve: Resolve = look_up) -> list[Address]:
    """Return those of a name's addresses that may be connected to, at least one.

    Raises SourceError unknown_host, forbidden_address; Passing dns_silent.
    """
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in _addresses(host, port, deadline, resolve)]
    allowed = [address for address in addresses[:ADDRESSES] if reach.allows(address)]
    if not allowed:
        raise SourceError("forbidden_address", host=host, address=str(addresses[0]))
    return allowed


def _connected(address: Address, port: int, seconds: float) -> socket.socket:
    connection = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect((str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection


def _addresses(host: str, port: int, deadline: Deadline, resolve: Resolve) -> Sequence[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    found = _bounded(lambda: resolve(host, port), deadline.left(CONNECT_SECONDS))
    if found is None or _unanswered(found):
        raise Passing("dns_silent", host=host)
    if isinstance(found, Exception) or not found:
        raise SourceError("unknown_host", host=host, detail=str(found))
    addresses: Sequence[str] = found
    return addresses


def _unanswered(found: object) -> bool:
    return isinstance(found, socket.gaierror) and found.errno == socket.EAI_AGAIN


def _bounded(work: Callable[[], Any], seconds: float) -> Any:
    """Return what ``work`` returns or raises, None after ``seconds``: the system's resolver cannot be told to hurry.

    The thread is left behind and ends when the resolver gives up.
    """
    box: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put(work())
        except (OSError, UnicodeError, ValueError) as error:
            box.put(error)

    threading.Thread(target=run, name="kho-dns", daemon=True).start()
    try:
        return box.get(timeout=seconds)
    except queue.Empty:
        return None
