"""What a title says of the curriculum: subject, grade, type, level, audience, textbook series, school year, lesson.

Free text is read with care: every word that is believed stands in ``titles.yaml`` with what cancels it. One pass over
the words of a title finds all phrases, longest first; a few rules then say which of them hold. What is found here never
replaces what a source declares.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any, Generic, TypeVar, overload

from .grades import Terms, grades_of_title
from .lessons import lessons, school_years
from .phrases import Found, find
from .sciences import without_sciences
from .short_forms import written_out
from .tables import forgotten
from .title_subjects import (
    KINDS_OF_SUBJECTS,
    field_of_preschool,
    of_age,
    subject_beside,
    subjects_apart,
    subjects_of_study,
    subjects_without_marks,
    theme,
)
from .title_types import is_study, types_of_title
from .vietnamese import is_bare, keys, keys_of_pieces
from .vocabulary import vocabulary

_OF_SCHOOL = ("school", "tests", "level")  # beside these two years are those of a school
_SUBJECT_WORDS = frozenset(("môn", "mon"))
_JOINED = ("joins", "theme")
_BOOK = "Family and Friends"  # of a series, and a topic of lessons
_TOPIC = _BOOK.lower().split(" ")
_DIGIT = re.compile("[1-9]")
_AND_NEXT = (
    r"(?<!\d,)(?<!\d, )\b{}(?:,| và| &) ?{}\b(?!\s*(?:tiết|bài|tuần|đề|câu|phút|điểm|trang|năm|chủ|chương|tháng|[/.%]))"
)
_DASHES = "-–—|/"  # alone between blanks they part a title, as do ":", "(", and a number with its point
_LONGEST = 1000  # a longer title is an abstract in the wrong place
T = TypeVar("T")


class _Once(Generic[T]):
    """A method as an attribute, worked out when it is first asked for: most titles are asked for few things."""

    def __init__(self, method: Callable[[Any], T]) -> None:
        self._method, self._name, self.__doc__ = method, method.__name__, method.__doc__

    @overload
    def __get__(self, reading: None, owner: type) -> _Once[T]: ...
    @overload
    def __get__(self, reading: object, owner: type) -> T: ...
    def __get__(self, reading: object | None, owner: type) -> _Once[T] | T:
        if reading is None:
            return self
        found = reading.__dict__[self._name] = self._method(reading)
        return found


class Reading:
    """What one title says; every field () where it says nothing."""

    def __init__(self, text: str, lowered: str, words: list[str], found: list[Found]) -> None:
        """``found`` are the phrases in ``words``, and these the forms to compare of ``lowered`` small letters."""
        self._text, self._lowered, self._words, self._found, self._bare = text, lowered, words, found, is_bare(text)
        kinds = self._kinds = frozenset([hit.kind for hit in found])
        self.odd = "spam" in kinds  # it has a word of spam; safety.py says whether it is
        self.academic = "academic" in kinds and not self.odd
        self.__dict__.update(_nothing_without(kinds))
        if "science" in kinds and not self._named:
            found = self._found = without_sciences(found, words, lowered)
        if "series" not in kinds:
            self._hits = found
        if "20" not in lowered:
            self.school_year = ()
        if self.odd or not found:
            self.__dict__.update(_NOTHING)
        elif self.academic and not self._named:
            subject, grade = subjects_of_study(found, words)
            types = types_of_title(found, words, text, False, self._bare, lambda: self._parts)
            said = {"subject": subject, "grade": grade, "type": types}
            self.__dict__.update(_NOTHING | said)

    @_Once
    def subject(self) -> Terms:
        """Return what is taught, a field of development for the youngest, else the theme across subjects."""
        subjects, grades = self._taught
        found = field_of_preschool(self._hits, grades) or subjects
        if not found or not self._kinds.isdisjoint(_JOINED):
            found += theme(self._hits, grades, self._text, bool(found))
        return of_age(found, grades)

    @_Once
    def surely(self) -> bool:
        """Say that a subject is named by words that are nothing else, or behind "môn"."""
        return "sure" in self._kinds or not _SUBJECT_WORDS.isdisjoint(self._words)

    @_Once
    def grade(self) -> Terms:
        """Return grades, by number or by age."""
        return self._taught[1] if self._kinds.isdisjoint(("subject", "sure")) else self._grades

    @_Once
    def type(self) -> Terms:
        """Return the surest type that is named."""
        return types_of_title(self._hits, self._words, self._text, self._school, self._bare, lambda: self._parts)

    @_Once
    def level(self) -> Terms:
        """Return the level of school, where nothing speaks of higher education."""
        return tuple([hit.term for hit in self._hits if hit.kind == "level"][:1]) if not self.academic else ()

    @_Once
    def audience(self) -> Terms:
        """Return for whom it says to be."""
        return _audiences(self._hits, self._words, self._bare)

    @_Once
    def series(self) -> Terms:
        """Return textbook series, where something speaks of school."""
        return self._series if self._series and (self._school or "school" in self._kinds) else ()

    @_Once
    def school_year(self) -> Terms:
        """Return the school year; beside words of school two years alone are one."""
        years = school_years(self._lowered, alone=True)
        believed = not years or not self._kinds.isdisjoint(_OF_SCHOOL) or self._school
        return years if believed else school_years(self._lowered)

    @_Once
    def lesson(self) -> Terms:
        """Return lessons as the textbook counts them, where something speaks of school."""
        counted = lessons(self._lowered)
        return counted if counted and self._school else ()

    @_Once
    def beside(self) -> Terms:
        """Return the subject that stands beside its grade, as in "Toán 10"."""
        return of_age((self._beside[0],), self.grade) if self._beside[0] else ()

    @_Once
    def _named(self) -> Terms:
        return grades_of_title(self._lowered)

    @_Once
    def _beside(self) -> tuple[str, Terms]:
        return subject_beside(self._found, self._words) if not self.academic or self._named else ("", ())

    @_Once
    def _grades(self) -> Terms:
        """Return the grades that are named, or the number beside a subject."""
        beside = self._beside[1]
        if self._named or len(beside) != 1:
            return self._named or beside
        other = str(int(beside[0]) + 1)  # "Hóa 8, 9 - Chuyên đề", "Toán 6 và 7"
        if other not in self._lowered or not re.search(_AND_NEXT.format(beside[0], other), self._lowered):
            return beside
        return (*beside, other)

    @_Once
    def _hits(self) -> list[Found]:
        everyday = not self._grades and self._kinds.isdisjoint(_OF_SCHOOL)
        return _without_everyday(self._found) if everyday else self._found

    @_Once
    def _series(self) -> Terms:
        return tuple(
            dict.fromkeys([hit.term for hit in self._hits if hit.kind == "series" and not self._is_topic(hit)])
        )

    def _is_topic(self, hit: Found) -> bool:
        """Say that a unit is called so: "Unit 2 Family and friends"; at the end in these capitals it is the book."""
        words, first = self._words, hit.first
        if first < 2 or words[first - 2] != "unit" or not words[first - 1].isdecimal():
            return False
        if words[first : hit.last + 1] != _TOPIC or f"({' '.join(_TOPIC)}" in self._lowered:
            return False
        return hit.last + 1 < len(words) or f" {words[first - 1]} {_BOOK}" not in self._text

    @_Once
    def _school(self) -> bool:
        return not self.academic and bool(self._beside[0] or self.grade or self.subject or self._series)

    @_Once
    def _taught(self) -> tuple[Terms, Terms]:
        """Return subjects and grades."""
        hits, words, grades, bare, beside = self._hits, self._words, self._grades, self._bare, self._beside[0]
        if beside:
            several = sum(hit.kind in KINDS_OF_SUBJECTS for hit in hits) > 1
            subjects = subjects_apart(hits, words, grades, bare, lambda: self._parts) if several else ()
            return (subjects if beside in subjects else (beside,)), grades  # "Toán và Tiếng Việt lớp 3"
        subjects = subjects_apart(hits, words, grades, bare, lambda: self._parts)
        if not subjects and not bare and self._kinds.isdisjoint(("subject", "sure")) and _DIGIT.search(self._lowered):
            subjects, grades = subjects_without_marks(self._lowered, grades)
        return (subjects, grades) if subjects or grades else subjects_of_study(hits, words)

    @_Once
    def _parts(self) -> frozenset[tuple[int, int]]:
        """Return the first and last words of the parts of a title: "Tuần 5 - Khoa học - Âm thanh" has three."""
        count, ends = 0, [0]  # how many words stand before each sign that parts
        pieces = self._lowered.split()
        for piece, words in zip(pieces, keys_of_pieces(pieces), strict=True):
            if piece[0] == "(":
                ends.append(count)
            if ":" in piece:
                *before, last = piece.split(":")
                for part in before:
                    count += len(keys(part))
                    ends.append(count)
                count += len(keys(last))
            else:
                count += len(words)
            if (not words and not piece.strip(_DASHES)) or (piece[-1] == "." and piece[-2:-1].isdecimal()):
                ends.append(count)
        ends.append(count)
        alike = count == len(self._words)
        return frozenset((first, end - 1) for first, end in pairwise(ends) if first < end) if alike else frozenset()


_NOTHING: dict[str, Terms] = dict.fromkeys(
    ("subject", "grade", "type", "level", "audience", "series", "school_year", "lesson", "beside"), ()
)


# What is asked for only where a phrase of a kind was found: nothing else is said of it.
_OF_KINDS = (
    ("audience", ("audience",)),
    ("level", ("level",)),
    ("lesson", ("lesson",)),
    ("series", ("series", "_series")),
    ("numbered", ("_named",)),
)


@lru_cache(maxsize=1000)  # of fifteen kinds of phrases some hundred come together
def _nothing_without(kinds: frozenset[str]) -> dict[str, Terms]:
    """Return what a title with phrases of these kinds says nothing of."""
    return {name: () for kind, names in _OF_KINDS if kind not in kinds for name in names}


# --- one title -------------------------------------------------------------------------------------

_cache: dict[str, Reading] = {}
forgotten(_cache.clear)
_MOST = 2000  # the rules of one record ask for the same title again and again; so do the parts of one collection
_SILENT = Reading("", "", [], [])  # most titles beyond schools say nothing


def read(text: str) -> Reading:
    """Return what a title says. Never raises; linear in the length of the title."""
    text = text[:_LONGEST]
    found = _cache.get(text)
    if found is None:
        if len(_cache) >= _MOST:
            _cache.clear()
        found = _cache[text] = _reading(text)
    return found


def _reading(title: str) -> Reading:
    text, words = written_out(unicodedata.normalize("NFC", title))  # of a bare text these are its folded words, too
    lowered = text.lower()
    found = find(words, is_bare(text))
    if found:
        return Reading(text, lowered, words, found)
    years = school_years(lowered)
    return _of_years(years) if years else _SILENT


def _of_years(years: Terms) -> Reading:
    made = Reading("", "", [], [])
    made.school_year = years
    return made


def already_read(text: str) -> Reading | None:
    """Return what a title says where it was read a moment ago."""
    return _cache.get(text[:_LONGEST])


# --- series and audiences --------------------------------------------------------------------------


def _without_everyday(hits: list[Found]) -> list[Found]:
    """Leave out series with everyday names ("Cánh diều", "Family and Friends"), unless a subject stands beside them."""
    terms = vocabulary("series").terms
    ends = {place for hit in hits if hit.kind in KINDS_OF_SUBJECTS for place in (hit.first - 1, hit.last + 1)}
    return [
        hit
        for hit in hits
        if hit.kind != "series" or not terms[hit.term].get("of_school") or ends & {hit.first, hit.last}
    ]


def _audiences(hits: list[Found], words: list[str], bare: bool) -> Terms:
    """Return for whom a title says to be; a study is about them."""
    if is_study(words, bare):
        return ()
    table, found = vocabulary("audience"), []
    for hit in hits:
        if hit.kind == "audience":
            found.append(hit.term)
            if words[hit.last + 1 : hit.last + 2] in (["va'1"], ["va"]):
                other = " ".join(words[hit.last + 2 : hit.last + 4])
                found.append((table.anywhere_bare if bare else table.anywhere).get(other, hit.term))
    return tuple(dict.fromkeys(found))
