"""Ánh xạ hiểu được gì và chưa hiểu gì / what mapping understands, and what it does not yet."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, desk, origins
from ._output import data, number, one_line, say, table
from ._repairs import advised, repairs_of, tell_repairs
from ._sampling import parts_of, sampled_of, shares, size_of, tell_sample
from ._usage import Verbs

if TYPE_CHECKING:
    from mappings import Counts, Question

LINES = 50  # of a table for people; machines get all of them
# The fields that people find learning resources by; --json has all.
SHOWN = ("title", "creator", "issued", "description", "publisher", "subject", "grade", "level", "type", "licence")


@click.group("mapping", cls=Verbs)
def command() -> None:
    """Đếm những gì ánh xạ hiểu và chưa hiểu / count what mapping understands, and what it does not yet.

    \b
    Ví dụ / examples:
      kho mapping problems
      kho mapping values type --unmapped --paste
      kho mapping coverage province:40
      kho mapping diff --tables bang-moi
    """


@command.command("problems")
@click.argument("selection", nargs=-1)
@click.option("--all", "every", is_flag=True, help="mọi bản ghi, không lấy mẫu / all records, no sample")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def problems(ctx: click.Context, selection: tuple[str, ...], every: bool, as_json: bool) -> None:
    """Những vấn đề khi ánh xạ, nhiều nhất trước / what was not understood, the most frequent first.

    Sau đó là các dòng mapping: của sources.yaml không có tác dụng hay mâu thuẫn nhau / then the lines of mapping: in
    sources.yaml that were of no use or contradict each other.
    """
    from mappings import PROBLEMS, Problem, Question, problem_sentence

    here = desk(ctx)
    counts, sampled = _counted(here, Question("problems"), selection, every=every)
    repairs = _repairs(here, selection, every=every)
    records = counts.pop(("records",), (0, []))[0]
    rows: list[dict[str, Any]] = []
    for (severity, code, field, path), (count, examples) in _frequent(counts):
        problem = Problem(code, field, path, examples[0][1], PROBLEMS[code].severity)
        rows.append(
            {
                "severity": severity,
                "code": code,
                "field": field,
                "path": path,
                "count": count,
                "action": problem_sentence(problem, here.language, action=True),
                "examples": [{"key": key, "value": value} for key, value in examples],
            }
        )
    if as_json:
        data({"records": records, "sampled": sampled, "problems": rows, "repairs": repairs})
        return
    headers = here.text("số|mức|mã|trường|đường dẫn|ví dụ", "count|severity|code|field|path|example").split("|")
    cells = [
        (number(row["count"]), row["severity"], row["code"], row["field"], row["path"], _example(row["examples"]))
        for row in rows
    ]
    table(headers, _shortened(here, cells), right=(0,), whole=(2,))
    for code, action in dict.fromkeys((row["code"], row["action"]) for row in rows[:LINES]):
        say(f"{code}\n  → {one_line(action)}")
    tell_repairs(here, repairs)
    _tell(here, records, sampled)


@command.command("values")
@click.argument("field")
@click.argument("selection", nargs=-1)
@click.option("--raw", is_flag=True, help="đúng lời của nguồn / the words of the sources")
@click.option("--unmapped", is_flag=True, help="chỉ những lời chưa hiểu / only words that were not understood")
@click.option("--paste", is_flag=True, help="thành dòng để dán vào bảng / as lines to paste into the table")
@click.option("--all", "every", is_flag=True, help="mọi bản ghi, không lấy mẫu / all records, no sample")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def values(
    ctx: click.Context,
    field: str,
    selection: tuple[str, ...],
    raw: bool,
    unmapped: bool,
    paste: bool,
    every: bool,
    as_json: bool,
) -> None:
    """Các giá trị của một trường, nhiều nhất trước / the values of a field, the most frequent first."""
    from harvester import nearest
    from mappings import FIELDS, Question, names

    here = desk(ctx)
    if field not in FIELDS:
        near = nearest(field, FIELDS)
        said = here.text(f"không có trường “{field}”", f"there is no field “{field}”")
        hint = here.text(f" (ý bạn là “{near}”?)", f" (did you mean “{near}”?)")
        raise click.UsageError(said + (hint if near else f"; {here.text('có', 'there are')}: {', '.join(FIELDS)}"))
    if paste and field not in names():
        said = here.text(f"trường “{field}” không có bảng từ", f"there is no table of words for “{field}”")
        raise click.UsageError(f"{said}: {', '.join(names())}")
    if paste and not unmapped:
        raise click.UsageError(here.text("--paste cần --unmapped", "--paste needs --unmapped"))
    kind = "unmapped" if unmapped else "raw" if raw else "values"
    counts, sampled = _counted(here, Question(kind, field), selection, every=every)
    rows = _frequent(counts)
    if paste:
        for line in _lines_to_paste(rows):
            click.echo(line)
        return
    if as_json:
        found = [
            {
                "value": words[-1],
                **({"path": words[0]} if len(words) > 1 else {}),
                "count": count,
                "key": examples[0][0],
            }
            for words, (count, examples) in rows
        ]
        data({"field": field, "sampled": sampled, "values": found})
        return
    headers = here.text("số|giá trị|nhãn|đường dẫn|ví dụ", "count|value|label|path|example").split("|")
    cells = [
        (number(count), words[-1], _label(here, field, words), words[0] if len(words) > 1 else "", examples[0][0])
        for words, (count, examples) in rows
    ]
    table(headers, _shortened(here, cells), right=(0,), whole=(4,), sparse=(2, 3))
    _tell(here, None, sampled)


@command.command("coverage")
@click.argument("selection", nargs=-1)
@click.option("--all", "every", is_flag=True, help="mọi bản ghi, không lấy mẫu / all records, no sample")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def coverage(ctx: click.Context, selection: tuple[str, ...], every: bool, as_json: bool) -> None:
    """Mỗi nguồn khai gì, Kho suy ra gì, và điểm / what each source states, what Kho infers, a score.

    Điểm: một bản ghi trung bình có bao nhiêu phần trăm của sáu yếu tố mà Thông tư 24/2011 đòi hỏi / how many of the six
    elements that Circular 24/2011 asked for an average record has, in per cent.
    """
    from mappings import Question, covered

    here = desk(ctx)
    counts, sampled = _counted(here, Question("coverage"), selection, every=every)
    rows = covered(counts)
    if as_json:
        data({"sampled": sampled, "sources": rows})
        return
    names = here.text("nguồn|bản ghi|điểm", "source|records|score").split("|")
    cells = [
        (row["source"], number(row["records"]), f"{row['score']:.0f} %", *(_filled(row["fields"][n]) for n in SHOWN))
        for row in rows
    ]
    if sys.stdout.isatty():  # thirteen columns do not fit on a console
        _tell_coverage(here, _shortened(here, cells))
    else:
        table((*names, *SHOWN), cells, right=range(1, 3 + len(SHOWN)), whole=(0,))
    say(here.text("60+20 %: 60 % nguồn có khai, 20 % Kho suy ra", "60+20 %: stated in 60 %, inferred in 20 %"))
    _tell(here, None, sampled)


def _tell_coverage(here: Desk, cells: list[tuple[str, ...]]) -> None:
    """Print a paragraph for each source: its records and score, then the shares of its fields."""
    width = shutil.get_terminal_size().columns
    for name, records, score, *filled in cells:
        click.echo(here.text(f"{name}: {records} bản ghi, điểm {score}", f"{name}: {records} records, score {score}"))
        shares = (f"{field} {share or '–'}".replace(" ", "\u00a0") for field, share in zip(SHOWN, filled, strict=True))
        said = textwrap.fill(" · ".join(shares), width, initial_indent="  ", subsequent_indent="  ")
        click.echo(said.replace("\u00a0", " "))


@command.command("diff")
@click.argument("selection", nargs=-1)
@click.option(
    "--tables",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="thử thư mục bảng này thay cho tables/ / try this folder instead of tables/",
)
@click.option("--all", "every", is_flag=True, help="mọi bản ghi, không lấy mẫu / all records, no sample")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def diff(ctx: click.Context, selection: tuple[str, ...], folder: Path | None, every: bool, as_json: bool) -> None:
    """Điều gì sẽ khác, chưa ghi gì / what would change; nothing is written.

    Số đếm, rồi ví dụ với dòng của luật; không có --tables thì so các bảng hiện nay với chỉ mục / counts, then examples
    with the lines of the rules; without --tables the tables as they are now are compared with what the index holds.

    \b
    Ví dụ / examples:
      kho mapping diff
      kho mapping diff --tables bang-moi thu-vien-so-tlu
    """
    from . import _difference

    here = desk(ctx)
    answer = _difference.compare(here, selection, folder, every=every)
    if as_json:
        data(_difference.plain(answer))
        return
    _difference.tell(here, answer)
    tell_sample(here, answer.sampled)


# --- the stream -------------------------------------------------------------------------------------------------------


def _repairs(here: Desk, selection: tuple[str, ...], *, every: bool) -> list[dict[str, Any]]:
    """Look which lines of ``mapping:`` were of use in the records of the selected sources that have any."""
    from mappings import Question

    federation = here.federation()
    known = advised(federation)
    if not known:
        return []
    with here.store(federation) as store:
        chosen = shares(here, federation, store, selection, every=True)
        sets = {name: row.set_names for name, row in store.log.sources().items()}
    names = tuple(name for name in known if name in chosen)
    counts = _counted(here, Question("repairs"), names, every=every)[0] if names else {}
    return [row for name in names for row in repairs_of(federation, name, counts, sets.get(name, {}))]


def _counted(here: Desk, question: Question, selection: tuple[str, ...], *, every: bool) -> tuple[Counts, list[str]]:
    """Map what is held of the selected sources; returns the counts, and of which sources they are those of a sample."""
    from harvester import pack
    from index import Workers, processes
    from mappings import added, counted, tables_in_use

    federation = here.federation()
    with here.store(federation) as store:
        known = origins(federation, store)
        chosen = shares(here, federation, store, selection, every=every)
        work = partial(counted, question, tables_in_use(), {name: known[name] for name in chosen})
        with Workers(work, processes(size_of(store, chosen))) as workers:
            counts = added(workers.map(pack(part) for part in parts_of(store, chosen)))
    return counts, sampled_of(chosen)


# --- words ------------------------------------------------------------------------------------------------------------


def _frequent(counts: Counts) -> list[tuple[tuple[str, ...], tuple[int, list[tuple[str, str]]]]]:
    return sorted(counts.items(), key=lambda each: (-each[1][0], each[0]))


def _lines_to_paste(rows: list[tuple[tuple[str, ...], tuple[int, list[tuple[str, str]]]]]) -> Iterator[str]:
    """Write words as lines of ``tables/vocabularies/FIELD.yaml``; until somebody writes its id, a line says nothing."""
    from mappings import line_to_paste

    for words, (count, _) in rows:
        written = line_to_paste(words[-1])
        if written:
            yield f"{written}  # {count} × {one_line(words[0])}"


def _shortened(here: Desk, cells: list[Any]) -> list[Any]:
    """Show people the most frequent ones; a pipe gets all of them."""
    import sys

    if sys.stdout.isatty() and len(cells) > LINES:
        say(here.text(f"{LINES} dòng đầu trong {len(cells)}", f"the first {LINES} lines of {len(cells)}"))
        return cells[:LINES]
    return cells


def _label(here: Desk, field: str, words: tuple[str, ...]) -> str:
    """Return what people read for an id of a vocabulary, "" for other words."""
    from mappings import label

    found = label(field, words[-1], here.language) if len(words) == 1 else ""
    return "" if found == words[-1] else found


def _example(examples: list[dict[str, str]]) -> str:
    return f"{examples[0]['value'][:60]} ({examples[0]['key']})" if examples else ""


def _filled(shares: dict[str, float]) -> str:
    declared, inferred = (round(shares[name] * 100) for name in ("declared", "inferred"))
    return "" if not declared + inferred else f"{declared}+{inferred} %" if inferred else f"{declared} %"


def _tell(here: Desk, records: int | None, sampled: list[str]) -> None:
    if records is not None:
        say(here.text(f"{number(records)} bản ghi", f"{records:,} records"))
    tell_sample(here, sampled)
