"""From what a source said to a resource of the common schema. Pure; bad data gives problems, never an exception."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from lxml import etree

from harvester import Format, RawRecord, key_of, nearest

from .advice import Advice, advice, advised_rows, check_advice, replaced
from .applying import Crosswalk, Task, shown
from .crosswalk import FOLDER, crosswalks
from .encodings import decoded
from .own_tables import digest_of_tables
from .parsers import language_of_text
from .problems import problem
from .resource import Explanation, Institution, Mapped, Origin, Problem, Resource
from .rows import MOST_VALUES, Row, UnreadableError, XmlReader, metadata, namespace
from .rule import LONGEST_LOOKED_UP, MANY_SETS, MOST_LOOKED_UP, Job, generic
from .safety import unsafe
from .saying import local_name
from .tables import remembered
from .vietnamese import unescaped
from .vocabulary import nearest_province, province


class _Source(NamedTuple):
    """What every record of a source shares, worked out once."""

    origin: Origin
    institution: Institution
    set_names: dict[str, str]
    special: dict[tuple[str, ...], dict[str, list[Row]]]  # of the sets of a record
    advice: Advice | None


_FIRST = 50  # children of a root that may tell its format
_sources: dict[int, _Source] = {}
_LONGEST_SETS = 3000  # letters of a dozen long specs: what is remembered of a source stays below some megabytes
_MOST_SOURCES = 1000  # whole sources come one after another; a feed of changes mixes some


def _source(origin: Origin) -> _Source:
    """Prepare a source once: its origin, with thousands of sets, is not hashed for every record."""
    prepared = _sources.get(id(origin))
    if prepared is None or prepared.origin is not origin:
        said = [(spec, name[:LONGEST_LOOKED_UP]) for spec, name in origin.set_names]
        names = {spec: decoded(name, origin.encoding) if origin.encoding else name for spec, name in said}
        institution = origin.institution or Institution(origin.name)
        prepared = _Source(origin, institution, names, {}, advice(origin))
        if len(_sources) >= _MOST_SOURCES:
            _sources.clear()
        _sources[id(origin)] = prepared
    return prepared


def map_record(raw: RawRecord, origin: Origin, explain: bool = False, *, folder: Path = FOLDER) -> Mapped:
    """Map a record: a resource, or None with the code of the reason; always with what was not understood.

    A deleted record has no resource and no problem. With ``explain`` every value says from which words of the source
    which rule made it. Nothing is raised for bad data; Faults for a crosswalk that is wrong itself.
    """
    return _mapped([(raw, origin)], explain, folder)[0]


def map_records(records: Iterable[tuple[RawRecord, Origin]], *, folder: Path = FOLDER) -> Iterator[Mapped]:
    """Map records as ``map_record`` does, each of its source, and yield what they give in their order.

    ``TOGETHER`` of them are taken at a time and mapped together, for that is cheaper.
    """
    left = iter(records)
    while some := list(islice(left, TOGETHER)):
        yield from _mapped(some, False, folder)


TOGETHER = 30  # records of 10 kB in all their forms: more do not stay in the nearest caches, and gain nothing
# A record that is read: by which crosswalk, whose it is, what is to be done, its rows as they were written, where an
# operator says that they mean something else.
_Begun = tuple[Crosswalk, _Source, Task, list[Row] | None]


def _mapped(records: Iterable[tuple[RawRecord, Origin]], explain: bool, folder: Path) -> list[Mapped]:
    begun = [_begin(raw, origin, explain, folder) for raw, origin in records]
    tasks: dict[int, tuple[Crosswalk, list[Task]]] = {}
    for each in begun:
        if not isinstance(each, Mapped):
            tasks.setdefault(id(each[0]), (each[0], []))[1].append(each[2])
    for crosswalk, some in tasks.values():
        crosswalk.apply(some)
    return [each if isinstance(each, Mapped) else _end(*each) for each in begun]


def _begin(raw: RawRecord, origin: Origin, explain: bool, folder: Path) -> _Begun | Mapped:
    """Read a record; returns what is mapped where nothing is left to do."""
    if raw.deleted:
        return Mapped(None)
    read = _read(raw, folder)
    if isinstance(read, Problem):
        return _quarantined(read)
    raw, crosswalk, rows = read
    source = _source(origin)
    told: list[Explanation] | None = [] if explain else None
    job = Job(raw)
    if len(rows) > MOST_LOOKED_UP:
        rows = _fewer(rows, job)
    special = _special(raw, source, crosswalk)
    if not origin.encoding and source.advice is None:
        return crosswalk, source, (rows, special, job, told, False), None
    meant = list(rows)
    if origin.encoding:
        meant = [(path, decoded(unescaped(words), origin.encoding), language) for path, words, language in meant]
    if source.advice is not None:
        meant = replaced(source.advice, meant)
        special = special | advised_rows(source.advice, raw)
    return crosswalk, source, (meant, special, job, told, source.advice is not None), list(rows)


def _end(crosswalk: Crosswalk, source: _Source, task: Task, written: list[Row] | None) -> Mapped:
    meant, _, job, told, _ = task
    return _finish(job, source, told if written is None else _as_written(told, written, meant))


def _fewer(rows: Iterable[Row], job: Job) -> list[Row]:
    """Keep the first values of each path, and tell of paths with more than anybody reads or looks up."""
    counts: Counter[str] = Counter()
    kept = []
    for row in rows:
        counts[row[0]] += 1
        if counts[row[0]] <= MOST_VALUES:
            kept.append(row)
    for path, count in counts.items():
        if count > MOST_LOOKED_UP:
            job.many = True
            job.problem("many_values", "", path, str(count))
    return kept


def _read(raw: RawRecord, folder: Path) -> tuple[RawRecord, Crosswalk, list[Row]] | Problem:
    """Read a record by the crosswalk that it says itself, whatever it was asked for as."""
    table = _shipped() if folder is FOLDER else crosswalks(folder)  # a path's hash costs more than the rest of this
    crosswalk = table.get(raw.format)
    if crosswalk is not None and not isinstance(crosswalk.reader, XmlReader):
        try:
            return raw, crosswalk, crosswalk.reader.read(raw)
        except UnreadableError as error:
            return problem("unreadable", value=str(error))
    rows = crosswalk.plain.rows(raw) if crosswalk is not None and crosswalk.plain is not None else None
    if crosswalk is None or rows is None:
        try:
            root = metadata(raw)
        except UnreadableError as error:
            return problem("unreadable", value=str(error))
        crosswalk = _chosen(_xml(folder), crosswalk, root)
        if crosswalk is None:
            # The root with its namespace is what somebody needs who writes the crosswalk.
            return problem("no_crosswalk", value=f"{raw.format} {root.tag}".strip())
        if raw.format != crosswalk.format.name:
            raw = msgspec.structs.replace(raw, format=crosswalk.format.name)
        assert isinstance(crosswalk.reader, XmlReader)
        rows = crosswalk.reader.rows(root, languages=b"lang=" in raw.body or b"language=" in raw.body)
    return raw, crosswalk, rows


@remembered(maxsize=1)
def _shipped() -> dict[str, Crosswalk]:
    return crosswalks(FOLDER)


def rows_of(raw: RawRecord, *, folder: Path = FOLDER) -> list[Row]:
    """Return what a record says as rows (path, words, language), as they stand; [] where it cannot be read."""
    read = _read(raw, folder)
    return [] if raw.deleted or isinstance(read, Problem) else list(read[2])


def words_of(raw: RawRecord, field: str, *, folder: Path = FOLDER) -> list[tuple[str, str]]:
    """Return what a record says at the paths from which its crosswalk fills a field: (path, words), as they stand.

    Where a rule picks words out of a value or trims it, what it picks is returned: not the whole 008 of MARC.
    """
    read = _read(raw, folder)
    if raw.deleted or isinstance(read, Problem):
        return []
    _, crosswalk, rows = read
    ways = {
        path: rule.prepare for rule in crosswalk.rules if rule.field == field and rule.declared for path in rule.paths
    }
    found: list[tuple[str, str]] = []
    for path, words, _ in rows:
        place = path if path in ways else generic(path)
        if place in ways:
            prepare = ways[place]
            found += [(path, piece) for piece in (prepare(words) if prepare else [words])]
    return found


@remembered(maxsize=64)  # formats there are ten
def guesses(form: str, *, folder: Path = FOLDER) -> frozenset[str]:
    """Return the rules (``file:line``) of a format that guess from a text what it does not state."""
    crosswalk = crosswalks(folder).get(form)
    rules = crosswalk.rules if crosswalk is not None else ()
    return frozenset(rule.place for rule in rules if rule.parser is language_of_text)


def _as_written(told: list[Explanation] | None, written: list[Row], meant: Iterable[Row]) -> list[Explanation] | None:
    """Show the words of the source as they stand there, not as its encoding means them."""
    if told is None:
        return None
    words = {after[:2]: before[1] for before, after in zip(written, meant, strict=True)}
    return [msgspec.structs.replace(one, words=words.get((one.path, one.words), one.words)) for one in told]


@remembered(maxsize=8)
def _xml(folder: Path) -> dict[str, Crosswalk]:
    """Return the crosswalks of what an OAI-PMH server may send."""
    return {name: each for name, each in crosswalks(folder).items() if isinstance(each.reader, XmlReader)}


def _chosen(table: dict[str, Crosswalk], asked: Crosswalk | None, root: etree._Element) -> Crosswalk | None:
    """Choose by what the record says of itself: its namespace, else the name of its root; else what was asked for."""
    space = namespace(root)
    if asked is not None and space in asked.format.namespaces:
        return asked
    known = next((crosswalk for crosswalk in table.values() if space in crosswalk.format.namespaces), None)
    if known is not None:
        return known
    name = local_name(root)
    forms = {name, *(f"{name}/{local_name(child)}" for child in islice(root, _FIRST))}
    if asked is not None and (not asked.roots or not asked.roots.isdisjoint(forms)):
        return asked
    return next((crosswalk for crosswalk in table.values() if not crosswalk.roots.isdisjoint(forms)), asked)


def _special(raw: RawRecord, source: _Source, crosswalk: Crosswalk) -> dict[str, list[Row]]:
    """Make the rows of @set (names of sets, else their specs), @set_name (names only), @source and @identifier.

    Records of one source are in few combinations of sets, so what these say is made once.
    """
    special = source.special.get(raw.sets)
    if special is None:
        province, names = source.origin.province, source.set_names
        special = {"@source": [("@source", province, "")] if province else []}
        if raw.sets:
            special["@set"] = [("@set", names.get(spec) or spec, "") for spec in raw.sets]
            special["@set_name"] = [("@set_name", names[spec], "") for spec in raw.sets if spec in names]
        if len(source.special) >= _MOST_SOURCES:
            source.special.clear()
        if len(raw.sets) <= MANY_SETS and sum(map(len, raw.sets)) <= _LONGEST_SETS:
            source.special[raw.sets] = special
    if crosswalk.plain is None:
        return {**special, "@identifier": [("@identifier", raw.identifier, "")]}
    return special


def _quarantined(reason: Problem) -> Mapped:
    return Mapped(None, (reason,), (), reason.code)


def _finish(job: Job, source: _Source, told: list[Explanation] | None) -> Mapped:
    """Add what the header and the source say, or say why the record may not be shown."""
    values, raw, origin = job.values, job.raw, source.origin
    if "title" not in values:
        job.problems.append(problem("no_title", "title"))
    if "landing_url" not in values:
        job.problems.append(problem("no_link", "landing_url"))
    reason = unsafe(values)
    if reason:  # nothing of such a record is told: neither its words nor where they stood
        return _quarantined(problem(reason))
    stopped = ""
    if job.problems:
        stopped = next((found.code for found in job.problems if found.severity == "quarantine"), "")
    resource = None
    if not stopped:
        # Entered one by one: beside ``**values`` Python would make a dictionary of both, at a fifth of the price.
        values["key"] = key_of(origin.first_id, raw.identifier)
        values["source"] = origin.id
        values["identifier"] = raw.identifier
        values["datestamp"] = raw.datestamp
        values["format"] = raw.format
        values["set"] = raw.sets
        values["institution"] = source.institution
        resource = Resource(**values)
        if told is not None:
            told[:0] = _header(resource)
    return Mapped(resource, tuple(job.problems), tuple(told or ()), stopped)


def _header(resource: Resource) -> list[Explanation]:
    """Explain the values that no rule of a crosswalk made."""
    stated: list[tuple[str, Any, str]] = [
        ("key", resource.key, "header"),
        ("source", resource.source, "source"),
        ("identifier", resource.identifier, "header"),
        ("datestamp", resource.datestamp, "header"),
        ("format", resource.format, "header"),
        *(("set", spec, "header") for spec in resource.set),
        ("institution", resource.institution, "source"),
    ]
    return [Explanation(field, shown(value), rule, "", shown(value)) for field, value, rule in stated]


# --- what commands ask of this room ----------------------------------------------------------------


def formats(folder: Path = FOLDER) -> tuple[Format, ...]:
    """Return the formats that an OAI-PMH server may be asked for, best first. Raises Faults.

    One file of ``crosswalks/`` is one format; those of JSON and HTML are found in other ways.
    """
    found = [each.format for each in _xml(folder).values()]
    return tuple(sorted(found, key=lambda form: (form.rank, form.name)))


def readable(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the names of all formats that can be mapped, also those that no OAI-PMH server sends. Raises Faults."""
    return tuple(sorted(crosswalks(folder)))


