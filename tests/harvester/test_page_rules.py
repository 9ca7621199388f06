"""Tokens, names, records and headers (T, X10 to X16): what is read, what is rejected, what is refused."""

from __future__ import annotations

import html

import pytest

from harvester.errors import SourceError
from harvester.page import Header, document, envelope
from harvester.record import RawRecord, Rejected
from tests.harvester.pages import HEAD, PLAIN, headers, page, read, record, refused, titles, with_title

# --- tokens ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [b"<resumptionToken/>", b"<resumptionToken>  \n</resumptionToken>", b""])
def test_T1_an_empty_token_is_the_end(token: bytes) -> None:
    assert read(HEAD + record(1) + token + b"</ListRecords></OAI-PMH>").answer.token is None


@pytest.mark.parametrize("space", [b" ", b"\n\t", b"\r\n  "])
def test_T2_white_space_around_a_token_is_none_of_it(space: bytes) -> None:
    assert read(PLAIN.replace(b" abc ", space + b"a b+c/=" + space)).answer.token == "a b+c/="


def test_T2_two_tokens_leave_no_way_to_go_on() -> None:
    token = b"<resumptionToken>other</resumptionToken>"
    assert refused(PLAIN.replace(b"</ListRecords>", token + b"</ListRecords>")) == "structure"
    assert (
        read(PLAIN.replace(b"</ListRecords>", token.replace(b"other", b"abc") + b"</ListRecords>")).answer.token
        == "abc"
    )


@pytest.mark.parametrize(
    ("size", "declared"), [(b"7", 7), (b" 7 ", 7), (b"7,000", None), (b"-1", None), (b"9" * 5_000, None)]
)
def test_T9_a_size_that_is_no_number_is_none(size: bytes, declared: int | None) -> None:
    assert read(PLAIN.replace(b'"7"', b'"' + size + b'"')).answer.declared == declared


# --- X10 to X12 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [b"<OAI-PMH", b"<ListRecords", b"<metadata", b"<resumptionToken"])
@pytest.mark.parametrize("doctype", [b"<!DOCTYPE x>", b'<!DOCTYPE x [<!ENTITY a "b">]>', b"<!doctype x SYSTEM 'u'>"])
def test_X10_a_doctype_is_refused_wherever_it_stands(place: bytes, doctype: bytes) -> None:
    assert refused(PLAIN.replace(place, doctype + place, 1)) == "doctype"


def test_X10_the_words_of_a_doctype_in_a_text_are_words() -> None:
    assert titles(read(with_title(b"<![CDATA[<!DOCTYPE html>]]>")))[1] == "<!DOCTYPE html>"


@pytest.mark.parametrize("space", [b"", b' xmlns="http://www.openarchives.org/OAI/1.1/"', b' xmlns="urn:x"'])
def test_X11_names_are_matched_by_their_local_part(space: bytes) -> None:
    reading = read(PLAIN.replace(b' xmlns="http://www.openarchives.org/OAI/2.0/"', space, 1))
    assert len(reading.items) == 5
    assert (reading.answer.token, reading.repairs) == ("abc", {})


def test_X11_records_may_have_another_prefix_than_their_list() -> None:
    body = PLAIN.replace(b"<record>", b"<o:record>").replace(b"</record>", b"</o:record>")
    reading = read(body.replace(b"<OAI-PMH ", b'<OAI-PMH xmlns:o="http://www.openarchives.org/OAI/2.0/" ', 1))
    assert len(reading.items) == 5


def test_X11_an_element_that_nobody_knows_is_not_passed_over() -> None:
    assert refused(PLAIN.replace(b"<record>", b"<Record>").replace(b"</record>", b"</Record>")) == "structure"
    assert refused(PLAIN.replace(b"ListRecords>", b"ListStuff>")) == "structure"


