"""From a stored document to the hit that is shown: the same words are marked by every engine."""

from __future__ import annotations

import msgspec

from .query import Hit, Query
from .text import Marker
from .typed import Question


def marker_of(question: Question, query: Query) -> Marker | None:
    """Return what marks the words of a question in its hits; None where nobody asked for that."""
    if not query.highlight:
        return None
    return Marker(question.marked, exact=question.exact, beginning=question.beginning)


def hit_of(key: str, stored: bytes, marker: Marker | None) -> Hit:
    """Return a hit with the JSON of its resource, and with its title and description marked."""
    if marker is None:
        return Hit(key, stored)
    said = msgspec.json.decode(stored)
    marked = (("title", marker.mark(said["title"])), ("description", marker.snippet(said.get("description", ""))))
    return Hit(key, stored, marked)
