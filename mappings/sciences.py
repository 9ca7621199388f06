"""Sciences of universities whose names hold those of school subjects: "Hóa sinh", "Công nghệ sinh học", "Địa chất"."""

from __future__ import annotations

import re

from .phrases import Found
from .title_subjects import KINDS_OF_SUBJECTS, grade_at, is_of_staff, may_be
from .vietnamese import key, keys


def without_sciences(hits: list[Found], words: list[str], lowered: str) -> list[Found]:
    """Leave out subjects inside the name of a science: "môn Hóa sinh", "môn Địa chất"; not of "môn Hóa, Sinh".

    A grade behind it makes it a topic of school, and beside a third subject, or of a staff, these are two.
    """
    named = [hit for hit in hits if hit.kind in KINDS_OF_SUBJECTS]
    gone: list[Found] = []
    for science in hits:
        if science.kind != "science" or _stands_among(science, named) or not _is_in_one_piece(science, words, lowered):
            continue
        if words[science.first - 1 : science.first] != [_OF_SUBJECT] and is_of_staff(science, words):
            continue
        number = grade_at(words, science.last + 1)
        inside = [hit for hit in named if science.first <= hit.first and hit.last <= science.last]
        if not number or not any(may_be(hit.term, number) for hit in inside):
            gone += inside
    return [hit for hit in hits if hit not in gone] if gone else hits


_OF_SUBJECT = key("môn")


def _stands_among(science: Found, named: list[Found]) -> bool:
    return any(hit.last + 1 == science.first or hit.first == science.last + 1 for hit in named)


def _is_in_one_piece(hit: Found, words: list[str], lowered: str) -> bool:
    """Say that no sign parts the words of a phrase: "Hóa sinh" is a science, "Hóa - Sinh" are two subjects."""
    name = f" {' '.join(words[hit.first : hit.last + 1])} "
    return any(name in f" {' '.join(keys(piece))} " for piece in _SIGNS.split(lowered))


_SIGNS = re.compile(r"[^\w\s]+")
