"""A resource in the terms of Dublin Core: which property says which field stands in ``fields.py``.

Texts are said with the fifteen elements (dc:) where the property of dcterms: of that name is meant for things with an
address (DCMI Metadata Terms, ranges); so a name is ``dc:creator``, a subject of our tables ``dcterms:subject``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ..fields import FIELDS, NONE
from ..resource import Relation, Resource
from ..tables import remembered
from ..vocabulary import concept, vocabulary
from . import _terms
from ._terms import iri, literal

DC, DCTERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
DCMI_TYPE = "http://purl.org/dc/dcmitype/"
# The element of which each refinement is a sub-property; audience and educationLevel refine none.
ELEMENT = {
    "alternative": "title",
    "tableOfContents": "description",
    "license": "rights",
    "spatial": "coverage",
    "issued": "date",
    "modified": "date",
    "isPartOf": "relation",
    "conformsTo": "relation",
    "temporal": "coverage",
}
# Whose range is a text, or who have no range.
_OF_TEXTS = frozenset(("title", "alternative", "description", "tableOfContents", "identifier", "issued", "modified"))
# The kinds of LOM 7.1 that are properties of Dublin Core (LOM Annex B says dc:relation of all).
KINDS = {
    "ispartof": "isPartOf",
    "haspart": "hasPart",
    "isversionof": "isVersionOf",
    "hasversion": "hasVersion",
    "isformatof": "isFormatOf",
    "hasformat": "hasFormat",
    "references": "references",
    "isreferencedby": "isReferencedBy",
    "isbasedon": "source",
    "requires": "requires",
    "isrequiredby": "isRequiredBy",
}
Statement = tuple[str, str]  # property (dcterms:title) and object, as Turtle writes it

SAID = {field.name: field.dc.partition(":")[2] for field in FIELDS.values() if field.dc != NONE}
_SCHEMES = {
    name: FIELDS[name].unit.split(" ")[1]
    for name in SAID
    if FIELDS[name].unit.startswith("vocabulary ") and name not in ("language", "licence")
}
_TEXTS = tuple(
    name
    for name in ("title", "title_alternative", "description", "table_of_contents", "keyword", "rights", "collection")
)


def statements(resource: Resource) -> Iterator[Statement]:
    """Say everything about a resource that Dublin Core has a property for."""
    for name in _TEXTS:
        value = getattr(resource, name)
        for text in value if isinstance(value, tuple) else filter(None, (value,)):
            yield _of_text(SAID[name]), literal(text)
    yield "dcterms:identifier", literal(resource.landing_url, "anyURI")
    for identifier in resource.identifiers:
        yield "dcterms:identifier", literal(identifier_text(identifier.scheme, identifier.value))
    for language in resource.language:
        if language != "und":  # says that nothing is known
            yield "dc:language", literal(language)
    for agent in resource.creator:
        yield "dc:creator", literal(agent.name)
    for agent in resource.contributor:
        yield "dc:contributor", literal(agent.name)
    if resource.publisher:
        yield "dc:publisher", literal(resource.publisher)
    for name, scheme in _SCHEMES.items():
        for term in getattr(resource, name):
            yield f"dcterms:{SAID[name]}", _concept(scheme, term)
    for kind in dict.fromkeys(filter(None, map(dcmi_type, resource.type))):
        yield "dcterms:type", f"<{DCMI_TYPE}{kind}>"
    for media in resource.file_format:
        yield "dc:format", literal(media)
    if licence := licence_address(resource):
        yield "dcterms:license", iri(licence)
    for name in ("issued", "modified"):
        if getattr(resource, name):
            yield f"dcterms:{SAID[name]}", _terms.date(getattr(resource, name))
    if resource.school_year:
        yield _of_text(SAID["school_year"]), _terms.date(school_year_period(resource.school_year))
    yield from map(_tie, resource.relation)


@lru_cache(maxsize=4000)  # every term of every table
def _concept(scheme: str, term: str) -> str:
    return iri(concept(scheme, term))


@lru_cache(maxsize=100)  # one for each property
def _of_text(name: str) -> str:
    return f"dcterms:{name}" if name in _OF_TEXTS else f"dc:{ELEMENT.get(name, name)}"


def _tie(relation: Relation) -> Statement:
    if is_address(relation.target):
        return f"dcterms:{KINDS.get(relation.kind, 'relation')}", iri(relation.target)
    return "dc:relation", literal(relation.target)


def is_address(text: str) -> bool:
    """Say that a text is the address of something."""
    return text.startswith(("http://", "https://", "urn:")) and " " not in text


def school_year_period(years: str) -> str:
    """Write a school year as EDTF: it begins in September and ends in May."""
    first, _, second = years.partition("-")
    return f"{first}-09/{second}-05"


def identifier_text(scheme: str, value: str) -> str:
    """Write an identifier with its scheme, unless it begins with it or has none that others know."""
    prefix = {"handle": "hdl:", "doi": "doi:", "isbn": "isbn:", "issn": "issn:"}.get(scheme, "")
    return prefix + value


def licence_address(resource: Resource) -> str:
    """Return the address of the licence: the stated one, else that of our term (it names no version); "" for none."""
    if resource.licence_url or resource.licence == "khong_ghi":
        return resource.licence_url
    return concept("licence", resource.licence)


@remembered(maxsize=1000)  # one for each type
def dcmi_type(term: str) -> str:
    """Return the DCMI Type of one of our types, "" where the table has none."""
    return str(vocabulary("type").terms.get(term, {}).get("dcmi", ""))
