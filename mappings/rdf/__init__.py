"""The tables of words as published data: SKOS concept schemes. The only place that knows rdflib.

It is a folder because what decides how records are mapped are the files beside it (``mapping.fingerprint``): whoever
changes how tables are published maps nothing again.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from rdflib import OWL, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from harvester import load_yaml

from ..vocabulary import CONCEPTS, concept, vocabulary

FILE = Path(__file__).with_name("schemes.yaml")
_NOTATION = Namespace(CONCEPTS.replace("vocabulary", "notation"))
_LANGUAGES = ("vi", "en")
# Written into the document, so that nobody has to fetch one.
_CONTEXT = {
    "skos": str(SKOS),
    "dcterms": str(DCTERMS),
    "owl": str(OWL),
    "xsd": str(XSD),
    "kho": CONCEPTS,
    "notation": str(_NOTATION),
}


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which value of a term names a term of others, and how the two relate in SKOS."""

    key: str
    relation: str
    base: str = ""
    only: tuple[str, ...] = ()
    except_: tuple[str, ...] = msgspec.field(default=(), name="except")


class Superseded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A term that was taken out of its table: when, and which terms say it now."""

    id: str
    vi: str
    en: str
    date: str
    by: tuple[str, ...]


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is published of a table beside its terms."""

    title: dict[str, str]
    source: str
    issued: str
    modified: str
    notations: dict[str, str] = {}
    matches: tuple[Match, ...] = ()
    superseded: tuple[Superseded, ...] = ()


@lru_cache(maxsize=1)
def schemes() -> dict[str, Scheme]:
    """Return what is published of each table. Raises Faults for a file that is no YAML."""
    return msgspec.convert(load_yaml(FILE, FILE.name).value, dict[str, Scheme])


def published(names: Iterable[str], form: str) -> str:
    """Return tables as SKOS: ``ttl`` or ``jsonld``. Raises KeyError for a table that there is not."""
    graph = Graph(bind_namespaces="none")
    for prefix, space in _CONTEXT.items():
        graph.bind(prefix, space)
    for name in names:
        _scheme(graph, name)
    if form == "ttl":
        return graph.serialize(format="turtle")
    return graph.serialize(format="json-ld", context=_CONTEXT, sort_keys=True)


def _scheme(graph: Graph, name: str) -> None:
    """Add a table: its own description, its terms, and the terms that it once had."""
    scheme, here, terms = schemes()[name], URIRef(concept(name)), vocabulary(name).terms
    graph.add((here, RDF.type, SKOS.ConceptScheme))
    for language in _LANGUAGES:
        graph.add((here, DCTERMS.title, Literal(scheme.title[language], lang=language)))
    graph.add((here, DCTERMS.source, Literal(scheme.source)))
    graph.add((here, DCTERMS.issued, Literal(scheme.issued, datatype=XSD.date)))
    graph.add((here, DCTERMS.modified, Literal(scheme.modified, datatype=XSD.date)))
    for term in terms.values():
        _term(graph, name, scheme, term)
    for old in scheme.superseded:
        _superseded(graph, name, old)


def _labels(graph: Graph, name: str, term: str, vietnamese: str, english: str) -> URIRef:
    """Add what every term has, of today or not: its address, id and names."""
    this = URIRef(concept(name, term))
    graph.add((this, RDF.type, SKOS.Concept))
    graph.add((this, SKOS.inScheme, URIRef(concept(name))))
    graph.add((this, DCTERMS.identifier, Literal(term)))
    graph.add((this, SKOS.prefLabel, Literal(vietnamese, lang="vi")))
    graph.add((this, SKOS.prefLabel, Literal(english, lang="en")))
    return this


def _term(graph: Graph, name: str, scheme: Scheme, term: dict[str, Any]) -> None:
    this = _labels(graph, name, term["id"], term["vi"], term["en"])
    for word in (*term.get("variants", ()), *term.get("former", ())):  # spellings by which it is recognised
        if word not in (term["vi"], term["en"]):  # SKOS S13: no label is of two kinds
            graph.add((this, SKOS.hiddenLabel, Literal(word)))
    if note := term.get("note"):
        graph.add((this, SKOS.editorialNote, Literal(note, lang="en")))
    for key, kind in scheme.notations.items():
        if key in term:
            graph.add((this, SKOS.notation, Literal(term[key], datatype=_NOTATION[kind])))
    _broader(graph, name, this, term.get("parent"))
    if "unit" in term:  # a province of old lies in one of today
        graph.add((this, SKOS.broadMatch, URIRef(concept("province", term["unit"]))))
    for match in scheme.matches:
        if match.key in term and term["id"] not in match.except_ and (not match.only or term["id"] in match.only):
            for value in term[match.key] if isinstance(term[match.key], list) else (term[match.key],):
                graph.add((this, SKOS[match.relation], URIRef(match.base + value)))


def _broader(graph: Graph, name: str, this: URIRef, parent: str | None) -> None:
    """Tie a term to its broader one: in its own table, or (a grade to its level) in another."""
    here = URIRef(concept(name))
    if parent in vocabulary(name).terms:
        graph.add((this, SKOS.broader, URIRef(concept(name, parent))))
        return
    graph.add((this, SKOS.topConceptOf, here))
    graph.add((here, SKOS.hasTopConcept, this))
    if parent in vocabulary("level").terms:
        graph.add((this, SKOS.broadMatch, URIRef(concept("level", parent))))


def _superseded(graph: Graph, name: str, old: Superseded) -> None:
    this = _labels(graph, name, old.id, old.vi, old.en)
    graph.add((this, OWL.deprecated, Literal(True)))
    graph.add((this, DCTERMS.modified, Literal(old.date, datatype=XSD.date)))
    for term in old.by:
        graph.add((this, DCTERMS.isReplacedBy, URIRef(concept(name, term))))
