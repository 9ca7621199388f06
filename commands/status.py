"""Tình hình các nguồn và chỉ mục / how sources and indexes are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, desk, names_of
from ._learned import in_words, without_names
from ._output import LEDGER, data, harmless, number, seconds, stamp, table, when

if TYPE_CHECKING:
    from harvester import Federation, Store


@click.command("status")
@click.argument("selection", nargs=-1)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def command(ctx: click.Context, selection: tuple[str, ...], as_json: bool) -> None:
    """Mỗi nguồn đang giữ gì, lượt cuối ra sao / what is held of each source and how its last visit ended.

    \b
    Ví dụ / examples:
      kho status
      kho status tag:thcs --json
      kho status thu-vien-so-tlu
    """
    here = desk(ctx)
    federation = here.federation()
    learned: dict[str, Any] | None = None
    with here.store(federation) as store:
        names = names_of(here, federation, store, selection)
        sources = [row for row in rows(here, federation, store) if names is None or row["id"] in names]
        indexes = index_rows(here, federation, store)
        following = _following(store)
        if selection and len(sources) == 1 and sources[0]["id"] in (known := store.log.sources()):
            facts = known[sources[0]["id"]].learned
            learned = facts if any(facts.values()) else None
    if as_json:
        more = {"learned": without_names(learned)} if learned else {}
        data({"sources": [{**row, **more} for row in sources], "indexes": indexes})
        return
    _show(here, sources, indexes, following)
    if learned:
        click.echo("")
        table(here.text("đã học|giá trị", "learned|value").split("|"), in_words(here, learned))


def rows(here: Desk, federation: Federation, store: Store) -> list[dict[str, Any]]:
    """Return every source of the file and of the store, as ``--json`` prints it."""
    known, counts, visits = store.log.sources(), store.log.counts(), store.log.last_visits()
    questions, now = store.log.open_questions(), store.log.visited_now()
    broken = {entry.id for entry in federation.broken}
    names = list(dict.fromkeys([*federation.sources, *sorted(broken - {""}), *sorted(known)]))
    found = []
    for name in names:
        source, row, visit = federation.sources.get(name), known.get(name), visits.get(name)
        records = counts.get(name) or {"present": 0, "missing": 0, "withdrawn": 0}
        title = source.name if source else (row.described.get("name") if row else None) or name
        found.append(
            {
                "id": name,
                "name": title,
                "enabled": bool(source and source.enabled),
                "state": "asked" if name in now else _state(name, source, row, visit, questions.get(name), broken),
                "records": records,
                "last_visit": plain_visit(here, visit) if visit else None,
                "watermark": row.watermark if row else None,
                "next_due": stamp(row.due_at) if row else None,
            }
        )
    return found


def _state(name: str, source: Any, row: Any, visit: Any, question: Any, broken: set[str]) -> str:
    if name in broken:
        return "broken"
    if source is None:
        return "retired" if row is not None and row.retired else "left"
    if not source.enabled:
        return "disabled"
    if visit is None:
        return "new"
    if visit.running:
        return "deferred" if visit.outcome == "deferred" else "interrupted"
    if question is not None:
        return str(question.verdict)
    return _DECIDED.get(visit.code) or ("good" if visit.outcome == "complete" else visit.outcome or "interrupted")


def plain_visit(here: Desk, visit: Any) -> dict[str, Any]:
    """Return a visit for machines, with its reason in the caller's language."""
    from harvester import sentence, who_must_act

    facts = {**visit.facts, "source": visit.source, "visit": visit.id}
    return {
        "id": visit.id,
        "mode": visit.mode,
        "started": stamp(visit.started),
        "finished": stamp(visit.ended),
        "outcome": visit.outcome,
        "verdict": visit.verdict,
        "reason": sentence(visit.code, facts, here.language) if visit.code else "",
        "reason_code": visit.code,
        "who": who_must_act(visit.code) if visit.code else None,
        "ledger": {name: visit.ledger.get(name, None if name == "declared" else 0) for name in LEDGER},
    }


