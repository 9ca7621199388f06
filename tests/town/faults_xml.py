"""XML, encodings and records: rules X1 to X16, and what the hazards found nested in metadata."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from html import escape as html_escape

from tests.town.fault import (
    HELLO,
    NEXT,
    PAGE,
    RECORDS,
    WHOLE,
    Change,
    Fault,
    Night,
    changed,
    delete,
    every,
    named,
    on_page,
    once_at,
    ordered,
    partial,
    whole,
)
from tests.town.wire import Act, Place, Wire, right

_RECORD = re.compile(rb"<record>.*?</record>", re.DOTALL)
_TITLE = re.compile(rb"<dc:title>(.*?)</dc:title>", re.DOTALL)
_TONES = "\u0300\u0301\u0303\u0309\u0323"
VERBS = ("Identify", "ListMetadataFormats", "ListSets", "ListRecords")


def in_record(place: int, change: Change) -> Change:
    """Change one record of an answer, counted from 0."""

    def make(body: bytes) -> bytes:
        start, end = list(_RECORD.finditer(body))[place].span()
        return body[:start] + change(body[start:end]) + body[end:]

    return make


def in_every_record(change: Change) -> Change:
    """Change every record of an answer."""
    return lambda body: _RECORD.sub(lambda found: change(found[0]), body)


def titled(*, before: bytes = b"", after: bytes = b"") -> Change:
    """Put something before and after the text of every title."""
    return lambda body: _TITLE.sub(lambda found: b"<dc:title>%b%b%b</dc:title>" % (before, found[1], after), body)


def put(old: bytes, new: bytes) -> Change:
    """Replace something that must be there."""

    def change(piece: bytes) -> bytes:
        assert old in piece or b"<record>" not in piece, (old, piece[:300])
        return piece.replace(old, new)

    return change


def inside(what: bytes) -> Change:
    """Put an element into the metadata of a record, after everything else."""
    return put(b"</oai_dc:dc>", what + b"</oai_dc:dc>")


def from_page(number: int, change: Change) -> Act:
    """Change every answer that shows records, from one page of the list on."""

    since = once_at(number)
    return lambda asked: Wire(change(asked.right())) if since(asked) else right(asked)


# --- the fields of faults that are alike -----------------------------------------------------------------------------


def second(place: Place) -> set[str]:
    """The second record of the second page."""
    return {ordered(place)[PAGE + 1]}


NAMELESS = "its identifier could not be read: the record and its bytes stand on the visit as rejected"


def rejects(code: str, change: Change, server: str, nameless: bool = False) -> dict[str, object]:
    """One record of page 2 cannot be read, and all others are."""
    ledger = {"fetched": RECORDS, "rejected": 1}
    night = whole(
        WHOLE, RECORDS - 1, ledger=ledger, rejected={code: 1}, absent=second, late=NAMELESS if nameless else ""
    )
    kho = "rejects this one record with its reason and its bytes; keeps the others"
    return {"server": server, "kho": kho, "nights": (Night(night, on_page(2, in_record(1, change))),)}


def mends(change: Change, server: str, kho: str, repairs: dict[str, int], **more: object) -> dict[str, object]:
    """Page 2 needs repairs, is kept as it came, and all its records are there."""
    night = Night(whole(repairs=repairs, kept={"repaired": 1}), on_page(2, change))
    return {"server": server, "kho": kho, "nights": (night,), **more}


def mends_all(change: Change, server: str, kho: str, repairs: dict[str, int], **more: object) -> dict[str, object]:
    """Every page of the list needs repairs."""
    night = Night(whole(repairs=repairs, kept={"repaired": 4}), every(change))
    return {"server": server, "kho": kho, "nights": (night,), **more}


def refuses(code: str, change: Change, server: str, kho: str, kept: int = 1, **more: object) -> dict[str, object]:
    """Everything from page 2 on cannot be accepted; the first page is, and refused answers are kept as they came."""
    expect = partial(code, HELLO + 20, PAGE, kept={code: kept})
    return {"server": server, "kho": kho, "nights": (Night(expect, from_page(2, change)),), **more}


def reads(change: Change, server: str, kho: str, *verbs: str, **more: object) -> dict[str, object]:
    """Nothing is wrong with it, although it looks so."""
    return {"server": server, "kho": kho, "nights": (Night(whole(), every(change, *verbs)),), **more}


# --- damage ---------------------------------------------------------------------------------------------------------


def in_windows_1258(body: bytes) -> bytes:
    """The letters in windows-1258, where a tone is a mark of its own; the declaration still says UTF-8."""
    return b"".join(map(_in_windows_1258, body.decode()))


def _in_windows_1258(letter: str) -> bytes:
    parts = unicodedata.normalize("NFD", letter)
    tones = "".join(part for part in parts if part in _TONES)
    base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    return (base + tones).encode("cp1258", "replace")


def shown_in_windows_1258(text: str) -> str:
    """What is left of a text that went through windows-1258."""
    return unicodedata.normalize("NFC", b"".join(map(_in_windows_1258, text)).decode("cp1258"))


def mojibake(text: str) -> str:
    """What a text becomes that is encoded twice."""
    return text.encode().decode("latin-1").translate(dict.fromkeys(range(127, 160)))


def titled_as_mojibake(body: bytes) -> bytes:
    return _TITLE.sub(lambda found: b"<dc:title>" + mojibake(found[1].decode()).encode() + b"</dc:title>", body)


def prefixed(body: bytes) -> bytes:
    """Every element of OAI-PMH carries a prefix."""
    body = body.replace(b'xmlns="http://www.openarchives.org', b'xmlns:oai="http://www.openarchives.org')
    return re.sub(rb"<(/?)([A-Za-z-]+)(?=[\s>/])", rb"<\1oai:\2", body)


def namespaces_above(body: bytes) -> bytes:
    """Namespaces are declared at the root only: a record by itself is not well-formed."""
    declarations = (
        b'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"',
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"',
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    )
    for each in declarations:
        body = body.replace(b" " + each, b"")
    return body.replace(b"<OAI-PMH ", b"<OAI-PMH " + b" ".join(declarations) + b" ", 1)


def escaped(record: bytes) -> bytes:
    """The metadata is a text that looks like XML."""
    start, end = record.index(b"<metadata>") + 10, record.index(b"</metadata>")
    return record[:start] + html_escape(record[start:end].decode(), quote=False).encode() + record[end:]


def doctype(declaration: bytes, title: bytes) -> Change:
    """A DOCTYPE before the root, and an entity of it in every title."""
    return lambda body: titled(before=title)(body.replace(b"<OAI-PMH", declaration + b"<OAI-PMH", 1))


LAUGHS = (
    b'<!DOCTYPE OAI-PMH [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)
XXE = b'<!DOCTYPE OAI-PMH [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
FORGED = (
    b"<record><header><identifier>oai:other.example:1</identifier><datestamp>2026-01-01T00:00:00Z</datestamp></header>"
    b"<metadata><x/></metadata></record>"
)
ODD_NAMES = (
    "VNU_123/147515", "doi:10.1234/abc", "https://truong.example/hoc lieu/5", "Giáo án số 5", "a:b:c:d::e", "ABC",
    "abc", "oai:truong.example:%2F5",
)  # fmt: skip


def oddly_named(place: Place) -> None:
    """Some records have identifiers of every kind; two differ by case only."""
    repository = place.repository
    for old, new in zip(ordered(place), ODD_NAMES, strict=False):
        repository.entries[new] = replace(repository.entries.pop(old), identifier=new)
    repository.replace([])


def no_header(record: bytes) -> bytes:
    return re.sub(rb"<header>.*?</header>", b"", record)


def no_identifier(record: bytes) -> bytes:
    return re.sub(rb"<identifier>.*?</identifier>", b"", record)


def no_metadata(record: bytes) -> bytes:
    return re.sub(rb"<metadata>.*?</metadata>", b"", record, flags=re.DOTALL)


def empty_metadata(record: bytes) -> bytes:
    return re.sub(rb"<metadata>.*?</metadata>", b"<metadata/>", record, flags=re.DOTALL)


def still_described(body: bytes) -> bytes:
    """Tombstones keep their metadata."""
    return re.sub(rb'(<header status="deleted">.*?</header>)', rb"\1<metadata><x/></metadata>", body)


KEPT = "repairs it, counts the repairs, keeps the page as it came, and takes all its records"
UNHARMED = "reads it as it is"

FAULTS = (
    Fault("control-characters", ("X1",), **mends_all(
        titled(before=b"\x01\x1a", after=b"\x0b"), "has bytes in its titles that are no characters", KEPT,
        {"repair_control": 3 * RECORDS}), both=True),
    Fault("references-to-nothing", ("X1",), **mends_all(
        titled(before=b"&#x1a;&#xFFFE;"), "refers to characters that do not exist", KEPT,
        {"repair_reference": 2 * RECORDS})),
    Fault("halves-of-letters", ("X1",), **mends_all(
        titled(after=b" &#55349;&#56320;"), "writes a letter as references to its two halves", KEPT,
        {"repair_surrogate": RECORDS}, titles=lambda entry: entry.first("title") + " \U0001d400")),
    Fault("html-entities", ("X2",), **mends_all(
        titled(after=b" &ocirc;&nbsp;m&#224;u"), "writes entities of HTML", "keeps every letter; " + KEPT,
        {"repair_entity": 2 * RECORDS}, titles=lambda entry: entry.first("title") + " ô\u00a0màu")),
    Fault("bare-ampersand", ("X2",), **mends_all(
        titled(after=b" R&D & C"), "writes & where &amp; is meant", "keeps the sign; " + KEPT,
        {"repair_ampersand": 2 * RECORDS}, titles=lambda entry: entry.first("title") + " R&D & C")),
    Fault("blank-lines-before", ("X3",), **mends(
        lambda body: b"\n\n  " + body, "begins with blank lines", KEPT, {"repair_before": 1})),
    Fault("byte-order-mark", ("X3",), **reads(
        lambda body: b"\xef\xbb\xbf" + body, "begins with a byte order mark", UNHARMED, *VERBS)),
    Fault("notice-after", ("X4",), **mends(
        lambda body: body + b"\n<br />\n<b>Warning</b>: mysql_close() in <b>/var/www/oai.php</b>\n",
        "ends with a warning of PHP", KEPT, {"repair_after": 1})),
    Fault("notice-before", ("X4",), **mends(
        lambda body: b"Notice: Undefined index: set in /var/www/oai.php on line 88\n" + body,
        "begins with a notice of PHP", KEPT, {"repair_before": 1})),
    Fault("inner-prologs", ("X5",), **mends(
        in_every_record(put(b"<metadata>", b'<metadata><?xml version="1.0" encoding="UTF-8"?>')),
        "begins the metadata of each record with an XML declaration", KEPT, {"repair_prolog": PAGE})),
    Fault("windows-1258-as-utf-8", ("X6",), **mends_all(
        in_windows_1258, "says UTF-8 and sends windows-1258", "recognises the encoding by the syllables; " + KEPT,
        {"repair_charset": 4}, titles=lambda entry: shown_in_windows_1258(entry.first("title")))),
    Fault("half-a-letter", ("X6",), **mends_all(
        titled(after=b" \xe1\xba"), "cuts texts in the middle of a letter", "shows that a letter is lost; " + KEPT,
        {"repair_letter": RECORDS}, titles=lambda entry: entry.first("title") + " \ufffd")),
    Fault(
        "wrong-charset-in-header", ("X7",), "says ISO-8859-1 in Content-Type and UTF-8 in the document", UNHARMED,
        (Night(whole(), lambda asked: right(asked).having("Content-Type", "text/xml; charset=ISO-8859-1")),),
    ),
    Fault("mojibake", ("X8",), **reads(
        titled_as_mojibake, "encodes its titles twice", "keeps what was said; the mapping repairs it",
        titles=lambda entry: mojibake(entry.first("title")))),
    Fault("numbers-for-letters", ("X9",), **reads(
        lambda body: body.decode().encode("ascii", "xmlcharrefreplace"), "writes every letter as a number", UNHARMED)),
    Fault("billion-laughs", ("X10",), **refuses(
        "doctype", doctype(LAUGHS, b"&a9;"), "defines entities that grow to a billion", "refuses any DOCTYPE")),
    Fault("external-entity", ("X10",), **refuses(
        "doctype", doctype(XXE, b"&x;"), "wants a file of ours put into its titles", "refuses any DOCTYPE")),
    Fault("prefixed", ("X11",), **reads(prefixed, "writes oai: before every element", UNHARMED, *VERBS)),
    Fault("other-namespace", ("X11",), **reads(
        put(b'xmlns="http://www.openarchives.org/OAI/2.0/"', b'xmlns="http://www.openarchives.org/OAI/1.1/"'),
        "has the namespace of another version", "goes by the names", *VERBS)),
    Fault("no-namespace", ("X11",), **reads(
        put(b' xmlns="http://www.openarchives.org/OAI/2.0/"', b""), "has no namespace", "goes by the names", *VERBS)),
    Fault("namespaces-above", ("X12",), **reads(
        namespaces_above, "declares the namespaces of all records at the root",
        "keeps the tags above a record with it")),
    Fault("no-header", ("X13",), **rejects("no_header", no_header, "has a record without a header", nameless=True)),
    Fault("no-identifier", ("X13",), **rejects(
        "no_identifier", no_identifier, "has a record without an identifier", nameless=True)),
    Fault("no-metadata", ("X13",), **rejects(
        "no_metadata", no_metadata, "has a record that is neither deleted nor described")),
    Fault("empty-metadata", ("X13",), **rejects("no_metadata", empty_metadata, "has a record with empty metadata")),
    Fault("unknown-status", ("X13",), **rejects(
        "unknown_status", put(b"<header>", b'<header status="hidden">'), "has a record with status hidden")),
    Fault(
        "deleted-in-capitals", ("X13",), "writes status Deleted", "withdraws the record",
        (Night(whole()), Night(changed(NEXT, withdrawn=1, withdrawn_names=named(5)),
                               every(lambda body: body.replace(b'"deleted"', b'"Deleted"')), day=delete(5))),
    ),
    Fault(
        "deleted-and-described", ("X13",), "leaves the metadata in its tombstones", "withdraws the record",
        (Night(whole()), Night(changed(NEXT, withdrawn=1, withdrawn_names=named(5)),
                               every(still_described), day=delete(5))),
    ),
    Fault("escaped-metadata", ("X14",), **reads(
        in_every_record(escaped), "sends its metadata as a text that looks like XML", "keeps it for the mapping",
        titles=lambda entry: "")),
    Fault("two-roots", ("X14",), **reads(
        in_every_record(put(b"</oai_dc:dc>", b"</oai_dc:dc><extra/>")), "has two elements in each metadata", UNHARMED)),
    Fault(
        "odd-identifiers", ("X15", "P7"),
        "has identifiers with spaces, colons and Vietnamese letters, two differ by case",
        "keeps every one as it is", (Night(whole(), day=oddly_named),),
    ),
    Fault("odd-sets", ("X16",), **reads(
        in_every_record(put(b"</header>", b"<setSpec>?? /</setSpec><setSpec/></header>")),
        "has sets that no schema allows", UNHARMED)),
    Fault("record-in-record", ("X13", "T4"), **rejects(
        "nested_record", inside(FORGED), "hides another record in the metadata of one")),
    Fault("error-in-metadata", ("X13",), **reads(
        in_every_record(inside(b'<error code="badArgument">x</error>')), "has an <error> in its metadata",
        "does not obey it")),
    Fault("token-in-metadata", ("X13",), **reads(
        in_every_record(inside(b"<resumptionToken>evil</resumptionToken>")), "has a token in its metadata",
        "does not obey it")),
    Fault("tags-in-comments", ("X13",), **reads(
        in_every_record(inside(b"<!-- </record><record> --><x><![CDATA[</record></metadata>]]></x>")),
        "has end tags in comments and CDATA", "finds the real ends")),
    Fault("too-many-elements", ("X10",), **rejects(
        "record_too_many_elements", inside(b"<x/>" * 5_001), "has a record of more than 5,000 elements")),
    Fault("too-many-attributes", ("X10",), **rejects(
        "record_too_many_attributes", inside(b"<x " + b" ".join(b'a%d=""' % n for n in range(101)) + b"/>"),
        "has an element of more than 100 attributes")),
    Fault("too-large-a-record", ("X10", "H16"), **rejects(
        "record_too_large", inside(b"<x>" + b"a" * 1_100_000 + b"</x>"), "has a record of more than a megabyte")),
    Fault("too-deep-a-record", ("X10",), **rejects(
        "record_too_deep", inside(b"<x>" * 300 + b"</x>" * 300), "has a record 300 elements deep")),
    Fault("unclosed-element", ("X2",), **refuses(
        "malformed", put(b"</dc:title>", b""), "forgets to close an element",
        "accepts no record of such an answer, and keeps it as it came", 2)),
    Fault("two-lists", ("X13",), **refuses(
        "structure", put(b"</OAI-PMH>", b"<ListRecords>" + FORGED + b"</ListRecords></OAI-PMH>"),
        "puts two lists into one answer", "accepts no record of such an answer", 2)),
)  # fmt: skip
