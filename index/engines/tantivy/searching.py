"""Answers of the embedded index: one page of hits, its total, its facets."""

from __future__ import annotations

from typing import Any

import msgspec
import tantivy

from ...query import Hit, Hits, Query, read
from ...text import Marker
from .questions import Questions


def answer(searcher: tantivy.Searcher, questions: Questions, query: Query) -> Hits:
    """Answer a question over the documents that a searcher sees; raises LimitExceededError."""
    question = read(query)
    asked = questions.words(question, query)
    whole = questions.filtered(asked, query, "")
    sort = "-modified" if query.sort == "relevance" and not question.tokens else query.sort
    offset = (query.page - 1) * query.size
    options: dict[str, Any] = {}
    if sort != "relevance":
        field, order = ("title_order", tantivy.Order.Asc) if sort == "title" else ("modified_order", tantivy.Order.Desc)
        options = {"order_by_field": field, "order": order}
    result = searcher.search(whole, max(query.size, 1), count=True, offset=offset, **options)
    marker = Marker(query.words, exact=query.accent == "exact") if query.highlight else None
    hits = tuple(hit(searcher, address, marker) for _, address in result.hits[: query.size])
    return Hits(result.count or 0, hits, questions.facets(searcher, asked, query))  # type: ignore[attr-defined]  # missing in tantivy's stub


def hit(searcher: tantivy.Searcher, address: tantivy.DocAddress, marker: Marker | None) -> Hit:
    """Read one resource, and mark in it what was asked for."""
    document = searcher.doc(address)
    key, stored = str(document.get_first("key")), bytes(document.get_first("stored") or b"")
    if marker is None:
        return Hit(key, stored)
    said = msgspec.json.decode(stored)
    marked = (("title", marker.mark(said["title"])), ("description", marker.snippet(said.get("description", ""))))
    return Hit(key, stored, marked)
