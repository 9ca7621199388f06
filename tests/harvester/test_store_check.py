"""Check, replay and compact: every kind of damage is named, everything can be read again, nothing needed goes."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from demo.town import Town
from harvester import MESSAGES, Store, StoreError, TakeDown, open_store, sentence
from harvester.errors import Interrupted
from harvester.record import Kept
from harvester.store import kept, schema, suppression_file, visits
from harvester.store.database import Database
from harvester.store.erasing import ERASED_PAGE
from harvester.visit import Visiting
from tests.conftest import Clock
from tests.harvester.test_visit import FORMATS, assert_equals_truth, source, visit

NAME = "tieu-hoc-kim-dong"
SEED = 20_261_127


def write(store: Store, *statements: Any) -> None:
    for statement in statements:
        store.database.write(lambda connection, statement=statement: connection.execute(statement) and None)


def two_nights(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    visit(store, town, "thcs-nguyen-khuyen")  # a cut page: kept whole where it was rejected
    town.next_night()
    visit(store, town, NAME)
    visit(store, town, "thcs-nguyen-khuyen")


def test_a_store_that_nobody_damaged_has_no_faults(store: Store, town: Town, tmp_path: Path) -> None:
    two_nights(store, town)
    store.take_down(TakeDown(source=NAME, identifier="oai:thkimdong.example:100", reason="x", at=1, erased=True))
    store.take_down(TakeDown(source="thcs-nguyen-khuyen", reason="x", at=1))
    done = store.check()
    assert done.faults == []
    assert done.counts["payload"] == 400 + 35 + 320
    assert (done.counts["record"], done.counts["erased"]) == (410 + 320, 1)
    assert done.counts["change"] == 400 + 49 + 320 + 1 + 320
    store.show_again(TakeDown(source=NAME, identifier="oai:thkimdong.example:100", reason="x", at=1))
    assert store.check().faults == [], "erased, shown again, not fetched yet"


def test_a_store_in_the_middle_of_a_visit_has_no_faults(store: Store, town: Town) -> None:
    visit(store, town, NAME)
    town.next_night()
    town.repositories[NAME].page_size = 7
    pages: list[int] = []
    visiting = Visiting(
        store,
        FORMATS,
        stopping=lambda: 130 if len(pages) > 3 else 0,
        progress=lambda *_: pages.append(1),
    )
    result = visiting.visit(source(town, NAME))
    assert result.outcome is None
    assert store.check().faults == []


def flip(table: sa.Table, column: str, where: sa.ColumnElement[bool], place: int = 20) -> Callable[[Store], None]:
    def damage(store: Store) -> None:
        with store.database.reading() as connection:
            row = connection.execute(sa.select(table).where(where).limit(1)).one()
        value = bytearray(getattr(row, column))
        value[place % len(value)] ^= 0x10
        same = sa.and_(*(each == getattr(row, each.name) for each in table.primary_key.columns))
        write(store, table.update().where(same).values({column: bytes(value)}))

    return damage


def sets(table: sa.Table, where: sa.ColumnElement[bool], **values: Any) -> Callable[[Store], None]:
    return lambda store: write(store, table.update().where(where).values(values))


P, C, R, S = schema.payload, schema.change, schema.record, schema.source
FIRST = 1 << 28  # the first body of the first visit


def loses(table: sa.Table, where: sa.ColumnElement[bool]) -> Callable[[Store], None]:
    return lambda store: write(store, table.delete().where(where))


def lose_the_middle(store: Store) -> None:
    write(store, C.delete().where(C.c.sequence == middle_of_three(store)))


def pretend_an_erasure(store: Store) -> None:
    row = {"source": NAME, "identifier": "oai:thkimdong.example:90", "reason": "x", "at": 1, "erased": 2}
    write(store, schema.suppression.insert().values(row))


DICTIONARY = flip(schema.dictionary, "text", schema.dictionary.c.id > 0, 5000)
DAMAGE: dict[str, tuple[Callable[[Store], None], set[str]]] = {
    "a bit of a body": (flip(P, "body", P.c.id > 0), {"check_body", "check_unreadable"}),
    "a body cut": (sets(P, P.c.id == FIRST, body=b"(\xb5/\xfd"), {"check_unreadable"}),
    "a checksum": (flip(P, "fingerprint", P.c.id > 0, 3), {"check_body"}),
    "a content hash": (flip(P, "content", P.c.id == FIRST + 300, 3), {"check_content", "check_record"}),
    "the dictionary": (DICTIONARY, {"check_dictionary"}),
    "a context": (flip(schema.context, "text", schema.context.c.id == 1, 60), {"check_dictionary"}),
    "a lost body": (loses(P, P.c.id == FIRST + 300), {"check_record", "check_reference"}),
    "a lost change": (loses(C, C.c.sequence == 300), {"check_record"}),
    "a lost middle of the log": (lose_the_middle, {"check_chain"}),
    "a change of another presence": (sets(C, C.c.sequence == 300, presence=1), {"check_record"}),
    "a change that begins elsewhere": (sets(C, C.c.sequence == 300, before=FIRST), {"check_chain"}),
    "a record's presence": (sets(R, R.c.id == 300, presence=2), {"check_record", "check_counts"}),
    "a record's content": (flip(R, "content", R.c.id == 300), {"check_record"}),
    "a record's key": (sets(R, R.c.id == 300, key_number=5), {"check_record"}),
    "a record's body": (sets(R, R.c.id == 300, payload=FIRST), {"check_record"}),
    "a lost record": (loses(R, R.c.id == 300), {"check_record", "check_counts"}),
    "a source's counts": (sets(S, S.c.id == 1, present=S.c.present + 1), {"check_counts"}),
    "a kept page": (flip(schema.kept, "body", schema.kept.c.number == 0, 0), {"check_evidence"}),
    "an erased body that is there": (pretend_an_erasure, {"check_erased"}),
}


def middle_of_three(store: Store) -> int:
    """The middle change of a record that changed three times."""
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(C.c.record, C.c.sequence).order_by(C.c.record, C.c.sequence)).all()
    runs: dict[int, list[int]] = {}
    for number, sequence in rows:
        runs.setdefault(number, []).append(sequence)
    return next(run[1] for run in runs.values() if len(run) > 2)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after two nights and a third with edits, with a page that was kept."""
    file = tmp_path_factory.mktemp("sound") / "kho.db"
    town, clock = Town(), Clock()
    store = open_store(f"sqlite:///{file}", clock=clock)
    two_nights(store, town)
    for identifier in list(town.truth(NAME))[:3]:
        town.edit(NAME, identifier, title="Nhan đề sửa lần nữa")
    town.next_night()
    visit(store, town, NAME)
    running = visits.begin(store.database, visits.claim(store.database, 1), "full", None)
    kept.keep(store.database, running, Kept("malformed", "http://a.example/", b"<OAI-PMH>" * 20))
    store.close()
    town.stop()
    return file


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named(sound: Path, tmp_path: Path, kind: str, clock: Clock) -> None:
    copy = tmp_path / "kho.db"
    copy.write_bytes(sound.read_bytes())
    store = Store(Database(f"sqlite:///{copy}", clock))
    assert store.check().faults == []
    damage, expected = DAMAGE[kind]
    damage(store)
    found = store.check().faults
    assert found
    assert {each.code for each in found} <= expected
    assert len(found) <= 3, "what is whole is not accused"
    for each in found[:5]:
        assert each.code in MESSAGES
        assert "?" not in sentence(each.code, each.facts) + sentence(each.code, each.facts, "en")
    store.close()


