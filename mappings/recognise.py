"""Which terms of a vocabulary do these words mean? Declared values first and widely, free text only where it is safe.

A declared value (dc:type, dc:subject, the name of a set) may use every class of variants. In free text (a title) only
grades ("lớp 7") and subjects beside a legal grade ("Toán 10") are recognised so far.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from .vietnamese import folded, is_bare, key
from .vocabulary import Vocabulary, vocabulary

Terms = tuple[str, ...]
_cache: dict[tuple[str, str, bool], Terms] = {}
_MOST = 50_000  # declared values repeat: the distinct ones of a million records are far fewer than this


def match(scheme: str, text: str, declared: bool = True) -> Terms:
    """Return the ids that a text means in a vocabulary, in the order of the text; () where it means none.

    ``declared``: the text stands in a field that is meant for such words. Raises KeyError for an unknown vocabulary.
    """
    place = (scheme, text, declared)
    found = _cache.get(place)
    if found is None:
        table = vocabulary(scheme)
        ways = _DECLARED if declared else _FREE
        found = ways.get(scheme, _as_declared if declared else _nothing)(table, text)
        if declared or len(text) < 80:  # long titles are met once
            if len(_cache) >= _MOST:
                _cache.clear()
            _cache[place] = found
    return found


def _as_declared(table: Vocabulary, text: str) -> Terms:
    return table.values(text)


def _nothing(table: Vocabulary, text: str) -> Terms:
    return ()


def _unique(terms: list[str]) -> Terms:
    return tuple(dict.fromkeys(terms))


# --- grades ----------------------------------------------------------------------------------------

_NUMBER = r"(?:1[0-2]|[1-9])"
_GRADE = re.compile(
    r"(?<!vào )(?<!vao )(?<!sinh )(?<!lên )(?<!len )"  # "thi vào lớp 10" is a paper for grade 9
    rf"\b(?:khối lớp|khoi lop|lớp|lop|khối|khoi|grade)[ .]*({_NUMBER})(?![\w]|[.,]\d)"
    rf"((?:\s*(?:,|và|va|&|-|–|đến|den)\s*(?:lớp |lop )?{_NUMBER}(?![\w]|[.,/]\d))*)"
    r"(?!\s*(?:tuổi|tháng|tuoi|thang|month|year))"
)
_CLASS = re.compile(rf"\b(?:lớp|lop)\s+({_NUMBER})[a-eđ]\d{{0,2}}\b")
_NEXT = re.compile(rf"(,|và|va|&|-|–|đến|den)\s*(?:lớp |lop )?({_NUMBER})")


def grades_in(text: str) -> Terms:
    """Return the grades that a text names by "lớp N", "khối N", "lớp 6, 7", "lớp 6 đến lớp 9", "lớp 10A1"."""
    lowered = unicodedata.normalize("NFC", text).lower()
    found: list[str] = []
    for place in _GRADE.finditer(lowered):
        found += _row_of_grades(int(place[1]), place[2])
    found += [place[1] for place in _CLASS.finditer(lowered)]
    return _unique(found)


def _row_of_grades(first: int, others: str) -> list[str]:
    """Follow "6, 7 và 8" or "6 đến 9" while the numbers rise."""
    numbers = [first]
    for sign, digits in _NEXT.findall(others):
        number = int(digits)
        if number <= numbers[-1]:
            break
        reaches = sign in ("-", "–", "đến", "den")
        numbers += range(numbers[-1] + 1, number + 1) if reaches else [number]
    return [str(number) for number in numbers]


def _declared_grades(table: Vocabulary, text: str) -> Terms:
    whole = table.value(text)
    return (whole,) if whole else grades_in(text) or subject_and_grade(text)[1] or table.values(text)


def _free_grades(table: Vocabulary, text: str) -> Terms:
    return grades_in(text) or subject_and_grade(text)[1]


# --- subjects --------------------------------------------------------------------------------------

_DIGITS = re.compile(r"\d")
_GRADE_WORDS = ("lơp'4", "khôi'4", "lop", "khoi")
# kế toán, thanh toán …: the word before makes another word of it.
_SPOILS = {"toan'4": {"kê'4", "thanh", "tinh'4", "kiêm'2", "dư'5", "quyêt'4", "bai'1", "phep'4"}}
_UNIVERSITY = re.compile(
    r"đại cương|cao cấp|giáo trình|luận văn|luận án|khóa luận|khoá luận|đồ án|tiểu luận|học phần|sinh viên|ngành"
    r"|đại học|cao đẳng|trung cấp|học viện|kỉ yếu|kỷ yếu|tạp chí|nghiên cứu khoa học"
)


def is_academic(text: str) -> bool:
    """Say that a title speaks of higher education, where "Hóa học 2" is no school subject of grade 2."""
    return _UNIVERSITY.search(unicodedata.normalize("NFC", text).lower()) is not None


def legal(subject: str, grade: str) -> bool:
    """Say that a subject is, or by the programme of 2006 was, taught in a grade."""
    return grade in vocabulary("subject").terms[subject].get("grades", ())


def subject_and_grade(text: str) -> tuple[Terms, Terms]:
    """Return the subject before a legal grade number, and that grade: "Toán 10", "Tin học lớp 7"; else ((), ())."""
    if not _DIGITS.search(text) or is_academic(text):
        return (), ()
    bare = is_bare(text)
    words = (folded(text) if bare else key(text)).split(" ")
    names = _names(bare)
    for place in range(1, len(words)):
        if not (words[place].isdigit() and re.fullmatch(_NUMBER, words[place])):
            continue
        end = place - 1 if words[place - 1] in _GRADE_WORDS else place
        subject = _subject_before(words, end, names) if _is_grade(words, place) else None
        if subject and legal(subject, words[place]):
            return (subject,), (words[place],)
    return (), ()


def _is_grade(words: list[str], place: int) -> bool:
    return place + 1 >= len(words) or words[place + 1] not in ("tuôi'2", "thang'4", "tuoi", "thang")


def _subject_before(words: list[str], end: int, names: dict[str, str]) -> str | None:
    for start in range(max(0, end - 8), end):
        phrase = " ".join(words[start:end])
        subject = names.get(phrase)
        if subject and _stands_alone(words, start, end, phrase):
            return subject
    return None


def _stands_alone(words: list[str], start: int, end: int, phrase: str) -> bool:
    """Guard names of one syllable: Văn, Sử, Tin … only in the first place or after "môn"; toán not after kế, thanh …"""
    before = words[start - 1] if start else ""
    if end - start > 1 or not before:
        return True
    if phrase in _SPOILS:
        return before not in _SPOILS[phrase]
    return before in ("môn", "mon")


_tables: dict[bool, dict[str, str]] = {}


def _names(bare: bool) -> dict[str, str]:
    """Return the names of subjects that may stand before a number; short capitals (TD 9, CN 10) are too many things."""
    if not _tables:
        for form, fold in ((False, key), (True, folded)):
            table = _tables[form] = {}
            for term in vocabulary("subject").terms.values():
                if not term.get("grades"):
                    continue
                for word in (term["vi"], *term.get("variants", ()), *_long(term.get("field_only", ()))):
                    if not form or " " in word or word in ("toán", "Toán"):
                        table.setdefault(fold(word), term["id"])
                for word in term.get("abbreviations", ()):
                    table.setdefault(fold(word), term["id"])
    return _tables[bare]


def _long(words: list[str]) -> list[str]:
    return [word for word in words if not (word.isupper() and len(word) <= 3)]


def _declared_subjects(table: Vocabulary, text: str) -> Terms:
    found = table.values(re.sub(r"(?i)^\s*(?:bộ\s+)?môn(?:\s+học)?\s+", "", unicodedata.normalize("NFC", text)))
    return found or subject_and_grade(text)[0]


def _free_subjects(table: Vocabulary, text: str) -> Terms:
    return subject_and_grade(text)[0]


# --- types, levels, languages ----------------------------------------------------------------------


def _declared_types(table: Vocabulary, text: str) -> Terms:
    """Take the value as a whole, else by its parts, else the longest safe words in it: "Luận văn thạc sĩ Kinh tế"."""
    found = table.values(text)
    if found:
        return found
    phrases = [phrase for phrase in table.phrases(text) if phrase[2] > phrase[1]]
    capitals = _capitals(table, text)
    if phrases:
        return (max(phrases, key=lambda phrase: phrase[2] - phrase[1])[0],)
    return capitals[:1]


_CAPITALS = re.compile(r"[A-ZĐ][A-ZĐ&-]+")


def _capitals(table: Vocabulary, text: str) -> Terms:
    return _unique([table.capitals[word] for word in _CAPITALS.findall(text) if word in table.capitals])


def _declared_levels(table: Vocabulary, text: str) -> Terms:
    return table.values(text) or _capitals(table, text)


_REGION = re.compile(r"([A-Za-z]{2,3})[-_][A-Za-z0-9_-]+")
_SEVERAL = re.compile(r"[\s;,/|+&]+|\bvà\b|\band\b")


def _declared_languages(table: Vocabulary, text: str) -> Terms:
    """Take a code, a code with a region (vi_VN), a name, or several of them: "vi; en", "en fr"."""
    found = _one_language(table, text)
    if found:
        return (found,)
    pieces = [piece for piece in _SEVERAL.split(text) if piece]
    several = [_one_language(table, piece) for piece in pieces]
    return _unique([language for language in several if language]) if all(several) else table.values(text)


def _one_language(table: Vocabulary, text: str) -> str | None:
    text = text.strip(" .")
    region = _REGION.fullmatch(text)
    return table.value(text) or (table.value(region[1]) if region else None)


_Way = Callable[[Vocabulary, str], Terms]
_DECLARED: dict[str, _Way] = {
    "grade": _declared_grades,
    "subject": _declared_subjects,
    "type": _declared_types,
    "level": _declared_levels,
    "language": _declared_languages,
}
_FREE: dict[str, _Way] = {"grade": _free_grades, "subject": _free_subjects}
