"""Taking back what a visit published: as new changes, without touching what came later, and never redone in silence."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from harvester import Store, Wish, approve, key_of, open_store, reject, retire_source, take_back
from harvester.errors import Busy
from harvester.store import publish, schema, visits
from tests.conftest import Clock
from tests.harvester.lists import DELETED, Lists, clock, full, held, many, shown, some, visit
from tests.harvester.test_questions import gone, interrupted, number, refused, row, source_row, staged

ALL = many(100)
FIVE = {f"oai:truong.example:{n}": f"sửa {n}" for n in range(5)}


def changes(store: Store) -> list[tuple[str, str]]:
    return [(change.identifier, change.presence) for change in store.log.changes(0, 100_000)]


def followed(store: Store) -> dict[str, tuple[str, str]]:
    """What somebody knows who has only followed the log from its beginning."""
    found = {}
    for change in store.log.changes(0, 100_000):
        text = change.raw.body.decode().partition("<title>")[2].partition("<")[0] if change.raw else ""
        found[change.identifier] = (change.presence, text)
    return found


def consistent(store: Store) -> None:
    """The log leads to the records, and nothing of the store contradicts itself; bodies here are not OAI-PMH."""
    assert followed(store) == held(store)
    counts = store.log.counts()["truong"]
    for presence in ("present", "missing", "withdrawn"):
        assert counts[presence] == sum(found == presence for found, _ in held(store).values())
    faults = store.check().faults
    assert [fault for fault in faults if fault.code not in ("check_unreadable", "check_content")] == []


# --- what an undo does -----------------------------------------------------------------------------------------------


def test_everything_that_a_visit_did_is_taken_back(store: Store) -> None:
    """Edited, new, withdrawn, missing, returned: each becomes what it was."""
    full(store, ALL, 1)
    some(store, gone(50, 51), 2)
    left = {identifier: text for identifier, text in ALL.items() if identifier not in gone(60, 61)}
    full(store, {**left, **gone(50, 51)}, 3)
    before = held(store)
    assert {presence for presence, _ in before.values()} == {"present", "missing", "withdrawn"}
    night = full(
        store,
        {
            **{identifier: text for identifier, text in left.items() if identifier not in gone(70, 71)},
            **FIVE,
            **gone(51, 60, 80),
            "oai:truong.example:50": "trở lại",
            "oai:truong.example:moi": "mới",
        },
        4,
    )
    assert night.verdict == "published"
    assert (night.ledger.new, night.ledger.changed, night.ledger.withdrawn) == (1, 6, 2)
    assert (night.ledger.missing, night.ledger.lapsed) == (2, 1)
    decided = take_back(store, number(night))
    assert (decided.code, decided.facts["restored"], decided.facts["skipped"]) == ("undo", 12, 0)
    assert held(store) == {**before, "oai:truong.example:moi": ("withdrawn", "")}
    consistent(store)


def test_an_undo_is_new_changes_at_the_end_of_the_log(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    last = store.log.identity()[2]
    take_back(store, number(night))
    new = store.log.changes(last, 1000)
    assert sorted(change.identifier for change in new) == sorted(FIVE)
    assert {change.presence for change in new} == {"present"}


def test_what_a_later_visit_changed_stays_and_is_listed(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    some(store, {"oai:truong.example:0": "sửa lần nữa", "oai:truong.example:1": DELETED}, 3)
    decided = take_back(store, number(night))
    assert (decided.facts["restored"], decided.facts["skipped"]) == (3, 2)
    assert shown(store)["oai:truong.example:0"] == "sửa lần nữa"
    assert "oai:truong.example:1" not in shown(store)
    assert shown(store)["oai:truong.example:4"] == "bài 4"
    skipped = store.inspection.skipped(row(store, decided.visit))
    assert [(each.identifier, each.key) for each in skipped] == [
        (name, key_of("truong", name)) for name in ("oai:truong.example:0", "oai:truong.example:1")
    ]
    later = full(store, {**ALL, **FIVE}, 4)
    approve(store, number(later))
    assert [each.identifier for each in store.inspection.skipped(row(store, decided.visit))] == [
        "oai:truong.example:0", "oai:truong.example:1",
    ]  # fmt: skip
    consistent(store)


def test_what_was_said_keeps_the_year_in_which_it_was_fetched(store: Store, clock: Clock) -> None:
    """Whoever reads the same bytes again is told the same year: in the log, of the record, and after an undo."""
    first, edited = "oai:truong.example:60", "oai:truong.example:1"

    def years() -> dict[str, int]:
        return {each.identifier: each.raw.fetched for each in store.log.every_record("truong") if each.raw}

    full(store, ALL, 1)
    assert set(years().values()) == {2026}
    clock.now += 2 * 366 * 86400
    night = full(store, {**ALL, edited: "sửa"}, 2)
    assert (years()[first], years()[edited]) == (2026, 2028)
    told = [each.raw.fetched for each in store.log.changes(0, 1000) if each.raw and each.identifier == edited]
    assert told == [2026, 2028]
    take_back(store, number(night))
    assert set(years().values()) == {2026}
    found = store.log.record_of("truong", edited)
    assert found is not None
    assert found.raw is not None
    assert found.raw.fetched == 2026


def test_a_first_visit_can_be_taken_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import harvester.visit.visiting as visiting

    monkeypatch.setattr(visiting, "FIRST_SLICE", 30)
    twice = [*list(ALL.items()), ("oai:truong.example:1", "hai lần"), ("oai:truong.example:2", DELETED)]
    night = visit(store, Lists(twice, 1, page=20))
    assert night.ledger.new == 100 or night.ledger.balances()
    take_back(store, number(night))
    assert shown(store) == {}
    consistent(store)
    again = full(store, ALL, 2)
    assert (again.verdict, again.code, again.ledger.changed) == ("held", "undone", 100)


# --- what follows from it ---------------------------------------------------------------------------------------------


def test_no_night_redoes_it_before_somebody_approves(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, {**FIVE, "oai:truong.example:moi": "mới"}, 2)
    decided = take_back(store, number(night))
    assert (source_row(store).watermark, source_row(store).next_mode, source_row(store).due_at) == (None, "full", 0)
    assert row(store, decided.visit).undoes == night.visit
    said = {**ALL, **FIVE, "oai:truong.example:moi": "mới"}
    for day in (3, 4):
        again = some(store, said, day)
        assert (again.verdict, again.code) == ("held", "undone")
        assert (again.facts["undone"], again.facts["changed"]) == (night.visit, 6)
        assert row(store, number(again)).mode == "full"
        assert shown(store) == ALL
    approve(store, number(again))
    assert shown(store) == said, "nothing undone stays behind the watermark"
    assert source_row(store).watermark == clock(4)
    assert some(store, {"oai:truong.example:9": "sau đó"}, 5).verdict == "published"
    consistent(store)


def test_a_broken_list_is_held_too_and_its_approval_answers_nothing(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    take_back(store, number(night))
    part = some(store, {"oai:truong.example:0": "sửa 0"}, 3, breaks=True)
    assert (part.outcome, part.verdict, part.code) == ("partial", "held", "undone")
    approve(store, number(part))
    assert shown(store)["oai:truong.example:0"] == "sửa 0"
    assert source_row(store).watermark is None
    rest = some(store, {**ALL, **FIVE}, 4)
    assert (rest.verdict, rest.ledger.changed) == ("held", 4)


def test_one_record_asked_for_by_hand_is_held_too(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    take_back(store, number(night))
    one = visit(store, Lists([("oai:truong.example:0", "sửa 0")], 3), Wish(limit=1))
    assert (one.outcome, one.verdict) == ("partial", "held")
    assert shown(store) == ALL


def test_a_source_that_went_back_by_itself_needs_no_approval(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    take_back(store, number(night))
    healed = some(store, ALL, 3)
    assert (healed.outcome, healed.verdict) == ("complete", "nothing")
    assert source_row(store).watermark == clock(3)
    assert some(store, FIVE, 4).verdict == "published"


def test_rejecting_what_is_held_after_an_undo_keeps_it_held(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    take_back(store, number(night))
    reject(store, number(some(store, {**ALL, **FIVE}, 3)))
    assert some(store, {**ALL, **FIVE}, 4).verdict == "held"
    assert shown(store) == ALL


def test_the_bytes_that_were_taken_back_are_not_known_any_more(store: Store) -> None:
    """Else the next list would call them unchanged, and the source's words would be lost for ever."""
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    take_back(store, number(night))
    again = full(store, {**ALL, **FIVE}, 3)
    assert (again.ledger.unchanged, again.ledger.changed) == (95, 5)


