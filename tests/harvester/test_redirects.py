"""A redirect is no key: the networks of a source were opened for its own server, and what a server says is not hoarded.

Here private networks are played. Names and addresses are judged as ever; a connection that is allowed ends at the small
server of this machine that stands for the address and port.
"""

from __future__ import annotations

import functools
import ipaddress
import socket
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from harvester import Store
from harvester.deadline import Deadline
from harvester.errors import SourceError
from harvester.guard import Reach, Resolve, judged
from harvester.source import Source
from harvester.urls import LONGEST_ADDRESS, LONGEST_SHOWN, at_home, place_of, redirected, same_place
from harvester.visit import Visiting
from harvester.web import REDIRECTS, Web
from tests.harvester.asking import Answer, Server, reply, web
from tests.harvester.asking import closing as closing
from tests.harvester.test_guard import FORMATS, PUBLIC, _repository
from tests.harvester.walking import Build

HOST, INSIDE, OTHER = "thu-vien.example", "10.0.0.5", "10.0.0.9"
NAMES = {
    HOST: INSIDE,
    f"www.{HOST}": INSIDE,
    "nhan-su.example": INSIDE,  # another name of the same machine
    "ke-toan.example": OTHER,
    "truong-moi.example": PUBLIC,
}
HOME, URL = (INSIDE, 8080), f"http://{HOST}:8080/oai"
NETWORKS = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("127.0.0.0/8"))


class Inside:
    """A private network, and the internet beside it: who was reached, and who answers there."""

    def __init__(self) -> None:
        self.servers: dict[tuple[str, int], Server] = {}
        self.reached: list[tuple[str, int]] = []
        self.names = dict(NAMES)

    def at(self, *place: str | int) -> Server:
        """Open a server at an address and port."""
        host, port = place
        made = self.servers[str(host), int(port)] = Server()
        made.answers = [reply()]
        return made

    def resolve(self, host: str, port: int) -> list[str]:
        if host in self.names:
            return [self.names[host]]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(each[4][0]) for each in found]

    def connect(self, host: str, port: int, deadline: Deadline, reach: Reach, resolve: Resolve) -> socket.socket:
        place = str(judged(host, port, deadline, reach, resolve)[0]), port
        self.reached.append(place)
        if place not in self.servers:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.servers[place].port), timeout=20)

    def asking(self, **more: object) -> Web:
        stated = {"environ": {}, "patience": 0, "url": URL, "networks": NETWORKS, "resolve": self.resolve, **more}
        return web(connect=self.connect, **stated)  # type: ignore[arg-type]


@pytest.fixture
def inside() -> Iterator[Inside]:
    made = Inside()
    yield made
    for server in made.servers.values():
        server.stop()


def told(asked: Web, url: str = URL) -> str:
    """Ask, and return the code of what went wrong; empty where nothing did."""
    try:
        asked.get(url, {"verb": "Identify"})
    except SourceError as error:
        return error.code
    return ""


# --- networks ---------------------------------------------------------------------------------------------------------

FORBIDDEN = [
    "http://ke-toan.example:8080/admin/delete?id=7",
    "http://ke-toan.example/",
    "https://ke-toan.example/",
    f"http://{OTHER}:8080/",
    "http://167772169/",
    f"http://[::ffff:{OTHER}]/",
    "http://nhan-su.example:8080/",
    f"http://{INSIDE}:8080/oai",
    f"http://{HOST}:9200/_all",
    f"http://www.{HOST}:9200/_all",
    f"https://{HOST}:6443/",
    "http://127.0.0.1:8080/",
    "http://localhost/",
]


@pytest.mark.parametrize("status", [301, 308])
@pytest.mark.parametrize("target", FORBIDDEN)
def test_H6_no_redirect_leads_to_another_private_server(inside: Inside, target: str, status: int) -> None:
    home = inside.at(*HOME)
    others = [inside.at(address, port) for address in (INSIDE, OTHER) for port in (80, 443, 6443, 9200)]
    others.append(inside.at(OTHER, 8080))
    inside.names["localhost"] = "127.0.0.1"
    home.answers = [reply(status, Location=target)]
    asked = inside.asking()
    assert [told(asked) for _ in range(2)] == ["forbidden_redirect"] * 2, "it is said in the same words again"
    assert set(inside.reached) == {HOME}
    assert [server.paths for server in others] == [[]] * len(others)
    assert (len(home.paths), asked.noticed) == (2, {})


