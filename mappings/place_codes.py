"""What stands beside the name of a place and is none: codes, numbers of telephones, coordinates, quarters, imprints.

The name decides: "VN-01 Lai Châu" is Lai Châu, whatever the code. A bare number before a name is taken for its code
only where it is that unit's own, because "155 Hải Phòng" is a house in a street.
"""

from __future__ import annotations

import re

from .tables import remembered
from .vietnamese import folded
from .vocabulary import Vocabulary, vocabulary

# Of ISO 3166-2, or our own.
_ISO = re.compile(r"(?:(?<=\s)|(?<=[(\[;,:|/=–-])|^)vn(?:[-_.](?:\d\d|[A-Z]{2})|\d\d)(?![\w-])", re.IGNORECASE)
_COORDINATES = re.compile(
    r"[-+]?\d{1,3}[.,]\d{2,}\s*°?\s*(?:[NSEWBĐ]\b)?|\d{1,3}\s*°[\d\s.,′″'\"]*(?:[NSEWBĐ]\b)?", re.IGNORECASE
)
_POSTCODE = re.compile(r"(?<![\w.,-])[1-9]\d{4,5}(?![\w.-])|(?<![\w.,-])0[1-9]\d{3,4}(?![\w.-])")
_AREA_CODE = re.compile(r"^\(?(?:\+?84[\s.-]?|0)2\d{1,2}\)?[\s:–-]+(?=[^\W\d])|(?<=[^\W\d])[\s:,–-]+\(?02\d{1,2}\)?$")
_ITEM = re.compile(r"^\d{1,2}[.)]\s+(?=[^\W\d])")
_NUMBER_BEFORE = re.compile(r"(?P<code>\d{2})\s*[\s:.–_-]\s*(?P<name>[^\W\d].*)")
_NUMBER_BEHIND = re.compile(r"(?P<name>[^\W\d].*?)\s*[\s:._–-]\s*(?P<code>\d{2})")
_LETTERS_BEFORE = re.compile(r"(?P<code>[A-ZĐ]{2,4})[\s:.–_-]+(?P<name>[^\W\d].+)")
_LETTERS_BEHIND = re.compile(r"(?P<name>[^\W\d].+?)[\s:.–_-]+(?P<code>[A-ZĐ]{2,4})")
_QUARTER = re.compile(
    r"\bQ[1-4](?:\s*(?:[-–—,+/&]|và|and|to|đến)\s*Q[1-4]){0,3}[\s/,.(–-]+(?:(?:năm|of)\s+)?(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d[\s/,.(–-]*Q[1-4]\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\b(?:gso|mã(?: (?:số|tỉnh|vùng|bưu chính|bưu điện|zip))?|"
    r"(?:zip|postal|area|province|iso) ?code|iso 3166-2)\s*:?\s*\d+\b|\bprovince (?:no\.? )?\d\d\b",
    re.IGNORECASE,
)
_TWO_DIGITS = re.compile(r"(?<![\w.,-])\d\d(?![\w.,-])")
_OF_CARS = re.compile(r"\bbiển (?:số|kiểm soát)\b", re.IGNORECASE)
_SAYS_CODE = re.compile(r"mã|code|gso|iso|province|biển", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"\d,\d\d")
_LONG_NUMBER = re.compile(r"\d{5}")
_DIGIT = re.compile(r"\d")
_OF_THE_COUNTRY = re.compile(r",\s*(?:việt nam|viet ?nam|vn)$", re.IGNORECASE)
# "H. : Giáo dục, 2008" and "H., 2001" were printed in Hà Nội; "H. Sóc Sơn" is a district, "H: 165 cm" a height.
_IMPRINT = re.compile(
    r"^(?:(?:\[H\.?\]|\[?H(?:\.|(?:N|à Nội)\.?)\]?)\s*:\s*(?=\S)|H\s*:\s*(?=[^\W\d].*\b(?:19|20)\d\d\b)"
    r"|\[?H(?:N|à Nội)?\.?\]?\s*(?:[;-]\s*(?=(?i:t\.?p|sài|[hs]\.))|,\s*(?=(?:19|20)\d\d\b)))"
)
_PLACE_AND_YEAR = re.compile(r"(?<=[,;.]\s)H\.?,\s*(?=(?:19|20)\d\d\b)")
_NO_IMPRINT = re.compile(r"(?:^|[,;]\s*)[xtTX]\s*[.:]|(?i:\b(?:xã(?! hội)|tỉnh|thị trấn|phường)\s)")


