"""A page cut at what stands between its records says what the other ways of cutting say, whatever is held of it."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from harvester.errors import SourceError
from harvester.page import envelope, read_page
from harvester.page.cutting import fingerprints
from harvester.page.even import even_cut
from harvester.page.framing import frame
from harvester.page.reading import Reading
from tests.harvester.pages import cut

SEED = 20261127
OPENING = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    b"<responseDate>2026-11-27T00:00:00Z</responseDate><ListRecords>"
)
CLOSING = b"<resumptionToken>tiep</resumptionToken></ListRecords></OAI-PMH>"
TITLE = "Giáo án Toán lớp 4".encode()


def _record(number: int, within: bytes = b"") -> bytes:
    return (
        b"<record><header><identifier>oai:truong.example:%d</identifier><datestamp>2026-11-20</datestamp></header>"
        b"<metadata><dc><title>%b</title>%b</dc></metadata></record>" % (number, TITLE, within)
    )


def _page(records: Sequence[bytes], gap: bytes = b"\n  ") -> bytes:
    return OPENING + gap + gap.join(records) + gap + CLOSING


def _holding(body: bytes, chosen: Sequence[int]) -> Reading:
    """Read a page of which some records are held."""
    parts = cut(body)
    marks = fingerprints(parts.context, parts.records)
    held = {marks[place]: place for place in chosen}

    return read_page(body, known=lambda asked: [held.get(mark) for mark in asked])


@pytest.mark.parametrize("gap", [b"", b"\n", b"\r\n\t  "])
def test_an_even_page_is_cut_as_the_careful_way_cuts_it(gap: bytes) -> None:
    """The same records and fingerprints, and an envelope that says the same."""
    body = _page([_record(number) for number in range(5)], gap)
    even, careful = even_cut(body, frame(body)), cut(body)
    assert even is not None
    parts, pieces = even
    assert (parts.context, parts.records) == (careful.context, careful.records)
    assert hash(parts.records) == hash(careful.records)
    assert envelope(parts.envelope)[0] == envelope(careful.envelope)[0]
    assert pieces[1:3] == list(careful.records[1:3])
    assert pieces.fingerprints(parts.context) == fingerprints(careful.context, careful.records)


def test_what_is_held_and_what_is_new_stands_in_the_order_of_the_page() -> None:
    """Any part of a page may be held; the seed is 20261127."""
    chance, records = random.Random(SEED), [_record(number) for number in range(12)]
    body = _page(records)
    for _ in range(20):
        chosen = [place for place in range(12) if chance.random() < 0.6]
        items = _holding(body, chosen).items
        assert [item for item in items if isinstance(item, int)] == chosen
        new = {place: item.body for place, item in enumerate(items) if not isinstance(item, int)}
        assert new == {place: records[place] for place in range(12) if place not in chosen}


@pytest.mark.parametrize("held", [(), (0,), (0, 1, 3)])
def test_a_record_within_a_new_record_is_found_by_the_careful_way(held: tuple[int, ...]) -> None:
    """Its words are its record's own: a page of four records has four, and each is read whole."""
    inner = b"<about>" + _record(90) + _record(91) + b"</about>"
    records = [_record(0), _record(1), _record(2, inner), _record(3)]
    plain = _page(records, b"")
    even = even_cut(plain, frame(plain))
    assert even is not None
    assert any(even[1].nests(place) for place in range(len(even[1])))
    flat = _page([_record(number) for number in range(4)], b"")
    others = cut(flat)
    marks = fingerprints(others.context, others.records)
    known = {marks[place]: place for place in held}
    reading = read_page(plain, known=lambda asked: [known.get(mark) for mark in asked])
    assert list(reading.cut.records) == records
    assert [place for place, item in enumerate(reading.items) if isinstance(item, int)] == list(held)


def test_other_distances_leave_the_cut_to_the_others() -> None:
    """One record further away than the others, words between two, one record alone: nothing is lost."""
    records = [_record(number) for number in range(4)]
    uneven = OPENING + b"\n".join(records[:2]) + b"\n\n" + b"\n".join(records[2:]) + CLOSING
    assert [item.body for item in read_page(uneven).items if not isinstance(item, int)] == records
    assert len(_holding(uneven, [0, 1, 2, 3]).items) == 4
    with pytest.raises(SourceError):
        read_page(OPENING + records[0] + b"x" + records[1] + CLOSING)
    alone = _page(records[:1])
    assert even_cut(alone, frame(alone)) is None
    assert len(read_page(alone).items) == 1
