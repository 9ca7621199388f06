"""Where a host is: the province that a label of an address names, or the district whose office of education it is.

A university may bear the name of another place, and its short name says none: "vinhuni" and "hcmue" are no province.
"""

from __future__ import annotations

import re

from .districts import unit_of_joined_name, unit_of_office, unit_of_schools
from .links import host_of_page
from .tables import remembered
from .vietnamese import folded
from .vocabulary import vocabulary


@remembered(maxsize=1)
def _hosts() -> dict[str, str]:
    """Return the labels of hosts: names without blanks and marks, today's and former ones, and usual short forms."""
    found: dict[str, str] = {}
    for term in vocabulary("province").terms.values():
        for word in (
            term["vi"],
            *(word for name in ("variants", "former", "field_only") for word in term.get(name, ())),
        ):
            found.setdefault(folded(word).replace(" ", ""), term["id"])
    return found


# Offices, libraries and teachers' colleges of a province; a university may bear the name of another one.
_OFFICES = re.compile(
    r"(?:so?gd(?:(?:va)?dt)?|giaoduc"
    r"|so(?:giaoduc(?:daotao)?|gd|yte?|khcn|vhttdl|noivu|tuphap|tnmt)?|p(?:hong)?gd(?:dt)?(?:tp|tx|h|q)?"
    r"|thuvien(?:tinh|so|tp)?|baotang(?:tinh)?|cdsp|dhsp|ubnd|hdnd|tinhdoan|thanhdoan|tinhuy|thanhuy|congan|khcn|tp|tinh"
    r"|(?:c3)?chuyen|(?:pt)?dtnt(?:thpt)?(?:tinh)?|(?:tt|trungtam)?(?:gdnn)?(?:gdtx|gdnn)(?:tinh)?|gd(?:dt)?|edu|truongchinhtri|tct|dulich"
    r"|cong(?:thongtin|dichvucong)?|dichvucong|dvc|portal|egov|ict|luutru|ptth|daiptth|mttq|ldld|hoikhuyenhoc"
    r"|c(?:ao)?d(?:ang)?(?:y(?:te?|duoc|khoa)?|cd|nghe|n|kt|ktkt|vhnt|vhntdl|sp|congdong)?)"
)
_BEHIND = re.compile(r"(?:city|province|lib|edu|portal|gov|tourism|ptth|tv)$")
# Houses of a province that may be under any domain of the country.
_LIBRARY = re.compile(
    r"^(?:thuvien|baotang|bao|truyenhinh|dai(?:ptth|phatthanh)|ptth|tv|luutru|congan|tinhuy|thanhuy|dangbo|khampha"
    r"|hoikhuyenhoc|hoinhabao|hoivhnt)(?:tinh|tp)?(?=...)"
)
_STATION = re.compile(r"(?:tv|rtv|ptth|online|moi|news)$")
_OF_ANYBODY = tuple(f".{kind}.vn" for kind in ("name", "io", "id", "shop", "biz", "pro", "ai"))  # persons and shops
_WITH_BRANCHES = frozenset(("udn", "vnedu"))  # domains under which each province has its own label
_OF_THE_COUNTRY = (".org.vn", ".com.vn", ".net.vn", ".info.vn")
_SHORT = frozenset(("hcm", "hcmc", "hue", "brvt", "sgn"))  # names of fewer letters that are nothing else
_LEAST = 5  # letters of a name that may be a part of a host
# What persons, an ocean and peace are called, too.
_OTHERS = frozenset(("hoabinh", "thaibinh", "binhduong", "hanam", "longan", "angiang", "thudo"))
# Before a school's name.
_KINDS = frozenset(("chuyen", "va", "thpt", "thcs", "th", "tieuhoc", "dtnt", "ptdt", "ptdtnt"))
_OF_PERSONS = frozenset(("nguyen", "thi", "van"))  # before the last part of a person's name
_MEMORIALS = ("baotang", "ditich", "langchutich")  # of Hồ Chí Minh, who is meant by his name there
# A university may be named like a district; under a district's own name only its schools stand.
_SCHOOL = re.compile(r"(?:thcs|thpt|ptdt|mn|mamnon|maugiao|mg|tieuhoc|th(?!u)|c[123])[a-z0-9-]{2}|p(?:hong)?gd(?:dt)?$")


def province_of_host(address: str) -> str | None:
    """Return today's unit for an address of a province's schools: "https://thcs-a.nghean.edu.vn/1" is "vn-40"."""
    return _of_host(_host(address), False)


def _host(address: str) -> str:
    """Return the host of an address with its port; "" where it is longer than a host may be."""
    host = host_of_page(address)  # mostly a moment ago the address was asked for
    if not host:
        host = _BEHIND_HOST.split(address.partition("://")[2].partition("/")[0], maxsplit=1)[0].rpartition("@")[2]
    return host if len(host) <= _LONGEST else ""


_BEHIND_HOST = re.compile(r"[?#\\]")  # browsers read a backslash as a slash
_LONGEST = 260  # letters: 253 of RFC 1035 and a port


