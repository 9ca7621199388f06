"""Answers of the embedded index: one page of hits, its total, its facets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import tantivy

from ...clauses import Plan
from ...counting import facet, groups
from ...cursors import Cursor, read_cursor, write_cursor
from ...hits import hit_of, marker_of
from ...query import LONGEST_SECONDS, Facet, Hit, Hits, LimitExceededError, Query
from ...questions import plan
from ...text import Marker
from .fields import STARTS, starts
from .packing import unpack
from .questions import Questions
from .ranking import Address, ranked

_ORDERS = {"title": ("title_order", tantivy.Order.Asc), "-modified": ("modified_order", tantivy.Order.Desc)}
_EVERY_VALUE = 65_000  # of one field: more than there are schools


class _Clock:
    """Ends an answer that takes too long, between its steps: none of them can be interrupted."""

    def __init__(self) -> None:
        self._end = time.monotonic() + LONGEST_SECONDS

    def look(self) -> None:
        """Raise LimitExceededError when the time is over."""
        if time.monotonic() > self._end:
            raise LimitExceededError("seconds", LONGEST_SECONDS)


def answer(searcher: tantivy.Searcher, questions: Questions, query: Query, generation: str) -> Hits:
    """Answer a question over the documents that a searcher sees; raises LimitExceededError, CursorError."""
    question, planned = plan(query)
    clock = _Clock()
    if planned.order == "relevance":
        total, addresses = ranked(searcher, questions, planned, query)
        cursor = ""
    else:
        total, addresses, cursor = _sorted(searcher, questions, planned, query, generation)
    clock.look()
    marker = marker_of(question, query)
    hits = tuple(hit(searcher, address, marker) for address in addresses)
    return Hits(total, hits, _facets(searcher, questions, planned, query, clock), cursor)


# --- other orders: by one value that ends in the key ------------------------------------------------------------------


def _sorted(
    searcher: tantivy.Searcher, questions: Questions, planned: Plan, query: Query, generation: str
) -> tuple[int, list[Address], str]:
    """Return the total, the addresses of one page, and the cursor of the next."""
    field, order = _ORDERS[planned.order]
    options: dict[str, Any] = {"order_by_field": field, "order": order}
    whole = questions.whole(planned)
    if not query.cursor:
        passed = (query.page - 1) * query.size
        result = searcher.search(whole, query.size + 1, count=True, offset=passed, **options)
        found, total = list(result.hits), result.count or 0  # type: ignore[attr-defined]  # missing in tantivy's stub
    else:
        total = searcher.search(whole, 1, count=True).count or 0  # type: ignore[attr-defined]  # missing in tantivy's stub
        passed, found = _after(searcher, questions.whole(planned, [_from(questions, planned)]), query, total, options)
    page = found[: query.size]
    more = len(found) > query.size and page
    kept = Cursor(generation, planned.order, str(page[-1][0]), _passed(query, planned, page, passed)) if more else None
    return total, [address for _, address in page], write_cursor(kept) if kept else ""


def _from(questions: Questions, planned: Plan) -> tantivy.Query:
    """Return what narrows a search to a cursor's value and what follows, as far as its first bytes tell."""
    rising = planned.order == "title"
    *firsts, (field, bound) = zip(STARTS[planned.order], starts(planned.after), strict=True)
    narrowed = questions.between(field, *((bound, None) if rising else (None, bound)))
    for field, bound in reversed(firsts):
        same = questions.all([questions.between(field, bound, bound), narrowed])
        narrowed = questions.any(
            [questions.between(field, *((bound + 1, None) if rising else (None, bound - 1))), same]
        )
    return narrowed


def _after(
    searcher: tantivy.Searcher, whole: tantivy.Query, query: Query, total: int, options: dict[str, Any]
) -> tuple[int, list[Any]]:
    """Return how many hits were passed, and those after the cursor's value; its hint says about where they begin.

    A cursor comes from outside. Tantivy makes room for all hits up to an offset, and where there is none it ends the
    process: so never beyond ``total``.
    """
    cursor = read_cursor(query.cursor)
    rising = cursor.sort == "title"
    offset, limit = max(0, min(cursor.passed, total) - 1), query.size + 2
    while True:
        result = searcher.search(whole, limit, count=False, offset=offset, **options).hits
        if offset and (not result or _beyond(str(result[0][0]), cursor.value, rising=rising)):
            offset //= 2  # documents have gone: what stands where the hint says must not come after the value
            continue
        found = [pair for pair in result if _beyond(str(pair[0]), cursor.value, rising=rising)]
        if len(found) > query.size or len(result) < limit:
            return offset + len(result) - len(found), found
        if not found:
            offset += len(result) - 1
        limit = min(limit * 4, 100_000)


def _beyond(value: str, last: str, *, rising: bool) -> bool:
    return value > last if rising else value < last  # code points sort as their bytes in UTF-8 do


def _passed(query: Query, planned: Plan, page: Sequence[tuple[str, Address]], passed: int) -> int:
    """Return how many of the hits that share the first bytes of the last one, or lie beyond, the page ends after."""
    last = starts(str(page[-1][0]))
    if query.cursor and last == starts(planned.after):
        return passed + len(page)
    return sum(1 for value, _ in page if starts(str(value)) == last)


# --- facets -----------------------------------------------------------------------------------------------------------


def _facets(
    searcher: tantivy.Searcher, questions: Questions, planned: Plan, query: Query, clock: _Clock
) -> tuple[Facet, ...]:
    """Count each field without its own filter; fields without a filter are counted together."""
    counted: dict[str, Facet] = {}
    for without, fields in groups(query):
        clock.look()
        asked = questions.counted(planned, without)
        answers = _counts(
            searcher, asked, (*fields, "lacking"), _EVERY_VALUE if query.every_value else query.facet_size
        )
        for field in fields:
            counted[field] = facet(field, answers[field], answers["lacking"].get(field, 0), query)
    return tuple(counted[field] for field in query.facets)


def _counts(
    searcher: tantivy.Searcher, asked: tantivy.Query, fields: Sequence[str], size: int
) -> dict[str, dict[str, int]]:
    """Return the exact counts of the most frequent values, complete among those that count as the last of them does."""
    wanted = size + 100
    answer = searcher.aggregate(
        asked, {field: _terms(field, 100 if field == "lacking" else wanted) for field in fields}
    )
    for field in fields:
        buckets = answer[field]["buckets"]
        if len(buckets) >= wanted and buckets[-1]["doc_count"] == buckets[size - 1]["doc_count"]:
            answer[field] = searcher.aggregate(asked, {field: _terms(field, _EVERY_VALUE)})[field]
    return {field: {str(each["key"]): int(each["doc_count"]) for each in answer[field]["buckets"]} for field in fields}


def _terms(field: str, size: int) -> dict[str, Any]:
    asked = {"field": field, "size": size, "segment_size": _EVERY_VALUE, "order": {"_count": "desc"}}
    return {"terms": asked}


# --- hits -------------------------------------------------------------------------------------------------------------


def one(searcher: tantivy.Searcher, questions: Questions, key: str) -> Hit | None:
    """Return one shown resource by its key."""
    query = questions.all([questions.term("key", key), questions.term("status", "shown")])
    hits = searcher.search(query, 1, count=False).hits
    return hit(searcher, hits[0][1], None) if hits else None


def hit(searcher: tantivy.Searcher, address: tantivy.DocAddress, marker: Marker | None) -> Hit:
    """Read one resource, and mark in it what was asked for."""
    document = searcher.doc(address)
    key = str(document.get_first("key"))
    return hit_of(key, unpack(key, bytes(document.get_first("stored") or b"")), marker)
