"""What an entry of the hostile town is made of: what the server does in each night, and what is right for Kho to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from demo.generator import Entry
from harvester import Wish
from tests.town.wire import Act, Asked, Place, Wire, right

RECORDS, PAGE = 100, 25  # four pages: a first one, a last one, and two between them
HELLO = 3  # Identify, ListMetadataFormats, ListSets
WHOLE = HELLO + RECORDS // PAGE
NEXT = HELLO + 2  # a later night: a page of what is new, and a slice of everything that is read anew

Names = Callable[[Place], set[str]]
Day = Callable[[Place], None]
Change = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Expect:
    """What is right after a night. Counts of ``ledger`` that are not named are zero; ``requests`` is the most.

    ``absent``: the source has them and the store does not. ``standing``: still shown although the source no longer
    shows them. ``late``: a sentence that says why records may be absent although the visit is complete, and what
    brings them; without it that is a silent loss.
    """

    outcome: str | None
    verdict: str | None
    code: str
    requests: int
    ledger: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    repairs: Mapping[str, int] = field(default_factory=dict)
    noticed: Set[str] = frozenset()  # what else the operator is told
    absent: Names = lambda place: set()
    missing: Names = lambda place: set()
    withdrawn: Names = lambda place: set()
    standing: Names = lambda place: set()
    late: str = ""
    reread: bool = False  # a slice was read anew: what it shows unchanged is beside the point


@dataclass(frozen=True)
class Night:
    """One night: what happened at the institution in the days before, what its server does, and what is right.

    A night that lives ``times`` nights is the same every night, and what is expected is true after the last one.
    """

    expect: Expect
    act: Act = right
    day: Day | None = None
    days: int = 1
    times: int = 1
    wish: Wish = field(default_factory=Wish)


@dataclass(frozen=True)
class Fault:
    """One entry: its name, the rules it stands for, what the server does and what Kho does in a sentence each."""

    name: str
    rules: tuple[str, ...]
    server: str
    kho: str
    nights: tuple[Night, ...]
    records: int = RECORDS
    page: int = PAGE
    institution: Mapping[str, Any] = field(default_factory=dict)  # fields of its Repository
    source: Mapping[str, Any] = field(default_factory=dict)  # words of its entry in sources.yaml
    titles: Callable[[Entry], str] = lambda entry: entry.first("title")
    wanted: Callable[[Entry], bool] = lambda entry: True  # which of its records the source's entry asks for
    elsewhere: bool = False  # it has a second address, on another host
    slow: bool = False  # it waits for real: it is visited beside the others
    both: bool = False  # on both databases

    @property
    def id(self) -> str:
        return "-".join((*self.rules, self.name))


# --- what is right -------------------------------------------------------------------------------------------------


def whole(requests: int = WHOLE, new: int = RECORDS, **more: Any) -> Expect:
    """The whole list came in a first visit."""
    ledger = {"fetched": new, "new": new, **more.pop("ledger", {})}
    return Expect("complete", "published", more.pop("code", "whole"), requests, ledger, **more)


def same(requests: int, unchanged: int = 0, **more: Any) -> Expect:
    """Nothing differs."""
    ledger = {"fetched": unchanged, "unchanged": unchanged} if unchanged else {}
    return Expect("complete", "nothing", more.pop("code", "same"), requests, ledger, reread=True, **more)


def changed(requests: int, **more: Any) -> Expect:
    """A later visit was complete and showed differences; ``fetched`` is their sum where it is not named."""
    words = ("new", "changed", "unchanged", "withdrawn", "repeated", "rejected", "missing", "lapsed")
    ledger = {word: more.pop(word) for word in words if word in more}
    more.update({word: more.pop(f"{word}_names") for word in words if f"{word}_names" in more})
    ledger["fetched"] = sum(count for word, count in ledger.items() if word not in ("missing", "lapsed"))
    return Expect("complete", "published", more.pop("code", "whole"), requests, ledger, reread=True, **more)


def partial(code: str, requests: int, fetched: int, **more: Any) -> Expect:
    """A first list broke off after so many records, all of them new and public."""
    ledger = {"fetched": fetched, "new": fetched, **more.pop("ledger", {})}
    more.setdefault("absent", after(fetched))
    return Expect("partial", more.pop("verdict", "published"), code, requests, ledger, **more)


def failed(code: str, requests: int, **more: Any) -> Expect:
    """No page came."""
    more.setdefault("absent", live)
    return Expect("failed", None, code, requests, **more)


def deferred(requests: int, fetched: int = 0, **more: Any) -> Expect:
    """The server asks to wait longer than our patience; what was fetched is kept and not judged yet."""
    more.setdefault("absent", live)
    return Expect("deferred", None, "deferred", requests, {"fetched": fetched} if fetched else {}, **more)


# --- which records -------------------------------------------------------------------------------------------------


def ordered(place: Place) -> list[str]:
    """The institution's identifiers in the order of its list."""
    entries = place.repository.entries.values()
    return [entry.identifier for entry in sorted(entries, key=lambda entry: (entry.datestamp, entry.identifier))]


