"""Suggestions that were checked against the index: what is no longer shown is never suggested.

The book of words is a little older than the index. What it counted more often than documents were written since then is
surely still shown somewhere; everything rarer is asked of the index before it is shown, a title by its key.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

import msgspec

from ..query import LARGEST_PAGE, Engine, Filter, Hit, LimitExceededError, Place, Query
from ..text import analyse
from .book import NAME, Book, unpack
from .completing import SUGGESTED, Completer, Suggested, Suggestion, tails
from .similar import likeness
from .speller import Speller

FEW = 5  # hits: with as many, whoever asked has an answer, and needs no other question
# Of each kind, where all are asked for: phrases fill what is left.
_AT_MOST: dict[Suggested, int] = {"phrase": 20, "subject": 2, "institution": 2, "title": 3}
_AGAIN = 30.0  # seconds after which the book is read again: an update keeps it a little after its last documents
_SAME_TITLES = 4  # as many resources may bear one title before the list of similar ones becomes shorter
_TAILS = 2  # completions of the last words alone that are tried: each is asked of the index
# Suggestions that one answer asks the index about: as many searches as a page costs; what was asked is remembered while
# the index stands still, so that the next letter asks about others.
_DOUBTS, _REMEMBERED = 3, 10_000
_UNRANKED: Final = "-modified"  # only the total is asked for: without ranking at a third of the cost (measured)


class Correction(msgspec.Struct, frozen=True):
    """Another question, and how many resources it finds."""

    words: str
    total: int


class _Kit:
    """A book and what is made of it when somebody needs it."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @cached_property
    def speller(self) -> Speller:
        return Speller(self.book)

    @cached_property
    def completer(self) -> Completer:
        return Completer(self.book)

    @property
    def used(self) -> bool:
        return "completer" in self.__dict__


