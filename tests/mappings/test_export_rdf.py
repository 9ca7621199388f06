"""N-Quads and Turtle are written by hand: rdflib reads in them exactly what it would have written itself."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import DC, DCTERMS, RDF, XSD, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, FOAF

from mappings import FIELDS, DataSet, Resource, catalogue, open_export
from mappings.exports import written
from mappings.exports._dublin_core import SAID, licence_address, statements
from mappings.exports._export import Addresses
from mappings.exports._terms import iri, literal
from mappings.vocabulary import concept

from .resources import plausible, wild

SITE = Addresses("https://hoclieu.songda.example/")
SEED = 20261126
EDTF = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
RELAXED = settings(
    max_examples=200, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def texts(resource: Resource, name: str) -> list[str]:
    value = getattr(resource, name)
    return list(value) if isinstance(value, tuple) else [value] if value else []


def graph_of(resource: Resource) -> Graph:
    """What is said of a resource, put together with rdflib's own values."""
    graph, this = Graph(), URIRef(SITE.resource(resource.key))
    for name, property_ in (
        ("title", DCTERMS.title),
        ("title_alternative", DCTERMS.alternative),
        ("description", DCTERMS.description),
        ("table_of_contents", DCTERMS.tableOfContents),
        ("keyword", DC.subject),
        ("rights", DC.rights),
        ("collection", DC.relation),
        ("publisher", DC.publisher),
        ("file_format", DC.format),
    ):
        for text in texts(resource, name):
            graph.add((this, property_, Literal(text)))
    for name, property_ in (
        ("level", DCTERMS.educationLevel),
        ("grade", DCTERMS.educationLevel),
        ("subject", DCTERMS.subject),
        ("type", DCTERMS.type),
        ("audience", DCTERMS.audience),
        ("province", DCTERMS.spatial),
        ("former_province", DCTERMS.spatial),
        ("discipline", DCTERMS.subject),
        ("series", DCTERMS.conformsTo),
    ):
        for term in getattr(resource, name):
            graph.add((this, property_, URIRef(concept(name, term))))
    for name, property_ in (("creator", DC.creator), ("contributor", DC.contributor)):
        for agent in getattr(resource, name):
            graph.add((this, property_, Literal(agent.name)))
    for language in resource.language:
        if language != "und":
            graph.add((this, DC.language, Literal(language)))
    graph.add((this, DCTERMS.identifier, Literal(resource.landing_url, datatype=XSD.anyURI)))
    if licence_address(resource):
        graph.add((this, DCTERMS.license, URIRef(licence_address(resource))))
    return graph


@RELAXED
@given(st.randoms(use_true_random=False), st.sampled_from([plausible, wild]))
def test_turtle_says_what_rdflib_would_say(chance: Random, make: object) -> None:
    resource = (wild if make is wild else plausible)(chance)
    text = "".join(written(open_export("ttl", SITE.base), [resource]))
    read = Graph().parse(data=text, format="turtle")
    expected = graph_of(resource)
    assert set(expected) <= set(read)
    other = {
        DC.coverage,
        DCTERMS.identifier,
        DCTERMS.type,
        DCTERMS.issued,
        DCTERMS.modified,
        DC.relation,
        DCTERMS.relation,
    }
    ties = {property_ for _, property_, _ in set(read) - set(expected)} - other
    assert ties <= {DCTERMS[kind] for kind in ("isPartOf", "hasPart", "isVersionOf", "hasVersion", "isFormatOf")} | {
        DCTERMS[kind] for kind in ("hasFormat", "references", "isReferencedBy", "source", "requires", "isRequiredBy")
    }


@RELAXED
@given(st.randoms(use_true_random=False), st.sampled_from([plausible, wild]))
def test_quads_say_the_same_in_the_graph_of_the_source(chance: Random, make: object) -> None:
    resource = (wild if make is wild else plausible)(chance)
    turtle = Graph().parse(data="".join(written(open_export("ttl", SITE.base), [resource])), format="turtle")
    lines = "".join(written(open_export("nquads", SITE.base), [resource]))
    quads = Dataset().parse(data=lines, format="nquads")
    assert {(s, p, o) for s, p, o, _ in quads.quads()} == set(turtle)
    assert {str(g) for *_, g in quads.quads()} == {SITE.source(resource.source)}
    assert all(line.endswith(" .") for line in lines.removesuffix("\n").split("\n"))


@pytest.mark.parametrize(
    "text", ["", 'a"b', "a\\nb", "a\nb\r\nc", "tab\there", "\u2028 \u200b", "漢 😀", "'''\"\"\"", "\\", "\x00\x07\x7f"]
)
def test_every_text_is_read_back(text: str) -> None:
    line = f"<http://a.vn/1> <http://a.vn/2> {literal(text)} .\n"
    for form in ("nt", "turtle"):
        assert set(Graph().parse(data=line, format=form)) == {
            (URIRef("http://a.vn/1"), URIRef("http://a.vn/2"), Literal(text))
        }


