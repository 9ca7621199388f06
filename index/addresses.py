"""Find an engine by the word before the colon of ``index:``."""

from __future__ import annotations

import importlib
from pathlib import Path

from harvester import nearest

from .query import Engine


def engines() -> list[str]:
    """Return the engines that there are: the files and packages of ``index/engines/``."""
    return sorted(place.stem for place in (Path(__file__).parent / "engines").glob("[a-z]*"))


def check_address(address: str) -> tuple[str, ...] | None:
    """Answer for an address such as ``tantivy:data/index``: None for a good one, else what may be meant.

    An engine with an own ``address.py`` answers for what stands behind the colon.
    """
    name, mark, place = address.partition(":")
    if name in engines() and mark and place:
        if not (Path(__file__).parent / "engines" / name / "address.py").exists():
            return None
        meant: tuple[str, ...] | None = importlib.import_module(f"index.engines.{name}.address").check(place)
        return meant and tuple(f"{name}:{each}" for each in meant)
    near = nearest(name, engines()) or engines()[0]
    return (f"{near}:{place or 'data/index'}",)


def open_engine(address: str) -> Engine:
    """Open the engine of an address. Raises IndexUnreachableError when it is used and cannot be reached."""
    name, _, place = address.partition(":")
    if check_address(address) is not None:
        raise ValueError(f"unknown engine in {address!r}")
    opened: Engine = importlib.import_module(f"index.engines.{name}").open_engine(place)
    return opened
