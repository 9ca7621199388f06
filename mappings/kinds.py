"""What kind of value each parser gives and each field takes: a name is no line of text, a line of text is no date.

A rule of a crosswalk whose parser gives another kind than its field takes is a mistake (``crosswalk.py``).
"""

from __future__ import annotations

from .allowed import WORDED, table_of
from .fields import FIELDS

# Of the parsers that give one kind, the one to propose stands first. What a parser of a table gives is its table.
_GIVES: dict[str, tuple[str, ...]] = {
    "line": ("text", "keyword", "agent_name", "vcard_body", "other_text"),
    "paragraphs": ("description", "contents", "rights"),
    "agent": ("agent", "vcard"),
    "page": ("link", "page_of_file"),
    "address of a licence": ("licence_url",),
    "identifier": ("identifier",),
    "relation": ("relation",),
    "date": ("date", "issued", "latest_date"),
    "years": ("age_min", "age_max"),
    "minutes": ("minutes",),
    "lesson": ("lesson",),
    "school year": ("school_year",),
    "media type": ("file_format",),
    "vocabulary level": ("level",),
    "vocabulary subject": ("subject",),
    "vocabulary discipline": ("discipline", "academic_discipline"),
    "vocabulary series": ("series",),
    "vocabulary province": ("place",),
    "vocabulary former_province": ("former_place",),
    "vocabulary licence": ("licence",),
    "term": ("term",),
    "vocabulary language": ("language_of_text",),
    "word": ("choice",),
}
KINDS: dict[str, str] = {parser: kind for kind, parsers in _GIVES.items() for parser in parsers}

# By the unit of a field; what is not listed takes the kind that is called like its unit.
_TAKES: dict[str, tuple[str, ...]] = {
    "one line of text": ("line", "word"),
    "text with paragraphs": ("paragraphs", "line", "word"),
    "name of an OAI set": ("line", "word"),
    "name and role": ("agent",),
    "scheme and value": ("identifier",),
    "kind of LOM 7.1 and target": ("relation",),
    "EDTF": ("date",),
    "media type": ("media type", "word"),
    "a word and its number": ("lesson", "word"),
    "two years that follow: 2023-2024": ("school year", "word"),
    "word of LOM 5.8": ("word",),
    "word of LOM 5.1": ("word",),
}


def kinds_of(field: str) -> tuple[str, ...]:
    """Return the kinds of values that a field takes."""
    if table := table_of(field):
        return f"vocabulary {table}", "term", "word"
    unit = FIELDS[field].unit
    if unit == "name":
        return ("line", "word") if field in WORDED else ("agent",)
    if unit == "http(s) address":  # only an address that a person can open is shown as the page
        return ("page",) if field == "landing_url" else ("address of a licence", "page")
    return _TAKES.get(unit, (unit,))


def fitting(field: str) -> tuple[str, ...]:
    """Return the parsers that a rule of a field may have, the one to propose first."""
    taken = kinds_of(field)
    found = [parser for parser, kind in KINDS.items() if kind in taken]
    return tuple(sorted(found, key=lambda parser: (parser != field, kind_order(field, parser))))


def kind_order(field: str, parser: str) -> int:
    """Return how near a parser's kind is to a field: what the field is made for comes first."""
    return kinds_of(field).index(KINDS[parser])
