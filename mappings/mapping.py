"""Raw record to resource: read rows, apply the crosswalk, add what title, sets and source tell, judge what is shown."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec
import xxhash

from harvester import RawRecord, key_of

from . import crosswalk, rows, vocabulary
from .crosswalk import Outcome
from .parsers import grade as read_grade
from .problems import PROBLEMS
from .resource import Institution, Mapped, Origin, Problem, Resource
from .vietnamese import folded as fold

_PLURAL = frozenset(
    field.name for field in msgspec.structs.fields(Resource) if "tuple" in str(field.type)
)  # fmt: skip
_UNIVERSITY = re.compile(
    r"\b(?:dai cuong|cao cap|giao trinh|luan van|luan an|khoa luan|do an|hoc phan|sinh vien|dai hoc|cao dang|tap chi)\b"
)
# Letters that only Vietnamese has; two of them make a text Vietnamese.
_VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
_NOT_A_GRADE = re.compile(r"\b(?:bai|tiet|tuan|unit|de|chuong|cau|tap|quyen|module|phan|thang|top)$")


def map_record(raw: RawRecord, origin: Origin, *, explain: bool = False) -> Mapped:
    """Map one raw record to the common schema; nothing is raised for bad data.

    Returns the resource (None for a tombstone or what may not be shown), the problems found, and with ``explain`` the
    rule (file:line), the path and the words of the source for each value.
    """
    if raw.deleted:
        return Mapped(None)
    walk = crosswalk.crosswalk(raw.format)
    if walk is None:
        return _refused("no_crosswalk", raw.format)
    root = rows.metadata(raw.context, raw.body)
    if root is None:
        return _refused("unreadable", "")
    outcome = Outcome(explain=explain)
    found = rows.flat_rows(root, walk.elements) if walk.flat else rows.deep_rows(root)
    crosswalk.apply(walk, found, outcome)
    values = outcome.values
    _from_sets(raw, origin, outcome)
    _from_title(outcome)
    _from_source(origin, outcome)
    _defaults(outcome)
    missing = [code for field, code in (("title", "no_title"), ("landing_url", "no_link")) if not values.get(field)]
    problems = [Problem(code, "", "", "", "quarantine") for code in missing] + outcome.problems
    if missing:
        return Mapped(None, tuple(problems), tuple(outcome.explanations), missing[0])
    filled: dict[str, Any] = {name: tuple(held) if name in _PLURAL else held[0] for name, held in values.items()}
    resource = Resource(
        key=key_of(origin.first_id, raw.identifier),
        source=origin.id,
        identifier=raw.identifier,
        datestamp=raw.datestamp,
        format=raw.format,
        set=raw.sets,
        institution=origin.institution or Institution(origin.name),
        **filled,
    )
    return Mapped(resource, tuple(problems), tuple(outcome.explanations))


def _refused(code: str, value: str) -> Mapped:
    return Mapped(None, (Problem(code, "", "", value, PROBLEMS[code].severity),), (), code)


def _infer(outcome: Outcome, field: str, value: str, rule: str, path: str, words: str) -> None:
    """Add a value that the source did not declare; a declared one is never replaced."""
    if value and not outcome.values.get(field):
        outcome.values[field] = [value]
        outcome.say(field, value, rule, path, words)


def _from_sets(raw: RawRecord, origin: Origin, outcome: Outcome) -> None:
    """A repository's collections often carry grade and subject: "Lớp 7", "Khoa Kinh tế"."""
    names = dict(origin.set_names)
    for spec in raw.sets:
        name = names.get(spec)
        if not name:
            continue
        held = outcome.values.setdefault("collection", [])
        if name not in held:
            held.append(name)
            outcome.say("collection", name, "set", spec, name)
        _infer(outcome, "grade", next(iter(read_grade(name)), ""), "set", spec, name)
        _infer(outcome, "subject", vocabulary.scheme("subject").declared.get(fold(name), ""), "set", spec, name)


