"""Xuất học liệu và danh mục nguồn / export resources, and the catalogue of the sources."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, Ended, desk, origins
from ._output import drop_output, stamp
from .show import public

if TYPE_CHECKING:
    from harvester import Federation, Store
    from mappings import DataSet, Origin, Resource

# One file is one format; looked up without opening any, so that the help is there at once.
_FOLDER = Path(__file__).parents[1] / "mappings" / "exports"
FORMATS = ("ndjson", *sorted(file.stem for file in _FOLDER.glob("[a-z]*.py")), "dcat")
_BLOCK = 1 << 16  # characters: a system call for each record would take longer than the record
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|^`\\]+/")
Seen = Callable[[], None]


@click.command("export")
@click.argument("selection", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="ndjson", show_default=True, help="định dạng / format"
)
@click.option(
    "--base", help="địa chỉ của trang tìm kiếm, mở đầu mọi địa chỉ / address of the site, begins all addresses"
)
@click.option("--raw", is_flag=True, help="kèm bản gốc / with what the source said")
@click.option("--all", "everything", is_flag=True, help="cả bản đã gỡ và cách ly / withdrawn and quarantined ones too")
@click.pass_context
def command(
    ctx: click.Context, selection: tuple[str, ...], form: str, base: str | None, raw: bool, everything: bool
) -> None:
    """Xuất dần từng học liệu; bản bị ẩn không bao giờ được xuất / write resource by resource; suppressed ones never.

    \b
    Ví dụ / examples:
      kho export > hoc-lieu.ndjson
      kho export province:40 --all
      kho export --format csv > hoc-lieu.csv
      kho export --format dcat --base https://hoclieu.songda.example/ > danh-muc.ttl
    """
    from mappings import BASE, catalogue, open_export, written

    here = desk(ctx)
    if form != "ndjson" and (raw or everything):
        raise click.UsageError(here.text("--raw, --all: chỉ với ndjson", "--raw, --all: with ndjson only"))
    if base is not None and not _ADDRESS.fullmatch(base):
        told = here.text("--base phải như https://truong.example/", "--base must be like https://truong.example/")
        raise click.UsageError(told)
    federation = here.federation()
    chosen = {source.id for source in here.chosen(federation, selection)} if selection else None
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with here.store(federation) as store:
        known = origins(federation, store)
        names = sorted(known if chosen is None else chosen & known.keys())
        with _progress(here, store, names) as seen:
            if form == "ndjson":
                records = _write(_lines(store, known, names, seen, raw=raw, everything=everything))
            else:
                shown = _shown(store, known, names, seen)
                if form == "dcat":
                    data_sets = _data_sets(federation, store, [known[name] for name in names], shown)
                    records = _write(catalogue(data_sets, base or BASE, now))
                else:
                    records = _write(written(open_export(form, base or BASE, now), shown))
    here.event("export", format=form, pieces=records)


def _shown(store: Store, known: dict[str, Origin], names: list[str], seen: Seen) -> Iterator[Resource]:
    """Yield every resource that people may see."""
    from index import mapped

    for _, made in mapped(store.log, known, names):
        seen()
        if made is not None and made.resource is not None:
            yield made.resource


def _lines(
    store: Store, known: dict[str, Origin], names: list[str], seen: Seen, *, raw: bool, everything: bool
) -> Iterator[str]:
    """Yield resources as lines of JSON, each with its status and what was not understood of it."""
    from index import mapped
    from mappings import UNTOLD

    for change, made in mapped(store.log, known, names):
        seen()
        if change.suppressed:
            continue
        if made is None or change.raw is None:
            if everything:
                said = {"key": change.key, "source": change.source, "identifier": change.identifier}
                yield _line({**said, **_gone(change)})
            continue
        row = public(change, made)
        if row["status"] == "shown" or everything:
            told = raw and row.get("reason") not in UNTOLD
            yield _line({**row, "raw": change.raw.body.decode("utf-8", "replace")} if told else row)


def _gone(change: Any) -> dict[str, str]:
    if change.presence == "withdrawn":
        return {"status": "withdrawn"}
    return {"status": "quarantined", "reason": "erased"}


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _data_sets(
    federation: Federation, store: Store, known: list[Origin], shown: Iterator[Resource]
) -> Iterator[DataSet]:
    """Yield what the catalogue shows of each source; it counts the resources that the other formats write.

    Which records are quarantined only mapping knows: the catalogue takes as long as any other export.
    """
    from mappings import DataSet

    counts, visits = Counter(resource.source for resource in shown), store.log.last_visits()
    for origin in known:
        source, visited = federation.sources.get(origin.id), visits.get(origin.id)
        yield DataSet(
            id=origin.id,
            name=origin.name,
            institution=origin.institution.name if origin.institution else origin.name,
            province=origin.province,
            connector=source.connector if source else "",
            url=source.url if source else "",
            records=counts[origin.id],
            modified=(stamp(visited.ended) if visited else None) or "",
        )


def _write(pieces: Iterator[str]) -> int:
    """Write pieces to stdout as they are made, in blocks; returns how many there were."""
    block: list[str] = []
    size = count = 0
    for piece in pieces:
        block.append(piece)
        count += 1
        size += len(piece)
        if size >= _BLOCK:
            _flush(block)
            size = 0
    _flush(block)
    return count


def _flush(block: list[str]) -> None:
    """Hand a block to the system; a closed pipe ends the command."""
    try:
        sys.stdout.buffer.write("".join(block).encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader has seen enough; click would end with 1
        drop_output()
        raise Ended(0) from None
    block.clear()


@contextmanager
def _progress(here: Desk, store: Store, names: list[str]) -> Iterator[Seen]:
    """Show on a terminal how far the export is, unless it is the terminal that is written to."""
    if here.quiet or sys.stdout.isatty() or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    counts = store.log.counts()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(here.text("xuất", "export"), total=sum(sum(counts[name].values()) for name in names))
        yield lambda: bar.advance(task)
