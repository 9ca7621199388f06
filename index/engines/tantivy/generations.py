"""The generations of an embedded index: folders side by side, one of which answers, named by the file ``current``."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import IO

from ...query import IndexUnreachableError

SCHEMA = 5  # another number: the folder is built anew


class Generations:
    """The folder of an index; whoever makes or removes generations holds its lock."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self._address = address

    def current(self) -> str | None:
        """Return the name of the generation that answers; None where there is none of this version."""
        try:
            named = json.loads((self.folder / "current").read_text())
        except (OSError, ValueError):
            return None
        return str(named.get("generation")) if named.get("schema") == SCHEMA else None

    def next(self) -> str:
        """Return a name that no generation has had that is still there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        numbers = [int(path.name[1:]) for path in self.folder.glob("g*") if path.name[1:].isdecimal()]
        return f"g{max(numbers, default=0) + 1}"

    def build(self) -> IO[str]:
        """Be the only one who makes or removes generations; a process that is gone holds nothing."""
        file = (self.folder / "building").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise IndexUnreachableError(self._address, "another process is building it anew") from error
        return file

    def name(self, generation: str) -> None:
        """Let a generation be the one that answers: one rename, made durable."""
        _synced(self.folder / generation)
        part = self.folder / "current.part"
        with part.open("w") as file:
            json.dump({"generation": generation, "schema": SCHEMA}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / "current")
        _synced(self.folder)

    def clean(self) -> None:
        """Remove every generation but the current one."""
        current = self.current()
        for path in self.folder.glob("g*"):
            if path.name != current:
                shutil.rmtree(path)


def _synced(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
