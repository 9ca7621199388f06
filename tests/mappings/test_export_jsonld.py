"""JSON-LD out: valid by our profile, true RDF without fetching anything, and what schema.org can carry comes back.

The whole way back is ``schema_org.py`` of these tests, as small as it can be; our crosswalk from schema.org, which
reads what the web says, is asked as well.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import SDO, SKOS, Graph, Literal, URIRef

from harvester import RawRecord
from mappings import FIELDS, Origin, Relation, Resource, map_record, open_export
from mappings.exports import written
from mappings.exports._export import Addresses
from mappings.exports.jsonld import KINDS, document
from mappings.vocabulary import concept, vocabulary

from .resources import plausible, wild
from .schema_org import read

ROOT = Path(__file__).parents[2]
SITE = Addresses("https://hoclieu.songda.example/")
SEED = 20261126
SCHEMA = json.loads((ROOT / "mappings/exports/resource.schema.json").read_text(encoding="utf-8"))
PROFILE = Path(__file__).with_name("profile")
CHECK = jsonschema.Draft7Validator(SCHEMA)
# rdflib's table has neither: a name of Python begins with no digit, and Syllabus came later.
TERMS = {*map(str, dir(SDO)), f"{SDO}3DModel", f"{SDO}Syllabus"}
RELAXED = settings(
    max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def said(resource: Resource) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(resource, SITE))
    return found


def test_the_profile_is_a_json_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", sorted((PROFILE / "valid").glob("*.json")), ids=lambda file: file.stem)
def test_valid_examples(file: Path) -> None:
    CHECK.validate(json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", sorted((PROFILE / "invalid").glob("*.json")), ids=lambda file: file.stem)
def test_invalid_examples_are_refused_for_one_reason(file: Path) -> None:
    assert len(list(CHECK.iter_errors(json.loads(file.read_text(encoding="utf-8"))))) == 1


@RELAXED
@given(st.randoms(use_true_random=False))
def test_what_schema_org_can_carry_comes_back(chance: Random) -> None:
    resource = plausible(chance)
    node = said(resource)
    CHECK.validate(node)
    again = read(node, SITE)
    kept = [field.name for field in FIELDS.values() if field.schema_org != "–"]
    assert len(kept) == 37
    for name in kept:
        value = getattr(resource, name)
        if name == "relation":
            ties = {(tie.kind if tie.kind in KINDS else "", tie.target) for tie in value}
            assert {(tie.kind, tie.target) for tie in again[name]} == ties
        elif value not in ((), "", None) or again.get(name) not in ((), "", None):
            assert again[name] == value, name


READ_BY_OUR_CROSSWALK = (
    *("title", "title_alternative", "description", "landing_url", "language", "keyword", "publisher", "level", "grade"),
    *("discipline", "series", "lesson", "school_year", "former_province"),
    *("subject", "type", "audience", "age_min", "age_max", "learning_minutes", "interactivity", "file_format"),
    *("identifiers", "collection", "licence", "licence_url", "rights", "province", "issued", "modified"),
)


@RELAXED
@given(st.randoms(use_true_random=False))
def test_our_own_crosswalk_reads_it(chance: Random) -> None:
    resource = plausible(chance)
    raw = RawRecord(
        "https://web.example/1", resource.datestamp, (), False, "schema_org", document(resource, SITE), b"", b"", b""
    )
    again = map_record(raw, Origin("kho-so", "kho-so", "Kho thử")).resource
    assert again is not None
    for name in READ_BY_OUR_CROSSWALK:
        if (said := getattr(resource, name)) not in ((), "", None, ("und",)):
            assert getattr(again, name) == said, name
    ties = {Relation(tie.kind if tie.kind in KINDS else "", tie.target) for tie in resource.relation}
    assert set(again.relation) == ties
    assert set(again.contributor) == set(resource.contributor)
    assert [agent.name for agent in again.creator] == [agent.name for agent in resource.creator]


@RELAXED
@given(st.randoms(use_true_random=False))
def test_every_property_is_one_of_schema_org(chance: Random) -> None:
    graph = Graph().parse(data=document(plausible(chance), SITE), format="json-ld")
    for _, property_, _ in graph:
        if property_.startswith(str(SDO)):
            assert str(property_) in TERMS


def test_every_class_of_the_types_is_one_of_schema_org() -> None:
    assert {f"{SDO}{row['schema_org']}" for row in vocabulary("type").terms.values()} <= TERMS


def test_it_is_rdf_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    chance = Random(SEED)
    resources = [plausible(chance) for _ in range(20)]
    text = "".join(written(open_export("jsonld", SITE.base), resources))
    graph = Graph().parse(data=text, format="json-ld")
    for resource in resources:
        this = URIRef(SITE.resource(resource.key))
        assert graph.value(this, SDO.name) == Literal(resource.title)
        assert graph.value(this, SDO.url) == URIRef(resource.landing_url)
        assert {str(term) for term in graph.objects(this, SDO.about)} == {
            concept(name, t) for name in ("subject", "discipline") for t in getattr(resource, name)
        }
        for term in resource.subject:
            label = vocabulary("subject").terms[term]["vi"]
            assert (URIRef(concept("subject", term)), SKOS.prefLabel, Literal(label, lang="vi")) in graph


def test_one_resource_is_one_line_of_the_graph() -> None:
    chance = Random(SEED)
    resources = [plausible(chance), wild(chance), plausible(chance)]
    text = "".join(written(open_export("jsonld", SITE.base), resources))
    head, *lines, end = text.removesuffix("\n").split("\n")
    assert len(json.loads(text)["@graph"]) == 3
    assert json.loads(head.rstrip(",") + "}").keys() == {"@context"}
    assert lines[0].startswith('"@graph"')
    assert [json.loads(line.rstrip(","))["name"] for line in lines[1:]] == [resource.title for resource in resources]
    assert end == "]}"


def test_half_a_character_does_not_stop_an_export() -> None:
    resource = msgspec.structs.replace(plausible(Random(SEED)), title="Bài \ud83d giảng")
    assert json.loads(open_export("jsonld", SITE.base).record(resource))["name"] == "Bài ? giảng"


def test_nothing_stated_is_nothing_said() -> None:
    least = json.loads((PROFILE / "valid/it-nhat.json").read_text(encoding="utf-8"))
    assert set(least) == {*SCHEMA["required"], "@context"}
