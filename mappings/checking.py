"""Reading a table that somebody wrote: every mistake with file, line, column and rule, all of a file at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from harvester import Fault, Faults, Marked, nearest

Place = tuple[str | int, ...]
TOP: Place = ()  # the whole document


class Checked:
    """One YAML file and the mistakes found in it; the readers below note a fault and go on."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.faults: list[Fault] = []

    def done(self) -> None:
        """Raise Faults with all mistakes in the order of the file, if there is one."""
        if self.faults:
            raise Faults(sorted(self.faults, key=lambda fault: (fault.line, fault.column)))

    def line_of(self, where: Place) -> int:
        """Return the line of a key or of a value of a list."""
        return (self.marked.keys.get(where) or self.marked.values[where])[0]

    def fault(self, where: Place, code: str, *, at_key: bool = False, **facts: object) -> None:
        """Note a mistake at a value, or at its key."""
        self.faults.append(self.marked.fault(where, code, facts, at_key=at_key))

    def mapping(self, where: Place, value: Any, keys: Iterable[str], required: Iterable[str] = ()) -> dict[str, Any]:
        """Return pairs whose keys are known and complete; {} for what is none."""
        if not isinstance(value, dict):
            self.fault(where, "not_mapping")
            return {}
        rule = ".".join(map(str, where)) + "." if where else ""
        keys = list(keys)
        for key in value:
            if key not in keys:
                self.fault((*where, key), "unknown_key", at_key=True, key=rule + key, near=nearest(key, keys))
        for key in required:
            if key not in value:
                self.fault(where, "missing_key", at_key=True, key=rule + key)
        return value

    def table(self, where: Place, value: dict[str, Any], key: str) -> dict[Any, Any]:
        """Return the pairs at an optional key."""
        table = value.get(key) or {}
        if not isinstance(table, dict):
            self.fault((*where, key), "not_mapping")
            return {}
        return table

    def texts(self, where: Place, value: Any) -> list[str]:
        """Return a list of texts."""
        if not isinstance(value, list):
            self.fault(where, "not_list")
            return []
        for number, text in enumerate(value):
            if not isinstance(text, str):
                self.fault((*where, number), "not_text", key=".".join(map(str, where)))
        return [str(text) for text in value]

    def word(self, where: Place, value: Any, words: Iterable[str]) -> str:
        """Return a word that must be one of these."""
        words = list(words)
        if value not in words:
            near = nearest(str(value), words)
            self.fault(where, "unknown_word", key=".".join(map(str, where)), value=value, near=near)
        return str(value)

    def pattern(self, where: Place, value: Any) -> re.Pattern[str] | None:
        """Return a regular expression, None where there is none."""
        if value is not None and not isinstance(value, str):
            self.fault(where, "not_text", key=".".join(map(str, where)))
        try:
            return re.compile(value, re.IGNORECASE) if isinstance(value, str) else None
        except re.error as error:
            self.fault(where, "wrong_pattern", key=".".join(map(str, where)), detail=str(error))
            return None
