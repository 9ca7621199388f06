"""Erasing by law: it always ends, costs a page only the page, and what may be shown again comes again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import zstandard

from harvester import Store, StoreError, TakeDown, Wish, approve, open_store, take_back
from harvester.errors import Interrupted
from harvester.record import Kept, Page
from harvester.store import erasing, publish, schema, suppression_file, suppressions
from harvester.store.database import Database
from harvester.store.suppression_file import Entry
from tests.harvester.lists import UNREADABLE, Lists, clock, full, held, many, raw, some, visit
from tests.harvester.test_questions import row, source_row

FIVE = many(5)
NAME = "oai:truong.example:1"
DOWN = TakeDown(source="truong", identifier=NAME, reason="phụ huynh yêu cầu", at=1, erased=True)
READ = ("check_unreadable", "check_content")  # the bodies of these lists are no records of OAI-PMH
HIDDEN = TakeDown(source="truong", identifier=NAME, reason="phụ huynh yêu cầu", at=1)


class Broken(Lists):
    """A list that somebody stops after its first page."""

    def pages(self, source: Any, visit: Any, web: Any) -> Iterator[Page]:
        visit.clock(clock(self.day))
        yield Page(tuple(self._items(list(self.said), visit)), b"{}")
        raise Interrupted


def came_again(store: Store, said: dict[str, str], day: int, **more: Any) -> None:
    """The next visit by itself asks for everything, and brings what was erased; the one after that is a small one."""
    assert source_row(store).next_mode == "full"
    assert held(store)[NAME] == ("present", "")
    some(store, said, day, **more)
    assert held(store)[NAME] == ("present", said[NAME])
    assert source_row(store).next_mode == "incremental"
    assert [fault.code for fault in store.check().faults if fault.code not in READ] == []


# --- shown again ------------------------------------------------------------------------------------------------------


def test_what_was_held_for_approval_and_erased_comes_again(store: Store) -> None:
    full(store, many(100), 1)
    question = full(store, many(100, "khác"), 2)
    assert question.verdict == "held"
    store.take_down(DOWN)
    store.show_again(DOWN)
    approve(store, question.visit or 0)
    came_again(store, many(100, "khác"), 3)


def test_what_was_staged_while_it_was_erased_comes_again(store: Store) -> None:
    store.take_down(DOWN)
    visit(store, Broken([(NAME, "bài 1"), ("oai:truong.example:2", "bài 2")]))
    store.show_again(DOWN)
    some(store, {"oai:truong.example:3": "bài 3"}, 1)
    came_again(store, {name: text for name, text in many(4).items() if not name.endswith(":0")}, 2)


def test_a_content_that_was_staged_while_it_was_erased_comes_again(store: Store) -> None:
    down = TakeDown(content=raw(NAME, "bài 1").content, reason="x", at=1, erased=True)
    store.take_down(down)
    visit(store, Broken(list(FIVE.items())))
    store.show_again(down)
    visit(store, Lists())
    came_again(store, FIVE, 2)


def test_a_visit_that_was_unfinished_does_not_cancel_the_full_list(store: Store) -> None:
    full(store, FIVE, 1)
    store.take_down(DOWN)
    visit(store, Broken([("oai:truong.example:9", "mới")], 2))
    store.show_again(DOWN)
    some(store, {"oai:truong.example:9": "mới"}, 3)
    came_again(store, {**FIVE, "oai:truong.example:9": "mới"}, 4)


@pytest.mark.parametrize("whole", [False, True], ids=["incremental", "full"])
@pytest.mark.parametrize("again", [False, True], ids=["before its page", "after its page"])
def test_a_visit_that_runs_meanwhile_does_not_cancel_the_full_list(store: Store, *, whole: bool, again: bool) -> None:
    full(store, FIVE, 1)
    store.take_down(DOWN)

    class Meanwhile(Lists):
        def pages(self, source: Any, visit: Any, web: Any) -> Iterator[Page]:
            visit.clock(clock(2))
            items = tuple(self._items(list(self.said), visit))
            if again:
                yield Page(items, b"{}")
            store.show_again(DOWN)
            yield Page(() if again else items, None)

    visit(store, Meanwhile(list(FIVE.items()) if whole else []), Wish(full=whole))
    came_again(store, FIVE, 3)


def test_other_bytes_that_say_the_same_leave_the_store_whole(store: Store) -> None:
    """They were staged without a body, for that was held; meanwhile it is forgotten."""
    full(store, FIVE, 1)
    store.take_down(DOWN)

    class Meanwhile(Lists):
        def pages(self, source: Any, visit: Any, web: Any) -> Iterator[Page]:
            visit.clock(clock(2))
            yield Page((raw(NAME, "bài 1", "2026-02-02"),), b"{}")
            store.show_again(DOWN)
            yield Page((), None)

    visit(store, Meanwhile())
    came_again(store, FIVE, 3, stamps={NAME: "2026-02-02"})


def test_an_approval_does_not_cancel_the_full_list(store: Store) -> None:
    full(store, many(100), 1)
    question = some(store, many(100, "khác"), 2)
    assert (question.verdict, source_row(store).next_mode) == ("held", "incremental")
    store.take_down(DOWN)
    store.show_again(DOWN)
    assert source_row(store).next_mode == "full"
    approve(store, question.visit or 0)
    came_again(store, many(100, "khác"), 3)


def test_a_full_list_that_somebody_else_wishes_for_is_not_cancelled(store: Store) -> None:
    """As when sources.yaml names another address while a visit waits to be resumed."""
    full(store, FIVE, 1)
    visit(store, Broken([], 2))
    wish = schema.source.update().values(next_mode="full")
    store.database.write(lambda connection: connection.execute(wish) and None)
    some(store, {}, 3)
    assert source_row(store).next_mode == "full"
    some(store, FIVE, 4)
    assert source_row(store).next_mode == "incremental"


def test_what_was_forgotten_is_found_by_an_index(store: Store) -> None:
    """At the end of every visit, of a source with millions of records."""
    full(store, FIVE, 1)
    question = publish._FORGOTTEN if store.database.sqlite else publish._FORGOTTEN.replace("?", "%s")
    with store.database.reading() as connection:
        if not store.database.sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # of five records it would read all
        word = "EXPLAIN QUERY PLAN" if store.database.sqlite else "EXPLAIN"
        plan = " ".join(map(str, connection.exec_driver_sql(f"{word} {question}", (1, b"")).all()))
    assert "ix_record_source_fingerprint" in plan, plan
    if store.database.sqlite:
        assert "(source=? AND fingerprint=?)" in plan, plan


# --- a page costs a page ----------------------------------------------------------------------------------------------


def test_a_page_is_looked_at_once_and_not_with_every_later_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.take_down(TakeDown(content=b"\1" * 16, reason="x", at=1, erased=True))
    looked, bounds, real = [], [], erasing._evidence_of
    monkeypatch.setattr(erasing, "_evidence_of", lambda row, names: looked.append(row.number) or real(row, names))

    @sa.event.listens_for(store.database.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if statement.startswith("UPDATE payload"):
            numbers = values.values() if isinstance(values, dict) else values
            bounds.append(min(number for number in numbers if isinstance(number, int) and number >= 1 << 28))

    class Repaired(Lists):
        def pages(self, source: Any, visit: Any, web: Any) -> Iterator[Page]:
            visit.clock(clock(1))
            for place in range(6):
                page = Kept("repaired", "http://truong.example/", b"<a/>", {"ampersand": 1})
                yield Page((raw(f"oai:a:{place}", f"bài {place}"),), b"{}" if place < 5 else None, kept=page)

    visit(store, Repaired())
    assert looked == list(range(6))
    assert bounds == [(1 << 28) + place for place in range(6)]


def test_a_content_looks_for_evidence_only_where_there_is_any(store: Store) -> None:
    for day in range(1, 9):
        full(store, many(5, f"lần {day}"), day)
    visit(store, Lists([(NAME, UNREADABLE)], 9))
    asked: list[str] = []

    @sa.event.listens_for(store.database.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("SELECT rejected.visit, rejected.number") or "FROM kept" in statement:
            asked.append(statement)

    store.take_down(TakeDown(content=b"\1" * 16, reason="x", at=1, erased=True))
    assert sum("DISTINCT" not in statement for statement in asked) == 1


def test_a_body_that_names_nobody_does_not_erase_every_page(store: Store) -> None:
    full(store, FIVE, 1)
    fault = {"visit": 1, "number": 0, "identifier": "oai:truong.example:3", "code": "x"}
    packed = zstandard.compress(b"<record>oai:truong.example:3</record>")
    store.database.write(lambda c: c.execute(schema.rejected.insert().values({**fault, "body": packed})) and None)
    store.take_down(TakeDown(content=raw(NAME, "bài 1").content, reason="x", at=1, erased=True))
    with store.database.reading() as connection:
        assert bytes(connection.scalars(sa.select(schema.rejected.c.body)).one()) == packed


# --- an erasure that cannot finish ------------------------------------------------------------------------------------


def unfinished(store: Store) -> list[bool]:
    return [down.unfinished for down in store.take_downs()]


def body_of(store: Store) -> bytes:
    question = sa.select(schema.payload.c.body).join(schema.record, schema.record.c.payload == schema.payload.c.id)
    with store.database.reading() as connection:
        return bytes(connection.scalars(question.where(schema.record.c.identifier == NAME)).one())


def test_an_erasure_that_cannot_finish_keeps_nobody_out_and_is_not_forgotten(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(store_url)
    full(store, FIVE, 1)
    rewritten: list[int] = []

    def fails(database: Database) -> None:
        rewritten.append(1)
        raise StoreError("disk_full", where=database.where, detail="x")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "rewrite", fails)
        with pytest.raises(StoreError, match="disk_full"):
            store.take_down(DOWN)
        store.close()
        store = open_store(store_url)
        assert (len(rewritten), unfinished(store)) == (2, [True])
        assert store.unfinished is not None
        assert store.unfinished.code == "disk_full"
        assert [each.suppressed for each in store.log.every_record("truong") if each.identifier == NAME] == [True]
        assert body_of(store) == b""
        store.close()
    store = open_store(store_url)
    assert (store.unfinished, unfinished(store)) == (None, [False])
    store.close()


def test_who_reads_on_keeps_nobody_out_and_the_store_is_not_searched_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/kho.db?timeout=1"
    store = open_store(url)
    full(store, FIVE, 1)
    reader = sqlite3.connect(tmp_path / "kho.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM record").fetchone()
    with pytest.raises(StoreError, match="store_locked"):
        store.take_down(DOWN)
    store.close()
    searched: list[int] = []
    real = erasing._overwrite_covered
    monkeypatch.setattr(erasing, "_overwrite_covered", lambda *words: searched.append(1) or real(*words))
    store = open_store(url)
    assert (unfinished(store), searched, getattr(store.unfinished, "code", "")) == ([True], [], "store_locked")
    store.close()
    reader.close()
    store = open_store(url)
    assert (unfinished(store), searched, store.unfinished) == ([False], [1], None)
    store.close()


def test_two_do_not_erase_at_once(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(store_url)
    full(store, FIVE, 1)
    seen: list[tuple[list[bool], object]] = []
    real = Database.rewrite

    def meanwhile(database: Database) -> None:
        other = open_store(store_url)
        seen.append((unfinished(other), other.unfinished))
        other.close()
        real(database)

    monkeypatch.setattr(Database, "rewrite", meanwhile)
    store.take_down(DOWN)
    assert seen == [([True], None)], "whoever opens it meanwhile leaves it to the one who is at it"
    assert unfinished(store) == [False]
    store.close()


def test_what_needs_more_room_than_there_is_is_refused_before_it_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "suppressions.csv"
    store = open_store(f"sqlite:///{tmp_path}/kho.db", take_downs=file)
    full(store, FIVE, 1)

    def low(needed: int, folder: Path) -> None:
        raise StoreError("disk_low", where=str(folder), free=0, needed=needed)

    monkeypatch.setattr(erasing, "room_for", low)
    with pytest.raises(StoreError, match="disk_low"):
        store.take_down(DOWN)
    assert (file.exists(), store.take_downs()) == (False, [])
    store.take_down(HIDDEN)
    assert len(store.take_downs()) == 1
    store.close()


def test_a_damaged_body_does_not_stop_an_erasure(store: Store) -> None:
    full(store, FIVE, 1)
    other = "oai:truong.example:2"
    numbers = {}
    with store.database.reading() as connection:
        for name in (NAME, other):
            number = sa.select(schema.record.c.payload).where(schema.record.c.identifier == name)
            numbers[name] = connection.scalars(number).one()
    spoilt = schema.payload.update().where(schema.payload.c.id.in_(numbers.values())).values(body=b"spoilt")
    store.database.write(lambda connection: connection.execute(spoilt) and None)
    store.take_down(DOWN)
    with store.database.reading() as connection:
        bodies = {
            name: bytes(connection.scalars(sa.select(schema.payload.c.body).where(schema.payload.c.id == number)).one())
            for name, number in numbers.items()
        }
    assert bodies == {NAME: b"", other: b"spoilt"}


# --- the list beside sources.yaml -------------------------------------------------------------------------------------


def test_a_line_that_the_disk_did_not_take_is_cut_off_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "suppressions.csv"
    suppression_file.append(file, [Entry("add", HIDDEN)])
    before = file.read_bytes()

    def full_disk(opened: Any, lines: bytes) -> None:
        opened.write(lines[:-3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(suppression_file, "_write", full_disk)
    with pytest.raises(StoreError, match="suppressions_unwritable"):
        suppression_file.append(file, [Entry("erase", DOWN)])
    assert file.read_bytes() == before


def test_a_list_without_its_header_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "suppressions.csv"
    suppression_file.append(file, [Entry("erase", DOWN)])
    file.write_bytes(file.read_bytes().partition(b"\n")[2])
    assert [entry.action for entry in suppression_file.read(file).values()] == ["erase"]


@pytest.mark.parametrize("end", [b"\rx\n", b"\rx"])
def test_a_list_that_another_program_has_spoilt_is_named(tmp_path: Path, end: bytes) -> None:
    file = tmp_path / "suppressions.csv"
    suppression_file.append(file, [Entry("erase", DOWN)])
    file.write_bytes(file.read_bytes() + file.read_bytes().partition(b"\n")[2][:-1] + end + b"at\n")
    with pytest.raises(StoreError, match="suppressions_unreadable"):
        suppression_file.read(file)


# --- and an undo ------------------------------------------------------------------------------------------------------


def test_a_record_that_was_taken_back_is_not_listed_as_left_alone_for_its_take_down(store: Store) -> None:
    full(store, many(30), 1)
    night = full(store, {**many(30), "oai:n:1": "mới"}, 2)
    store.take_down(TakeDown(source="truong", identifier="oai:n:1", reason="x", at=1))
    undone = take_back(store, night.visit or 0)
    assert (undone.facts["restored"], undone.facts["skipped"]) == (1, 0)
    assert store.inspection.skipped(row(store, undone.visit)) == []


def test_the_take_downs_of_a_lost_store_are_written_down_before_they_are_erased(tmp_path: Path) -> None:
    file = tmp_path / "suppressions.csv"
    suppression_file.append(file, [Entry("erase", DOWN)])
    store = open_store(f"sqlite:///{tmp_path}/kho.db", take_downs=file)
    assert unfinished(store) == [False]
    assert suppressions.every(store.database)[0].erased
    store.close()
