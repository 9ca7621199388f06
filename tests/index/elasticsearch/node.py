"""A real Elasticsearch on loopback, started for one run of the tests and gone with it.

The distribution is Maven's small one, without the modules that production has on top: what runs here needs none of
them. It is fetched once into Maven's own cache. A server refuses to run as root, reads nothing below a folder that is
only root's, and leaves children behind when only its first process is killed; all three are met here.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

GROUP, ARTIFACT = "org.elasticsearch.distribution.integ-test-zip", "elasticsearch"
NOBODY = 65534
LEAST_JAVA = {"8": 17, "9": 21}
_SMALL = (
    "-XX:-AlwaysPreTouch",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
)  # starts in half the time; never for figures


class NoServerError(Exception):
    """This machine has not what a server needs: what is missing, and the command that brings it."""

    def __init__(self, what: str, bring: str) -> None:
        super().__init__(f"{what}: {bring}")
        self.what, self.bring = what, bring


def java_for(version: str) -> Path:
    """Return the home of a Java that runs this version; raises NoServerError."""
    least = LEAST_JAVA[version.partition(".")[0]]
    stated = [os.environ[name] for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    for home in [*map(Path, stated), *sorted(Path("/usr/lib/jvm").glob("*"))]:
        with contextlib.suppress(OSError):
            said = re.search(r'JAVA_VERSION="(\d+)', (home / "release").read_text())
            if said and int(said[1]) >= least:
                return home
    package = "temurin-25-jdk" if least > 17 else "openjdk-17-jre-headless"
    raise NoServerError(f"Elasticsearch {version} (no Java {least} or later)", f"apt-get install {package}")


def archive_of(version: str) -> Path:
    """Return the distribution from Maven's cache, fetched into it where it is missing; raises NoServerError."""
    name = f"{ARTIFACT}-{version}.zip"
    kept = Path.home() / ".m2/repository" / GROUP.replace(".", "/") / ARTIFACT / version / name
    if not kept.exists():
        if shutil.which("mvn") is None:
            raise NoServerError(f"Elasticsearch {version} (no Maven to fetch it)", "apt-get install maven")
        wanted = f"-Dartifact={GROUP}:{ARTIFACT}:{version}:zip"
        got = subprocess.run(
            ["mvn", "-q", "-B", "dependency:get", wanted, "-Dtransitive=false"],
            capture_output=True,
            text=True,
            timeout=600,
        )
        if not kept.exists():
            lines = [line for line in got.stdout.splitlines() if line.strip()] or ["mvn dependency:get"]
            raise NoServerError(f"Elasticsearch {version} (Maven did not fetch it)", f"mvn {wanted}: {lines[0][:160]}")
    return kept


def unpacked(version: str) -> Path:
    """Return the folder of a distribution, unpacked once a user; two that unpack at once do not meet."""
    cache = Path(tempfile.gettempdir()) / f"kho-elasticsearch-{os.geteuid()}"
    cache.mkdir(exist_ok=True)
    home = cache / f"{ARTIFACT}-{version}"
    if not home.exists():
        part = Path(tempfile.mkdtemp(dir=cache))
        with zipfile.ZipFile(archive_of(version)) as archive:
            archive.extractall(part)
        for path in part.rglob("*"):  # the archive's modes are lost on the way
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        with contextlib.suppress(OSError):
            (part / home.name).rename(home)
        shutil.rmtree(part, ignore_errors=True)
    return home


