"""What a title says of the curriculum: subject, grade, type, level, audience, textbook series, school year, lesson.

Free text is read with care: every word that is believed stands in ``titles.yaml`` with what cancels it. One pass over
the words of a title finds all phrases, longest first; a few rules then say which of them hold. What is found here never
replaces what a source declares.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from .grades import NUMBER, Terms, grades_of_title
from .lessons import lesson_place, lessons, school_years
from .phrases import Found, find, words_of_titles
from .short_forms import is_paper, written_out
from .tables import forgotten, remembered
from .vietnamese import folded, is_bare, key, keys
from .vocabulary import vocabulary


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


def already_read(text: str) -> Reading | None:
    """Return what a title says where it was read a moment ago."""
    return _cache.get(text)


_OF_SCHOOL = ("school", "tests", "level")  # beside these two years are those of a school
_LONGEST = 1000  # a longer title is an abstract in the wrong place


def _read(text: str) -> Reading:
    text = written_out(unicodedata.normalize("NFC", text))
    bare, lowered = is_bare(text), text.lower()
    words = keys(lowered)  # of a bare text these are its folded words, too
    hits = find(words, bare)
    kinds = {hit.kind for hit in hits}
    headline = (len(keys(lowered.partition(":")[0])) if ":" in lowered else len(words)) if "subject" in kinds else 0
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
    subjects: Terms = (beside,) if beside else _subjects(hits, words, grades, bare, headline)
    if beside and sum(hit.kind in _SUBJECTS for hit in hits) > 1:
        several = _subjects(hits, words, grades, bare, headline)
        subjects = several if beside in several else subjects  # "Toán và Tiếng Việt lớp 3"
    elif (
        not subjects
        and not bare
        and kinds.isdisjoint(("subject", "sure"))
        and (grades or "school" in kinds or is_paper(words))
    ):
        subjects, grades = _without_marks(lowered, grades)
    subjects = _of_preschool(hits, grades) or subjects or _of_no_subject(hits, grades, text)
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


_SUBJECTS = ("subject", "syllable", "sure")


def _beside(hits: list[Found], words: list[str]) -> tuple[str, str]:
    """Return the subject before a legal grade number, and that number: "Toán 10", "Tin học lớp 7"; else ("", "")."""
    for hit in hits:
        if hit.kind not in _SUBJECTS or _is_of_university(hit, words):
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


def _stands_alone(hit: Found, words: list[str]) -> bool:
    """Believe names of one syllable (Văn, Sử, Tin …) beside a grade in the first place and after words of school."""
    return (
        not hit.first or _stands_after(hit, words) or words[hit.first - 1] in _AHEAD or words[hit.first - 1].isdecimal()
    )


_AHEAD = frozenset(
    key("soạn án thêm hsg giỏi đề thi tra tập giảng cương hki hkii hk1 hk2 skkn sgk sgv sbt vbt khbd ppct").split(" ")
)


def _stands_after(hit: Found, words: list[str]) -> bool:
    return hit.first > 0 and words[hit.first - 1] in ("môn", "mon", "chuyên")


def _subjects(hits: list[Found], words: list[str], grades: Terms, bare: bool, headline: int) -> Terms:
    """Return subjects that stand apart from their grade: long names, and everyday ones beside a sign of school.

    ``headline`` is how many words stand before the first colon.
    """
    table = words_of_titles()
    signs = bool(grades) or any(
        hit.kind in ("school", "series", "level") or (hit.kind == "type" and hit.term[2:] in table["school_types"])
        for hit in hits
    )
    asked = _asked(bare)
    found: list[Found] = []
    for hit in hits:
        if hit.kind not in _SUBJECTS or _is_name_of_school(hit, words) or _is_of_university(hit, words):
            continue
        before = " " + " ".join(words[max(0, hit.first - 3) : hit.first])
        said = _stands_after(hit, words) if hit.kind == "syllable" else before.endswith(asked)
        after_grade = hit.first > 1 and words[hit.first - 2] in _GRADE_WORDS and _NUMBER.fullmatch(words[hit.first - 1])
        next_to = hit.kind == "syllable" and bool(found) and _continues(hit, found[-1])  # "Toán - Tin"
        believed = said or next_to or hit.kind == "sure" or (after_grade and hit.kind == "subject")
        if hit.kind == "subject" and not believed:
            sure = hit.term in table["anywhere"]
            headed = not hit.first and hit.last + 1 == headline  # "Số học: Ước chung lớn nhất"
            believed = sure or ((signs or headed) and hit.term not in table["beside"])
        if believed and (not grades or any(_may_be(hit.term, grade) for grade in grades)):
            found.append(hit)
    return _together(found, words, lesson_place(words))


def _continues(hit: Found, before: Found) -> bool:
    listed = before.term == "toan" or before.kind == "syllable"
    return listed and before.last == hit.first - 1 and hit.term != "sinh_hoc"


def _may_be(subject: str, grade: str) -> bool:
    return legal(subject, grade) or (subject == "hoat_dong_trai_nghiem" and legal(subject + "_huong_nghiep", grade))


def _without_marks(lowered: str, grades: Terms) -> tuple[Terms, Terms]:
    """Read subjects of several syllables beside a grade once more without marks: "Vât lí 8" has a wrong one."""
    words = folded(lowered).split(" ")
    hits = [hit for hit in find(words, True) if hit.kind == "subject" and hit.last > hit.first]
    beside, number = _beside(hits, words)
    if beside:
        return (beside,), grades or (number,)
    return (_subjects(hits, words, grades, True, 0) if grades else ()), grades


def _of_preschool(hits: list[Found], grades: Terms) -> Terms:
    """Return the field of development of an activity; everyday words (thơ, nặn) count only where it is for children."""
    if any(grade.isdecimal() for grade in grades):
        return ()
    small = any(grade.startswith(("mau_giao", "nha_tre")) for grade in grades) or any(
        hit.kind == "level" and hit.term == "mam_non" for hit in hits
    )
    return tuple(hit.term for hit in hits if hit.kind == "preschool" or (small and hit.kind == "play"))[:1]


def _of_no_subject(hits: list[Found], grades: Terms, text: str) -> Terms:
    """Return English for its textbooks and for units of a grade, else the theme across subjects that a title names."""
    english = {hit.term for hit in hits if hit.kind in ("series", "lesson")}
    if "unit" in english and (grades or not english.isdisjoint(_ENGLISH)):
        return ("tieng_anh",)
    if grades and not english.isdisjoint(_ENGLISH):
        return ("tieng_anh",)
    themes = (hit.term for hit in hits if hit.kind == "theme")
    # Of plants, cells and engines speak titles with "stem" and "steam", and most of them are not Vietnamese.
    stem = ("STEM" in text or "STEAM" in text) and not is_bare(text)
    return tuple(term for term in themes if term != "stem" or stem)[:1]


_ENGLISH = frozenset(("global_success", "smart_world", "friends", "explore_new_worlds", "english_discovery"))


def _is_name_of_school(hit: Found, words: list[str]) -> bool:
    """Say that the words are part of a school's name: "Trường THPT Chuyên Ngoại ngữ"."""
    before = words[max(0, hit.first - 4) : hit.first]
    return bool(before) and before[-1] in _SCHOOLS and (_SCHOOL in before or before[-2:] == ["thpt", "chuyên"])


