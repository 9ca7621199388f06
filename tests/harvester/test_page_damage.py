"""Damage on the way: a page cut at every byte is never accepted, and flipped bits neither add nor take nor rename."""

from __future__ import annotations

import gzip
import os
import random
import re
import zlib
from concurrent.futures import ProcessPoolExecutor

import pytest

from harvester.errors import SourceError
from harvester.page import Reading
from harvester.record import PAGE_BYTES, RawRecord, Rejected
from harvester.unpacking import DamagedError, Intake
from tests.harvester.pages import PLAIN, headers, page, read, record

SEED = 20261126
FLIPS = 100_000
DELETED = (
    b'<record><header status="deleted"><identifier>oai:a.example:%d</identifier><datestamp>2026-01-01</datestamp>'
    b"</header></record>"
)
SMALL = page(record(1), DELETED % 77, record(2, "<setSpec>a</setSpec>"))
LISTED = headers(
    *(
        b"<header><identifier>oai:a.example:%d</identifier><datestamp>2026-01-01</datestamp></header>" % number
        for number in range(4)
    )
)


def test_a_page_cut_at_every_byte_is_never_accepted() -> None:
    body = page(*(record(number) for number in range(4)))
    assert len(body) > 5_000
    assert not body.isascii()
    for length in range(len(body)):
        with pytest.raises(SourceError):
            read(body[:length])
    assert len(read(body).items) == 4


def test_a_damaged_page_cut_at_every_byte_is_never_accepted() -> None:
    """Repairs never close what was cut off."""
    body = b"Notice: x\n" + page(record(1), record(2)).replace(b"<dc:title>", b"<dc:title>A & B &ocirc;\x01 &#x1a;")
    for length in range(len(body)):
        with pytest.raises(SourceError):
            read(body[:length])
    assert len(read(body).repairs) == 5


def test_a_list_of_headers_cut_at_every_byte_is_never_accepted() -> None:
    for length in range(len(LISTED)):
        with pytest.raises(SourceError):
            read(LISTED[:length])
    assert len(read(LISTED).headers) == 4


def _unpacked(wire: bytes) -> bytes:
    with Intake(PAGE_BYTES, "") as intake:
        intake.take(wire)
        return bytes(intake.finish())


def test_a_packed_page_cut_at_every_byte_is_never_accepted() -> None:
    wire = gzip.compress(PLAIN)
    for length in range(len(wire)):
        with pytest.raises((DamagedError, SourceError)):
            read(_unpacked(wire[:length]))
    assert read(_unpacked(wire)).items == read(PLAIN).items


def test_under_gzip_nothing_is_accepted_that_differs_from_what_was_sent() -> None:
    """Every single bit of the packed page flipped in turn: its check sum sees what no XML parser can."""
    wire = gzip.compress(SMALL)
    same = refused = 0
    for place in range(len(wire) * 8):
        flipped = bytearray(wire)
        flipped[place // 8] ^= 1 << place % 8
        try:
            unpacked = _unpacked(bytes(flipped))
            reading = read(unpacked)
        except (DamagedError, SourceError):
            refused += 1
            continue
        assert unpacked == SMALL, place
        assert len(reading.items) == 3
        same += 1
    print(f"{refused} refused, {same} flips of what gzip itself does not use (time, system)")
    assert refused > same * 10
    assert zlib.crc32(SMALL)  # the sum that gzip keeps


class _Truth:
    """What a page says when it is whole, and where its identifiers stand."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.names = [item.identifier for item in _records(read(body))]
        self.places = [
            range(*next(re.finditer(re.escape(name.encode()) + b"(?=<)", body)).span())
            for name in self.names
            if name is not None
        ]


def _records(reading: Reading) -> list[RawRecord | Rejected]:
    return [item for item in (*reading.items, *reading.headers) if not isinstance(item, int)]  # type: ignore[misc]


def _flip(truth: _Truth, seed: int, number: int) -> dict[str, int]:
    """Read so many pages with one to eight bits flipped; say how they ended."""
    chance, ends = random.Random(seed), dict[str, int]()
    for _ in range(number):
        flipped = bytearray(truth.body)
        places = [chance.randrange(len(flipped)) for _ in range(chance.choice((1, 1, 1, 2, 3, 8)))]
        for place in places:
            flipped[place] ^= 1 << chance.randrange(8)
        try:
            reading = read(bytes(flipped))
        except SourceError as error:
            ends[error.code] = ends.get(error.code, 0) + 1
            continue
        end = "repaired" if reading.repairs else "accepted"
        ends[end] = ends.get(end, 0) + 1
        found = [item.identifier for item in _records(reading)]
        assert len(found) == len(truth.names), (seed, places)
        for name, expected, own in zip(found, truth.names, truth.places, strict=True):
            renamed = name is not None and name != expected
            assert not renamed or any(place in own for place in places), (seed, places, name)
    return ends


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "number"), [(SMALL, FLIPS * 7 // 10), (LISTED, FLIPS * 3 // 10)], ids=["records", "headers"]
)
def test_flipped_bits_never_add_take_or_rename_a_record(body: bytes, number: int) -> None:
    print(f"seed {SEED}")
    truth = _Truth(body)
    total: dict[str, int] = {}
    parts = [number // 20] * 20
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for ends in pool.map(_flip, [truth] * 20, range(SEED, SEED + 20), parts):
            for name, count in ends.items():
                total[name] = total.get(name, 0) + count
    print(number, "flips:", dict(sorted(total.items(), key=lambda pair: -pair[1])))
    assert sum(total.values()) == number
    assert total["accepted"] > number // 10, "most flips hit text, and no parser can see that"
    assert total["malformed"] > number // 10
