"""Our own words for a question and its answer; nothing of any engine's language stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from .errors import IndexDamagedError as IndexDamagedError
from .errors import IndexUnreachableError as IndexUnreachableError
from .generations import KEPT, Generation, Held, Room

Sort = Literal["relevance", "-modified", "title"]
Status = Literal["shown", "withdrawn", "suppressed", "quarantined"]

# Fields that can be filtered and counted, in the order in which pages show them.
FACETS = (
    "level",
    "grade",
    "subject",
    "type",
    "series",
    "province",
    "source",
    "language",
    "licence",
    "audience",
    "school_year",
)
# Fields of ids in every index: those that are counted, what a record does not state, its quality (0 to 2), its year.
TERM_FIELDS = (*FACETS, "lacking", "quality", "year")
# What a record may leave out, for ``has`` and ``missing``.
LACKABLE = (*FACETS, "description", "keyword", "creator", "issued", "minutes", "age")
# Ranges: dates as YYYYMMDD, minutes of learning, years of age (any overlap of the two spans).
RANGES = ("issued", "modified", "minutes", "age")

# What a person types in a search box; above it stand machines, and they get a clear answer.
LONGEST_WORDS = 256
MOST_TERMS = 32
LARGEST_PAGE = 100
LARGEST_WINDOW = 10_000
MOST_FACET_VALUES = 50
MOST_FILTER_VALUES = 100
LONGEST_SECONDS = 2


class QuestionError(ValueError):
    """A question cannot be answered as it stands; no index is to blame."""


class LimitExceededError(QuestionError):
    """A question is larger than an engine should be asked: which limit, and what it is."""

    def __init__(self, limit: str, most: int) -> None:
        super().__init__(f"{limit}: at most {most}")
        self.limit, self.most = limit, most


class CursorError(QuestionError):
    """A cursor that this order never gave: an index is asked anew from its first page."""


class UnknownFieldError(QuestionError):
    """A field that cannot be asked for here: where, which, and those that can."""

    def __init__(self, where: str, field: str, known: Sequence[str]) -> None:
        super().__init__(f"{where}: {field}; {', '.join(known)}")
        self.where, self.field, self.known = where, field, tuple(known)


class Filter(msgspec.Struct, frozen=True):
    """Any of these ids in a field of FACETS; ``excluded``: none of them."""

    field: str
    values: tuple[str, ...]
    excluded: bool = False


class Range(msgspec.Struct, frozen=True):
    """From ``low`` to ``high``, both included, None: open. The unit is that of the field, see RANGES."""

    field: str
    low: int | None = None
    high: int | None = None


class Likeness(msgspec.Struct, frozen=True):
    """What a resource is about: one or two neighbouring exact tokens each with a weight; and its ids by field."""

    grams: tuple[tuple[tuple[str, ...], float], ...]
    ids: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Query(msgspec.Struct, frozen=True):
    """A question: words as people type them, filters (AND between them), what to count, in which order.

    ``words`` may hold "phrases", -not and field:word; all words must occur. ``has`` and ``missing`` name fields of
    LACKABLE that must, and must not, be stated. ``facets`` names the fields to count, each without its own filters;
    ``every_value`` counts all values, whatever ``facet_size``. ``page`` starts at 1; ``cursor`` goes on where another
    page ended and makes ``page`` meaningless. ``accent`` fold (default) finds words with and without marks, exact only
    as typed and nothing that means the same. ``typing``: the last word is not finished. ``year`` is the present year,
    for the small weight of freshness; 0 leaves it out. ``like`` asks, instead of words, for what is about the same.
    """

    words: str = ""
    filters: tuple[Filter, ...] = ()
    ranges: tuple[Range, ...] = ()
    has: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    facet_size: int = 10
    every_value: bool = False
    sort: Sort = "relevance"
    page: int = 1
    size: int = 20
    cursor: str = ""
    accent: Literal["fold", "exact"] = "fold"
    typing: bool = False
    highlight: bool = False
    year: int = 0
    like: Likeness | None = None


class FacetValue(msgspec.Struct, frozen=True):
    """One value of a facet and how many resources have it."""

    value: str
    count: int


class Facet(msgspec.Struct, frozen=True):
    """The counts of one field, most frequent first, then by value; grades and levels in their natural order.

    ``missing`` counts the hits that state nothing in this field.
    """

    field: str
    values: tuple[FacetValue, ...]
    missing: int = 0


class Hit(msgspec.Struct, frozen=True):
    """One found resource: its key, its stored JSON (a mappings.Resource), its highlights by field as safe HTML."""

    key: str
    stored: bytes
    highlights: tuple[tuple[str, str], ...] = ()


class Hits(msgspec.Struct, frozen=True):
    """The answer: the exact total, one page of hits, the facets asked for.

    ``cursor`` leads to the next page, "" after the last one and where hits are ordered by relevance.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...] = ()
    cursor: str = ""


class Place(msgspec.Struct, frozen=True):
    """How far an index has followed a store: store id, epoch, sequence, and what stands there.

    Where the epoch is another one, or something else stands at ``sequence``, the store was restored: what the index
    holds is compared with it. Another store makes a new generation. ``rewritten`` counts what was written here without
    following the store (records mapped again, repairs): where the place is the same, so are all answers.
    """

    store: str = ""
    epoch: int = 0
    sequence: int = 0
    key: str = ""
    content: str = ""
    rewritten: int = 0


