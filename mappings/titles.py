"""What a title says of the curriculum: subject, grade, type, level, audience, textbook series, school year, lesson.

Free text is read with care: every word that is believed stands in ``titles.yaml`` with what cancels it. One pass over
the words of a title finds all phrases, longest first; a few rules then say which of them hold. What is found here never
replaces what a source declares.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from harvester import load_yaml, parse_yaml

from .extending import Taught, extended_titles
from .grades import NUMBER, WORDS_OF_GRADES, Terms, grades_of_title
from .lessons import lesson_place, lessons, school_years
from .syllables import is_syllable
from .tables import forgotten, own_file, remembered
from .vietnamese import folded, is_bare, key, keys
from .vocabulary import ids, names, vocabulary

_IDS = (("types", "type"), ("audiences", "audience"), ("more_names", "subject"))  # whose ids own lines may name
_PATH = Path(__file__).with_name("titles.yaml")


class Reading(NamedTuple):
    """What one title says; every field () where it says nothing."""

    subject: Terms = ()
    grade: Terms = ()
    type: Terms = ()
    level: Terms = ()
    audience: Terms = ()
    series: Terms = ()
    school_year: Terms = ()
    lesson: Terms = ()
    beside: Terms = ()  # the subject that stands beside its grade, as in "Toán 10"
    academic: bool = False
    odd: bool = False  # it has a word of spam; safety.py says whether it is


class _Found(NamedTuple):
    """A phrase of the tables in a title: its kind and term, its first and last word."""

    kind: str
    term: str
    first: int
    last: int


@remembered(maxsize=1)
def _tables() -> tuple[dict[str, Any], dict[str, Taught]]:
    shipped: dict[str, Any] = load_yaml(_PATH, _PATH.name).value
    own = own_file(_PATH.name)
    known = {name: ids(field) for name, field in _IDS}
    return (shipped, {}) if own is None else extended_titles(shipped, parse_yaml(*own), known)


def words_of_titles() -> dict[str, Any]:
    """Return the tables of ``titles.yaml`` with what the tables in use add. Raises Faults for lines that are wrong."""
    return _tables()[0]


def taught_place(field: str, term: str, text: str) -> str:
    """Return the institution's own line (``file:line``) by which a text means a term of a field, "" for none."""
    found = vocabulary(field).taught.place(term, text) if field in names() else ""
    taught = _tables()[1].get(field)
    return found or (taught.place(term, text) if taught else "")


# --- the phrases -----------------------------------------------------------------------------------


def _entries() -> Iterable[tuple[str, str, str]]:
    """List all phrases: (words as written, kind, term). Of two that are written alike the first one holds."""
    table = words_of_titles()
    for subject in vocabulary("subject").terms.values():
        if subject.get("grades"):
            yield from _of_subject(subject)
    for rank, row in enumerate(table["types"]):
        yield from ((words, "type", f"{rank:02d}{row['id']}") for words in row.get("words", ()))
        yield from ((words, "weak", f"{rank:02d}{row['id']}") for words in row.get("weak", ()))
    for series in vocabulary("series").terms.values():
        yield from (
            (words, "series", series["id"]) for words in (*series["variants"], *series.get("abbreviations", ()))
        )
    for row in table["audiences"]:
        yield from ((words, "audience", row["id"]) for words in row["words"])
    for name, level in (("mầm non", "mam_non"), ("mẫu giáo", "mam_non"), ("tiểu học", "tieu_hoc"), ("thcs", "thcs")):
        yield name, "level", level
    for name, level in (("thpt", "thpt"), ("trung học cơ sở", "thcs"), ("trung học phổ thông", "thpt")):
        yield name, "level", level
    yield from ((word, "numbered", word) for word in WORDS_OF_GRADES)
    for kind in ("academic", "school", "tests", "lesson", "spam"):
        yield from ((words, kind, words) for words in table[kind])


