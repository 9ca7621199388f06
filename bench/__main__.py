"""``make bench``: ratios in one run on the same records, with Sickle as its user would write it as the yardstick.

``python -m bench --large 1000000`` harvests one source of that many records and shows its memory.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROUNDS = 3


def serve(count: int) -> tuple[subprocess.Popen[str], str]:
    """Start the repository in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.server", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def work(name: str, url: str, folder: Path) -> dict[str, Any]:
    """Do one piece of work in a new process and return its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.work", name, url, str(folder)], capture_output=True, text=True, check=True
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {name}: {figures['cpu']:.2f} s CPU, {figures['wall']:.2f} s wall, {figures['rss']:.0f} MB", flush=True)
    return figures


def best(name: str, url: str, folder: Path) -> dict[str, Any]:
    """Return the quietest of three rounds."""
    return min((work(name, url, folder) for _ in range(ROUNDS)), key=lambda figures: figures["cpu"])


def main() -> None:
    """Measure, print and write ``bench/RESULTS.md``."""
    options = argparse.ArgumentParser()
    options.add_argument("--large", type=int, default=0)
    large = options.parse_args().large
    if large:
        measure_large(large)
        return
    server, url = serve(20_000)
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    try:
        work("sickle", url, folder)  # the server makes its pages once; nobody pays for that
        sickle = best("sickle", url, folder)
        work("naive", url, folder)
        naive = best("naive", url, folder)
        firsts = []
        for _ in range(ROUNDS):
            shutil.rmtree(folder / "store", ignore_errors=True)
            firsts.append(work("harvest", url, folder / "store"))
        first = min(firsts, key=lambda figures: figures["cpu"])
        size = sum(file.stat().st_size for file in (folder / "store").glob("kho.db*"))
        archive = _archive(folder / "store" / "kho.db")
        indexed = work("index", url, folder / "store")
        index_size = sum(file.stat().st_size for file in (folder / "store" / "index").rglob("*") if file.is_file())
        mapped = best("mapping", url, folder / "store")
        again = best("harvest", url, folder / "store")
    finally:
        server.communicate("")
        shutil.rmtree(folder)
    rows = [
        ("Sickle: identifier and metadata (the yardstick)", sickle["cpu"], "1.0", ""),
        ("Kho, first harvest: staged, archived, published", first["cpu"], "", "≤ 0.50"),
        ("Kho, to searchable in Tantivy (harvest and index)", first["cpu"] + indexed["cpu"], "", "≤ 2.10"),
        ("Kho, the same list unchanged", again["cpu"], "", "≤ 0.10"),
        ("naive: Sickle, hash, upsert, unchanged", naive["cpu"], "", ""),
        ("Kho, everything of oai_dc mapped", mapped["cpu"] * 20_000 / mapped["records"], "", "structure ≤ 0.35"),
    ]
    lines = [f"| {'what, 20,000 oai_dc records':50} | µs CPU a record | of Sickle | goal |", "|---|---|---|---|"]
    for name, cpu, _, goal in rows:
        lines.append(f"| {name:50} | {cpu / 20_000 * 1e6:.1f} | {cpu / sickle['cpu']:.2f} | {goal} |")
    lines += [
        "",
        f"- unchanged harvest: {naive['cpu'] / again['cpu']:.0f} times less CPU than the naive way (goal ≥ 20)",
        f"- to searchable, wall: {(first['wall'] + indexed['wall']) / sickle['wall']:.2f} of Sickle's (goal ≤ 1.2)",
        f"- archive {archive / 20_000:.0f} B a record (goal ≤ 400), whole store {size / 20_000:.0f} B (goal ≤ 900), "
        f"index {index_size / 20_000:.0f} B; the shipped dictionary was trained on records of the same generator,"
        " so real text gains less",
        f"- peak memory: first harvest {first['rss']:.0f} MB, index {indexed['rss']:.0f} MB,"
        f" Sickle {sickle['rss']:.0f} MB",
    ]
    write("ratios", lines)


def _archive(file: Path) -> int:
    import sqlite3

    with sqlite3.connect(file) as connection:
        return int(
            connection.execute(
                "SELECT sum(length(body) + length(datestamp) + length(sets) + 40) FROM payload"
            ).fetchone()[0]
        )


def measure_large(count: int) -> None:
    """Harvest one source of very many records and show that memory stays flat."""
    server, url = serve(count)
    folder = Path(tempfile.mkdtemp(prefix="kho-bench-"))
    try:
        first = work("harvest", url, folder)
        again = work("harvest", url, folder)
    finally:
        server.communicate("")
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


def write(part: str, lines: list[str]) -> None:
    """Replace one part of ``bench/RESULTS.md``, with commit, date and machine."""
    file = HERE / "RESULTS.md"
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    when = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit.strip()}, Python {platform.python_version()}"
    head = f"<!-- {part} -->\n*{when}*\n"
    text = file.read_text(encoding="utf-8") if file.exists() else "# What things cost\n"
    marked = f"{head}\n" + "\n".join(lines) + f"\n<!-- end {part} -->\n"
    start, end = text.find(f"<!-- {part} -->"), text.find(f"<!-- end {part} -->\n")
    if start >= 0:
        text = text[:start] + marked + text[end + len(f"<!-- end {part} -->\n") :]
    else:
        text += "\n" + marked
    file.write_text(text, encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
