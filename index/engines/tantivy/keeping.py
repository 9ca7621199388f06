"""Small things kept beside the documents of one generation: a file each, whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

_KEPT = "kept-"  # Tantivy removes only files that it made itself
_PART = ".tmp-kept-"  # what a killed process leaves behind is cleared away with the writer's own leftovers


def keep(generation: Path, name: str, content: bytes) -> None:
    """Put a file in the place of an earlier one by one rename, both durable; raises OSError."""
    part = generation / f"{_PART}{name}"
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(generation / f"{_KEPT}{name}")
    descriptor = os.open(generation, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kept(generation: Path, name: str) -> bytes | None:
    """Return what was kept under a name; None where nothing was, or it cannot be read."""
    try:
        return (generation / f"{_KEPT}{name}").read_bytes()
    except OSError:
        return None
