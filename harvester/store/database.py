"""One door to SQLite or PostgreSQL: connections, the one writer, and what a database's faults mean for an operator."""

from __future__ import annotations

import queue
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..errors import StoreError

T = TypeVar("T")
Job = Callable[[sa.Connection], Any]

LOCK_SECONDS = 30
# A frozen process that holds a lock is removed by the server; without this everybody waits for it (measured). Who
# waits for a lock waits longer than that: one frozen process costs a minute, not the night.
FROZEN_SECONDS = 60
POSTGRESQL_LOCK_SECONDS = 90
# Pages that wait together are committed together: 1.3 to 4 a commit with eight sources, waits below 80 ms (measured).
GROUP = 16
# Where more than so many have shared a commit of late and nobody waits yet, others will come in a moment. Where some
# do, more come while these are written: to wait for them, too, takes 200 sources a twentieth longer (measured). A few
# sources wait for nobody.
MANY, GATHER_SECONDS = 2.0, 0.01
# A writer that waits longer gives its connection back; taking one for every page is a tenth of a harvest (measured).
IDLE_SECONDS = 1.0
# What a connection to SQLite keeps of the file in memory, in kB. The writer comes back to the same pages of the indexes
# with every page of a list; readers do not, and there may be fifteen of them.
WRITER_CACHE, READER_CACHE = 32_768, 8_192
LOG_PAGES = 4_000  # so large the write-ahead log becomes: with a quarter of it many pages are put in their place often
# Publishing and everything else that appends to the change log holds this advisory lock on PostgreSQL: no other way of
# reading kept every change with one integer as the place (measured). Any constant will do.
CHANGE_LOCK = 5_415_014_001


def _without_password(url: sa.URL) -> str:
    """Write an address as pg_dump and psql read it, so that commands that name it run as they are printed.

    A password is left out and not starred: they ask for it then, or find it in ~/.pgpass or PGPASSWORD.
    """
    plain = url.set(drivername=url.get_backend_name()).difference_update_query(("password", "sslpassword"))
    return plain._replace(password=None).render_as_string(hide_password=False)