def test_any_flipped_bit_of_any_body_is_found(sound: Path, tmp_path: Path, clock: Clock) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    copy = tmp_path / "kho.db"
    copy.write_bytes(sound.read_bytes())
    store = Store(Database(f"sqlite:///{copy}", clock))
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(P.c.id, P.c.body)).all()
    hit = {}
    for row in chance.sample(rows, 300):
        body = bytearray(row.body)
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        hit[row.id] = bytes(body)

    def damage(connection: sa.Connection) -> None:
        for number, body in hit.items():
            connection.execute(P.update().where(P.c.id == number).values(body=body))

    store.database.write(damage)
    found = {each.facts["payload"] for each in store.check().faults if "payload" in each.facts}
    # A bit of the frame's head that says nothing of the content (a reserved bit, a larger window) changes no byte.
    unharmed = hit.keys() - found
    for number in unharmed:
        row = next(each for each in rows if each.id == number)
        with store.database.reading() as connection:
            unpack = store.bodies.unpack
            assert unpack(connection, hit[number], 1) == unpack(connection, bytes(row.body), 1)
    assert found <= hit.keys()
    assert len(found) > 290
    store.close()


def test_pages_of_the_file_that_were_overwritten_are_named(sound: Path, tmp_path: Path, clock: Clock) -> None:
    content = bytearray(sound.read_bytes())
    with sqlite3.connect(sound) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'payload'").fetchone()[0]
    connection.close()
    content[(root - 1) * 4096 + 100 : root * 4096] = b"\xee" * 3996
    copy = tmp_path / "kho.db"
    copy.write_bytes(bytes(content))
    store = Store(Database(f"sqlite:///{copy}", clock))
    found = store.check()
    assert "check_file" in {each.code for each in found.faults}
    assert found.counts["source"] == 2, "the other parts are looked at all the same"
    store.close()


def test_a_take_down_that_is_not_written_down_is_named(sqlite_store: Store, tmp_path: Path) -> None:
    sqlite_store.take_down(TakeDown(source=NAME, reason="x", at=1))
    listed = Store(sqlite_store.database, tmp_path / suppression_file.NAME)
    assert [each.code for each in listed.check().faults] == ["check_unwritten"]


# --- replay -----------------------------------------------------------------------------------------------------------


