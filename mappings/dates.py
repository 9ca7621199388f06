"""Dates as Vietnamese repositories write them, to EDTF level 0: day before month, never swapped."""

from __future__ import annotations

import re
from functools import lru_cache

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\s.*)?")
_MONTH_YEAR = re.compile(r"(\d{1,2})[/-](\d{4})")
_WORDS = re.compile(r"(?:ngày\s+(\d{1,2})\s+)?tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_YEAR = re.compile(r"(?:năm\s+|\[?c?|\()(\d{4})[\])?.]*", re.IGNORECASE)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
OLDEST, YOUNGEST = 1000, 2100  # outside: a misread number, not a year


@lru_cache(maxsize=20_000)
def edtf(text: str) -> str:
    """Return ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; an empty string for what is no date."""
    text = text.strip()
    match = _ISO.fullmatch(text)
    if match:
        return _date(match[1], match[2], match[3])
    match = _DAY_FIRST.fullmatch(text)
    if match:
        return _date(match[3], match[2], match[1])
    match = _WORDS.search(text)
    if match:
        return _date(match[3], match[2], match[1])
    match = _MONTH_YEAR.fullmatch(text)
    if match:
        return _date(match[2], match[1], None)
    match = _YEAR.fullmatch(text)
    return _date(match[1], None, None) if match else ""


def _date(year: str, month: str | None, day: str | None) -> str:
    if not OLDEST <= int(year) <= YOUNGEST:
        return ""
    if month is None or not 1 <= int(month) <= 12:
        return year if month is None else ""
    if day is None:
        return f"{year}-{int(month):02d}"
    return f"{year}-{int(month):02d}-{int(day):02d}" if 1 <= int(day) <= _DAYS[int(month) - 1] else ""


def issued(texts: list[str]) -> str:
    """Choose the date of publication among several: DSpace says accessioned, available and issued, the first two alike.

    A plain date wins over a moment with hours (the time of ingest); among plain ones the earliest.
    """
    read = [(bool(re.search(r"[T ]\d\d:", text)), edtf(text)) for text in texts]
    plain = sorted(date for moment, date in read if date and not moment)
    moments = sorted(date for moment, date in read if date and moment)
    return (plain or moments or [""])[0]
