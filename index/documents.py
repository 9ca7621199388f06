"""What an index stores of a record: made of a change and its source's settings, and of nothing else. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from harvester import Change, unpack
from mappings import Mapped, Origin, Resource, Tables, label, map_record, use_tables

from .query import FACETS, Document, Status
from .text import analyse_parts, order

_DOCUMENTS = msgspec.msgpack.Decoder(list[Document])


def made_of(tables: Tables, origins: Mapping[str, Origin], changes: bytes) -> bytes:
    """Make documents of packed changes by these tables, in a process that knows nothing of store and index."""
    use_tables(tables)
    return msgspec.msgpack.encode([document_of(change, origins) for change in unpack(changes)])


def unpack_documents(documents: bytes) -> list[Document]:
    """Unpack what ``made_of`` returned."""
    return _DOCUMENTS.decode(documents)


def version_of(change: Change) -> str:
    """Name what a document is made from: a change (a number is never used twice), and what was said."""
    said = "" if change.presence == "withdrawn" else change.content.hex()[:16]
    return f"{change.sequence}.{said}"


def document_of(change: Change, origins: Mapping[str, Origin]) -> Document:
    """Make an index's document of a change: withdrawn, suppressed, quarantined or shown, the first that applies."""
    if change.presence == "withdrawn":
        return _unseen(change, "withdrawn")
    if change.suppressed:
        return _unseen(change, "suppressed")
    if change.raw is None:  # what was erased is shown again, and not fetched again yet
        return _unseen(change, "quarantined", "erased")
    origin = origins.get(change.source) or Origin(change.source, change.source, change.source)
    mapped = map_record(change.raw, origin)
    return document(change, mapped)


def _unseen(change: Change, status: Status, reason: str = "") -> Document:
    return Document(change.key, change.source, change.sequence, status, reason, version=version_of(change))


def document(change: Change, mapped: Mapped) -> Document:
    """Make a document of a mapped record."""
    resource = mapped.resource
    if resource is None:
        return _unseen(change, "quarantined", mapped.quarantine)
    stored = resource if resource.key == change.key else msgspec.structs.replace(resource, key=change.key)
    return Document(
        key=change.key,
        source=change.source,
        sequence=change.sequence,
        status="shown",
        text=(("title", *analyse_parts((resource.title,))), ("text", *analyse_parts(_parts(resource)))),
        terms=tuple((field, _terms(resource, field)) for field in FACETS if field != "source"),
        title_order=order(resource.title),
        modified_order=resource.datestamp,
        stored=msgspec.json.encode(stored),
        version=version_of(change),
    )


def _parts(resource: Resource) -> tuple[str, ...]:
    """Return everything that may be searched."""
    return (
        resource.title,
        *resource.title_alternative,
        *resource.keyword,
        *[label("subject", term) for term in resource.subject],
        *[label("grade", term) for term in resource.grade],
        *[agent.name for agent in resource.creator],
        resource.institution.name,
        resource.description,
    )


def _terms(resource: Resource, field: str) -> tuple[str, ...]:
    value = getattr(resource, field)
    return (value,) if isinstance(value, str) else tuple(value)
