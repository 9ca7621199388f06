"""TLS: verified by the name that was asked for, every fault told by its own name, exceptions with an end."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import trustme

from harvester.deadline import Deadline
from harvester.errors import SourceError
from harvester.guard import Reach, Resolve, connect
from harvester.manners import Tls
from harvester.messages import who_must_act
from harvester.tls import day
from harvester.web import Web
from tests.harvester.asking import ALLOWED, XML, Accepting, Raw, Server, reply, sending, web
from tests.harvester.asking import closing as closing

HOST = "thu-vien.example"
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
FUTURE = datetime.datetime(2090, 1, 1, tzinfo=datetime.UTC)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(XML) + XML


@pytest.fixture(scope="module")
def root() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(root: trustme.CA, tmp_path: Path) -> str:
    root.cert_pem.write_to_path(str(tmp_path / "root.pem"))
    return str(tmp_path / "root.pem")


class Secure(Accepting):
    """Speaks TLS on loopback with a chain of our making; knows which name was asked for."""

    def __init__(self, key: trustme.Blob, chain: Sequence[trustme.Blob], old: bool = False) -> None:
        self.names: list[str] = []
        self.heard: list[bytes] = []
        self.answer = ANSWER
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if old:
            self.context.set_ciphers("DEFAULT:@SECLEVEL=0")
            self.context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            self.context.maximum_version = ssl.TLSVersion.TLSv1_1
        with trustme.Blob(key.bytes() + b"".join(part.bytes() for part in chain)).tempfile() as file:
            self.context.load_cert_chain(file)
        self.context.sni_callback = lambda _, name, __: self.names.append(name)
        super().__init__()
        self.url = f"https://{HOST}:{self.port}/oai"

    def serve(self, connection: socket.socket) -> None:
        with self.context.wrap_socket(connection, server_side=True) as speaking:
            while request := speaking.recv(65536):
                self.heard.append(request)
                speaking.sendall(self.answer)


Start = Callable[..., Secure]


@pytest.fixture
def start() -> Iterator[Start]:
    made: list[Secure] = []

    def begin(key: trustme.Blob, chain: Sequence[trustme.Blob], old: bool = False) -> Secure:
        made.append(Secure(key, chain, old))
        return made[-1]

    yield begin
    for server in made:
        server.socket.close()


def asking(**more: object) -> Web:
    """Somebody who finds the institution's name on loopback, where a public server is played."""

    def found(host: str, port: int, deadline: Deadline, reach: Reach, resolve: Resolve) -> socket.socket:
        if host.endswith(".example"):
            host, reach = "127.0.0.1", Reach(loopback=True)
        return connect(host, port, deadline, reach, resolve)

    return web(connect=found, patience=0, **more)


def issued(ca: trustme.CA, host: str = HOST, **more: object) -> tuple[trustme.Blob, list[trustme.Blob]]:
    made = ca.issue_cert(host, **more)  # type: ignore[arg-type]
    return made.private_key_pem, list(made.cert_chain_pems)


def fault(asked: Web, url: str) -> SourceError:
    with pytest.raises(SourceError) as found:
        asked.get(url, {"verb": "Identify"})
    return found.value


def test_H12_a_certificate_is_verified_by_the_name_that_was_asked_for(
    start: Start, root: trustme.CA, trusted: str
) -> None:
    server = start(*issued(root))
    asked = asking(tls=Tls(ca_file=trusted))
    for _ in range(3):
        assert asked.get(server.url, {}).content == XML
    assert server.names == [HOST], "one connection, with the name in the handshake (SNI)"
    assert f"Host: {HOST}:{server.port}\r\n".encode() in server.heard[0]
    assert asked.noticed == {}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_H12_what_is_wrong_with_a_certificate_is_told_by_name(start: Start, root: trustme.CA, trusted: str) -> None:
    inner = root.create_child_ca()
    key, chain = issued(inner)
    servers = {
        "tls_expired": start(*issued(root, not_before=PAST, not_after=PAST + datetime.timedelta(days=90))),
        "tls_early": start(*issued(root, not_before=FUTURE, not_after=FUTURE + datetime.timedelta(days=90))),
        "tls_wrong_host": start(*issued(root, "khac.example")),
        "tls_intermediate": start(key, chain[:1]),
        "tls_old": start(*issued(root), old=True),
    }
    for code, server in servers.items():
        found = fault(asking(tls=Tls(ca_file=trusted)), server.url)
        assert (found.code, found.facts["where"], who_must_act(found.code)) == (code, HOST, "source"), found.facts
    assert "khac" not in fault(asking(tls=Tls(ca_file=trusted)), servers["tls_expired"].url).sentence()


