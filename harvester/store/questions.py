"""Open questions: what waits for an operator, and what an answer writes down before anything follows from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from ..errors import LeaseLost, Refused
from ..record import Ledger
from . import renaming, schema, undo, visits
from .database import Database
from .publish import clear, supersede
from .visits import QUESTIONS, Ending, Lease, Visit, hold_lease, row_to_visit

_visit = schema.visit


class Question(msgspec.Struct, frozen=True):
    """A visit whose verdict waits for an answer, with the code and facts of its sentence and its ledger."""

    visit: Visit
    verdict: str
    code: str
    facts: dict[str, Any]
    ledger: Ledger


def asked(database: Database, number: int) -> Question:
    """Return the open question of a visit.

    Raises Refused: no_visit, visit_superseded with the number that took its place, no_question.
    """
    with database.reading() as connection:
        row = connection.execute(sa.select(_visit).where(_visit.c.id == number)).one_or_none()
        if row is None:
            raise Refused("no_visit", visit=number)
        if row.superseded_by is not None:
            raise Refused("visit_superseded", visit=number, newer=_newest(connection, row.superseded_by))
    if not row.open or row.verdict not in QUESTIONS or row.state != schema.ENDED:
        raise Refused("no_question", visit=number)
    ledger = msgspec.json.decode(row.ledger, type=Ledger)
    return Question(row_to_visit(row), row.verdict, row.code, json.loads(row.facts), ledger)


def source_of(database: Database, number: int) -> int:
    """Return the source of a visit. Raises Refused no_visit."""
    with database.reading() as connection:
        found = connection.scalar(sa.select(_visit.c.source).where(_visit.c.id == number))
    if found is None:
        raise Refused("no_visit", visit=number)
    return int(found)


# --- answers: each is written down in one transaction before anything follows from it ---------------------------------


def approve(
    database: Database,
    lease: Lease,
    question: Question,
    ending_of: Callable[[int | None], Ending],
    *,
    rekey: bool = False,
) -> Visit:
    """Say that a question was approved; from here on its visit is publishing, whoever finishes it.

    ``rekey``: renamed records are paired with what they were, and ``ending_of`` is told how many those are. Raises
    Refused not_renamed where there are none.
    """
    visit = question.visit

    def job(connection: sa.Connection) -> Visit:
        hold_lease(connection, lease)
        pairs = renaming.pair(connection, visit) if rekey else None
        if pairs == 0:
            raise Refused("not_renamed", visit=visit.id)
        _answer(connection, lease, visit, {**_publishing(ending_of(pairs)), "fence": lease.fence})
        return row_to_visit(connection.execute(sa.select(_visit).where(_visit.c.id == visit.id)).one())

    return database.write(job)


def reject(database: Database, lease: Lease, question: Question, facts: dict[str, Any]) -> None:
    """Say that a question was rejected: what it staged is dropped, and the next list is asked for in full."""
    visit = question.visit

    def job(connection: sa.Connection) -> None:
        said = json.dumps(facts, ensure_ascii=False, sort_keys=True)
        _answer(connection, lease, visit, {"open": 0, "code": "list_rejected", "facts": said})
        clear(connection, visit.id)
        hold_lease(connection, lease, next_mode="full")

    database.write(job)


def _answer(connection: sa.Connection, lease: Lease, visit: Visit, values: dict[str, Any]) -> None:
    """Write an answer down where the question is still open. Raises LeaseLost."""
    hold_lease(connection, lease)
    still = (_visit.c.id == visit.id) & (_visit.c.open == 1) & (_visit.c.state == schema.ENDED)
    if connection.execute(_visit.update().where(still).values(values)).rowcount != 1:
        raise LeaseLost
    _abandon(connection, visit)


def begin(database: Database, lease: Lease, mode: str, ending: Ending) -> Visit:
    """Open a visit of our own, which asks nobody and takes the place of what is open or unfinished."""
    return database.write(lambda connection: _begin(connection, database, lease, mode, ending))


def begin_undo(
    database: Database, lease: Lease, number: int, ending_of: Callable[[undo.Extent, bool], Ending]
) -> Visit:
    """Open the visit that takes another one back; ``ending_of`` is told whether that restores what a source said.

    Raises Refused: no_visit, visit_running, undone_already, nothing_to_undo.
    """

    def job(connection: sa.Connection) -> Visit:
        hold_lease(connection, lease)
        undone = _ended(connection, number)
        extent = undo.extent(connection, number)
        if not extent.restored:
            raise Refused("nothing_to_undo", visit=number, skipped=extent.skipped)
        again = _restores(connection, number)  # what is taken back was a taking back: the source is believed again
        answered = (_visit.c.id == number) & (_visit.c.mode == "undo")
        connection.execute(_visit.update().where(answered).values(open=0))
        more = {"undoes": number, "clock": undone.clock, "open": int(not again)}
        return _begin(connection, database, lease, "undo", ending_of(extent, again), **more)

    return database.write(job)


def _restores(connection: sa.Connection, number: int) -> bool:
    """Say whether taking back a visit restores what a source said: its own taking back is one of an odd number."""
    odd, undone = False, connection.scalar(sa.select(_visit.c.undoes).where(_visit.c.id == number))
    while undone is not None:
        odd, undone = not odd, connection.scalar(sa.select(_visit.c.undoes).where(_visit.c.id == undone))
    return odd


def _begin(
    connection: sa.Connection, database: Database, lease: Lease, mode: str, ending: Ending, **more: Any
) -> Visit:
    visit = visits.insert(connection, database, lease, mode)
    connection.execute(_visit.update().where(_visit.c.id == visit.id).values({**_publishing(ending), **more}))
    _abandon(connection, visit)
    supersede(connection, visit)
    return row_to_visit(connection.execute(sa.select(_visit).where(_visit.c.id == visit.id)).one())


def _publishing(ending: Ending) -> dict[str, Any]:
    return {**ending.values(), "state": schema.PUBLISHING, "ending": msgspec.json.encode(ending).decode()}


def _ended(connection: sa.Connection, number: int) -> Any:
    """Return a visit that has ended and was not taken back. Raises Refused."""
    columns = (_visit.c.state, _visit.c.clock)
    row = connection.execute(sa.select(*columns).where(_visit.c.id == number)).one_or_none()
    if row is None:
        raise Refused("no_visit", visit=number)
    if row.state != schema.ENDED:
        raise Refused("visit_running", visit=number)
    newer = None
    while (by := connection.scalar(sa.select(_visit.c.id).where(_visit.c.undoes == (newer or number)))) is not None:
        newer = by
    if newer is not None:
        raise Refused("undone_already", visit=number, newer=newer)
    return row


def _newest(connection: sa.Connection, number: int) -> int:
    """Follow those that took a question's place to the last of them."""
    while (further := connection.scalar(sa.select(_visit.c.superseded_by).where(_visit.c.id == number))) is not None:
        number = further
    return number


def _abandon(connection: sa.Connection, by: Visit) -> None:
    """End a visit that was interrupted or deferred: it was compared with records that are not so any more."""
    unfinished = (_visit.c.source == by.source) & (_visit.c.id != by.id) & (_visit.c.state == schema.RUNNING)
    for number in list(connection.scalars(sa.select(_visit.c.id).where(unfinished))):
        clear(connection, number)
        facts = json.dumps({"by": by.id})
        values = {"state": schema.ENDED, "outcome": None, "code": "abandoned", "facts": facts, "checkpoint": None}
        connection.execute(_visit.update().where(_visit.c.id == number).values({**values, "superseded_by": by.id}))
