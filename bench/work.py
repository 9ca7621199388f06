"""One piece of work in a process of its own: prints CPU seconds, wall seconds, peak memory and what it made.

Every piece is done once on a small list of other records before the clock starts. So imports, tables and connections
to come are outside the clock for everybody alike; the opening of the store or database is inside it for everybody.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


def sickle(url: str, folder: Path, form: str = "oai_dc") -> Figures:
    """Read identifier and metadata of every record, as a user of Sickle would."""
    from sickle import Sickle

    count = 0
    for record in Sickle(url).ListRecords(metadataPrefix=form):
        _ = record.header.identifier, record.metadata
        count += 1
    return {"records": count}


def sickle_lom(url: str, folder: Path) -> Figures:
    """The same for LOM."""
    return sickle(url, folder, "lom")


def naive(url: str, folder: Path) -> Figures:
    """Sickle, a hash of the metadata, an upsert: what most harvesters do every night."""
    from sickle import Sickle

    connection = sqlite3.connect(folder / "naive.db")
    connection.execute("CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, hash TEXT, body TEXT)")
    count = 0
    for record in Sickle(url).ListRecords(metadataPrefix="oai_dc"):
        body = json.dumps(record.metadata, ensure_ascii=False)
        digest = hashlib.sha256(body.encode()).hexdigest()
        held = connection.execute("SELECT hash FROM record WHERE id = ?", (record.header.identifier,)).fetchone()
        if held is None or held[0] != digest:
            connection.execute(
                "INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (record.header.identifier, digest, body)
            )
        count += 1
        if count % 100 == 0:
            connection.commit()
    connection.commit()
    connection.close()
    return {"records": count}


def harvest(url: str, folder: Path) -> Figures:
    """One visit by Kho: staged, archived, judged, published; the whole list is asked for."""
    from harvester import Night, Wish, open_store
    from harvester.source import Source
    from mappings import formats

    store = open_store(f"sqlite:///{folder}/kho.db")
    source = Source(id="nguon", name="Nguồn", url=url)
    result = Night(store, formats()).visit([source], Wish(full=True))[0]
    store.close()
    return {"records": result.ledger.fetched, "new": result.ledger.new, "unchanged": result.ledger.unchanged}


@contextmanager
def _opened(folder: Path, province: str = "40") -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Open store and index of a folder; yields the change log, the engine, and what mapping knows of the sources."""
    from harvester import open_store
    from index import open_engine
    from mappings import Origin

    store = open_store(f"sqlite:///{folder}/kho.db")
    engine = open_engine(f"tantivy:{folder}/index")
    rows = store.log.sources()
    yield store.log, engine, {name: Origin(name, row.first_id, "Nguồn", province) for name, row in rows.items()}
    store.close()


def index(url: str, folder: Path) -> Figures:
    """Everything that is in the store made searchable."""
    from index import update

    with _opened(folder) as (log, engine, origins):
        written = update(log, engine, origins).written
        return {"records": written, "documents": engine.counts().documents}


def remap(url: str, folder: Path) -> Figures:
    """Everything that is in the store mapped and made searchable anew, because its mapping has changed."""
    from index import update

    with _opened(folder, province="01") as (log, engine, origins):
        progress = update(log, engine, origins)
        assert progress.remapped == sorted(origins), progress
        return {"records": progress.written}


def remap_alike(url: str, folder: Path) -> Figures:
    """Everything mapped anew because its mapping has changed, which makes the same documents as before."""
    from index import update

    written: list[int] = []
    with _opened(folder, province="01") as (log, engine, origins):
        update(log, engine, origins)  # after ``remap`` nothing is left to do, in a warming-up all is
        engine.mark(dict.fromkeys(origins, "another"))
        begun, cpu = time.perf_counter(), processor()
        progress = update(log, engine, origins, written.append)
        assert (progress.remapped, progress.written) == (sorted(origins), 0), progress
        return {"records": sum(written), "wall": time.perf_counter() - begun, "cpu": processor() - cpu}


def verified(url: str, folder: Path) -> Figures:
    """Every record of the store compared with the index, and every file of the index with its checksum."""
    from index import faults

    compared: list[int] = []
    with _opened(folder) as (log, engine, _):
        found = len(engine.damaged()) + sum(1 for _ in faults(log, engine, compared.append))
    return {"records": sum(compared), "faults": found}


def rebuilt(url: str, folder: Path) -> Figures:
    """The index built anew beside the present one, compared with the store, and put in its place."""
    from index import rebuild

    begun, proving = time.perf_counter(), list[float]()
    with _opened(folder) as (log, engine, origins):
        written = rebuild(log, engine, origins, checked=lambda number: proving.append(time.perf_counter())).written
    return {"records": written, "built": proving[0] - begun}  # what comes after is the comparison with the store


def searchable(url: str, folder: Path) -> Figures:
    """Harvested and indexed by one process, as ``kho harvest`` does."""
    return {**harvest(url, folder), **index(url, folder)}


def structure(url: str, folder: Path) -> Figures:
    """Parse every record of the store and fill the fields that need no vocabulary."""
    from .mapping import structure as work

    return work(folder)


def mapped(url: str, folder: Path) -> Figures:
    """Map every record of the store whole."""
    from .mapping import whole as work

    return work(folder)


def clean(url: str, folder: Path) -> Figures:
    """Pass clean text of 300 characters: nothing to repair, nothing that may not be shown."""
    from .mapping import clean as work

    return work(folder)


def harvest_steps(url: str, folder: Path) -> Figures:
    """A harvest with its steps timed."""
    from .steps import HARVEST, measure

    return measure(harvest, HARVEST, url, folder)


def index_steps(url: str, folder: Path) -> Figures:
    """An index update with its steps timed."""
    from .steps import INDEX, measure

    return measure(index, INDEX, url, folder)


def bare_tantivy(url: str, folder: Path) -> Figures:
    """The documents of the store, finished, given to Tantivy alone; its own figure of CPU is the one that counts."""
    from .steps import floor

    with _opened(folder) as (log, _, origins):
        return floor(folder, log, origins)


WORK: dict[str, Callable[[str, Path], Figures]] = {
    work.__name__: work
    for work in (
        sickle,
        sickle_lom,
        naive,
        harvest,
        index,
        searchable,
        remap,
        remap_alike,
        verified,
        rebuilt,
        structure,
        mapped,
        clean,
        bare_tantivy,
    )
}
STEPS = {"harvest_steps": harvest_steps, "index_steps": index_steps}
ON_A_STORE = (
    "index",
    "structure",
    "mapped",
    "clean",
    "bare_tantivy",
)  # these need one that is filled, and this one an index, too
ON_AN_INDEX = ("remap", "remap_alike", "verified", "rebuilt")


def warm(name: str, url: str) -> None:
    """Do the work once on a small list, so that everything is imported and every table is read."""
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    try:
        if name in ON_A_STORE:
            harvest(url, folder)
        if name in ON_AN_INDEX:
            searchable(url, folder)
        WORK[name](url, folder)
    finally:
        shutil.rmtree(folder)


def processor() -> float:
    """Return the CPU seconds of this process and of those that worked for it and have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    """Do one piece of work and print its figures as JSON."""
    name, url, small, folder = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])
    os.environ["KHO_ALLOW_LOOPBACK"] = "1"
    warm(name.removesuffix("_steps"), small)
    begun = processor()
    wall = time.perf_counter()
    found = (WORK | STEPS)[name](url, folder)
    figures = {
        "cpu": processor() - begun,
        "wall": time.perf_counter() - wall,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "start": begun,
        **found,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
