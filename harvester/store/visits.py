"""Visits: how one begins and who may write for it, where it stands, how it ended; sources stand in ``sources.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ..errors import LeaseLost
from ..record import Ledger
from ..urls import same_place
from . import schema
from .database import Database, tell, update
from .sources import ASKED_SET as ASKED_SET
from .sources import LEASE_SECONDS as LEASE_SECONDS
from .sources import RELEASED as RELEASED
from .sources import Lease as Lease
from .sources import SourceRow as SourceRow
from .sources import add_learned as add_learned
from .sources import asked_set as asked_set
from .sources import beat as beat
from .sources import claim as claim
from .sources import claimed, json_of, now_asking, registered
from .sources import describe as describe
from .sources import hold_lease as hold_lease
from .sources import holder as holder
from .sources import is_dead as is_dead
from .sources import learn as learn
from .sources import myself as myself
from .sources import release as release
from .sources import source_row as source_row
from .sources import source_rows as source_rows

QUESTIONS = ("held", "additions")  # verdicts that wait for an operator


class Visit(msgspec.Struct, kw_only=True):
    """One attempt to ask one source, as the store knows it."""

    id: int
    source: int
    fence: int
    mode: str
    first: bool
    state: int
    since: str | None = None
    clock: str | None = None
    pages: int = 0
    fetched: int = 0
    rejected: int = 0
    payloads: int = 0
    declared: int | None = None
    checkpoint: bytes | None = None
    outcome: str | None = None
    undoes: int | None = None

    @property
    def lease(self) -> Lease:
        """The lease under which it is written."""
        return Lease(self.source, self.fence)


_VISIT = ", ".join(Visit.__struct_fields__)
_UNFINISHED = f"SELECT {_VISIT} FROM visit WHERE source = ? AND state <> 2 ORDER BY state DESC, id LIMIT 1"  # noqa: S608


def _visit(row: Sequence[Any]) -> Visit:
    """Make a visit of its columns in the order of ``_VISIT``."""
    visit = Visit(**dict(zip(Visit.__struct_fields__, row, strict=True)))
    visit.first = bool(visit.first)
    return visit


class Entered(NamedTuple):
    """A source whose lease was taken: its row, and its unfinished visit (``begun``: one that was opened just now).

    ``former`` is the address at which that visit stands, where sources.yaml has another one meanwhile.
    """

    row: SourceRow
    lease: Lease
    visit: Visit
    begun: bool
    former: str = ""


Plan = Callable[[SourceRow], tuple[str, str | None]]  # of a new visit: in which mode it asks, and since when


def enter(database: Database, name: str, was: str | None, url: str, plan: Plan, chosen: str = "") -> Entered:
    """Do in one transaction what every visit begins with: register, claim, look for an unfinished visit, or open one.

    ``chosen`` is the set that a new visit asks for, empty for the whole source. Raises Busy, StoreError.
    """

    def job(connection: sa.Connection) -> Entered:
        before = registered(connection, database, name, was, url)
        lease, row = claimed(connection, database, before.id, url)
        visit = _unfinished(connection, before.id)
        if visit is not None:
            return Entered(row, lease, visit, False, "" if same_place(before.url, url) else before.url)
        return _opened(connection, database, lease, plan, chosen)

    return database.write(job)


def begin_next(database: Database, lease: Lease, plan: Plan, chosen: str, *, anew: bool = False) -> Entered:
    """Open the next visit of a source whose lease is held, once the one before has ended. Raises LeaseLost.

    ``anew``: that one was of another address, and what it has learned of time says nothing of this one.
    """

    def job(connection: sa.Connection) -> Entered:
        if anew:
            hold_lease(connection, lease, watermark=None, next_mode="full")
        return _opened(connection, database, lease, plan, chosen)

    return database.write(job)


def _opened(connection: sa.Connection, database: Database, lease: Lease, plan: Plan, chosen: str) -> Entered:
    """Open a visit in the caller's transaction; the first one that asks for another set than before says so."""
    row, former = now_asking(connection, lease, chosen)
    mode, since = plan(row)
    changed = {} if former is None else {"set_changed": {"set": chosen, "was": former, "count": 1}}
    return Entered(row, lease, insert(connection, database, lease, mode, since=since, noticed=json_of(changed)), True)


def unfinished(database: Database, source: int) -> Visit | None:
    """Return the visit that was interrupted, deferred, or killed while it published; None if there is none.

    One that was killed while it published comes first: it is the older one, or it was approved since.
    """
    with database.reading() as connection:
        return _unfinished(connection, source)


def _unfinished(connection: sa.Connection, source: int) -> Visit | None:
    rows = tell(connection, _UNFINISHED, (source,)).fetchall()
    return _visit(rows[0]) if rows else None


def row_to_visit(row: Any) -> Visit:
    """Make a visit of its row."""
    names = Visit.__struct_fields__
    return Visit(**{**{name: getattr(row, name) for name in names}, "first": bool(row.first)})


