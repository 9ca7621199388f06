"""Terms of RDF as N-Triples and Turtle both write them (RDF 1.1 N-Triples, section 2)."""

from __future__ import annotations

import re

# What IRIREF of the grammar does not allow; such characters are written as servers read them.
_NOT_IN_ADDRESS = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_XSD = "http://www.w3.org/2001/XMLSchema#"
_EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
_DATES = {4: "gYear", 7: "gYearMonth", 10: "date"}  # by length: 2024, 2024-09, 2024-09-05
_PLAIN_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d{2})?)?")


def iri(address: str) -> str:
    """Write an address."""
    if _NOT_IN_ADDRESS.search(address):
        address = _NOT_IN_ADDRESS.sub(lambda match: f"%{ord(match[0]):02X}", address)
    return f"<{address}>"


def literal(text: str, kind: str = "", language: str = "") -> str:
    """Write a text, in a language where one is stated, or a value of a kind of XML Schema."""
    # Four replacements that mostly find nothing cost less than one translation.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    quoted = f'"{escaped}"'
    return f"{quoted}^^<{_XSD}{kind}>" if kind else f"{quoted}@{language}" if language else quoted


def date(text: str) -> str:
    """Write a date: as a year, month or day of XML Schema where it is one, else as EDTF."""
    if _PLAIN_DATE.fullmatch(text):
        return literal(text, _DATES[len(text)])
    return f"{literal(text)}^^<{_EDTF}>"