def test_addresses_hold_no_character_that_an_address_may_not_hold() -> None:
    assert iri('http://a.vn/x y"<>|^`{}\\\n') == "<http://a.vn/x%20y%22%3C%3E%7C%5E%60%7B%7D%5C%0A>"
    assert iri("http://a.vn/đường?q=à#b") == "<http://a.vn/đường?q=à#b>"


def test_every_field_with_a_counterpart_in_dublin_core_is_said() -> None:
    """One resource in which every field is filled; without a field, its statement is missing."""
    full = msgspec.structs.replace(
        plausible(Random(SEED)),
        title_alternative=("Nhan đề khác",),
        description="Mô tả",
        table_of_contents="Chương 1",
        keyword=("đạo hàm",),
        publisher="Trường THPT Lê Lợi",
        level=("thpt",),
        grade=("12",),
        subject=("toan",),
        type=("bai_tap",),
        audience=("hoc_sinh",),
        file_format=("application/pdf",),
        licence="cc-by",
        licence_url="",
        rights="Ghi công",
        province=("vn-40",),
        former_province=("vn63-02",),
        discipline=("he-46",),
        series=("ctst",),
        school_year="2023-2024",
        issued="2024",
        modified="2025",
        collection=("Khối 12",),
    )
    whole = set(statements(full))
    empty = {"title": "", "landing_url": "http://x.vn/", "licence": "khong_ghi", "language": ("und",)}
    for name in SAID:
        if name in ("licence_url", "identifiers", "creator", "contributor", "relation"):
            continue  # chance may have left them empty
        default = empty.get(name, () if FIELDS[name].many else "")
        assert whole - set(statements(msgspec.structs.replace(full, **{name: default}))), name


def test_dates_are_typed() -> None:
    resource = plausible(Random(SEED))
    for date, kind in (("2024", XSD.gYear), ("2024-09", XSD.gYearMonth), ("2024-09-05", XSD.date), ("1950?", EDTF)):
        text = open_export("ttl", SITE.base)
        line = text.head + text.record(msgspec.structs.replace(resource, issued=date))
        (said,) = Graph().parse(data=line, format="turtle").objects(None, DCTERMS.issued)
        assert (str(said), said.datatype) == (date, kind)  # type: ignore[attr-defined]  # it is a literal


# --- the catalogue of the sources -----------------------------------------------------------------------------------

SOURCES = (
    DataSet(
        "so-song-da",
        "Kho của Sở",
        "Sở GD&ĐT “Sông Đà”",
        "27",
        "oai",
        "https://a.vn/oai?x=1",
        240,
        "2026-11-20T19:00:00Z",
    ),
    DataSet("truong-cu", "Trường cũ", "Trường cũ", "", "", "", 0, ""),
)


def test_the_catalogue_says_what_dcat_ap_asks_for() -> None:
    text = "".join(catalogue(SOURCES, SITE.base, "2026-11-26T00:00:00Z"))
    graph = Graph().parse(data=text, format="turtle")
    (whole,) = graph.subjects(RDF.type, DCAT.Catalog)
    void = Namespace("http://rdfs.org/ns/void#")
    for property_ in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher):
        assert graph.value(whole, property_) is not None
    assert {str(each) for each in graph.objects(whole, DCAT.dataset)} == {
        SITE.source("so-song-da"),
        SITE.source("truong-cu"),
    }
    for each in graph.subjects(RDF.type, DCAT.Dataset):
        assert graph.value(each, DCTERMS.title) is not None
        assert graph.value(each, DCTERMS.description) is not None
        body = graph.value(each, DCTERMS.publisher)
        assert graph.value(body, FOAF.name) is not None
    source = URIRef(SITE.source("so-song-da"))
    assert graph.value(source, void.entities) == Literal(240)
    assert graph.value(source, DCTERMS.spatial) == URIRef(concept("province", "vn-24")), "27 is Bắc Ninh, 24 today"
    (service,) = graph.subjects(RDF.type, DCAT.DataService)
    assert graph.value(service, DCAT.endpointURL) == URIRef("https://a.vn/oai?x=1")
    assert graph.value(service, DCAT.servesDataset) == source
    assert graph.value(service, DCTERMS.title) is not None
    assert (whole, DCAT.service, service) in graph
    copy = graph.value(source, DCAT.distribution)
    assert graph.value(copy, DCAT.accessService) == service
    assert graph.value(copy, DCAT.accessURL) == URIRef("https://a.vn/oai?x=1")
    subjects = {subject for subject in graph.subjects() if str(subject).startswith(SITE.base)}
    named = {thing for thing in graph.objects() if isinstance(thing, URIRef) and str(thing).startswith(SITE.base)}
    assert named <= subjects, "whatever is named is described"
