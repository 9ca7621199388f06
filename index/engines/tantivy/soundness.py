"""Are the files of a generation as they were written? Tantivy ends each with its CRC-32, and reads on without a look.

Written into, a damaged segment can end the whole process in a thread of Tantivy's own; so each file is looked at once
before that, and before a generation answers. Files of segments never change: those that were found sound are noted in
``checked`` by size, time and number, and looked at again only by ``kho index verify``.
"""

from __future__ import annotations

import mmap
import zlib
from pathlib import Path

import msgspec

_PARTS = ("store", "fast", "idx", "pos", "term", "fieldnorm")  # the files of every segment
_MAGIC = 1337  # ends the footer of a file: four bytes of its length, four of this
_LONGEST = 1_000  # bytes of a footer; a hundred in fact

Seen = dict[str, tuple[int, int, int]]


class _Deletes(msgspec.Struct):
    opstamp: int


class _Segment(msgspec.Struct):
    segment_id: str
    deletes: _Deletes | None = None


class _Meta(msgspec.Struct):
    segments: list[_Segment]


class _Footer(msgspec.Struct):
    crc: int


def unsound(folder: Path, *, everything: bool = False) -> list[str]:
    """Return the names of the files of a generation that are damaged or missing; [] where all is well.

    ``everything`` looks also at those that were found sound before. Another process may write meanwhile.
    """
    while True:
        meta = _read(folder / "meta.json")
        bad, _ = _look(folder, meta, {} if everything else _noted(folder))
        if not bad or _read(folder / "meta.json") == meta:
            return bad


def note(folder: Path) -> list[str]:
    """Look at what is new in a generation and write down what is sound; returns what is not. For whoever writes."""
    noted = _noted(folder)
    bad, seen = _look(folder, _read(folder / "meta.json"), noted)
    if not bad and seen != noted:
        part = folder / "checked.part"
        part.write_bytes(msgspec.json.encode(seen))
        part.replace(folder / "checked")
    return bad


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _noted(folder: Path) -> Seen:
    try:
        return msgspec.json.decode(_read(folder / "checked"), type=Seen)
    except (ValueError, RecursionError):
        return {}


def _look(folder: Path, meta: bytes, noted: Seen) -> tuple[list[str], Seen]:
    try:
        names = [name for segment in msgspec.json.decode(meta, type=_Meta).segments for name in _files(segment)]
    except (ValueError, RecursionError):
        return ["meta.json"], {}
    bad: list[str] = []
    seen: Seen = {}
    for name in names:
        try:
            found = (folder / name).stat()
            stamp = (found.st_size, found.st_mtime_ns, found.st_ino)
            sound = noted.get(name) == stamp or _sound(folder / name)
        except (OSError, ValueError):
            sound = False
        if sound:
            seen[name] = stamp
        else:
            bad.append(name)
    return bad, seen


def _files(segment: _Segment) -> list[str]:
    stem = segment.segment_id.replace("-", "")
    deleted = [f"{stem}.{segment.deletes.opstamp}.del"] if segment.deletes else []
    return [f"{stem}.{part}" for part in _PARTS] + deleted


def _sound(file: Path) -> bool:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as text:
        length, magic = (int.from_bytes(text[place : place + 4 or None], "little") for place in (-8, -4))
        end = len(text) - 8 - length
        if magic != _MAGIC or not 0 < length < _LONGEST or end < 0:
            return False
        footer = msgspec.json.decode(text[end:-8], type=_Footer)
        with memoryview(text) as whole, whole[:end] as body:
            return zlib.crc32(body) == footer.crc