def index_rows(here: Desk, federation: Federation, store: Store) -> list[dict[str, Any]]:
    """Return every configured index with its balance; one that cannot be reached says so."""
    from index import IndexUnreachableError

    identity, epoch, last = store.log.identity()
    found = []
    for engine in here.engines(federation):
        name = engine.address.partition(":")[0]
        row: dict[str, Any] = {"engine": name, "address": engine.address, "reachable": False}
        try:
            if engine.readable():
                place, counts = engine.place(), engine.counts()
                same = (place.store, place.epoch) == (identity, epoch)  # else all of it has to be compared
                row |= {
                    "sequence": place.sequence,
                    "behind": last - place.sequence if same and place.sequence <= last else last,
                    "documents": counts.documents,
                    "quarantined": counts.quarantined,
                    "suppressed": counts.suppressed,
                    "reachable": True,
                }
            else:
                row |= {"sequence": 0, "behind": last, "documents": 0, "quarantined": 0, "suppressed": 0}
        except IndexUnreachableError as error:
            row |= {"sequence": None, "behind": None, "documents": None, "quarantined": None, "suppressed": None}
            row["reason"] = error.why
        finally:
            engine.close()
        found.append(row)
    return found


_STATES = {
    "new": "chưa hỏi", "good": "tốt", "partial": "dở dang", "failed": "hỏng", "deferred": "hoãn", "held": "giữ lại",
    "additions": "chờ gỡ", "asked": "đang hỏi", "interrupted": "bị ngắt", "disabled": "tắt", "broken": "sai cấu hình",
    "left": "đã rời", "retired": "đã nghỉ", "rejected": "bị bác", "undone": "đã rút lại",
}  # fmt: skip
_DECIDED = {"list_rejected": "rejected", "undo": "undone"}
_MARKS = {
    "good": "✓",
    "failed": "✗",
    "broken": "✗",
    "disabled": "–",
    "left": "–",
    "retired": "–",
    "new": "–",
    "asked": "…",
}


def _mark(state: str, visit: dict[str, Any] | None) -> str:
    """Return the sign of a state; a list that came whole and that somebody must look at all the same is not ✓."""
    warned = state == "good" and visit is not None and visit["who"] is not None
    return "!" if warned else _MARKS.get(state, "!")


def _following(store: Store) -> dict[str, str]:
    """Return the next command of every source that has one: of its open question before that of its last visit."""
    from harvester import next_command

    shown = {**store.log.last_visits(), **store.log.open_questions()}
    told = {
        name: next_command(visit.code, {**visit.facts, "source": name, "visit": visit.id})
        for name, visit in shown.items()
        if visit.code
    }
    return {name: command for name, command in told.items() if command}


def _show(here: Desk, sources: list[dict[str, Any]], indexes: list[dict[str, Any]], following: dict[str, str]) -> None:
    headers = ["nguồn", "tình trạng", "có", "vắng", "đã gỡ", "lượt cuối", "lý do"]
    if here.language == "en":
        headers = ["source", "state", "present", "missing", "withdrawn", "last visit", "reason"]
    body = []
    for row in sources:
        state, visit = row["state"], row["last_visit"]
        said = here.text(_STATES.get(state, state), state)
        last = when(seconds(visit["finished"] or visit["started"])) if visit else ""
        reason = visit["reason"] if visit and visit["reason_code"] not in ("whole", "same") else ""
        counts = [number(row["records"][name]) for name in ("present", "missing", "withdrawn")]
        body.append((row["id"], f"{_mark(state, visit)} {said}", *counts, last, reason))
    if sys.stdout.isatty():  # a column of sentences leaves no room for the others: they follow below
        table(headers[:-1], [row[:-1] for row in body], right=(2, 3, 4), whole=(0, 1, 5))
        for name, *_, reason in body:
            if reason:
                click.echo(harmless(f"{name}: {reason}"))
                if name in following:
                    click.echo(f"  → {harmless(following[name])}")
    else:
        table(headers, body, right=(2, 3, 4))
    click.echo("")
    show_indexes(here, indexes, ("documents", "quarantined", "suppressed", "behind"))


_COUNTS = {
    "documents": "thấy được", "quarantined": "cách ly", "suppressed": "ẩn", "sequence": "đã theo đến",
    "behind": "còn thiếu",
}  # fmt: skip


def show_indexes(here: Desk, rows: Sequence[dict[str, Any]], counts: Sequence[str] = tuple(_COUNTS)) -> None:
    """Print these counts of every index."""
    headers = [here.text("chỉ mục", "index"), *(here.text(_COUNTS[name], name) for name in counts)]
    cells = [(row["address"], *(number(row[name]) for name in counts)) for row in rows]
    table(headers, cells, right=range(1, len(headers)))
