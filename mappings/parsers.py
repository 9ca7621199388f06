"""The named readers of values that crosswalks may use: a text of the source to what the schema wants.

Each takes a text and returns a list of values; an empty list means that nothing usable was there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from . import vocabulary
from .dates import edtf
from .resource import Agent, Identifier, Relation
from .vietnamese import folded as fold
from .vietnamese import line as clean
from .vietnamese import paragraphs

Parser = Callable[[str], list[Any]]

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9/._~?=&%+:;,()-]*)?")
# The handle prefix of every repository that was never configured: it leads nowhere.
_PLACEHOLDER = re.compile(r"hdl\.handle\.net/123456789/|^https?://(?:localhost|127\.|10\.|192\.168\.)", re.IGNORECASE)
_MAIL = re.compile(r"\S+@\S+\.\S+")
_GRADE = re.compile(
    r"\b(?:lop|khoi|khoi lop|grade|class)\s*(1[0-2]|[1-9])(?![0-9])(?! (?:tuoi|thang|tiet|cau|bai|diem))"
)
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+(?:\.\d+)?S)?)?", re.IGNORECASE)
_AGES = re.compile(r"(\d{1,2})(?:\s*[-–]\s*(\d{1,2})?)?")
_SPLIT = re.compile(r"\s*[;|]\s*|,\s+")
_ISBN = re.compile(r"(?:ISBN[:\s]*)?((?:97[89][-\s]?)?(?:\d[-\s]?){9}[\dXx])")
_DOI = re.compile(r"(?:doi:|https?://(?:dx\.)?doi\.org/)\s*(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ISSN = re.compile(r"(?:ISSN[:\s]*)(\d{4}-\d{3}[\dXx])", re.IGNORECASE)


def line(text: str) -> list[str]:
    """One line of plain text."""
    cleaned = clean(text)
    return [cleaned] if cleaned else []


def text(words: str) -> list[str]:
    """Plain text with paragraph breaks."""
    cleaned = paragraphs(words)
    return [cleaned] if cleaned else []


def keywords(words: str) -> list[str]:
    """Keywords, apart where they are listed in one element."""
    return [part for part in _SPLIT.split(clean(words)) if part]


def link(words: str) -> list[str]:
    """A web address that leads to the resource: http or https, never localhost or an unconfigured handle."""
    found = _ADDRESS.match(words.strip())
    if found is None or _PLACEHOLDER.search(found[0]):
        return []
    if _PLAIN_ADDRESS.fullmatch(found[0]):
        return [found[0]]
    try:
        parts = urlsplit(found[0])
        usable = bool(parts.hostname) and "@" not in parts.netloc and "\\" not in found[0]
    except ValueError:
        return []
    return [found[0]] if usable else []


def address(words: str) -> list[str]:
    """The first web address inside a text."""
    found = _ADDRESS.search(words)
    return link(found[0].rstrip(".,;)")) if found else []


def identifier(words: str) -> list[Identifier]:
    """An identifier with its scheme; a web address is none (it is the landing page)."""
    if words.startswith("http") and "doi.org/" not in words:
        return []
    cleaned = clean(words)
    for scheme, pattern in (("doi", _DOI), ("issn", _ISSN)):
        found = pattern.search(cleaned)
        if found:
            return [Identifier(scheme, found[1])]
    if cleaned.lower().startswith(("isbn", "978", "979")):
        found = _ISBN.fullmatch(cleaned)
        if found:
            return [Identifier("isbn", re.sub(r"[-\s]", "", found[1]).upper())]
    if cleaned.lower().startswith(("urn:", "ark:")):
        return [Identifier(cleaned[:3].lower(), cleaned)]
    return [Identifier("local", cleaned)] if cleaned and not _ADDRESS.match(cleaned) else []


def agent(words: str) -> list[Agent]:
    """A person or body; e-mail addresses are dropped."""
    cleaned = _MAIL.sub("", clean(words)).strip(" ,;<>()")
    return [Agent(cleaned)] if cleaned else []


def _vcard(words: str) -> str:
    """Return FN, else ORG, of a vCard 3.0 (RFC 2426), its folded lines joined; a text that is no vCard as it is."""
    unfolded = re.sub(r"\r?\n[ \t]", "", words)
    fields: dict[str, str] = {}
    for row in re.split(r"\r?\n|(?=\b(?:FN|ORG|N|EMAIL|END):)", unfolded):
        name, mark, value = row.strip().partition(":")
        if mark:
            fields.setdefault(name.partition(";")[0].upper(), value.strip())
    if "BEGIN" not in fields:
        return words
    name = fields.get("FN") or fields.get("ORG") or " ".join(reversed(fields.get("N", "").split(";")[:2]))
    return name.replace("\\,", ",").replace("\\;", ";").replace("\\n", " ").strip(" ;")


def vcard(words: str) -> list[Agent]:
    """A person or body from a vCard."""
    return agent(_vcard(words))


def vcard_name(words: str) -> list[str]:
    """The name in a vCard."""
    return [found.name for found in agent(_vcard(words))]


def grade(words: str) -> list[str]:
    """A school grade that is named as one: "Lớp 9", "khối 12"."""
    found = _grade(words)
    return [found] if found else []


@lru_cache(maxsize=50_000)
def _grade(words: str) -> str:
    folded = fold(words)
    found = _GRADE.search(folded)
    return found[1] if found else vocabulary.scheme("grade").anywhere.get(folded, "")


def media_type(words: str) -> list[str]:
    """A media type (RFC 6838) or the words that stand for it."""
    cleaned = clean(words).lower()
    return [cleaned] if cleaned else []


def date(words: str) -> list[str]:
    """A date in EDTF level 0."""
    found = edtf(words)
    return [found] if found else []


def minutes(words: str) -> list[int]:
    """An ISO 8601 duration in minutes."""
    found = _DURATION.fullmatch(words.strip())
    if found is None:
        return []
    days, hours, rest = (int(part or 0) for part in found.groups())
    total = days * 24 * 60 + hours * 60 + rest
    return [total] if 0 < total < 100_000 else []


def age_min(words: str) -> list[int]:
    """The lower end of an age range such as "7-9" or "11-"."""
    found = _AGES.search(words)
    return [int(found[1])] if found else []


def age_max(words: str) -> list[int]:
    """The upper end of an age range."""
    found = _AGES.search(words)
    return [int(found[2])] if found and found[2] else []


def licence(words: str) -> list[str]:
    """The licence that a rights statement names."""
    found = vocabulary.licence(clean(words))
    return [found] if found else []


def relation(words: str) -> list[Relation]:
    """A tie to another resource; Dublin Core does not say of which kind."""
    cleaned = clean(words)
    return [Relation("relation", cleaned)] if cleaned else []


PARSERS: dict[str, Parser] = {
    parser.__name__: parser
    for parser in (
        line, text, keywords, link, address, identifier, agent, vcard, vcard_name, grade, media_type, date, minutes,
        age_min, age_max, licence, relation,
    )
}  # fmt: skip
PARSERS["dates"] = lambda words: [words]  # read together: the right one is chosen among all of them
