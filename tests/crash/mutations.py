"""Deliberate mistakes, as data: a file and what is written wrong in it. The crash tests must notice each of them.

A process that is started with KHO_MUTATION reads one file wrongly (``tests/crash/__init__.py``); no file changes.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[2]
KILLS = ("kill before", "kill after", "torn write")


@dataclass(frozen=True)
class Mutation:
    """What is written wrong: ``changes`` are pairs of texts, each found once in ``file``.

    ``phases`` (harvest and index update of each night), ``faults`` and ``window`` (a part of a phase's calls) say which
    samples of the matrix can notice it, so that it is looked for where it can be found. Where there are no phases the
    loss of power must notice it. ``unsynced`` is a pattern of files whose syncs are left out.
    """

    name: str
    file: str = ""
    changes: tuple[tuple[str, str], ...] = ()
    phases: tuple[int, ...] = ()
    faults: tuple[str, ...] = KILLS
    window: tuple[float, float] = (0, 1)
    unsynced: str = ""

    def text(self) -> str:
        """Return the file as it is read."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        for old, new in self.changes:
            if text.count(old) != 1:
                raise ValueError(f"{self.name}: {text.count(old)} times in {self.file}, must be once: {old}")
            text = text.replace(old, new)
        return text


STAGING, PUBLISH, VISITS = "harvester/store/staging.py", "harvester/store/publish.py", "harvester/store/visits.py"
DATABASE, VISITING, FEED = "harvester/store/database.py", "harvester/visit/visiting.py", "index/feed.py"
TANTIVY = "index/engines/tantivy/__init__.py"
COMMIT = 'connection.exec_driver_sql("COMMIT"); connection.exec_driver_sql("BEGIN IMMEDIATE")'
HARVESTS, UPDATES = (0, 2, 4), (1, 3, 5)

NAMED = (
    Mutation("the store's log is not synced", DATABASE, (("synchronous=FULL", "synchronous=NORMAL"),)),
    Mutation(
        "a checkpoint is committed before its records",
        STAGING,
        (("        shown = [number for", f"        {COMMIT}\n        shown = [number for"),),
        HARVESTS,
    ),
    Mutation(
        "log and records are published in two commits",
        PUBLISH,
        (("        update = _record.update()", f"        {COMMIT}\n        update = _record.update()"),),
        HARVESTS,
    ),
    Mutation(
        "no fence is asked when a visit writes",
        VISITS,
        (
            ("id = ? AND fence = ? AND state", "id = ? AND 0 < ? AND state"),
            ("AND source.fence = ?)", "AND 0 < ?)"),
        ),
        HARVESTS,
        ("stall",),
    ),
    Mutation(
        "the index writes its place before the documents",
        TANTIVY,
        (
            (
                "            for document in batch:\n",
                "            self._own(writer, _PLACE, msgspec.json.encode(place))\n            writer.commit()\n"
                "            for document in batch:\n",
            ),
        ),
        UPDATES,
    ),
)
OTHERS = (
    Mutation("nothing of the store is synced", DATABASE, (("synchronous=FULL", "synchronous=OFF"),)),
    Mutation("the sync of the store's log is left out", unsynced="*/kho.db-wal"),
    Mutation("the sync of the index's folder is left out", unsynced="*/index/g?"),
    Mutation(
        "the checkpoint of a page is not kept",
        STAGING,
        (("checkpoint=pages[-1].checkpoint,", "checkpoint=None,"),),
        HARVESTS,
    ),
    Mutation(
        "the running number of what was said is not kept",
        STAGING,
        (("payloads=visit.payloads + said,", "payloads=0,"),),
        HARVESTS,
    ),
    Mutation(
        "records are counted in a commit of their own",
        "harvester/store/changes.py",
        (("        count_presences(connection,", f"        {COMMIT}\n        count_presences(connection,"),),
        HARVESTS,
    ),
    Mutation(
        "what was staged is not dropped",
        PUBLISH,
        (("            clear(connection, visit.id)\n", "            pass\n"),),
        HARVESTS,
    ),
    Mutation(
        "a publish that was killed is not finished",
        VISITING,
        (("finish(self._store, visit)  # what", "pass  # what"),),
        HARVESTS,
    ),
    Mutation(
        "the verdict is not written down before it is carried out",
        PUBLISH,
        (("        self._database.write(partial(self.decide, ending=ending))\n", ""),),
        HARVESTS,
    ),
    Mutation(
        "a claim does not raise the fence",
        "harvester/store/sources.py",
        (
            ('"fence": fence + 1, "lease_by"', '"fence": fence, "lease_by"'),
            ("Lease(source, fence + 1)", "Lease(source, fence)"),
        ),
        HARVESTS,
        ("stall",),
    ),
    Mutation(
        "what was absent is not dropped before it is staged again",
        "harvester/store/evidence.py",
        (
            (
                "        connection.execute(table.delete().where(table.c.visit == visit.id))\n        for presence",
                "        for presence",
            ),
        ),
        (2,),
        window=(0.6, 0.9),
    ),
    Mutation(
        "a job is answered before it is committed",
        DATABASE,
        (
            (
                "                result = job(connection)\n        except",
                "                result = job(connection)\n                future.set_result(result)\n        except",
            ),
            ("        else:\n            future.set_result(result)\n", ""),
        ),
        HARVESTS,
    ),
    Mutation(
        "the index's place is the end of the log",
        FEED,
        (
            (
                "        if len(batch) >= BATCH:\n            _write(engine, batch, _place(log, place)",
                "        if len(batch) >= BATCH:\n            _write(engine, batch, _place(log, log.identity()[2])",
            ),
        ),
        (3, 5),
    ),
    Mutation(
        "an index is put in its place before it is built",
        FEED,
        (
            ("        engine.adopt(fresh)\n", ""),
            (
                "            fresh.write((), _place(log, log",
                "            engine.adopt(fresh)\n            fresh.write((), _place(log, log",
            ),
        ),
        (1,),
    ),
    Mutation(
        "a source is marked before it is mapped again",
        FEED,
        (
            (
                "    _map_sources(log, engine, origins, changed,",
                "    engine.mark({name: fingerprint(origins[name]) for name in changed})\n"
                "    _map_sources(log, engine, origins, changed,",
            ),
        ),
        (5,),
    ),
    Mutation(
        "what a killed commit left behind is not cleared away",
        "index/engines/tantivy/mending.py",
        (("    writer.garbage_collect_files()\n", ""),),
        (3, 5),
    ),
    Mutation(
        "a disk that is full is not named",
        TANTIVY,
        (
            (
                "        except (ValueError, OSError) as error:\n            self._writer = None",
                "        except KeyError as error:\n            self._writer = None",
            ),
        ),
        UPDATES,
        ("ENOSPC", "EIO"),
    ),
)
MUTATIONS = {each.name: each for each in (*NAMED, *OTHERS)}


class _Wrong(importlib.machinery.SourceFileLoader):
    """Loads a file as a mutation reads it."""

    def __init__(self, name: str, path: str, mutation: Mutation) -> None:
        super().__init__(name, path)
        self._mutation = mutation

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self._mutation.text(), self.path, "exec")
        return code


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, mutation: Mutation) -> None:
        self._mutation = mutation
        parts = Path(mutation.file).with_suffix("").parts
        self._name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert found is not None
        assert found.origin is not None
        found.loader = _Wrong(fullname, found.origin, self._mutation)
        return found


def mutate(name: str) -> None:
    """Let this process read one file wrongly from here on."""
    mutation = MUTATIONS[name]
    if mutation.file:
        assert not any(module.startswith(("harvester", "index.")) for module in sys.modules), "too late"
        mutation.text()  # that it applies is a matter of its own
        sys.meta_path.insert(0, _Finder(mutation))