@remembered(maxsize=4096)  # of one source there are few
def _of_host(host: str, former: bool) -> str | None:
    names = _former_hosts() if former else _hosts()
    host = host.partition(":")[0].lower().replace("hanoiedu.vn", "hanoi.edu.vn")  # the domain of the schools of Hà Nội
    if not host.endswith((".edu.vn", ".gov.vn", ".vnschool.net", ".violet.vn")):
        return _of_library(host, names)
    labels = host.split(".")[:-2]
    for label in reversed(labels):
        joined = label.replace("-", "")
        found = names.get(joined) or _of_office(joined, names) or _of_school(joined, names)
        if not found and "-" in label and _SCHOOL.match(label):
            found = _of_parts(label.split("-"), names)
        if not found and not former:
            found = unit_of_office(label)
        if found:
            return found
    if not former and len(labels) == 2 and _SCHOOL.match(labels[0]):  # "thcsgiangvo.badinh.edu.vn"
        return unit_of_schools(labels[1]) or None
    return None


def _of_parts(parts: list[str], names: dict[str, str]) -> str | None:
    """Return the unit that the last parts of a school's label say: "thpt-tranphu-danang", "thpt-le-loi-da-nang".

    What stands before must be a whole name, of two syllables: "thpt-chuyen-nguyen-hue" is named after a king, and
    "thcs-nguyen-thi-hue" after somebody.
    """
    *before, last = parts
    own = [part for part in before[1:] if part not in _KINDS]
    is_behind_a_name = _syllables("-".join(own)) > 1 and (before[-1] not in _OF_PERSONS or _syllables(last) > 1)
    if last in names and (is_behind_a_name or (_syllables(last) > 1 and last not in _OTHERS)):
        return names[last]
    two = "".join(parts[-2:])
    if two in names and two not in _OTHERS and _syllables("-".join(own[:-1])) > 1:
        return names[two]
    return (
        unit_of_joined_name(last) if len(last) >= _LEAST and last not in _OTHERS and names is _hosts() else None
    ) or None


def _syllables(letters: str) -> int:
    return len(_VOWELS.findall(letters))


_VOWELS = re.compile(r"[aeiouy]+")


def _of_library(host: str, names: dict[str, str]) -> str | None:
    """Return the unit of a library, museum or newspaper, "thuvienhaiphong.org.vn", or of a branch: "kontum.udn.vn".

    A stranger's label says nothing: "danang.shop.vn". No district has such a house of its own: "baotanbinh.vn".
    """
    if not host.endswith(".vn") or host.endswith(_OF_ANYBODY):
        return None
    for ending in _OF_THE_COUNTRY:
        host = host.removesuffix(ending)
    *branches, label = host.removesuffix(".vn").split(".")
    for place in range(len(branches) - 1, -1, -1):
        part = branches[place].replace("-", "")
        is_known = label in _WITH_BRANCHES or (place and _SCHOOL.match(branches[place - 1]))
        if is_known and (len(part) >= _LEAST or part in _SHORT) and part not in _OTHERS and part in names:
            return names[part]
    label = label.replace("-", "")
    if branches and label in names and _SCHOOL.match(branches[-1]):  # "thpt-a.danang.vn"
        return names[label]
    if house := _LIBRARY.match(label):
        return None if _is_memorial(label, house.end()) else names.get(label[house.end() :])
    name = _STATION.sub("", label)
    return names.get(name) if name != label and name not in _OTHERS else None


def _of_office(label: str, names: dict[str, str]) -> str | None:
    """Return the unit of an office, a library or a college: "soyenbai", "sonlacity", "cdspcantho"."""
    behind = _BEHIND.sub("", label)
    for word in dict.fromkeys((behind, label)):
        for start in range(len(word) - 2):  # the shortest name is "hue"
            if word[start:] in names and (not start or _OFFICES.fullmatch(word, 0, start)):
                return None if _is_memorial(word, start) else names[word[start:]]
    return None


def _is_memorial(label: str, start: int) -> bool:
    """Say that a label is of a museum of Hồ Chí Minh, the person: that of "baotanghochiminh.vn" is in Hà Nội."""
    return label.startswith(_MEMORIALS) and label[start:] == "hochiminh"


def _of_school(label: str, names: dict[str, str]) -> str | None:
    """Return the unit whose name follows a school's own in one word: "thptlequydondanang"."""
    school = _OWN_NAME.match(label)
    if not school:
        return None
    found = (start for start in range(school.end(), len(label) - _LEAST + 1) if label[start:] in names)
    start = next(found, None)
    if start is None or label[start:] in _OTHERS or _syllables(label[school.end("kind") : start]) < 2:
        return None
    return names[label[start:]]


# A school's kind and the shortest names of two syllables, "c2leloi…".
_OWN_NAME = re.compile(r"(?P<kind>thcs|thpt|ptdt|mamnon|maugiao|tieuhoc|mn|th(?!cs|pt)|c[123])(?!chuyen)[a-z]{5}")


@remembered(maxsize=1)
def _former_hosts() -> dict[str, str]:
    """Return the labels of hosts that name a unit of before July 2025 and none of today."""
    terms = vocabulary("former_province").terms.values()
    return {
        folded(word).replace(" ", "").replace("-", ""): term["id"]
        for term in terms
        if not term.get("kept")
        for word in (term["vi"], *term.get("variants", ()))
    }


def former_province_of_host(address: str) -> str | None:
    """Return the unit of before July 2025 that a host names: "https://thpt-a.hagiang.edu.vn" is "vn63-02".

    None where today's unit has the same name: the host does not say which of the two is meant.
    """
    return _of_host(_host(address), True)
