"""Các chỉ mục tìm kiếm / the search indexes."""

from __future__ import annotations

import click

from ._desk import Ended, desk, origins, tell_index
from ._output import data, number, say, table
from .harvest import update_indexes
from .status import index_rows


@click.group("index", short_help="chỉ mục / indexes")
def command() -> None:
    """Xem, cập nhật và dựng lại các chỉ mục / look at, update and rebuild the indexes.

    \b
    Ví dụ / examples:
      kho index update
      kho index rebuild
    """


@command.command("status")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Mỗi chỉ mục đã theo kho đến đâu / how far each index has followed the store."""
    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        rows = index_rows(here, federation, store)
    if as_json:
        data(rows)
        return
    names = ("documents", "quarantined", "suppressed", "sequence", "behind")
    table(
        ("address", *names),
        [(row["address"], *(number(row[name]) for name in names)) for row in rows],
        right=range(1, 6),
    )


@command.command("update")
@click.pass_context
def update(ctx: click.Context) -> None:
    """Theo kịp sổ thay đổi của kho / catch up with the store's change log."""
    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        if not update_indexes(here, federation, store):
            raise Ended(6)


@command.command("rebuild")
@click.pass_context
def rebuild_(ctx: click.Context) -> None:
    """Dựng thế hệ mới bên cạnh rồi thay / build a new generation beside the old one, then swap."""
    from index import IndexUnreachableError, rebuild

    here = desk(ctx)
    federation = here.federation()
    reached = False
    with here.store(federation) as store:
        for engine in here.engines(federation):
            try:
                progress = rebuild(store.log, engine, origins(federation, store))
            except IndexUnreachableError as error:
                tell_index(error, here.language)
                continue
            finally:
                engine.close()
            reached = True
            written = number(progress.written)
            say(here.text(f"{engine.address}: đã dựng lại {written}", f"{engine.address}: rebuilt {written}"))
    if not reached:
        raise Ended(6)
