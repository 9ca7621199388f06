"""A whole engine in one small file: the reading example for whoever adds a third one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

from index.clauses import Plan
from index.counting import facet, groups
from index.cursors import Cursor, in_its_generation, write_cursor
from index.documents import checksum_of
from index.errors import NoGenerationError
from index.generations import KEPT, Generation, Held
from index.hits import hit_of, marker_of
from index.query import Counts, Document, Engine, Facet, Hit, Hits, Place, Query, Refused
from index.questions import plan
from tests.index.memory_clauses import Looking, values_of


@dataclass
class State:
    """What one generation holds."""

    documents: dict[str, Document] = field(default_factory=dict)
    place: Place = field(default_factory=Place)
    marks: dict[str, str] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    look: Looking | None = None


@dataclass
class Library:
    """The generations of one index by their names: which answers, which are kept, which is being built and for what."""

    states: dict[str, State] = field(default_factory=lambda: {"g1": State()})
    current: str = "g1"
    kept: tuple[str, ...] = ()
    unfinished: tuple[str, str] = ("", "")
    last: int = 1


class MemoryEngine:
    """Keeps documents in a dictionary and looks at each of them for every question."""

    def __init__(self, library: Library | None = None, fixed: str = "") -> None:
        self.address = "memory:"
        self._library = library or Library()
        self._fixed = fixed

    @property
    def _state(self) -> State:
        return self._library.states[self.generation()]

    @property
    def documents(self) -> dict[str, Document]:
        return self._state.documents

    def write(self, batch: Sequence[Document], place: Place, *, new: bool = False) -> tuple[Refused, ...]:
        self._state.look = None
        for document in batch:
            self.documents[document.key] = document
        self._state.place = place
        return ()

    def place(self) -> Place:
        return self._state.place

    def readable(self) -> bool:
        return True

    def generation(self) -> str:
        return self._fixed or self._library.current

    def generations(self) -> tuple[Generation, ...]:
        library = self._library
        named = [(library.current, "current"), *((name, "kept") for name in library.kept)]
        named += [(library.unfinished[0], "unfinished")] if library.unfinished[0] else []
        return tuple(Generation(name, state) for name, state in named)  # type: ignore[arg-type]

    def at(self, generation: str) -> MemoryEngine:
        if generation not in (self._library.current, *self._library.kept):
            raise NoGenerationError(self.address, generation)
        return self._opened(generation)

    def _opened(self, generation: str) -> MemoryEngine:
        engine = copy(self)
        engine._fixed = generation
        return engine

    def previous(self) -> MemoryEngine | None:
        return self._opened(self._library.kept[0]) if self._library.kept else None

    def fresh(self, purpose: str = "") -> MemoryEngine:
        library = self._library
        if not purpose or library.unfinished[1] != purpose:
            self.clean()
            library.last += 1
            library.unfinished = f"g{library.last}", purpose
            library.states[library.unfinished[0]] = State()
        return self._opened(library.unfinished[0])

    def room(self) -> None:
        return None

    def adopt(self, fresh: Engine) -> None:
        library, name = self._library, fresh.generation()
        library.kept = tuple(each for each in (library.current, *library.kept) if each != name)
        library.current = name
        self.clean()

    def clean(self, kept: int = KEPT) -> None:
        library = self._library
        library.kept, library.unfinished = library.kept[:kept], ("", "")
        library.states = {name: library.states[name] for name in (library.current, *library.kept)}

    def held(self, prefix: str) -> dict[str, Held]:
        return {key: _held(each) for key, each in self.documents.items() if key.startswith(prefix)}

    def held_of(self, keys: Sequence[str]) -> dict[str, Held]:
        return {key: _held(self.documents[key]) for key in keys if key in self.documents}

    def damaged(self) -> list[str]:
        return []

    def quarantined(self) -> dict[str, str]:
        return {k: each.reason for k, each in self.documents.items() if each.status == "quarantined"}

    def drop(self, keys: Sequence[str]) -> None:
        self._state.look = None
        for key in keys:
            self.documents.pop(key, None)

    def marks(self) -> dict[str, str]:
        return dict(self._state.marks)

    def mark(self, fingerprints: Mapping[str, str]) -> None:
        self._state.marks |= fingerprints

    def keep(self, name: str, content: bytes) -> None:
        self._state.kept[name] = content

    def kept(self, name: str) -> bytes | None:
        return self._state.kept.get(name)

    def counts(self) -> Counts:
        states = [document.status for document in self.documents.values()]
        numbers = [states.count(each) for each in ("shown", "quarantined", "suppressed", "withdrawn")]  # type: ignore[arg-type]
        return Counts(*numbers)

    def get(self, key: str) -> Hit | None:
        document = self.documents.get(key)
        return Hit(key, document.stored) if document and document.status == "shown" else None

    def close(self) -> None:
        pass

    @in_its_generation
    def search(self, query: Query) -> Hits:
        question, planned = plan(query)
        look = self._looking()
        asked = look.narrowed(planned.words, planned.unless)
        found = asked & look.narrowed(planned.without(""))
        left = _in_order(found, planned, look)
        first = 0 if planned.after else (query.page - 1) * query.size
        page = left[first : first + query.size]
        more = planned.order != "relevance" and page and len(left) > first + query.size
        cursor = write_cursor(Cursor(self.generation(), planned.order, _order(page[-1], planned))) if more else ""
        marker = marker_of(question, query)
        hits = tuple(hit_of(each.key, each.stored, marker) for each in page)
        counted = [
            _facet([look.documents[key] for key in asked & look.narrowed(planned.without(without))], field, query)
            for without, fields in groups(query)
            for field in fields
        ]
        counted.sort(key=lambda each: query.facets.index(each.field))
        return Hits(len(found), hits, tuple(counted), cursor)

    def _looking(self) -> Looking:
        """Return the shown documents, read anew where anything was written."""
        if self._state.look is None:
            self._state.look = Looking([document for document in self.documents.values() if document.status == "shown"])
        return self._state.look


def _in_order(keys: set[str], planned: Plan, look: Looking) -> list[Document]:
    """Sort hits, and leave out those of the pages before a cursor."""
    if planned.order == "relevance":
        scores = look.scores(planned, keys)
        return [look.documents[key] for key in sorted(keys, key=lambda key: (-scores[key], key))]
    falling = planned.order == "-modified"
    found = sorted((look.documents[key] for key in keys), key=lambda each: _order(each, planned), reverse=falling)
    if not planned.after:
        return found
    return [e for e in found if (_order(e, planned) < planned.after if falling else _order(e, planned) > planned.after)]


def _order(document: Document, planned: Plan) -> str:
    value = document.title_order if planned.order == "title" else document.modified_order
    return f"{value}\x00{document.key}"


def _held(document: Document) -> Held:
    whole = document.checksum in ("", checksum_of(document))
    return Held(document.status, document.version, document.checksum, whole)


def _facet(documents: Sequence[Document], field: str, query: Query) -> Facet:
    counts = Counter(value for each in documents for value in values_of(each, field))
    return facet(field, counts, sum(field in values_of(each, "lacking") for each in documents), query)
