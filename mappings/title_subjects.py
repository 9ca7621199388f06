"""The subject of a title: beside its grade ("Toán 10"), or apart from it beside a sign of school.

Words are those of ``vietnamese.keys``; hits are the phrases that ``phrases.find`` found in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .grades import NUMBER, Terms
from .lessons import lesson_place
from .phrases import Found, find, words_of_titles
from .tables import remembered
from .vietnamese import folded, is_bare, key
from .vocabulary import vocabulary

_GRADE_WORDS = frozenset(("lơp'4", "khôi'4", "lop", "khoi", "grade"))
_NUMBER = re.compile(NUMBER)
_NO_GRADE = frozenset(("tuôi'2", "thang'4", "tuoi", "thang"))


def legal(subject: str, grade: str) -> bool:
    """Say that a subject is, or by the programme of 2006 was, taught in a grade."""
    return grade in _legal()[subject]


@remembered(maxsize=1)
def _legal() -> dict[str, frozenset[str]]:
    return {name: frozenset(row.get("grades", ())) for name, row in vocabulary("subject").terms.items()}


KINDS_OF_SUBJECTS = ("subject", "syllable", "sure")


def subject_beside(hits: list[Found], words: list[str]) -> tuple[str, str]:
    """Return the subject before a legal grade number, and that number: "Toán 10", "Tin học lớp 7"; else ("", "")."""
    for hit in hits:
        if hit.kind not in KINDS_OF_SUBJECTS or _is_of_university(hit, words):
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


_WORDS_AHEAD = (
    "soạn án thêm hsg giỏi đề thi tra tập giảng cương hki hkii hk1 hk2 skkn sgk sgv sbt vbt khbd ppct phút dạy thức"
    " chữ giờ quiz kahoot online"
)
_BARE_AHEAD = ("tap", "tra", "giang", "cuong")  # of these no other word is meant; "an toan" is safety, too
_AHEAD = frozenset((*key(_WORDS_AHEAD).split(" "), *_BARE_AHEAD))
_OF = frozenset(("môn", "mon"))  # "môn Khoa học" is a name of its own in the table


def _stands_after(hit: Found, words: list[str]) -> bool:
    return hit.first > 0 and (words[hit.first - 1] in _OF or words[hit.first - 1] == "chuyên")


def subjects_apart(hits: list[Found], words: list[str], grades: Terms, bare: bool, headline: int) -> Terms:
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
        if hit.kind not in KINDS_OF_SUBJECTS or _is_name_of_school(hit, words) or _is_of_university(hit, words):
            continue
        before = " " + " ".join(words[max(0, hit.first - 3) : hit.first])
        named = words[hit.first] in _OF
        said = _stands_after(hit, words) if hit.kind == "syllable" else named or before.endswith(asked)
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


def subjects_of_study(hits: list[Found], words: list[str]) -> tuple[Terms, Terms]:
    """Return subject and grade that a study of teaching at school is about: "dạy học Vật lí ở trường phổ thông"."""
    named = [
        hit
        for hit in hits
        if hit.kind in KINDS_OF_SUBJECTS
        and (
            _OF.intersection(words[max(0, hit.first - 1) : hit.first + 1])
            or words[max(0, hit.first - 2) : hit.first] == _TEACHING
        )
    ]
    for hit in named:
        number = _grade_at(words, hit.last + 1)
        if number and _may_be(hit.term, number):
            return (hit.term,), (number,)
    return (_together(named, words, 0) if _OF_SCHOOLS.intersection(words) else ()), ()


_TEACHING = key("dạy học").split(" ")
_OF_SCHOOLS = frozenset(key("phổ thpt thcs tiểu").split(" "))


def _continues(hit: Found, before: Found) -> bool:
    listed = before.term == "toan" or before.kind == "syllable"
    return listed and before.last == hit.first - 1 and hit.term != "sinh_hoc"


def _may_be(subject: str, grade: str) -> bool:
    return legal(subject, grade) or (subject == "hoat_dong_trai_nghiem" and legal(subject + "_huong_nghiep", grade))


def subjects_without_marks(lowered: str, grades: Terms) -> tuple[Terms, Terms]:
    """Read subjects of several syllables beside a grade once more without marks: "Vât lí 8" has a wrong one."""
    words = folded(lowered).split(" ")
    hits = [hit for hit in find(words, True) if hit.kind == "subject" and hit.last > hit.first]
    beside, number = subject_beside(hits, words)
    if beside:
        return (beside,), grades or (number,)
    return (subjects_apart(hits, words, grades, True, 0) if grades else ()), grades


def field_of_preschool(hits: list[Found], grades: Terms) -> Terms:
    """Return the field of development of an activity; everyday words (thơ, nặn) count only where it is for children."""
    if any(grade.isdecimal() for grade in grades):
        return ()
    small = any(grade.startswith(("mau_giao", "nha_tre")) for grade in grades) or any(
        hit.kind == "level" and hit.term == "mam_non" for hit in hits
    )
    return tuple(hit.term for hit in hits if hit.kind == "preschool" or (small and hit.kind == "play"))[:1]


def theme(hits: list[Found], grades: Terms, text: str) -> Terms:
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
    return bool(before) and before[-1] in _SCHOOLS and (SCHOOL in before or before[-2:] == ["thpt", "chuyên"])


SCHOOL = key("trường")
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


def of_age(subjects: Terms, grades: Terms) -> Terms:
    """From grade 6 on, experiential activities are those with career orientation."""
    if "hoat_dong_trai_nghiem" not in subjects or not grades or any(legal("hoat_dong_trai_nghiem", g) for g in grades):
        return subjects
    return tuple(name + "_huong_nghiep" if name == "hoat_dong_trai_nghiem" else name for name in subjects)
