"""What was fetched, what changed, what is staged; on SQLite or PostgreSQL by the same code."""

from __future__ import annotations

import time
from collections.abc import Callable

from .bodies import Bodies
from .database import Database
from .log import Log
from .opening import prepare


class Store:
    """An open store: the database with its writer, the bodies, and the reading side."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.bodies = Bodies(database)
        self.log = Log(database, self.bodies)

    def close(self) -> None:
        """Finish what is queued and let go."""
        self.database.close()


def open_store(url: str, *, clock: Callable[[], float] = time.time, backup: bool = True) -> Store:
    """Open a store by its URL, making or upgrading it.

    ``clock`` gives our time in epoch seconds. Raises StoreError.
    """
    database = Database(url, clock)
    try:
        prepare(database, backup=backup)
    except BaseException:
        database.close()
        raise
    return Store(database)
