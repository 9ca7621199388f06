"""Words that mean the same in a search: abbreviations and their full forms, numbers in words, words that count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harvester import load_yaml

from .grades import NUMBER_WORDS
from .phrases import words_of_titles
from .tables import remembered
from .vietnamese import key
from .vocabulary import names, vocabulary

_PATH = Path(__file__).with_suffix(".yaml")
_SHORTEST = 3  # letters: of two letters nearly every abbreviation has several meanings
_LINKS = frozenset(map(key, ("và", "với", "cho", "của")))  # GDKT&PL leaves out what KNTTVCS writes


@remembered(maxsize=1)
def _table() -> dict[str, Any]:
    found: dict[str, Any] = load_yaml(_PATH, _PATH.name).value
    return found


@remembered(maxsize=1)
def abbreviations() -> tuple[tuple[str, ...], ...]:
    """Return groups of words that mean the same: the abbreviation first, then its full forms.

    They are those of the vocabularies, where an abbreviation is spelt by the initials of
    one of its term's own words, and those of ``equivalents.yaml``. What has two meanings is left out.
    """
    table = _table()
    groups: dict[str, list[str]] = {}
    for short, words in _declared():
        full = [word for word in words if _spells(short, word)]
        if full and len(short) >= _SHORTEST and short not in table["ambiguous"]:
            groups.setdefault(short, []).extend(full)
    for short, words in table["abbreviations"].items():
        groups[short] = list(words)
    return tuple((short, *dict.fromkeys(words)) for short, words in groups.items())


def _declared() -> list[tuple[str, list[str]]]:
    """List every abbreviation of the tables with all words of its term."""
    found = []
    for name in names():
        for term in vocabulary(name).terms.values():
            words = [term["vi"], *term.get("variants", ())]
            found += [(short, words) for short in term.get("abbreviations", ())]
    return found


def _spells(short: str, word: str) -> bool:
    """Say whether an abbreviation is the initials of some words, with or without those that only link."""
    letters = [letter for letter in short.lower() if letter.isalpha()]
    parts = word.lower().replace(",", " ").replace("-", " ").split()
    whole = [part[0] for part in parts]
    without = [part[0] for part in parts if key(part) not in _LINKS]
    return len(parts) > 1 and letters in (whole, without)


@remembered(maxsize=1)
def number_words() -> dict[str, int]:
    """Return numbers as people write them in words, one to twelve: "hai" is 2, "tư" and "bốn" are 4."""
    return {word.replace("·", " "): int(number) for word, number in NUMBER_WORDS.items()}


@remembered(maxsize=1)
def counting_words() -> tuple[str, ...]:
    """Return the words after which a number may stand in figures or in words: bậc, bài, tập."""
    return tuple(dict.fromkeys((*words_of_titles()["lesson"], *_table()["counting"])))


def grade_words() -> tuple[str, ...]:
    """Return the words that name a grade before a number: lớp, khối, grade."""
    return tuple(_table()["grades"])
