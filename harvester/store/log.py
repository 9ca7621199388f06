"""The reading side of the store: the change log for every index, records with their way back, counts for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from time import gmtime
from typing import Any

import msgspec
import sqlalchemy as sa

from ..record import Change, Presence, RawRecord, key_number, key_of, key_range
from . import renaming, schema, suppressions
from .bodies import Bodies
from .database import Database
from .sources import held_now
from .suppressions import Hidden, Version
from .visits import QUESTIONS, SourceRow, source_rows

_change, _record, _payload, _source = schema.change, schema.record, schema.payload, schema.source
_fetching = schema.visit.alias("fetching")


class HistoryRow(msgspec.Struct, frozen=True):
    """One thing that happened to a record: change, visit, when (epoch seconds), what it became, what it was called."""

    sequence: int
    visit: int
    when: int
    presence: Presence
    identifier: str


class VisitRow(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as people see it: outcome and verdict with the code and facts of their sentence, and the ledger."""

    id: int
    source: str
    mode: str
    started: int
    ended: int | None
    running: bool
    outcome: str | None
    verdict: str | None
    code: str
    facts: dict[str, Any]
    ledger: dict[str, Any]
    pages: int
    fetched: int
    open: bool
    repairs: dict[str, int]
    superseded_by: int | None
    undoes: int | None


