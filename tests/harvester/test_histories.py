"""Random histories of a source: nothing live is removed beyond the limits unapproved; every change is seen in the end.

Ten thousand on the judge alone, three hundred on real stores with approvals, rejections and undoing among the moves:
a hundred and fifty on each database, or as many as KHO_HISTORIES says. The seed is printed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from harvester import Store, Wish, approve, open_store, reject, take_back
from harvester.errors import Refused
from harvester.judge import LIMITS, Earlier, Evidence, Judgement, judge
from harvester.record import Ledger, Mode
from harvester.store import schema
from tests.harvester.lists import DELETED, Lists, held, visit
from tests.harvester.test_undo import consistent

SEED = 20_261_126
PURE = 10_000
REAL = int(os.environ.get("KHO_HISTORIES", "150"))
FEW, SHARE = LIMITS["few"].value, LIMITS["may_lose"].value


def tolerated(holding: int) -> int:
    """How many of so many records any limit lets go unapproved; no history of these sources teaches a larger one."""
    return max(FEW, holding * SHARE // 100)


# --- the judge alone, over a model of a source and of what is held of it ----------------------------------------------


@dataclass
class Source:
    """The truth, when each record last changed, and which deletions the server still announces."""

    live: dict[int, int] = field(default_factory=dict)  # record: version
    stamps: dict[int, int] = field(default_factory=dict)  # record: day of its last change
    graves: set[int] = field(default_factory=set)
    made: int = 0

    def day(self, chance: random.Random, today: int) -> None:
        """Something happens: additions, edits, deletions with or without a word, returns, now and then to very many."""
        for _ in range(chance.choice((0, 1, 3, 30))):
            self.say(self.made, 1, today)
            self.made += 1
        share = chance.choice((0.0, 0.02, 0.1, 0.1, 0.3, 1.0))
        some = [record for record in list(self.live) if chance.random() < share]
        match chance.randrange(4):
            case 0:
                for record in some:
                    self.say(record, self.live[record] + 1, today)
            case 1 | 2 as how:
                for record in some:
                    del self.live[record]
                    self.stamps[record] = today
                    self.graves |= {record} if how == 1 else set()
            case _:
                for record in [gone for gone in sorted(self.graves) if chance.random() < 0.2]:
                    self.say(record, 1, today)

    def say(self, record: int, version: int, today: int) -> None:
        self.live[record], self.stamps[record] = version, today
        self.graves.discard(record)


@dataclass
class Shelf:
    """What is held: version, presence, and since when it is missing; what the judge remembers; the open question."""

    records: dict[int, tuple[int, str]] = field(default_factory=dict)
    since: dict[int, int] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()
    watermark: int | None = None
    mode: Mode = "full"
    already: int = 0
    question: tuple[dict[int, int | None], list[int], list[int], int, Mode] | None = None

    def holding(self) -> dict[int, int]:
        return {record: version for record, (version, presence) in self.records.items() if presence != "withdrawn"}

    def publish(self, said: dict[int, int | None], missing: list[int], today: int) -> None:
        for record, version in said.items():
            if version is not None:
                self.records[record] = (version, "present")
        for record in missing:
            self.records[record] = (self.records[record][0], "missing")
            self.since[record] = today

    def remove(self, said: dict[int, int | None], lapsed: list[int]) -> None:
        holding = self.holding()
        for record in [*(gone for gone, version in said.items() if version is None), *lapsed]:
            if record in holding:
                self.records[record] = (self.records[record][0], "withdrawn")


def listed(source: Source, shelf: Shelf, mode: Mode, chance: random.Random, healthy: bool) -> dict[int, int | None]:
    """What the server shows, in some order: everything, or what changed since the watermark minus two days."""
    said: dict[int, int | None] = {**source.live, **dict.fromkeys(source.graves)}
    if mode == "incremental" and shelf.watermark is not None:
        said = {record: version for record, version in said.items() if source.stamps[record] >= shelf.watermark - 2}
    if healthy:
        return said
    names = list(said)
    chance.shuffle(names)
    kept = int(len(names) * chance.choice((0.0, 0.1, 0.5, 0.9)))
    return {record: said[record] for record in names[:kept]}


def weigh(shelf: Shelf, said: dict[int, int | None], mode: Mode, whole: bool, today: int) -> tuple[Evidence, list[Any]]:
    holding = shelf.holding()
    present = {record for record, (_, presence) in shelf.records.items() if presence == "present"}
    live = {record: version for record, version in said.items() if version is not None}
    new = sum(record not in shelf.records for record in live)
    edited = sum(record in present and holding[record] != version for record, version in live.items())
    back = sum(record in shelf.records and record not in present for record in live)
    withdrawn = sum(record in holding for record, version in said.items() if version is None)
    absent = [record for record in holding if record not in said] if whole and mode != "incremental" else []
    missing = [record for record in absent if record in present]
    lapsed = [record for record in absent if record not in present and today > shelf.since[record]]
    ledger = Ledger(
        fetched=len(said), new=new, changed=edited + back, withdrawn=withdrawn, missing=len(missing),
        lapsed=len(lapsed), unchanged=len(said) - new - edited - back - withdrawn,
    )  # fmt: skip
    assert ledger.balances()
    evidence = Evidence(
        outcome="complete" if whole else "partial", mode=mode, held=len(holding), ledger=ledger, live=len(live),
        edited=edited, already=shelf.already, earlier=shelf.earlier,
    )  # fmt: skip
    return evidence, [missing, lapsed]


def night(source: Source, shelf: Shelf, chance: random.Random, today: int, healthy: bool) -> Judgement:
    mode: Mode = "full" if shelf.watermark is None else shelf.mode
    if mode == "incremental" and (healthy or chance.random() < 0.2):
        mode = "sweep"
    broken = not healthy and chance.random() < 0.3  # it breaks off
    lying = not healthy and chance.random() < 0.2  # it ends as if it were whole
    said = listed(source, shelf, mode, chance, healthy or not (broken or lying))
    if broken and not said:
        return Judgement(None)
    evidence, (missing, lapsed) = weigh(shelf, said, mode, not broken, today)
    judgement = judge(evidence)
    follow(shelf, evidence, judgement, (said, missing, lapsed, today, mode))
    return judgement


def follow(
    shelf: Shelf, evidence: Evidence, judgement: Judgement, list_: tuple[Any, list[int], list[int], int, Mode]
) -> None:
    """Do what the verdict allows, and check that it allows no more than the limits."""
    said, missing, lapsed, today, mode = list_
    before, whole = shelf.holding(), evidence.outcome == "complete"
    if judgement.verdict in ("published", "additions"):
        shelf.publish(said, missing, today)
    if judgement.verdict == "published":
        shelf.remove(said, lapsed)
    gone = len(before.keys() - shelf.holding().keys())
    assert gone + evidence.already <= tolerated(len(before) + evidence.already) or gone == 0
    if judgement.verdict in ("held", "additions"):
        shelf.question, shelf.mode = list_, mode
        return
    if not whole:
        shelf.already += gone
        return
    shelf.question, shelf.already, shelf.watermark, shelf.mode = None, 0, today, "incremental"
    told = Earlier(whole=mode != "incremental", held=evidence.held, fetched=evidence.ledger.fetched, live=evidence.live)
    shelf.earlier = (told, *shelf.earlier)[:30]


def answer(shelf: Shelf, chance: random.Random) -> None:
    """An operator approves or rejects what waits."""
    if shelf.question is None:
        return
    said, missing, lapsed, today, _ = shelf.question
    if chance.random() < 0.5:
        shelf.publish(said, missing, today)
        shelf.remove(said, lapsed)
        shelf.mode = "full"  # asked for in full: this model keeps no clock of what broke off in between
        shelf.watermark, shelf.already = None, 0
    else:
        shelf.mode, shelf.watermark = "full", None
    shelf.question = None


def lives(chance: random.Random) -> int:
    """One source's life; returns how many nights had a question."""
    source, shelf, asked = Source(), Shelf(), 0
    for record in range(chance.choice((0, 5, 25, 60, 120))):
        source.say(record, 1, 0)
    source.made = len(source.live)
    for today in range(1, chance.randrange(3, 9)):
        source.day(chance, today)
        asked += night(source, shelf, chance, today, healthy=False).verdict in ("held", "additions")
        if chance.random() < 0.3:
            answer(shelf, chance)
    quiet(source, shelf, chance)
    return asked


