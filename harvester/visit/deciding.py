"""What an operator decides of a source without asking it: under its lease, killed anywhere and finished afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import msgspec

from .. import stamp
from ..store import Store, notes, questions, renaming, visits
from ..store.publish import Publisher
from ..store.questions import Question
from ..store.renaming import Renamed
from ..store.schema import PUBLISHING
from ..store.undo import Extent
from ..store.visits import Ending, Lease, Visit


class Decided(msgspec.Struct, frozen=True):
    """What an operator's decision did: the visit that carries it, and the code and facts of its sentence.

    ``hidden`` counts what was taken down under another identifier and stays hidden under this one.
    """

    visit: int
    code: str
    facts: dict[str, Any]
    hidden: int = 0


@contextmanager
def leased(store: Store, source: int) -> Iterator[tuple[Lease, int | None]]:
    """Hold a source's lease; a publishing that was killed is finished first, and its visit named. Raises Busy."""
    lease = visits.claim(store.database, source)
    try:
        visit = visits.unfinished(store.database, source)
        if visit is not None:
            visit = visits.resume(store.database, lease, visit) if visit.state == PUBLISHING else None
        if visit is not None:
            finish(store, visit)
        yield lease, visit.id if visit is not None else None
    finally:
        visits.release(store.database, lease)


def finish(store: Store, visit: Visit) -> None:
    """Finish a visit whose publishing has begun; what was decided is not decided again."""
    ending = visits.ending_of(store.database, visit)
    if ending.rekey:
        _hide(store, visit, renaming.hidden_by_name(store.database, visit))
    else:
        hide_returning(store, visit, paired=ending.facts.get("asked") == "renamed")
    publisher(store, visit).finish(ending)


def hide_returning(store: Store, visit: Visit, *, paired: bool = False) -> None:
    """Hide what comes back under another identifier although it was taken down, before it is public; and note it."""
    _hide(store, visit, renaming.returning(store.database, visit, paired=paired))


def _hide(store: Store, visit: Visit, pairs: Sequence[tuple[str, Renamed]]) -> None:
    """Take down records under the identifiers that they have now, as they are under their former ones."""
    if not pairs:
        return
    downs = {(down.source, down.identifier): down for down in store.take_downs()}
    again = [each for each in pairs if (each[0], each[1].identifier) not in downs]
    for first_id, renamed in again:
        store.take_down(msgspec.structs.replace(downs[first_id, renamed.former], identifier=renamed.identifier))
    if again:
        notes.note(store.database, visit, "take_down_followed", len(again), {})


def publisher(store: Store, visit: Visit, *, last: bool = False) -> Publisher:
    """Return the publisher of a visit; records have their presence since the server's clock of that visit.

    ``last`` says that the source's lease is given back where the visit ends.
    """
    return Publisher(store.database, visit, stamp.seconds(visit.clock) or store.database.now(), last=last)


def approve(store: Store, number: int, *, rekey: bool = False) -> Decided:
    """Publish what waits of an open question and, where its list was whole, move the watermark.

    ``rekey``: renamed records are linked to what they were, which is withdrawn at once; where one of those was taken
    down, so is the other. Raises Refused, Busy.
    """
    with leased(store, questions.source_of(store.database, number)) as (lease, settled):
        if settled != number or _decided(store, number).code not in ("approved", "rekeyed"):
            asked = questions.asked(store.database, number)
            ending = partial(_approved, asked)
            finish(store, questions.approve(store.database, lease, asked, ending, rekey=rekey))
    return _decided(store, number)


def _approved(asked: Question, rekeyed: int | None) -> Ending:
    """Say how an approved visit ends: what its verdict held back is counted now."""
    held = asked.verdict == "held"
    back = {name: asked.facts.get(name, 0) for name in ("missing", "lapsed")} if held else {}
    ledger = msgspec.structs.replace(asked.ledger, **back)
    counts = {"new": ledger.new, "changed": ledger.changed, "missing": ledger.missing} if held else {}
    facts = {**asked.facts, "new": 0, "changed": 0, "missing": 0, **counts, "asked": asked.code}
    whole = asked.visit.outcome == "complete"
    return Ending(
        outcome=asked.visit.outcome or "",
        verdict="published",
        code="approved" if rekeyed is None else "rekeyed",
        facts={**facts, "rekeyed": rekeyed or 0, "removals": ledger.withdrawn + ledger.lapsed},
        ledger=ledger,
        next_mode="incremental" if whole else asked.visit.mode,
        watermark=asked.visit.clock if whole else None,
        rekey=rekeyed is not None,
    )


def reject(store: Store, number: int) -> Decided:
    """Drop what an open question has staged; the next list is asked for in full and judged anew.

    The watermark stays where the last believed list put it, so nothing that this one said is lost, and a source that
    says the same again is asked about again. Raises Refused, Busy.
    """
    with leased(store, questions.source_of(store.database, number)) as (lease, _):
        asked = questions.asked(store.database, number)
        questions.reject(store.database, lease, asked, {**asked.facts, "asked": asked.code})
    return _decided(store, number)


def take_back(store: Store, number: int) -> Decided:
    """Take back what a visit published, as new changes; what later visits changed is skipped.

    The next visit asks for everything, and what it finds waits for an operator. Taking back a taking back restores
    what was taken back. Raises Refused, Busy.
    """
    with leased(store, questions.source_of(store.database, number)) as (lease, settled):
        if settled is None or not _undoes(store, settled, number):
            visit = questions.begin_undo(store.database, lease, number, partial(_undoing, number))
            finish(store, visit)
            settled = visit.id
    return _decided(store, settled)


def _undoes(store: Store, visit: int, number: int) -> bool:
    found = store.log.visit(visit)
    return found is not None and found.undoes == number


def _undoing(number: int, extent: Extent, again: bool) -> Ending:
    return Ending(
        outcome="complete",
        verdict="published",
        code="undo_undone" if again else "undo",
        facts={"undone": number, "restored": extent.restored, "skipped": extent.skipped},
        next_mode="full",
        watermark=None,
        due_at=0,
        restart=True,
    )


def _decided(store: Store, number: int) -> Decided:
    row = store.log.visit(number)
    assert row is not None
    followed = notes.evidence(store.database, number)[0].get("take_down_followed", {})
    facts = {**row.facts, "source": row.source, "visit": number}
    return Decided(number, row.code, facts, followed.get("count", 0))
