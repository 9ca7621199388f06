"""Lines of ``mapping:`` in sources.yaml that were of no use or are ambiguous, each with its place and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ._desk import Desk, origin_of
from ._output import one_line, say

if TYPE_CHECKING:
    from harvester import Federation
    from mappings import Counts, Explanation, Mapped, Repair


def advised(federation: Federation) -> list[str]:
    """Return the sources that have lines of ``mapping:``."""
    return sorted(name for name in federation.lines if name in federation.sources)


def repairs_of(federation: Federation, source: str, counts: Counts, sets: Iterable[str]) -> list[dict[str, Any]]:
    """Return what is to be said of a source's lines, for machines; ``counts`` are those of the question "repairs"."""
    from mappings import DIFFER, USED, repairs

    if (source, "records") not in counts:
        return []  # nothing is held of it: no line can have been of use
    mine = {words[1:]: found for words, found in counts.items() if words[0] == source}
    used = {(words[1], words[2]) for words in mine if words[0] == USED}
    differing = {
        (words[1], words[2]): (often, examples[0][0]) for words, (often, examples) in mine.items() if words[0] == DIFFER
    }
    found = repairs(origin_of(federation.sources[source]), used, differing, sorted(sets))
    return [_plain(federation, source, each) for each in found]


def doubtful(federation: Federation) -> list[dict[str, Any]]:
    """Return what can be said of lines without looking at a record."""
    from mappings import known_words

    return [
        _plain(federation, source, repair)
        for source in advised(federation)
        for repair in known_words(federation.sources[source].mapping.replace)
    ]


def _plain(federation: Federation, source: str, repair: Repair) -> dict[str, Any]:
    from mappings import repair_sentence

    place = federation.lines.get(source, {}).get((repair.setting, repair.line), federation.path.name)
    return {
        "source": source,
        "place": place,
        "setting": repair.setting,
        "line": repair.line,
        "state": repair.state,
        "count": repair.often,
        "key": repair.key,
        "reason": {language: repair_sentence(repair, language) for language in ("vi", "en")},
        "action": {language: repair_sentence(repair, language, action=True) for language in ("vi", "en")},
    }


def tell_repairs(here: Desk, rows: list[dict[str, Any]]) -> None:
    """Say each line that is of no use or ambiguous, on stderr, like a mistake of the file that it stands in."""
    for row in rows:
        often = f" (×{row['count']}: {row['key']})" if row["count"] else ""
        said = f"{row['setting']}: {row['line']}: {row['reason'][here.language]}{often}"
        say(f"{row['place']}: warning[{row['state']}]: {row['source']}: {one_line(said)}")
        say(f"  → {row['action'][here.language]}")


def explained(federation: Federation | None, source: str, mapped: Mapped) -> list[Explanation]:
    """Return the explanations of a record; what lines of ``mapping:`` made names their file and line, too."""
    import msgspec

    from mappings import as_read, as_used, line_of

    lines = federation.lines.get(source, {}) if federation is not None else {}
    places = {(setting, as_used(setting, line)): place for (setting, line), place in lines.items()}
    known = federation.sources.get(source) if federation is not None else None
    encoding = known.mapping.encoding if known is not None else ""
    found = []
    for each in mapped.explanations:
        place = places.get(line_of(each)) or places.get(("mapping.replace", as_read(each.words, encoding)))
        found.append(msgspec.structs.replace(each, rule=f"{each.rule}, {place}") if place else each)
    return found
