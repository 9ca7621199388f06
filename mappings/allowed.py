"""What the value of a field may be: ids of its table, the words of LOM, media types, school years, addresses, EDTF.

Of what a record says this is true by its parsers; here it is asked of values that people write into tables and lines.
"""

from __future__ import annotations

import re

from harvester import nearest

from .dates import parse
from .fields import FIELDS
from .references import ADDRESS
from .resource import Resource
from .vocabulary import ids

# The closed lists of LOM (IEEE 1484.12.1), by the unit of a field.
DIFFICULTIES = ("very easy", "easy", "medium", "difficult", "very difficult")
INTERACTIVITIES = ("active", "expositive", "mixed")
_WORDS = {"word of LOM 5.8": DIFFICULTIES, "word of LOM 5.1": INTERACTIVITIES}
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*")
_SCHOOL_YEAR = re.compile(r"(\d{4})-(\d{4})", re.ASCII)
_OF_A_TABLE = "vocabulary "
# Fields of plain words, ids or texts: rules may ask for them as for words of the source.
WORDED = tuple(name for name in FIELDS if Resource.__annotations__[name] in ("str", "tuple[str, ...]"))


def table_of(field: str) -> str:
    """Return the name of the table whose ids a field holds, "" where it holds none."""
    unit = FIELDS[field].unit
    return unit.removeprefix(_OF_A_TABLE).partition(" ")[0] if unit.startswith(_OF_A_TABLE) else ""


def is_allowed(field: str, value: str) -> bool:
    """Say that people may write this as a value of a field."""
    unit, table = FIELDS[field].unit, table_of(field)
    if field not in WORDED:
        return False
    if table or unit in _WORDS:
        return value in (ids(table) if table else _WORDS[unit])
    if unit == "EDTF":
        return parse(value) == value
    if unit == "http(s) address":
        return ADDRESS.fullmatch(value) is not None
    if unit == "media type":
        return _MEDIA_TYPE.fullmatch(value) is not None
    if field == "school_year":
        years = _SCHOOL_YEAR.fullmatch(value)
        return years is not None and int(years[2]) == int(years[1]) + 1
    return True


def nearest_allowed(field: str, value: str) -> str:
    """Return what was probably meant by a value that is not allowed, "" where nothing is near."""
    table = table_of(field)
    return nearest(value, ids(table) if table else _WORDS.get(FIELDS[field].unit, ()))