def test_X12_a_record_parses_with_the_tags_above_it() -> None:
    from lxml import etree

    spaces = b'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    body = PLAIN.replace(b'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" ', b"")
    body = body.replace(b'xmlns:dc="http://purl.org/dc/elements/1.1/" ', b"").replace(
        b"<OAI-PMH ", b"<OAI-PMH " + spaces, 1
    )
    reading = read(body)
    for item in reading.items:
        assert isinstance(item, RawRecord)
        assert item.body in body
        assert len(
            etree.fromstring(document(item.context, item.body)).findall(".//{http://purl.org/dc/elements/1.1/}*")
        )


# --- X13 to X16: records ---------------------------------------------------------------------------------------------


META = b"<metadata><a/></metadata>"
NAMED = b"<identifier>oai:a.example:2</identifier><datestamp>2026-01-01</datestamp>"


def made(inside: bytes, status: bytes = b"", meta: bytes = META) -> bytes:
    """Make a record of what stands in its header, an attribute of it, and what comes after it."""
    return b"<record><header%b>%b</header>%b</record>" % (status and b" status='%b'" % status, inside, meta)


def called(identifier: bytes) -> bytes:
    return b"<identifier>%b</identifier>" % identifier


@pytest.mark.parametrize(
    ("body", "code", "identifier"),
    [
        (b"<record/>", "no_header", None),
        (b"<record></record>", "no_header", None),
        (made(b""), "no_identifier", None),
        (made(called(b" \n ")), "no_identifier", None),
        (made(NAMED, meta=b""), "no_metadata", "oai:a.example:2"),
        (made(NAMED, meta=b"<metadata> </metadata>"), "no_metadata", "oai:a.example:2"),
        (made(NAMED, status=b"gone"), "unknown_status", "oai:a.example:2"),
        (made(NAMED, meta=b"<header>" + NAMED + b"</header>" + META), "two_headers", None),
        (made(NAMED + called(b"oai:a.example:3")), "two_identifiers", None),
        (made(called(b"oai:<b>x</b>")), "two_identifiers", None),
        (made(called(b"x" * 2_001)), "identifier_too_long", None),
        (made(called("ễ".encode() * 667)), "identifier_too_long", None),
    ],
)
def test_X13_a_record_that_cannot_be_read_is_rejected_alone(body: bytes, code: str, identifier: str | None) -> None:
    reading = read(page(record(1), body, record(3)))
    first, second, third = reading.items
    assert isinstance(second, Rejected)
    assert (second.code, second.identifier, second.body) == (code, identifier, body)
    assert isinstance(first, RawRecord)
    assert isinstance(third, RawRecord)


@pytest.mark.parametrize(
    ("body", "deleted"),
    [
        (made(NAMED, status=b"Deleted ", meta=b""), True),
        (made(NAMED, status=b"DELETED"), True),
        (made(NAMED, status=b" "), False),
        (b"<record>" + META + b"<header>" + NAMED + b"</header></record>", False),
        (made(NAMED, meta=b"<about/>" + META + META), False),
        (made(NAMED + NAMED), False),
        (made(called(b"oai:<!-- x -->a.example:<?p?>2")), False),
        (made(called(b"<![CDATA[oai:a.example:2]]>")), False),
        (made(b"\n " + called(b"\n  oai:a.example:2\n ") + b"\n"), False),
        (made(NAMED).replace(b"<record>", b"<record a='1'>").replace(b"</record>", b"</record >"), False),
    ],
)
def test_X13_what_is_odd_and_clear_is_read(body: bytes, deleted: bool) -> None:
    (item,) = read(page(body)).items
    assert isinstance(item, RawRecord)
    assert (item.identifier, item.deleted, item.body) == ("oai:a.example:2", deleted, body)


def test_X13_the_longest_identifier_is_read() -> None:
    for name in ("x" * 2_000, "ễ" * 666):
        body = f"<record><header><identifier>{name}</identifier></header><metadata><a/></metadata></record>".encode()
        (item,) = read(page(body)).items
        assert isinstance(item, RawRecord)
        assert item.identifier == name


