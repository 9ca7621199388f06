"""Characters and encodings, entities and what stands around an answer (X1 to X9): read, repaired, or refused."""

from __future__ import annotations

import html

import pytest

from harvester.errors import SourceError
from harvester.page import read_page
from harvester.record import RawRecord, Rejected
from tests.harvester.pages import HEAD, PLAIN, TAIL, in_charset, page, read, record, refused, titles, with_title

HALF = "Trường Tiểu học Kim Đồng".encode()[:-3]  # ends within a letter


# --- X1: characters that are none ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "title", "repairs"),
    [
        (b"Gi\xc3\xa1o \x1a\x00\x03\xc3\xa1n", "Giáo án", {"repair_control": 3}),
        (b"Gi\xc3\xa1o\x0b\xc3\xa1n\x0cs\xe1\xbb\x91 1", "Giáo án số 1", {"repair_control": 2}),
        (b"Gi\xc3\xa1o &#x1a;&#xFFFE;&#0;&#31;\xc3\xa1n", "Giáo án", {"repair_reference": 4}),
        (b"Gi\xc3\xa1o&#11;\xc3\xa1n", "Giáo án", {"repair_reference": 1}),
        (b"\xef\xbf\xbeGi\xc3\xa1o\xef\xbf\xbf \xc3\xa1n", "Giáo án", {"repair_control": 2}),
        (b"T\xe1\xba\xadp h\xe1\xbb\xa3p &#55349;&#56320;", "Tập hợp \U0001d400", {"repair_surrogate": 1}),
        (b"T\xe1\xba\xadp h\xe1\xbb\xa3p &#xD835;&#xdc00;", "Tập hợp \U0001d400", {"repair_surrogate": 1}),
        (b"T\xe1\xba\xadp h\xe1\xbb\xa3p \xed\xa0\xb5\xed\xb0\x80", "Tập hợp \U0001d400", {"repair_surrogate": 1}),
        (b"Gi\xc3\xa1o &#55349;\xc3\xa1n &#56320;1", "Giáo án 1", {"repair_reference": 2}),
        (b"Gi\xc3\xa1o \xed\xa0\xb5\xc3\xa1n", "Giáo án", {"repair_control": 1}),
        (b"Gi\xc3\xa1o &#X41;n", "Giáo An", {"repair_reference": 1}),
    ],
)  # fmt: skip
def test_X1_what_is_no_character_is_left_out_and_counted(sent: bytes, title: str, repairs: dict[str, int]) -> None:
    reading = read(with_title(sent))
    assert titles(reading)[1] == title
    assert reading.repairs == repairs
    assert len(reading.items) == 3


@pytest.mark.parametrize("kept", ["Giáo\tán", "Giáo\u0085án", "chữ hỏng \ufffd ở đây", "\u200bẩn\u202e"])
def test_X1_what_is_a_character_stays(kept: str) -> None:
    reading = read(with_title(kept.encode()))
    assert titles(reading)[1] == kept
    assert reading.repairs == {}


def test_X1_in_a_comment_or_section_too() -> None:
    reading = read(with_title(b"<![CDATA[\x01a & b &nbsp;]]><!-- \x02 -->"))
    assert titles(reading)[1] == "a & b &nbsp;"
    assert reading.repairs == {"repair_control": 2}


@pytest.mark.parametrize("damage", [b"\x01", b"&#1;", b"&#55349;", b"\xed\xa0\xb5", b"\xe1\xba", b"<![CDATA[\x01]]>"])
def test_X1_a_damaged_identifier_is_never_made_into_another_one(damage: bytes) -> None:
    body = page(record(1), record(2).replace(b"a.example:3<", b"a.example:" + damage + b"3<"), record(3))
    reading = read(body)
    first, second, third = reading.items
    assert isinstance(second, Rejected)
    assert (second.code, second.identifier) == ("identifier_damaged", None)
    assert isinstance(first, RawRecord)
    assert isinstance(third, RawRecord)


@pytest.mark.parametrize("damage", [b"\x01", b"&#1;", b"\xe1\xba"])
def test_X1_a_damaged_token_is_not_used(damage: bytes) -> None:
    assert refused(PLAIN.replace(b" abc ", b"ab" + damage + b"c")) == "structure"


def test_X1_an_identifier_that_came_with_the_sign_of_loss_keeps_it() -> None:
    odd = record(2).replace(b"a.example:3<", "a.example:\ufffd3<".encode())
    (item,) = read(page(odd)).items
    assert isinstance(item, RawRecord)
    assert item.identifier == "oai:a.example:\ufffd3"


# --- X2: entities and ampersands -------------------------------------------------------------------------------------


