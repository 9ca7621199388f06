"""What a list shows beside its ledger: renamed identifiers, another format, datestamps of this moment; and the past."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import sqlalchemy as sa

from ..judge import LIMITS, Earlier
from ..record import Ledger
from . import schema
from .database import tell
from .evidence import Shown, held_records
from .visits import Visit

# A renaming of everything shows in a sample as well: its share in 5,000 is known to ± 1.4 % (95 %), and whoever says
# that a million records are renamed must not need their memory.
SAMPLE = 5_000
RECENT = 30  # visits: a month of nights, so that the monthly sweep is among them
BELIEVED = ("published", "nothing")  # verdicts after which nothing of a list waits
ANSWERED = ("approved", "rekeyed")  # an operator has agreed: what was withdrawn by then is no longer unasked
_FEW = LIMITS["few"].value  # up to here nothing is a mass of anything: no question is asked

_staged, _record, _payload, _visit = schema.staged, schema.record, schema.payload, schema.visit


class Signs(msgspec.Struct, frozen=True):
    """Counts for the judge; see ``judge.Evidence`` for what each means."""

    renamed: int = 0
    edited: int = 0
    reformatted: int = 0
    formats: tuple[str, str] = ("", "")
    stamped: int = 0
    late: int = 0


def signs(connection: sa.Connection, visit: Visit, shown: Shown, *, whole: bool, since: str | None = None) -> Signs:
    """Look for signs that a list is not what it seems; a first visit and small differences have none.

    ``since``: what is older than this moment was to be known already, for lists of changes have shown it.
    """
    ledger = shown.ledger
    if visit.first:
        return Signs()
    renamed = _renamed(connection, visit, shown, whole) if ledger.new > _FEW and shown.held else 0
    edited = _edited(connection, visit) if ledger.changed > _FEW else (0, 0, ("", ""))
    stamped = _stamped(connection, visit) if shown.live > _FEW else 0
    late = _late(connection, visit, since) if since and ledger.new + ledger.changed else 0
    return Signs(renamed, *edited, stamped, late)


def tail(identifier: str) -> str:
    """Return the part of an identifier after its last colon: what stays when a host is renamed (P7)."""
    return identifier.rpartition(":")[2]


def _renamed(connection: sa.Connection, visit: Visit, shown: Shown, whole: bool) -> int:
    """Count new records that are held under an identifier which this list does not show alive.

    They agree in ``content``; or, where the other one is known to have vanished, in the tail of the identifier.
    """
    contents, tails, size = _sample_of_new(connection, visit)
    found: set[str] = set()
    for row in held_records(connection, visit.source):
        vanished = row.id in shown.deleted
        if row.id in shown.alive and not vanished:
            continue
        found.update(contents.get(bytes(row.content), ()))
        if vanished or whole:
            found.update(tails.get(tail(row.identifier), ()))
    return len(found) * shown.ledger.new // size if size else 0


def _sample_of_new(connection: sa.Connection, visit: Visit) -> tuple[dict[bytes, list[str]], dict[str, list[str]], int]:
    """Return new records of a visit by content and by tail; in the order of their contents, which is by chance."""
    here = (_record.c.source == visit.source) & (_record.c.identifier == _staged.c.identifier)
    question = (
        sa.select(_staged.c.identifier, _staged.c.content)
        .select_from(_staged.outerjoin(_record, here))
        .where(_staged.c.visit == visit.id, _staged.c.deleted == 0, _record.c.id.is_(None))
        .order_by(_staged.c.content)
        .limit(SAMPLE)
    )
    rows = connection.execute(question).all()
    contents: dict[bytes, list[str]] = {}
    tails: dict[str, list[str]] = {}
    for identifier, content in rows:
        contents.setdefault(bytes(content), []).append(identifier)
        tails.setdefault(tail(identifier), []).append(identifier)
    return contents, tails, len(rows)


def _edited(connection: sa.Connection, visit: Visit) -> tuple[int, int, tuple[str, str]]:
    """Count present records that say something else in the same format, and those that came in another format.

    Of the latter the content differs, but nobody changed them. Also returns the two formats.
    """
    was, now = _payload.alias("was"), _payload.alias("now")
    source = _staged.c.visit + (visit.source - visit.id)  # staged leads, as in publish.py
    other = was.c.format != now.c.format
    count = sa.func.coalesce(sa.func.sum(sa.case((other, 1), else_=0)), 0)
    # Added up and not grouped, as in ``evidence._published_slices``; of several pairs of formats one is named.
    pair = sa.func.min(sa.case((other, was.c.format + "\n" + now.c.format)))
    question = (
        sa.select(sa.func.count(), count, pair)
        .select_from(_staged)
        .join(_record, (_record.c.source == source) & (_record.c.identifier == _staged.c.identifier))
        .join(was, was.c.id == _record.c.payload)
        .join(now, now.c.id == _staged.c.payload)
        .where(
            _staged.c.visit == visit.id,
            _staged.c.deleted == 0,
            _record.c.presence == schema.PRESENT,
            _record.c.content != _staged.c.content,
        )
    )
    every, reformatted, formats = connection.execute(question).one()
    before, _, after = (formats or "").partition("\n")
    return int(every - reformatted), int(reformatted), (before, after)


def _stamped(connection: sa.Connection, visit: Visit) -> int:
    """Count records whose datestamp is not before the server's clock of the first answer (D5)."""
    clock = visit.clock or ""
    if not clock:
        return 0
    question = (
        "SELECT count(*) FROM staged WHERE visit = ? AND deleted = 0"
        " AND CASE WHEN length(datestamp) = 10 THEN datestamp >= ? ELSE datestamp >= ? END"  # 2026-11-20
    )
    return int(tell(connection, question, (visit.id, clock[:10], clock)).fetchall()[0][0])


