"""What the words around the name of a subject make of it: a course of a university, the name of a school.

Words are those of ``vietnamese.keys``.
"""

from __future__ import annotations

from .phrases import Found
from .vietnamese import key

GRADE_WORDS = frozenset(("lơp'4", "khôi'4", "lop", "khoi", "grade"))
OF = frozenset(("môn", "mon"))  # "môn Khoa học" is a name of its own in the table
_ENTRY = frozenset((key("nhập"), "nhap"))
_TRADE = frozenset((key("chuyên"), "chuyen"))
# Before "chuyên môn Toán" these speak of a school, of its examination or its staff.
_WORDS_OF_STAFF = "tổ nhóm cụm hoạt thi vào thpt trường lớp khối hệ sinh không hsg to nhom hoat truong lop"
_OF_STAFF = frozenset(key(_WORDS_OF_STAFF).split(" "))


def is_of_subject(place: int, words: list[str]) -> bool:
    """Say that the word there is "môn" before its subject: not "Nhập môn Toán", nor "Trình độ chuyên môn Toán"."""
    return words[place] in OF and not (place and (words[place - 1] in _ENTRY or is_of_trade(place, words)))


def is_of_trade(place: int, words: list[str]) -> bool:
    """Say that the word there ends "chuyên môn", a trade; "Đề thi vào 10 chuyên môn Toán" is of an examination."""
    if not place or words[place] not in OF or words[place - 1] not in _TRADE:
        return False
    return place < 2 or not (words[place - 2] in _OF_STAFF or words[place - 2].isdecimal())


def is_introduced(hit: Found, words: list[str]) -> bool:
    """Say that a title introduces students of a university: "Nhập môn Tin học 3", not "Nhập môn Tin học lớp 3"."""
    return (
        hit.first > 1
        and words[hit.first - 1] in OF
        and words[hit.first - 2] in _ENTRY
        and not (hit.last + 1 < len(words) and words[hit.last + 1] in GRADE_WORDS)
    )


def is_of_schools(words: list[str]) -> bool:
    """Say that a study speaks of schools: "tiểu học", "phổ thông"; a "tiểu luận" is one of a student."""
    return any(
        word in _SCHOOLS_OF and _SCHOOLS_OF[word] in ("", words[place + 1] if place + 1 < len(words) else None)
        for place, word in enumerate(words)
    )


_SCHOOLS_OF = {"thpt": "", "thcs": "", **dict(key(name).split(" ") for name in ("phổ thông", "tiểu học"))}


def is_name_of_school(hit: Found, words: list[str]) -> bool:
    """Say that the words are part of a school's name: "Trường THPT Chuyên Ngoại ngữ"."""
    if not hit.first or words[hit.first - 1] not in _SCHOOLS:
        return False
    before = words[max(0, hit.first - 4) : hit.first]
    return SCHOOL in before or before[-2:] == ["thpt", "chuyên"]


TEACHERS_OF = frozenset((*key("sư phạm").split(" "), "su", "pham"))
SCHOOL = key("trường")
_SCHOOLS = frozenset(map(key, ("thpt", "thcs", "chuyên", "đh", "học", "quốc gia", "phạm")))
_ORGANIC = key("cơ")  # of chemistry, organic or not; without a grade it is of a university
# Parts of mathematics and chemistry that are taught in some grades; beside another number they are of a university.
_PARTS = {
    key(name): frozenset(grades.split())
    for name, grades in (
        ("giải tích", "11 12"),
        ("đại số", "6 7 8 9 10 11"),
        ("hình học", "6 7 8 9 10 11 12"),
        ("số học", "6"),
        ("lượng giác", "10 11"),
        ("hóa học hữu cơ", "11 12"),
        ("hóa học vô cơ", "9 10 11 12"),
    )
}


_FIRST_OF_PARTS = frozenset(name.partition(" ")[0] for name in _PARTS)


def is_of_university(hit: Found, words: list[str]) -> bool:
    """Say that a part of mathematics or chemistry is a course of universities: "Giải tích 2", "Hóa hữu cơ"."""
    if words[hit.first] not in _FIRST_OF_PARTS:
        return False
    grades = _PARTS.get(" ".join(words[hit.first : hit.last + 1]))
    following = words[hit.last + 1] if hit.last + 1 < len(words) else ""
    if grades is None or following in grades:
        return False
    return following.isdecimal() or (words[hit.last] == _ORGANIC and following not in GRADE_WORDS)
