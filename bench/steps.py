"""The cost of each step of a record's way: CPU of the thread that does it, without what its own steps take.

A step is a function; it is wrapped while a harvest and an index update run. What no step covers stands at the end.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

# What is shown, and module:name of the function; per page where possible, for the clock itself takes 0.5 µs.
Step = tuple[str, str]
HARVEST: tuple[Step, ...] = (
    ("asked over HTTP", "harvester.web:Web.get"),
    ("framed", "harvester.page.reading:frame"),
    ("cut into records", "harvester.page.reading:even_cut"),
    ("envelope parsed", "harvester.page.reading:envelope"),
    ("fingerprints", "harvester.page.even:Pieces.fingerprints"),
    ("known bytes looked up", "harvester.store.knowing:Knowing.numbers"),
    ("new records parsed, headers read", "harvester.page.reading:read_records"),
    ("circle watched", "harvester.connectors.oai.circle:Circle.check"),
    ("rows made", "harvester.store.staging:Stager._rows"),
    ("bodies compressed", "harvester.store.bodies:Bodies.pack_all"),
    ("staged: rows written", "harvester.store.staging:Stager._write"),
    ("judged", "harvester.visit.visiting:judged"),
    ("published", "harvester.store.publish:Publisher.additions"),
    ("committed to disk", "sqlalchemy.engine.default:DefaultDialect.do_commit"),
)
INDEX: tuple[Step, ...] = (
    ("log read, bodies unpacked", "harvester.store.log:Log.records"),
    ("plain record read by pattern", "mappings.plain:Plain.rows"),
    ("record parsed where it is not plain", "mappings.mapping:metadata"),
    ("rules applied", "mappings.applying:Crosswalk.apply"),
    ("mapped: resource made", "mappings.mapping:_mapped"),
    ("text analysed", "index.documents:analyse_fields"),
    ("sort key made", "index.documents:order"),
    ("document made", "index.documents:document"),
    ("handed to Tantivy", "index.engines.tantivy:made"),
    ("queued for Tantivy", "index.engines.tantivy:TantivyEngine.write"),
)


class Clocks:
    """Wraps functions and adds up what each takes without the others."""

    def __init__(self) -> None:
        """Nothing is wrapped yet."""
        self.spent: Counter[str] = Counter()
        self._inside = threading.local()

    def wrap(self, title: str, place: str) -> None:
        """Wrap one function where its callers find it."""
        module, _, name = place.partition(":")
        owner: Any = import_module(module)
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        setattr(owner, last, self._timed(title, getattr(owner, last)))

    def _timed(self, title: str, function: Callable[..., Any]) -> Callable[..., Any]:
        clock, spent, inside = time.thread_time_ns, self.spent, self._inside

        @wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            outer = getattr(inside, "title", "")
            inside.title = title
            begun = clock()
            try:
                return function(*arguments, **options)
            finally:
                took = clock() - begun
                spent[title] += took
                if outer:
                    spent[outer] -= took
                inside.title = outer

        return timed


def measure(work: Callable[[str, Path], dict[str, Any]], steps: tuple[Step, ...], url: str, folder: Path) -> Any:
    """Do a piece of work with its steps timed; returns its figures with ``steps`` in seconds."""
    clocks = Clocks()
    for title, place in steps:
        clocks.wrap(title, place)
    begun = time.process_time()
    figures = work(url, folder)
    whole = time.process_time() - begun
    steps_spent = {title: clocks.spent[title] / 1e9 for title, _ in steps}
    return {**figures, "steps": {**steps_spent, "everything else": whole - sum(steps_spent.values())}}


def floor(folder: Path, log: Any, origins: Any) -> dict[str, Any]:
    """Give bare Tantivy the finished documents of a store: one writer and one commit, as the index has them.

    Schema, tokens and heap are the index's; all that Python does is done before the clock starts. ``cpu`` is that of
    all threads, merges included, in seconds.
    """
    from index import open_engine
    from index.engines.tantivy import TantivyEngine, made
    from index.streaming import changes, documents

    ready = [made(each) for _, some in documents(changes(log, 0), origins, 0) for each in some]
    engine = open_engine(f"tantivy:{folder}/bare").fresh()
    assert isinstance(engine, TantivyEngine)
    begun = time.process_time()
    writer = engine._writing()
    for document in ready:
        writer.add_document(document)
    writer.commit()
    engine.close()
    return {"cpu": time.process_time() - begun, "records": len(ready)}
