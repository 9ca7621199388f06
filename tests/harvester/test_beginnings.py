"""An answer made of beginnings only: nothing looks for the end from each of them.

Each of these took from seconds to hours before, with the interpreter's lock held: no other source went on, and nobody
heard Ctrl-C. That a test ends is what it shows.
"""

from __future__ import annotations

import pytest

from harvester import SourceError
from harvester.charset import chosen
from harvester.connectors.oai.dates import name_of, stamps_of
from harvester.page.framing import frame
from harvester.recognising import is_web_page
from harvester.repairs import mend

MANY = 200_000


def test_comments_before_a_root() -> None:
    assert not is_web_page(b"<!-- -->" * 500 + b"<x>")
    assert not is_web_page(b"<!-- -->\n" * 400 + b"<x>")
    assert is_web_page(b"<?xml version='1.0'?>\n<!-- a --> <!-- b -->\n<html>")
    assert is_web_page(b"<!-- a > b --><!DOCTYPE html>")


@pytest.mark.parametrize("inside", [b" " * MANY, b"<!-- -->" * MANY, b"<datestamp" * MANY, b"<identifier" * MANY])
def test_what_is_looked_for_in_the_bytes_of_a_record(inside: bytes) -> None:
    record = b"<record><header><identifier>%s<!----></identifier><datestamp>%s<!----></datestamp></header></record>"
    assert stamps_of([record % (inside, inside)]) == [None]
    assert not name_of(record % (inside, inside))


def test_what_stands_in_the_bytes_of_a_record() -> None:
    record = b'<o:header><o:identifier a="1">\n a:1 </o:identifier><o:datestamp> 2024-05-06 \n</o:datestamp></o:header>'
    assert stamps_of([record]) == ["2024-05-06T00:00:00Z"]
    assert name_of(record) == "a:1"


def test_letters_of_a_page_in_another_encoding() -> None:
    words = " ".join(["été", "café", "Noël", "forêt", "élève", "Besançon", "où"]).encode("windows-1252")
    assert chosen([b"f" * 1_000_000, words, b"0f" * MANY]) == "windows-1252"


@pytest.mark.parametrize(
    ("piece", "mended"),
    [
        (b"<a x=''" + b" " * MANY + b">&</a>", True),
        (b"<a" + b" x" * MANY + b">&</a>", True),
        (b"<a>&<?x " + b"<!--" * MANY + b"?></a>", True),
        (b"<a>&" + b"<![CDATA[" * MANY + b"</a>", True),
        (b"<identifier>" + b"<![CDATA[<identifier>" * MANY, False),
        (b"<?x" * MANY, False),
    ],
)
def test_what_is_mended(piece: bytes, mended: bool) -> None:
    expected = (piece.replace(b"&", b"&amp;"), {"repair_ampersand": 1}) if mended else (piece, {})
    assert mend(piece) == expected


def test_what_a_comment_or_an_instruction_holds_is_left_as_it_is() -> None:
    piece = b"<a><!-- & --><?x & <!-- ?>&<![CDATA[&]]></a>"
    assert mend(piece) == (b"<a><!-- & --><?x & <!-- ?>&amp;<![CDATA[&]]></a>", {"repair_ampersand": 1})


def test_what_stands_before_an_answer() -> None:
    found = frame(b"<?xml " * 10_500 + b"<OAI-PMH></OAI-PMH>")
    assert found.repairs == {"repair_before": 1}
    with pytest.raises(SourceError):
        frame(b"<?xml " * MANY)
