"""The clauses of a plan, answered by sets of keys: what each means, said as plainly as can be."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce

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
Keys = set[str]


def values_of(document: Document, field: str) -> tuple[str, ...]:
    if field == "source":
        return (document.source,)
    return next((values for name, values in document.terms if name == field), ())


class Looking:
    """All shown documents, their words by place."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = {document.key: document for document in documents}
        self.places: dict[Stream, dict[str, dict[str, list[int]]]] = defaultdict(lambda: defaultdict(dict))
        self.lengths: dict[Stream, dict[str, int]] = defaultdict(dict)
        self.holding: dict[tuple[str, str], Keys] = defaultdict(set)  # by field and id
        for key, document in self.documents.items():
            for field, exact, folded in document.text:
                self._learn(key, (field, True), exact)
                self._learn(key, (field, False), folded or fold_all(exact))
            for field, values in (*document.terms, ("source", (document.source,))):
                for value in values:
                    self.holding[field, value].add(key)

    def _learn(self, key: str, stream: Stream, tokens: str) -> None:
        words = tokens.split(" ")
        self.lengths[stream][key] = len(words)
        for place, word in enumerate(words):
            self.places[stream][word].setdefault(key, []).append(place)

    def narrowed(self, must: Iterable[Clause], never: Iterable[Clause] = ()) -> Keys:
        """Return the keys of what every clause finds, and none of the others."""
        found = reduce(lambda keys, clause: keys & self.find(clause), must, set(self.documents))
        return reduce(lambda keys, clause: keys - self.find(clause), never, found)

    def find(self, clause: Clause) -> Keys:
        match clause:
            case Everything():
                return set(self.documents)
            case Nothing():
                return set()
            case Term(field, token, exact):
                return set(self._times((field, exact), (token,)))
            case Phrase(field, tokens, exact):
                return set(self._times((field, exact), tokens))
            case Prefix(field, token, exact):
                words = self.places[field, exact]
                return {key for word, found in words.items() if word.startswith(token) for key in found}
            case Values(field, values):
                return set().union(*(self.holding.get((field, value), set()) for value in values))
            case Between(field, low, high):
                numbers = {key: dict(each.numbers).get(field) for key, each in self.documents.items()}
                return {
                    key
                    for key, number in numbers.items()
                    if number is not None and (low is None or number >= low) and (high is None or number <= high)
                }
            case Not(inner):
                return set(self.documents) - self.find(inner)
            case AllOf(clauses):
                return reduce(set.intersection, map(self.find, clauses))
            case AnyOf(clauses):
                return reduce(set.union, map(self.find, clauses))

    def _times(self, stream: Stream, tokens: Sequence[str]) -> dict[str, int]:
        """Return how often tokens stand one after the other, by key."""
        words = [self.places[stream].get(token, {}) for token in tokens]
        found = {}
        for key in reduce(set.intersection, map(set, words)):
            starts = [{place - shift for place in word[key]} for shift, word in enumerate(words)]
            if times := len(reduce(set.intersection, starts)):
                found[key] = times
        return found

    def scores(self, plan: Plan, keys: Keys) -> dict[str, float]:
        """Return the score of each of these."""
        whole = dict.fromkeys(keys, 0.0)
        for clause in plan.words:
            self._add(whole, self._scores(clause), 1.0)
        for each in plan.scored:
            plain = dict.fromkeys(self.find(each.clause), 1.0) if each.constant else self._scores(each.clause)
            self._add(whole, plain, each.weight)
        return {key: round(score, 9) for key, score in whole.items()}

    def _add(self, whole: dict[str, float], scores: dict[str, float], weight: float) -> None:
        for key, score in scores.items():
            if key in whole:
                whole[key] += weight * score

    def _scores(self, clause: Clause) -> dict[str, float]:
        match clause:
            case Term(field, token, exact):
                return self._bm25((field, exact), (token,))
            case Phrase(field, tokens, exact):
                return self._bm25((field, exact), tokens)
            case AllOf(clauses) | AnyOf(clauses):
                whole = dict.fromkeys(self.find(clause), 0.0)
                for each in clauses:
                    self._add(whole, self._scores(each), 1.0)
                return whole
            case _:
                return dict.fromkeys(self.find(clause), 1.0)

    def _bm25(self, stream: Stream, tokens: Sequence[str]) -> dict[str, float]:
        found = self._times(stream, tokens)
        rarity = sum(self._rarity(stream, token) for token in tokens)
        lengths = self.lengths[stream]
        average = sum(lengths.values()) / max(len(lengths), 1)
        return {
            key: rarity * times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * lengths[key] / average))
            for key, times in found.items()
        }

    def _rarity(self, stream: Stream, token: str) -> float:
        holding = len(self.places[stream].get(token, ()))
        return math.log(1 + (len(self.documents) - holding + 0.5) / (holding + 0.5))
