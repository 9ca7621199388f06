"""Is there room on the disk for a night? Asked before anybody is."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from ..errors import StoreError
from .backup import megabytes, size_of
from .database import Database

# A night that publishes in slices of 20,000 records writes each slice to the log and then to the file: 64 MB hold both.
LEAST = 64 << 20
# A night in which a tenth of all records changed writes that tenth as bodies, changes and log, and an index merges it
# into new segments before the old ones go: two tenths, and a reserve. More is not asked, so that a school's small disk
# is enough; a first harvest can outgrow any forecast, and a disk that fills up stops it without loss.
PART = 4


def needed(size: int) -> int:
    """Return how many bytes must be free for a night over stores and indexes of so many bytes."""
    return LEAST + size // PART


def make_sure_of_room(database: Database, indexes: Iterable[Path] = ()) -> None:
    """Refuse to begin a night that would fill a disk; ``indexes`` are the folders of embedded indexes.

    What lies on the same disk is added up; of a store on a server only its server knows. Raises StoreError disk_low.
    """
    sizes: dict[int, int] = {}
    folders: dict[int, Path] = {}
    for place, size in _places(database, indexes):
        folder = next(each for each in (place, *place.parents) if each.is_dir())
        device = folder.stat().st_dev
        sizes[device] = sizes.get(device, 0) + size
        folders.setdefault(device, folder)
    for device, folder in folders.items():
        free, need = shutil.disk_usage(folder).free, needed(sizes[device])
        if free < need:
            raise StoreError("disk_low", where=str(folder), free=megabytes(free), needed=megabytes(need))


def _places(database: Database, indexes: Iterable[Path]) -> list[tuple[Path, int]]:
    found = []
    if database.sqlite and database.url.database:
        file = Path(database.url.database).absolute()
        found.append((file.parent, size_of(file)))
    for index in indexes:
        files = [file for file in index.rglob("*") if file.is_file()] if index.is_dir() else []
        found.append((index.absolute(), sum(file.stat().st_size for file in files)))
    return found