def test_a_missing_record_that_lapsed_is_missing_again(store: Store) -> None:
    full(store, ALL, 1)
    left = {identifier: text for identifier, text in ALL.items() if identifier != "oai:truong.example:7"}
    full(store, left, 2)
    lapsed = full(store, left, 3)
    assert lapsed.ledger.lapsed == 1
    take_back(store, number(lapsed))
    assert held(store)["oai:truong.example:7"][0] == "missing"
    again = full(store, left, 4)
    assert (again.verdict, again.ledger.lapsed, again.facts["lapsed"]) == ("held", 0, 1)
    approve(store, number(again))
    assert "oai:truong.example:7" not in shown(store)


# --- an undo of an undo, of an approval, of a retiring ----------------------------------------------------------------


def test_an_undo_can_be_undone_and_the_source_is_believed_again(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, {**FIVE, **gone(50), "oai:truong.example:moi": "mới"}, 2)
    after = held(store)
    undone = take_back(store, number(night))
    redone = take_back(store, undone.visit)
    assert held(store) == after
    consistent(store)
    facts = refused("undone_already", take_back, store, number(night))
    assert facts["newer"] == redone.visit
    said = {identifier: text for identifier, (presence, text) in after.items() if presence == "present"}
    healthy = some(store, {**said, "oai:truong.example:9": "sửa"}, 3)
    assert (healthy.verdict, healthy.ledger.changed) == ("published", 1)
    third = take_back(store, redone.visit)
    assert shown(store)["oai:truong.example:0"] == "bài 0"
    assert shown(store)["oai:truong.example:9"] == "sửa"
    assert third.facts["restored"] == 7
    assert full(store, {**said, "oai:truong.example:9": "sửa"}, 4).code == "undone"
    consistent(store)


