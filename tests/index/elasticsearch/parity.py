"""The same records and the same questions for several engines: where do their answers differ?

``python -m tests.index.elasticsearch.parity 100000 2000`` asks Tantivy and both series of Elasticsearch, with one shard
and with three (``make parity``); a small number of each is a test.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.records import entries
from index import Filter, Query, Range, open_engine
from index.documents import document_of
from index.engines.elasticsearch import ElasticsearchEngine
from index.engines.elasticsearch import questions as clauses
from index.engines.elasticsearch.address import read_address
from index.engines.elasticsearch.connection import Connection
from index.engines.tantivy import searching
from index.query import FACETS, LACKABLE, Document, Engine, Facet, Place
from mappings import Origin
from tests.index.elasticsearch.node import started
from tests.index.town_documents import change_of

SOURCES = 40
BATCH = 5_000
PAGE, PAGES = 100, 5  # of each question's hits in an order: the first 500
SEED = 20
_SECONDS = 60
PLACE = Place("parity", 1, 1, "k", "c")


def documents(count: int) -> Iterator[Document]:
    """Yield seeded Vietnamese records as an index stores them, spread over some schools; a few are withdrawn."""
    origins = {name: Origin(name, name, f"Trường {name}", "40") for name in map(source_of, range(SOURCES))}
    for number, entry in enumerate(entries(count), 1):
        change = change_of(number, source_of(number), entry)
        gone = number % 25 == 0  # tombstones count in the statistics of ranking, too
        yield Document(change.key, change.source, number, "withdrawn") if gone else document_of(change, origins)


def source_of(number: int) -> str:
    """Return the source of a record's number: few have many records."""
    return (
        f"truong-{random.Random(number).randrange(SOURCES) * random.Random(number + 1).randrange(1, 4) % SOURCES:02d}"
    )


def fill(engine: Engine, made: Sequence[Document]) -> None:
    """Build a new generation of these documents."""
    fresh = engine.fresh()
    for start in range(0, len(made), BATCH):
        batch = made[start : start + BATCH]
        assert fresh.write(batch, Place("parity", 1, batch[-1].sequence, "k", "c"), new=True) == ()
    fresh.mark({source_of(number): "f" for number in range(SOURCES)})
    engine.adopt(fresh)


# --- questions --------------------------------------------------------------------------------------------------------


def questions(made: Sequence[Document], count: int) -> list[Query]:
    """Return seeded questions of the words that stand in the records, as people and machines ask them."""
    chance = random.Random(SEED)
    shown = [each for each in made if each.status == "shown"]
    return [_question(chance, chance.choice(shown), chance.choice(shown)) for _ in range(count)]


def _question(chance: random.Random, one: Document, other: Document) -> Query:
    words, typing = _words(chance, one, other)
    terms = dict(one.terms) | {"source": (one.source,)}
    filters, ranges = [], []
    if chance.random() < 0.45 or not words:
        fields = [name for name in FACETS if terms.get(name)]
        for name in chance.sample(fields, min(len(fields), chance.choice((1, 1, 2, 3)))):
            values = {chance.choice(terms[name]), *dict(other.terms).get(name, ())[: chance.randrange(2)]}
            filters.append(Filter(name, tuple(sorted(values)), excluded=chance.random() < 0.15))
    if chance.random() < 0.15:
        number = dict(one.numbers)
        low, high = sorted((number.get("issued", 20240101), 20200101 + chance.randrange(60_000)))
        ranges.append(chance.choice((Range("issued", low, high), Range("modified", low, None), Range("age", 7, 12))))
    lacking = (chance.choice(LACKABLE),) if chance.random() < 0.08 else ()
    return Query(
        words=words,
        typing=typing,
        filters=tuple(filters),
        ranges=tuple(ranges),
        has=lacking if chance.random() < 0.5 else (),
        missing=() if chance.random() < 0.5 else lacking,
        facets=tuple(chance.sample(FACETS, chance.choice((0, 3, 6)))),
        facet_size=chance.choice((3, 10, 50)),
        accent=chance.choice(("fold", "fold", "fold", "exact")),
        year=2026,
    )


def _words(chance: random.Random, one: Document, other: Document) -> tuple[str, bool]:
    """Return what somebody types who looks for a record: words of titles are frequent, of last sentences rare."""
    said = msgspec.json.decode(one.stored)
    title, text = said["title"].split(), said.get("description", "").split() or ["bài"]
    rare = text[-12:]
    place, avoided = chance.randrange(len(rare)), msgspec.json.decode(other.stored)["title"].split()
    forms = ("one", "two", "title", "phrase", "not", "typing", "field", "none")
    form = chance.choices(forms, (7, 34, 22, 18, 6, 5, 4, 4))[0]
    made = {
        "one": chance.choice(rare),
        "two": " ".join(chance.sample(rare, min(2, len(rare)))),
        "title": f"{' '.join(chance.sample(title, min(len(title), 2)))} {chance.choice(rare)}",
        "phrase": f'"{" ".join(rare[place : place + 2])}"',
        "not": f"{chance.choice(title)} {chance.choice(rare)} -{chance.choice(avoided)}",
        "typing": f"{chance.choice(title)} {chance.choice(rare)[:2]}",
        "field": f"title:{chance.choice(title)} {chance.choice(rare)}",
        "none": "",
    }[form]
    return made.replace("\n", " ")[:200], form == "typing"


