"""Bombs over HTTP, each met by a whole visit in a process of its own: refused, with memory that stays small."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import zstandard

from tests.harvester.asking import Answer, Server, reply

MOST_MEGABYTES = 256
ROOT = Path(__file__).parents[2]
MB = 1 << 20
HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    b"<responseDate>2026-11-20T00:00:00Z</responseDate><request>x</request>"
)
TAIL = b"</OAI-PMH>"


def envelope(inside: bytes) -> bytes:
    return HEAD + inside + TAIL


def record(metadata: bytes, number: int = 1) -> bytes:
    return (
        b"<record><header><identifier>oai:x:%d</identifier><datestamp>2026-01-01</datestamp></header><metadata>"
        b"<dc>%b</dc></metadata></record>" % (number, metadata)
    )


def listing(*records: bytes) -> bytes:
    return envelope(b"<ListRecords>" + b"".join(records) + b"</ListRecords>")


def zeros(megabytes: int) -> list[bytes]:
    """The pieces of one gzip member of so many times 64 MB of zeros: a block of deflate that stands for itself."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(64 * MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return [b"\x1f\x8b\x08\0\0\0\0\0\0\xff", *[block] * (megabytes // 64)]


def three_times() -> bytes:
    """8 GB in some hundred bytes: gzip of gzip of gzip."""
    body = b"".join(zeros(8192))
    return gzip.compress(gzip.compress(body, 9), 9)


