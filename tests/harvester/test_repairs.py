"""The small repairs one by one: each does what it says, touches nothing that was right, and is done once."""

from __future__ import annotations

import html.entities

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from harvester import repairs
from harvester.charset import chosen, replaced, utf8_letters
from harvester.repairs import mend
from tests.harvester.pages import PLAIN, in_charset, read

SAMPLES = (
    "xin chào", " ", "&", "&amp;", "&nbsp;", "&ocirc;", "&khong;", "&#65;", "&#x1F600;", "&#0;", "&#x1a;", "&#55349;",
    "&#56320;", "&#xD835;", "&#xDC00;", "&#", ";", "\x00", "\x0b", "\x1f", "\t", "\r\n", "\ufffe", "\ufffd", "ễ",
    "\U0001d400", "<a>", "</a>", "<a b='1' b='1'/>", "<a b='1' b='2'/>", "<a b=\"&\"/>", "<?xml version='1.0'?>",
    "<?p x?>", "<!-- & -->", "<![CDATA[ & &nbsp; <?xml ?> ]]>", "<!--", "<![CDATA[", "]]>", "<", ">",
    "<identifier>", "</identifier>",
)  # fmt: skip
RAW = (b"\xed\xa0\xb5", b"\xed\xb0\x80", b"\xe1\xba", b"\xff", b"\x80", b"\xc3")
words = st.text(max_size=3).map(lambda text: text.encode("utf-8", "ignore"))
pieces = st.one_of(st.sampled_from(SAMPLES).map(str.encode), st.sampled_from(RAW), words)
piece = st.lists(pieces, max_size=12).map(b"".join)


def wrapped(text: bytes) -> bytes:
    return b"<record>" + text + b"</record>"


def well_formed(text: bytes) -> bool:
    try:
        etree.fromstring(text)
    except etree.XMLSyntaxError:
        return False
    return True


@settings(deadline=None, derandomize=True, max_examples=600)
@given(piece)
@example(b"&#55349;&#55349;&#56320;")
@example(b"<identifier>a\x01&#2;\xed\xa0\xb5</identifier>")
@example(b"<?x<?xml version='1.0'?>ml ?>")
@example(b"&am&amp;p;")
def test_what_was_mended_needs_no_mending(text: bytes) -> None:
    once, _ = mend(wrapped(text))
    twice, made = mend(once)
    if well_formed(once):
        assert (twice, made) == (once, {})


@settings(deadline=None, derandomize=True, max_examples=600)
@given(piece)
def test_what_is_well_formed_is_never_touched(text: bytes) -> None:
    body = wrapped(text)
    if well_formed(body):
        assert mend(body) == (body, {})


@settings(deadline=None, derandomize=True, max_examples=600)
@given(piece)
def test_no_repair_adds_or_takes_a_tag_of_the_protocol(text: bytes) -> None:
    body = wrapped(text)
    after, _ = mend(body)
    for tag in (b"<record", b"</record", b"<identifier", b"</identifier", b"<a", b"</a", b"<!--", b"<![CDATA["):
        assert after.count(tag) == body.count(tag), tag


def test_every_entity_of_html_becomes_its_letters() -> None:
    for name, letters in html.entities.html5.items():
        if name.endswith(";") and name not in ("lt;", "gt;", "amp;", "quot;", "apos;"):
            after, made = mend(wrapped(b"&" + name.encode()))
            assert etree.fromstring(after).text == letters, name
            assert made == {"repair_entity": 1}


@pytest.mark.parametrize(
    "value", [*range(0x20), 0x7F, 0x85, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10FFFF]
)
def test_references_keep_what_is_a_character(value: int) -> None:
    for reference in (b"&#%d;" % value, b"&#x%x;" % value, b"&#000%d;" % value):
        after, made = mend(wrapped(b"a" + reference + b"b"))
        said = etree.fromstring(after).text
        if value in (9, 10, 13) or (value >= 0x20 and not 0xD800 <= value <= 0xDFFF and value not in (0xFFFE, 0xFFFF)):
            assert (said, made) == (f"a{chr(value)}b", {})
        else:
            assert (said, made) == ("a b" if value in (11, 12) else "ab", {"repair_reference": 1})


