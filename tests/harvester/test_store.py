"""The store: made, upgraded after a backup, refused when newer; one writer; faults named; nothing lost."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo.town import Town
from harvester import Store, StoreError, open_store
from harvester.errors import Interrupted, SourceError
from harvester.store import opening, schema
from harvester.store.database import Database, fault_of
from harvester.store.publish import Publisher
from harvester.store.seen import Bitmap
from tests.conftest import ROOT, Clock
from tests.harvester.test_visit import assert_equals_truth, visit

NEXT = '''"""A table of the future."""

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0002"


def upgrade() -> None:
    op.create_table("future", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("source") as batch:
        batch.add_column(sa.Column("quiet", sa.Integer, nullable=False, server_default="0"))
'''


def test_the_head_is_the_newest_migration() -> None:
    numbers = sorted(file.name.partition("_")[0] for file in (opening.MIGRATIONS / "versions").glob("0*.py"))
    assert numbers[-1] == schema.HEAD


def test_migrations_make_the_tables_that_the_code_names(store_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = Database(store_url)
    with database.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    opening._upgrade(database, schema.HEAD, opening.MIGRATIONS)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    database.close()


def _future(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(opening.MIGRATIONS, folder, ignore=ignored, dirs_exist_ok=True)
    (folder / "versions" / "0099_future.py").write_text(NEXT)
    return folder


def test_an_older_store_is_upgraded_after_a_backup(tmp_path: Path, town: Town, clock: Clock) -> None:
    url = f"sqlite:///{tmp_path}/kho.db"
    store = open_store(url, clock=clock)
    visit(store, town, "thpt-hong-duc")
    before = store.log.changes(0, 1000)
    store.close()
    database = Database(url, clock)
    opening.prepare(database, head="0099", migrations=_future(tmp_path))
    again = Store(database)
    assert again.log.changes(0, 1000) == before
    assert_equals_truth(again, town, "thpt-hong-duc")
    again.close()
    with sqlite3.connect(tmp_path / "kho.db.before-0002") as backup:
        assert backup.execute("SELECT count(*) FROM record").fetchone() == (240,)
        assert backup.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)


def test_an_older_store_on_postgresql_asks_for_a_backup(store_url: str, tmp_path: Path) -> None:
    open_store(store_url).close()
    database = Database(store_url)
    if not database.sqlite:
        with pytest.raises(StoreError) as refused:
            opening.prepare(database, head="0099", migrations=_future(tmp_path))
        assert refused.value.code == "store_older"
        assert refused.value.next().endswith(f"'{database.where}'"), "as pg_dump reads it"
    opening.prepare(database, head="0099", migrations=_future(tmp_path), backup=False)
    assert opening._revision(database) == "0099"
    database.close()


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("postgresql+psycopg://kho:bimat@db.example:5432/kho", "postgresql://kho@db.example:5432/kho"),
        ("postgresql://kho@db.example/kho?sslmode=require", "postgresql://kho@db.example/kho?sslmode=require"),
        ("postgresql://db.example/kho?user=kho&password=bimat", "postgresql://db.example/kho?user=kho"),
        ("sqlite:///kho.db", "sqlite:///kho.db"),
    ],
)
def test_a_store_is_named_as_its_own_programs_read_it_and_without_password(address: str, named: str) -> None:
    """Commands are printed with it: pg_dump cannot log in with stars, and asks where nothing is said."""
    database = Database(address)
    assert database.where == named
    database.close()


def test_a_newer_store_is_refused(store_url: str) -> None:
    store = open_store(store_url)
    store.database.write(lambda c: c.execute(sa.text("UPDATE alembic_version SET version_num = '0999'")) and None)
    store.close()
    with pytest.raises(StoreError) as refused:
        open_store(store_url)
    assert (refused.value.code, refused.value.exit_code) == ("store_newer", 6)


def test_four_that_open_a_new_store_at_once_agree(store_url: str) -> None:
    seen: list[tuple[str, int, int]] = []

    def job() -> None:
        store = open_store(store_url)
        seen.append(store.log.identity())
        store.close()

    threads = [threading.Thread(target=job) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert len(set(seen)) == 1


def test_one_failing_job_does_not_fail_its_group(store: Store) -> None:
    table = schema.context
    gate = threading.Event()
    results: dict[int, object] = {}

    def job(number: int) -> None:
        def write(connection: sa.Connection) -> int:
            gate.wait(10)
            if number == 3:
                raise ValueError(number)
            connection.execute(table.insert().values(hash=bytes([number]), text=b"x"))
            return number

        try:
            results[number] = store.database.write(write)
        except ValueError as error:
            results[number] = error

    threads = [threading.Thread(target=job, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert isinstance(results.pop(3), ValueError)
    assert sorted(results.values()) == [0, 1, 2, 4, 5, 6, 7]  # type: ignore[type-var]
    with store.database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 7


def test_a_store_that_swallows_a_commit_is_caught(tmp_path: Path, town: Town, clock: Clock) -> None:
    """The tests of visits must be able to fail: here a publisher forgets the removals."""

    class Forgetful(Publisher):
        def removals(self, connection: sa.Connection, limit: int | None) -> bool:
            return False

    import harvester.visit.deciding as module

    store = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock)
    visit(store, town, "tieu-hoc-kim-dong")
    town.next_night()
    original, module.Publisher = module.Publisher, Forgetful  # type: ignore[misc]
    try:
        visit(store, town, "tieu-hoc-kim-dong")
    finally:
        module.Publisher = original  # type: ignore[misc]
    with pytest.raises(AssertionError):
        assert_equals_truth(store, town, "tieu-hoc-kim-dong")
    store.close()


def test_slices_publish_the_same_as_one_transaction(
    store: Store, town: Town, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    import harvester.store.publish as module

    monkeypatch.setattr(module, "SLICE", 37)
    for name in ("tieu-hoc-kim-dong", "thpt-hong-duc"):
        assert visit(store, town, name).verdict == "published"
    town.next_night()
    result = visit(store, town, "tieu-hoc-kim-dong")
    assert (result.ledger.new, result.ledger.changed, result.ledger.withdrawn) == (10, 25, 14)
    assert_equals_truth(store, town, "tieu-hoc-kim-dong")
    assert store.log.identity()[2] == 400 + 240 + 49


@pytest.mark.parametrize("calls", [1, 2, 4, 7])
def test_a_killed_publish_is_finished_and_never_judged_again(
    store: Store, town: Town, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    import harvester.store.publish as module

    name = "tieu-hoc-kim-dong"
    visit(store, town, name)
    town.next_night()
    monkeypatch.setattr(module, "SLICE", 7)
    left = calls
    original = Publisher._begin

    def dying(self: Publisher, *words: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise Interrupted(exit_code=137)
        return original(self, *words)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "_begin", dying)
        with pytest.raises(Interrupted):
            visit(store, town, name)
    before = store.log.last_visits()[name]
    assert (before.running, before.verdict) == (True, "published")
    result = visit(store, town, name)
    assert result.visit != before.id
    assert result.verdict == "nothing"
    finished = store.log.visit(before.id)
    assert finished is not None
    assert (finished.running, finished.ledger) == (False, before.ledger)
    assert_equals_truth(store, town, name)
    assert store.log.identity()[2] == 400 + 49


def test_the_change_log_never_reuses_a_number(store: Store, town: Town) -> None:
    visit(store, town, "thpt-hong-duc")
    last = store.log.identity()[2]
    table = schema.change
    store.database.write(lambda c: c.execute(table.delete().where(table.c.sequence == last)) and None)
    town.next_night()
    visit(store, town, "thpt-hong-duc")
    assert min(change.sequence for change in store.log.changes(last - 1, 10)) > last


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path, town: Town, clock: Clock) -> None:
    """A quota on the file's pages is what SQLite answers SQLITE_FULL to, as on a full disk."""
    store = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock)
    visit(store, town, "thpt-hong-duc")
    identity = store.log.identity()

    with store.database.engine.connect() as connection:
        now = connection.exec_driver_sql("PRAGMA page_count").scalar()
    assert now is not None
    quota = f"PRAGMA max_page_count = {now + 4}"
    sa.event.listen(store.database.engine, "begin", lambda connection: connection.exec_driver_sql(quota))
    with pytest.raises(StoreError) as full:
        visit(store, town, "dai-hoc-song-lam")
    assert (full.value.code, full.value.exit_code) == ("disk_full", 6)
    assert store.log.identity() == identity
    store.close()
    again = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock)
    clock.now += 300
    assert visit(again, town, "dai-hoc-song-lam").outcome == "complete"
    assert_equals_truth(again, town, "dai-hoc-song-lam")
    assert_equals_truth(again, town, "thpt-hong-duc")
    again.close()


