"""Copies of a SQLite store: made while others read and write, whole or not there at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..errors import StoreError
from .database import LOCK_SECONDS, fault_of
from .suppression_file import sync_folder

# 64 MB a step: between two steps Ctrl-C is heard and people are told how far it is.
STEP_PAGES = 16_384
Told = Callable[[int, int], None]
_MAGIC = b"SQLite format 3\x00"


def back_up(source: Path, target: Path, told: Told = lambda done, total: None) -> int:
    """Copy the store in ``source`` to ``target`` as it is at this moment, and return the copy's size in bytes.

    Readers and the writer go on meanwhile (SQLite's log keeps their pages apart); ``told`` hears how many pages are
    done, of how many. The copy is one file that needs no log beside it, was checked, and takes its name when it is on
    disk. Raises StoreError: disk_low, backup_failed, and what the store itself raises.
    """
    if target.exists() and source.exists() and target.samefile(source):
        raise StoreError("backup_failed", where=str(target), detail="FILE = store")
    part = target.with_name(target.name + ".part")
    with naming(target):
        part.unlink(missing_ok=True)
        source.stat()
        room_for(size_of(source), target.parent)
    with naming(source), closing(sqlite3.connect(source, timeout=LOCK_SECONDS, isolation_level=None)) as origin:
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            # One snapshot for all steps: without it every page that a harvest writes would begin the copy anew.
            origin.execute("BEGIN")
            origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
            origin.backup(copy, pages=STEP_PAGES, progress=lambda _, left, total: told(total - left, total))
            origin.execute("COMMIT")
            copy.execute("PRAGMA journal_mode = DELETE")
            faults = [row[0] for row in copy.execute("PRAGMA quick_check") if row[0] != "ok"]
    if faults:
        part.unlink()
        raise StoreError("store_damaged", where=str(source), detail=faults[0])
    with naming(target):
        settle(part, target)
        return target.stat().st_size


def refuse_other_files(target: Path, source: Path, identity: str, take_downs: Path | None = None) -> None:
    """Refuse to write a copy of ``source`` over what is no copy of it, such as sources.yaml, or over ``take_downs``.

    A file with a log beside it is in use, or was copied with it: SQLite would play that log into the new file.

    Raises StoreError: backup_target, backup_failed.
    """
    if take_downs is not None and target.resolve() == take_downs.resolve():
        raise StoreError("backup_failed", where=str(target), detail=f"FILE = {take_downs.name}")
    if target.exists() and target.samefile(source):
        return  # to be refused by ``back_up``, which says why
    in_use = any(log.exists() and log.stat().st_size for log in _logs_of(target))
    if in_use or (target.exists() and _store_in(target) != identity):
        raise StoreError("backup_target", where=str(target))


def copies_beside(file: Path, identity: str) -> list[str]:
    """Return the copies of the store ``file`` in its folder: SQLite files that carry its ``identity``.

    What was set aside before an upgrade or a restore is one by its name, for it may have been damaged.
    """
    here = (each for each in file.parent.iterdir() if each.is_file() and each.resolve() != file.resolve())
    aside = (f"{file.name}.before-", f"{file.name}.replaced-")
    return sorted(
        str(each) for each in here if each.name.startswith(aside) or (_is_sqlite(each) and _store_in(each) == identity)
    )


def _logs_of(file: Path) -> list[Path]:
    return [file.with_name(file.name + ending) for ending in ("-wal", "-journal")]


def _is_sqlite(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def _store_in(file: Path) -> str | None:
    """Return the identity of the store that a file is a copy of; None for what is no store. Nothing is left."""
    whole = "" if any(log.exists() for log in _logs_of(file)) else "&immutable=1"  # else SQLite makes a log beside it
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro{whole}", uri=True)) as copy:
            row = copy.execute("SELECT store FROM identity").fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None


def settle(part: Path, target: Path) -> None:
    """Give a finished file its name, and return when both are on disk."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    sync_folder(target.parent)


@contextmanager
def naming(where: Path) -> Iterator[None]:
    """Say what a fault of SQLite or of the disk means for an operator."""
    try:
        yield
    except sqlite3.Error as error:
        raise fault_of(error, str(where)) or error from error
    except OSError as error:
        raise StoreError("backup_failed", where=str(where), detail=str(error)) from error


def size_of(file: Path) -> int:
    """Return how many bytes a SQLite store takes, with its log; 0 where there is none."""
    parts = (file, file.with_name(file.name + "-wal"))
    return sum(part.stat().st_size for part in parts if part.is_file())


def room_for(needed: int, folder: Path) -> None:
    """Refuse what would fill the disk; ``needed`` is bytes. Raises StoreError disk_low."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError("disk_low", where=str(folder), free=megabytes(free), needed=megabytes(needed))


def megabytes(size: int) -> int:
    """Return a size for people: whole megabytes, rounded up."""
    return -(-size // (1 << 20))
