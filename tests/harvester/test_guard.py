"""Going only where it may: whatever a server, a resolver or an answer says, nothing connects where it must not."""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester import guard
from harvester.deadline import Deadline
from harvester.errors import SourceError
from harvester.guard import Reach
from harvester.record import Format
from harvester.source import Source
from harvester.store import Store
from harvester.urls import place_of
from harvester.visit import Visiting
from harvester.web import Web
from tests.harvester.asking import Server, web
from tests.harvester.asking import closing as closing
from tests.harvester.spellings import NAMES, TRICKS, V4, V6, spellings

PUBLIC = "203.162.4.190"  # an address in Việt Nam's part of the internet; no packet of a test goes there
HOST = "thu-vien.example"
HOSTS = list(spellings())
FORMATS = (Format("oai_dc", ("http://www.openarchives.org/OAI/2.0/oai_dc/",), 40),)


class Watch:
    """Sees every connection of this process, and stops those that the tests have not opened the door for."""

    def __init__(self) -> None:
        self.on = False
        self.door: tuple[str, int] = ("", 0)
        self.connects: list[tuple[Any, ...]] = []
        sys.addaudithook(self._hook)  # for the life of the process: it cannot be taken away, only be off

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on or event != "socket.connect" or arguments[0].family == socket.AF_UNIX:
            return
        if tuple(arguments[1][:2]) != self.door:
            self.connects.append(arguments[1])
            raise PermissionError(f"a test was about to connect to {arguments[1]}")


@pytest.fixture(scope="session")
def watch() -> Watch:
    return Watch()


@pytest.fixture
def registered(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The registered server: on loopback, but the guard knows it under a public address only."""
    server = Server()
    connected = guard._connected

    def detour(address: guard.Address, port: int, seconds: float) -> socket.socket:
        if str(address) == PUBLIC:
            return connected(ipaddress.ip_address("127.0.0.1"), server.port, seconds)
        return connected(address, port, seconds)

    monkeypatch.setattr(guard, "_connected", detour)
    watch.door, watch.on = ("127.0.0.1", server.port), True
    watch.connects.clear()
    yield server
    watch.on = False
    server.stop()


@pytest.fixture
def victim() -> Iterator[Server]:
    """Whoever must never be asked; listens on loopback and counts."""
    server = Server()
    yield server
    server.stop()


def resolve(host: str, port: int) -> list[str]:
    """The system's resolver for everything that needs no name server (glibc: 127.1, 0x7f.1, 017700000001 …)."""
    if host == HOST:
        return [PUBLIC]
    if host.rstrip(".") in NAMES:
        return [NAMES[host.rstrip(".")]]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(each[4][0]) for each in found]


def asking(**more: object) -> Web:
    return web(environ={}, url=f"http://{HOST}/oai", patience=0, **{"resolve": resolve, **more})


# --- what is judged ---------------------------------------------------------------------------------------------------


def test_there_are_enough_spellings_and_the_resolver_understands_most() -> None:
    assert len(set(HOSTS)) >= 200
    understood = 0
    for host in HOSTS:
        with contextlib.suppress(SourceError, OSError):
            understood += bool(resolve(place_of(f"http://{host}/").host, 80))
    print(f"{len(set(HOSTS))} spellings, {len(TRICKS)} tricks; {understood} lead to an address")
    assert understood >= 200, "a spelling that nobody understands shows nothing"


@pytest.mark.parametrize("address", [*V4, *V6, "::ffff:10.0.0.1", "64:ff9b::a00:1", "203.0.113.9", "198.18.0.1"])
def test_forbidden_addresses(address: str) -> None:
    assert not Reach().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2405:4800::1", "2606:4700::1111", "::ffff:203.162.4.190"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert Reach().allows(ipaddress.ip_address(address))


def test_private_networks_are_opened_by_the_source_alone() -> None:
    inside = Reach(networks=(ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("100.64.0.0/10")))
    allowed = {each: inside.allows(ipaddress.ip_address(each)) for each in V4}
    assert {each for each, may in allowed.items() if may} == {"10.0.0.1", "100.64.0.1"}


