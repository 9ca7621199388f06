"""Which lines of a source's ``mapping:`` were of use, which contradict each other, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from harvester import ARROW, RawRecord, nearest

from .advice import DEFAULTS, SETS, advice, advised_rows
from .encodings import decoded
from .mapping import rows_of
from .recognise import match
from .resource import Explanation, Mapped, Origin
from .rows import Row
from .safety import UNTOLD
from .vietnamese import unescaped
from .vocabulary import names

REPLACE, ENCODING = "mapping.replace", "mapping.encoding"
USED, DIFFER = "used", "differ"


class Repair(NamedTuple):
    """A line of ``mapping:`` that was of no use or is ambiguous: why, by what else, how often, in which record."""

    setting: str
    line: str
    state: str  # a key of SENTENCES
    other: str = ""
    often: int = 0
    key: str = ""


# state: (Vietnamese, English, what to do in both)
SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "unused": (
        "không bản ghi nào cần đến",
        "no record needed it",
        "Bỏ dòng này, hoặc sửa cho khớp lời của nguồn: kho mapping values TRƯỜNG --raw.",
        "Delete the line, or write it as the source does: kho mapping values FIELD --raw.",
    ),
    "no_such_set": (
        "không bản ghi nào thuộc bộ này (ý bạn là “{other}”?)",
        "no record is in this set (did you mean “{other}”?)",
        "Sửa setSpec.",
        "Correct the setSpec.",
    ),
    "sets_differ": (
        "bản ghi thuộc cả hai bộ nhận hai giá trị: {other}",
        "records in both sets get two values: {other}",
        "Để lại một dòng, hoặc cho hai bộ cùng giá trị.",
        "Keep one of the lines, or give both sets the same value.",
    ),
    "known_word": (
        "bảng có sẵn đã hiểu lời này là {other}",
        "a table understands these words already, as {other}",
        "Nếu bảng đúng thì bỏ dòng này; nếu không thì dạy lời này trong tables/ cho mọi nguồn.",
        "Delete the line if the table is right; else teach the word in tables/, for all sources.",
    ),
}


def uses(raw: RawRecord, origin: Origin, mapped: Mapped) -> Iterator[tuple[str, ...]]:
    """Yield what of ``mapping:`` was of use in a record: (USED, setting, line, words), (DIFFER, line, line, field).

    ``mapped`` was made of it with explanations. Of a record that must not be shown nothing is told.
    """
    said = advice(origin)
    if mapped.quarantine in UNTOLD:
        return
    rows = rows_of(raw) if origin.encoding or origin.replace else []
    if origin.encoding and any(_is_decoded(words, origin.encoding) for _, words, _ in rows):
        yield USED, ENCODING, origin.encoding, ""
    if said is None:
        return
    applied = {(each.rule, each.field) for each in mapped.explanations if each.rule in (SETS, DEFAULTS)}
    for path, group in advised_rows(said, raw).items():
        setting, _, field = path.removeprefix("@").rpartition("/")
        if (setting, field) in applied:
            yield from ((USED, setting, _line(place, field, value), value) for place, value, _ in group)
            yield from _differing(field, group) if setting == SETS else ()
    words = {as_read(row[1], origin.encoding) for row in rows} if said.replace else set()
    yield from ((USED, REPLACE, before, before) for before in said.replace if before in words)


def _line(place: str, field: str, value: str) -> str:
    """Write a row of advice as its line: ``grade=9``, or ``com_1:grade=9`` for a row of ``mapping.sets[com_1]``."""
    spec = place[len(SETS) + 1 : -1] if place.startswith(SETS) else ""
    return f"{spec}:{field}={value}" if spec else f"{field}={value}"


def _is_decoded(words: str, encoding: str) -> bool:
    meant = unescaped(words)
    return decoded(meant, encoding) != meant


def as_read(words: str, encoding: str) -> str:
    """Write words of a source as ``replace`` compares them: in Unicode, without needless blanks."""
    return " ".join((decoded(unescaped(words), encoding) if encoding else words).split())


def _differing(field: str, group: list[Row]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of two sets of a record that give a field different values."""
    by_set: dict[str, list[str]] = {}
    for place, value, _ in group:
        by_set.setdefault(place, []).append(value)
    for (one, first), (two, second) in combinations(sorted(by_set.items()), 2):
        if set(first) != set(second):
            yield DIFFER, _line(one, field, first[0]), _line(two, field, second[0]), field


def repairs(
    origin: Origin,
    used: Collection[tuple[str, str]],
    differing: Mapping[tuple[str, str], tuple[int, str]],
    sets: Collection[str],
) -> list[Repair]:
    """Return the lines of a source that were of no use or are ambiguous, in the order of the file.

    ``used``: (setting, line) as ``uses`` writes them; ``differing``: two lines of sets, how often, and the key of a
    record; ``sets``: the setSpecs that are known of the source.
    """
    found = [
        Repair(SETS, one, "sets_differ", two, often, key) for (one, two), (often, key) in sorted(differing.items())
    ]
    for setting, lines in ((DEFAULTS, origin.defaults), (SETS, origin.sets), (REPLACE, origin.replace)):
        found += [_unused(setting, line, sets) for line in lines if (setting, as_used(setting, line)) not in used]
    if origin.encoding and (ENCODING, origin.encoding) not in used:
        found.append(Repair(ENCODING, origin.encoding, "unused"))
    return found + known_words(origin.replace)


def as_used(setting: str, line: str) -> str:
    """Write a line as ``uses`` names it: without needless blanks, of a replacement only the words of the source."""
    if setting == REPLACE:
        return " ".join(line.partition(ARROW)[0].split())
    before, _, value = line.partition("=")
    spec, _, field = before.rpartition(":")
    return f"{spec.strip()}:{field.strip()}={value.strip()}" if setting == SETS else f"{before.strip()}={value.strip()}"


def line_of(explanation: Explanation) -> tuple[str, str]:
    """Return (setting, line) of the line of ``mapping:`` that made a value, as ``as_used`` writes it."""
    return explanation.rule, _line(explanation.path, explanation.field, explanation.value)


def _unused(setting: str, line: str, sets: Collection[str]) -> Repair:
    spec = line.partition("=")[0].rpartition(":")[0]
    near = nearest(spec, sets) if setting == SETS and spec not in sets else ""
    return Repair(setting, line, "no_such_set" if near else "unused", near)


def known_words(lines: tuple[str, ...]) -> list[Repair]:
    """Return the replacements of words that a table understands as something else than what they are replaced by."""
    found = []
    for line in lines:
        before, _, after = line.partition(ARROW)
        for scheme in names():
            terms = match(scheme, before)
            if terms and terms != match(scheme, after):
                found.append(Repair(REPLACE, line, "known_word", f"{scheme}: {', '.join(terms)}"))
    return found


def repair_sentence(repair: Repair, language: str = "vi", *, action: bool = False) -> str:
    """Say what is wrong with a line, or with ``action`` what to do about it."""
    vi, en, do_vi, do_en = SENTENCES[repair.state]
    if action:
        return do_en if language == "en" else do_vi
    return (en if language == "en" else vi).format(other=repair.other)
