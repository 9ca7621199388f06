"""Các lượt hỏi: xem, duyệt, bác, rút lại / visits: look, approve, reject, take back."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, Ended, desk, names_of
from ._learned import learn_encoding
from ._output import LEDGER, data, harmless, number, say, table, when
from ._usage import Verbs
from .harvest import update_indexes
from .status import plain_visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from harvester import Decided, Store

RENAMED = 5  # pairs of identifiers that are enough to see whether it is a renaming
MANY = 50  # rejected records and skipped ones shown to people; machines get all of them


@click.group("visits", cls=Verbs)
def command() -> None:
    """Xem các lượt hỏi và quyết định những gì đang chờ / look at visits and decide on what waits.

    \b
    Ví dụ / examples:
      kho visits list --open
      kho visits show 12
      kho visits approve 12
    """


@command.command("list")
@click.argument("selection", nargs=-1)
@click.option("--open", "open_only", is_flag=True, help="chỉ những lượt đang chờ / only those that wait")
@click.option("--limit", type=click.IntRange(min=1), default=50, help="nhiều nhất N lượt / N visits at most")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_(ctx: click.Context, selection: tuple[str, ...], open_only: bool, limit: int, as_json: bool) -> None:
    """Các lượt hỏi, mới trước / visits, newest first.

    \b
    Ví dụ / examples:
      kho visits list --open
      kho visits list thu-vien-so-tlu --limit 10
    """
    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        names = names_of(here, federation, store, selection)
        visits = store.inspection.visits(names, open_only=open_only, limit=limit)
    if as_json:
        data([_plain(here, visit) for visit in visits])
        return
    headers = here.text(
        "lượt|nguồn|kiểu|bắt đầu|kết quả|phán quyết|chờ|lý do", "visit|source|mode|started|outcome|verdict|open|reason"
    )
    cells = [
        (
            visit.id,
            visit.source,
            visit.mode,
            when(visit.started),
            visit.outcome or "",
            visit.verdict or "",
            "?" if _waits(visit) else "",
            plain_visit(here, visit)["reason"],
        )
        for visit in visits
    ]
    if not sys.stdout.isatty():
        table(headers.split("|"), cells, right=(0,))
        return
    # A column of sentences leaves no room for the others: they follow below.
    table(headers.split("|")[:-1], [row[:-1] for row in cells], right=(0,), whole=range(6), sparse=(6,))
    for visit, row in zip(visits, cells, strict=True):
        if row[-1] and visit.code not in ("whole", "same"):
            click.echo(harmless(f"{visit.id}: {row[-1]}"))
        if _waits(visit):
            click.echo(f"  → kho visits show {visit.id}")


def _waits(visit: Any) -> bool:
    return bool(visit.open and visit.mode != "undo")


def _plain(here: Desk, visit: Any) -> dict[str, Any]:
    more = {"open": _waits(visit), "superseded_by": visit.superseded_by, "undoes": visit.undoes}
    return {"source": visit.source, **plain_visit(here, visit), **more}


@command.command("show")
@click.argument("visit", type=int)
@click.option("--raw", is_flag=True, help="đúng các byte của bản ghi hỏng / the bytes of the rejected records")
@click.option("--page", type=int, help="đúng các byte của trang được giữ số K / the bytes of kept page K")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, visit: int, raw: bool, page: int | None, as_json: bool) -> None:
    """Sổ của một lượt, trang, sửa chữa, điều đã thấy, phần đang chờ, bản ghi hỏng / everything kept of a visit.

    \b
    Ví dụ / examples:
      kho visits show 12
      kho visits show 12 --raw > hong.xml
    """
    here = desk(ctx)
    with here.store(here.federation()) as store:
        store.inspection.visit(visit)
        if page is not None:
            _write_page(here, store, visit, page)
        elif raw:
            for record in store.inspection.rejected(visit):
                sys.stdout.buffer.write(record.body + b"\n")
        elif as_json:
            data(_everything(here, store, visit))
        else:
            _show(here, store, visit)


def _write_page(here: Desk, store: Store, visit: int, page: int) -> None:
    for kept in store.inspection.kept(visit):
        if kept.number == page and not kept.body:
            said = here.text("có bản ghi đã được gỡ xuống", "names a record that was taken down")
            raise click.UsageError(here.text(f"trang {page} {said}", f"page {page} {said}"))
        if kept.number == page:
            sys.stdout.buffer.write(kept.body)
            return
    raise click.UsageError(here.text(f"lượt {visit} không giữ trang {page}", f"visit {visit} kept no page {page}"))


def _everything(here: Desk, store: Store, number_: int) -> dict[str, Any]:
    """Return all that is kept of a visit, for machines."""
    import msgspec

    visit, look = store.inspection.visit(number_), store.inspection
    noticed = look.noticed(number_)
    return {
        **_plain(here, visit),
        "next": _next(visit),
        "pages": visit.pages,
        "repairs": visit.repairs,
        "noticed": [{"code": code, **_told(here, visit, code, facts)} for code, facts in noticed.items()],
        "renamed": msgspec.to_builtins(look.renamed(number_, RENAMED)) if _waits(visit) else [],
        "waiting": msgspec.to_builtins(look.waiting(number_)) if _waits(visit) else None,
        "kept": [
            {
                "number": page.number,
                **_told(here, visit, page.code, {"where": page.place, "repairs": page.repairs}),
                "code": page.code,
                "bytes": len(page.body),
            }
            for page in look.kept(number_)
        ],
        "rejected": [
            {
                "number": record.number,
                "identifier": record.identifier,
                "code": record.code,
                "reason": _told(here, visit, record.code, {})["reason"],
                "body": record.body.decode("utf-8", "backslashreplace"),
            }
            for record in look.rejected(number_)
        ],
        "skipped": [msgspec.to_builtins(record) for record in look.skipped(visit)],
    }


def _told(here: Desk, visit: Any, code: str, facts: dict[str, Any]) -> dict[str, Any]:
    from harvester import sentence

    said = sentence(code, {**facts, "source": visit.source, "visit": visit.id}, here.language)
    return {**facts, "reason": said}


def _next(visit: Any) -> str:
    from harvester import next_command

    facts = {**visit.facts, "source": visit.source, "visit": visit.id}
    return next_command(visit.code, facts) if visit.code else ""


def _show(here: Desk, store: Store, number_: int) -> None:
    """Print all that is kept of a visit, for people."""
    visit, look = store.inspection.visit(number_), store.inspection
    table(("", ""), [row for row in _head(here, store, visit) if row[1] not in ("", "0", None)])
    pages = list(look.kept(number_))
    if pages:
        click.echo("")
        headers = here.text("trang|lý do|sửa chữa|byte", "page|reason|repairs|bytes").split("|")
        said = [_told(here, visit, page.code, _facts_of_page(visit, page))["reason"] for page in pages]
        table(headers, [(page.number, why, _counts(here, page.repairs), number(len(page.body)))
                        for page, why in zip(pages, said, strict=True)], right=(0, 3))  # fmt: skip
    rejected = list(islice(look.rejected(number_), MANY))
    if rejected:
        click.echo("")
        headers = here.text("số|identifier|lý do", "number|identifier|reason").split("|")
        table(headers, [(each.number, each.identifier or "–", _told(here, visit, each.code, {})["reason"])
                        for each in rejected], right=(0,))  # fmt: skip
    _show_skipped(here, store, visit)
    if _waits(visit) and visit.code == "renamed":
        click.echo("")
        headers = here.text("định danh cũ|định danh mới", "former identifier|new identifier").split("|")
        table(headers, [(each.former, each.identifier) for each in look.renamed(number_, RENAMED)])
    _decisions(here, visit)


def _head(here: Desk, store: Store, visit: Any) -> list[tuple[str, Any]]:
    plain, text = plain_visit(here, visit), here.text
    noticed = [
        (text("đã thấy", "noticed"), _told(here, visit, code, facts)["reason"] + _times(facts))
        for code, facts in store.inspection.noticed(visit.id).items()
        if code != visit.code
    ]
    return [
        (text("lượt", "visit"), visit.id),
        (text("nguồn", "source"), visit.source),
        (text("kiểu", "mode"), visit.mode),
        (text("bắt đầu", "started"), when(visit.started)),
        (text("kết thúc", "ended"), when(visit.ended)),
        (text("kết quả", "outcome"), visit.outcome or text("bị ngắt", "interrupted")),
        (text("phán quyết", "verdict"), visit.verdict),
        (text("lý do", "reason"), plain["reason"]),
        (text("thay bởi lượt", "superseded by"), visit.superseded_by),
        (text("rút lại lượt", "takes back"), visit.undoes),
        *((text(LEDGER[name], name), number(count)) for name, count in plain["ledger"].items()),
        (text("số trang", "pages"), number(visit.pages)),
        (text("sửa chữa", "repairs"), _counts(here, visit.repairs)),
        *noticed,
        *(_waiting(here, store, visit) if _waits(visit) else ()),
    ]


def _facts_of_page(visit: Any, page: Any) -> dict[str, Any]:
    """Return what is known of a kept page; of the page that ended the visit its reason knows more."""
    return {"detail": "…", **(visit.facts if page.code == visit.code else {}), "where": page.place}


def _times(facts: dict[str, Any]) -> str:
    return f" (×{facts['count']})" if facts.get("count", 1) > 1 else ""


def _counts(here: Desk, repairs: dict[str, int]) -> str:
    """Say each repair in words, as ``kho harvest`` does."""
    from harvester import sentence

    said = ((sentence(name, {}, here.language).rstrip("."), count) for name, count in sorted(repairs.items()))
    return "; ".join(f"{name} (×{count})" for name, count in said)


def _waiting(here: Desk, store: Store, visit: Any) -> list[tuple[str, str]]:
    waiting = store.inspection.waiting(visit.id)
    words = {
        "additions": here.text("chờ thêm, sửa", "additions and edits that wait"),
        "removals": here.text("chờ gỡ", "removals that wait"),
        "missing": here.text("chờ ghi vắng", "missing that wait"),
    }
    rows = [(said, number(getattr(waiting, name)), waiting.examples.get(name, [])) for name, said in words.items()]
    return [(said, f"{count}: {', '.join(some)}{'…' if len(some) == 10 else ''}") for said, count, some in rows if some]


def _show_skipped(here: Desk, store: Store, visit: Any) -> None:
    skipped = store.inspection.skipped(visit)
    if skipped:
        click.echo("")
        headers = here.text("khoá|identifier giữ nguyên", "key|identifier left alone").split("|")
        table(headers, [(each.key, each.identifier) for each in skipped[:MANY]], whole=(0,))
        if len(skipped) > MANY:
            rest = number(len(skipped) - MANY)
            say(here.text(f"còn {rest} bản nữa: --json", f"{rest} more: --json"))


def _decisions(here: Desk, visit: Any) -> None:
    if not _waits(visit):
        return
    say(here.text("Quyết định:", "Decide:"))
    if visit.code == "renamed":
        say(f"  → kho visits approve {visit.id} --rekey")
    say(f"  → kho visits approve {visit.id}")
    say(f"  → kho visits reject {visit.id}")


_NO_INDEX = click.option("--no-index", is_flag=True, help="không cập nhật chỉ mục / leave the indexes")


@command.command("approve")
@click.argument("visit", type=int)
@click.option(
    "--rekey", is_flag=True, help="nối bản ghi đổi định danh với bản cũ / link renamed records to the old ones"
)
@_NO_INDEX
@click.pass_context
def approve(ctx: click.Context, visit: int, rekey: bool, no_index: bool) -> None:
    """Công bố phần đang chờ của một lượt / publish what waits of a visit.

    \b
    Ví dụ / examples:
      kho visits approve 12
      kho visits approve 12 --rekey
    """
    from harvester import approve

    _decide(ctx, lambda store: approve(store, visit, rekey=rekey), no_index)


@command.command("reject")
@click.argument("visit", type=int)
@click.pass_context
def reject(ctx: click.Context, visit: int) -> None:
    """Bỏ phần đang chờ; lượt sau hỏi lại toàn bộ / drop what waits; the next visit asks for everything.

    \b
    Ví dụ / examples:
      kho visits reject 12
    """
    from harvester import reject

    _decide(ctx, lambda store: reject(store, visit), no_index=True)


@command.command("undo")
@click.argument("visit", type=int)
@_NO_INDEX
@click.pass_context
def undo(ctx: click.Context, visit: int, no_index: bool) -> None:
    """Rút lại những gì một lượt đã công bố, kể cả một lần rút lại / take back what a visit published, also an undo.

    \b
    Ví dụ / examples:
      kho visits undo 12
    """
    from harvester import take_back

    _decide(ctx, lambda store: take_back(store, visit), no_index)


def _decide(ctx: click.Context, decision: Callable[[Store], Decided], no_index: bool) -> None:
    from harvester import next_command, sentence

    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        decided = decision(store)
        learn_encoding(here, store, store.inspection.visit(decided.visit).source)
        reached = no_index or update_indexes(here, federation, store)
        say(sentence(decided.code, decided.facts, here.language))
        if decided.hidden:
            say(sentence("take_down_followed", {"count": decided.hidden}, here.language))
            say(f"  → {next_command('take_down_followed', {})}")
        _show_skipped(here, store, store.inspection.visit(decided.visit))
    following = next_command(decided.code, decided.facts)
    if following:
        say(f"  → {following}")
    if not reached:
        raise Ended(6)
