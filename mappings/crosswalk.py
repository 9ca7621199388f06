"""Crosswalks: one file of ``crosswalks/`` is one metadata format, its rules are compiled once into {path: rules}.

How to write one: docs/mapping.md. Every mistake is reported with file, line, column and rule; all of a file at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from harvester import Fault, Faults, Format, Marked, load_yaml, nearest, parse_yaml

from .allowed import WORDED, is_allowed, nearest_allowed, table_of
from .applying import Crosswalk, Reader
from .bounds import BOUNDS, all_kept
from .cataloguing import preparation, prepared
from .checking import Checked
from .fields import FIELDS
from .html_rows import HtmlReader
from .json_rows import JsonReader
from .kinds import fitting
from .parsers import JUDGES, KINDS, PARSERS, REPEATABLE, TITLED
from .recognise import OF_TITLES
from .rows import Shape, XmlReader
from .rule import Rule, generic
from .tables import own_files, remembered
from .vocabulary import names, vocabulary

FOLDER = Path(__file__).with_name("crosswalks")
SYNTAXES: dict[str, Callable[[Shape], Reader]] = {"xml": XmlReader, "json": JsonReader, "html": HtmlReader}
_KEYS = (
    "title",
    "syntax",
    "namespaces",
    "roots",
    "rank",
    "elements",
    "through",
    "without",
    "named",
    "qualified",
    "fields",
)
_RULE_KEYS = (
    "from",
    "otherwise",
    "take",
    "parser",
    "vocabulary",
    "only",
    "never",
    "pick",
    "trim",
    "choices",
    "unknown",
    "default",
)
# Paths that stand for something else than an element: names of sets, setSpec names only, the source's own province,
# and for what has no OAI-PMH identifier (JSON, HTML) the address by which it was found.
_SPECIAL = ("@set", "@set_name", "@source", "@identifier")
_OF_SETS = ("@set", "@set_name")
_HEADER = ("key", "source", "identifier", "datestamp", "format", "set", "institution")  # filled without a crosswalk


# --- reading the files -----------------------------------------------------------------------------


class _Parts(NamedTuple):
    """What the files of one crosswalk say: the shipped one, or an institution's own on top of it."""

    title: dict[str, str]
    syntax: str
    rank: int
    namespaces: tuple[str, ...]
    roots: frozenset[str]
    elements: frozenset[str]
    through: frozenset[str]
    without: frozenset[str]
    named: dict[str, str]
    qualified: dict[str, tuple[str, ...]]
    meant: dict[str, Callable[[str], str | None]]
    rules: tuple[Rule, ...]

    def on(self, shipped: _Parts, instead: frozenset[str]) -> _Parts:
        """Put an own file on the shipped one: lists and tables grow, own rules of a field are asked first.

        ``instead``: fields whose shipped rules fall away.
        """
        fields = dict.fromkeys(rule.field for rule in (*shipped.rules, *self.rules))
        kept = [rule for rule in shipped.rules if rule.field not in instead]
        return _Parts(
            title=shipped.title | self.title,
            syntax=shipped.syntax,
            rank=self.rank or shipped.rank,
            namespaces=tuple(dict.fromkeys((*shipped.namespaces, *self.namespaces))),
            roots=shipped.roots | self.roots,
            elements=shipped.elements | self.elements,
            through=shipped.through | self.through,
            without=shipped.without | self.without,
            named=shipped.named | self.named,
            qualified=shipped.qualified | self.qualified,
            meant={path: way for path, way in shipped.meant.items() if path not in self.qualified} | self.meant,
            rules=tuple(rule for field in fields for rule in (*self.rules, *kept) if rule.field == field),
        )

    def crosswalk(self, name: str) -> Crosswalk:
        """Compile the parts."""
        shape = Shape(
            named=self.named,
            meant=self.meant,
            without=self.without,
            elements=self.elements,
            through=self.through,
            qualified=self.qualified,
            wanted=frozenset(generic(path) for rule in self.rules for path in rule.paths if not path.startswith("@")),
        )
        form = Format(name, self.namespaces, self.rank)
        return Crosswalk(form, self.title, self.rules, SYNTAXES[self.syntax](shape), self.roots)


@remembered(maxsize=8)  # the room's own folder, and those of tests
def crosswalks(folder: Path = FOLDER) -> dict[str, Crosswalk]:
    """Read all crosswalks of a folder, by name; the room's own with those of the tables in use.

    Raises Faults with every mistake in all of them.
    """
    own = own_files("crosswalks") if folder == FOLDER else {}
    parts: dict[str, _Parts] = {}
    faults: list[Fault] = []
    files = [(path.stem, partial(load_yaml, path, f"crosswalks/{path.name}")) for path in sorted(folder.glob("*.yaml"))]
    files += [(name, partial(parse_yaml, *own[name])) for name in sorted(own)]  # on top of the shipped ones
    for number, (name, read) in enumerate(files):
        try:
            others = parts if number >= len(files) - len(own) else None
            parts[name] = _Compiler(name, read(), others).parts()
        except Faults as error:
            faults += error.faults
    if faults:
        raise Faults(faults)
    return {name: parts[name].crosswalk(name) for name in sorted(parts)}


