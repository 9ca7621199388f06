"""How commands speak: data to stdout, all else to stderr; tables for people, TSV for pipes, JSON for machines."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import click

# Terminals obey control characters and directions that a hostile title may carry.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

FULL = (errno.ENOSPC, errno.EDQUOT)

# The ledger of a visit, in the order and the words of every table that shows it.
LEDGER = {
    "declared": "máy chủ khai", "fetched": "lấy", "new": "mới", "changed": "sửa", "unchanged": "như cũ",
    "withdrawn": "gỡ", "repeated": "lặp", "rejected": "hỏng", "missing": "vắng", "lapsed": "hết hạn",
}  # fmt: skip


def harmless(text: str) -> str:
    """Show control characters as escapes instead of obeying them."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def one_line(text: str) -> str:
    """Show a sentence on one line: words of a server must not look like a message of ours."""
    return harmless(" ".join(text.split()))


def when(seconds: int | None) -> str:
    """Write a moment for people in Việt Nam: 21/11/2026 02:00."""
    from harvester import vietnamese_time

    return vietnamese_time(seconds) if seconds else "–"


def stamp(seconds: int | None) -> str | None:
    """Write a moment for machines: UTC with Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else None


def seconds(text: str | None) -> int | None:
    """Read a moment that was written for machines."""
    return int(datetime.fromisoformat(text).timestamp()) if text else None


def number(value: int | None) -> str:
    """Write a number as Vietnamese do: 1.234.567."""
    return "" if value is None else f"{value:,}".replace(",", ".")


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Iterable[int] = (),
    whole: Iterable[int] = (),
    sparse: Iterable[int] = (),
) -> None:
    """Print rows as a table on a terminal and as TSV into a pipe, where every column is always there.

    ``right`` are the columns of numbers, ``whole`` those that are never broken (ids are copied from here), ``sparse``
    those that a terminal leaves out where all cells are 0 or empty: 80 columns are what a console has. Without a word
    in them there is no line of headers.
    """
    texts = [[harmless(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [*([list(headers)] if any(headers) else []), *texts]:
            click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold", show_header=any(headers))
    numbers, unbroken = set(right), set(whole)
    empty = {place for place in sparse if all(row[place] in ("", "0") for row in texts)}
    shown = [place for place in range(len(headers)) if place not in empty]
    for place in shown:
        justify: Literal["left", "right"] = "right" if place in numbers else "left"
        drawn.add_column(headers[place], justify=justify, overflow="fold", no_wrap=place in unbroken)
    for row in texts:
        drawn.add_row(*(Text(row[place]) for place in shown))
    Console().print(drawn)


def data(value: Any) -> None:
    """Print JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def line(value: Any) -> None:
    """Print one line of NDJSON."""
    click.echo(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def drop_output() -> None:
    """Let go of what could not be written to stdout: it would fail again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def output_is_full() -> bool:
    """Say whether stdout goes to a disk without room, and let go of what was left.

    An OSError does not say what was written to; without a buffer nothing is left to fail again, so a line is tried.
    """
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"\n")
    except OSError as error:
        drop_output()
        return error.errno in FULL
    return False


def say(text: str) -> None:
    """Tell people something, on stderr."""
    click.echo(text, err=True)
