"""Các chỉ mục tìm kiếm / the search indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._comparing import compare
from ._desk import Ended, desk, origins
from ._indexing import chosen, each, progress
from ._output import data, number, say, seconds, stamp, table, when
from ._usage import Verbs
from ._verifying import problems, verify
from .harvest import update_indexes
from .status import index_rows, show_indexes

if TYPE_CHECKING:
    from index import Engine


@click.group("index", cls=Verbs)
def command() -> None:
    """Xem, cập nhật, dựng lại, kiểm tra, so và quay lại / look at, update, rebuild, verify, compare, go back.

    \b
    Ví dụ / examples:
      kho index update
      kho index verify
      kho index rebuild
    """


for part in (verify, compare, problems):
    command.add_command(part)


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
    show_indexes(here, rows)


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
@click.argument("addresses", nargs=-1, metavar="[CHỈ MỤC]...")
@click.pass_context
def rebuild_(ctx: click.Context, addresses: tuple[str, ...]) -> None:
    """Dựng thế hệ mới bên cạnh, so với kho, rồi thay / build a new generation beside, verify it, then swap.

    Bị ngắt thì lần sau làm tiếp; bản cũ được giữ để quay lại / broken off, it goes on next time; the old one is kept.

    \b
    Ví dụ / examples:
      kho index rebuild
      kho index rebuild tantivy:data/index
    """
    from index import rebuild

    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        total = sum(sum(counts.values()) for counts in store.log.counts().values())
        known = origins(federation, store)

        def work(engine: Engine) -> None:
            built, checked = here.text("dựng", "build"), here.text("kiểm tra", "verify")
            with progress(here, built, total) as told, progress(here, checked, total) as compared:
                done = rebuild(store.log, engine, known, told, compared)
            went = here.text(f" (đã có sẵn {number(done.resumed)})", f" ({number(done.resumed)} were there)")
            count = number(done.written) + (went if done.resumed else "")
            name = engine.generation()
            say(here.text(f"{engine.address}: đã dựng lại {count}, thế hệ {name}, khớp với kho",
                          f"{engine.address}: rebuilt {count}, generation {name}, verified"))  # fmt: skip

        done, _ = each(here, chosen(here, federation, addresses), work)
    if not done:
        raise Ended(6)


@command.command("rollback")
@click.argument("addresses", nargs=-1, metavar="[CHỈ MỤC]...")
@click.pass_context
def rollback_(ctx: click.Context, addresses: tuple[str, ...]) -> None:
    """Quay lại thế hệ trước, sau khi nó theo kịp kho / go back to the generation before, once it has caught up.

    Bản đang dùng được giữ lại: gõ lần nữa là trở về nó / the present one is kept: say it again to return to it.

    \b
    Ví dụ / examples:
      kho index generations
      kho index rollback
    """
    from index import rollback

    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        known = origins(federation, store)

        def work(engine: Engine) -> None:
            before = engine.generation()
            done = rollback(store.log, engine, known)
            now, count = engine.generation(), number(done.changes)
            say(here.text(f"{engine.address}: thế hệ {before} → {now}, đã theo thêm {count} thay đổi",
                          f"{engine.address}: generation {before} → {now}, followed {count} more changes"))  # fmt: skip

        _, all_done = each(here, chosen(here, federation, addresses), work)
    if not all_done:
        raise Ended(6)


@command.command("generations")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def generations(ctx: click.Context, as_json: bool) -> None:
    """Các thế hệ của mỗi chỉ mục, từ lúc nào, có gì, cỡ / generations: begun when, what they hold, size, room."""
    here = desk(ctx)
    federation = here.federation()

    def work(engine: Engine) -> list[dict[str, Any]]:
        room = engine.room()
        free, needed = (room.free, room.needed) if room else (None, None)
        common = {"address": engine.address, "free": free, "needed": needed}
        there = engine.generations() or (None,)
        return [
            {
                **common,
                "generation": one and one.name,
                "state": one.state if one else "none",
                "begun": one and stamp(one.begun),
                "documents": _documents(engine, one.name, one.state) if one else None,
                "size": one and one.size,
            }
            for one in there
        ]

    found, reached = each(here, here.engines(federation), work)
    rows = [row for one in found for row in one]
    if as_json:
        data(rows)
    else:
        names = {"current": "đang dùng", "kept": "giữ để quay lại", "unfinished": "dựng dở", "none": "chưa có"}
        headers = here.text(
            "chỉ mục|thế hệ|tình trạng|dựng từ|thấy được|cỡ|còn trống|cần để dựng",
            "index|generation|state|begun|documents|size|free|needed",
        )
        body = [
            (
                *(row["address"], row["generation"] or "", here.text(names[row["state"]], row["state"])),
                *(when(seconds(row["begun"])), number(row["documents"]), *_sizes(row)),
            )
            for row in rows
        ]
        table(headers.split("|"), body, right=(4, 5, 6, 7))
    if not reached:
        raise Ended(6)


def _documents(engine: Engine, name: str, state: str) -> int | None:
    """Count what a generation shows; None for one that nobody may ask yet, or can."""
    from index import IndexUnreachableError

    if state == "unfinished":
        return None
    try:
        return engine.at(name).counts().documents
    except IndexUnreachableError:
        return None


def _sizes(row: dict[str, Any]) -> list[str]:
    from index import megabytes

    return ["" if row[name] is None else megabytes(row[name]) for name in ("size", "free", "needed")]
