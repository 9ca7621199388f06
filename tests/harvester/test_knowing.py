"""Reading ahead says of every page what looking each record up would say."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from harvester import Store
from harvester.store import schema
from harvester.store.knowing import AHEAD, Knowing

SEED = 20261126
COUNT = 3 * AHEAD


def _marks(count: int, salt: int) -> list[bytes]:
    return [number.to_bytes(15, "big") + bytes((salt,)) for number in range(count)]


@pytest.fixture
def marks(store: Store) -> list[bytes]:
    """Two sources, their records by turns; every tenth of the first one is withdrawn, two have the same bytes."""
    first, second = _marks(COUNT, 1), _marks(COUNT, 2)
    first[7] = first[3]
    sources = [{"id": number, "name": f"nguon-{number}", "first_id": f"nguon-{number}"} for number in (1, 2)]
    common = {"key_number": 0, "content": b"c", "since": 0, "first_visit": 1, "last_visit": 1, "datestamp": ""}
    records = [
        {**common, "source": source, "identifier": f"{place}", "fingerprint": mark,
         "presence": schema.WITHDRAWN if source == 1 and place % 10 == 0 else schema.PRESENT}
        for place, pair in enumerate(zip(first, second, strict=True))
        for source, mark in enumerate(pair, 1)
    ]  # fmt: skip

    def job(connection: sa.Connection) -> None:
        connection.execute(schema.source.insert(), sources)
        connection.execute(schema.record.insert(), records)

    store.database.write(job)
    return first


def _truth(store: Store) -> dict[bytes, set[int]]:
    table, found = schema.record, dict[bytes, set[int]]()
    question = sa.select(table.c.fingerprint, table.c.id).where(table.c.source == 1, table.c.presence == schema.PRESENT)
    with store.database.reading() as connection:
        for mark, number in connection.execute(question):
            found.setdefault(bytes(mark), set()).add(number)
    return found


def _pairs(page: Sequence[bytes], known: Sequence[int | None]) -> list[tuple[bytes, int | None]]:
    return list(zip(page, known, strict=True))


@pytest.mark.parametrize("order", ["as it came", "shuffled", "the end first", "with gaps and new ones"])
def test_what_is_held_is_known_in_any_order(store: Store, marks: list[bytes], order: str) -> None:
    """Pages of every size; the seed is 20261126."""
    chance, truth = random.Random(SEED), _truth(store)
    asked = list(marks)
    if order == "shuffled":
        chance.shuffle(asked)
    elif order == "the end first":
        asked = asked[COUNT // 2 :] + asked[: COUNT // 2]
    elif order == "with gaps and new ones":
        asked = [mark if chance.random() < 0.7 else chance.randbytes(16) for mark in asked if chance.random() < 0.9]
    knowing, place = Knowing(store.database, 1), 0
    while place < len(asked):
        page = asked[place : place + chance.choice((1, 7, 100, 700))]
        place += len(page)
        known = knowing.numbers(page)
        assert all((number in truth[mark]) if mark in truth else number is None for mark, number in _pairs(page, known))


@pytest.fixture
def alone(store: Store) -> list[bytes]:
    """One source whose numbers have no gap; the bytes of two of its records were erased."""
    held = _marks(COUNT, 3)
    source = {"id": 1, "name": "nguon-1", "first_id": "nguon-1"}
    common = {"source": 1, "key_number": 0, "content": b"c", "since": 0, "first_visit": 1, "last_visit": 1}
    records = [
        {**common, "identifier": f"{place}", "presence": schema.PRESENT, "datestamp": "",
         "fingerprint": b"" if place in (AHEAD // 2, AHEAD + 9) else mark}
        for place, mark in enumerate(held)
    ]  # fmt: skip

    def job(connection: sa.Connection) -> None:
        connection.execute(schema.source.insert(), [source])
        connection.execute(schema.record.insert(), records)

    store.database.write(job)
    return held


def test_a_list_in_its_order_is_read_ahead_and_seldom_asked_for(store: Store, alone: list[bytes]) -> None:
    """What was erased is not held, and moves no number; page by page the store is asked a few times in all."""
    truth, asked = _truth(store), list[str]()
    sa.event.listen(store.database.engine, "begin", lambda connection: asked.append("?"))
    knowing = Knowing(store.database, 1)
    for start in range(0, COUNT, 50):
        page = alone[start : start + 50]
        known = knowing.numbers(page)
        assert all(truth.get(mark) == (None if number is None else {number}) for mark, number in _pairs(page, known))
    assert len(asked) <= 8  # the first page, three readings ahead, two pages with an erased record, and some to spare


def test_nothing_is_known_of_nothing(store: Store) -> None:
    """An empty page asks nothing."""
    assert list(Knowing(store.database, 1).numbers([])) == []
