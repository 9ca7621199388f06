"""The ledger and the change log against a plain model of what was said, over random histories on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
import xxhash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvester import Store, Wish, open_store
from harvester.record import Item, Ledger, Page, RawRecord, Rejected
from harvester.source import Source
from harvester.store import schema
from harvester.visit import Result, Visiting

# What a list may show of an identifier: a version of its content, a tombstone, or something unreadable.
Said = tuple[str, str]  # (identifier, "1" | "2" | "deleted" | "rejected" | "same bytes, later date")


SHARED = [HealthCheck.function_scoped_fixture]


@dataclass
class Night:
    """One list: pages of what is said, whether it comes to its end, whether it is asked for in full."""

    pages: list[list[Said]]
    whole: bool
    full: bool


IDENTIFIERS = st.sampled_from(["a", "b", "c", "d", "e"])
SAID = st.tuples(IDENTIFIERS, st.sampled_from(["1", "2", "1'", "deleted", "rejected"]))
NIGHTS = st.builds(
    Night,
    pages=st.lists(st.lists(SAID, max_size=4), min_size=1, max_size=4),
    whole=st.booleans(),
    full=st.booleans(),
)


def raw(identifier: str, version: str, night: int) -> RawRecord:
    """``1'`` says the same as ``1`` in other bytes."""
    deleted = version == "deleted"
    content = xxhash.xxh3_128_digest(f"{identifier}{version[:1]}{deleted}".encode())
    bytes_ = f"<record>{identifier} {version} {night if version.endswith(chr(39)) else ''}</record>".encode()
    stamp = "2026-01-01"
    return RawRecord(
        identifier, stamp, ("s",), deleted, "oai_dc", bytes_, b"<x>", xxhash.xxh3_128_digest(bytes_), content
    )


@dataclass
class Lists:
    """A connector that says what a test tells it to."""

    night: Night
    number: int

    def pages(self, source: Source, visit: object, web: object) -> Iterator[Page]:
        visit.clock(f"2026-11-{self.number + 1:02d}T19:00:00Z")  # type: ignore[attr-defined]
        for place, said in enumerate(self.night.pages):
            last = place == len(self.night.pages) - 1
            yield Page(tuple(self._items(said, visit)), None if last and self.night.whole else b"{}", f"t{place}")
        if not self.night.whole:
            from harvester.errors import SourceError

            raise SourceError("cut", where="http://a.example/")

    def _items(self, said: list[Said], visit: object) -> Iterator[Item]:
        for identifier, version in said:
            if version == "rejected":
                yield Rejected(identifier, "no_metadata", b"<record/>")
                continue
            record = raw(identifier, version, self.number)
            (number,) = visit.known([record.fingerprint])  # type: ignore[attr-defined]
            yield record if number is None else number


@dataclass
class Model:
    """What should be: presence and content of every record, by identifier, and since which night it is missing."""

    records: dict[str, tuple[str, str]] = field(default_factory=dict)
    missing_since: dict[str, int] = field(default_factory=dict)
    waiting: int = 0

    def live(self, night: Night, number: int, first: bool) -> Ledger:
        """Apply one night and return its ledger."""
        held = {i for i, (presence, _) in self.records.items() if presence != "withdrawn"}
        latest: dict[str, str] = {}
        fetched = rejected = 0
        unread = set()
        for identifier, version in (said for page in night.pages for said in page):
            fetched += 1
            if version == "rejected":
                rejected += 1
                unread.add(identifier)
            else:
                latest[identifier] = version
        count = dict.fromkeys(("new", "changed", "unchanged", "withdrawn"), 0)
        for identifier, version in latest.items():
            presence, content = self.records.get(identifier, ("", ""))
            if version == "deleted":
                kind = "withdrawn" if identifier in held else "unchanged"
            elif not presence:
                kind = "new"
            else:
                kind = "unchanged" if presence == "present" and content == version[:1] else "changed"
            count[kind] += 1
        missing = lapsed = 0
        absent: list[str] = []
        if night.whole and night.full and not first:
            absent = [i for i in held if i not in latest and i not in unread]
            missing = sum(self.records[i][0] == "present" for i in absent)
            lapsed = sum(self.records[i][0] == "missing" and number > self.missing_since[i] for i in absent)
        ledger = Ledger(
            fetched=fetched,
            rejected=rejected,
            repeated=fetched - rejected - len(latest),
            missing=missing,
            lapsed=lapsed,
            **count,
        )
        if absent and not fetched and missing + lapsed:  # a list of nothing is held
            self.waiting = missing + lapsed
            return Ledger()
        if night.whole:  # a list that is not whole leaves an open question as it is
            self.waiting = 0
        for identifier, version in latest.items():
            if version != "deleted":
                self.records[identifier] = ("present", version[:1])
            elif identifier in held:
                self.records[identifier] = ("withdrawn", self.records[identifier][1])
        for identifier in absent:
            presence, content = self.records[identifier]
            if presence == "present":
                self.records[identifier] = ("missing", content)
                self.missing_since[identifier] = number
            elif presence == "missing" and number > self.missing_since[identifier]:
                self.records[identifier] = ("withdrawn", content)
        return ledger