def _from_title(outcome: Outcome) -> None:
    """Only the safest rules: "lớp 9" names a grade; a school subject with a legal number names both."""
    title = next(iter(outcome.values.get("title", ())), "")
    subject, grade = _title_facts(title)
    _infer(outcome, "grade", grade, "title", "title", title)
    _infer(outcome, "subject", subject, "title", "title", title)


@lru_cache(maxsize=20_000)
def _title_facts(title: str) -> tuple[str, str]:
    """Return subject and grade that a title names, or empty strings; a university's title has neither."""
    folded = fold(title)
    named = next(iter(read_grade(title)), "")
    if _UNIVERSITY.search(folded) and not named:
        return "", ""
    for spelling, identity in _subject_spellings():
        place = f" {folded} ".find(f" {spelling} ")
        if place < 0 or _NOT_A_GRADE.search(folded[: max(place - 1, 0)]):
            continue
        number = re.match(r"(?:lop )?(1[0-2]|[1-9])\b(?! (?:tuoi|thang))", folded[place + len(spelling) + 1 :])
        if number and number[1] in vocabulary.legal_grades(identity):
            return identity, number[1]
    return "", named


@cache
def _subject_spellings() -> tuple[tuple[str, str], ...]:
    """Return the spellings of school subjects with legal grades, the longest first."""
    anywhere = vocabulary.scheme("subject").anywhere
    legal = [(spelling, identity) for spelling, identity in anywhere.items() if vocabulary.legal_grades(identity)]
    return tuple(sorted(legal, key=lambda pair: -len(pair[0])))


def _from_source(origin: Origin, outcome: Outcome) -> None:
    if not origin.province:
        return
    unit = vocabulary.province(origin.province)
    if unit:
        outcome.values["province"] = [unit]
        outcome.say("province", unit, "sources.yaml", "province", origin.province)
    else:
        outcome.problems.append(Problem("unknown_province", "province", "", origin.province, "warning"))


def _defaults(outcome: Outcome) -> None:
    values = outcome.values
    for grade in list(values.get("grade", ())):
        level = vocabulary.grade_level(grade)
        held = values.setdefault("level", [])
        if level and level not in held:
            held.append(level)
            outcome.say("level", level, "grade", "grade", grade)
    if not values.get("level"):
        values.pop("level", None)
    if not values.get("language"):
        said = " ".join(str(text) for name in ("title", "description") for text in values.get(name, ())[:1])
        guess = "vi" if len(_VIETNAMESE.findall(said)) >= 2 else "und"
        _infer(outcome, "language", guess, "letters", "title", said[:80])
    _infer(outcome, "type", "khac", "default", "", "")
    _infer(outcome, "licence", "khong_ghi", "default", "", "")


@lru_cache(maxsize=50_000)
def fingerprint(origin: Origin) -> str:
    """Return what the mapping of a source depends on, as 32 hexadecimal digits: code, tables, the source's settings."""
    return xxhash.xxh3_128_hexdigest(_room() + msgspec.json.encode(origin))


@cache
def _room() -> bytes:
    """Hash the code and the tables of this room."""
    folder = Path(__file__).parent
    files = sorted([*folder.rglob("*.py"), *folder.rglob("*.yaml")])
    return xxhash.xxh3_128_digest(b"\n".join(file.read_bytes() for file in files))


def check_word(kind: str, word: str) -> tuple[str, ...] | None:
    """Answer for a word of sources.yaml that this room owns: None for a good one, else what may be meant.

    ``kind`` is ``province`` or ``format``.
    """
    if kind == "format":
        known = crosswalk.names()
        return None if word in known else _near(word, known)
    if vocabulary.province(word):
        return None
    named = vocabulary.match("province", word)
    code = named.removeprefix("vn-") if named else ""
    return (code,) if code else ()


def _near(word: str, known: list[str]) -> tuple[str, ...]:
    from harvester import nearest

    found = nearest(word, known)
    return (found,) if found else ()


def values_of(resource: Resource) -> dict[str, Any]:
    """Return a resource as plain data for people: only what is filled."""
    found: dict[str, Any] = msgspec.to_builtins(resource)
    return found
