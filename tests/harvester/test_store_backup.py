"""Copies of the store and their way back: online, whole or not at all, a new epoch that everybody notices."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo.town import Town
from harvester import Store, StoreError, TakeDown, open_store, restore
from harvester.errors import LeaseLost
from harvester.store import backup, opening, restoring, schema, suppression_file, visits
from harvester.store.database import Database
from harvester.store.suppression_file import Entry
from tests.conftest import Clock
from tests.harvester.test_store_fencing import SILENT, WRITES, Stalled, dump, question, stall
from tests.harvester.test_suppress import down, hidden, payload
from tests.harvester.test_visit import assert_equals_truth, visit

NAME = "tieu-hoc-kim-dong"
OTHER = "thpt-hong-duc"


class Place:
    """A SQLite store in a folder, with a list of take-downs beside it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self.file, self.copy, self.list = folder / "kho.db", folder / "sao" / "kho.db", folder / "suppressions.csv"
        self.copy.parent.mkdir()
        self.url = f"sqlite:///{self.file}"

    def open(self) -> Store:
        return open_store(self.url, clock=self.clock, take_downs=self.list)

    def restore(self) -> restoring.Restored:
        return restore(self.url, self.copy, clock=self.clock, take_downs=self.list)


@pytest.fixture
def place(tmp_path: Path, clock: Clock) -> Place:
    return Place(tmp_path, clock)


def rows(file: Path, table: str = "change") -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


# --- making copies ----------------------------------------------------------------------------------------------------


def test_a_copy_is_one_file_that_holds_everything(place: Place, town: Town) -> None:
    store = place.open()
    visit(store, town, NAME)
    size = store.back_up(place.copy)
    assert place.copy.stat().st_size == size
    assert [file.name for file in place.copy.parent.iterdir()] == ["kho.db"]
    for table in ("record", "change", "payload", "visit", "source", "identity"):
        assert rows(place.copy, table) == rows(place.file, table)
    assert [file.name for file in place.copy.parent.iterdir()] == ["kho.db"], "reading it needs no log beside it"
    store.close()


def test_copies_made_while_a_harvest_runs_are_moments_of_it(
    place: Place, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "STEP_PAGES", 3)  # many steps: the writer comes between them
    for repository in town.repositories.values():
        repository.page_size = 10
    store = place.open()
    visit(store, town, OTHER)
    done = threading.Event()
    failed: list[BaseException] = []

    def harvest() -> None:
        try:
            for name in (NAME, "dai-hoc-song-lam"):
                visit(store, town, name)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
        done.set()

    writer = threading.Thread(target=harvest)
    writer.start()
    copies = 0
    while not done.is_set() or not copies:
        store.back_up(place.copy)
        copies += 1
        with sqlite3.connect(place.copy) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            loose = "SELECT count(*) FROM staged WHERE payload IS NOT NULL AND payload NOT IN (SELECT id FROM payload)"
            assert connection.execute(loose).fetchone() == (0,)
            unpublished = "SELECT count(*) FROM record WHERE id NOT IN (SELECT record FROM change)"
            assert connection.execute(unpublished).fetchone() == (0,)
            shown = "(SELECT count(*) FROM page WHERE visit = v.id)"
            torn = f"SELECT count(*) FROM visit v WHERE state = 0 AND pages != {shown}"
            assert connection.execute(torn).fetchone() == (0,), "a page and its checkpoint are one"
        connection.close()
    writer.join()
    assert failed == []
    assert_equals_truth(store, town, "dai-hoc-song-lam")
    store.close()


