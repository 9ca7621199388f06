"""One Vietnamese analysis for every engine: stored text to two strings of finished tokens of equal number.

The exact stream unifies spellings of one word (hoà and hòa, lý and lí, GD&ĐT and GDĐT); the folded stream drops all
marks. Stored text is never changed by this: it keeps its author's spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from harvester import normal_form

from .letters import (
    CHARACTERS,
    COUNTING,
    DOUBTFUL_ROMAN,
    ELECTRONIC,
    FORMULAS,
    JOINED,
    LATIN,
    LOOKALIKES,
    MARKED_VOWELS,
    ROMAN,
    SYLLABLE_AFTER_VI,
    TONED,
    TONES,
    VOWELS,
)

LONGEST_TOKEN = 64  # a longer run of letters is an encoded file, not a word
_CACHED = 150_000  # entries of a cache; Vietnamese has 17,786 valid syllables, names and numbers fill the rest
_LONGEST_CACHED = 40

# Marks of Vietnam's minority languages have no composed letters: Ê Đê, Jrai; Thai, Lao, Khmer, Cham signs.
_MARKS = (
    "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u17b4-\u17d3\u17dd\uaa29-\uaa36\uaa43\uaa4c\uaa4d"
)
TOKEN = re.compile(rf"(?<![^\W_])(?:c\+\+|[cf]#(?![^\W_]))|(?:[^\W_]|[{_MARKS}])+", re.IGNORECASE)
_HARD = re.compile("[" + "".join(re.escape(chr(code)) for code in CHARACTERS) + "]")
_APOSTROPHE = re.compile(r"(?<![^\W_])([hmkb])['’‘ʼ`´](?=[^\W\d_])", re.IGNORECASE)
_CYRILLIC = re.compile("[аеорсухіѕјԁ]")
_ASCII_LETTER = re.compile("[a-z]")
_WORD_NUMBER = re.compile(r"([^\W\d_]{2,})(\d{1,2})")
_CLASS_NAME = re.compile(r"(1[0-2]|[1-9])([a-eđ]\d{1,2})")
_CLASS_LETTER = re.compile(r"(1[0-2]|[1-9])([a-eđ])")
_I_OR_Y = re.compile(r"(?:h|k|l|m|s|t|qu)y")
# Only these can depend on a neighbour; a text without them needs no second look.
_DOUBTFUL = frozenset(
    (*DOUBTFUL_ROMAN, *ELECTRONIC, *(f"{number}{letter}" for number in range(1, 13) for letter in "abcdeđ"))
)


_ASKS = "\x00"  # no token holds it: it marks what depends on its neighbours
_FOREIGN = "\x01"  # nor this: it stands before a token with other letters than those of Vietnamese
_SIGN = "¶"
_BETWEEN = f" {_SIGN} "  # no phrase runs across it, and no question can hold it
_SHORT = 80  # letters: names, keywords and labels come again, titles stand in two fields
# All letters of finished Vietnamese tokens: whoever folds Unicode to ASCII folds them as we do.
_OURS = re.compile("[0-9a-zđ" + "".join(TONED) + "]+")


def composed(text: str) -> str:
    """Return text in NFC with the characters replaced that hide or imitate letters."""
    if not unicodedata.is_normalized("NFC", text):
        text = normal_form("NFC", text)
    if _HARD.search(text):
        text = normal_form("NFC", text.translate(CHARACTERS))
    return text


def analyse(text: str) -> tuple[str, str]:
    """Return the exact and the folded tokens of a text, each joined by one blank, in pairs by position."""
    exact = _marked(text).replace(_FOREIGN, "")
    return exact, fold_all(exact)


def analyse_fields(
    fields: Iterable[tuple[str, Iterable[str]]], more: Iterable[str]
) -> tuple[tuple[str, str, str], ...]:
    """Return the tokens of fields as triples (name, exact, folded), and of all of them and more as ``text``.

    Each text is analysed once; the texts of a field stand apart by a sign that no phrase crosses; what is said twice
    stands in ``text`` once. Where folding the exact tokens to ASCII gives the folded ones, these are "": an engine
    folds while it cuts tokens, at a third of what it costs here (measured). A field without a word holds the sign, so
    that no document lacks it.
    """
    found: list[tuple[str, str, str]] = []
    every: dict[str, None] = {}  # sources say their subjects as keywords again: a tenth of all tokens
    for name, parts in fields:
        given = tuple(parts)
        analysed, exact, folded = (_few if sum(map(len, given)) < _SHORT else _field)(given)
        found.append((name, exact, folded))
        every.update(analysed)
    every.update(dict.fromkeys(map(_analysed, more)))
    return (*found, ("text", *_joined(list(every))))


def analyse_parts(parts: Iterable[str]) -> tuple[str, str]:
    """Return the tokens of some texts, apart by the sign, as ``analyse_fields`` does for one field; no text: ""."""
    exact, folded = _joined([_analysed(part) for part in parts])
    return ("", "") if exact == _SIGN else (exact, folded)


def _analysed(part: str) -> str:
    return _short(part) if len(part) < _SHORT else _marked(part)


def _joined(found: list[str]) -> tuple[str, str]:
    exact = _BETWEEN.join(filter(None, found)) or _SIGN
    if _FOREIGN not in exact:
        return exact, ""
    exact = exact.replace(_FOREIGN, "")
    return exact, fold_all(exact)


def fold_all(tokens: str) -> str:
    """Drop every mark of finished tokens that are joined by one blank."""
    return " ".join(map(_FOLDED.__getitem__, tokens.split(" "))) if tokens else ""


def _marked(text: str) -> str:
    """Return the exact tokens of a text; foreign ones bear their sign."""
    exact = "".join(map(_EXACT.__getitem__, text.split()))
    if _ASKS not in exact:
        return exact[1:]
    return " ".join(_neighbours(exact.replace(_ASKS, "")[1:].split(" ")))


_short = lru_cache(maxsize=20_000)(_marked)


def _field(parts: tuple[str, ...]) -> tuple[dict[str, None], str, str]:
    """Return the analysed texts of a field, and its exact and folded tokens; the first is not to be changed."""
    analysed = list(map(_analysed, parts))
    return dict.fromkeys(analysed), *_joined(analysed)


_few = lru_cache(maxsize=10_000)(_field)  # subjects, keywords and creators come again and again


def fold(token: str) -> str:
    """Drop every mark of a token."""
    return _FOLDED[token]


class _Exact(dict[str, str]):
    """Finished tokens of a piece of text without blanks, each after a blank, with the signs of doubt and of letters."""

    def __missing__(self, chunk: str) -> str:
        tokens = _tokens(chunk)
        found = "".join([f" {token}" if _OURS.fullmatch(token) else f" {_FOREIGN}{token}" for token in tokens])
        if not _DOUBTFUL.isdisjoint(tokens):
            found = _ASKS + found
        if len(chunk) < _LONGEST_CACHED:
            if len(self) >= _CACHED:
                self.clear()
            self[chunk] = found
        return found


class _Folded(dict[str, str]):
    def __missing__(self, token: str) -> str:
        bare = "".join(LATIN.get(letter, letter) for letter in unicodedata.normalize("NFD", token))
        found = "".join(letter for letter in bare if not "\u0300" <= letter <= "\u036f") or token
        if len(self) >= _CACHED:
            self.clear()
        self[token] = found
        return found


_EXACT, _FOLDED = _Exact(), _Folded()


def _tokens(chunk: str) -> list[str]:
    chunk = composed(chunk)
    if chunk.isalpha():  # a plain word, as nearly all are
        return _canonical(chunk.lower()).split(" ") if len(chunk) < LONGEST_TOKEN // 2 else _found(chunk)
    return _found(chunk)


def _found(chunk: str) -> list[str]:
    chunk = _APOSTROPHE.sub(r"\1", chunk).lower()
    found: list[str] = []
    for token in TOKEN.findall(chunk):
        if len(token) <= LONGEST_TOKEN:
            found += _canonical(token).split(" ")
    return found


def _canonical(token: str) -> str:
    """Return the one spelling of a token; abbreviations and class names come apart."""
    if token in JOINED:
        return JOINED[token]
    if token in ROMAN:
        return str(ROMAN[token])
    if not token.isascii() and _CYRILLIC.search(token) and _ASCII_LETTER.search(token):
        token = token.translate(LOOKALIKES)
    if not token.isalpha() and any(letter.isdecimal() for letter in token):
        return _with_digits(token)
    return _tone_in_place(token)


def _with_digits(token: str) -> str:
    if token.isdecimal():
        return token[1:] if len(token) == 2 and token[0] == "0" else token
    named = _CLASS_NAME.fullmatch(token)
    if named:
        return f"{named[1]} {named[2]}"
    split = _WORD_NUMBER.fullmatch(token)
    if split and token not in FORMULAS:
        return f"{_canonical(split[1])} {_with_digits(split[2])}"
    return token


def _tone_in_place(token: str) -> str:
    """Put the tone where one rule puts it, and y as i where both are written; foreign words stay as they are."""
    decomposed = unicodedata.normalize("NFD", token)
    tones = [letter for letter in decomposed if letter in TONES]
    if len(tones) > 1:
        return token
    bare = unicodedata.normalize("NFC", "".join(letter for letter in decomposed if letter not in TONES))
    place = _tone_place(bare)
    if place is None:
        return token
    spelt = f"{bare[:-1]}i" if _I_OR_Y.fullmatch(bare) else bare
    if not tones:
        return spelt
    return unicodedata.normalize("NFC", f"{spelt[: place + 1]}{tones[0]}{spelt[place + 1 :]}")


def _tone_place(bare: str) -> int | None:
    """Return the index of the vowel that carries the tone; None for words without exactly one group of vowels."""
    start = next((place for place, letter in enumerate(bare) if letter in VOWELS), None)
    if start is None:
        return None
    glide = (bare[:start].endswith("q") and bare[start] == "u") or (bare[:start].endswith("g") and bare[start] == "i")
    if glide and start + 1 < len(bare) and bare[start + 1] in VOWELS:
        start += 1
    end = start
    while end < len(bare) and bare[end] in VOWELS:
        end += 1
    if any(letter in VOWELS for letter in bare[end:]):
        return None
    marked = [place for place in range(start, end) if bare[place] in MARKED_VOWELS]
    if marked:
        return marked[-1]
    return end - 1 if end < len(bare) or end - start == 1 else end - 2


def _neighbours(tokens: list[str]) -> list[str]:
    """Decide what only the neighbour tells: Roman numerals after counting words, 6A after lớp, e-learning."""
    found: list[str] = []
    done = 0
    for place in [place for place, token in enumerate(tokens) if token in _DOUBTFUL]:
        found += tokens[done:place]
        done, token = place + 1, tokens[place]
        before = found[-1] if found else ""
        after = tokens[done] if done < len(tokens) else ""
        if before == "e" and token in ELECTRONIC:
            found[-1] = f"e{token}"
        elif token in DOUBTFUL_ROMAN and before in COUNTING and not (len(token) == 2 and after in SYLLABLE_AFTER_VI):
            found.append(DOUBTFUL_ROMAN[token])
        elif before in ("lớp", "lop") and (named := _CLASS_LETTER.fullmatch(token)):
            found += [named[1], named[2]]
        else:
            found.append(token)
    return found + tokens[done:]
