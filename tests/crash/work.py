"""The work under test, a harvest with index update, and what must hold after it, however often it was broken off."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import harvester.night
import harvester.store.database
import harvester.store.publish
import harvester.visit.visiting
import index.documents
import index.engines.tantivy
import index.feed
import index.streaming
from harvester import Change, Night, Store, Wish, open_store
from harvester.visit import Result, Visiting
from index import Query, document_of, faults, open_engine, update
from index.query import Engine
from mappings import Origin, fingerprint, map_record
from tests.crash.nights import FIRST, FORMATS, TELLERS, Telling, bodies, checkpoint, histories, pages_of

# Marks of what is acknowledged: MARK * what + night * 1000 + source * 100 + pages.
MARK, PAGE, VISIT, INDEX, STOP = 100_000, 1, 2, 3, 4
ALL = 1000  # more records than any source here has


def small() -> None:
    """Make slices and batches so small that a few dozen records take every path."""
    for module, name, value in (
        (harvester.visit.visiting, "FIRST_SLICE", 10),
        (harvester.store.publish, "SLICE", 7),
        (index.streaming, "READ", 10),
        (index.feed, "BATCH", 20),
        (index.engines.tantivy, "_HEAP", 15_000_000),  # the least that it takes
    ):
        assert isinstance(getattr(module, name), int)
        setattr(module, name, value)


def remember() -> None:
    """Let forked children find done what is the same in each: mapping and analysis, which are pure, and compiled SQL.

    An engine of SQLAlchemy that was disposed of begins anew with what it has compiled; its folder is always the same.
    """
    mapped = cache(map_record)
    index.documents.map_records = lambda records: (mapped(*record) for record in records)
    index.documents.analyse_fields = cache(index.documents.analyse_fields)
    harvester.store.database._sqlite = cache(harvester.store.database._sqlite)


@dataclass
class Work:
    """One night's harvest and index update in a folder; ``lanes`` visits the sources side by side."""

    folder: Path
    night: int
    lanes: bool = False
    mark: Callable[[int], None] = lambda place: None
    stop: int = 0  # before which page of the night the process stands still
    where: int | None = None  # count only the pages of this source
    results: list[Result] = field(default_factory=list)
    store: Store | None = None
    engine: Engine | None = None

    def __post_init__(self) -> None:
        self.clock = (FIRST + timedelta(days=self.night, minutes=1)).timestamp()

    def run(self) -> None:
        """Do the night's work; what is open already is used again, as by a process that tries once more."""
        self.harvest()
        self.index()

    def open(self) -> Store:
        if self.store is None:
            self.store = open_store(f"sqlite:///{self.folder}/kho.db", clock=lambda: self.clock)
        return self.store

    def later(self) -> None:
        """An hour passes: a lease that could not be given back has run out."""
        self.clock += 3600

    def harvest(self) -> None:
        store = self.open()
        telling = Telling(self.night, self._asked, self._heard)
        visiting = partial(Visiting, connector=lambda word: telling)
        self.results = []
        if self.lanes:
            harvester.night.Visiting = visiting  # type: ignore[assignment,misc]
            for wish, sources in (
                (Wish(), [each.source for each in TELLERS if not each.whole]),
                (Wish(full=True), [each.source for each in TELLERS if each.whole]),
            ):
                self.results += Night(store, FORMATS).visit(sources, wish, ended=self._ended)
        else:
            for each in TELLERS:
                result = visiting(store, FORMATS).visit(each.source, Wish(full=each.whole))
                self.results.append(result)
                self._ended(result)

    def index(self) -> None:
        assert self.store is not None
        self.engine = self.engine or open_engine(f"tantivy:{self.folder}/index")
        update(self.store.log, self.engine, origins(self.store, self.night))
        self.mark(INDEX * MARK + self.night * 1000)

    def close(self) -> None:
        if self.engine is not None:
            self.engine.close()
        if self.store is not None:
            self.store.close()
        self.engine = self.store = None

    def _asked(self, source: int, page: int) -> None:
        self.stop -= self.where in (None, source)
        if self.stop == 0:
            self.stop = -1
            self.mark(STOP * MARK + source)
            os.kill(os.getpid(), signal.SIGSTOP)

    def _heard(self, source: int, pages: int) -> None:
        self.mark(PAGE * MARK + self.night * 1000 + source * 100 + pages)

    def _ended(self, result: Result) -> None:
        if result.outcome == "complete":
            number = next(n for n, each in enumerate(TELLERS) if each.id == result.source)
            self.mark(VISIT * MARK + self.night * 1000 + number * 100)


def origins(store: Store, night: int) -> dict[str, Origin]:
    """What mapping knows of the sources; on the last night the settings of one have changed."""
    moved = {TELLERS[1].id: "40"} if night == 2 else {}
    return {
        name: Origin(name, row.first_id, name, moved.get(name, "46"))
        for name, row in sorted(store.log.sources().items())
    }


# --- what must hold at once after a crash -----------------------------------------------------------------------------


