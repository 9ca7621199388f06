"""Our own words for a question and its answer; nothing of any engine's language stands here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

Sort = Literal["relevance", "-modified", "title"]
Status = Literal["shown", "withdrawn", "suppressed", "quarantined"]

# Fields that can be filtered and counted, in the order in which pages show them.
FACETS = ("level", "grade", "subject", "type", "province", "source", "language", "licence", "audience")


class Query(msgspec.Struct, frozen=True):
    """A question: words as people type them, filters (OR inside a field, AND between fields), what to count.

    ``words`` may hold "phrases"; all words must occur. ``facets`` names the fields to count, each without its own
    filter. ``page`` starts at 1. ``accent`` fold (default) finds words with and without marks, exact only as typed.
    """

    words: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    facets: tuple[str, ...] = ()
    facet_size: int = 10
    sort: Sort = "relevance"
    page: int = 1
    size: int = 20
    accent: Literal["fold", "exact"] = "fold"
    highlight: bool = False


class FacetValue(msgspec.Struct, frozen=True):
    """One value of a facet and how many resources have it."""

    value: str
    count: int


class Facet(msgspec.Struct, frozen=True):
    """The counts of one field, most frequent first, then by value."""

    field: str
    values: tuple[FacetValue, ...]


class Hit(msgspec.Struct, frozen=True):
    """One found resource: its key, its stored JSON (a mappings.Resource), its highlights by field as safe HTML."""

    key: str
    stored: bytes
    highlights: tuple[tuple[str, str], ...] = ()


class Hits(msgspec.Struct, frozen=True):
    """The answer: the exact total, one page of hits, the facets asked for."""

    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """How far an index has followed a store: store id, epoch, sequence, and what stands there.

    Where the change at ``sequence`` has another key or content, the store was exchanged and a new generation is built.
    """

    store: str = ""
    epoch: int = 0
    sequence: int = 0
    key: str = ""
    content: str = ""


class Document(msgspec.Struct, frozen=True):
    """What an engine stores of one record: shown, or a tombstone with its status and reason.

    ``text`` holds pairs (field, exact tokens, folded tokens), finished by index/text.py and joined by one blank;
    ``terms`` pairs (field, ids); ``title_order`` and ``modified_order`` sort keys; ``stored`` the resource's JSON.
    """

    key: str
    source: str
    sequence: int
    status: Status
    reason: str = ""
    text: tuple[tuple[str, str, str], ...] = ()
    terms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    title_order: str = ""
    modified_order: str = ""
    stored: bytes = b""


class Refused(msgspec.Struct, frozen=True):
    """A document that an engine would not take, with the engine's words."""

    key: str
    reason: str


class Counts(msgspec.Struct, frozen=True):
    """How many records an index holds, by status."""

    documents: int
    quarantined: int
    suppressed: int
    withdrawn: int


class Engine(Protocol):
    """What every engine can do; index/engines/*.py, chosen by the word before the colon in ``index:``."""

    address: str

    def write(self, batch: Sequence[Document], place: Place) -> tuple[Refused, ...]:
        """Insert or replace each document by key, then the place: it may lag, it never leads."""

    def place(self) -> Place:
        """Return the place; an empty one for a new index."""

    def search(self, query: Query) -> Hits:
        """Answer a question."""

    def get(self, key: str) -> Hit | None:
        """Return one shown resource."""

    def counts(self) -> Counts:
        """Count the records by status."""

    def marks(self) -> dict[str, str]:
        """Return the fingerprint of the mapping of each source that is wholly mapped by it."""

    def mark(self, source: str, fingerprint: str) -> None:
        """Keep the fingerprint of a source's mapping, once all of it is mapped by it."""

    def clear(self) -> None:
        """Forget everything: the next update fills the index anew."""

    def close(self) -> None:
        """Let go of files and threads."""
