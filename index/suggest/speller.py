"""Did you mean: marks restored and slips mended by the words of the index itself. Pure; it asks no engine."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import groupby

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import OSA

from mappings import is_known_syllable, meant_by_keys

from ..text import TOKEN, analyse, composed, fold, fold_all
from ..text.letters import FORMULAS
from .book import Book

# What a slip costs, as the negative logarithm of how likely it is: set by hand, and tuned on other draws of misspelt
# questions than those of the tests.
_KEYS, _JOINED, _ONSET, _SLIP, _MARK = 1.0, 3.0, 3.5, 6.0, 2.5
_WELL_SPELT = 3.0  # more, where what was typed is a possible syllable with its marks: a word that the index lacks
_RARE = 3  # a word that so few records know may be a slip of their authors
_LONG = 6  # letters: shorter words have too many neighbours at distance 2
_MOST = 16  # readings of one word that are compared
_KNOWN_PAIR = 0.8  # the weight of what stands beside a word against how frequent it is
# Onsets that whole regions pronounce alike, each way.
_ALIKE = (
    ("ch", "tr"),
    ("s", "x"),
    ("d", "gi"),
    ("d", "r"),
    ("gi", "r"),
    ("l", "n"),
    ("ng", "ngh"),
    ("g", "gh"),
    ("c", "k"),
)
_PAIRS = (*_ALIKE, *((b, a) for a, b in _ALIKE))
_QUOTED = re.compile(r'"[^"]*"')


class Reading(msgspec.Struct, frozen=True):
    """What a typed word may mean: one or more exact tokens, and what it costs to believe it."""

    tokens: tuple[str, ...]
    cost: float = 0.0


class Speller:
    """Corrects questions by a book of words."""

    def __init__(self, book: Book) -> None:
        self._counts = book.grams
        words = [gram for gram in book.grams if " " not in gram]
        self._learned = book.share / 1024  # of all records, those whose pairs are counted
        self._total = sum(book.grams[word] for word in words) or 1
        self._forms: dict[str, list[str]] = {}
        for word in sorted(words, key=lambda word: (-book.grams[word], word)):
            self._forms.setdefault(fold(word), []).append(word)
        spelt = sorted((word for word in self._forms if word.isalpha() and len(word) > 1), key=len)
        self._by_length = {length: list(group) for length, group in groupby(spelt, key=len)}
        self._beside = {fold_all(gram) for gram in book.grams if gram.count(" ") == 1}

    def knows(self, words: str) -> bool:
        """Say whether every word of a question, marks aside, stands in some title or keyword."""
        return all(word in self._forms for word in analyse(words)[1].split())

    def corrected(self, words: str) -> str | None:
        """Return a question as it was probably meant, marks restored; None where nothing is to be corrected.

        What stands in quotes, and everything between the words, stays as it was typed.
        """
        typed = composed(words)
        spans = [match.span() for match in TOKEN.finditer(typed) if not _kept(typed, *match.span())]
        if not spans or not self._counts:
            return None
        best = self._best([list(readings) for readings in self._readings([typed[a:b] for a, b in spans])])
        pieces, place = [], 0
        for (start, end), reading in zip(spans, best, strict=True):
            same = " ".join(reading.tokens) == analyse(typed[start:end])[0]
            pieces += [typed[place:start], typed[start:end] if same else " ".join(reading.tokens)]
            place = end
        said = "".join(pieces) + typed[place:]
        return None if analyse(said)[0] == analyse(typed)[0] else said

    # --- what a word may mean -----------------------------------------------------------------------------------------

    def _readings(self, typed: list[str]) -> Iterator[list[Reading]]:
        exact = [tuple(analyse(word)[0].split()) for word in typed]
        folded = [tuple(map(fold, tokens)) for tokens in exact]
        for place, word in enumerate(typed):
            before = folded[place - 1] if place else ()
            after = folded[place + 1] if place + 1 < len(typed) else ()
            yield self._ranked(word.lower(), exact[place], self._fits(before, folded[place], after))

    def _fits(self, before: tuple[str, ...], word: tuple[str, ...], after: tuple[str, ...]) -> bool:
        """Say whether a known word is known beside one of its neighbours, or stands alone."""
        if not (before or after) or not word:
            return all(self._frequent(each) for each in word)
        beside = [f"{before[-1]} {word[0]}"] if before else []
        beside += [f"{word[-1]} {after[0]}"] if after else []
        return any(pair in self._beside for pair in beside)

    def _frequent(self, folded: str) -> bool:
        return sum(self._counts[form] for form in self._forms.get(folded, ())) > _RARE

    def _ranked(self, typed: str, exact: tuple[str, ...], fits: bool) -> list[Reading]:
        found = [Reading(exact, _KEYS if len(exact) > 1 else 0.0)] if exact else []
        readings = list(self._meant(typed, exact, fits))
        if readings and not all(each in self._counts for each in exact) and not _well_spelt(exact):
            found = []
        best: dict[tuple[str, ...], Reading] = {}
        for reading in sorted((*found, *readings), key=lambda each: (each.cost - self._weight(each), each.tokens)):
            best.setdefault(reading.tokens, reading)
        return list(best.values())[:_MOST] or [Reading(exact)]

    def _meant(self, typed: str, exact: tuple[str, ...], fits: bool) -> Iterator[Reading]:
        for word in typed_as(typed):
            meant = analyse(word)[0]
            yield from self._marked(meant, fold(meant), _KEYS)
        if len(exact) != 1:
            return
        word = exact[0]
        folded = fold(word)
        yield from self._marked(word, folded, 0.0)
        if folded.isalpha() and not _tiny(word) and (folded not in self._forms or not fits):
            more = _WELL_SPELT if _well_spelt(exact) else 0.0
            yield from (Reading(each.tokens, each.cost + more) for each in self._mended(word, folded))

    def _marked(self, word: str, folded: str, cost: float) -> Iterator[Reading]:
        """Read a word with other marks: freely where none were typed, else the fewer differ the better."""
        bare = word == fold(word)
        for form in self._forms.get(folded, ()):
            differ = 0 if bare else OSA.distance(word, form)
            yield Reading((form,), cost + _MARK * differ)

    def _mended(self, word: str, folded: str) -> Iterator[Reading]:
        for other in _onsets(folded):
            yield from self._near(word, folded, other, _ONSET)
        furthest = 2 if len(folded) >= _LONG else 1
        for length in range(len(folded) - furthest, len(folded) + furthest + 1):
            keys = self._by_length.get(length, [])
            for other, distance, _ in process.extract(
                folded, keys, scorer=OSA.distance, score_cutoff=furthest, limit=40
            ):
                if distance:
                    yield from self._near(word, folded, other, _SLIP * distance)
        for cut in range(1, len(folded)):
            yield from self._parted(word, folded, cut)

    def _near(self, word: str, folded: str, other: str, cost: float) -> Iterator[Reading]:
        bare = word == folded
        for form in self._forms.get(other, ()):
            more = 0 if bare else OSA.distance(word, form) - OSA.distance(folded, other)
            yield Reading((form,), cost + _MARK * max(0, more))

    def _parted(self, word: str, folded: str, cut: int) -> Iterator[Reading]:
        """Read a word as two known neighbours that were typed together."""
        if f"{folded[:cut]} {folded[cut:]}" not in self._beside:
            return
        pairs = ((a, b) for a in self._forms[folded[:cut]] for b in self._forms[folded[cut:]])
        for a, b in pairs:
            if f"{a} {b}" in self._counts and (word == folded or a + b == word):
                yield Reading((a, b), _JOINED)

    # --- which of them fit together -----------------------------------------------------------------------------------

    def _best(self, places: list[list[Reading]]) -> tuple[Reading, ...]:
        """Choose one reading a place, the most likely row of all (Viterbi)."""
        rows: list[tuple[float, tuple[Reading, ...]]] = [(0.0, ())]
        for readings in places:
            rows = [min((self._longer(row, each) for row in rows), key=_order) for each in readings]
        return min(rows, key=_order)[1]

    def _longer(self, row: tuple[float, tuple[Reading, ...]], each: Reading) -> tuple[float, tuple[Reading, ...]]:
        cost, readings = row
        before = readings[-1].tokens[-1] if readings and readings[-1].tokens else ""
        return cost + each.cost + self._chain(before, each), (*readings, each)

    def _chain(self, before: str, reading: Reading) -> float:
        cost = 0.0
        for token in reading.tokens:
            cost += self._step(before, token)
            before = token
        return cost

    def _step(self, before: str, token: str) -> float:
        alone = (self._counts.get(token, 0) + 0.1) / self._total
        count = self._counts.get(before, 0) * self._learned if before else 0
        beside = self._counts.get(f"{before} {token}", 0) / count if count else 0.0
        return -math.log(_KNOWN_PAIR * min(beside, 1.0) + (1 - _KNOWN_PAIR) * alone)

    def _weight(self, reading: Reading) -> float:
        return min((math.log(self._counts.get(token, 0) + 0.1) for token in reading.tokens), default=0.0)


def typed_as(keys: str) -> list[str]:
    """Return what the keys of a word may mean where no Vietnamese keyboard was switched on; a formula means itself."""
    return [] if keys in FORMULAS else meant_by_keys(keys)


def _order(row: tuple[float, tuple[Reading, ...]]) -> tuple[float, list[tuple[str, ...]]]:
    return row[0], [each.tokens for each in row[1]]


def _well_spelt(exact: tuple[str, ...]) -> bool:
    return len(exact) == 1 and exact[0] != fold(exact[0]) and is_known_syllable(exact[0])


def _tiny(word: str) -> bool:
    """Say whether a word has no more to it than any other: "ai", "no"."""
    return len(word) < 2 or (len(word) == 2 and word == fold(word) and is_known_syllable(word))


def _kept(typed: str, start: int, end: int) -> bool:
    """Say whether a word is no word to be corrected: it is quoted, or names a field or its value."""
    if typed[end : end + 1] == ":" or typed[max(start - 1, 0) : start] == ":":
        return True
    return any(start >= match.start() and end <= match.end() for match in _QUOTED.finditer(typed))


def _onsets(word: str) -> Iterator[str]:
    for one, other in _PAIRS:
        if word.startswith(one) and word[len(one) : len(one) + 1] != "h":
            yield other + word[len(one) :]
