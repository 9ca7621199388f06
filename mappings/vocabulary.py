"""The house's vocabularies: tables of terms with labels, spellings and parents, found by their file's name."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

from harvester import load_yaml

from .vietnamese import folded as fold

FOLDER = Path(__file__).parent / "vocabularies"
# Words around a term that say nothing: "Môn Toán", "Ngành Luật".
_DECORATION = re.compile(r"^(?:mon hoc|mon|bo mon|chuyen nganh|nganh) ")
_LONGEST = 7  # tokens of the longest spelling in the tables
_CREATIVE_COMMONS = re.compile(r"https?://(?:www\.)?creativecommons\.org/licen[sc]es/([a-z-]+)(?:/|$)", re.IGNORECASE)


class Term(msgspec.Struct, frozen=True):
    """One term: id, labels, and everything else that its table says."""

    id: str
    vi: str
    en: str
    facts: dict[str, Any]


class Scheme(msgspec.Struct, frozen=True):
    """One vocabulary: its terms, and folded spellings by how far they can be trusted.

    ``declared`` may be matched in a field made for this vocabulary, ``anywhere`` also inside longer text there.
    """

    terms: dict[str, Term]
    declared: dict[str, str]
    anywhere: dict[str, str]


def schemes() -> list[str]:
    """Return the names of all vocabularies."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


@cache
def scheme(name: str) -> Scheme:
    """Load a vocabulary; once a process."""
    rows = load_yaml(FOLDER / f"{name}.yaml").value["terms"]
    terms = {str(row["id"]): Term(str(row["id"]), row["vi"], row["en"], row) for row in rows}
    declared: dict[str, str] = {}
    anywhere: dict[str, str] = {}
    for row in rows:
        for kind in ("vi", "en", "variants", "legacy_names", "former"):
            for spelling in _list(row.get(kind)):
                anywhere.setdefault(fold(spelling), str(row["id"]))
        for kind in ("id", "abbreviations", "field_only", "iso", "uri", "lom"):
            for spelling in _list(row.get(kind)):
                declared.setdefault(fold(spelling), str(row["id"]))
    declared.update(anywhere)
    declared.pop("", None)
    anywhere.pop("", None)
    return Scheme(terms, declared, anywhere)


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


@lru_cache(maxsize=100_000)
def match(name: str, text: str) -> str:
    """Return the id of the term that a declared text means, or an empty string.

    The whole text first, then without words like "môn", then the longest trusted spelling inside it.
    """
    vocabulary = scheme(name)
    folded = fold(text)
    found = vocabulary.declared.get(folded) or vocabulary.declared.get(_DECORATION.sub("", folded))
    return found or _inside(vocabulary.anywhere, folded.split())


def _inside(spellings: dict[str, str], tokens: list[str]) -> str:
    for length in range(min(_LONGEST, len(tokens)), 0, -1):
        for start in range(len(tokens) - length + 1):
            found = spellings.get(" ".join(tokens[start : start + length]))
            if found:
                return found
    return ""


def label(name: str, identity: str, language: str = "vi") -> str:
    """Return a term's label in ``vi`` or ``en``; an unknown id is its own label."""
    term = scheme(name).terms.get(identity)
    if term is None:
        return identity
    return term.en if language == "en" else term.vi


def order(name: str) -> dict[str, int]:
    """Return the place of every id in its table: the order in which people expect to see them."""
    return {identity: place for place, identity in enumerate(scheme(name).terms)}


@cache
def grade_level(grade: str) -> str:
    """Return the level of a grade."""
    term = scheme("grade").terms.get(grade)
    return str(term.facts["parent"]) if term else ""


@cache
def legal_grades(subject: str) -> frozenset[str]:
    """Return the grades in which a subject of the programme is taught."""
    term = scheme("subject").terms.get(subject)
    return frozenset(_list(term.facts.get("grades"))) if term else frozenset()


@cache
def province(code: str) -> str:
    """Return today's unit for a two-digit code, old or new, or an id; an empty string where there is none.

    Every current code is the former code of one of its parts, so one total function serves 63 and 34 codes.
    """
    for term in scheme("province").terms.values():
        if code == term.id or code in _list(term.facts.get("former_codes")):
            return term.id
    return ""


@lru_cache(maxsize=20_000)
def licence(text: str) -> str:
    """Return the licence that a rights statement names, or an empty string; an open one is never inferred.

    An address decides before words.
    """
    vocabulary = scheme("licence")
    address = re.search(r"https?://[^\s<>\"]+", text)
    if address:
        named = _CREATIVE_COMMONS.match(address[0])
        found = f"cc-{named[1].lower()}" if named else vocabulary.declared.get(fold(address[0]), "")
        if found in vocabulary.terms:
            return found
    folded = fold(text)
    return vocabulary.declared.get(folded) or _inside(vocabulary.anywhere, folded.split())
