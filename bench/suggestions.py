"""What helping to ask costs beside searching, on many seeded records: ``python -m bench --suggestions 1000000``."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import msgspec

from index import Engine, Helper, Query, open_engine
from index.query import Document, Place
from index.suggest import Learner
from index.suggest.book import NAME, Book, pack
from index.text import analyse, fold_all
from tests.index.elasticsearch.parity import documents

from .figures import write

SEED, ASKED, BATCH = 11, 1_000, 10_000


def measure(count: int) -> None:
    """Build an index of ``count`` records, learn its words, and ask what people type, letter by letter and mistyped."""
    with tempfile.TemporaryDirectory(prefix="kho-bench-") as folder:
        engine = open_engine(f"tantivy:{folder}")
        book, learning = _built(engine, count)
        lines = [
            f"{count:,} seeded records on Tantivy; milliseconds CPU of one thread, p50 / p95, of {ASKED:,} questions.",
            "",
            f"- learning costs {learning / count * 1e6:.0f} µs CPU a record while an index is built; the book has"
            f" {len(book.grams):,} words and phrases and {len(book.titles):,} titles, {len(pack(book)) / 1e6:.1f} MB",
            *_asked(engine, book, count),
        ]
        engine.close()
    write("suggestions", lines)


def _built(engine: Engine, count: int) -> tuple[Book, float]:
    learner, fresh, seconds = Learner(expected=count), engine.fresh(), 0.0
    place = Place("bench", 1, count, "k", "c")
    for batch in _parted(documents(count), BATCH):
        fresh.write(batch, place, new=True)
        started = time.process_time()
        learner.see(batch)
        seconds += time.process_time() - started
    book = learner.book(place)
    fresh.keep(NAME, pack(book))
    engine.adopt(fresh)
    return book, seconds


def _asked(engine: Engine, book: Book, count: int) -> list[str]:
    chance = random.Random(SEED)
    phrases = [gram for gram, number in book.grams.items() if " " in gram and number > 1]
    chosen = [chance.choice(phrases) for _ in range(ASKED)]
    titles = [analyse(chance.choice(book.titles).text)[chance.random() < 0.5] for _ in range(ASKED)]
    typed = [title[: chance.randint(1, 30)] for title in titles]
    slips = [f"{fold_all(each)}{chance.choice('aehiu')}" for each in chosen]
    helper = Helper(engine)
    started = time.process_time()
    helper.suggest("a")
    ready = time.process_time() - started
    bare = _times(lambda words: engine.search(Query(words, size=8)), chosen)
    rows = [
        ("the same phrases searched (the yardstick)", bare),
        ("suggestions, nothing changed since it was learned", _times(helper.suggest, typed)),
        (
            "did you mean, with the search that proves it",
            _times(lambda words: helper.did_you_mean(Query(words), 0), slips),
        ),
    ]
    engine.keep(NAME, pack(msgspec.structs.replace(book, again=count // 100)))
    rows.insert(2, ("suggestions, one in a hundred changed since", _times(Helper(engine).suggest, typed)))
    shown = [f"- {words}: {_at(times, 0.5):.2f} / {_at(times, 0.95):.2f} ms" for words, times in rows]
    return [f"- made ready in {ready:.1f} s CPU, beside what answers meanwhile", *shown]


def _times(ask: Callable[[str], object], asked: Iterable[str]) -> list[float]:
    found = []
    for words in asked:
        started = time.thread_time()  # a search runs in the thread that asks; a busy machine makes the clock lie
        ask(words)
        found.append((time.thread_time() - started) * 1000)
    return sorted(found)


def _at(times: Sequence[float], share: float) -> float:
    return times[int(len(times) * share)]


def _parted(made: Iterable[Document], size: int) -> Iterable[Sequence[Document]]:
    stream = iter(made)
    while part := list(islice(stream, size)):
        yield part