def free_port() -> int:
    """Return a port that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _bound_to_us() -> None:
    """In the child: end when the thread that started us ends, however it ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Node:
    """One server; ``settings`` are lines of elasticsearch.yml, None leaves one of ours out."""

    def __init__(self, version: str, heap: str = "384m", **settings: Any) -> None:
        self.version, self.java, self.home = version, java_for(version), unpacked(version)
        self.folder = Path(tempfile.mkdtemp(prefix="kho-es-", dir="/tmp"))
        self.port, self.transport = free_port(), free_port()
        self.name, self.scheme = f"n{self.port}", "http"
        self.settings: dict[str, Any] = {
            "cluster.name": f"kho-{self.port}",
            "node.name": self.name,
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": self.transport,
            "discovery.type": "single-node",
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            "xpack.security.enabled": False,
            "cluster.routing.allocation.disk.threshold_enabled": False,  # a full disk of the machine is not the matter
            "action.auto_create_index": False,
            **settings,
        }
        for name in ("data", "logs", "tmp"):
            (self.folder / name).mkdir()
        self.conf = self.folder / "conf"
        shutil.copytree(self.home / "config", self.conf)
        options = self.conf / "jvm.options"
        kept = [
            line
            for line in options.read_text().splitlines()
            if "incubator.vector" not in line and "UseG1GC" not in line
        ]
        options.write_text("\n".join([*kept, f"-Xms{heap}", f"-Xmx{heap}", *_SMALL, ""]))
        self.user: tuple[str, str] | None = None
        self.trusted: ssl.SSLContext | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return where the server answers."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return what the server's programs are told."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder),
            "ES_PATH_CONF": str(self.conf),
            "ES_TMPDIR": str(self.folder / "tmp"),
            "ES_JAVA_HOME": str(self.java),
        }

    def _given_away(self) -> dict[str, Any]:
        """Give our files to a user without rights where we are root; the server will not run as root."""
        if os.geteuid() != 0:
            return {}
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(self.folder)], check=True)
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def run(self, program: str, *arguments: str, typed: str = "") -> None:
        """Run one of the server's own programs in its environment."""
        who = self._given_away()
        command = [str(self.home / "bin" / program), *arguments]
        subprocess.run(
            command, env=self.environment, cwd=self.folder, input=typed.encode(), check=True, capture_output=True, **who
        )

    def launch(self) -> Node:
        """Start the server without waiting for it."""
        lines = [f"{name}: {json.dumps(value)}\n" for name, value in self.settings.items() if value is not None]
        (self.conf / "elasticsearch.yml").write_text("".join(lines))
        who = self._given_away()
        with (self.folder / "console.log").open("ab") as console:
            self._process = subprocess.Popen(
                [str(self.home / "bin" / "elasticsearch")],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the server is a child of its launcher: they are stopped together
                preexec_fn=_bound_to_us,
                **who,
            )
        return self

    def start(self, seconds: float = 180) -> Node:
        """Start the server and wait until it answers."""
        self.launch()
        self.await_health(seconds)
        return self

    def await_health(self, seconds: float = 180) -> None:
        """Wait until the cluster is at least yellow."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError, TimeoutError):
                self.ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=20s")
                return
            time.sleep(0.1)
        said = (self.folder / "console.log").read_text(errors="replace")[-3000:]
        self.stop()
        raise RuntimeError(f"Elasticsearch {self.version} did not start: {said}")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the server something that Kho never asks; raises HTTPError, an OSError."""
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        if self.user:
            asked.add_header("Authorization", "Basic " + b64encode(":".join(self.user).encode()).decode())
        with urllib.request.urlopen(asked, timeout=60, context=self.trusted) as answer:
            return json.loads(answer.read() or b"null")

    def remove_indexes(self) -> None:
        """Remove every index: a test leaves nothing to the next one."""
        for index in self.ask("GET", "/_all/_alias?expand_wildcards=all"):
            self.ask("DELETE", f"/{index}")

    def send(self, number: int) -> None:
        """Send a signal to the server and its launcher."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop the server, by SIGKILL where it must not say goodbye; it can be started again on what it holds."""
        if self._process is not None and self._process.poll() is None:
            self.send(number)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.send(signal.SIGKILL)
                self._process.wait(30)

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def started(version: str, prepare: Callable[[Node], None] = lambda node: None, **settings: Any) -> Node:
    """Start one server; ``prepare`` puts files into its configuration first. Raises NoServerError."""
    node = Node(version, **settings)
    try:
        prepare(node)
        return node.start()
    except BaseException:
        node.__exit__()
        raise


def clustered(version: str, count: int, settings: Mapping[str, Any] = {}) -> Sequence[Node]:
    """Start a cluster of several servers side by side; raises NoServerError."""
    nodes = [Node(version, heap="256m") for _ in range(count)]
    seeds = [f"127.0.0.1:{node.transport}" for node in nodes]
    for node in nodes:
        node.settings |= {
            "cluster.name": nodes[0].settings["cluster.name"],
            "discovery.type": None,
            "discovery.seed_hosts": seeds,
            "cluster.initial_master_nodes": [each.name for each in nodes],
            **settings,
        }
    try:
        for node in nodes:
            node.launch()
        for node in nodes:
            node.await_health(300)
        nodes[0].ask("GET", f"/_cluster/health?wait_for_nodes={count}&timeout=50s")
    except BaseException:
        for node in nodes:
            node.__exit__()
        raise
    return nodes
