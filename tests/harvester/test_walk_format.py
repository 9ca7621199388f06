"""Rule P2: a visit that changes the format of its source asks for everything, and is a full one in every respect."""

from __future__ import annotations

import sqlalchemy as sa

from harvester import forget_source, learn_of_source
from harvester.store import schema
from harvester.visit import Result
from tests.harvester.test_walk_protocol import BOTH, prefixes, refusing
from tests.harvester.walking import NAME, Build, Place


def stored(place: Place, result: Result) -> tuple[str, str | None]:
    """Mode and beginning of a visit in the store: there ``kho visits show`` and ``kho status`` read them."""
    columns = (schema.visit.c.mode, schema.visit.c.since)
    with place.store.database.reading() as connection:
        mode, since = connection.execute(sa.select(*columns).where(schema.visit.c.id == result.visit)).one()
    return mode, since


def test_P2_a_visit_in_another_format_is_full_and_sees_what_is_absent(build: Build) -> None:
    place = build()
    place.visit()
    place.repository.formats = BOTH
    place.night()
    place.remove("7")
    stopped = place.visit(pages=2)
    assert (stopped.outcome, stored(place, stopped)) == (None, ("full", None)), "it is resumed as a full one"
    result = place.visit()
    assert (result.visit, stored(place, result)) == (stopped.visit, ("full", None))
    assert (result.verdict, result.code) == ("published", "reformatted"), "44 other texts are no mass change"
    assert (result.ledger.changed, result.ledger.missing, place.held["7"]) == (44, 1, "missing")
    place.night()
    assert stored(place, place.visit())[0] == "incremental"


def test_P2_a_visit_whose_format_is_refused_on_the_way_is_full(build: Build) -> None:
    place = build(formats=BOTH)
    place.visit()
    place.repository.fault = refusing("lom")
    place.night()
    place.remove("7")
    result = place.visit()
    assert prefixes(place) == ["lom", "oai_dc"]
    assert (stored(place, result), result.ledger.missing) == (("full", None), 1)
    assert (result.verdict, result.code) == ("published", "reformatted")


def test_P2_a_change_of_format_is_seen_after_the_server_was_forgotten(build: Build) -> None:
    """Else only what was edited would come in the new format, and the rest stay in the old one for ever."""
    place = build()
    place.visit()
    learn_of_source(place.store, NAME, encoding="TCVN3", dates="none")
    forget_source(place.store, NAME)
    assert place.learned == {"format": "oai_dc", "prefix": "oai_dc", "encoding": "TCVN3"}, "said of the records"
    place.repository.formats = BOTH
    place.night()
    place.edit("3", "Đề mới")
    result = place.visit()
    assert (stored(place, result), result.code) == (("full", None), "reformatted")
    assert {change.raw.format for change in place.store.log.every_record(NAME) if change.raw} == {"lom"}
