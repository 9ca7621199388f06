"""``make bench``: ratios in one run on the same records, with Sickle as its user would write it as the yardstick.

``python -m bench --many`` harvests 200 sources at 100 ms latency; ``--large 1000000`` one source of that many records,
and shows its memory; with ``--kills 10`` the process is killed so often on the way. ``--mapped`` counts what mapping
understands of the real records beside the checkout; ``--evaluated open`` scores it on words that the tables were not
written from, part by part. ``--exports`` writes the same resources in every format. ``--sized`` maps
very large records.
``--cluster`` writes to a real Elasticsearch beside the library's own helper.
``--searched 1000000`` asks a large index beside bare Tantivy.
``--steps`` shows what each step of a harvest and of an index update costs, and what Tantivy alone takes for the same
documents. ``--queries`` scores the order of answers by the evaluation set, on Tantivy and real Elasticsearch, or at the
addresses given by ``--index`` (a new generation each).
``--proved 1000000`` shows what verifying and rebuilding an index cost.
``--suggestions 1000000`` shows what suggestions and did-you-mean cost on so many records.
``--killed`` kills an index at every call that changes a file (as ``make crash`` does, too).
``--dictionary`` makes the dictionary anew that packs resources in the embedded index.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from tests.evaluation.parts import PARTS as EVALUATED

from . import large, many
from .figures import Repositories, write

COUNT = 20_000
COUNT_OF_LOM = 5_000
ROUNDS = 5
MANY_ROUNDS = 3  # each takes half a minute
# Options that are modules of their names: the function to call, and the options that it is given.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "mapped": ("table", ()),
    "evaluated": ("evaluate", ("evaluated",)),
    "exports": ("measure", ("rounds",)),
    "sized": ("measure", ("rounds",)),
    "cluster": ("measure", ("rounds",)),
    "searched": ("measure", ("searched",)),
    "suggestions": ("measure", ("suggestions",)),
    "proved": ("measure", ("proved",)),
    "queries": ("measure", ("index",)),
    "killed": ("measure", ()),
    "dictionary": ("make", ()),
}


def main() -> None:
    """Measure, print and write ``bench/RESULTS.md``."""
    options = argparse.ArgumentParser()
    options.add_argument("--large", type=int, default=0)
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--many", action="store_true")
    options.add_argument("--steps", action="store_true")
    options.add_argument("--mapped", action="store_true")
    options.add_argument("--evaluated", choices=EVALUATED)
    options.add_argument("--exports", action="store_true")
    options.add_argument("--sized", action="store_true")
    options.add_argument("--cluster", action="store_true")
    options.add_argument("--queries", action="store_true")
    options.add_argument("--killed", action="store_true")
    options.add_argument("--dictionary", action="store_true")
    options.add_argument("--proved", type=int, default=0)
    options.add_argument("--searched", type=int, default=0)
    options.add_argument("--suggestions", type=int, default=0)
    options.add_argument("--index", action="append", default=[], metavar="ADDRESS")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = options.parse_args()
    for option, (function, given) in PARTS.items():
        if getattr(chosen, option):
            work = getattr(import_module(f".{option}", __package__), function)
            work(*(getattr(chosen, name) for name in given))
            return
    if chosen.large and chosen.kills:
        large.measure(chosen.large, chosen.kills)
    elif chosen.large:
        measure_large(chosen.large)
    elif chosen.steps:
        show_steps()
    elif chosen.many:
        many.measure(min(chosen.rounds, MANY_ROUNDS))
    else:
        measure_ratios(chosen.rounds)


def show_steps() -> None:
    """Print what each step of a harvest and of an index update costs; the clocks themselves make all of it dearer."""
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    try:
        with Repositories(COUNT) as there:
            for name in ("harvest_steps", "index_steps"):
                for step, seconds in there.work(name, folder)["steps"].items():
                    print(f"    {seconds / COUNT * 1e6:6.1f} µs  {step}")
            bare = there.work("bare_tantivy", folder)["cpu"]
            print(f"    {bare / COUNT * 1e6:6.1f} µs  the same documents, finished, to bare Tantivy: the floor")
    finally:
        shutil.rmtree(folder)


def measure_ratios(rounds: int) -> None:
    """Do everything side by side, round after round; of each piece the quietest round is shown.

    What a piece takes of Sickle is the median of what each round says beside its own Sickle: on a restless machine the
    luckiest round of one beside the luckiest of another says nothing.
    """
    figures: dict[str, list[dict[str, Any]]] = {}
    sizes: dict[str, float] = {}
    with Repositories(COUNT) as there, Repositories(COUNT_OF_LOM, "lom") as of_lom:
        for _ in range(rounds):
            folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
            try:
                _round(there, of_lom, folder, figures)
                sizes = _sizes(folder)
            finally:
                shutil.rmtree(folder)
        size = there.size
    write("ratios", _report(figures, sizes, size))


def _round(there: Repositories, of_lom: Repositories, folder: Path, figures: dict[str, list[dict[str, Any]]]) -> None:
    """Do every piece once; the ``naive`` and ``harvest`` that count for an unchanged night are the second ones."""
    (folder / "both").mkdir()
    steps = (
        ("sickle", there, "sickle", folder),
        ("naive first", there, "naive", folder),
        ("harvest", there, "harvest", folder / "one"),
        ("searchable", there, "searchable", folder / "both"),
        ("remap", there, "remap", folder / "both"),
        ("alike", there, "remap_alike", folder / "both"),
        ("structure", there, "structure", folder / "one"),
        ("mapped", there, "mapped", folder / "one"),
        ("clean", there, "clean", folder / "one"),
        ("naive", there, "naive", folder),
        ("again", there, "harvest", folder / "one"),
        ("sickle of lom", of_lom, "sickle_lom", folder),
        ("harvest of lom", of_lom, "harvest", folder / "lom"),
        ("mapped of lom", of_lom, "mapped", folder / "lom"),
    )
    for name, whose, work, place in steps:
        figures.setdefault(name, []).append(whose.work(work, place, name))


def _best(rows: list[dict[str, Any]]) -> dict[str, Any]:
    best = min(rows, key=lambda row: row["cpu"])
    return {**best, "wall": min(row["wall"] for row in rows)}


def _sizes(folder: Path) -> dict[str, float]:
    import sqlite3

    with sqlite3.connect(folder / "one" / "kho.db") as connection:
        bodies = connection.execute(
            "SELECT sum(length(body) + length(datestamp) + length(sets) + 40) FROM payload"
        ).fetchone()[0]
    files = {
        "store": (folder / "one").glob("kho.db*"),
        "index": (file for file in (folder / "both" / "index").rglob("*") if file.is_file()),
    }
    sizes = {name: sum(file.stat().st_size for file in found) / COUNT for name, found in files.items()}
    return {**sizes, "archive": bodies / COUNT}


def _report(figures: dict[str, list[dict[str, Any]]], sizes: dict[str, float], size: int) -> list[str]:
    best = {name: _best(rows) for name, rows in figures.items()}

    def of(name: str, yardstick: str = "sickle", unit: str = "cpu") -> float:
        pairs = zip(figures[name], figures[yardstick], strict=True)
        return median(each[unit] / each["records"] / (other[unit] / other["records"]) for each, other in pairs)

    def line(words: str, name: str, goal: str = "", yardstick: str = "sickle") -> str:
        each = best[name]["cpu"] / best[name]["records"]
        return f"| {words:52} | {each * 1e6:5.1f} | {of(name, yardstick):4.2f} | {goal} |"

    remapped, alike = (best[name]["records"] / best[name]["wall"] for name in ("remap", "alike"))
    clean = best["clean"]["cpu"] / best["clean"]["records"]
    return [
        f"{COUNT:,} records of oai_dc, {size:,} B each, pages of 100, loopback; the best of {len(figures['sickle'])}"
        " rounds, in each of which everybody had a turn; ratios: the median of what these say.",
        "Imports and tables are outside the clock for everybody (each warms up on other records); opening the store or"
        " database is inside. CPU is that of the whole process, all threads; the server runs in another.",
        "",
        f"| {'what':52} | µs CPU a record | of Sickle | goal |",
        "|---|---|---|---|",
        line("Sickle: identifier and metadata (the yardstick)", "sickle"),
        line("Kho, first harvest: staged, archived, published", "harvest", "≤ 0.50"),
        line("Kho, to searchable in Tantivy (harvest and index)", "searchable", "≤ 2.10"),
        line("Kho, the same list unchanged", "again", "≤ 0.10"),
        line("naive: Sickle, hash, upsert, first time", "naive first"),
        line("naive: Sickle, hash, upsert, unchanged", "naive"),
        line("Kho, structure of oai_dc mapped", "structure", "≤ 0.35"),
        line("Kho, everything of oai_dc mapped", "mapped", "≤ 0.90"),
        line("Sickle: the same records in LOM", "sickle of lom", yardstick="sickle of lom"),
        line("Kho, everything of LOM mapped", "mapped of lom", "≤ 0.90", "sickle of lom"),
        "",
        f"- unchanged harvest: {of('naive', 'again'):.1f} times less CPU than the naive way (goal ≥ 20)",
        f"- to searchable, wall: {of('searchable', unit='wall'):.2f} of Sickle's (goal ≤ 1.2)",
        f"- mapped and indexed anew after a change of the mapping that touches every record: {remapped:,.0f} records a"
        f" second (goal ≥ 6,000); mapped anew after one that touches none, compared, not written: {alike:,.0f}",
        f"- clean text: {clean * 1e6:.1f} µs for 300 characters, repaired and safe (goal ≤ 15)",
        f"- archive {sizes['archive']:.0f} B a record (goal ≤ 400), whole store {sizes['store']:.0f} B (goal ≤ 900),"
        f" index {sizes['index']:.0f} B; the shipped dictionary was trained on the town's records, so real text gains"
        " less",
        f"- peak memory: first harvest {best['harvest']['rss']:.0f} MB, with index {best['searchable']['rss']:.0f} MB,"
        f" Sickle {best['sickle']['rss']:.0f} MB",
        f"- once a process, CPU: start, imports and tables {best['searchable']['start']:.2f} s (with index), Sickle"
        f" {best['sickle']['start']:.2f} s",
    ]


def measure_large(count: int) -> None:
    """Harvest one source of very many records and show that memory stays flat."""
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    try:
        with Repositories(count) as there:
            first = there.work("harvest", folder)
            again = there.work("harvest", folder)
    finally:
        shutil.rmtree(folder)
    write(
        "large",
        [
            f"- one source of {count:,} records: first harvest {first['wall']:.0f} s wall,"
            f" {first['cpu'] / count * 1e6:.0f} µs CPU a record, peak {first['rss']:.0f} MB (goal ≤ 300)",
            f"- the same list unchanged: {again['wall']:.0f} s wall, {again['cpu'] / count * 1e6:.1f} µs CPU a record,"
            f" peak {again['rss']:.0f} MB; {again['unchanged']:,} unchanged",
        ],
    )


if __name__ == "__main__":
    main()
