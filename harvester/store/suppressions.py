"""Take-downs: what must not be shown, whoever says it again. Applied where the log is read, never at harvest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ..errors import StoreError
from . import schema, suppression_file
from .changes import append_rows
from .database import Database
from .erasing import ASKED, erase, finish, forget_bytes, make_sure_of_room, mentions
from .suppression_file import Entry, TakeDown, Target

_table, _record, _source = schema.suppression, schema.record, schema.source
NO_VISIT = 0  # the visit of changes that no visit made


class Hidden(msgspec.Struct, frozen=True):
    """All take-downs of a store, to be asked of each record."""

    records: frozenset[tuple[str, str]] = frozenset()
    sources: frozenset[str] = frozenset()
    contents: frozenset[bytes] = frozenset()

    def hides(self, first_id: str, identifier: str, content: bytes) -> bool:
        """Say whether a record must not be shown: for its source, its identifier there, or what it says."""
        return first_id in self.sources or (first_id, identifier) in self.records or content in self.contents


def hidden(connection: sa.Connection) -> Hidden:
    """Return every take-down that the store holds."""
    rows = connection.execute(sa.select(_table.c.source, _table.c.identifier, _table.c.content)).all()
    return Hidden(
        frozenset((row.source, row.identifier) for row in rows if row.identifier is not None),
        frozenset(row.source for row in rows if row.source is not None and row.identifier is None),
        frozenset(bytes(row.content) for row in rows if row.content is not None),
    )


class Veil(NamedTuple):
    """What must not be shown of one source, among bytes that were never published: its names, or all of it."""

    names: frozenset[str]
    everything: bool

    def hides(self, identifier: str | None) -> bool:
        """Say whether a record of this identifier is taken down."""
        return self.everything or identifier in self.names

    def covers(self, page: bytes) -> bool:
        """Say whether a page names a record that is taken down."""
        return self.everything or mentions(page, self.names)


def veil(connection: sa.Connection, source: int) -> Veil:
    """Return the identifiers of a source that are taken down, also by what they say now."""
    every = hidden(connection)
    first_id = connection.scalars(sa.select(_source.c.first_id).where(_source.c.id == source)).one()
    names = {identifier for name, identifier in every.records if name == first_id}
    contents = sorted(every.contents)
    for start in range(0, len(contents), 1000):
        block = _record.c.content.in_(contents[start : start + 1000])
        names.update(connection.scalars(sa.select(_record.c.identifier).where(_record.c.source == source, block)))
    return Veil(frozenset(names), first_id in every.sources)


class Version(NamedTuple):
    """What changes whenever take-downs change or the store is restored: nothing read before holds after it."""

    epoch: int
    take_downs: int


def version(connection: sa.Connection) -> Version:
    """Return which take-downs and which epoch of the store this reading sees."""
    row = connection.execute(sa.select(schema.identity.c.epoch, schema.identity.c.take_downs)).one()
    return Version(row.epoch, row.take_downs)


def every(database: Database) -> list[TakeDown]:
    """Return all take-downs, oldest first."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(_table).order_by(_table.c.at, _table.c.id)).all()
    return [take_down(row) for row in rows]


def take_down(row: sa.Row[Any]) -> TakeDown:
    """Read a row of the table."""
    return TakeDown(
        source=row.source,
        identifier=row.identifier,
        content=bytes(row.content) if row.content is not None else None,
        reason=row.reason,
        at=row.at,
        erased=bool(row.erased),
        unfinished=row.erased == ASKED,
    )


def hits(database: Database, down: TakeDown) -> int:
    """Count the records, present or missing, that a take-down hides now."""
    question = sa.select(sa.func.count()).select_from(_record).where(hit(down), _record.c.presence != schema.WITHDRAWN)
    with database.reading() as connection:
        return connection.scalar(question) or 0


def add(database: Database, down: TakeDown, file: Path | None = None) -> None:
    """Take something down; the line in the file comes first, so that a crash after it is made good at the next opening.

    Raises StoreError; where only the erasing could not be finished the take-down holds, and a later opening goes on.
    """
    if down.erased:
        make_sure_of_room(database)
    if file is not None:
        _write_down(database, file, Entry("erase" if down.erased else "add", down))
    database.write(lambda connection: _insert(connection, database, down))
    if down.erased:
        erase(database, [down])


