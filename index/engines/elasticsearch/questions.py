"""Our questions in the cluster's words, built as objects: nothing that people type reaches a parser of queries."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ...query import Query, Question

_SECONDS = "2s"
_EXACT_COUNTS = 10_000  # values that each shard counts: with fewer a facet of several shards is only about right

Clause = dict[str, Any]


def body(question: Question, query: Query) -> dict[str, Any]:
    """Return a search: what must match, the page, the order, and the counts that leave out their own filter."""
    filters = {field: {"terms": {field: list(values)}} for field, values in query.filters}
    outside = [clause for field, clause in filters.items() if field not in query.facets]
    inside = {field: clause for field, clause in filters.items() if field in query.facets}
    asked = words(question, query)
    asked["filter"] = [*asked.get("filter", []), {"term": {"status": "shown"}}, *outside]
    made: dict[str, Any] = {
        "query": {"bool": asked},
        "from": (query.page - 1) * query.size,
        "size": query.size,
        "sort": _sort(question, query),
        "track_total_hits": True,
        "timeout": _SECONDS,
        "source": ["stored"],
    }
    if inside:
        made["post_filter"] = {"bool": {"filter": list(inside.values())}}
    if query.facets:
        made["aggs"] = {field: _counted(field, inside, query.facet_size) for field in query.facets}
    return made


def _counted(field: str, filters: dict[str, Clause], size: int) -> Clause:
    others = [clause for name, clause in filters.items() if name != field]
    terms = {"field": field, "size": size, "shard_size": max(10 * size, _EXACT_COUNTS)}
    return {"filter": {"bool": {"filter": others}}, "aggs": {"counted": {"terms": terms}}}


def _sort(question: Question, query: Query) -> list[Any]:
    if query.sort == "title":
        return [{"title_order": "asc"}]
    if query.sort == "-modified" or not question.tokens:
        return [{"modified_order": "desc"}]
    return ["_score", {"key": "asc"}]


def words(question: Question, query: Query) -> dict[str, Any]:
    """Every word must occur; exact spelling, words of the title and words that stand together rank first."""
    exactly = query.accent == "exact"
    stream, name = (0, "exact") if exactly else (1, "folded")
    must = [_term(f"text_{name}", pair[stream]) for pair in question.terms]
    must += [_phrase(f"text_{name}", [pair[stream] for pair in phrase]) for phrase in question.phrases]
    should = [_term(f"title_{name}", pair[stream], 3.0) for pair in question.tokens]
    if question.accented and not exactly:
        for exact, _ in question.tokens:
            should += [_term("text_exact", exact, 1.5), _term("title_exact", exact, 2.0)]
    tokens = [pair[stream] for pair in question.terms]
    if len(tokens) > 1:
        should += [_phrase(f"title_{name}", tokens, 4.0), _phrase(f"text_{name}", tokens, 2.0, slop=2)]
        should += [_phrase(f"text_{name}", [first, second]) for first, second in pairwise(tokens)]
    return {"must": must, "should": should, "minimum_should_match": 0}


def _term(field: str, token: str, boost: float = 1.0) -> Clause:
    return {"term": {field: {"value": token, "boost": boost}}}


def _phrase(field: str, tokens: list[str], boost: float = 1.0, slop: int = 0) -> Clause:
    if len(tokens) == 1:
        return _term(field, tokens[0], boost)
    return {"match_phrase": {field: {"query": " ".join(tokens), "boost": boost, "slop": slop}}}