def quiet(source: Source, shelf: Shelf, chance: random.Random) -> None:
    """From now on the server is right, nothing changes, and everything is approved: in the end all is seen."""
    for today in range(20, 40):
        night(source, shelf, chance, today, healthy=True)
        if shelf.question is not None:
            said, missing, lapsed, asked, _ = shelf.question
            shelf.publish(said, missing, asked)
            shelf.remove(said, lapsed)
            shelf.question, shelf.watermark, shelf.mode, shelf.already = None, asked, "incremental", 0
    assert shelf.holding() == source.live


def test_ten_thousand_histories_of_the_judge() -> None:
    print(f"seed {SEED}, {PURE} histories")
    asked = 0
    for number in range(PURE):
        try:
            asked += lives(random.Random(f"{SEED}-{number}"))
        except AssertionError as error:
            raise AssertionError(f"history {SEED}-{number}") from error
    assert asked > PURE // 10, "histories in which nobody is ever asked prove nothing"


@pytest.mark.parametrize("limit", ["none", "double"])
def test_a_judge_with_a_wider_limit_is_caught(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """The test must be able to fail."""
    import harvester.judge as module

    wide = 10**9 if limit == "none" else 2
    original = module.most_removals
    monkeypatch.setattr(module, "most_removals", lambda evidence: (original(evidence)[0] * wide, ""))
    histories = (random.Random(f"{SEED}-{number}") for number in range(PURE))
    with pytest.raises(AssertionError):
        sum(lives(chance) for chance in histories)


# --- real stores, with an operator who approves, rejects and takes back -----------------------------------------------


class Institution:
    """A source on a real store: its truth in words, and the lists that its server gives."""

    def __init__(self, store: Store, chance: random.Random) -> None:
        self.store, self.chance, self.source, self.today = store, chance, Source(), 1
        self.standing: dict[str, tuple[str, str]] = {}
        self.believed: dict[int, tuple[bool, int]] = {}  # visits: whether whole, and what was withdrawn unasked
        for record in range(chance.choice((3, 30, 70))):
            self.source.say(record, 1, 0)
        self.source.made = len(self.source.live)

    def said(self, *, everything: bool) -> list[tuple[str, str]]:
        """What the server lists: all of it, or what changed since the watermark minus two days."""
        row = self.store.log.sources().get("truong")
        since = 0 if row is None or row.watermark is None else int(row.watermark[8:10]) - 2
        names = sorted(self.source.live.keys() | self.source.graves)
        shown = [record for record in names if everything or self.source.stamps[record] >= since]
        return [(f"oai:t:{record}", self.text(record)) for record in shown]

    def text(self, record: int) -> str:
        return f"bài {record}.{self.source.live[record]}" if record in self.source.live else DELETED

    def truth(self) -> dict[str, tuple[str, str]]:
        return {f"oai:t:{record}": ("present", self.text(record)) for record in self.source.live}

    def ask(self, *, healthy: bool) -> None:
        """A visit: in full or as the store wants it, whole or not; what it takes away stays within the limits."""
        store, chance = self.store, self.chance
        row = store.log.sources().get("truong")
        full = healthy or chance.random() < 0.4
        everything = full or row is None or row.watermark is None or row.next_mode == "full"
        said, breaks = self.said(everything=everything), False
        if not healthy and chance.random() < 0.4:  # it breaks off, or ends too soon as if it were whole
            chance.shuffle(said)
            said, breaks = said[: chance.randrange(len(said) + 1)], chance.random() < 0.6
        before = {name for name, (presence, _) in self.standing.items() if presence != "withdrawn"}
        result = visit(store, Lists(said, self.today, breaks=breaks, page=60), Wish(full=True) if full else None)
        assert result.ledger.balances()
        self.standing = held(store)
        after = {name for name, (presence, _) in self.standing.items() if presence != "withdrawn"}
        gone, already = len(before - after), self.unasked()
        assert not gone or gone + already <= tolerated(len(before) + already)
        if result.verdict == "held":
            assert before == after
        if result.visit is not None and result.verdict in ("published", "nothing"):
            self.believed[result.visit] = (result.outcome == "complete", gone)

    def unasked(self) -> int:
        """What broken lists have taken away since a whole one was believed; what was approved or taken back is not."""
        every = 0
        for whole, gone in (self.believed[number] for number in sorted(self.believed, reverse=True)):
            if whole:
                break
            every += gone
        return every

    def answered(self, number: int, decision: Any) -> None:
        """Keep account of a decision."""
        if decision is take_back:
            self.believed.pop(number, None)
        elif decision is approve:
            found = self.store.log.visit(number)
            self.believed[number] = (found is not None and found.outcome == "complete", 0)

    def decide(self) -> None:
        """Approve or reject what waits, or take some visit back; what cannot be done is refused and changes nothing."""
        every = self.store.inspection.visits(None, open_only=False, limit=100)
        if not every:
            return
        number = self.chance.choice(every).id
        question = next(iter(self.store.log.open_questions().values()), None)
        if question is not None and self.chance.random() < 0.6:
            number = question.id
        decision = self.chance.choice((approve, reject, take_back))
        before = self.standing
        try:
            decision(self.store, number)
            self.answered(number, decision)
        except Refused:
            decision = reject
        self.standing = held(self.store)
        if decision is reject:  # rejected or refused: nothing of it was public
            assert self.standing == before


def real_life(store: Store, chance: random.Random) -> None:
    place = Institution(store, chance)
    for _ in range(chance.randrange(3, 8)):
        place.source.day(chance, place.today)
        place.ask(healthy=False)
        for _ in range(chance.choice((0, 0, 1, 2))):
            place.decide()
        place.today += 1
    for _ in range(5):  # the server is right and an operator approves: absent, absent again, and settled
        place.ask(healthy=True)
        for question in store.log.open_questions().values():
            approve(store, question.id)
            place.answered(question.id, approve)
            place.standing = held(store)
        place.today += 1
    shown = {name: said for name, said in held(store).items() if said[0] != "withdrawn"}
    assert shown == place.truth()
    assert not store.log.open_questions()
    with store.database.reading() as connection:
        for table in (schema.staged, schema.absent, schema.page):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def emptied(store: Store) -> None:
    def job(connection: sa.Connection) -> None:
        for table in reversed(schema.metadata.sorted_tables):
            if table.name not in ("identity", "dictionary", "context"):
                connection.execute(table.delete())

    store.database.write(job)


@pytest.fixture
def any_store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    yield store
    store.close()


@pytest.mark.slow
def test_histories_on_real_stores(any_store: Store) -> None:
    print(f"seed {SEED}, {REAL} histories")
    for number in range(REAL):
        emptied(any_store)
        try:
            real_life(any_store, random.Random(f"{SEED}-{number}"))
            if number % 10 == 0:
                consistent(any_store)
        except Exception as error:
            raise AssertionError(f"history {SEED}-{number}: {error}") from error
