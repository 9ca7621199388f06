"""Sources: what the store knows of each beside its records, and who may write for it (lease and fence)."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ..errors import Busy, LeaseLost, StoreError
from . import schema
from .database import Database, tell, update, upsert

LEASE_SECONDS = 120  # without a heartbeat for two minutes a process counts as gone
ASKED_SET = "set"  # among what is learned: the set that was asked for last, empty for the whole source


class Lease(msgspec.Struct, frozen=True):
    """The right to write for one source until somebody takes it over; every write names its fence."""

    source: int
    fence: int


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


class _Source(NamedTuple):
    """The columns of ``source`` that a visit needs."""

    id: int
    name: str
    first_id: str
    url: str
    next_mode: str
    watermark: str | None
    learned: str
    set_names: str
    described: str
    due_at: int
    failures: int
    retired: int
    swept_at: int
    reread: str | None
    present: int
    missing: int


_COLUMNS = ", ".join(_Source._fields)
_NAMED = f"SELECT {_COLUMNS} FROM source WHERE name = ?"  # noqa: S608 - the names are those above
_NUMBERED = f"SELECT {_COLUMNS} FROM source WHERE id = ?"  # noqa: S608 - as above


def myself() -> str:
    """Name this process so that nobody else can ever be it: machine, boot, process id and its start time."""
    return _named_process(os.getpid())


@lru_cache(maxsize=1)  # every visit asks under the lock of the writer; after a fork the number is another one
def _named_process(pid: int) -> str:
    return json.dumps({"host": socket.gethostname(), "boot": _boot(), "pid": pid, "start": _start(pid)})


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


def registered(connection: sa.Connection, database: Database, name: str, was: str | None, url: str) -> SourceRow:
    """Return a source's row, making it at first sight; a former id hands over its records and keys."""
    table = schema.source
    row = _named(connection, name)
    if row is None and was:
        connection.execute(table.update().where(table.c.name == was).values(name=name))
        row = _named(connection, name)
    if row is None:
        # An id that a source once had first may come back under another source only with other keys.
        # In a store that is made anew, the former id is the first one: keys and take-downs stay what they were.
        first = was or name
        taken = connection.scalar(sa.select(table.c.id).where(table.c.first_id == first))
        first_id = first if taken is None else f"{name}#{database.now()}"
        made = upsert(database, table).values(name=name, first_id=first_id, url=url)
        connection.execute(made.on_conflict_do_nothing())  # two first harvests of one list may make it at once
        row = _named(connection, name)
    assert row is not None
    return row


def _named(connection: sa.Connection, name: str) -> SourceRow | None:
    rows = tell(connection, _NAMED, (name,)).fetchall()
    return _source_row(_Source(*rows[0])) if rows else None


def _source_row(row: Any) -> SourceRow:
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


# Names of sets, and letters of them with their codes: in one row, twice what a visit reads of a server.
_MOST_SETS, _SET_LETTERS = 100_000, 8_000_000


def source_rows(database: Database) -> dict[str, SourceRow]:
    """Return every source that the store knows, by name."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(schema.source)).all()
    return {row.name: _source_row(row) for row in rows}


def learn(database: Database, lease: Lease, learned: Mapping[str, Any], set_names: Mapping[str, str]) -> None:
    """Keep what a visit learned about a source; new set names are added to the known ones."""
    database.write(lambda connection: add_learned(connection, lease, learned, set_names))


def add_learned(
    connection: sa.Connection, lease: Lease, learned: Mapping[str, Any], set_names: Mapping[str, str]
) -> None:
    """Keep what was learned, in the caller's transaction. Raises LeaseLost."""
    hold_lease(connection, lease)
    question = "SELECT learned, set_names FROM source WHERE id = ?"
    held = tell(connection, question, (lease.source,)).fetchall()[0]
    facts, names = json.loads(held[0]) | dict(learned), json.loads(held[1]) | dict(set_names)
    if len(names) > _MOST_SETS or sum(map(len, names)) + sum(map(len, names.values())) > _SET_LETTERS:
        names = dict(set_names)  # a server that names others every night: what it names now is what there is
    hold_lease(connection, lease, learned=json_of(facts), set_names=json_of(names))