def test_all_pairs_of_halves_are_joined() -> None:
    for value in (0x10000, 0x1D400, 0x1F600, 0x20000, 0x2F800, 0x10FFFF):
        high, low = 0xD800 + ((value - 0x10000) >> 10), 0xDC00 + ((value - 0x10000) & 0x3FF)
        for text in (b"&#%d;&#%d;" % (high, low), b"&#x%x;&#x%X;" % (high, low)):
            after, made = mend(wrapped(text))
            assert (etree.fromstring(after).text, made) == (chr(value), {"repair_surrogate": 1})


@pytest.mark.parametrize(("charset", "kept"), [("VISCII", True), ("TCVN", True), ("windows-1258", False), ("", False)])
def test_control_characters_that_are_letters_stay(charset: str, kept: bool) -> None:
    """VISCII has Ẳ where ASCII has a control character."""
    after, _ = mend(wrapped(b"a\x02b"), charset)
    assert (b"\x02" in after) is kept


def test_each_step_has_a_sentence() -> None:
    from harvester.messages import MESSAGES

    for charset in ("", "windows-1258", "VISCII"):
        for name, _ in repairs._steps(charset):
            assert name in MESSAGES


# --- encodings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["windows-1258", "TCVN", "VISCII"])
def test_few_words_are_enough_to_know_an_encoding(charset: str) -> None:
    words = "Giáo án điện tử: phương pháp giảng dạy môn Lịch sử lớp năm"
    sent = in_charset(f"<x>{words}</x>".encode(), charset, "x").split(b"\n", 1)[1]
    assert chosen([sent]) == charset


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"ascii only",
        b"\xff\xfe\x80",
        b"x\x80\x81",
        "привет мир книга слово школа".encode("koi8-r"),
        "数学教学".encode("gbk"),
    ],
)
def test_nothing_is_chosen_by_guessing(text: bytes) -> None:
    assert chosen([text]) is None


def test_a_page_of_the_town_is_known_in_every_part() -> None:
    """Each record of a page alone says the same as the whole page, or nothing."""
    for charset in ("windows-1258", "TCVN", "VISCII"):
        reading = read(in_charset(PLAIN, charset, "UTF-8"))
        found = {chosen([body]) for body in reading.cut.records}
        assert found <= {charset, None}
        assert charset in found


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.binary(max_size=40))
def test_broken_letters_are_counted_as_they_are_replaced(text: bytes) -> None:
    after, number = replaced(text)
    assert utf8_letters(text)[1] == number
    lone = b"".join(bytes([byte]) for byte in text)
    assert (number == 0) == (after == lone)
    after.decode("utf-8", "surrogatepass")


def test_letters_are_counted() -> None:
    assert utf8_letters("Tiếng Việt".encode()) == (2, 0)
    assert utf8_letters("Tiếng Vi".encode() + b"\xe1\xbb") == (1, 1)
    assert utf8_letters(b"abc") == (0, 0)


@pytest.mark.parametrize(
    "broken",
    [
        b"<\x01/record>", b"</rec\x01ord>", b"<&#1;record>", b"<rec&#x1a;ord>", b"<rec<?xml ?>ord>",
        b"<\xed\xa0\xb5record>", b"<!-\x01- x -->", b"<![CDATA[a]]\x01><record/>]]>", b"<!--a-\x01-><record/>-->",
        b"<\x0brecord>", b"<\xef\xbf\xbf/a>",
    ],
)  # fmt: skip
def test_what_is_left_out_never_makes_a_tag_of_what_was_none(broken: bytes) -> None:
    """Found by fuzzing: leaving out the byte between < and a name would have made a record."""
    after, _ = mend(broken)
    for tag in (b"<record>", b"</record>", b"<!--", b"-->", b"]]>", b"</a>"):
        assert after.count(tag) == broken.count(tag), after