class Log:
    """Everything that may be read of a store by those who never write to it."""

    def __init__(self, database: Database, bodies: Bodies) -> None:
        self._database, self._bodies = database, bodies
        self._hidden: tuple[Version, Hidden] | None = None

    def identity(self) -> tuple[str, int, int]:
        """Return the store's id, its epoch, and the last sequence of its change log (0 for an empty one)."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(schema.identity.c.store, schema.identity.c.epoch)).one()
            last = connection.scalar(sa.select(sa.func.max(_change.c.sequence)))
        return row.store, row.epoch, last or 0

    def changes(self, after: int, limit: int) -> list[Change]:
        """Return changes above a sequence in order, at most ``limit``; the transaction has ended when it returns."""
        question = (
            _question(_change.c.presence, _change.c.after)
            .where(_change.c.sequence > after)
            .order_by(_change.c.sequence)
            .limit(limit)
        )
        return self._changes(question)

    def change_at(self, sequence: int) -> tuple[str, str] | None:
        """Return key and content hash (hexadecimal) of the change at a sequence; None where there is none."""
        said = sa.func.coalesce(_change.c.after, _change.c.before)
        question = (
            sa.select(_source.c.first_id, _record.c.identifier, _payload.c.content)
            .select_from(_change)
            .join(_record, _record.c.id == _change.c.record)
            .join(_source, _source.c.id == _record.c.source)
            .outerjoin(_payload, _payload.c.id == said)
            .where(_change.c.sequence == sequence)
        )
        with self._database.reading() as connection:
            row = connection.execute(question).one_or_none()
        return None if row is None else (key_of(row.first_id, row.identifier), bytes(row.content or b"").hex())

    def records(self, source: str, after: str, limit: int) -> list[Change]:
        """Return the present state of a source's records above an identifier, in byte order of identifiers."""
        question = (
            _state()
            .where(_source.c.name == source, _record.c.identifier > after)
            .order_by(_record.c.identifier)
            .limit(limit)
        )
        return self._changes(question)

    def every_record(self, source: str) -> Iterator[Change]:
        """Stream a source's records in blocks; no transaction stays open between them."""
        after = ""
        while block := self.records(source, after, 1000):
            yield from block
            after = block[-1].identifier

    def sample(self, source: str, limit: int) -> list[Change]:
        """Return some of a source's records as they are now: those of the smallest keys, which is as good as by lot."""
        numbers = (
            sa.select(_record.c.key_number)
            .join(_source, _source.c.id == _record.c.source)
            .where(_source.c.name == source)
            .order_by(_record.c.key_number)
            .limit(limit)
        )
        return self._changes(_state().where(_source.c.name == source, _record.c.key_number.in_(numbers)))

    def record(self, key: str) -> Change | None:
        """Return the present state of one record by its key."""
        if len(key) != 26 or not key.isascii() or not key.isalnum():
            return None
        try:
            number = key_number(key)
        except ValueError:
            return None
        found = self._changes(_state().where(_record.c.key_number == number))
        return next((change for change in found if change.key == key), None)

    def record_of(self, source: str, identifier: str) -> Change | None:
        """Return the present state of one record by its source and identifier."""
        found = self._changes(_state().where(_source.c.name == source, _record.c.identifier == identifier))
        return found[0] if found else None

    def records_of(self, keys: Sequence[str]) -> list[Change]:
        """Return the present state of these records."""
        found: list[Change] = []
        for start in range(0, len(keys), 1000):
            block = set(keys[start : start + 1000])
            numbers = [key_number(key) for key in block]
            found += [
                each for each in self._changes(_state().where(_record.c.key_number.in_(numbers))) if each.key in block
            ]
        return found

    def outline(self, prefix: str) -> list[Change]:
        """Return the present state of the records whose key begins so, without what was said, in any order."""
        low, high = key_range(prefix)
        question = _state(body=False).where(_record.c.key_number >= low, _record.c.key_number < high)
        return self._changes(question)

    def history(self, key: str) -> list[HistoryRow]:
        """Return what happened to a record, oldest first, also under identifiers that its source gave it before."""
        record = self.record(key)
        if record is None:
            return []
        visit = schema.visit
        columns = (_change.c.sequence, _change.c.visit, visit.c.ended, visit.c.started, _change.c.presence)
        question = (
            sa.select(*columns, _record.c.identifier)
            .select_from(_change)
            .join(_record, _record.c.id == _change.c.record)
            .join(_source, _source.c.id == _record.c.source)
            .outerjoin(visit, visit.c.id == _change.c.visit)
            .order_by(_change.c.sequence)
        )
        with self._database.reading() as connection:
            names = [record.identifier, *renaming.formerly(connection, record.source, record.identifier)]
            own = (_source.c.name == record.source) & _record.c.identifier.in_(names)
            rows = connection.execute(question.where(own)).all()
        return [
            HistoryRow(
                row.sequence,
                row.visit,
                row.ended or row.started or 0,
                schema.PRESENCES[row.presence],  # type: ignore[arg-type]  # the tuple holds exactly the presences
                row.identifier,
            )
            for row in rows
        ]

    def renamed_to(self, record: Change) -> str | None:
        """Return the key of what a source calls a record now that it has renamed it; None where it did not."""
        with self._database.reading() as connection:
            name = renaming.now_called(connection, record.source, record.identifier)
        found = self.record_of(record.source, name) if name is not None else None
        return found.key if found is not None else None

    def sources(self) -> dict[str, SourceRow]:
        """Return what is known of every source."""
        return source_rows(self._database)

    def visited_now(self) -> frozenset[str]:
        """Return the names of the sources that a process is visiting or deciding on at this moment."""
        return held_now(self._database)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the numbers of present, missing and withdrawn records of every source, by its name."""
        columns = (_source.c.name, _source.c.present, _source.c.missing, _source.c.withdrawn)
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(*columns)).all()
        return {row[0]: dict(zip(schema.PRESENCES, row[1:], strict=True)) for row in rows}

    def last_visits(self) -> dict[str, VisitRow]:
        """Return the newest visit of every source, by the source's name."""
        visit = schema.visit
        newest = sa.select(sa.func.max(visit.c.id)).group_by(visit.c.source)
        return {row.source: row for row in self.visits(visit.c.id.in_(newest))}

    def visit(self, number: int) -> VisitRow | None:
        """Return one visit."""
        return next(iter(self.visits(schema.visit.c.id == number)), None)

    def open_questions(self) -> dict[str, VisitRow]:
        """Return the visit of every source that waits for an answer, by the source's name."""
        visit = schema.visit
        asked = (visit.c.open == 1) & visit.c.verdict.in_(QUESTIONS)
        return {row.source: row for row in self.visits(asked)}

    def rejected(self, visit: int) -> dict[str, int]:
        """Count the rejected records of a visit by code."""
        table = schema.rejected
        question = sa.select(table.c.code, sa.func.count()).where(table.c.visit == visit).group_by(table.c.code)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(question)}

    def visits(self, which: sa.ColumnElement[bool], limit: int | None = None) -> list[VisitRow]:
        """Return the visits that a condition names, newest first."""
        visit = schema.visit
        question = sa.select(visit, _source.c.name).join(_source, _source.c.id == visit.c.source).where(which)
        question = question.order_by(visit.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(question).all()
        return [
            VisitRow(
                id=row.id,
                source=row.name,
                mode=row.mode,
                started=row.started,
                ended=row.ended,
                running=row.state != schema.ENDED,
                outcome=row.outcome,
                verdict=row.verdict,
                code=row.code,
                facts=json.loads(row.facts),
                ledger=json.loads(row.ledger),
                pages=row.pages,
                fetched=row.fetched,
                open=bool(row.open),
                repairs=json.loads(row.repairs),
                superseded_by=row.superseded_by,
                undoes=row.undoes,
            )
            for row in rows
        ]

    def _changes(self, question: sa.Select[Any]) -> list[Change]:
        with self._database.reading() as connection:
            rows = connection.execute(question).all()
            hidden = self._take_downs(connection)
            return [self._change(connection, row, hidden) for row in rows]

    def _take_downs(self, connection: sa.Connection) -> Hidden:
        """Return what must not be shown: read again only where it has changed, however many there are."""
        version = suppressions.version(connection)
        if self._hidden is None or self._hidden[0] != version:
            if self._hidden is not None and self._hidden[0].epoch != version.epoch:
                self._bodies.forget()
            self._hidden = version, suppressions.hidden(connection)
        return self._hidden[1]

    def _change(self, connection: sa.Connection, row: sa.Row[Any], hidden: Hidden) -> Change:
        # The columns of _question in their order: asking a row for a name costs more than anything else here.
        sequence, presence, source, first_id, identifier, fingerprint, form, *payload = tuple[Any, ...](row)
        dictionary, context, datestamp, sets, content, body, started = payload
        content = content or b""
        suppressed = hidden.hides(first_id, identifier, content)
        raw = None
        if presence != schema.WITHDRAWN and body and not suppressed:
            raw = RawRecord(
                identifier,
                datestamp,
                tuple(sets.split("\n")) if sets else (),
                False,
                form,
                self._bodies.unpack(connection, body, dictionary),
                self._bodies.context_text(connection, context),
                fingerprint,
                content,
                _year(started) if started else 0,
            )
        # The tuple of presences holds exactly the words of the type.
        word: Presence = schema.PRESENCES[presence]  # type: ignore[assignment]
        return Change(
            sequence or 0, key_of(first_id, identifier), source, identifier, word, content, raw, suppressed=suppressed
        )


def _question(presence: sa.ColumnElement[int], said: sa.ColumnElement[Any], *, body: bool = True) -> sa.Select[Any]:
    return (
        sa.select(
            _change.c.sequence,
            presence.label("presence"),
            _source.c.name,
            _source.c.first_id,
            _record.c.identifier,
            _record.c.fingerprint,
            _payload.c.format,
            _payload.c.dictionary,
            _payload.c.context,
            _payload.c.datestamp,
            _payload.c.sets,
            _payload.c.content,
            _payload.c.body if body else sa.null().label("body"),
            _fetching.c.started,
        )
        .select_from(_change)
        .join(_record, _record.c.id == _change.c.record)
        .join(_source, _source.c.id == _record.c.source)
        .outerjoin(_payload, _payload.c.id == said)
        .outerjoin(_fetching, _fetching.c.id == schema.visit_of(_payload.c.id))
    )


@lru_cache(maxsize=1024)  # the records of a visit are fetched in one year
def _year(seconds: int) -> int:
    return gmtime(seconds).tm_year


@cache  # making it anew takes almost half as long as asking it
def _state(*, body: bool = True) -> sa.Select[Any]:
    """Ask for records as they are now, each with the sequence of its last change."""
    newest = sa.select(sa.func.max(_change.c.sequence)).where(_change.c.record == _record.c.id).correlate(_record)
    question = _question(_record.c.presence, _record.c.payload, body=body)
    return question.where(_change.c.sequence == newest.scalar_subquery())
