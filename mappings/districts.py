"""Districts of before July 2025: which names mean one unit of today, alone or beside the word for their kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from harvester import load_yaml

from .tables import remembered
from .vietnamese import folded, is_bare, key
from .vocabulary import vocabulary

_PATH = Path(__file__).with_name("districts.yaml")
_WITH_KIND, _WARDS_ELSEWHERE = "with_kind", "wards_elsewhere"
_KINDS = {
    "quận": r"quận|quan|q\.?",
    "thành phố": r"thành phố|thanh pho|t\.?p\.?",
    "thị xã": r"thị xã|thi xa|tx\.?",
    "huyện": r"huyện(?: đảo)?|huyen(?: dao)?|h\.?",
    "": r"district|dist\.?",
}
_BEFORE = re.compile(
    rf"(?:{'|'.join(f'(?P<k{place}>{words})' for place, words in enumerate(_KINDS.values()))})"
    r"(?:\s+|(?<=\.)|(?<=q)(?=\d))(?P<name>\w.*)",
    re.IGNORECASE,
)
_DISTRICT = re.compile(r"(?:huyện|huyen|quận|thị xã|thi xa|h\.|q\.|tx\.?|tt\.?)\s*\S", re.IGNORECASE)
_BEHIND = re.compile(r"(?P<name>\w.*?)\s+(?:district|dist\.?|town(?:ship)?|city)\.?", re.IGNORECASE)

Units = dict[str, set[str]]


@remembered(maxsize=2)
def _districts(fold: Callable[[str], str]) -> tuple[Units, Units]:
    """Return today's units of names alone, and of "huyện NAME", both in the form that ``fold`` compares by."""
    table = dict(load_yaml(_PATH, _PATH.name).value)
    only_with_kind = set(map(fold, table.pop(_WITH_KIND)))
    del table[_WARDS_ELSEWHERE]
    former = vocabulary("former_province").terms
    alone, with_kind = dict[str, set[str]](), dict[str, set[str]]()
    for province, kinds in table.items():
        for kind, names in kinds.items():
            for name in map(fold, names):
                alone.setdefault(name, set()).add(former[province]["unit"])
                with_kind.setdefault(f"{kind} {name}", set()).add(former[province]["unit"])
    provinces = vocabulary("province").bare if fold is folded else vocabulary("province").whole
    return {
        name: alone[name]
        for name in alone
        if name not in only_with_kind and name not in provinces and not name.isdecimal()
    }, {
        **with_kind,
        **{f" {name}": units for name, units in alone.items()},
    }


def unit_of_district(words: str) -> str:
    """Return today's unit of "huyện Đông Anh", "Q.3", "Ninh Kieu District" or "Đà Lạt"; "" where several are meant.

    A name that has lost its marks is compared without them; one that people and streets bear, too, counts only beside
    the word for its kind.
    """
    fold = folded if is_bare(words) else key
    alone, with_kind = _districts(fold)
    if found := _only(alone.get(fold(words))):
        return found
    if _HIGHLAND.match(words) and (found := unit_of_joined_name(words)):
        return found
    before = _BEFORE.fullmatch(words) or _BEHIND.fullmatch(words)
    if not before:
        return ""
    kind = next((kind for place, kind in enumerate(_KINDS) if before.groupdict().get(f"k{place}")), "")
    name = fold(before["name"])
    if kind not in ("", "quận") and name.isdecimal():  # "H. 12" may be a volume
        return ""
    if not kind or f"{kind} {name}" in with_kind:
        return _only(with_kind.get(f"{kind} {name}") or with_kind.get(f" {name}"))
    return "" if vocabulary("province").value(before["name"]) else _only(with_kind.get(f" {name}"))  # "huyện Vĩnh Long"


def unit_of_joined_name(words: str) -> str:
    """Return today's unit of a district by its name without blanks, hyphens and marks: "badinh", "Long-Xuyen"."""
    return _only(_joined_names().get(_together(words)))


@remembered(maxsize=1)
def _towns() -> frozenset[str]:
    """Return the towns of before July 2025 after which wards only of the same unit are named."""
    table = dict(load_yaml(_PATH, _PATH.name).value)
    del table[_WITH_KIND]
    elsewhere = set(table.pop(_WARDS_ELSEWHERE))
    named = {name for kinds in table.values() for kind, names in kinds.items() if kind != "huyện" for name in names}
    return frozenset(fold(name) for name in named - elsewhere for fold in (key, folded))


