"""The slow reading of everything anew: at every visit a slice of the source, the whole of it within a month. Pure.

It heals what no list of changes shows: records that became visible with an old datestamp, edits that left the
datestamp as it was, a wrong earliestDatestamp (D4, D6, D7).
"""

from __future__ import annotations

import msgspec

from ...stamp import earlier
from .checkpoint import Stretch
from .dates import DAY, MONTH, PROTOCOL, at, normal

SMALLEST = 100  # records, a usual page: a smaller slice waits for a later visit, so that small sources are asked less


class Cursor(msgspec.Struct, omit_defaults=True):
    """How far the reading has come: up to which datestamp, at which moment of the server's clock."""

    clock: str
    until: str = ""


def next_slice(saved: str | None, held: int, oldest: str, since: str, clock: str) -> tuple[Stretch | None, str]:
    """Return the slice to read at this visit, and how far it has come then.

    ``held`` is how many records are held, ``oldest`` the first datestamp, ``since`` the moment from which this visit
    reads anyway. The first slice has no beginning: records may be older than the server says.
    """
    cursor = msgspec.json.decode(saved, type=Cursor) if saved else Cursor(earlier(clock, DAY))
    first, end = at(max(oldest, PROTOCOL)), at(since)
    passed = min(at(clock) - at(cursor.clock), MONTH)
    if end - first < DAY or (passed < MONTH and held * (passed / MONTH) < SMALLEST):
        return None, _saved(Cursor(min(clock, cursor.clock), cursor.until))  # a clock may go back
    begin = max(at(cursor.until), first) if cursor.until else first
    until = begin + (end - first) * (passed / MONTH)
    last = until >= end
    slice_ = Stretch("ListRecords", cursor.until or None, since if last else normal(until), "reread")
    return slice_, _saved(Cursor(clock, "" if last else normal(until)))


def all_read(clock: str) -> str:
    """Return where the reading stands after a full list: everything was read at this moment of the server's clock."""
    return _saved(Cursor(clock))


def _saved(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
