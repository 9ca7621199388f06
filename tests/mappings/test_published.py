"""The tables as published data: addresses that stay, names in two languages, true SKOS, nothing ever forgotten."""

from __future__ import annotations

import socket
from pathlib import Path

import msgspec
import pytest
from rdflib import OWL, RDF, SKOS, XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS

import mappings.rdf
from mappings import concept, ids, match, names, published, schemes, term_of
from mappings.rdf import Superseded
from mappings.vocabulary import vocabulary

LISTED = Path(__file__).with_name("published_ids.txt")


def graph(*chosen: str) -> Graph:
    return Graph().parse(data=published(chosen or names(), "ttl"), format="turtle")


@pytest.fixture(scope="module")
def whole() -> Graph:
    return graph()


def known() -> set[str]:
    """Every id that a table has or says to have had, as ``table id``."""
    today = {f"{name} {term}" for name in names() for term in ids(name)}
    return today | {f"{name} {old.id}" for name, scheme in schemes().items() for old in scheme.superseded}


def test_no_published_id_is_gone(request: pytest.FixtureRequest) -> None:
    """An id that left its table must be entered under ``superseded`` in mappings/rdf/schemes.yaml, with its date.

    New ids enter the list with --update-golden; nothing is ever taken out of it.
    """
    listed = set(LISTED.read_text(encoding="utf-8").splitlines()) if LISTED.exists() else set()
    if request.config.getoption("--update-golden"):
        LISTED.write_text("\n".join(sorted(listed | known())) + "\n", encoding="utf-8")
    assert len(listed) > 270
    assert sorted(listed - known()) == []


def test_every_table_is_described() -> None:
    assert set(schemes()) == set(names()), "a new table is described in mappings/rdf/schemes.yaml"
    for name, scheme in schemes().items():
        assert set(scheme.title) == {"vi", "en"}
        assert scheme.source
        assert "2026-11-24" <= scheme.issued <= scheme.modified
        for rule in scheme.matches:
            assert any(rule.key in row for row in vocabulary(name).terms.values()), rule
            assert {*rule.only, *rule.except_} <= set(ids(name)), rule


def test_superseded_terms_have_a_date_and_successors_of_today() -> None:
    for name, scheme in schemes().items():
        for old in scheme.superseded:
            assert old.id not in ids(name), "a term is of today, or it is superseded"
            assert len(old.date) == 10
            assert set(old.by) <= set(ids(name))


def test_every_term_has_an_address_names_and_its_table(whole: Graph) -> None:
    for name in names():
        here = URIRef(concept(name))
        assert (here, RDF.type, SKOS.ConceptScheme) in whole
        assert {title.language for title in whole.objects(here, DCTERMS.title)} == {"vi", "en"}  # type: ignore[attr-defined]
        assert set(whole.subjects(SKOS.inScheme, here)) == {URIRef(concept(name, term)) for term in ids(name)}
        for term in ids(name):
            this, row = URIRef(concept(name, term)), term_of(name, term)
            assert set(whole.objects(this, SKOS.prefLabel)) == {Literal(row["vi"], "vi"), Literal(row["en"], "en")}
            assert whole.value(this, DCTERMS.identifier) == Literal(term)


def test_broader_terms_and_levels_of_grades(whole: Graph) -> None:
    english, grade = URIRef(concept("subject", "tieng_anh")), URIRef(concept("grade", "9"))
    assert set(whole.objects(english, SKOS.broader)) == {URIRef(concept("subject", "ngoai_ngu_1"))}
    assert set(whole.objects(grade, SKOS.broadMatch)) == {URIRef(concept("level", "thcs"))}
    assert (URIRef(concept("subject")), SKOS.hasTopConcept, URIRef(concept("subject", "toan"))) in whole
    assert set(whole.subjects(SKOS.topConceptOf)).isdisjoint(whole.subjects(SKOS.broader))


@pytest.mark.parametrize(
    ("term", "kind", "other"),
    [
        ("language/vi", SKOS.exactMatch, "http://lexvo.org/id/iso639-3/vie"),
        ("audience/giao_vien", SKOS.closeMatch, "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/teacher"),
        ("licence/cc0", SKOS.exactMatch, "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("licence/cc-by", SKOS.narrowMatch, "https://creativecommons.org/licenses/by/4.0/"),
        ("type/phieu_hoc_tap", SKOS.closeMatch, "https://w3id.org/kim/hcrt/worksheet"),
        ("type/phieu_hoc_tap", SKOS.broadMatch, "http://purl.org/dc/dcmitype/Text"),
        ("role/translator", SKOS.closeMatch, "http://id.loc.gov/vocabulary/relators/trl"),
    ],
)
def test_terms_of_others(whole: Graph, term: str, kind: URIRef, other: str) -> None:
    assert (URIRef(concept(*term.split("/"))), kind, URIRef(other)) in whole


def test_what_is_not_sure_is_not_matched(whole: Graph) -> None:
    for term in ("sgn-VN", "mul", "und"):
        assert whole.value(URIRef(concept("language", term)), SKOS.exactMatch) is None
    assert whole.value(URIRef(concept("licence", "cc-by")), SKOS.exactMatch) is None
    for kind in (SKOS.exactMatch, SKOS.closeMatch):
        others = list(whole.objects(None, kind))
        assert all(str(other).startswith(("http://", "https://")) and " " not in str(other) for other in others)


def test_a_superseded_term_is_still_published(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Superseded("ve_ki_thuat", "Vẽ kĩ thuật", "Technical drawing", "2027-09-01", ("cong_nghe",))
    changed = {**schemes(), "subject": msgspec.structs.replace(schemes()["subject"], superseded=(old,))}
    monkeypatch.setattr(mappings.rdf, "schemes", lambda: changed)
    made, this = graph("subject"), URIRef(concept("subject", "ve_ki_thuat"))
    assert (this, RDF.type, SKOS.Concept) in made
    assert made.value(this, OWL.deprecated) == Literal(True)
    assert made.value(this, DCTERMS.modified) == Literal("2027-09-01", datatype=XSD.date)
    assert made.value(this, DCTERMS.isReplacedBy) == URIRef(concept("subject", "cong_nghe"))


def test_both_syntaxes_say_the_same_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    both = Graph().parse(data=published(("audience", "grade"), "jsonld"), format="json-ld")
    assert isomorphic(both, graph("audience", "grade"))


@pytest.mark.parametrize("name", names())
def test_published_addresses_are_understood_when_they_come_back(name: str) -> None:
    for term in ids(name):
        assert match(name, concept(name, term)) == (term,)
