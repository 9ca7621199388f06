"""Completions while somebody types: phrases, titles, subjects and institutions that go on from a prefix. Pure.

A prefix is compared without marks; where marks were typed, what bears them stands first. Everything is found by
bisection in sorted lists; for the shortest prefixes, which begin thousands of entries, the best are chosen beforehand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Literal, get_args

import msgspec

from mappings import ids, label

from ..text import analyse, composed, fold_all
from .book import Book

Suggested = Literal["phrase", "subject", "institution", "title"]
SUGGESTED: tuple[Suggested, ...] = get_args(Suggested)
_SHORT = 3  # letters of a prefix whose best are chosen beforehand
_BEST = 100  # of what begins so; a prefix that more begin with is remembered
_OFTEN = 2  # records that must know a phrase: one record's words are its own
# A phrase that ends or begins so is half of another: "hóa học lớp", "và ứng dụng".
_HANGING = frozenset(
    ("lớp", "môn", "của", "và", "hoặc", "về", "trong", "cho", "tại", "các", "những", "theo", "với", "là", "khi", "để")
)  # fmt: skip
_JOINING = frozenset(("của", "và", "hoặc", "với", "là", "ở", "tại"))
_STARTS = 6  # words of a title at which a prefix may find it


class Suggestion(msgspec.Struct, frozen=True):
    """What may be meant: its kind, its text, in how many records it was counted, and the id that it stands for.

    ``id`` is a resource's key for a title, a term for a subject, a source for an institution, "" for a phrase.
    """

    kind: Suggested
    text: str
    count: int
    id: str = ""


class Shelf:
    """Suggestions of one kind, found by the beginning of any of their folded entries."""

    def __init__(self, entries: Iterable[tuple[str, Suggestion]]) -> None:
        rows = sorted(entries, key=lambda row: (row[0], -row[1].count, row[1].text))
        self._folded = [folded for folded, _ in rows]
        self._found = [suggestion for _, suggestion in rows]
        self._best: dict[str, list[Suggestion]] = {}
        for folded, suggestion in sorted(rows, key=lambda row: _rank(row[1])):
            for size in range(1, _SHORT + 1):
                best = self._best.setdefault(folded[:size], [])
                if len(best) < _BEST:
                    best.append(suggestion)

    def beginning(self, prefix: str) -> Sequence[Suggestion]:
        """Return what begins with a folded prefix, at most the hundred best."""
        if prefix in self._best or len(prefix) <= _SHORT:
            return self._best.get(prefix, ())
        start = bisect_left(self._folded, prefix)
        end = bisect_left(self._folded, prefix + "\U0010ffff", start)
        if end - start <= _BEST:
            return self._found[start:end]
        return self._best.setdefault(prefix, nsmallest(_BEST, self._found[start:end], key=_rank))


class Completer:
    """All shelves of one book of words."""

    def __init__(self, book: Book) -> None:
        self._shelves: dict[Suggested, Shelf] = {
            "phrase": Shelf(_phrases(book)),
            "subject": Shelf(_subjects(book)),
            "institution": Shelf(_institutions(book)),
            "title": Shelf(_titles(book)),
        }

    def complete(self, typed: str, kind: Suggested, most: int, *, strict: bool = False) -> list[Suggestion]:
        """Return the ``most`` frequent of a kind that go on from what was typed, each text once.

        Where marks were typed, only what bears them, if anything does; ``strict``: or nothing.
        """
        exact, folded = _prefix(typed)
        if not folded.strip():
            return []
        found = list({each.text: each for each in self._shelves[kind].beginning(folded)}.values())
        if exact != folded:
            found = [each for each in found if _bears(each, typed, exact)] or ([] if strict else found)
        return sorted(found, key=_rank)[:most]


def tails(typed: str) -> list[tuple[str, str]]:
    """Part what was typed into its beginning and the last words that a phrase may go on from, longest first."""
    words = typed.split()
    space = " " if typed[-1:].isspace() else ""
    return [(" ".join(words[:place]), " ".join(words[place:]) + space) for place in range(1, len(words))]


def _prefix(typed: str) -> tuple[str, str]:
    exact, folded = analyse(typed)
    space = " " if typed[-1:].isspace() else ""
    return exact + space, folded + space


def _bears(suggestion: Suggestion, typed: str, exact: str) -> bool:
    """Say whether the marks agree: as typed, for the tone of a half typed word may still move, or by the one rule."""
    text = suggestion.text if suggestion.kind == "phrase" else analyse(suggestion.text)[0]
    return exact in text or composed(typed).lower() in text


def _rank(suggestion: Suggestion) -> tuple[int, int, str]:
    return -suggestion.count, len(suggestion.text), suggestion.text


def _phrases(book: Book) -> Iterable[tuple[str, Suggestion]]:
    """Yield phrases, marks aside each in its commonest spelling; not the pieces of longer ones: "khoa học tự"."""
    pieces = _pieces(book)
    best: dict[str, tuple[str, int]] = {}
    for gram, count in book.grams.items():
        if count >= _OFTEN and gram not in pieces and _whole(gram):
            folded = fold_all(gram)
            if count > best.get(folded, ("", 0))[1]:
                best[folded] = gram, count
    return ((folded, Suggestion("phrase", gram, count)) for folded, (gram, count) in best.items())


def _whole(gram: str) -> bool:
    """Say whether a phrase can stand for itself."""
    first, last = gram.partition(" ")[0], gram.rpartition(" ")[2]
    if len(gram) < 2 or gram.replace(" ", "").isdigit():
        return False
    return " " not in gram or (first not in _JOINING and last not in _HANGING)


def _pieces(book: Book) -> set[str]:
    """Return the phrases after which nearly always the same word follows."""
    found = set()
    for gram, count in book.grams.items():
        piece = gram.rpartition(" ")[0]
        if " " in piece and count * 5 >= book.grams.get(piece, 0) * 4:
            found.add(piece)
    return found


def _titles(book: Book) -> Iterable[tuple[str, Suggestion]]:
    for title in book.titles:
        yield from _starts(Suggestion("title", title.text, title.count, title.key), _STARTS)


def _subjects(book: Book) -> Iterable[tuple[str, Suggestion]]:
    for term in ids("subject"):
        if book.subjects.get(term):
            yield from _starts(Suggestion("subject", label("subject", term), book.subjects[term], term))


def _institutions(book: Book) -> Iterable[tuple[str, Suggestion]]:
    for each in book.institutions:
        if each.name:
            yield from _starts(Suggestion("institution", each.name, each.count, each.id))


def _starts(suggestion: Suggestion, most: int = 30) -> Iterable[tuple[str, Suggestion]]:
    """Yield an entry for each of the first words at which people may begin to type it."""
    words = analyse(suggestion.text)[1].split()
    return ((" ".join(words[place:]), suggestion) for place in range(min(len(words), most)))