class Database:
    """Readers of their own and one writer thread with group commit; the same for both databases."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        """Open no connection yet; ``url`` is SQLAlchemy's, with ``postgresql://`` meaning psycopg 3."""
        self.url = sa.make_url(url)
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.where = _without_password(self.url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.clock = clock
        self.epoch: int | None = None  # of the store that was opened; a claim in another one is refused
        self.engine = _sqlite(self.url) if self.sqlite else _postgresql(self.url)
        self._faults: tuple[type[Exception], ...] = (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error)
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._connection: sa.Connection | None = None  # the writer's own, while it is busy
        self._lock = threading.Lock()

    def now(self) -> int:
        """Return our clock in epoch seconds."""
        return int(self.clock())

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection for one short reading; a reader that stays open would stop the log from being emptied."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except self._faults as error:
            raise translated(error, self.where) from error

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one moment however long it reads, while others write on."""
        options: dict[str, Any] = {} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
        try:
            with self.engine.connect().execution_options(**options) as connection:
                yield connection
        except SQLAlchemyError as error:
            raise translated(error, self.where) from error

    def write(self, job: Callable[[sa.Connection], T]) -> T:
        """Run a job in a transaction of the writer and return when it is on disk.

        A job may be run twice (its group failed, then alone), so it must do nothing but use its connection.
        Raises what the job raises, and StoreError.
        """
        with self._lock:
            if self._writer is None:
                self._writer = threading.Thread(target=self._work, name="kho-writer", daemon=True)
                self._writer.start()
        future: Future[Any] = Future()
        self._jobs.put((job, future))
        result: T = future.result()
        return result

    def close(self) -> None:
        """Finish what is queued, empty the write-ahead log if it was written, and let go."""
        with self._lock:
            wrote = self._writer is not None
            if self._writer is not None:
                self._jobs.put(None)
                self._writer.join()
                self._writer = None
        if self.sqlite and wrote:
            try:
                options = {"bare": True}
                with self.engine.connect().execution_options(**options) as connection:
                    connection.exec_driver_sql("PRAGMA busy_timeout = 1000")  # whoever else is at work empties it later
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            except SQLAlchemyError:  # nothing is lost: the log is read again at the next opening
                pass
        self.engine.dispose()

    def _work(self) -> None:
        company = 1.0  # jobs a commit, of late
        while (first := self._next()) is not None:
            if company > MANY and self._jobs.empty():
                time.sleep(GATHER_SECONDS)
            group = [first]
            while len(group) < GROUP and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    self._jobs.put(None)
                    break
                group.append(following)
            company += (len(group) - company) / 8  # the last eight commits, about: some tenths of a second
            if len(group) == 1 or not self._together(group):
                for job, future in group:
                    self._alone(job, future)
        self._let_go()

    def _next(self) -> tuple[Job, Future[Any]] | None:
        if self._connection is not None:
            try:
                return self._jobs.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                self._let_go()
        return self._jobs.get()

    def _let_go(self) -> None:
        if self._connection is not None:
            with suppress(*self._faults):  # it may be the one that failed
                self._remember(READER_CACHE)
            self._connection.close()
            self._connection = None

    def _remember(self, kilobytes: int) -> None:
        """Say how much of the file the writer's connection keeps in memory."""
        if self.sqlite and self._connection is not None:
            tell(self._connection, f"PRAGMA cache_size = -{kilobytes}")

    def _together(self, group: list[tuple[Job, Future[Any]]]) -> bool:
        try:
            with self._transaction() as connection:
                results = [job(connection) for job, _ in group]
        except Exception:  # noqa: BLE001 - one faulty page must not fail its group: each is run again alone
            return False
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)
        return True

    def _alone(self, job: Job, future: Future[Any]) -> None:
        try:
            with self._transaction() as connection:
                result = job(connection)
        except self._faults as error:
            future.set_exception(translated(error, self.where))
        except BaseException as error:  # noqa: BLE001 - it belongs to the thread that waits for it
            future.set_exception(error)
        else:
            future.set_result(result)

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        if self._connection is None:
            options = {"writes": True, "preserve_rowcount": True}
            self._connection = self.engine.connect().execution_options(**options)
            self._remember(WRITER_CACHE)
        try:
            with self._connection.begin():
                yield self._connection
        except BaseException:  # whatever it was, the next job begins with a connection of its own
            self._let_go()
            raise

    def rewrite(self) -> None:
        """Write the whole database anew without what was deleted or overwritten, and empty the write-ahead log.

        Takes about 4 s for a million records on SQLite and as much room again. Raises StoreError: store_locked where
        others read or write for too long, disk_full.
        """
        try:
            options: dict[str, Any] = {"bare": True} if self.sqlite else {"isolation_level": "AUTOCOMMIT"}
            with self.engine.connect().execution_options(**options) as connection:
                connection.exec_driver_sql("VACUUM" if self.sqlite else "VACUUM (FULL, ANALYZE)")
                if self.sqlite:
                    self._truncate(connection)
        except SQLAlchemyError as error:
            raise translated(error, self.where) from error

    def _truncate(self, connection: sa.Connection) -> None:
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
        if busy:
            raise StoreError("store_locked", where=self.where, detail="wal_checkpoint")

    def lock_changes(self, connection: sa.Connection) -> None:
        """Take the lock under which the change log is written, before its first number is drawn."""
        if not self.sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CHANGE_LOCK)))


def migrating_engine(database: Database) -> sa.Engine:
    """Return an engine for migrations: batch migration drops old tables, and with foreign keys on, children go too."""
    return _sqlite(database.url, foreign_keys=False) if database.sqlite else _postgresql(database.url)


