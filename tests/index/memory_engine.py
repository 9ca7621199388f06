"""A whole engine in one small file: the reading example for whoever adds a third one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from index.clauses import Plan
from index.counting import facet, groups
from index.cursors import Cursor, write_cursor
from index.query import Counts, Document, Engine, Facet, Hit, Hits, Place, Query, Refused
from index.questions import plan
from index.text import Marker
from tests.index.memory_clauses import Looking, values_of


class MemoryEngine:
    """Keeps documents in a dictionary and looks at each of them for every question."""

    def __init__(self) -> None:
        self.address = "memory:"
        self.documents: dict[str, Document] = {}
        self._place = Place()
        self._marks: dict[str, str] = {}
        self._kept: dict[str, bytes] = {}

    def write(self, batch: Sequence[Document], place: Place, *, new: bool = False) -> tuple[Refused, ...]:
        for document in batch:
            self.documents[document.key] = document
        self._place = place
        return ()

    def place(self) -> Place:
        return self._place

    def readable(self) -> bool:
        return True

    def fresh(self) -> MemoryEngine:
        return type(self)()

    def adopt(self, fresh: Engine) -> None:
        assert isinstance(fresh, MemoryEngine)
        self.documents, self._place, self._marks = fresh.documents, fresh._place, fresh._marks
        self._kept = fresh._kept

    def held(self, prefix: str) -> dict[str, tuple[str, str]]:
        return {k: (each.status, each.version) for k, each in self.documents.items() if k.startswith(prefix)}

    def quarantined(self) -> dict[str, str]:
        return {k: each.reason for k, each in self.documents.items() if each.status == "quarantined"}

    def drop(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.documents.pop(key, None)

    def clean(self) -> None:
        pass

    def marks(self) -> dict[str, str]:
        return dict(self._marks)

    def mark(self, fingerprints: Mapping[str, str]) -> None:
        self._marks |= fingerprints

    def keep(self, name: str, content: bytes) -> None:
        self._kept[name] = content

    def kept(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def counts(self) -> Counts:
        states = [document.status for document in self.documents.values()]
        numbers = [states.count(each) for each in ("shown", "quarantined", "suppressed", "withdrawn")]  # type: ignore[arg-type]
        return Counts(*numbers)

    def get(self, key: str) -> Hit | None:
        document = self.documents.get(key)
        return Hit(key, document.stored) if document and document.status == "shown" else None

    def close(self) -> None:
        pass

    def search(self, query: Query) -> Hits:
        question, planned = plan(query)
        shown = [document for document in self.documents.values() if document.status == "shown"]
        look = Looking(shown)
        asked = [each for each in shown if look.matches(each, planned.words, planned.unless)]
        found = [each for each in asked if look.matches(each, planned.without(""))]
        left = _in_order(found, planned, look)
        first = 0 if planned.after else (query.page - 1) * query.size
        page = left[first : first + query.size]
        more = planned.order != "relevance" and page and len(left) > first + query.size
        cursor = write_cursor(Cursor("", planned.order, _order(page[-1], planned))) if more else ""
        marker = Marker(question.marked, exact=question.exact, beginning=question.beginning)
        hits = tuple(_hit(each, marker if query.highlight else None) for each in page)
        counted = [
            _facet([each for each in asked if look.matches(each, planned.without(without))], field, query)
            for without, fields in groups(query)
            for field in fields
        ]
        counted.sort(key=lambda each: query.facets.index(each.field))
        return Hits(len(found), hits, tuple(counted), cursor)


def _in_order(found: list[Document], planned: Plan, look: Looking) -> list[Document]:
    """Sort hits, and leave out those of the pages before a cursor."""
    if planned.order == "relevance":
        return sorted(found, key=lambda each: (-look.score(each, planned), each.key))
    falling = planned.order == "-modified"
    found = sorted(found, key=lambda each: _order(each, planned), reverse=falling)
    if not planned.after:
        return found
    return [e for e in found if (_order(e, planned) < planned.after if falling else _order(e, planned) > planned.after)]


def _order(document: Document, planned: Plan) -> str:
    value = document.title_order if planned.order == "title" else document.modified_order
    return f"{value}\x00{document.key}"


def _facet(documents: Sequence[Document], field: str, query: Query) -> Facet:
    counts = Counter(value for each in documents for value in values_of(each, field))
    return facet(field, counts, sum(field in values_of(each, "lacking") for each in documents), query)


def _hit(document: Document, marker: Marker | None) -> Hit:
    if marker is None:
        return Hit(document.key, document.stored)
    said = msgspec.json.decode(document.stored)
    marks = (("title", marker.mark(said["title"])), ("description", marker.snippet(said.get("description", ""))))
    return Hit(document.key, document.stored, marks)