def remove(database: Database, down: TakeDown, file: Path | None = None) -> None:
    """Show something again; what was erased is fetched anew by the next visit, which is made a full one."""
    if file is not None:
        _write_down(database, file, Entry("remove", down))
    database.write(lambda connection: _delete(connection, database, down))


def apply(database: Database, file: Path | None) -> StoreError | None:
    """Bring a store to what the file beside sources.yaml says, before anything is read.

    A store that was restored from an older copy, or made anew, does not know the take-downs of its time. An erasure
    that was cut short is gone on with; what keeps it from being finished is returned and keeps nobody from reading:
    what it covers is hidden, and the next opening tries again.
    """
    entries = suppression_file.read(file) if file is not None else {}
    held = {down.target: down for down in every(database)}
    for target, entry in entries.items():
        if entry.action == "remove":
            if target in held:
                remove(database, held[target])
        elif _lacks(held, entry.down):
            database.write(lambda connection, down=entry.down: _insert(connection, database, down))  # type: ignore[misc]  # mypy cannot type a lambda's default
    downs = _unfinished(database)
    try:
        if downs:
            finish(database, downs)
    except StoreError as error:
        return error
    return None


def _unfinished(database: Database) -> list[TakeDown]:
    with database.reading() as connection:
        rows = connection.execute(sa.select(_table).where(_table.c.erased == ASKED)).all()
    return [take_down(row) for row in rows]


def _lacks(held: dict[Target, TakeDown], down: TakeDown) -> bool:
    known = held.get(down.target)
    return known is None or (down.erased and not known.erased)


def _write_down(database: Database, file: Path, entry: Entry) -> None:
    """Append a line, after those take-downs of this store that the file does not know (it was lost, or is new)."""
    write_all(database, file)
    suppression_file.append(file, [entry])


def write_all(database: Database, file: Path) -> None:
    """Write down the take-downs of a store that its file does not know."""
    known = suppression_file.read(file)
    lacking = [Entry("erase" if down.erased else "add", down) for down in every(database) if down.target not in known]
    if lacking:
        suppression_file.append(file, lacking)


# --- in one transaction, under the lock of the change log -------------------------------------------------------------


def _same(down: TakeDown) -> sa.ColumnElement[bool]:
    pairs = zip((_table.c.source, _table.c.identifier, _table.c.content), down.target, strict=True)
    return sa.and_(*(column.is_(None) if value is None else column == value for column, value in pairs))


def hit(down: TakeDown) -> sa.ColumnElement[bool]:
    """Return which records a take-down covers."""
    if down.content is not None:
        return _record.c.content == down.content
    of_source = _record.c.source.in_(sa.select(_source.c.id).where(_source.c.first_id == down.source))
    return of_source if down.identifier is None else of_source & (_record.c.identifier == down.identifier)


def _insert(connection: sa.Connection, database: Database, down: TakeDown) -> None:
    database.lock_changes(connection)
    held = connection.execute(sa.select(_table.c.erased).where(_same(down))).first()
    if held is None:
        source, identifier, content = down.target
        values = {"source": source, "identifier": identifier, "content": content, "reason": down.reason, "at": down.at}
        connection.execute(_table.insert().values({**values, "erased": ASKED if down.erased else 0}))
        _tell(connection, down)
    elif down.erased and not held.erased:
        connection.execute(_table.update().where(_same(down)).values(erased=ASKED))
        _count(connection)


def _delete(connection: sa.Connection, database: Database, down: TakeDown) -> None:
    database.lock_changes(connection)
    held = connection.execute(_table.delete().where(_same(down)).returning(_table.c.erased)).first()
    if held is None:
        return
    if held.erased:
        forget_bytes(connection, down, hit(down))
    _tell(connection, down)


def _tell(connection: sa.Connection, down: TakeDown) -> None:
    """Append a change for every record that is hit: else no index would hear of it.

    One transaction, whatever the size: 2.6 µs a record on SQLite, some 10 on PostgreSQL (measured), and a take-down
    that is half told would be worse than one that makes others wait for some seconds.
    """
    here = (_record.c.id, sa.literal(NO_VISIT), _record.c.payload, _record.c.payload)
    rows = sa.select(*here, _record.c.presence, _record.c.presence).where(
        hit(down), _record.c.presence != schema.WITHDRAWN
    )
    append_rows(connection, rows.order_by(_record.c.id))
    _count(connection)


def _count(connection: sa.Connection) -> None:
    connection.execute(schema.identity.update().values(take_downs=schema.identity.c.take_downs + 1))
