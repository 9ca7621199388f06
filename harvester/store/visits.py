"""Sources and their visits: who may write (lease and fence), where a visit stands, how it ended."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from ..errors import Busy, LeaseLost, StoreError
from ..record import Ledger
from . import schema
from .database import Database

QUESTIONS = ("held", "additions")  # verdicts that wait for an operator
LEASE_SECONDS = 120  # without a heartbeat for two minutes a process counts as gone


class Lease(msgspec.Struct, frozen=True):
    """The right to write for one source until somebody takes it over; every write names its fence."""

    source: int
    fence: int


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


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the store knows of a source beside its records."""

    id: int
    name: str
    first_id: str
    url: str
    next_mode: str
    watermark: str | None
    learned: dict[str, Any]
    set_names: dict[str, str]
    described: dict[str, Any]
    due_at: int
    failures: int
    retired: bool
    swept_at: int
    reread: str | None
    held: int


def myself() -> str:
    """Name this process so that nobody else can ever be it: machine, boot, process id and its start time."""
    return json.dumps({"host": socket.gethostname(), "boot": _boot(), "pid": os.getpid(), "start": _start(os.getpid())})


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _start(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_dead(holder: str) -> bool:
    """Say whether the process that ``myself`` named is of this machine and certainly gone."""
    try:
        named = json.loads(holder)
    except ValueError:
        return False
    if not named or named.get("host") != socket.gethostname() or not _boot():
        return False
    return bool(named.get("boot") != _boot() or named.get("start") != _start(int(named.get("pid", 0))))


def register(database: Database, name: str, was: str | None, url: str) -> SourceRow:
    """Return a source's row, making it at first sight; a former id hands over its records and keys."""
    table = schema.source

    def job(connection: sa.Connection) -> SourceRow:
        row = connection.execute(sa.select(table).where(table.c.name == name)).one_or_none()
        if row is None and was:
            connection.execute(table.update().where(table.c.name == was).values(name=name))
            row = connection.execute(sa.select(table).where(table.c.name == name)).one_or_none()
        if row is None:
            # An id that a source once had first may come back under another source only with other keys.
            # In a store that is made anew, the former id is the first one: keys and take-downs stay what they were.
            first = was or name
            taken = connection.scalar(sa.select(table.c.id).where(table.c.first_id == first))
            first_id = first if taken is None else f"{name}#{database.now()}"
            connection.execute(table.insert().values(name=name, first_id=first_id, url=url))
        row = connection.execute(sa.select(table).where(table.c.name == name)).one()
        return _source_row(row)

    return database.write(job)


def _source_row(row: sa.Row[Any]) -> SourceRow:
    return SourceRow(
        id=row.id,
        name=row.name,
        first_id=row.first_id,
        url=row.url,
        next_mode=row.next_mode,
        watermark=row.watermark,
        learned=json.loads(row.learned),
        set_names=json.loads(row.set_names),
        described=json.loads(row.described),
        due_at=row.due_at,
        failures=row.failures,
        retired=bool(row.retired),
        swept_at=row.swept_at,
        reread=row.reread,
        held=row.present + row.missing,
    )


def source_row(database: Database, source: int) -> SourceRow:
    """Return one source's row."""
    with database.reading() as connection:
        return _source_row(connection.execute(sa.select(schema.source).where(schema.source.c.id == source)).one())


def source_rows(database: Database) -> dict[str, SourceRow]:
    """Return every source that the store knows, by name."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(schema.source)).all()
    return {row.name: _source_row(row) for row in rows}


def learn(database: Database, lease: Lease, learned: Mapping[str, Any], set_names: Mapping[str, str]) -> None:
    """Keep what a visit learned about a source; new set names are added to the known ones."""
    table = schema.source

    def job(connection: sa.Connection) -> None:
        hold_lease(connection, lease)
        held = connection.execute(sa.select(table.c.learned, table.c.set_names).where(_fenced(lease))).one()
        facts = {**json.loads(held.learned), **learned}
        names = {**json.loads(held.set_names), **set_names}
        values = {"learned": _json(facts), "set_names": _json(names)}
        hold_lease(connection, lease, **values)

    database.write(job)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _fenced(lease: Lease) -> sa.ColumnElement[bool]:
    return (schema.source.c.id == lease.source) & (schema.source.c.fence == lease.fence)


def hold_lease(connection: sa.Connection, lease: Lease, **values: Any) -> None:
    """Write to the source's row, or only lock it until the transaction ends. Raises LeaseLost.

    Whoever claims the source meanwhile waits (PostgreSQL) and then sees what was written here.
    """
    table = schema.source
    values = values or {"fence": table.c.fence}
    if connection.execute(table.update().where(_fenced(lease)).values(values)).rowcount != 1:
        raise LeaseLost


def describe(database: Database, described: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what sources.yaml says of sources, so that a mistake there or a source that left changes no record."""
    table = schema.source
    known = source_rows(database)
    changed = {name: facts for name, facts in described.items() if name in known and known[name].described != facts}
    if not changed:
        return

    def job(connection: sa.Connection) -> None:
        for name, facts in changed.items():
            connection.execute(table.update().where(table.c.name == name).values(described=_json(facts)))

    database.write(job)


def claim(database: Database, source: int, url: str | None = None) -> Lease:
    """Take the lease of a source; one of a dead process of this machine at once, any other when it has run out.

    Another ``url`` than before keeps id and records and makes the next visit full. Raises Busy, and StoreError
    store_exchanged where the store was restored under this process.
    """
    table = schema.source
    now, me = database.now(), myself()

    def job(connection: sa.Connection) -> Lease:
        if database.epoch is not None and connection.scalar(sa.select(schema.identity.c.epoch)) != database.epoch:
            raise StoreError("store_exchanged", where=database.where)
        held = connection.execute(sa.select(table).where(table.c.id == source)).one()
        if held.lease_by and held.lease_until > now and not is_dead(held.lease_by):
            raise Busy(holder=holder(held.lease_by))
        # Compare-and-set on what was read: on PostgreSQL two may have read it together.
        same = (table.c.id == source) & (table.c.fence == held.fence) & (table.c.lease_until == held.lease_until)
        values: dict[str, Any] = {"fence": table.c.fence + 1, "lease_by": me, "lease_until": now + LEASE_SECONDS}
        if url is not None and (held.url != url or held.retired):
            values |= {"url": url, "watermark": None, "next_mode": "full", "retired": 0}
        fence = connection.scalar(table.update().where(same).values(values).returning(table.c.fence))
        if fence is None:
            raise Busy(holder="?")
        return Lease(source, fence)

    return database.write(job)


def holder(lease_by: str) -> str:
    """Say who holds a lease, for people."""
    named = json.loads(lease_by or "{}")
    return f"{named.get('host', '?')}, pid {named.get('pid', '?')}"


def beat(database: Database, leases: Sequence[Lease]) -> None:
    """Renew leases; one that was lost is simply not renewed, its next write says so."""
    table, until = schema.source, database.now() + LEASE_SECONDS

    def job(connection: sa.Connection) -> None:
        for lease in leases:
            connection.execute(table.update().where(_fenced(lease)).values(lease_until=until))

    database.write(job)


def release(database: Database, lease: Lease) -> None:
    """Give a lease back."""
    table = schema.source
    values = {"lease_by": "", "lease_until": 0}
    database.write(lambda connection: connection.execute(table.update().where(_fenced(lease)).values(values)) and None)


def unfinished(database: Database, source: int) -> Visit | None:
    """Return the visit that was interrupted, deferred, or killed while it published; None if there is none.

    One that was killed while it published comes first: it is the older one, or it was approved since.
    """
    table = schema.visit
    question = sa.select(table).where(table.c.source == source, table.c.state != schema.ENDED)
    question = question.order_by(table.c.state.desc(), table.c.id)
    with database.reading() as connection:
        row = connection.execute(question).first()
    return None if row is None else row_to_visit(row)


def row_to_visit(row: Any) -> Visit:
    """Make a visit of its row."""
    names = Visit.__struct_fields__
    return Visit(**{**{name: getattr(row, name) for name in names}, "first": bool(row.first)})


def begin(database: Database, lease: Lease, mode: str, since: str | None) -> Visit:
    """Open a visit; it is a first one where nothing of the source was ever held."""
    return database.write(lambda connection: insert(connection, database, lease, mode, since=since))


def insert(connection: sa.Connection, database: Database, lease: Lease, mode: str, **more: Any) -> Visit:
    """Open a visit in the caller's transaction."""
    table, records = schema.visit, schema.record
    hold_lease(connection, lease)
    held = connection.scalar(sa.select(records.c.id).where(records.c.source == lease.source).limit(1))
    values = {
        "source": lease.source,
        "mode": mode,
        "first": int(held is None),
        "state": schema.RUNNING,
        "fence": lease.fence,
        "started": database.now(),
        **more,
    }
    row = connection.execute(table.insert().values(values).returning(*table.c)).one()
    return row_to_visit(row)


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


def pause(database: Database, visit: Visit, outcome: str | None, code: str, facts: Mapping[str, Any]) -> None:
    """Leave a visit open with its checkpoint: deferred, or (outcome None) interrupted."""
    due_at = int(facts.get("until_seconds", 0) or 0)

    def job(connection: sa.Connection) -> None:
        hold(connection, visit, outcome=outcome, code=code, facts=_json(facts))
        if due_at:
            hold_lease(connection, Lease(visit.source, visit.fence), due_at=due_at)

    database.write(job)


def fenced(visit: Visit) -> sa.ColumnElement[bool]:
    """Return the condition under which a write for this visit is still allowed: it runs, and the source is still ours.

    Both tokens are asked: whoever claims a source is its only writer from that moment, also before the unfinished
    visit carries the new fence.
    """
    table, sources = schema.visit, schema.source
    ours = sa.exists().where(sources.c.id == table.c.source, sources.c.fence == visit.fence)
    return (table.c.id == visit.id) & (table.c.fence == visit.fence) & (table.c.state != schema.ENDED) & ours


def hold(connection: sa.Connection, visit: Visit, **values: Any) -> None:
    """Write to the visit's row, or only lock it until the transaction ends: the first statement of every write.

    Raises LeaseLost where another process has taken the source.
    """
    table = schema.visit
    values = values or {"fence": table.c.fence}
    if connection.execute(table.update().where(fenced(visit)).values(values)).rowcount != 1:
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
            "facts": _json(self.facts),
            "ledger": _json(msgspec.to_builtins(self.ledger)),
            "open": int(self.verdict in QUESTIONS),
        }


def ending_of(database: Database, visit: Visit) -> Ending:
    """Return the ending that was decided for a visit before its publishing was killed."""
    with database.reading() as connection:
        text = connection.scalar(sa.select(schema.visit.c.ending).where(schema.visit.c.id == visit.id))
    return msgspec.json.decode(text or "", type=Ending)