def _sqlite(url: sa.URL, *, foreign_keys: bool = True) -> sa.Engine:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError("store_unreachable", where=url.database, detail=str(error)) from error
    stated = {} if "timeout" in url.query else {"timeout": LOCK_SECONDS}  # ?timeout=5 in the address wins
    engine = sa.create_engine(url, connect_args={**stated, "check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # Python's sqlite3 opens no transaction before DDL; we open all by ourselves
        pragmas = ["journal_mode=wal", "synchronous=FULL", f"cache_size=-{READER_CACHE}", "temp_store=memory"]
        pragmas.append(f"wal_autocheckpoint={LOG_PAGES}")
        for pragma in [*pragmas, f"foreign_keys={'on' if foreign_keys else 'off'}"]:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get("bare"):  # a VACUUM may not stand in a transaction
            return
        writes = options.get("writes")
        tell(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    frozen = f"-c idle_in_transaction_session_timeout={FROZEN_SECONDS}s"
    options = f"{frozen} -c lock_timeout={POSTGRESQL_LOCK_SECONDS}s -c timezone=UTC"
    return sa.create_engine(url, connect_args={"options": options}, pool_pre_ping=True)


_SQLITE_FAULTS = {
    "SQLITE_FULL": "disk_full",
    "SQLITE_READONLY": "read_only",
    "SQLITE_PERM": "read_only",
    "SQLITE_BUSY": "store_locked",
    "SQLITE_LOCKED": "store_locked",
    "SQLITE_CORRUPT": "store_damaged",
    "SQLITE_NOTADB": "store_damaged",
    "SQLITE_IOERR": "disk_error",
    "SQLITE_CANTOPEN": "store_unreachable",
}
_FULL = 1 << 20  # bytes free
# The server ends a connection: it stops, or the process was frozen in a transaction (25P03).
_POSTGRESQL_ENDED = ("08", "57P0", "25P03")
_POSTGRESQL_FAULTS = {"53100": "disk_full", "25006": "read_only", "55P03": "store_locked", "42501": "read_only"}


def translated(error: Exception, where: str) -> Exception:
    """Say what a database's fault means for an operator; a fault of ours (wrong SQL) stays what it is."""
    original = error.orig if isinstance(error, DBAPIError) else error
    known = None if isinstance(original, SQLAlchemyError) else fault_of(original, where)
    if known is None and ((isinstance(error, DBAPIError) and error.connection_invalidated) or _unreachable(original)):
        return StoreError("store_unreachable", where=where, detail=str(original))
    return known or error


def fault_of(original: BaseException | None, where: str) -> StoreError | None:
    """Say what a driver's own fault means for an operator; None where it means nothing that we know."""
    name = str(getattr(original, "sqlite_errorname", ""))
    state = str(getattr(original, "sqlstate", "") or "")
    codes = [code for prefix, code in _SQLITE_FAULTS.items() if name.startswith(prefix)]
    code = codes[0] if codes else _POSTGRESQL_FAULTS.get(state)
    if code == "disk_error" and _is_full(where):
        code = "disk_full"
    return StoreError(code, where=where, detail=str(original)) if code else None


def _is_full(where: str) -> bool:
    """Say whether a SQLite store's disk is full: where its log of pages cannot grow, SQLite speaks of an I/O error."""
    try:
        return shutil.disk_usage(Path(where.rpartition("sqlite:///")[2]).parent).free < _FULL
    except OSError:
        return False


def _unreachable(original: BaseException | None) -> bool:
    state = getattr(original, "sqlstate", "x")  # SQLite's faults have none
    unheard = not state and type(original).__name__ in ("OperationalError", "ConnectionTimeout")
    return unheard or str(state).startswith(_POSTGRESQL_ENDED)


def tell(connection: sa.Connection, statement: str, values: Sequence[Any] = ()) -> Any:
    """Run a statement in the driver's own words, with ``?`` for values, and return the driver's cursor.

    For what every page and every visit needs: Core takes ten times as long to say the same (80 us and more, measured).
    """
    driver: Any = connection.connection.driver_connection
    return driver.execute(statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s"), values)


def update(
    connection: sa.Connection, table: str, values: Mapping[str, Any], where: str, keys: Sequence[Any], more: str = ""
) -> Any:
    """Write values into the rows that a condition names, or only lock them; returns the driver's cursor.

    The values are bound; the names of columns, the condition and ``more`` (RETURNING …) are words of ours.
    """
    said = ", ".join(f"{name} = ?" for name in values) or "fence = fence"
    return tell(connection, f"UPDATE {table} SET {said} WHERE {where} {more}", (*values.values(), *keys))  # noqa: S608


def upsert(database: Database, table: sa.Table) -> Any:
    """Return the dialect's INSERT that knows ON CONFLICT; the methods are the same on both."""
    if database.sqlite:
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table)
