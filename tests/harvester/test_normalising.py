"""Marks without end behind one letter: a server's bytes, a page, a record are read in time that grows as they do.

Time is never asked for here. ``unicodedata.normalize`` is dear only where a long run of marks stands out of order, so
what it is given is watched; such a run is not even normalised, for that a test which fails ends.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester import RawRecord, SourceError, read_page
from harvester.charset import chosen, readable
from harvester.normalising import LONG, Form, normal_form
from harvester.recognising import recognised
from harvester.urls import place_of
from index.text import analyse, order
from mappings import map_record
from mappings.encodings import decoded
from mappings.grades import grades_in
from mappings.licences import read as read_licence
from mappings.vietnamese import folded, key, line, marked_up, paragraphs, without_marks
from tests.mappings.records import ORIGIN, of_metadata

FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
MANY = 40_000
WORST = "a" + "\u0301" * (MANY // 2) + "\u0323" * (MANY // 2)  # each dot belongs before all accents
PAGE = (
    b'<?xml version="1.0" encoding="%s"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>'
    b"2026-11-20T19:00:00Z</responseDate><request/><ListRecords><record><header><identifier>oai:x:1</identifier>"
    b"<datestamp>2025-01-01</datestamp></header><metadata><a>a%s</a></metadata></record></ListRecords></OAI-PMH>"
)
_normalize = unicodedata.normalize


@cache
def _kind(form: str, character: str) -> int:
    """Return the class of what a character begins with: 0 for a letter, behind which marks are sorted anew."""
    return unicodedata.combining(_normalize("NFKD" if "K" in form else "NFD", character)[0])


def disorder(form: str, text: str) -> int:
    """Return how long the longest run of marks is that stands out of order."""
    longest = length = 0
    sorted_ = True
    for before, now in pairwise([0, *(_kind(form, character) for character in text), 0]):
        sorted_ = (sorted_ or not before) and (before <= now or not now)
        length = length + 1 if now else 0
        longest = max(longest, 0 if sorted_ else length)
    return longest


@pytest.fixture
def longest(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Say how long a run was, of those that were given to be sorted since a test began."""
    found = [0]

    def watched(form: Form, text: str) -> str:
        found.append(disorder(form, text))
        return _normalize(form, text) if found[-1] < LONG else text

    monkeypatch.setattr(unicodedata, "normalize", watched)
    return lambda: max(found)


def words(runs: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    """Draw texts of letters with as many marks as drawn behind each: accents, kana, Tibetan marks that are two."""
    letters = st.sampled_from("aeoưđếÊSs ́.,…´ខკ가ガｶ\uff9e\u0f73\u0344\u1fc1\x00\n")
    marks = st.text(
        "\u0300\u0301\u0302\u0303\u0309\u031b\u0323\u0334\u0345\u3099\u0f71\u0f73\u0f75\uff9e\uff9f\u0f81\u0344"
    )
    run = st.tuples(letters, marks, runs).map(lambda each: each[0] + (each[1] * each[2])[: each[2]])
    return st.lists(run, max_size=12).map("".join)


@given(words(st.integers(0, 12)) | words(st.integers(0, 3 * LONG)) | st.text(), st.sampled_from(FORMS))
def test_no_text_comes_out_otherwise(text: str, form: Form) -> None:
    assert normal_form(form, text) == unicodedata.normalize(form, text)


def test_a_long_run_is_found_wherever_it_begins(longest: Callable[[], int]) -> None:
    for before in range(70):
        for length in (LONG, LONG + 1, LONG + 40):
            normal_form("NFC", "ư" * before + "\u0301" * (length - 1) + "\u0323" + "ư" * (before % 3))
    assert longest() < LONG


def test_every_mark_of_unicode_is_known_as_one(longest: Callable[[], int]) -> None:
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for form in FORMS[1::2]:
        marks = [character for character in every if _kind(form, character)]
        assert len(marks) > 900
        for mark in marks:
            text = f"{mark}\u0334\u0345" * (LONG // 2)
            assert normal_form(form, text) == _normalize(form, text)
    assert longest() < LONG


def _recognise(text: str) -> object:
    return recognised(503, {}, f"<title>x</title><p>{text}".encode(), place_of("http://a.example/oai"))


_MISREAD = str.maketrans("\u0301\u0323", "ìò")  # windows-1258, read as windows-1252
PLACES: dict[str, Callable[[str], object]] = {
    "the encoding that is declared": lambda text: readable(text.encode("cp1258"), "windows-1258"),
    "the encoding that is chosen": lambda text: chosen([text.encode("cp1258")]),
    "an answer that is none": _recognise,
    "a line": line,
    "a text": paragraphs,
    "a text with its addresses": marked_up,
    "the form to compare": key,
    "without tones": folded,
    "without marks": without_marks,
    "a licence": read_licence,
    "kana in a licence": lambda text: read_licence(text.replace("\u0323", "\uff9e")),
    "a grade": lambda text: grades_in(f"lớp {text}"),
    "an encoding of before Unicode": lambda text: decoded(text.translate(_MISREAD), "cp1258"),
    "what is searched for": analyse,
    "what is searched for, with marks that nobody sees": lambda text: analyse(
        text.replace("\u0301\u0323", "\u0301\u200b\u0323")
    ),
    "the order of a list": order,
}


@pytest.mark.parametrize("place", PLACES)
def test_whoever_reads_a_server_is_given_no_long_run(place: str, longest: Callable[[], int]) -> None:
    PLACES[place](WORST)
    assert longest() < LONG


@pytest.mark.parametrize("element", ["title", "description", "rights", "source", "relation"])  # others are cut
def test_a_record_of_marks_is_mapped(element: str, longest: Callable[[], int]) -> None:
    dc = "<dc xmlns='http://purl.org/dc/elements/1.1/'><title>Toán 10</title>"
    map_record(of_metadata(f"{dc}<{element}>{WORST}</{element}></dc>"), ORIGIN)
    assert longest() < LONG


def test_a_page_of_marks_is_read_in_the_encoding_that_it_declares(longest: Callable[[], int]) -> None:
    page = read_page(PAGE % (b"windows-1258", b"\xec" * 150_000 + b"\xf2" * 150_000))
    assert isinstance(page.items[0], RawRecord)
    assert longest() < LONG


def test_a_page_of_marks_that_is_no_utf_8_is_refused(longest: Callable[[], int]) -> None:
    with pytest.raises(SourceError, match="encoding"):
        read_page(PAGE % (b"UTF-8", b"\xec" * 150_000 + b"\xf2" * 150_000))
    assert longest() < LONG
