"""A whole engine in one small file: the reading example for whoever adds a third one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from index.query import Counts, Document, Engine, Facet, FacetValue, Hit, Hits, Place, Query, Refused, read
from index.text import Marker, fold_all


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
        found = [document for document in self._matching(query) if _passes(document, query.filters)]
        if query.sort == "title":
            found.sort(key=lambda each: (each.title_order, each.key))
        else:
            found.sort(key=lambda each: (each.modified_order, each.key), reverse=True)
            if query.sort == "relevance" and query.words:
                found.sort(key=lambda each: -_score(each, query))
        start = (query.page - 1) * query.size
        marker = Marker(query.words, exact=query.accent == "exact") if query.highlight else None
        hits = tuple(_hit(document, marker) for document in found[start : start + query.size])
        return Hits(len(found), hits, tuple(self._facet(query, field) for field in query.facets))

    def _matching(self, query: Query) -> list[Document]:
        question = read(query)
        stream = 1 if query.accent == "exact" else 2
        wanted = [pair[stream - 1] for pair in question.terms]
        phrases = [" ".join(pair[stream - 1] for pair in phrase) for phrase in question.phrases]
        found = []
        for document in self.documents.values():
            if document.status == "shown":
                text = f" {_text(document, 'text')[stream - 1]} "
                if all(f" {word} " in text for word in (*wanted, *phrases)):
                    found.append(document)
        return found

    def _facet(self, query: Query, field: str) -> Facet:
        others = tuple(pair for pair in query.filters if pair[0] != field)
        counts: dict[str, int] = {}
        for document in self._matching(query):
            if _passes(document, others):
                for value in _values(document, field):
                    counts[value] = counts.get(value, 0) + 1
        values = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: query.facet_size]
        return Facet(field, tuple(FacetValue(*pair) for pair in values))


def _text(document: Document, field: str) -> tuple[str, str]:
    return next(
        ((exact, folded or fold_all(exact)) for name, exact, folded in document.text if name == field), ("", "")
    )


def _values(document: Document, field: str) -> tuple[str, ...]:
    if field == "source":
        return (document.source,)
    return next((values for name, values in document.terms if name == field), ())


def _passes(document: Document, filters: tuple[tuple[str, tuple[str, ...]], ...]) -> bool:
    return all(not set(values).isdisjoint(_values(document, field)) for field, values in filters)


def _score(document: Document, query: Query) -> int:
    """Exact spelling first, then words of the title."""
    question = read(query)
    title, text = _text(document, "title"), _text(document, "text")
    points = sum(3 for _, folded in question.tokens if folded in title[1].split())
    if question.accented:
        points += sum(4 for exact, _ in question.tokens if exact in text[0].split())
    return points


def _hit(document: Document, marker: Marker | None) -> Hit:
    if marker is None:
        return Hit(document.key, document.stored)
    said = msgspec.json.decode(document.stored)
    marks = (("title", marker.mark(said["title"])), ("description", marker.snippet(said.get("description", ""))))
    return Hit(document.key, document.stored, marks)
