"""What is learned of a source from its records, and how all that was learned is forgotten when somebody says so."""

from __future__ import annotations

from typing import Any

from ..store import Store, visits
from .deciding import leased


def forget_source(store: Store, name: str) -> None:
    """Forget how a source's server wants to be asked, and how far it was read anew; records and watermark stay.

    Raises Busy, KeyError for a source that the store does not know.
    """
    database = store.database
    row = visits.source_rows(database)[name]
    with leased(store, row.id) as (lease, _):
        database.write(lambda connection: visits.hold_lease(connection, lease, learned="{}", reread=None))


def learn_of_source(store: Store, name: str, **facts: Any) -> None:
    """Keep what was learned of a source outside of a visit. Raises Busy, KeyError for a source that is not known."""
    row = visits.source_rows(store.database)[name]
    with leased(store, row.id) as (lease, _):
        visits.learn(store.database, lease, facts, {})
