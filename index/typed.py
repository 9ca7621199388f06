"""What was typed in a search box: words, "phrases", -not, field:word. Nothing typed is an error."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from .clauses import TEXT_FIELDS
from .equivalents import Token, Tokens, same, tokens_of
from .query import LONGEST_WORDS, MOST_TERMS, LimitExceededError, Query

_SHORTEST_PREFIX = 2  # letters: half of all words begin with one of three letters


class Unit(msgspec.Struct, frozen=True):
    """One thing that must be found, or must not (``excluded``), in one field or anywhere (``text``).

    ``forms`` are the ways in which it may be written, the one that was typed first; each form stands together.
    ``grade`` is the id of the grade that it names. ``begins`` says that its last token may go on.
    """

    forms: tuple[Tokens, ...]
    field: str = "text"
    excluded: bool = False
    grade: str = ""
    begins: bool = False

    @property
    def tokens(self) -> Tokens:
        """Return the tokens as they were typed."""
        return self.forms[0]


class Question(msgspec.Struct, frozen=True):
    """What was asked for, analysed. ``accented``: marks were typed, so that exact spelling can be told."""

    units: tuple[Unit, ...]
    exact: bool

    @property
    def wanted(self) -> tuple[Unit, ...]:
        """Return what must be found."""
        return tuple(unit for unit in self.units if not unit.excluded)

    @property
    def tokens(self) -> Tokens:
        """Return all tokens that must be found, as typed, in their order."""
        return tuple(token for unit in self.wanted for token in unit.tokens)

    @property
    def accented(self) -> bool:
        """Say whether any word was typed with its marks."""
        return any(exact != folded for exact, folded in self.tokens)

    @property
    def marked(self) -> str:
        """Return every word that may be found, for highlights."""
        return " ".join(exact for unit in self.wanted for form in unit.forms for exact, _ in form)

    @property
    def beginning(self) -> str:
        """Return the word that is still being typed, "" where none is; folded, or exact where that was asked."""
        last = next((unit.tokens[-1] for unit in self.wanted if unit.begins), ("", ""))
        return last[0] if self.exact else last[1]


DECLARED = tuple(field for field in TEXT_FIELDS if field != "text")  # fields that people can name before a word
# One piece: -, field:, then a phrase or whatever stands up to the next blank or quote. Every character belongs to one.
# A hyphen excludes only before a letter or a quote ("-5" is a number), a field's name needs its word right behind it.
_PIECE = re.compile(
    r'(?P<no>(?<!\S)-(?=[^\W\d_]|["“]))?'
    rf'(?:(?P<field>{"|".join(DECLARED)}):(?=[\w"“]))?'
    r'(?:"(?P<quoted>[^"]*)"|“(?P<curled>[^“”]*)”|(?P<words>[^\s"“]+|["“])|(?P<blank>\s+))',
    re.IGNORECASE,
)


def read(query: Query) -> Question:
    """Analyse what was typed. Raises LimitExceededError."""
    if len(query.words) > LONGEST_WORDS:
        raise LimitExceededError("q", LONGEST_WORDS)
    exactly = query.accent == "exact"
    units: list[Unit] = []
    loose: list[str] = []  # words without a sign stay together: what "I" means depends on its neighbour
    for piece in _PIECE.finditer(query.words):
        if piece["blank"] is None and not piece["no"] and not piece["field"] and piece["words"] is not None:
            loose.append(piece["words"])
            continue
        if piece["blank"] is not None:
            loose.append(" ")
            continue
        units += _words(_together(loose), exactly=exactly)
        loose = []
        units += _signed(piece, exactly=exactly)
    units += _words(_together(loose), exactly=exactly)
    if sum(len(unit.tokens) for unit in units) > MOST_TERMS:
        raise LimitExceededError("terms", MOST_TERMS)
    if query.typing and units and unicodedata.normalize("NFC", query.words)[-1:].isalnum():
        units[-1] = _beginning(units[-1], exactly=exactly)
    return Question(tuple(units), exactly)


def _together(loose: list[str]) -> Tokens:
    return tokens_of("".join(loose))


def _signed(piece: re.Match[str], *, exactly: bool) -> list[Unit]:
    """Return a phrase, or words with a sign before them."""
    field, excluded = (piece["field"] or "text").lower(), bool(piece["no"])
    quoted = piece["quoted"] if piece["quoted"] is not None else piece["curled"]
    if quoted is not None:
        tokens = tokens_of(quoted)
        return [Unit((tokens,), field, excluded)] if tokens else []
    tokens = tokens_of(piece["words"] or "")
    if excluded and len(tokens) > 1:  # -sinh-học excludes what holds both together
        return [Unit((tokens,), field, excluded)]
    return [msgspec.structs.replace(unit, field=field, excluded=excluded) for unit in _words(tokens, exactly=exactly)]


def _words(tokens: Tokens, *, exactly: bool) -> list[Unit]:
    """Return a unit for each word, and for words that together mean the same as others; none is dropped."""
    units, place = [], 0
    while place < len(tokens):
        found = None if exactly else same(tokens, place)
        length = found.length if found else 1
        typed: tuple[Token, ...] = tokens[place : place + length]
        others = [form for form in found.forms if _folded(form) != _folded(typed)] if found else []
        units.append(Unit((typed, *others), grade=found.grade if found else ""))
        place += length
    return units


def _folded(tokens: Tokens) -> list[str]:
    return [folded for _, folded in tokens]


def _beginning(unit: Unit, *, exactly: bool) -> Unit:
    last = unit.tokens[-1][0 if exactly else 1]
    return msgspec.structs.replace(unit, begins=len(last) >= _SHORTEST_PREFIX and not unit.excluded)
