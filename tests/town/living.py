"""Live the nights of one fault with the real connector, web, store and judge, and compare with the truth."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa
from lxml import etree

from demo.generator import records
from demo.repository import Repository
from demo.town import FIRST_NIGHT
from harvester import Store, document
from harvester.guard import connect
from harvester.page import local_name
from harvester.record import Change, Format
from harvester.source import Source
from harvester.store import schema
from harvester.visit import Result, Visiting
from harvester.web import Web
from tests.conftest import Clock
from tests.town.fault import Fault, Night
from tests.town.wire import Place, opened

FORMATS = (
    Format("lom", ("http://ltsc.ieee.org/xsd/LOM", "http://www.imsglobal.org/xsd/imsmd_v1p2"), 20),
    Format("oai_dc", ("http://www.openarchives.org/OAI/2.0/oai_dc/",), 40),
)
BUSY = 10.0
ENVIRONMENT = {"KHO_ALLOW_LOOPBACK": "1", "OAI_USER": "kho", "OAI_PASSWORD": "mật khẩu"}
_COUNTS = ("fetched", "new", "changed", "unchanged", "withdrawn", "repeated", "rejected", "missing", "lapsed")


class Time:
    """A night's time: waiting passes at once, and a busy machine is given ten times what a source is allowed.

    Only servers that are waited for in real time (``slow``) get a machine that is not busy: two seconds are two.
    """

    def __init__(self, pace: float) -> None:
        self._pace, self._slept = pace, 0.0

    def sleep(self, seconds: float) -> None:
        self._slept += seconds

    def monotonic(self) -> float:
        return time.monotonic() / self._pace + self._slept

    def connect(self, *words: Any, **more: Any) -> socket.socket:
        return _Patient.of(connect(*words, **more), self._pace)


class _Patient(socket.socket):
    """A socket whose timeouts are as much longer as the machine is slower."""

    pace = 1.0

    @classmethod
    def of(cls, connection: socket.socket, pace: float) -> _Patient:
        timeout = connection.gettimeout()
        made = cls(fileno=connection.detach())
        made.pace = pace
        made.settimeout(timeout)
        return made

    def settimeout(self, seconds: float | None) -> None:
        super().settimeout(None if seconds is None else seconds * self.pace)


@dataclass
class Lived:
    """What a night left behind."""

    night: int
    result: Result
    requests: int
    rejected: dict[str, int]
    kept: dict[str, int]
    repairs: dict[str, int]
    presence: dict[str, set[str]]
    titles: dict[str, str]
    truth: dict[str, str]
    rejected_names: set[str]
    noticed: set[str]
    named: dict[str, set[str]] = field(default_factory=dict)
    ledger: dict[str, int] = field(default_factory=dict)


def place_of(fault: Fault) -> Place:
    """Open the books of a fault's institution."""
    host = f"{fault.name}.example"
    made = records(sum(map(ord, fault.name)), fault.records, "school", f"oai:{host}:", host)
    entries = {entry.identifier: entry for entry in made}
    repository = Repository(
        name=f"Trường {fault.name}",
        entries=entries,
        clock=FIRST_NIGHT,
        page_size=fault.page,
        set_names={f"lop-{grade}": f"Lớp {grade}" for grade in range(1, 13)},
    )
    return Place(fault.name, replace(repository, **fault.institution))


def words_of(fault: Fault, place: Place) -> dict[str, Any]:
    """The words of its entry in sources.yaml beside id and name."""
    words = dict(fault.source)
    url = str(words.pop("url", "{url}")).format(url=place.url, host=urlsplit(place.url).netloc)
    return {"url": url, **words}


def source_of(fault: Fault, place: Place) -> Source:
    """The entry as the reader makes it; the operator is not patient."""
    words = {"timeout": 2.0, "patience": 5.0, **words_of(fault, place)}
    return Source(id=fault.name, name=place.repository.name, **words)