def test_X2_entities_of_html_become_the_right_vietnamese_letters() -> None:
    words = "Sách giáo khoa: phương pháp dạy học môn Lịch sử và Địa lí, ôn tập cuối kỳ – bài 12 “Đồng bằng”"
    sent = "".join(f"&{NAMES[letter]};" if letter in NAMES else letter for letter in words)
    assert sent.count("&") > 10
    reading = read(with_title(sent.encode()))
    assert titles(reading)[1] == words
    assert reading.repairs == {"repair_entity": sent.count("&")}


LETTERS = "áàôí–“”Đúýòóéâ"
NAMES = {letter: html.entities.codepoint2name.get(ord(letter), "Dstrok") for letter in LETTERS}


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        (b"T\xc3\xa0i nguy\xc3\xaan & M\xc3\xb4i tr\xc6\xb0\xe1\xbb\x9dng", "Tài nguyên & Môi trường"),
        (b"AT&T &khong; &amp; &lt;b&gt;", "AT&T &khong; & <b>"),
        (b"a&b=1&copy=2", "a&b=1&copy=2"),
        (b"a &#; &#x; &#xg; &#1114112; b", "a &#; &#x; &#xg; &#1114112; b"),
        (b"&&&", "&&&"),
    ],
)
def test_X2_an_ampersand_alone_is_text(sent: bytes, title: str) -> None:
    reading = read(with_title(sent))
    assert titles(reading)[1] == title
    assert set(reading.repairs) <= {"repair_ampersand", "repair_reference"}


def test_X2_an_address_as_identifier_keeps_its_ampersands() -> None:
    odd = record(2).replace(b"oai:a.example:3<", b"http://a.example/?id=3&lang=vi<")
    (item,) = read(page(odd)).items
    assert isinstance(item, RawRecord)
    assert item.identifier == "http://a.example/?id=3&lang=vi"


def test_X2_a_token_keeps_its_ampersands() -> None:
    reading = read(PLAIN.replace(b" abc ", b"set=1&from=2&copy;"))
    assert reading.answer.token == "set=1&from=2\u00a9"
    assert reading.repairs == {"repair_entity": 1, "repair_ampersand": 1}


# --- X3, X4, X5: around and in between -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "repairs"),
    [
        (b"\xef\xbb\xbf", {}),
        (b"\n\n  ", {"repair_before": 1}),
        (b"\xef\xbb\xbf\r\n", {"repair_before": 1}),
        (b"<br />\n<b>Notice</b>:  Undefined index in <b>oai.php</b> on line <b>3</b><br />\n", {"repair_before": 1}),
        (b"\x00\x00\n", {"repair_before": 1}),
        (b'<?xml version="1.0"?>\n', {"repair_declaration": 1}),
        (b'<?xml version="1.0" encoding="UTF-8"?>' * 2, {"repair_declaration": 2}),
        (b"PHP Warning: x\n<?xml version='1.0'?>", {"repair_before": 1, "repair_declaration": 1}),
    ],
)  # fmt: skip
def test_X3_X4_what_stands_before_the_answer(before: bytes, repairs: dict[str, int]) -> None:
    reading = read(before + PLAIN)
    assert reading.repairs == repairs
    assert [item.body for item in reading.items] == [item.body for item in read(PLAIN).items]  # type: ignore[union-attr]


def test_X3_comments_and_instructions_before_and_after_are_allowed() -> None:
    words = b"<?xml-stylesheet href='a.xsl'?><!-- <OAI-PMH> --><OAI-PMH "
    reading = read(PLAIN.replace(b"<OAI-PMH ", words, 1) + b"\n<!-- </OAI-PMH> 12 ms --><?p?>\n")
    assert len(reading.items) == 5
    assert reading.repairs == {}


@pytest.mark.parametrize("after", [b"<b>Warning</b>: mysql_close()", b"\n<br/>x", b"\x00" * 9, b"<!-- never closed"])
def test_X4_what_stands_after_the_answer(after: bytes) -> None:
    reading = read(PLAIN + after)
    assert reading.repairs == {"repair_after": 1}
    assert len(reading.items) == 5


@pytest.mark.parametrize(
    "body",
    [
        b"<record>" + PLAIN,
        b"<error code='badArgument'/>" + PLAIN,
        PLAIN + b"<record></record>",
        PLAIN + PLAIN,
        PLAIN + b"<resumptionToken>x</resumptionToken>",
    ],
)
def test_X4_what_holds_tags_of_the_protocol_is_no_rubbish(body: bytes) -> None:
    assert refused(body) in ("structure", "malformed")


def test_X5_declarations_within_records_are_left_out() -> None:
    reading = read(PLAIN.replace(b"<metadata>", b'<metadata><?xml version="1.0" encoding="utf-8" standalone="no"?>\n'))
    assert reading.repairs == {"repair_prolog": 5}
    assert titles(reading) == titles(read(PLAIN))


def test_X5_in_a_section_they_are_text() -> None:
    title = b"<![CDATA[<?xml version='1.0'?>]]> & c\xc3\xa1ch vi\xe1\xba\xbft"
    reading = read(with_title(title))
    assert titles(reading)[1] == "<?xml version='1.0'?> & cách viết"
    assert reading.repairs == {"repair_ampersand": 1}