# --- answers ----------------------------------------------------------------------------------------------------------


class Answer(msgspec.Struct, frozen=True):
    """What an engine says to one question: everything that must be equal, and what ranks first."""

    total: int
    facets: tuple[Facet, ...]
    ordered: tuple[tuple[str, ...], ...]
    best: tuple[str, ...]


def answer(engine: Engine, query: Query) -> Answer:
    """Ask in every order: by relevance, by date on numbered pages, by title with cursors."""
    change = msgspec.structs.replace
    first = engine.search(change(query, size=10))
    dated = engine.search(change(query, sort="-modified", size=50, page=2, facets=()))
    titled: list[str] = []
    page = engine.search(change(query, sort="title", size=PAGE, facets=()))
    for _ in range(PAGES):
        titled += [hit.key for hit in page.hits]
        if not page.cursor:
            break
        page = engine.search(change(query, sort="title", size=PAGE, facets=(), cursor=page.cursor))
    assert {dated.total, page.total} == {first.total}
    ordered = (tuple(titled), tuple(hit.key for hit in dated.hits))
    return Answer(first.total, first.facets, ordered, tuple(hit.key for hit in first.hits))


@dataclass
class Report:
    """What was asked and where engines differ from the first one."""

    asked: int = 0
    found: int = 0  # questions with 1 to 5,000 hits
    filtered: int = 0  # questions with filters and facets together
    ranked: int = 0  # questions whose hits have a rank
    differing: dict[str, list[str]] = field(default_factory=dict)
    otherwise_ranked: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """Yield the report for people."""
        yield f"{self.asked} questions, {self.found} with 1 to 5,000 hits, {self.filtered} with filters and facets"
        for name, differing in self.differing.items():
            same = self.ranked - self.otherwise_ranked[name]
            share = 100 * same / max(self.ranked, 1)
            yield (
                f"{name}: {len(differing)} answers differ; top 10 equal in {same} of {self.ranked} ({share:.1f} %); "
                f"{1000 * self.seconds[name] / max(self.asked, 1):.1f} ms a question (all orders and pages)"
            )
            yield from (f"    {line}" for line in differing[:10])


def compare(engines: Mapping[str, Engine], asked: Sequence[Query]) -> Report:
    """Ask every engine everything; the first one is the measure of the others."""
    (measure, first), *others = engines.items()
    report = Report(differing={name: [] for name in list(engines)[1:]})
    for query in asked:
        expected = _timed(report, measure, first, query)
        report.asked += 1
        report.found += 1 <= expected.total <= 5_000
        report.filtered += bool(query.filters and query.facets)
        ranked = bool(query.words and expected.best)
        report.ranked += ranked
        for name, engine in others:
            found = _timed(report, name, engine, query)
            report.differing[name] += [f"{part} {query}" for part in differences(expected, found)]
            report.otherwise_ranked[name] += ranked and found.best != expected.best
    return report


def differences(expected: Answer, found: Answer) -> Iterator[str]:
    """Yield what differs between two answers, ranks aside."""
    for part in ("total", "facets", "ordered"):
        if getattr(expected, part) != getattr(found, part):
            yield f"{part}: {str(getattr(expected, part))[:200]} / {str(getattr(found, part))[:200]}"


def _timed(report: Report, name: str, engine: Engine, query: Query) -> Answer:
    begun = time.perf_counter()
    found = answer(engine, query)
    report.seconds[name] += time.perf_counter() - begun
    return found


def main(count: int, asked: int) -> int:
    """Build the index five times, ask, and print; 1 where an answer differs."""
    for engine_of in (searching, clauses):  # answers are compared, not times, on a machine that may be busy
        engine_of.LONGEST_SECONDS = _SECONDS  # type: ignore[attr-defined]
    made = list(documents(count))
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kho-parity-"))
        engines: dict[str, Engine] = {"tantivy": open_engine(f"tantivy:{Path(folder) / 'index'}")}
        for version in ("9.2.0", "8.19.8"):
            node = stack.enter_context(started(version, heap="1g"))
            for shards in (1, 3):
                address = read_address(f"{node.url}/kho-{shards}?shards={shards}")
                patient = ElasticsearchEngine(Connection(address, {}, search_seconds=_SECONDS))
                engines[f"elasticsearch {version}, {shards} shards"] = patient
        for name, engine in engines.items():
            begun = time.perf_counter()
            fill(engine, made)
            print(f"{name}: {len(made)} documents in {time.perf_counter() - begun:.1f} s", flush=True)
        report = compare(engines, questions(made, asked))
        print(*report.lines(), sep="\n", flush=True)
        for engine in engines.values():
            engine.close()
    return int(any(report.differing.values()))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
