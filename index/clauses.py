"""What an engine has to translate: a dozen kinds of clauses, a plan made of them; no engine's language."""

from __future__ import annotations

from typing import Literal

import msgspec

# Fields of words, each with an exact and a folded stream; ``text`` holds the words of all others, and more.
TEXT_FIELDS = ("title", "subject", "keyword", "creator", "text")
# Stands in a field of words that holds none, of records that are not shown too: engines count only documents that have
# a field when they say how rare a word is, and would rank otherwise. No question holds it.
NOTHING = "\u2400"
# Fields of numbers: dates as YYYYMMDD, minutes, years of age. A document without a value has none.
NUMBER_FIELDS = ("issued", "modified", "minutes", "age_min", "age_max")


class Everything(msgspec.Struct, frozen=True):
    """Every shown document."""


class Nothing(msgspec.Struct, frozen=True):
    """No document."""


class Term(msgspec.Struct, frozen=True):
    """One finished token in a field of words, scored by BM25 (k1 = 1.2, b = 0.75); ``exact`` names the stream."""

    field: str
    token: str
    exact: bool = False


class Phrase(msgspec.Struct, frozen=True):
    """Two or more tokens that stand one after the other, scored by BM25 as Lucene scores phrases."""

    field: str
    tokens: tuple[str, ...]
    exact: bool = False


class Prefix(msgspec.Struct, frozen=True):
    """Any token that begins so; scores 1."""

    field: str
    token: str
    exact: bool = False


class Values(msgspec.Struct, frozen=True):
    """Any of these ids in a field of ids; scores 1."""

    field: str
    values: tuple[str, ...]


class Between(msgspec.Struct, frozen=True):
    """A number from ``low`` to ``high``, both included, None: open; who has no number is not found."""

    field: str
    low: int | None
    high: int | None


class Not(msgspec.Struct, frozen=True):
    """What a clause does not find."""

    clause: Clause


class AllOf(msgspec.Struct, frozen=True):
    """What every one of these finds; scores their sum."""

    clauses: tuple[Clause, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """What at least one of these finds; scores the sum of those that do."""

    clauses: tuple[Clause, ...]


Clause = Everything | Nothing | Term | Phrase | Prefix | Values | Between | Not | AllOf | AnyOf


class Scored(msgspec.Struct, frozen=True):
    """What adds to a score and need not be found: ``weight`` times the clause's score, or ``weight`` itself."""

    clause: Clause
    weight: float
    constant: bool = False


class Plan(msgspec.Struct, frozen=True):
    """A question for an engine.

    A hit is shown, is found by every clause of ``words`` (whose scores count), by none of ``unless``, and by every
    clause of ``filters`` (they score nothing; each bears the field that it filters, "" for none). ``scored`` adds to
    the score. Facets leave out the filters of their own field. ``order`` is the order of hits, ties by key.
    ``after`` is the sort value of the last hit of the page before, "" for none.
    """

    words: tuple[Clause, ...]
    unless: tuple[Clause, ...]
    scored: tuple[Scored, ...]
    filters: tuple[tuple[str, Clause], ...]
    order: Literal["relevance", "-modified", "title"]
    after: str = ""

    def without(self, field: str) -> tuple[Clause, ...]:
        """Return the filters but those of one field."""
        return tuple(clause for name, clause in self.filters if not field or name != field)


def any_of(clauses: tuple[Clause, ...]) -> Clause:
    """Return the clauses as one; a single one as it is."""
    return clauses[0] if len(clauses) == 1 else AnyOf(clauses) if clauses else Nothing()