NESTED = (
    b"<record><header><identifier>oai:other.example:1</identifier><datestamp>2026-01-01</datestamp></header>"
    b"<metadata><a/></metadata></record>"
)


@pytest.mark.parametrize("prefix", [b"", b"o:"])
@pytest.mark.parametrize("place", [b"</metadata>", b"</oai_dc:dc>", b"</record>"])
def test_X13_a_record_within_a_record_is_never_obeyed(place: bytes, prefix: bytes) -> None:
    nested = NESTED.replace(b"<record", b"<" + prefix + b"record xmlns:o='urn:o'").replace(
        b"</record", b"</" + prefix + b"record"
    )
    odd = record(2).replace(place, nested + place, 1)
    first, second, third = read(page(record(1), odd, record(3))).items
    assert isinstance(second, Rejected)
    assert (second.code, second.identifier, second.body) == ("nested_record", "oai:a.example:3", odd)
    assert isinstance(first, RawRecord)
    assert isinstance(third, RawRecord)


def test_X13_a_record_element_of_another_format_is_metadata() -> None:
    marc = b"<record xmlns='http://www.loc.gov/MARC21/slim'><leader>00000nam</leader></record>"
    odd = record(2).replace(b"<metadata>", b"<metadata>" + marc, 1)
    reading = read(page(record(1), odd))
    assert all(isinstance(item, RawRecord) for item in reading.items)


@pytest.mark.parametrize("evil", [b"<error code='badArgument'>x</error>", b"<resumptionToken>evil</resumptionToken>"])
@pytest.mark.parametrize("place", [b"</oai_dc:dc>", b"</metadata>", b"</header>"])
def test_X13_an_error_or_a_token_within_a_record_is_never_obeyed(evil: bytes, place: bytes) -> None:
    reading = read(page(record(1), record(2).replace(place, evil + place, 1)))
    assert (reading.answer.errors, reading.answer.token) == ((), "abc")
    assert all(isinstance(item, RawRecord) for item in reading.items)


@pytest.mark.parametrize(
    "request_words",
    [
        b"<request><ListRecords>" + NESTED + b"</ListRecords></request>",
        b"<request><error code='badArgument'/><resumptionToken>evil</resumptionToken></request>",
    ],
)
def test_X13_nothing_below_the_question_is_obeyed(request_words: bytes) -> None:
    body = PLAIN.replace(b"<request>http://a.example/oai</request>", request_words, 1)
    try:
        reading = read(body)
    except SourceError as error:
        assert error.code == "structure"  # noqa: PT017 - either is right
        return
    assert (len(reading.items), reading.answer.token, reading.answer.errors) == (5, "abc", ())


def test_X14_metadata_as_text_and_several_roots_are_for_the_mapping() -> None:
    escaped = record(1)
    start, end = escaped.index(b"<metadata>") + 10, escaped.index(b"</metadata>")
    escaped = escaped[:start] + html.escape(escaped[start:end].decode()).encode() + escaped[end:]
    several = record(2).replace(b"</metadata>", b"<x/><y/></metadata>")
    reading = read(page(escaped, several))
    assert [type(item) for item in reading.items] == [RawRecord, RawRecord]
    assert [item.body for item in reading.items] == [escaped, several]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "identifier",
    [
        "VNU_123/147515", "http://a.example/?x=1#2", "doi:10.1/a b", "Luận văn số 5", "a:b::c", "\u00a0x\u00a0",
        "oai:localhost:123456789/7", "ôi\u0300", "</x>&'\"", "123",
    ],
)  # fmt: skip
def test_X15_an_identifier_is_whatever_the_source_says(identifier: str) -> None:
    body = record(1).replace(b"oai:a.example:2", html.escape(identifier).encode())
    (item,) = read(page(body)).items
    assert isinstance(item, RawRecord)
    assert item.identifier == identifier


