"""Taking in what is packed in many pieces: as many as bring something, and no others."""

from __future__ import annotations

import gzip
import random

import pytest

from harvester.unpacking import MEMBER_BYTES, MEMBERS, DamagedError, Intake

MB = 1 << 20
EMPTY = gzip.compress(b"", mtime=0)
BLOCK = 65_280  # what bgzip packs at a time


def taken(packed: bytes, piece: int = 1 << 17) -> bytes:
    """Take a body in, a piece at a time."""
    with Intake(64 * MB, "x") as intake:
        for begin in range(0, len(packed), piece):
            intake.take(packed[begin : begin + piece])
        return bytes(intake.finish())


def words(size: int) -> bytes:
    chance = random.Random(1952)
    return b" ".join(b"%x" % chance.getrandbits(32) for _ in range(size // 8))[:size]


def members(body: bytes, size: int) -> list[bytes]:
    """Pack so many bytes at a time; bgzip ends with a member that is empty."""
    return [gzip.compress(body[begin : begin + size], 1, mtime=0) for begin in range(0, len(body), size)] + [EMPTY]


@pytest.mark.parametrize("piece", [1, 1_000, 1 << 17])
def test_H10_members_that_bring_nothing_are_refused_where_they_are_many(piece: int) -> None:
    assert taken(EMPTY * (MEMBERS + 1), piece) == b""
    with pytest.raises(DamagedError) as found:
        taken(EMPTY * (MEMBERS + 2), piece)
    assert (found.value.code, found.value.facts) == ("damaged", {"where": "x"})


@pytest.mark.parametrize(
    "member",
    [EMPTY, EMPTY + b"\0", gzip.compress(b"a", mtime=0), gzip.compress(b"a" * 100, mtime=0)],
    ids=["nothing", "nothing and a zero", "a letter", "a hundred letters"],
)
def test_H10_not_much_is_read_of_members_that_bring_next_to_nothing(member: bytes) -> None:
    """64 MB of them come in, and all but the beginning is never looked at."""
    endless = iter(range(64 * MB // len(member)))

    def take() -> None:
        with Intake(64 * MB, "x") as intake:
            for _ in endless:
                intake.take(member)

    with pytest.raises(DamagedError):
        take()
    assert next(endless) <= 2 * MEMBERS


def test_H10_a_page_may_bring_its_members_in_any_order() -> None:
    body = words(8 * MB)
    packed = gzip.compress(body, 1)
    assert taken(packed + EMPTY * (MEMBERS + 8 * MB // MEMBER_BYTES)) == body
    with pytest.raises(DamagedError):
        taken(EMPTY * (MEMBERS + 2) + packed)


@pytest.mark.parametrize(
    ("megabytes", "size"), [(63, BLOCK), (8, 8_192), (2, 1_024)], ids=["bgzip", "a buffer at a time", "a record"]
)
def test_H10_no_honest_page_has_too_many_members(megabytes: int, size: int) -> None:
    body = words(MB) * megabytes
    packed = members(body, size)
    assert len(packed) > MEMBERS, "a bound on their number alone would refuse it"
    assert taken(b"".join(packed)) == body
