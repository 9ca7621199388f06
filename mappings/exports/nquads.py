"""N-Quads (RDF 1.1): Dublin Core, one statement a line, the source as the named graph."""

from __future__ import annotations

from ..resource import Resource
from ._dublin_core import DC, DCTERMS, statements
from ._export import Addresses, Export
from ._terms import iri

_SPACES = {"dc": DC, "dcterms": DCTERMS}


def export(addresses: Addresses, when: str) -> Export:
    """Write each statement as a line that stands for itself: files may be cut, joined and sorted."""
    whole: dict[str, str] = {}

    def record(resource: Resource) -> str:
        subject = iri(addresses.resource(resource.key))
        graph = iri(addresses.source(resource.source))
        lines = []
        for name, said in statements(resource):
            if name not in whole:
                prefix, _, local = name.partition(":")
                whole[name] = f"<{_SPACES[prefix]}{local}>"
            lines.append(f"{subject} {whole[name]} {said} {graph} .\n")
        return "".join(lines)

    return Export("", record, "", "")