def live_through(fault: Fault, store: Store, clock: Clock) -> list[Lived]:
    """Live all nights of a fault; one after another, each compared by ``test_hostile.py``."""
    place, passing, lived = place_of(fault), Time(1 if fault.slow else BUSY), []
    with opened(place, elsewhere=fault.elsewhere):
        for number, night in enumerate(fault.nights, 1):
            results, requests = [], []
            for _ in range(night.times):
                _pass(place, clock, night, number)
                results.append(_visit(fault, place, store, night, passing, clock))
                requests.append(len(place.log))
            told = [result for result in results if result.verdict != "nothing"] or results
            lived.append(_look(fault, place, store, number, told[-1], max(requests), night))
            lived[-1].ledger = _sum(results)
    return lived


def _pass(place: Place, clock: Clock, night: Night, number: int) -> None:
    if number > 1 or place.log:
        place.repository.clock += timedelta(days=night.days)
    clock.now = place.repository.clock.timestamp()
    if night.day is not None:
        night.day(place)
        place.repository._order = None
    place.act = night.act
    place.log.clear()
    for word in ("times", "at"):
        place.memory.pop(word, None)


def _visit(fault: Fault, place: Place, store: Store, night: Night, passing: Time, clock: Clock) -> Result:
    web = partial(
        Web,
        clock=clock,
        sleep=passing.sleep,
        monotonic=passing.monotonic,
        connect=passing.connect,
        environ=ENVIRONMENT,
    )
    return Visiting(store, FORMATS, web=web).visit(source_of(fault, place), night.wish)


def _sum(results: Sequence[Result]) -> dict[str, int]:
    """Add up ledgers; of many nights only what was different from what is held."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update({name: getattr(result.ledger, name) for name in _COUNTS})
    names = _COUNTS if len(results) == 1 else [name for name in _COUNTS if name not in ("unchanged", "repeated")]
    summed = {name: counts[name] for name in names if counts[name]}
    if len(results) > 1:
        summed["fetched"] = sum(summed.get(name, 0) for name in ("new", "changed", "withdrawn", "rejected"))
    return summed


def _look(fault: Fault, place: Place, store: Store, number: int, result: Result, requests: int, night: Night) -> Lived:
    presence: dict[str, set[str]] = {"present": set(), "missing": set(), "withdrawn": set()}
    titles = {}
    for change in store.log.every_record(fault.name):
        presence[change.presence].add(change.identifier)
        if change.raw is not None:
            titles[change.identifier] = title_of(change)
    entries = place.repository.entries.values()
    rejected, kept, repairs, names, noticed = _evidence(store, result.visit)
    return Lived(
        night=number,
        result=result,
        requests=requests,
        rejected=rejected,
        kept=kept,
        repairs=repairs,
        presence=presence,
        titles=titles,
        truth={entry.identifier: fault.titles(entry) for entry in entries if not entry.deleted and fault.wanted(entry)},
        rejected_names=names,
        noticed=noticed,
        named={word: getattr(night.expect, word)(place) for word in ("absent", "missing", "withdrawn", "standing")},
    )


Evidence = tuple[dict[str, int], dict[str, int], dict[str, int], set[str], set[str]]


def _evidence(store: Store, visit: int | None) -> Evidence:
    rejected, kept, visits = schema.rejected, schema.kept, schema.visit
    with store.database.reading() as connection:
        refused = connection.execute(sa.select(rejected.c.code, rejected.c.identifier).where(rejected.c.visit == visit))
        rows = refused.all()
        pages = connection.scalars(sa.select(kept.c.code).where(kept.c.visit == visit)).all()
        told = connection.execute(sa.select(visits.c.repairs, visits.c.noticed).where(visits.c.id == visit)).one()
    repairs, noticed = msgspec.json.decode(told.repairs), set(msgspec.json.decode(told.noticed))
    codes = dict(Counter(row.code for row in rows))
    return codes, dict(Counter(pages)), repairs, {row.identifier for row in rows}, noticed


def title_of(change: Change) -> str:
    """Read the title out of what is kept: the first element of that name, all its text."""
    assert change.raw is not None
    root = etree.fromstring(document(change.raw.context, change.raw.body))
    for element in root.iter():
        if local_name(element) == "title":
            return "".join(map(str, element.itertext())).strip()
    return ""
