"""The town's servers are right where no fault says otherwise; the same seed gives the same bytes."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from urllib.request import urlopen

import pytest
from lxml import etree
from sickle import Sickle
from sickle.oaiexceptions import BadArgument, CannotDisseminateFormat, IdDoesNotExist, NoRecordsMatch

from demo.generator import lom, oai_dc, records
from demo.town import TOWN, Town, sources_yaml
from demo.words import SCHOOL
from harvester.source import read_federation


def ask(town: Town, name: str, query: str) -> bytes:
    with urlopen(f"{town.urls[name]}?{query}") as answer:
        body: bytes = answer.read()
        return body


def test_sickle_reads_a_whole_list(town: Town) -> None:
    client = Sickle(town.urls["dai-hoc-song-lam"])
    found = [record.header.identifier for record in client.ListRecords(metadataPrefix="oai_dc")]
    assert len(found) == len(set(found)) == 700
    assert client.Identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
    assert [form.metadataPrefix for form in Sickle(town.urls["so-gddt-song-da"]).ListMetadataFormats()] == [
        "oai_dc",
        "lom",
    ]
    assert len(list(client.ListSets())) > 3


def test_windows_and_sets(town: Town) -> None:
    client = Sickle(town.urls["tieu-hoc-kim-dong"])
    whole = {r.identifier: r.datestamp for r in client.ListIdentifiers(metadataPrefix="oai_dc")}
    day = sorted(whole.values())[200][:10]
    one = {r.identifier for r in client.ListIdentifiers(metadataPrefix="oai_dc", **{"from": day, "until": day})}
    assert one == {name for name, stamp in whole.items() if stamp.startswith(day)}
    grade = {r.identifier for r in client.ListIdentifiers(metadataPrefix="oai_dc", set="lop-3")}
    assert 0 < len(grade) < 400
    town.next_night()
    later = list(client.ListRecords(metadataPrefix="oai_dc", **{"from": "2026-11-19"}))
    assert len(later) == 49
    assert sum(record.deleted for record in later) == 14


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Nothing", "badVerb"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&x=1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=soon", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=a", "badArgument"),
        ("verb=ListRecords&resumptionToken=a", "badResumptionToken"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2031-01-01", "noRecordsMatch"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=no", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
    ],
)
def test_errors_of_the_protocol(town: Town, query: str, code: str) -> None:
    assert f'<error code="{code}">'.encode() in ask(town, "dai-hoc-song-lam", query)


def test_sickle_meets_the_same_errors(town: Town) -> None:
    client = Sickle(town.urls["thpt-hong-duc"])
    with pytest.raises(IdDoesNotExist):
        client.GetRecord(identifier="no", metadataPrefix="oai_dc")
    with pytest.raises(CannotDisseminateFormat):
        client.ListRecords(metadataPrefix="lom")
    with pytest.raises(NoRecordsMatch):
        client.ListRecords(metadataPrefix="oai_dc", **{"from": "2031-01-01"})
    with pytest.raises(BadArgument):
        client.ListRecords(metadataPrefix="oai_dc", **{"from": "2026-01-01T00:00:00Z"})


def test_bytes_do_not_depend_on_ports() -> None:
    """But for the address that a server gives itself."""

    def said(town: Town, query: str) -> bytes:
        return ask(town, "thpt-hong-duc", query).replace(town.urls["thpt-hong-duc"].encode(), b"")

    one, other = Town(), Town()
    try:
        assert one.urls["thpt-hong-duc"] != other.urls["thpt-hong-duc"]
        for query in ("verb=Identify", "verb=ListRecords&metadataPrefix=oai_dc"):
            assert said(one, query) == said(other, query)
    finally:
        one.stop()
        other.stop()


def test_two_universities_have_the_same_identifiers(town: Town) -> None:
    both = set(town.truth("dai-hoc-song-lam")) & set(town.truth("dai-hoc-ngan-hoi"))
    assert len(both) == 500


def test_answers_are_valid_by_the_official_schemas(town: Town, shared: Path) -> None:
    schema = etree.XMLSchema(etree.parse(str(shared / "real" / "xsd" / "_oai_lax.xsd")))
    for query in (
        "verb=Identify",
        "verb=ListMetadataFormats",
        "verb=ListSets",
        "verb=ListRecords&metadataPrefix=oai_dc",
    ):
        answer = etree.fromstring(ask(town, "dai-hoc-song-lam", query))
        assert schema.validate(answer), schema.error_log


def test_the_sources_of_the_town_are_a_valid_federation(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(sources_yaml(town), encoding="utf-8")
    federation = read_federation(file, {})
    assert federation.faults == []
    assert list(federation.sources) == [each.id for each in TOWN]
    assert federation.sources["tieu-hoc-kim-dong"].province == "04"


def test_generated_records_are_plausible() -> None:
    entries = list(records(1, 2_000, "school", "oai:a.example:", "a.example"))
    assert len({entry.identifier for entry in entries}) == 2_000
    text = unicodedata.normalize("NFD", " ".join(entry.first("title") for entry in entries))
    assert all(tone in text for tone in "\u0300\u0301\u0303\u0309\u0323"), "all five tones"
    for entry in entries:
        subject = entry.first("subject")
        grade = int(next(words for name, words in entry.elements if words.startswith("Lớp "))[4:])
        assert any(low <= grade <= high for low, high, _ in SCHOOL[subject])
        for made in (oai_dc(entry), lom(entry)):
            etree.fromstring(made)


def test_any_record_can_be_made_alone() -> None:
    whole = list(records(3, 50, "university", "oai:localhost:1/", "a.example"))
    assert next(iter(records(3, 1, "university", "oai:localhost:1/", "a.example", start=41))) == whole[41]