@pytest.mark.parametrize("status", [302, 303, 307])
def test_H6_no_passing_redirect_leads_to_another_private_port(inside: Inside, status: int) -> None:
    inside.at(*HOME).answers = [reply(status, Location=f"http://{HOST}:9200/_all")]
    assert told(inside.asking()) == "forbidden_redirect"
    assert inside.reached == [HOME]


def test_H6_no_way_round_leads_to_another_private_server(inside: Inside) -> None:
    """Home, then a public server, then the one that must not be asked."""
    inside.at(*HOME).answers = [reply(301, Location="http://truong-moi.example/oai")]
    inside.at(PUBLIC, 80).answers = [reply(301, Location=f"http://{OTHER}/")]
    assert told(inside.asking()) == "forbidden_redirect"
    assert inside.reached == [HOME, (PUBLIC, 80)]


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        ("http://truong-moi.example/oai", (PUBLIC, 80)),
        ("http://truong-moi.example:8081/oai", (PUBLIC, 8081)),
        (f"http://{HOST}/oai", (INSIDE, 80)),
        (f"http://www.{HOST}/oai", (INSIDE, 80)),
        (f"http://www.{HOST}:8080/oai", HOME),
    ],
)
def test_H6_a_redirect_leads_to_public_servers_and_to_the_own_one(
    inside: Inside, target: str, reached: tuple[str, int]
) -> None:
    home, there = inside.at(*HOME), inside.servers.get(reached) or inside.at(*reached)
    home.answers = [reply(301, Location=target), reply()]
    asked = inside.asking()
    assert told(asked) == ""
    assert inside.reached == [HOME, reached]
    assert there.paths[-1] == "/oai?verb=Identify"
    assert asked.noticed["moved"]["moved_to"] == target


def test_H6_an_own_server_may_ask_for_https(inside: Inside) -> None:
    inside.at(*HOME).answers = [reply(301, Location=f"https://{HOST}/oai")]
    assert told(inside.asking()) == "refused", "nobody is there in this test"
    assert inside.reached == [HOME, (INSIDE, 443)]


def test_a_new_address_is_judged_again_whenever_it_is_asked(inside: Inside) -> None:
    """Where the source has moved for good is asked directly; meanwhile its name may lead inside."""
    inside.at(*HOME).answers = [reply(301, Location="http://truong-moi.example/oai")]
    inside.at(PUBLIC, 80).answers = [reply(Connection="close")]
    accounts = inside.at(OTHER, 80)
    asked = inside.asking()
    assert told(asked) == ""
    inside.names["truong-moi.example"] = OTHER
    assert told(asked) == "forbidden_address"
    assert (inside.reached, accounts.paths) == ([HOME, (PUBLIC, 80)], [])


def test_without_a_registered_address_the_first_that_is_asked_is_the_own_one(inside: Inside) -> None:
    inside.at(*HOME).answers = [reply(301, Location=f"http://{OTHER}/")]
    assert told(inside.asking(url="")) == "forbidden_redirect"
    assert inside.reached == [HOME]


@pytest.mark.parametrize("target", ["http://khong-co.invalid:9200/", "https://khong-co.invalid:6443/"])
def test_H14_no_proxy_is_asked_for_another_port_of_a_name_that_only_it_knows(target: str) -> None:
    proxy = Server()
    proxy.answers = [reply(301, Location=target), reply()]

    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    url = "http://khong-co.invalid/oai"
    asked = web(patience=0, url=url, proxy=f"http://127.0.0.1:{proxy.port}", resolve=nowhere)
    assert told(asked, url) == "unknown_host"
    assert proxy.paths == [f"{url}?verb=Identify"]
    proxy.stop()


@pytest.mark.parametrize(
    ("url", "registered", "home"),
    [
        ("http://a.example/moi", "http://a.example/oai", True),
        ("https://a.example/", "http://a.example/", True),
        ("https://a.example/", "http://a.example:8080/", True),
        ("http://a.example/", "https://a.example:8443/", True),
        ("https://www.a.example/", "http://a.example/", True),
        ("https://a.example/", "http://www.a.example/", True),
        ("http://a.example:8080/", "http://a.example:8080/", True),
        ("http://a.example:8080/", "http://a.example/", False),
        ("https://a.example:8443/", "http://a.example:8080/", False),
        ("http://b.a.example/", "http://a.example/", False),
        ("http://wwwa.example/", "http://a.example/", False),
        ("http://10.0.0.5/", "http://10.0.0.5/", True),
        ("http://10.0.0.6/", "http://10.0.0.5/", False),
    ],
)
def test_what_is_still_the_own_server(url: str, registered: str, home: bool) -> None:
    assert at_home(place_of(url), place_of(registered)) == home


