"""Repositories of many generated records in a process of their own, so that their work is not counted.

``python -m bench.server COUNT [FORMAT]`` serves one list and, beside it, the small list on which everybody warms up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from demo.generator import Entry
from demo.repository import FORMATS, SECONDS, ProtocolError, Repository, Server

from .records import entries

CLOCK = datetime(2026, 11, 20, 19, tzinfo=UTC)
FIRST, STEP = datetime(2024, 8, 1, tzinfo=UTC), timedelta(seconds=20)  # 2.5 million of them are a year and a half
WARM = 300  # records of the list on which a process warms up; their numbers begin where no list ends
FAR = 100_000_000
KEPT = 100_000  # lists up to here are made before anybody asks


class Endless(Repository):
    """Makes each page when it is asked for: a million records need no memory.

    Records follow each other by ``STEP`` from ``FIRST`` on, so that a window of time is a range of numbers.
    """

    count = 0
    start = 0

    def _list(self, verb: str, arguments: dict[str, str], render: object) -> bytes:
        low, high, start = self._range(arguments)
        size = min(self.page_size, high - start)
        if size <= 0:
            raise ProtocolError("noRecordsMatch", "nothing")
        body = b"".join(self._one(entry) for entry in self._entries(start, size))
        following = f"{low}-{high}-{start + size}" if start + size < high else ""
        mark = f'<resumptionToken completeListSize="{high - low}" cursor="{start - low}">{following}</resumptionToken>'
        return f"<{verb}>".encode() + body + mark.encode() + f"</{verb}>".encode()

    def _range(self, arguments: dict[str, str]) -> tuple[int, int, int]:
        """Return where a list begins, where it ends, and where its page begins."""
        if "resumptionToken" in arguments:
            low, high, start = map(int, arguments["resumptionToken"].split("-"))
            return low, high, start
        low, high = 0, self.count
        if "from" in arguments:
            low = max(-((FIRST - _moment(arguments["from"])) // STEP), 0)
        if "until" in arguments:
            high = min((_moment(arguments["until"]) - FIRST) // STEP + 1, self.count)
        return low, high, low

    def _entries(self, start: int, size: int) -> Iterator[Entry]:
        for place, entry in enumerate(entries(size, self.start + start), start):
            yield replace(entry, datestamp=FIRST + place * STEP)

    def _one(self, entry: Entry) -> bytes:
        metadata = FORMATS[self.formats[0]][2](entry)
        return b"<record>" + self._header(entry) + b"<metadata>" + metadata + b"</metadata></record>"


def _moment(text: str) -> datetime:
    return datetime.strptime(text, SECONDS).replace(tzinfo=UTC)


def repository(count: int, start: int = 0, form: str = "oai_dc") -> Repository:
    """Return a repository of ``count`` records; the pages of a list that fits into memory are made at once."""
    made = Endless("Kho đo", {}, CLOCK, formats=(form,))
    made.count, made.start = count, start
    if count <= KEPT:
        _remember(made)
    return made


def pages(made: Repository) -> Iterator[bytes]:
    """Yield the pages of a repository's list."""
    arguments = {"verb": "ListRecords", "metadataPrefix": made.formats[0]}
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
    count, form = int(sys.argv[1]), (*sys.argv[2:], "oai_dc")[0]
    main_list = repository(count, form=form)
    size = sum(map(len, pages(main_list))) / count if count <= KEPT else 0.0
    servers = Server(main_list), Server(repository(WARM, FAR, form))
    print(*(server.url for server in servers), f"{size:.0f}", flush=True)
    sys.stdin.read()
    for server in servers:
        server.stop()


if __name__ == "__main__":
    main()
