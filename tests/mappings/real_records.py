"""Every real record beside the checkout, and how much of it is understood, counted by a reading of its own."""

from __future__ import annotations

import gzip
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from harvester.errors import SourceError
from harvester.page import read_page
from harvester.record import RawRecord
from mappings import Origin, formats, map_record
from mappings.crosswalk import crosswalks
from tests.harvester.real_answers import answers, big, names

ORIGIN = Origin("kho-thu", "kho-thu", "Kho học liệu thử")
BIG = "biblio-ai+extract"
SEED = 20261126
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
_BY_NAMESPACE = {space: form.name for form in formats() for space in form.namespaces}
_CONTEXT = b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'

# What a record states, found without a crosswalk: the floors count against these.
_TOP = "*[local-name()='{0}'] | *[local-name()='record' or local-name()='dc']/*[local-name()='{0}']"
_STATED = {
    "title": " | ".join(
        (
            _TOP.format("title"),
            "descendant-or-self::*[local-name()='general']/*[local-name()='title']",
            ".//*[@tag='245']/*[@code='a']",
            "*[local-name()='titleInfo']/*[local-name()='title']",
            ".//*[@element='title'][not(@qualifier)]",
            "*[@name='dc']/*[@name='title']/*/*[@name='value']",
        )
    ),
    "link": " | ".join(
        (
            _TOP.format("identifier"),
            ".//*[local-name()='technical']/*[local-name()='location']",
            ".//*[@tag='856']/*[@code='u']",
            "*[local-name()='location']/*[local-name()='url'][not(@access='preview')]",
            ".//*[@element='identifier']",
            "*[@name='dc']/*[@name='identifier']/*[@name='uri']/*/*[@name='value']",
        )
    ),
    "language": _TOP.format("language"),
    "type": _TOP.format("type"),
    "issued": _TOP.format("date"),
}
_XPATHS = {name: etree.XPath(path) for name, path in _STATED.items()}
_UNCLEAR = {"language": "unknown_value", "type": "unknown_value", "issued": "unclear_date"}
DUBLIN_CORE = ("oai_dc", "qdc")  # the formats in which the floors of languages, types and dates are counted


def records(folder: Path, share: float = 1.0) -> Iterator[tuple[str, RawRecord]]:
    """Yield the collection and each record; of the big collection only a seeded ``share`` of its pages."""
    for place, body in answers(folder):
        if names(body) is not None:
            for raw in _of_answer(body):
                yield place.partition("/")[0], raw
    for place, body in _others(folder):
        for raw in _of_file(body):
            yield place, raw
    chance = random.Random(SEED)
    for _, body in big(folder):
        if chance.random() < share:
            for raw in _of_answer(body):
                yield BIG, raw


def _of_answer(body: bytes) -> Iterator[RawRecord]:
    """Read an answer as a harvest would, the format chosen by the namespace of its first record."""
    try:
        items = read_page(body, name="").items
    except SourceError:
        return
    for raw in items:
        if isinstance(raw, RawRecord):
            yield _formed(raw)


def _formed(raw: RawRecord) -> RawRecord:
    root = None if raw.deleted else _root(raw)
    if root is None:
        return raw
    form = _BY_NAMESPACE.get(str(etree.QName(root).namespace), str(etree.QName(root).localname))
    return RawRecord(
        raw.identifier, raw.datestamp, raw.sets, raw.deleted, form, raw.body, raw.context, raw.fingerprint, raw.content
    )


def _root(raw: RawRecord) -> etree._Element | None:
    from mappings.rows import UnreadableError, metadata

    try:
        return metadata(raw)
    except UnreadableError:
        return None


