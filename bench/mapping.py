"""What mapping costs a record: from memory, without store and network."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from harvester import RawRecord, open_store
from index.streaming import READ
from index.workers import seldom_collecting
from mappings import Origin, map_records
from mappings.applying import Crosswalk, Task
from mappings.crosswalk import crosswalks
from mappings.mapping import TOGETHER, _source, _special
from mappings.rows import metadata
from mappings.rule import Job
from mappings.safety import unsafe
from mappings.vietnamese import paragraphs

ORIGIN = Origin(
    "nguon", "nguon", "Trường Trung học cơ sở", "40", None, tuple((f"lop-{n}", f"Lớp {n}") for n in range(1, 13))
)
# Fields whose rules look words up in a vocabulary; all others are the structure of a record.
WORDS = (
    *("language", "type", "audience", "grade", "level", "subject", "discipline", "series", "lesson", "school_year"),
    *("licence", "licence_url", "province", "former_province"),
)
CLEAN = 300  # characters

T = TypeVar("T")


def without_words(crosswalk: Crosswalk) -> Crosswalk:
    """Return a crosswalk without the rules that need a vocabulary."""
    rules = tuple(rule for rule in crosswalk.rules if rule.field not in WORDS)
    return Crosswalk(crosswalk.format, crosswalk.title, rules, crosswalk.reader)


def blocks(folder: Path) -> Iterator[list[RawRecord]]:
    """Read the records of the store in blocks, as whoever maps them does: what was just read is at hand."""
    store, after = open_store(f"sqlite:///{folder}/kho.db"), 0
    while block := store.log.changes(after, READ):
        after = block[-1].sequence
        yield [change.raw for change in block if change.raw is not None]
    store.close()


def _timed(blocks: Iterable[list[T]], work: Callable[[list[T]], object]) -> dict[str, Any]:
    """Work through all of it; reading it is outside the clock."""
    count, spent = 0, 0.0
    with seldom_collecting():  # as whoever maps the records of a store does
        for block in blocks:
            started = time.process_time()
            work(block)
            spent += time.process_time() - started
            count += len(block)
    return {"records": count, "cpu": spent}


def structure(folder: Path) -> dict[str, Any]:
    """Read rows, apply the rules that need no vocabulary; as many together as when records are mapped whole."""
    bare, source = without_words(crosswalks()["oai_dc"]), _source(ORIGIN)

    def task(raw: RawRecord) -> Task:
        rows = bare.plain.rows(raw)
        if rows is None:
            rows = bare.reader.rows(metadata(raw), languages=b":lang=" in raw.body or b"language=" in raw.body)
        return rows, _special(raw, source, bare), Job(raw), None, False

    def work(raws: list[RawRecord]) -> None:
        left = iter(raws)
        while some := list(islice(left, TOGETHER)):
            bare.apply(map(task, some))

    return _timed(blocks(folder), work)


def clean(folder: Path) -> dict[str, Any]:
    """Repair the beginnings of descriptions that need no repair, and look for what may not be shown in them."""
    made = (one.resource for block in blocks(folder) for one in map_records((raw, ORIGIN) for raw in block))
    texts = [one.description[:CLEAN] for one in made if one is not None and len(one.description) >= CLEAN]
    texts = [text for text in texts if paragraphs(text) == text]

    def work(texts: list[str]) -> None:
        for text in texts:
            unsafe({"description": paragraphs(text)})

    return _timed([texts], work)


def whole(folder: Path) -> dict[str, Any]:
    """Map records whole: every rule, every vocabulary."""
    return _timed(blocks(folder), lambda raws: deque(map_records((raw, ORIGIN) for raw in raws), maxlen=0))
