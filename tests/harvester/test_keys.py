"""The key of a resource, by which everybody cites it, is what the words of the house say, letter by letter."""

from __future__ import annotations

import base64
import hashlib
import random

from harvester import key_of
from harvester.record import key_number, number_of

SEED = 20261126


def test_a_key_is_the_base32_of_the_hash_as_the_library_writes_it() -> None:
    """5,000 identifiers, some of letters beyond ASCII: keys never change, however they are made."""
    chance = random.Random(SEED)
    for _ in range(5_000):
        identifier = "".join(chance.choices("oai:/.-0123456789aạđ", k=chance.randrange(40)))
        digest = hashlib.sha256(f"nguon\n{identifier}".encode()).digest()
        key = base64.b32encode(digest)[:26].decode().lower()
        assert key_of("nguon", identifier) == key
        assert number_of("nguon", identifier) == key_number(key)


def test_a_key_that_was_published_stays() -> None:
    """One that stands in somebody's catalogue."""
    assert key_of("truong", "oai:truong.example:1") == "ctby3mpyllfvcr27igs5wm4ziu"
