"""Tìm học liệu / find learning resources."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, Ended, desk, tell_index
from ._output import data, harmless, number, say, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index import Correction, Engine, Filter, Hits, Query, Range

_TAGS = re.compile(r"</?mark>")


@click.command("search")
@click.argument("words", nargs=-1)
@click.option("--filter", "filters", multiple=True, metavar="FIELD=VALUE", help="lọc / filter (grade=9)")
@click.option("--not", "excluded", multiple=True, metavar="FIELD=VALUE", help="loại ra / filter out (type=de_thi)")
@click.option("--has", multiple=True, metavar="FIELD", help="phải nêu trường này / must state this field")
@click.option("--missing", multiple=True, metavar="FIELD", help="không nêu trường này / must not state this field")
@click.option("--range", "ranges", multiple=True, metavar="FIELD=FROM..TO", help="khoảng / range")
@click.option("--facet", "facets", multiple=True, metavar="FIELD", help="đếm theo trường / count by field")
@click.option("--sort", type=click.Choice(["relevance", "-modified", "title"]), default="relevance")
@click.option("--size", type=click.IntRange(1, 100), default=10)
@click.option("--page", type=click.IntRange(1), default=1)
@click.option("--exact", is_flag=True, help="phân biệt dấu / marks must match")
@click.option("--cursor", default="", help="đi tiếp từ trang trước / go on from a page (--json)")
@click.option("--explain", is_flag=True, help="vì sao tìm thấy / why each was found")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    filters: tuple[str, ...],
    excluded: tuple[str, ...],
    has: tuple[str, ...],
    missing: tuple[str, ...],
    ranges: tuple[str, ...],
    facets: tuple[str, ...],
    sort: Any,
    size: int,
    page: int,
    exact: bool,
    cursor: str,
    explain: bool,
    as_json: bool,
) -> None:
    """Tìm trong chỉ mục, gõ có dấu hoặc không dấu / search the index, with or without marks.

    \b
    Ví dụ / examples:
      kho search phương trình bậc hai
      kho search "dinh luat" --filter grade=9 --facet type
      kho search toán -- -sgk 'title:"bậc hai"'
      kho search --missing licence --range issued=2024..2025-06 --sort title
    """
    from index import FACETS, LACKABLE, Helper, IndexUnreachableError, Query, QuestionError

    here = desk(ctx)
    federation = here.federation()
    _known(here, "--facet", facets, FACETS)
    _known(here, "--has", has, LACKABLE)
    _known(here, "--missing", missing, LACKABLE)
    query = Query(
        words=" ".join(words),
        filters=(*_filters(here, "--filter", filters, FACETS), *_filters(here, "--not", excluded, FACETS)),
        ranges=_ranges(here, ranges),
        has=has,
        missing=missing,
        facets=facets,
        sort=sort,
        size=size,
        page=page,
        accent="exact" if exact else "fold",
        cursor=cursor,
        highlight=True,
        year=datetime.now(UTC).year,
    )
    for engine in here.engines(federation):
        try:
            hits = engine.search(query)
            meant = Helper(engine).did_you_mean(query, hits.total)
        except QuestionError as error:
            raise click.UsageError(str(error)) from error
        except IndexUnreachableError as error:
            tell_index(error, here.language)
            continue
        show(here, hits, meant, asked=query if explain else None, as_json=as_json)
        return
    raise Ended(6)


def _known(here: Desk, option: str, stated: Iterable[str], fields: Sequence[str], form: str = "") -> None:
    """Refuse a field that is none of these, and name the nearest."""
    from harvester import nearest

    for field in stated:
        if field not in fields:
            near = nearest(field, fields)
            hint = here.text(f" (ý bạn là “{near}”?)", f" (did you mean “{near}”?)") if near else ""
            raise click.UsageError(f"{option} {field}: {form}{', '.join(fields)}{hint}")


def _filters(here: Desk, option: str, stated: tuple[str, ...], fields: tuple[str, ...]) -> tuple[Filter, ...]:
    from index import Filter

    found: dict[str, list[str]] = {}
    for text in stated:
        field, mark, value = text.partition("=")
        _known(here, option, [field if mark else text], fields, "FIELD=VALUE, ")
        found.setdefault(field, []).append(value)
    return tuple(Filter(field, tuple(values), option == "--not") for field, values in found.items())


def _ranges(here: Desk, stated: tuple[str, ...]) -> tuple[Range, ...]:
    from index import RANGES, RangeError, range_of

    found = []
    for text in stated:
        field, _, ends = text.partition("=")
        _known(here, "--range", [field], RANGES, "FIELD=FROM..TO, ")
        low, _, high = ends.partition("..") if ".." in ends else (ends, "", ends)
        try:
            found.append(range_of(field, low, high))
        except RangeError as error:
            raise click.UsageError(f"--range {text}: {error.sentence(here.language)}") from error
    return tuple(found)


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


def show(here: Desk, hits: Hits, meant: Correction | None = None, *, asked: Query | None = None, as_json: bool) -> None:
    """Print hits: title, where it stands, key, and why where a question is handed in; and what may be meant."""
    import msgspec

    from index import why
    from mappings import label

    resources = [msgspec.json.decode(hit.stored) for hit in hits.hits]
    reasons = [why(asked, hit, here.language) if asked else "" for hit in hits.hits]
    if as_json:
        facets = {facet.field: {each.value: each.count for each in facet.values} for facet in hits.facets}
        better = {"q": meant.words, "total": meant.total} if meant else None
        if asked:
            resources = [{**each, "explain": reason} for each, reason in zip(resources, reasons, strict=True)]
        answer = {"total": hits.total, "items": resources, "facets": facets, "did_you_mean": better}
        data({**answer, "cursor": hits.cursor} if hits.cursor else answer)
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
    for row, reason in zip(rows, reasons, strict=True):
        if reason:
            say(f"{row[3]}: {reason}")
    for facet in hits.facets:
        is_source = facet.field == "source"
        named = {v.value: v.value if is_source else label(facet.field, v.value, here.language) for v in facet.values}
        counted = ", ".join(f"{named[each.value]} {number(each.count)}" for each in facet.values)
        say(f"{facet.field}: {counted}")


def _rows(here: Desk, rows: list[tuple[str, str, str, str]]) -> None:
    """Three lines a hit on a terminal, where a key must stay in one piece; a table of one line a hit in a pipe."""
    if not sys.stdout.isatty():
        table(here.text("nhan đề|thuộc|nguồn|khoá", "title|about|source|key").split("|"), rows)
        return
    for place, row in enumerate(rows, 1):
        title, about, source, key = (harmless(cell) for cell in row)
        click.echo(f"{place:>2}. {click.style(title, bold=True)}")
        click.echo(f"    {about}" if about else "", nl=bool(about))
        click.echo(f"    {source} · {key}")
