"""What was learned of a source is forgotten when somebody says so: its server was renewed, or taught us wrongly."""

from __future__ import annotations

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
