"""What may not be shown to anybody: personal data of pupils, and spam on the sites of schools.

Whoever is named beside a class and a birth date, who stands with a birth date in a list of pupils, or whose telephone,
e-mail or identity number stands beside the words "học sinh" or "phụ huynh", is protected (Law 91/2025/QH15): the record
is quarantined and nothing of it is told. The telephone of a school is no such thing, and neither is a lesson on chances
in games.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import Any

from .people import SURNAMES
from .phrases import words_of_titles
from .tables import remembered
from .titles import already_read, read
from .vietnamese import folded, key, keys

UNTOLD = frozenset(("personal_data", "spam"))  # reasons for which nothing of a record is told, not even its own words
_LONGEST = 20_000  # what is looked at of one text; an abstract is shorter, a page of a list shows itself at once

_DATE = r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:19[5-9]|20[0-3])\d"
_BIRTH = re.compile(rf"(?:ngày\s+sinh|sinh\s+ngày|năm\s+sinh|\bns)\b[^\d]{{0,12}}{_DATE}", re.IGNORECASE)
_CLASS = re.compile(r"\blớp\b|\bhọc sinh\b|\bem\b|\bcháu\b|\b\d{1,2}[A-E]\d{0,2}\b", re.IGNORECASE)
_NUMBER = re.compile(r"0\d{2,3}[ .-]?\d{3}[ .-]?\d{3,4}(?!\d)|0\d{11}(?!\d)")  # telephone, identity number
_OLD_IDENTITY = re.compile(r"(?:cmnd|chứng minh nhân dân)\D{0,20}\d{9,12}(?!\d)", re.IGNORECASE)
_IDENTITY = re.compile(r"cccd|cmnd|căn cước|định danh|chứng minh", re.IGNORECASE)
_PUPIL = re.compile(
    r"\bphụ huynh\b|\bhọc sinh\b|\bem\s+[A-ZĐÀ-Ỹ]|\bcháu\b|\bcon\s+[A-ZĐÀ-Ỹ]|\b(?:bố|mẹ|cha)\b", re.IGNORECASE
)
_OFFICE = re.compile(
    r"trường|phòng|thư viện|hotline|đường dây|liên hệ|tư vấn|văn phòng|nhà xuất bản|nxb|trung tâm|ban giám hiệu"
    r"|tổng đài|giáo viên|tác giả|fax",
    re.IGNORECASE,
)
_DAY = re.compile(_DATE)
_NEAR = 60  # characters before a number in which it is said whose it is
_LIST = re.compile(
    r"danh sách (?:\w+ )?(?:học sinh|hs\b|lớp|trẻ|thí sinh|đội tuyển|các em|cháu)|họ,? (?:và )?tên|ngày sinh|năm sinh"
    r"|bảng điểm",
    re.IGNORECASE,
)
_CLASS_OF_LIST = re.compile(rf"{_CLASS.pattern}|\btrẻ\b|\bmẫu giáo\b|\bthí sinh\b", re.IGNORECASE)
_FIRST_BIRTH, _LAST_BIRTH = "1990", "2029"  # of pupils of the years that anybody describes in a repository
# Words of other columns between a name and the day of birth; "Nam", "Nữ" and "Kinh" pass for words of the name.
_COLUMNS = frozenset(("nam", "nữ", "lớp", "sinh", "ngày", "năm", "ns", "dân", "tộc", "kinh"))
_CLASS_NAME = re.compile(r"\d{1,2}[A-Z]\d{0,2}")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_OF_A_PLACE = re.compile(r"trường|thpt|thcs|tiểu học|mầm non|chuyên|đường|phố|giải|quận|huyện|xã", re.IGNORECASE)
# Surnames of the mountains, some of them words of everyday ("ma", "nông"): beside a birth date in a list of a class one
# is surely a name; of a creator it would not tell a person from a title.
_OF_THE_MOUNTAINS = "Lò Quàng Vàng Giàng Sùng Thào Vừ Hạng Nông Bế Lường Cầm Tòng Ksor Siu Ma"
_SURNAMES = SURNAMES.union(re.findall(r"\w+", _OF_THE_MOUNTAINS))
_MOST_DAYS, _LEAST_NAMES, _LEAST_WORDS = 200, 2, 3


def unsafe(values: dict[str, Any]) -> str:
    """Return the code of the reason why a record may not be shown, "" for none; cheap where nothing is suspicious."""
    title, description = values.get("title", ""), values.get("description", "")
    if is_personal(title[:_LONGEST]) or (description and is_personal(description[:_LONGEST], title)):
        return "personal_data"
    others = _other_texts(values)
    if others and _has_sign("\n".join(others)) and any(is_personal(text[:_LONGEST], title) for text in others):
        return "personal_data"
    if _may_be_odd(title) and is_spam(title, (description, *values.get("keyword", ())[:50])):
        return "spam"
    return ""


def _other_texts(values: dict[str, Any]) -> list[str]:
    """Return what people are shown of a record beside title and description; terms and addresses are no texts."""
    found = [values[name] for name in ("table_of_contents", "publisher", "rights") if name in values]
    for name in ("title_alternative", "keyword", "collection"):
        if name in values:
            found += values[name]
    for name in ("creator", "contributor"):
        if name in values:
            found += [agent.name for agent in values[name]]
    if "relation" in values:
        found += [tie.target for tie in values["relation"] if " " in tie.target]
    return found


def _has_sign(text: str) -> bool:
    """Say cheaply that a text may hold a telephone, a birth date, an address or the number of an identity card."""
    return "0" in text or ("9" in text and "1" in text) or "@" in text or "CMND" in text or "hứng minh nhân" in text


def is_personal(text: str, title: str = "") -> bool:
    """Say that a text holds personal data of a pupil: birth date beside a class, telephone, e-mail, identity number.

    ``title``: that of the record, which may say of whom a list is.
    """
    # Cheap tests first: one sign costs 15 ns for 300 characters, a word 300, a pattern of digits 3,000.
    zero = "0" in text
    # The signs of a year as in a birth date, 195… to 203…, stand anywhere.
    year = (zero and "2" in text) or ("9" in text and "1" in text)
    if year and ("/" in text or "sinh" in text or "SINH" in text) and _DAY.search(text):
        for birth in _BIRTH.finditer(text):
            if _CLASS.search(text, max(0, birth.start() - 2 * _NEAR), birth.end() + _NEAR):
                return True
        if _is_list_of_pupils(text, title):
            return True
    named = ("M" in text and "CMND" in text) or ("ứ" in text and "hứng minh nhân" in text)
    if named and _OLD_IDENTITY.search(text):
        return True
    for number in _NUMBER.finditer(text) if zero and _NUMBER.search(text) else ():  # to search alone is cheaper
        before = text[max(0, number.start() - _NEAR) : number.start()]
        if len(re.sub(r"\D", "", number[0])) == 12 and _IDENTITY.search(before):
            return True
        if _PUPIL.search(before) and not _OFFICE.search(before):
            return True
    return _has_address_of_pupil(text) if "@" in text else False


def _is_list_of_pupils(text: str, title: str) -> bool:
    """Say that a text is a list of pupils: a class, a word of lists, and two names with a birth date beside each."""
    whole = f"{title} | {text}"
    if not (_LIST.search(whole) and _CLASS_OF_LIST.search(whole)):
        return False
    names = 0
    for day in islice(_DAY.finditer(text), _MOST_DAYS):
        if _FIRST_BIRTH <= day[0][-4:] <= _LAST_BIRTH:
            names += _ends_with_name(text[max(0, day.start() - _NEAR) : day.start()])
            if names == _LEAST_NAMES:
                return True
    return False


def _ends_with_name(before: str) -> bool:
    """Say that a full name, surname first, stands at the end of a piece of text; names of schools and streets do not.

    Other columns of a list may follow it, "Nguyễn Văn An, nam, 10A1,", but no "ngày" alone as of an event.
    """
    words = _WORD.findall(before)
    columns: list[str] = []
    while words and ((word := words[-1].lower()) in _COLUMNS or _CLASS_NAME.fullmatch(words[-1])):
        if words[-1].istitle() and word in ("nam", "kinh"):
            break  # "Nguyễn Văn Nam"
        columns.append(word)
        words.pop()
    name: list[str] = []
    while words and words[-1][0].isupper() and not any(map(str.isdigit, words[-1])):
        name.insert(0, words.pop())
    if ("ngày" in columns and "sinh" not in columns) or _OF_A_PLACE.search(" ".join((*words[-2:], *name))):
        return False
    return any(word.capitalize() in _SURNAMES for word in name[: 1 - _LEAST_WORDS])


def _has_address_of_pupil(text: str) -> bool:
    for place in re.finditer("@", text) if _PUPIL.search(text) else ():
        before = text[max(0, place.start() - _NEAR) : place.start()]
        if _PUPIL.search(before) and not _OFFICE.search(before):
            return True
    return False


# --- spam ------------------------------------------------------------------------------------------


@remembered(maxsize=1)
def _phrases() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the phrases of spam and those of lessons, each between blanks."""
    spam, lessons = (tuple(f" {key(words)} " for words in words_of_titles()[name]) for name in ("spam", "lessons"))
    return spam, lessons


@remembered(maxsize=1)
def _beginnings() -> frozenset[str]:
    """Return the first words of the phrases of spam, with their marks and without."""
    return frozenset(form(words).partition(" ")[0] for words in words_of_titles()["spam"] for form in (key, folded))


def _may_be_odd(title: str) -> bool:
    """Say at a fifth of the price of reading it that a title may hold a phrase of spam; names of files are read."""
    known = already_read(title)
    if known is not None:
        return known.odd
    return "." in title or not _beginnings().isdisjoint(keys(unicodedata.normalize("NFC", title[:_LONGEST]).lower()))


def is_spam(title: str, others: tuple[str, ...]) -> bool:
    """Say that a title and its texts are those of a doorway page: two phrases of gambling, one of them in the title."""
    if not read(title).odd:
        return False
    spam, lessons = _phrases()
    padded = f" {key(title)} "
    if any(words in padded for words in lessons):
        return False
    whole = f"{padded}| " + " | ".join(key(text[:_LONGEST]) for text in others) + " "
    return len({phrase for phrase in spam if phrase in whole}) > 1