def check_acknowledged(folder: Path, places: Iterable[int]) -> None:
    """Look into the file as a crash left it: what was acknowledged is there, and pages come with checkpoints.

    It is a copy that is looked into: whoever closes a store last empties its log, and mending must find that log.
    """
    marks = [place for place in places if place]
    if not (folder / "kho.db").exists():
        assert not marks, "the store is not there"
        return
    with TemporaryDirectory(dir=folder.parent) as copy:
        for file in folder.glob("kho.db*"):
            if not file.name.endswith("-shm"):
                shutil.copyfile(file, Path(copy, file.name))
        with closing(sqlite3.connect(Path(copy, "kho.db"))) as connection:
            for mark in marks:
                _acknowledged(connection, mark)
            if marks:
                _checkpoints(connection, marks[-1] % MARK // 1000)


def _acknowledged(connection: sqlite3.Connection, mark: int) -> None:
    what, rest = divmod(mark, MARK)
    night, rest = divmod(rest, 1000)
    source, pages = divmod(rest, 100)
    if what in (PAGE, VISIT):
        question = "SELECT pages, state FROM visit WHERE source = (SELECT id FROM source WHERE name = ?) ORDER BY id"
        rows = connection.execute(question, (TELLERS[source].id,)).fetchall()
        assert len(rows) > night, f"a visit that was begun is not there (mark {mark})"
        assert rows[-1][1] == 2 or (what == PAGE and rows[-1][0] >= pages), f"acknowledged and not there: {mark}"


def _checkpoints(connection: sqlite3.Connection, night: int) -> None:
    running = "SELECT pages, checkpoint, mode, since, name FROM visit JOIN source ON source.id = visit.source"
    for number, text, mode, since, name in connection.execute(f"{running} WHERE visit.state = 0 AND pages > 0"):
        teller = next(each for each in TELLERS if each.id == name)
        # A list that was taken to its end and not judged any more is asked for anew, and its pages go on counting.
        number %= pages_of(teller, night, mode, since)
        after = checkpoint(number) if number else None
        assert text == after, "a checkpoint that is not that of its pages"


# --- what must hold when the work is done -----------------------------------------------------------------------------


def check(work: Work) -> None:
    """Compare everything with what the sources said: nothing lost, nothing twice, the index equal to the store."""
    store, engine = work.store, work.engine
    assert store is not None
    assert engine is not None
    for result in work.results:
        assert result.outcome == "complete", result
    held = {teller.id: store.log.records(teller.id, "", ALL) for teller in TELLERS}
    check_store(store, held, work.night)
    check_log(work.folder, work.night)
    check_index(store, engine, [change for each in held.values() for change in each], work.night)


def check_store(store: Store, held: Mapping[str, Sequence[Change]], night: int) -> None:
    """Every record is held as its source last said it, byte for byte."""
    counts = {teller.id: dict.fromkeys(_NAMES, 0) for teller in TELLERS}
    for teller in TELLERS:
        expected, here = histories(teller, night), held[teller.id]
        assert [each.identifier for each in here] == sorted(expected, key=str.encode), "lost or twice"
        assert {each.identifier: each.presence for each in here} == {i: h[-1][0] for i, h in expected.items()}
        assert {each.identifier: each.raw.body for each in here if each.raw is not None} == bodies(teller, night)
        for history in expected.values():
            counts[teller.id][history[-1][0]] += 1
    assert store.log.counts() == counts


_LOG = """
SELECT s.name, r.identifier, c.before, c.after, c.was, c.presence, p.content, r.payload, r.presence
FROM change c JOIN record r ON r.id = c.record JOIN source s ON s.id = r.source LEFT JOIN payload p ON p.id = c.after
ORDER BY c.sequence
"""
_NAMES = ("present", "missing", "withdrawn")


def check_log(folder: Path, night: int) -> None:
    """Each change begins where the one before it ended, and each happened once; the file itself is sound."""
    found: dict[str, dict[str, list[tuple[str, bytes]]]] = {teller.id: {} for teller in TELLERS}
    stands: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    ends: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    with closing(sqlite3.connect(folder / "kho.db")) as connection:
        for name, identifier, before, after, was, presence, content, *end in connection.execute(_LOG):
            one = (name, identifier)
            assert (before, was) == stands.get(one, (None, None)), "a change begins where the one before did not end"
            stands[one] = (before if after is None else after), presence
            ends[one] = (end[0], end[1])
            found[name].setdefault(identifier, []).append((_NAMES[presence], bytes(content or b"")))
        assert stands == ends, "a record is not what its last change made it"
        assert found == {teller.id: histories(teller, night) for teller in TELLERS}, "a change is missing or twice"
        for table in ("staged", "absent", "page"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), f"{table} is not empty"
        assert connection.execute("SELECT count(*) FROM visit WHERE state <> 2").fetchone() == (0,), "an open visit"
        nameless = "SELECT count(*) FROM visit WHERE outcome IS NULL OR code = ''"
        assert connection.execute(nameless).fetchone() == (0,), "a visit that ended nobody knows how"
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def check_index(store: Store, engine: Engine, held: Sequence[Change], night: int) -> None:
    """The index shows what the store holds and stands at its last change; nothing is there twice."""
    known = origins(store, night)
    documents = [document_of(change, known) for change in held]
    shown = {each.key: each.stored for each in documents if each.status == "shown"}
    hits = engine.search(Query(size=100))
    assert {hit.key: hit.stored for hit in hits.hits} == shown, "the index shows something else"
    assert hits.total == len(hits.hits) == len(shown), f"{hits.total} found, {len(hits.hits)} given, {len(shown)} shown"
    counts = engine.counts()
    statuses = [each.status for each in documents]
    assert (counts.documents, counts.quarantined) == (len(shown), statuses.count("quarantined"))
    assert (counts.withdrawn, counts.suppressed) == (statuses.count("withdrawn"), 0)
    assert engine.marks() == {name: fingerprint(origin) for name, origin in known.items()}
    stored, epoch, last = store.log.identity()
    place = engine.place()
    assert (place.store, place.epoch, place.sequence) == (stored, epoch, last)
    assert store.log.change_at(last) == (place.key, place.content)
    assert (engine.damaged(), list(faults(store.log, engine))) == ([], [])
