"""From what an engine counted to the facet that is shown: the same values in the same order from every engine."""

from __future__ import annotations

from collections.abc import Mapping

from mappings import order

from .query import Facet, FacetValue, Query
from .text import analyse

_NATURAL = ("level", "grade")  # 9 before 10, primary before secondary: people look for their place in a row


def facet(field: str, counts: Mapping[str, int], missing: int, query: Query) -> Facet:
    """Keep the most frequent values, equal counts by value, and put grades and levels in their natural order."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if not query.every_value:
        ranked = ranked[: query.facet_size]
    if field in _NATURAL:
        ranked.sort(key=lambda pair: (order(field, pair[0]), pair[0]))
    return Facet(field, tuple(FacetValue(*pair) for pair in ranked), missing)


def groups(query: Query) -> list[tuple[str, tuple[str, ...]]]:
    """Return which fields are counted together: ("", fields without a filter), and each filtered one alone."""
    filtered = {each.field for each in query.filters if each.values}
    together = tuple(field for field in query.facets if field not in filtered)
    alone: list[tuple[str, tuple[str, ...]]] = [(field, (field,)) for field in query.facets if field in filtered]
    return [("", together), *alone] if together else alone


def begins(text: str, typed: str) -> bool:
    """Say whether some words of a text are what was typed, the last of them perhaps half; marks do not matter."""
    wanted, words = analyse(typed)[1].split(), analyse(text)[1].split()
    if not wanted:
        return True
    *before, last = wanted
    return any(
        words[place : place + len(before)] == before and words[place + len(before)].startswith(last)
        for place in range(len(words) - len(before))
    )
