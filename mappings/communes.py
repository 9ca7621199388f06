"""Communes, wards and former townships whose name alone says in which unit of today they are: "phường Bến Thành"."""

from __future__ import annotations

import re
from pathlib import Path

from harvester import load_yaml

from .tables import remembered
from .vietnamese import folded, is_bare, key

_PATH = Path(__file__).with_name("communes.yaml")
_BARE = "bare"
_KINDS = {
    "p": "phường",
    "w": "phường",
    "x": "xã",
    "c": "xã",
    "t": "thị trấn",
    "đ": "đặc khu",
    "d": "đặc khu",
    "s": "đặc khu",
}
_WITH_KIND = re.compile(
    r"(?P<kind>phường|phuong|thị trấn|thi tran|đặc khu|dac khu|xã|xa|p\.|x\.|tt\.?)\s*(?P<name>\w.*)", re.IGNORECASE
)
_ENDS = ("ward", "commune", "township", "townlet", "zone")
_BEHIND = re.compile(
    r"(?P<name>\w.*?)\s+(?P<kind>ward|commune|town(?:ship|let)|special (?:administrative )?zone)", re.IGNORECASE
)


@remembered(maxsize=1)
def _communes() -> tuple[dict[str, str], dict[str, str]]:
    """Return today's units of names with their marks, and of names that were written without."""
    table = dict(load_yaml(_PATH, _PATH.name).value)
    looks_like_others = set(table.pop(_BARE))
    pairs = [(name, unit) for unit, names in table.items() for name in names]
    without_marks = {folded(name): unit for name, unit in pairs}
    return {key(name): unit for name, unit in pairs}, {
        name: unit for name, unit in without_marks.items() if name not in looks_like_others
    }


def unit_of_commune(words: str) -> str:
    """Return today's unit of "phường Bến Thành", "xã Mường Bo" or "Ea Kar commune"; "" where several may be meant.

    The word for the kind must stand beside the name: people, streets and schools bear these names, too.
    """
    named = _WITH_KIND.fullmatch(words)
    if not named and words.lower().endswith(_ENDS):
        named = _BEHIND.fullmatch(words)
    if not named:
        return ""
    marked, bare = _communes()
    name = named["name"]
    fold, units = (folded, bare) if is_bare(name) else (key, marked)
    return units.get(fold(f"{_KINDS[named['kind'][0].lower()]} {name}")) or units.get(fold(name)) or ""
