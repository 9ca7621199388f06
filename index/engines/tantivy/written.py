"""What is written beside each document, and tells later which it is and whether it is still the same."""

from __future__ import annotations

import zlib

from ...generations import Held
from ...query import Document


def written(document: Document) -> bytes:
    """Return status, version and checksum of a document, and a checksum of what is stored of it."""
    stored = document.stored if document.status == "shown" else document.reason.encode()
    return "\n".join((document.status, document.version, document.checksum, f"{zlib.crc32(stored):x}")).encode()


def held_of(version: bytes, stored: bytes) -> Held:
    """Return what is held of a record, of what was written beside what is stored. Raises ValueError."""
    status, written, checksum, crc = version.decode().split("\n")
    return Held(status, written, checksum, f"{zlib.crc32(stored):x}" == crc)
