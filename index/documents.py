"""What an index stores of a record: made of a change and its source's settings, and of nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import xxhash

from harvester import Change, unpack
from mappings import Mapped, Origin, Resource, Tables, label, map_records, parents, use_tables

from .query import FACETS, Document, Status
from .text import analyse_fields, order

_NO_LICENCE = "khong_ghi"
_UNLICENSED = (_NO_LICENCE,)
_STATED = tuple(field for field in FACETS if field != "source")
_MORE = ("description", "keyword", "creator", "issued")  # what a record may leave out, and no facet counts
_TELLING = 40  # characters of a description that says more than the title does
_OLDEST = 150  # "from 15 years on"
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)", re.ASCII)
_DOCUMENTS = msgspec.msgpack.Decoder(list[Document])


def made_of(tables: Tables, origins: Mapping[str, Origin], changes: bytes) -> bytes:
    """Make documents of packed changes by these tables, in a process that knows nothing of store and index."""
    use_tables(tables)
    return msgspec.msgpack.encode(documents_of(unpack(changes), origins))


def unpack_documents(documents: bytes) -> list[Document]:
    """Unpack what ``made_of`` returned."""
    return _DOCUMENTS.decode(documents)


def version_of(change: Change) -> str:
    """Name what a document is made from: a change (a number is never used twice), and what was said."""
    said = "" if change.presence == "withdrawn" else change.content.hex()[:16]
    return f"{change.sequence}.{said}"


def document_of(change: Change, origins: Mapping[str, Origin]) -> Document:
    """Make an index's document of a change, as ``documents_of`` does."""
    return documents_of([change], origins)[0]


def documents_of(changes: Sequence[Change], origins: Mapping[str, Origin]) -> list[Document]:
    """Make documents of changes: each withdrawn, suppressed, quarantined or shown, the first that applies."""
    unseen = [_unseen_of(change) for change in changes]
    mapped = map_records(
        (change.raw, origins.get(change.source) or Origin(change.source, change.source, change.source))
        for change, hidden in zip(changes, unseen, strict=True)
        if hidden is None and change.raw is not None
    )
    made = [hidden or document(change, next(mapped)) for change, hidden in zip(changes, unseen, strict=True)]
    for each in made:  # nobody has seen it yet: it need not be copied
        msgspec.structs.force_setattr(each, "checksum", checksum_of(each))
    return made


def checksum_of(document: Document) -> str:
    """Return a checksum of all that an engine is given of a record but the checksum itself, as 16 letters."""
    bare = msgspec.structs.replace(document, checksum="") if document.checksum else document
    return xxhash.xxh3_64_hexdigest(msgspec.msgpack.encode(bare))


def _unseen_of(change: Change) -> Document | None:
    """Return the document of a change that is not mapped; None of others."""
    if change.presence == "withdrawn":
        return _unseen(change, "withdrawn")
    if change.suppressed:
        return _unseen(change, "suppressed")
    # What was erased is shown again, and not fetched again yet.
    return _unseen(change, "quarantined", "erased") if change.raw is None else None


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
        text=analyse_fields(_words(resource), (resource.institution.name, resource.description)),
        terms=(*_stated(resource), ("quality", (_quality(resource),)), ("year", (_date(resource)[:4],))),
        numbers=tuple(_numbers(resource)),
        title_order=order(resource.title),
        modified_order=resource.datestamp,
        stored=msgspec.json.encode(stored),
        version=version_of(change),
    )


def _words(resource: Resource) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what may be searched by the name of its field; ``text`` holds all of it."""
    about = [
        ("subject", resource.subject),
        ("grade", resource.grade),
        ("type", resource.type),
        ("series", resource.series),
    ]
    return (
        ("title", (resource.title, *resource.title_alternative)),
        ("subject", tuple(label(field, term) for field, terms in about for term in terms)),
        ("keyword", resource.keyword),
        ("creator", tuple(agent.name for agent in resource.creator)),
    )


def _stated(resource: Resource) -> list[tuple[str, tuple[str, ...]]]:
    """Return the ids of each field with all broader ones, and the fields that hold nothing."""
    found = [(field, _terms(resource, field)) for field in _STATED]
    lacking = [field for field, values in found if not values or values == _UNLICENSED]
    lacking += [field for field in _MORE if not getattr(resource, field)]
    if resource.learning_minutes is None:
        lacking.append("minutes")
    if resource.age_min is resource.age_max is None:
        lacking.append("age")
    return [*found, ("lacking", tuple(lacking))]


def _terms(resource: Resource, field: str) -> tuple[str, ...]:
    value = getattr(resource, field)
    if isinstance(value, str):
        return (value,) if value else ()
    return value if field != "subject" else tuple(dict.fromkeys(each for term in value for each in _broader(term)))


def _broader(term: str) -> tuple[str, ...]:
    return (term, *parents("subject", term))


def _quality(resource: Resource) -> str:
    """Say how much a record says: 2 for much, 1 for something, 0."""
    stated = (
        len(resource.description) >= _TELLING,
        bool(resource.subject),
        bool(resource.grade or resource.level),
        bool(resource.type),
        bool(resource.creator or resource.publisher),
        resource.licence != _NO_LICENCE,
    )
    points = sum(stated)
    return "2" if points >= 5 else "1" if points >= 3 else "0"


def _date(resource: Resource) -> str:
    return resource.issued if _DATE.match(resource.issued) else resource.datestamp


def _numbers(resource: Resource) -> Iterator[tuple[str, int]]:
    """Return dates as YYYYMMDD (what a date leaves out is its beginning), minutes, and both ends of a span of ages."""
    for field, date in (("issued", resource.issued), ("modified", resource.datestamp)):
        if found := _DATE.match(date):
            yield field, int(found[1] + (found[2] or "01") + (found[3] or "01"))
    if resource.learning_minutes is not None:
        yield "minutes", resource.learning_minutes
    if resource.age_min is not None or resource.age_max is not None:
        yield "age_min", resource.age_min or 0
        yield "age_max", _OLDEST if resource.age_max is None else resource.age_max
