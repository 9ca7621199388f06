"""Our plans in the cluster's words, built as objects: nothing that people type reaches a parser of queries."""

from __future__ import annotations

from typing import Any

from ...clauses import (
    AllOf,
    AnyOf,
    Between,
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
from ...clauses import Clause as Asked
from ...query import LONGEST_SECONDS, Query

_EXACT_COUNTS = 65_000  # values that each shard counts: with fewer a facet of several shards is only about right
_EVERY_VALUE = 65_000  # of one field: more than there are schools, and what a cluster counts at the most

Clause = dict[str, Any]
_ORDERS = {"title": ("title_order", "asc", "gt"), "-modified": ("modified_order", "desc", "lt")}


def body(plan: Plan, query: Query) -> dict[str, Any]:
    """Return a search: what must match, the page and one hit more, the order, the counts without their own filters."""
    inside = [(field, clause(each)) for field, each in plan.filters if field in query.facets]
    outside = [clause(each) for field, each in plan.filters if field not in query.facets]
    asked: Clause = {
        "must": [clause(each) for each in plan.words],
        "must_not": [clause(each) for each in plan.unless],
        "should": [_scored(each) for each in plan.scored],
        "minimum_should_match": 0,
        "filter": [{"term": {"status": "shown"}}, *outside],
    }
    made: dict[str, Any] = {
        "query": {"bool": asked},
        "from": 0 if plan.after else (query.page - 1) * query.size,
        "size": query.size + (plan.order != "relevance"),
        "sort": _sort(plan),
        "track_total_hits": True,
        "timeout": f"{LONGEST_SECONDS}s",
        "source": ["stored"],
    }
    narrowing = [each for _, each in inside]
    if plan.after:  # a filter that is no question's: it narrows the page and not the counts, nor the total
        field, _, beyond = _ORDERS[plan.order]
        made["aggs"] = {"total": {"filter": {"bool": {"filter": narrowing}}}}
        narrowing = [*narrowing, {"range": {field: {beyond: plan.after}}}]
    if narrowing:
        made["post_filter"] = {"bool": {"filter": narrowing}}
    made.setdefault("aggs", {}).update({field: _counted(field, inside, query) for field in query.facets})
    if not made["aggs"]:
        del made["aggs"]
    return made


def _counted(field: str, filters: list[tuple[str, Clause]], query: Query) -> Clause:
    others = [each for name, each in filters if name != field]
    size = _EVERY_VALUE if query.every_value else query.facet_size
    terms = {
        "field": field,
        "size": size,
        "shard_size": _EXACT_COUNTS,
        "order": [{"_count": "desc"}, {"_key": "asc"}],
    }
    aggs = {"counted": {"terms": terms}, "missing": {"filter": {"term": {"lacking": field}}}}
    return {"filter": {"bool": {"filter": others}}, "aggs": aggs}


def _sort(plan: Plan) -> list[Any]:
    if plan.order == "relevance":
        return ["_score", {"key": "asc"}]
    field, direction, _ = _ORDERS[plan.order]
    return [{field: direction}]


def _scored(scored: Scored) -> Clause:
    found = clause(scored.clause)
    if scored.constant:
        return {"constant_score": {"filter": found, "boost": scored.weight}}
    return {"bool": {"must": [found], "boost": scored.weight}}


def clause(asked: Asked) -> Clause:
    """Return one clause in the cluster's words."""
    match asked:
        case Term(field, token, exact):
            return {"term": {_stream(field, exact): {"value": token}}}
        case Phrase(field, tokens, exact):
            return {"match_phrase": {_stream(field, exact): {"query": " ".join(tokens)}}}
        case Prefix(field, token, exact):
            return {"prefix": {_stream(field, exact): {"value": token}}}
        case Values(field, values):
            return {"terms": {field: list(values)}}
        case Between(field, low, high):
            bounds = {"gte": low, "lte": high}
            return {"range": {field: {name: bound for name, bound in bounds.items() if bound is not None}}}
        case AllOf(clauses):
            return {"bool": {"must": [clause(each) for each in clauses]}}
        case AnyOf(clauses):
            return {"bool": {"should": [clause(each) for each in clauses], "minimum_should_match": 1}}
        case Not(inner):
            return {"bool": {"must_not": [clause(inner)]}}
        case Everything():
            return {"match_all": {}}
        case Nothing():
            return {"match_none": {}}


def _stream(field: str, exact: bool) -> str:
    return f"{field}_exact" if exact else f"{field}_folded"
