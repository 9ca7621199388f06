"""What a source said, as frozen values.

Values of which there are thousands at a time cannot refer to themselves, so the collector of cycles passes them by
(``gc=False``): looking through them took a tenth of an index update.

Nothing here imports anything of ours, so every room may hold these values.
"""

from __future__ import annotations

import base64
import hashlib
import mmap
import struct
from functools import lru_cache
from typing import Literal

import msgspec

Mode = Literal["full", "incremental", "sweep"]
Outcome = Literal["complete", "partial", "failed", "deferred"]
Verdict = Literal["published", "additions", "held", "nothing"]
Presence = Literal["present", "missing", "withdrawn"]

# A btree row of PostgreSQL ends at 2,704 bytes; 2,600 passed, 2,690 did not. Real identifiers stay below 300.
LONGEST_IDENTIFIER = 2000


@lru_cache(maxsize=4096)  # the log and the mapping ask for the key of the same record soon after each other
def key_of(first_id: str, identifier: str) -> str:
    """Return the key of a resource: 26 characters that stay the same for ever and everywhere.

    ``first_id`` is the first id that its source ever had. The identifier alone is never a key: real repositories
    answer ``oai:localhost:…``, and two of them must not collide.
    """
    digest, pairs = _digest(first_id, identifier), _PAIRS
    a, b = _TWO_NUMBERS(digest)
    # Written out, at a fifth of the price of the library: a key is made of every record.
    return (
        f"{pairs[a >> 54]}{pairs[a >> 44 & 1023]}{pairs[a >> 34 & 1023]}{pairs[a >> 24 & 1023]}"
        f"{pairs[a >> 14 & 1023]}{pairs[a >> 4 & 1023]}{pairs[(a & 15) << 6 | b >> 58]}{pairs[b >> 48 & 1023]}"
        f"{pairs[b >> 38 & 1023]}{pairs[b >> 28 & 1023]}{pairs[b >> 18 & 1023]}{pairs[b >> 8 & 1023]}"
        f"{pairs[(b & 255) << 2 | digest[16] >> 6]}"
    )


_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 in small letters
_TWO_NUMBERS = struct.Struct(">QQ").unpack_from
_PAIRS = tuple(first + second for first in _BASE32 for second in _BASE32)


def key_number(key: str) -> int:
    """Return the first 60 bits of a key as a number: a short index finds the record, the whole key confirms it."""
    return int.from_bytes(base64.b32decode(key[:16].upper())[:8], "big") >> 4


def key_range(prefix: str) -> tuple[int, int]:
    """Return the numbers, from and below, of all keys that begin with up to twelve letters."""
    whole = 1 << 60
    part = whole >> 5 * len(prefix)
    low = key_number(prefix.ljust(26, "a")) if prefix else 0
    return low, low + part


def number_of(first_id: str, identifier: str) -> int:
    """Return the number of a record's key without making the key."""
    return int.from_bytes(_digest(first_id, identifier)[:8], "big") >> 4


def _digest(first_id: str, identifier: str) -> bytes:
    return hashlib.sha256(f"{first_id}\n{identifier}".encode()).digest()


class Format(msgspec.Struct, frozen=True):
    """A metadata format that Kho can read: its name, the namespaces that announce it, and how much we like it.

    ``rank`` counts down: the lowest is asked for first. The command hands these to a visit; harvester knows no formats.
    """

    name: str
    namespaces: tuple[str, ...]
    rank: int


class RawRecord(msgspec.Struct, frozen=True, gc=False):
    """What a source said about one resource, byte for byte.

    ``body`` is the record's bytes as they came and ``context`` the XML declaration and the start tags above it;
    ``context + body + closing tags`` parse (see ``harvester.page.document``). ``fingerprint`` is the hash of context
    and body: equal means that nothing needs to be read. ``content`` is the hash of metadata, about and sets without
    the datestamp: equal means unchanged. Both are 16 bytes. ``format`` is the name of the format that was asked for.
    ``fetched`` is the year, UTC and by our clock, in which the visit began that fetched these bytes; 0 is not known.
    It is kept with the bytes, so whoever reads them again, however often, is told the same year.
    """

    identifier: str
    datestamp: str
    sets: tuple[str, ...]
    deleted: bool
    format: str
    body: bytes
    context: bytes
    fingerprint: bytes
    content: bytes
    fetched: int = 0


class Rejected(msgspec.Struct, frozen=True):
    """A record that could not be read: its bytes, what could be read of its identifier, and why (a message code)."""

    identifier: str | None
    code: str
    body: bytes


# An item of a page, in the order of the page: a record that was read, the number of a record whose very bytes we hold
# already (it was not read again), or one that could not be read.
Item = RawRecord | int | Rejected


class Standing(msgspec.Struct, frozen=True):
    """How a record is held: its number, the datestamp of its last bytes as the source sent it, and its presence."""

    number: int
    datestamp: str
    presence: Presence


class Kept(msgspec.Struct, frozen=True):
    """A page kept whole as it came, because it needed repairs or could not be accepted.

    ``code`` is a message (``repaired``, or why it was rejected), ``place`` the address that answered, ``repairs`` says
    how often each repair was made. A large page is a mapped file until it is kept.
    """

    code: str
    place: str
    body: bytes | mmap.mmap
    repairs: dict[str, int] = {}


# The largest page that is read, unless ``max_page`` of a source says more: the largest honest one seen was 30 MB, and
# memory is 32 times a page in the worst case.
PAGE_BYTES = 64 * 1024 * 1024


class Page(msgspec.Struct, frozen=True):
    """One answer of a source, accepted whole: its records, how to go on, and what the server declared.

    ``checkpoint`` is what the connector needs to ask for the next page (its own JSON), or None after the last page.
    ``token`` is the server's own word for this page, for people. ``declared`` is completeListSize. ``response_date``
    is the server's clock as it was sent. ``kept`` is the page as it came where it was repaired before it was read.
    """

    items: tuple[Item, ...]
    checkpoint: bytes | None
    token: str = ""
    declared: int | None = None
    response_date: str = ""
    kept: Kept | None = None


class Ledger(msgspec.Struct, frozen=True):
    """The balance of a visit: fetched = new + changed + unchanged + withdrawn + repeated + rejected.

    Beside the sum: ``missing``, held records that a complete full list did not show for the first time; ``lapsed``,
    those that it withdraws for being absent again on a later day; ``declared``, the server's last completeListSize.
    """

    declared: int | None = None
    fetched: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    repeated: int = 0
    rejected: int = 0
    missing: int = 0
    lapsed: int = 0

    def balances(self) -> bool:
        """Say whether the two sides of the ledger are equal."""
        return self.fetched == (
            self.new + self.changed + self.unchanged + self.withdrawn + self.repeated + self.rejected
        )


class Change(msgspec.Struct, frozen=True, gc=False):
    """One row of the change log, with what was said about the record.

    ``sequence`` is never used twice. ``suppressed`` says that a take-down hides it. ``raw`` is None where the record is
    withdrawn, hidden or erased: nobody who reads the log can show what must not be shown.
    """

    sequence: int
    key: str
    source: str
    identifier: str
    presence: Presence
    content: bytes
    raw: RawRecord | None
    suppressed: bool = False


_ENCODER, _CHANGES = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[Change])


def pack(changes: list[Change]) -> bytes:
    """Pack changes for another process."""
    return _ENCODER.encode(changes)


def unpack(changes: bytes) -> list[Change]:
    """Unpack what ``pack`` packed."""
    return _CHANGES.decode(changes)
