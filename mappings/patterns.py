"""Patterns that begin with words: their first letters are looked for, and at other letters nothing is tried."""

from __future__ import annotations

from collections.abc import Iterable

_BEGINS = r"(?<!\w{letter})"


def begun(words: Iterable[str], condition: str = _BEGINS) -> str:
    r"""Return the alternatives of words, each a pattern that begins with a letter, behind what a condition asks for.

    The condition is a lookbehind, ``(?<!…{letter})`` of the first letter; without one a word begins there. It says what
    ``\b(?:word|…)`` does at a third of the price in a title of forty letters: the engine of ``re`` skips to a first
    letter where a pattern begins with one, and tries every place where it begins with anything else.
    """
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(word[1:])
    each = (f"{first}{condition.format(letter=first)}(?:{'|'.join(rest)})" for first, rest in by_letter.items())
    return f"(?:{'|'.join(each)})"
