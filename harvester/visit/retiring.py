"""A source that has left the federation: its records are withdrawn when somebody says so."""

from __future__ import annotations

from ..record import Ledger
from ..store import Store, questions, visits
from ..store.visits import Ending
from .deciding import finish, leased


def retire_source(store: Store, name: str) -> int:
    """Withdraw every record of a source that has left the federation; returns how many.

    Killed on the way, it is finished by the next command that touches the source. Raises Busy, KeyError for a source
    that the store does not know.
    """
    database = store.database
    row = visits.source_rows(database)[name]
    with leased(store, row.id) as (lease, _):
        counts = store.log.counts()[name]
        held = counts["present"] + counts["missing"]
        ending = Ending(
            outcome="complete",
            verdict="published" if held else "nothing",
            code="retired",
            facts={"held": held},
            ledger=Ledger(),
            next_mode="full",
            watermark=None,
            restart=True,
        )
        finish(store, questions.begin(database, lease, "retire", ending))
        return held
