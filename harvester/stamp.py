"""Moments: a server's own clock, read leniently and compared with nothing but itself; and the clock of Việt Nam."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# Real servers send fractions, offsets, small letters, no signs in between and no Z at all (D9, D10) where the standard
# wants YYYY-MM-DDThh:mm:ssZ.
_STAMP = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d))?(?:[.,]\d+)?\s*([Zz]|[+-]\d\d(?::?\d\d)?)?)?"
)
# As the standard wants it: what is valid of this needs no writing anew (a fifth of the price, and most are so).
_STANDARD = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
SECONDS = "%Y-%m-%dT%H:%M:%SZ"
VIETNAM = timezone(timedelta(hours=7))  # there is no summer time


def moment(text: str) -> datetime | None:
    """Read a responseDate or datestamp as a moment in UTC; None where it cannot be read."""
    match = _STAMP.match(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}"
    try:
        read = datetime.fromisoformat(f"{year}-{month}-{day}T{clock}{'+00:00' if zone in (None, 'Z', 'z') else zone}")
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clock_of(read: datetime) -> str:
    """Write a moment in UTC as a normalised clock.

    strftime would give the year 221 three digits, and nobody could read it again.
    """
    return read.isoformat(timespec="seconds").replace("+00:00", "Z")


def normalised(text: str) -> str | None:
    """Return a server's clock as ``YYYY-MM-DDThh:mm:ssZ``; None where it cannot be read."""
    if _STANDARD.fullmatch(text):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return None
        return text
    read = moment(text)
    return None if read is None else clock_of(read)


def of_header(text: str) -> str | None:
    """Return the header Date (RFC 9110, 5.6.7) as a normalised clock; None where it cannot be read."""
    try:
        read = parsedate_to_datetime(text)
        # Of -0000 Python makes a moment of no zone; it is UTC (RFC 5322, 3.3).
        return clock_of(read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def of_seconds(moment: int) -> str:
    """Return epoch seconds as a normalised clock."""
    return datetime.fromtimestamp(moment, UTC).strftime(SECONDS)


def vietnamese_time(moment: int) -> str:
    """Write epoch seconds for people in Việt Nam: 21/11/2026 02:00."""
    return datetime.fromtimestamp(moment, VIETNAM).strftime("%d/%m/%Y %H:%M")


def seconds(text: str | None) -> int:
    """Return a normalised clock in epoch seconds; 0 for none."""
    read = moment(text or "")
    return 0 if read is None else int(read.timestamp())


def earlier(text: str, by: timedelta) -> str:
    """Return a moment before a normalised clock, or after it; the first or the last that there is instead of none."""
    read = moment(text)
    assert read is not None
    try:
        return clock_of(read - by)
    except OverflowError:
        return clock_of((datetime.min if by > timedelta(0) else datetime.max).replace(tzinfo=UTC))


def in_granularity(text: str, granularity: str) -> str:
    """Write a moment in the server's granularity; an unknown one is taken for days, which every server must know.

    OAI-PMH 2.0, 3.3 and 4.2: ``YYYY-MM-DD`` or ``YYYY-MM-DDThh:mm:ssZ``.
    """
    return text if granularity.strip().lower() == "yyyy-mm-ddthh:mm:ssz" else text[:10]