def test_attributes_that_are_said_twice() -> None:
    twice = PLAIN.replace(b"<metadata>", b"<metadata a='1' a='1' b=\"2\">")
    assert read(twice).repairs == {"repair_attribute": 5}
    assert refused(PLAIN.replace(b"<metadata>", b"<metadata a='1' a='2'>")) == "malformed"


# --- X6, X7, X9: encodings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["windows-1258", "TCVN", "VISCII"])
@pytest.mark.parametrize("declared", ["UTF-8", "us-ascii", "khong-co"])
def test_X6_another_encoding_than_declared_is_known_by_its_syllables(charset: str, declared: str) -> None:
    reading = read(in_charset(PLAIN, charset, declared))
    assert reading.repairs == {"repair_charset": 1}
    assert titles(reading) == titles(read(PLAIN))
    assert charset.encode() in reading.cut.context


def test_X6_a_western_page_is_read_as_one() -> None:
    words = b"La th\xe9orie des syst\xe8mes: \xe9tude, le\xe7on, \xe0 propos des \xe9l\xe8ves du lyc\xe9e "
    plain = page(*(record(number).decode().encode("ascii", "ignore") for number in range(3)))
    reading = read(plain.replace(b"<dc:title>", b"<dc:title>" + words))
    assert titles(reading)[0].startswith(words.decode("windows-1252").strip())
    assert reading.repairs == {"repair_charset": 1}


def test_X6_where_only_a_guess_would_read_it_nobody_guesses() -> None:
    assert refused(HEAD + "<error>привет слово книга школа учебник</error>".encode("koi8-r") + TAIL) == "encoding"
    assert refused(HEAD + b"<error>\x80\x81\x8d\x8f\x90</error>" + TAIL) == "encoding"


def test_X6_a_letter_cut_in_half_is_seen_to_be_lost() -> None:
    reading = read(with_title(HALF))
    assert titles(reading)[1] == HALF.decode("utf-8", "replace")
    assert titles(reading)[1].endswith("\ufffd")
    assert reading.repairs == {"repair_letter": 1}


def test_X6_one_record_in_another_encoding_shows_what_is_lost_and_spoils_no_other() -> None:
    reading = read(with_title("Cơ sở".encode() + b" tr\xfd\xf5\xccng"))
    assert len(reading.items) == 3
    assert titles(reading)[1].startswith("Cơ sở tr\ufffd")


def test_X7_what_is_utf_8_is_read_as_utf_8_whatever_it_declares() -> None:
    for declared in ("ISO-8859-1", "windows-1252", "utf-16", "unicode"):
        reading = read(PLAIN.replace(b"UTF-8", declared.encode(), 1))
        assert titles(reading) == titles(read(PLAIN)), declared
        assert reading.repairs == {"repair_charset": 1}


def test_X7_the_document_comes_before_the_header() -> None:
    reading = read_page(PLAIN, "", name="oai_dc", content_type="text/xml; charset=ISO-8859-1")
    assert titles(reading) == titles(read(PLAIN))
    assert reading.repairs == {}


@pytest.mark.parametrize("charset", ["windows-1258", "ISO-8859-1"])
def test_X7_what_is_declared_and_true_is_read_without_repairs(charset: str) -> None:
    words = PLAIN if charset == "windows-1258" else with_title("Été à l'école, leçon".encode())
    plain = page(record(1)) if charset == "windows-1258" else words
    reading = read(in_charset(plain, charset, charset))
    assert reading.repairs == {}
    assert len(reading.items) == len(read(plain).items)


def test_X7_the_header_counts_where_the_document_is_silent() -> None:
    silent = in_charset(PLAIN, "windows-1258", "UTF-8").replace(b" encoding='UTF-8'", b"", 1)
    reading = read_page(silent, "", name="oai_dc", content_type='text/xml; charset="windows-1258"')
    assert titles(reading) == titles(read(PLAIN))
    assert reading.repairs == {"repair_charset": 1}


def test_X7_an_operator_knows_better() -> None:
    body = in_charset(PLAIN, "windows-1258", "UTF-8")
    reading = read_page(body, "", name="oai_dc", charset="windows-1258")
    assert titles(reading) == titles(read(PLAIN))
    assert reading.repairs == {}


@pytest.mark.parametrize("charset", ["utf-16", "ISO-2022-JP", "hz", "utf-7"])
def test_X7_encodings_in_which_tags_are_no_bytes_are_refused(charset: str) -> None:
    with pytest.raises(SourceError, match="encoding"):
        read_page(PLAIN, "", charset=charset)


def test_X9_numbers_for_letters_are_letters() -> None:
    reading = read(PLAIN.decode().encode("ascii", "xmlcharrefreplace"))
    assert titles(reading) == titles(read(PLAIN))
    assert reading.repairs == {}
