"""Our questions as queries of Tantivy, built as objects: its query parser can be crashed by what people type."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import tantivy

from ...query import Facet, FacetValue, Query, Question

_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


class Questions:
    """Builds queries over one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def term(self, field: str, value: str) -> tantivy.Query:
        """Ask for one value of a field, unranked."""
        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def all(self, queries: Iterable[tantivy.Query]) -> tantivy.Query:
        """Ask for what all of these find."""
        return tantivy.Query.boolean_query([(_MUST, query) for query in queries])

    def words(self, question: Question, query: Query) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """Every word must occur; exact spelling, words of the title and words that stand together rank first."""
        exactly = query.accent == "exact"
        stream, name = (0, "exact") if exactly else (1, "folded")
        clauses = [(_MUST, self._ranked(f"text_{name}", pair[stream])) for pair in question.terms]
        clauses += [
            (_MUST, self._phrase(f"text_{name}", [pair[stream] for pair in phrase])) for phrase in question.phrases
        ]
        clauses += [(_SHOULD, _boosted(self._ranked(f"title_{name}", pair[stream]), 3.0)) for pair in question.tokens]
        if question.accented and not exactly:
            for exact, _ in question.tokens:
                clauses += [
                    (_SHOULD, _boosted(self._ranked("text_exact", exact), 1.5)),
                    (_SHOULD, _boosted(self._ranked("title_exact", exact), 2.0)),
                ]
        tokens = [pair[stream] for pair in question.terms]
        if len(tokens) > 1:
            clauses += [
                (_SHOULD, _boosted(self._phrase(f"title_{name}", tokens), 4.0)),
                (_SHOULD, _boosted(self._phrase(f"text_{name}", tokens, 2), 2.0)),
            ]
            clauses += [(_SHOULD, self._phrase(f"text_{name}", [first, second])) for first, second in pairwise(tokens)]
        return clauses

    def _ranked(self, field: str, token: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, token, "freq")

    def _phrase(self, field: str, tokens: list[str], slop: int = 0) -> tantivy.Query:
        if len(tokens) == 1:
            return self._ranked(field, tokens[0])
        return tantivy.Query.phrase_query(self._schema, field, list(tokens), slop)

    def filtered(self, asked: list[tuple[tantivy.Occur, tantivy.Query]], query: Query, without: str) -> tantivy.Query:
        """Narrow to what is shown and passes the filters, but for the one of the field ``without``."""
        filters = [self.term("status", "shown")]
        filters += [
            tantivy.Query.term_set_query(self._schema, field, list(values))
            for field, values in query.filters
            if field != without
        ]
        quiet = [(_MUST, tantivy.Query.const_score_query(each, 0.0)) for each in filters]
        return tantivy.Query.boolean_query([*asked, *quiet])

    def facets(
        self, searcher: tantivy.Searcher, asked: list[tuple[tantivy.Occur, tantivy.Query]], query: Query
    ) -> tuple[Facet, ...]:
        """Count each field without its own filter; fields without a filter are counted together."""
        filtered = {field for field, _ in query.filters}
        groups = [[field for field in query.facets if field not in filtered]]
        groups += [[field] for field in query.facets if field in filtered]
        counted: dict[str, Facet] = {}
        for group in filter(None, groups):
            wanted = {
                field: {"terms": {"field": field, "size": query.facet_size, "order": {"_count": "desc"}}}
                for field in group
            }
            without = group[0] if group[0] in filtered else ""
            answer = searcher.aggregate(self.filtered(asked, query, without), wanted)
            for field in group:
                buckets = [FacetValue(str(each["key"]), int(each["doc_count"])) for each in answer[field]["buckets"]]
                counted[field] = Facet(field, tuple(sorted(buckets, key=lambda each: (-each.count, each.value))))
        return tuple(counted[field] for field in query.facets)


def _boosted(query: tantivy.Query, boost: float) -> tantivy.Query:
    return tantivy.Query.boost_query(query, boost)