def _late(connection: sa.Connection, visit: Visit, since: str) -> int:
    """Count what is new or says something else although its datestamp is older than what was asked for (D4, D6, D7).

    Days are compared: a server may know no seconds, or take none.
    """
    source = _staged.c.visit + (visit.source - visit.id)
    here = (_record.c.source == source) & (_record.c.identifier == _staged.c.identifier)
    question = (
        sa.select(sa.func.count())
        .select_from(_staged.outerjoin(_record, here))
        .where(
            _staged.c.visit == visit.id,
            _staged.c.deleted == 0,
            _staged.c.datestamp < since[:10],
            _staged.c.datestamp != "",
            _record.c.id.is_(None) | (_record.c.content != _staged.c.content),
        )
    )
    return int(connection.scalars(question).one())


class Past(msgspec.Struct, frozen=True):
    """What went before: believed visits, newest first, and withdrawals that broken lists published since the last."""

    earlier: tuple[Earlier, ...]
    already: int


def past(connection: sa.Connection, visit: Visit) -> Past:
    """Return what the judge must know of earlier visits; those that were taken back are not among them."""
    believed: list[Earlier] = []
    already, open_ended = 0, True
    rows = tell(connection, _BEFORE, _keys(visit)).fetchall()
    for mode, outcome, verdict, code, said, counted in rows:
        if verdict not in BELIEVED:
            continue  # what was asked, or rejected, closes nothing: its stretch of time is asked for again
        ledger = msgspec.json.decode(counted, type=Ledger)
        if outcome == "complete":
            open_ended = False
            believed.append(_earlier(mode, code, json.loads(said), ledger))
        elif open_ended and code not in ANSWERED:  # it is judged as one with what comes then
            already += ledger.withdrawn + ledger.lapsed
    if open_ended and len(rows) == RECENT:  # broken for more nights than a month has: each of them counts
        already = _since_the_last_whole(connection, visit)
    return Past(tuple(believed), already)


def _since_the_last_whole(connection: sa.Connection, visit: Visit) -> int:
    """Count the withdrawals that broken lists have published since the last whole one, however long that is ago."""
    keys = (visit.source, visit.id, visit.source)
    last = tell(connection, _LAST_WHOLE, keys).fetchall()[0][0] or 0
    rows = tell(connection, _BROKEN_SINCE, (*keys, last)).fetchall()
    ledgers = [msgspec.json.decode(counted, type=Ledger) for code, counted in rows if code not in ANSWERED]
    return sum(ledger.withdrawn + ledger.lapsed for ledger in ledgers)


def unanswered_undo(connection: sa.Connection, source: int) -> int:
    """Return the newest visit that was taken back and whose list was not believed again since; 0 for none."""
    question = "SELECT max(undoes) FROM visit WHERE source = ? AND mode = 'undo' AND open = 1"
    return tell(connection, question, (source,)).fetchall()[0][0] or 0


_EARLIER = (
    "source = ? AND id < ? AND mode NOT IN ('undo', 'retire') AND state = 2"
    " AND id NOT IN (SELECT undoes FROM visit WHERE source = ? AND undoes IS NOT NULL)"
)
_VISITS = f"FROM visit WHERE {_EARLIER}"
_BEFORE = f"SELECT mode, outcome, verdict, code, facts, ledger {_VISITS} ORDER BY id DESC LIMIT ?"
_BELIEVED_ONLY = "verdict IN ('published', 'nothing')"
_LAST_WHOLE = f"SELECT max(id) {_VISITS} AND {_BELIEVED_ONLY} AND outcome = 'complete'"
_BROKEN_SINCE = f"SELECT code, ledger {_VISITS} AND {_BELIEVED_ONLY} AND outcome <> 'complete' AND id > ?"


def _keys(visit: Visit) -> tuple[int, ...]:
    return visit.source, visit.id, visit.source, RECENT


def _earlier(mode: str, code: str, facts: dict[str, Any], ledger: Ledger) -> Earlier:
    whole, held, live = mode in ("full", "sweep"), facts.get("held", 0), facts.get("live", 0)
    return Earlier(
        whole=whole,
        held=held,
        fetched=ledger.fetched,
        live=live,
        declared=ledger.declared,
        removed=ledger.withdrawn + ledger.lapsed,
        rejected=ledger.rejected,
        lacking=max(held - (live - ledger.new) - ledger.withdrawn, 0) if whole else 0,
        approved=facts.get("asked", "") if code == "approved" else "",
    )
