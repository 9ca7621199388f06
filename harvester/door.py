"""The front door of a room: names at the door, their files opened only when somebody asks for them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def door(room: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a module ``__getattr__`` (PEP 562) that finds each name of ``homes`` in the file that it names.

    So ``from harvester import RawRecord`` loads ``harvester/record.py`` and not the database.
    """

    def getattr_(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{room}.{homes[name]}"), name)

    return getattr_
