"""What a server says of itself and of its records, where no server is right to say it."""

from __future__ import annotations

import socket
import sqlite3
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
import zstandard
from lxml import etree

from harvester import Store, Wish, stamp
from harvester.connectors.oai.singles import SAID_BYTES
from harvester.judge import Expect
from harvester.page.envelope import local_name
from harvester.store import schema
from harvester.web import WIRES, Manners, Web
from tests.harvester.lists import Lists, visit
from tests.harvester.walking import Answer, Build, entries

FULL = Wish(full=True)


@pytest.mark.parametrize("said", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_clock_at_either_end_of_all_time_ends_no_night(build: Build, said: str) -> None:
    place = build(12)

    def fault(body: bytes, _: dict[str, str]) -> Answer:
        begin = body.index(b"<responseDate>") + len(b"<responseDate>")
        return Answer(body[:begin] + said.encode() + body[body.index(b"</responseDate>") :])

    place.repository.fault = fault
    for _ in range(3):
        assert place.visit().outcome is not None
        place.night()
    assert place.live == place.truth


@pytest.mark.parametrize("by", [timedelta(days=2), -timedelta(days=30)])
def test_there_is_no_moment_before_the_first_and_none_after_the_last(by: timedelta) -> None:
    for said in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert stamp.normalised(stamp.earlier(said, by)) is not None


def test_a_header_date_without_a_zone_is_universal_time() -> None:
    assert stamp.of_header("Fri, 20 Nov 2026 19:00:00 -0000") == "2026-11-20T19:00:00Z"


@pytest.mark.parametrize("said", ["", "<ListSets/>", "<Identify><granularity>x</granularity><raw>1</raw></Identify>"])
def test_an_answer_to_identify_that_is_none_is_named(build: Build, said: str) -> None:
    place = build(3)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] != "Identify":
            return Answer(body)
        begin, end = body.index(b"<Identify>"), body.index(b"</Identify>") + len(b"</Identify>")
        return Answer(body[:begin] + said.encode() + body[end:])

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.code) == ("failed", "structure")


def test_of_a_page_that_shows_very_many_held_records_all_are_found(store: Store) -> None:
    """SQLite as most systems have it takes 32,766 values in a question."""
    if store.database.engine.dialect.name == "sqlite":

        @sa.event.listens_for(store.database.engine, "connect")
        def limit(connection: sqlite3.Connection, _: object) -> None:
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)

        store.database.engine.dispose()
    names = [f"a:{number}" for number in range(70_000)]
    assert visit(store, Lists([(name, "một") for name in names], page=70_000)).ledger.new == 70_000
    said = [("a:0", "hai"), *((name, "một") for name in names[1:])]
    result = visit(store, Lists(said, day=2, page=35_000), FULL)
    assert (result.ledger.changed, result.ledger.unchanged) == (1, 69_999)


def test_names_of_elements_are_not_remembered() -> None:
    """An answer of 150 kB in a namespace of 100 kB kept half a gigabyte."""

    def read(number: int) -> None:
        said = b"<a xmlns='urn:" + b"x" * 100_000 + b"%d'/>" % number
        assert local_name(etree.fromstring(said)) == "a"

    read(0)
    tracemalloc.start()
    try:
        for number in range(1, 20):
            read(number)
        assert tracemalloc.get_traced_memory()[0] < 50_000, "less than one of these names"
    finally:
        tracemalloc.stop()


def test_a_sweep_counts_no_withdrawn_record_as_there(build: Build) -> None:
    place = build(100, deleted_record="persistent")
    expect = Expect(at_least=50, may_lose="100%")
    assert place.visit(FULL, expect=expect).verdict == "published"
    place.delete(*sorted(place.live)[:80])
    place.night()
    assert place.visit(FULL, expect=expect).facts["live"] == 20
    place.night()
    swept = place.visit(Wish(sweep=True), expect=expect)
    assert place.asked("ListIdentifiers")
    assert (swept.facts["live"], swept.code) == (20, "fewer_than_expected")
    assert swept.ledger.balances()


def test_of_what_a_server_says_instead_of_a_record_the_beginning_is_kept(build: Build) -> None:
    """Up to five hundred of such answers wait together for the disk."""
    place = build(8)
    assert place.visit(FULL).ledger.new == 8
    place.repository.replace(entries(20)[8:])

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] != "GetRecord":
            return Answer(body)
        record = body[body.index(b"<record>") : body.index(b"</record>") + len(b"</record>")]
        other = record.replace(b"</identifier>", b"-khac</identifier>", 1)
        filled = b"".join(b"<about><x>%s</x></about>" % (b"x" * 100_000) for _ in range(5))
        return Answer(body.replace(record, record + other.replace(b"</metadata>", b"</metadata>" + filled)))

    place.repository.fault = fault
    place.night()
    result = place.visit(Wish(sweep=True))
    assert set(place.rejected(result).values()) == {"not_given"}
    with place.store.database.reading() as connection:
        bodies = [row[0] for row in connection.execute(sa.select(schema.rejected.c.body))]
    kept = [len(zstandard.ZstdDecompressor().decompress(body)) for body in bodies]
    assert len(kept) == result.ledger.rejected == 12
    assert set(kept) == {SAID_BYTES}


@contextmanager
def redirecting(count: int) -> Iterator[list[int]]:
    """Listen at many ports; each answers five times with the address of another one, then with an answer."""
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in listening]
    asked = [0]

    def talk(connection: socket.socket) -> None:
        with connection:
            while connection.recv(65_536):
                asked[0] += 1
                where = (
                    f"302 F\r\nLocation: http://127.0.0.1:{ports[asked[0] % count]}/oai\r\nContent-Length: 0\r\n\r\n"
                )
                answer = "200 OK\r\nContent-Length: 10\r\n\r\n<OAI-PMH/>" if asked[0] % 6 == 0 else where
                connection.sendall(f"HTTP/1.1 {answer}".encode())

    def listen(each: socket.socket) -> None:
        while True:
            try:
                connection, _ = each.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    for each in listening:
        threading.Thread(target=listen, args=(each,), daemon=True).start()
    try:
        yield ports
    finally:
        for each in listening:
            each.close()


def test_redirects_to_ever_other_ports_leave_few_connections_open() -> None:
    with redirecting(40) as ports:
        url = f"http://127.0.0.1:{ports[0]}/oai"
        manners = Manners(timeout=20, patience=5, pause=0, max_page=1 << 20, url=url)
        web = Web(manners, environ={"KHO_ALLOW_LOOPBACK": "1"})
        for number in range(10):
            assert bytes(web.get(url, {"resumptionToken": str(number)}).content) == b"<OAI-PMH/>"
            assert len(web._wires) <= WIRES
        web.close()
