"""What a rule of a crosswalk is once it is compiled, and what its parser works on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from harvester import RawRecord

from .joints import is_joint
from .problems import problem
from .resource import Problem
from .rows import Row

if TYPE_CHECKING:
    from .titles import Reading

Found = tuple[Any, Row]  # a value of the common schema and the row that it was read from


# A record with more keywords than this says nothing more with the rest; each is looked up for several fields.
MOST_LOOKED_UP = 100
# A hundred long keywords (of sixty letters), or half a dozen values as long as the longest title.
MOST_LETTERS, LONGEST_LOOKED_UP = 6_000, 1_000
_LARGE = 12_000  # bytes: six times what a record has; of smaller ones all is read
MANY_SETS = 12  # of one record: of 12,944 real ones one has more, and 1.2 is usual


class Job:
    """One record on its way: what is known of it so far, and what was not understood."""

    __slots__ = ("large", "latest_year", "many", "problems", "raw", "reading", "values")

    def __init__(self, raw: RawRecord) -> None:
        self.raw = raw
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self.reading: Reading | None = None  # of the title, as soon as a rule asks what it says
        self.large = len(raw.body) > _LARGE or len(raw.sets) > MANY_SETS
        self.many = False  # of some path it has more values than are looked up
        # Mapping knows no clock: this year is that in which the record was fetched, else that of its datestamp. A
        # datestamp may be much older than what the record says: sources edit records and leave it as it was.
        self.latest_year = raw.fetched + 1 if raw.fetched else year_of(raw.datestamp, 2099) + 1

    def problem(self, code: str, field: str, path: str, value: str) -> None:
        """Note a problem; the same one is noted once."""
        made = problem(code, field, path, value)
        if made not in self.problems:
            self.problems.append(made)


def year_of(stamp: str, unknown: int = 0) -> int:
    """Return the year of a datestamp, ``unknown`` where it has none."""
    return int(stamp[:4]) if stamp[:4].isdecimal() else unknown


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """How one field is filled: from which paths, by which parser, under which conditions.

    ``declared`` is False for the paths of ``otherwise``: free text, read only where the declared ones gave nothing.
    ``place`` is ``file:line``. Parsers take all rows of one path and return what they understood; ``repeats`` where
    they always make the same of the same words. ``titled``: of a title the parser asks what it says of this, and
    nothing else; "" for none. ``judge`` says then what of it holds beside the record's other values.
    ``prepare`` makes of a value the words that are parsed (``pick``, ``trim``); None where they are its own.
    ``bound`` says what of a very large record is read.
    """

    field: str
    many: bool
    paths: tuple[str, ...]
    parser: Parser
    place: str
    take_all: bool = False
    declared: bool = True
    vocabulary: str = ""
    only: re.Pattern[str] | None = None
    never: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()
    unknown: bool = False
    default: str = ""
    repeats: bool = False
    titled: str = ""
    judge: Judge | None = None
    prepare: Callable[[str], list[str]] | None = None
    bound: Bound | None = None


Bound = Callable[[list[Row], Job], list[Row]]
Parser = Callable[[list[Row], Rule, Job], list[Found]]
Judge = Callable[[list[Found], Rule, Job], list[Found]]
_QUALIFIER = re.compile(r"\[([^\]]*)\]")


def qualifier(path: str) -> str:
    """Return the last words in brackets of a path, by which elements of one name are told apart; "" for none."""
    if "[" not in path:
        return ""
    path = _without_joint(path)[0]
    return str((_QUALIFIER.findall(path) or [""])[-1])


def generic(path: str) -> str:
    """Return a path with ``[*]`` for every qualifier; a joint stays as it is."""
    if "[" not in path:
        return path
    above, joint = _without_joint(path)
    return _QUALIFIER.sub("[*]", above) + joint


def _without_joint(path: str) -> tuple[str, str]:
    above, slash, last = path.rpartition("/")
    return (above, slash + last) if is_joint(last) else (path, "")
