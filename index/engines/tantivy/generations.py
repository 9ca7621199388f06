"""The generations of an embedded index: folders side by side, one of which answers, named by the file ``current``.

``current`` names also those that are kept for going back, and the highest number ever adopted; ``unfinished`` names the
one that is being built, and what for. Both are replaced by one rename, so that a kill leaves the old words or the new.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from ...errors import IndexUnreachableError
from ...generations import Generation, Room

SCHEMA = 8  # another number: the folder is built anew
_SPARE = 64_000_000  # bytes that stay free: a commit and a merge of a small index

Words = TypeVar("Words", bound=msgspec.Struct)


class Current(msgspec.Struct, frozen=True):
    """Which generation answers, of which schema, which are kept (newest first), the highest number ever adopted.

    ``begun``: when each of them was begun, in seconds of the Unix clock.
    """

    generation: str = ""
    schema: int = 0
    kept: tuple[str, ...] = ()
    last: int = 0
    begun: dict[str, int] = {}


class Unfinished(msgspec.Struct, frozen=True):
    """Which generation is being built, of which schema, what for, and since when (seconds of the Unix clock)."""

    generation: str = ""
    schema: int = 0
    purpose: str = ""
    begun: int | None = None


class Generations:
    """The folder of an index; whoever makes, adopts or removes generations holds its lock."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self._address = address

    # --- what there is ----------------------------------------------------------------------------------------------

    def current(self) -> str | None:
        """Return the name of the generation that answers; None where there is none of this version."""
        return self._now().generation or None

    def kept(self) -> tuple[str, ...]:
        """Return the names of the generations that are kept for going back, newest first."""
        return tuple(name for name in self._now().kept if (self.folder / name).is_dir())

    def unfinished(self) -> Unfinished:
        """Return which generation was being built when its builder ended, if it may go on."""
        found, now = self._read("unfinished", Unfinished()), self._now()
        doubtful = found.schema != SCHEMA or found.generation in ("", now.generation, *now.kept)
        return Unfinished() if doubtful or not (self.folder / found.generation).is_dir() else found

    def all(self) -> tuple[Generation, ...]:
        """Return every generation with its size and when it was begun."""
        named = [(name, "current") for name in filter(None, [self.current()])]
        named += [(name, "kept") for name in self.kept()]
        unfinished = self.unfinished()
        named += [(name, "unfinished") for name in filter(None, [unfinished.generation])]
        begun = {**self._now().begun, unfinished.generation: unfinished.begun}
        return tuple(Generation(name, state, self._size(name), begun.get(name)) for name, state in named)  # type: ignore[arg-type]

    def room(self) -> Room:
        """Return what is free on the disk, and what another generation as large as the present one needs."""
        place = next(each for each in (self.folder, *self.folder.absolute().parents) if each.exists())
        present = sum(self._size(name) for name in filter(None, [self.current()]))
        begun = sum(self._size(name) for name in filter(None, [self.unfinished().generation]))
        return Room(shutil.disk_usage(place).free, max(present - begun, 0) + _SPARE)

    def _size(self, name: str) -> int:
        total = 0
        for path in (self.folder / name).glob("*"):
            try:
                total += path.stat().st_size
            except OSError:  # merged away meanwhile
                continue
        return total

    def _now(self) -> Current:
        found = self._read("current", Current())
        return found if found.schema == SCHEMA else Current(last=found.last)

    def _read(self, name: str, nothing: Words) -> Words:
        try:
            return msgspec.json.decode((self.folder / name).read_bytes(), type=type(nothing))
        except (OSError, ValueError, RecursionError):
            return nothing

    # --- what changes, by whoever holds the lock ----------------------------------------------------------------------

    def build(self) -> IO[str]:
        """Be the only one who makes, adopts or removes generations; a process that is gone holds nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = (self.folder / "building").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise IndexUnreachableError(self._address, "another process is building it anew") from error
        return file

    def next(self) -> str:
        """Make the folder of a new generation, of a name that none has had that anybody could see; return its name."""
        there = [int(path.name[1:]) for path in self.folder.glob("g*") if path.name[1:].isdecimal()]
        name = f"g{max(self._now().last, *there, 0) + 1}"
        (self.folder / name).mkdir()
        return name

    def begun(self, generation: str, purpose: str) -> None:
        """Write down that a generation is being built: whoever builds for the same purpose may go on with it."""
        self._write("unfinished", Unfinished(generation, SCHEMA, purpose, int(time.time())))

    def name(self, generation: str, kept: int) -> None:
        """Let a generation be the one that answers, and keep so many of those before it: one rename, made durable."""
        now = self._now()
        before = [each for each in (now.generation, *now.kept) if each not in ("", generation)]
        _synced(self.folder / generation)
        last = max(now.last, int(generation[1:]))
        begun = {each.name: each.begun for each in self.all() if each.name in (generation, *before[:kept])}
        known = {name: when for name, when in begun.items() if when is not None}
        self._write("current", Current(generation, SCHEMA, tuple(before[:kept]), last, known))

    def clean(self, kept: int) -> None:
        """Remove every generation but the current one and the newest so many before it."""
        now = self._now()
        if len(now.kept) > kept:
            self._write("current", msgspec.structs.replace(now, kept=now.kept[:kept]))
        (self.folder / "unfinished").unlink(missing_ok=True)
        for path in self.folder.glob("g*"):
            if path.name not in (now.generation, *now.kept[:kept]):
                shutil.rmtree(path)

    def _write(self, name: str, words: msgspec.Struct) -> None:
        part = self.folder / f"{name}.part"
        with part.open("wb") as file:
            file.write(msgspec.json.encode(words))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / name)
        _synced(self.folder)


def _synced(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
