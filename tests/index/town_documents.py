"""The demo town's records as an index stores them, made without servers and store: the same bytes through mapping."""

from __future__ import annotations

from functools import cache

from demo.generator import Entry, oai_dc, records
from demo.town import TOWN, Institution
from harvester import Change, RawRecord, key_of
from index.documents import document_of
from index.query import Document
from mappings import Origin
from tests.mappings.records import CONTEXT


def origins() -> dict[str, Origin]:
    """The sources of the town."""
    return {each.id: Origin(each.id, each.id, each.name, each.province) for each in TOWN}


@cache
def entries() -> tuple[tuple[Institution, Entry], ...]:
    """Every record of the town in its first night, with its institution."""
    return tuple(
        (each, entry) for each in TOWN for entry in records(each.seed, each.count, each.level, each.prefix, each.host)
    )


@cache
def documents() -> tuple[Document, ...]:
    """What an index stores of all of them."""
    known = origins()
    return tuple(
        document_of(change_of(number, each.id, entry), known) for number, (each, entry) in enumerate(entries(), 1)
    )


def change_of(number: int, source: str, entry: Entry) -> Change:
    """Return the change of a store that an entry of a source is, as what was said is new."""
    key, content = key_of(source, entry.identifier), number.to_bytes(16, "big")
    return Change(number, key, source, entry.identifier, "present", content, _raw_of(entry))


def _raw_of(entry: Entry) -> RawRecord:
    """Return an entry as its repository says it."""
    stamp = entry.datestamp.strftime("%Y-%m-%dT%H:%M:%SZ")
    body = b"".join(
        (
            f"<record><header><identifier>{entry.identifier}</identifier><datestamp>{stamp}</datestamp>".encode(),
            *(f"<setSpec>{spec}</setSpec>".encode() for spec in entry.sets),
            b"</header><metadata>",
            oai_dc(entry),
            b"</metadata></record>",
        )
    )
    return RawRecord(entry.identifier, stamp, entry.sets, False, "oai_dc", body, CONTEXT, b"", b"")
