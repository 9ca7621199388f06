"""``kho index verify`` and ``kho index problems``: what an index holds beside what the store says."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, Ended, desk, origins
from ._indexing import chosen, each, progress
from ._output import data, number, one_line, say, table

if TYPE_CHECKING:
    from harvester import Store
    from index import Engine, Fault
    from mappings import Origin

KINDS = ("missing", "stale", "extra", "damaged")
EXAMPLES = 5
_LONGEST = 120  # letters of an engine's reason
_QUOTED = re.compile(r"(['\"\[]).*?['\"\]]|\d{6,}|\S+@\S+")  # what it quotes may be anybody's name or number


@click.command("verify")
@click.argument("addresses", nargs=-1, metavar="[CHỈ MỤC]...")
@click.option("--repair", is_flag=True, help="viết lại chỗ sai / write again what is wrong")
@click.option("--map", "mapped", is_flag=True, help="ánh xạ lại từng bản ghi để so / map every record again to compare")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def verify(ctx: click.Context, addresses: tuple[str, ...], repair: bool, mapped: bool, as_json: bool) -> None:
    """So từng bản ghi của kho với chỉ mục; 8 khi còn chỗ sai / compare every record with the index; 8 on faults left.

    Thiếu, cũ, thừa, hỏng; chạy được khi đang gom / missing, stale, extra, damaged; also while a harvest runs.

    \b
    Ví dụ / examples:
      kho index verify
      kho index verify --repair
    """
    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        known = origins(federation, store)
        found, reached = each(
            here,
            chosen(here, federation, addresses),
            lambda engine: _verified(here, store, engine, known, repair=repair, mapped=mapped),
        )
    if as_json:
        data(found)
    else:
        _show(here, found)
    if any(row["left"] for row in found):
        raise Ended(8)
    if not reached:
        raise Ended(6)


def _verified(
    here: Desk, store: Store, engine: Engine, known: dict[str, Origin], *, repair: bool, mapped: bool
) -> dict[str, Any]:
    """Compare one index with the store, mend it where asked, and return what was found."""
    from index import IndexUnreachableError, rebuild

    if not engine.generation():
        raise IndexUnreachableError(engine.address, here.text("chưa có chỉ mục", "there is no index yet"))
    row: dict[str, Any] = {"address": engine.address, "generation": engine.generation()}
    files = engine.damaged()
    if files or not engine.readable():
        row |= {"records": 0, "behind": None, "outdated": [], "faults": dict.fromkeys(KINDS, 0), "examples": []}
        row |= {"damaged_files": files, "repaired": 0, "left": max(len(files), 1)}
        if repair:
            row |= {"repaired": rebuild(store.log, engine, known).written, "left": 0}
        return row
    here_now = engine.at(engine.generation())
    try:
        return row | _compared(here, store, here_now, known, repair=repair, mapped=mapped)
    finally:
        here_now.close()


def _compared(
    here: Desk, store: Store, engine: Engine, known: dict[str, Origin], *, repair: bool, mapped: bool
) -> dict[str, Any]:
    from index import Progress, faults, faults_of_mapping, same_epoch
    from index import repair as mend
    from mappings import fingerprint

    log, place = store.log, engine.place()
    total, last = sum(sum(counts.values()) for counts in log.counts().values()), log.identity()[2]
    follows = place.store == log.identity()[0] and same_epoch(log, place)
    marks, counted, examples = engine.marks(), Counter[str](), list[dict[str, str]]()

    def seen(found: Iterator[Fault]) -> Iterator[Fault]:
        for fault in found:
            counted[fault.kind] += 1
            if len(examples) < EXAMPLES:
                examples.append({"kind": fault.kind, "key": fault.key})
            yield fault

    def found(told: Callable[[int], None]) -> Iterator[Fault]:
        mapping = faults_of_mapping(log, engine, known, told) if mapped else iter(())
        return chain(faults(log, engine, told, followed=follows), mapping)

    done = Progress()
    with progress(here, here.text("kiểm tra", "verify"), total * (2 if mapped else 1)) as told:
        if repair:
            mend(log, engine, known, seen(found(told)), done)
        else:
            for _ in seen(found(told)):
                pass
    left = sum(1 for _ in found(lambda number: None)) if repair and counted else counted.total()
    return {
        "records": total,
        "behind": last - place.sequence if follows else last,
        "outdated": sorted(name for name, each in known.items() if marks.get(name) != fingerprint(each)),
        "faults": {kind: counted[kind] for kind in KINDS},
        "examples": examples,
        "damaged_files": [],
        "repaired": counted.total() - left if repair else 0,
        "left": left,
    }


def _show(here: Desk, found: list[dict[str, Any]]) -> None:
    headers = here.text(
        "chỉ mục|thế hệ|bản ghi|thiếu|cũ|thừa|hỏng|chưa theo|đã sửa",
        "index|generation|records|missing|stale|extra|damaged|behind|repaired",
    )
    body = [
        (row["address"], row["generation"], number(row["records"]), *(number(row["faults"][kind]) for kind in KINDS),
         number(row["behind"]), number(row["repaired"]))
        for row in found
    ]  # fmt: skip
    table(headers.split("|"), body, right=range(2, 9))
    for row in found:
        for example in row["examples"]:
            say(f"  {example['kind']}: {example['key']}")
        for file in row["damaged_files"][:EXAMPLES]:
            say(here.text(f"  tệp hỏng: {file}", f"  damaged file: {file}"))
        if row["left"]:
            say("  → " + ("kho index rebuild" if row["damaged_files"] else "kho index verify --repair"))
        elif row["behind"] or row["outdated"]:
            names = ", ".join(row["outdated"])
            told = here.text(
                f"  chưa theo hết, hay sẽ ánh xạ lại: {names}", f"  behind, or to be mapped again: {names}"
            )
            say(told.rstrip(": ") + "\n  → kho index update")


@click.command("problems")
@click.argument("addresses", nargs=-1, metavar="[CHỈ MỤC]...")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def problems(ctx: click.Context, addresses: tuple[str, ...], as_json: bool) -> None:
    """Tài liệu mà chỉ mục giữ lại không cho thấy: lý do, số, ví dụ / documents held back: reason, count, examples.

    Do ánh xạ, hay do cỗ máy không nhận; chỉ nêu khoá / by mapping, or refused by the engine; only keys are told.

    \b
    Ví dụ / examples:
      kho index problems
      kho show KHOÁ --explain
    """
    here = desk(ctx)
    federation = here.federation()

    def work(engine: Engine) -> list[dict[str, Any]]:
        by_reason: dict[str, list[str]] = defaultdict(list)
        for key, reason in sorted(engine.quarantined().items() if engine.readable() else ()):
            by_reason[reason].append(key)
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        for reason, keys in sorted(by_reason.items()):
            by, code, told = _told(here, reason)
            row = rows.setdefault(
                (by, told),
                {"address": engine.address, "by": by, "reason_code": code, "reason": told, "count": 0, "keys": []},
            )
            row["count"] += len(keys)
            row["keys"] = sorted([*row["keys"], *keys])[:EXAMPLES]
        return list(rows.values())

    found, reached = each(here, chosen(here, federation, addresses), work)
    rows = [row for one in found for row in one]
    if as_json:
        data(rows)
    else:
        headers = here.text("chỉ mục|ai giữ|lý do|số|ví dụ", "index|by|reason|count|examples").split("|")
        by = {"mapping": here.text("ánh xạ", "mapping"), "engine": here.text("cỗ máy", "engine")}
        body = [
            (row["address"], by[row["by"]], row["reason"], number(row["count"]), " ".join(row["keys"])) for row in rows
        ]
        table(headers, body, right=(3,))
    if not reached:
        raise Ended(6)


def _told(here: Desk, reason: str) -> tuple[str, str, str]:
    """Return who held a document back, the code, and a sentence in which nothing of the document stands."""
    from mappings import PROBLEMS, problem_sentence

    if reason in PROBLEMS:
        return "mapping", reason, problem_sentence(reason, here.language)
    if reason == "erased":
        return "mapping", reason, here.text("đã xoá theo luật, chưa lấy lại", "erased by law, not fetched again yet")
    return "engine", "refused_by_index", one_line(_QUOTED.sub("…", reason))[:_LONGEST]