def _others(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield XML files that are no answers: single records of test folders, examples of profiles."""
    for file in sorted(folder.rglob("*.xml")):
        if BIG not in file.parts and file.is_file():
            body = file.read_bytes()
            body = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
            if b"OAI-PMH" not in body[:2_000] or b"<record" in body[:200]:
                yield file.relative_to(folder).parts[0], body


def _of_file(body: bytes) -> Iterator[RawRecord]:
    try:
        root = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return
    if etree.QName(root).localname == "OAI-PMH":
        return
    known = crosswalks()
    for number, element in enumerate(_outermost(root)):
        space = str(etree.QName(element).namespace or "")
        form = _BY_NAMESPACE.get(space) or next(
            name for name in known if etree.QName(element).localname.lower() in known[name].roots
        )
        inner = b"<record><header/><metadata>" + etree.tostring(element, with_tail=False) + b"</metadata></record>"
        yield RawRecord(f"file:{number}", "2021-01-01", (), False, form, inner, _CONTEXT, b"", b"")


def _outermost(root: etree._Element) -> Iterator[etree._Element]:
    """Find the elements that are records of a format that we read, not those inside of them."""
    names_of_roots = {name for each in crosswalks().values() for name in each.roots} - {"dc"}
    waiting = [root]
    while waiting:
        element = waiting.pop(0)
        if not isinstance(element.tag, str):
            continue
        space, local = str(etree.QName(element).namespace or ""), etree.QName(element).localname.lower()
        announced = space in _BY_NAMESPACE and local != "collection" and not space.startswith("http://purl.org/")
        if announced or local in names_of_roots:
            yield element
        else:
            waiting += list(element)


class Count:
    """What was understood of one collection."""

    def __init__(self) -> None:
        self.records = self.shown = self.mapped = self.problems = self.many = 0
        self.formats: Counter[str] = Counter()
        self.stated: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.unknown: dict[str, Counter[str]] = {"language": Counter(), "type": Counter(), "issued": Counter()}
        self.quarantined: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}

    def add(self, raw: RawRecord) -> None:
        """Map a record and compare what it states with what became of it."""
        mapped = map_record(raw, ORIGIN, explain=True)
        self.records += 1
        self.formats[raw.format] += 1
        if raw.deleted:
            return
        self.quarantined[mapped.quarantine] += 1
        if mapped.quarantine in ("no_crosswalk", "unreadable"):
            return
        self.mapped += 1
        self.shown += mapped.resource is not None
        self.problems += len(mapped.problems)
        self.many += len(mapped.problems) > 3
        told = {explanation.field for explanation in mapped.explanations}
        codes = {problem.code for problem in mapped.problems}
        root = _root(raw)
        if root is None:
            return
        if any(_has_words(words) for words in _said(root, "title")):
            self._count("title", "title" in told, raw)
        if any(words.strip().startswith(("http://", "https://")) for words in _said(root, "link")):
            self._count("link", "landing_url" in told or "unusable_link" in codes, raw)
        if raw.format in DUBLIN_CORE:
            for field, code in _UNCLEAR.items():
                self.stated[field] += sum(1 for words in _said(root, field) if words.strip())
                unclear = [found.value for found in mapped.problems if (found.code, found.field) == (code, field)]
                self.missed[field] += len(unclear)
                self.unknown[field].update(unclear)

    def _count(self, what: str, found: bool, raw: RawRecord) -> None:
        self.stated[what] += 1
        if not found:
            self.missed[what] += 1
            self.examples.setdefault(what, []).append(raw.identifier)

    def share(self, what: str) -> float:
        """Return the share of what is stated that was understood; 1 where nothing is."""
        return 1 - self.missed[what] / self.stated[what] if self.stated[what] else 1.0

    def merge(self, other: Count) -> None:
        """Add the figures of another collection."""
        for name in ("records", "shown", "mapped", "problems", "many"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("formats", "stated", "missed", "quarantined"):
            getattr(self, name).update(getattr(other, name))
        for field, words in other.unknown.items():
            self.unknown[field].update(words)
        for what, found in other.examples.items():
            self.examples.setdefault(what, []).extend(found)


def _said(root: etree._Element, what: str) -> list[str]:
    return ["".join(map(str, element.itertext())) for element in _XPATHS[what](root)]


def _has_words(words: str) -> bool:
    return any(letter.isalnum() for letter in words)


def measure(folder: Path, share: float = 1.0) -> dict[str, Count]:
    """Map all records and return the counts of each collection."""
    found: dict[str, Count] = {}
    for collection, raw in records(folder, share):
        found.setdefault(collection, Count()).add(raw)
    return found
