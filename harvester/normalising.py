"""Letters and their accents in one form, however they were typed; a server's worst text costs what its length costs.

``unicodedata.normalize`` carries each mark back over all marks before it that belong behind it, in one call that
nothing interrupts: 40,000 marks out of order took 3 s, a record of 1 MB would take half an hour. The order in which
they come out is defined, so a long run is put in order beforehand, and what comes out stays the same. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

# Marks in a row. Texts have three, Unicode's Stream-Safe Text Format 30 (UAX #15, 13); fewer than this cost at most
# 0.6 µs each, as putting them in order here does (measured).
LONG = 256
_STEP = 32
# All marks and, so that no table is needed, signs and punctuation: no mark is a letter, a blank or ASCII.
_SIGN = r"[^\w\s\x00-\x7f]"
_SIGNS = re.compile(rf"{_SIGN}{{{LONG // _STEP}}}")
_RUN = re.compile(rf"{_SIGN}(?<!{_SIGN}{_SIGN}){_SIGN}{{{LONG - 1},}}+")  # looked for where signs begin only


def normal_form(form: Form, text: str) -> str:
    """Return exactly what ``unicodedata.normalize`` returns, in time that grows as the text does.

    A long run shows itself among every 32nd character, by eight signs in a row: looking through 1,000 letters takes
    2 µs instead of 20.
    """
    if text.isascii():
        return text
    if "K" in form:  # the two letters that such a form makes marks
        text = text.replace("\uff9e", "\u3099").replace("\uff9f", "\u309a")
    if len(text) >= LONG and _SIGNS.search(text[::_STEP]):
        text = _RUN.sub(_in_order, text)
    return unicodedata.normalize(form, text)


def _in_order(run: re.Match[str]) -> str:
    """Put the marks between signs in the order of their classes, those of one class as they stand (UAX #15, 1.3)."""
    parts = {ord(sign): unicodedata.normalize("NFD", sign) for sign in set(run[0])}
    apart = run[0].translate(parts)
    one = {sign: sign for sign in apart}  # a million marks are a few objects: 24 MB, not 100
    return "".join(
        "".join(sorted(signs, key=unicodedata.combining))
        for _, signs in groupby(map(one.__getitem__, apart), lambda sign: unicodedata.combining(sign) > 0)
    )
