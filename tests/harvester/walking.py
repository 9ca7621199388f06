"""One repository, served on loopback, and visits to it: what the tests of the walk share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from demo.faults import Answer
from demo.generator import Entry, records
from demo.repository import Repository, Server
from harvester import Store, Wish
from harvester.source import Source
from harvester.store import schema
from harvester.visit import Result, Visiting
from tests.harvester.test_visit import FORMATS

CLOCK = datetime(2026, 11, 20, 19, tzinfo=UTC)
PREFIX = "oai:hoclieu.truong.example:"
FIRST = datetime(2025, 1, 1, 7, tzinfo=UTC)
NAME = "truong"


def entries(count: int, *, every: timedelta = timedelta(hours=12), first: datetime = FIRST) -> list[Entry]:
    """Make records whose datestamps follow each other at equal distances."""
    made = records(11, count, "school", PREFIX, "hoclieu.truong.example")
    return [replace(entry, datestamp=first + number * every) for number, entry in enumerate(made)]


class Place:
    """A repository with its server and its source; what was asked is in ``asked``."""

    def __init__(self, store: Store, made: Iterable[Entry], kind: type[Repository] = Repository, **more: Any) -> None:
        self.store = store
        stated: dict[str, Any] = {"clock": CLOCK, "page_size": 10, **more}
        self.repository = kind("Trường", {entry.identifier: entry for entry in made}, **stated)
        self._server = Server(self.repository)
        self.url = self._server.url

    def stop(self) -> None:
        self._server.stop()

    def visit(self, wish: Wish | None = None, *, pages: int = 0, **more: Any) -> Result:
        """Visit; after ``pages`` pages (0: never) somebody asks to stop."""
        self.repository.requests.clear()
        self.repository.queries.clear()
        seen = 0

        def progress(*_: object) -> None:
            nonlocal seen
            seen += 1

        stated: dict[str, Any] = {"patience": 0, "timeout": 20, **more}
        source = Source(id=NAME, name=NAME, url=self.url, **stated)
        visiting = Visiting(
            self.store, FORMATS, stopping=lambda: 130 if pages and seen == pages else 0, progress=progress
        )
        return visiting.visit(source, wish)

    def asked(self, verb: str = "ListRecords") -> list[dict[str, str]]:
        return [request for request in self.repository.requests if request["verb"] == verb]

    @property
    def held(self) -> dict[str, str]:
        """Presence by what follows the common prefix of the identifiers."""
        every = self.store.log.every_record(NAME)
        return {change.identifier.removeprefix(PREFIX): change.presence for change in every}

    @property
    def live(self) -> set[str]:
        return {name for name, presence in self.held.items() if presence == "present"}

    @property
    def truth(self) -> set[str]:
        every = self.repository.entries.values()
        return {entry.identifier.removeprefix(PREFIX) for entry in every if not entry.deleted}

    @property
    def learned(self) -> dict[str, Any]:
        return self.store.log.sources()[NAME].learned

    @property
    def row(self) -> Any:
        return self.store.log.sources()[NAME]

    def noticed(self, result: Result) -> dict[str, dict[str, Any]]:
        assert result.visit is not None
        return self.store.inspection.noticed(result.visit)

    def rejected(self, result: Result) -> dict[str | None, str]:
        table = schema.rejected
        question = sa.select(table.c.identifier, table.c.code).where(table.c.visit == result.visit)
        with self.store.database.reading() as connection:
            return {row[0] and row[0].removeprefix(PREFIX): row[1] for row in connection.execute(question)}

    def night(self, days: int = 1) -> None:
        """Let days pass on the server's clock."""
        self.repository.clock += timedelta(days=days)

    def remove(self, *names: str) -> None:
        """Delete records without a trace."""
        for name in names:
            del self.repository.entries[PREFIX + name]
        self.repository.replace([])

    def delete(self, *names: str) -> None:
        """Delete records with a tombstone, an hour before the server's clock."""
        for name in names:
            entry = self.repository.entries[PREFIX + name]
            stamp = self.repository.clock - timedelta(hours=1)
            self.repository.replace([replace(entry, deleted=True, elements=(), datestamp=stamp)])

    def edit(self, name: str, title: str, stamp: datetime | None = None) -> None:
        """Edit a record, an hour before the server's clock or with a datestamp of its own."""
        entry = self.repository.entries[PREFIX + name]
        self.repository.replace([entry.edited(stamp or self.repository.clock - timedelta(hours=1), title=title)])


Build = Callable[..., Place]


@contextmanager
def building(store: Store) -> Iterator[Build]:
    """Make repositories of so many records; they are closed at the end."""
    places: list[Place] = []

    def made(count: int = 45, made_of: Iterable[Entry] | None = None, **more: Any) -> Place:
        places.append(Place(store, entries(count) if made_of is None else made_of, **more))
        return places[-1]

    yield made
    for place in places:
        place.stop()


Twist = Callable[[bytes, dict[str, str]], Answer]

TOKEN = re.compile(rb"(<resumptionToken[^>]*>)([^<]*)(</resumptionToken>)")


def instead(pattern: bytes, new: bytes, verb: str = "") -> Twist:
    """Make a fault that exchanges bytes in every answer, or in those to one verb."""
    return lambda body, arguments: Answer(re.sub(pattern, new, body) if verb in ("", arguments.get("verb")) else body)


def error(body: bytes, code: str) -> Answer:
    """Answer with an error of the protocol instead."""
    head = body[: body.index(b"</request>") + len(b"</request>")]
    return Answer(head + f'<error code="{code}">không</error></OAI-PMH>'.encode())


def token_of(body: bytes) -> str:
    """Return the token that an answer hands out; empty for none."""
    found = TOKEN.search(body)
    return found[2].decode() if found else ""


def with_token(body: bytes, token: str) -> bytes:
    """Hand out another token."""
    return TOKEN.sub(lambda found: found[1] + token.encode() + found[3], body)


__all__ = [
    "CLOCK", "FIRST", "NAME", "PREFIX", "Answer", "Build", "Place", "Twist",
    "building", "entries", "error", "instead", "token_of", "with_token",
]  # fmt: skip
