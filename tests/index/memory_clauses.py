"""The clauses of a plan, looked up document by document: what each means, said as plainly as can be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property

from index.clauses import (
    AllOf,
    AnyOf,
    Between,
    Clause,
    Everything,
    Not,
    Nothing,
    Phrase,
    Plan,
    Prefix,
    Term,
    Values,
)
from index.query import Document
from index.text import fold_all

_K1, _B = 1.2, 0.75
Stream = tuple[str, bool]  # a field of words, and whether its exact tokens are meant


def values_of(document: Document, field: str) -> tuple[str, ...]:
    if field == "source":
        return (document.source,)
    return next((values for name, values in document.terms if name == field), ())


class Read:
    """One document, its words as lists."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.numbers = dict(document.numbers)
        self.words: dict[Stream, list[str]] = {}
        for field, exact, folded in document.text:
            self.words[field, True] = exact.split(" ")
            self.words[field, False] = (folded or fold_all(exact)).split(" ")

    def times(self, stream: Stream, tokens: Sequence[str]) -> int:
        """Count where tokens stand one after the other."""
        words, length = self.words[stream], len(tokens)
        return sum(words[place : place + length] == list(tokens) for place in range(len(words) - length + 1))


class Looking:
    """Matches and scores over all shown documents."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.read = {document.key: Read(document) for document in documents}

    def matches(self, document: Document, must: Iterable[Clause], never: Iterable[Clause] = ()) -> bool:
        read = self.read[document.key]
        return all(self._finds(each, read) for each in must) and not any(self._finds(each, read) for each in never)

    def _finds(self, clause: Clause, read: Read) -> bool:
        match clause:
            case Everything():
                return True
            case Nothing():
                return False
            case Term(field, token, exact):
                return token in read.words[field, exact]
            case Phrase(field, tokens, exact):
                return read.times((field, exact), tokens) > 0
            case Prefix(field, token, exact):
                return any(word.startswith(token) for word in read.words[field, exact])
            case Values(field, values):
                return not set(values).isdisjoint(values_of(read.document, field))
            case Between(field, low, high):
                number = read.numbers.get(field)
                return number is not None and (low is None or number >= low) and (high is None or number <= high)
            case Not(inner):
                return not self._finds(inner, read)
            case AllOf(clauses):
                return all(self._finds(each, read) for each in clauses)
            case AnyOf(clauses):
                return any(self._finds(each, read) for each in clauses)

    def score(self, document: Document, plan: Plan) -> float:
        read = self.read[document.key]
        whole = sum(self._score(each, read) for each in plan.words)
        for each in plan.scored:
            if self._finds(each.clause, read):
                whole += each.weight * (1.0 if each.constant else self._score(each.clause, read))
        return round(whole, 9)

    def _score(self, clause: Clause, read: Read) -> float:
        match clause:
            case Term(field, token, exact):
                return self._bm25(read, (field, exact), (token,))
            case Phrase(field, tokens, exact):
                return self._bm25(read, (field, exact), tokens)
            case AllOf(clauses) | AnyOf(clauses):
                return sum(self._score(each, read) for each in clauses if self._finds(each, read))
            case Prefix() | Values():
                return 1.0 if self._finds(clause, read) else 0.0
            case _:
                return 0.0

    def _bm25(self, read: Read, stream: Stream, tokens: Sequence[str]) -> float:
        times = read.times(stream, tokens)
        if not times:
            return 0.0
        rarity = sum(self._rarity(stream, token) for token in tokens)
        length = len(read.words[stream]) / self._average[stream]
        return rarity * times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length))

    def _rarity(self, stream: Stream, token: str) -> float:
        holding = sum(token in each.words[stream] for each in self.read.values())
        return math.log(1 + (len(self.read) - holding + 0.5) / (holding + 0.5))

    @cached_property
    def _average(self) -> dict[Stream, float]:
        streams = next(iter(self.read.values())).words
        return {
            stream: sum(len(each.words[stream]) for each in self.read.values()) / len(self.read) for stream in streams
        }
