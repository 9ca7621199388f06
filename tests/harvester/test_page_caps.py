"""Every cap on its two sides: what is just small enough is read, what is just too much is rejected or refused."""

from __future__ import annotations

import pytest

from harvester.errors import SourceError
from harvester.page import read_page
from harvester.page.cutting import CONTEXT_BYTES, ENVELOPE_BYTES, MOST_RECORDS
from harvester.page.envelope import ATTRIBUTES, ENVELOPE_ELEMENTS
from harvester.page.markup import MOST_TAGS, TAG_BYTES
from harvester.page.mending import MENDED_BYTES, MENDED_ENVELOPE, REPAIR_BYTES
from harvester.page.records import RECORD_BYTES, RECORD_DEPTH, RECORD_ELEMENTS
from harvester.record import PAGE_BYTES, RawRecord, Rejected
from tests.harvester.pages import HEAD, PLAIN, TAIL, page, read, record, refused

START, END = record(1).split(b"<metadata>")[0] + b"<metadata>", b"</metadata></record>"


def alone(meta: bytes) -> str:
    """Read a record beside two others; return why it is rejected, nothing where it is read."""
    first, second, third = read(page(record(1), START.replace(b":2<", b":x<") + meta + END, record(3))).items
    assert isinstance(first, RawRecord)
    assert isinstance(third, RawRecord)
    if isinstance(second, Rejected):
        assert second.identifier == "oai:a.example:x", "its header is small and can be read"
        assert second.body == START.replace(b":2<", b":x<") + meta + END
        return second.code
    return ""


def test_the_size_of_a_record() -> None:
    room = RECORD_BYTES - len(START) - len(END) - len(b"<a></a>")
    assert alone(b"<a>" + b"x" * room + b"</a>") == ""
    assert alone(b"<a>" + b"x" * (room + 1) + b"</a>") == "record_too_large"


def test_the_elements_of_a_record() -> None:
    others = 5  # record, header, identifier, datestamp, metadata
    assert alone(b"<a/>" * (RECORD_ELEMENTS - others)) == ""
    assert alone(b"<a/>" * (RECORD_ELEMENTS - others + 1)) == "record_too_many_elements"


@pytest.mark.parametrize("form", [' a%d=""', "\na%d = 'x'", " a%d='&#38;=\">'"])
def test_the_attributes_of_an_element(form: str) -> None:
    def made(number: int) -> bytes:
        return b"<a" + "".join(form % place for place in range(number)).encode() + b"/>"

    assert alone(made(ATTRIBUTES)) == ""
    assert alone(made(ATTRIBUTES + 1)) == "record_too_many_attributes"


def test_equals_signs_in_texts_and_values_are_no_attributes() -> None:
    assert alone(b"<a>" + b"x = 'y' " * 500 + b"</a><a b='" + b"c=d;" * 500 + b"'/>") == ""


def test_the_depth_of_a_record() -> None:
    above = 2  # record, metadata
    assert alone(b"<a>" * (RECORD_DEPTH - above) + b"</a>" * (RECORD_DEPTH - above)) == ""
    deep = RECORD_DEPTH + 10
    assert alone(b"<a>" * deep + b"</a>" * deep) == "record_too_deep"
    assert refused(page(record(1), START + b"<a>" * deep + b"</a>" * (deep - 1) + END)) == "malformed"


def test_the_size_of_the_envelope() -> None:
    def around(size: int) -> bytes:
        return TAIL.replace(b"abc", b"t" * size)

    room = ENVELOPE_BYTES - len(HEAD.replace(b"\n", b"")) - len(TAIL) + len(b"abc")
    assert read(HEAD + record(1) + around(room)).answer.token == "t" * room
    assert refused(HEAD + record(1) + around(room + 1)) == "overgrown"


def test_the_elements_of_the_envelope() -> None:
    def sets(number: int) -> bytes:
        return b"<OAI-PMH><ListSets>" + b"<set/>" * number + b"</ListSets></OAI-PMH>"

    assert len(read(sets(ENVELOPE_ELEMENTS - 2)).root[0]) == ENVELOPE_ELEMENTS - 2
    assert refused(sets(ENVELOPE_ELEMENTS - 1)) == "overgrown"


def test_the_attributes_in_the_envelope() -> None:
    def asked(number: int) -> bytes:
        return PLAIN.replace(b"<request", b"<request" + b"".join(b' a%d=""' % place for place in range(number)), 1)

    assert len(read(asked(ATTRIBUTES)).items) == 5
    assert refused(asked(ATTRIBUTES + 1)) == "overgrown"


