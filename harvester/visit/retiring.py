"""A source that has left the federation: its records are withdrawn when somebody says so."""

from __future__ import annotations

from ..record import Ledger
from ..store import Store, visits
from ..store.publish import Publisher
from ..store.visits import Ending


def retire_source(store: Store, name: str) -> int:
    """Withdraw every record of a source that has left the federation; returns how many.

    Raises SourceError busy where somebody is visiting it, KeyError for a source that the store does not know.
    """
    database = store.database
    row = visits.source_rows(database)[name]
    lease = visits.claim(database, row.id)
    try:
        visit = visits.begin(database, lease, "retire", None)
        publisher = Publisher(database, visit, database.now())
        gone = database.write(publisher.retire)
        ending = Ending(
            outcome="complete",
            verdict="published" if gone else "nothing",
            code="retired",
            facts={"held": gone},
            ledger=Ledger(),
            next_mode="full",
            watermark=None,
        )
        publisher.publish(ending)
        visits.mark_retired(database, lease)
        return gone
    finally:
        visits.release(database, lease)
