"""The tables of words: languages, types, subjects, grades, levels, licences, provinces, audiences, roles.

One file of ``vocabularies/`` is one table, named like the field that it serves; each is read when it is first asked.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from harvester import load_yaml, parse_yaml

from .extending import Taught, extended_terms
from .tables import own_file, remembered
from .vietnamese import folded, is_bare, key

FOLDER = Path(__file__).with_name("vocabularies")
CONCEPTS = "https://w3id.org/kho/vocabulary/"  # the same for every installation: a term means the same everywhere
# Signs that part several words in one value; a hyphen only between blanks: "e-Learning", "LS-ĐL".
_PARTS = re.compile(r"\s*[;,|/>\n]\s*|\s+[-–—]+\s+|\s*:\s+")
_OURS = CONCEPTS.partition(":")[2]
_ADDRESSES = re.compile(r"\s*[;|\n]\s*|,?\s+")  # what parts addresses, which have signs of their own

_LONGEST = 200  # a longer value is a sentence
_MOST_PARTS = 100  # of one value: there were 63 provinces


@lru_cache(maxsize=4096)  # one value is looked up in several tables
def _key(text: str) -> str:
    return key(text)


class Vocabulary:
    """One table: its terms by id, and the words by which they are recognised."""

    def __init__(self, name: str) -> None:
        """Read ``vocabularies/NAME.yaml`` and what the tables in use add to it.

        Raises KeyError where there is no such table, Faults for lines that are wrong.
        """
        path = FOLDER / f"{name}.yaml"
        if not path.is_file():
            raise KeyError(name)
        self.name = name
        terms, own = load_yaml(path, f"vocabularies/{name}.yaml").value["terms"], own_file(f"vocabularies/{name}.yaml")
        self.taught = Taught()
        if own is not None:
            terms = extended_terms(terms, parse_yaml(*own), self.taught)
        self.terms: dict[str, dict[str, Any]] = {term["id"]: term for term in terms}
        self.whole: dict[str, str] = {}
        self.bare: dict[str, str] = {}
        self.anywhere: dict[str, str] = {}
        self.anywhere_bare: dict[str, str] = {}
        self.capitals: dict[str, str] = {}
        self.uris: dict[str, str] = {}
        for term in self.terms.values():
            self._learn(term)
        self.longest: dict[str, int] = {}  # of the phrases that begin with a word
        for phrase in (*self.anywhere, *self.anywhere_bare):
            first, length = phrase.partition(" ")[0], phrase.count(" ") + 1
            self.longest[first] = max(length, self.longest.get(first, 0))

    def _learn(self, term: dict[str, Any]) -> None:
        """Enter one term's words; where two terms share one, the earlier term keeps it."""
        name = term["id"]
        safe = [*term.get("variants", ()), *term.get("former", ())]
        for word in (*safe, term["vi"], term["en"]):
            self.whole.setdefault(key(word), name)
            self.bare.setdefault(folded(word), name)
        for word in safe or [term["vi"]]:
            phrase = key(word)
            self.anywhere.setdefault(phrase, name)
            if " " in phrase or is_bare(phrase):  # one syllable without its marks is anything: toan is toàn, toán, toan
                self.anywhere_bare.setdefault(folded(word), name)
        for word in (*term.get("abbreviations", ()), *term.get("field_only", ())):
            self.whole.setdefault(key(word), name)
        if not name.isdigit():  # the grade "7" is no word: a value 7 may be anything
            self.whole.setdefault(key(name), name)
        for word in term.get("abbreviations", ()):
            self.capitals.setdefault(word, name)
        for uri in (*term.get("uris", ()), *([term["uri"]] if term.get("uri") else ())):
            self.uris.setdefault(address(uri), name)
        self.uris[address(concept(self.name, name))] = name

    def value(self, text: str) -> str | None:
        """Return the term that a whole declared value names, or None."""
        if "://" in text:
            return self.uris.get(address(text))
        compared = _key(text) if len(text) < _LONGEST else key(text)
        found = self.whole.get(compared)
        return found if found or not is_bare(text) else self.bare.get(compared)  # a bare text compares as it folds

    def values(self, text: str) -> tuple[str, ...]:
        """Return the terms that a declared value names: as a whole, else by its parts."""
        found = self.value(text)
        return (found,) if found else self.values_of_parts(text)

    def values_of_parts(self, text: str) -> tuple[str, ...]:
        """Return the terms that the parts of a declared value name; () where it has only one.

        Of another's address the last part may be a word; one of ours means what its table says and nothing else.
        """
        if _OURS in text:
            addresses = _ADDRESSES.split(text, _MOST_PARTS)[:_MOST_PARTS]
            return tuple(dict.fromkeys([term for part in addresses if (term := self.value(part))]))
        pieces = _parts(text) if len(text) < _LONGEST else parts(text)
        if len(pieces) == 1 and pieces[0] == text:
            return ()
        return tuple(dict.fromkeys([term for part in pieces if (term := self.value(part))]))

    def phrases(self, text: str) -> list[tuple[str, int, int]]:
        """Find the terms whose safe words stand in a text, longest first from each place: (id, first word, last)."""
        bare = is_bare(text)
        words = (folded(text) if bare else key(text)).split(" ")
        table = self.anywhere_bare if bare else self.anywhere
        found, place = [], 0
        while place < len(words):
            for length in range(min(self.longest.get(words[place], 0), len(words) - place), 0, -1):
                term = table.get(" ".join(words[place : place + length]))
                if term:
                    found.append((term, place, place + length - 1))
                    place += length - 1
                    break
            place += 1
        return found