def test_loopback_leads_to_loopback_alone_and_by_its_addresses_alone() -> None:
    """Only the environment opens it, to try things: there each institution is a port of this machine."""
    near = Reach(loopback=True, networks=NETWORKS)
    assert near.away("127.0.0.2", "127.0.0.1") == Reach(loopback=True)
    assert near.away("::1", "127.0.0.1") == Reach(loopback=True)
    for host, registered in (
        ("localhost", "127.0.0.1"),
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", HOST),
        ("127.0.0.1", INSIDE),
        (OTHER, "127.0.0.1"),
        (HOST, HOST),
    ):
        assert near.away(host, registered) == Reach()
    assert Reach(networks=NETWORKS).away("127.0.0.2", "127.0.0.1") == Reach()


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:{port}/oai"])
def test_no_name_leads_from_loopback_to_loopback(url: str) -> None:
    server, victim = Server(), Server()
    victim.answers = [reply()]
    server.answers = [reply(301, Location=f"http://localhost:{victim.port}/admin/delete?id=7")]
    asked = web(patience=0, url=url.format(port=server.port))
    assert told(asked, server.url) == "forbidden_redirect"
    assert (len(server.paths), victim.paths) == (1, [])
    for each in (server, victim):
        each.stop()


def test_T7_H7_no_token_and_no_address_in_identify_leads_anywhere_inside(inside: Inside, sqlite_store: Store) -> None:
    home = inside.at(*HOME)
    asked_for = functools.partial(Web, environ={}, resolve=inside.resolve, connect=inside.connect)
    visiting = Visiting(sqlite_store, FORMATS, web=asked_for)
    for number, target in enumerate(FORBIDDEN):
        home.answers = [_repository(target)]
        source = Source(id=f"nguon-{number}", name="N", url=URL, patience=0, allow_networks=("10.0.0.0/8",))
        result = visiting.visit(source)
        assert (result.outcome, result.ledger.fetched) == ("complete", 2), (target, result)
    assert set(inside.reached) == {HOME}


# --- what is kept of addresses ----------------------------------------------------------------------------------------


def wandering(length: int) -> Answer:
    """Redirects five times for good, each time to an address of its own, and answers then."""
    count = 0

    def answer(handler: BaseHTTPRequestHandler) -> None:
        nonlocal count
        count += 1
        there = reply(301, Location=f"/{count}/".ljust(length, "x")) if count % (REDIRECTS + 1) else reply()
        there(handler)

    return answer


@pytest.mark.parametrize(("length", "most"), [(20, REDIRECTS), (50_000, 0)])
def test_few_addresses_are_kept_of_a_server_that_moves_for_ever(length: int, most: int) -> None:
    server = Server()
    server.answers = [wandering(length)]
    asked = web(url=server.url, patience=0)
    for _ in range(20):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(asked, "_known", lambda place: place)  # as for a source with many addresses
            assert told(asked, server.url) == ""
    assert len(asked._moved) == most
    server.stop()


def test_no_long_address_stays_in_memory() -> None:
    """What a server says of its address may be of megabytes, and other every time."""
    long = "é" * (1 << 18)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(8):
        url = f"http://a.example/{long}{number}"
        assert not same_place(url, url), "it leads nowhere"
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert held < 2 * len(long), "the last one, which is still at hand here"


def test_an_address_that_is_asked_again_is_taken_apart_once() -> None:
    usual, long = (f"http://a.example/{'a' * length}" for length in (100, LONGEST_ADDRESS))
    assert place_of(usual) is place_of(usual)
    assert place_of(long) is not place_of(long)
    assert place_of(long) == place_of(long)


def test_where_a_redirect_leads_is_not_remembered() -> None:
    here, there = place_of("http://a.example/oai?verb=Identify"), "http://b.example/oai?verb=Identify"
    assert redirected(here, there) == redirected(here, there)
    assert redirected(here, there) is not redirected(here, there)


def test_H7_an_endless_address_in_identify_is_told_and_kept_in_short(build: Build) -> None:
    place = build()
    place.repository.base_url = "http://khac.example/" + "a" * 1_000_000
    first = place.visit()
    said = place.noticed(first)["base_url_differs"]["said"]
    assert (first.outcome, said) == ("complete", place.repository.base_url[:LONGEST_SHOWN] + "…")
    assert place.learned["base_url"] == place.learned["other_base_url"] == said
    place.night()
    assert "base_url_differs" not in place.noticed(place.visit()), "not every morning"