@lru_cache(maxsize=1)
def _room() -> bytes:
    """Hash the code and the tables of this room."""
    mark = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted([*here.glob("*.py"), *here.glob("*.yaml"), *here.glob("*/*.yaml")]):
        mark.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return mark.digest()


def fingerprint(origin: Origin) -> str:
    """Return 32 hexadecimal digits that change when the mapping of this source may give something else.

    They cover the tables and the code of this room, those of the tables in use that can touch its records, and what
    mapping knows of the source.
    """
    known = msgspec.structs.replace(origin, format="")
    return hashlib.sha256(_room() + digest_of_tables(origin.format) + msgspec.json.encode(known)).hexdigest()[:32]


def check_word(kind: str, word: str) -> tuple[str, ...] | None:
    """Check a word of sources.yaml that this room owns (``province``, ``format``, ``mapping.defaults`` …).

    Returns None where the word exists, else the words that were probably meant (() where none is near). Raises
    KeyError for a kind that is not ours.
    """
    if kind == "province":
        found = None if len(word) == 2 and province(word) else nearest_province(word)
    elif kind == "format":
        known = [form.name for form in formats()]
        found = None if word in known else nearest(word, known)
    elif kind in ("mapping.defaults", "mapping.sets", "mapping.encoding"):
        found = check_advice(kind, word)
    else:
        raise KeyError(kind)
    return None if found is None else tuple(filter(None, (found,)))
