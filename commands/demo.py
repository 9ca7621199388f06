"""Sống hai đêm ở thị trấn mẫu / live two nights in the demo town."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, desk, origins
from ._output import number, say
from .harvest import show_results, update_indexes, visit
from .search import show

if TYPE_CHECKING:
    from demo.town import Town
    from harvester import Federation, Store


@click.command("demo")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path(".demo"), help="nơi giữ / where things are kept"
)
@click.option("--once", is_flag=True, help="kết thúc sau khi in / end after printing")
@click.option("--port", type=int, default=0, help="cổng của trang tìm kiếm / port of the search page")
@click.pass_context
def command(ctx: click.Context, folder: Path, once: bool, port: int) -> None:
    """Tám cơ quan trên 127.0.0.1, hai đêm gom, ba lần tìm, một trang web / eight institutions, two nights, a page.

    \b
    Ví dụ / examples:
      kho demo
      kho demo --once
    """
    from demo.town import Town, sources_yaml

    os.environ["KHO_ALLOW_LOOPBACK"] = "1"  # the town lives on loopback; no other command may go there unasked
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    memory = folder / "town.json"
    past: dict[str, Any] = json.loads(memory.read_text()) if memory.exists() else {"night": 0, "ports": {}}
    town = Town(night=max(past["night"], 1), ports=past["ports"])
    try:
        (folder / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
        here = desk(ctx)
        here.path = folder / "sources.yaml"
        federation = here.federation()
        with here.store(federation) as store:
            _nights(here, federation, store, town, memory, past["night"])
            _searches(here, federation)
            if not once and sys.stdin.isatty() and sys.stdout.isatty():
                _serve(here, federation, store, port)
    finally:
        town.stop()


def _nights(here: Desk, federation: Federation, store: Store, town: Town, memory: Path, lived: int) -> None:
    """Live the nights that were not lived yet; a town that has seen both is visited once more."""
    nights = [1, 2] if lived == 0 else [2]
    for night in nights:
        if night > town.night:
            town.next_night()
        title = here.text(f"Đêm {night}", f"Night {night}")
        again = here.text(" (lần nữa)", " (once more)") if lived == 2 else ""
        say(f"\n{title}{again} · {town.repositories['dai-hoc-song-lam'].clock:%d/%m/%Y %H:%M}Z")
        _night(here, federation, store, first=lived < 2)
        ports = {name: int(url.rpartition(":")[2].partition("/")[0]) for name, url in town.urls.items()}
        memory.write_text(json.dumps({"night": night, "ports": ports}))


def _night(here: Desk, federation: Federation, store: Store, *, first: bool) -> None:
    from harvester import Wish

    before = store.log.identity()[2]
    results, stopped = visit(here, federation, store, list(federation.sources.values()), Wish())
    if stopped:
        raise click.exceptions.Exit(stopped)
    update_indexes(here, federation, store)
    show_results(here, results)
    changes = store.log.identity()[2] - before
    if not changes and not first:
        say(here.text("Đêm 2 không có gì thay đổi.", "Night 2 is unchanged."))
    else:
        say(here.text(f"{number(changes)} thay đổi vào sổ.", f"{number(changes)} changes were logged."))


_SEARCHES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("phương trình bậc hai", {}),
    ("dinh luat om", {}),
    ("lịch sử việt nam", {"facets": ("grade", "type", "source")}),
)


def _searches(here: Desk, federation: Federation) -> None:
    from index import Query

    for words, more in _SEARCHES:
        facets = "".join(f" --facet {facet}" for facet in more.get("facets", ()))
        say(f"\n$ kho search {words}{facets}")
        for engine in here.engines(federation):
            show(here, engine.search(Query(words=words, size=3, highlight=True, **more)), as_json=False)
            engine.close()


def _serve(here: Desk, federation: Federation, store: Store, port: int) -> None:
    from portal import application, serve

    engine = here.engines(federation)[0]
    app = application(engine, store.log, lambda: origins(federation, store))
    serve(app, "127.0.0.1", port, lambda address: say(here.text(
        f"\nTrang tìm kiếm: {address}   (Ctrl-C để dừng)", f"\nSearch page: {address}   (Ctrl-C ends)"
    )))  # fmt: skip
    engine.close()
