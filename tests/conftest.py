"""What all tests share: a throw-away PostgreSQL and Elasticsearch, stores on both databases, the town, an honest end.

What a test finds no means for (PostgreSQL or Java on this machine, real responses beside the checkout) is named in one
line at the end with the command that brings it; with CI=true that is a failure.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo.town import Town
from harvester import Store, open_store
from tests.index.elasticsearch.node import Node, NoServerError, started

os.environ["KHO_ALLOW_LOOPBACK"] = "1"
for name in [name for name in os.environ if name.startswith("KHO_ELASTICSEARCH_")]:
    os.environ.pop(name)
for name in ("KHO_STORE", "KHO_INDEX", "KHO_CONTACT", "KHO_LANG", "KHO_SOURCES"):
    os.environ.pop(name, None)

MISSING: dict[str, str] = {}
ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; read the diff")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: slow ones keep their random order among themselves."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, bring in sorted(MISSING.items()):
        terminalreporter.write_line(f"not tested: {what} → {bring}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    needed = any(word in what for what in MISSING for word in ("PostgreSQL", "Elasticsearch", "crash"))
    if needed and os.environ.get("CI") == "true":
        session.exitstatus = 1


def missing(what: str, bring: str) -> None:
    """Skip a test for want of means, and say so at the end."""
    MISSING[what] = bring
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real responses beside the checkout; nothing of it is part of the project."""
    folder = Path(os.environ.get("KHO_SHARED", ROOT.parent / "shared"))
    if not (folder / "real").is_dir():
        missing("real responses", "set KHO_SHARED to the folder that holds real/")
    return folder


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _binaries() -> Path | None:
    stated = os.environ.get("KHO_PG_BIN")
    if stated:
        return Path(stated)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


def _as_nobody() -> None:
    """PostgreSQL refuses to run as root; and it must not outlive a killed test run."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG, after setuid: setuid clears it


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server of our own, made for this run."""
    binaries = _binaries()
    if binaries is None:
        missing("the store on PostgreSQL", "apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="kho-pg-", dir="/tmp"))  # a short path: a socket's name ends at 107 bytes
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
    init = [binaries / "initdb", "-D", folder / "d", "-U", "kho", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    subprocess.run(init, check=True, capture_output=True, preexec_fn=_as_nobody, cwd=folder)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "port": "5432",
        "max_connections": "60",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "timezone": "UTC",
    }
    options = [part for pair in settings.items() for part in ("-c", "=".join(pair))]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", folder / "d", *options],
        preexec_fn=_as_nobody,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ready = folder / "d" / "postmaster.pid"
    end = time.monotonic() + 60
    while not (ready.exists() and "ready" in ready.read_text()):
        assert server.poll() is None, "PostgreSQL did not start"
        assert time.monotonic() < end
        time.sleep(0.05)
    yield f"postgresql://kho@/postgres?host={folder}&port=5432"
    server.send_signal(signal.SIGINT)
    server.wait(20)
    shutil.rmtree(folder, ignore_errors=True)


# --- Elasticsearch ----------------------------------------------------------------------------------------------------


def _one_server(version: str) -> Iterator[Node]:
    try:
        node = started(version)
    except NoServerError as error:
        missing(error.what, error.bring)
    with node:
        yield node


@pytest.fixture(scope="session")
def elasticsearch_9() -> Iterator[Node]:
    """A server of the present series, one for the whole run; every test has indexes of its own name."""
    yield from _one_server("9.2.0")


@pytest.fixture(scope="session")
def elasticsearch_8() -> Iterator[Node]:
    """A server of the series before, which many still run."""
    yield from _one_server("8.19.8")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new store on each database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kho.db"
    server = sa.make_url(request.getfixturevalue("postgresql")).set(drivername="postgresql+psycopg")
    name = f"t{uuid.uuid4().hex[:16]}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


class Clock:
    """Our clock, as an argument."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(store_url: str, clock: Clock) -> Iterator[Store]:
    """A store on each database in turn."""
    opened = open_store(store_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def town() -> Iterator[Town]:
    opened = Town()
    yield opened
    opened.stop()
