"""How a visit ends: its evidence judged, and what follows for the source: mode, watermark, when it is due again."""

from __future__ import annotations

from typing import Any

import msgspec

from ..judge import Evidence, Judgement, judge
from ..record import Ledger, Outcome
from ..store import Store
from ..store.evidence import Shown, keep_absent, shown
from ..store.notes import noticed
from ..store.visits import Ending, SourceRow, Visit
from .asked import mode_of

NIGHT = 24 * 3600
LONGEST_BACK_OFF = 7 * NIGHT
WHOLE = ("full", "sweep")  # lists that show everything: what they do not show is absent


def judged(
    store: Store,
    row: SourceRow,
    visit: Visit,
    outcome: Outcome,
    code: str,
    facts: dict[str, Any],
    reread: str | None = None,
) -> Ending:
    """Weigh what a visit has shown and decide how it ends; what a full list did not show is staged.

    ``code`` and ``facts`` are the sentence of an outcome that is not complete; ``reread`` says how far the slow reading
    of everything anew has come.
    """
    database = store.database
    mode = mode_of(visit)
    evidence = shown(database, visit, whole=outcome == "complete" and mode in WHOLE)
    judgement = judge(Evidence(outcome, mode, evidence.held, evidence.ledger, noticed(database, visit.id)))
    if judgement.verdict == "held":
        ledger = msgspec.structs.replace(evidence.ledger, missing=0, lapsed=0)
        evidence = Shown(ledger, evidence.held)
    if evidence.missing or evidence.lapsed:
        keep_absent(database, visit, evidence)
    return _ending(database.now(), row, visit, outcome, judgement, code, facts, evidence.ledger, reread)


def _ending(
    now: int,
    row: SourceRow,
    visit: Visit,
    outcome: Outcome,
    judgement: Judgement,
    code: str,
    facts: dict[str, Any],
    ledger: Ledger,
    reread: str | None,
) -> Ending:
    good = outcome == "complete" and judgement.verdict in ("published", "nothing")
    question = judgement.verdict in ("held", "additions")
    if outcome == "complete" or (question and judgement.code):
        code, facts = judgement.code, judgement.facts
    mode = visit.mode if question else "incremental" if good else row.next_mode
    watermark = visit.clock if good and outcome == "complete" else None
    failures = 0 if outcome == "complete" else row.failures + 1
    return Ending(
        outcome=outcome,
        verdict=judgement.verdict,
        code=code,
        facts=facts,
        ledger=ledger,
        next_mode=mode,
        watermark=watermark,
        due_at=next_due(now, failures, row.id),
        swept_at=now if good and mode_of(visit) in WHOLE else None,
        reread=reread if good else None,
    )


def next_due(now: int, failures: int, source: int) -> int:
    """Return when a source is due again, in epoch seconds: every night, after failures 1 h, 2 h, 4 h … up to a week.

    The source's number spreads them over an hour, so that 30,000 do not come at the same second.
    """
    wait = NIGHT if failures == 0 else min(3600 * 2 ** min(failures - 1, 10), LONGEST_BACK_OFF)
    return now + wait + source * 7919 % 3600
