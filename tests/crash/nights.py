"""Three small sources over three nights, told in process: what each says, and what must be held after each night.

One leaves tombstones and is large enough for slices; one is published at once; one is listed in full every night and
has no tombstones. The sizes of slices and batches are made small, so that a few dozen records take every path.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import xxhash

from demo.generator import Entry, oai_dc, records
from harvester.record import Format, Item, Page, RawRecord
from harvester.source import Source

FIRST = datetime(2026, 11, 20, 19, tzinfo=UTC)
NIGHTS = 3
SECONDS = "%Y-%m-%dT%H:%M:%SZ"
FORMATS = (Format("oai_dc", ("http://www.openarchives.org/OAI/2.0/oai_dc/",), 0),)
CONTEXT = b'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'


@dataclass(frozen=True)
class Teller:
    """A source and what it says: ``whole`` is listed in full every night and forgets what it deletes."""

    id: str
    name: str
    kind: str
    count: int
    page: int
    whole: bool = False

    @property
    def source(self) -> Source:
        return Source(id=self.id, name=self.name, url=f"http://{self.id}.example/oai")


TELLERS = (
    Teller("dai-hoc-song-huong", "Đại học Sông Hương", "university", 22, 5),
    Teller("tieu-hoc-kim-lien", "Trường Tiểu học Kim Liên", "primary", 5, 3),
    Teller("thpt-nui-thanh", "Trường THPT Núi Thành", "upper_secondary", 9, 4, whole=True),
)


@cache
def said(teller: Teller, night: int) -> dict[str, Entry]:
    """Return everything that a source says on a night, by identifier."""
    prefix, host = f"oai:{teller.id}.example:", f"{teller.id}.example"
    if night == 0:
        entries = records(7, teller.count, teller.kind, prefix, host)
        return {entry.identifier: replace(entry, datestamp=entry.datestamp - timedelta(days=30)) for entry in entries}
    before = said(teller, night - 1)
    stamp = FIRST + timedelta(days=night, hours=-5)
    now = dict(before)
    live = [entry for entry in before.values() if not entry.deleted]
    gone = [entry for entry in before.values() if entry.deleted]
    first = night * 2
    for entry in live[first : first + max(teller.count // 4, 2)]:
        now[entry.identifier] = entry.edited(stamp, title=f"{entry.first('title')} (sửa đêm {night + 1})")
    touched = live[-1]  # a later date, the same words
    now[touched.identifier] = replace(touched, datestamp=stamp)
    for entry in live[:2]:
        if teller.whole:
            if night == 1:
                del now[entry.identifier]
        else:
            now[entry.identifier] = replace(entry, deleted=True, datestamp=stamp)
    for entry in gone[:1]:  # what was withdrawn comes back
        again = said(teller, 0)[entry.identifier]
        now[entry.identifier] = again.edited(stamp, title=f"{again.first('title')} (trở lại)")
    for entry in records(7, 3, teller.kind, prefix, host, start=teller.count + night * 3):
        now[entry.identifier] = replace(entry, datestamp=stamp)
    return now


@cache
def raw(entry: Entry) -> RawRecord:
    """Write an entry as a record of an OAI-PMH answer."""
    sets = "".join(f"<setSpec>{spec}</setSpec>" for spec in entry.sets)
    stamp = entry.datestamp.strftime(SECONDS)
    status = ' status="deleted"' if entry.deleted else ""
    metadata = b"" if entry.deleted else b"<metadata>" + oai_dc(entry) + b"</metadata>"
    header = f"<header{status}><identifier>{entry.identifier}</identifier><datestamp>{stamp}</datestamp>{sets}</header>"
    body = b"<record>" + header.encode() + metadata + b"</record>"
    return RawRecord(
        identifier=entry.identifier,
        datestamp=stamp,
        sets=entry.sets,
        deleted=entry.deleted,
        format="oai_dc",
        body=body,
        context=CONTEXT,
        fingerprint=xxhash.xxh3_128_digest(CONTEXT + body),
        content=xxhash.xxh3_128_digest(metadata + sets.encode() + status.encode()),
    )


History = list[tuple[str, bytes]]  # presence and content (empty where withdrawn), one for each change


@cache
def histories(teller: Teller, night: int) -> dict[str, History]:
    """Return the changes that each record must have had after a night."""
    if night < 0:
        return {}
    found = {identifier: list(history) for identifier, history in histories(teller, night - 1).items()}
    now = said(teller, night)
    for identifier, entry in now.items():
        history = found.setdefault(identifier, [])
        state = ("withdrawn", b"") if entry.deleted else ("present", raw(entry).content)
        if history[-1:] != [state]:
            history.append(state)
    for identifier in found.keys() - now.keys():
        presence, content = found[identifier][-1]
        if presence != "withdrawn":
            found[identifier].append(("missing", content) if presence == "present" else ("withdrawn", b""))
    return {identifier: history for identifier, history in found.items() if history != [("withdrawn", b"")]}


@cache
def bodies(teller: Teller, night: int) -> dict[str, bytes]:
    """Return the bytes of every record that is held after a night: those with which it last changed."""
    if night < 0:
        return {}
    found = dict(bodies(teller, night - 1))
    before, after = histories(teller, night - 1), histories(teller, night)
    for identifier, history in after.items():
        if history[-1][0] == "withdrawn":
            found.pop(identifier, None)
        elif history[-1][0] == "present" and history != before.get(identifier):
            found[identifier] = raw(said(teller, night)[identifier]).body
    return found


def listed(teller: Teller, night: int, mode: str, since: str | None) -> list[Entry]:
    """Return what a source lists when it is asked for everything, or for what changed since a moment."""
    every = said(teller, night).values()
    return [each for each in every if mode == "full" or each.datestamp.strftime(SECONDS) >= (since or "")]


def pages_of(teller: Teller, night: int, mode: str, since: str | None) -> int:
    """Return how many pages such a list has."""
    return max(-(-len(listed(teller, night, mode, since)) // teller.page), 1)


class Telling:
    """A connector that says what a night's sources say.

    ``asked`` is told before each page, ``heard`` of each page that is known to be on disk: (source, page).
    """

    def __init__(self, night: int, asked: Callable[[int, int], None], heard: Callable[[int, int], None]) -> None:
        self._night, self._asked, self._heard = night, asked, heard

    def pages(self, source: Source, visit: Any, web: object) -> Iterator[Page]:
        number, teller = next((n, each) for n, each in enumerate(TELLERS) if each.id == source.id)
        visit.clock((FIRST + timedelta(days=self._night)).strftime(SECONDS))
        visit.learn({"prefix": "oai_dc"}, {})
        entries = listed(teller, self._night, visit.mode, visit.since)
        begin = json.loads(visit.checkpoint)["next"] if visit.checkpoint else 0
        places = range(0, max(len(entries), 1), teller.page)
        for at in places[begin:]:
            page = at // teller.page
            self._asked(number, page)
            items = self._items(entries[at : at + teller.page], visit)
            last = page == len(places) - 1
            yield Page(tuple(items), None if last else checkpoint(page + 1), f"trang {page}")
            if not all(isinstance(item, int) for item in items):
                self._heard(number, page + 1)

    def _items(self, entries: list[Entry], visit: Any) -> list[Item]:
        said_now = [raw(entry) for entry in entries]
        known = visit.known([record.fingerprint for record in said_now])
        return [record if number is None else number for record, number in zip(said_now, known, strict=True)]


def checkpoint(page: int) -> bytes:
    return json.dumps({"next": page}).encode()
