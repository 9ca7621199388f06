"""A seeded generator of plausible Vietnamese metadata, as many records as anybody wants.

The same seed gives the same bytes, on every machine and at every port: links lead to ``.example`` hosts.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import TypeVar
from xml.sax.saxutils import escape

from .words import (
    LICENCES,
    PLACES,
    RESEARCH,
    SCHOOL,
    SCHOOL_TYPES,
    SENTENCES,
    SERIES,
    UNITS,
    UNIVERSITY,
    UNIVERSITY_TYPES,
    Band,
)

T = TypeVar("T")
GRADES = {"primary": (1, 5), "lower_secondary": (6, 9), "upper_secondary": (10, 12)}
OLDEST = datetime(2024, 8, 1, tzinfo=UTC)
NEWEST = datetime(2026, 11, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One record of a repository: header and Dublin Core elements as pairs (element, text) in order."""

    identifier: str
    datestamp: datetime
    sets: tuple[str, ...] = ()
    deleted: bool = False
    elements: tuple[tuple[str, str], ...] = field(default=())

    def first(self, name: str) -> str:
        """Return the first text of an element, or an empty string."""
        return next((text for element, text in self.elements if element == name), "")

    def edited(self, datestamp: datetime, **elements: str) -> Entry:
        """Return this record with the first of some elements changed, at a later date."""
        done: set[str] = set()
        pairs = []
        for name, text in self.elements:
            pairs.append((name, elements[name] if name in elements and name not in done else text))
            done.add(name)
        pairs += [(name, text) for name, text in elements.items() if name not in done]
        return replace(self, datestamp=datestamp, elements=tuple(pairs), deleted=False)


def records(seed: int, count: int, kind: str, prefix: str, host: str, start: int = 0) -> Iterator[Entry]:
    """Yield ``count`` records of a ``university``, a ``school`` of all grades, or one of a level (``GRADES``).

    ``prefix`` begins every identifier; landing pages are at ``host``. Numbers begin after ``start``.
    """
    make = _university if kind == "university" else partial(_school, GRADES.get(kind, (1, 12)))
    span = int((NEWEST - OLDEST).total_seconds())
    for number in range(start + 1, start + count + 1):
        chance = random.Random(seed * 1_000_003 + number)  # noqa: S311 - plausible, not secret; any record alone
        stamp = OLDEST + timedelta(seconds=chance.randrange(span))
        sets, elements = make(chance, number, host, stamp.year)
        yield Entry(f"{prefix}{number}", stamp, sets, False, elements)


@cache
def _bands(lowest: int, highest: int) -> tuple[tuple[str, Band], ...]:
    """Return the subjects and lessons of some grades."""
    every = ((subject, band) for subject, bands in SCHOOL.items() for band in bands)
    return tuple((subject, band) for subject, band in every if band[0] <= highest and band[1] >= lowest)


def _pick(chance: random.Random, weighted: Sequence[tuple[T, int]]) -> T:
    total = sum(weight for _, weight in weighted)
    place = chance.randrange(total)
    for value, weight in weighted:
        place -= weight
        if place < 0:
            return value
    raise AssertionError