def test_a_copy_that_fails_leaves_the_older_copy_as_it_was(
    place: Place, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = place.open()
    store.back_up(place.copy)
    before = place.copy.read_bytes()
    visit(store, town, NAME)

    class Killed(Exception):
        pass

    def die(done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        store.back_up(place.copy, die)
    assert place.copy.read_bytes() == before
    with monkeypatch.context() as patch:
        usage = shutil.disk_usage(place.folder)
        patch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 10))
        with pytest.raises(StoreError) as low:
            store.back_up(place.copy)
    assert (low.value.code, low.value.exit_code, low.value.facts["free"]) == ("disk_low", 6, 1)
    with pytest.raises(StoreError) as nowhere:
        store.back_up(place.folder / "khong-co" / "kho.db")
    assert nowhere.value.code == "backup_failed"
    with pytest.raises(StoreError) as itself:
        store.back_up(place.file)
    assert itself.value.code == "backup_failed"
    theirs, list_ = place.folder / "sources.yaml", place.folder / "suppressions.csv"
    theirs.write_text("sources: []\n", encoding="utf-8")
    with pytest.raises(StoreError) as other:
        store.back_up(theirs)
    assert (other.value.code, theirs.read_text(encoding="utf-8")) == ("backup_target", "sources: []\n")
    with pytest.raises(StoreError) as reserved:
        store.back_up(list_)
    assert (reserved.value.code, list_.exists()) == ("backup_failed", False)
    assert place.copy.read_bytes() == before
    store.back_up(place.copy)
    assert place.copy.read_bytes() != before
    store.close()


def test_a_copy_is_written_over_nothing_but_copies_of_this_store(place: Place, town: Town) -> None:
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    log = place.copy.with_name(place.copy.name + "-wal")
    log.write_bytes(b"SQLite would play this into the new file")
    with pytest.raises(StoreError) as in_use:
        store.back_up(place.copy)
    log.unlink()
    other = place.folder / "other"
    other.mkdir()
    stranger = open_store(f"sqlite:///{other / 'kho.db'}")
    stranger.close()
    with pytest.raises(StoreError) as theirs:
        store.back_up(other / "kho.db")
    assert (in_use.value.code, theirs.value.code) == ("backup_target", "backup_target")
    assert [file.name for file in other.iterdir()] == ["kho.db"], "whoever looks leaves nothing behind"
    store.back_up(place.copy)
    store.close()


def test_a_damaged_store_is_not_copied_over_a_good_copy(place: Place, town: Town) -> None:
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    store.close()
    before = place.copy.read_bytes()
    content = bytearray(place.file.read_bytes())
    for page in range(20, 60):  # the head of each page: what kind it is and where its cells are
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    place.file.write_bytes(bytes(content))
    with pytest.raises(StoreError) as damaged:
        backup.back_up(place.file, place.copy)
    assert damaged.value.code == "store_damaged"
    assert place.copy.read_bytes() == before


# --- the way back -----------------------------------------------------------------------------------------------------


def test_after_a_restore_the_next_harvest_brings_everything_back(place: Place, town: Town) -> None:
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    town.next_night()
    visit(store, town, NAME)
    visit(store, town, OTHER)
    identity, later = store.log.identity(), store.log.changes(0, 10_000)
    store.close()
    done = place.restore()
    assert (done.sequence, done.epoch > identity[1]) == (400, True)
    assert rows(Path(done.aside)) == rows(Path(done.aside))
    assert len(rows(Path(done.aside))) == len(later)
    assert list(place.folder.glob("*.restoring*")) == []
    store = place.open()
    assert store.log.identity() == (identity[0], done.epoch, 400)
    assert store.copies() == [done.aside]
    for name in (NAME, OTHER):
        assert visit(store, town, name).outcome == "complete"
        assert_equals_truth(store, town, name)
    again = [change.sequence for change in store.log.changes(400, 10_000)]
    assert min(again) > later[-1].sequence, "no number of a change is used twice"
    store.close()


def test_an_epoch_is_above_every_earlier_one_even_when_the_clock_stands_still(place: Place) -> None:
    store = place.open()
    store.back_up(place.copy)
    epochs = [store.log.identity()[1]]
    store.close()
    for _ in range(3):
        place.clock.now -= 100_000
        epochs.append(place.restore().epoch)
    assert epochs == sorted(set(epochs))
    place.clock.now += 10_000_000
    assert place.restore().epoch == (int(place.clock.now) - opening.EPOCH_ZERO) // 60


def test_a_take_down_made_after_the_copy_holds_after_the_restore(place: Place, town: Town) -> None:
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    erased = payload(store, "oai:thkimdong.example:101")
    store.take_down(down())
    store.take_down(down("oai:thkimdong.example:101", erased=True))
    place.list.unlink()  # the list is lost too: the store that is replaced still knows
    store.close()
    place.restore()
    assert len(suppression_file.read(place.list)) == 2
    store = place.open()
    assert hidden(store) == {"oai:thkimdong.example:100", "oai:thkimdong.example:101"}
    assert payload(store, "oai:thkimdong.example:101") == b""
    assert erased[20:] not in place.file.read_bytes()
    store.close()


