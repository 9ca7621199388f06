"""A source that says what a test tells it to: lists of records through a connector of its own, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import xxhash

from harvester import Store, Wish
from harvester.errors import SourceError
from harvester.judge import Expect
from harvester.page import fingerprint
from harvester.record import Item, Page, RawRecord, Rejected
from harvester.source import Source
from harvester.visit import Result, Visiting

DELETED, UNREADABLE = "deleted", "unreadable"
PAGE = 100


def raw(identifier: str, text: str, datestamp: str = "2026-01-01", format_: str = "oai_dc") -> RawRecord:
    """A record that says ``text``; ``deleted`` is a tombstone."""
    deleted = text == DELETED
    title = "" if deleted else f"<metadata><title>{text}</title></metadata>"
    bytes_ = f"<record><header>{identifier} {datestamp} {format_}</header>{title}</record>".encode()
    content = xxhash.xxh3_128_digest(f"{text} {format_}".encode())
    return RawRecord(identifier, datestamp, (), deleted, format_, bytes_, b"<x>", fingerprint(b"<x>", bytes_), content)


@dataclass
class Lists:
    """The next list: what it says of each identifier, in order; where it breaks off; the server's clock."""

    said: Iterable[tuple[str, str]] = ()
    day: int = 1
    breaks: bool = False
    stamps: Mapping[str, str] = field(default_factory=dict)
    format: str = "oai_dc"
    clock: str = ""
    declared: int | None = None
    page: int = PAGE

    def pages(self, source: Source, visit: Any, web: Any) -> Iterator[Page]:
        visit.clock(self.clock or clock(self.day))
        said = list(self.said)
        pages = [said[start : start + self.page] for start in range(0, len(said), self.page)] or [[]]
        for place, part in enumerate(pages):
            last = place == len(pages) - 1 and not self.breaks
            yield Page(tuple(self._items(part, visit)), None if last else b"{}", declared=self.declared)
        if self.breaks:
            raise SourceError("cut", where="http://truong.example/")

    def _items(self, said: list[tuple[str, str]], visit: Any) -> Iterator[Item]:
        items = [self._item(identifier, text) for identifier, text in said]
        known = iter(visit.known([item.fingerprint for item in items if isinstance(item, RawRecord)]))
        for item in items:
            number = next(known) if isinstance(item, RawRecord) else None
            yield item if number is None else number

    def _item(self, identifier: str, text: str) -> RawRecord | Rejected:
        if text == UNREADABLE:
            return Rejected(identifier, "no_metadata", f"<record>{identifier}</record>".encode())
        return raw(identifier, text, self.stamps.get(identifier, "2026-01-01"), self.format)


def clock(day: int) -> str:
    """The server's clock of a day of November 2026, and further on."""
    months, days = divmod(day - 1, 28)
    return f"{2026 + (10 + months) // 12}-{(10 + months) % 12 + 1:02d}-{days + 1:02d}T02:00:00Z"


def source(**more: Any) -> Source:
    return Source(id="truong", name="Trường", url="http://truong.example/", **more)


def visit(store: Store, lists: Lists, wish: Wish | None = None, expect: Expect | None = None) -> Result:
    stated = source(expect=expect) if expect else source()
    return Visiting(store, (), connector=lambda _: lists).visit(stated, wish)


def full(store: Store, said: Mapping[str, str], day: int, **more: Any) -> Result:
    """A complete list of everything."""
    expect = more.pop("expect", None)
    return visit(store, Lists(list(said.items()), day, **more), Wish(full=True), expect)


def some(store: Store, said: Mapping[str, str], day: int, **more: Any) -> Result:
    """A list of what changed; in full where the store wants that."""
    return visit(store, Lists(list(said.items()), day, **more))


def many(count: int, text: str = "bài", prefix: str = "oai:truong.example:") -> dict[str, str]:
    return {f"{prefix}{number}": f"{text} {number}" for number in range(count)}


def held(store: Store) -> dict[str, tuple[str, str]]:
    """Presence and text of every record."""
    found = {}
    for change in store.log.every_record("truong"):
        text = change.raw.body.decode().partition("<title>")[2].partition("<")[0] if change.raw else ""
        found[change.identifier] = (change.presence, text)
    return found


def shown(store: Store) -> dict[str, str]:
    """Text of every record that is present or missing."""
    return {identifier: text for identifier, (presence, text) in held(store).items() if presence != "withdrawn"}
