"""A crosswalk: rules from the paths of a metadata format to the fields of the common schema, compiled once.

A crosswalk is a YAML file that a librarian can read; the rules of all formats run through this one mechanism.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from harvester import Fault, Faults, Format, load_yaml, nearest

from . import vocabulary
from .dates import issued
from .parsers import PARSERS
from .resource import Explanation, Problem, Resource
from .rows import Row

FOLDER = Path(__file__).parent / "crosswalks"
_KEYS = ("from", "read", "take", "vocabulary", "when", "unless", "quiet", "default")
_TAKES = ("all", "first", "rest", "longest", "together")


class Rule(msgspec.Struct, frozen=True):
    """How one field is filled: paths in order of preference, the reader, the vocabulary, conditions."""

    field: str
    paths: tuple[str, ...]
    read: str
    take: str
    vocabulary: str
    when: tuple[tuple[str, tuple[str, ...]], ...]
    unless: tuple[tuple[str, tuple[str, ...]], ...]
    quiet: bool
    default: str
    place: str  # file:line


class Crosswalk(msgspec.Struct, frozen=True):
    """A compiled crosswalk."""

    name: str
    rank: int
    namespaces: tuple[str, ...]
    flat: bool
    elements: frozenset[str]
    rules: tuple[Rule, ...]
    text: bytes


def names(folder: Path = FOLDER) -> list[str]:
    """Return the formats that Kho can map: one file each."""
    return sorted(file.stem for file in folder.glob("*.yaml"))


@cache
def crosswalk(name: str, folder: Path = FOLDER) -> Crosswalk | None:
    """Load and compile a crosswalk; None where there is none. Raises Faults with file, line and column."""
    file = folder / f"{name}.yaml"
    if name not in names(folder):
        return None
    marked = load_yaml(file, f"mappings/crosswalks/{file.name}")
    table = marked.value
    faults: list[Fault] = []
    rules = []
    fields = [field.name for field in msgspec.structs.fields(Resource)]
    for field, rule in table["fields"].items():
        path = ("fields", field)
        if field not in fields:
            faults.append(
                marked.fault(path, "unknown_key", {"key": field, "near": nearest(field, fields)}, at_key=True)
            )
        for key in rule:
            if key not in _KEYS:
                near = nearest(key, _KEYS)
                faults.append(marked.fault((*path, key), "unknown_key", {"key": key, "near": near}, at_key=True))
        words = {"read": PARSERS, "take": _TAKES, "vocabulary": vocabulary.schemes()}
        for key, known in words.items():
            value = rule.get(key)
            if value is not None and value not in known:
                facts = {"key": key, "value": value, "near": nearest(str(value), list(known))}
                faults.append(marked.fault((*path, key), "unknown_word", facts))
        if not rule.get("from"):
            faults.append(marked.fault(path, "missing_key", {"key": "from"}))
            continue
        rules.append(_rule(field, rule, f"{marked.name}:{marked.keys[path][0]}"))
    if faults:
        raise Faults(faults)
    return Crosswalk(
        name=table["format"],
        rank=table["rank"],
        namespaces=tuple(table["namespaces"]),
        flat=bool(table.get("flat")),
        elements=frozenset(table.get("elements", ())),
        rules=tuple(rules),
        text=file.read_bytes(),
    )


def _rule(field: str, rule: Mapping[str, Any], place: str) -> Rule:
    return Rule(
        field=field,
        paths=tuple(rule["from"]),
        read=rule.get("read", "line"),
        take=rule.get("take", "all"),
        vocabulary=rule.get("vocabulary", ""),
        when=_conditions(rule.get("when")),
        unless=_conditions(rule.get("unless")),
        quiet=bool(rule.get("quiet")),
        default=rule.get("default", ""),
        place=place,
    )


def _conditions(stated: Mapping[str, Any] | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not stated:
        return ()
    return tuple((path, tuple(value if isinstance(value, list) else [value])) for path, value in stated.items())


def formats() -> tuple[Format, ...]:
    """Return every format with the namespaces that announce it and its rank, for the visit that chooses among them."""
    found = [walk for name in names() if (walk := crosswalk(name)) is not None]
    return tuple(Format(walk.name, walk.namespaces, walk.rank) for walk in sorted(found, key=lambda walk: walk.rank))


class Outcome:
    """What the rules made of one record: values by field, problems, explanations."""

    def __init__(self, *, explain: bool) -> None:
        self.values: dict[str, list[Any]] = {}
        self.problems: list[Problem] = []
        self.explanations: list[Explanation] = []
        self._explain = explain

    def add(self, rule: Rule, value: Any, row: Row) -> None:
        """Keep a value that is not there yet."""
        held = self.values.setdefault(rule.field, [])
        if value not in held:
            held.append(value)
            self.say(rule.field, value, rule.place, row.path, row.value)

    def say(self, field: str, value: Any, rule: str, path: str, words: str) -> None:
        """Explain a value, when somebody asked."""
        if self._explain:
            self.explanations.append(Explanation(field, _shown(value), rule, path, words[:200]))

    def problem(self, code: str, field: str, row: Row) -> None:
        """Note what was not understood."""
        self.problems.append(Problem(code, field, row.path, row.value[:200], "note"))


def _shown(value: Any) -> str:
    return (
        value if isinstance(value, str) else str(getattr(value, "name", None) or getattr(value, "value", None) or value)
    )


def apply(walk: Crosswalk, rows: Iterable[Row], outcome: Outcome) -> None:
    """Run the rules of a crosswalk over the rows of a record."""
    by_path: dict[str, list[Row]] = {}
    for row in rows:
        by_path.setdefault(row.path, []).append(row)
    for rule in walk.rules:
        for path in rule.paths:
            found = by_path.get(path)
            if found:
                chosen = [row for row in found if _holds(rule, row, by_path)] if rule.when or rule.unless else found
                _TAKE[rule.take](rule, chosen, outcome)
                if rule.field in outcome.values and rule.take != "all":
                    break


def _holds(rule: Rule, row: Row, by_path: Mapping[str, list[Row]]) -> bool:
    for path, values in rule.when:
        if not _beside(path, values, row, by_path):
            return False
    return not any(_beside(path, values, row, by_path) for path, values in rule.unless)


def _beside(path: str, values: tuple[str, ...], row: Row, by_path: Mapping[str, list[Row]]) -> bool:
    """Say whether a condition holds inside the nearest parent that both paths share."""
    shared = 0
    for one, other in zip(path.split("/"), row.path.split("/"), strict=False):
        if one != other:
            break
        shared += 1
    if not shared:
        return False
    return any(
        other.trail[:shared] == row.trail[:shared] and other.value.strip().lower() in values
        for other in by_path.get(path, ())
    )


def _values(rule: Rule, row: Row, outcome: Outcome) -> list[Any]:
    if rule.vocabulary:
        words = PARSERS["line"](row.value)
        found = vocabulary.match(rule.vocabulary, words[0]) if words else ""
        if not found and words and not rule.quiet:
            outcome.problem("unknown_value", rule.field, row)
        return [found] if found else []
    read = PARSERS[rule.read](row.value)
    if not read and row.value.strip() and rule.read in ("date", "minutes"):
        outcome.problem("unreadable_value", rule.field, row)
    return read


def _all(rule: Rule, rows: list[Row], outcome: Outcome) -> None:
    for row in rows:
        for value in _values(rule, row, outcome):
            outcome.add(rule, value, row)


def _first(rule: Rule, rows: list[Row], outcome: Outcome) -> None:
    for row in rows:
        for value in _values(rule, row, outcome):
            outcome.add(rule, value, row)
            return


def _rest(rule: Rule, rows: list[Row], outcome: Outcome) -> None:
    """Take every value after the first row that has one."""
    usable = [(row, values) for row in rows if (values := _values(rule, row, outcome))]
    for row, values in usable[1:]:
        for value in values:
            outcome.add(rule, value, row)


def _longest(rule: Rule, rows: list[Row], outcome: Outcome) -> None:
    usable = [(value, row) for row in rows for value in _values(rule, row, outcome)]
    if usable:
        value, row = max(usable, key=lambda each: len(each[0]))
        outcome.add(rule, value, row)


def _together(rule: Rule, rows: list[Row], outcome: Outcome) -> None:
    """Choose one date among all that stand there."""
    chosen = issued([row.value.strip() for row in rows])
    if chosen:
        outcome.add(rule, chosen, rows[0])
    elif rows:
        outcome.problem("unreadable_value", rule.field, rows[0])


_TAKE: dict[str, Callable[[Rule, list[Row], Outcome], None]] = {
    "all": _all,
    "first": _first,
    "rest": _rest,
    "longest": _longest,
    "together": _together,
}