def test_of_two_undone_visits_the_other_one_is_still_held(store: Store) -> None:
    full(store, ALL, 1)
    one = some(store, FIVE, 2)
    two = some(store, {"oai:truong.example:80": "sửa 80"}, 3)
    take_back(store, number(one))
    second = take_back(store, number(two))
    take_back(store, second.visit)
    assert full(store, {**ALL, **FIVE, "oai:truong.example:80": "sửa 80"}, 4).code == "undone"


def test_what_was_approved_can_be_taken_back(store: Store) -> None:
    full(store, ALL, 1)
    asked = some(store, {**gone(*range(30)), "oai:truong.example:90": "mới"}, 2)
    approve(store, number(asked))
    assert len(shown(store)) == 70
    decided = take_back(store, number(asked))
    assert decided.facts["restored"] == 31
    assert shown(store) == ALL
    consistent(store)


def test_undoing_closes_the_question_that_was_open(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    asked = some(store, gone(*range(30)), 3)
    undone = take_back(store, number(night))
    assert staged(store) == 0
    assert refused("visit_superseded", approve, store, number(asked))["newer"] == undone.visit
    again = some(store, {**ALL, **FIVE, **gone(*range(30))}, 4)
    assert again.verdict == "held"
    assert refused("visit_superseded", approve, store, number(asked))["newer"] == undone.visit


def test_the_additions_of_a_question_can_be_taken_back_while_it_is_open(store: Store) -> None:
    full(store, ALL, 1)
    asked = some(store, {**gone(*range(30)), "oai:truong.example:90": "mới"}, 2)
    take_back(store, number(asked))
    assert shown(store) == ALL
    assert staged(store) == 0
    refused("visit_superseded", approve, store, number(asked))


def test_retiring_can_be_taken_back(store: Store) -> None:
    full(store, ALL, 1)
    retire_source(store, "truong")
    retiring = store.log.last_visits()["truong"]
    take_back(store, retiring.id)
    assert shown(store) == ALL
    assert not source_row(store).retired
    consistent(store)


def test_an_unfinished_visit_is_dropped_by_an_undo(store: Store) -> None:
    full(store, ALL, 1)
    night = some(store, FIVE, 2)
    interrupted(store, {f"oai:truong.example:{n}": "sau" for n in range(40)}, 3)
    take_back(store, number(night))
    assert staged(store) == 0
    assert row(store, number(night) + 1).code == "abandoned"
    assert some(store, {**ALL, **FIVE}, 4).code == "undone"


# --- refusals --------------------------------------------------------------------------------------------------------


def test_what_cannot_be_taken_back_is_refused_and_changes_nothing(store: Store) -> None:
    full(store, ALL, 1)
    refused("no_visit", take_back, store, 99)
    night = some(store, {"oai:truong.example:0": "một"}, 2)
    quiet = some(store, {}, 3)
    refused("nothing_to_undo", take_back, store, number(quiet))
    some(store, {"oai:truong.example:0": "hai"}, 4)
    assert refused("nothing_to_undo", take_back, store, number(night))["skipped"] == 1
    asked = full(store, {}, 5)
    refused("nothing_to_undo", take_back, store, number(asked))
    interrupted(store, ALL, 6)
    refused("visit_running", take_back, store, number(asked) + 1)
    before = changes(store)
    lease = visits.claim(store.database, source_row(store).id)
    with pytest.raises(Busy):
        take_back(store, number(asked))
    visits.release(store.database, lease)
    assert changes(store) == before


# --- slices, and being killed anywhere -------------------------------------------------------------------------------


class Killed(Exception):
    """The process is gone: nothing that came later was written."""


def killing(store: Store, monkeypatch: pytest.MonkeyPatch, after: int) -> Callable[[], bool]:
    """Let so many transactions of the store pass and none after them; returns whether one was stopped."""
    left, hit = after, False
    original = type(store.database).write

    def write(database: Any, job: Any) -> Any:
        nonlocal left, hit
        if database is store.database:
            if left <= 0:
                hit = True
                raise Killed
            left -= 1
        return original(database, job)

    monkeypatch.setattr(type(store.database), "write", write)
    return lambda: hit


Made = Callable[[Callable[[Store], int], Callable[[Store, int], Any]], Iterator[tuple[Store, int, int]]]


@pytest.fixture
def killed_everywhere(tmp_path: Path, clock: Clock) -> Made:
    """Yield stores in which a decision was killed after 0, 1, 2 … of its transactions, until it ends by itself."""

    def lives(
        prepare: Callable[[Store], int], decision: Callable[[Store, int], Any]
    ) -> Iterator[tuple[Store, int, int]]:
        first = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock)
        number_ = prepare(first)
        first.close()
        for after in range(200):
            file = tmp_path / f"kho-{after}.db"
            shutil.copy(tmp_path / "kho.db", file)
            store = open_store(f"sqlite:///{file}", clock=clock)
            with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
                hit = killing(store, patch, after)
                decision(store, number_)
            yield store, number_, after
            store.close()
            if not hit():
                return
        raise AssertionError("it never ended")

    return lives


