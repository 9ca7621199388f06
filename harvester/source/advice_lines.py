"""Where the lines of ``mapping:`` stand, so that whoever finds one useless can be sent to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..yaml_marks import Marked, Path_
from .model import SOURCE

Lines = dict[tuple[str, str], str]  # (setting, line) to file:line; ("mapping.sets", "com_1:grade=9")
_PART = "mapping."


def lines_of_entry(marked: Marked, path: Path_) -> Lines:
    """Return the places of the lines of an entry that was read without a mistake."""
    entry: Any = marked.value
    for step in path:
        entry = entry[step]
    said = entry.get("mapping") if isinstance(entry, dict) else None
    found: Lines = {}
    for name, value in said.items() if isinstance(said, dict) else ():
        setting, where = _PART + name, (*path, "mapping", name)
        for place, part in _parts(setting, value, where):
            for line in _texts(SOURCE[setting].read(setting, part)):
                found[setting, line] = f"{marked.name}:{marked.keys[place][0]}"
    return found


def lines_of_row(flat: Mapping[str, Any], place: str) -> Lines:
    """Return the place of all lines of a roster's row, ``file:line``."""
    return {(key, line): place for key, value in flat.items() if key.startswith(_PART) for line in _texts(value)}


def _parts(setting: str, value: Any, where: Path_) -> Iterable[tuple[Path_, Any]]:
    """Take a setting apart as far as its keys have places of their own."""
    if not isinstance(value, dict):
        yield where, value
        return
    for name, inner in value.items():
        if setting == "mapping.sets" and isinstance(inner, dict):
            yield from (((*where, name, field), {name: {field: said}}) for field, said in inner.items())
        else:
            yield (*where, name), {name: inner}


def _texts(value: Any) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),) if value else ()
