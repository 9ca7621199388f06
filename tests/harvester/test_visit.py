"""Visits to the town on both databases: what is fetched, kept, judged and published."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from demo.town import NIGHT, Institution, Town
from harvester import Store, Wish, key_of, open_store, retire_source
from harvester.messages import sentence
from harvester.record import Format, Ledger
from harvester.source import Source
from harvester.store import schema, visits
from harvester.store.sources import SourceRow, registered
from harvester.visit import Result, Visiting
from tests.conftest import Clock

FORMATS = (
    Format("lom", ("http://ltsc.ieee.org/xsd/LOM",), 20),
    Format("oai_dc", ("http://www.openarchives.org/OAI/2.0/oai_dc/",), 40),
)


def source(town: Town, name: str, **more: object) -> Source:
    stated = {"patience": 0, "timeout": 20, **more}
    return Source(id=name, name=name, url=town.urls[name], **stated)  # type: ignore[arg-type]


def visit(store: Store, town: Town, name: str, wish: Wish | None = None, **more: object) -> Result:
    return Visiting(store, FORMATS).visit(source(town, name, **more), wish)


def register(store: Store, name: str, was: str | None, url: str) -> SourceRow:
    """Make a source's row as its first visit does."""
    return store.database.write(lambda connection: registered(connection, store.database, name, was, url))


def held(store: Store, name: str) -> dict[str, str]:
    return {change.identifier: change.presence for change in store.log.every_record(name)}


def assert_equals_truth(store: Store, town: Town, name: str) -> None:
    live = {identifier for identifier, entry in town.truth(name).items() if not entry.deleted}
    shown = {identifier for identifier, presence in held(store, name).items() if presence == "present"}
    assert shown == live
    for change in store.log.every_record(name):
        if change.presence == "present":
            entry = town.truth(name)[change.identifier]
            assert change.raw is not None
            assert f"{entry.datestamp:%Y-%m-%d}" in change.raw.datestamp


@pytest.mark.parametrize("name", ["dai-hoc-song-lam", "so-gddt-song-da", "thpt-hong-duc", "tieu-hoc-kim-dong"])
def test_two_nights_and_a_quiet_one(store: Store, town: Town, name: str) -> None:
    each = town.institutions[name]
    first = visit(store, town, name)
    assert (first.outcome, first.verdict) == ("complete", "published")
    assert first.ledger == Ledger(declared=each.count, fetched=each.count, new=each.count)
    assert_equals_truth(store, town, name)
    town.next_night()
    second = visit(store, town, name)
    assert second.outcome == "complete"
    assert (second.ledger.new, second.ledger.changed, second.ledger.withdrawn) == (
        each.additions,
        each.edits,
        each.deletions,
    )
    assert_equals_truth(store, town, name)
    town.next_night()
    third = visit(store, town, name)
    assert (third.outcome, third.verdict) == ("complete", "nothing")
    assert third.ledger.fetched == third.ledger.unchanged
    assert store.log.counts()[name]["present"] == each.count + each.additions - each.deletions


def test_incremental_asks_from_the_watermark_minus_two_days_in_the_servers_granularity(
    sqlite_store: Store, town: Town
) -> None:
    for name, expected in (("dai-hoc-song-lam", "2026-11-18T19:00:00Z"), ("thpt-hong-duc", "2026-11-18")):
        visit(sqlite_store, town, name)
        town.repositories[name].requests.clear()
        visit(sqlite_store, town, name)
        asked = [request for request in town.repositories[name].requests if request["verb"] == "ListRecords"]
        assert asked[0]["from"] == expected


def test_the_best_format_is_chosen_by_its_namespace(sqlite_store: Store, town: Town) -> None:
    visit(sqlite_store, town, "so-gddt-song-da")
    assert next(sqlite_store.log.every_record("so-gddt-song-da")).raw.format == "lom"  # type: ignore[union-attr]
    visit(sqlite_store, town, "so-gddt-song-da", Wish(full=True), prefix="oai_dc")
    assert next(sqlite_store.log.every_record("so-gddt-song-da")).raw.format == "oai_dc"  # type: ignore[union-attr]


def test_equal_identifiers_of_two_sources_are_two_resources(sqlite_store: Store, town: Town) -> None:
    visit(sqlite_store, town, "dai-hoc-song-lam")
    visit(sqlite_store, town, "dai-hoc-ngan-hoi")
    one = sqlite_store.log.record_of("dai-hoc-song-lam", "oai:localhost:123456789/1")
    other = sqlite_store.log.record_of("dai-hoc-ngan-hoi", "oai:localhost:123456789/1")
    assert one is not None
    assert other is not None
    assert one.key != other.key
    assert one.key == key_of("dai-hoc-song-lam", one.identifier)
    assert sqlite_store.log.record(one.key) == one


