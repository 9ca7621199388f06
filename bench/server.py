"""A repository of many generated records in a process of its own, so that its work is not counted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from demo.generator import Entry, oai_dc, records
from demo.repository import Repository, Server

SEED, HOST, PREFIX = 7, "hoclieu.truong.example", "oai:hoclieu.truong.example:"


class Endless(Repository):
    """Makes each page when it is asked for: a million records need no memory."""

    count = 0

    def _list(self, verb: str, arguments: dict[str, str], render: object) -> bytes:
        token = arguments.get("resumptionToken", "0")
        start = int(token)
        size = min(self.page_size, self.count - start)
        body = b"".join(self._one(entry) for entry in self._entries(start, size))
        following = str(start + size) if start + size < self.count else ""
        mark = f'<resumptionToken completeListSize="{self.count}" cursor="{start}">{following}</resumptionToken>'
        return f"<{verb}>".encode() + body + mark.encode() + f"</{verb}>".encode()

    def _entries(self, start: int, size: int) -> Iterator[Entry]:
        return records(SEED, size, "school", PREFIX, HOST, start=start)

    def _one(self, entry: Entry) -> bytes:
        return b"<record>" + self._header(entry) + b"<metadata>" + oai_dc(entry) + b"</metadata></record>"


def main() -> None:
    """Serve ``count`` records; the pages of up to 100,000 are made once and kept."""
    count = int(sys.argv[1])
    repository = Endless("Kho đo", {}, datetime(2026, 11, 20, 19, tzinfo=UTC))
    repository.count = count
    if count <= 100_000:
        kept: dict[str, bytes] = {}
        answer = repository.answer

        def remembered(arguments: dict[str, str]) -> bytes:
            key = repr(sorted(arguments.items()))
            if key not in kept:
                kept[key] = answer(arguments)
            return kept[key]

        repository.answer = remembered  # type: ignore[method-assign]
    server = Server(repository)
    print(server.url, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
