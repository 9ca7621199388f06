"""Parsers of figures: durations, ages, dates."""

from __future__ import annotations

import re

from . import dates
from .rows import Row
from .rule import Found, Job, Rule
from .vietnamese import line

_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_SPOKEN = re.compile(r"(?:(\d+)\s*(?:giờ|h|hours?))?\s*(?:(\d+)\s*(?:phút|p|minutes?|min)?)?", re.IGNORECASE)
_MINUTES = (525_600, 43_800, 10_080, 1440, 60, 1, 1 / 60)  # of a year, month, week, day, hour, minute, second


def minutes(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read a duration in minutes: ISO 8601 (PT1H30M), a clock (1:30:00), or words (90 phút, 1 giờ 30 phút)."""
    found: list[Found] = []
    for row in rows:
        value = _minutes(line(row[1]))
        if value:
            found.append((value, row))
        elif value is None and row[1].strip():
            job.problem("unclear_duration", rule.field, row[0], row[1].strip())
    return found


def _minutes(words: str) -> int | None:
    match_ = _DURATION.fullmatch(words)
    try:
        if match_ and len(words) > 1:
            if not any(match_.groups()[4:]):  # P8W: how long a course runs, not how long one learns
                return None
            parts = zip(match_.groups(), _MINUTES, strict=True)
            return min(round(sum(float(part) * size for part, size in parts if part)), 10_000_000)
        clock, spoken = _CLOCK.fullmatch(words), _SPOKEN.fullmatch(words)
        if clock:
            return int(clock[1]) * 60 + int(clock[2])
        if spoken and any(spoken.groups()) and not words.isdecimal():
            return int(spoken[1] or 0) * 60 + int(spoken[2] or 0)
    except ValueError:  # "1.2.3" is no number
        return None
    return None


_AGES = re.compile(r"(?:từ\s*)?(\d{1,2})\s*(?:(?:-|–|đến|to)\s*(\d{1,2})?|\+)?\s*(?:tuổi|years?)?", re.IGNORECASE)


def age_min(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read the youngest age of "7-9", "16+", "6 tuổi", in years."""
    return _ages(rows, rule, job, 0)


def age_max(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read the oldest age of "7-9" or "6 tuổi", in years; "16+" has none."""
    return _ages(rows, rule, job, 1)


def _ages(rows: list[Row], rule: Rule, job: Job, end: int) -> list[Found]:
    found: list[Found] = []
    for row in rows:
        words = line(row[1])
        ages = _AGES.fullmatch(words)
        if ages is None:
            if words and rule.unknown:
                job.problem("unclear_age", rule.field, row[0], words)
            continue
        alone = not re.search(r"[-–+]|đến|to", words)
        value = ages[1] if end == 0 or alone else ages[2]
        if value:
            found.append((int(value), row))
    return found


def issued(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read the dates of Dublin Core and choose the earliest that is no time of deposit (DSpace says two of those)."""
    if len(rows) > 1:
        plain = [row for row in rows if not dates.is_timestamp(row[1])]
        if not plain and len({row[1][:10] for row in rows}) < len(rows):
            job.problem("only_deposit_dates", rule.field, rows[0][0], rows[0][1].strip())
            return []
        rows = plain or rows
    return date(rows, rule, job)


def latest_date(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read dates to EDTF, the latest first: of several edits the last one counts."""
    return date(rows, rule, job)[::-1]


def date(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read dates to EDTF, the earliest first; what is unclear or not plausible is noted and left out."""
    found: list[Found] = []
    for row in rows:
        value, year = dates.dated(row[1])
        if value is None:
            if row[1].strip():
                job.problem("unclear_date", rule.field, row[0], row[1].strip())
        elif dates.is_plausible(year, job.latest_year):
            found.append((value, row))
        else:
            job.problem("implausible_date", rule.field, row[0], row[1].strip())
    return sorted(found, key=lambda pair: str(pair[0])) if len(found) > 1 else found
