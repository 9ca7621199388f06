"""A crosswalk at work: rows of a record in, values of the common schema out, each with the rule that made it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from sys import intern
from typing import Any

import msgspec

from harvester import Format

from .advice import advised_rules
from .html_rows import HtmlReader
from .json_rows import JsonReader
from .phrases import taught_place
from .plain import Plain
from .resource import Agent, Explanation, Problem
from .rows import Row, XmlReader
from .rule import LONGEST_LOOKED_UP, Bound, Found, Job, Judge, Parser, Rule, generic
from .tables import LONGEST_REMEMBERED
from .terms import term_of_title

# What a rule made of rows, what the field holds then, and what was not understood.
Made = tuple[list[Found], Any, Sequence[Problem]]

# Rows that are remembered of a path, and what a group of few counts for: words that never come again take some 10 MB of
# a path, be they one row of each record or forty; those of 6,000 usual records take 1 MB in all (measured).
_MOST_REMEMBERED, _SMALLEST_GROUP = 12_000, 3


class Memory(dict[Row | tuple[Row, ...], dict[int, Made]]):
    """What the rules of one path made of short words that come again (publishers, types, keywords).

    By the only row or by all of them, and by the rule.
    """

    left = _MOST_REMEMBERED

    def begin(self, group: list[Row]) -> dict[int, Made]:
        """Return what rules will make of words that were not met before; what they make of long ones is not kept."""
        made: dict[int, Made] = {}
        if sum(len(row[1]) for row in group) <= LONGEST_REMEMBERED:
            counted = max(len(group), _SMALLEST_GROUP)
            self.left -= counted
            if self.left < 0:
                self.clear()
                self.left = _MOST_REMEMBERED - counted
            self[group[0] if len(group) == 1 else tuple(group)] = made
        return made


# A rule, a path to look at, others to look at in any case, the parser with the rule's conditions and its judge, what is
# remembered and by which number.
Step = tuple[Rule, str, tuple[str, ...], Parser, Judge | None, Memory | None, int]
# A field, whether it holds many values, the path by which other rules ask for it or "", the steps that may fill it.
Filling = tuple[str, bool, str, list[Step]]
Reader = XmlReader | JsonReader | HtmlReader
# A record to map: its rows, those of @set, @set_name, @source and of what an operator says of it, its job, what is told
# of its values or None, and whether there is something that an operator says (``advice.py``).
Task = tuple[list[Row], dict[str, list[Row]], Job, list[Explanation] | None, bool]
# The rows of a record by their paths, its job, what is told, and what is remembered of its words.
_State = tuple[dict[str, list[Row]], Job, list[Explanation] | None, dict[str, dict[int, Made]]]
_MOST_PATHS = 10_000  # paths with qualifiers come from outside
_MOST_PLANS = 1_000  # one for each set of names of elements, some 8 kB: 6,000 records of one source have four
_OF_ONE_RECORD = ("@title", "@landing_url")  # words that do not come again
_DATES = ("issued", "modified")  # whose paths hold words that seldom do
_NOTHING: list[Any] = []
_MADE_NOTHING: Made = (_NOTHING, None, ())


class Places(dict[str, str]):
    """The dictionary of a crosswalk: a path to the one by which rules ask for it, "" for none; [*] is any qualifier."""

    def __missing__(self, path: str) -> str:
        found = self.get(generic(path), "") if "[" in path else ""
        if len(self) < _MOST_PATHS and len(path) <= LONGEST_REMEMBERED:
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
        self._defaults = tuple(rule for rule in rules if rule.default)
        self._plans: dict[tuple[object, ...], list[Filling]] = {}
        self._memories: dict[str, Memory] = {}
        self._seldom = {path for rule in rules if rule.field in _DATES for path in rule.paths}.union(_OF_ONE_RECORD)

    @cached_property
    def _advised(self) -> tuple[Rule, ...]:
        return advised_rules(self.rules)

    def _plan(self, heap: dict[str, list[Row]], advised: bool, large: bool) -> list[Filling]:
        """Return the steps for a record that has these paths, and no more; records of one source have few forms."""
        form = (advised, large, *heap)
        plan = self._plans.get(form)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[form] = self._planned(heap, self._advised if advised else self.rules, large)
        return plan

    def _planned(self, heap: dict[str, list[Row]], rules: tuple[Rule, ...], large: bool) -> list[Filling]:
        known = {*heap, *("@" + rule.field for rule in self.rules)}  # what rules ask of each other may come yet
        fillings: dict[str, Filling] = {}
        for rule in rules:
            steps = self._steps(rule, known, large)
            if steps:
                at = intern(f"@{rule.field}") if rule.field in self._asked else ""
                filling: Filling = (rule.field, rule.many, at, [])
                fillings.setdefault(rule.field, filling)[3].extend(steps)
        return list(fillings.values())

    def _steps(self, rule: Rule, known: set[str], large: bool) -> list[Step]:
        """Return one step for each path that may have something; where all are taken, one for all of them."""
        paths = tuple(path for path in rule.paths if path in known)
        ways = [(paths[0], paths[1:])] if rule.take_all and paths else [(path, ()) for path in paths]
        return [
            (rule, path, more, _parser(rule, path, more, large), rule.judge, self._memory(rule, path, more), id(rule))
            for path, more in ways
        ]

    def _memory(self, rule: Rule, path: str, others: tuple[str, ...]) -> Memory | None:
        repeats = rule.repeats and not others and path not in self._seldom
        return self._memories.setdefault(path, Memory()) if repeats else None

    def apply(self, tasks: Iterable[Task]) -> None:
        """Fill ``job.values`` of records from their rows.

        Records of one form go through each step together: what a step needs is then at hand in the processor's caches,
        which saves a fifth of all of mapping on a busy machine (measured), with the same instructions.
        """
        alike: dict[int, tuple[list[Filling], list[_State]]] = {}
        places = self.places
        for rows, special, job, told, advised in tasks:
            heap = dict(special)
            for row in rows:
                place = places[row[0]]
                if place in heap:
                    heap[place].append(row)
                else:
                    heap[place] = [row]
            plan = self._plan(heap, advised, job.large or job.many)
            if id(plan) not in alike:
                alike[id(plan)] = (plan, [])
            alike[id(plan)][1].append((heap, job, told, {}))
        for plan, states in alike.values():
            self._fill(plan, states)

    def _fill(self, plan: list[Filling], states: list[_State]) -> None:
        for field, many, at, steps in plan:
            for heap, job, told, said in states:  # the hot loop of mapping
                for rule, path, others, parse, judge, memory, number in steps:
                    value: Any = None
                    if memory is None:
                        group = heap.get(path, _NOTHING)
                        found = parse(group, rule, job) if group else group
                        for other in others:
                            if other in heap:
                                found = found + parse(heap[other], rule, job)
                    else:
                        known = said.get(path)
                        if known is None:
                            group = heap.get(path, _NOTHING)
                            if not group:
                                continue
                            key = group[0] if len(group) == 1 else tuple(group)
                            known = said[path] = memory.get(key) or memory.begin(group)
                        made = known.get(number) or _made(known, number, heap[path], rule, parse, job)
                        if made is _MADE_NOTHING:
                            continue
                        found, value, noted = made
                        if noted:
                            job.problems += [problem for problem in noted if problem not in job.problems]
                    if found and judge is not None:
                        held = judge(found, rule, job)
                        if len(held) < len(found):
                            found, value = held, None
                    if found:
                        break
                else:
                    continue
                if value is None:
                    value = found[0][0] if not many else (found[0][0],) if len(found) == 1 else _values(found)
                job.values[field] = value
                if told is not None:
                    told += _explained(rule, found)
                if at:
                    one = value if not many else value[0] if len(value) == 1 else None
                    heap[at] = [(at, one, "")] if one is not None else [(at, each, "") for each in value]
        for rule in self._defaults:
            for _, job, told, _ in states:
                if rule.field not in job.values:
                    job.values[rule.field] = (rule.default,) if rule.many else rule.default
                    if told is not None:
                        told += _explained(rule, [(rule.default, ("", "", ""))])


def _values(found: list[Found]) -> tuple[Any, ...]:
    """Return the values of what was found, each once."""
    return tuple(dict.fromkeys([value for value, _ in found]))


def _made(others: dict[int, Made], number: int, group: list[Row], rule: Rule, parse: Parser, job: Job) -> Made:
    """Parse words, and put what they gave and what was noted beside what other rules made of them."""
    before, job.problems = job.problems, []
    found, noted = parse(group, rule, job), job.problems
    job.problems = before
    if not found and not noted:
        made = _MADE_NOTHING
    else:
        value = None if not found else _values(found) if rule.many else found[0][0]
        made = (found, value, noted or ())
    others[number] = made
    return made


def _parser(rule: Rule, path: str, others: tuple[str, ...], large: bool) -> Parser:
    if rule.titled and path == "@title" and not others and not (rule.only or rule.never):
        return term_of_title
    parser = _bounded(rule.parser, rule.bound) if large and rule.bound else rule.parser
    return _passing(parser, LONGEST_LOOKED_UP if large else None) if rule.only or rule.never else parser


def _bounded(parser: Parser, bound: Bound) -> Parser:
    return lambda rows, rule, job: parser(bound(rows, job), rule, job)


def _passing(parser: Parser, longest: int | None) -> Parser:
    """Parse the rows whose first letters meet the rule's conditions; what a bound leaves is chosen from these."""

    def passed(group: list[Row], rule: Rule, job: Job) -> list[Found]:
        group = [row for row in group if _passes(rule, row[1][:longest])]
        return parser(group, rule, job) if group else []

    return passed


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
    if isinstance(value, Agent):
        own = taught_place("role", value.role, row[1]) if value.role else ""
    else:
        own = taught_place(rule.vocabulary or rule.field, value, row[1]) if isinstance(value, str) else ""
    return f"{rule.place}, {own}" if own else rule.place


def shown(value: Any) -> str:
    """Return a value of the common schema as one line of text."""
    if isinstance(value, msgspec.Struct):
        return " · ".join(str(part) for part in msgspec.structs.astuple(value) if part)
    return str(value)