def test_a_cut_page_is_not_accepted_and_the_rest_is(store: Store, town: Town) -> None:
    first = visit(store, town, "thcs-nguyen-khuyen")
    assert (first.outcome, first.verdict, first.code) == ("partial", "published", "malformed")
    assert first.ledger == Ledger(declared=320, fetched=100, new=100)
    town.next_night()
    second = visit(store, town, "thcs-nguyen-khuyen")
    assert (second.outcome, second.ledger.new, second.ledger.unchanged) == ("complete", 220, 100)
    assert_equals_truth(store, town, "thcs-nguyen-khuyen")


@pytest.mark.parametrize(
    ("fault", "outcome", "code", "fetched"),
    [
        ("maintenance", "failed", "maintenance", 0),
        ("loop", "partial", "loop", 200),
        ("broken", "partial", "status", 100),
        ("busy", "deferred", "deferred", 0),
        ("busy_later", "deferred", "deferred", 100),
        ("cut", "partial", "malformed", 100),
    ],
)
def test_faults_have_their_outcome(
    sqlite_store: Store, town: Town, fault: str, outcome: str, code: str, fetched: int
) -> None:
    name = "tieu-hoc-kim-dong"
    town.repositories[name].fault = fault
    result = visit(sqlite_store, town, name)
    assert (result.outcome, result.code) == (outcome, code)
    assert result.ledger.fetched == fetched
    assert len(town.repositories[name].requests) < 20
    for language in ("vi", "en"):
        assert "?" not in sentence(result.code, result.facts, language).replace("/request?", "")


def test_a_server_that_is_down_fails_and_changes_nothing(store: Store, town: Town) -> None:
    result = visit(store, town, "thpt-vung-cao")
    assert (result.outcome, result.verdict, result.code) == ("failed", None, "refused")
    assert store.log.identity()[2] == 0
    assert store.log.sources()["thpt-vung-cao"].watermark is None


def test_a_deferred_visit_goes_on_under_its_own_id(store: Store, town: Town, clock: Clock) -> None:
    name = "tieu-hoc-kim-dong"
    town.repositories[name].fault = "busy_later"
    first = visit(store, town, name)
    assert (first.outcome, first.ledger.fetched) == ("deferred", 100)
    town.repositories[name].fault = ""
    again = visit(store, town, name)
    assert again.outcome == "deferred", "nobody is asked before the time that the server named"
    clock.now = store.log.sources()[name].due_at + 1
    town.repositories[name].requests.clear()
    third = visit(store, town, name)
    assert (third.visit, third.outcome) == (first.visit, "complete")
    assert third.ledger == Ledger(declared=400, fetched=400, new=400)
    assert {request["verb"] for request in town.repositories[name].requests} == {"ListRecords"}
    assert_equals_truth(store, town, name)


def test_an_interrupted_visit_goes_on_from_its_checkpoint(store: Store, town: Town) -> None:
    name = "dai-hoc-song-lam"
    pages = 0

    def progress(*_: object) -> None:
        nonlocal pages
        pages += 1

    visiting = Visiting(store, FORMATS, stopping=lambda: 130 if pages == 3 else 0, progress=progress)
    first = visiting.visit(source(town, name))
    assert (first.outcome, first.code, first.ledger.fetched) == (None, "interrupted", 300)
    second = visit(store, town, name)
    assert (second.visit, second.outcome) == (first.visit, "complete")
    assert second.ledger == Ledger(declared=700, fetched=700, new=700)
    assert_equals_truth(store, town, name)


def test_an_expired_token_begins_the_list_again(store: Store, town: Town) -> None:
    name = "dai-hoc-ngan-hoi"
    seen = 0

    def progress(*_: object) -> None:
        nonlocal seen
        seen += 1

    Visiting(store, FORMATS, stopping=lambda: 130 if seen == 2 else 0, progress=progress).visit(source(town, name))
    town.repositories[name].page_size = 77
    table = schema.visit
    store.database.write(
        lambda connection: (
            connection.execute(
                table.update().values(checkpoint=b'{"prefix":"oai_dc","format":"oai_dc","token":"old","pages":2}')
            )
            and None
        )
    )
    result = visit(store, town, name)
    assert result.outcome == "complete"
    assert (result.ledger.new, result.ledger.repeated) == (500, 200)
    assert result.ledger.balances()


