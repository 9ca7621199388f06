"""Learn the words of an index from the documents that are written to it: pure, deterministic, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec
import xxhash

from ..query import Document, Engine, Place
from ..text import analyse_parts
from .book import NAME, Book, Institution, Title, pack, unpack

LONGEST = 4  # words of a phrase: "phương trình bậc hai"
# Neighbours and titles are learned from about so many records: more of them change no suggestion (the records of a
# nation repeat their phrases), and each costs as much as three of which only the words are learned.
ENOUGH = 100_000
_PARTS = 1024
WORDS, PAIRS, LONGER, TITLES = 60_000, 100_000, 60_000, 20_000
# While it learns: above so many the rarest go (lossy counting), so that memory stays below 100 MB.
_MOST_GRAMS, _MOST_TITLES = 400_000, 60_000
_LONGEST_TITLE, _LONGEST_WORD = 160, 24  # characters; what is longer helps nobody who types
_SHORT, _KEPT = 80, 20_000  # keywords below so many characters are kept with their phrases, about 2 kB each


class _Institution(msgspec.Struct):
    name: str = ""


class _Said(msgspec.Struct):
    """What is read of a stored resource."""

    title: str
    source: str = ""
    keyword: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    institution: _Institution = msgspec.field(default_factory=_Institution)


_DECODER = msgspec.json.Decoder(_Said)


class Learner:
    """Counts the words of shown documents; begins with a book, or with an empty one for about ``expected`` records."""

    def __init__(self, book: Book | None = None, expected: int = 0) -> None:
        share = max(1, min(_PARTS, _PARTS * ENOUGH // max(expected, 1)))
        self._book = book or Book(share=share)
        self.changed = False
        self._words: Counter[str] = Counter()
        self._grams: Counter[str] = Counter()
        for gram, count in self._book.grams.items():
            (self._grams if " " in gram else self._words)[gram] = count
        self._titles = {title.text: title for title in self._book.titles}
        self._subjects = Counter(self._book.subjects)
        self._institutions = {each.id: each for each in self._book.institutions}
        self._documents, self._again = self._book.documents, self._book.again

    def see(self, documents: Iterable[Document], *, again: bool = False, held: bool = False) -> None:
        """Learn what these documents show; ``again`` where the index may have shown their records before.

        ``held`` where it did, mapped otherwise: what bears a title that is known was counted then.
        """
        for number, document in enumerate(documents, 1):
            self.changed = True
            self._again += again
            if document.status == "shown":
                self._learn(document, held=held)
            if number % 1000 == 0:
                self._forget_the_rarest()
        self._forget_the_rarest()

    def _learn(self, document: Document, *, held: bool) -> None:
        said = _DECODER.decode(document.stored)
        again = held and said.title in self._titles
        known = self._institutions.get(document.source)
        name, count = said.institution.name or (known.name if known else ""), known.count if known else 0
        self._institutions[document.source] = Institution(document.source, name, count + (not again))
        if again:
            self._see_again(said)
            return
        self._documents += 1
        self._words.update(_words(said.title).union(*map(_words_again, said.keyword)))
        self._subjects.update(said.subject)
        if xxhash.xxh3_64_intdigest(document.key.encode()) % _PARTS < self._book.share:
            self._grams.update(_grams(said.title).union(*map(_grams_again, said.keyword)))
            if len(said.title) <= _LONGEST_TITLE:
                count = self._titles[said.title].count if said.title in self._titles else 0
                self._titles[said.title] = Title(said.title, document.key, count + 1)

    def _see_again(self, said: _Said) -> None:
        """Learn only what nobody said before: another mapping may have found it."""
        for subject in said.subject:
            self._subjects.setdefault(subject, 1)
        for keyword in said.keyword:
            for table, found in ((self._words, _words_again(keyword)), (self._grams, _grams_again(keyword))):
                if not found <= table.keys():
                    table.update(found - table.keys())

    def _forget_the_rarest(self) -> None:
        self._grams = _without_the_rarest(self._grams, _MOST_GRAMS)
        self._words = _without_the_rarest(self._words, _MOST_GRAMS)
        if len(self._titles) > _MOST_TITLES:
            self._titles = {title.text: title for title in _often(self._titles, _MOST_TITLES // 2)}

    def book(self, place: Place) -> Book:
        """Return what was learned. Counts of a new book hold at this place of the log; an old one keeps its place.

        Where a store was restored its numbers begin anew: what was written until then is counted by ``again`` alone.
        """
        old = self._book if self._book.documents else Book(place.epoch, place.sequence)
        if old.epoch != place.epoch:
            old = Book(place.epoch, place.sequence)
        pairs = {gram: count for gram, count in self._grams.items() if gram.count(" ") == 1}
        longer = {gram: count for gram, count in self._grams.items() if gram.count(" ") > 1}
        grams = [
            pair
            for table, most in ((self._words, WORDS), (pairs, PAIRS), (longer, LONGER))
            for pair in _most(table, most)
        ]
        return Book(
            epoch=old.epoch,
            sequence=old.sequence,
            again=self._again,
            documents=self._documents,
            share=self._book.share,
            grams=dict(sorted(grams)),
            titles=tuple(sorted(_often(self._titles, TITLES), key=lambda title: title.text)),
            subjects=dict(sorted(self._subjects.items())),
            institutions=tuple(sorted(self._institutions.values(), key=lambda each: each.id)),
        )


def _run(text: str) -> list[str]:
    return analyse_parts((text,))[0].split(" ")


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _run(text) if 0 < len(word) <= _LONGEST_WORD)


def _grams(text: str) -> frozenset[str]:
    run = _run(text)
    return frozenset(
        " ".join(run[start : start + size]) for size in range(2, LONGEST + 1) for start in range(len(run) - size + 1)
    )


_words_kept, _grams_kept = lru_cache(_KEPT)(_words), lru_cache(_KEPT)(_grams)


def _words_again(keyword: str) -> frozenset[str]:
    """Return the words of a keyword; most come again with other records."""
    return (_words_kept if len(keyword) < _SHORT else _words)(keyword)


def _grams_again(keyword: str) -> frozenset[str]:
    return (_grams_kept if len(keyword) < _SHORT else _grams)(keyword)


def _without_the_rarest(counted: Counter[str], most: int) -> Counter[str]:
    """Drop what was counted once, twice, … until a quarter of the room is free (lossy counting)."""
    if len(counted) <= most:
        return counted
    floor = 0
    while len(counted) > most * 3 // 4:
        floor += 1
        counted = Counter({gram: count for gram, count in counted.items() if count > floor})
    return counted


def _most(counted: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    """Return the most frequent, the earlier in the alphabet where two are equal."""
    if len(counted) <= most:
        return list(counted.items())
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:most]


def _often(titles: Mapping[str, Title], most: int) -> list[Title]:
    return sorted(titles.values(), key=lambda title: (-title.count, title.text))[:most]


class Memory:
    """What one index has learned, read when there is something new to learn, and kept when that is done."""

    def __init__(self, engine: Engine, learner: Learner | None = None) -> None:
        """Without a ``learner`` what the index has kept goes on; where it kept nothing, nothing is learned."""
        self._engine, self._learner, self._asked = engine, learner, learner is not None

    def see(self, documents: Iterable[Document], *, again: bool, held: bool = False) -> None:
        """Learn what these documents show, as ``Learner.see`` says."""
        if not self._asked:
            book = unpack(self._engine.kept(NAME))
            self._learner, self._asked = Learner(book) if book is not None else None, True
        if self._learner is not None:
            self._learner.see(documents, again=again, held=held)

    def keep(self, engine: Engine | None = None) -> None:
        """Keep it beside the documents that it was learned from, if there is something new."""
        if self._learner is not None and self._learner.changed:
            engine = engine or self._engine
            engine.keep(NAME, pack(self._learner.book(engine.place())))
            self._learner.changed = False