def _school(
    grades: tuple[int, int], chance: random.Random, number: int, host: str, latest: int
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    subject, (low, high, lessons) = chance.choice(_bands(*grades))
    grade = chance.randint(max(low, grades[0]), min(high, grades[1]))
    kind = _pick(chance, SCHOOL_TYPES)
    lesson, series = chance.choice(lessons), chance.choice(SERIES)
    title = _school_title(chance, kind, subject, grade, lesson)
    year = chance.randint(2021, latest)
    elements = [
        ("title", _spelling(chance, title)),
        ("creator", chance.choice(UNITS)),
        ("subject", subject),
        ("subject", f"Lớp {grade}"),
        ("subject", series or "Chương trình 2018"),
        ("description", _description(chance, SENTENCES, title)),
        ("publisher", f"Trường học tại {chance.choice(PLACES)}"),
        ("date", f"{year}-{chance.randint(1, 10):02d}-{chance.randint(1, 28):02d}"),
        ("type", kind),
        ("format", chance.choice(("application/pdf", "application/vnd.ms-powerpoint", "video/mp4", "text/html"))),
        ("identifier", f"https://{host}/hoc-lieu/{number}"),
        (
            "language",
            "en" if subject == "Tiếng Anh" and chance.random() < 0.5 else chance.choice(("vi", "vi", "vie", "vi_VN")),
        ),
        ("rights", _pick(chance, LICENCES)),
    ]
    return (f"lop-{grade}",), tuple(pair for pair in elements if pair[1])


def _school_title(chance: random.Random, kind: str, subject: str, grade: int, lesson: str) -> str:
    forms = (
        f"{kind} {subject} {grade}: {lesson}",
        f"{lesson} – {subject} lớp {grade}",
        f"{kind} môn {subject} lớp {grade} bài {chance.randint(1, 30)}: {lesson}",
        f"{kind} {lesson} ({subject} {grade})",
    )
    if kind == "Đề kiểm tra":
        term = chance.choice(("giữa học kì I", "cuối học kì I", "giữa học kì II", "cuối học kì II"))
        year = chance.randint(2022, 2025)
        return f"Đề kiểm tra {term} môn {subject} lớp {grade} năm học {year}-{year + 1}"
    return chance.choice(forms)


def _university(
    chance: random.Random, number: int, host: str, latest: int
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    field_name = chance.choice(list(UNIVERSITY))
    topic, kind = chance.choice(UNIVERSITY[field_name]), _pick(chance, UNIVERSITY_TYPES)
    place = chance.choice(PLACES)
    title = topic if kind == "Giáo trình" else f"{topic} tại {place}: thực trạng và giải pháp"
    if kind == "Giáo trình":
        title = f"Giáo trình {topic}"
    year = chance.randint(2008, latest)
    month, day, hour = chance.randint(1, 10), chance.randint(1, 28), chance.randint(1, 9)
    ingest = f"{chance.randint(max(year, 2020), latest)}-{month:02d}-{day:02d}T0{hour}:15:30Z"
    elements = [
        ("title", _spelling(chance, title)),
        ("contributor", f"Khoa {field_name}"),
        ("creator", f"Nhóm nghiên cứu {field_name}"),
        ("subject", field_name),
        ("subject", topic),
        ("date", ingest),  # DSpace says three dates: accessioned, available, issued
        ("date", ingest),
        ("date", str(year)),
        ("type", kind),
        ("identifier", f"https://{host}/handle/123456789/{number}"),
        ("identifier", _isbn(number)) if kind == "Giáo trình" else ("", ""),
        ("description", _description(chance, RESEARCH, title)),
        ("language", chance.choice(("vi", "vi", "vi", "en", "other"))),
        ("publisher", "Trường Đại học"),
        ("format", "application/pdf"),
        ("rights", _pick(chance, LICENCES)),
    ]
    return (f"com_123456789_{len(field_name)}", f"col_123456789_{len(topic)}"), tuple(p for p in elements if p[1])


def _isbn(number: int) -> str:
    """Return an ISBN of Việt Nam (978-604) with its check digit."""
    digits = f"978604{number % 1_000_000:06d}"
    check = -sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10
    return f"ISBN 978-604-{digits[6]}-{digits[7:]}-{check}"


def _description(chance: random.Random, sentences: Sequence[str], title: str) -> str:
    chosen = chance.sample(sentences, chance.randint(3, 6))
    text = f"{title}. " + " ".join(chosen)
    if chance.random() < 0.04:  # what HTML editors leave behind
        return f"<p>{title}</p><p>{'</p><p>'.join(chosen)}</p>"
    return text


def _spelling(chance: random.Random, title: str) -> str:
    """Spell as people do: old and new places of the tone, i and y, now and then decomposed Unicode or an entity."""
    if chance.random() < 0.2:
        for new, old in (
            ("hóa", "hoá"),
            ("Hóa", "Hoá"),
            ("thuý", "thúy"),
            ("Thuỷ", "Thủy"),
            ("lí", "lý"),
            ("kĩ", "kỹ"),
        ):
            title = title.replace(new, old)
    if chance.random() < 0.02:
        return unicodedata.normalize("NFD", title)
    return title.replace("–", "&#8211;") if chance.random() < 0.01 else title


def oai_dc(entry: Entry) -> bytes:
    """Write a record's metadata as oai_dc."""
    lines = "".join(f"<dc:{name}>{escape(text)}</dc:{name}>" for name, text in entry.elements)
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/'
        f' http://www.openarchives.org/OAI/2.0/oai_dc.xsd">{lines}</oai_dc:dc>'
    ).encode()


_LOM_TYPES = {
    "Giáo án": "narrative text",
    "Bài giảng điện tử": "slide",
    "Đề kiểm tra": "exam",
    "Phiếu học tập": "exercise",
}


def lom(entry: Entry) -> bytes:
    """Write a record's metadata as IEEE LOM (1484.12.3)."""
    every = [text for name, text in entry.elements if name == "subject"]
    grade = next((word for word in every if word.startswith("Lớp ")), "")
    language = {"en": "en"}.get(entry.first("language"), "vi")

    def strings(name: str, text: str) -> str:
        return f'<{name}><string language="{language}">{escape(text)}</string></{name}>'

    def word(name: str, value: str) -> str:
        return f"<{name}><source>LOMv1.0</source><value>{escape(value)}</value></{name}>"

    keywords = "".join(strings("keyword", text) for text in every)
    vcard = f"BEGIN:VCARD\nVERSION:3.0\nFN:{entry.first('creator')}\nORG:{entry.first('publisher')}\nEND:VCARD"
    contributions = "".join(
        f"<contribute>{word('role', role)}<entity>{escape(vcard)}</entity>"
        f"<date><dateTime>{entry.first('date')}</dateTime></date></contribute>"
        for role in ("author", "publisher")
    )
    taxons = "".join(
        f"<classification>{word('purpose', purpose)}<taxonPath>{strings('source', 'GDPT 2018')}"
        f"<taxon>{strings('entry', text)}</taxon></taxonPath></classification>"
        for purpose, text in (("discipline", every[0] if every else ""), ("educational level", grade))
        if text
    )
    return (
        '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>'
        f"<identifier><catalog>URI</catalog><entry>{entry.first('identifier')}</entry></identifier>"
        f"{strings('title', entry.first('title'))}<language>{language}</language>"
        f"{strings('description', entry.first('description'))}{keywords}</general>"
        f"<lifeCycle>{contributions}</lifeCycle>"
        f"<technical><format>{entry.first('format') or 'text/html'}</format>"
        f"<location>{entry.first('identifier')}</location></technical>"
        f"<educational>{word('learningResourceType', _LOM_TYPES.get(entry.first('type'), 'lecture'))}"
        f"{word('intendedEndUserRole', 'learner')}{word('context', 'school')}"
        "<typicalLearningTime><duration>PT90M</duration></typicalLearningTime></educational>"
        f"<rights>{word('copyrightAndOtherRestrictions', 'yes')}"
        f"{strings('description', entry.first('rights') or 'Không ghi')}</rights>{taxons}</lom>"
    ).encode()
