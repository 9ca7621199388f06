"""Ranges as people write them: dates by year, month or day, minutes, years of age."""

from __future__ import annotations

import re

from .query import RANGES, QuestionError, Range

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_DATES = ("issued", "modified")


class RangeError(QuestionError):
    """An end of a range that is none: the field, which end (from or to), and what was written."""

    def __init__(self, field: str, end: str, text: str) -> None:
        super().__init__(f"{field}: {text[:40]}")
        self.field, self.end, self.text = field, end, text[:40]

    def sentence(self, language: str) -> str:
        """Say what would be right, in ``vi`` or ``en``."""
        if self.field in _DATES:
            vi, en = (
                "“{0}” không phải ngày: 2024, 2024-09 hay 2024-09-05",
                "“{0}” is no date: 2024, 2024-09, 2024-09-05",
            )
        else:
            vi, en = "“{0}” không phải số nguyên từ 0", "“{0}” is no whole number from 0"
        return (en if language == "en" else vi).format(self.text)


def range_of(field: str, low: str, high: str) -> Range:
    """Read both ends of a range, "" for an open one; a year ends with its last day. Raises RangeError.

    Whoever names an end before the beginning is told so, too: nothing could ever be found.
    """
    assert field in RANGES
    found = Range(field, _read(field, "from", low) if low else None, _read(field, "to", high) if high else None)
    if found.low is not None and found.high is not None and found.low > found.high:
        raise RangeError(field, "to", f"{low}..{high}")
    return found


def _read(field: str, end: str, text: str) -> int:
    if field not in _DATES:
        if not _NUMBER.fullmatch(text):
            raise RangeError(field, end, text)
        return int(text)
    found = _DATE.fullmatch(text)
    if found is None or not "01" <= (found[2] or "01") <= "12" or not "01" <= (found[3] or "01") <= "31":
        raise RangeError(field, end, text)
    rest = "0101" if end == "from" else "1231"
    return int(found[1] + (found[2] or rest[:2]) + (found[3] or rest[2:]))


def written(field: str, number: int | None) -> str:
    """Write one end of a range as ``range_of`` reads it, "" for an open one."""
    if number is None:
        return ""
    text = f"{number:08d}"
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if field in _DATES else str(number)
