"""Words of a question that mean the same as others: the tables of mappings, as finished tokens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mappings import abbreviations, counting_words, grade_words, number_words

from .text import analyse

Token = tuple[str, str]  # exact, folded
Tokens = tuple[Token, ...]


class Same(NamedTuple):
    """Some tokens of a question and every way of writing them; ``grade`` is the id of the grade that they name."""

    length: int
    forms: tuple[Tokens, ...]
    grade: str = ""


def tokens_of(text: str) -> Tokens:
    """Return the tokens of a text in pairs of exact and folded."""
    exact, folded = analyse(text)
    return tuple(zip(exact.split(), folded.split(), strict=True))


def same(tokens: Tokens, place: int) -> Same | None:
    """Return what the tokens from a place on mean the same as; None where the tables know nothing of them."""
    return _grade(tokens, place) or _abbreviation(tokens, place) or _number(tokens, place)


def _is(typed: Token, meant: Token) -> bool:
    """Compare as people type: without marks anything is meant, with marks just this."""
    return typed == meant or (typed[1] == meant[1] and typed[0] == typed[1])


def _stands(tokens: Tokens, place: int, words: Tokens) -> bool:
    found = tokens[place : place + len(words)]
    return len(found) == len(words) and all(map(_is, found, words))


# --- abbreviations ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _groups(tables: tuple[tuple[str, ...], ...]) -> dict[str, list[tuple[Tokens, tuple[Tokens, ...]]]]:
    """Return, by the folded first token, the ways of writing and the group of each, the longest first."""
    groups: list[list[Tokens]] = []
    for words in tables:
        forms = [tokens_of(word) for word in words]
        shared = [group for group in groups if not set(group).isdisjoint(forms)]
        groups = [group for group in groups if group not in shared]
        groups.append(list(dict.fromkeys([form for group in shared for form in group] + forms)))
    found: dict[str, list[tuple[Tokens, tuple[Tokens, ...]]]] = {}
    for group in groups:
        for form in group:
            found.setdefault(form[0][1], []).append((form, tuple(group)))
    for entries in found.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return found


def _abbreviation(tokens: Tokens, place: int) -> Same | None:
    for form, group in _groups(abbreviations()).get(tokens[place][1], ()):
        if _stands(tokens, place, form):
            return Same(len(form), group)
    return None


# --- numbers and grades -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _numbers() -> dict[int, tuple[Tokens, ...]]:
    """Return every way of writing a number, figures first."""
    found: dict[int, tuple[Tokens, ...]] = {number: (((str(number), str(number)),),) for number in range(1, 13)}
    for word, number in number_words().items():
        found[number] = (*found[number], tokens_of(word))
    return found


@lru_cache(maxsize=1)
def _counting(words: tuple[str, ...]) -> tuple[Tokens, ...]:
    return tuple(tokens_of(word) for word in words)


@lru_cache(maxsize=1)
def _naming_grades() -> tuple[Tokens, ...]:
    return tuple(tokens_of(word) for word in grade_words())


def _numbered(tokens: Tokens, place: int) -> tuple[int, int] | None:
    """Return the number that stands at a place, and of how many tokens it is made: "mười hai" before "mười"."""
    standing = [
        (len(form), number) for number, forms in _numbers().items() for form in forms if _stands(tokens, place, form)
    ]
    if not standing:
        return None
    length, number = max(standing)
    return number, length


def _number(tokens: Tokens, place: int) -> Same | None:
    if not any(place >= len(word) and _stands(tokens, place - len(word), word) for word in _counting(counting_words())):
        return None
    found = _numbered(tokens, place)
    return Same(found[1], _numbers()[found[0]]) if found else None


def _grade(tokens: Tokens, place: int) -> Same | None:
    for word in _naming_grades():
        if _stands(tokens, place, word) and (found := _numbered(tokens, place + len(word))):
            forms = tuple((*name, *number) for name in _naming_grades() for number in _numbers()[found[0]])
            return Same(len(word) + found[1], forms, str(found[0]))
    return None


def known() -> Iterator[tuple[Tokens, ...]]:
    """List every group of abbreviation and full forms."""
    yield from dict.fromkeys(group for entries in _groups(abbreviations()).values() for _, group in entries)
