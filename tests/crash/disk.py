"""A disk that loses power: what it may hold after it, from the record of every call that changed a file.

Modelled: a write reaches the disk in sectors, each of which may be lost or kept until the file is synced, whatever its
neighbours do; a sector that never came reads as zeros, or as what stood there. Names (create, rename, unlink, mkdir)
reach the disk in their order. On an ``ordered`` disk (ext4, xfs: one journal) each sync of any file brings all names
before it to the disk; on a ``strict`` one (what POSIX promises) only the sync of a folder brings that folder's names.
Not modelled: a sector half written, names of one folder out of their order, a disk that lies about a sync.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.crash.shim import Call


@dataclass
class File:
    """A file: what is surely on the disk, and the writes and truncations since: (offset, bytes), (length, None)."""

    kept: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        self.kept, self.pending = self.after(lambda: True, 1 << 30), []

    def after(self, survives: Callable[[], bool], sector: int) -> bytes:
        """Return what is on the disk when of each pending sector is decided whether it came."""
        content = bytearray(self.kept)
        for at, data in self.pending:
            if data is None:
                if survives():
                    _resize(content, at)
                continue
            begin = at
            while begin < at + len(data):
                end = min((begin // sector + 1) * sector, at + len(data))
                if survives():
                    _resize(content, max(len(content), end))
                    content[begin:end] = data[begin - at : end - at]
                begin = end
        return bytes(content)


def _resize(content: bytearray, length: int) -> None:
    if length < len(content):
        del content[length:]
    else:
        content.extend(bytes(length - len(content)))


@dataclass(frozen=True)
class Name:
    """A change of names that may not have reached the disk: of one folder, in its order."""

    kind: str
    path: str
    other: str = ""
    file: File | None = None

    @property
    def folder(self) -> str:
        return str(PurePosixPath(self.path).parent)


FOLDER = File()  # stands for every folder


class Disk:
    """What a run has done to a folder so far, call by call."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.live: dict[str, File] = {root: FOLDER}  # names as the run sees them
        self._kept: dict[str, File] = {root: FOLDER}  # names that are surely on the disk
        self._pending: list[Name] = []
        self._files: dict[int, File] = {}
        self._ordered_upto = 0  # how many of the pending names an ordered disk has by now

    def apply(self, call: Call) -> None:
        """Do what the run did."""
        if call.kind == "s":
            self._sync(call)
        elif call.kind in "wt":
            file = self._files.get(call.file) or self.live[call.path]
            file.pending.append((call.offset, call.data) if call.kind == "w" else (call.length, None))
        elif call.kind == "c":
            made = self._files[call.file] = File()
            self._name(Name("c", call.path, file=made))
        elif call.kind in "rukx":
            self._name(Name(call.kind, call.path, call.other))
        else:
            raise AssertionError(f"a call that is not modelled: {call}")

    def _name(self, name: Name) -> None:
        assert name.kind != "r" or str(PurePosixPath(name.other).parent) == name.folder, "a rename between folders"
        _rename(self.live, name)
        self._pending.append(name)

    def _sync(self, call: Call) -> None:
        if self.live.get(call.path) is FOLDER:
            mine = [name for name in self._pending if name.folder == call.path]
            for name in mine:
                _rename(self._kept, name)
            before = sum(name.folder == call.path for name in self._pending[: self._ordered_upto])
            self._pending = [name for name in self._pending if name.folder != call.path]
            self._ordered_upto -= before
        elif call.file in self._files:
            self._files[call.file].sync()
        self._ordered_upto = len(self._pending)

    def lose_power(self, chance: random.Random, place: Path) -> str:
        """Write into a new folder what the disk may hold now; returns how it was drawn."""
        ordered = chance.random() < 0.5
        keep, sector = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0)), chance.choice((512, 4096))
        names = dict(self._kept)
        for name in self._surviving(chance, ordered=ordered):
            _rename(names, name)
        place.mkdir()
        for path, file in sorted(names.items()):  # folders come before what is in them
            target = place / PurePosixPath(path).relative_to(self.root)
            if not target.parent.is_dir():
                continue  # its folder never reached the disk
            if file is FOLDER:
                target.mkdir(exist_ok=True)
            else:
                target.write_bytes(file.after(lambda: chance.random() < keep, sector))
        return f"{'ordered' if ordered else 'strict'}, sectors of {sector}, {keep:.0%} kept"

    def _surviving(self, chance: random.Random, *, ordered: bool) -> list[Name]:
        if ordered:
            return self._pending[: chance.randint(self._ordered_upto, len(self._pending))]
        survivors = []
        for folder in sorted({name.folder for name in self._pending}):
            mine = [name for name in self._pending if name.folder == folder]
            survivors += mine[: chance.randint(0, len(mine))]
        return survivors


def _rename(names: dict[str, File], name: Name) -> None:
    if name.kind == "c" and name.file is not None:
        names[name.path] = name.file
    elif name.kind == "k":
        names[name.path] = FOLDER
    elif name.kind == "r":
        if name.path in names:
            names[name.other] = names.pop(name.path)
    else:
        names.pop(name.path, None)
