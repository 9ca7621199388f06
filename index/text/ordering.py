"""The order of a Vietnamese dictionary: letters first, then tones; numbers by their value."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .analysis import composed

_LETTERS = {letter: chr(0x61 + place) for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}  # huyền hỏi ngã sắc nặng
_NUMBER = re.compile(r"\d+")


def order(text: str) -> str:
    """Return a key whose byte order is the dictionary's: a ă â … d đ …; ngang huyền hỏi ngã sắc nặng; 9 before 10."""
    words = [_word(word) for word in composed(text).lower().split()]
    letters = " ".join([letters for letters, _ in words if letters])
    tones = "".join([tones for _, tones in words])
    return f"{letters[:120]}\x01{tones.rstrip('0')[:60]}"


@lru_cache(maxsize=50_000)  # titles are made of some thousands of syllables
def _word(word: str) -> tuple[str, str]:
    letters: list[str] = []
    tones: list[str] = []
    numbered = _NUMBER.sub(lambda match: f"{len(match[0].lstrip('0')):02d}{match[0].lstrip('0')}", word)
    for character in unicodedata.normalize("NFD", numbered):
        if character in _TONES:
            tones.append(_TONES[character])
        elif unicodedata.combining(character) and letters:
            letters[-1] = _LETTERS.get(unicodedata.normalize("NFC", _back(letters[-1]) + character), letters[-1])
        elif character.isalnum():
            letters.append(_LETTERS.get(character, character))
            tones.append("0")
        elif letters and letters[-1] != " ":
            letters.append(" ")
    return "".join(letters).strip(), "".join(tones)


_BACK = {place: letter for letter, place in _LETTERS.items()}


def _back(place: str) -> str:
    return _BACK.get(place, place)