def test_everything_can_be_read_again_and_is_the_same(store: Store, town: Town) -> None:
    two_nights(store, town)
    store.take_down(TakeDown(source=NAME, identifier="oai:thkimdong.example:100", reason="x", at=1, erased=True))
    done = store.replay([NAME, "thcs-nguyen-khuyen"])
    assert (done.read, done.erased, done.differences) == (410 + 320 - 1, 1, [])
    assert store.replay([NAME]).read == 409


SAMPLE = FIRST + 300  # of a record that was not edited later


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("datestamp", sets(P, P.c.id == SAMPLE, datestamp="2020-01-01")),
        ("sets", sets(P, P.c.id == SAMPLE, sets="khac")),
        ("content", flip(R, "content", R.c.payload == SAMPLE)),
        ("identifier", sets(R, R.c.payload == SAMPLE, identifier="oai:khac")),
        ("key_number", sets(R, R.c.payload == SAMPLE, key_number=1)),
        ("presence", sets(R, R.c.payload == SAMPLE, presence=1)),
        ("fingerprint", flip(P, "fingerprint", P.c.id == SAMPLE)),
        ("body", sets(P, P.c.id == SAMPLE, body=b"xyz")),
    ],
)
def test_what_reads_otherwise_is_listed(sound: Path, tmp_path: Path, clock: Clock, field: str, change: Any) -> None:
    copy = tmp_path / "kho.db"
    copy.write_bytes(sound.read_bytes())
    store = Store(Database(f"sqlite:///{copy}", clock))
    assert store.replay([NAME]).differences == []
    change(store)
    assert [each.field for each in store.replay([NAME]).differences] == [field]
    store.close()


def test_a_difference_of_what_was_taken_down_shows_nothing_of_it(sqlite_store: Store, town: Town) -> None:
    visit(sqlite_store, town, NAME)
    identifier = "oai:thkimdong.example:100"
    with sqlite_store.database.reading() as connection:
        number = connection.scalars(sa.select(R.c.payload).where(R.c.identifier == identifier)).one()
    write(sqlite_store, P.update().where(P.c.id == number).values(sets="bí mật"))
    sqlite_store.take_down(TakeDown(source=NAME, identifier=identifier, reason="x", at=1))
    differences = sqlite_store.replay([NAME]).differences
    assert len(differences) == 1
    assert "bí mật" not in str(differences)
    assert identifier not in str(differences)


# --- compact ----------------------------------------------------------------------------------------------------------


def test_old_evidence_and_leftovers_go_and_never_a_body(store: Store, town: Town, clock: Clock) -> None:
    visit(store, town, NAME)
    for _ in range(3):  # three visits with a page that was kept; the last one is open
        lease = visits.claim(store.database, 1)
        running = visits.begin(store.database, lease, "full", None)
        kept.keep(store.database, running, Kept("malformed", "http://a.example/", b"<a>" * 1000))
        bad = {"visit": running.id, "number": 0, "identifier": "oai:x", "code": "no_metadata", "body": ERASED_PAGE}
        left = {"visit": running.id, "record": 1, "presence": 1}
        write(store, schema.rejected.insert().values(bad), schema.absent.insert().values(left))
        write(store, schema.visit.update().where(schema.visit.c.id == running.id).values(state=2, ended=int(clock.now)))
        visits.release(store.database, lease)
        clock.now += 86_400
    write(store, schema.visit.update().where(schema.visit.c.id == running.id).values(open=1))
    before = store.check().counts
    done = store.compact(180)
    assert (done.kept, done.rejected, done.leftovers) == (0, 0, 2), "nothing is old; the open question keeps its own"
    clock.now += 181 * 86_400
    done = store.compact(180)
    assert (done.kept, done.rejected, done.leftovers) == (2, 2, 0)
    after = store.check()
    assert after.faults == []
    assert after.counts["payload"] == before["payload"]
    assert after.counts["kept"] == 1
    town.next_night()
    visit(store, town, NAME)
    assert_equals_truth(store, town, NAME)


def test_holes_are_given_back(tmp_path: Path, town: Town, clock: Clock) -> None:
    store = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock)
    visit(store, town, NAME)
    lease = visits.claim(store.database, 1)
    for number in range(20):
        running = visits.begin(store.database, lease, "full", None)
        page = random.Random(number).randbytes(100_000)
        kept.keep(store.database, running, Kept("malformed", "http://a.example/", page))
        write(store, schema.visit.update().where(schema.visit.c.id == running.id).values(state=2, ended=1))
    visits.release(store.database, lease)
    done = store.compact(1)
    assert done.kept == 19
    assert done.after < done.before - 1_000_000
    assert (tmp_path / "kho.db").stat().st_size == done.after
    store.close()


def test_without_room_nothing_is_compacted(sqlite_store: Store, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(StoreError) as low:
        sqlite_store.compact(1)
    assert low.value.code == "disk_low"


def test_an_interruption_is_no_fault(sqlite_store: Store) -> None:
    with pytest.raises(Interrupted):
        sqlite_store.check(lambda kind, number: (_ for _ in ()).throw(Interrupted()))
