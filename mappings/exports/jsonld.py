"""JSON-LD in the terms of schema.org and LRMI, in the shape of AMB: a Vietnamese profile (``resource.schema.json``).

Which property says which field stands in ``fields.py``. The context is written once, in the document itself, so that
nobody has to fetch anything; every resource is one line of ``@graph``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from ..fields import FIELDS, NONE
from ..resource import Agent, Relation, Resource
from ..tables import remembered
from ..vocabulary import concept, label, vocabulary
from ._dublin_core import is_address, licence_address, school_year_period
from ._export import Addresses, Export
from .lom import ages

SKOS = "http://www.w3.org/2004/02/skos/core#"
CONTEXT: dict[str, Any] = {
    "@vocab": "https://schema.org/",
    "id": "@id",
    "type": "@type",
    "url": {"@type": "@id"},
    "Concept": f"{SKOS}Concept",
    "inScheme": f"{SKOS}inScheme",
    "prefLabel": {"@id": f"{SKOS}prefLabel", "@container": "@language"},
}
# Kinds of LOM 7.1 that schema.org has a property for; every other tie is a mention, and its kind is lost.
KINDS = {
    "ispartof": "isPartOf",
    "haspart": "hasPart",
    "isversionof": "exampleOfWork",
    "hasversion": "workExample",
    "isbasedon": "isBasedOn",
    "references": "citation",
}
_OTHER_KIND = "mentions"
_encode = msgspec.json.Encoder().encode


def export(addresses: Addresses, when: str) -> Export:
    """Write one document: the context, then one resource a line."""

    def record(resource: Resource) -> str:
        try:
            return _encode(node(resource, addresses)).decode()
        except UnicodeEncodeError:  # half of a pair of UTF-16 is no character, and JSON in UTF-8 has no place for it
            return _encode(node(_without_halves(resource), addresses)).decode()

    head = f'{{"@context":{_encode(CONTEXT).decode()},\n"@graph":[\n'
    return Export(head, record, ",\n", "\n]}\n")


def _without_halves(resource: Resource) -> Resource:
    text = json.dumps(msgspec.to_builtins(resource), ensure_ascii=False).encode("utf-8", "replace")
    return msgspec.json.decode(text, type=Resource)


def document(resource: Resource, addresses: Addresses) -> bytes:
    """Write the document of one resource, for its page."""
    return bytes(_encode({"@context": CONTEXT, **node(resource, addresses)}))


def node(resource: Resource, addresses: Addresses) -> dict[str, Any]:
    """Say everything about a resource that schema.org has a property for."""
    kinds = dict.fromkeys(("LearningResource", *(_class(term) for term in resource.type)))
    said: dict[str, Any] = {"id": addresses.resource(resource.key), "type": list(kinds)}
    for name, property_, make in _STEPS:
        value = getattr(resource, name)
        if value:
            said[property_] = make(value, said.get(property_))
    if resource.age_min is not None or resource.age_max is not None:
        said["typicalAgeRange"] = ages(resource)
    if resource.learning_minutes is not None:
        said["timeRequired"] = f"PT{resource.learning_minutes}M"
    licence = licence_address(resource)
    if licence:
        said["license"] = {"id": licence}
    said["provider"] = _institution(resource)
    said["sdPublisher"] = {"id": addresses.source(resource.source)}
    for relation in resource.relation:
        said.setdefault(KINDS.get(relation.kind, _OTHER_KIND), []).append(_target(relation))
    return said


Make = Callable[[Any, Any], Any]  # value of the field, and what its property holds by now


def _same(value: Any, held: Any) -> Any:
    return value


def _terms(scheme: str) -> Make:
    def make(value: tuple[str, ...], held: list[Any] | None) -> list[Any]:
        return [*(held or ()), *(term_node(scheme, term) for term in value)]

    return make


def _identifiers(value: tuple[Any, ...], held: Any) -> Any:
    return [{"type": "PropertyValue", "propertyID": one.scheme, "value": one.value} for one in value]


def _creators(value: tuple[Agent, ...], held: Any) -> Any:
    return [{"name": agent.name} for agent in value]


def _contributors(value: tuple[Agent, ...], held: Any) -> Any:
    """Name contributors; one with a role of its own is held by that role (schema.org, Role)."""
    return [
        {"type": "Role", "roleName": agent.role, "contributor": {"name": agent.name}}
        if agent.role
        else {"name": agent.name}
        for agent in value
    ]


def _publisher(value: str, held: Any) -> Any:
    return [{"name": value}]


def _collections(value: tuple[str, ...], held: Any) -> Any:
    return [*(held or ()), *({"type": "Collection", "name": name} for name in value)]


def _institution(resource: Resource) -> dict[str, str]:
    held = resource.institution
    said = {"type": "Organization", "name": held.name}
    if held.kind:
        said["additionalType"] = held.kind
    if held.code:
        said["identifier"] = held.code
    return said


def _target(relation: Relation) -> dict[str, str]:
    return {"id": relation.target} if is_address(relation.target) else {"name": relation.target}


@remembered(maxsize=4000)  # every term of every table
def term_node(scheme: str, term: str) -> msgspec.Raw:
    """Write a term with its names in both languages."""
    return msgspec.Raw(
        _encode(
            {
                "id": concept(scheme, term),
                "type": "Concept",
                "prefLabel": {language: label(scheme, term, language) for language in ("vi", "en")},
                "inScheme": {"id": concept(scheme)},
            }
        )
    )


@remembered(maxsize=1000)  # one for each type
def _class(term: str) -> str:
    return str(vocabulary("type").terms.get(term, {}).get("schema_org", "LearningResource"))


def _places(value: tuple[str, ...], held: Any) -> Any:
    """Name provinces as places: spatialCoverage is one of schema.org's own, and AMB has none."""
    return _of_places("province", value)


def _of_places(scheme: str, terms: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"id": concept(scheme, term), "type": "Place", "name": label(scheme, term)} for term in terms]


def _former_places(value: tuple[str, ...], held: Any) -> Any:
    return [*(held or ()), *_of_places("former_province", value)]


def _alignments(value: tuple[str, ...], held: Any) -> Any:
    """Name textbook series as what a resource is aligned to (schema.org, AlignmentObject)."""
    return [
        {
            "type": "AlignmentObject",
            "alignmentType": "textbookSeries",
            "targetUrl": concept("series", term),
            "targetName": label("series", term),
        }
        for term in value
    ]


def _period(value: str, held: Any) -> str:
    return school_year_period(value)


_SPECIAL: dict[str, Make] = {
    "province": _places,
    "former_province": _former_places,
    "series": _alignments,
    "school_year": _period,
    "language": _same,  # codes of BCP 47, which everybody knows
    "identifiers": _identifiers,
    "creator": _creators,
    "contributor": _contributors,
    "publisher": _publisher,
    "collection": _collections,
}
_BY_HAND = frozenset(
    ("key", "source", "institution", "age_min", "age_max", "learning_minutes", "licence", "licence_url", "relation")
)


def _step(name: str) -> tuple[str, str, Make]:
    field = FIELDS[name]
    kind, _, scheme = field.unit.partition(" ")
    make = _SPECIAL.get(name) or (_terms(scheme) if kind == "vocabulary" else _same)
    return name, field.schema_org, make


_STEPS = tuple(_step(name) for name, field in FIELDS.items() if field.schema_org != NONE and name not in _BY_HAND)