def test_limit_and_record_are_cut_on_purpose(store: Store, town: Town) -> None:
    name = "thpt-hong-duc"
    limited = visit(store, town, name, Wish(limit=130))
    assert (limited.outcome, limited.cut, limited.ledger.new) == ("partial", True, 130)
    one = visit(store, town, name, Wish(record="oai:thpthongduc.example:7"))
    assert (one.cut, one.ledger.fetched) == (True, 1)
    whole = visit(store, town, name)
    assert (whole.outcome, whole.ledger.fetched) == ("complete", 240)
    assert_equals_truth(store, town, name)


def test_a_full_list_of_nothing_is_held(store: Store, town: Town) -> None:
    name = "thpt-hong-duc"
    visit(store, town, name)
    before = store.log.identity()[2]
    town.repositories[name].entries.clear()
    town.repositories[name]._order = None
    result = visit(store, town, name, Wish(full=True))
    assert (result.outcome, result.verdict, result.code) == ("complete", "held", "empty_list")
    assert store.log.identity()[2] == before
    assert store.log.sources()[name].next_mode == "full"


def test_mass_removal_waits_and_additions_do_not(store: Store, town: Town) -> None:
    name = "tieu-hoc-kim-dong"
    visit(store, town, name)
    town.next_night()
    for number in range(100, 200):
        town.delete(name, f"oai:thkimdong.example:{number}")
    result = visit(store, town, name)
    assert (result.verdict, result.code) == ("additions", "many_withdrawn")
    assert result.ledger.withdrawn == 114
    counts = store.log.counts()[name]
    assert counts == {"present": 410, "missing": 0, "withdrawn": 0}
    assert store.log.sources()[name].watermark == "2026-11-20T19:00:00Z", "the question is open"
    again = visit(store, town, name)
    assert again.verdict == "additions"
    assert again.ledger.withdrawn == 114, "the next visit starts from the same watermark"


def test_absence_makes_missing_and_absence_on_a_later_day_withdraws(store: Store, town: Town) -> None:
    name = "thpt-hong-duc"
    visit(store, town, name)
    gone = [f"oai:thpthongduc.example:{number}" for number in (5, 6, 7)]
    kept = [town.repositories[name].entries.pop(identifier) for identifier in gone]
    town.repositories[name]._order = None
    first = visit(store, town, name, Wish(full=True))
    assert (first.verdict, first.ledger.missing, first.ledger.lapsed) == ("published", 3, 0)
    assert [held(store, name)[identifier] for identifier in gone] == ["missing"] * 3
    same_day = visit(store, town, name, Wish(full=True))
    assert (same_day.verdict, same_day.ledger.missing, same_day.ledger.lapsed) == ("nothing", 0, 0)
    town.repositories[name].clock += NIGHT
    town.repositories[name].replace(kept[:1])
    later = visit(store, town, name, Wish(full=True))
    assert (later.ledger.changed, later.ledger.lapsed) == (1, 2)
    assert [held(store, name)[identifier] for identifier in gone] == ["present", "withdrawn", "withdrawn"]
    town.repositories[name].replace(kept)
    back = visit(store, town, name, Wish(full=True))
    assert (back.ledger.changed, back.ledger.new) == (2, 0), "a record that comes back is changed"


def test_an_incremental_list_never_makes_anything_missing(sqlite_store: Store, town: Town) -> None:
    name = "thpt-hong-duc"
    visit(sqlite_store, town, name)
    town.repositories[name].entries.pop("oai:thpthongduc.example:9")
    town.repositories[name]._order = None
    result = visit(sqlite_store, town, name)
    assert (result.ledger.missing, result.verdict) == (0, "nothing")


def test_other_bytes_with_the_same_content_are_unchanged(store: Store, town: Town) -> None:
    name = "thpt-hong-duc"
    visit(store, town, name)
    before = store.log.identity()[2]
    repository = town.repositories[name]
    repository.replace(
        [msgspec_free_copy(entry, repository.clock - timedelta(hours=2)) for entry in list(repository.entries.values())]
    )
    result = visit(store, town, name)
    assert (result.ledger.fetched, result.ledger.unchanged, result.verdict) == (240, 240, "nothing")
    assert store.log.identity()[2] == before
    again = visit(store, town, name)
    assert again.ledger.unchanged == 240
    with store.database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.payload)) == 240


def msgspec_free_copy(entry: object, stamp: object) -> object:
    from dataclasses import replace

    return replace(entry, datestamp=stamp)  # type: ignore[type-var]


