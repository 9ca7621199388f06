"""A source: one place of an institution that we ask. How sources.yaml says it, and how it is read."""

from __future__ import annotations

from .model import ARROW, SETTINGS, SOURCE, Institution, Settings, Source, Word
from .reader import Broken, Check, Federation, read_federation
from .selection import NothingSelectedError, select

__all__ = [
    "ARROW",
    "SETTINGS",
    "SOURCE",
    "Broken",
    "Check",
    "Federation",
    "Institution",
    "NothingSelectedError",
    "Settings",
    "Source",
    "Word",
    "read_federation",
    "select",
]
