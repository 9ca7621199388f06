"""A large embedded index: built from ready documents, changed while it is searched, and asked beside bare Tantivy.

``python -m bench --searched 1000000``. Bare calls are the very queries of Kho's plan, built before the clock starts:
what stands between is reading the question, ties in the order of keys, exact counts, JSON and highlights.
"""

from __future__ import annotations

import random
import shutil
import statistics
import struct
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from index import Filter, Query, Workers, open_engine
from index.counting import groups
from index.documents import document_of, unpack_documents
from index.engines.tantivy import TantivyEngine
from index.query import MOST_TERMS, Document, Place
from index.questions import plan
from index.workers import cores
from mappings import Origin
from tests.index.town_documents import change_of

from .asking import Asking
from .figures import write
from .records import SEED, entries

PART, CHANGED, ASKED, LONGEST = 10_000, 10_000, 200, 30
SOURCES, GOAL = 500, 1_000_000
NEW = "hiệuđính"  # a word of no record
FACETS = ("level", "subject", "grade", "type", "province", "language")
GOALS = {"build": 90, "size": 1.0, "changed": 3.0, "words": 1.5, "phrase": 1.2}
KINDS = {"words": "words, 2 filters, 6 counts, marked", "phrase": "phrase", "typing": "half typed"}
# Titles of the bench repeat, so that thousands of hits share a score; the last words of descriptions are drawn by Zipf.
PLACES = {"title": "of titles", "text": "of sentences"}
Calls = list[Callable[[], Any]]


def _source(number: int) -> str:
    return f"truong-{number % SOURCES:03d}"


def _origins() -> dict[str, Origin]:
    return {name: Origin(name, name, f"Trường {name}", "40") for name in map(_source, range(SOURCES))}


def make(span: bytes) -> bytes:
    """Make the documents of records from one number to another, in a worker."""
    start, end = struct.unpack("<qq", span)
    origins, made = _origins(), enumerate(entries(end - start, start), start)
    found = [document_of(change_of(number + 1, _source(number), entry), origins) for number, entry in made]
    return msgspec.msgpack.encode(found)


def _edited(count: int) -> Iterator[Document]:
    """Yield the first records as they were changed later: each description ends in a word that none had."""
    origins = _origins()
    for number, entry in enumerate(entries(min(CHANGED, count))):
        changed = entry.edited(entry.datestamp, description=f"{entry.first('description')} {NEW}")
        yield document_of(change_of(count + number + 1, _source(number), changed), origins)


def _batches(start: int, end: int) -> Iterator[list[Document]]:
    spans = (struct.pack("<qq", first, min(first + PART, end)) for first in range(start, end, PART))
    with Workers(make, cores()) as workers:
        for packed in workers.map(spans):
            yield unpack_documents(packed)


def measure(count: int) -> None:
    """Build, change and ask an index of so many records; writes the part ``searched`` of the results.

    An index smaller than the goals are about has a part of its own, and leaves theirs as it is.
    """
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    try:
        write("searched" if count >= GOAL else f"searched {count}", list(_lines(folder, count)))
    finally:
        shutil.rmtree(folder)


def _lines(folder: Path, count: int) -> Iterator[str]:
    engine = open_engine(f"tantivy:{folder}/index")
    assert isinstance(engine, TantivyEngine)
    samples, took = _built(engine, count)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9
    yield f"Tantivy, {count:,} records, {ASKED} questions of each kind with words of theirs, warm, seed {SEED}:"
    yield ""
    goals = f"goals for a million: {GOALS['build']} s, {GOALS['size']} GB"
    yield f"- built from ready documents in {took:.0f} s, {size:.2f} GB ({goals})"
    yield _changed(engine, count, samples)
    yield ""
    yield "| question | Kho, ms p50 / p95 | bare calls, ms p50 / p95 | of bare | goal |"
    yield "|---|---|---|---|---|"
    chance = random.Random(SEED)
    for (kind, title), (place, where) in product(KINDS.items(), PLACES.items()):
        asked = [_question(kind, place, chance.choice(samples), chance) for _ in range(ASKED)]
        whole, bare = _timed(engine, asked)
        ratio = sum(whole) / sum(bare)
        goal = f"≤ {GOALS[kind]}" if kind in GOALS else ""
        yield f"| {title}, {where} | {_ms(whole)} | {_ms(bare)} | {ratio:.2f} | {goal} |"
    yield ""
    yield _longest(engine, samples)
    engine.close()


