"""The tables of an institution beside the shipped ones: a value that is handed in once for a process.

A command reads the folder ``tables/`` beside sources.yaml and puts its files into use (``own_tables.py``); processes
that help are handed the same value. Everything that is worked out of tables is kept by ``remembered`` and forgotten as
soon as others are in use.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar, cast

import msgspec

P = ParamSpec("P")
T = TypeVar("T")


class Tables(msgspec.Struct, frozen=True):
    """The files of a folder of tables: its name, as messages call it, and (path below it, bytes) sorted by path."""

    name: str = "tables"
    files: tuple[tuple[str, bytes], ...] = ()


_in_use = Tables()
_forget: list[Callable[[], object]] = []


def tables_in_use() -> Tables:
    """Return the tables that mapping uses beside the shipped ones."""
    return _in_use


def put(tables: Tables) -> None:
    """Use these tables from now on, unchecked, and forget all that was worked out of others."""
    global _in_use
    _in_use = tables
    for forget in _forget:
        forget()


def own_files(folder: str) -> dict[str, tuple[bytes, str]]:
    """Return the files in use of ``crosswalks`` or ``vocabularies``: name without ``.yaml`` to bytes and full name."""
    before = f"{folder}/"
    return {
        path[len(before) : -len(".yaml")]: (content, f"{_in_use.name}/{path}")
        for path, content in _in_use.files
        if path.startswith(before) and path.endswith(".yaml")
    }


def own_file(path: str) -> tuple[bytes, str] | None:
    """Return a file in use, its bytes and its full name; None where there is none of that path."""
    content = dict(_in_use.files).get(path)
    return None if content is None else (content, f"{_in_use.name}/{path}")


def remembered(maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function gives, as ``lru_cache`` does, until other tables are in use."""

    def keeping(function: Callable[P, T]) -> Callable[P, T]:
        kept = lru_cache(maxsize=maxsize)(function)
        forgotten(kept.cache_clear)
        return cast("Callable[P, T]", kept)

    return keeping


LONGEST_REMEMBERED = 300  # letters; a longer value hardly comes again, and thousands of them would fill the memory


def remembered_words(
    maxsize: int, longest: int = LONGEST_REMEMBERED
) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Keep what a function of words gives, as ``remembered`` does; of more letters than ``longest`` it is made anew."""

    def keeping(function: Callable[[str], T]) -> Callable[[str], T]:
        kept = remembered(maxsize)(function)

        @wraps(function)
        def given(words: str) -> T:
            return kept(words) if len(words) <= longest else function(words)

        vars(given)["kept"] = kept  # as ``lru_cache`` does, it tells how much it keeps
        return given

    return keeping


def forgotten(forget: Callable[[], object]) -> None:
    """Have something forgotten when other tables are put into use."""
    _forget.append(forget)
