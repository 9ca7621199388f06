"""Các nguồn trong sources.yaml / the sources in sources.yaml."""

from __future__ import annotations

from typing import Any

import click

from ._desk import Ended, desk
from ._output import data, say, table
from ._repairs import doubtful, tell_repairs
from ._usage import Verbs


@click.group("sources", cls=Verbs)
def command() -> None:
    """Xem, kiểm tra và cho nghỉ các nguồn / list, check and retire sources.

    \b
    Ví dụ / examples:
      kho sources lint
      kho sources list province:40
    """


@command.command("list")
@click.argument("selection", nargs=-1)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_(ctx: click.Context, selection: tuple[str, ...], as_json: bool) -> None:
    """Liệt kê nguồn / list sources."""
    here = desk(ctx)
    federation = here.federation()
    chosen = here.chosen(federation, selection)
    if as_json:
        data([_plain(source) for source in chosen])
        return
    headers = here.text("id|tên|địa chỉ|tỉnh|bật", "id|name|url|province|enabled").split("|")
    rows = [(each.id, each.name, each.url, each.province, "✓" if each.enabled else "–") for each in chosen]
    table(headers, rows)


@command.command("show")
@click.argument("source")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, source: str, as_json: bool) -> None:
    """Cho xem mọi mục của một nguồn / show every setting of a source."""
    here = desk(ctx)
    found = here.chosen(here.federation(), (source,))
    if as_json:
        data([_plain(each) for each in found])
        return
    table(("", ""), [pair for each in found for pair in _plain(each).items()])


def _plain(source: Any) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(source)
    return plain


@command.command("lint")
@click.pass_context
def lint(ctx: click.Context) -> None:
    """Kiểm tra sources.yaml và các danh sách CSV / check sources.yaml and its rosters; 3 on any mistake."""
    here = desk(ctx)
    federation = here.federation(lenient=True)
    for fault in federation.faults:
        say(fault.render(here.language))
    count = len(federation.faults) + here.mistakes
    if count:
        say(here.text(f"{count} lỗi", f"{count} mistakes"))
        say(f"  → {here.text('sửa, rồi gọi', 'mend it, then call')}: kho sources lint")
        raise Ended(3)
    tell_repairs(here, doubtful(federation))
    say(here.text(f"{len(federation.sources)} nguồn, không có lỗi", f"{len(federation.sources)} sources, no mistakes"))


@command.command("schema")
def schema() -> None:
    """In JSON Schema của sources.yaml / print the JSON Schema of sources.yaml."""
    from harvester import json_schema

    data(json_schema())


@command.command("forget")
@click.argument("source")
@click.pass_context
def forget(ctx: click.Context, source: str) -> None:
    """Quên những gì đã học về máy chủ của nguồn; bản ghi và mốc vẫn giữ / forget what was learned of its server only.

    \b
    Ví dụ / example:
      kho sources forget thu-vien-so-tlu
    """
    from harvester import forget_source

    here = desk(ctx)
    with here.store(here.federation()) as store:
        if source not in store.log.sources():
            raise click.UsageError(here.text(f"kho không biết nguồn “{source}”", f"the store knows no “{source}”"))
        forget_source(store, source)
    say(here.text(f"đã quên; học lại: kho harvest {source}", f"forgotten; learn anew: kho harvest {source}"))


@command.command("retire")
@click.argument("source")
@click.option("--yes", is_flag=True, help="không hỏi lại / do not ask")
@click.pass_context
def retire(ctx: click.Context, source: str, yes: bool) -> None:
    """Gỡ mọi bản ghi của một nguồn đã rời sources.yaml / withdraw the records of a source that left the file."""
    from harvester import retire_source

    here = desk(ctx)
    federation = here.federation()
    if source in federation.sources:
        message = here.text(f"“{source}” còn trong sources.yaml", f"“{source}” is still in sources.yaml")
        raise click.UsageError(message)
    with here.store(federation) as store:
        row = store.log.sources().get(source)
        if row is None:
            raise click.UsageError(here.text(f"kho không biết nguồn “{source}”", f"the store knows no “{source}”"))
        count = store.log.counts()[source]
        held = count["present"] + count["missing"]
        question = here.text(f"Gỡ {held} bản ghi của “{source}”?", f"Withdraw {held} records of “{source}”?")
        if not yes and not click.confirm(question, err=True):
            raise Ended(130)
        gone = retire_source(store, source)
    say(here.text(f"đã gỡ {gone} bản ghi; gõ: kho index update", f"withdrew {gone} records; now: kho index update"))