def test_X16_sets_that_no_schema_allows() -> None:
    sets = "<setSpec>?? / x</setSpec><setSpec/><setSpec> a:b </setSpec><setSpec>Khoa Toán</setSpec>"
    (item,) = read(page(record(1, sets))).items
    assert isinstance(item, RawRecord)
    assert item.sets == ("?? / x", "a:b", "Khoa Toán")


def test_D10_a_datestamp_by_another_name_or_none_at_all() -> None:
    odd = record(1).replace(b"<datestamp>2026-01-01</datestamp>", b"<dateStamp> 2015-01-11T15:20:21 </dateStamp>")
    none = record(2).replace(b"<datestamp>2026-01-01</datestamp>", b"")
    first, second = read(page(odd, none)).items
    assert isinstance(first, RawRecord)
    assert isinstance(second, RawRecord)
    assert (first.datestamp, second.datestamp) == ("2015-01-11T15:20:21", "")


# --- lists of headers ------------------------------------------------------------------------------------------------


def test_headers_are_cut_and_read_like_records() -> None:
    plain = b"<header><identifier>oai:a.example:%d</identifier><datestamp>2026-01-01</datestamp>"
    plain += b"<setSpec>a</setSpec></header>"
    gone = (
        b"<header status='deleted'><identifier>oai:a.example:3</identifier><datestamp>2026-01-02</datestamp></header>"
    )
    odd = b"<header status='hidden'><identifier>oai:a.example:4</identifier></header>"
    reading = read(headers(plain % 1, plain % 2, gone, odd, b"<header/>"))
    assert reading.items == ()
    one, two, three, four, five = reading.headers
    assert one == Header("oai:a.example:1", "2026-01-01", ("a",), False, plain % 1)
    assert isinstance(two, Header)
    assert three == Header("oai:a.example:3", "2026-01-02", (), True, gone)
    assert four == Rejected("oai:a.example:4", "unknown_status", odd)
    assert five == Rejected(None, "no_identifier", b"<header/>")
    assert reading.answer.token == "abc"


def test_headers_are_repaired_like_records() -> None:
    reading = read(
        headers(b"<header><identifier>a&b</identifier></header>", b"<header><identifier>a\x01</identifier></header>")
    )
    assert reading.headers[0] == Header("a&b", "", (), False, b"<header><identifier>a&amp;b</identifier></header>")
    assert isinstance(reading.headers[1], Rejected)
    assert reading.headers[1].code == "identifier_damaged"


def test_an_answer_without_records_has_none() -> None:
    for inner in (b"<ListRecords/>", b"<ListRecords></ListRecords>", b"<ListRecords>\n<!-- -->\n</ListRecords>"):
        reading = read(b"<OAI-PMH><responseDate/>" + inner + b"</OAI-PMH>")
        assert (reading.items, reading.headers, reading.answer.verb, reading.answer.token) == (
            (),
            (),
            "ListRecords",
            None,
        )
    reading = read(b"<OAI-PMH><error code=' noRecordsMatch '> none </error><error code='x'/></OAI-PMH>")
    assert reading.answer.errors == (("noRecordsMatch", "none"), ("x", ""))
    assert envelope(b"<OAI-PMH><Identify/></OAI-PMH>")[0].verb == "Identify"


@pytest.mark.parametrize("place", [b"<metadata>", b"</record>", b"<datestamp>", b"</header>"])
def test_words_where_a_tag_stood_refuse_the_page(place: bytes) -> None:
    """Two flipped bits can join two records into one; the words that are left betray them."""
    assert refused(page(record(1), record(2).replace(place, b"|/record>" + place, 1))) == "structure"


def test_two_records_joined_by_damage_are_not_taken_for_one() -> None:
    both = page(record(1), record(2))
    assert refused(both.replace(b"</record>\n<record>", b"|/record>\n|record>")) == "structure"
    listed = b"<header><identifier>oai:a.example:1</identifier></header>"
    assert refused(headers(listed, listed).replace(b"</header>\n<header>", b"|/header>\n|header>")) == "structure"
