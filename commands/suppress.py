"""Gỡ xuống theo yêu cầu, bền mãi / take-downs that last."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, Ended, desk, origins
from ._output import data, number, say, stamp, table, when
from ._usage import Verbs

if TYPE_CHECKING:
    from harvester import Federation, Store, StoreError, TakeDown
    from index import Engine


@click.group("suppress", cls=Verbs)
def command() -> None:
    """Ẩn một học liệu, cả nguồn, hay một nội dung, ở mọi nơi và mãi mãi / hide a resource, a source or a content.

    \b
    Ví dụ / examples:
      kho suppress add bol3hrtvady4owhx6xefxqy4wa --reason "yêu cầu của nhà trường 12/2026"
      kho suppress list
    """


def _target(function: Any) -> Any:
    for option in (
        # The promise is a minute; an index that another process is writing follows the log to its end by itself.
        click.option(
            "--wait", type=click.IntRange(0), default=60, help="giây chờ một chỉ mục / seconds to wait for an index"
        ),
        click.option("--content", "content", metavar="HASH", help="mọi bản có nội dung này / all that say the same"),
        click.option("--source", "source", metavar="ID", help="cả nguồn / all of a source"),
        click.argument("key", required=False),
    ):
        function = option(function)
    return function


@command.command("add")
@_target
@click.option("--reason", required=True, help="vì sao, ai yêu cầu / why, and who asked")
@click.option("--erase", is_flag=True, help="ghi đè cả bản gốc, giữ mã băm / overwrite what was said, keep its hash")
@click.option("--dry-run", is_flag=True, help="chỉ đếm / count only")
@click.option("--yes", is_flag=True, help="không hỏi lại / do not ask")
@click.pass_context
def add(
    ctx: click.Context,
    key: str | None,
    source: str | None,
    content: str | None,
    reason: str,
    erase: bool,
    dry_run: bool,
    yes: bool,
    wait: int,
) -> None:
    """Ẩn KHOÁ hay NGUỒN:IDENTIFIER khỏi mọi chỉ mục, trang và bản xuất / hide it everywhere.

    \b
    Ví dụ / examples:
      kho suppress add thu-vien-truong:oai:thuvien.truong.example:123456789/623 --reason "có ảnh học sinh" --erase
      kho suppress add --source thu-vien-truong --reason "chờ thoả thuận"
    """
    import msgspec

    here = desk(ctx)
    federation = here.federation()
    if not " ".join(reason.split()):
        raise click.UsageError(here.text("--reason: cần nói vì sao, ai yêu cầu", "--reason: say why, and who asked"))
    with here.store(federation) as store:
        down = _down(here, federation, store, key, source, content)
        down = msgspec.structs.replace(down, reason=" ".join(reason.split()), erased=erase)
        hits = number(store.hits(down))
        if dry_run:
            say(here.text(f"sẽ ẩn {hits} bản ghi", f"would hide {hits} records"))
            return
        if erase and not yes:
            question = here.text(
                f"Ghi đè bản gốc của {hits} bản ghi, không lấy lại được?",
                f"Overwrite what {hits} records said, for good?",
            )
            if not click.confirm(question, err=True):
                raise Ended(130)
        unfinished = _take_down(store, down)
        say(here.text(f"đã ẩn {hits} bản ghi", f"hid {hits} records"))
        reached = take_effect(here, federation, store, wait, erase=erase)
        if erase:
            _name_copies(here, store)
    if unfinished is not None:
        raise unfinished
    if not reached:
        raise Ended(6)


def _take_down(store: Store, down: TakeDown) -> StoreError | None:
    """Hide it; returns why it could not be erased where only that failed: what is hidden must leave every index."""
    from harvester import StoreError

    try:
        store.take_down(down)
    except StoreError as error:
        if not any(each.target == down.target and each.unfinished for each in store.take_downs()):
            raise
        return error
    return None


@command.command("remove")
@_target
@click.pass_context
def remove(ctx: click.Context, key: str | None, source: str | None, content: str | None, wait: int) -> None:
    """Cho hiện lại / show again.

    \b
    Ví dụ / examples:
      kho suppress remove bol3hrtvady4owhx6xefxqy4wa
    """
    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        down = _down(here, federation, store, key, source, content)
        held = next((each for each in store.take_downs() if each.target == down.target), None)
        if held is None:
            raise click.UsageError(here.text("không có lệnh gỡ nào như thế", "there is no such take-down"))
        hits = number(store.hits(held))
        store.show_again(held)
        say(here.text(f"đã cho hiện lại {hits} bản ghi", f"{hits} records are shown again"))
        if held.erased:
            say(here.text("bản gốc đã ghi đè; lượt hỏi sau lấy lại", "overwritten; the next visit fetches it again"))
        reached = take_effect(here, federation, store, wait)
    if not reached:
        raise Ended(6)


@command.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Mọi lệnh gỡ, cũ trước / all take-downs, oldest first."""
    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        downs = store.take_downs()
        rows = [_plain(store, down) for down in downs]
    if as_json:
        data(rows)
        return
    headers = here.text(
        "lúc|khoá|nguồn|identifier|nội dung|xoá|đang ẩn|lý do", "at|key|source|identifier|content|erased|hits|reason"
    )
    cells = [
        (
            when(down.at),
            *(row[name] or "" for name in ("key", "source", "identifier", "content")),
            here.text("chưa xong", "unfinished") if row["unfinished"] else "✓" if row["erased"] else "",
            number(row["hits"]),
            row["reason"],
        )
        for down, row in zip(downs, rows, strict=True)
    ]
    table(headers.split("|"), cells, right=(6,))