def begin(database: Database, lease: Lease, mode: str, since: str | None) -> Visit:
    """Open a visit; it is a first one where nothing of the source was ever held."""
    return database.write(lambda connection: insert(connection, database, lease, mode, since=since))


def insert(connection: sa.Connection, database: Database, lease: Lease, mode: str, **more: Any) -> Visit:
    """Open a visit in the caller's transaction."""
    hold_lease(connection, lease)
    held = tell(connection, "SELECT id FROM record WHERE source = ? LIMIT 1", (lease.source,)).fetchall()
    values = {
        "source": lease.source,
        "mode": mode,
        "first": int(not held),
        "state": schema.RUNNING,
        "fence": lease.fence,
        "started": database.now(),
        **more,
    }
    names, places = ", ".join(values), ", ".join("?" * len(values))
    statement = f"INSERT INTO visit ({names}) VALUES ({places}) RETURNING {_VISIT}"  # noqa: S608 - names of columns
    return _visit(tell(connection, statement, tuple(values.values())).fetchall()[0])


def resume(database: Database, lease: Lease, visit: Visit) -> Visit | None:
    """Go on with an unfinished visit under a new fence; None where whoever had it before has just ended it."""
    table = schema.visit
    values: dict[str, Any] = {"fence": lease.fence}
    if visit.state == schema.RUNNING:  # what was decided stays written down
        values |= {"outcome": None, "code": "", "facts": "{}"}
    unfinished = (table.c.id == visit.id) & (table.c.state != schema.ENDED)

    def job(connection: sa.Connection) -> Visit | None:
        hold_lease(connection, lease)
        row = connection.execute(table.update().where(unfinished).values(values).returning(*table.c)).one_or_none()
        return None if row is None else row_to_visit(row)

    return database.write(job)


def turn_full(database: Database, visit: Visit) -> None:
    """Say that a visit asks for everything, whatever it was opened for. Raises LeaseLost."""
    database.write(lambda connection: hold(connection, visit, mode="full", since=None))
    visit.mode, visit.since = "full", None


def pause(database: Database, visit: Visit, outcome: str | None, code: str, facts: Mapping[str, Any]) -> None:
    """Leave a visit open with its checkpoint: deferred, or (outcome None) interrupted."""
    due_at = int(facts.get("until_seconds", 0) or 0)

    def job(connection: sa.Connection) -> None:
        hold(connection, visit, outcome=outcome, code=code, facts=json_of(facts))
        if due_at:
            hold_lease(connection, Lease(visit.source, visit.fence), due_at=due_at)

    database.write(job)


# The condition under which a write for a visit is still allowed: it has not ended (2), and it and its source are ours.
# Both tokens are asked: whoever claims a source is its only writer from that moment, also before the unfinished visit
# carries the new fence.
_OURS = (
    "id = ? AND fence = ? AND state <> 2"
    " AND EXISTS (SELECT 1 FROM source WHERE source.id = visit.source AND source.fence = ?)"
)


def hold(connection: sa.Connection, visit: Visit, **values: Any) -> None:
    """Write to the visit's row, or only lock it until the transaction ends: the first statement of every write.

    Raises LeaseLost where another process has taken the source.
    """
    tokens = (visit.id, visit.fence, visit.fence)
    if update(connection, "visit", values, _OURS, tokens).rowcount != 1:
        raise LeaseLost


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a visit ended: outcome, verdict, the code and facts of its sentence, the ledger, and what follows.

    None for ``watermark`` and what stands below it leaves what the source has.
    """

    outcome: str
    verdict: str | None
    code: str = ""
    facts: dict[str, Any] = {}
    ledger: Ledger = Ledger()
    next_mode: str
    noticed: dict[str, dict[str, Any]] = {}  # codes and facts of what else was noticed
    watermark: str | None
    due_at: int | None = None
    failures: int | None = None
    swept_at: int | None = None  # absence was looked for in the whole list (epoch seconds)
    reread: str | None = None  # how far the slow reading of everything anew has come
    restart: bool = False  # the watermark is given up: what comes next is a full list
    rekey: bool = False  # renamed records are linked to what they were, and those are withdrawn

    def values(self) -> dict[str, Any]:
        """Return the columns of the visit that this ending fills."""
        return {
            "outcome": self.outcome,
            "verdict": self.verdict,
            "code": self.code,
            "facts": json_of(self.facts),
            "ledger": json_of(msgspec.to_builtins(self.ledger)),
            "open": int(self.verdict in QUESTIONS),
        }


def ending_of(database: Database, visit: Visit) -> Ending:
    """Return the ending that was decided for a visit before its publishing was killed."""
    with database.reading() as connection:
        text = connection.scalar(sa.select(schema.visit.c.ending).where(schema.visit.c.id == visit.id))
    return msgspec.json.decode(text or "", type=Ending)