def test_a_changed_url_makes_the_next_visit_full(sqlite_store: Store, town: Town) -> None:
    name = "thpt-hong-duc"
    visit(sqlite_store, town, name)
    moved = msgspec.structs.replace(source(town, name), url=town.urls[name] + "?site=1")
    town.repositories[name].requests.clear()
    result = Visiting(sqlite_store, FORMATS).visit(moved)
    assert result.outcome == "failed", "this server knows no argument site"
    assert all("from" not in request for request in town.repositories[name].requests)
    assert held(sqlite_store, name)


def test_a_former_id_keeps_records_and_keys(sqlite_store: Store, town: Town) -> None:
    name = "thpt-hong-duc"
    visit(sqlite_store, town, name)
    keys = {change.key for change in sqlite_store.log.every_record(name)}
    renamed = msgspec.structs.replace(source(town, name), id="truong-hong-duc", was=name)
    result = Visiting(sqlite_store, FORMATS).visit(renamed)
    assert result.verdict == "nothing"
    assert {change.key for change in sqlite_store.log.every_record("truong-hong-duc")} == keys


def test_retiring_withdraws_everything_and_a_return_is_full(store: Store, town: Town) -> None:
    name = "thpt-hong-duc"
    visit(store, town, name)
    assert retire_source(store, name) == 240
    assert store.log.counts()[name] == {"present": 0, "missing": 0, "withdrawn": 240}
    back = visit(store, town, name)
    assert (back.ledger.changed, back.verdict) == (240, "published")


def test_a_source_that_is_visited_is_busy_and_a_dead_process_loses_its_lease(
    store: Store, town: Town, clock: Clock
) -> None:
    name = "thpt-hong-duc"
    row = register(store, name, None, town.urls[name])
    lease = visits.claim(store.database, row.id)
    assert visit(store, town, name).code == "busy"
    table = schema.source
    dead = visits.myself().replace('"pid": ', '"pid": 9')
    store.database.write(
        lambda connection: connection.execute(table.update().where(table.c.id == row.id).values(lease_by=dead)) and None
    )
    assert visit(store, town, name).outcome == "complete"
    assert lease.fence < visits.claim(store.database, row.id).fence


def test_a_lease_without_heartbeat_runs_out_after_two_minutes(store: Store, town: Town, clock: Clock) -> None:
    row = register(store, "thpt-hong-duc", None, town.urls["thpt-hong-duc"])
    lease = visits.claim(store.database, row.id)
    clock.now += 100
    visits.beat(store.database, [lease])
    clock.now += 100
    assert visit(store, town, "thpt-hong-duc").code == "busy"
    clock.now += 21
    assert visit(store, town, "thpt-hong-duc").outcome == "complete"


def test_whoever_lost_the_lease_writes_nothing(store: Store, town: Town) -> None:
    """A stalled process that wakes up: another visit has taken over while it waited for a page."""
    name = "dai-hoc-song-lam"
    taken = False

    def progress(*_: object) -> None:
        nonlocal taken
        if not taken:
            taken = True
            table = schema.source
            store.database.write(
                lambda connection: connection.execute(table.update().values(lease_until=0, lease_by="")) and None
            )
            assert visit(store, town, name).outcome == "complete"

    result = Visiting(store, FORMATS, progress=progress).visit(source(town, name))
    assert result.code == "lease_lost"
    assert_equals_truth(store, town, name)
    assert store.log.counts()[name]["present"] == 700


def test_a_first_visit_publishes_as_it_goes(store: Store) -> None:
    big = Institution("lon", "Trường Lớn", "truong", "40", "oai:lon.example:", "lon.example", 6_500)
    town = Town((big,))
    try:
        sequences: list[int] = []

        def progress(*_: object) -> None:
            sequences.append(store.log.identity()[2])

        result = Visiting(store, FORMATS, progress=progress).visit(source(town, "lon"))
        assert result.ledger == Ledger(declared=6_500, fetched=6_500, new=6_500)
        assert 5_000 in sequences
        assert store.log.identity()[2] == 6_500
        assert_equals_truth(store, town, "lon")
    finally:
        town.stop()


def test_reopening_changes_nothing(store_url: str, town: Town, clock: Clock) -> None:
    one = open_store(store_url, clock=clock)
    visit(one, town, "thpt-hong-duc")
    identity, changes = one.log.identity(), one.log.changes(0, 1000)
    one.close()
    two = open_store(store_url, clock=clock)
    assert two.log.identity() == identity
    assert two.log.changes(0, 1000) == changes
    two.close()