def parts(text: str) -> tuple[str, ...]:
    """Split a declared value that names several things, up to a hundred."""
    return tuple([part for part in _PARTS.split(text, _MOST_PARTS)[:_MOST_PARTS] if part])


@lru_cache(maxsize=4096)  # one value is looked up in several tables
def _parts(text: str) -> tuple[str, ...]:
    return parts(text)


def address(uri: str) -> str:
    """Return an address without scheme, www and closing slash: http and https name the same term."""
    return uri.strip().lower().partition("://")[2].removeprefix("www.").rstrip("/")


def concept(scheme: str, term: str = "") -> str:
    """Return the address of a term, or of its whole table; it is published and never changes."""
    return f"{CONCEPTS}{scheme}/{term.replace(' ', '%20')}" if term else CONCEPTS + scheme


@remembered(maxsize=64)  # there are nine; a name that does not exist is not kept
def vocabulary(name: str) -> Vocabulary:
    """Return a table by its name. Raises KeyError."""
    return Vocabulary(name)


@lru_cache(maxsize=1)  # explanations ask for them at every value
def names() -> tuple[str, ...]:
    """Return the names of all tables."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def ids(scheme: str) -> tuple[str, ...]:
    """Return the ids of a table in its order. Raises KeyError."""
    return tuple(vocabulary(scheme).terms)


def label(scheme: str, term: str, language: str = "vi") -> str:
    """Return what people read for an id, in ``vi`` or ``en``; the id itself where it or its table is unknown."""
    try:
        found = vocabulary(scheme).terms.get(term)
    except KeyError:
        return term
    return str(found.get(language) or found["vi"]) if found else term


def term_of(scheme: str, term: str) -> dict[str, Any]:
    """Return all that a table says of an id, {} where it has none of that name. Raises KeyError for the table."""
    return dict(vocabulary(scheme).terms.get(term, {}))


def order(scheme: str, term: str) -> int:
    """Return the place of an id in its table, for sorting; unknown ids come last. Raises KeyError for the table."""
    return _order(scheme).get(term, len(vocabulary(scheme).terms))


@remembered(maxsize=64)  # one for each table
def _order(scheme: str) -> dict[str, int]:
    return {term: place for place, term in enumerate(vocabulary(scheme).terms)}


def parents(scheme: str, term: str) -> tuple[str, ...]:
    """Return the broader terms of an id, nearest first: of ``tieng_anh`` it is ``ngoai_ngu_1``. Raises KeyError."""
    terms, found = vocabulary(scheme).terms, []
    broader = terms.get(term, {}).get("parent")
    while broader in terms and broader not in found:
        found.append(broader)
        broader = terms[broader].get("parent")
    return tuple(found)


# --- provinces -------------------------------------------------------------------------------------


@remembered(maxsize=1)
def _codes() -> dict[str, str]:
    terms = vocabulary("province").terms.values()
    return {code: term["id"] for term in terms for code in (*term["former_codes"], term["id"])}


def province(code: str) -> str | None:
    """Return today's unit for a two-digit code, old or new, or for an id: "40" is "vn-40", "27" is "vn-24"."""
    return _codes().get(code)


def former_province(code: str) -> str | None:
    """Return the unit of before July 2025 for its two-digit code, None where a unit of today has that code, too."""
    if f"vn-{code}" in vocabulary("province").terms:
        return None
    return next((term["id"] for term in vocabulary("former_province").terms.values() if term["code"] == code), None)


def of_code(scheme: str, code: str) -> tuple[str, ...]:
    """Return the terms that have a code in their table: "40" and "27" of provinces, "14" of disciplines, "VN-HN".

    A record that says 40 may mean anything, so mapping does not ask this of its words. Raises KeyError for the table.
    """
    asked = code.strip().upper()
    rows = vocabulary(scheme).terms.items()
    return tuple(name for name, row in rows if asked in (row.get("code"), row.get("iso"), *row.get("former_codes", ())))


# --- words of sources.yaml that this room owns -----------------------------------------------------


def nearest_province(word: str) -> str:
    """Return the two-digit code that was probably meant: by name, else the nearest name; "" where none is near."""
    table = vocabulary("province")
    found = table.value(word)
    if not found:
        near = difflib.get_close_matches(folded(word), list(table.bare), n=1, cutoff=0.75)
        found = table.bare[near[0]] if near else None
    return found.removeprefix("vn-") if found else ""
