"""The subject of a title: beside its grade ("Toán 10"), or apart from it beside a sign of school.

Words are those of ``vietnamese.keys``; hits are the phrases that ``phrases.find`` found in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .grades import NUMBERS, Terms
from .lessons import lesson_place
from .phrases import Found, find, words_of_titles
from .subject_neighbours import (
    GRADE_WORDS,
    OF,
    TEACHERS_OF,
    is_introduced,
    is_name_of_school,
    is_of_schools,
    is_of_subject,
    is_of_trade,
    is_of_university,
)
from .tables import remembered
from .vietnamese import folded, is_bare, key
from .vocabulary import vocabulary

_SERIES = frozenset(("kntt", "ctst", "vnen"))
_COUNTED = re.compile(r"[bct]?\d+p?")  # "Tuần 3 Văn 6", "T7-B3 Địa 6"
_NO_GRADE = frozenset(
    (*key("tuổi tháng nghìn ngàn triệu trăm điểm ngón ngày").split(" "), "tuoi", "thang", "0")
)  # "Công nghệ 4.0"
_YEARS, _SCHOOL_YEAR = key("năm"), key("học")


def legal(subject: str, grade: str) -> bool:
    """Say that a subject is, or by the programme of 2006 was, taught in a grade."""
    return grade in _legal()[subject]


@remembered(maxsize=1)
def _legal() -> dict[str, frozenset[str]]:
    return {name: frozenset(row.get("grades", ())) for name, row in vocabulary("subject").terms.items()}


KINDS_OF_SUBJECTS = frozenset(("subject", "syllable", "sure"))


def subject_beside(hits: list[Found], words: list[str]) -> tuple[str, Terms]:
    """Return the subject before a legal grade number, and that grade: "Toán 10", "Tin học lớp 7"; else ("", ())."""
    for hit in hits:
        if hit.kind not in KINDS_OF_SUBJECTS or is_of_university(hit, words):
            continue
        place = hit.last + 1
        if place < len(words) and words[place] in _SERIES:  # "Mĩ thuật CTST 8"
            place += 1
        if place < len(words) and words[place] in GRADE_WORDS:
            place += 1
        if hit.kind == "syllable" and not _stands_alone(hit, words) and hit not in _in_a_row(hits, words):
            continue
        number = grade_at(words, place)
        if number and may_be(hit.term, number) and not _counts_courses(hit, words, hits):
            return hit.term, _and_next(number, words, place + 1)
    return "", ()


def _and_next(number: str, words: list[str], place: int) -> Terms:
    """Follow "Toán 6-7-8-9" and "Lý 10 11 12" while each number is the next one; two need to end the title."""
    found = [number]
    while place < len(words) and words[place] == str(int(found[-1]) + 1):
        found.append(words[place])
        place += 1
    return tuple(found) if len(found) > 2 or place == len(words) else (number,)


def grade_at(words: list[str], place: int) -> str:
    """Return the number at a place of a title where it may be a grade, else ""."""
    word = words[place] if place < len(words) else ""
    if len(word) == 2:
        word = word.removeprefix("0")
    if word not in NUMBERS:
        return ""
    following = words[place + 1 : place + 3]
    if following and following[0] in _NO_GRADE and not _is_date(following):
        return ""
    if (
        following[:1] == [_YEARS]
        and len(following) == 2
        and not following[1].isdecimal()
        and following[1] != _SCHOOL_YEAR
    ):
        return ""  # "Hóa học: 10 năm hợp tác"
    return word


def _is_date(following: list[str]) -> bool:
    """Say that a date follows, "Toán 6 ngày 12/10", no number of days."""
    return following[0] in _OF_DATES and len(following) == 2 and following[1].isdecimal()


_OF_DATES = frozenset((*key("ngày tháng").split(" "), "thang", "ngay"))


def _stands_alone(hit: Found, words: list[str]) -> bool:
    """Believe names of one syllable (Văn, Sử, Tin …) beside a grade in the first place and after words of school."""
    return (
        not hit.first
        or _stands_after(hit, words)
        or words[hit.first - 1] in _AHEAD
        or _COUNTED.fullmatch(words[hit.first - 1]) is not None
    )


_WORDS_AHEAD = (
    "soạn án thêm hsg giỏi đề thi tra tập giảng cương hki hkii hk1 hk2 skkn sgk sgv sbt vbt khbd ppct phút dạy thức"
    " chữ giờ quiz kahoot online nghiệm kttx ktđk bdhsg pht pbt ga bg cđ ghk1 ghk2 ghki ghkii chk1 chk2 kì gk ck"
    " ktck1 ktck2 ktgk1 ktgk2 ktck ktgk thuyết miệng btvn bt đc violympic olympic phú sai"
)
_BARE_AHEAD = ("tap", "tra", "giang", "cuong")  # of these no other word is meant; "an toan" is safety, too
_AHEAD = frozenset((*key(_WORDS_AHEAD).split(" "), *_BARE_AHEAD))


def _stands_after(hit: Found, words: list[str]) -> bool:
    following = words[hit.last + 1] if hit.last + 1 < len(words) else ""
    return hit.first > 0 and (
        is_of_subject(hit.first - 1, words) or words[hit.first - 1] == "chuyên" or following in ("thcs", "thpt")
    )


def _counts_courses(hit: Found, words: list[str], hits: list[Found]) -> bool:
    """Say that the number behind a subject is no grade: "Nhập môn Tin học 3", "Bộ môn Toán 3"."""
    if hit.first < 2 or words[hit.first - 1] not in OF or words[hit.last + 1] in GRADE_WORDS:
        return False
    if words[hit.first - 2] in _STAFF_OF:
        return not any(_is_of_lessons(other) for other in hits)  # "Đề kiểm tra bộ môn Toán 6" has a grade
    return is_introduced(hit, words) or is_of_trade(hit.first - 1, words)


def _is_of_lessons(hit: Found) -> bool:
    if hit.kind in ("type", "weak", "head", "short"):
        return hit.term == "99van_ban_ke_hoach" or hit.term[2:] in words_of_titles()["school_types"]
    return hit.kind in ("tests", "contest", "lesson", "level", "series") or (hit.kind == "school" and hit.term != "môn")


_STAFF_OF = frozenset((key("bộ"), "bo"))

Parts = frozenset[tuple[int, int]]


def subjects_apart(hits: list[Found], words: list[str], grades: Terms, bare: bool, parts: Callable[[], Parts]) -> Terms:
    """Return subjects that stand apart from their grade: long names, and everyday ones beside a sign of school.

    ``parts`` gives the first and last words of what signs part in a title; it is asked for few.
    """
    table = words_of_titles()
    signs = bool(grades) or any(
        hit.kind in ("school", "series", "level") or (hit.kind == "type" and hit.term[2:] in table["school_types"])
        for hit in hits
    )
    row, asked = _in_a_row(hits, words), _asked(bare)
    found: list[Found] = []
    counted: bool | None = None  # asked for few, too
    for hit in hits:
        if hit.kind not in KINDS_OF_SUBJECTS or is_of_university(hit, words):
            continue
        if hit.first > 1 and words[hit.first - 1] in TEACHERS_OF and words[hit.first - 2] in TEACHERS_OF:
            continue  # "Sư phạm Toán học" is learnt at universities
        if not grades and hit.kind != "sure" and is_introduced(hit, words):
            continue
        if is_name_of_school(hit, words) and not any(first == hit.first for first, _ in parts()):
            continue
        if hit.kind == "syllable":
            said = _stands_after(hit, words)
        else:
            said = words[hit.first] in OF or f" {' '.join(words[max(0, hit.first - 3) : hit.first])}".endswith(asked)
            said = said and not (hit.first and is_of_trade(hit.first - 1, words))
        after_grade = hit.first > 1 and words[hit.first - 2] in GRADE_WORDS and words[hit.first - 1] in NUMBERS
        next_to = hit.kind == "syllable" and bool(found) and _continues(hit, found[-1])  # "Toán - Tin"
        believed = said or next_to or hit in row or hit.kind == "sure" or (after_grade and hit.kind == "subject")
        if hit.kind == "subject" and not believed:
            sure = hit.term in table["anywhere"] and words[hit.first : hit.last + 1] not in _EVERYDAY
            believed = sure or (signs and hit.term not in table["beside"])
            if not believed:
                if counted is None:
                    counted = is_paper(words) or any(other.kind == "lesson" for other in hits)
                # "Số học: Ước chung lớn nhất", "Tuần 5 - Khoa học - Âm thanh"; not "Luật - Kinh tế - Tin học"
                headed = (counted or not hit.first) and (hit.first, hit.last) in parts()
                believed = headed and hit.term not in table["beside"]
                headed = headed and (counted or hit.term == "dao_duc")
                if grades:  # "Lớp năm - Khoa học: …", "Đạo đức lớp Hai"
                    following = words[hit.last + 1 : hit.last + 2]
                    headed = headed or (hit.first, hit.last) in parts() or not GRADE_WORDS.isdisjoint(following)
                believed = believed or (headed and not _is_beside_another(hit, hits))
        elif hit.kind == "syllable" and grades and not believed:
            believed = (hit.first, hit.last) in parts()  # "Lớp 6 - Văn - Tuần 5"
        if believed and (not grades or any(may_be(hit.term, grade) for grade in grades)):
            found.append(hit)
    return _together(found, words, lesson_place(words))


_EVERYDAY = (key("thể dục").split(" "), ["the", "duc"])  # in the morning and for the old it is done, too


def _in_a_row(hits: list[Found], words: list[str]) -> list[Found]:
    """Return three or more subjects that follow each other: "Lí - Hóa - Sinh"; of a "tổ Lí - Hóa" two are enough."""
    named = [hit for hit in hits if hit.kind in KINDS_OF_SUBJECTS]
    if len(named) < 2:
        return []
    before = {hit.last + 1 for hit in named}
    if not any(hit.first in before or hit.term in _NARROWER for hit in named):
        return []  # most titles name their subject twice, and apart
    rows: list[list[Found]] = []
    for hit in named:
        if rows and rows[-1][-1].last + 1 == hit.first:
            rows[-1].append(hit)
        else:
            rows.append([hit])
    return next((row for row in rows if _count(row) > (1 if is_of_staff(row[0], words) else 2)), [])


def _count(row: list[Found]) -> int:
    return len(row) + any(hit.term in _NARROWER for hit in row)


_STAFF = frozenset(map(key, ("tổ", "nhóm", "nghiệm", "môn", "bộ")))  # "phòng thí nghiệm Hóa - Sinh"
_TRIAL_OF, _TRIAL = key("thí nghiệm").split(" ")


def is_of_staff(hit: Found, words: list[str]) -> bool:
    """Say that teachers of a subject, or their room, are spoken of: "Tổ Hóa - Sinh", "phòng thí nghiệm Hóa"."""
    if hit.first > 1 and words[hit.first - 1] == _TRIAL:  # not of "Trắc nghiệm sinh lí"
        return words[hit.first - 2] == _TRIAL_OF
    return hit.first > 0 and words[hit.first - 1] in _STAFF


def _is_beside_another(hit: Found, hits: list[Found]) -> bool:
    """Say that the next words name a subject, too: "Khoa học - Công nghệ số 5" is a journal."""
    return any(other.kind in KINDS_OF_SUBJECTS and other.first == hit.last + 1 for other in hits)


def subjects_of_study(hits: list[Found], words: list[str]) -> tuple[Terms, Terms]:
    """Return subject and grade that a study of teaching at school is about: "dạy học Vật lí ở trường phổ thông"."""
    named = [
        hit
        for hit in hits
        if hit.kind in KINDS_OF_SUBJECTS
        and not is_introduced(hit, words)
        and (
            words[hit.first] in OF
            or (hit.first and is_of_subject(hit.first - 1, words))
            or words[max(0, hit.first - 2) : hit.first] in _TEACHING
            or (not _TEACHES.isdisjoint(words) and grade_at(words, hit.last + 1))
            or words[hit.first - 1 : hit.first] == ["ppdh"]
        )
    ]
    of_schools = is_of_schools(words)
    academic = {hit.term for hit in hits if hit.kind == "academic"}
    teaches = (of_schools or not _TEACHES.isdisjoint(words)) and _COURSES.isdisjoint(academic)
    for hit in named if teaches or not academic else ():
        number = grade_at(words, hit.last + 1)
        if number and may_be(hit.term, number):
            return (hit.term,), () if is_of_university(hit, words) else (number,)
    only_there = [hit for hit in named if hit.term in words_of_titles()["anywhere"]]  # "Dạy học Ngữ văn"
    return _together(named if of_schools else only_there, words, 0), ()


_TEACHING = (key("dạy học").split(" "), ["day", "hoc"])
_TEACHES = frozenset((key("dạy"), "day"))
_COURSES = frozenset(("giáo trình", "học phần"))  # of these a number counts courses: "Giáo trình dạy học Toán 2"


def _continues(hit: Found, before: Found) -> bool:
    listed = before.term == "toan" or before.kind == "syllable"
    return listed and before.last == hit.first - 1 and hit.term != "sinh_hoc"


_LATER = {"hoat_dong_trai_nghiem": "hoat_dong_trai_nghiem_huong_nghiep", "tieng_viet": "ngu_van"}  # from grade 6 on


def may_be(subject: str, grade: str) -> bool:
    """Say that a subject, or what it becomes from grade 6 on, is taught in a grade."""
    return legal(subject, grade) or (subject in _LATER and legal(_LATER[subject], grade))


def subjects_without_marks(lowered: str, grades: Terms) -> tuple[Terms, Terms]:
    """Read subjects of several syllables beside a grade once more without marks: "Vât lí 8" has a wrong one."""
    words = folded(lowered).split(" ")
    hits = [
        hit
        for hit in find(words, True)
        if hit.kind in ("subject", "sure") and (hit.last > hit.first or hit.term == "toan")
    ]
    beside, number = subject_beside(hits, words)
    if beside:
        return (beside,), grades or number
    return (subjects_apart(hits, words, grades, True, lambda: frozenset()) if grades else ()), grades


def field_of_preschool(hits: list[Found], grades: Terms) -> Terms:
    """Return the field of development of an activity; everyday words (thơ, nặn) count only where it is for children."""
    if any(grade.isdecimal() for grade in grades):
        return ()
    small = any(grade.startswith(("mau_giao", "nha_tre")) for grade in grades) or any(
        hit.kind == "level" and hit.term == "mam_non" for hit in hits
    )
    return tuple(hit.term for hit in hits if hit.kind == "preschool" or (small and hit.kind == "play"))[:1]


def theme(hits: list[Found], grades: Terms, text: str, subject: bool = False) -> Terms:
    """Return English for its textbooks and for units of a grade, else the theme across subjects that a title names.

    Beside a ``subject`` only what a title joins to it counts, "Tích hợp bảo vệ môi trường trong môn Sinh 9", and STEM.
    """
    joins = any(hit.kind == "joins" for hit in hits)
    if subject:
        return tuple(dict.fromkeys(term for term in _themes(hits, text, joins) if joins or term == "stem"))[:1]
    english = {hit.term for hit in hits if hit.kind in ("series", "lesson")}
    if "unit" in english and (grades or not english.isdisjoint(_ENGLISH)):
        return ("tieng_anh",)
    if grades and not english.isdisjoint(_ENGLISH):
        return ("tieng_anh",)
    return _themes(hits, text, joins)[:1]


def _themes(hits: list[Found], text: str, joins: bool) -> Terms:
    # Of plants, cells and engines speak titles with "stem" and "steam", and most of them are not Vietnamese.
    stem = (
        "STEM" in text
        or "STEAM" in text
        or text.startswith(("Stem:", "Steam:", "Stem lớp", "Steam lớp"))
        or (text.startswith(("Stem ", "Steam ")) and _WAY_OF_STEM.search(text))
    ) and not is_bare(text)
    themes = (hit.term for hit in hits if hit.kind == "theme" or (joins and hit.kind == "joined"))
    return tuple(term for term in themes if term != "stem" or stem)


_WAY_OF_STEM = re.compile(r"\b(?:5E|EDP)\b")  # its two courses of a lesson
_ENGLISH = frozenset(("global_success", "smart_world", "friends", "explore_new_worlds", "english_discovery"))


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
    named = tuple(dict.fromkeys(hit.term for hit in taken))
    return named if len(named) < 2 else _narrower(named)


_NARROWER = {"lich_su_dia_li": ("lich_su", "dia_li")}  # "Văn - Sử - Địa" are three subjects


def _narrower(named: Terms) -> Terms:
    """Among other subjects name the narrower ones: of a foreign language its name, of "Sử - Địa" both."""
    languages = any(vocabulary("subject").terms[name].get("parent") == "ngoai_ngu_1" for name in named)
    found = (name for name in named if not (languages and name.startswith("ngoai_ngu")))
    return tuple(dict.fromkeys(each for name in found for each in _NARROWER.get(name, (name,))))


def of_age(subjects: Terms, grades: Terms) -> Terms:
    """From grade 6 on, experiential activities are those with career orientation, and Vietnamese is Ngữ văn."""
    if not grades or _LATER.keys().isdisjoint(subjects):
        return subjects
    return tuple(
        _LATER[name] if name in _LATER and not any(legal(name, grade) for grade in grades) else name
        for name in subjects
    )


# --- "đề" alone ------------------------------------------------------------------------------------

_PAPER = key("đề")
_NOT_BEHIND = frozenset(map(key, ("chuyên", "chủ", "vấn", "đầu", "nhan", "tiêu", "luận", "mệnh", "trúc", "ra", "định")))
_NOT_BEFORE = frozenset(map(key, ("cương", "tài", "án", "xuất", "nghị", "cập", "cao", "phòng", "mục", "kháng", "ra")))


def is_paper(words: list[str]) -> bool:
    """Say that a title has "đề" as a word of its own: "Đề đọc hiểu", "Sinh 8 - Đề 3", not "chuyên đề", "đề cương"."""
    return _PAPER in words and any(
        word == _PAPER
        and (place == 0 or words[place - 1] not in _NOT_BEHIND)
        and (place + 1 == len(words) or words[place + 1] not in _NOT_BEFORE)
        for place, word in enumerate(words)
    )
