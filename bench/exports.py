"""What it costs to write a resource out, in every format, beside what it costs to map it: from memory, no store."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from commands.show import public
from harvester import Change, RawRecord
from mappings import Resource, export_formats, map_record, open_export
from mappings.exports._dublin_core import DC, DCTERMS, statements
from mappings.exports._export import Addresses

from .figures import Repositories, write
from .mapping import ORIGIN, blocks

RECORDS = 5_000
SITE = "https://hoclieu.songda.example/"
MAPPED, RDFLIB = "mapped (the yardstick)", "rdflib: a graph a record, N-Triples"
Work = Callable[[RawRecord, Resource], object]


def measure(rounds: int) -> None:
    """Do everything side by side, round after round; the quietest round of each piece counts."""
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    try:
        with Repositories(RECORDS) as there:
            there.work("harvest", folder)
        raws = [raw for block in blocks(folder) for raw in block]
    finally:
        shutil.rmtree(folder)
    pairs = [(raw, made) for raw in raws if (made := map_record(raw, ORIGIN).resource) is not None]
    works = _works()
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            started = time.process_time()
            for raw, made in pairs:
                work(raw, made)
            best[name] = min(best[name], (time.process_time() - started) / len(pairs) * 1e6)
    sizes = {name: sum(len(str(work(*pair)).encode()) for pair in pairs[:500]) / 500 for name, work in works.items()}
    write("exports", _report(best, sizes, len(pairs), rounds))


def _works() -> dict[str, Work]:
    works: dict[str, Work] = {MAPPED: lambda raw, made: map_record(raw, ORIGIN)}
    works["ndjson"] = _line
    for form in export_formats():
        record = open_export(form, SITE, "2026-11-26T00:00:00Z").record
        works[form] = lambda raw, made, record=record: record(made)  # type: ignore[misc]  # bound while the loop is here
    return {**works, RDFLIB: _by_rdflib()}


def _line(raw: RawRecord, made: Resource) -> str:
    """Write the line of a record that has no problem, as ``kho export`` does."""
    from mappings import Mapped

    change = Change(1, made.key, made.source, made.identifier, "present", b"", raw)
    return json.dumps(public(change, Mapped(made)), ensure_ascii=False, separators=(",", ":"))


def _by_rdflib() -> Work:
    """Make a graph of the same statements and let rdflib write it: what ``nquads`` and ``ttl`` save."""
    from rdflib import Graph
    from rdflib.util import from_n3

    addresses, spaces = Addresses(SITE), {"dc": DC, "dcterms": DCTERMS}

    def work(raw: RawRecord, made: Resource) -> str:
        graph, this = Graph(), from_n3(f"<{addresses.resource(made.key)}>")
        for name, said in statements(made):
            prefix, _, local = name.partition(":")
            graph.add((this, from_n3(f"<{spaces[prefix]}{local}>"), from_n3(said)))
        return graph.serialize(format="nt")

    return work


def _report(best: dict[str, float], sizes: dict[str, float], count: int, rounds: int) -> list[str]:
    yardstick = best[MAPPED]
    lines = [
        f"| {name:36} | {cost:6.1f} | {cost / yardstick:5.2f} | {'' if name == MAPPED else f'{sizes[name]:5.0f}'} |"
        for name, cost in best.items()
    ]
    return [
        f"{count:,} resources of oai_dc from memory, the best of {rounds} rounds in one process, in each of which every"
        " format had a turn. An export maps and writes: its cost is the sum, and reading the store.",
        "",
        f"| {'format':36} | µs CPU a record | of mapping | B a record |",
        "|---|---|---|---|",
        *lines,
    ]
