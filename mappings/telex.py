"""Words as keys were struck while no input method was on: "Haf Nooij" (Telex), "D9a2 Na8ng4" (VNI)."""

from __future__ import annotations

import re
import unicodedata

_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_TONES |= {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_LETTERS = (("dd", "đ"), ("d9", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("uow", "ươ"), ("uwow", "ươ"))
_MARKS = {"a6": "â", "e6": "ê", "o6": "ô", "u7": "ư", "o7": "ơ", "a8": "ă", "aw": "ă", "ow": "ơ", "uw": "ư"}
_LATE = {
    "6": {"a": "â", "e": "ê", "o": "ô"},
    "7": {"u": "ư", "o": "ơ"},
    "8": {"a": "ă"},
    "9": {"d": "đ"},
    "w": {"u": "ư", "o": "ơ", "a": "ă"},
}
_STRUCK = re.compile(r"(?:[dD][dD9]|[aAeEoO]{2}|[aAoOuU][wW]|[aeiouywAEIOUYW][sfrxjSFRXJ]|\w[1-9])")
_VOWELS = "aeiouyâêôăơư"


def as_typed(text: str) -> str:
    """Return the Vietnamese words that the keys of a text without marks mean; "" where no key of a mark was struck."""
    if not text.isascii() or not _STRUCK.search(text):
        return ""
    words = [_word(word) for word in text.lower().split()]
    return " ".join(words) if all(words) else ""


def _word(word: str) -> str:
    first = next((place for place, letter in enumerate(word) if letter in _VOWELS), len(word))
    tones = [letter for letter in word[first:] if letter in _TONES]  # no syllable ends in these letters
    word = word[:first] + "".join(letter for letter in word[first:] if letter not in _TONES)
    for keys, letter in (*_LETTERS, *_MARKS.items()):
        word = word.replace(keys, letter)
    word = _with_late_marks(word)
    place = _place_of_tone(word)
    if not tones:
        return word
    marked = f"{word[: place + 1]}{_TONES[tones[-1]]}{word[place + 1 :]}"
    return unicodedata.normalize("NFC", marked) if place >= 0 else ""


def _with_late_marks(word: str) -> str:
    """Return a word with the marks that were struck at its end: "hung7", "bacw"."""
    for struck, marked in _LATE.items():
        if struck in word:
            word = word.replace(struck, "")
            last = max(map(word.rfind, marked))
            word = f"{word[:last]}{marked[word[last]]}{word[last + 1 :]}" if last >= 0 else word
    return word


def _place_of_tone(word: str) -> int:
    """Return the vowel that bears the tone: a marked one, or the last but one of an open syllable, or the last."""
    vowels = [place for place, letter in enumerate(word) if letter in _VOWELS]
    if word.startswith(("qu", "gi")) and len(vowels) > 1:
        vowels = vowels[1:]
    marked = [place for place in vowels if word[place] in "âêôăơư"]
    if marked or not vowels:
        return marked[-1] if marked else -1
    return vowels[-2] if len(vowels) > 1 and vowels[-1] == len(word) - 1 else vowels[-1]
