"""What is written beside each document, and tells later which it is and whether it is still the same."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import msgspec

from ...generations import Held
from ...query import Document

_CRC = 4  # bytes


def written(document: Document, stored: bytes) -> bytes:
    """Return status, version and checksum of a document, and a checksum of what is stored of it."""
    said = f"{document.status}\n{document.version}\n".encode()
    return said + zlib.crc32(stored).to_bytes(_CRC) + bytes.fromhex(document.checksum)


def held_of(version: bytes, stored: bytes) -> Held:
    """Return what is held of a record, of what was written beside what is stored. Raises ValueError."""
    status, written, sums = version.split(b"\n", 2)
    whole = zlib.crc32(stored).to_bytes(_CRC) == sums[:_CRC]
    return Held(status.decode(), written.decode(), sums[_CRC:].hex(), whole)


def all_held(documents: Iterable[tuple[str, bytes, bytes]]) -> dict[str, Held]:
    """Return what is held of records by their keys, of key, version and what is stored of each. Raises ValueError."""
    found: dict[str, Held] = {}
    for key, version, stored in documents:
        one = held_of(version, stored)
        found[key] = one if key not in found else msgspec.structs.replace(one, whole=False)  # it is there twice
    return found