def test_a_store_in_use_is_not_replaced(place: Place, town: Town) -> None:
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    lease = visits.claim(store.database, 1)
    before = dump(store)
    with pytest.raises(StoreError) as refused:
        place.restore()
    assert (refused.value.code, refused.value.exit_code) == ("store_in_use", 6)
    assert dump(store) == before
    visits.release(store.database, lease)
    place.restore()
    store.close()


def test_a_process_of_the_old_epoch_can_write_nothing_into_the_new_one(place: Place, town: Town) -> None:
    """It slept through the restore, and a visit of its number runs again with the fence that it knew."""
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    asleep = stall(store, 1)
    place.clock.now += 121
    place.restore()
    fresh = place.open()
    row = {name: getattr(asleep.visit, name) for name in ("id", "source", "fence", "mode", "first", "state")}
    fresh.database.write(lambda c: c.execute(schema.visit.insert().values({**row, "started": 1})) and None)
    question(Stalled(fresh, asleep.lease, asleep.visit))
    before = dump(fresh)
    for name, write in {**WRITES, **SILENT}.items():
        if name in SILENT:
            write(asleep)
        else:
            with pytest.raises(LeaseLost):
                write(asleep)
        assert dump(fresh) == before, name
    with pytest.raises(StoreError) as refused:
        visits.claim(store.database, 1)
    assert refused.value.code == "store_exchanged"
    store.close()
    fresh.close()


def test_a_running_reader_goes_on_with_the_restored_store(place: Place, town: Town) -> None:
    store = place.open()
    visit(store, town, OTHER)
    store.back_up(place.copy)
    visit(store, town, NAME)
    with store.database.reading() as connection:  # kho serve has the file open
        connection.execute(sa.select(schema.record)).first()
    assert len(list(store.log.every_record(NAME))) == 400
    place.restore()
    assert list(store.log.every_record(NAME)) == []
    assert len(list(store.log.every_record(OTHER))) == 240
    store.close()


@pytest.mark.parametrize("kind", ["rubbish", "other", "cut", "damaged", "absent"])
def test_what_is_no_whole_copy_is_refused_and_the_store_untouched(place: Place, town: Town, kind: str) -> None:
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    content = place.copy.read_bytes()
    before = dump(store)
    store.close()
    if kind == "rubbish":
        place.copy.write_bytes(b"not a database at all" * 1000)
    elif kind == "other":
        place.copy.unlink()
        with sqlite3.connect(place.copy) as connection:
            connection.execute("CREATE TABLE x (y)")
        connection.close()
    elif kind == "cut":
        place.copy.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    elif kind == "damaged":
        page = 20 * 4096
        place.copy.write_bytes(content[:page] + b"\xff" * 64 + content[page + 64 :])
    else:
        place.copy.unlink()
    with pytest.raises(StoreError) as refused:
        place.restore()
    assert (refused.value.code, refused.value.exit_code) == ("not_a_backup", 6)
    store = place.open()
    assert dump(store) == before
    store.close()


@pytest.mark.parametrize("kind", ["rubbish", "absent"])
def test_a_store_that_cannot_be_read_is_set_aside_and_replaced(place: Place, town: Town, kind: str) -> None:
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    epoch = store.log.identity()[1]
    store.close()
    place.file.unlink()
    if kind == "rubbish":
        place.file.write_bytes(b"the disk wrote this" * 1000)
    done = place.restore()
    assert bool(done.aside) is (kind == "rubbish")
    if done.aside:
        assert Path(done.aside).read_bytes().startswith(b"the disk")
    store = place.open()
    assert store.log.identity()[1] > epoch
    town.next_night()
    visit(store, town, NAME)
    assert_equals_truth(store, town, NAME)
    assert store.log.identity()[2] > 400 + restoring.GAP, "numbers of the epoch that cannot be read are not used again"
    store.close()


