"""What is learned of a source from its records, and how what its server taught is forgotten when somebody says so."""

from __future__ import annotations

from typing import Any

from ..store import Store, visits
from ..store.sources import json_of
from .deciding import leased

# What is held was fetched in this format and is read in this encoding: that is said of the records, not of a server.
# Without the format nobody would see that it changed, and only a part of the records would come in the new one.
OF_RECORDS = ("format", "prefix", "encoding")


def forget_source(store: Store, name: str) -> None:
    """Forget how a source's server wants to be asked, and how far it was read anew; records and watermark stay.

    So does what is known of the records themselves: their format, their encoding, and the set that was asked for.

    Raises Busy, KeyError for a source that the store does not know.
    """
    database = store.database
    row = visits.source_rows(database)[name]
    with leased(store, row.id) as (lease, _):
        learned = visits.source_row(database, row.id).learned
        kept = json_of({fact: learned[fact] for fact in OF_RECORDS if fact in learned} | visits.asked_set(learned))
        database.write(lambda connection: visits.hold_lease(connection, lease, learned=kept, reread=None))


def learn_of_source(store: Store, name: str, **facts: Any) -> None:
    """Keep what was learned of a source outside of a visit. Raises Busy, KeyError for a source that is not known."""
    row = visits.source_rows(store.database)[name]
    with leased(store, row.id) as (lease, _):
        visits.learn(store.database, lease, facts, {})
