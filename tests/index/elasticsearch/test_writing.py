"""What a real server does to writers: full queues, full disks, requests too large, records it cannot read."""

from __future__ import annotations

import threading

import elasticsearch
import msgspec
import pytest
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig

from index import IndexUnreachableError, LimitExceededError, Query
from index.engines.elasticsearch.bulk import Answer, Bulk, Item
from index.engines.elasticsearch.faults import (
    IndexClosedError,
    IndexFullError,
    IndexMismatchedError,
    IndexMisnamedError,
    naming,
)
from index.engines.elasticsearch.fields import LARGEST, fingerprint, lines, mapping
from index.query import Counts, Document, Place
from tests.index.elasticsearch.conftest import Waiting, opened
from tests.index.elasticsearch.node import Node
from tests.index.test_engine_contract import LIBRARY, PLACE, document, titles


def many(count: int, size: int = 100) -> list[Document]:
    return [document(number, f"Bài {number}", text="phân số " * (size // 8)) for number in range(1, count + 1)]


def at(sequence: int, epoch: int = 7) -> Place:
    return Place("store", epoch, sequence, f"k{sequence}", "ab")


# --- versions ---------------------------------------------------------------------------------------------------------


def test_what_comes_late_changes_nothing_and_what_is_mapped_again_does(server: Node) -> None:
    engine = opened(server)
    engine.adopt(engine.fresh())
    engine.write([document(5, "Bản mới")], at(5))
    older = msgspec.structs.replace(document(5, "Bản cũ"), sequence=4)
    assert engine.write([older], at(5)) == ()
    assert titles(engine.search(Query())) == ["Bản mới"]
    engine.write([document(5, "Ánh xạ lại")], at(5))  # the same change, mapped by other tables
    assert titles(engine.search(Query())) == ["Ánh xạ lại"]
    engine.write([document(5, "Kho khôi phục")], at(3, epoch=8))  # a restored store counts from lower numbers again
    restored = msgspec.structs.replace(document(5, "Sau khi khôi phục"), sequence=2)
    engine.write([restored], at(3, epoch=8))
    assert titles(engine.search(Query())) == ["Kho khôi phục"]


def test_a_tombstone_stands_against_what_comes_late(server: Node) -> None:
    engine = opened(server)
    engine.adopt(engine.fresh())
    engine.write([document(5, "Một")], at(5))
    gone = msgspec.structs.replace(document(5, "", status="withdrawn"), sequence=6)
    engine.write([gone], at(6))
    server.ask("PUT", f"/{engine._index()}/_settings", {"index.gc_deletes": "0s"})
    engine.write([document(5, "Một")], at(6))
    assert engine.counts() == Counts(0, 0, 0, 1)
    engine.drop([gone.key])
    engine.write([document(5, "Một")], at(6))  # forgotten, and still it does not return
    assert engine.counts() == Counts(0, 0, 0, 0)
    assert engine.held("") == {}


def test_an_old_writer_does_not_move_the_place_back(server: Node) -> None:
    engine = opened(server)
    engine.adopt(engine.fresh())
    engine.write([], at(9))
    engine.write([], at(5))
    assert engine.place() == at(9)


# --- a busy, a full, a locked cluster ---------------------------------------------------------------------------------


def test_a_full_queue_is_waited_for_and_nothing_is_lost(small_server: Node) -> None:
    """Four writers at a server that holds one request beside the one it works on."""
    first = opened(small_server, name="day")
    first.adopt(first.fresh())
    waits: list[float] = []
    failed: list[Exception] = []

    def work(part: int) -> None:
        engine = opened(small_server, name="day")
        waiting = Waiting(lambda attempt: _really(waiting, waits))
        engine._patience = waiting.patience()
        try:
            for start in range(0, 360, 60):
                numbers = range(part * 1_000 + start, part * 1_000 + start + 60)
                engine.write([document(number, f"Bài {number}") for number in numbers], at(1))
        except Exception as error:  # noqa: BLE001  # told in the main thread
            failed.append(error)

    for _ in range(20):  # until the queue was full
        threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if waits or failed:
            break
    assert failed == []
    assert first.counts().documents == 1_440
    assert waits, "the queue was never full: nothing was tried"


def _really(waiting: Waiting, waits: list[float]) -> None:
    waits.append(waiting.pauses[-1])
    threading.Event().wait(waits[-1] / 20)


def test_a_request_that_is_too_large_is_parted(small_server: Node) -> None:
    engine = opened(small_server)
    engine.adopt(engine.fresh())
    batch = many(60, size=80_000)  # 5 MB and more in one request, where 2 MB are taken
    assert engine.write(batch, at(60)) == ()
    assert engine.counts().documents == 60
    assert engine.place() == at(60)


def test_a_record_that_is_too_large_is_held_back_with_its_reason(server: Node) -> None:
    engine = opened(server)
    engine.adopt(engine.fresh())
    good, large = document(1, "Vừa"), document(2, "Quá lớn", text="a " * LARGEST)
    strange = msgspec.structs.replace(document(3, "Lạ"), text=(("title", "một\u2028hai", ""), ("text", "một", "")))
    refused = engine.write([good, large, strange], at(3))
    assert sorted(each.reason.split(":")[0] for each in refused) == ["too_large", "unfit_token"]
    assert engine.counts() == Counts(1, 2, 0, 0)
    assert set(engine.quarantined()) == {large.key, strange.key}
    assert engine.place() == at(3)


def test_one_record_that_the_server_cannot_read_stops_no_other(server: Node) -> None:
    engine = opened(server)
    engine.adopt(engine.fresh())
    engine.write([document(1, "Trước")], at(1))
    long = msgspec.structs.replace(document(2, "Dài"), title_order="x" * 40_000)  # above what a sort key may have
    refused = engine.write([long, document(3, "Sau")], at(3))
    assert [each.key for each in refused] == [long.key]
    assert sorted(titles(engine.search(Query()))) == ["Sau", "Trước"]
    reason = engine.quarantined()[long.key]
    assert "title_order" in reason
    assert "immense term" in reason
    assert "xxx" not in reason, "no piece of a record stands in a message"


def test_a_request_that_is_refused_whole_is_parted_until_one_record_stands_alone(server: Node) -> None:
    engine = opened(server)
    engine.adopt(engine.fresh())
    batch = many(40)
    bad = msgspec.structs.replace(batch[17], key="k" * 600)  # an _id has 512 bytes at the most
    bulk = engine._bulk()
    bulk.send(Item(each.key, lines(each, 7)) for each in [*batch[:17], bad, *batch[18:]])
    assert [each.key for each in bulk.refused] == [bad.key]
    assert bulk.taken == 39
    engine._written()
    assert engine.counts().documents == 39


def test_a_full_disk_is_waited_for_then_named_and_searching_goes_on(server: Node) -> None:
    waiting = Waiting()
    engine = opened(server, waiting)
    engine.adopt(engine.fresh())
    engine.write([document(1, "Trước")], at(1))
    index = engine._index()
    # What the server itself sets at its flood stage; the same block, the same answers.
    server.ask("PUT", f"/{index}/_settings", {"index.blocks.read_only_allow_delete": True})
    with pytest.raises(IndexFullError, match="disk usage exceeded flood-stage") as full:
        engine.write([document(2, "Sau")], at(2))
    assert "administrator" in full.value.sentence("en")
    assert sum(waiting.pauses) >= 120
    assert titles(engine.search(Query())) == ["Trước"]
    assert engine.place() == at(1)

    def room(attempt: int) -> None:
        if attempt == len(before) + 3:
            server.ask("PUT", f"/{index}/_settings", {"index.blocks.read_only_allow_delete": None})

    before = list(waiting.pauses)
    waiting.then = room
    engine.write([document(2, "Sau")], at(2))
    assert engine.place() == at(2)
    assert engine.counts().documents == 2


@pytest.mark.slow
def test_the_flood_stage_of_a_full_disk_is_the_block_that_we_wait_for(small_server: Node) -> None:
    """The server's own watch over its disks sets the block, and takes it away."""
    index = opened(small_server)
    index.adopt(index.fresh())
    small = {f"cluster.routing.allocation.disk.watermark.{name}": "1b" for name in ("low", "high", "flood_stage")}
    huge = dict.fromkeys(small, "100000tb")
    switch = "cluster.routing.allocation.disk.threshold_enabled"
    every = {"cluster.info.update.interval": "10s"}
    small_server.ask("PUT", "/_cluster/settings", {"persistent": {**huge, **every, switch: True}})
    seen: list[int] = []

    def released(attempt: int) -> None:
        seen.append(attempt)
        small_server.ask("PUT", "/_cluster/settings", {"persistent": {**small, switch: True}})
        threading.Event().wait(0.5)

    try:
        for number in range(1, 400):  # until the server has looked at its disks
            engine = opened(small_server, Waiting(released), name=index._connection.address.name)
            engine.write([document(number, "Bài")], at(number))
            if seen:
                break
            threading.Event().wait(0.1)
        assert seen
        assert engine.counts().documents == number
    finally:
        nothing = dict.fromkeys([*small, *every, switch])
        small_server.ask("PUT", "/_cluster/settings", {"persistent": nothing})


# --- what others do to an index ---------------------------------------------------------------------------------------


def test_a_closed_index_says_who_opens_it(server: Node) -> None:
    engine = opened(server)
    engine.adopt(engine.fresh())
    server.ask("POST", f"/{engine._index()}/_close")
    for attempt in (
        engine.readable,
        lambda: engine.search(Query()),
        lambda: engine.write([document(1, "Một")], at(1)),
        lambda: engine.get("k"),
    ):
        with pytest.raises(IndexClosedError):
            attempt()
    engine.adopt(engine.fresh())  # building anew helps
    assert engine.readable()


def test_a_deleted_index_is_built_anew(server: Node) -> None:
    engine = opened(server)
    engine.adopt(engine.fresh())
    engine.write(LIBRARY, PLACE)
    server.ask("DELETE", f"/{engine._index()}")
    for attempt in (
        lambda: engine.search(Query()),
        lambda: engine.write([document(1, "Một")], at(1)),
        lambda: engine.get("k"),
    ):
        with pytest.raises(IndexUnreachableError, match="no index yet"):
            attempt()
    assert not engine.readable()
    assert engine.place() == Place()
    assert engine.counts() == Counts(0, 0, 0, 0)


def test_an_index_of_others_of_this_name_is_not_touched(server: Node) -> None:
    engine = opened(server)
    name = engine._connection.address.name
    server.ask("PUT", f"/{name}")
    for attempt in (engine.readable, engine.fresh):
        with pytest.raises(IndexMisnamedError, match=name) as taken:
            attempt()
        assert "another" in taken.value.sentence("en")
    server.ask("DELETE", f"/{name}")
    server.ask("PUT", "/cua-nguoi-khac", {"aliases": {name: {}}})
    with pytest.raises(IndexMisnamedError, match="cua-nguoi-khac"):
        engine.readable()


@pytest.mark.parametrize("change", ["less", "other"])
def test_fields_that_are_not_ours_are_the_index_s_fault_and_no_record_s(server: Node, change: str) -> None:
    engine = opened(server)
    name, fields = engine._connection.address.name, mapping()
    if change == "less":
        del fields["properties"]["title_folded"]
    else:
        fields["properties"]["title_exact"] = {"type": "integer"}
    made = {"mappings": fields, "aliases": {name: {}}}
    server.ask("PUT", f"/{name}-{fingerprint()}-000001", made)
    with pytest.raises(IndexMismatchedError) as wrong:
        engine.write(many(30), at(30))
    assert wrong.value.next == "kho index rebuild"
    assert engine.place() == Place()


def test_an_unlucky_answer_is_never_taken_for_success() -> None:
    """Fewer verdicts than documents: whatever stands between us and the server, nothing counts as written."""
    bulk = Bulk("x", lambda body: Answer(200, items=[{"index": {"status": 201}}]), Waiting().patience())
    with pytest.raises(IndexUnreachableError, match="2 sent, 1 answered"):
        bulk.send([Item("a", b"a"), Item("b", b"b")])


def test_a_question_that_takes_too_long_is_a_limit_and_no_fault_of_the_cluster() -> None:
    """What a server of series 8 answered to a question with a microsecond to live; it is not asked a second time."""
    cause = {"type": "search_timeout_exception", "reason": "Time exceeded"}
    body = {"error": {"root_cause": [cause], "type": "search_phase_execution_exception", "reason": "all shards failed"}}
    meta = ApiResponseMeta(504, "1.1", HttpHeaders(), 0.1, NodeConfig("http", "127.0.0.1", 9200))
    with pytest.raises(LimitExceededError, match="seconds: at most 2"), naming("x"):
        raise elasticsearch.ApiError("search_phase_execution_exception", meta, body)
