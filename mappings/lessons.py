"""School years and lessons that a text names: "năm học 2023-2024", "Bài 5", "Tuần 12"."""

from __future__ import annotations

import re

from .grades import Terms

_YEARS = re.compile(
    r"(?:(năm học|nam hoc|niên khóa|niên khoá|\bnh)\s*:?\s*)?\b(20[0-4]\d)\s*[-–—/]\s*(20[0-4]\d|\d\d)\b(?![-/.]\d)"
)


def school_years(lowered: str, alone: bool = False) -> Terms:
    """Read "năm học 2023-2024", "năm học 2023-24", and with ``alone`` "2023 – 2024" without the words; one at most.

    Two years that do not follow are none. The text is in composed small letters.
    """
    if "20" not in lowered:
        return ()
    for place in _YEARS.finditer(lowered):
        first, second = int(place[2]), int(place[3])
        if (place[1] or alone) and (second == first + 1 or (second < 100 and place[1] and second == (first + 1) % 100)):
            return (f"{first}-{first + 1}",)
    return ()


# Letters first, then the beginning of the word: so at most letters nothing is tried, at half the price.
_LESSON = re.compile(
    r"(b(?<!\wb)(?:ài|ai)|t(?<!\wt)(?:iết|uần|iet|uan)|c(?<!\wc)(?:hương|hủ đề)|u(?<!\wu)nit|l(?<!\wl)esson)"
    r"\s+0{0,2}(\d{1,3}|[ivx]{1,5})(?![\w]|[.,]\d)"
)
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
