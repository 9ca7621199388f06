"""Words typed while no Vietnamese keyboard was switched on: the keys of Telex and of VNI as the letters they mean.

Rules of both ways of typing as every keyboard of Vietnam has them: Telex writes tones as s f r x j and marks as aa aw
ee oo ow uw dd; VNI writes tones as 1 to 5 and marks as 6 7 8 9. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_TELEX_TONES = {"f": _GRAVE, "s": _ACUTE, "x": _TILDE, "r": _HOOK, "j": _DOT}
_VNI_TONES = {"2": _GRAVE, "1": _ACUTE, "4": _TILDE, "3": _HOOK, "5": _DOT}
_ROOF, _HORN, _BOWL = {"a": "â", "e": "ê", "o": "ô"}, {"u": "ư", "o": "ơ"}, {"a": "ă"}
_VOWELS = frozenset("aăâeêioôơuưy")
_LONGEST = 12  # keys: "nghieengs" has nine


def meant_by_keys(keys: str) -> list[str]:
    """Return what the keys of a text in small letters mean in Telex and in VNI, at most two texts; [] for nothing else.

    The tone stands on the first vowel of a word: whoever compares words puts it in its place, or leaves it out.
    """
    if not keys.isascii():
        return []
    words = keys.split()
    found = [" ".join(_word(way, word) for word in words) for way in (_telex, _vni)]
    return [text for text in dict.fromkeys(found) if text != keys]


def _word(way: Callable[[str], str], keys: str) -> str:
    """Return what the keys of one word mean; themselves, where they mean nothing or are no syllable's."""
    return (way(keys) if len(keys) <= _LONGEST else "") or keys


def _telex(keys: str) -> str:
    """Read keys one by one, as a keyboard does; a key that changes nothing is a letter."""
    if not keys.isalpha():
        return ""
    letters: list[str] = []
    tone = ""
    for key in keys:
        if key in _TELEX_TONES and not tone and any(letter in _VOWELS for letter in letters):
            tone = _TELEX_TONES[key]
        elif _telex_mark(letters, key):
            continue
        elif key == "d" and "d" in letters:
            letters[letters.index("d")] = "đ"
        else:
            letters.append(key)
    return _toned(letters, tone)


def _telex_mark(letters: list[str], key: str) -> bool:
    if key == "w":
        return _mark(letters, _HORN) or _mark(letters, _BOWL)
    return key in _ROOF and _mark(letters, {key: _ROOF[key]})


def _vni(keys: str) -> str:
    if keys.isalpha() or not keys[:1].isalpha():
        return ""
    letters: list[str] = []
    tone = ""
    for key in keys:
        if key in _VNI_TONES and not tone and any(letter in _VOWELS for letter in letters):
            tone = _VNI_TONES[key]
        elif key.isdigit() and not _vni_mark(letters, key):
            return ""
        elif key.isalpha():
            letters.append(key)
    return _toned(letters, tone)


def _vni_mark(letters: list[str], key: str) -> bool:
    if key == "9" and "d" in letters:
        letters[letters.index("d")] = "đ"
        return True
    return _mark(letters, {"6": _ROOF, "7": _HORN, "8": _BOWL}.get(key, {}))


def _mark(letters: list[str], marks: dict[str, str]) -> bool:
    """Put a mark on the last vowel that can bear it; the horn stands on both letters of "uo"."""
    for place in range(len(letters) - 1, -1, -1):
        if letters[place] in marks:
            marked = marks[letters[place]]
            letters[place] = marked
            if marked == "ơ" and letters[:place][-1:] == ["u"] and letters[: place - 1][-1:] != ["q"]:
                letters[place - 1] = "ư"
            return True
    return False


def _toned(letters: list[str], tone: str) -> str:
    """Put the tone on the first vowel."""
    vowel = next((place for place, letter in enumerate(letters) if letter in _VOWELS), None)
    if vowel is None:
        return ""
    letters[vowel] += tone
    return unicodedata.normalize("NFC", "".join(letters))
