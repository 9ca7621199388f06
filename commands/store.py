"""Kho dữ liệu: kiểm tra, sao lưu, phục hồi / the store: check, back up, restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._desk import Desk, Ended, desk
from ._output import number, say
from .harvest import update_indexes

if TYPE_CHECKING:
    from harvester import Federation

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("store", short_help="kho dữ liệu / the store")
def command() -> None:
    """Kiểm tra, sao lưu, phục hồi, dọn và đọc lại kho dữ liệu / check, back up, restore, compact, replay.

    \b
    Ví dụ / examples:
      kho store backup /mnt/sao-luu/kho.db
      kho store check
    """


@command.command("backup")
@click.argument("file", type=_FILE)
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Sao lưu ra TỆP, cả khi đang gom / copy the store to FILE, also while a harvest runs.

    \b
    Ví dụ / examples:
      kho store backup /mnt/sao-luu/kho-$(date +%F).db
    """
    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        if not store.database.sqlite:
            raise click.UsageError(f"PostgreSQL: pg_dump -Fd -j2 -Z0 -f {file} '{store.database.where}'")
        size = store.back_up(file, lambda done, total: here.event("backup", pages=done, of=total))
        last = store.log.identity()[2]
    size = -(-size // (1 << 20))
    words = here.text(
        f"{file}: {number(size)} MB, đến thay đổi {last}", f"{file}: {number(size)} MB, up to change {last}"
    )
    say(words)
    say(
        here.text(f"giữ cùng: {here.take_downs}", f"keep with it: {here.take_downs}")
        if here.take_downs.exists()
        else ""
    )


@command.command("restore")
@click.argument("file", type=_FILE, required=False)
@click.option("--done", is_flag=True, help="đã phục hồi bằng pg_restore / pg_restore has done it")
@click.option("--yes", is_flag=True, help="không hỏi lại / do not ask")
@click.pass_context
def restore_(ctx: click.Context, file: Path | None, done: bool, yes: bool) -> None:
    """Đặt bản sao vào chỗ của kho; kho cũ được giữ bên cạnh / put a copy in the store's place, keep the old one.

    \b
    Ví dụ / examples:
      kho store restore /mnt/sao-luu/kho.db
      kho store restore --done
    """
    here = desk(ctx)
    federation = here.federation()
    if done == (file is not None):
        raise click.UsageError("FILE | --done")
    if done:
        _begin_epoch(here, federation)
    else:
        assert file is not None
        _restore(here, federation, file, yes=yes)
    with here.store(federation) as store:
        reached = update_indexes(here, federation, store)
    if not reached:
        raise Ended(6)


def _begin_epoch(here: Desk, federation: Federation) -> None:
    with here.store(federation) as store:
        epoch = store.begin_epoch()
    say(here.text(f"kho bắt đầu đời mới {epoch}", f"a new epoch {epoch} begins"))


def _restore(here: Desk, federation: Federation, file: Path, *, yes: bool) -> None:
    from harvester import restore

    address = federation.settings.store
    if not address.startswith("sqlite"):
        lines = f"pg_restore --clean --if-exists -j2 -d '{_hidden(address)}' {file} && kho store restore --done"
        raise click.UsageError(f"PostgreSQL: {lines}")
    question = here.text(f"Thay kho {address} bằng {file}?", f"Replace the store {address} by {file}?")
    if not yes and not click.confirm(question, err=True):
        raise Ended(130)
    done = restore(address, file, take_downs=here.take_downs)
    say(here.text(f"đã phục hồi đến thay đổi {done.sequence}", f"restored up to change {done.sequence}"))
    if done.aside:
        say(here.text(f"kho cũ giữ ở {done.aside}", f"the old store is kept in {done.aside}"))


def _hidden(address: str) -> str:
    """Return an address without its password."""
    head, mark, rest = address.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{head}{mark}{user.partition(':')[0]}{at}{host}"