def streaming(pieces: list[bytes], **headers: str) -> Answer:
    """An answer that ends with its connection."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Connection", "close")
        handler.end_headers()
        for piece in pieces:
            handler.wfile.write(piece)
        handler.close_connection = True

    return answer


def repository(page: Answer) -> Answer:
    """A repository whose list is the bomb."""
    formats = (
        b"<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix><schema>x</schema>"
        b"<metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat>"
        b"</ListMetadataFormats>"
    )
    identify = (
        b"<Identify><repositoryName>x</repositoryName><baseURL>http://x.example/</baseURL><protocolVersion>2.0"
        b"</protocolVersion><adminEmail>a@b.example</adminEmail><earliestDatestamp>2020-01-01</earliestDatestamp>"
        b"<deletedRecord>no</deletedRecord><granularity>YYYY-MM-DD</granularity></Identify>"
    )

    def answer(handler: BaseHTTPRequestHandler) -> None:
        for verb, said in (
            ("Identify", identify),
            ("ListMetadataFormats", formats),
            ("ListSets", b'<error code="noSetHierarchy"/>'),
        ):
            if f"verb={verb}" in handler.path:
                reply(body=envelope(said))(handler)
                return
        page(handler)

    return answer


def text(megabytes: int) -> list[bytes]:
    return [HEAD + b"<ListRecords>", *[b"Thu vien so " * 90_000] * megabytes, b"</ListRecords>" + TAIL]


def honest(megabytes: int) -> bytes:
    """A list that is merely large: records of 4 kB that all say something else."""
    words = " ".join(f"{number * 7919:x}" for number in range(600)).encode()
    return listing(*(record(b"<title>%d %b</title>" % (each, words), each) for each in range(megabytes * 256)))


NO_RECORD = {
    "too_large",
    "bomb",
    "coding",
    "malformed",
    "doctype",
    "not_oai_pmh",
    "structure",
    "damaged",
    "encoding",
    "overgrown",
}
BOMBS = {
    "gzip of 10 GB": lambda: streaming(zeros(10_240), Content_Encoding="gzip"),
    "gzip of 10 GB, unannounced": lambda: streaming(zeros(10_240)),
    "gzip x3 in one header": lambda: reply(body=three_times(), Content_Encoding="gzip, gzip, gzip"),
    "gzip x3, one of them named": lambda: reply(body=three_times(), Content_Encoding="gzip"),
    "brotli": lambda: reply(body=b"\xcf\xff\xff\x7f\xf8" + b"\x24" * 1_600, Content_Encoding="br"),
    "zstd": lambda: reply(body=zstandard.compress(bytes(64 * MB)) * 64, Content_Encoding="zstd"),
    "zstd, unannounced": lambda: reply(body=zstandard.compress(bytes(64 * MB)) * 64),
    "100 MB of text": lambda: streaming(text(100)),
    "100 MB of text, announced": lambda: reply(body=b"".join(text(100))),
    "100 MB of text in gzip": lambda: streaming([gzip.compress(honest(100), 1)], Content_Encoding="gzip"),
    "a text of 60 MB in a record": lambda: reply(body=listing(record(b"<title>" + b"a" * (60 * MB) + b"</title>"))),
    "entities": lambda: reply(
        body=b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(12))
        + b"]><OAI-PMH>&a11;</OAI-PMH>"
    ),
    "a million elements": lambda: reply(body=listing(record(b"<a/>" * 1_000_000))),
    "a million elements in the envelope": lambda: reply(body=envelope(b"<a/>" * 1_000_000)),
    "a million attributes": lambda: reply(
        body=listing(record(b"<a " + b" ".join(b'a%d=""' % n for n in range(1_000_000)) + b"/>"))
    ),
    "60 MB of damage": lambda: reply(body=listing(*[record(b"<title>" + b"\x01" * 900_000 + b"</title>")] * 66)),
    "60 MB in no encoding": lambda: reply(body=listing(*[record(b"<title>" + b"\xff" * 900_000 + b"</title>")] * 66)),
    "depth of 100,000": lambda: reply(body=listing(record(b"<a>" * 100_000 + b"</a>" * 100_000))),
}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


def told(*words: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.harvester.bombing", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def met(server: Server, page: Answer, folder: Path) -> dict[str, object]:
    server.answers = [repository(page)]
    return told(server.url, str(folder))


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_H10_a_bomb_is_refused_and_memory_stays_small(server: Server, name: str, tmp_path: Path) -> None:
    found = met(server, BOMBS[name](), tmp_path)
    print(name, found)
    assert found["fetched"] == found["rejected"], "nothing of it is accepted"
    assert found["code"] in NO_RECORD or found["rejected"] == 1, found
    assert int(str(found["megabytes"])) <= MOST_MEGABYTES


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True])
def test_H16_a_page_of_60_MB_comes_in_without_filling_memory(server: Server, packed: bool) -> None:
    """Less than the page itself: it waits on disk."""
    body = honest(60)
    server.answers = [reply(body=gzip.compress(body, 1) if packed else body)]
    found = told(server.url)
    print("60 MB asked for:", found)
    assert found["bytes"] == len(body)
    assert int(str(found["megabytes"])) <= 60


def damaged(body: bytes) -> bytes:
    """The page with one control character in it: it is repaired, and kept whole as it came."""
    return body.replace(b"<title>", b"<title>\x01", 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "outcome", "code", "kept"),
    [
        (lambda body: body, "complete", "whole", 0),
        (damaged, "complete", "whole", 1),
        (lambda body: body[:-100], "failed", "malformed", 2),  # the list of records, and that of their headers
    ],
    ids=["as it should be", "damaged", "cut"],
)
def test_H16_a_visit_to_a_page_of_60_MB_takes_little_memory(
    server: Server, change: Callable[[bytes], bytes], outcome: str, code: str, kept: int, tmp_path: Path
) -> None:
    """Asked, read, staged and kept a piece at a time: what it takes is its records once, and the store's own memory."""
    body = change(honest(60))
    found = met(server, reply(body=body), tmp_path)
    print("60 MB harvested:", found)
    assert (found["outcome"], found["code"]) == (outcome, code)
    assert found["fetched"] == (60 * 256 if outcome == "complete" else 0)
    assert int(str(found["megabytes"])) <= MOST_MEGABYTES
    store = sqlite3.connect(tmp_path / "kho.db")
    pages = [zstandard.decompress(row[0]) for row in store.execute("SELECT body FROM kept")]
    store.close()
    same = [page == body for page in pages]  # pytest would look for differences of 60 MB for hours
    assert same == [True] * kept
