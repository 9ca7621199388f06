"""Bản ghi không được cho hiện, theo lý do / records that are not shown, by reason."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, desk, names_of, origins, tell_index
from ._output import data, number, one_line, say, table

if TYPE_CHECKING:
    from harvester import Federation, Store

EXAMPLES = 3


@click.command("quarantine")
@click.argument("selection", nargs=-1)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def command(ctx: click.Context, selection: tuple[str, ...], as_json: bool) -> None:
    """Những bản ghi không được cho hiện, theo nguồn và lý do / records that are not shown, by source and reason.

    Ánh xạ giữ lại, hoặc một chỉ mục không nhận / held back by mapping, or refused by an index.

    \b
    Ví dụ / examples:
      kho quarantine
      kho quarantine province:40 --json
    """
    from mappings import problem_sentence

    here = desk(ctx)
    federation = here.federation()
    with here.store(federation) as store:
        found = quarantined(here, federation, store, selection)
        refusals = refused(here, federation, store, selection)
    rows: list[dict[str, Any]] = [
        {
            "source": source,
            "reason_code": code,
            "reason": plainly(problem_sentence(code, here.language)),
            "action": problem_sentence(code, here.language, action=True),
            "count": len(keys),
            "keys": keys,
        }
        for (source, code), keys in sorted(found.items())
    ]
    rows += [
        {
            "source": source,
            "reason_code": "refused_by_index",
            "reason": here.text(f"Chỉ mục {address} không nhận: {why}", f"The index {address} refused it: {why}"),
            "action": here.text(
                "Báo cho người làm Kho; sau khi sửa: kho index rebuild.",
                "Report it to Kho's makers; once it is mended: kho index rebuild.",
            ),
            "count": len(keys),
            "keys": keys,
        }
        for (source, address, why), keys in sorted(refusals.items())
    ]
    if as_json:
        data(rows)
        return
    headers = here.text("nguồn|lý do|số|ví dụ", "source|reason|count|examples").split("|")
    table(headers, [_cells(row) for row in rows], right=(2,), whole=(0,))
    for reason, action in dict.fromkeys((row["reason"], row["action"]) for row in rows):
        say(f"{one_line(reason)}\n  → {one_line(action)}")


def plainly(sentence: str) -> str:
    """Leave out what a sentence says of one record only: here it stands for many."""
    return re.sub(r": ….$| “…”", "", sentence).rstrip(".") + "."


def quarantined(
    here: Desk, federation: Federation, store: Store, selection: tuple[str, ...]
) -> dict[tuple[str, str], list[str]]:
    """Map every record that is held and not hidden, and return the keys of those that may not be shown."""
    from index import mapped

    names, known = names_of(here, federation, store, selection), origins(federation, store)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for change, made in mapped(store.log, known, sorted(known if names is None else names & known.keys())):
        if made is not None and made.quarantine:
            found[change.source, made.quarantine].append(change.key)
    return found


def refused(
    here: Desk, federation: Federation, store: Store, selection: tuple[str, ...]
) -> dict[tuple[str, str, str], list[str]]:
    """Return the keys that an index holds back for a reason of its own, by source, index and reason."""
    from index import IndexUnreachableError
    from mappings import PROBLEMS

    names = names_of(here, federation, store, selection)
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for engine in here.engines(federation):
        try:
            held_back = engine.quarantined() if engine.readable() else {}
        except IndexUnreachableError as error:
            tell_index(error, here.language)
            continue
        finally:
            engine.close()
        own = {key: why for key, why in held_back.items() if why not in PROBLEMS}
        for change in store.log.records_of(sorted(own)):
            if not change.suppressed and (names is None or change.source in names):
                found[change.source, engine.address, own[change.key]].append(change.key)
    return found


def _cells(row: dict[str, Any]) -> tuple[str, str, str, str]:
    examples = " ".join(row["keys"][:EXAMPLES])
    return row["source"], row["reason"], number(row["count"]), examples
