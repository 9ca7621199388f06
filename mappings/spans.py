"""From one day or month to another, or until now: "5–10/9/2023", "29/6 - 1/7/2023", "từ 2018 đến nay"."""

from __future__ import annotations

import re
from collections.abc import Callable

_TO = r"\s*(?:[-–—]|đến|tới|to)\s*(?:hết\s+)?(?:ngày\s+)?"
_FROM = r"(?:từ\s+)?(?:ngày\s+)?"
_DAY = r"(\d{1,2})"
_MONTH = r"\s*[/.]\s*(\d{1,2})"
_YEAR = r"\s*[/.]\s*(\d{4})"
_NOW = r"(?:nay|hiện nay|bây giờ|present|now)"
_DAYS = re.compile(rf"{_FROM}{_DAY}(?:{_TO}|\s*(?:&|và|,)\s*){_DAY}{_MONTH}{_YEAR}")
_MONTHS = re.compile(rf"{_FROM}{_DAY}{_MONTH}{_TO}{_DAY}{_MONTH}{_YEAR}")
_WHOLE = re.compile(rf"{_FROM}{_DAY}{_MONTH}{_YEAR}{_TO}{_DAY}{_MONTH}{_YEAR}")
_STILL = re.compile(
    rf"(?:từ\s+)?(?:năm\s+|tháng\s+)?(?:(\d{{1,2}})\s*[/-]\s*)?(1[0-9]{{3}}|20[0-9]{{2}})(?:{_TO}{_NOW}|\s?[-–]$)"
)
_IN_WORDS = re.compile(r"(\d{1,2}) tháng (\d{1,2})[ ,]+năm (?=\d{4})")
_MONTHS_OF_YEAR = re.compile(rf"tháng (\d{{1,2}})(?:{_TO}(?:tháng )?)(\d{{1,2}}) ?(?:/|năm|,)? ?(?:năm )?(\d{{4}})")
_EITHER = re.compile(r"(\d{4}) (?:hoặc|hay|or|oder|ou) (\d{4})")
_MONTHS_OF_YEARS = re.compile(r"(\d{1,2})/(\d{4})\s*[-–]\s*(\d{1,2})/(\d{4})")  # "8/2019-6/2020"
_BOTH_UNSURE = re.compile(r"(\d{4})\?\s*[-–/]\s*(\d{4})\?")
_MARKED = re.compile(r"((\d{4})(?:-(\d{2})(?:-(\d{2}))?)?)\s*([?~])")  # EDTF itself

Date = Callable[..., str | None]


def span(words: str, date: Date) -> str | None:
    """Return the EDTF of an interval in small letters; ``date`` writes year, month, day if the calendar has it."""
    if match := _MONTHS_OF_YEAR.fullmatch(words):
        first, last, year = match.groups()
        return _between(date(year, first), date(year, last))
    if match := _EITHER.fullmatch(words):
        return _between(*match.groups())
    if match := _MONTHS_OF_YEARS.fullmatch(words):
        first, year, last, until = match.groups()
        return _between(date(year, first), date(until, last))
    if match := _BOTH_UNSURE.fullmatch(words):
        return _between(f"{match[1]}?", f"{match[2]}?")
    words = _IN_WORDS.sub(r"\1/\2/", words)
    if match := _DAYS.fullmatch(words):
        first, last, month, year = match.groups()
        return _between(date(year, month, first), date(year, month, last))
    if match := _MONTHS.fullmatch(words):
        first, month, last, end, year = match.groups()
        return _between(date(year, month, first), date(year, end, last))
    if match := _WHOLE.fullmatch(words):
        first, month, year, last, end, until = match.groups()
        return _between(date(year, month, first), date(until, end, last))
    if match := _STILL.fullmatch(words):
        found = date(match[2], match[1])
        return f"{found}/.." if found else None
    if match := _MARKED.fullmatch(words):
        return f"{match[1]}{match[5]}" if date(match[2], match[3], match[4]) else None
    return None


def _between(first: str | None, last: str | None) -> str | None:
    return f"{first}/{last}" if first and last and first < last else None
