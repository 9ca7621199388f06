"""Pages kept whole as they came: those that were repaired, and those that could not be accepted."""

from __future__ import annotations

import json

import sqlalchemy as sa
import zstandard

from ..page import Buffer, let_go
from ..record import Kept
from . import erasing, schema
from .database import Database
from .visits import Visit, hold

_table = schema.kept
_PIECE = 8 * 1024 * 1024


def keep(database: Database, visit: Visit, kept: Kept) -> None:
    """Put a page that was not accepted on disk. Raises LeaseLost, StoreError."""
    table = schema.source

    def job(connection: sa.Connection) -> None:
        number = insert(connection, visit, [kept])
        first_id = connection.scalar(sa.select(table.c.first_id).where(table.c.id == visit.source)) or ""
        erasing.keep_out(connection, visit.id, first_id, kept=number)

    database.write(job)


def _packed(body: Buffer) -> bytes:
    """Compress a page a piece at a time, so that a large one, which is on disk, need not be in memory."""
    packer, pieces = zstandard.ZstdCompressor().compressobj(size=len(body)), []
    for start in range(0, len(body), _PIECE):
        pieces.append(packer.compress(body[start : start + _PIECE]))
        let_go(body)
    return b"".join([*pieces, packer.flush()])


def insert(connection: sa.Connection, visit: Visit, pages: list[Kept]) -> int:
    """Add pages to those kept of a visit and count their repairs on it, in the caller's transaction.

    Returns the number of the first of them.
    """
    hold(connection, visit)
    repairs: dict[str, int] = json.loads(
        connection.scalars(sa.select(schema.visit.c.repairs).where(schema.visit.c.id == visit.id)).one()
    )
    number = connection.scalar(sa.select(sa.func.max(_table.c.number)).where(_table.c.visit == visit.id))
    first = 0 if number is None else number + 1
    rows = []
    for place, page in enumerate(pages, first):
        for name, count in page.repairs.items():
            repairs[name] = repairs.get(name, 0) + count
        rows.append(
            {
                "visit": visit.id,
                "number": place,
                "code": page.code,
                "place": page.place,
                "repairs": json.dumps(page.repairs, sort_keys=True),
                "body": _packed(page.body),
            }
        )
    connection.execute(_table.insert(), rows)
    values = {"repairs": json.dumps(repairs, sort_keys=True)}
    connection.execute(schema.visit.update().where(schema.visit.c.id == visit.id).values(values))
    return first
