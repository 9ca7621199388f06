"""A crosswalk at work: rows of a record in, values of the common schema out, each with the rule that made it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import msgspec

from harvester import Format

from .advice import advised_rules
from .html_rows import HtmlReader
from .json_rows import JsonReader
from .phrases import taught_place
from .plain import Plain
from .resource import Explanation, Problem
from .rows import Row, XmlReader
from .rule import Found, Job, Judge, Parser, Rule, generic
from .tables import LONGEST_REMEMBERED
from .terms import term_of_title

# What a rule made of rows, what the field holds then, and what was not understood.
Made = tuple[list[Found], Any, Sequence[Problem]]


class Known(dict[int, Made]):
    """What the rules made of words that come again (publishers, types, keywords), by the numbers of the rules.

    ``outcome`` tells it in one number: of each rule that made nothing its number is added, of each that made something
    and noted no problem twice its number.
    """

    __slots__ = ("outcome",)

    def __init__(self) -> None:
        super().__init__()
        self.outcome = 0


# What is known of the words of one path, by the only row or by all of them.
Memory = dict[Row | tuple[Row, ...], Known]
# A rule, a path to look at, others to look at in any case, the parser with the rule's conditions and its judge, what is
# remembered and by which number.
Step = tuple[Rule, str, tuple[str, ...], Parser, Judge | None, Memory | None, int]
# A field, whether it holds many values, the path by which other rules ask for it or "", the steps that may fill it; or
# none, and the path and the number under which its value is known.
Filling = tuple[str, bool, str, list[Step], str, int]


class Plan:
    """The steps for records that have the same paths; what is known of their words makes most of them needless."""

    __slots__ = ("_left", "fillings", "remembered")

    def __init__(self, fillings: list[Filling], paths: Iterable[str]) -> None:
        """``remembered`` are those of the paths whose words come again, each with what is known of these."""
        self.fillings = fillings
        memories = {step[1]: step[5] for filling in fillings for step in filling[3] if step[5] is not None}
        self.remembered = [(path, memories[path]) for path in paths if path in memories]
        self._left: dict[tuple[int, ...], list[Filling]] = {}

    def left(self, outcomes: tuple[int, ...]) -> list[Filling]:
        """Return what is still to do, by the outcomes of the remembered paths in their order: there are few."""
        found = self._left.get(outcomes)
        if found is None:
            if len(self._left) >= _MOST_PLANS:
                self._left.clear()
            made = dict(zip([path for path, _ in self.remembered], outcomes, strict=True))
            every = [_left(filling, made) for filling in self.fillings]
            found = self._left[outcomes] = [filling for filling in every if filling[3] or filling[4]]
        return found


def _left(filling: Filling, outcomes: dict[str, int]) -> Filling:
    """Leave out the steps that are known to make nothing; all of them where the value is known."""
    field, many, at, steps, _, _ = filling
    useful = [step for step in steps if step[5] is None or not step[6] & outcomes.get(step[1], 0)]
    if useful and not at:  # what other rules ask for becomes rows
        _, path, _, _, judge, memory, number = useful[0]
        if memory is not None and judge is None and number << 1 & outcomes.get(path, 0):
            return field, many, at, [], path, number
    return field, many, at, useful, "", 0


Reader = XmlReader | JsonReader | HtmlReader
_MOST_REMEMBERED = 4000  # groups of rows a path, each of few characters: some megabytes in all
_MOST_PATHS = 10_000  # paths with qualifiers come from outside
_MOST_PLANS = 1_000  # forms of records, and of each what may be known of their words
_OF_ONE_RECORD = ("@title", "@landing_url")  # words that do not come again
_DATES = ("issued", "modified")  # whose paths hold words that seldom do
_NOTHING: list[Any] = []
_MADE_NOTHING: Made = (_NOTHING, None, ())


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
        self._defaults = tuple(rule for rule in rules if rule.default)
        self._plans: dict[tuple[object, ...], Plan] = {}
        self._memories: dict[str, Memory] = {}
        self._numbers: dict[int, int] = {}
        self._seldom = {path for rule in rules if rule.field in _DATES for path in rule.paths}.union(_OF_ONE_RECORD)

    @cached_property
    def _advised(self) -> tuple[Rule, ...]:
        return advised_rules(self.rules)

    def _plan(self, heap: dict[str, list[Row]], advised: bool) -> Plan:
        """Return the steps for a record that has these paths, and no more; records of one source have few forms."""
        form = (advised, *heap)
        plan = self._plans.get(form)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[form] = Plan(self._planned(heap, self._advised if advised else self.rules), heap)
        return plan

    def _planned(self, heap: dict[str, list[Row]], rules: tuple[Rule, ...]) -> list[Filling]:
        known = {*heap, *("@" + rule.field for rule in self.rules)}  # what rules ask of each other may come yet
        fillings: dict[str, Filling] = {}
        for rule in rules:
            steps = self._steps(rule, known)
            if steps:
                at = f"@{rule.field}" if rule.field in self._asked else ""
                filling: Filling = (rule.field, rule.many, at, [], "", 0)
                fillings.setdefault(rule.field, filling)[3].extend(steps)
        return list(fillings.values())

    def _steps(self, rule: Rule, known: set[str]) -> list[Step]:
        """Return one step for each path that may have something; where all are taken, one for all of them."""
        paths = tuple(path for path in rule.paths if path in known)
        ways = [(paths[0], paths[1:])] if rule.take_all and paths else [(path, ()) for path in paths]
        number = self._numbers.setdefault(id(rule), 1 << 2 * len(self._numbers))
        return [
            (rule, path, others, _parser(rule, path), rule.judge, self._memory(rule, path, others), number)
            for path, others in ways
        ]

    def _memory(self, rule: Rule, path: str, others: tuple[str, ...]) -> Memory | None:
        repeats = rule.repeats and not others and path not in self._seldom
        return self._memories.setdefault(path, {}) if repeats else None

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
        values = job.values
        plan, said, outcomes = self._plan(heap, advised), dict[str, Known](), list[int]()
        for path, kept in plan.remembered:
            group = heap[path]
            key = group[0] if len(group) == 1 else tuple(group)
            said[path] = met = kept.get(key) or _begun(kept, key, group)
            outcomes.append(met.outcome)
        left = plan.left(tuple(outcomes)) if told is None else plan.fillings
        for field, many, at, steps, where, by in left:  # the hot loop of mapping
            if where:
                values[field] = said[where][by][1]
                continue
            for rule, path, others, parse, judge, memory, number in steps:
                value: Any = None
                if memory is None:
                    group = heap.get(path, _NOTHING)
                    found = parse(group, rule, job) if group else _NOTHING
                    for other in others:
                        found = found + parse(heap.get(other, _NOTHING), rule, job)
                else:
                    known = said.get(path)
                    if known is None:  # what another rule made of this record
                        group = heap.get(path, _NOTHING)
                        if not group:
                            continue
                        key = group[0] if len(group) == 1 else tuple(group)
                        known = said[path] = memory.get(key) or _begun(memory, key, group)
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
            values[field] = value
            if told is not None:
                told += _explained(rule, found)
            if at:
                one = value if not many else value[0] if len(value) == 1 else None
                heap[at] = [(at, one, "")] if one is not None else [(at, each, "") for each in value]
        for rule in self._defaults:
            if rule.field not in values:
                values[rule.field] = (rule.default,) if rule.many else rule.default
                if told is not None:
                    told += _explained(rule, [(rule.default, ("", "", ""))])


def _values(found: list[Found]) -> tuple[Any, ...]:
    """Return the values of what was found, each once."""
    return tuple(dict.fromkeys([value for value, _ in found]))


def _begun(memory: Memory, key: Row | tuple[Row, ...], group: list[Row]) -> Known:
    """Return what rules will make of words that were not met before; what they make of long ones is not kept."""
    made = Known()
    if sum(len(row[1]) for row in group) <= LONGEST_REMEMBERED:
        if len(memory) >= _MOST_REMEMBERED:
            memory.clear()
        memory[key] = made
    return made


def _made(known: Known, number: int, group: list[Row], rule: Rule, parse: Parser, job: Job) -> Made:
    """Parse words, and put what they gave and what was noted beside what other rules made of them."""
    before, job.problems = job.problems, []
    found, noted = parse(group, rule, job), job.problems
    job.problems = before
    if not found and not noted:
        made = _MADE_NOTHING
        known.outcome |= number
    else:
        value = None if not found else _values(found) if rule.many else found[0][0]
        made = (found, value, noted or ())
        known.outcome |= number << 1 if not noted else 0
    known[number] = made
    return made


def _parser(rule: Rule, path: str) -> Parser:
    if rule.only or rule.never:
        return _passed
    return term_of_title if rule.titled and path == "@title" else rule.parser


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
