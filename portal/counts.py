"""All values of one facet of a search, by the beginning of a word of their labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from index import Hits, Query, begins
from mappings import Origin

from . import answers
from .parameters import Parameter, pairs_of, read

API = "/api/v1/facets"
PREFIX = Parameter(
    "chỉ giá trị có từ bắt đầu như vậy, có dấu hay không", "values with a word that begins so, marks or not"
)


def asked(field: str, pairs: Iterable[tuple[str, str]], lang: str) -> tuple[Query, str]:
    """Read a request for the values of a field: the question that counts them, and the prefix; raises MistakesError."""
    given = list(pairs)
    prefix = next((value for name, value in reversed(given) if name == "prefix"), "")
    query = read([pair for pair in given if pair[0] != "prefix"], lang)
    return msgspec.structs.replace(query, facets=(field,), every_value=True, size=1, page=1, cursor=""), prefix


def values(hits: Hits, query: Query, prefix: str, lang: str, origins: Mapping[str, Origin]) -> dict[str, Any]:
    """Return the most frequent values whose label has a word that begins so, and how many there are in all."""
    found = answers.facets(hits, query, lang, origins, answers.API)[0]
    named = [each for each in found["values"] if begins(each["label"], prefix)]
    kept = {each["id"] for each in sorted(named, key=lambda each: -each["count"])[: query.facet_size]}
    shown = [each for each in named if each["id"] in kept]
    total = {"value": len(named), "exact": True}
    return {
        **found,
        "values": shown,
        "total": total,
        "links": {"search": answers.address(answers.API, pairs_of(query, size=20))},
    }


def more(query: Query, field: str) -> str:
    """Return the address of all values of a field, for a search's answer."""
    asked = [(name, value) for name, value in pairs_of(query, cursor="") if name not in ("sort", "page", "size")]
    return answers.address(f"{API}/{field}", asked)