def test_a_copy_of_an_older_kho_is_upgraded_on_the_way(place: Place) -> None:
    store = place.open()
    store.close()
    database = Database(f"sqlite:///{place.copy}")
    with database.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    opening._upgrade(database, "0001", opening.MIGRATIONS)
    database.write(lambda c: c.execute(sa.text("INSERT INTO identity VALUES ('an-older-store', 5)")) and None)
    database.close()
    place.restore()
    store = place.open()
    assert store.log.identity()[0] == "an-older-store"
    store.close()


def test_a_restore_that_dies_leaves_the_store_as_it_was(
    place: Place, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    town.next_night()
    visit(store, town, NAME)
    before = dump(store)
    store.close()
    for step in ("_prepare", "_set_aside", "_take_the_place"):
        with monkeypatch.context() as patch:
            patch.setattr(restoring, step, lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                place.restore()
        store = place.open()
        assert dump(store) == before, step
        store.close()
    assert place.restore().sequence == 400


def test_a_killed_restore_leaves_nothing_that_is_mixed_into_the_next_one(
    place: Place, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had written to its journal was of another copy."""
    store = place.open()
    visit(store, town, NAME)
    store.back_up(place.copy)
    town.next_night()
    visit(store, town, NAME)
    visit(store, town, OTHER)
    newer = place.folder / "sao" / "moi.db"
    store.back_up(newer)
    store.close()

    def killed(*_: object) -> None:
        for rest in ("", "-wal"):  # what is on the disk at this moment
            shutil.copy(f"{place.file}.restoring{rest}", f"{place.folder}/{len(rest)}")
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(restoring.suppressions, "apply", killed)
        with pytest.raises(ZeroDivisionError):
            restore(place.url, newer, clock=place.clock, take_downs=place.list)
    for rest in ("", "-wal"):
        shutil.copy(f"{place.folder}/{len(rest)}", f"{place.file}.restoring{rest}")
    assert place.restore().sequence == 400
    store = place.open()
    assert set(store.log.counts()) == {NAME}
    assert store.check().faults == []
    store.close()


def test_other_means_have_restored_it(store: Store, town: Town, clock: Clock) -> None:
    """pg_restore has put an older copy back: the epoch begins when somebody says so."""
    visit(store, town, NAME)
    _, epoch, last = store.log.identity()
    lease = visits.claim(store.database, 1)
    asleep = Stalled(store, lease, visits.begin(store.database, lease, "full", None))
    with pytest.raises(StoreError) as refused:
        store.begin_epoch()
    assert refused.value.code == "store_in_use"
    clock.now += 121
    assert store.begin_epoch() > epoch
    with pytest.raises(LeaseLost):
        WRITES["staging.stage"](asleep)
    store.close()
    again = open_store(store.database.url.render_as_string(hide_password=False), clock=clock)
    town.next_night()
    assert visit(again, town, NAME).outcome == "complete"
    assert_equals_truth(again, town, NAME)
    assert min(change.sequence for change in again.log.changes(last, 10)) > last + restoring.GAP
    again.close()


def test_a_list_of_take_downs_is_complete_before_a_copy_is_made(place: Place, town: Town) -> None:
    store = place.open()
    store.take_down(TakeDown(source=NAME, reason="x", at=1))
    place.list.unlink()
    store.back_up(place.copy)
    assert list(suppression_file.read(place.list).values()) == [Entry("add", TakeDown(source=NAME, reason="x", at=1))]
    store.close()


def test_the_writer_goes_on_between_two_steps_and_the_copy_does_not_begin_anew(
    place: Place, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "STEP_PAGES", 5)
    store = place.open()
    visit(store, town, NAME)
    table = schema.context
    steps: list[tuple[int, int]] = []

    def write(done: int, total: int) -> None:
        steps.append((done, total))
        row = {"hash": f"{len(steps)}".encode(), "text": b"x" * 50_000}
        store.database.write(lambda c: c.execute(table.insert().values(row)) and None)

    before = rows(place.file, "context")
    store.back_up(place.copy, write)
    assert len(steps) == -(-steps[0][1] // 5), "each step once"
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert rows(place.copy, "context") == before, "the moment when it began"
    assert len(rows(place.file, "context")) == len(before) + len(steps)
    store.close()