def test_H12_certificates_that_nobody_here_knows_are_told_apart(start: Start) -> None:
    stranger = trustme.CA()
    key, chain = issued(stranger)
    alone = start(stranger.private_key_pem, [stranger.cert_pem])
    with_root = start(key, [*chain, stranger.cert_pem])
    assert fault(asking(), alone.url).code == "tls_self_signed"
    assert fault(asking(), with_root.url).code == "tls_private_ca"


def test_H12_a_missing_intermediate_certificate_can_be_given_in_ca_file(
    start: Start, root: trustme.CA, trusted: str, tmp_path: Path
) -> None:
    inner = root.create_child_ca()
    key, chain = issued(inner)
    server = start(key, chain[:1])
    both = tmp_path / "both.pem"
    both.write_bytes(Path(trusted).read_bytes() + inner.cert_pem.bytes())
    assert asking(tls=Tls(ca_file=str(both))).get(server.url, {}).content == XML


def test_H12_a_ca_file_that_cannot_be_read_is_the_operators(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("đây không phải chứng chỉ")
    server = Raw(sending(b""))
    for name in ("no.pem", "absent.pem"):
        found = fault(asking(tls=Tls(ca_file=str(tmp_path / name))), f"https://{HOST}:{server.port}/")
        assert (found.code, who_must_act(found.code)) == ("ca_file", "config")
    server.stop()


def test_H12_plain_http_behind_https_is_told(start: Start) -> None:
    server = Raw(sending(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert fault(asking(), f"https://{HOST}:{server.port}/").code == "tls_plain"
    server.stop()


def test_H12_a_handshake_that_hangs_ends(start: Start) -> None:
    server = Raw(lambda connection: None)
    assert fault(asking(timeout=0.4), f"https://{HOST}:{server.port}/").code == "too_slow"
    server.stop()


def test_H12_a_handshake_that_breaks_off_is_no_fault_of_the_certificate() -> None:
    server = Raw(lambda connection: connection.close())
    assert fault(asking(), f"https://{HOST}:{server.port}/").code == "cut"
    server.stop()


UNTIL = "2026-12-31"


@pytest.mark.parametrize(
    ("moment", "verified"),
    [
        (datetime.datetime(2026, 12, 31, 16, 59, tzinfo=datetime.UTC), False),  # still the 31st in Việt Nam
        (datetime.datetime(2026, 12, 31, 17, 0, tzinfo=datetime.UTC), True),
        (datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC), False),
    ],
)
def test_H12_an_exception_has_an_end_and_says_so(start: Start, moment: datetime.datetime, verified: bool) -> None:
    server = start(*issued(trustme.CA()))
    asked = asking(tls=Tls(False, "", UNTIL, "chờ trường cài lại"), clock=moment.timestamp)
    if verified:
        found = fault(asked, server.url)
        assert (found.code, who_must_act(found.code), found.facts["until"]) == ("tls_exception_over", "config", UNTIL)
        assert asked.noticed == {}
    else:
        assert asked.get(server.url, {}).content == XML
        about = {"where": HOST, "until": UNTIL, "reason": "chờ trường cài lại"}
        assert asked.noticed == {"tls_unverified": about}
        assert who_must_act("tls_unverified") == "config"


def test_the_operators_day_is_that_of_viet_nam() -> None:
    assert day(datetime.datetime(2026, 1, 1, 17, tzinfo=datetime.UTC).timestamp()) == datetime.date(2026, 1, 2)


def test_H6_nothing_secret_goes_from_https_down_to_http(start: Start, root: trustme.CA, trusted: str) -> None:
    plain, secure = Server(), start(*issued(root))
    plain.answers = [reply()]
    secure.answer = (
        f"HTTP/1.1 301 Moved\r\nLocation: http://{HOST}:{plain.port}/oai\r\nContent-Length: 0\r\n\r\n".encode()
    )
    asked = asking(
        url=secure.url,
        tls=Tls(ca_file=trusted),
        headers={"X-Api-Key": "${KHOA}"},
        environ={**ALLOWED, "KHOA": "bi-mat"},
    )
    assert asked.get(secure.url, {}).content == XML
    plain.stop()
    assert b"bi-mat" in secure.heard[0]
    assert "bi-mat" not in str(plain.headers)


# --- proxies ----------------------------------------------------------------------------------------------------------


class Proxy(Accepting):
    """A proxy that writes down what it was asked, and tunnels to loopback."""

    def __init__(self, status: str = "200 OK") -> None:
        self.asked: list[str] = []
        self.status = status
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def serve(self, connection: socket.socket) -> None:
        line = connection.recv(65536).decode().partition("\r\n")[0]
        self.asked.append(line)
        if not line.startswith("CONNECT"):
            connection.sendall(ANSWER)
            return
        connection.sendall(f"HTTP/1.1 {self.status}\r\n\r\n".encode())
        port = int(line.split()[1].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=_pump, args=(server, connection), daemon=True)
            back.start()
            _pump(connection, server)


def nowhere(host: str, port: int) -> list[str]:
    """A name that only the proxy can resolve."""
    raise socket.gaierror(socket.EAI_NONAME, "unknown")


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


def test_H14_a_proxy_is_used_where_the_source_says_so(start: Start, root: trustme.CA, trusted: str) -> None:
    proxy, secure = Proxy(), start(*issued(root))
    assert (
        web(patience=0, proxy=proxy.url, resolve=nowhere)
        .get("http://khong-co.invalid/oai", {"verb": "Identify"})
        .content
        == XML
    )
    assert proxy.asked == ["GET http://khong-co.invalid/oai?verb=Identify HTTP/1.1"]
    asked = web(patience=0, proxy=proxy.url, tls=Tls(ca_file=trusted), resolve=nowhere)
    assert asked.get(secure.url, {}).content == XML
    assert proxy.asked[1] == f"CONNECT {HOST}:{secure.port} HTTP/1.1"
    assert secure.names == [HOST]
    proxy.socket.close()


def test_H14_a_proxy_that_refuses_is_named() -> None:
    proxy = Proxy("407 Proxy Authentication Required")
    found = fault(web(patience=0, proxy=proxy.url, resolve=nowhere), "https://khong-co.invalid/")
    assert (found.code, who_must_act(found.code), found.facts["status"]) == ("proxy", "config", 407)
    proxy.socket.close()


def test_H14_a_proxy_that_is_down_is_not_the_sources_fault() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        found = fault(web(patience=0, proxy=url, resolve=nowhere), "https://khong-co.invalid/")
    assert (found.code, who_must_act(found.code), url in str(found.facts["where"])) == ("proxy_down", "config", True)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/", "http://127.0.0.1:9/", "http://10.0.0.1/"])
def test_a_proxy_is_no_way_around_the_guard(url: str) -> None:
    proxy = Proxy()

    def found(host: str, port: int, *rest: object) -> socket.socket:
        assert url.find(host) < 0
        return socket.create_connection((host, port))

    assert fault(web(environ={}, proxy=proxy.url, connect=found), url).code == "forbidden_address"
    assert proxy.asked == []
    proxy.socket.close()