class Document(msgspec.Struct, frozen=True, gc=False):
    """What an engine stores of one record: shown, or a tombstone with its status and reason.

    ``text`` holds triples (field, exact tokens, folded tokens), finished by index/text/ and joined by one blank; the
    folded ones are "" where folding the exact ones to ASCII gives them (``fold_all`` does it for an engine that
    cannot);
    every field of ``clauses.TEXT_FIELDS`` is there, an empty one holds the sign that parts texts; ``terms`` pairs
    (field of TERM_FIELDS but ``source``, ids); ``numbers`` pairs (field of ``clauses.NUMBER_FIELDS``, value), what is
    not stated is absent; ``title_order`` and ``modified_order`` sort keys; ``stored`` the resource's JSON.
    ``version`` names the change and content that it was made from: equal means that nothing needs to be written.
    ``checksum`` is one of all the rest (``index.documents.checksum_of``): engines keep it and give it back in ``held``.
    """

    key: str
    source: str
    sequence: int
    status: Status
    reason: str = ""
    text: tuple[tuple[str, str, str], ...] = ()
    terms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()
    title_order: str = ""
    modified_order: str = ""
    stored: bytes = b""
    version: str = ""
    checksum: str = ""


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

    def write(self, batch: Sequence[Document], place: Place, *, new: bool = False) -> tuple[Refused, ...]:
        """Insert or replace each document by key, then the place: it may lag, it never leads.

        ``new`` promises that the engine holds none of them, so that none needs to be looked for.
        """

    def place(self) -> Place:
        """Return the place; an empty one for a new index."""

    def search(self, query: Query) -> Hits:
        """Answer a question; raises LimitExceededError, CursorError."""

    def get(self, key: str) -> Hit | None:
        """Return one shown resource."""

    def counts(self) -> Counts:
        """Count the records by status."""

    def marks(self) -> dict[str, str]:
        """Return the fingerprint of the mapping of each source that is wholly mapped by it."""

    def mark(self, fingerprints: Mapping[str, str]) -> None:
        """Keep the fingerprints of the mappings of sources, all of whose documents are mapped by them."""

    def keep(self, name: str, content: bytes) -> None:
        """Keep a few MB with this generation under a name (a-z), instead of what was kept under it.

        Readers see the old or the new content, never a part of either; ``fresh()`` begins with none, ``adopt`` brings
        its own. It is no part of the documents: an engine may lose it (one that cannot keep 15 MB in one document
        parts it), and whoever reads it checks it. Raises IndexUnreachableError.
        """

    def kept(self, name: str) -> bytes | None:
        """Return what was kept with this generation; None where nothing was."""

    def readable(self) -> bool:
        """Say whether there is an index of this version that can be opened; else it is built anew."""

    def generation(self) -> str:
        """Return the name of the generation that answers now; "" where there is none. A name is never given twice."""

    def generations(self) -> tuple[Generation, ...]:
        """Return every generation that is there: the one that answers, those kept for going back, an unfinished one."""

    def at(self, generation: str) -> Engine:
        """Open a generation by its name, the one that answers or a kept one; it stays in it whatever is adopted.

        Raises NoGenerationError where it is not kept any more. What this engine was writing is finished first. Nobody
        takes down records in a kept one: who shows its answers leaves out what the one that answers does not show.
        """

    def previous(self) -> Engine | None:
        """Open the newest kept generation that answered before this one; None where there is none that can be read.

        It can be written: nobody else makes, adopts or removes generations from its first write until it is closed.
        """

    def fresh(self, purpose: str = "") -> Engine:
        """Return a generation beside this one, seen by nobody until it is adopted.

        Where an unfinished one was begun for the same ``purpose`` and the same schema and can be read, it is that one,
        with all that was written and marked: its place says how far it is. Else, and always for the purpose "", it is
        an empty one, and unfinished ones are removed. Until it is closed nobody else makes, adopts or removes
        generations. Raises IndexUnreachableError where somebody does.
        """

    def room(self) -> Room | None:
        """Return the bytes that are free where the index lies and those that another generation will need.

        None where the engine cannot know. What an unfinished generation holds already is not needed again.
        """

    def adopt(self, fresh: Engine) -> None:
        """Put a generation, of ``fresh`` or ``previous``, in this one's place, atomically, and close it.

        Searches that run finish on the old one, which is kept for going back; older ones than KEPT are removed.
        """

    def held(self, prefix: str) -> dict[str, Held]:
        """Return what is held of every record whose key begins so, tombstones too, by key.

        All of it is read as it stands in the index, so that ``Held.whole`` is true only where it is as it was written.
        """

    def held_of(self, keys: Sequence[str]) -> dict[str, Held]:
        """Return what is held of these records, up to some thousands, as ``held`` does."""

    def damaged(self) -> list[str]:
        """Return the names of the parts (files, shards) that are not as they were written, by the engine's own means.

        What is named here cannot be mended by writing documents: the index has to be built anew. [] where all is well.
        """

    def quarantined(self) -> dict[str, str]:
        """Return the key of every record that is held back, with its reason: mapping's code, or an engine's words."""

    def drop(self, keys: Sequence[str]) -> None:
        """Forget records, also their tombstones: the store knows nothing of them."""

    def clean(self, kept: int = KEPT) -> None:
        """Remove all generations but the one that answers and the newest so many before it; unfinished ones too.

        Raises IndexUnreachableError.
        """

    def close(self) -> None:
        """Let go of files and threads."""