class _Compiler(Checked):
    """Compile one file; mistakes are collected."""

    def __init__(self, name: str, marked: Marked, others: dict[str, _Parts] | None = None) -> None:
        """``others``: for an institution's own file, the crosswalks that there are; it is put on its namesake."""
        super().__init__(marked)
        self.name, self.others = name, others or {}
        self.shipped = self.others.get(name)
        self.called = marked.name.removeprefix("crosswalks/")  # explanations name shipped files without their folder

    def parts(self) -> _Parts:
        """Return what the file says, on what it is put on. Raises Faults."""
        value = self.marked.value
        if self.others and self.shipped is None and not (isinstance(value, dict) and "namespaces" in value):
            near = nearest(self.name, self.others)
            self.fault((), "unknown_format", value=self.name, near=near)
            self.done()
        needed = ("namespaces", "rank", "fields") if self.shipped is None else ()
        keys = _KEYS if self.shipped is None else (*_KEYS, "instead")
        value = self.mapping((), {} if value is None and self.shipped else value, keys, required=needed)
        rules = self._rules(value["fields"]) if isinstance(value.get("fields"), dict) else []
        if not isinstance(value.get("fields", {}), dict):
            self.fault(("fields",), "not_mapping")
        rank = value.get("rank", 0)
        if not isinstance(rank, int):
            self.fault(("rank",), "unknown_word", key="rank", value=rank)
        syntax = self.word(("syntax",), value.get("syntax", "xml"), SYNTAXES)
        if self.shipped is not None and value.get("syntax", self.shipped.syntax) != self.shipped.syntax:
            self.fault(("syntax",), "other_syntax", key=self.name, other=self.shipped.syntax)
        named = {str(path): str(name) for path, name in self.table((), value, "named").items()}
        qualified, meant = self._ways(value)
        title = {str(language): str(words) for language, words in self.table((), value, "title").items()}
        lists = {key: self._list(value, key) for key in ("namespaces", "roots", "elements", "through", "without")}
        self._claim(lists["namespaces"])
        namespaces, elements = tuple(lists["namespaces"]), frozenset(lists["elements"])
        roots, through, without = (
            frozenset(name.lower() for name in lists[key]) for key in ("roots", "through", "without")
        )
        instead = frozenset(self._list(value, "instead"))
        for number, field in enumerate(value.get("instead", ()) if instead else ()):
            self.word(("instead", number), field, (name for name in FIELDS if name not in _HEADER))
        self.done()
        said = _Parts(
            title, syntax, rank, namespaces, roots, elements, through, without, named, qualified, meant, tuple(rules)
        )
        return said if self.shipped is None else said.on(self.shipped, instead)

    def _claim(self, namespaces: list[str]) -> None:
        """Note namespaces that are those of another crosswalk: a record has one format."""
        for number, space in enumerate(namespaces):
            other = next((each for each, parts in self.others.items() if space in parts.namespaces), self.name)
            if other != self.name:
                self.fault(("namespaces", number), "taken_namespace", value=space, other=other)

    def _list(self, value: dict[str, Any], key: str) -> list[str]:
        return self.texts((key,), value.get(key, []))

    def _ways(self, value: dict[str, Any]) -> tuple[dict[str, tuple[str, ...]], dict[str, Callable[[str], str | None]]]:
        """Return what tells elements of one name apart, and how the words are looked up."""
        ways: dict[str, tuple[str, ...]] = {}
        meant: dict[str, Callable[[str], str | None]] = {}
        for path, how in self.table((), value, "qualified").items():
            if isinstance(how, dict):
                place = ("qualified", path)
                how = self.mapping(place, how, ("by", "vocabulary", "means"))
                if "vocabulary" in how and self.word((*place, "vocabulary"), how["vocabulary"], names()) in names():
                    meant[str(path)] = vocabulary(how["vocabulary"]).value
                elif "means" in how:
                    meant[str(path)] = self.table(place, how, "means").get
                how = how.get("by", "")
            if how:
                ways[str(path)] = tuple(str(how).lower().split("|"))
        return ways, meant

    def _rules(self, fields: dict[str, Any]) -> list[Rule]:
        rules: list[Rule] = []
        for field, value in fields.items():
            place = ("fields", field)
            if field not in FIELDS or field in _HEADER:
                self.fault(
                    place, "unknown_key", at_key=True, key=field, near=nearest(field, set(FIELDS) - set(_HEADER))
                )
                continue
            entries = (
                [(place, value)] if not isinstance(value, list) else [((*place, n), v) for n, v in enumerate(value)]
            )
            known = {f"@{rule.field}" for rule in rules if rule.field in WORDED} | self._before(field)
            for where, entry in entries:
                rules += self._rule(field, where, entry, known)
        return rules

    def _before(self, field: str) -> set[str]:
        """Return the shipped fields that are filled before this one, as paths."""
        filled = list(dict.fromkeys(rule.field for rule in self.shipped.rules)) if self.shipped else []
        before = filled[: filled.index(field)] if field in filled else filled
        return {f"@{name}" for name in before if name in WORDED}

    def _rule(self, field: str, where: tuple[str | int, ...], entry: Any, known: set[str]) -> list[Rule]:
        needed = ("vocabulary",) if isinstance(entry, dict) and str(entry.get("parser")) in TITLED else ()
        entry = self.mapping(where, entry, _RULE_KEYS, required=("from", "parser", *needed))
        if "from" not in entry or "parser" not in entry:
            return []
        name = ".".join(str(part) for part in where)
        parser = self.word((*where, "parser"), entry["parser"], PARSERS)
        trim = self.word((*where, "trim"), entry["trim"], ("isbd",)) if "trim" in entry else ""
        pick = self.pattern((*where, "pick"), entry.get("pick"))
        vocabulary = entry.get("vocabulary", "")
        if vocabulary:
            self.word((*where, "vocabulary"), vocabulary, names())
        self._fits(field, where, entry)
        common: dict[str, Any] = {
            "field": intern(field),  # names that are one object are compared at once: a fortieth of mapping
            "many": FIELDS[field].many,
            "parser": PARSERS.get(parser),
            "judge": JUDGES.get(parser),
            "bound": BOUNDS.get(parser, all_kept if trim or pick else None),
            "place": f"{self.called}:{self.line_of(where)}",
            "take_all": self.word((*where, "take"), entry.get("take", "first"), ("first", "all")) == "all",
            "vocabulary": vocabulary,
            "only": self.pattern((*where, "only"), entry.get("only")),
            "never": self.pattern((*where, "never"), entry.get("never")),
            "choices": tuple(self.texts((*where, "choices"), entry.get("choices", []))),
            "unknown": self.word((*where, "unknown"), entry.get("unknown", "ignore"), ("ignore", "tell")) == "tell",
        }
        if (trim or pick) and parser in PARSERS:
            common["prepare"] = preparation(trim, pick)
            common["parser"] = prepared(PARSERS[parser], common["prepare"])
        paths = self._paths((*where, "from"), entry["from"], known, name)
        repeats = _repeats(parser, paths)
        made = [Rule(paths=paths, default=str(entry.get("default", "")), repeats=repeats, **common)]
        if "otherwise" in entry:
            paths = self._paths((*where, "otherwise"), entry["otherwise"], known, name)
            asked = vocabulary if parser in TITLED else parser
            titled = intern(asked) if asked in OF_TITLES and not (trim or pick) else ""
            made.append(Rule(paths=paths, declared=False, repeats=_repeats(parser, paths), titled=titled, **common))
        return made

    def _fits(self, field: str, where: tuple[str | int, ...], entry: dict[str, Any]) -> None:
        """Note a parser, a vocabulary, choices and a default that are not those of the field."""
        parser, parsers, table = str(entry["parser"]), fitting(field), table_of(field)
        if parser in PARSERS and parser not in parsers:
            self._foreign((*where, "parser"), parser, parsers[0])
        if table and entry.get("vocabulary", table) in names() and entry.get("vocabulary", table) != table:
            self._foreign((*where, "vocabulary"), entry["vocabulary"], table)
        choices = entry.get("choices")
        for number, choice in enumerate(choices if isinstance(choices, list) and parser in parsers else ()):
            place = (*where, "choices", number)
            if parser == "relation":
                self.word(place, choice, sorted(KINDS))
            elif isinstance(choice, str) and not is_allowed(field, choice):
                self._foreign(place, choice, nearest_allowed(field, choice))
        default = entry.get("default")
        if default and not (isinstance(default, str) and is_allowed(field, default)):
            self._foreign((*where, "default"), default, nearest_allowed(field, str(default)))

    def _foreign(self, where: tuple[str | int, ...], value: Any, near: str) -> None:
        self.fault(where, "unknown_word", key=".".join(map(str, where)), value=value, near=near)

    def _paths(self, where: tuple[str | int, ...], value: Any, known: set[str], rule: str) -> tuple[str, ...]:
        paths = self.texts(where, [value] if isinstance(value, str) else value)
        for number, path in enumerate(paths):
            if path.startswith("@") and path not in _SPECIAL and path not in known:
                place = (*where, number) if (*where, number) in self.marked.values else where
                self.fault(place, "unknown_word", key=rule, value=path, near=nearest(path, {*known, *_SPECIAL}))
        return tuple(intern(path.lower()) for path in paths)


def _repeats(parser: str, paths: tuple[str, ...]) -> bool:
    """Say that a parser always makes the same of the same words, and that they come again: a title does not."""
    return parser in REPEATABLE or (parser == "text" and all(path in _OF_SETS for path in paths))
