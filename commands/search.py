"""Tìm học liệu / find learning resources."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, Ended, desk, tell_index
from ._output import data, harmless, number, say, table

if TYPE_CHECKING:
    from index import Correction, Engine, Filter, Hits

_TAGS = re.compile(r"</?mark>")


@click.command("search", short_help="tìm / find")
@click.argument("words", nargs=-1)
@click.option("--filter", "filters", multiple=True, metavar="FIELD=VALUE", help="lọc / filter (grade=9)")
@click.option("--facet", "facets", multiple=True, metavar="FIELD", help="đếm theo trường / count by field")
@click.option("--sort", type=click.Choice(["relevance", "-modified", "title"]), default="relevance")
@click.option("--size", type=click.IntRange(1, 100), default=10)
@click.option("--page", type=click.IntRange(1), default=1)
@click.option("--exact", is_flag=True, help="phân biệt dấu / marks must match")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    filters: tuple[str, ...],
    facets: tuple[str, ...],
    sort: Any,
    size: int,
    page: int,
    exact: bool,
    as_json: bool,
) -> None:
    """Tìm trong chỉ mục, gõ có dấu hoặc không dấu / search the index, with or without marks.

    \b
    Ví dụ / examples:
      kho search phương trình bậc hai
      kho search "dinh luat" --filter grade=9 --facet type
    """
    from index import FACETS, Helper, IndexUnreachableError, LimitExceededError, Query

    here = desk(ctx)
    federation = here.federation()
    asked = _filters(here, filters, FACETS)
    for facet in facets:
        if facet not in FACETS:
            raise click.UsageError(f"--facet {facet}: {', '.join(FACETS)}")
    query = Query(
        words=" ".join(words),
        filters=asked,
        facets=facets,
        sort=sort,
        size=size,
        page=page,
        accent="exact" if exact else "fold",
        highlight=True,
    )
    for engine in here.engines(federation):
        try:
            hits = engine.search(query)
            meant = Helper(engine).did_you_mean(query, hits.total)
        except LimitExceededError as error:
            raise click.UsageError(str(error)) from error
        except IndexUnreachableError as error:
            tell_index(error, here.language)
            continue
        show(here, hits, meant, as_json=as_json)
        return
    raise Ended(6)


def _filters(here: Desk, stated: tuple[str, ...], fields: tuple[str, ...]) -> tuple[Filter, ...]:
    from harvester import nearest
    from index import Filter

    found: dict[str, list[str]] = {}
    for text in stated:
        field, mark, value = text.partition("=")
        if not mark or field not in fields:
            near = nearest(field, fields)
            hint = here.text(f" (ý bạn là “{near}”?)", f" (did you mean “{near}”?)") if near else ""
            raise click.UsageError(f"--filter {text}: FIELD=VALUE, {', '.join(fields)}{hint}")
        found.setdefault(field, []).append(value)
    return tuple(Filter(field, tuple(values)) for field, values in found.items())


def first_reachable(here: Desk, engines: list[Engine]) -> Engine | None:
    """Return the first index that can be read; one that cannot be reached is named and passed over."""
    from index import IndexUnreachableError

    for engine in engines:
        try:
            if engine.readable():
                return engine
        except IndexUnreachableError as error:
            tell_index(error, here.language)
    return None


def show(here: Desk, hits: Hits, meant: Correction | None = None, *, as_json: bool) -> None:
    """Print hits: title with what was found in bold, where it stands, key; and the question that may be meant."""
    import msgspec

    from mappings import label

    resources = [msgspec.json.decode(hit.stored) for hit in hits.hits]
    if as_json:
        facets = {facet.field: {each.value: each.count for each in facet.values} for facet in hits.facets}
        better = {"q": meant.words, "total": meant.total} if meant else None
        data({"total": hits.total, "items": resources, "facets": facets, "did_you_mean": better})
        return
    say(here.text(f"{number(hits.total)} học liệu", f"{number(hits.total)} resources"))
    if meant:
        found = number(meant.total)
        say(
            here.text(
                f"Ý bạn là “{meant.words}”? ({found} học liệu)", f"Did you mean “{meant.words}”? ({found} resources)"
            )
        )
    rows = []
    for resource in resources:
        tags = [label("subject", each, here.language) for each in resource.get("subject", ())]
        tags += [label("grade", each, here.language) for each in resource.get("grade", ())]
        tags += [label("type", each, here.language) for each in resource.get("type", ())]
        rows.append((resource["title"], " · ".join(tags), resource["source"], resource["key"]))
    if rows:
        _rows(here, rows)
    for facet in hits.facets:
        is_source = facet.field == "source"
        named = {v.value: v.value if is_source else label(facet.field, v.value, here.language) for v in facet.values}
        counted = ", ".join(f"{named[each.value]} {number(each.count)}" for each in facet.values)
        say(f"{facet.field}: {counted}")


def _rows(here: Desk, rows: list[tuple[str, str, str, str]]) -> None:
    """Three lines a hit on a terminal, where a key must stay in one piece; a table of one line a hit in a pipe."""
    if not sys.stdout.isatty():
        table(here.text("nhan_đề thuộc nguồn khoá", "title about source key").split(), rows)
        return
    for place, row in enumerate(rows, 1):
        title, about, source, key = (harmless(cell) for cell in row)
        click.echo(f"{place:>2}. {click.style(title, bold=True)}")
        click.echo(f"    {about}" if about else "", nl=bool(about))
        click.echo(f"    {source} · {key}")
