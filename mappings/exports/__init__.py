"""Resource to what others read: one file is one format, named like ``kho export --format``.

A file of this folder has a function ``export(addresses, when)`` that says what stands before the first record, how one
record is written, what parts two, and what ends the whole. So any number of records is written with one in memory.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..resource import Resource
from ._export import Addresses, Export

BASE = "https://w3id.org/kho/"


def export_formats() -> tuple[str, ...]:
    """Return the formats in which resources are written."""
    return tuple(sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py")))


def open_export(name: str, base: str = BASE, when: str = "") -> Export:
    """Return a format by its name; ``base`` begins all addresses of ours, ``when`` (UTC) is the time of the export.

    Raises KeyError for a format that there is not.
    """
    if name not in export_formats():
        raise KeyError(name)
    made: Export = importlib.import_module(f"{__name__}.{name}").export(Addresses(base), when)
    return made


def written(export: Export, resources: Iterable[Resource]) -> Iterator[str]:
    """Write resources piece by piece; nothing is kept between them."""
    yield export.head
    between = ""
    for resource in resources:
        yield between + export.record(resource)
        between = export.between
    yield export.tail
