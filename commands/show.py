"""Cho xem một học liệu và đường về nguồn / show one resource and its way back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, desk, origins
from ._output import data, harmless, table
from ._output import when as written
from ._repairs import explained

if TYPE_CHECKING:
    from harvester import Change, Store
    from mappings import Mapped


@click.command("show")
@click.argument("key")
@click.option("--raw", is_flag=True, help="đúng những gì nguồn đã nói / what the source said, byte for byte")
@click.option("--explain", is_flag=True, help="luật nào tạo ra giá trị nào / which rule made which value")
@click.option("--history", is_flag=True, help="những gì đã xảy ra / what happened to it")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def command(ctx: click.Context, key: str, raw: bool, explain: bool, history: bool, as_json: bool) -> None:
    """Một học liệu theo khoá hoặc NGUỒN:IDENTIFIER / one resource by its key or SOURCE:IDENTIFIER.

    \b
    Ví dụ / examples:
      kho show bol3hrtvady4owhx6xefxqy4wa --explain
      kho show thu-vien-truong:oai:thuvien.truong.example:123456789/623 --raw
    """
    from mappings import map_record

    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        change = _find(store, key)
        if change is None:
            raise click.UsageError(here.text(f"không có học liệu “{key}”", f"there is no resource “{key}”"))
        happened = store.log.history(change.key) if history else []
        successor = store.log.renamed_to(change) if change.presence == "withdrawn" else None
        known = origins(federation, store)
    if history:
        names = ["" if change.suppressed else row.identifier for row in happened]
        rows = [
            (row.sequence, row.visit, written(row.when), row.presence, name)
            for row, name in zip(happened, names, strict=True)
        ]
        headers = here.text("thay đổi|lượt|lúc|tình trạng|identifier", "sequence|visit|when|presence|identifier")
        table(headers.split("|"), rows, right=(0, 1))
        return
    if change.suppressed or change.raw is None:
        state = "suppressed" if change.suppressed else change.presence if change.presence == "withdrawn" else "erased"
        renamed = f"\t→ kho show {successor}" if successor else ""
        name = "" if change.suppressed else harmless(change.identifier)
        click.echo(f"{change.key}\t{change.source}\t{name}\t{state}{renamed}")
        return
    if raw:
        sys.stdout.buffer.write(change.raw.body + b"\n")
        return
    mapped = map_record(change.raw, known[change.source], explain=True)
    shown = {**public(change, mapped), "content": change.content.hex()}  # what ``kho suppress add --content`` asks for
    if as_json:
        data(shown)
    elif explain:
        rows_ = [
            (each.field, each.value, each.rule, each.path, each.words)
            for each in explained(federation, change.source, mapped)
        ]
        table(explained_headers(here), rows_)
    else:
        table(("", ""), [(name, plain(value)) for name, value in shown.items() if value])


def explained_headers(here: Desk) -> list[str]:
    """Return the headings of explanations: field, value, rule, path, words of the source."""
    return here.text("trường|giá trị|luật|đường dẫn|lời của nguồn", "field|value|rule|path|words").split("|")


def _find(store: Store, key: str) -> Change | None:
    source, mark, identifier = key.partition(":")
    return store.log.record_of(source, identifier) if mark else store.log.record(key)


def public(change: Change, mapped: Mapped) -> dict[str, Any]:
    """Return a resource as plain data, with its status and what was not understood."""
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(mapped.resource) if mapped.resource else {}
    state = "shown" if mapped.resource else "quarantined"
    head = {"key": change.key, "source": change.source, "identifier": change.identifier, "status": state}
    if mapped.quarantine:
        head["reason"] = mapped.quarantine
    problems = [msgspec.to_builtins(problem) for problem in mapped.problems]
    return {**head, **found, **({"problems": problems} if problems else {})}


def plain(value: Any) -> str:
    """Write a value of the common schema on one line."""
    if isinstance(value, list | tuple):
        return "; ".join(plain(item) for item in value)
    if isinstance(value, dict):
        return " ".join(f"{item}" for item in value.values() if item)
    return str(value)
