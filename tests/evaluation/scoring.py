"""How well mapping understands words that its tables were not written from: precision, recall, mistakes by item.

The items were written and labelled without sight of tables and rules (``README.md`` beside this file), in
parts one after the other (``parts.py``).
"""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mappings import Origin, map_record
from mappings.encodings import NAMES, decoded, detect, detect_alone
from mappings.vietnamese import line

from ..mappings.damage import damaged
from ..mappings.records import dublin_core

HERE = Path(__file__).parent
SETS = ("titles", "dates", "provinces", "licences", "texts", "clean")  # files of these names
Item = dict[str, str]
SEED = 20261126
ORIGIN = Origin("danh-gia", "danh-gia", "Kho học liệu dùng chung")  # says nothing of place, level or school
NOT_STATED = "khong_ghi"  # what a record has that names no licence
_MISREAD = ("utf8", "utf8_twice", "utf8_latin1")


class Mistake(NamedTuple):
    """One item that was not understood as its label says."""

    item: str
    value: str
    label: str
    found: str


class Score(NamedTuple):
    """What was found of what is labelled, and what else was found."""

    title: str
    right: int
    wrong: int
    missed: int
    mistakes: tuple[Mistake, ...]

    @property
    def items(self) -> int:
        """How many labels and findings were counted; 0 where a part has none of the set."""
        return self.right + self.wrong + self.missed

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of the labels that was found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def items(name: str, part: str | None = None) -> list[Item]:
    """Read the items of a set, of one part (``parts.PARTS``) or of all."""
    with (HERE / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if part is None or row["part"] == part]


def _terms(field: str, **elements: str) -> tuple[str, ...]:
    resource = map_record(dublin_core(**elements), ORIGIN).resource
    value: Any = getattr(resource, field) if resource is not None else ()
    return (value,) if isinstance(value, str) and value else tuple(value or ())


def _sets(title: str, pairs: Iterable[tuple[Item, str, set[str], set[str]]]) -> Score:
    """Count terms: each label that was found, each that was not, and what was found beside them."""
    right = wrong = missed = 0
    mistakes = []
    for item, value, labels, found in pairs:
        right += len(labels & found)
        wrong += len(found - labels)
        missed += len(labels - found)
        if labels != found:
            mistakes.append(Mistake(item["id"], value, "|".join(sorted(labels)), "|".join(sorted(found))))
    return Score(title, right, wrong, missed, tuple(mistakes))


def _allowed(label: str, or_else: str, and_also: str, understood: set[str]) -> set[str]:
    """Return what is right: where a label has several right answers the one that was given, else the first."""
    answers = [set(filter(None, answer.split(and_also))) for answer in label.split(or_else)]
    return understood if understood in answers else answers[0]


def titles(part: str) -> Iterator[Score]:
    """Subject, grade and type of titles, mapped as whole records."""
    chosen = items("titles", part)
    for field in ("subject", "grade", "type"):

        def pairs(field: str = field) -> Iterator[tuple[Item, str, set[str], set[str]]]:
            for item in chosen:
                understood = set(_terms(field, title=item["title"]))
                yield item, item["title"], _allowed(item[field], "/", "|", understood), understood

        yield _sets(f"titles: {field}", pairs())


def _alike(title: str, chosen: list[Item], label: str, read: Callable[[Item], str]) -> Score:
    """Count items: one answer each, of which the label may allow several; "" says that there is none."""
    mistakes, wrong, missed = [], 0, 0
    for item in chosen:
        allowed, found = item[label].split("|"), read(item)
        if item.get("implausible"):  # what lies in the future is refused, with a problem that says so
            allowed.append("")
        if found not in allowed:
            wrong, missed = wrong + bool(found), missed + (not found)
            mistakes.append(Mistake(item["id"], item["value"], item[label], found))
    return Score(title, len(chosen) - len(mistakes), wrong, missed, tuple(mistakes))


def dates(part: str) -> Score:
    """What dates say, as EDTF."""
    chosen = items("dates", part)
    return _alike("dates", chosen, "edtf", lambda item: "".join(_terms("issued", date=item["value"])))


def swapped(score: Score) -> list[Mistake]:
    """Return the dates of which day and month were taken for each other: there must be none."""
    return [each for each in score.mistakes if (turned := _turned(each.found)) and turned in each.label.split("|")]


def _turned(date: str) -> str:
    parts = date.split("-")
    return "-".join((parts[0], parts[2], parts[1])) if len(parts) == 3 else ""


def provinces(part: str) -> Score:
    """Today's provinces of names, addresses and hosts."""

    def found(item: Item) -> set[str]:
        value = item["value"]
        said = {"identifier": f"https://{value}/1"} if item["kind"].startswith("host") else {"coverage": value}
        return set(_terms("province", **said))

    def pairs() -> Iterator[tuple[Item, str, set[str], set[str]]]:
        for item in items("provinces", part):
            understood = found(item)
            yield item, item["value"], _allowed(item["province"], "|", "+", understood), understood

    return _sets("provinces", pairs())


def licences(part: str) -> Score:
    """The licence that words of rights name; what names none has none."""

    def read(item: Item) -> str:
        return "".join(term for term in _terms("licence", rights=item["value"]) if term != NOT_STATED)

    return _alike("licences", items("licences", part), "licence", read)


def encodings(part: str, size: int) -> Score:
    """Batches of strings as programs of before Unicode left them: all of a batch repaired, or a mistake."""
    texts = [item["value"] for item in items("texts", part)]
    chance = random.Random(SEED)
    right, mistakes = 0, []
    for name in NAMES:
        chance.shuffle(texts)
        for start in range(0, len(texts) - size + 1, size):
            batch = texts[start : start + size]
            written = [damaged(text, name) for text in batch]
            found = detect(written)
            if [_plain(decoded(text, found) if found else text) for text in written] == [
                _plain(text) for text in batch
            ]:
                right += 1
            else:
                mistakes.append(Mistake(name, " / ".join(written), name, found))
    return Score(f"encodings in batches of {size}", right, len(mistakes), 0, tuple(mistakes))


def _plain(text: str) -> str:
    """Compare without capitals: TCVN3 has no accented ones."""
    return unicodedata.normalize("NFC", text).lower()


def misread(part: str) -> Score:
    """UTF-8 that was read as something else, string by string."""
    right, mistakes = 0, []
    for item in items("texts", part):
        for way in _MISREAD:
            found = line(damaged(item["value"], way))
            if found == line(item["value"]):
                right += 1
            else:
                mistakes.append(Mistake(item["id"], way, item["value"], found))
    return Score("UTF-8 read wrongly", right, len(mistakes), 0, tuple(mistakes))


def clean(part: str) -> Score:
    """Clean text of many languages: nothing of it may be changed or suspected."""
    right, mistakes = 0, []
    for item in items("clean", part):
        meant = unicodedata.normalize("NFC", " ".join(item["value"].split()))
        found = line(item["value"])
        if found == meant and not detect_alone(item["value"]):
            right += 1
        else:
            mistakes.append(Mistake(item["id"], item["language"], item["value"], found))
    return Score("clean text untouched", right, len(mistakes), 0, tuple(mistakes))


def every(part: str) -> Iterator[Score]:
    """Score all sets of one part."""
    yield from titles(part)
    yield dates(part)
    yield provinces(part)
    yield licences(part)
    yield encodings(part, 10)
    yield encodings(part, 3)
    yield misread(part)
    yield clean(part)