def test_a_read_only_store_is_named(sqlite_store: Store, town: Town) -> None:
    visit(sqlite_store, town, "thpt-hong-duc")
    identity = sqlite_store.log.identity()
    only = "PRAGMA query_only = 1"
    sa.event.listen(sqlite_store.database.engine, "begin", lambda connection: connection.exec_driver_sql(only))
    with pytest.raises(StoreError) as refused:
        visit(sqlite_store, town, "tieu-hoc-kim-dong")
    assert (refused.value.code, refused.value.exit_code) == ("read_only", 6)
    assert sqlite_store.log.identity() == identity


def test_bitmaps_are_sets() -> None:
    """Runs, single numbers and numbers outside the range, in any order; seed 20261126."""
    chance = random.Random(20261126)
    for _ in range(2_000):
        low = chance.randrange(50)
        high = low + chance.randrange(200)
        bitmaps, sets = [], []
        for _ in range(3):
            bits, numbers = Bitmap(low, high), set[int]()
            for _ in range(chance.randrange(4)):
                first = chance.randrange(-10, 300)
                some = list(range(first, first + chance.randrange(60)))
                if chance.random() < 0.5:
                    some = [chance.randrange(-5, 300) for _ in some]
                bits.add_all(some)
                numbers.update(some)
            within = {number for number in numbers if number in bits}
            assert within >= {number for number in numbers if low <= number <= high}
            assert len(bits) == len(within)
            bitmaps.append(bits)
            sets.append(within)
        assert bitmaps[0].without(*bitmaps[1:]) == sorted(sets[0] - sets[1] - sets[2])
        assert len(bitmaps[0].joined(bitmaps[1])) == len(sets[0] | sets[1])


