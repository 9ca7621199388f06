"""Repositories of many generated records in a process of their own, so that their work is not counted.

``python -m bench.server COUNT`` serves one list and, beside it, the small list on which everybody warms up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from demo.generator import Entry, oai_dc
from demo.repository import Repository, Server

from .records import entries

CLOCK = datetime(2026, 11, 20, 19, tzinfo=UTC)
WARM = 300  # records of the list on which a process warms up; their numbers begin where no list ends
FAR = 100_000_000
KEPT = 100_000  # lists up to here are made before anybody asks


class Endless(Repository):
    """Makes each page when it is asked for: a million records need no memory."""

    count = 0
    start = 0

    def _list(self, verb: str, arguments: dict[str, str], render: object) -> bytes:
        token = arguments.get("resumptionToken", "0")
        start = int(token)
        size = min(self.page_size, self.count - start)
        body = b"".join(self._one(entry) for entry in self._entries(start, size))
        following = str(start + size) if start + size < self.count else ""
        mark = f'<resumptionToken completeListSize="{self.count}" cursor="{start}">{following}</resumptionToken>'
        return f"<{verb}>".encode() + body + mark.encode() + f"</{verb}>".encode()

    def _entries(self, start: int, size: int) -> Iterator[Entry]:
        return entries(size, self.start + start)

    def _one(self, entry: Entry) -> bytes:
        return b"<record>" + self._header(entry) + b"<metadata>" + oai_dc(entry) + b"</metadata></record>"


def repository(count: int, start: int = 0) -> Repository:
    """Return a repository of ``count`` records; the pages of a list that fits into memory are made at once."""
    made = Endless("Kho đo", {}, CLOCK)
    made.count, made.start = count, start
    if count <= KEPT:
        _remember(made)
    return made


def pages(made: Repository) -> Iterator[bytes]:
    """Yield the pages of a repository's list."""
    arguments = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
    while True:
        page = made.answer(arguments)
        yield page
        token = page.rpartition(b"</resumptionToken>")[0].rpartition(b">")[2].decode()
        if not token:
            return
        arguments = {"verb": "ListRecords", "resumptionToken": token}


def _remember(made: Repository) -> None:
    kept: dict[str, bytes] = {}
    answer = made.answer

    def remembered(arguments: dict[str, str]) -> bytes:
        key = repr(sorted(arguments.items()))
        if key not in kept:
            kept[key] = answer(arguments)
        return kept[key]

    made.answer = remembered  # type: ignore[method-assign]
    for _ in pages(made):
        pass


def main() -> None:
    """Serve until standard input is closed; prints the two addresses and the bytes of a record."""
    count = int(sys.argv[1])
    main_list = repository(count)
    size = sum(map(len, pages(main_list))) / count if count <= KEPT else 0.0
    servers = Server(main_list), Server(repository(WARM, FAR))
    print(*(server.url for server in servers), f"{size:.0f}", flush=True)
    sys.stdin.read()
    for server in servers:
        server.stop()


if __name__ == "__main__":
    main()