_SCHOOL = key("trường")
_SCHOOLS = frozenset(map(key, ("thpt", "thcs", "chuyên", "đh", "học", "quốc gia", "phạm")))
# The parts of mathematics that are taught in some grades only; beside another number they are of a university.
_PARTS = {
    key(name): frozenset(grades.split())
    for name, grades in (
        ("giải tích", "11 12"),
        ("đại số", "6 7 8 9 10 11"),
        ("hình học", "6 7 8 9 10 11 12"),
        ("số học", "6"),
        ("lượng giác", "10 11"),
    )
}


def _is_of_university(hit: Found, words: list[str]) -> bool:
    grades = _PARTS.get(" ".join(words[hit.first : hit.last + 1]))
    following = words[hit.last + 1] if hit.last + 1 < len(words) else ""
    return grades is not None and following.isdecimal() and following not in grades


@remembered(maxsize=2)
def _asked(bare: bool) -> tuple[str, ...]:
    fold: Callable[[str], str] = folded if bare else key
    return tuple(" " + fold(word) for word in words_of_titles()["asked_after"])


def _together(found: list[Found], words: list[str], lesson: int) -> Terms:
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


_OF_TEACHERS = ("mam_non", "tieu_hoc")  # of secondary schools such titles are theses as often
_LONGEST_NAME = 10  # words: "Trường THPT …: bảng phân công"
_OF_UNIVERSITY = ("luan_an", "luan_van", "khoa_luan", "giao_trinh", "sang_kien_kinh_nghiem", "ky_yeu")


def _without_everyday(hits: list[Found]) -> list[Found]:
    """Leave out series with everyday names ("Cánh diều", "Family and Friends"), unless a subject stands beside them."""
    terms = vocabulary("series").terms
    ends = {place for hit in hits if hit.kind in _SUBJECTS for place in (hit.first - 1, hit.last + 1)}
    return [
        hit
        for hit in hits
        if hit.kind != "series" or not terms[hit.term].get("of_school") or ends & {hit.first, hit.last}
    ]


def _audiences(hits: list[Found], words: list[str], bare: bool) -> Terms:
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


def _types(hits: list[Found], words: list[str], school: bool, bare: bool) -> Terms:
    """Return the surest type that a title names; a study of lesson plans is none."""
    named = [hit for hit in hits if hit.kind == "type" or (hit.kind == "weak" and (school or not hit.first))]
    for hit in hits:
        if hit.kind == "head" and (not hit.first or (words[0] == _SCHOOL and hit.first < _LONGEST_NAME)):
            return (hit.term[2:],)
    if not named and school and is_paper(words):
        return ("de_kiem_tra",)
    if _is_study(words, bare):
        small = school or any(hit.kind == "level" and hit.term in _OF_TEACHERS for hit in hits)
        if words[:1] == ["môt'5"] and small:
            return ("sang_kien_kinh_nghiem",)  # "Một số biện pháp … cho trẻ mẫu giáo bé"
        named = [hit for hit in named if hit.term[2:] in _OF_UNIVERSITY]
    if not named:
        return ()
    best = (min(named, key=lambda hit: (hit.kind == "weak", hit.term)) if len(named) > 1 else named[0]).term[2:]
    if best == "de_thi" and all(hit.kind != "academic" for hit in hits) and any(hit.kind == "tests" for hit in hits):
        best = "de_kiem_tra"
    return (best,)
