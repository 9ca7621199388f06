"""Every real answer: what is well-formed is accepted with exactly its records, what is damaged is judged one by one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from harvester.errors import SourceError
from harvester.page import Header, Reading, read_page
from harvester.record import RawRecord, Rejected
from tests.harvester.real_answers import answers, big, names

# Damaged answers, and what is right for each: how many records and which repairs, or why it is refused.
DAMAGED: dict[str, tuple[int, dict[str, int]] | str] = {
    # A vertical tab within a description: left out, all five records are there.
    "CenterForOpenScience+scrapi/oai/pcurio-c1c0d15d.xml": (5, {"repair_control": 1}),
    # A blank line before the declaration; the answer itself is an error of the protocol, or a list.
    "europeana+metis-framework/metis-harvesting/src/test/resources/oaiListIdentifiersIncorrectMetadataPrefix.xml": (
        0, {"repair_before": 1}),
    "omeka+plugin-OaipmhHarvester/tests/suite/Models/OaipmhHarvester/Harvest/_files/ListRecords.notoken.xml": (
        1, {"repair_before": 1}),
    # A recorded response with its HTTP header above it: not OAI-PMH as sent, yet what stands there is clear.
    "omeka+plugin-OaipmhHarvester/tests/suite/_files/ListRecords.response.txt": (1, {"repair_before": 1}),
    # An element that is never closed: where it should end is a guess.
    "infrae+pyoai/src/oaipmh/tests/fake3/00001.xml": "malformed",
    # An entity that nobody knows, in the answer to Identify: the words as they were sent.
    "infrae+pyoai/src/oaipmh/tests/fake4/00001.xml": (0, {"repair_ampersand": 1}),
    # End tags that belong to other elements.
    "kata-csc+ckanext-oaipmh/ckanext/oaipmh/test_fixtures/ida_invalid.xml": "malformed",
}  # fmt: skip

# Well-formed answers with records that cannot be taken: the answer is accepted, the records are rejected and counted.
_SURVEYS = "cessda+cessda.cdc.osmh-indexer.cmm/src/test/resources/xml/nesstar/synthetic_compliant_cmm_nesstar"
REJECTED: dict[str, dict[str, int]] = {
    # A record whose header has no identifier.
    "mloesch+sickle/sickle/tests/sample_data/ListRecords4.xml": {"no_identifier": 1},
    # Code books of surveys with more than 22,000 elements each, above the cap of 5,000.
    f"{_SURVEYS}.xml": {"record_too_many_elements": 1},
    f"{_SURVEYS}_repeated_abstract.xml": {"record_too_many_elements": 1},
    f"{_SURVEYS}_single_date.xml": {"record_too_many_elements": 1},
    f"{_SURVEYS}_with_perTitl_xml_lang.xml": {"record_too_many_elements": 1},
}


def _read(body: bytes) -> tuple[Reading, list[RawRecord | Header | Rejected]]:
    reading = read_page(body, name="oai_dc")
    return reading, [item for item in (*reading.items, *reading.headers) if not isinstance(item, int)]


def test_every_well_formed_answer_is_accepted_with_exactly_its_records(shared: Path) -> None:
    number = records = 0
    rejected: dict[str, dict[str, int]] = {}
    for place, body in answers(shared / "real"):
        expected = names(body)
        if expected is None:
            continue
        reading, found = _read(body)
        assert reading.repairs == {}, place
        assert len(found) == len(expected), place
        for item, name in zip(found, expected, strict=True):
            assert item.identifier in (" ".join(name.split()), name) or isinstance(item, Rejected), place
        codes = Counter(item.code for item in found if isinstance(item, Rejected))
        if codes:
            rejected[place] = dict(codes)
        number, records = number + 1, records + len(found)
    print(f"{number} answers, {records} records")
    assert rejected == REJECTED
    assert number >= 385
    assert records >= 12_526


def test_every_damaged_answer_is_judged(shared: Path) -> None:
    judged: dict[str, tuple[int, dict[str, int]] | str] = {}
    for place, body in answers(shared / "real"):
        if names(body) is not None:
            continue
        try:
            reading, found = _read(body)
        except SourceError as error:
            judged[place] = error.code
            continue
        assert not any(isinstance(item, Rejected) for item in found), place
        judged[place] = (len(found), reading.repairs)
    assert judged == DAMAGED


@pytest.mark.slow
def test_the_big_collection_is_read_whole(shared: Path) -> None:
    records = pages = 0
    distinct: set[str] = set()
    for place, body in big(shared / "real"):
        expected = names(body)
        assert expected is not None, place
        reading, found = _read(body)
        assert [item.identifier for item in found] == expected, place
        assert all(isinstance(item, RawRecord) for item in found), place
        assert reading.repairs == {}, place
        records, pages = records + len(found), pages + 1
        distinct.update(expected)
    print(f"{pages} pages, {records} records, {len(distinct)} identifiers")
    assert pages == 1_340
    assert records > 106_000
