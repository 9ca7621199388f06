"""More like this: what a resource is about, in some two dozen words that tell it from the others. Pure.

The terms are chosen here and not by an engine, so every engine is asked the same; they are words and neighbours of its
title, keywords and description, weighted by where they stand and by how few other records know them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise

import msgspec

from ..query import Likeness
from ..text import analyse_parts
from .book import Book

MOST_WORDS, MOST_PAIRS = 18, 7  # a quarter of a hundred in all: more of them change the first ten no more
_PLACES = {"title": 3.0, "keyword": 2.0, "description": 1.0}
_LONGEST = 600  # characters of a description: what it is about stands at its beginning
_COMMON = 0.25  # of the records: a word that more of them know tells nothing


class _Said(msgspec.Struct):
    title: str
    keyword: tuple[str, ...] = ()
    description: str = ""
    subject: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    type: tuple[str, ...] = ()


_DECODER = msgspec.json.Decoder(_Said)


def likeness(stored: bytes, book: Book) -> Likeness:
    """Return what a stored resource is about, by the words of a book."""
    said = _DECODER.decode(stored)
    words: dict[str, float] = {}
    pairs: dict[str, float] = {}
    texts = [("title", said.title), ("description", said.description[:_LONGEST])]
    for place, text in (*texts, *(("keyword", each) for each in said.keyword)):
        run = [word for word in analyse_parts((text,))[0].split() if not word.isdigit()]  # a year tells nothing
        _highest(words, run, _PLACES[place])
        if place != "description":
            _highest(pairs, map(" ".join, pairwise(run)), _PLACES[place])
    ids = tuple((field, getattr(said, field)) for field in ("subject", "grade", "type") if getattr(said, field))
    chosen = [*_best(words, book, MOST_WORDS), *_best(pairs, book, MOST_PAIRS)]
    return Likeness(tuple((tuple(gram.split(" ")), weight) for gram, weight in chosen), ids)


def _highest(found: dict[str, float], grams: Iterable[str], weight: float) -> None:
    for gram in grams:
        found[gram] = max(found.get(gram, 0.0), weight)


def _best(found: Mapping[str, float], book: Book, most: int) -> list[tuple[str, float]]:
    """Return the most telling; the weight is that of the place, for the engine's own score knows how rare a word is."""
    records = max(book.documents, 1)
    share = book.share / 1024 if most == MOST_PAIRS else 1.0
    telling = {
        gram: weight * math.log(1 + records / (1 + book.grams.get(gram, 0) / share))
        for gram, weight in found.items()
        if records < 20 or book.grams.get(gram, 0) / share <= records * _COMMON
    }
    chosen = sorted(telling, key=lambda gram: (-telling[gram], gram))[:most]
    return [(gram, found[gram]) for gram in chosen]
