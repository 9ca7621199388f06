"""What was fetched, what changed, what is staged; on SQLite or PostgreSQL by the same code."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import StoreError
from . import suppressions
from .backup import back_up, copies_beside, refuse_other_files
from .bodies import Bodies
from .checking import Checked, check
from .compacting import Compacted, compact
from .database import Database
from .inspection import Inspection
from .log import Log
from .opening import epoch, prepare
from .replaying import Replayed, replay
from .restoring import begin_epoch
from .room import make_sure_of_room
from .suppression_file import TakeDown


class Store:
    """An open store: the database with its writer, the bodies, and the reading side."""

    def __init__(self, database: Database, take_downs: Path | None = None) -> None:
        """``take_downs`` is the file beside sources.yaml in which every take-down is written down first."""
        self.database = database
        self.bodies = Bodies(database)
        self.log = Log(database, self.bodies)
        self.inspection = Inspection(database, self.log)
        self._file = take_downs
        self.unfinished: StoreError | None = None  # why an erasure that was asked for could not be finished yet

    def take_down(self, down: TakeDown) -> None:
        """Hide a record, a source or a content for ever; raises StoreError."""
        suppressions.add(self.database, down, self._file)

    def show_again(self, down: TakeDown) -> None:
        """Undo a take-down; raises StoreError."""
        suppressions.remove(self.database, down, self._file)

    def take_downs(self) -> list[TakeDown]:
        """Return all take-downs, oldest first."""
        return suppressions.every(self.database)

    def back_up(self, target: Path, told: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Copy a SQLite store to a file while others go on; returns its size in bytes. Raises StoreError."""
        assert self.database.sqlite
        source = Path(self.database.url.database or "")
        refuse_other_files(target, source, self.log.identity()[0], self._file)
        if self._file is not None:
            suppressions.write_all(self.database, self._file)
        return back_up(source, target, told)

    def make_sure_of_room(self, indexes: Iterable[Path]) -> None:
        """Refuse to begin a night that would fill the disk; raises StoreError disk_low."""
        make_sure_of_room(self.database, indexes)

    def check(self, told: Callable[[str, int], None] = lambda kind, number: None) -> Checked:
        """Look at every body, the log, the records and the take-downs in one snapshot; raises StoreError."""
        return check(self.database, self._file, told)

    def replay(self, sources: list[str]) -> Replayed:
        """Build the records of these sources again from their bodies and compare; raises StoreError."""
        return replay(self.database, sources)

    def compact(self, days: int) -> Compacted:
        """Remove evidence older than so many days and what visits left behind, and give room back."""
        return compact(self.database, days)

    def begin_epoch(self) -> int:
        """Begin a new epoch of a store that pg_restore has put back; returns its number. Raises StoreError."""
        return begin_epoch(self.database)

    def copies(self) -> list[str]:
        """Return the files beside a SQLite store that are copies of it, whatever their names."""
        name = self.database.url.database
        if not self.database.sqlite or not name:
            return []
        return copies_beside(Path(name), self.log.identity()[0])

    def hits(self, down: TakeDown) -> int:
        """Count the records that a take-down hides now."""
        return suppressions.hits(self.database, down)

    def close(self) -> None:
        """Finish what is queued and let go."""
        self.database.close()


def open_store(
    url: str, *, clock: Callable[[], float] = time.time, backup: bool = True, take_downs: Path | None = None
) -> Store:
    """Open a store by its URL, making or upgrading it; take-downs that it lacks are applied before anything is read.

    ``clock`` gives our time in epoch seconds, ``take_downs`` is the file beside sources.yaml. An erasure that cannot be
    finished keeps nobody out: the store's ``unfinished`` says why. Raises StoreError.
    """
    database = Database(url, clock)
    try:
        prepare(database, backup=backup)
        database.epoch = epoch(database)
        unfinished = suppressions.apply(database, take_downs)
    except BaseException:
        database.close()
        raise
    store = Store(database, take_downs)
    store.unfinished = unfinished
    return store
