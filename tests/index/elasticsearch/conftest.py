"""Engines on real servers: with our own clock where they wait, and on servers that are small or locked."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import ssl
import tempfile
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from index.engines.elasticsearch import ElasticsearchEngine
from index.engines.elasticsearch.address import read_address
from index.engines.elasticsearch.connection import Connection
from index.engines.elasticsearch.patience import Patience
from tests.conftest import missing
from tests.index.elasticsearch import keys
from tests.index.elasticsearch.node import Node, NoServerError, started


class Waiting:
    """Time that passes only while somebody waits; ``then`` is what happens meanwhile."""

    def __init__(self, then: Callable[[int], None] = lambda attempt: None) -> None:
        self.pauses: list[float] = []
        self.then = then

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.then(len(self.pauses))

    def patience(self) -> Patience:
        return Patience(self.sleep, lambda: sum(self.pauses), lambda: 1.0)


Opener = Callable[..., ElasticsearchEngine]


def opened(
    node: Node, waiting: Waiting | None = None, name: str = "", shards: int = 1, **options: float
) -> ElasticsearchEngine:
    """Open an engine with an index of its own name, nothing made yet."""
    address = read_address(f"{node.url}/{name or uuid.uuid4().hex}?shards={shards}")
    return ElasticsearchEngine(
        Connection(address, {}, **options),
        patience=(waiting or Waiting()).patience(),  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def victim() -> Iterator[Node]:
    """A server of the file's own that may be killed: nobody else's tests run on it."""
    try:
        node = started("9.2.0")
    except NoServerError as error:
        missing(error.what, error.bring)
    with node:
        yield node


@pytest.fixture
def server(elasticsearch_9: Node) -> Iterator[Node]:
    """The server of the run, empty again afterwards."""
    yield elasticsearch_9
    elasticsearch_9.remove_indexes()


@pytest.fixture(scope="session")
def small_server_of_the_run() -> Iterator[Node]:
    """A server that takes 2 MB at once, and holds one request while it works on another."""
    settings = {"http.max_content_length": "2mb", "thread_pool.write.queue_size": 1, "node.processors": 1}
    try:
        node = started("9.2.0", **settings)
    except NoServerError as error:
        missing(error.what, error.bring)
    with node:
        yield node


@pytest.fixture
def small_server(small_server_of_the_run: Node) -> Iterator[Node]:
    yield small_server_of_the_run
    small_server_of_the_run.remove_indexes()


WRITER, READER, OTHER, ADMINISTRATOR = "kho-ghi", "kho-doc", "nguoi-khac", "quan-tri"
_ROLES = """
kho_writer:
  cluster: [monitor]
  indices: [{names: ["kho", "kho-*"], privileges: [create_index, write, read, manage]}]
kho_reader:
  indices: [{names: ["kho", "kho-*"], privileges: [read, view_index_metadata]}]
"""


def password(user: str) -> str:
    """Return a user's password, of letters that a header must carry whole."""
    return f"mật-khẩu:{user}"


def _hashed(text: str) -> str:
    """Return a password as the server's file of users keeps it."""
    salt, rounds = b"muoi" * 8, 1_000
    made = hashlib.pbkdf2_hmac("sha512", text.encode(), salt, rounds, 32)
    return f"{{PBKDF2}}{rounds}${b64encode(salt).decode()}${b64encode(made).decode()}"


class Locked:
    """A server with TLS and users; its certificate can be changed while it runs."""

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self.node: Node | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="kho-ca-"))
        self.ca_file = self.folder / "ca.pem"
        self.authority.cert_pem.write_to_path(str(self.ca_file))

    def prepare(self, node: Node) -> None:
        self.node, node.scheme = node, "https"
        node.user, node.trusted = (
            (ADMINISTRATOR, password(ADMINISTRATOR)),
            ssl.create_default_context(cafile=self.ca_file),
        )
        node.settings |= {
            "xpack.security.enabled": True,
            "xpack.security.autoconfiguration.enabled": False,
            "xpack.security.enrollment.enabled": False,
            "xpack.security.http.ssl.enabled": True,
            "xpack.security.http.ssl.key": "http.key",
            "xpack.security.http.ssl.certificate": "http.crt",
            "resource.reload.interval.high": "100ms",
        }
        roles = {ADMINISTRATOR: "superuser", WRITER: "kho_writer", READER: "kho_reader", OTHER: "kho_reader"}
        (node.conf / "roles.yml").write_text(_ROLES)
        (node.conf / "users").write_text("".join(f"{user}:{_hashed(password(user))}\n" for user in roles))
        lines = [f"{role}:{','.join(u for u in roles if roles[u] == role)}\n" for role in sorted(set(roles.values()))]
        (node.conf / "users_roles").write_text("".join(lines))
        keys.install(node)
        self.certify()

    def certify(self, expired: bool = False, host: str = "127.0.0.1") -> None:
        """Give the server a certificate; it takes a new one within a second."""
        assert self.node is not None
        day = datetime.timedelta(days=1)
        until = datetime.datetime.now(datetime.UTC) + (-day if expired else 10 * day)
        made = self.authority.issue_cert(host, not_before=until - 20 * day, not_after=until)
        for name, pem in (
            ("http.key", made.private_key_pem.bytes()),
            ("http.crt", b"".join(each.bytes() for each in made.cert_chain_pems)),
        ):
            part = self.node.conf / f"{name}.part"
            part.write_bytes(pem)
            part.chmod(0o644)
            part.rename(self.node.conf / name)


@pytest.fixture(scope="session")
def locked() -> Iterator[Locked]:
    made = Locked()
    try:
        node = started("9.2.0", made.prepare)
    except NoServerError as error:
        missing(error.what, error.bring)
    with node:
        yield made
    shutil.rmtree(made.folder)
