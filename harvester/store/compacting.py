"""Give room back: evidence that has grown old, and the holes in the file. Never a body of a record."""

from __future__ import annotations

from pathlib import Path

import msgspec
import sqlalchemy as sa

from . import schema
from .backup import room_for, size_of
from .database import Database

# Pages that were repaired or rejected are read when a source is at fault, and a question about a source takes weeks:
# a school year's half is more than anybody looked back.
KEEP_DAYS = 180
_visit = schema.visit


class Compacted(msgspec.Struct, frozen=True):
    """What was removed, in rows, and the size of a SQLite store before and after in bytes (0: another database)."""

    kept: int
    rejected: int
    leftovers: int
    before: int
    after: int


def compact(database: Database, days: int = KEEP_DAYS) -> Compacted:
    """Remove old evidence and what ended visits left behind, and write the database anew without holes.

    Evidence (pages kept whole, rejected records) of visits that ended more than ``days`` days ago goes, but for a
    source's last visit and open questions. Others may read and write meanwhile; while the file is written anew they
    wait. SQLite gets no statistics: its statements are written so that they need none, and old ones mislead.
    Raises StoreError: disk_low, store_locked.
    """
    before = _size(database)
    if before:
        assert database.url.database is not None
        room_for(2 * before, Path(database.url.database).parent)  # the new file, and the log that carries it
    old = _ended() & ~_last() & (_visit.c.ended < database.now() - days * 86_400)
    kept = _remove(database, schema.kept, old)
    rejected = _remove(database, schema.rejected, old)
    leftovers = sum(_remove(database, table, _ended()) for table in (schema.page, schema.staged, schema.absent))
    database.rewrite()
    return Compacted(kept, rejected, leftovers, before, _size(database))


def _ended() -> sa.ColumnElement[bool]:
    """Visits that ended and whose question, if there was one, is closed: what they staged is of no use."""
    return (_visit.c.state == schema.ENDED) & (_visit.c.open == 0)


def _last() -> sa.ColumnElement[bool]:
    return _visit.c.id.in_(sa.select(sa.func.max(_visit.c.id)).group_by(_visit.c.source))


def _remove(database: Database, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    """Delete visit by visit: nobody waits long for the writer."""
    having = sa.select(table.c.visit).where(table.c.visit == _visit.c.id).exists()
    with database.reading() as connection:
        visits = list(connection.scalars(sa.select(_visit.c.id).where(which, having)))

    def job(connection: sa.Connection, number: int) -> int:
        still = sa.select(_visit.c.id).where(_visit.c.id == number, which)
        deleted = table.delete().where(table.c.visit == number, table.c.visit.in_(still))
        return connection.execute(deleted).rowcount

    return sum(database.write(lambda connection, number=number: job(connection, number)) for number in visits)  # type: ignore[misc]  # mypy cannot type a lambda's default


def _size(database: Database) -> int:
    return size_of(Path(database.url.database or "")) if database.sqlite else 0
