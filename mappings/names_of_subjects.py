"""The short ways to write the names of subjects, made from the words of the vocabulary: there a name has its home."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .phrases import words_of_titles
from .syllables import is_syllable
from .tables import remembered
from .vietnamese import key, without_marks
from .vocabulary import vocabulary

_SHORTEST_JOINED = 5  # letters: "đề án" run together without marks is a dean


class Names(NamedTuple):
    """Ways to write subjects, in small letters but for codes, each with what it stands for."""

    short: dict[str, str]  # a syllable that stands for a name: "sử" is "lịch sử"
    bare: dict[str, str]  # the same without marks: "su" is "lich su"
    alone: dict[str, str]  # a name of one syllable, as a longer one without marks: "toan" is "toan hoc"
    joined: dict[str, str]  # names and types run together, also without marks: "lịchsử", "lichsu", "giaoan"
    endings: dict[str, str]  # the last syllables of names, to which a figure may be glued: "ngữ văn8"
    initials: dict[tuple[str, str], str]  # an initial and the other syllable: ("t", "anh") is "tiếng anh"
    glued: dict[str, str]  # codes that mean a subject with the figure of its grade glued to them: "GT12"
    beside: dict[str, str]  # codes that mean it also with a blank before its grade: "VL 7"


@remembered(maxsize=1)
def names_of_subjects() -> Names:
    """Return the short ways to write the subjects of schools; where two subjects share one, the earlier keeps it."""
    made = Names(*({} for _ in Names._fields))
    for subject in vocabulary("subject").terms.values():
        if subject.get("grades"):
            _enter(made, subject)
    _enter_types(made.joined)
    return made


def _enter(made: Names, subject: dict[str, Any]) -> None:
    names = [word.lower() for word in (subject["vi"], *subject.get("variants", ())) if not _asks(word)]
    names = names or [subject["vi"].lower()]
    full = next((name for name in names if name.count(" ") == 1), names[0])
    for syllable in _standing_alone(subject, names):
        made.short.setdefault(syllable, full)
        made.bare.setdefault(without_marks(syllable), without_marks(full))
    if is_syllable(names[0]):
        made.alone.setdefault(without_marks(names[0]), without_marks(full))
    _join(made.joined, names)
    for name in names:
        last = name.split()[-1]
        if last.isalpha():
            made.endings.update({last: name, without_marks(last): name})
    for initial, other in _with_initial(subject, names):
        made.initials.setdefault((initial, other), f"{subject['vi'].lower().split()[0]} {other}")
    for code in subject.get("abbreviations", ()):
        meant = next((name for name in names if _initials(name) == code), subject["vi"])
        made.glued.setdefault(code, meant)
        made.glued.setdefault(without_marks(code), meant)
    for code in (*subject.get("beside_grade", ()), *subject.get("glued_to_grade", ())):
        made.glued.setdefault(code, subject["vi"])
    for code in subject.get("beside_grade", ()):
        made.beside.setdefault(code, subject["vi"])


def _asks(word: str) -> bool:
    return word.lower().startswith("môn ")


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()).upper()


def _standing_alone(subject: dict[str, Any], names: list[str]) -> Iterator[str]:
    """Yield the syllables of longer names that the table also has alone ("sử") or behind "môn", as they are spelt."""
    words = (*subject.get("variants", ()), *subject.get("field_only", ()))
    alone = {key(word.lower().removeprefix("môn ")) for word in words} - {key(subject["vi"])}
    for name in names:
        yield from (syllable for syllable in name.split() if key(syllable) in alone and is_syllable(syllable))


def _with_initial(subject: dict[str, Any], names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the first letter and the rest of names of two syllables: "T.Anh"; not where the rest says little.

    "T.Nga" and "T.Đức" are teachers, not languages.
    """
    for name in names:
        first, _, other = name.partition(" ")
        is_label = key(name) == key(subject["vi"]) and len(name.split()) == 2
        if is_label and other != "học" and ("language" not in subject or key(f"môn {other}") in _keys_of(subject)):
            yield first[0], other


def _keys_of(subject: dict[str, Any]) -> set[str]:
    return {key(word) for word in subject.get("variants", ())}


def _join(joined: dict[str, str], names: Iterable[str]) -> None:
    for name in names:
        together = name.replace(" ", "")
        if " " in name and together.isalpha() and len(together) >= _SHORTEST_JOINED:
            joined.setdefault(together, name)
            joined.setdefault(without_marks(together), name)


def _enter_types(joined: dict[str, str]) -> None:
    for row in words_of_titles()["types"]:
        for name in ("words", "weak", "heads"):
            _join(joined, [word for word in row.get(name, ()) if all(map(is_syllable, word.split()))])
