"""What the disk and the machine do to a harvest: named, ended with 6, nothing lost, and the next run is whole."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.town import Town, sources_yaml
from harvester import Store, StoreError, open_store
from harvester.store.room import LEAST, needed
from tests.commands.calling import environment, inside, kho, start
from tests.harvester.test_store_check import NAME
from tests.harvester.test_visit import assert_equals_truth, visit

OTHER = "thpt-hong-duc"


@pytest.fixture
def folder(tmp_path: Path, town: Town) -> Path:
    (tmp_path / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    assert inside(tmp_path, "harvest", OTHER).returncode == 0
    return tmp_path


def run(folder: Path, prepare: Callable[[], None], *words: str) -> subprocess.CompletedProcess[str]:
    """Call the command line in a process that was prepared for trouble."""
    command = [sys.executable, "-m", "cli", *words]
    options = {"cwd": folder, "env": environment(), "capture_output": True, "text": True, "timeout": 300}
    return subprocess.run(command, preexec_fn=prepare, check=False, **options)  # type: ignore[call-overload,no-any-return]


def next_run_is_whole(folder: Path, town: Town) -> None:
    """After the fault is gone the same command makes it good, and the store has no fault."""
    done = inside(folder, "harvest", NAME, OTHER)
    assert done.returncode == 0, done.stderr
    assert inside(folder, "store", "check").returncode == 0
    store = open_store(f"sqlite:///{folder}/kho.db")
    for name in (NAME, OTHER):
        assert_equals_truth(store, town, name)
    store.close()
    index = json.loads(inside(folder, "status", "--json").stdout)["indexes"][0]
    assert (index["behind"], index["documents"]) == (0, 640)


@pytest.mark.parametrize("more", [0, 40_000, 200_000])
def test_a_disk_that_refuses_to_write_is_named_and_loses_nothing(folder: Path, town: Town, more: int) -> None:
    """A limit on the size of files makes every write beyond it fail, as a disk with errors does."""
    limit = (folder / "kho.db").stat().st_size + more

    def prepare() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    town.repositories[NAME].page_size = 20
    done = run(folder, prepare, "harvest", NAME, "--no-index")
    assert done.returncode == 6, done.stderr
    assert "error[disk_error]" in done.stderr or "error[disk_full]" in done.stderr
    assert "Traceback" not in done.stderr
    next_run_is_whole(folder, town)


def test_a_store_that_may_only_be_read_is_named(folder: Path, town: Town) -> None:
    def prepare() -> None:
        if os.getuid() == 0:  # root may write whatever a file says: PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
            ctypes.CDLL(None).prctl(24, 1)

    (folder / "kho.db").chmod(0o444)
    before = (folder / "kho.db").read_bytes()
    done = run(folder, prepare, "harvest", NAME, "--no-index")
    assert (done.returncode, "error[read_only]" in done.stderr) == (6, True), done.stderr
    assert (folder / "kho.db").read_bytes() == before
    (folder / "kho.db").chmod(0o644)
    next_run_is_whole(folder, town)


def test_a_store_that_somebody_locks_is_named(folder: Path, town: Town) -> None:
    with sqlite3.connect(folder / "kho.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        done = inside(folder, "harvest", NAME, KHO_STORE=f"sqlite:///{folder}/kho.db?timeout=0.2")
        assert (done.returncode, "error[store_locked]" in done.stderr) == (6, True), done.stderr
        assert inside(folder, "status", "--json").returncode == 0, "reading goes on"
        other.execute("ROLLBACK")
    other.close()
    next_run_is_whole(folder, town)


def test_without_room_nobody_is_asked(folder: Path, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(folder)
    asked = town.repositories[NAME].requests
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=LEAST))
        done = inside(folder, "harvest", NAME, KHO_LANG="en")
    assert (done.returncode, "error[disk_low]" in done.stderr) == (6, True), done.stderr
    assert "64 MB left" in done.stderr
    assert "65 MB are needed" in done.stderr
    assert asked == []
    next_run_is_whole(folder, town)


def test_how_much_room_a_night_needs(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """64 MB and a quarter of what store and index hold on that disk."""
    assert needed(0) == 64 << 20
    assert needed(400 << 20) == 164 << 20
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "segment").write_bytes(b"x" * 4_000_000)
    size = sum(file.stat().st_size for file in tmp_path.glob("kho.db*") if not file.name.endswith("-shm"))
    usage = shutil.disk_usage(tmp_path)
    for free, enough in ((needed(size + 4_000_000), True), (needed(size + 4_000_000) - 1, False)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
        if enough:
            sqlite_store.make_sure_of_room([tmp_path / "index", tmp_path / "none-yet"])
        else:
            with pytest.raises(StoreError):
                sqlite_store.make_sure_of_room([tmp_path / "index"])


def test_a_store_on_a_server_is_not_asked_for_room(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
    if store.database.sqlite:
        with pytest.raises(StoreError):
            store.make_sure_of_room([])
    else:
        store.make_sure_of_room([])


# --- asked to stop ----------------------------------------------------------------------------------------------------


class Dripping:
    """A server that answers the first questions as an institution does, and then sends a byte now and then."""

    def __init__(self, town: Town, after: int) -> None:
        self.town, self.left = town, after
        self.dripping = threading.Event()
        self.over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/oai/request"
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._connections.append(connection)
            self._threads.append(threading.Thread(target=self._answer, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _answer(self, connection: socket.socket) -> None:
        from urllib.parse import parse_qsl, urlsplit

        with connection, connection.makefile("rb") as reader:
            while line := reader.readline():
                while reader.readline().strip():
                    pass
                query = dict(parse_qsl(urlsplit(line.split()[1].decode()).query))
                body = self.town.repositories[NAME].answer(query)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                self.left -= 1
                try:
                    if self.left >= 0:
                        connection.sendall(head + body)
                        continue
                    connection.sendall(head + body[:200])
                    self.dripping.set()
                    while not self.over.wait(0.2):
                        connection.sendall(b" ")
                except OSError:
                    pass
                return

    def stop(self) -> None:
        self.over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)


@pytest.fixture
def dripping(town: Town) -> Iterator[Dripping]:
    town.repositories[NAME].page_size = 50
    server = Dripping(town, after=5)
    yield server
    server.stop()


def test_a_server_that_drips_does_not_keep_a_harvest_from_ending(
    tmp_path: Path, town: Town, dripping: Dripping
) -> None:
    """Its request may take an hour; who asks to stop is not kept waiting, and the pages before are there."""
    text = (
        "kho: {store: 'sqlite:///kho.db', index: 'tantivy:index'}\n"
        f"sources:\n  - {{id: {NAME}, name: Kim Đồng, url: '{dripping.url}', timeout: 3600}}\n"
    )
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    process = start(tmp_path, "harvest")
    assert dripping.dripping.wait(120)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 143, err
    row = json.loads(inside(tmp_path, "status", "--json").stdout)["sources"][0]
    assert row["state"] == "interrupted"
    kept = row["last_visit"]["id"]
    dripping.left = 1_000
    done = kho(tmp_path, "harvest")
    assert done.returncode == 0, done.stderr
    row = json.loads(inside(tmp_path, "status", "--json").stdout)["sources"][0]
    assert (row["last_visit"]["id"], row["records"]["present"]) == (kept, 400)
    store = open_store(f"sqlite:///{tmp_path}/kho.db")
    assert_equals_truth(store, town, NAME)
    assert visit(store, town, NAME).verdict == "nothing"
    store.close()