def without_codes(table: Vocabulary, text: str) -> str:
    """Return a value without what stands beside its names; a value that is nothing but a code is left as it is."""
    if (
        text.startswith(("H", "[H"))
        and (imprint := _IMPRINT.match(text))
        and not text[imprint.end()].islower()
        and not _NO_IMPRINT.search(text)
    ):
        text = f"Hà Nội ; {text[imprint.end() :]}"
    if ("H, " in text or "H., " in text) and not _NO_IMPRINT.search(text):
        text = _PLACE_AND_YEAR.sub("; Hà Nội ; ", text)
    if "vn" in text or "VN" in text:
        text = _without(_ISO, text, "Việt Nam")
    if _DIGIT.search(text):
        text = _without_numbers(text)
    return _name_beside(table, text)


def without_quarters(text: str) -> str:
    """Return a value without quarters of years: "Q3 2019" is no district, nor is "Q1 - Q2/2020"."""
    return " ".join(_QUARTER.sub(" ; ", text).split()) if "Q" in text or "q" in text else text


def _without_numbers(text: str) -> str:
    """Leave out what the value calls a code, coordinates, postcodes, area codes and the number of a list."""
    if _SAYS_CODE.search(text):
        text = _without(_LABELLED, text)
        text = _without(_TWO_DIGITS, text) if _OF_CARS.search(text) else text
    if "." in text or "°" in text or _DECIMAL_COMMA.search(text):
        text = _without(_COORDINATES, text)
    if _LONG_NUMBER.search(text):
        text = _without(_POSTCODE, text)
    if "02" in text or "84" in text:
        text = _without(_AREA_CODE, text)
    return _without(_ITEM, text) if text[0].isdecimal() else text


def _without(beside: re.Pattern[str], text: str, instead: str = "") -> str:
    rest, count = beside.subn(" ; ", text)
    return f"{rest.strip(' ;')}{instead and f' ; {instead}'}" if count and any(map(str.isalpha, rest)) else text


def _name_beside(table: Vocabulary, text: str) -> str:
    """Return the name of "75 Dong Nai", "Hải Dương 30" or "QN Quảng Ninh", else the text itself."""
    bare = _OF_THE_COUNTRY.sub("", text) if "," in text else text
    first, last = bare[:2], bare[-2:]
    for beside, may_match in (
        (_NUMBER_BEFORE, first.isdecimal()),
        (_NUMBER_BEHIND, last.isdecimal()),
        (_LETTERS_BEFORE, first.isupper()),
        (_LETTERS_BEHIND, last.isupper()),
    ):
        found = beside.fullmatch(bare) if may_match else None
        unit = table.value(found["name"]) if found else None
        if found and unit and (found["code"] in _codes_of(unit) or found["code"] == _initials(found["name"])):
            return f"{found['name']} ; Việt Nam"  # where "Hồ Chí Minh" stands beside a code it is the city
    return text


@remembered(maxsize=1)
def _codes() -> dict[str, frozenset[str]]:
    """Return the codes that a unit of today and its parts have or had, of the statistics office and of ISO."""
    found: dict[str, set[str]] = {
        unit: {unit.removeprefix("vn-"), *term.get("former_codes", ())}
        for unit, term in vocabulary("province").terms.items()
    }
    for term in vocabulary("former_province").terms.values():
        found.setdefault(term["unit"], set()).update(
            code for code in (term.get("code"), str(term.get("iso", "")).removeprefix("VN-")) if code
        )
    return {unit: frozenset(codes) for unit, codes in found.items()}


def _codes_of(unit: str) -> frozenset[str]:
    return _codes().get(unit, frozenset())


def _initials(name: str) -> str:
    return "".join(word[0] for word in folded(name).replace("-", " ").split()).upper()
