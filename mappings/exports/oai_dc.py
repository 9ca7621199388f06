"""Simple Dublin Core in XML (oai_dc): the fifteen elements, terms of our tables in Vietnamese words."""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..vocabulary import label
from . import _xml
from ._dublin_core import ELEMENT, SAID, dcmi_type, identifier_text, licence_address
from ._export import Addresses, Export

_SPACES = (
    ' xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    '"http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd"'
)
_ELEMENTS = {name: ELEMENT.get(said, said) for name, said in SAID.items() if said not in ("educationLevel", "audience")}


def export(addresses: Addresses, when: str) -> Export:
    """Write a list of records of oai_dc."""

    def record(resource: Resource) -> str:
        return _xml.record(resource, metadata(resource), addresses)

    return Export(_xml.head("oai_dc", addresses, when), record, "", _xml.TAIL)


def metadata(resource: Resource) -> str:
    """Write the element ``oai_dc:dc`` of a resource."""
    lines = (_xml.element(f"dc:{_ELEMENTS[name]}", text) for name, text in _texts(resource))
    return f"<oai_dc:dc{_SPACES}>{''.join(lines)}</oai_dc:dc>"


def _texts(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield field and text for all that an element can say."""
    for name in ("title", "title_alternative", "description", "table_of_contents", "landing_url", "keyword"):
        yield from _plain(resource, name)
    for identifier in resource.identifiers:
        yield "identifiers", identifier_text(identifier.scheme, identifier.value)
    for name in ("creator", "contributor"):
        for agent in getattr(resource, name):
            yield name, agent.name
    for name in ("publisher", "file_format", "rights", "issued", "modified", "collection"):
        yield from _plain(resource, name)
    for language in resource.language:
        yield "language", language
    for name in ("subject", "discipline", "type", "series", "province", "former_province"):
        for term in getattr(resource, name):
            yield name, label(name, term)
    if resource.school_year:
        yield "school_year", f"Năm học {resource.school_year}"
    for kind in dict.fromkeys(filter(None, map(dcmi_type, resource.type))):
        yield "type", kind
    if resource.licence != "khong_ghi":
        yield "licence", licence_address(resource)
    for relation in resource.relation:
        yield "relation", relation.target


def _plain(resource: Resource, name: str) -> Iterator[tuple[str, str]]:
    value = getattr(resource, name)
    for text in value if isinstance(value, tuple) else filter(None, (value,)):
        yield name, text