def live(place: Place) -> set[str]:
    """Everything that the institution has and has not deleted."""
    return {entry.identifier for entry in place.repository.entries.values() if not entry.deleted}


def after(count: int) -> Names:
    """Everything behind the first so many of the list."""
    return lambda place: set(ordered(place)[count:])


def between(low: int, high: int) -> Names:
    """The records of the list from ``low`` (counted from 0) to before ``high``."""
    return lambda place: set(ordered(place)[low:high])


def named(*numbers: int) -> Names:
    """Records by their numbers."""
    return lambda place: {f"oai:{place.name}.example:{number}" for number in numbers}


def remembered(word: str) -> Names:
    """What a day put into the institution's memory under a word."""
    return lambda place: set(place.memory[word])


# --- what the server does ------------------------------------------------------------------------------------------


def listing(asked: Asked) -> bool:
    """Whether records are asked for as a list."""
    return asked.verb == "ListRecords"


def every(change: Change, *verbs: str) -> Act:
    """Change the bytes of every answer to these verbs (none named: to ListRecords)."""

    def act(asked: Asked) -> Wire:
        body = asked.right()
        return Wire(change(body) if asked.verb in (verbs or ("ListRecords",)) else body)

    return act


def on_page(number: int, change: Change) -> Act:
    """Change the bytes of one page of the list, each time it is asked for."""

    def act(asked: Asked) -> Wire:
        body = asked.right()
        return Wire(change(body) if listing(asked) and asked.page == number else body)

    return act


def wires(when: Callable[[Asked], bool], make: Callable[[Asked], Wire]) -> Act:
    """Answer some questions otherwise."""
    return lambda asked: make(asked) if when(asked) else right(asked)


def times(count: int, when: Callable[[Asked], bool], make: Callable[[Asked], Wire]) -> Act:
    """Answer the first so many of some questions otherwise; later ones are answered right."""

    def act(asked: Asked) -> Wire:
        if when(asked) and asked.place.memory.get("times", 0) < count:
            asked.place.memory["times"] = asked.place.memory.get("times", 0) + 1
            return make(asked)
        return right(asked)

    return act


def is_page(number: int) -> Callable[[Asked], bool]:
    """Whether a question asks for this page of the records' list."""
    return lambda asked: listing(asked) and asked.page == number


def once_at(number: int) -> Callable[[Asked], bool]:
    """Whether a question comes after this page of the list was asked for, that question included."""

    def asked_since(asked: Asked) -> bool:
        memory = asked.place.memory
        memory["at"] = memory.get("at") or (listing(asked) and asked.page == number)
        return bool(memory["at"])

    return asked_since


def anything(_: Asked) -> bool:
    """Every question."""
    return True


# --- what happens by day -------------------------------------------------------------------------------------------


def edit(*numbers: int, hours: float = 1, stamp: bool = True) -> Day:
    """Edit records, so many hours before the institution's clock; without ``stamp`` their datestamp stays."""

    def day(place: Place) -> None:
        repository = place.repository
        for name in sorted(named(*numbers)(place)):
            entry = repository.entries[name]
            moment = repository.clock - timedelta(hours=hours) if stamp else entry.datestamp
            repository.replace([entry.edited(moment, title=f"{entry.first('title')} (bản chỉnh sửa)")])

    return day


def delete(*numbers: int) -> Day:
    """Delete records and leave tombstones."""

    def day(place: Place) -> None:
        repository = place.repository
        for name in sorted(named(*numbers)(place)):
            entry = repository.entries[name]
            moment = repository.clock - timedelta(hours=1)
            repository.replace([replace(entry, deleted=True, elements=(), datestamp=moment)])

    return day


def vanish(*numbers: int) -> Day:
    """Take records away without a word."""

    def day(place: Place) -> None:
        for name in named(*numbers)(place):
            del place.repository.entries[name]
        place.repository.replace([])

    return day


def appear(*entries: Entry | Callable[[Place], Entry]) -> Day:
    """Put records in."""

    def day(place: Place) -> None:
        place.repository.replace([entry(place) if callable(entry) else entry for entry in entries])

    return day


def stamped(entry: Entry, moment: datetime) -> Entry:
    """The same record with another datestamp."""
    return replace(entry, datestamp=moment)


def together(*days: Day) -> Day:
    """One thing after the other."""

    def day(place: Place) -> None:
        for each in days:
            each(place)

    return day


def emptied(place: Place) -> None:
    """Somebody deletes the database."""
    place.memory["before"] = dict(place.repository.entries)
    place.repository.entries.clear()
    place.repository.replace([])


def restored(place: Place) -> None:
    """The database is put back."""
    place.repository.replace(place.memory["before"].values())


def held(place: Place) -> set[str]:
    """What was there before it was emptied."""
    return set(place.memory["before"])
