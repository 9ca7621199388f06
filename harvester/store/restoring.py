"""Put an older copy in a store's place: a new epoch of the store, which every index and every process notices."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import sqlalchemy as sa

from ..errors import KhoError, StoreError
from . import schema, suppressions
from .backup import back_up, naming, settle
from .database import LOCK_SECONDS, Database
from .opening import minutes, prepare
from .visits import holder, is_dead

# Numbers of changes that an epoch which cannot be read any more may have used: more than 400 times all records of the
# largest source (2.5 million).
GAP = 1_000_000_000
_FENCES_A_MINUTE = 1 << 20  # a fence of a new epoch is above every fence of an earlier one


class Restored(msgspec.Struct, frozen=True):
    """What a restore did: the new epoch, the last change, and where the store that was there is kept."""

    epoch: int
    sequence: int
    aside: str


class _Replaced(msgspec.Struct, frozen=True):
    """What must be known of the store that is replaced."""

    epoch: int
    sequence: int


def restore(
    url: str, copy: Path, *, clock: Callable[[], float] = time.time, take_downs: Path | None = None
) -> Restored:
    """Put a copy that ``back_up`` made in the place of a SQLite store; the store that was there is kept aside.

    The copy is checked, brought to the revision of this code, given a new epoch and every take-down that it lacks
    before it takes the store's place in one transaction. Raises StoreError: not_a_backup, store_in_use.
    """
    database = Database(url, clock)
    assert database.url.database is not None
    store = Path(database.url.database)
    try:
        _check_copy(copy)
        before = _replaced(database, store, take_downs)
        ready = store.with_name(f"{store.name}.restoring")
        epoch, sequence = _prepare(copy, ready, clock, take_downs, before)
        aside = _set_aside(store, clock, readable=before is not None)
        _take_the_place(ready, store, readable=before is not None)
        return Restored(epoch, sequence, str(aside) if aside else "")
    finally:
        database.close()


def begin_epoch(database: Database) -> int:
    """Begin a new epoch of a store that other means have restored (pg_restore); returns its number.

    Raises StoreError store_in_use.
    """

    def job(connection: sa.Connection) -> int:
        rows = connection.execute(sa.select(schema.source.c.lease_by, schema.source.c.lease_until))
        _refuse_leases([(row[0], row[1]) for row in rows], database.now(), database.where)
        return _begin_epoch(connection, database, None)

    return database.write(job)


def _begin_epoch(connection: sa.Connection, database: Database, before: _Replaced | None) -> int:
    """Begin a new epoch: no place of an index, no fence and no number of a change is one of an earlier one."""
    database.lock_changes(connection)
    table, sources, visit = schema.identity, schema.source, schema.visit
    of_copy = int(connection.scalars(sa.select(table.c.epoch)).one())
    epoch = max(minutes(database), of_copy + 1, before.epoch + 1 if before else 0)
    connection.execute(table.update().values(epoch=epoch))
    connection.execute(sources.update().values(fence=epoch * _FENCES_A_MINUTE, lease_by="", lease_until=0))
    connection.execute(visit.update().where(visit.c.state != schema.ENDED).values(fence=-1))
    last = connection.scalar(sa.select(sa.func.max(schema.change.c.sequence))) or 0
    floor = max(last, before.sequence) if before else last + GAP
    if database.sqlite:
        made = connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = ? WHERE name = 'change'", (floor,))
        if not made.rowcount:
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('change', ?)", (floor,))
    else:
        name = sa.func.pg_get_serial_sequence("change", "sequence")
        connection.execute(sa.select(sa.func.setval(name, max(floor, 1))))
    return epoch


# --- the copy ---------------------------------------------------------------------------------------------------------


def _check_copy(copy: Path) -> None:
    """Refuse what is no whole copy of a store before anything is touched."""
    try:
        with closing(sqlite3.connect(f"file:{copy.absolute()}?mode=ro", uri=True)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA quick_check") if row[0] != "ok"]
            connection.execute("SELECT store, epoch FROM identity").fetchone()[0]
    except (sqlite3.Error, TypeError) as error:
        raise StoreError("not_a_backup", where=str(copy), detail=str(error)) from error
    if faults:
        raise StoreError("not_a_backup", where=str(copy), detail=faults[0])


def _prepare(
    copy: Path, ready: Path, clock: Callable[[], float], take_downs: Path | None, before: _Replaced | None
) -> tuple[int, int]:
    for rest in ("", "-wal", "-shm", "-journal"):  # of a restore that was killed: SQLite would play it into this one
        ready.with_name(ready.name + rest).unlink(missing_ok=True)
    back_up(copy, ready)
    database = Database(f"sqlite:///{ready}", clock)
    try:
        prepare(database, backup=False)  # the copy itself is the backup
        epoch = database.write(lambda connection: _begin_epoch(connection, database, before))
        suppressions.apply(database, take_downs)
        with database.reading() as connection:
            return epoch, connection.scalar(sa.select(sa.func.max(schema.change.c.sequence))) or 0
    finally:
        database.close()


# --- the store that is there ------------------------------------------------------------------------------------------


def _replaced(database: Database, store: Path, take_downs: Path | None) -> _Replaced | None:
    """Look at the store that is replaced: nobody may be visiting; its take-downs are written down. None: unreadable."""
    if not store.exists():
        return None
    try:
        with database.reading() as connection:
            leases = [tuple(row) for row in connection.exec_driver_sql("SELECT lease_by, lease_until FROM source")]
            epoch = connection.exec_driver_sql("SELECT epoch FROM identity").scalar() or 0
            # Numbers that were drawn and are not there any more count too.
            drawn = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'change'").scalar() or 0
    except (KhoError, sa.exc.SQLAlchemyError):
        return None
    _refuse_leases(leases, database.now(), database.where)
    if take_downs is not None:
        suppressions.write_all(database, take_downs)
    return _Replaced(epoch, drawn)


def _refuse_leases(leases: list[tuple[str, int]] | list[tuple[object, ...]], now: int, where: str) -> None:
    for lease_by, until in leases:
        if lease_by and int(str(until)) > now and not is_dead(str(lease_by)):
            raise StoreError("store_in_use", where=where, holder=holder(str(lease_by)))


def _set_aside(store: Path, clock: Callable[[], float], *, readable: bool) -> Path | None:
    """Keep the store that was there: a copy of it, or its very files where it cannot be read."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(clock()))
    aside = store.with_name(f"{store.name}.replaced-{stamp}")
    if readable:
        back_up(store, aside)
        return aside
    found = [
        store.with_name(store.name + end) for end in ("", "-wal", "-shm") if store.with_name(store.name + end).exists()
    ]
    with naming(store):
        for file in found:
            file.replace(aside.with_name(aside.name + file.name.removeprefix(store.name)))
    return aside if found else None


def _take_the_place(ready: Path, store: Path, *, readable: bool) -> None:
    """Put the prepared file in the store's place.

    Into the very file where it can be read: who has it open (``kho serve``) would go on with a file that is only
    renamed. SQLite writes the whole of it in one transaction.
    """
    with naming(store):
        if not readable:
            settle(ready, store)
            return
        with closing(sqlite3.connect(ready)) as origin, closing(sqlite3.connect(store, timeout=LOCK_SECONDS)) as place:
            origin.backup(place)
            place.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ready.unlink()
