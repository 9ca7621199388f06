"""What an engine tells of its generations and of what it holds; pure values."""

from __future__ import annotations

from typing import Literal

import msgspec

KEPT = 1  # earlier generations that stay for going back: each takes as much room as the index itself


class Held(msgspec.Struct, frozen=True, gc=False):
    """What an index holds of one record: status, version and checksum of its document, as they were written.

    ``whole`` is false where what is stored with them is not as it was written: its files are damaged.
    """

    status: str
    version: str
    checksum: str = ""
    whole: bool = True


class Generation(msgspec.Struct, frozen=True):
    """One generation of an index: its name and what it is for now.

    Its size in bytes and the second of the Unix clock at which it was begun are None where nobody can say.
    """

    name: str
    state: Literal["current", "kept", "unfinished"]
    size: int | None = None
    begun: int | None = None


class Room(msgspec.Struct, frozen=True):
    """Bytes that are free where an index lies, and bytes that another generation of it will need."""

    free: int
    needed: int
