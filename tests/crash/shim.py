"""Compile and drive ``faults.c``: the numbers it shares with us, and the record of calls that it keeps."""

from __future__ import annotations

import ctypes
import mmap
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("faults.c")
# What may happen at a call, by the number that faults.c gives it.
KINDS = ("none", "kill before", "kill after", "torn write", "short write", "error", "disk full", "disk broken")


class Control(ctypes.Structure):
    """``struct control`` of faults.c."""

    _fields_ = (
        ("lock", ctypes.c_int32),
        ("kind", ctypes.c_int32),
        ("code", ctypes.c_int32),
        ("fraction", ctypes.c_int32),
        ("log", ctypes.c_int32),
        ("syncs", ctypes.c_int32),
        ("at", ctypes.c_int64),
        ("count", ctypes.c_int64),
        ("hit", ctypes.c_int64),
        ("place", ctypes.c_int64),
        ("call", ctypes.c_char * 8),
        ("root", ctypes.c_char * 256),
    )


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc")


def build(folder: Path) -> Path:
    """Compile the shim into a folder and return the library."""
    library = folder / "faults.so"
    program = compiler()
    assert program is not None
    subprocess.run([program, "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
    return library


@dataclass(frozen=True)
class Call:
    """One recorded call: its kind (a letter of faults.c), file number, offset, bytes; ``m`` is a mark, ``-`` failed."""

    kind: str
    file: int
    offset: int
    length: int
    path: str
    other: str
    data: bytes


class Shim:
    """The shared numbers; a forked child installs itself, its parent reads what became of it."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        assert self._library.faults_size() == ctypes.sizeof(Control)
        self._memory = mmap.mmap(-1, ctypes.sizeof(Control))  # shared with children
        self.control = Control.from_buffer(self._memory)

    def arm(self, root: Path, kind: str = "none", at: int = 0, *, code: int = 0, fraction: int = 128) -> None:
        """Set what will happen below a folder; the calls are counted anew."""
        control = self.control
        control.lock = control.count = control.hit = control.place = 0
        control.log = -1
        control.syncs = 0
        control.call = b""
        control.kind, control.at, control.code, control.fraction = KINDS.index(kind), at, code, fraction
        control.root = str(root).encode()

    def disarm(self) -> None:
        """Let every call pass from here on: the fault is gone."""
        self.control.at = 0

    def install(self) -> None:
        """Stand between this process and its files, for good. Call it in a child that has one thread."""
        status = self._library.faults_install(ctypes.byref(self.control))
        if status:
            raise OSError(status, "no seccomp filter can be installed here")

    def mark(self, place: int) -> None:
        """Write down how far the work under test says it is."""
        if self.control.root:
            self._library.faults_mark(ctypes.c_long(place))


_ENTRY = struct.Struct("=c7xqqqii")


def calls(text: bytes) -> Iterator[Call]:
    """Read a record of calls."""
    at = 0
    while at < len(text):
        kind, file, offset, length, path, other = _ENTRY.unpack_from(text, at)
        at += _ENTRY.size
        first, second = text[at : at + path].decode(), text[at + path : at + path + other].decode()
        at += path + other
        data = text[at : at + length] if kind == b"w" else b""
        at += len(data)
        yield Call(kind.decode(), file, offset, length, first, second, data)


def memory_folder() -> Path:
    """Return a new folder, in memory where the machine has such: what is tested here never reaches a disk."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="kho-crash-", dir=shared if shared.is_dir() else None))


if __name__ == "__main__":  # can it be installed here?
    Shim(Path(sys.argv[1])).install()
