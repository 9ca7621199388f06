"""What a sample of a source's records tells of the source: the encoding of its texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from harvester import RawRecord

from .encodings import detect
from .rows import UnreadableError, metadata
from .vietnamese import unescaped

MOST = 200  # records of one set: ten are enough, and sources are mixed


def encoding_of(raws: Iterable[RawRecord]) -> str:
    """Return the encoding of before Unicode in which records of a source are written (``tcvn3`` …), "" for none.

    Every set is judged for itself, 200 records of it at most: one old collection of a library may be written in an
    encoding that no other has. Where sets differ, the encoding of most sets holds.
    """
    groups: dict[str, list[str]] = {}
    sizes: Counter[str] = Counter()
    for raw in raws:
        for group in raw.sets[:1] or ("",):
            if sizes[group] < MOST and not raw.deleted:
                sizes[group] += 1
                groups.setdefault(group, []).extend(_texts(raw))
    found = Counter(filter(None, map(detect, groups.values())))
    whole = detect([text for texts in groups.values() for text in texts]) if not found and len(groups) > 1 else ""
    return found.most_common(1)[0][0] if found else whole


def _texts(raw: RawRecord) -> list[str]:
    try:
        return [unescaped(text) for text in map(str, metadata(raw).itertext()) if not text.isascii() or "&" in text]
    except UnreadableError:
        return []
