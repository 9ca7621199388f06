"""What is kept of visits, for people: open questions, pages kept whole, rejected records with their bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import msgspec
import sqlalchemy as sa
import zstandard

from ..errors import Refused
from ..record import key_of
from . import questions, renaming, schema, undo
from .database import Database
from .log import Log, VisitRow
from .notes import Notes, noticed
from .renaming import Renamed
from .suppressions import Veil, veil
from .visits import QUESTIONS

_BLOCK = 1_000
_visit, _rejected, _kept = schema.visit, schema.rejected, schema.kept


class KeptPage(msgspec.Struct, frozen=True):
    """A page kept whole: why (a message code), where it came from, which repairs it needed, and its bytes."""

    number: int
    code: str
    place: str
    repairs: dict[str, int]
    body: bytes


class RejectedRecord(msgspec.Struct, frozen=True):
    """A record that could not be read: what could be read of its identifier, why (a message code), and its bytes."""

    number: int
    identifier: str | None
    code: str
    body: bytes


class Waiting(msgspec.Struct, frozen=True):
    """What an open question would do: records that it publishes, withdraws, and calls missing, and some of each."""

    additions: int = 0
    removals: int = 0
    missing: int = 0
    examples: dict[str, list[str]] = {}


class Skipped(msgspec.Struct, frozen=True):
    """A record that was not taken back because a later visit had changed it."""

    key: str
    identifier: str


class Inspection:
    """Look at visits; nothing is changed."""

    def __init__(self, database: Database, log: Log) -> None:
        self._database, self._log = database, log

    def visits(self, sources: frozenset[str] | None, *, open_only: bool, limit: int) -> list[VisitRow]:
        """Return visits, newest first: of all sources or of some, and only those that wait for an answer if asked."""
        conditions: list[sa.ColumnElement[bool]] = []
        if sources is not None:
            conditions.append(schema.source.c.name.in_(sources))
        if open_only:
            conditions += [_visit.c.open == 1, _visit.c.verdict.in_(QUESTIONS)]
        return self._log.visits(sa.and_(sa.true(), *conditions), limit)

    def visit(self, number: int) -> VisitRow:
        """Return one visit. Raises Refused no_visit."""
        found = self._log.visit(number)
        if found is None:
            raise Refused("no_visit", visit=number)
        return found

    def noticed(self, visit: int) -> Notes:
        """Return what was noticed on the way and by the judge."""
        with self._database.reading() as connection:
            return noticed(connection, visit)

    def _veil(self, visit: int) -> Veil:
        with self._database.reading() as connection:
            return veil(connection, connection.scalars(sa.select(_visit.c.source).where(_visit.c.id == visit)).one())

    def kept(self, visit: int) -> Iterator[KeptPage]:
        """Walk through the pages of a visit that are kept whole, one at a time: a page may be large.

        The bytes of one that names a record that was taken down are not given, nor is the question that named it.
        """
        veiled = self._veil(visit)
        numbers = sa.select(_kept.c.number).where(_kept.c.visit == visit).order_by(_kept.c.number)
        with self._database.reading() as connection:
            every = list(connection.scalars(numbers))
        for number in every:
            question = sa.select(_kept).where(_kept.c.visit == visit, _kept.c.number == number)
            with self._database.reading() as connection:
                row = connection.execute(question).one()
            body = zstandard.decompress(row.body)
            shown = b"" if veiled.covers(body) else body
            place = row.place.partition("?")[0] if veiled.covers(unquote_to_bytes(row.place)) else row.place
            yield KeptPage(row.number, row.code, place, json.loads(row.repairs), shown)

    def rejected(self, visit: int) -> Iterator[RejectedRecord]:
        """Walk through the records of a visit that could not be read; of one that was taken down only its fault."""
        veiled = self._veil(visit)
        last = -1
        while True:
            question = sa.select(_rejected).where(_rejected.c.visit == visit, _rejected.c.number > last)
            with self._database.reading() as connection:
                rows = connection.execute(question.order_by(_rejected.c.number).limit(_BLOCK)).all()
            for row in rows:
                body = zstandard.decompress(row.body)
                hides = veiled.hides(row.identifier) or (row.identifier is None and veiled.covers(body))
                name, said = (None, b"") if hides else (row.identifier, body)
                yield RejectedRecord(row.number, name, row.code, said)
            if len(rows) < _BLOCK:
                return
            last = rows[-1].number

    def waiting(self, visit: int, examples: int = 10) -> Waiting:
        """Count what waits for an answer, with the identifiers of some of it."""
        staged, absent, record = schema.staged, schema.absent, schema.record
        live = staged.c.deleted == 0
        ids = sa.select(staged.c.identifier, sa.case((live, "additions"), else_="removals").label("kind"))
        unshown = sa.case((absent.c.presence == schema.MISSING, "missing"), else_="removals").label("kind")
        missing = sa.select(record.c.identifier, unshown).join(record, record.c.id == absent.c.record)
        both = sa.union_all(
            ids.where(staged.c.visit == visit), missing.where(absent.c.visit == visit)
        ).subquery()  # fmt: skip
        counts = sa.select(both.c.kind, sa.func.count()).group_by(both.c.kind)
        veiled = self._veil(visit)
        some = sa.select(both.c.identifier).order_by(both.c.identifier).limit(examples + len(veiled.names))
        with self._database.reading() as connection:
            found: dict[str, int] = {row[0]: row[1] for row in connection.execute(counts)}
            every = {kind: list(connection.scalars(some.where(both.c.kind == kind))) for kind in found}
        shown = {kind: [name for name in names if not veiled.hides(name)][:examples] for kind, names in every.items()}
        return Waiting(**found, examples=shown)

    def renamed(self, visit: int, limit: int) -> list[Renamed]:
        """Return some of the records that a held list has renamed, as ``approve --rekey`` would pair them."""
        question, veiled = questions.asked(self._database, visit), self._veil(visit)
        with self._database.reading() as connection:
            pairs = renaming.preview(connection, question.visit, limit + len(veiled.names))
        return [each for each in pairs if not veiled.hides(each.former)][:limit]

    def skipped(self, visit: VisitRow) -> list[Skipped]:
        """Return the records that taking a visit back left alone."""
        if visit.undoes is None:
            return []
        with self._database.reading() as connection:
            rows = undo.skipped(connection, visit.id, visit.undoes)
        veiled = self._veil(visit.id)
        names = [(key_of(first_id, identifier), identifier) for first_id, identifier in rows]
        return [Skipped(key, "" if veiled.hides(identifier) else identifier) for key, identifier in names]
