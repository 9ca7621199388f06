"""School years and lessons that a text names: "năm học 2023-2024", "Bài 5", "Tuần 12"."""

from __future__ import annotations

import re

from .grades import Terms
from .patterns import begun

_YEARS = re.compile(r"2(?<!\w2)(0[0-4]\d)\s*[-–—/]\s*(20[0-4]\d|\d\d)\b(?![-/.]\d)")
_NAMED = re.compile(r"(?:năm học|nam hoc|niên khóa|niên khoá|\bnh)$")
_LONGEST_NAME = 10  # letters, and one before it


def _is_named(before: str) -> bool:
    """Say that the words before two years name a school year: "năm học: 2023-2024"."""
    return _NAMED.search(before.rstrip().removesuffix(":").rstrip()[-_LONGEST_NAME:]) is not None


def school_years(lowered: str, alone: bool = False) -> Terms:
    """Read "năm học 2023-2024", "năm học 2023-24", and with ``alone`` "2023 – 2024" without the words; one at most.

    Two years that do not follow are none. The text is in composed small letters.
    """
    if "20" not in lowered:
        return ()
    for place in _YEARS.finditer(lowered):
        first, second = int("2" + place[1]), int(place[2])
        follows = second == first + 1
        short = second == (first + 1) % 100
        if (follows and alone) or ((follows or short) and _is_named(lowered[: place.start()])):
            return (f"{first}-{first + 1}",)
    return ()


_COUNTED = ("bài", "bai", "tiết", "tuần", "tiet", "tuan", "chương", "chủ đề", "unit", "lesson")
_LESSON = re.compile(rf"({begun(_COUNTED)})\s+0{{0,2}}(\d{{1,3}}|[ivx]{{1,5}})(?![\w]|[.,]\d)")
_NAMES = {"bai": "Bài", "tiet": "Tiết", "tuan": "Tuần"}
_MOST_LESSONS = 4


def lessons(lowered: str) -> Terms:
    """Read "Bài 5", "Unit 3", "Tuần 12", "Tiết 23", as they are counted in the textbook; of composed small letters."""
    found = [f"{_NAMES.get(name) or name.capitalize()} {number.upper()}" for name, number in _LESSON.findall(lowered)]
    return tuple(dict.fromkeys(found))[:_MOST_LESSONS]


_LESSON_WORDS = frozenset(("bai'1", "tiêt'4", "tuân'1", "unit", "lesson", "bai", "tiet", "tuan"))


def lesson_place(words: list[str]) -> int:
    """Return the place of the first "bài 5", "unit 3"; far behind where there is none."""
    for place in range(len(words) - 1):
        if words[place] in _LESSON_WORDS and words[place + 1].isdigit():
            return place
    return len(words)
