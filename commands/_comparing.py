"""``kho index compare``: two indexes, or two generations of one, side by side."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._desk import Desk, Ended, desk, tell_index
from ._indexing import progress
from ._output import data, number, say, table

if TYPE_CHECKING:
    from harvester import Federation
    from index import Engine

EXAMPLES = 20


@click.command("compare")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--queries",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="tệp câu hỏi, mỗi dòng một câu; mặc định: bộ câu hỏi đánh giá / a file of questions, one a line; "
    "default: the evaluation set",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def compare(ctx: click.Context, first: str, second: str, queries: Path | None, as_json: bool) -> None:
    """So A với B: tài liệu và câu trả lời nào khác; 8 khi khác / compare two indexes; 8 when they differ.

    A và B là địa chỉ chỉ mục hay tên thế hệ / addresses of indexes, or names of generations (kho index generations).

    \b
    Ví dụ / examples:
      kho index compare g3 g4
      kho index compare tantivy:data/index elasticsearch:https://tim.truong.example:9200/kho
    """
    from index import IndexUnreachableError, answered_otherwise, differences, read_questions

    here = desk(ctx)
    federation = here.federation()
    engines: list[Engine] = []
    try:
        for word in (first, second):
            engines.append(_open(here, federation, word))
        one, other = engines
        counted, examples = Counter[str](), list[dict[str, str]]()
        held = one.counts()
        total = held.documents + held.quarantined + held.suppressed + held.withdrawn
        with progress(here, here.text("so", "compare"), total) as told:
            for each in differences(one, other, told):
                counted[each.kind] += 1
                if len(examples) < EXAMPLES:
                    examples.append({"kind": each.kind, "key": each.key})
        questions = read_questions(queries.read_text(encoding="utf-8") if queries else None)
        answers = [
            {"words": each.words, "what": each.what, "first": each.first, "second": each.second}
            for each in answered_otherwise(one, other, questions)
        ]
    except IndexUnreachableError as error:
        raise Ended(tell_index(error, here.language)) from error
    finally:
        for engine in engines:
            engine.close()
    found = {
        "documents": {kind: counted[kind] for kind in ("first", "second", "differs")},
        "examples": examples,
        "questions": len(questions),
        "answered_otherwise": answers,
    }
    if as_json:
        data(found)
    else:
        _show(here, found)
    if counted or answers:
        raise Ended(8)


def _open(here: Desk, federation: Federation, word: str) -> Engine:
    """Open what a word names: a configured index, a generation of one, or the address of another index."""
    from index import IndexUnreachableError, check_address, open_engine

    for engine in here.engines(federation):
        if word == engine.address:
            return _pinned(engine)
        try:
            names = [each.name for each in engine.generations() if each.state != "unfinished"]
        except IndexUnreachableError:
            names = []
        if word in names:
            return engine.at(word)
        engine.close()
    if ":" not in word or check_address(word) is not None:
        told = f"“{word}”"
        raise click.UsageError(
            here.text(f"{told} không phải địa chỉ chỉ mục hay tên thế hệ (kho index generations)",
                      f"{told} is no address of an index and no generation (kho index generations)")
        )  # fmt: skip
    return _pinned(open_engine(word))


def _pinned(engine: Engine) -> Engine:
    from index import NoGenerationError

    name = engine.generation()
    if not name:
        raise NoGenerationError(engine.address)
    return engine.at(name)


def _show(here: Desk, found: dict) -> None:  # type: ignore[type-arg]
    counts, answers = found["documents"], found["answered_otherwise"]
    headers = here.text("chỉ A có|chỉ B có|khác nhau|câu hỏi|trả lời khác", "only A|only B|differ|questions|otherwise")
    row = (*counts.values(), found["questions"], len(answers))
    table(headers.split("|"), [[number(each) for each in row]], right=range(5))
    for each in found["examples"]:
        say(f"  {each['kind']}: {each['key']}")
    for each in answers:
        say(f"  {each['what']}: {each['words']} ({number(each['first'])} | {number(each['second'])})")
