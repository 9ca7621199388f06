"""What other tables, or other code, would make of the same records: counted, with a few examples. Pure.

A record is drawn twice, under each of two sets of tables (``drawn``, in processes side by side); where the two drawings
differ, ``Differences`` says in what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from harvester import unpack

from .applying import shown
from .fields import FIELDS
from .mapping import map_record
from .own_tables import use_tables
from .resource import Mapped, Origin, Resource
from .tables import Tables

FILLED, EMPTIED, CHANGED = "filled", "emptied", "changed"
EXAMPLES = 3  # of each field and way
_LONGEST = 200  # characters of a value in an example

Values = tuple[str, ...]
Told = tuple[str, str, str, str]  # code, field, path and value of a problem
Rules = dict[str, Values]


class Drawing(NamedTuple):
    """All of a mapped record that can differ: why it is held back, its values by field, what was not understood."""

    quarantine: str
    fields: dict[str, Values]
    problems: tuple[Told, ...]


class Difference(NamedTuple):
    """An example: the record, the field, its values before and after, and the lines that made the latter."""

    key: str
    field: str
    way: str
    before: Values
    after: Values
    rules: Values


def drawing(mapped: Mapped) -> Drawing:
    """Draw what became of a record; its key is the same under all tables."""
    problems = tuple(sorted((each.code, each.field, each.path, each.value) for each in mapped.problems))
    return Drawing(mapped.quarantine, {} if mapped.resource is None else _values(mapped.resource), problems)


def drawing_of_stored(stored: bytes | None, reason: str) -> Drawing:
    """Draw what an index holds of a record: the JSON of its resource, or why it is held back. It knows no problems."""
    return Drawing(reason, {} if stored is None else _values(_RESOURCE.decode(stored)), ())


_RESOURCE = msgspec.json.Decoder(Resource)


def _values(resource: Resource) -> dict[str, Values]:
    found = {}
    for field in FIELDS:
        value = getattr(resource, field)
        if field != "key" and value not in (None, "", ()):
            found[field] = tuple(shown(one) for one in (value if isinstance(value, tuple) else (value,)))
    return found


_Drawn = tuple[str, bytes, Rules]  # key, packed drawing (equal bytes are an equal record), rules by field
_DRAWN = msgspec.msgpack.Decoder(list[_Drawn])
_DRAWING = msgspec.msgpack.Decoder(Drawing)


def drawn(tables: Tables, origins: Mapping[str, Origin], changes: bytes) -> bytes:
    """Draw packed changes (``harvester.pack``) by these tables; for ``compared``."""
    use_tables(tables)
    found: list[_Drawn] = []
    for change in unpack(changes):
        assert change.raw is not None, "whoever asks leaves out what was erased"
        origin = origins.get(change.source) or Origin(change.source, change.source, change.source)
        mapped = map_record(change.raw, origin, explain=True)
        rules: dict[str, dict[str, None]] = {}
        for each in mapped.explanations:
            rules.setdefault(each.field, {})[each.rule] = None
        lines = {field: tuple(places) for field, places in rules.items()}
        found.append((change.key, msgspec.msgpack.encode(drawing(mapped)), lines))
    return msgspec.msgpack.encode(found)


class Differences:
    """The differences of very many records, added up."""

    def __init__(self) -> None:
        self.records = self.changed = 0
        self.fields: dict[str, dict[str, int]] = {}
        self.problems: dict[tuple[str, str], dict[str, int]] = {}  # (code, field) to "appeared" and "vanished"
        self.quarantine: dict[tuple[str, str], tuple[int, list[str]]] = {}  # (reason before, after), "" for shown
        self.examples: list[Difference] = []
        self._kept: dict[tuple[str, str], int] = {}

    def compared(self, before: bytes, after: bytes) -> None:
        """Compare one part, drawn twice from the same changes."""
        for (key, old, lines), (_, new, rules) in zip(_DRAWN.decode(before), _DRAWN.decode(after), strict=True):
            self.records += 1
            if old != new:
                self.add(key, _DRAWING.decode(old), _DRAWING.decode(new), lines, rules)

    def stored(self, after: bytes, before: Mapping[str, Drawing]) -> None:
        """Compare what an index holds with one part that was drawn; ``before`` by key. Problems are not compared."""
        for key, packed, rules in _DRAWN.decode(after):
            new, old = _DRAWING.decode(packed)._replace(problems=()), before[key]
            self.records += 1
            if old != new:
                self.add(key, old, new, {}, rules)

    def add(self, key: str, old: Drawing, new: Drawing, lines: Rules, rules: Rules) -> None:
        """Add one record whose drawings differ."""
        self.changed += 1
        for way, problems in (("appeared", set(new.problems) - set(old.problems)),
                              ("vanished", set(old.problems) - set(new.problems))):  # fmt: skip
            for code, field, *_ in problems:
                count = self.problems.setdefault((code, field), {"appeared": 0, "vanished": 0})
                count[way] += 1
        if old.quarantine != new.quarantine:
            number, keys = self.quarantine.get((old.quarantine, new.quarantine), (0, []))
            self.quarantine[old.quarantine, new.quarantine] = number + 1, [*keys, key][:EXAMPLES]
            return
        for field, way in _ways(old.fields, new.fields):
            self.fields.setdefault(field, dict.fromkeys((FILLED, CHANGED, EMPTIED), 0))[way] += 1
            if self._kept.setdefault((field, way), 0) < EXAMPLES:
                self._kept[field, way] += 1
                before, after = (_shortened(each.get(field, ())) for each in (old.fields, new.fields))
                made_by = rules.get(field) or lines.get(field, ())
                self.examples.append(Difference(key, field, way, before, after, made_by))


def _ways(old: dict[str, Values], new: dict[str, Values]) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        before, after = old.get(field), new.get(field)
        if before != after:
            yield field, FILLED if before is None else EMPTIED if after is None else CHANGED


def _shortened(values: Values) -> Values:
    return tuple(value if len(value) <= _LONGEST else value[:_LONGEST] + "…" for value in values)
