"""The house's one YAML reader: values as they were written, and the place of everything.

Only null, true, false and plain decimals are resolved, so that ``01``, ``08``, ``no``, ``2:00`` and ``2026-01-01`` stay
the text that stands there: YAML 1.1 makes 65 of ``0101`` and false of ``NO``. Duplicate keys, anchors, aliases, tags,
tabs and second documents are faults; all of a file are collected before anything is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from .faults import Fault, Faults

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_PLAIN = {"null": None, "~": None, "": None, "true": True, "false": False}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is five times as fast where it was built

Path_ = tuple[str | int, ...]


class Marked(msgspec.Struct):
    """A YAML document: its value, where each key and value stands (line and column from 1), and its lines."""

    name: str
    value: Any
    keys: dict[Path_, tuple[int, int]]
    values: dict[Path_, tuple[int, int]]
    lines: list[str]

    def fault(
        self, path: Path_, code: str, facts: Mapping[str, object] | None = None, *, at_key: bool = False
    ) -> Fault:
        """Make a fault that points at a value, or at its key."""
        first, second = (self.keys, self.values) if at_key else (self.values, self.keys)
        place = first.get(path) or second.get(path)
        while place is None and path:  # a thing that does not stand there is missing where it would stand
            path = path[:-1]
            place = self.values.get(path)
        place = place or (1, 1)
        return Fault(self.name, *place, code, dict(facts or {}), self.line(place[0]))

    def line(self, number: int) -> str:
        """Return the text of a line."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


def load_yaml(path: Path, name: str | None = None) -> Marked:
    """Read a YAML file; ``name`` is how it is called in messages. Raises Faults, OSError."""
    return parse_yaml(path.read_bytes(), name or str(path))


def parse_yaml(source: bytes | str, name: str) -> Marked:
    """Read a YAML text. Raises Faults with every fault that could be found."""
    try:
        text = source if isinstance(source, str) else source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode()  # without a byte order mark, like the positions of the error
        line, column = good.count("\n") + 1, len(good) - good.rfind("\n")
        raise Faults([Fault(name, line, column, "not_utf8", {}, "")]) from error
    reading = _Reading(name, text)
    try:
        reading.events()
        root = next(yaml.compose_all(text, Loader=_LOADER), None)  # the first document; a second one is a fault
        value = reading.build(root, ()) if root is not None else None
    except yaml.MarkedYAMLError as error:
        reading.syntax(error)
        value = None
    except (yaml.YAMLError, RecursionError) as error:
        unreadable = yaml.reader.Reader.NON_PRINTABLE.search(text)  # what a ReaderError is about; it has no mark
        before = text[: unreadable.start()] if unreadable else ""
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        reading.add(line, column, "yaml_syntax", detail=" ".join(str(error).split())[:200])
        value = None
    if reading.faults:
        raise Faults(sorted(reading.faults, key=lambda fault: (fault.line, fault.column)))
    return Marked(name, value, reading.keys, reading.values, reading.lines)


def _place(thing: Any) -> tuple[int, int]:
    mark = thing.start_mark
    return mark.line + 1, mark.column + 1


class _Reading:
    def __init__(self, name: str, text: str) -> None:
        self.name, self.text, self.lines = name, text, text.split("\n")
        self.keys: dict[Path_, tuple[int, int]] = {}
        self.values: dict[Path_, tuple[int, int]] = {}
        self.faults: list[Fault] = []
        self.built: set[int] = set()
        for number, line in enumerate(self.lines, 1):
            indent = line[: len(line) - len(line.lstrip())]
            if "\t" in indent:
                self.add(number, indent.index("\t") + 1, "tab")

    def add(self, line: int, column: int, code: str, **facts: object) -> None:
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        self.faults.append(Fault(self.name, line, column, code, facts, shown))

    def syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        told = {
            (fault.line, fault.column if fault.code == "alias" else 0)
            for fault in self.faults
            if fault.code in ("tab", "alias")
        }
        if (place[0], 0) not in told and place not in told:
            self.add(*place, "yaml_syntax", detail=error.problem or error.context or "")

    def events(self) -> None:
        """Find what a composed document no longer shows: aliases, anchors, tags, second documents."""
        documents = 0
        for event in self._parsed():
            place = _place(event)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1 and isinstance(event, yaml.DocumentStartEvent):
                self.add(*place, "second_document")
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self.add(*place, "alias")
            elif getattr(event, "tag", None):
                self.add(*place, "tag")

    def _parsed(self) -> Iterator[yaml.Event]:
        yield from yaml.parse(self.text, Loader=_LOADER)

    def build(self, node: yaml.Node, path: Path_) -> Any:
        self.values[path] = _place(node)
        if id(node) in self.built:  # an alias, already a fault: a bomb of them is not unfolded, a circle not followed
            return None
        self.built.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, number)) for number, item in enumerate(node.value)]
        # The C parser calls the style of a plain scalar '', the Python one None.
        return node.value if getattr(node, "style", None) else plain(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key, value in node.value:
            place = _place(key)
            if not isinstance(key, yaml.ScalarNode):
                self.add(*place, "key_not_text")
                continue
            name = str(key.value)
            if name in built:
                self.add(*place, "duplicate_key", key=name, first=self.keys[(*path, name)][0])
                continue
            self.keys[(*path, name)] = place
            built[name] = self.build(value, (*path, name))
        return built


def plain(text: str) -> Any:
    """Resolve an unquoted scalar: null, true, false, a plain decimal; everything else is text."""
    if text in _PLAIN:
        return _PLAIN[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 19 else text
    return float(text) if _DECIMAL.fullmatch(text) else text
