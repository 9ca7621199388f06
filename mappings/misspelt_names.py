"""Names of provinces with one wrong letter: "Quảng Nimh", "Nghệ Ann". A word that Vietnamese has is never a mistake."""

from __future__ import annotations

import re

from .syllables import is_syllable
from .tables import remembered
from .vietnamese import folded
from .vocabulary import Vocabulary

_SHORTEST = 6  # letters: one wrong one in fewer may be another name


def nearest_name(table: Vocabulary, words: str) -> str:
    """Return the only term of which all words but one are right and that one has one wrong letter; "" for none.

    The wrong word must be no syllable of Vietnamese: "Quảng Minh" is a village, "Quảng Nimh" nothing but a mistake.
    """
    written = folded(words).split()
    if not 2 <= len(written) <= 4 or sum(map(len, written)) < _SHORTEST:
        return ""
    wrong = [place for place, word in enumerate(written) if not _is_bare_syllable(word)]
    if len(wrong) != 1:
        return ""
    found = {term for name, term in _names_of(len(written), table) if _is_near(written, name, wrong[0])}
    return next(iter(found)) if len(found) == 1 else ""


@remembered(maxsize=16)
def _names_of(length: int, table: Vocabulary) -> tuple[tuple[list[str], str], ...]:
    """Return the names of so many words, parted, with their terms."""
    named = ((name.split(" "), term) for name, term in table.bare.items())
    return tuple((words, term) for words, term in named if len(words) == length)


def _is_bare_syllable(word: str) -> bool:
    """Say that a word without marks may be a syllable; "bac" has lost the tone that its last letter asks for."""
    return is_syllable(word) or is_syllable(_STOPPED.sub("n", word))


_STOPPED = re.compile(r"(?:ch|[cpt])$")


def _is_near(written: list[str], name: list[str], place: int) -> bool:
    return (
        written[:place] == name[:place]
        and written[place + 1 :] == name[place + 1 :]
        and _differ(written[place], name[place])
    )


def _differ(one: str, other: str) -> bool:
    """Say that one letter is wrong, missing, too much or two have changed places."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    one, other = one[start:], other[start:]
    return (
        one[1:] == other[1:]
        or one[1:] == other
        or one == other[1:]
        or (one[1::-1] == other[:2] and one[2:] == other[2:])
    )
