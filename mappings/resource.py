"""A learning resource in the common schema: Dublin Core and LOM in one, cardinality in the types.

A ``str`` or ``int`` occurs at most once ("" and None: not stated), a tuple any number of times. What each field means,
its counterparts in Dublin Core, LOM and schema.org, its unit and whether it must be there stands in ``fields.py``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["quarantine", "warning", "note"]


class Agent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A person or body that made, helped or published.

    ``role`` is an id of the vocabulary role (LOM 2.3.1 and what it lacks), else the source's own word, or empty.
    """

    name: str
    role: str = ""


class Identifier(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An identifier with its scheme: doi, handle, isbn, issn, urn, ark or local."""

    scheme: str
    value: str


class Relation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A tie to another resource; ``kind`` is one of LOM 7.1's words, or empty where the source does not say it."""

    kind: str
    target: str


class Institution(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who holds the files."""

    name: str
    kind: str = ""
    code: str = ""


class Resource(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One learning resource as every index, page and export sees it. Field names are singular everywhere."""

    key: str
    source: str
    identifier: str
    datestamp: str
    format: str
    set: tuple[str, ...] = ()
    title: str
    title_alternative: tuple[str, ...] = ()
    description: str = ""
    table_of_contents: str = ""
    landing_url: str
    identifiers: tuple[Identifier, ...] = ()
    language: tuple[str, ...] = ()
    keyword: tuple[str, ...] = ()
    creator: tuple[Agent, ...] = ()
    contributor: tuple[Agent, ...] = ()
    publisher: str = ""
    institution: Institution
    level: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    discipline: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    lesson: tuple[str, ...] = ()
    school_year: str = ""
    audience: tuple[str, ...] = ()
    age_min: int | None = None
    age_max: int | None = None
    learning_minutes: int | None = None
    difficulty: str = ""
    interactivity: str = ""
    file_format: tuple[str, ...] = ()
    licence: str = "khong_ghi"
    licence_url: str = ""
    rights: str = ""
    province: tuple[str, ...] = ()
    former_province: tuple[str, ...] = ()
    issued: str = ""
    modified: str = ""
    relation: tuple[Relation, ...] = ()
    collection: tuple[str, ...] = ()


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Something that mapping did not understand or would not show: a code, the field, where it stood, the words.

    Each code stands in ``problems.py`` with its sentence and what to do.
    """

    code: str
    field: str
    path: str
    value: str
    severity: Severity


class Explanation(msgspec.Struct, frozen=True):
    """Which rule made which value from which words of the source. ``rule`` is ``file:line``.

    Where no rule of a crosswalk made it, ``rule`` says who did: ``header`` (of the record) or ``source`` (its entry in
    the federation).
    """

    field: str
    value: str
    rule: str
    path: str
    words: str


class Origin(msgspec.Struct, frozen=True):
    """What mapping may know of the source of a record: names, place, the institution, the words of its sets.

    ``first_id`` is the first id that the source ever had: keys are made from it. ``set_names`` is sorted pairs of
    setSpec and setName. ``encoding`` is that of its texts where they are not Unicode (``tcvn3`` …), "" where they are.
    ``defaults``, ``sets`` and ``replace`` are the lines of its ``mapping:`` in sources.yaml (``advice.py``).
    ``format`` is the one in which all of its records came, where that is known: tables of others do not touch it.
    """

    id: str
    first_id: str
    name: str
    province: str = ""
    institution: Institution | None = None
    set_names: tuple[tuple[str, str], ...] = ()
    encoding: str = ""
    defaults: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    format: str = ""


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """The answer of mapping: a resource, or None with the code of the reason why it may not be shown.

    ``quarantine`` is the code of the first problem whose severity is quarantine, or "" (a deleted record has neither
    resource nor quarantine).
    """

    resource: Resource | None
    problems: tuple[Problem, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    quarantine: str = ""