class Helper:
    """Helps to ask one index; reads its book of words anew when it has changed, and nobody waits for that."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._next = 0.0
        self._place: Place | None = None
        self._packed: bytes | None = None
        self._kit = _Kit(Book())
        self._newest = self._kit.book
        self._found: dict[str, bool] = {}
        self._asked = 0

    def _read(self) -> tuple[_Kit, int]:
        """Return the words, and how many documents may have changed since they were true."""
        place = self._engine.place()
        if place != self._place or self._clock() >= self._next:
            packed = self._engine.kept(NAME)
            if packed != self._packed:
                self._change(unpack(packed) or Book())
            if place != self._place or len(self._found) > _REMEMBERED:
                self._found = {}
            self._place, self._packed, self._next = place, packed, self._clock() + _AGAIN
        kit = self._kit
        if place.epoch != kit.book.epoch or place.sequence < kit.book.sequence:
            return kit, sys.maxsize
        again = kit.book.again + (0 if kit.book is self._newest else self._newest.again)
        return kit, place.sequence - kit.book.sequence + again

    def _change(self, book: Book) -> None:
        """Put another book in the place of this one; where that one is in use, when the other is made ready."""
        kit, self._newest = _Kit(book), book
        if self._kit.used:
            threading.Thread(target=self._make_ready, args=(kit,), daemon=True).start()
        else:
            self._kit = kit

    def _make_ready(self, kit: _Kit) -> None:
        _ = kit.completer, kit.speller  # a second for the words of a nation
        if kit.book is self._newest:
            self._kit = kit

    def did_you_mean(self, query: Query, total: int) -> Correction | None:
        """Return a better question for one that found ``total``: only where it finds more, by the same filters."""
        speller = self._read()[0].speller
        if not query.words or (total >= FEW and speller.knows(query.words)):
            return None
        words = speller.corrected(query.words)
        if words is None or len(words) > len(query.words) * 2 + 8:
            return None
        try:
            found = self._engine.search(_alone(query, words)).total
        except LimitExceededError:  # what was asked for has its answer; a correction may be longer
            return None
        return Correction(words, found) if found > total else None

    def suggest(self, typed: str, kinds: Sequence[Suggested] = SUGGESTED, most: int = 8) -> list[Suggestion]:
        """Return what goes on from what was typed: phrases, subjects, institutions, titles, all of them shown now."""
        kit, doubt = self._read()
        completer = kit.completer
        self._asked = 0
        found: list[Suggestion] = []
        for kind in kinds:
            wanted = most if len(kinds) == 1 else min(most, _AT_MOST[kind])
            found += self._shown(completer.complete(typed, kind, wanted * 2), wanted, doubt)
        if "phrase" in kinds and not found:
            found = self._longer(completer, typed)
        return _mixed(found, most)

    def similar(self, hit: Hit, most: int = 5) -> tuple[Hit, ...]:
        """Return other shown resources that are about the same, the most alike first, of each title one."""
        book = self._read()[0].book
        size = min(LARGEST_PAGE, (most + 1) * _SAME_TITLES)
        found = self._engine.search(Query(like=likeness(hit.stored, book), size=size)).hits
        others = {_title(each): each for each in reversed(found) if each.key != hit.key}
        return tuple(each for each in found if others.get(_title(each)) is each)[:most]

    def _shown(self, candidates: Sequence[Suggestion], wanted: int, doubt: int) -> list[Suggestion]:
        found: list[Suggestion] = []
        for each in candidates:
            if len(found) == wanted:
                break
            if self._is_shown(each, doubt):
                found.append(each)
        return found

    def _is_shown(self, suggestion: Suggestion, doubt: int) -> bool:
        if suggestion.kind == "title":
            hit = self._engine.get(suggestion.id)
            return hit is not None and bool(msgspec.json.decode(hit.stored)["title"] == suggestion.text)
        if suggestion.count > doubt:
            return True
        if suggestion.kind == "phrase":
            return self._finds(Query(f'"{suggestion.text}"', size=1, sort=_UNRANKED))
        field = "subject" if suggestion.kind == "subject" else "source"
        return self._finds(Query(filters=(Filter(field, (suggestion.id,)),), size=1, sort=_UNRANKED))

    def _finds(self, query: Query) -> bool:
        """Say whether a question finds anything, if it may still be asked for this answer."""
        known = f"{query.words}\n{query.filters}"
        if known not in self._found:
            if self._asked >= _DOUBTS:
                return False
            self._asked += 1
            self._found[known] = self._engine.search(query).total > 0
        return self._found[known]

    def _longer(self, completer: Completer, typed: str) -> list[Suggestion]:
        """Complete the last words alone where nothing goes on from all of them; it must find something as a whole."""
        tried = ((head, completer.complete(tail, "phrase", _TAILS, strict=True)) for head, tail in tails(typed))
        head, candidates = next(((head, each) for head, each in tried if each), ("", []))
        totals = [(f"{head} {each.text}", self._total(f"{head} {each.text}")) for each in candidates]
        return [Suggestion("phrase", words, total) for words, total in totals if total]

    def _total(self, words: str) -> int:
        try:
            return self._engine.search(Query(words, size=1, sort=_UNRANKED)).total
        except LimitExceededError:  # of very many words that were typed
            return 0


def _title(hit: Hit) -> str:
    return analyse(str(msgspec.json.decode(hit.stored)["title"]))[0]


def _alone(query: Query, words: str) -> Query:
    return msgspec.structs.replace(query, words=words, facets=(), size=1, page=1, cursor="", highlight=False)


def _mixed(found: list[Suggestion], most: int) -> list[Suggestion]:
    """Keep room for every kind, in the order of kinds; what is a phrase and a subject stands once, as subject."""
    subjects = {each.text.lower() for each in found if each.kind == "subject"}
    kept = [each for each in found if each.kind != "phrase" or each.text not in subjects]
    others = [each for each in kept if each.kind != "phrase"]
    phrases = [each for each in kept if each.kind == "phrase"]
    return [*phrases[: max(most - len(others), most // 2)], *others][:most]
