"""Take-downs written down beside sources.yaml: one line each, appended and forced to disk, never rewritten.

The file outlives the store: a store that is made anew or restored from an older copy applies what it says before
anything else. The last line about a target is what holds.
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from ..errors import StoreError

NAME = "suppressions.csv"
Action = Literal["add", "erase", "remove"]
Target = tuple[str | None, str | None, bytes | None]
_HEADER = ("at", "action", "source", "identifier", "content", "reason")
_ACTIONS: tuple[Action, ...] = ("add", "erase", "remove")
_CLOCK = "%Y-%m-%dT%H:%M:%SZ"


class TakeDown(msgspec.Struct, frozen=True, kw_only=True):
    """What must not be shown: one record, all of a source (no identifier), or one content from wherever it comes.

    ``source`` is the source's first id, ``content`` the 16-byte hash of what is said, ``at`` epoch seconds. ``erased``
    says that the bodies are overwritten too, ``unfinished`` that some may still lie in the store's files.
    """

    source: str | None = None
    identifier: str | None = None
    content: bytes | None = None
    reason: str
    at: int
    erased: bool = False
    unfinished: bool = False

    @property
    def target(self) -> Target:
        """What it hides; two take-downs of the same target are one."""
        return self.source, self.identifier, self.content


class Entry(msgspec.Struct, frozen=True):
    """One line of the file."""

    action: Action
    down: TakeDown


def read(path: Path) -> dict[Target, Entry]:
    """Return what holds for each target that the file names; nothing where there is no file.

    A last line that is not whole was being written when the machine stopped: its command had not ended, so it is left
    out. Raises StoreError suppressions_unreadable: what must not be shown has to be known before anything is.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError("suppressions_unreadable", where=str(path), detail=str(error)) from error
    try:
        text = content[: _whole(content)].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StoreError("suppressions_unreadable", where=str(path), detail=str(error)) from error
    found: dict[Target, Entry] = {}
    for entry in _entries(path, text):
        before = found.get(entry.down.target)
        if not (before is not None and before.action == "erase" and entry.action == "add"):  # erased stays erased
            found[entry.down.target] = entry
    return found


def _whole(content: bytes) -> int:
    """Return how many bytes of the file are whole lines; a last line without its end counts when it can be read."""
    end = content.rfind(b"\n") + 1
    try:
        for row in csv.reader([content[end:].decode()]):
            _entry(row)
            end = len(content)
    except (ValueError, csv.Error):
        pass
    return end


def _entries(path: Path, text: str) -> Iterator[Entry]:
    number = 1
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
            if row and not (number == 1 and tuple(row[:2]) == _HEADER[:2]):
                yield _entry(row)
    except (ValueError, csv.Error) as error:
        raise StoreError("suppressions_unreadable", where=f"{path}:{number}", detail=str(error)) from error


def _entry(row: Sequence[str]) -> Entry:
    at, action, source, identifier, content, reason = (_plain(cell) for cell in row)
    if action not in _ACTIONS:
        raise ValueError(action)
    down = TakeDown(
        source=source or None,
        identifier=identifier or None,
        content=bytes.fromhex(content) or None,
        reason=reason,
        at=int(datetime.strptime(at, _CLOCK).replace(tzinfo=UTC).timestamp()),
        erased=action == "erase",
    )
    if down.target == (None, None, None) or (down.identifier and not down.source):
        raise ValueError("source, identifier, content")
    return Entry(action, down)


def _plain(cell: str) -> str:
    text: str = json.loads(f'"{cell}"')
    return text


def _cell(text: str) -> str:
    """Write a text on one line: an identifier may hold anything, and a line that ended is a line that is whole."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _line(entry: Entry) -> bytes:
    down = entry.down
    at = datetime.fromtimestamp(down.at, UTC).strftime(_CLOCK)
    content = down.content.hex() if down.content else ""
    cells = (at, entry.action, down.source or "", down.identifier or "", content, down.reason)
    return _csv(_cell(cell) for cell in cells)


def _csv(cells: Iterator[str] | Sequence[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue().encode()


def append(path: Path, entries: Sequence[Entry]) -> None:
    """Add lines and return when they are on disk; a torn last line of an earlier crash is cut off first.

    Lines that the disk did not take are cut off again: a part of one could be read as a whole one. Raises StoreError
    suppressions_unwritable.
    """
    try:
        made = not path.exists()
        with path.open("ab+", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # two commands at once write one after another
            file.seek(0)
            content = file.read()
            whole = _whole(content)
            file.truncate(whole)
            head = _csv(_HEADER) if not whole else b"" if content[whole - 1 : whole] == b"\n" else b"\n"
            try:
                _write(file, head + b"".join(_line(entry) for entry in entries))
            except OSError:
                file.truncate(whole)
                raise
        if made:
            sync_folder(path.parent)
    except OSError as error:
        raise StoreError("suppressions_unwritable", where=str(path), detail=str(error)) from error


def _write(file: io.FileIO, lines: bytes) -> None:
    """Write bytes to their end and force them to disk."""
    left = memoryview(lines)
    while left:
        left = left[file.write(left) or 0 :]
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Force a folder's names to disk: a new or renamed file is only there for good when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
