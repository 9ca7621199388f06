"""The way back from our JSON-LD, as small as it can be: what it does not find, the export did not say."""

from __future__ import annotations

import re
from typing import Any

from mappings import FIELDS, Agent, Identifier, Institution, Relation
from mappings.exports._export import Addresses
from mappings.exports.jsonld import KINDS
from mappings.vocabulary import concept, vocabulary

_KINDS = {said: kind for kind, said in KINDS.items()}


def read(node: dict[str, Any], site: Addresses) -> dict[str, Any]:
    """Return the fields of the common schema that a node says."""
    found: dict[str, Any] = {}
    for name, field in FIELDS.items():
        if field.schema_org in node:
            value = node[field.schema_org]
            found[name] = tuple(value) if isinstance(value, list) else value
    for name in ("level", "grade", "subject", "discipline", "type", "audience", "province", "former_province"):
        begin = concept(name) + "/"
        concepts = node.get(FIELDS[name].schema_org, ())  # Concept, or Place
        found[name] = tuple(one["id"].removeprefix(begin) for one in concepts if one["id"].startswith(begin))
    begin = concept("series") + "/"
    found |= {
        "series": tuple(one["targetUrl"].removeprefix(begin) for one in node.get("educationalAlignment", ())),
        "school_year": re.sub(r"(\d{4})-09/(\d{4})-05", r"\1-\2", node.get("temporalCoverage", "")),
        "key": node["id"].removeprefix(site.resource("")),
        "source": node["sdPublisher"]["id"].removeprefix(site.source("")),
        "identifiers": tuple(Identifier(one["propertyID"], one["value"]) for one in node.get("identifier", ())),
        "creator": tuple(Agent(one["name"], "author") for one in node.get("creator", ())),
        "contributor": tuple(map(_contributor, node.get("contributor", ()))),
        "publisher": next((one["name"] for one in node.get("publisher", ())), ""),
        "institution": _institution(node["provider"]),
        "collection": tuple(one["name"] for one in node.get("isPartOf", ()) if one.get("type") == "Collection"),
        "relation": tuple(_relations(node)),
    }
    return {**found, **_licence(node), **_figures(node)}


def _contributor(said: dict[str, Any]) -> Agent:
    return Agent(said["contributor"]["name"], said["roleName"]) if said.get("type") == "Role" else Agent(said["name"])


def _institution(said: dict[str, Any]) -> Institution:
    return Institution(said["name"], said.get("additionalType", ""), said.get("identifier", ""))


def _relations(node: dict[str, Any]) -> list[Relation]:
    return [
        Relation(_KINDS.get(property_, ""), one.get("id") or one["name"])
        for property_ in (*_KINDS, "mentions")
        for one in node.get(property_, ())
        if one.get("type") != "Collection"
    ]


def _licence(node: dict[str, Any]) -> dict[str, str]:
    address = node.get("license", {}).get("id", "")
    term = vocabulary("licence").value(re.sub(r"/[1-3]\.0/$", "/4.0/", address)) if address else "khong_ghi"
    ours = address.startswith(concept("licence"))
    return {"licence": term or "", "licence_url": "" if ours else address}


def _figures(node: dict[str, Any]) -> dict[str, int | None]:
    youngest, _, oldest = node.get("typicalAgeRange", "-").partition("-")
    minutes = node.get("timeRequired", "")[2:-1]
    return {
        "age_min": int(youngest) if youngest else None,
        "age_max": int(oldest) if oldest else None,
        "learning_minutes": int(minutes) if minutes else None,
    }
