"""The catalogue of the sources (DCAT 3, DCAT-AP): each source is a data set, its address a service of OAI-PMH."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ..vocabulary import concept, province
from ._export import Addresses
from ._terms import iri, literal
from .ttl import paragraph, prefixes

_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "void": "http://rdfs.org/ns/void#",
}
# The theme "education, culture and sport" of the EU's table, which DCAT-AP asks for.
_THEME = iri("http://publications.europa.eu/resource/authority/data-theme/EDUC")
_PROTOCOLS = {"oai": ("OAI-PMH", iri("http://www.openarchives.org/OAI/openarchivesprotocol.html"))}
_NAME = "Kho"


class DataSet(msgspec.Struct, frozen=True):
    """A source as the catalogue shows it; ``connector`` and ``url`` are "" where nobody asks it any more."""

    id: str
    name: str
    institution: str
    province: str
    connector: str
    url: str
    records: int
    modified: str


def catalogue(sources: Iterable[DataSet], base: str, when: str) -> Iterator[str]:
    """Write the catalogue in Turtle, one source after the other."""
    addresses = Addresses(base)
    whole = f"{base}nguon"
    yield prefixes(_PREFIXES)
    yield paragraph(whole, _whole(base, when))
    yield paragraph(base, [("a", "foaf:Agent"), ("foaf:name", literal(_NAME))])
    for source in sources:
        yield from _data_set(source, whole, addresses)


def _whole(base: str, when: str) -> Iterator[tuple[str, str]]:
    yield "a", "dcat:Catalog"
    yield from _named("Danh mục các nguồn học liệu", "Catalogue of the sources of learning resources")
    yield (
        "dcterms:description",
        literal("Siêu dữ liệu học liệu số mà các cơ quan giáo dục công bố; tệp ở lại nơi công bố.", language="vi"),
    )
    yield (
        "dcterms:description",
        literal(
            "Metadata of learning resources as institutions of education publish them; files stay where they are.",
            language="en",
        ),
    )
    yield "dcterms:publisher", iri(base)
    yield "foaf:homepage", iri(base)
    yield "dcterms:modified", literal(when, "dateTime")


def _named(vietnamese: str, english: str = "") -> Iterator[tuple[str, str]]:
    yield "dcterms:title", literal(vietnamese, language="vi")
    if english:
        yield "dcterms:title", literal(english, language="en")


def _data_set(source: DataSet, whole: str, addresses: Addresses) -> Iterator[str]:
    here = addresses.source(source.id)
    body, service, copy = f"{here}#don-vi", f"{here}#dich-vu", f"{here}#ban"
    protocol = _PROTOCOLS.get(source.connector) if source.url else None
    held = [("dcat:dataset", iri(here)), *([("dcat:service", iri(service))] if protocol else [])]
    yield paragraph(whole, held)
    yield paragraph(here, _described(source, iri(body), iri(copy) if source.url else ""))
    yield paragraph(body, [("a", "foaf:Agent"), ("foaf:name", literal(source.institution))])
    if source.url:
        way = [("dcat:accessService", iri(service)), ("dcterms:conformsTo", protocol[1])] if protocol else []
        yield paragraph(copy, [("a", "dcat:Distribution"), ("dcat:accessURL", iri(source.url)), *way])
    if protocol:
        said = [("a", "dcat:DataService"), *_named(f"{protocol[0]} – {source.name}")]
        said += [("dcat:endpointURL", iri(source.url)), ("dcterms:conformsTo", protocol[1])]
        yield paragraph(service, [*said, ("dcat:servesDataset", iri(here))])


def _described(source: DataSet, body: str, copy: str) -> Iterator[tuple[str, str]]:
    yield "a", "dcat:Dataset"
    yield from _named(source.name)
    yield "dcterms:description", literal(f"Mô tả {source.records} học liệu của {source.institution}.", language="vi")
    yield "dcterms:identifier", literal(source.id)
    yield "dcterms:publisher", body
    yield "dcat:theme", _THEME
    yield "void:entities", literal(str(source.records), "integer")
    unit = province(source.province) if source.province else None
    if unit:
        yield "dcterms:spatial", iri(concept("province", unit))
    if source.modified:
        yield "dcterms:modified", literal(source.modified, "dateTime")
    if copy:
        yield "dcat:distribution", copy