def _longest(engine: TantivyEngine, samples: list[Document]) -> str:
    """Ask the dearest questions there are: as many words as allowed, each in most of the documents, the last begun."""
    said = [msgspec.json.decode(each.stored) for each in samples]
    words = Counter(word for each in said for word in set(f"{each['title']} {each['description']}".lower().split()))
    usual, chance = [word for word, _ in words.most_common(40) if word.isalpha() and len(word) < 7], random.Random(SEED)
    asked = [" ".join([*chance.choices(usual, k=MOST_TERMS - 2), chance.choice(usual)[:2]]) for _ in range(LONGEST)]
    seconds = []
    for text in asked:
        query, begun = Query(text, facets=FACETS, typing=True, highlight=True), time.thread_time()
        engine.search(query)
        seconds.append(time.thread_time() - begun)
    return (
        f"The {LONGEST} dearest questions, {MOST_TERMS - 1} of the most frequent words with 6 counts, the last one half"
        f" typed: at most {max(seconds):.2f} s CPU of the thread that answers (goal 2 s)"
    )


def _built(engine: TantivyEngine, count: int) -> tuple[list[Document], float]:
    """Build the index; returns a document of each part, and the seconds of writing alone."""
    fresh, samples, took = engine.fresh(), [], 0.0
    for batch in _batches(0, count):
        begun = time.perf_counter()
        fresh.write(batch, Place("bench", 1, batch[-1].sequence, "k", "c"), new=True)
        took += time.perf_counter() - begun
        samples += batch[:: PART // 20]
    begun = time.perf_counter()
    engine.adopt(fresh)
    return [each for each in samples if each.status == "shown"], took + time.perf_counter() - begun


def _changed(engine: TantivyEngine, count: int, samples: list[Document]) -> str:
    """Change records while another process searches, and say when that process found every one of them."""
    chance, edited = random.Random(SEED), list(_edited(count))
    shown = sum(each.status == "shown" for each in edited)
    asked = [_question("words", place, chance.choice(samples), chance) for place in PLACES for _ in range(ASKED)]
    asking = Asking(engine.address, asked, NEW, shown)
    begun, work = time.monotonic(), time.process_time()
    engine.write(edited, Place("bench", 1, edited[-1].sequence, "k", "c"))
    work = time.process_time() - work
    seen, answers, late = asking.until_seen(begun)
    return (
        f"- {len(edited):,} changed records searchable after {seen:.1f} s (goal {GOALS['changed']} s) in another"
        f" process ({work:.1f} s CPU of writing), which searched all the while and had answered {len(answers)} other"
        f" questions by then, each of words with filters and counts, ms p50 / p95: {_ms(answers)};"
        f" {late} took longer than an answer may (2 s)"
    )


def _question(kind: str, place: str, about: Document, chance: random.Random) -> Query:
    said = msgspec.json.decode(about.stored)
    words = said["title"].split() if place == "title" else said["description"].rstrip(".").split()[-8:]
    start = chance.randrange(max(1, len(words) - 2))
    if kind == "phrase":
        return Query(f'"{" ".join(words[start : start + 3])}"')
    if kind == "typing":
        return Query(f"{words[start]} {words[-1][:3]}", typing=True)
    terms = dict(about.terms)
    filters = [Filter(name, terms[name][:1]) for name in ("subject", "grade", "type", "language") if terms.get(name)]
    return Query(" ".join(words[start : start + 2]), filters=tuple(filters[:2]), facets=FACETS, highlight=True)


def _timed(engine: TantivyEngine, asked: Sequence[Query]) -> tuple[list[float], list[float]]:
    """Ask everything once to warm up, then each question by Kho and by bare calls, one after the other."""
    calls = [_bare(engine, query) for query in asked]
    for query in asked[:20]:
        engine.search(query)
    whole, bare = [], []
    for query, bare_calls in zip(asked, calls, strict=True):
        begun = time.perf_counter()
        engine.search(query)
        between = time.perf_counter()
        for call in bare_calls:
            call()
        whole.append(between - begun)
        bare.append(time.perf_counter() - between)
    return whole, bare


def _bare(engine: TantivyEngine, query: Query) -> Calls:
    """Return the calls of Tantivy that one answer needs: one search, the stored documents, the counts."""
    searcher, questions = engine._searcher(), engine._questions
    _, planned = plan(query)
    whole = questions.whole(planned)

    def hits() -> None:
        for _, address in searcher.search(whole, query.size, count=True).hits:
            searcher.doc(address).get_first("stored")

    def counted(asked: Any, fields: Sequence[str]) -> Callable[[], Any]:
        wanted = {field: {"terms": {"field": field, "size": query.facet_size}} for field in fields}
        return lambda: searcher.aggregate(asked, wanted)

    return [hits, *(counted(questions.counted(planned, without), fields) for without, fields in groups(query))]


def _ms(seconds: list[float]) -> str:
    spread = statistics.quantiles(seconds, n=20)
    return f"{statistics.median(seconds) * 1e3:.1f} / {spread[-1] * 1e3:.1f}"
