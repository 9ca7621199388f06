"""The institution's own tables: the folder ``tables/`` beside sources.yaml, read into one value."""

from __future__ import annotations

from errno import ENOTDIR
from os import strerror
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mappings import Tables

FOLDER = "tables"
_ENDINGS = (".yaml", ".yml")


def read_tables(folder: Path) -> Tables:
    """Read all files of a folder of tables; hidden files and README are for people. No folder is no tables.

    Raises Faults for folders that are named like a table: nobody would read what stands there.
    """
    from harvester import Fault, Faults
    from mappings import Tables

    found, name, faults = [], folder.resolve().name, []
    if folder.is_file():
        raise click.UsageError(f"{folder}: {strerror(ENOTDIR)}")
    try:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            # A link to nowhere is a mistake, not a table less.
            wanted = path.is_file() or (path.is_symlink() and not path.exists())
            if wanted and not path.name.startswith("README") and not any(part[0] == "." for part in parts):
                found.append(("/".join(parts), path.read_bytes()))
            elif path.is_dir() and path.suffix in _ENDINGS and not any(part[0] == "." for part in parts):
                place = "/".join((name, *parts))
                faults.append(Fault(place, 1, 1, "folder_for_table", {"value": place}))
    except OSError as error:
        raise click.UsageError(f"{error.filename}: {error.strerror}") from error
    if faults:
        raise Faults(faults)
    return Tables(name, tuple(found))