def free(store: Store) -> None:
    """The lease of a process that is gone: nobody else may ever wait for it."""
    table = schema.source
    dead = visits.myself().replace('"pid": ', '"pid": 9')
    store.database.write(lambda connection: connection.execute(table.update().values(lease_by=dead)) and None)


def a_night(store: Store) -> int:
    full(store, ALL, 1)
    return number(some(store, {**FIVE, **gone(10, 11), "oai:truong.example:moi": "mới"}, 2))


def a_question(store: Store) -> int:
    full(store, ALL, 1)
    edited = {identifier: f"{text} sửa" for identifier, text in ALL.items() if identifier not in gone(90, 91, 92)}
    return number(full(store, {**edited, **gone(1, 2, 3)}, 2))


@pytest.mark.parametrize("by", ["harvest", "command"])
def test_an_undo_that_is_killed_anywhere_is_finished_by_the_next_command(
    killed_everywhere: Made, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setattr(publish, "SLICE", 3)
    outcomes = set()
    for store, undone, after in killed_everywhere(a_night, take_back):
        free(store)
        begun = any(each.undoes == undone for each in store.inspection.visits(None, open_only=False, limit=9))
        if by == "command":
            if not begun or row(store, undone + 1).running:
                take_back(store, undone)
            else:
                refused("undone_already", take_back, store, undone)
        else:
            some(store, ALL, 3)
        expected = ALL if begun or by == "command" else None
        outcomes.add((begun, after > 1))
        if expected is not None:
            assert shown(store) == expected, after
        consistent(store)
        with store.database.reading() as connection:
            undoing = schema.visit.c.undoes.is_not(None)
            count = connection.scalar(sa.select(sa.func.count()).select_from(schema.visit).where(undoing))
            assert count == int(begun or by == "command")
    assert {begun for begun, _ in outcomes} == {True, False}


@pytest.mark.parametrize("by", ["harvest", "command"])
def test_an_approval_that_is_killed_anywhere_is_finished_by_the_next_command(
    killed_everywhere: Made, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setattr(publish, "SLICE", 30)
    seen = set()
    for store, asked, after in killed_everywhere(a_question, approve):
        free(store)
        begun = row(store, asked).code == "approved"
        seen.add(begun)
        visited = False
        if by == "command" and (not begun or row(store, asked).running):
            assert approve(store, asked).code == "approved"
        elif begun:
            visited = some(store, {}, 3).outcome == "complete"
        if begun or by == "command":
            left = {identifier: f"{text} sửa" for identifier, text in ALL.items() if identifier not in gone(1, 2, 3)}
            left |= {identifier: ALL[identifier] for identifier in gone(90, 91, 92)}
            assert shown(store) == left, after
            assert source_row(store).watermark == clock(3 if visited else 2)
        else:
            assert shown(store) == ALL
        consistent(store)
    assert seen == {True, False}


def test_a_retiring_that_is_killed_anywhere_is_finished(
    killed_everywhere: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "SLICE", 30)

    def first(store: Store) -> int:
        return number(full(store, ALL, 1))

    for store, _, _ in killed_everywhere(first, lambda store, _: retire_source(store, "truong")):
        free(store)
        retire_source(store, "truong")
        assert shown(store) == {}
        assert source_row(store).retired
        consistent(store)


def test_slices_do_the_same_as_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "SLICE", 7)
    night = a_night(store)
    take_back(store, night)
    assert shown(store) == ALL
    consistent(store)


def test_an_undo_looks_only_at_the_changes_of_each_record(sqlite_store: Store) -> None:
    """Not at all changes of the visit again for each of them: that grows with the square of a visit."""
    store, asked = sqlite_store, []
    night = a_night(store)

    @sa.event.listens_for(store.database.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if 'change AS "before"' in statement or "change AS later" in statement:
            asked.append((statement, values))

    undone = take_back(store, night)
    store.inspection.skipped(row(store, undone.visit))
    assert len(asked) >= 4
    with store.database.reading() as connection:
        for statement, values in list(asked):
            plan = [each[3] for each in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            inner = [
                step for step in plan if step.startswith(("SEARCH before", "SCAN before", "SEARCH later", "SCAN later"))
            ]
            assert inner, plan
            assert all("ix_change_record_sequence" in step for step in inner), plan
