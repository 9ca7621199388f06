"""Compare two indexes, or two generations of one: which documents differ, which questions are answered otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

from .evaluation import questions as evaluation_set
from .query import Engine, Hits, Query
from .verifying import held_in, prefixes

SHOWN = 20  # hits of a question that are looked at
FACETS = ("grade", "subject", "type", "province")

Told = Callable[[int], None]


class Difference(msgspec.Struct, frozen=True):
    """A record that only the first or only the second holds, or of which they hold different documents."""

    kind: Literal["first", "second", "differs"]
    key: str


class Answered(msgspec.Struct, frozen=True):
    """A question that is answered otherwise: in its total, its first hits, their order, or what is counted."""

    words: str
    what: Literal["total", "hits", "order", "facets"]
    first: int
    second: int


def differences(first: Engine, second: Engine, told: Told = lambda number: None) -> Iterator[Difference]:
    """Yield the records in which two indexes differ, in the order of keys; memory holds one part of the keys."""
    for prefix in prefixes(max(held_in(first), held_in(second))):
        one, other = first.held(prefix), second.held(prefix)
        for key in sorted(one.keys() | other.keys()):
            if key not in other:
                yield Difference("first", key)
            elif key not in one:
                yield Difference("second", key)
            elif one[key] != other[key]:
                yield Difference("differs", key)
        told(len(one))


def answered_otherwise(first: Engine, second: Engine, questions: Iterable[str]) -> Iterator[Answered]:
    """Ask both the same questions and yield those that they answer otherwise, each by the first thing that differs."""
    for words in questions:
        query = Query(words, facets=FACETS, size=SHOWN)
        one, other = first.search(query), second.search(query)
        what = _difference(one, other)
        if what is not None:
            yield Answered(words, what, one.total, other.total)


def _difference(one: Hits, other: Hits) -> Literal["total", "hits", "order", "facets"] | None:
    ours, theirs = [hit.key for hit in one.hits], [hit.key for hit in other.hits]
    if one.total != other.total:
        return "total"
    if set(ours) != set(theirs):
        return "hits"
    if one.facets != other.facets:
        return "facets"
    return None if ours == theirs else "order"


def read_questions(text: str | None) -> list[str]:
    """Read questions, one a line as people type them; blank lines and those that begin with # are none.

    None: the questions of the evaluation set.
    """
    if text is None:
        return [each.typed for each in evaluation_set()]
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
