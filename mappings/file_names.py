"""Names of files as titles: "giaoan_toan7_tuan10.doc", "KHBD-NguVan7-Bai3"."""

from __future__ import annotations

import re

from .grades import NUMBER
from .names_of_subjects import names_of_subjects
from .tables import remembered
from .vietnamese import without_marks

_FILE = re.compile(r"[\w .()+-]+\.(?:docx?|pptx?|pdf|xlsx?|zip|rar)", re.IGNORECASE)
_LESSON = re.compile(r"(?:bài|bai|tiết|tiet|unit|lesson)[ _.-]?\d", re.IGNORECASE)
_BETWEEN = re.compile("[_.-]+")
_GLUED = re.compile(r"(?<=[a-zà-ỹđ])(?=\d)|(?<=\d)(?=[a-zà-ỹđ]{2})", re.IGNORECASE)
_GRADE = re.compile(NUMBER)
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])(?=(?: (\d+))?)")
_PLAN = re.compile(r"^ga\b", re.IGNORECASE)
_HALF = re.compile(r"\b(hk) (?=[12]\b)", re.IGNORECASE)  # of the school year


def title_of_file(name: str) -> str:
    """Return the words of what is the name of a file, parted; "" of what is none."""
    if "." in name and _FILE.fullmatch(name):
        name, _, extension = name.rpartition(".")
        if extension.lower().startswith("ppt"):
            name += " pptx" if _LESSON.match(name) else " powerpoint"
    elif " " in name or not name.isascii() or len(_BETWEEN.findall(name)) < 2:
        return ""
    return _BETWEEN.sub(" ", name)


def parted(words: str) -> str:
    """Part figures from letters, and write in full what names a subject there: "toan7" is "toan hoc 7"."""
    return _HALF.sub(r"\1", _WORD.sub(_full, _PLAN.sub("giao an", _GLUED.sub(" ", words))))


def _full(place: re.Match[str]) -> str:
    names, word, number = names_of_subjects(), place[0], place[1]
    if number and word in names.glued and _GRADE.fullmatch(number):
        return without_marks(names.glued[word])
    lowered = word.lower()
    if number and lowered in names.bare:
        return names.bare[lowered]
    return names.alone.get(lowered) or _of_initial(lowered) or word


def _of_initial(lowered: str) -> str:
    """Return the name of "tviet" and "tanh"."""
    return _initials().get(lowered, "")


@remembered(maxsize=1)
def _initials() -> dict[str, str]:
    found: dict[str, str] = {}
    for pair, name in names_of_subjects().initials.items():
        found.setdefault(without_marks("".join(pair)), without_marks(name))
    return found
