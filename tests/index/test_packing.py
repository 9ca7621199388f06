"""Resources as the embedded index stores them: small, given back as they were, and a damaged one is told."""

from __future__ import annotations

import random
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.engines.tantivy.generations import SCHEMA
from index.engines.tantivy.packing import DICTIONARY, PackedError, pack, unpack
from tests.index.town_documents import documents

# Of every schema's dictionary; packed with one, nothing can be read with another.
DICTIONARIES = {8: 0xB623AC04}
SEED = 7


def test_every_resource_of_the_town_comes_back_as_it_was_from_every_thread() -> None:
    shown = [(each.key, each.stored) for each in documents() if each.stored]
    with ThreadPoolExecutor(4) as threads:
        packed = list(threads.map(lambda each: pack(*each), shown))
        keys = [key for key, _ in shown]
        assert list(threads.map(unpack, keys, packed)) == [stored for _, stored in shown]
    assert sum(map(len, packed)) * 5 < sum(len(stored) for _, stored in shown)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"{}",
        b'{"key":"k1"}',
        b'{"key":"k12","title":"A"}',
        b'{"title":"A","key":"k1"}',
        '{"key":"k1","title":"Định luật Ôm"}'.encode(),
        b'{"title":"' + b"a" * 1_000_000 + b'"}',
    ],
)
def test_whatever_is_stored_comes_back(stored: bytes) -> None:
    assert unpack("k1", pack("k1", stored)) == stored


def test_what_is_damaged_is_told_or_is_text_of_no_great_length() -> None:
    """The files' own checksums find every damage; what slips by must not crash or fill the memory."""
    chance = random.Random(SEED)
    each = documents()[0]
    packed = pack(each.key, each.stored)
    told = 0
    for _ in range(2_000):
        damaged = bytearray(packed)
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            assert len(unpack(each.key, bytes(damaged[: chance.randrange(1, len(damaged) + 1)]))) < 1_000_000
        except PackedError:
            told += 1
    assert told > 1_000
    with pytest.raises(PackedError):
        unpack(each.key, b"")


def test_a_new_dictionary_is_a_new_schema() -> None:
    assert zlib.crc32(DICTIONARY.read_bytes()) == DICTIONARIES[SCHEMA]
