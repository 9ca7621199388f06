"""Turtle (RDF 1.1): Dublin Core, one paragraph a resource."""

from __future__ import annotations

from collections.abc import Iterable

from ..resource import Resource
from ._dublin_core import DC, DCTERMS, Statement, statements
from ._export import Addresses, Export
from ._terms import iri

PREFIXES = {"dc": DC, "dcterms": DCTERMS}


def export(addresses: Addresses, when: str) -> Export:
    """Write each resource as one paragraph of statements."""

    def record(resource: Resource) -> str:
        return paragraph(addresses.resource(resource.key), statements(resource))

    return Export(prefixes(PREFIXES), record, "", "")


def prefixes(spaces: dict[str, str]) -> str:
    """Write the prefixes of a document."""
    return "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in spaces.items())


def paragraph(subject: str, said: Iterable[Statement]) -> str:
    """Write all that is said about one thing; statements without an object of their own come once."""
    lines = dict.fromkeys(f"    {name} {value}" for name, value in said)
    return f"\n{iri(subject)}\n" + " ;\n".join(lines) + " .\n"