def test_a_bitmap_counts_what_was_added() -> None:
    bits = Bitmap(100, 200)
    for number in (100, 150, 200, 150, 7, 5_000):
        bits.add(number)
    assert len(bits) == 3
    assert 150 in bits
    assert 151 not in bits
    assert 5_000 not in bits


def test_an_unknown_fault_of_the_database_stays_what_it_is(sqlite_store: Store) -> None:
    with pytest.raises(sa.exc.SQLAlchemyError):
        sqlite_store.database.write(lambda connection: connection.execute(sa.text("SELECT * FROM nowhere")))


def test_a_full_disk_is_named_where_sqlite_speaks_of_an_io_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LogCannotGrow(sqlite3.OperationalError):
        sqlite_errorname = "SQLITE_IOERR_SHMSIZE"

    usage, where = shutil.disk_usage(tmp_path), f"sqlite:///{tmp_path}/kho.db"
    for free, code in ((1 << 30, "disk_error"), (0, "disk_full")):
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
            found = fault_of(LogCannotGrow("disk I/O error"), where)
        assert found is not None
        assert found.code == code


def test_errors_survive_a_process_border() -> None:
    import pickle

    error = SourceError("gone", status=404, where="http://a.example/")
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.facts, str(again)) == (error.code, error.facts, str(error))


def test_no_heavy_library_is_loaded_by_the_front_door() -> None:
    script = "import sys, harvester, mappings, index, portal; harvester.RawRecord; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
