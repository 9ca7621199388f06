"""Moments, windows between them, and what the datestamps of a list show. Pure.

Both bounds are inclusive, and a day means a whole day of UTC (OAI-PMH 2.0, 2.7.1; D12): windows overlap by one
unit, so that nothing falls between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import unescape

from ...record import LONGEST_IDENTIFIER
from ...stamp import clock_of, earlier, in_granularity, moment, normalised
from .checkpoint import Stretch, Walk

DAY, MONTH = timedelta(days=1), timedelta(days=30)
PROTOCOL = (
    "2001-01-01T00:00:00Z"  # OAI-PMH is of that year: windows begin here, what is older is in the first, open one
)
# Clocks differ and a day has two names at +7: what is a day outside of a window was not asked for.
TOLERANCE = DAY
# None of these may read on and on from each of many beginnings: a record can be made of beginnings only.
_STAMP = re.compile(rb"<(?:[\w.-]++:)?date[sS]tamp[^<>]*+>([^<]*+)</")
_IDENTIFIER = re.compile(rb"<(?:[\w.-]++:)?identifier[^<>]*+>([^<]*+)</")
SAMPLED = 5  # datestamps looked at on a page: first, last and between; to read all of them would cost a tenth of a page


def unit(form: str) -> timedelta:
    """Return the step of a form of dates: ``seconds`` or ``day``."""
    return timedelta(seconds=1) if form == "seconds" else DAY


def written(text: str, form: str) -> str:
    """Write a normalised moment in a form: ``seconds`` or ``day``."""
    return in_granularity(text, "YYYY-MM-DDThh:mm:ssZ" if form == "seconds" else "YYYY-MM-DD")


def at(text: str) -> datetime:
    """Read a normalised moment."""
    read = moment(text)
    assert read is not None
    return read


def normal(read: datetime) -> str:
    """Write a moment as a normalised clock."""
    return clock_of(read.astimezone(UTC))


def is_old(since: str, now: str) -> bool:
    """Say whether a month has passed between two moments of a server's clock."""
    return at(now) - at(since) >= MONTH


def halved(stretch: Stretch, oldest: str, newest: str, form: str) -> tuple[Stretch, Stretch] | None:
    """Split a list in time into two that overlap by one unit; None where it is too short for that.

    ``oldest`` and ``newest`` stand for open ends, which stay open: earliestDatestamp is often wrong (D4).
    """
    low, high = at(stretch.since or max(oldest, PROTOCOL)), at(stretch.until or newest)
    step = unit(form)
    if high - low < 2 * step:
        return None
    middle = at(written(normal(low + (high - low) / 2), form))
    if middle - step < low or middle + step > high:
        return None
    return cut(stretch, normal(middle), normal(middle))


def cut(stretch: Stretch, until: str, since: str) -> tuple[Stretch, Stretch]:
    """Make two windows of a list: one up to ``until``, one from ``since``."""
    return (
        Stretch(stretch.verb, stretch.since, until, "part", known=stretch.known),
        Stretch(stretch.verb, since, stretch.until, "part", known=stretch.known),
    )


def outside(stretch: Stretch, stamps: Sequence[str | None]) -> int:
    """Count the datestamps that lie more than a day outside of what was asked for."""
    low = earlier(stretch.since, TOLERANCE) if stretch.since else ""
    high = earlier(stretch.until, -2 * TOLERANCE) if stretch.until else "9999"  # a whole day, and a day
    return sum(stamp is not None and not low <= stamp <= high for stamp in stamps)


def stamps_of(records: Sequence[bytes], *, every: bool = False) -> list[str | None]:
    """Read datestamps from records' bytes, some of them or all; None where one is missing or unreadable."""
    chosen = range(len(records)) if every else sampled(len(records))
    return [normalised(_text(found)) if found else None for found in _found(records, chosen)]


def _found(records: Sequence[bytes], chosen: Sequence[int]) -> list[re.Match[bytes] | None]:
    return [_STAMP.search(records[place]) for place in chosen]


def sampled(count: int) -> Sequence[int]:
    """Return the places that are looked at on a page of so many records."""
    if count <= SAMPLED:
        return range(count)
    return [place * (count - 1) // (SAMPLED - 1) for place in range(SAMPLED)]


def name_of(record: bytes) -> str:
    """Read the identifier from a record's bytes, as a header gives it; empty where there is none."""
    found = _IDENTIFIER.search(record)
    return unescape(_text(found))[:LONGEST_IDENTIFIER] if found else ""


def _text(found: re.Match[bytes]) -> str:
    return found[1].strip().decode("utf-8", "replace")


def follow(walk: Walk, stamps: Sequence[str | None]) -> None:
    """Note what the datestamps of a page show: whether they ever go back, the newest and the oldest."""
    for stamp in stamps:
        if stamp is None:
            walk.ordered = False
            continue
        walk.ordered = walk.ordered and stamp >= walk.last
        walk.last = max(walk.last, stamp)
        walk.oldest = min(walk.oldest or stamp, stamp)
