"""Kho dữ liệu: kiểm tra, sao lưu, phục hồi / the store: check, back up, restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, Ended, desk, origins, tell_index
from ._output import data, harmless, number, say, table
from ._usage import Verbs
from .harvest import update_indexes

if TYPE_CHECKING:
    from harvester import Federation, Store

# What ``kho store check`` looks at.
_CHECKED = {
    "change": "thay đổi", "context": "phần bao quanh bản gốc", "dictionary": "từ điển nén", "erased": "bản gốc đã xoá",
    "kept": "trang giữ lại", "payload": "bản gốc", "record": "bản ghi", "rejected": "bản ghi hỏng", "source": "nguồn",
    "suppression": "lệnh gỡ",
}  # fmt: skip
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("store", cls=Verbs)
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
    if here.take_downs.exists():
        say(here.text(f"giữ cùng: {here.take_downs}", f"keep with it: {here.take_downs}"))


@command.command("check")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Xét từng bản gốc, sổ thay đổi, bản ghi, lệnh gỡ; 8 khi thấy lỗi / check everything; 8 on any fault.

    \b
    Ví dụ / examples:
      kho store check
      kho store check --json
    """
    from harvester import next_command, sentence

    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        found = store.check(lambda kind, rows: here.event("check", kind=kind, rows=rows))
    told = [
        {"code": each.code, "facts": each.facts, "sentence": sentence(each.code, each.facts, here.language)}
        for each in found.faults
    ]
    if as_json:
        data({"checked": found.counts, "faults": told})
    else:
        rows = [(here.text(_CHECKED.get(kind, kind), kind), count) for kind, count in sorted(found.counts.items())]
        table(here.text("đã xét|số lượng", "checked|number").split("|"), rows, right=(1,))
        for each in told:
            say(f"{each['code']}: {harmless(str(each['sentence']))}")
        for following in sorted({next_command(each.code, each.facts) for each in found.faults}):
            say(f"  → {following}")
        count = number(len(told))
        say(here.text(f"{count} lỗi", f"{count} faults") if told else here.text("không có lỗi", "no faults"))
    if told:
        raise Ended(8)


@command.command("replay")
@click.argument("selection", nargs=-1)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def replay(ctx: click.Context, selection: tuple[str, ...], as_json: bool) -> None:
    """Đọc lại mọi bản gốc, không cần mạng; phải ra đúng như đang giữ / read everything again, without network.

    \b
    Ví dụ / examples:
      kho store replay
      kho store replay province:40
    """
    import msgspec

    here = desk(ctx)
    federation = here.federation()
    chosen = {source.id for source in here.chosen(federation, selection)} if selection else None
    with here.store(federation) as store:
        names = [name for name in sorted(store.log.sources()) if chosen is None or name in chosen]
        done = store.replay(names)
        reached = _map_again(here, federation, store, names)
    if as_json:
        data(msgspec.to_builtins(done))
    else:
        _tell_replay(here, done)
    if not reached:
        raise Ended(6)
    if done.differences:
        raise Ended(8)


def _map_again(here: Desk, federation: Federation, store: Store, names: list[str]) -> bool:
    from index import IndexUnreachableError, map_again

    reached = False
    for engine in here.engines(federation):
        try:
            map_again(store.log, engine, origins(federation, store), names)
            reached = True
        except IndexUnreachableError as error:
            tell_index(error, here.language)
        finally:
            engine.close()
    return reached


def _tell_replay(here: Desk, done: Any) -> None:
    import msgspec

    from harvester import sentence

    for each in done.differences:
        say(harmless(sentence("replay_differs", msgspec.to_builtins(each), here.language)))
    read, erased, differing = number(done.read), number(done.erased), number(len(done.differences))
    say(
        here.text(
            f"đọc lại {read} bản ghi, {erased} đã xoá, {differing} chỗ khác",
            f"read {read} records again, {erased} erased, {differing} differences",
        )
    )


@command.command("compact")
@click.option(
    "--keep-days", type=click.IntRange(min=0), default=180, help="giữ bằng chứng bao nhiêu ngày / of evidence"
)
@click.pass_context
def compact(ctx: click.Context, keep_days: int) -> None:
    """Bỏ trang giữ lại đã cũ, trả chỗ trống; không bao giờ bỏ bản gốc / give room back; never a body of a record.

    \b
    Ví dụ / examples:
      kho store compact
      kho store compact --keep-days 30
    """
    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        done = store.compact(keep_days)
    gone = number(done.kept + done.rejected)
    left = number(done.leftovers)
    say(
        here.text(
            f"bỏ {gone} bằng chứng cũ, {left} dòng thừa", f"removed {gone} pieces of old evidence, {left} leftovers"
        )
    )
    if done.before:
        before, after = (number(-(-size // 1024)) for size in (done.before, done.after))
        say(f"{before} → {after} kB")


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
        raise click.UsageError(here.text("cần TỆP hoặc --done, một trong hai", "FILE or --done, one of the two"))
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
    say(here.text(f"kho bắt đầu đời (epoch) mới {epoch}", f"a new epoch {epoch} begins"))


def _restore(here: Desk, federation: Federation, file: Path, *, yes: bool) -> None:
    from harvester import restore

    address = federation.settings.store
    if not address.startswith("sqlite"):
        lines = f"pg_restore --clean --if-exists -j2 -d '{_hidden(address)}' {file} && kho store restore --done"
        raise click.UsageError(f"PostgreSQL: {lines}")
    if not file.is_file():
        raise click.BadParameter(here.text(f"không có tệp “{file}”", f"there is no file “{file}”"), param_hint="FILE")
    question = here.text(f"Thay kho {address} bằng {file}?", f"Replace the store {address} by {file}?")
    if not yes and not click.confirm(question, err=True):
        raise Ended(130)
    done = restore(address, file, take_downs=here.take_downs)
    say(here.text(f"đã phục hồi đến thay đổi {done.sequence}", f"restored up to change {done.sequence}"))
    if done.aside:
        say(here.text(f"kho cũ giữ ở {done.aside}", f"the old store is kept in {done.aside}"))


def _hidden(address: str) -> str:
    """Return an address as PostgreSQL's own programs read it, without its password."""
    head, mark, rest = address.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{head.partition('+')[0]}{mark}{user.partition(':')[0]}{at}{host}"