def json_of(value: object) -> str:
    """Write a value as the store keeps it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _fenced(lease: Lease) -> sa.ColumnElement[bool]:
    return (schema.source.c.id == lease.source) & (schema.source.c.fence == lease.fence)


def hold_lease(connection: sa.Connection, lease: Lease, **values: Any) -> None:
    """Write to the source's row, or only lock it until the transaction ends. Raises LeaseLost.

    Whoever claims the source meanwhile waits (PostgreSQL) and then sees what was written here.
    """
    if update(connection, "source", values, "id = ? AND fence = ?", (lease.source, lease.fence)).rowcount != 1:
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
            connection.execute(table.update().where(table.c.name == name).values(described=json_of(facts)))

    database.write(job)


def claim(database: Database, source: int, url: str | None = None) -> Lease:
    """Take the lease of a source; one of a dead process of this machine at once, any other when it has run out.

    Another ``url`` than before keeps id and records and makes the next visit full. Raises Busy, and StoreError
    store_exchanged where the store was restored under this process.
    """
    return database.write(lambda connection: claimed(connection, database, source, url)[0])


def claimed(connection: sa.Connection, database: Database, source: int, url: str | None) -> tuple[Lease, SourceRow]:
    """Take a lease in the caller's transaction; also returns the source's row as it is from here on."""
    epoch = tell(connection, "SELECT epoch FROM identity").fetchall()
    if database.epoch is not None and (epoch[0][0] if epoch else None) != database.epoch:
        raise StoreError("store_exchanged", where=database.where)
    question = "SELECT lease_by, lease_until, fence, url, retired, name FROM source WHERE id = ?"
    lease_by, lease_until, fence, former, retired, name = tell(connection, question, (source,)).fetchall()[0]
    now = database.now()
    if lease_by and lease_until > now and not is_dead(lease_by):
        raise Busy(holder=holder(lease_by), source=name)
    values: dict[str, Any] = {"fence": fence + 1, "lease_by": myself(), "lease_until": now + LEASE_SECONDS}
    if url is not None and (former != url or retired):
        values |= {"url": url, "watermark": None, "next_mode": "full", "retired": 0}
    # Compare-and-set on what was read: on PostgreSQL two may have read it together.
    unclaimed, returning = "id = ? AND fence = ? AND lease_until = ?", f"RETURNING {_COLUMNS}"
    rows = update(connection, "source", values, unclaimed, (source, fence, lease_until), returning).fetchall()
    if not rows:
        raise Busy(holder="?", source=name)
    return Lease(source, fence + 1), _source_row(_Source(*rows[0]))


def asked_set(learned: Mapping[str, Any]) -> dict[str, str]:
    """Return of what was learned which set was asked for; nothing where that was the whole source."""
    return {ASKED_SET: learned[ASKED_SET]} if learned.get(ASKED_SET) else {}


def now_asking(connection: sa.Connection, lease: Lease, chosen: str) -> tuple[SourceRow, str | None]:
    """Note which set of a source is asked for; another one than before makes its next visits full until one is good.

    What the new set has beside the former one is old: a list of changes would never show it. Returns the source's row
    as it is from here on, and the former set; None where it is the same, or where nobody knows. Raises LeaseLost.
    """
    hold_lease(connection, lease)
    row = _source_row(_Source(*tell(connection, _NUMBERED, (lease.source,)).fetchall()[0]))
    former = row.learned.get(ASKED_SET)
    if former == chosen:
        return row, None
    learned = {**row.learned, ASKED_SET: chosen}
    anew: dict[str, Any] = {} if former is None else {"watermark": None, "next_mode": "full"}
    hold_lease(connection, lease, learned=json_of(learned), **anew)
    return msgspec.structs.replace(row, learned=learned, **anew), former


def held_now(database: Database) -> frozenset[str]:
    """Return the names of the sources that a living process holds at this moment."""
    columns, now = (schema.source.c.name, schema.source.c.lease_by), database.now()
    with database.reading() as connection:
        rows = connection.execute(sa.select(*columns).where(schema.source.c.lease_until > now)).all()
    return frozenset(row.name for row in rows if row.lease_by and not is_dead(row.lease_by))


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


RELEASED = {"lease_by": "", "lease_until": 0}


def release(database: Database, lease: Lease) -> None:
    """Give a lease back."""
    table = schema.source
    database.write(
        lambda connection: connection.execute(table.update().where(_fenced(lease)).values(RELEASED)) and None
    )
