"""Which terms of a vocabulary do these words mean? Declared values first and widely, free text only where it is safe.

A declared value (dc:type, dc:subject, the name of a set) may use every class of variants; free text (a title) is read
by ``titles.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from .grades import Terms, grades_in
from .places import is_peace, provinces_of_words
from .rule import LONGEST_LOOKED_UP
from .tables import LONGEST_REMEMBERED, forgotten, remembered
from .titles import read
from .vocabulary import Vocabulary, vocabulary

_Way = Callable[[Vocabulary, str], Terms]
_cache: dict[tuple[str, str], Terms] = {}
forgotten(_cache.clear)
_MOST = 50_000  # declared values repeat: the distinct ones of a million records are far fewer than this


def match(scheme: str, text: str, declared: bool = True) -> Terms:
    """Return the ids that a text means in a vocabulary, in the order of the text; () where it means none.

    Of a long text the first thousand letters are looked at, for places nothing: it is no address. ``declared``: it
    stands in a field that is meant for such words. Raises KeyError for an unknown vocabulary.
    """
    if not declared:
        vocabulary(scheme)
        return said(scheme, text)
    place = (scheme, text)
    found = _cache.get(place)
    if found is None:
        if len(text) > LONGEST_LOOKED_UP:
            text = text[:LONGEST_LOOKED_UP] if scheme not in _NEVER_CUT else ""
        table = vocabulary(scheme)
        own = table.taught.term(text)
        found = (own,) if own else _DECLARED.get(scheme, _as_declared)(table, text)
        if len(place[1]) <= LONGEST_REMEMBERED:
            if len(_cache) >= _MOST:
                _cache.clear()
            _cache[place] = found
    return found


# Half an address names another place; a list of all 63 provinces of before July 2025 has 750 letters.
_NEVER_CUT = frozenset(("province", "former_province"))


def said(scheme: str, text: str) -> Terms:
    """Return the ids that a title means in a vocabulary; what it says is kept by ``read``."""
    return getattr(read(text), scheme) if scheme in OF_TITLES else ()


def _as_declared(table: Vocabulary, text: str) -> Terms:
    return table.values(text)


def _unique(terms: list[str]) -> Terms:
    return tuple(dict.fromkeys(terms))


# --- grades and subjects ---------------------------------------------------------------------------


def _beside(text: str) -> tuple[Terms, Terms]:
    """Return the subject and the grade of "Toán 10"; ((), ()) for everything else."""
    found = read(text) if _DIGITS.search(text) else None
    return (found.beside, found.grade) if found and found.beside else ((), ())


_DIGITS = re.compile(r"\d")


_THEMES = "lien_mon"  # of no subject of its own


def _declared_grades(table: Vocabulary, text: str) -> Terms:
    whole = table.value(text)
    return (whole,) if whole else grades_in(text) or _beside(text)[1] or table.values_of_parts(text)


_SUBJECT_OF = re.compile(r"^\s*(?:bộ\s+)?môn(?:\s+học)?\s+", re.IGNORECASE)


def _declared_subjects(table: Vocabulary, text: str) -> Terms:
    found = table.values(_SUBJECT_OF.sub("", unicodedata.normalize("NFC", text)))
    if all(table.terms[name].get("area") == _THEMES for name in found):  # "Toán 9; thi vào 10" is of Toán
        return _beside(text)[0] or found
    return found


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


# What stands around the name of a province: "Sở GD&ĐT Nghệ An", "tỉnh Bắc Ninh (cũ)", "Nghe An province".
_AROUND = re.compile(
    r"\b(?:sở giáo dục và đào tạo|sở giáo dục|sở gd\s?[&-]?\s?đt|ubnd|province of|province|city|tỉnh|thành phố|tp)\b\.?"
    r"|\(?\bcũ\b\)?",
    re.IGNORECASE,
)


_AND = re.compile(r"\s+(?:và|and|&)\s+")


def _declared_provinces(table: Vocabulary, text: str) -> Terms:
    found = table.values(_AND.sub("; ", text))
    if found:
        return found
    name = " ".join(_AROUND.sub(" ", unicodedata.normalize("NFC", text)).split()).strip(" ,.")
    return table.values(name) if name and name != text else ()


def _provinces_of_today(table: Vocabulary, text: str) -> Terms:
    """Take the value as a whole, else what its parts name: a list, an address, a town, an old province."""
    found = table.value(text) if "VN-" not in text else None
    if found and not is_peace(text):
        return (found,)
    return provinces_of_words(table, text)


_FORMERLY = re.compile(r"\bcũ\b", re.IGNORECASE)


def _former_provinces(table: Vocabulary, text: str) -> Terms:
    """Take units of before July 2025; one whose name is that of a unit of today only where "cũ" stands beside it."""
    found = _declared_provinces(table, text)
    if found and "://" not in text and not _FORMERLY.search(unicodedata.normalize("NFC", text)):
        found = tuple(name for name in found if not table.terms[name].get("kept"))
    return found


@remembered(maxsize=1)
def _series_inside() -> re.Pattern[str]:
    """Return what finds how a series may begin: most keywords name none, and this costs a tenth of looking for one."""
    table = vocabulary("series")
    words = [" ".join(phrase.split()[:2]) for row in table.terms.values() for phrase in row.get("variants", ())]
    return re.compile("|".join(map(re.escape, dict.fromkeys([*words, *table.capitals]))), re.IGNORECASE)


def _declared_series(table: Vocabulary, text: str) -> Terms:
    """Take the value as a whole, its parts, or a series named inside it: "Toán 6 (Kết nối tri thức với cuộc sống)"."""
    found = table.values(text)
    if found or not _series_inside().search(text):
        return found
    return _unique([phrase[0] for phrase in table.phrases(text)]) or _capitals(table, text)


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


_DECLARED: dict[str, _Way] = {
    "grade": _declared_grades,
    "subject": _declared_subjects,
    "type": _declared_types,
    "level": _declared_levels,
    "language": _declared_languages,
    "province": _provinces_of_today,
    "former_province": _former_provinces,
    "series": _declared_series,
}
OF_TITLES = frozenset(("grade", "subject", "type", "level", "audience", "series", "lesson", "school_year"))