def unit_of_ward(words: str) -> str:
    """Return today's unit of a ward that is named after a town: "phường Bắc Nha Trang", "P. Hội An Đông"; else ""."""
    ward = _WARD.fullmatch(words)
    if not ward:
        return ""
    for name in (ward["name"], _SIDE.sub("", ward["name"])):
        fold = folded if is_bare(name) else key
        if fold(name) in _towns() and (found := _only(_districts(fold)[0].get(fold(name)))):
            return found
    return ""


_WARD = re.compile(r"(?:phường|phuong|p\.)\s*(?P<name>\w.*)", re.IGNORECASE)
_SIDE = re.compile(
    r"^(?:đông|tây|nam|bắc|dong|tay|bac)\s|\s(?:đông|tây|nam|bắc|trung|dong|tay|bac|\d+)$", re.IGNORECASE
)


@remembered(maxsize=1)
def _joined_names() -> Units:
    found: Units = {}
    for name, units in _districts(folded)[0].items():
        found.setdefault(_together(name), set()).update(units)
    return found


def _together(name: str) -> str:
    """Return a name of the Highlands as it is written in many ways: "Ea H'leo", "Ea Hleo", "Đăk R'Lấp", "Dac Rlap"."""
    return folded(name).replace(" ", "").replace("-", "").replace("dac", "dak").replace("y", "i")


# Names of other languages than Vietnamese, which everybody spells in another way.
_HIGHLAND = re.compile(r"(?:[đd][ăắaâấ][kc]|krông|krong|ea|cư|chư|m['’]|ia|kon|mù|buôn|ayun|k'?bang)\b", re.IGNORECASE)


def units_of_name(name: str) -> set[str]:
    """Return all units of today that a district of this name was in: "Tam Nông" of two; the kind is not asked for."""
    fold = folded if is_bare(name) else key
    return _districts(fold)[1].get(f" {fold(name)}", set())


def is_of_elsewhere(words: str) -> bool:
    """Say that a township has the name of a district that is not its own: "thị trấn Hương Sơn"."""
    town = _TOWNSHIP.match(words)
    return town is not None and folded(words[town.end() :]) in _elsewhere()


@remembered(maxsize=1)
def _elsewhere() -> frozenset[str]:
    return frozenset(map(folded, load_yaml(_PATH, _PATH.name).value[_WARDS_ELSEWHERE]))


_TOWNSHIP = re.compile(r"(?:thị trấn|thi tran|tt\.?)\s+", re.IGNORECASE)


def is_district(words: str) -> bool:
    """Say that words begin with the word for a kind of district: "huyện Quảng Ninh" is not Quảng Ninh."""
    return _DISTRICT.match(words) is not None


def _only(units: set[str] | None) -> str:
    return next(iter(units)) if units and len(units) == 1 else ""


_IN_HOSTS = {"tp": "thanhpho", "tx": "thixa", "h": "huyen", "q": "quan"}


@remembered(maxsize=1)
def _hosts() -> dict[str, str]:
    """Return names of districts as labels of hosts have them, with the word for their kind and without."""
    with_kind = _districts(folded)[1]
    return {_as_label(name): unit for name in with_kind if (unit := _only(with_kind[name]))}


def _as_label(name: str) -> str:
    return folded(name).replace(" ", "").replace("-", "").replace("'", "").replace("y", "i")


def unit_of_office(label: str) -> str:
    """Return today's unit of a district's office of education by a label of its host, "pgdtxphuoclong"; "" for none."""
    name = _OFFICE.sub("", label)
    if name == label:
        return ""
    return _unit_of_label(name)


def _unit_of_label(name: str) -> str:
    name = _as_label(name)
    found = _hosts().get(name, "")
    for short, kind in _IN_HOSTS.items():
        if not found and name.startswith(short):
            name_alone = name.removeprefix(short)  # a town may be a city by now
            found = _hosts().get(_as_label(kind) + name_alone, "") or _hosts().get(name_alone, "")
    return found


def unit_of_schools(label: str) -> str:
    """Return today's unit of a district by the label of a host under which its schools stand: "badinh", "tpthuduc"."""
    return _unit_of_label(label)


_OFFICE = re.compile(r"^p(?:hong)?gd(?:(?:va)?dt)?-?")
