"""TLS, a writer and a reader, on a real server: what each may, and what is said when something is wrong."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from index import Query
from index.engines.elasticsearch import ElasticsearchEngine
from index.engines.elasticsearch.address import CA_FILE, READING, WRITING, read_address
from index.engines.elasticsearch.connection import Connection
from index.engines.elasticsearch.faults import ClusterError, IndexForbiddenError, IndexUntrustedError
from index.query import IndexUnreachableError
from tests.index.elasticsearch.conftest import ADMINISTRATOR, OTHER, READER, WRITER, Locked, Waiting, password
from tests.index.elasticsearch.node import free_port
from tests.index.test_engine_contract import LIBRARY, PLACE


def engine(
    locked: Locked, name: str = "kho", scheme: str = "https", port: int = 0, **environ: str
) -> ElasticsearchEngine:
    assert locked.node is not None
    address = read_address(f"{scheme}://127.0.0.1:{port or locked.node.port}/{name}")
    settings = {CA_FILE: str(locked.ca_file), **environ}
    return ElasticsearchEngine(Connection(address, settings, write_seconds=10), patience=Waiting().patience())


def writer(user: str = WRITER, said: str = "") -> dict[str, str]:
    return {WRITING[1]: user, WRITING[2]: said or password(user)}


def reader(user: str = READER) -> dict[str, str]:
    return {READING[1]: user, READING[2]: password(user)}


def test_a_writer_writes_and_a_reader_reads_and_cannot_write(locked: Locked) -> None:
    writing = engine(locked, **writer())
    writing.adopt(writing.fresh())
    writing.write(LIBRARY, PLACE)
    writing.mark({"truong": "f1"})
    writing.adopt(writing.fresh())
    writing.write(LIBRARY, PLACE)
    writing.clean()
    reading = engine(locked, **reader())
    assert reading.readable()
    assert reading.search(Query("định luật")).total == 2
    assert reading.get(LIBRARY[0].key) is not None
    assert (reading.counts(), reading.held("")) == (writing.counts(), writing.held(""))
    assert reading.at(reading.generation()).search(Query("định luật")).total == 2
    assert [each.state for each in reading.generations()] == ["current", "kept"]
    assert all(each.begun for each in reading.generations())
    assert (reading.kept("words"), reading.marks(), reading.damaged()) == (None, {}, [])
    assert (reading.place(), reading.quarantined()) == (PLACE, writing.quarantined())
    with pytest.raises(IndexForbiddenError, match=WRITING[0]):
        reading.write(LIBRARY, PLACE)
    mistaken = engine(locked, **writer(READER))  # the reader's key where the writer's belongs
    with pytest.raises(IndexForbiddenError, match="unauthorized for user"):
        mistaken.write(LIBRARY, PLACE)
    both = engine(locked, **writer(), **reader())
    assert both.search(Query()).total == 6
    both.write(LIBRARY, PLACE)


def _with_wrong_password(locked: Locked) -> ElasticsearchEngine:
    return engine(locked, **writer(said="sai"))


def _with_a_wrong_key(locked: Locked) -> ElasticsearchEngine:
    return engine(locked, **{WRITING[0]: "c2FpOnNhaQ=="})


def _as_nobody(locked: Locked) -> ElasticsearchEngine:
    return engine(locked)


def _of_another_index(locked: Locked) -> ElasticsearchEngine:
    return engine(locked, name="phong-khac", **writer())


def _without_the_authority(locked: Locked) -> ElasticsearchEngine:
    return engine(locked, **{**writer(), CA_FILE: ""})


def _without_tls(locked: Locked) -> ElasticsearchEngine:
    return engine(locked, scheme="http", **writer())


def _where_nobody_is(locked: Locked) -> ElasticsearchEngine:
    return engine(locked, port=free_port(), **writer())


@pytest.mark.parametrize(
    ("made", "kind", "said"),
    [
        (_with_wrong_password, IndexForbiddenError, "wrong key or password"),
        (_with_a_wrong_key, IndexForbiddenError, "wrong key or password"),
        (_as_nobody, IndexForbiddenError, "wrong key or password"),
        (_of_another_index, IndexForbiddenError, "unauthorized"),
        (_without_the_authority, IndexUntrustedError, "self-signed|issuer"),
        (_without_tls, IndexUnreachableError, "."),
        (_where_nobody_is, IndexUnreachableError, "refused"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_is_wrong_is_said_with_who_must_act_and_no_secret(
    locked: Locked, made: Callable[[Locked], ElasticsearchEngine], kind: type[Exception], said: str
) -> None:
    broken = made(locked)
    attempts: list[Callable[[], object]] = [broken.fresh, lambda: broken.search(Query()), lambda: broken.get("k")]
    if made is not _of_another_index:  # what one may not see is told as if it were not there
        attempts += [broken.readable, broken.counts, lambda: broken.write(LIBRARY, PLACE)]
    for attempt in attempts:
        with pytest.raises(kind) as wrong:
            attempt()
        error = wrong.value
        assert isinstance(error, IndexUnreachableError)
        assert re.search(said, str(error)), str(error)
        assert error.next
        assert "mật-khẩu" not in error.sentence("vi") + error.sentence("en") + str(error)


def test_an_expired_certificate_is_named(locked: Locked) -> None:
    """The server takes a new certificate while it runs; then the good one again."""
    ask = lambda: engine(locked, **writer()).readable()  # noqa: E731  # a new connection each time
    try:
        locked.certify(expired=True)
        error = _told(ask, lambda error: error is not None)
        assert isinstance(error, IndexUntrustedError)
        assert "expired" in error.why
        assert "administrator" in error.sentence("en")
        with pytest.raises(IndexUntrustedError, match="expired"):
            engine(locked, **writer()).write(LIBRARY, PLACE)
        locked.certify(host="kho.example")
        other = _told(ask, lambda error: error is not None and "expired" not in error.why)
        assert isinstance(other, IndexUntrustedError)
        assert "127.0.0.1" in other.why
    finally:
        locked.certify()
    assert _told(ask, lambda error: error is None) is None


def _error(attempt: Callable[[], object]) -> ClusterError | None:
    try:
        attempt()
    except ClusterError as error:
        return error
    return None


def _told(attempt: Callable[[], object], wanted: Callable[[ClusterError | None], bool]) -> ClusterError | None:
    """Try until the server has taken its new certificate."""
    for _ in range(400):
        error = _error(attempt)
        if wanted(error):
            return error
        threading.Event().wait(0.05)
    raise AssertionError(f"the server did not take its new certificate: {error}")


def test_a_file_of_an_authority_that_is_none_is_named(locked: Locked, tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("không phải chứng chỉ")
    for path in (empty, tmp_path / "khong-co.pem"):
        with pytest.raises(IndexUnreachableError, match=CA_FILE):
            engine(locked, **{**writer(), CA_FILE: str(path)}).readable()


def test_other_users_are_there(locked: Locked) -> None:
    """The users of these tests are real ones: the administrator sees what nobody else may."""
    assert locked.node is not None
    assert locked.node.ask("GET", "/_security/_authenticate")["username"] == ADMINISTRATOR
    assert OTHER != READER