def _of_subject(subject: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    for word in (subject["vi"], *subject.get("variants", ()), *subject.get("abbreviations", ())):
        if not word.lower().startswith("môn "):  # "môn" is asked for by the rules; "môn Sinh" would hide "Sinh học"
            yield word, "subject", subject["id"]
    for word in words_of_titles()["more_names"].get(subject["id"], ()):
        yield word, "subject", subject["id"]
    for word in subject.get("field_only", ()):  # short capitals (TD 9, CN 10) are too many things
        if not (word.isupper() and len(word) <= 3):
            yield word, "subject", subject["id"]


_GROUPS = {"syllable": "subject", "weak": "type"}  # of these only the longest phrase counts, and the first of two

# What cancels a term: words before it, and words after it, each with a blank behind (several as one text).
_Spoils = tuple[frozenset[str], tuple[str, ...]]
_Phrase = tuple[str, str, str, _Spoils | None]  # its kind, the group of its kind, its term
_Phrases = dict[str, tuple[tuple[int, dict[tuple[str, ...], list[_Phrase]]], ...]]


@remembered(maxsize=2)
def _table(bare: bool) -> _Phrases:
    """Return the phrases by first word and length, the longest first; a bare syllable is not sure."""
    fold: Callable[[str], str] = folded if bare else key
    spoils = _spoils(fold)
    known: set[tuple[str, tuple[str, ...]]] = set()
    table: dict[str, dict[int, dict[tuple[str, ...], list[_Phrase]]]] = {}
    for written, kind, term in _entries():
        words = tuple(fold(written).split(" "))
        if bare and len(words) == 1 and not (written.isascii() and len(written) > 2) and term != "toan":
            continue
        if kind == "subject" and len(words) == 1 and (bare or term != "toan") and is_syllable(written.lower()):
            kind = "syllable"
        group = _GROUPS.get(kind, kind)
        if (group, words) not in known:
            known.add((group, words))
            phrase = (kind, group, term, spoils.get(term[2:] if group == "type" else term))
            table.setdefault(words[0], {}).setdefault(len(words), {}).setdefault(words, []).append(phrase)
    return {first: tuple(sorted(lengths.items(), reverse=True)) for first, lengths in table.items()}


def _spoils(fold: Callable[[str], str]) -> dict[str, _Spoils]:
    before, after = (
        {term: tuple(map(fold, words)) for term, words in words_of_titles()[name].items()}
        for name in ("spoilt_before", "spoilt_after")
    )
    return {
        term: (frozenset(before.get(term, ())), tuple(f"{word} " for word in after.get(term, ())))
        for term in {*before, *after}
    }


def _find(words: list[str], bare: bool) -> list[_Found]:
    """Find phrases from each place that nothing cancels: of one kind the longest, and none inside a longer one."""
    table = _table(bare)
    found: list[_Found] = []
    reach: dict[str, int] = {}
    for place, word in enumerate(words):
        lengths = table.get(word)
        if lengths is None:
            continue
        for length, phrases in lengths:
            for kind, group, term, spoils in phrases.get(tuple(words[place : place + length]), ()):
                if place > reach.get(group, -1):
                    reach[group] = last = place + length - 1
                    if spoils is None or not _is_spoilt(spoils, place, last, words):
                        found.append(_Found(kind, term, place, last))
    return found


def _is_spoilt(spoils: _Spoils, first: int, last: int, words: list[str]) -> bool:
    before, after = spoils
    if before and first and (words[first - 1] in before or " ".join(words[max(0, first - 2) : first]) in before):
        return True
    return bool(after) and f"{' '.join(words[last + 1 : last + 3])} ".startswith(after)


# --- one title -------------------------------------------------------------------------------------

_cache: dict[str, Reading] = {}
forgotten(_cache.clear)
_MOST = 2000  # the rules of one record ask for the same title again and again; so do the parts of one collection


def read(text: str) -> Reading:
    """Return what a title says. Never raises; linear in the length of the title."""
    found = _cache.get(text)
    if found is None:
        if len(_cache) >= _MOST:
            _cache.clear()
        found = _cache[text] = _read(text[:_LONGEST])
    return found


_OF_SCHOOL = ("school", "tests", "level")  # beside these two years are those of a school
_LONGEST = 1000  # a longer title is an abstract in the wrong place


def _read(text: str) -> Reading:
    bare, lowered = is_bare(text), unicodedata.normalize("NFC", text).lower()
    words = keys(lowered)  # of a bare text these are its folded words, too
    hits = _find(words, bare)
    kinds = {hit.kind for hit in hits}
    named = grades_of_title(lowered) if "numbered" in kinds else ()
    academic = "academic" in kinds
    if "spam" in kinds:
        return Reading(odd=True)
    if not hits and not named:
        return Reading(school_year=school_years(lowered))
    beside, number = _beside(hits, words) if not academic or named else ("", "")
    grades = named or ((number,) if number else ())
    if "series" in kinds and not grades and kinds.isdisjoint(_OF_SCHOOL):
        hits = _without_everyday(hits)
    if academic and not named:
        return Reading(type=_types(hits, words, False, bare), academic=True)
    subjects: Terms = (beside,) if beside else _subjects(hits, words, grades, bare)
    series = tuple(dict.fromkeys([hit.term for hit in hits if hit.kind == "series"])) if "series" in kinds else ()
    school = bool(grades or subjects or series) and not academic
    return Reading(
        subject=_of_age(subjects, grades),
        grade=grades,
        type=_types(hits, words, school, bare),
        level=tuple(hit.term for hit in hits if hit.kind == "level")[:1] if "level" in kinds and not academic else (),
        audience=_audiences(hits, words, bare) if "audience" in kinds else (),
        series=series if school or "school" in kinds else (),
        school_year=school_years(lowered, alone=school or not kinds.isdisjoint(_OF_SCHOOL)),
        lesson=lessons(lowered) if school and "lesson" in kinds else (),
        beside=_of_age((beside,), grades) if beside else (),
        academic=academic,
    )


# --- subjects --------------------------------------------------------------------------------------

_GRADE_WORDS = frozenset(("lơp'4", "khôi'4", "lop", "khoi", "grade"))
_NUMBER = re.compile(NUMBER)
_NO_GRADE = frozenset(("tuôi'2", "thang'4", "tuoi", "thang"))


def legal(subject: str, grade: str) -> bool:
    """Say that a subject is, or by the programme of 2006 was, taught in a grade."""
    return grade in _legal()[subject]


@remembered(maxsize=1)
def _legal() -> dict[str, frozenset[str]]:
    return {name: frozenset(row.get("grades", ())) for name, row in vocabulary("subject").terms.items()}


def _beside(hits: list[_Found], words: list[str]) -> tuple[str, str]:
    """Return the subject before a legal grade number, and that number: "Toán 10", "Tin học lớp 7"; else ("", "")."""
    for hit in hits:
        if hit.kind not in ("subject", "syllable"):
            continue
        place = hit.last + 1
        if place < len(words) and words[place] in _GRADE_WORDS:
            place += 1
        if hit.kind == "syllable" and not _stands_alone(hit, words):
            continue
        number = _grade_at(words, place)
        if number and _may_be(hit.term, number):
            return hit.term, number
    return "", ""


def _grade_at(words: list[str], place: int) -> str:
    if place >= len(words) or (place + 1 < len(words) and words[place + 1] in _NO_GRADE):
        return ""
    word = words[place].removeprefix("0") if len(words[place]) == 2 else words[place]
    return word if _NUMBER.fullmatch(word) else ""


def _stands_alone(hit: _Found, words: list[str]) -> bool:
    """Believe names of one syllable (Văn, Sử, Tin …) in the first place and after "môn" only."""
    return not hit.first or _stands_after(hit, words)


def _stands_after(hit: _Found, words: list[str]) -> bool:
    return hit.first > 0 and words[hit.first - 1] in ("môn", "mon", "chuyên")


def _subjects(hits: list[_Found], words: list[str], grades: Terms, bare: bool) -> Terms:
    """Return subjects that stand apart from their grade: long names, and everyday ones beside a sign of school."""
    table = words_of_titles()
    signs = bool(grades) or any(
        hit.kind in ("school", "series", "level") or (hit.kind == "type" and hit.term[2:] in table["school_types"])
        for hit in hits
    )
    asked = _asked(bare)
    found: list[_Found] = []
    for hit in hits:
        if hit.kind not in ("subject", "syllable"):
            continue
        before = " " + " ".join(words[max(0, hit.first - 3) : hit.first])
        said = _stands_after(hit, words) if hit.kind == "syllable" else before.endswith(asked)
        after_grade = hit.first > 1 and words[hit.first - 2] in _GRADE_WORDS and _NUMBER.fullmatch(words[hit.first - 1])
        believed = said or (after_grade and hit.kind == "subject")
        if hit.kind == "subject" and not believed:
            sure = hit.term in table["anywhere"]
            believed = sure or (signs and hit.term not in table["beside"])
        if believed and (not grades or any(_may_be(hit.term, grade) for grade in grades)):
            found.append(hit)
    return _together(found, words, lesson_place(words))


def _may_be(subject: str, grade: str) -> bool:
    return legal(subject, grade) or (subject == "hoat_dong_trai_nghiem" and legal(subject + "_huong_nghiep", grade))


@remembered(maxsize=2)
def _asked(bare: bool) -> tuple[str, ...]:
    fold: Callable[[str], str] = folded if bare else key
    return tuple(" " + fold(word) for word in words_of_titles()["asked_after"])


def _together(found: list[_Found], words: list[str], lesson: int) -> Terms:
    """Take the first subject and those that follow it at once; a topic after the lesson's number adds none."""
    ahead = [hit for hit in found if hit.first < lesson] or found
    taken = ahead[:1]
    for hit in ahead[1:]:
        gap = hit.first - taken[-1].last
        if gap == 1 or (gap == 2 and words[hit.first - 1] in ("va'1", "va", "môn", "mon")):
            taken.append(hit)
    return tuple(dict.fromkeys(hit.term for hit in taken))


def _of_age(subjects: Terms, grades: Terms) -> Terms:
    """From grade 6 on, experiential activities are those with career orientation."""
    if "hoat_dong_trai_nghiem" not in subjects or not grades or any(legal("hoat_dong_trai_nghiem", g) for g in grades):
        return subjects
    return tuple(name + "_huong_nghiep" if name == "hoat_dong_trai_nghiem" else name for name in subjects)


# --- types -----------------------------------------------------------------------------------------


@remembered(maxsize=2)
def _studies(bare: bool) -> tuple[str, ...]:
    fold: Callable[[str], str] = folded if bare else key
    return tuple(fold(word) + " " for word in words_of_titles()["studies"])


_OF_UNIVERSITY = ("luan_an", "luan_van", "khoa_luan", "giao_trinh", "sang_kien_kinh_nghiem", "ky_yeu")


def _without_everyday(hits: list[_Found]) -> list[_Found]:
    """Leave out series with everyday names ("Cánh diều", "Family and Friends"), unless a subject stands beside them."""
    terms = vocabulary("series").terms
    ends = {place for hit in hits if hit.kind in ("subject", "syllable") for place in (hit.first - 1, hit.last + 1)}
    return [
        hit
        for hit in hits
        if hit.kind != "series" or not terms[hit.term].get("of_school") or ends & {hit.first, hit.last}
    ]


def _audiences(hits: list[_Found], words: list[str], bare: bool) -> Terms:
    """Return for whom a title says to be; a study is about them."""
    if _is_study(words, bare):
        return ()
    table, found = vocabulary("audience"), []
    for hit in hits:
        if hit.kind == "audience":
            found.append(hit.term)
            if words[hit.last + 1 : hit.last + 2] in (["va'1"], ["va"]):
                other = " ".join(words[hit.last + 2 : hit.last + 4])
                found.append((table.anywhere_bare if bare else table.anywhere).get(other, hit.term))
    return tuple(dict.fromkeys(found))


def _is_study(words: list[str], bare: bool) -> bool:
    return (" ".join(words[:4]) + " ").startswith(_studies(bare))


def _types(hits: list[_Found], words: list[str], school: bool, bare: bool) -> Terms:
    """Return the surest type that a title names; a study of lesson plans is none."""
    named = [hit for hit in hits if hit.kind == "type" or (hit.kind == "weak" and (school or not hit.first))]
    if not named:
        return ()
    if _is_study(words, bare):
        named = [hit for hit in named if hit.term[2:] in _OF_UNIVERSITY]
    if not named:
        return ()
    best = (min(named, key=lambda hit: (hit.kind == "weak", hit.term)) if len(named) > 1 else named[0]).term[2:]
    if best == "de_thi" and any(hit.kind == "tests" for hit in hits):
        best = "de_kiem_tra"
    return (best,)
