"""Crosswalks: one file of ``crosswalks/`` is one metadata format, its rules are compiled once into {path: rules}.

How to write one: docs/mapping.md. Every mistake is reported with file, line, column and rule; all of a file at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from harvester import Fault, Faults, Format, load_yaml, nearest

from .applying import Crosswalk, Reader
from .cataloguing import preparation, prepared
from .fields import FIELDS
from .html_rows import HtmlReader
from .json_rows import JsonReader
from .parsers import PARSERS, REPEATABLE
from .rows import Shape, XmlReader
from .rule import Rule, generic
from .vocabulary import ids, names, vocabulary

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
_HEADER = ("key", "source", "identifier", "datestamp", "format", "set", "institution")  # filled without a crosswalk


# --- reading the files -----------------------------------------------------------------------------


@lru_cache(maxsize=8)  # the room's own folder, and those of tests
def crosswalks(folder: Path = FOLDER) -> dict[str, Crosswalk]:
    """Read all crosswalks of a folder, by name. Raises Faults with every mistake in all of them."""
    found, faults = {}, []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = _Compiler(path).crosswalk()
        except Faults as error:
            faults += error.faults
    if faults:
        raise Faults(faults)
    return found


class _Compiler:
    """Compile one file; mistakes are collected."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.marked = load_yaml(path, f"crosswalks/{path.name}")
        self.faults: list[Fault] = []

    def crosswalk(self) -> Crosswalk:
        """Return the crosswalk. Raises Faults."""
        value = self._mapping((), self.marked.value, _KEYS, required=("namespaces", "rank", "fields"))
        fields = value.get("fields")
        rules = self._rules(fields) if isinstance(fields, dict) else []
        if not isinstance(fields, dict) and "fields" in value:
            self.fault(("fields",), "not_mapping")
        rank = value.get("rank", 0)
        if not isinstance(rank, int):
            self.fault(("rank",), "unknown_word", key="rank", value=rank)
        syntax = self._word(("syntax",), value.get("syntax", "xml"), SYNTAXES)
        form = Format(self.name, tuple(self._texts(("namespaces",), value.get("namespaces", []))), rank)
        shape = self._shape(value, rules)
        if self.faults:
            raise Faults(sorted(self.faults, key=lambda fault: (fault.line, fault.column)))
        roots = frozenset(name.lower() for name in self._texts(("roots",), value.get("roots", [])))
        return Crosswalk(form, dict(value.get("title") or {}), tuple(rules), SYNTAXES[syntax](shape), roots)

    def _shape(self, value: dict[str, Any], rules: list[Rule]) -> Shape:
        ways: dict[str, tuple[str, ...]] = {}
        meant: dict[str, Callable[[str], str | None]] = {}
        for path, how in self._table((), value, "qualified").items():
            if isinstance(how, dict):
                place = ("qualified", path)
                how = self._mapping(place, how, ("by", "vocabulary", "means"), required=())
                if "vocabulary" in how and self._word((*place, "vocabulary"), how["vocabulary"], names()) in names():
                    meant[str(path)] = vocabulary(how["vocabulary"]).value
                elif "means" in how:
                    meant[str(path)] = self._table(place, how, "means").get
                how = how.get("by", "")
            if how:
                ways[str(path)] = tuple(str(how).lower().split("|"))
        return Shape(
            named={str(path): str(name) for path, name in self._table((), value, "named").items()},
            meant=meant,
            without=frozenset(path.lower() for path in self._texts(("without",), value.get("without", []))),
            elements=frozenset(self._texts(("elements",), value.get("elements", []))),
            through=frozenset(name.lower() for name in self._texts(("through",), value.get("through", []))),
            qualified=ways,
            wanted=frozenset(generic(path) for rule in rules for path in rule.paths if not path.startswith("@")),
        )

    def _table(self, where: tuple[str | int, ...], value: dict[str, Any], key: str) -> dict[Any, Any]:
        table = value.get(key) or {}
        if not isinstance(table, dict):
            self.fault((*where, key), "not_mapping")
            return {}
        return table

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
            known = {f"@{rule.field}" for rule in rules}
            for where, entry in entries:
                rules += self._rule(field, where, entry, known)
        return rules

    def _rule(self, field: str, where: tuple[str | int, ...], entry: Any, known: set[str]) -> list[Rule]:
        entry = self._mapping(where, entry, _RULE_KEYS, required=("from", "parser"))
        if "from" not in entry or "parser" not in entry:
            return []
        name = ".".join(str(part) for part in where)
        parser = self._word((*where, "parser"), entry["parser"], PARSERS)
        trim = self._word((*where, "trim"), entry["trim"], ("isbd",)) if "trim" in entry else ""
        pick = self._pattern((*where, "pick"), entry.get("pick"))
        vocabulary = entry.get("vocabulary", "")
        if vocabulary:
            self._word((*where, "vocabulary"), vocabulary, names())
        common: dict[str, Any] = {
            "field": field,
            "many": FIELDS[field].many,
            "parser": PARSERS.get(parser),
            "memory": {} if PARSERS.get(parser) in REPEATABLE else None,
            "place": f"{self.name}.yaml:{(self.marked.keys.get(where) or self.marked.values[where])[0]}",
            "take_all": self._word((*where, "take"), entry.get("take", "first"), ("first", "all")) == "all",
            "vocabulary": vocabulary,
            "only": self._pattern((*where, "only"), entry.get("only")),
            "never": self._pattern((*where, "never"), entry.get("never")),
            "choices": tuple(self._texts((*where, "choices"), entry.get("choices", []))),
            "unknown": self._word((*where, "unknown"), entry.get("unknown", "ignore"), ("ignore", "tell")) == "tell",
        }
        if (trim or pick) and parser in PARSERS:
            common["prepare"] = preparation(trim, pick)
            common["parser"] = prepared(PARSERS[parser], common["prepare"])
        if vocabulary and entry.get("default"):
            self._word((*where, "default"), entry["default"], _ids(vocabulary))
        made = [
            Rule(
                paths=self._paths((*where, "from"), entry["from"], known, name),
                default=str(entry.get("default", "")),
                **common,
            )
        ]
        if "otherwise" in entry:
            paths = self._paths((*where, "otherwise"), entry["otherwise"], known, name)
            made.append(Rule(paths=paths, declared=False, **common))
        return made

    def _paths(self, where: tuple[str | int, ...], value: Any, known: set[str], rule: str) -> tuple[str, ...]:
        paths = self._texts(where, [value] if isinstance(value, str) else value)
        for number, path in enumerate(paths):
            if path.startswith("@") and path not in _SPECIAL and path not in known:
                place = (*where, number) if (*where, number) in self.marked.values else where
                self.fault(place, "unknown_word", key=rule, value=path, near=nearest(path, {*known, *_SPECIAL}))
        return tuple(path.lower() for path in paths)

    # --- small readers, each with its fault ---

    def fault(self, where: tuple[str | int, ...], code: str, *, at_key: bool = False, **facts: object) -> None:
        self.faults.append(self.marked.fault(where, code, facts, at_key=at_key))

    def _mapping(
        self, where: tuple[str | int, ...], value: Any, keys: Iterable[str], required: Iterable[str]
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.fault(where, "not_mapping")
            return {}
        rule = ".".join(map(str, where)) + "." if where else ""
        for key in value:
            if key not in keys:
                self.fault((*where, key), "unknown_key", at_key=True, key=rule + key, near=nearest(key, keys))
        for key in required:
            if key not in value:
                self.fault(where, "missing_key", at_key=True, key=rule + key)
        return value

    def _texts(self, where: tuple[str | int, ...], value: Any) -> list[str]:
        if not isinstance(value, list):
            self.fault(where, "not_list")
            return []
        for number, text in enumerate(value):
            if not isinstance(text, str):
                self.fault((*where, number), "not_text", key=".".join(map(str, where)))
        return [str(text) for text in value]

    def _word(self, where: tuple[str | int, ...], value: Any, words: Iterable[str]) -> str:
        words = list(words)
        if value not in words:
            near = nearest(str(value), words)
            self.fault(where, "unknown_word", key=".".join(map(str, where)), value=value, near=near)
        return str(value)

    def _pattern(self, where: tuple[str | int, ...], value: Any) -> re.Pattern[str] | None:
        try:
            return re.compile(value, re.IGNORECASE) if isinstance(value, str) else None
        except re.error as error:
            self.fault(where, "wrong_pattern", key=".".join(map(str, where)), detail=str(error))
            return None


def _ids(vocabulary: str) -> tuple[str, ...]:
    return ids(vocabulary) if vocabulary in names() else ()
