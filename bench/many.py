"""Many sources with latency: ``python -m bench --many`` compares Kho with 50 threads of Sickle that store into SQLite.

Each source has a port of its own, so that each is a host; all are served by one process that waits before it answers.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .figures import figures, write
from .records import HOST
from .server import pages, repository

SOURCES, PAGES, LATENCY, THREADS = 200, 10, 0.1, 50  # 1,000 records are what a school's or faculty's repository holds
PAGE = 100


class Hosts:
    """Answers for every source: one list, under the host of the source that is asked."""

    def __init__(self, count: int, latency: float) -> None:
        """Make the pages of the one list."""
        self._made, self._latency = repository(count), latency
        for _ in pages(self._made):
            pass

    def answer(self, source: int, target: str) -> bytes:
        """Return the answer to a question, with its head."""
        arguments = dict(parse_qsl(urlsplit(target).query))
        body = self._made.answer(arguments).replace(HOST.encode(), f"nguon-{source:03d}.example".encode())
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    async def serve(self, source: int) -> int:
        """Listen for one source and return its port."""

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    await asyncio.sleep(self._latency)
                    writer.write(self.answer(source, head.split(b" ", 2)[1].decode()))
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=64)
        return int(server.sockets[0].getsockname()[1])


async def serve(sources: int, count: int, latency: float) -> None:
    """Serve until standard input is closed; prints the ports in one line."""
    hosts = Hosts(count, latency)
    print(*[await hosts.serve(source) for source in range(sources)], flush=True)
    await asyncio.to_thread(sys.stdin.read)


def sickle(urls: list[str], folder: Path) -> int:
    """Read every source with Sickle, one thread a source at a time, and upsert what is new or has another hash."""
    from sickle import Sickle

    connection, lock = sqlite3.connect(folder / "naive.db", check_same_thread=False), threading.Lock()
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("CREATE TABLE record (id TEXT PRIMARY KEY, hash TEXT, body TEXT)")

    def keep(rows: list[tuple[str, str, str]]) -> None:
        with lock, connection:
            connection.executemany(
                "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET hash = excluded.hash,"
                " body = excluded.body WHERE hash <> excluded.hash",
                rows,
            )

    def visit(url: str) -> int:
        rows: list[tuple[str, str, str]] = []
        count = 0
        for record in Sickle(url).ListRecords(metadataPrefix="oai_dc"):
            body = json.dumps(record.metadata, ensure_ascii=False)
            rows.append((record.header.identifier, hashlib.sha256(body.encode()).hexdigest(), body))
            count += 1
            if len(rows) == PAGE:
                keep(rows)
                rows = []
        keep(rows)
        return count

    with ThreadPoolExecutor(THREADS) as pool:
        count = sum(pool.map(visit, urls))
    connection.close()
    return count


def kho(urls: list[str], folder: Path) -> int:
    """Visit every source: staged, archived, judged, published."""
    from harvester import Night, open_store
    from harvester.source import Source
    from mappings import formats

    store = open_store(f"sqlite:///{folder}/kho.db")
    sources = [Source(id=f"nguon-{number}", name="Nguồn", url=url) for number, url in enumerate(urls)]
    results = Night(store, formats()).visit(sources)
    store.close()
    assert all(result.outcome == "complete" for result in results)
    return sum(result.ledger.new for result in results)


WORK: dict[str, Callable[[list[str], Path], int]] = {"sickle": sickle, "kho": kho}


def work(name: str, folder: Path, warm: str, urls: list[str]) -> dict[str, Any]:
    """Do a piece of work, once on one source before the clock starts."""
    os.environ["KHO_ALLOW_LOOPBACK"] = "1"
    (folder / "warm").mkdir()
    WORK[name]([warm], folder / "warm")
    cpu, wall = time.process_time(), time.perf_counter()
    count = WORK[name](urls, folder)
    return {
        "records": count,
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure(rounds: int = 3) -> None:
    """Compare both, by turns; the best round of each counts."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.many", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    urls = [f"http://127.0.0.1:{port}/oai" for port in server.stdout.readline().split()]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in WORK}
    try:
        for name in list(WORK) * rounds:
            folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
            try:
                command = [sys.executable, "-m", "bench.many", name, str(folder), *urls]
                found[name].append(figures(command, f"many: {name}"))
            finally:
                shutil.rmtree(folder)
    finally:
        server.communicate("")
    best = {name: min(rows, key=lambda row: float(row["wall"])) for name, rows in found.items()}
    write("many", _report(best["sickle"], best["kho"]))


def _report(yardstick: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    count = ours["records"]
    rows = [(f"{THREADS} threads of Sickle, stored into SQLite", yardstick), ("Kho: staged, archived, published", ours)]
    asked = (PAGES + 3, PAGES)
    return [
        f"{SOURCES} sources of {PAGES * PAGE:,} records at {LATENCY * 1000:.0f} ms latency, first harvest, best round"
        f" of each. Latency alone is {SOURCES * asked[1] * LATENCY / THREADS:.1f} s for Sickle and"
        f" {SOURCES * asked[0] * LATENCY / THREADS:.1f} s for Kho, which asks three questions more of a new source.",
        "",
        "| what | s | records a second | µs CPU a record | MB |",
        "|---|---|---|---|---|",
        *(
            f"| {title} | {row['wall']:.1f} | {count / row['wall']:,.0f} | {row['cpu'] / count * 1e6:.1f}"
            f" | {row['rss']:.0f} |"
            for title, row in rows
        ),
        "",
        f"- {yardstick['wall'] / ours['wall']:.2f} times as fast (goal ≥ 3), peak memory {ours['rss']:.0f} MB"
        " (goal ≤ 200)",
    ]


def main() -> None:
    """Serve, or do one piece of work and print its figures as JSON."""
    if sys.argv[1] == "serve":
        asyncio.run(serve(SOURCES + 1, PAGES * PAGE, LATENCY))
        return
    *urls, warm = sys.argv[3:]
    print(json.dumps(work(sys.argv[1], Path(sys.argv[2]), warm, urls)))


if __name__ == "__main__":
    main()
