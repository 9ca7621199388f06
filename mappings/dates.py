"""Dates as sources write them, to EDTF (ISO 8601-2): the day stands before the month and is never swapped.

Libraries that guess make 9 May of "05/09/2019"; here what is not certain is not understood, and said so.
"""

from __future__ import annotations

import re
from functools import lru_cache

EARLIEST_YEAR = 1400  # older than any printed book that a repository describes; a smaller number is a mistake

_YEAR = r"(1[0-9]{3}|20[0-9]{2})"
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TIMESTAMP = re.compile(r"(\d{4})-(\d{2})-(\d{2})[t ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:z|utc|[+-]\d{2}:?\d{2})?")
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/.]\s*(\d{1,2})(?:\s*[/.]\s*(\d{1,2}))?")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{4})")
_WORDS = re.compile(rf"(?:ngày\s+(\d{{1,2}})[\s,/-]+)?(?:tháng|thg\.?)\s*(\d{{1,2}})\s*(?:[,/-]|năm|\s)+\s*{_YEAR}")
_SCHOOL_YEAR = re.compile(rf"(?:(?:năm học|niên khóa|niên khoá|nh)\s*:?\s*)?{_YEAR}\s*[-–—/]\s*{_YEAR}")
_SHORT_RANGE = re.compile(r"(\d{2})(\d{2})\s*[-–/]\s*(\d{2})")
_ENGLISH_MONTH = re.compile(rf"({_MONTH})\.?,?\s+{_YEAR}")
_ENGLISH_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+({_MONTH})\.?,?\s+{_YEAR}")
_ENGLISH_MONTH_FIRST = re.compile(rf"({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}")
_ABOUT = re.compile(rf"(?:ca?\.|circa|khoảng|about)\s*(?:năm\s*)?{_YEAR}")
_MARKED = re.compile(rf"(?:c|©|cop\.|copyright|năm|nxb|in)\s*{_YEAR}")
_UNSURE = re.compile(rf"{_YEAR}\s*\?")
_DECADE = re.compile(r"(1[0-9]|20)([0-9])(?:[-x?]\??|0s)")
_SEASONS = ("21", "22", "23", "24")  # 2019-21 is the spring of 2019 in EDTF and 2019 to 2021 elsewhere
_INTERVAL = re.compile(r"(\S+)\s*/\s*(\S+)")
_WRAPPED = "[](){}.,; "


@lru_cache(maxsize=20_000)
def parse(text: str) -> str | None:
    """Return EDTF for a date in words or figures, None where it is not understood.

    "05/09/2019" is 2019-09-05; "12/25/2014" has no month 25 and is not understood; "1950?" stays "1950?", "ca. 1930"
    becomes "1930~", "199-" "199X", "2023-2024" "2023/2024". Times of day are left out.
    """
    words = " ".join(text.lower().split()).strip(_WRAPPED)
    if words.endswith((")", "]")) or not words:
        return None
    for read in _READERS:
        found = read(words)
        if found:
            return found
    return None


@lru_cache(maxsize=20_000)
def is_timestamp(text: str) -> bool:
    """Say that a date carries a time of day: repositories write so when they took something in."""
    return _TIMESTAMP.fullmatch(text.strip().lower()) is not None


def year_of(date: str) -> int | None:
    """Return the (first) year of an EDTF date that this module made."""
    digits = date[:4].replace("X", "0")
    return int(digits) if digits.isdecimal() else None


def is_plausible(date: str, latest_year: int) -> bool:
    """Say that a date lies between 1400 and ``latest_year``."""
    year = year_of(date)
    return year is not None and EARLIEST_YEAR <= year <= latest_year


def _date(year: str, month: str | int | None = None, day: str | int | None = None) -> str | None:
    """Write a date if the calendar has it."""
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        return None
    if day is None:
        return f"{year}-{int(month):02d}"
    leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    last = 28 if int(month) == 2 and not leap else _DAYS[int(month) - 1]
    return f"{year}-{int(month):02d}-{int(day):02d}" if 1 <= int(day) <= last else None


def _iso(words: str) -> str | None:
    for form in (_ISO, _BASIC, _YEAR_FIRST):
        match = form.fullmatch(words)
        if match:
            return _date(*match.groups())
    match = _TIMESTAMP.fullmatch(words)
    return _date(*match.groups()) if match else None


def _figures(words: str) -> str | None:
    match = _DAY_FIRST.fullmatch(words)
    if match:
        return _date(match[3], match[2], match[1])
    match = _MONTH_YEAR.fullmatch(words)
    return _date(match[2], match[1]) if match else None


def _vietnamese(words: str) -> str | None:
    match = _WORDS.fullmatch(words)
    return _date(match[3], match[2], match[1]) if match else None


def _english(words: str) -> str | None:
    match = _ENGLISH_MONTH.fullmatch(words)
    if match:
        return _date(match[2], _MONTHS[match[1]])
    match = _ENGLISH_DAY_FIRST.fullmatch(words)
    if match:
        return _date(match[3], _MONTHS[match[2]], match[1])
    match = _ENGLISH_MONTH_FIRST.fullmatch(words)
    return _date(match[3], _MONTHS[match[1]], match[2]) if match else None


def _years(words: str) -> str | None:
    match = _SCHOOL_YEAR.fullmatch(words)
    if match:
        return f"{match[1]}/{match[2]}" if match[1] < match[2] else None
    match = _SHORT_RANGE.fullmatch(words)  # 1948-50; 2011-12 is a month and was read before
    if not match or match[3] <= match[2] or match[3] in _SEASONS:
        return None
    return f"{match[1]}{match[2]}/{match[1]}{match[3]}"


def _unsure(words: str) -> str | None:
    for form, sign in ((_ABOUT, "~"), (_UNSURE, "?"), (_MARKED, "")):
        match = form.fullmatch(words)
        if match:
            return match[1] + sign
    match = _DECADE.fullmatch(words)
    return f"{match[1]}{match[2]}X" if match else None


def _interval(words: str) -> str | None:
    match = _INTERVAL.fullmatch(words)
    ends = [_iso(end) for end in match.groups()] if match else []
    return "/".join(end for end in ends if end) if len(ends) == 2 and all(ends) else None


_READERS = (_iso, _figures, _vietnamese, _english, _years, _unsure, _interval)
