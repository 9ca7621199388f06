"""One page is accepted whole or not at all; the even cut and the careful cut agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.errors import SourceError
from harvester.page import Cut, document, envelope, fingerprint, read_page, read_record
from harvester.page.even import even_cut
from harvester.page.framing import frame
from harvester.record import RawRecord, Rejected
from tests.harvester.pages import HEAD, PLAIN, TAIL, cut, page, record


def _even(body: bytes) -> Cut | None:
    """Cut a page evenly, as if nothing of it were held."""
    found = even_cut(body, frame(body))
    return None if found is None or any(map(found[1].nests, range(len(found[1])))) else found[0]


def test_an_envelope_says_clock_token_and_size() -> None:
    answer, _ = envelope(cut(PLAIN).envelope)
    assert (answer.response_date, answer.token, answer.declared) == ("2026-11-20T19:00:00Z", "abc", 7)
    assert answer.verb == "ListRecords"


@pytest.mark.parametrize("token", [b"<resumptionToken/>", b"<resumptionToken>  \n</resumptionToken>", b""])
def test_t1_an_empty_token_is_the_end(token: bytes) -> None:
    body = HEAD + record(1) + token + b"</ListRecords></OAI-PMH>"
    assert envelope(cut(body).envelope)[0].token is None


def test_even_and_careful_cut_agree() -> None:
    even, careful = _even(PLAIN), cut(PLAIN)
    assert even is not None
    assert (even.context, tuple(even.records)) == (careful.context, careful.records)
    assert len(even.records) == 5


@pytest.mark.parametrize(
    "body",
    [
        page(record(1), b"<!-- <record>no</record> -->", record(2)),
        page(record(1), record(2)).replace(b"</dc:title>", b"<![CDATA[</record><record>]]></dc:title>", 1),
        page(record(1), record(2)).replace(b"<metadata>", b'<metadata><record xmlns="">', 1).replace(
            b"</metadata>", b"</record></metadata>", 1
        ),
        page(record(1), record(2)).replace(b"<record>", b"<record >"),
        page(record(1), record(2)).replace(b"</record>", b"</record >"),
    ],
    ids=["comment", "cdata", "nested", "space in start tag", "space in end tag"],
)  # fmt: skip
def test_doubtful_pages_go_to_the_careful_cut(body: bytes) -> None:
    parts = cut(body)
    assert len(parts.records) == 2
    for piece in parts.records:
        assert isinstance(read_record(parts.context, piece, "oai_dc", b""), RawRecord)
    assert b"<record" not in envelope(parts.envelope)[0].verb.encode()


def test_a_prefix_on_every_element_is_read() -> None:
    body = PLAIN
    for name in (b"OAI-PMH", b"ListRecords", b"record", b"header", b"identifier", b"metadata", b"resumptionToken"):
        body = body.replace(b"<" + name, b"<o:" + name).replace(b"</" + name, b"</o:" + name)
    body = body.replace(b"xmlns=", b"xmlns:o=", 1)
    parts = cut(body)
    assert len(parts.records) == 5
    read = [read_record(parts.context, piece, "oai_dc", b"") for piece in parts.records]
    assert [each.identifier for each in read] == [f"oai:a.example:{n + 1}" for n in range(5)]
    assert envelope(parts.envelope)[0].token == "abc"


def _accept(body: bytes) -> list[RawRecord | Rejected]:
    reading = read_page(body, name="oai_dc")
    if reading.answer.verb != "ListRecords":
        raise SourceError("structure")
    return list(reading.items)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<!DOCTYPE html><html><body>B\xe1\xba\xa3o tr\xc3\xac</body></html>", "html_page"),
        (b"  <HTML></HTML>", "html_page"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "html_page"),
        (b"<rss/>", "not_oai_pmh"),
        (b"<Identify><x/></Identify>", "old_protocol"),
        (b'<?xml version="1.0"?><oai:ListRecords xmlns:oai="x"></oai:ListRecords>', "old_protocol"),
        (b'<Repository xmlns="http://www.openarchives.org/OAI/2.0/static-repository"/>', "static_repository"),
        (b"", "malformed"),
        (b"Fatal error", "malformed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + PLAIN, "doctype"),
        (PLAIN.replace(b"?>", b'?><!DOCTYPE OAI-PMH [<!ENTITY a "bbbb">]>', 1), "doctype"),
        (PLAIN.decode().encode("utf-16"), "encoding"),
        (PLAIN.replace(b"</ListRecords>", b"</ListRecords><ListRecords></ListRecords>"), "structure"),
        (page(record(1), b"rubbish", record(2)), "structure"),
        (HEAD + "<error>привет слово книга школа учебник</error>".encode("koi8-r") + TAIL, "encoding"),
        (PLAIN.replace(b"<dc:title>", b"<dc:title><b>", 1), "malformed"),
        (PLAIN + PLAIN, "malformed"),
    ],
)
def test_what_is_refused_is_named(body: bytes, code: str) -> None:
    with pytest.raises(SourceError) as refused:
        _accept(body)
    assert refused.value.code == code


def test_a_page_that_ends_too_early_says_after_how_many_bytes() -> None:
    """Wherever it breaks off: between tags, in a tag, in words; one that is wrong otherwise is not said to be cut."""
    for size in range(PLAIN.index(b"<responseDate>"), len(PLAIN.rstrip()) - 1, 7):
        with pytest.raises(SourceError) as refused:
            _accept(PLAIN[:size])
        said = {"vi": f"bị cắt ngang sau {size} byte", "en": f"cut off after {size} bytes"}
        for language, other in (("vi", "en"), ("en", "vi")):
            assert said[language] in refused.value.sentence(language)
            assert said[other] not in refused.value.sentence(language)
        assert refused.value.code == "malformed"
    for wrong in (PLAIN.replace(b"<dc:title>", b"<dc:title><b>", 1), PLAIN.replace(b"<dc:title>", b"<dc:title><", 1)):
        with pytest.raises(SourceError) as refused:
            _accept(wrong)
        assert "cut off" not in str(refused.value.facts["detail"])


@pytest.mark.parametrize(
    ("change", "code", "identifier"),
    [
        (lambda body: body.replace(b"<identifier>", b"<x>").replace(b"</identifier>", b"</x>"), "no_identifier", None),
        (lambda body: body.replace(b"<header>", b'<header status="gone">'), "unknown_status", "oai:a.example:2"),
        (lambda body: body.replace(b"oai:a.example", b"x" * 2_100), "identifier_too_long", None),
        (lambda body: body[: body.index(b"<metadata>")] + b"</record>", "no_metadata", "oai:a.example:2"),
        (lambda body: body[: body.index(b"<metadata>")] + b"<metadata/></record>", "no_metadata", "oai:a.example:2"),
        (lambda _: b"<record><metadata><a/></metadata></record>", "no_header", None),
    ],
)
def test_x13_a_record_that_cannot_be_read_is_rejected_alone(change: object, code: str, identifier: str | None) -> None:
    parts = cut(page(record(1), change(record(1)), record(3)))  # type: ignore[operator]
    read = [read_record(parts.context, piece, "oai_dc", b"") for piece in parts.records]
    assert isinstance(read[1], Rejected)
    assert (read[1].code, read[1].identifier) == (code, identifier)
    assert read[1].body == parts.records[1]
    assert isinstance(read[0], RawRecord)
    assert isinstance(read[2], RawRecord)


@pytest.mark.parametrize("status", [b"deleted", b"Deleted", b"DELETED "])
def test_x13_deleted_in_any_case_also_with_metadata(status: bytes) -> None:
    body = record(1).replace(b"<header>", b'<header status="' + status + b'">')
    parts = cut(page(body))
    read = read_record(parts.context, parts.records[0], "oai_dc", b"")
    assert isinstance(read, RawRecord)
    assert read.deleted


def test_a_body_and_its_context_parse_and_come_as_they_were() -> None:
    from lxml import etree

    parts = cut(PLAIN)
    for piece in parts.records:
        assert piece in PLAIN
        assert etree.fromstring(document(parts.context, piece))[0][0].tag.endswith("record")


def test_content_ignores_the_datestamp_and_sees_everything_else() -> None:
    def content(body: bytes) -> bytes:
        parts = cut(page(body))
        read = read_record(parts.context, parts.records[0], "oai_dc", b"")
        return read.content if isinstance(read, RawRecord) else b""

    plain = record(1, "<setSpec>a</setSpec><setSpec>b</setSpec>")
    assert content(plain) == content(plain.replace(b"2026-01-01", b"2026-09-09"))
    assert content(plain) == content(record(1, "<setSpec>b</setSpec><setSpec>a</setSpec>"))
    assert content(plain) != content(record(1, "<setSpec>a</setSpec>"))
    assert content(plain) != content(plain.replace(b"<dc:title>", b"<dc:title>x"))
    assert content(plain) != content(plain.replace(b"<header>", b'<header status="deleted">'))


def test_fingerprints_tell_context_and_body_apart() -> None:
    assert fingerprint(b"<a>", b"<b/>") != fingerprint(b"<a> ", b"<b/>")
    assert len(fingerprint(b"", b"")) == 16


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.sampled_from(["record", "comment", "space", "cdata", "nested"]), max_size=8), st.integers(0, 9))
def test_both_cuts_find_the_same_records(pieces: list[str], seed: int) -> None:
    made = {
        "record": record(seed),
        "comment": b"<!-- </record> -->",
        "space": b"\n\t ",
        "cdata": record(seed).replace(b"</dc:title>", b"<![CDATA[<record>]]></dc:title>"),
        "nested": record(seed).replace(b"<metadata>", b"<metadata><record/>"),
    }
    body = page(*(made[piece] for piece in pieces))
    even, careful = _even(body), cut(body)
    assert len(careful.records) == sum(piece not in ("comment", "space") for piece in pieces)
    if even is not None and not {"comment", "cdata"} & set(pieces):
        assert tuple(even.records) == careful.records
    assert [item.body for item in read_page(body).items] == list(careful.records)
