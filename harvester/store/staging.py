"""Keep each accepted page: its records and the next checkpoint in one transaction."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, cast

import sqlalchemy as sa
import zstandard

from ..record import Page, RawRecord, Rejected, Standing, number_of
from . import erasing, folding, kept, notes, schema
from .bodies import Bodies
from .database import GROUP, Database, tell
from .folding import Held
from .visits import Visit, add_learned, hold

# What is new of a larger page is packed while it is written, so much at a time: nothing of it is in memory twice.
PACKED_BYTES = 8 * 1024 * 1024
_BLOCK = 5_000  # PostgreSQL takes 65,535 bound values in a statement, a stock SQLite 32,766


Rows = list[tuple[Any, ...]]
Archive = Callable[[], Iterable[Rows]]  # asked anew where a transaction has to be tried again


def held(database: Database, source: int, identifiers: Sequence[str]) -> dict[str, Held]:
    """Return what is held under these identifiers."""
    table = schema.record
    columns = (table.c.id, table.c.content, table.c.presence, table.c.first_visit, table.c.datestamp)
    question = sa.select(table.c.identifier, *columns).where(
        table.c.source == source, table.c.identifier.in_(sa.bindparam("names", expanding=True))
    )
    found: dict[str, Held] = {}
    with database.reading() as connection:
        for start in range(0, len(identifiers), _BLOCK):
            rows = connection.execute(question, {"names": list(identifiers[start : start + _BLOCK])})
            found.update((row[0], Held(row[1], bytes(row[2]), *row[3:])) for row in rows)
    return found


def standing(database: Database, source: int, identifiers: Sequence[str]) -> dict[str, Standing]:
    """Return how records are held, by identifier; those that were never held are left out."""
    table = schema.record
    columns = (table.c.identifier, table.c.id, table.c.datestamp, table.c.presence)
    question = sa.select(*columns).where(
        table.c.source == source, table.c.identifier.in_(sa.bindparam("names", expanding=True))
    )
    found: dict[str, Standing] = {}
    with database.reading() as connection:
        for start in range(0, len(identifiers), _BLOCK):
            rows = connection.execute(question, {"names": list(identifiers[start : start + _BLOCK])})
            found.update((row[0], Standing(row[1], row[2], schema.PRESENCES[row[3]])) for row in rows)  # type: ignore[arg-type]  # the tuple holds exactly the presences
    return found


_AT_ONCE = 500  # rows: of nine columns, 4,500 values
SEEN_LEVEL = -1  # record numbers become no smaller at 3, and take three times as long (measured)
STAGES = "SELECT 1 FROM staged WHERE visit = ? LIMIT 1"
_PAGE = "INSERT INTO page (visit, number, token, seen) VALUES (?, ?, ?, ?)"
_STAGE = "INSERT INTO staged (visit, identifier, payload, content, fingerprint, key_number, deleted, datestamp) VALUES "
_STAGED_AGAIN = " ON CONFLICT (visit, identifier) DO NOTHING"  # which of them counts is looked at where there are two


def _declared(visit: Visit, pages: Sequence[Page]) -> int | None:
    """Return the newest completeListSize."""
    return next((page.declared for page in reversed(pages) if page.declared is not None), visit.declared)


class Stager:
    """Turn pages of one visit into rows; used by one thread."""

    def __init__(self, database: Database, bodies: Bodies, visit: Visit, first_id: str) -> None:
        self._database, self._bodies, self._visit, self._first_id = database, bodies, visit, first_id
        self._packer = zstandard.ZstdCompressor(level=SEEN_LEVEL)
        self._waiting: list[Page] = []
        self._clock: str | None = None
        self._learned: dict[str, Any] = {}
        self._set_names: dict[str, str] = {}
        self._noticed: notes.Notes = {}
        self._shown = folding.ShownBefore(database, visit)

    def learn(self, facts: Mapping[str, Any], set_names: Mapping[str, str]) -> None:
        """Keep what the server told of itself: with the next page, in the same transaction."""
        self._learned |= facts
        self._set_names |= set_names

    def note(self, code: str, count: int, facts: Mapping[str, Any]) -> None:
        """Keep what was noticed on the way: with the next page, too."""
        self._noticed = notes.joined(self._noticed, {code: {**facts, "count": count}})

    def stage(self, page: Page, clock: str | None) -> None:
        """Put a page and the checkpoint after it on disk; returns when they are there.

        Pages that only show what is held wait for each other, up to sixteen: nothing of them can be lost, only asked
        again. ``clock`` is the server's clock of the visit's first answer. Raises LeaseLost where another process has
        taken the source, StoreError where the disk is full.
        """
        quiet = page.checkpoint is not None and set(map(type, page.items)) <= {int}
        self._waiting.append(page)
        self._clock = self._clock or clock
        if not quiet or len(self._waiting) >= GROUP:
            self.flush()

    def flush(self) -> None:
        """Put on disk what waits: pages, what was learned, and what was noticed."""
        pages, self._waiting = self._waiting, []
        visit = self._visit
        if not pages:
            if self._learned or self._set_names or self._noticed:
                self._database.write(self._keep_learned)
                self._forget_learned()
            return
        faults = [item for item in pages[-1].items if isinstance(item, Rejected)]
        self._shown.waiting = [_shown(page) for page in pages[:-1]]
        rows, said = self._rows(pages[-1])
        archive = self._archive(said)
        rejected = [
            {
                "visit": visit.id,
                "number": visit.rejected + number,
                "identifier": fault.identifier,
                "code": fault.code,
                "body": zstandard.compress(fault.body),
            }
            for number, fault in enumerate(faults)
        ]
        lines = [
            (visit.id, visit.pages + place, page.token, self._packer.compress(array("Q", _shown(page)).tobytes()))
            for place, page in enumerate(pages)
        ]
        self._database.write(
            lambda connection: self._write(connection, pages, rows, len(said), archive, rejected, lines)
        )
        self._shown.written(_shown(page) for page in pages)
        visit.pages += len(pages)
        visit.fetched += sum(len(page.items) for page in pages)
        visit.rejected += len(faults)
        visit.payloads += len(said)
        visit.checkpoint = pages[-1].checkpoint
        visit.clock = visit.clock or self._clock
        visit.declared = _declared(visit, pages)
        self._forget_learned()

    def _forget_learned(self) -> None:
        self._learned, self._set_names, self._noticed = {}, {}, {}

    def _keep_learned(self, connection: sa.Connection) -> None:
        if self._learned or self._set_names:
            add_learned(connection, self._visit.lease, self._learned, self._set_names)
        notes.add(connection, self._visit, self._noticed)

    def _rows(self, page: Page) -> tuple[Rows, list[RawRecord]]:
        """Make rows of a page, and choose what of it is new to the archive.

        One record of an identifier counts, so a page is folded here.
        """
        visit = self._visit
        # On a first visit nothing is held; what its own slices have published is compared when it is published again.
        before: dict[str, Held] = {}
        read = [item for item in page.items if isinstance(item, RawRecord)]
        latest = {record.identifier: record for record in read}
        if len(latest) < len(read):
            latest = folding.newest(read)
        if not visit.first and latest:
            before = held(self._database, visit.source, list(latest))
            latest = folding.without_older(page.items, latest, before, self._shown)
        rows: Rows = []
        said: list[RawRecord] = []
        first = visit.id << 28 | visit.payloads
        for record in latest.values():
            there = before.get(record.identifier)
            number = None
            if not record.deleted and not (
                there is not None and there.presence == schema.PRESENT and there.content == record.content
            ):
                number = first + len(said)
                said.append(record)
            short = number_of(self._first_id, record.identifier)
            rows.append(
                (
                    visit.id,
                    record.identifier,
                    number,
                    record.content,
                    record.fingerprint,
                    short,
                    int(record.deleted),
                    record.datestamp,
                )
            )
        return rows, said

    def _archive(self, records: list[RawRecord]) -> Archive:
        """Return what makes the archive's rows: packed here, or while they are written where they are large.

        What the store must be asked for is asked for now: the thread that writes cannot wait for itself.
        """
        contexts = {text: self._bodies.context(text) for text in {record.context for record in records}}
        for name in {record.format for record in records}:
            self._bodies.dictionary(name)
        first = self._visit.id << 28 | self._visit.payloads
        blocks = list(_blocks(records))

        def packed() -> Iterator[Rows]:
            number = first
            for block in blocks:
                yield self._payloads(number, block, contexts)
                number += len(block)

        ready = list(packed()) if len(blocks) <= 1 else None
        return packed if ready is None else lambda: ready

    def _payloads(self, first: int, records: list[RawRecord], contexts: dict[bytes, int]) -> Rows:
        """Make the archive's rows, numbered from ``first``."""
        payloads: Rows = []
        for name, group in groupby(records, key=attrgetter("format")):
            same = list(group)
            dictionary = self._bodies.dictionary(name)
            for record, body in zip(same, self._bodies.pack_all([each.body for each in same], dictionary), strict=True):
                number, context = first + len(payloads), contexts[record.context]
                said = (record.datestamp, "\n".join(record.sets), record.content, body, record.fingerprint)
                payloads.append((number, name, dictionary, context, *said))
        return payloads

    def _write(
        self,
        connection: sa.Connection,
        pages: list[Page],
        rows: Rows,
        said: int,
        archive: Archive,
        rejected: list[dict[str, Any]],
        lines: list[tuple[Any, ...]],
    ) -> None:
        visit = self._visit
        hold(
            connection,
            visit,
            pages=visit.pages + len(pages),
            fetched=visit.fetched + sum(len(page.items) for page in pages),
            rejected=visit.rejected + len(rejected),
            payloads=visit.payloads + said,
            checkpoint=pages[-1].checkpoint,
            clock=visit.clock or self._clock,
            declared=_declared(visit, pages),
        )
        shown = [number for page in pages for number in _shown(page)]
        if visit.fetched and shown and tell(connection, STAGES, (visit.id,)).fetchall():
            folding.forget_staged(connection, visit, shown)
        for payloads in archive():
            self._insert_payloads(connection, payloads)
        if rows:
            self._insert_staged(connection, rows)
        if rejected:
            connection.execute(schema.rejected.insert(), rejected)
        for line in lines:
            tell(connection, _PAGE, line)
        self._keep_learned(connection)
        repaired = [page.kept for page in pages if page.kept is not None]
        if said or rejected or repaired:
            first = kept.insert(connection, visit, repaired) if repaired else None
            new = {"payload": visit.id << 28 | visit.payloads, "rejected": visit.rejected, "kept": first}
            erasing.keep_out(connection, visit.id, self._first_id, **new)

    def _insert_payloads(self, connection: sa.Connection, payloads: Rows) -> None:
        if self._database.sqlite:
            _insert_at_once(connection, "INSERT INTO payload VALUES ", payloads)
            return
        columns = ("id", "format", "dictionary", "context", "datestamp", "sets", "content", "body", "fingerprint")
        types = ("int8", "text", "int8", "int8", "text", "text", "bytea", "bytea", "bytea")
        driver: Any = connection.connection.driver_connection  # COPY is three times cheaper than INSERT (measured)
        with driver.cursor() as cursor:
            statement = f"COPY payload ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
            with cursor.copy(statement) as copy:
                copy.set_types(types)
                for row in payloads:
                    copy.write_row(row)

    def _insert_staged(self, connection: sa.Connection, rows: Rows) -> None:
        if self._database.sqlite:
            written = _insert_at_once(connection, _STAGE, rows, _STAGED_AGAIN)
        else:
            statement = f"{_STAGE}({', '.join(['%s'] * len(rows[0]))}){_STAGED_AGAIN}"
            written = connection.exec_driver_sql(statement, rows).rowcount
        if written < len(rows):
            folding.stage_newer(connection, self._visit.id, rows)


