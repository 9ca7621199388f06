"""What was noticed during a visit: message codes with their facts and how often, kept with the visit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from .database import Database, tell
from .sources import json_of
from .visits import Visit, hold

Notes = dict[str, dict[str, Any]]  # code: the newest facts of its sentence, and under ``count`` how often


def note(database: Database, visit: Visit, code: str, count: int, facts: Mapping[str, Any]) -> None:
    """Add to what was noticed of a visit. Raises LeaseLost, StoreError."""
    database.write(lambda connection: add(connection, visit, {code: {**facts, "count": count}}))


def add(connection: sa.Connection, visit: Visit, notes: Mapping[str, Mapping[str, Any]]) -> None:
    """Add to what was noticed of a visit, in the caller's transaction. Raises LeaseLost."""
    if not notes:
        return
    hold(connection, visit)
    hold(connection, visit, noticed=json_of(joined(noticed(connection, visit.id), notes)))


def joined(known: Notes, more: Mapping[str, Mapping[str, Any]]) -> Notes:
    """Return notes with more of them: the newest facts, and how often in all."""
    both = dict(known)
    for code, facts in more.items():
        count = both.get(code, {}).get("count", 0) + facts["count"]
        both[code] = {**both.get(code, {}), **facts, "count": count}
    return both


def evidence(database: Database, visit: int) -> tuple[Notes, dict[str, int]]:
    """Return what was noticed of a visit, by code, and how often each repair was made."""
    with database.reading() as connection:
        found = tell(connection, "SELECT noticed, repairs FROM visit WHERE id = ?", (visit,)).fetchall()[0]
    return json.loads(found[0]), json.loads(found[1])


def noticed(connection: sa.Connection, visit: int) -> Notes:
    """Return what was noticed of a visit, by code."""
    rows = tell(connection, "SELECT noticed FROM visit WHERE id = ?", (visit,)).fetchall()
    return json.loads(rows[0][0]) if rows else {}
