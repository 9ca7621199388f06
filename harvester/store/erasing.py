"""Overwriting what was said, where the law asks for it: the only exception to "never rewritten". Hashes stay."""

from __future__ import annotations

import fcntl
import html
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import zstandard
from sqlalchemy.exc import SQLAlchemyError

from ..errors import SourceError, StoreError
from ..page import read_record
from ..record import RawRecord
from . import schema
from .backup import room_for, size_of
from .bodies import Bodies
from .database import Database, tell, translated
from .suppression_file import TakeDown

_payload, _visit, _source, _table = schema.payload, schema.visit, schema.source, schema.suppression
ERASED = b""  # a compressed body is never empty
ERASED_PAGE = zstandard.compress(b"")
ASKED, DONE = 1, 2  # suppression.erased
_BLOCK = 1_000
_TURN = 5_415_014_002  # the advisory lock of whoever erases, on PostgreSQL; any constant will do


def erase(database: Database, downs: Sequence[TakeDown]) -> int:
    """Overwrite every body that take-downs cover, also in pages kept whole; returns how many.

    Afterwards the bytes are in no file of the database: SQLite and PostgreSQL write theirs anew. Can be repeated after
    a crash. One process at a time does it, others wait. Raises StoreError.
    """
    with _turn(database, wait=True):
        return _erase(database, downs)


def finish(database: Database, downs: Sequence[TakeDown]) -> bool:
    """Go on with erasures that were cut short, if nobody else is at it; returns whether they are finished.

    Nobody is kept waiting for long: where room is wanting or others read, the store is not searched through. Raises
    StoreError, which says why they are not finished.
    """
    with _turn(database, wait=False) as ours:
        if not ours:
            return False
        make_sure_of_room(database)
        _make_sure_of_quiet(database)
        _erase(database, downs)
        return True


def make_sure_of_room(database: Database) -> None:
    """Refuse to begin an erasure that would fill the disk. Raises StoreError disk_low."""
    if database.sqlite and database.url.database:
        file = Path(database.url.database).absolute()
        room_for(2 * size_of(file), file.parent)  # the new file, and the log that carries it


def _erase(database: Database, downs: Sequence[TakeDown]) -> int:
    _wait_for_writers(database)
    count = sum(_overwrite_covered(database, down) for down in downs)
    database.rewrite()
    for down in downs:
        done = _table.update().where(_table.c.erased == ASKED, _covers(down)).values(erased=DONE)
        database.write(lambda connection, done=done: connection.execute(done) and None)  # type: ignore[misc]  # mypy cannot type a lambda's default
    return count


def _overwrite_covered(database: Database, down: TakeDown) -> int:
    names: set[str] = {down.identifier} if down.identifier else set()
    numbers = list(_covered(database, Bodies(database), down, names))
    for start in range(0, len(numbers), _BLOCK):
        block = _payload.c.id.in_(numbers[start : start + _BLOCK])
        _overwrite(database, _payload.update().where(block).values(body=ERASED))
    return len(numbers) + sum(_erase_evidence(database, table, down, names) for table in (schema.rejected, schema.kept))


@contextmanager
def _turn(database: Database, *, wait: bool) -> Iterator[bool]:
    """Give the right to search a store through and to write it anew; False: another process has it."""
    if not database.sqlite:
        with database.reading() as connection:
            options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}
            connection.execution_options(**options)
            word = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
            ours = connection.scalar(sa.text(f"SELECT {word}({_TURN})")) is not False
            try:
                yield ours
            finally:
                if ours:
                    connection.execute(sa.text(f"SELECT pg_advisory_unlock({_TURN})"))
        return
    try:
        folder = os.open(Path(database.url.database or "").absolute().parent, os.O_RDONLY)
    except OSError:  # no file of this name: nobody else has it open either
        yield True
        return
    try:
        yield _locked(folder, wait=wait)
    finally:
        os.close(folder)