def _shown(page: Page) -> Sequence[int]:
    """Return the numbers of the held records that a page shows as they are."""
    if set(map(type, page.items)) <= {int}:  # nothing to be done a hundred times on an unchanged page
        return cast("Sequence[int]", page.items)
    return [item for item in page.items if isinstance(item, int)]


def _blocks(records: list[RawRecord]) -> Iterator[list[RawRecord]]:
    """Part records into blocks of ``PACKED_BYTES``; most pages are one."""
    start = size = 0
    for place, record in enumerate(records):
        if size and size + len(record.body) > PACKED_BYTES:
            yield records[start:place]
            start, size = place, 0
        size += len(record.body)
    if records:
        yield records[start:]


def _insert_at_once(connection: sa.Connection, insert: str, rows: Rows, again: str = "") -> int:
    """Insert many rows by one statement: a sixth cheaper than one for each row, and other threads step in once.

    Returns how many were inserted.
    """
    written = 0
    for start in range(0, len(rows), _AT_ONCE):
        block = rows[start : start + _AT_ONCE]
        statement = f"{insert}{_places(len(block), len(block[0]))}{again}"
        written += tell(connection, statement, tuple(chain.from_iterable(block))).rowcount
    return written


@lru_cache(maxsize=256)  # pages of one list have one size
def _places(rows: int, columns: int) -> str:
    return ", ".join([f"({', '.join('?' * columns)})"] * rows)
