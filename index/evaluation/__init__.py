"""How good the order of answers is: questions as teachers and pupils type them, judged over the demo town's records.

``questions.tsv`` holds each question as it was typed, its kind (marks, bare: without marks, grade, abbreviation, slip),
its half (a: may be tuned on, b: only measured), and what whoever typed it wants, written down from the
records and not from the answers of any engine: the heart, without which a record is of no use, and the rest.

No pool is drawn from any engine, so none is favoured: **every** record of the town is judged for every question, by
what the institution says of it (title, subjects and type in Dublin Core) and by nothing that mapping or an index made
of it. 3: the heart and all of the rest. 2: the heart and at least half of the rest. 1: the heart alone. 0: no use.
The measure is nDCG at 10 with gains of 2^judgement - 1 (Burges and others, 2005), the mean over the questions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from ..text import analyse

AT = 10
Said = Sequence[tuple[str, str]]  # what an institution says of a record: pairs (element of Dublin Core, text)


class Wanted(msgspec.Struct, frozen=True):
    """One thing that is wanted: an aspect (topic, words, subject, grade, grades, type, series, place) and its value."""

    aspect: str
    value: str


class Judged(msgspec.Struct, frozen=True):
    """One question of the set: as it was typed, and what is wanted."""

    half: str
    kind: str
    typed: str
    heart: tuple[Wanted, ...]
    rest: tuple[Wanted, ...]


@cache
def questions() -> tuple[Judged, ...]:
    """Return the evaluation set in its order."""
    lines = (Path(__file__).parent / "questions.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(_judged(*line.split("\t")) for line in lines)


def _judged(half: str, kind: str, typed: str, heart: str, rest: str) -> Judged:
    return Judged(half, kind, typed, _wanted(heart), _wanted(rest))


def _wanted(text: str) -> tuple[Wanted, ...]:
    parted = (part.partition(":") for part in text.split(", ") if part)
    return tuple(Wanted(aspect, value) for aspect, _, value in parted)


class Stated(msgspec.Struct, frozen=True):
    """What an institution states of a record, as tokens: its titles, its subjects, its types."""

    title: str
    subject: str
    type: str


def stated(said: Said) -> Stated:
    """Read what an institution says of a record for judging it."""
    return Stated(*(_joined(said, name) for name in ("title", "subject", "type")))


def judge(question: Judged, record: Stated) -> int:
    """Return 0 to 3: of how much use a record is to whoever asked."""
    if not all(_meets(each, record) for each in question.heart):
        return 0
    met = [_meets(each, record) for each in question.rest]
    if all(met):
        return 3
    return 2 if sum(met) * 2 >= len(met) else 1


def _meets(wanted: Wanted, record: Stated) -> bool:
    words = f" {_tokens(wanted.value)} "
    if wanted.aspect in ("words", "place"):
        return words in record.title
    if wanted.aspect == "topic":
        return words in record.title or words in record.subject
    if wanted.aspect in ("grade", "grades"):
        first, _, last = wanted.value.partition("-")
        return any(f"¶ lớp {grade} ¶" in record.subject for grade in range(int(first), int(last or first) + 1))
    return f"¶{words}¶" in (record.type if wanted.aspect == "type" else record.subject)


def _joined(said: Said, name: str) -> str:
    return "¶ " + "".join(f"{_tokens(text)} ¶ " for element, text in said if element == name)


@cache
def _tokens(text: str) -> str:
    return analyse(text.replace("&#8211;", " "))[0]


def ndcg(judgements: Sequence[int], every: Iterable[int]) -> float:
    """Return nDCG at 10 of an answer by the judgements of its records, in order, and those of all records there are."""
    best = _gain(sorted(every, reverse=True))
    return _gain(judgements) / best if best else 0.0


def _gain(judgements: Sequence[int]) -> float:
    return math.fsum((2**each - 1) / math.log2(place + 2) for place, each in enumerate(judgements[:AT]))


def mean(scores: Mapping[str, float], chosen: Iterable[Judged]) -> float:
    """Return the mean score of some questions."""
    found = [scores[each.typed] for each in chosen]
    return sum(found) / len(found)