def live_through(store: Store, nights: list[Night]) -> None:
    source = Source(id="truong", name="Trường", url="http://a.example/")
    model = Model()
    ever = False
    next_full = True
    for number, night in enumerate(nights):
        night.full = night.full or next_full
        visiting = Visiting(store, (), connector=lambda _, n=night, k=number: Lists(n, k))  # type: ignore[misc]
        result = visiting.visit(source, Wish(full=night.full))
        expected = model.live(night, number, first=not ever)
        assert result.ledger == expected, night
        assert result.ledger.balances()
        next_full = _next_full(result, next_full)
        ever = ever or bool(model.records)
        _same(store, model)


def _next_full(result: Result, before: bool) -> bool:
    if result.verdict in ("held", "additions"):
        return True
    return False if result.outcome == "complete" else before


def _same(store: Store, model: Model) -> None:
    held = {change.identifier: change for change in store.log.every_record("truong")}
    assert {i: change.presence for i, change in held.items()} == {i: p for i, (p, _) in model.records.items()}
    for identifier, (presence, content) in model.records.items():
        if presence != "withdrawn":
            said = held[identifier].raw
            assert said is not None
            assert said.body.decode().split()[1][:1] == content
    counts = store.log.counts()["truong"]
    for presence in ("present", "missing", "withdrawn"):
        assert counts[presence] == sum(p == presence for p, _ in model.records.values())
    changes = store.log.changes(0, 10_000)
    state: dict[str, str] = {}
    for change in changes:
        state[change.identifier] = change.presence
    assert state == {i: p for i, (p, _) in model.records.items()}
    with store.database.reading() as connection:
        for table, rows in ((schema.staged, 0), (schema.page, 0), (schema.absent, model.waiting)):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == rows


@settings(
    deadline=None, derandomize=True, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(NIGHTS, min_size=1, max_size=6))
def test_random_histories_on_sqlite(tmp_path: Path, nights: list[Night]) -> None:
    file = tmp_path / "kho.db"
    for old in tmp_path.glob("kho.db*"):
        old.unlink()
    store = open_store(f"sqlite:///{file}")
    try:
        live_through(store, nights)
    finally:
        store.close()


@settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=SHARED)
@given(nights=st.lists(NIGHTS, min_size=1, max_size=6))
def test_random_histories_on_postgresql(postgresql: str, nights: list[Night]) -> None:
    store = open_store(postgresql)
    try:
        with store.database.engine.begin() as connection:
            for table in reversed(schema.metadata.sorted_tables):
                if table.name != "identity":
                    connection.execute(table.delete())
        live_through(store, nights)
    finally:
        store.close()


def test_the_model_notices_a_wrong_store(tmp_path: Path) -> None:
    """The test must be able to fail: a store that forgets one withdrawal is caught."""
    store = open_store(f"sqlite:///{tmp_path}/kho.db")
    model = Model()
    source = Source(id="truong", name="Trường", url="http://a.example/")
    night = Night([[("a", "1"), ("b", "1")]], whole=True, full=True)
    Visiting(store, (), connector=lambda _: Lists(night, 0)).visit(source)
    model.live(night, 0, first=True)
    _same(store, model)
    model.records["b"] = ("withdrawn", "1")
    with pytest.raises(AssertionError):
        _same(store, model)
    store.close()
