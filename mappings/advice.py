"""What an operator says of a source's descriptions: values where a record states none, words that mean others.

Values by set come after everything that a record states and before anything that Kho would infer; defaults come last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from harvester import ARROW, RawRecord, nearest

from .allowed import WORDED, is_allowed, nearest_allowed
from .encodings import NAMES
from .fields import FIELDS
from .parsers import language_of_text
from .resource import Origin
from .rows import Row
from .rule import Found, Job, Rule

SETS, DEFAULTS = "mapping.sets", "mapping.defaults"
_OWN = ("key", "source", "identifier", "datestamp", "format", "set", "title", "landing_url", "issued", "modified")
FILLABLE = tuple(name for name in WORDED if name not in _OWN)


class Advice(NamedTuple):
    """The lines of ``mapping:`` taken apart."""

    defaults: dict[str, list[Row]]
    sets: dict[str, list[tuple[str, Row]]]
    replace: dict[str, str]


def advice(origin: Origin) -> Advice | None:
    """Take an origin's lines apart; None where it has none."""
    if not (origin.defaults or origin.sets or origin.replace):
        return None
    defaults: dict[str, list[Row]] = {}
    for line in origin.defaults:
        field, value = _field(line)
        defaults.setdefault(f"@{DEFAULTS}/{field}", []).append((DEFAULTS, value, ""))
    sets: dict[str, list[tuple[str, Row]]] = {}
    for line in origin.sets:
        spec, field, value = _of_set(line)
        sets.setdefault(spec, []).append((f"@{SETS}/{field}", (f"{SETS}[{spec}]", value, "")))
    return Advice(defaults, sets, dict(_replacement(line) for line in origin.replace))


def advised_rows(said: Advice, raw: RawRecord) -> dict[str, list[Row]]:
    """Return the special rows of a record: what is said of its sets, and the defaults."""
    found = dict(said.defaults)
    for spec in raw.sets:
        for path, row in said.sets.get(spec, ()):
            found.setdefault(path, []).append(row)
    return found


def replaced(said: Advice, rows: Iterable[Row]) -> list[Row]:
    """Read words as others: only where a value of the source is exactly these words."""
    return [(path, said.replace.get(" ".join(words.split()), words), language) for path, words, language in rows]


def advised_rules(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Put what an operator says between the rules of each field."""
    found: list[Rule] = []
    for field in dict.fromkeys((*(rule.field for rule in rules), *FILLABLE)):
        own = [rule for rule in rules if rule.field == field]
        if field not in FILLABLE:
            found += own
            continue
        many = FIELDS[field].many
        by_set, default = (
            Rule(field=field, many=many, paths=(f"@{place}/{field}",), parser=_as_said, place=place, take_all=True)
            for place in (SETS, DEFAULTS)
        )
        found += [rule for rule in own if not _infers(rule)] + [by_set]
        found += [rule for rule in own if _infers(rule)] + [default]
    return tuple(found)


def _infers(rule: Rule) -> bool:
    """Say whether a rule guesses: from other fields (@title, @grade) or from the letters of a text.

    The source's own province is stated.
    """
    if not rule.declared or rule.parser is language_of_text:
        return True
    return all(path.startswith("@") and path != "@source" for path in rule.paths)


def _as_said(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    return [(row[1], row) for row in rows]


# --- lines -----------------------------------------------------------------------------------------------------------


def _field(line: str) -> tuple[str, str]:
    field, _, value = line.partition("=")
    return field.strip(), value.strip()


def _of_set(line: str) -> tuple[str, str, str]:
    """Part setSpec:field=value; a setSpec may have colons of its own (OAI-PMH 2.0, 2.6)."""
    before, _, value = line.partition("=")
    spec, _, field = before.rpartition(":")
    return spec.strip(), field.strip(), value.strip()


def _replacement(line: str) -> tuple[str, str]:
    words, _, meant = line.partition(ARROW)
    return " ".join(words.split()), meant.strip()


def check_advice(kind: str, line: str) -> str | None:
    """Check a line of ``mapping:``: None where it is right, else the line that was probably meant, or ""."""
    if kind == "mapping.encoding":
        return None if line in NAMES else nearest(line, NAMES)
    spec, field, value = _of_set(line) if kind == SETS else ("", *_field(line))
    before = f"{spec}:" if kind == SETS else ""
    if field not in FILLABLE:
        near = nearest(field, FILLABLE)
        return f"{before}{near}={value}" if near else ""
    if is_allowed(field, value):
        return None
    near = nearest_allowed(field, value)
    return f"{before}{field}={near}" if near else ""
