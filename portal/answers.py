"""Answers of the API: the JSON of a resource, of a search, of a mistake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from index import LARGEST_WINDOW, Hit, Hits, Query
from mappings import Origin, label

from .parameters import caption, pairs_of, toggled

TERMS = (
    "language", "level", "grade", "subject", "discipline", "type", "series", "audience", "province", "former_province",
)  # fmt: skip
API = "/api/v1/records"
PLAIN = (
    "title_alternative", "description", "table_of_contents", "keyword", "identifiers", "creator", "contributor",
    "publisher", "institution", "age_min", "age_max", "learning_minutes", "difficulty", "interactivity",
    "file_format", "rights", "lesson", "school_year", "issued", "modified", "relation", "collection",
)  # fmt: skip


def resource(stored: bytes) -> dict[str, Any]:
    """Decode a stored resource."""
    found: dict[str, Any] = msgspec.json.decode(stored)
    return found


def term(field: str, value: str, lang: str, origins: Mapping[str, Origin]) -> dict[str, str]:
    """Return a term with its label in the caller's language."""
    if field == "source":
        return {"id": value, "label": origins[value].name if value in origins else value}
    return {"id": value, "label": label(field, value, lang)}


def item(hit: Hit, lang: str, origins: Mapping[str, Origin]) -> dict[str, Any]:
    """Return one resource as the API shows it; what it does not have is absent."""
    said = resource(hit.stored)
    shown: dict[str, Any] = {"id": hit.key, "title": said["title"]}
    shown |= {name: said[name] for name in PLAIN if said.get(name)}
    for field in TERMS:
        if said.get(field):
            shown[field] = [term(field, value, lang, origins) for value in said[field]]
    licence = said.get("licence", "khong_ghi")
    shown["licence"] = term("licence", licence, lang, origins)
    if said.get("licence_url"):
        shown["licence"]["url"] = said["licence_url"]
    shown["source"] = term("source", said["source"], lang, origins)
    shown |= {"url": said["landing_url"], "landing": page_url(hit.key), "datestamp": said["datestamp"]}
    if hit.highlights:
        shown["highlight"] = {field: [text] for field, text in hit.highlights if "<mark>" in text}
    return shown


def page_url(key: str) -> str:
    """Return the address of a resource's page."""
    return f"/hoc-lieu/{quote(key)}"


def address(path: str, pairs: list[tuple[str, str]]) -> str:
    """Return a path with its parameters."""
    return f"{path}?{urlencode(pairs)}" if pairs else path


def facets(hits: Hits, query: Query, lang: str, origins: Mapping[str, Origin], path: str) -> list[dict[str, Any]]:
    """Return the counts, each value with the address that adds or removes it."""
    selected = {each.field: each.values for each in query.filters if not each.excluded}
    found = []
    for facet in hits.facets:
        held = selected.get(facet.field, ())
        counts = {each.value: each.count for each in facet.values}
        values = [*counts, *(value for value in held if value not in counts)]
        found.append(
            {
                "field": facet.field,
                "label": caption(facet.field, lang),
                "values": [
                    {
                        **term(facet.field, value, lang, origins),
                        "count": counts.get(value, 0),
                        "selected": value in held,
                        "url": address(
                            path, pairs_of(query, filters=toggled(query, facet.field, value), page=1, cursor="")
                        ),
                    }
                    for value in values
                ],
                "missing": facet.missing,
            }
        )
    return found


def search(hits: Hits, query: Query, lang: str, origins: Mapping[str, Origin], milliseconds: int) -> dict[str, Any]:
    """Return the answer to a search."""
    answer: dict[str, Any] = {
        "total": {"value": hits.total, "exact": True},
        "items": [item(hit, lang, origins) for hit in hits.hits],
    }
    if hits.cursor:
        answer["cursor"] = hits.cursor
    if query.facets:
        answer["facets"] = facets(hits, query, lang, origins, API)
    links = {"self": address(API, pairs_of(query)), "html": address("/", pairs_of(query))}
    if way := following(hits, query):
        links["next"] = address(API, way)
    return {**answer, "links": links, "took_ms": milliseconds}


def following(hits: Hits, query: Query) -> list[tuple[str, str]]:
    """Return the parameters of the next page: by its number, by its cursor where that has an end; [] after the last."""
    if query.cursor or (query.page + 1) * query.size > LARGEST_WINDOW:
        return pairs_of(query, cursor=hits.cursor, page=1) if hits.cursor else []
    return pairs_of(query, page=query.page + 1) if query.page * query.size < hits.total else []
