"""What became of very many records, counted: in parts that can be made side by side and are added up. Pure.

A count is a dictionary: what is counted (a tuple of words) to how often, with a few examples (key of the record, words
of its source).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from harvester import Change, unpack

from .advised import uses
from .applying import shown
from .fields import FIELDS
from .mapping import guesses, map_record, words_of
from .own_tables import use_tables
from .resource import Explanation, Mapped, Origin
from .safety import UNTOLD
from .tables import Tables

EXAMPLES = 3
# Circular 24/2011/TT-BTTTT asked state portals for these six elements.
SIX: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "creator": ("creator",),
    "date": ("issued", "modified"),
    "description": ("description",),
    "publisher": ("publisher",),
    "identifier": ("identifiers", "landing_url"),
}
RECORDS, OF_SIX = "records", "six"  # beside the fields of a coverage
DECLARED, INFERRED = "declared", "inferred"
_NOTHING = ("khong_ghi", "und")  # what the schema writes where nothing is stated

Words = tuple[str, ...]
Example = tuple[str, str]
Counts = dict[Words, tuple[int, list[Example]]]
Found = Iterator[tuple[Words, str]]


class Question(NamedTuple):
    """What is counted: a kind of ``KINDS`` and, for values, the field."""

    kind: str
    field: str = ""


def counted(question: Question, tables: Tables, origins: Mapping[str, Origin], changes: bytes) -> bytes:
    """Count one part by these tables: packed changes (``harvester.pack``) to packed counts (for ``added``)."""
    use_tables(tables)
    count, explain = KINDS[question.kind]
    counts: Counts = {}
    for change in unpack(changes):
        if change.raw is None:
            continue
        origin = origins.get(change.source) or Origin(change.source, change.source, change.source)
        mapped = map_record(change.raw, origin, explain)
        found = count(change, mapped, question.field, origin)
        _add(counts, ((words, 1, [(change.key, said)]) for words, said in found))
    return msgspec.msgpack.encode(list(counts.items()))


_PARTS = msgspec.msgpack.Decoder(list[tuple[Words, tuple[int, list[Example]]]])


def added(parts: Iterable[bytes]) -> Counts:
    """Add up what ``counted`` made."""
    counts: Counts = {}
    for part in parts:
        _add(counts, ((words, number, examples) for words, (number, examples) in _PARTS.decode(part)))
    return counts


def _add(counts: Counts, found: Iterable[tuple[Words, int, list[Example]]]) -> None:
    for words, number, examples in found:
        before, kept = counts.get(words, (0, []))
        counts[words] = before + number, (kept + examples)[:EXAMPLES] if len(kept) < EXAMPLES else kept


def covered(counts: Counts) -> list[dict[str, Any]]:
    """Turn the counts of a coverage into a row for each source; shares are between 0 and 1."""
    found = []
    for source in sorted({words[0] for words in counts}):
        records = counts[source, RECORDS][0]

        def share(*words: str, source: str = source, records: int = records) -> float:
            return round(counts.get((source, *words), (0, []))[0] / records, 4)

        fields = {}
        for name in FIELDS:
            declared, inferred = share(name, DECLARED), share(name, INFERRED)
            fields[name] = {"filled": round(declared + inferred, 4), "declared": declared, "inferred": inferred}
        score = sum(share(OF_SIX, element) for element in SIX) / len(SIX) * 100
        found.append({"source": source, "records": records, "score": round(score, 1), "fields": fields})
    return found


# --- what can be counted: (change, mapped, field, origin) to what is counted with the words that show it -------------


def _problems(change: Change, mapped: Mapped, field: str, origin: Origin) -> Found:
    yield (RECORDS,), ""
    for problem in mapped.problems:
        yield (problem.severity, problem.code, problem.field, problem.path), problem.value


def _values(change: Change, mapped: Mapped, field: str, origin: Origin) -> Found:
    value = getattr(mapped.resource, field, None)
    for one in value if isinstance(value, tuple) else (value,):
        if one not in (None, ""):
            yield (shown(one),), shown(one)


def _raw(change: Change, mapped: Mapped, field: str, origin: Origin) -> Found:
    assert change.raw is not None
    if mapped.quarantine in UNTOLD:
        return
    for path, words in words_of(change.raw, field):
        yield (path, " ".join(words.split())), words


def _unmapped(change: Change, mapped: Mapped, field: str, origin: Origin) -> Found:
    for problem in mapped.problems:
        if problem.field == field and problem.code == "unknown_value":
            yield (problem.path, problem.value), problem.value


def _coverage(change: Change, mapped: Mapped, field: str, origin: Origin) -> Found:
    """Count for each source which fields are filled, and whether somebody stated that or Kho read it from a text."""
    yield (change.source, RECORDS), ""
    if mapped.resource is None:
        return
    assert change.raw is not None
    guessing = guesses(mapped.resource.format)
    told: dict[str, list[Explanation]] = {}
    for explanation in mapped.explanations:
        told.setdefault(explanation.field, []).append(explanation)
    for name in FIELDS:
        value = getattr(mapped.resource, name)
        if value in (None, "", (), *_NOTHING) or value == ("und",):
            continue
        inferred = name in told and all(_is_inferred(each, guessing) for each in told[name])
        yield (
            (change.source, name, INFERRED if inferred else DECLARED),
            shown(told[name][0].words) if name in told else "",
        )
    for element, fields in SIX.items():
        if any(getattr(mapped.resource, name) for name in fields):
            yield (change.source, OF_SIX, element), ""


def _is_inferred(explanation: Explanation, guessing: frozenset[str]) -> bool:
    """Say whether a value was read out of other fields: @title, @set_name, @grade; the source's own is stated."""
    return explanation.rule in guessing or (explanation.path.startswith("@") and explanation.path != "@source")


def _repairs(change: Change, mapped: Mapped, field: str, origin: Origin) -> Found:
    """Count for each source which lines of its ``mapping:`` were of use, and which contradicted each other."""
    yield (change.source, RECORDS), ""
    assert change.raw is not None
    for use, *lines, said in uses(change.raw, origin, mapped):
        yield (change.source, use, *lines), said


Count = Callable[[Change, Mapped, str, Origin], Found]
KINDS: dict[str, tuple[Count, bool]] = {  # and whether explanations are needed
    "problems": (_problems, False),
    "values": (_values, False),
    "raw": (_raw, False),
    "unmapped": (_unmapped, False),
    "coverage": (_coverage, True),
    "repairs": (_repairs, True),
}
