"""Towns, bynames and landmarks: which unit of today a name of the tables means, and of a landmark in other words."""

from __future__ import annotations

import re
from pathlib import Path

from harvester import load_yaml

from .place_words import ENGLISH, ENGLISH_BEGINS, ENGLISH_ENDS, KINDS_IN_ENGLISH
from .tables import remembered
from .vietnamese import folded, is_bare, key
from .vocabulary import vocabulary

_PATHS = tuple(Path(__file__).with_name(name) for name in ("places.yaml", "landmarks.yaml"))
_ABROAD = "abroad"  # "Sơn Tây, Trung Quốc" is no place of this country
_TOGETHER = "together"  # "Longan" is a fruit
RELIC = re.compile(
    r"^(?:khu )?di tích(?: (?:lịch sử|quốc gia|đặc biệt|khảo cổ|cách mạng))*\s+(?=[^\W\d_])", re.IGNORECASE
)


@remembered(maxsize=1)
def _table() -> dict[str, list[str]]:
    """Return the names of both tables under their unit, and those that are no places of this country."""
    table: dict[str, list[str]] = {}
    for path in _PATHS:
        for unit, names in load_yaml(path, path.name).value.items():
            table.setdefault(unit, []).extend(names)
    return table


def _of_units() -> list[tuple[str, list[str]]]:
    return [(unit, names) for unit, names in _table().items() if unit not in (_ABROAD, _TOGETHER)]


def towns() -> list[tuple[str, str]]:
    """Return the names of towns, islands and bynames with the unit of today that each means."""
    table = load_yaml(_PATHS[0], _PATHS[0].name).value
    return [(unit, name) for unit, names in table.items() if unit not in (_ABROAD, _TOGETHER) for name in names]


@remembered(maxsize=1)
def abroad() -> frozenset[str]:
    """Return the names beside which nothing is a place of this country."""
    return frozenset(map(key, _table()[_ABROAD]))


@remembered(maxsize=1)
def written_together() -> frozenset[str]:
    """Return the words that look like names of this country written together, and are others: "Longan", "Triton"."""
    return frozenset(map(key, _table()[_TOGETHER]))


@remembered(maxsize=1)
def _places() -> dict[str, str]:
    return {key(name): unit for unit, names in _of_units() for name in names}


@remembered(maxsize=1)
def _bare_places() -> dict[str, str]:
    """Return the places without marks; of two that look alike then none is meant, and a unit's own name is none."""
    found, units = dict[str, str](), vocabulary("province").bare
    for unit, names in _of_units():
        for name in {folded(name) for name in names} - units.keys():
            found[name] = unit if found.get(name, unit) == unit else ""
    return found


@remembered(maxsize=1)
def _last_words() -> frozenset[str]:
    """Return the words in which names of today's and former provinces end, as they are written."""
    terms = vocabulary("province").terms.values()
    return frozenset(str(name).lower().split()[-1] for term in terms for name in (term["vi"], *term.get("former", ())))


def unit_of_landmark(piece: str) -> str:
    """Return the unit of a landmark in other words: "Nui Chua National Park", "Khu di tích lịch sử Kim Liên"."""
    if " " not in piece:
        return ""
    words = piece.split()
    first, last = words[0].lower(), words[-1].lower()
    is_english = last.removesuffix("s") in ENGLISH_ENDS or first in ENGLISH_BEGINS
    if english := ENGLISH.fullmatch(piece) if is_english else None:
        kinds = KINDS_IN_ENGLISH[(english["kind"] or english["before"]).lower().removesuffix("s")]
        name = folded(english["name"] or english["behind"])
        found = (_bare_places().get(f"{kind} {name}") for kind in (*kinds, "di tich", "quan dao"))
        return next(filter(None, found), "") or vocabulary("province").bare.get(name, "") or unit_of_place(name)
    relic = RELIC.match(piece)
    site = piece[relic.end() :] if relic else ""
    if relic and (found_site := unit_of_place(f"Khu di tích {site}") or unit_of_place(site)):
        return found_site
    for length in (2, 3) if last in _last_words() else ():  # "Chợ Viềng Nam Định"
        unit = vocabulary("province").value(" ".join(words[-length:])) if len(words) > length + 1 else None
        if unit and unit_of_place(" ".join(words[:-length])) == unit:
            return unit
    return ""


@remembered(maxsize=8192)  # of one value each piece is asked for several times
def unit_of_place(name: str) -> str:
    """Return today's unit of a name of the tables, several joined by +; "" for none."""
    return (_bare_places().get(folded(name)) if is_bare(name) else _places().get(key(name))) or ""
