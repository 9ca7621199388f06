"""A table for spreadsheets (CSV, RFC 4180): one row a resource, several values of a field parted by " | ".

Spreadsheets run what begins like a formula, and titles come from outside: such a cell gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from ..fields import FIELDS
from ..resource import Agent, Identifier, Institution, Relation, Resource
from ..vocabulary import label
from ._dublin_core import identifier_text
from ._export import Addresses, Export

_PARTED = " | "
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the code page of the country
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SCHEMES = {field.name: field.unit.split(" ")[1] for field in FIELDS.values() if field.unit.startswith("vocabulary ")}
HEADERS = tuple(column for name in FIELDS for column in ((name, f"{name}_label") if name in _SCHEMES else (name,)))


def export(addresses: Addresses, when: str) -> Export:
    """Write a table: the ids of terms, and beside them what people read."""
    text = io.StringIO()
    writer = csv.writer(text)

    def row(cells: list[str]) -> str:
        text.seek(0)
        text.truncate()
        writer.writerow([safe(cell) for cell in cells])
        return text.getvalue()

    def record(resource: Resource) -> str:
        cells: list[str] = []
        for name in FIELDS:
            value = getattr(resource, name)
            if not value and value != 0:
                cells += ("", "") if name in _SCHEMES else ("",)
                continue
            values = value if isinstance(value, tuple) else () if value is None else (value,)
            cells.append(_PARTED.join(map(_text, values)))
            if name in _SCHEMES:
                cells.append(_PARTED.join(label(_SCHEMES[name], term) for term in values))
        return row(cells)

    return Export(_BYTE_ORDER_MARK + row(list(HEADERS)), record, "", "")


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    match value:
        case Agent(name, role):
            return f"{name} ({role})" if role else name
        case Identifier(scheme, text):
            return identifier_text(scheme, text)
        case Relation(kind, target):
            return f"{kind}: {target}" if kind else target
        case Institution(name):
            return name
    return str(value)