EVERYTHING = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
ALWAYS_DENIED = (
    "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254",
    "0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1",
    "::ffff:169.254.169.254", "127.0.0.1", "::1",
)  # fmt: skip


@pytest.mark.parametrize("address", ALWAYS_DENIED)
def test_metadata_services_and_loopback_stay_denied_whatever_a_source_opens(address: str) -> None:
    assert not Reach(networks=EVERYTHING).allows(ipaddress.ip_address(address))


def test_loopback_is_opened_by_the_environment_and_nothing_else_with_it() -> None:
    near = Reach(loopback=True)
    assert near.allows(ipaddress.ip_address("127.0.0.1"))
    assert near.allows(ipaddress.ip_address("::1"))
    assert not any(near.allows(ipaddress.ip_address(each)) for each in V4 if not each.startswith("127."))


@given(st.ip_addresses())
def test_an_address_is_judged_the_same_in_both_clothes(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    for reach in (Reach(), Reach(networks=EVERYTHING), Reach(loopback=True)):
        if address.version == 4:
            assert reach.allows(address) == reach.allows(ipaddress.ip_address(f"::ffff:{address}"))


# --- the ways in ------------------------------------------------------------------------------------------------------


def faults(asked: Web, url: str) -> str:
    with pytest.raises(SourceError) as found:
        asked.get(url, {"verb": "Identify"})
    return found.value.code


def test_the_registered_server_is_reached_and_nobody_else(registered: Server, watch: Watch) -> None:
    """The door is open and the watch awake: else the counts below would show nothing."""
    registered.answers = [_answering(b"<a/>")]
    assert asking().get(f"http://{HOST}/oai", {}).content == b"<a/>"
    assert watch.connects == []
    with pytest.raises(PermissionError):
        socket.create_connection(("127.0.0.1", 1), timeout=1)
    assert watch.connects == [("127.0.0.1", 1)]


def test_no_spelling_of_a_forbidden_address_is_asked(registered: Server, watch: Watch, victim: Server) -> None:
    told = {host: faults(asking(), f"http://{host}:{victim.port}/oai") for host in (*HOSTS, *TRICKS)}
    assert set(told.values()) <= {"forbidden_address", "forbidden_url", "unknown_host"}, told
    assert (watch.connects, victim.paths) == ([], [])


@pytest.mark.parametrize("status", [301, 302, 308])
def test_H6_no_redirect_leads_to_a_forbidden_address(
    registered: Server, watch: Watch, victim: Server, status: int
) -> None:
    told = {}
    for host in (*HOSTS, *TRICKS):
        registered.answers = [_redirecting(status, f"http://{host}:{victim.port}/oai")]
        told[host] = faults(asking(), f"http://{HOST}/oai")
    expected = {"forbidden_redirect", "unknown_host", "left_host", "redirects", "login", "not_http"}
    assert set(told.values()) <= expected, {host: code for host, code in told.items() if code not in expected}
    assert (watch.connects, victim.paths) == ([], [])


def test_no_resolver_that_changes_its_mind_leads_to_a_forbidden_address(
    registered: Server, watch: Watch, victim: Server
) -> None:
    """A name is resolved once for each connection, and the judged address is the connected one."""
    for host in HOSTS:
        try:
            other = resolve(place_of(f"http://{host}/").host, victim.port)
        except (SourceError, OSError):
            continue
        answers = [[PUBLIC], other, [PUBLIC], other]
        registered.answers = [_answering(b"<a/>", close=True)]
        asked = asking(resolve=lambda host, port, answers=answers: answers.pop(0))
        assert asked.get(f"http://{HOST}:{victim.port}/oai", {}).content == b"<a/>"
        assert len(answers) == 3, "one connection, one look"
        assert faults(asked, f"http://{HOST}:{victim.port}/oai") == "forbidden_address"
        assert len(answers) == 2
    assert (watch.connects, victim.paths) == ([], [])


def test_a_name_with_a_forbidden_address_among_others_leads_to_the_others(registered: Server, watch: Watch) -> None:
    registered.answers = [_answering(b"<a/>")]
    for answer in ([*V4, PUBLIC][-3:], ["10.0.0.1", PUBLIC], [PUBLIC, "127.0.0.1"], ["fe80::1%eth0", PUBLIC]):
        asked = asking(resolve=lambda host, port, answer=answer: answer)
        assert asked.get(f"http://{HOST}/oai", {}).content == b"<a/>"
    assert watch.connects == []


def test_a_name_with_hundreds_of_addresses_costs_a_few_tries(watch: Watch) -> None:
    watch.connects.clear()
    watch.door, watch.on = ("", 0), True
    try:
        with pytest.raises(OSError, match="about to connect"):
            guard.connect("x.example", 80, Deadline(20), Reach(), lambda host, port: [f"8.8.{n}.8" for n in range(200)])
    finally:
        watch.on = False
    assert len(watch.connects) == guard.ADDRESSES


def test_T7_H7_neither_token_nor_the_address_in_identify_is_ever_followed(
    registered: Server, watch: Watch, victim: Server, sqlite_store: Store
) -> None:
    """Whole visits: every spelling stands in Identify, in ``friends``, in ``request`` and as a resumption token."""
    asked_for = functools.partial(Web, environ={}, resolve=resolve)
    visiting = Visiting(sqlite_store, FORMATS, web=asked_for)
    for number, host in enumerate((*HOSTS, *TRICKS)):
        registered.answers = [_repository(f"http://{host}:{victim.port}/oai")]
        before = len(registered.paths)
        result = visiting.visit(Source(id=f"nguon-{number}", name="N", url=f"http://{HOST}/oai", patience=0))
        assert (result.outcome, result.ledger.fetched) == ("complete", 2), (host, result)
        assert len(registered.paths) - before >= 4
    assert (watch.connects, victim.paths) == ([], [])


def test_a_resolver_that_answers_nonsense_is_an_unknown_name() -> None:
    for answer in ([],):
        asked = web(environ={}, patience=0, resolve=lambda host, port, answer=answer: answer)
        assert faults(asked, "http://x.example/") == "unknown_host"


# --- what the servers of these tests say ------------------------------------------------------------------------------


def _answering(body: bytes, close: bool = False) -> Any:
    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        if close:
            handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def _redirecting(status: int, location: str) -> Any:
    def answer(handler: Any) -> None:
        handler.wfile.write(f"HTTP/1.1 {status} Moved\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n".encode())

    return answer


def _repository(elsewhere: str) -> Any:
    """Two pages of one record each, and the other address wherever an address or a token may stand."""
    from xml.sax.saxutils import escape

    there = escape(elsewhere.replace("\r", " ").replace("\n", " ").replace("\t", " "))

    def answer(handler: Any) -> None:
        path = handler.path
        if "verb=Identify" in path:
            said = (
                f"<Identify><repositoryName>x</repositoryName><baseURL>{there}</baseURL><protocolVersion>2.0"
                "</protocolVersion><adminEmail>a@b.example</adminEmail><earliestDatestamp>2020-01-01</earliestDatestamp>"
                "<deletedRecord>no</deletedRecord><granularity>YYYY-MM-DD</granularity><description><friends><baseURL>"
                f"{there}</baseURL></friends></description></Identify>"
            )
        elif "verb=ListMetadataFormats" in path:
            said = (
                "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix><schema>"
                f"{there}</schema><metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace>"
                "</metadataFormat></ListMetadataFormats>"
            )
        elif "verb=ListSets" in path:
            said = '<error code="noSetHierarchy"/>'
        elif "resumptionToken=" in path:
            said = f"<ListRecords>{_record(2)}</ListRecords>"
        else:
            said = f"<ListRecords>{_record(1)}<resumptionToken>{there}</resumptionToken></ListRecords>"
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            f"<responseDate>2026-11-20T00:00:00Z</responseDate><request>{there}</request>{said}</OAI-PMH>"
        )
        _answering(body.encode())(handler)

    return answer


def _record(number: int) -> str:
    return (
        f"<record><header><identifier>oai:x:{number}</identifier><datestamp>2026-01-01</datestamp></header><metadata>"
        f"<dc><title>Bài {number}</title></dc></metadata></record>"
    )