def test_the_length_of_a_start_tag() -> None:
    room = TAG_BYTES - len(b'<OAI-PMH  xmlns="http://www.openarchives.org/OAI/2.0/">' + b"a=''")
    assert len(read(PLAIN.replace(b"<OAI-PMH ", b"<OAI-PMH a='" + b"x" * room + b"' ", 1)).items) == 5
    assert refused(PLAIN.replace(b"<OAI-PMH ", b"<OAI-PMH a='" + b"x" * (room + 1) + b"' ", 1)) == "overgrown"


@pytest.mark.slow
def test_the_number_of_records() -> None:
    small = b"<record></record>"
    assert len(read(HEAD + small * MOST_RECORDS + TAIL).items) == MOST_RECORDS
    assert refused(HEAD + small * (MOST_RECORDS + 1) + TAIL) == "overgrown"
    assert refused(HEAD + b"<record/>" * (MOST_RECORDS + 1) + TAIL) == "overgrown"


@pytest.mark.slow
def test_the_tags_above_the_records() -> None:
    high = HEAD.replace(b"<OAI-PMH ", b"<OAI-PMH a='" + b"x" * 16_000 + b"' ", 1)
    context = len(read(high + record(1) + TAIL).cut.context)
    number = CONTEXT_BYTES // context
    assert len(read(high + record(1) * number + TAIL).items) == number
    assert refused(high + record(1) * (number + 1) + TAIL) == "overgrown"


@pytest.mark.slow
def test_the_number_of_tags_of_a_page_in_doubt() -> None:
    def doubtful(number: int) -> bytes:
        rows = b"<a>" * 4_000 + b"</a>" * 4_000
        full, rest = divmod(
            number - 13, 8_000
        )  # root, clock, question, list, token: 10 tags; a record and a comment: 3
        return HEAD + b"<!-- -->" + b"<record>" + rows * full + b"<b/>" * rest + b"</record>" + TAIL

    assert len(read(doubtful(MOST_TAGS)).items) == 1
    assert refused(doubtful(MOST_TAGS + 1)) == "overgrown"


def test_how_much_damage_is_mended() -> None:
    text = b"a & b " * 20_000
    one = START + b"<t>" + text + b"</t>" + END
    mended = len(one) + (len(b"amp;") + REPAIR_BYTES) * 20_000
    assert len(read(page(*[one] * (MENDED_BYTES // mended))).items) == MENDED_BYTES // mended
    assert refused(page(*[one] * (MENDED_BYTES // mended + 1))) == "malformed"


def test_how_much_damage_of_an_envelope_is_mended() -> None:
    def around(size: int) -> bytes:
        return HEAD + record(1) + TAIL.replace(b"abc", b"&" + b"t" * (size - 1))

    room = MENDED_ENVELOPE - len(read(around(3)).cut.envelope) + len(b"amp;") + 3
    assert read(around(room)).repairs == {"repair_ampersand": 1}
    assert refused(around(room + 1)) == "malformed"


def test_the_elements_of_the_envelope_of_a_page_in_doubt() -> None:
    """The walk through every tag counts them, so that the rest of a million need not be walked through."""

    def doubtful(number: int) -> bytes:  # beside them: root, clock, question, list and token
        words = TAIL.replace(
            b"<resumptionToken", b"<resumptionToken>" + b"<a/>" * number + b"</resumptionToken><resumptionToken", 1
        )
        return HEAD + b"<!-- -->" + record(1) + words

    assert read(doubtful(ENVELOPE_ELEMENTS - 6)).answer.token == "abc"
    assert refused(doubtful(ENVELOPE_ELEMENTS - 5)) == "overgrown"


def test_a_repair_that_makes_a_record_too_large_rejects_it() -> None:
    body = START + b"<t>" + b"&" * (RECORD_BYTES // 4) + b"</t>" + END
    (item,) = read(page(body)).items
    assert isinstance(item, Rejected)
    assert (item.code, item.identifier) == ("record_too_large", "oai:a.example:2")


def test_the_size_of_a_page_is_the_sources_word() -> None:
    with pytest.raises(SourceError, match="too_large"):
        read_page(PLAIN, most=len(PLAIN) - 1)
    assert len(read_page(PLAIN, most=len(PLAIN)).items) == 5
    assert PAGE_BYTES == 64 * 1024 * 1024
