"""A crosswalk at work: rows of a record in, values of the common schema out, each with the rule that made it."""

from __future__ import annotations

from collections.abc import Iterable
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
from .rule import Found, Job, Made, Memory, Parser, Rule, generic
from .titles import taught_place

# A rule, its field, whether that holds many values, the paths to look at, the parser with the rule's conditions, what
# it remembers, whether it takes all paths, and whether other rules ask for the field.
Step = tuple[Rule, str, bool, tuple[str, ...], Parser, Memory | None, bool, bool]
Reader = XmlReader | JsonReader | HtmlReader
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 4000, 300  # groups of rows a rule, and their characters: some megabytes in all
_MOST_PATHS = 10_000  # paths with qualifiers come from outside
_MOST_PLANS = 1_000


class Places(dict[str, str]):
    """The dictionary of a crosswalk: a path to the one by which rules ask for it, "" for none; [*] is any qualifier."""

    def __missing__(self, path: str) -> str:
        found = self.get(generic(path), "") if "[" in path else ""
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
        self.places = Places({path: path for rule in rules for path in rule.paths if not path.startswith("@")})
        self._asked = frozenset(path[1:] for rule in rules for path in rule.paths if path.startswith("@"))
        self._steps = self._steps_of(rules)
        self._defaults = tuple(rule for rule in rules if rule.default)
        self._plans: dict[tuple[str, ...], list[Step]] = {}

    def _steps_of(self, rules: tuple[Rule, ...]) -> tuple[Step, ...]:
        return tuple(
            (
                rule,
                rule.field,
                rule.many,
                rule.paths,
                _passed if rule.only or rule.never else rule.parser,
                rule.memory,
                rule.take_all,
                rule.field in self._asked,
            )
            for rule in rules
        )

    @cached_property
    def _advised(self) -> tuple[Step, ...]:
        return self._steps_of(advised_rules(self.rules))

    def _plan(self, heap: dict[str, list[Row]]) -> list[Step]:
        """Return the steps for a record that has these paths, and no more; records of one source have few forms."""
        form = tuple(heap)
        plan = self._plans.get(form)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[form] = _needed(self._steps, heap)
        return plan

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
        heap = dict(special)
        places = self.places
        for row in rows:
            place = places[row[0]]
            if place in heap:
                heap[place].append(row)
            else:
                heap[place] = [row]
        plan = _needed(self._advised, heap) if advised else self._plan(heap)
        values = job.values
        for rule, field, many, paths, parse, memory, take_all, asked in plan:  # the hot loop of mapping
            if field in values:
                continue
            found: list[Found] = []
            for path in paths:
                group = heap.get(path)
                if group is None:
                    continue
                if memory is None:
                    made = parse(group, rule, job)
                else:
                    made, noted = memory.get(tuple(group)) or _remembered(group, rule, parse, job)
                    for problem in noted:
                        if problem not in job.problems:
                            job.problems.append(problem)
                if made:
                    found = found + made if found else made
                    if not take_all:
                        break
            if found:
                if not many:
                    values[field] = found[0][0]
                elif len(found) == 1:
                    values[field] = (found[0][0],)
                else:
                    values[field] = tuple(dict.fromkeys([value for value, _ in found]))
                if told is not None:
                    told += _explained(rule, found)
                if asked:
                    heap["@" + field] = _known(field, values[field])
        for rule in self._defaults:
            if rule.field not in values:
                values[rule.field] = (rule.default,) if rule.many else rule.default
                if told is not None:
                    told += _explained(rule, [(rule.default, ("", "", ""))])


def _needed(steps: tuple[Step, ...], present: Iterable[str]) -> list[Step]:
    """Leave out the rules and paths for which a record has nothing; what rules ask of each other may come yet."""
    known = {*present, *("@" + step[1] for step in steps)}
    plan = [(*step[:3], tuple(path for path in step[3] if path in known), *step[4:]) for step in steps]
    return [step for step in plan if step[3]]


def _remembered(group: list[Row], rule: Rule, parse: Parser, job: Job) -> Made:
    """Parse words and remember what they gave and what was noted; long ones are parsed every time."""
    before, job.problems = job.problems, []
    made: Made = (parse(group, rule, job), job.problems)
    job.problems = before
    memory = rule.memory
    if memory is not None and sum(len(row[1]) for row in group) < _LONGEST_REMEMBERED:
        if len(memory) >= _MOST_REMEMBERED:
            memory.clear()
        memory[tuple(group)] = made
    return made


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


def _explained(rule: Rule, found: list[Found]) -> list[Explanation]:
    """Say of each value from which row it came: of several, the first that gave it."""
    done = dict(reversed(found)) if rule.many else dict(found[:1])
    return [
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