def _locked(folder: int, *, wait: bool) -> bool:
    """Lock a folder: it is no file of the store, and nothing is left behind."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: to erase twice does no harm
        pass
    return True


def _make_sure_of_quiet(database: Database) -> None:
    """Ask for a second whether the files could be written anew. Raises StoreError store_locked where others read."""
    options: dict[str, Any] = {"bare": True}
    try:
        with database.engine.connect().execution_options(**options) as connection:
            if not database.sqlite:
                connection.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
                connection.execute(sa.text("LOCK TABLE payload, record, kept, rejected IN ACCESS EXCLUSIVE MODE"))
                return
            connection.detach()  # nobody else waits as briefly
            connection.exec_driver_sql("PRAGMA busy_timeout = 1000")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    except SQLAlchemyError as error:
        raise translated(error, database.where) from error
    if busy:
        raise StoreError("store_locked", where=database.where, detail="wal_checkpoint")


def _covers(down: TakeDown) -> sa.ColumnElement[bool]:
    pairs = zip((_table.c.source, _table.c.identifier, _table.c.content), down.target, strict=True)
    return sa.and_(*(column.is_(None) if value is None else column == value for column, value in pairs))


def _wait_for_writers(database: Database) -> None:
    """Let every page that was being staged when the take-down was written be there: later ones see it themselves."""
    if not database.sqlite:
        database.write(lambda connection: connection.execute(sa.text("LOCK TABLE payload IN SHARE MODE")) and None)


def _overwrite(database: Database, statement: sa.Update) -> None:
    def job(connection: sa.Connection) -> None:
        if database.sqlite:  # zeros, and not only no longer referred to
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        connection.execute(statement)

    database.write(job)


# --- which bodies -----------------------------------------------------------------------------------------------------


def _of_source(first_id: str) -> sa.Select[Any]:
    """Ask for the visits of a source."""
    sources = sa.select(_source.c.id).where(_source.c.first_id == first_id).scalar_subquery()
    return sa.select(_visit.c.id).where(_visit.c.source.in_(sources))


def _covered(database: Database, bodies: Bodies, down: TakeDown, names: set[str]) -> Iterator[int]:
    """Yield the payloads that are covered; their identifiers are added to ``names``, under which pages are searched.

    Not only those that records point to: a visit whose verdict was held, or a page that named a record twice, leaves
    bodies behind that nothing points to. Of a body that is damaged only what points to it says whose it is.
    """
    clue = _clue(down.identifier) if down.identifier else b""
    pointed = _pointed_at(database, down) if down.identifier else set()
    for row, body, context in _payloads(database, bodies, down):
        if body is None:
            if not down.identifier or row.id in pointed:
                yield row.id
            continue
        if not body or (clue and clue not in body):
            continue
        identifier = _identifier(context, body, row.format)
        if down.identifier in (None, identifier) or not identifier:
            names.update({identifier} - {""})  # an empty one stands in every page
            yield row.id


def _pointed_at(database: Database, down: TakeDown) -> set[int]:
    """Return the payloads that the log and running visits name for a record."""
    record, change, staged = schema.record, schema.change, schema.staged
    held = sa.select(record.c.id).where(
        record.c.source.in_(sa.select(_source.c.id).where(_source.c.first_id == down.source)),
        record.c.identifier == down.identifier,
    )
    changes = sa.select(change.c.before, change.c.after).where(change.c.record.in_(held))
    own = sa.select(staged.c.payload).where(
        staged.c.visit.in_(_of_source(down.source or "")), staged.c.identifier == down.identifier
    )
    with database.reading() as connection:
        rows = [*connection.execute(changes), *connection.execute(own)]
    return {number for row in rows for number in row if number is not None}


def _payloads(database: Database, bodies: Bodies, down: TakeDown) -> Iterator[tuple[Any, bytes | None, bytes]]:
    """Yield payloads with their bodies, None where one is damaged, and contexts."""
    for low, high in _ranges(database, down):
        after = low - 1
        while True:
            question = sa.select(_payload).where(_payload.c.id > after, _payload.c.id <= high)
            if down.content is not None:
                question = question.where(_payload.c.content == down.content)
            with database.reading() as connection:
                rows = connection.execute(question.order_by(_payload.c.id).limit(_BLOCK)).all()
                found = [(row, *_unpacked(connection, bodies, row)) for row in rows]
            yield from found
            if len(rows) < _BLOCK:
                break
            after = rows[-1].id


def _ranges(database: Database, down: TakeDown) -> Iterator[tuple[int, int]]:
    if down.content is not None:
        yield 0, 1 << 62
        return
    with database.reading() as connection:
        visits = list(connection.scalars(_of_source(down.source or "").order_by(_visit.c.id)))
    for number in visits:
        yield number << 28, (number + 1 << 28) - 1


def _unpacked(connection: sa.Connection, bodies: Bodies, row: Any) -> tuple[bytes | None, bytes]:
    try:
        return bodies.unpack(connection, row.body, row.dictionary), bodies.context_text(connection, row.context)
    except zstandard.ZstdError:
        return None, b""


def _identifier(context: bytes, body: bytes, name: str) -> str:
    """Return the identifier that a record states; an empty one where it cannot be read again."""
    try:
        found = read_record(context, body, name, b"")
    except SourceError:
        return ""
    return found.identifier if isinstance(found, RawRecord) else found.identifier or ""


def _clue(identifier: str) -> bytes:
    """Return the longest run of ASCII letters and digits: it stands in the bytes as it is, whatever the charset."""
    return max(re.findall(r"[A-Za-z0-9]+", identifier), key=len, default="").encode()


def mentions(body: bytes, names: Iterable[str]) -> bool:
    """Say whether a page names one of these identifiers."""
    said = ""
    for name in names:
        if _clue(name) in body:
            said = said or html.unescape(body.decode("utf-8", "replace"))
            if name in said or not name.isascii():
                return True
    return False


def _erase_evidence(database: Database, table: sa.Table, down: TakeDown, names: set[str]) -> int:
    """Overwrite rejected records of these identifiers, and pages kept whole that mention them."""
    count = 0
    everything = down.content is None and down.identifier is None
    having = sa.select(table.c.visit).distinct().order_by(table.c.visit)  # most visits leave nothing
    if down.source is not None:
        having = having.where(table.c.visit.in_(_of_source(down.source)))
    with database.reading() as connection:
        visits = list(connection.scalars(having))
    for visit in visits:
        with database.reading() as connection:
            rows = connection.execute(sa.select(table).where(table.c.visit == visit)).all()
        hit = [row.number for row in rows if everything or _evidence_of(row, names)]
        for start in range(0, len(hit), _BLOCK):
            which = (table.c.visit == visit) & table.c.number.in_(hit[start : start + _BLOCK])
            _overwrite(database, table.update().where(which).values(body=ERASED_PAGE))
        count += len(hit)
    return count


def _evidence_of(row: Any, names: set[str]) -> bool:
    """Say whether evidence is of one of these records; what is damaged cannot be asked, and is of no use."""
    if getattr(row, "identifier", None) in names:
        return True
    try:
        return mentions(zstandard.decompress(row.body), names)
    except zstandard.ZstdError:
        return bool(names)


# --- what comes later -------------------------------------------------------------------------------------------------


def keep_out(
    connection: sa.Connection,
    visit: int,
    first_id: str,
    *,
    payload: int | None = None,
    rejected: int | None = None,
    kept: int | None = None,
) -> None:
    """Overwrite what a page has just brought of erased records, in the page's own transaction: it never is on disk.

    After the rows were inserted: an erasure that is written meanwhile waits for this transaction (PostgreSQL), and one
    that was written before is seen here; one that is lifted meanwhile waits, too. ``payload``, ``rejected`` and
    ``kept`` are the numbers of the first new row of each: what came before was looked at with its own page.
    """
    question = "SELECT identifier, content FROM suppression WHERE erased > 0 AND (source = ? OR source IS NULL)"
    if connection.dialect.name != "sqlite":
        question += " FOR KEY SHARE"
    rows = tell(connection, question, (first_id,)).fetchall()
    if not rows:
        return
    names = [row[0] for row in rows if row[0] is not None]
    everything = any(row[0] is None and row[1] is None for row in rows)
    if payload is not None:
        _keep_out_payloads(connection, visit, first_id, payload, everything=everything)
    for table, first in ((schema.rejected, rejected), (schema.kept, kept)):
        if first is not None:
            new = (table.c.visit == visit) & (table.c.number >= first)
            _keep_out_evidence(connection, table, new, names, everything=everything)


def _keep_out_payloads(connection: sa.Connection, visit: int, first_id: str, first: int, *, everything: bool) -> None:
    staged = schema.staged
    new = _payload.c.id.between(first, (visit + 1 << 28) - 1)
    erased = (_table.c.erased > 0) & (_table.c.source.is_(None) | (_table.c.source == first_id))
    named = sa.select(staged.c.payload).where(
        staged.c.visit == visit,
        staged.c.identifier.in_(sa.select(_table.c.identifier).where(erased, _table.c.identifier.is_not(None))),
        staged.c.payload.is_not(None),
    )
    contents = sa.select(_table.c.content).where(erased, _table.c.content.is_not(None))
    hit = sa.true() if everything else _payload.c.id.in_(named) | _payload.c.content.in_(contents)
    connection.execute(_payload.update().where(new, hit, _payload.c.body != ERASED).values(body=ERASED))


def _keep_out_evidence(
    connection: sa.Connection, table: sa.Table, new: sa.ColumnElement[bool], names: Sequence[str], *, everything: bool
) -> None:
    question = sa.select(table).where(new, table.c.body != ERASED_PAGE)
    hit = [row.number for row in connection.execute(question) if everything or _evidence_of(row, set(names))]
    if hit:
        connection.execute(table.update().where(new, table.c.number.in_(hit)).values(body=ERASED_PAGE))


def forget_bytes(connection: sa.Connection, down: TakeDown, hit: sa.ColumnElement[bool]) -> None:
    """Make records whose bodies were erased be fetched anew: nothing is known of them, and the next visit is full.

    Also those that an unfinished visit or an open question has staged: once published they would be known.
    """
    record, staged = schema.record, schema.staged
    nothing = {"content": b"", "fingerprint": b""}
    held = hit & (record.c.presence != schema.WITHDRAWN)  # what returns is fetched in any case
    forgotten = record.update().where(held, _is_erased(record.c.payload)).values(nothing).returning(record.c.source)
    sources = {row[0] for row in connection.execute(forgotten)}
    covered = staged.c.content == down.content
    if down.source is not None:
        covered = staged.c.visit.in_(_of_source(down.source))
    if down.identifier is not None:
        covered &= staged.c.identifier == down.identifier
    waiting = staged.update().where(covered, _is_erased(staged.c.payload)).values(nothing).returning(staged.c.visit)
    visits = {row[0] for row in connection.execute(waiting)}
    asked = _source.c.id.in_(sources) | _source.c.id.in_(sa.select(_visit.c.source).where(_visit.c.id.in_(visits)))
    if sources or visits:
        connection.execute(_source.update().where(asked).values(next_mode="full"))


def _is_erased(payload: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.select(_payload.c.id).where(_payload.c.id == payload, _payload.c.body == ERASED).exists()
