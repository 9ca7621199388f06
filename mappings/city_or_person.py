"""Hồ Chí Minh: the city or the person; the city where an office, a list, or a part of its own address stands beside it.

A word for a part of an address is an ordinary word, too: "đường Lê Lợi" is a street, "đường lối cách mạng" is not. So
what stands behind it must be a name or a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .districts import units_of_name
from .place_words import HOUSES, IN_ENGLISH_BEHIND, INSTITUTES, NUMBERED, PUBLISHERS, STREETS
from .syllables import is_syllable
from .vietnamese import folded

PERSON = "Hồ Chí Minh"
_CITY = "vn-79"
_BESIDE_THE_CITY = frozenset(("viet nam", "vietnam", "thanh pho", "tp"))
_LISTED = re.compile(r"\s(?:và|and|&|\+|[-–—]+)\s")
_ADDRESS_OF_THE_CITY = re.compile(
    r"\w\s*,\s*\d{1,2}\s*,\s*h[oồ] ch[ií] minh\b", re.IGNORECASE
)  # "Bến Thành, 1, Hồ Chí Minh"
_YEARS_OF_A_LIFE = re.compile(r"\b(?:18\d\d|19[0-6]\d)\s*[-–—]")  # he lived from 1890 to 1969
_NAME_OF_A_PERSON = re.compile(r"Trường(?: [^\W\d]\w*){1,2}$")  # Trường Chinh; a school is "Trường THPT …"
_NUMBER = re.compile(r"(?:(?:số|so)(?:\s+nhà)?\s+)?\d[\w/.-]*\s+(?!tháng\b)", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"(?:số|so)\s+[^\W\d_]?\d\S*", re.IGNORECASE)  # of a house, or of a journal
_KIND = re.compile(
    rf"(?:(?P<numbered>{NUMBERED})|(?P<street>{STREETS})|(?P<house>{HOUSES})|(?P<institute>{INSTITUTES}|{PUBLISHERS}))"
    r"(?:\s+|(?<=\.))(?:(?:dân phố|dân cư|đô thị|công nghiệp|công nghệ cao|chế xuất|tập thể|đa khoa|nhân dân)\s+)?",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"[^\W\d_]?\d|(?:số|so)\s+\d", re.IGNORECASE)
_KIND_BEHIND = re.compile(rf"\s(?:{IN_ENGLISH_BEHIND})\.?$", re.IGNORECASE)
_DISTRICT_BY_NUMBER = re.compile(r"q\.\s*\d", re.IGNORECASE)


def is_person(name: str) -> bool:
    """Say that a name is the one which a person and a city share, with its marks or without."""
    return len(name) == len(PERSON) and folded(name) == folded(PERSON)


def is_city_beside(text: str, pieces: list[str], unit_of: Callable[[str], str], is_of_office: bool) -> bool:
    """Say that "Hồ Chí Minh" is the city, because an office, one of its streets or districts stands beside it.

    Beside a place elsewhere, "Hồ Chí Minh, Pác Bó", it is the person, where no list says otherwise; beside the years of
    his life only a district says that it is the city.
    """
    others = [(piece, place) for place, piece in enumerate(pieces) if not is_person(piece)]
    units = [unit_of(piece) for piece, _ in others]
    elsewhere = {unit for unit in units if unit and unit != _CITY}
    if is_of_office or (elsewhere and (len(elsewhere) > 1 or _LISTED.search(text))):
        return True
    if elsewhere:
        return False
    if any(units) or any(not piece.isdecimal() and _CITY in units_of_name(piece) for piece, _ in others):
        return True
    if _YEARS_OF_A_LIFE.search(text):
        return False
    if _ADDRESS_OF_THE_CITY.search(text):
        return True
    named = next(place for place, piece in enumerate(pieces) if is_person(piece))
    return any(folded(piece) in _BESIDE_THE_CITY or _is_of_an_address(piece, place < named) for piece, place in others)


def _is_of_an_address(piece: str, stands_before: bool) -> bool:
    """Say that a piece is a part of an address: "12 Lê Lợi", "phường 5", "Trường THPT Trường Chinh"; "Số phận" is none.

    An author stands before his publisher, his institute and the number of a journal, a city behind.
    """
    if _NAME_OF_A_PERSON.match(piece):
        return False
    if _NUMBER_ALONE.fullmatch(piece):
        return stands_before
    if _DISTRICT_BY_NUMBER.match(piece):
        return True
    number = _NUMBER.match(piece)
    begins, kind = number.end() if number else 0, ""
    while (found := _KIND.match(piece, begins)) and not is_person(piece[begins:]):
        begins, kind = found.end(), str(found.lastgroup)
    rest = piece[begins:]
    if behind := _KIND_BEHIND.search(rest):
        rest, kind = rest[: behind.start()], "street"
    words = rest.split()
    if not words or is_person(rest) or not (kind or number):
        return False
    if kind and _FIGURE.match(rest):
        return True
    if kind == "numbered" or piece.isupper() or (kind == "institute" and not stands_before):
        return False
    if kind in ("house", "institute"):
        return rest[0].isupper()
    is_name = all(word[0].isupper() or word[0].isdecimal() for word in words)
    return is_name and (kind != "" or len(words) > 1 or not is_syllable(rest.lower()))
