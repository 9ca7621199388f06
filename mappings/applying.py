"""A crosswalk at work: rows of a record in, values of the common schema out, each with the rule that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import msgspec

from harvester import Format

from .advice import advised_rules
from .html_rows import HtmlReader
from .json_rows import JsonReader
from .plain import Plain
from .resource import Explanation
from .rows import Row, XmlReader
from .rule import Found, Job, Rule, generic
from .titles import taught_place

Step = tuple[
    Rule,
    str,
    tuple[int | str, ...],
    Callable[[list[Row], Rule, Job], list[Found]],
    dict[tuple[Row, ...], list[Found]] | None,
    bool,
    bool,
]
Reader = XmlReader | JsonReader | HtmlReader
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 4000, 300  # groups of rows a rule, and their characters: some megabytes in all
_MOST_PATHS = 10_000  # paths with qualifiers come from outside


class Places(dict[str, tuple[int, ...]]):
    """The dictionary of a crosswalk: a path to the numbers of its places in the rules; [*] is any qualifier."""

    def __missing__(self, path: str) -> tuple[int, ...]:
        found = self.get(generic(path), ()) if "[" in path else ()
        if len(self) < _MOST_PATHS:
            self[path] = found
        return found


class Crosswalk:
    """One format, ready to use: its reader, its rules in order, and where each path leads."""

    def __init__(
        self,
        form: Format,
        title: dict[str, str],
        rules: tuple[Rule, ...],
        reader: Reader,
        roots: frozenset[str] = frozenset(),
    ) -> None:
        """``roots``: names of root elements by which a record in an unknown namespace is recognised."""
        self.format = form
        self.title = title
        self.roots = roots
        self.rules = rules
        self.reader = reader
        self.plain = Plain(reader, form.namespaces) if isinstance(reader, XmlReader) else None
        wanted = list(dict.fromkeys(path for rule in rules for path in rule.paths if not path.startswith("@")))
        self.places = Places({path: (number,) for number, path in enumerate(wanted)})
        number = {path: place for place, path in enumerate(wanted)}
        self._number: dict[str, int] = number
        self._steps = self._steps_of(rules)
        self._defaults = tuple(rule for rule in rules if rule.default)
        self._asked = frozenset(path[1:] for rule in rules for path in rule.paths if path.startswith("@"))

    def _steps_of(self, rules: tuple[Rule, ...]) -> tuple[Step, ...]:
        return tuple(
            (
                rule,
                rule.field,
                tuple(self._number.get(path, path) for path in rule.paths),
                rule.parser,
                rule.memory,
                bool(rule.only or rule.never),
                rule.take_all,
            )
            for rule in rules
        )

    @cached_property
    def _advised(self) -> tuple[Step, ...]:
        return self._steps_of(advised_rules(self.rules))

    def apply(
        self,
        rows: Iterable[Row],
        special: dict[str, list[Row]],
        job: Job,
        told: list[Explanation] | None,
        *,
        advised: bool = False,
    ) -> None:
        """Fill ``job.values`` from rows; ``special`` are the rows of @set, @set_name and @source.

        ``advised``: among these are rows of what an operator says of the source (``advice.py``).
        """
        heap: dict[int | str, list[Row]] = dict(special.items())
        places = self.places
        for row in rows:
            for number in places[row[0]]:
                if number in heap:
                    heap[number].append(row)
                else:
                    heap[number] = [row]
        values = job.values
        for rule, field, steps, parse, memory, conditional, take_all in (
            self._advised if advised else self._steps
        ):  # the hot loop of mapping
            if field in values:
                continue
            found: list[Found] = []
            for step in steps:
                group = heap.get(step)
                if group is None:
                    continue
                if memory is not None:
                    remembered = memory.get(tuple(group))
                    made = _parsed(group, rule, job) if remembered is None else remembered
                elif conditional:
                    made = _passed(group, rule, job)
                else:
                    made = parse(group, rule, job)
                if made:
                    found = found + made if found else made
                    if not take_all:
                        break
            if found:
                _keep(rule, found, values, told)
                if field in self._asked:
                    heap["@" + field] = _known(field, values[field])
        for rule in self._defaults:
            if rule.field not in values:
                _keep(rule, [(rule.default, ("", "", ""))], values, told)


def _parsed(group: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Parse words and remember what they gave; those that gave a problem, and long ones, are parsed every time."""
    memory = rule.memory
    assert memory is not None
    problems = len(job.problems)
    found = _passed(group, rule, job)
    if len(job.problems) == problems and sum(len(row[1]) for row in group) < _LONGEST_REMEMBERED:
        if len(memory) >= _MOST_REMEMBERED:
            memory.clear()
        memory[tuple(group)] = found
    return found


def _known(field: str, value: Any) -> list[Row]:
    """Return the rows of a path like @grade: what this record's field holds by now."""
    return [("@" + field, str(one), "") for one in (value if isinstance(value, tuple) else (value,))]


def _passed(group: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Parse the rows that meet the rule's conditions."""
    if rule.only or rule.never:
        group = [row for row in group if _passes(rule, row[1])]
    return rule.parser(group, rule, job) if group else []


def _passes(rule: Rule, words: str) -> bool:
    words = words.strip()
    return not (rule.only and not rule.only.search(words)) and not (rule.never and rule.never.search(words))


def _keep(rule: Rule, found: list[Found], values: dict[str, Any], told: list[Explanation] | None) -> None:
    if not rule.many:
        values[rule.field] = found[0][0]
    elif len(found) == 1:
        values[rule.field] = (found[0][0],)
    else:
        values[rule.field] = tuple(dict.fromkeys([value for value, _ in found]))
    if told is not None:
        done = dict(reversed(found)) if rule.many else dict(found[:1])  # the first row that gave a value
        told += [
            Explanation(rule.field, shown(value), _places(rule, value, row), row[0], row[1])
            for value, row in reversed(done.items())
        ]


def _places(rule: Rule, value: Any, row: Row) -> str:
    """Return the line of the rule, and of the institution's own word where the words were understood by one."""
    own = taught_place(rule.vocabulary or rule.field, value, row[1]) if isinstance(value, str) else ""
    return f"{rule.place}, {own}" if own else rule.place


def shown(value: Any) -> str:
    """Return a value of the common schema as one line of text."""
    if isinstance(value, msgspec.Struct):
        return " · ".join(str(part) for part in msgspec.structs.astuple(value) if part)
    return str(value)
