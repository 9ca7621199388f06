"""The bench's hands: a server in its own process, work in its own process, and a part of ``bench/RESULTS.md``."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class Repositories:
    """The list of ``count`` records and the small one to warm up on, served by another process."""

    def __init__(self, count: int, form: str = "oai_dc") -> None:
        command = [sys.executable, "-m", "bench.server", str(count), form]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url, self.small, size = self._process.stdout.readline().split()
        self.size = int(size)  # bytes a record, 0 where the pages are made when they are asked for

    def __enter__(self) -> Repositories:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("")

    def work(self, name: str, folder: Path, title: str = "") -> dict[str, Any]:
        """Do one piece of ``bench.work`` in a new process and return its figures."""
        command = [sys.executable, "-m", "bench.work", name, self.url, self.small, str(folder)]
        return figures(command, title or name)


def figures(command: list[str], title: str) -> dict[str, Any]:
    """Run a command that prints its figures as JSON in its last line; shows and returns them."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {title}: {found['cpu']:.2f} s CPU, {found['wall']:.2f} s wall, {found['rss']:.0f} MB", flush=True)
    return found


def stands(part: str) -> bool:
    """Say whether a part is in ``bench/RESULTS.md`` already."""
    file = HERE / "RESULTS.md"
    return file.exists() and f"<!-- {part} -->" in file.read_text(encoding="utf-8")


def write(part: str, lines: list[str]) -> None:
    """Replace one part of ``bench/RESULTS.md``, with commit, date and version."""
    file = HERE / "RESULTS.md"
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    when = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit.strip()}, Python {platform.python_version()}"
    opening, closing = f"<!-- {part} -->\n", f"<!-- end {part} -->\n"
    marked = f"{opening}*{when}*\n\n" + "\n".join(lines) + f"\n{closing}"
    text = file.read_text(encoding="utf-8") if file.exists() else "# What things cost\n"
    start, end = text.find(opening), text.find(closing)
    file.write_text(
        text[:start] + marked + text[end + len(closing) :] if start >= 0 else f"{text}\n{marked}", encoding="utf-8"
    )
    print("\n".join(lines))
