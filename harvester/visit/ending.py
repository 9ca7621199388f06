"""How a visit ends: its evidence judged, and what follows for the source: mode, watermark, when it is due again."""

from __future__ import annotations

from typing import Any

import msgspec

from .. import stamp
from ..judge import UNSTEADY, Evidence, Expect, Judgement, clock_went_back, judge, proves_absence, shows_everything
from ..record import Outcome
from ..store import Store, folding, signs
from ..store.evidence import Shown, keep_absent, shown
from ..store.notes import Notes, noticed
from ..store.visits import QUESTIONS, Ending, SourceRow, Visit
from .asked import mode_of
from .way import OVERLAP, swept

NIGHT = 24 * 3600
LONGEST_BACK_OFF = 7 * NIGHT


def judged(
    store: Store,
    row: SourceRow,
    visit: Visit,
    outcome: Outcome,
    code: str,
    facts: dict[str, Any],
    expect: Expect,
    reread: str | None = None,
) -> Ending:
    """Weigh what a visit has shown and decide how it ends; what a whole list did not show is staged.

    ``code`` and ``facts`` are the sentence of an outcome that is not complete; ``expect`` is what the operator expects
    of the source; ``reread`` says how far the slow reading of everything anew has come.
    """
    database = store.database
    if visit.first:
        folding.fold_first(database, visit)
    with database.reading() as connection:
        on_the_way = noticed(connection, visit.id)
        seen = shown(connection, visit, whole=proves_absence(outcome, mode_of(visit), on_the_way))
        evidence = _evidence(connection, row, visit, outcome, seen, expect, on_the_way)
    judgement = judge(evidence)
    if seen.missing or seen.lapsed:
        keep_absent(database, visit, seen.missing, seen.lapsed)
    held = {"visit": visit.id, "held": seen.held, "live": seen.live}
    ending = _ending(database.now(), row, visit, outcome, judgement)
    if ending.watermark is not None:
        # Of lists of changes only an unstable order matters here: they never make anything absent.
        unnamed = seen.nameless > 0 and shows_everything(outcome, mode_of(visit))
        doubtful = unnamed or bool(UNSTEADY & on_the_way.keys())
        swept_at = swept(row, visit.mode, database.now(), doubtful=doubtful)
        ending = msgspec.structs.replace(ending, swept_at=swept_at, reread=reread)
    return msgspec.structs.replace(
        ending, ledger=_ledger(seen, judgement), **_said(outcome, code, facts, held, judgement)
    )


def _evidence(
    connection: Any,
    row: SourceRow,
    visit: Visit,
    outcome: Outcome,
    seen: Shown,
    expect: Expect,
    on_the_way: Notes,
) -> Evidence:
    mode = mode_of(visit)
    since = visit.since
    if mode == "sweep" and row.watermark is not None:
        since = stamp.earlier(row.watermark, OVERLAP)
    found = signs.signs(connection, visit, seen, whole=shows_everything(outcome, mode), since=since)
    past = signs.past(connection, visit)
    return Evidence(
        outcome=outcome,
        mode=mode,
        held=seen.held,
        ledger=seen.ledger,
        live=seen.live,
        renamed=found.renamed,
        edited=found.edited,
        reformatted=found.reformatted,
        formats=found.formats,
        stamped=found.stamped,
        late=found.late,
        clock=visit.clock,
        watermark=row.watermark,
        undone=signs.unanswered_undo(connection, visit.source),
        already=past.already,
        nameless=seen.nameless,
        earlier=past.earlier,
        expect=expect,
        noticed=on_the_way,
    )


def _ledger(seen: Shown, judgement: Judgement) -> Any:
    """Nothing goes missing by a list that is held; what would is among the facts of its sentence."""
    return msgspec.structs.replace(seen.ledger, missing=0, lapsed=0) if judgement.verdict == "held" else seen.ledger


def _said(
    outcome: Outcome, code: str, facts: dict[str, Any], held: dict[str, Any], judgement: Judgement
) -> dict[str, Any]:
    """Choose the sentence: that of the outcome where the list is not whole, else the judge's; the rest was noticed."""
    verdict_says = outcome == "complete" or judgement.verdict in QUESTIONS
    said, other = (judgement.code, judgement.facts), (code, facts)
    if not verdict_says:
        said, other = other, said
    rest = [other, *judgement.noticed] if outcome != "complete" else judgement.noticed
    notes = {name: {**its, "count": 1} for name, its in rest if name not in ("", "whole", "same")}
    return {"code": said[0], "facts": {**held, **said[1]}, "noticed": notes}


def _ending(now: int, row: SourceRow, visit: Visit, outcome: Outcome, judgement: Judgement) -> Ending:
    good = outcome == "complete" and judgement.verdict in ("published", "nothing")
    failures = 0 if outcome == "complete" else row.failures + 1
    return Ending(
        outcome=outcome,
        verdict=judgement.verdict,
        next_mode=_next_mode(row, visit, good, judgement.verdict in QUESTIONS),
        watermark=visit.clock if good else None,
        failures=failures,
        due_at=next_due(now, failures, row.id),
    )


def _next_mode(row: SourceRow, visit: Visit, good: bool, question: bool) -> str:
    """Say how the source is asked next: while a question is open in the same mode, after a good visit incrementally.

    Where the server's clock went back, an incremental list was asked for from a moment that had not come yet.
    """
    if question:
        return visit.mode
    if not good:
        return row.next_mode
    return "full" if visit.mode == "incremental" and clock_went_back(visit.clock, row.watermark) else "incremental"


def next_due(now: int, failures: int, source: int) -> int:
    """Advise when to ask a source again, in epoch seconds: every night, after failures 1 h, 2 h, 4 h … up to a week.

    Shown by ``kho status``, for whoever decides when to call; ``kho harvest`` asks every source that it is given.

    The source's number spreads them over an hour, so that 30,000 do not come at the same second.
    """
    wait = NIGHT if failures == 0 else min(3600 * 2 ** min(failures - 1, 10), LONGEST_BACK_OFF)
    return now + wait + source * 7919 % 3600