def _plain(store: Store, down: TakeDown) -> dict[str, Any]:
    from harvester import key_of

    return {
        "at": stamp(down.at),
        "key": key_of(down.source, down.identifier) if down.source and down.identifier else None,
        "source": down.source,
        "identifier": down.identifier,
        "content": down.content.hex() if down.content else None,
        "reason": down.reason,
        "erased": down.erased,
        "unfinished": down.unfinished,
        "hits": store.hits(down),
    }


def _down(
    here: Desk, federation: Federation, store: Store, key: str | None, source: str | None, content: str | None
) -> TakeDown:
    """Say what is meant by a key, SOURCE:IDENTIFIER, ``--source`` or ``--content``; exactly one of them."""
    from harvester import TakeDown

    if sum(each is not None for each in (key, source, content)) != 1:
        raise click.UsageError("KEY | --source ID | --content HASH")
    at = store.database.now()
    if content is not None:
        return TakeDown(content=_hash(here, content), reason="", at=at)
    if source is not None:
        return TakeDown(source=_first_id(here, federation, store, source), reason="", at=at)
    name, mark, identifier = str(key).partition(":")
    if not mark:  # a key cannot be turned round: one that nothing has is a typing mistake
        change = store.log.record(name)
        if change is None:
            message = here.text(
                f"không có học liệu “{name}”; bản chưa có thì viết NGUỒN:IDENTIFIER",
                f"there is no resource “{name}”; write SOURCE:IDENTIFIER for one that has not come yet",
            )
            raise click.UsageError(message)
        name, identifier = change.source, change.identifier
    else:
        identifier = _as_read(here, identifier)
    first_id = _first_id(here, federation, store, name)
    return TakeDown(source=first_id, identifier=identifier, reason="", at=at)


def _as_read(here: Desk, identifier: str) -> str:
    """Return an identifier as a list would give it: without the white space of XML, and no longer than is accepted."""
    from harvester import LONGEST_IDENTIFIER

    found = identifier.strip(" \t\r\n")
    if not found or len(found.encode("utf-8", "replace")) > LONGEST_IDENTIFIER:
        message = here.text(
            f"identifier có từ 1 đến {LONGEST_IDENTIFIER} byte", f"an identifier has 1 to {LONGEST_IDENTIFIER} bytes"
        )
        raise click.UsageError(message)
    return found


def _hash(here: Desk, text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 16:
        raise click.UsageError(
            here.text(
                "HASH có 32 chữ số hệ 16; xem: kho show KHOÁ", "HASH has 32 hexadecimal digits; see: kho show KEY"
            )
        )
    return found


def _first_id(here: Desk, federation: Federation, store: Store, name: str) -> str:
    from harvester import nearest

    rows = store.log.sources()
    if name in rows:
        return rows[name].first_id
    source = federation.sources.get(name)
    if source is None:
        near = nearest(name, [*rows, *federation.sources])
        hint = here.text(f" (ý bạn là “{near}”?)", f" (did you mean “{near}”?)") if near else ""
        raise click.UsageError(here.text(f"không có nguồn “{name}”", f"there is no source “{name}”") + hint)
    if source.was in rows:  # it was renamed in the file and not harvested since
        return rows[source.was].first_id
    first_id = source.was or name
    other = next((each for each, row in rows.items() if row.first_id == first_id), None)
    if other is not None:
        message = here.text(
            f"nguồn “{name}” chưa gom lần nào, và bản ghi của “{other}” mang khoá theo tên “{first_id}”: lệnh gỡ sẽ ẩn"
            f" nhầm của “{other}”. Chạy kho harvest {name} trước",
            f"the source “{name}” was never harvested, and the records of “{other}” have their keys of the name"
            f" “{first_id}”: the take-down would hide those. Run kho harvest {name} first",
        )
        raise click.UsageError(message)
    return first_id


def take_effect(here: Desk, federation: Federation, store: Store, wait: int, *, erase: bool = False) -> bool:
    """Bring every index up to date now; one that another process writes is tried again. False: one was not reached."""
    reached = [_follow(here, federation, store, engine, wait, erase=erase) for engine in here.engines(federation)]
    return all(reached)


def _follow(here: Desk, federation: Federation, store: Store, engine: Engine, wait: int, *, erase: bool) -> bool:
    from index import IndexUnreachableError, forget, update

    end = time.monotonic() + wait
    while True:
        try:
            (forget if erase else update)(store.log, engine, origins(federation, store))
            return True
        except IndexUnreachableError as error:
            if time.monotonic() >= end:
                say(here.text(f"CHƯA gỡ khỏi chỉ mục {error}", f"NOT YET taken out of the index {error}"))
                say("  → kho index update")
                return False
            time.sleep(0.5)
        finally:
            engine.close()


def _name_copies(here: Desk, store: Store) -> None:
    """Name the copies of the store beside it: they still hold what was erased, and only people may remove them."""
    copies = store.copies()
    if copies:
        names = ", ".join(copies)
        say(
            here.text(
                f"bản sao còn giữ bản gốc, hãy tự xoá: {names}", f"these copies still hold it; remove them: {names}"
            )
        )
