"""Take-downs: hidden everywhere and for ever, whatever is harvested, rebuilt, restored or lost; erased where asked."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
import zstandard

from demo.town import Town
from harvester import Store, StoreError, TakeDown, Wish, open_store
from harvester.record import Kept
from harvester.store import kept, schema, suppression_file, suppressions, visits
from harvester.store.erasing import DONE
from harvester.store.suppression_file import Entry
from tests.conftest import Clock
from tests.harvester.test_visit import visit

NAME = "tieu-hoc-kim-dong"
IDENTIFIER = "oai:thkimdong.example:100"
OTHER = "oai:thkimdong.example:101"


def down(identifier: str | None = IDENTIFIER, *, erased: bool = False, source: str = NAME) -> TakeDown:
    return TakeDown(source=source, identifier=identifier, reason="phụ huynh yêu cầu", at=1_790_000_000, erased=erased)


def hidden(store: Store) -> set[str]:
    return {
        change.identifier
        for name in store.log.sources()
        for change in store.log.every_record(name)
        if change.suppressed
    }


def payload(store: Store, identifier: str = IDENTIFIER) -> bytes:
    """The packed body of a record as it stands in the store."""
    record, table = schema.record, schema.payload
    question = sa.select(table.c.body).join(record, record.c.payload == table.c.id)
    with store.database.reading() as connection:
        return bytes(connection.scalars(question.where(record.c.identifier == identifier)).one())


# --- hidden -----------------------------------------------------------------------------------------------------------


def test_a_record_that_is_taken_down_is_told_to_every_index_and_shown_by_nothing(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    before = store.log.identity()[2]
    assert store.hits(down()) == 1
    store.take_down(down())
    told = store.log.changes(before, 10)
    assert [(each.identifier, each.suppressed, each.presence, each.raw) for each in told] == [
        (IDENTIFIER, True, "present", None)
    ]
    assert hidden(store) == {IDENTIFIER}
    change = store.log.record_of(NAME, IDENTIFIER)
    assert change is not None
    assert (change.suppressed, change.raw) == (True, None)
    assert all(each.raw is None for each in store.log.changes(0, 1000) if each.identifier == IDENTIFIER)
    store.take_down(down())
    assert len(store.log.changes(before, 10)) == 1, "the same take-down twice is one"


def test_it_stays_hidden_through_every_later_harvest(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    store.take_down(down())
    town.edit(NAME, IDENTIFIER, title="Nhan đề khác hẳn")
    town.next_night()
    assert visit(store, town, NAME).ledger.changed >= 1
    town.delete(NAME, IDENTIFIER)
    town.next_night()
    visit(store, town, NAME)
    entry = town.truth(NAME)[IDENTIFIER]
    again = replace(entry, deleted=False, elements=town.truth(NAME)[OTHER].elements)
    town.repositories[NAME].replace([again])
    town.next_night()
    visit(store, town, NAME, Wish(full=True))
    change = store.log.record_of(NAME, IDENTIFIER)
    assert change is not None
    assert (change.presence, change.suppressed, change.raw) == ("present", True, None)


def test_a_record_that_has_not_come_yet_is_hidden_when_it_comes(store: Store, town: Town) -> None:
    store.take_down(down())
    visit(store, town, NAME)
    assert hidden(store) == {IDENTIFIER}


def test_a_source_is_hidden_whole_and_shown_again(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    visit(store, town, "thpt-hong-duc")
    before = store.log.identity()[2]
    store.take_down(down(None))
    assert len(hidden(store)) == 400
    assert len(store.log.changes(before, 1000)) == 400
    town.next_night()
    visit(store, town, NAME)
    assert len(hidden(store)) == store.log.counts()[NAME]["present"] + store.log.counts()[NAME]["withdrawn"]
    before = store.log.identity()[2]
    store.show_again(down(None))
    assert hidden(store) == set()
    told = store.log.changes(before, 1000)
    assert len(told) == store.log.counts()[NAME]["present"]
    assert all(change.raw is not None for change in told)


def test_a_content_is_hidden_from_wherever_it_comes(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    change = store.log.record_of(NAME, IDENTIFIER)
    assert change is not None
    store.take_down(TakeDown(content=change.content, reason="vi phạm bản quyền", at=1))
    assert hidden(store) == {IDENTIFIER}
    copied = town.truth(NAME)[IDENTIFIER]
    town.repositories[NAME].replace(
        [replace(copied, identifier="oai:thkimdong.example:ban-sao", datestamp=town.repositories[NAME].clock)]
    )
    town.next_night()
    visit(store, town, NAME)
    assert hidden(store) == {IDENTIFIER, "oai:thkimdong.example:ban-sao"}
    town.edit(NAME, IDENTIFIER, title="Bản đã sửa, không còn vi phạm")
    town.next_night()
    visit(store, town, NAME)
    assert hidden(store) == {"oai:thkimdong.example:ban-sao"}, "another content is not what was taken down"


def test_the_counts_and_the_chain_of_changes_are_untouched(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    counts = store.log.counts()
    store.take_down(down())
    store.show_again(down())
    assert store.log.counts() == counts
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(schema.change).order_by(schema.change.c.sequence)).all()[-2:]
    assert [(row.before, row.was, row.presence) for row in rows] == [(rows[0].after, 0, 0)] * 2


def test_many_take_downs_are_read_once_and_not_at_every_reading(sqlite_store: Store, town: Town) -> None:
    visit(sqlite_store, town, NAME)
    rows = [{"source": NAME, "identifier": f"x{number}", "reason": "r", "at": 1} for number in range(50_000)]
    sqlite_store.database.write(lambda c: c.execute(schema.suppression.insert(), rows) and None)
    sqlite_store.take_down(down())
    statements: list[str] = []
    sa.event.listen(
        sqlite_store.database.engine, "after_cursor_execute", lambda c, u, statement, *_: statements.append(statement)
    )
    for _ in range(3):
        assert sqlite_store.log.record_of(NAME, IDENTIFIER).suppressed  # type: ignore[union-attr]
    assert sum("FROM suppression" in each for each in statements) == 1


@pytest.mark.parametrize("kind", ["record", "source", "content"])
def test_what_is_kept_of_visits_shows_nothing_of_it(store: Store, town: Town, kind: str) -> None:
    """Rejected records, pages kept whole, and what waits for an answer."""
    visit(store, town, NAME)
    change = store.log.record_of(NAME, IDENTIFIER)
    assert change is not None
    running = visits.begin(store.database, visits.claim(store.database, 1), "full", None)
    page = b"<OAI-PMH><record><header><identifier>%s</identifier></header>b\xc3\xad m\xe1\xba\xadt"
    table = schema.rejected
    for number, identifier in enumerate((IDENTIFIER, OTHER, None)):
        body = page % (identifier or IDENTIFIER).encode()
        asked = f"http://a.example/?verb=GetRecord&identifier={quote(identifier or IDENTIFIER, safe='')}"
        kept.keep(store.database, running, Kept("malformed", asked, body))
        row = {"visit": running.id, "number": number, "identifier": identifier, "code": "no_metadata"}
        values = {**row, "body": zstandard.compress(body)}
        store.database.write(lambda c, values=values: c.execute(table.insert().values(values)) and None)
        if identifier:
            marks = {"content": b"", "fingerprint": b"", "key_number": 1, "deleted": 0}
            staged = {"visit": running.id, "identifier": identifier, **marks}
            store.database.write(lambda c, staged=staged: c.execute(schema.staged.insert().values(staged)) and None)
    look = store.inspection
    assert [bool(each.body) for each in look.kept(running.id)] == [True] * 3
    assert look.waiting(running.id).examples == {"additions": [IDENTIFIER, OTHER]}
    target = {"record": down(), "source": down(None), "content": TakeDown(content=change.content, reason="x", at=1)}
    store.take_down(target[kind])
    hides_other = kind == "source"
    assert [bool(each.body) for each in look.kept(running.id)] == [False, not hides_other, False]
    assert ["identifier=" in each.place for each in look.kept(running.id)] == [False, not hides_other, False]
    shown = [(each.identifier, bool(each.body)) for each in look.rejected(running.id)]
    assert shown == [(None, False), (None, False) if hides_other else (OTHER, True), (None, False)]
    waiting = look.waiting(running.id)
    assert (waiting.additions, waiting.examples) == (2, {"additions": [] if hides_other else [OTHER]})


# --- written down -----------------------------------------------------------------------------------------------------


def test_a_store_made_anew_applies_what_is_written_down_before_anything_is_read(
    store_url: str, tmp_path: Path, town: Town
) -> None:
    file = tmp_path / "suppressions.csv"
    suppression_file.append(file, [Entry("add", down()), Entry("add", down(OTHER)), Entry("remove", down(OTHER))])
    store = open_store(store_url, take_downs=file)
    visit(store, town, NAME)
    assert hidden(store) == {IDENTIFIER}
    assert store.take_downs() == [down()]
    store.close()


def test_an_older_copy_of_the_store_cannot_bring_it_back(tmp_path: Path, town: Town, clock: Clock) -> None:
    file, url = tmp_path / "suppressions.csv", f"sqlite:///{tmp_path}/kho.db"
    store = open_store(url, clock=clock, take_downs=file)
    visit(store, town, NAME)
    store.close()
    shutil.copy(tmp_path / "kho.db", tmp_path / "older.db")
    store = open_store(url, clock=clock, take_downs=file)
    store.take_down(down())
    store.take_down(down(OTHER))
    store.show_again(down(OTHER))
    last = store.log.identity()[2]
    store.close()
    shutil.copy(tmp_path / "older.db", tmp_path / "kho.db")
    store = open_store(url, clock=clock, take_downs=file)
    assert hidden(store) == {IDENTIFIER}
    assert last > store.log.identity()[2] > 400, "told to the indexes"
    store.close()


def test_a_crash_between_the_file_and_the_store_is_made_good_at_the_next_opening(
    store_url: str, tmp_path: Path, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "suppressions.csv"
    store = open_store(store_url, take_downs=file)
    visit(store, town, NAME)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(suppressions, "_insert", die)
        with pytest.raises(KeyboardInterrupt):
            store.take_down(down())
    store.close()
    store = open_store(store_url, take_downs=file)
    assert hidden(store) == {IDENTIFIER}
    store.close()


def test_a_torn_last_line_is_left_out_and_cut_off_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "suppressions.csv"
    suppression_file.append(file, [Entry("add", down()), Entry("add", down(OTHER))])
    whole = file.read_bytes()
    start = whole.rstrip(b"\n").rfind(b"\n") + 1
    last = [down(), down(OTHER)]
    for cut in range(start, len(whole) + 1):
        file.write_bytes(whole[:cut])
        assert next(entry.down.target for entry in suppression_file.read(file).values()) == down().target
        suppression_file.append(file, [Entry("add", down("oai:moi"))])
        found = [entry.down.target for entry in suppression_file.read(file).values()]
        assert found in ([down().target, down("oai:moi").target], [each.target for each in (*last, down("oai:moi"))])
    assert len(found) == 3


@pytest.mark.parametrize("identifier", ['oai:a,"b"', "oai:a\nb", "oai:\\n", "oai:tiếng Việt", "=1+1", " a  b"])
def test_any_identifier_can_be_written_down(tmp_path: Path, identifier: str) -> None:
    file = tmp_path / "suppressions.csv"
    suppression_file.append(file, [Entry("erase", down(identifier, erased=True))])
    assert suppression_file.read(file) == {(NAME, identifier, None): Entry("erase", down(identifier, erased=True))}
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "line", ["2026-12-01T00:00:00Z,ad,a,b,,r", "2026-12-01,add,a,b,,r", "2026-12-01T00:00:00Z,add,,b,,r", "x;y;z"]
)
def test_a_list_that_cannot_be_understood_stops_everything(store_url: str, tmp_path: Path, line: str) -> None:
    file = tmp_path / "suppressions.csv"
    file.write_text(f"at,action,source,identifier,content,reason\n{line}\n")
    with pytest.raises(StoreError) as refused:
        open_store(store_url, take_downs=file)
    assert (refused.value.code, refused.value.exit_code) == ("suppressions_unreadable", 6)
    assert f"{file}:2" in refused.value.sentence()


def test_a_lost_list_is_written_again_from_the_store(sqlite_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "suppressions.csv"
    sqlite_store.take_down(down())
    suppressions.add(sqlite_store.database, down(OTHER), file)
    assert [entry.down for entry in suppression_file.read(file).values()] == [down(), down(OTHER)]


def test_a_list_that_cannot_be_written_takes_nothing_down(sqlite_store: Store, town: Town, tmp_path: Path) -> None:
    visit(sqlite_store, town, NAME)
    with pytest.raises(StoreError) as refused:
        suppressions.add(sqlite_store.database, down(), tmp_path / "nowhere" / "suppressions.csv")
    assert refused.value.code == "suppressions_unwritable"
    assert sqlite_store.take_downs() == []


# --- erased -----------------------------------------------------------------------------------------------------------


def files_holding(folder: Path, text: bytes) -> list[str]:
    return [str(file) for file in folder.rglob("*") if file.is_file() and text in file.read_bytes()]


def test_erased_bytes_are_in_no_file_of_the_store_and_the_hashes_stay(tmp_path: Path, town: Town, clock: Clock) -> None:
    store = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock)
    visit(store, town, NAME)
    first = payload(store)
    town.edit(NAME, IDENTIFIER, title="Nhan đề sửa lần hai")
    town.next_night()
    visit(store, town, NAME)
    second, other = payload(store), payload(store, OTHER)
    assert first != second
    assert files_holding(tmp_path, first[20:])
    hashes = sa.select(schema.payload.c.id, schema.payload.c.content, schema.payload.c.fingerprint)
    with store.database.reading() as connection:
        before = connection.execute(hashes).all()
    store.take_down(down(erased=True))
    assert payload(store) == b""
    for body in (first, second):  # the store is still open: its log too must be empty of it
        assert files_holding(tmp_path, body[20:]) == []
    assert files_holding(tmp_path, other[20:])
    with store.database.reading() as connection:
        assert connection.execute(hashes).all() == before
    assert hidden(store) == {IDENTIFIER}
    store.close()


def test_everything_that_ever_was_said_of_it_is_erased(store: Store, town: Town) -> None:
    """Bodies of a visit whose verdict was held, rejected records, and pages that were kept whole."""
    visit(store, town, NAME)
    staged = visits.begin(store.database, visits.claim(store.database, 1), "full", None)
    head = f"<record><header><identifier>{IDENTIFIER}</identifier></header>"
    body = f"{head}<metadata><a>ẩn</a></metadata></record>".encode()
    number = staged.id << 28
    row = {
        "id": number, "format": "oai_dc", "dictionary": 0, "context": store.bodies.context(b"<OAI-PMH><ListRecords>"),
        "datestamp": "", "sets": "", "content": b"c" * 16, "fingerprint": b"f" * 16,
        "body": store.bodies.pack_all([body], 0)[0],
    }  # fmt: skip
    like = {**row, "id": number + 1, "body": store.bodies.pack_all([body.replace(b":100<", b":1001<")], 0)[0]}
    bad = {
        "visit": staged.id,
        "number": 0,
        "identifier": IDENTIFIER,
        "code": "no_metadata",
        "body": store.bodies.pack_all([body], 0)[0],
    }
    store.database.write(lambda c: c.execute(schema.payload.insert(), [row, like]) and None)
    store.database.write(lambda c: c.execute(schema.rejected.insert(), [bad]) and None)
    kept.keep(store.database, staged, Kept("malformed", "http://a.example/", b"<OAI-PMH>" + body))
    kept.keep(
        store.database, staged, Kept("malformed", "http://a.example/", b"<OAI-PMH>" + body.replace(b":100<", b":99<"))
    )
    store.take_down(down(erased=True))
    with store.database.reading() as connection:
        bodies = dict(
            connection.execute(
                sa.select(schema.payload.c.id, schema.payload.c.body).where(schema.payload.c.id >= number)
            ).all()
        )
        pages = list(connection.scalars(sa.select(schema.kept.c.body).order_by(schema.kept.c.number)))
        rejected = connection.scalars(sa.select(schema.rejected.c.body)).one()
    assert bytes(bodies[number]) == b""
    assert zstandard.decompress(bodies[number + 1]).count(b":1001<") == 1, "another record is not touched"
    assert [zstandard.decompress(page)[:9] for page in pages] == [b"", b"<OAI-PMH>"]
    assert zstandard.decompress(rejected) == b""


def test_erased_records_are_not_kept_again_when_they_come_again(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    store.take_down(down(erased=True))
    town.edit(NAME, IDENTIFIER, title="Bản mới của điều đã xoá")
    town.next_night()
    result = visit(store, town, NAME)
    assert result.ledger.changed == 26
    assert payload(store) == b""
    assert payload(store, OTHER) != b""
    town.next_night()
    assert visit(store, town, NAME).verdict == "nothing"


def test_a_repaired_or_rejected_page_that_names_it_is_not_kept_either(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    store.take_down(down(erased=True))
    running = visits.begin(store.database, visits.claim(store.database, 1), "full", None)
    for identifier in (IDENTIFIER, OTHER):
        body = f"<OAI-PMH><record><identifier>{identifier}</identifier>".encode()
        kept.keep(store.database, running, Kept("malformed", "http://a.example/", body))
    with store.database.reading() as connection:
        lengths = [
            len(body) for body in connection.scalars(sa.select(schema.kept.c.body).order_by(schema.kept.c.number))
        ]
    assert lengths[0] < 20 < lengths[1]


def test_what_was_erased_is_fetched_again_when_it_may_be_shown_again(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    store.take_down(down(erased=True))
    store.show_again(down())
    change = store.log.record_of(NAME, IDENTIFIER)
    assert change is not None
    assert (change.suppressed, change.raw, change.presence) == (False, None, "present")
    result = visit(store, town, NAME)
    assert (result.ledger.fetched, result.ledger.changed) == (400, 1)
    change = store.log.record_of(NAME, IDENTIFIER)
    assert change is not None
    assert change.raw is not None
    assert b"oai:thkimdong.example:100" in change.raw.body


def test_an_erasure_that_was_cut_short_is_finished_at_the_next_opening(
    store_url: str, tmp_path: Path, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(store_url)
    visit(store, town, NAME)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(suppressions, "erase", die)
        with pytest.raises(KeyboardInterrupt):
            store.take_down(down(erased=True))
    assert payload(store) != b""
    store.close()
    store = open_store(store_url)
    assert payload(store) == b""
    with store.database.reading() as connection:
        assert connection.scalars(sa.select(schema.suppression.c.erased)).all() == [DONE]
    store.close()


def test_a_content_and_a_source_are_erased_whole(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    visit(store, town, "thpt-hong-duc")
    change = store.log.record_of(NAME, IDENTIFIER)
    assert change is not None
    store.take_down(TakeDown(content=change.content, reason="x", at=1, erased=True))
    assert (payload(store), payload(store, OTHER) == b"") == (b"", False)
    store.take_down(down(None, erased=True))
    with store.database.reading() as connection:
        sizes = connection.execute(
            sa.select(sa.func.length(schema.payload.c.body), sa.func.count()).group_by(sa.literal_column("1"))
        ).all()
    assert sum(row[1] for row in sizes if row[0] == 0) == 400
    assert sum(row[1] for row in sizes if row[0] > 0) == 240


def test_the_copy_before_an_upgrade_is_named(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/kho.db")
    (tmp_path / "kho.db.before-0001").write_bytes(b"x")
    (tmp_path / "other.db.before-0001").write_bytes(b"x")
    store.back_up(tmp_path / "sao.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "la.db")) as another:
        another.executescript("CREATE TABLE identity (store, epoch); INSERT INTO identity VALUES ('x', 1)")
    assert store.copies() == [f"{tmp_path}/kho.db.before-0001", f"{tmp_path}/sao.db"]
    store.close()
    sqlite3.connect(tmp_path / "kho.db").close()
