"""Our plans as queries of Tantivy, built as objects: its query parser can be crashed by what people type."""

from __future__ import annotations

import re
from collections.abc import Iterable

import tantivy

from ...clauses import (
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
    Scored,
    Term,
    Values,
)

_MUST, _SHOULD, _NEVER = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
_SHOWN = Values("status", ("shown",))


class Questions:
    """Builds queries over one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def term(self, field: str, value: str) -> tantivy.Query:
        """Ask for one value of a field, unranked."""
        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def any_value(self, field: str, values: Iterable[str]) -> tantivy.Query:
        """Ask for any of these values of a field, unranked."""
        return tantivy.Query.term_set_query(self._schema, field, list(values))

    def all(self, queries: Iterable[tantivy.Query]) -> tantivy.Query:
        """Ask for what all of these find."""
        return tantivy.Query.boolean_query([(_MUST, query) for query in queries])

    def any(self, queries: Iterable[tantivy.Query]) -> tantivy.Query:
        """Ask for what at least one of these finds."""
        return tantivy.Query.boolean_query([(_SHOULD, query) for query in queries])

    def whole(self, plan: Plan, more: Iterable[tantivy.Query] = ()) -> tantivy.Query:
        """Return a plan as one query; ``more`` narrows it further."""
        clauses = [(_MUST, self.query(clause)) for clause in plan.words]
        clauses += [(_SHOULD, self._scored(each)) for each in plan.scored]
        quiet = [*map(self.query, plan.without("")), *more]
        return self._narrowed(clauses, plan, quiet)

    def counted(self, plan: Plan, field: str) -> tantivy.Query:
        """Return what is counted for a facet: the plan without the filters of its own field, unranked."""
        clauses = [(_MUST, tantivy.Query.const_score_query(self.query(clause), 0.0)) for clause in plan.words]
        return self._narrowed(clauses, plan, [*map(self.query, plan.without(field))])

    def _narrowed(
        self, clauses: list[tuple[tantivy.Occur, tantivy.Query]], plan: Plan, quiet: list[tantivy.Query]
    ) -> tantivy.Query:
        narrowed = [tantivy.Query.const_score_query(each, 0.0) for each in (self.query(_SHOWN), *quiet)]
        unless = [(_NEVER, self.query(clause)) for clause in plan.unless]
        return tantivy.Query.boolean_query([*clauses, *((_MUST, each) for each in narrowed), *unless])

    def _scored(self, scored: Scored) -> tantivy.Query:
        query = self.query(scored.clause)
        if scored.constant:
            return tantivy.Query.const_score_query(query, scored.weight)
        return query if scored.weight == 1.0 else tantivy.Query.boost_query(query, scored.weight)

    def between(self, field: str, low: int | None, high: int | None) -> tantivy.Query:
        """Ask for numbers from ``low`` to ``high``."""
        low = 0 if low is None and high is None else low
        return tantivy.Query.range_query(self._schema, field, tantivy.FieldType.Integer, low, high)

    def query(self, clause: Clause) -> tantivy.Query:
        """Return a clause as a query."""
        make = tantivy.Query
        match clause:
            case Term(field, token, exact):
                return make.term_query(self._schema, _stream(field, exact), token, "freq")
            case Phrase(field, tokens, exact):
                return make.phrase_query(self._schema, _stream(field, exact), list(tokens))
            case Prefix(field, token, exact):
                return make.regex_query(self._schema, _stream(field, exact), f"{re.escape(token)}.*")
            case Values(field, values):
                return self.any_value(field, values)
            case Between(field, low, high):
                return self.between(field, low, high)
            case AllOf(clauses):
                return self.all(map(self.query, clauses))
            case AnyOf(clauses):
                return make.boolean_query([(_SHOULD, self.query(each)) for each in clauses])
            case Not(inner):
                return make.boolean_query([(_MUST, make.all_query()), (_NEVER, self.query(inner))])
            case Everything():
                return make.all_query()
            case Nothing():
                return make.empty_query()


def _stream(field: str, exact: bool) -> str:
    return f"{field}_exact" if exact else f"{field}_folded"
