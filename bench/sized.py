"""What very large records cost to map, of 256 kB and of 1 MB: ``python -m bench --sized``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from html import escape

from harvester import RawRecord
from mappings import map_record
from tests.mappings.records import ORIGIN, dublin_core
from tests.mappings.test_large import REPEATED, SIZE, repeated
from tests.mappings.test_safety import OF_ONE_THING

from .figures import write

TIMES = 4  # 256 kB times four is the most that a record may be
GOAL = 20  # milliseconds for 256 kB
APART = 20_000  # numbers between the words of two rounds: what comes again is remembered, and costs nothing
SHORT_FORMS = ("K1 ", "su 12 bai ", "ệ Sinh 11 - ", "hình 8: ")  # what is written out before it is understood
LONGEST_TITLE = 980  # letters that are looked through for them
LONG = 20_000  # letters of a value that is no keyword, name or statement any more
OF_ELEMENTS = (  # what one value after the other is full of
    ("subject", SHORT_FORMS[0]),
    ("subject", "a, "),
    ("creator", "Nguyễn Văn An, "),
    ("creator", "("),
    ("coverage", SHORT_FORMS[2]),
    ("rights", "CC BY "),
    ("date", "12/2/2020 "),
    ("title", "<p>"),
)
SENTENCE = "Đạo hàm của hàm số và ứng dụng vào khảo sát sự biến thiên. "
Made = Callable[[int, int], RawRecord]  # of so many bytes, with words numbered from here on


def measure(rounds: int) -> None:
    """Map each record of both sizes, round after round; the quietest round of each counts."""
    cases = _cases()
    best = dict.fromkeys(((name, size) for name in cases for size in (SIZE, TIMES * SIZE)), float("inf"))
    for number, (name, size) in enumerate([*best] * rounds):
        raw = cases[name](size, number * APART)
        started = time.process_time()
        map_record(raw, ORIGIN)
        best[name, size] = min(best[name, size], (time.process_time() - started) * 1000)
    head = f"Mapped whole, the best of {rounds} rounds. Goals: 256 kB in {GOAL} ms, and time linear to 1 MB (4 times)."
    lines = [head, "", "| a record full of | 256 kB, ms CPU | 1 MB, ms CPU | times |", "|---|---|---|---|"]
    for name in cases:
        small, large = best[name, SIZE], best[name, TIMES * SIZE]
        lines.append(f"| {name} | {small:.1f} | {large:.1f} | {large / small:.1f} |")
    write("sized", lines)


def _cases() -> dict[str, Made]:
    cases: dict[str, Made] = {name: partial(repeated, name) for name in REPEATED}
    cases |= {"keywords of JSON-LD": _json, "paragraphs of HTML": _html, "sentences": partial(_described, SENTENCE)}
    for unit, encoding in OF_ONE_THING:
        if not encoding:  # a batch is judged, not a record
            cases[f"`{unit.strip()}`, as its description"] = partial(_described, unit)
    for unit in SHORT_FORMS:
        name = f"`{unit.strip()}`, as keywords of {LONGEST_TITLE} letters"
        cases[name] = partial(_said, "subject", unit, LONGEST_TITLE)
    for element, unit in OF_ELEMENTS:
        cases[f"`{unit.strip()}`, as {element} of {LONG:,} letters"] = partial(_said, element, unit, LONG)
    return cases


def _described(unit: str, size: int, first: int) -> RawRecord:
    text = f"{first} {unit * (size // len(unit.encode()))}"
    return dublin_core(title="Đạo hàm", description=text, identifier="https://a.example/1")


def _said(element: str, unit: str, letters: int, size: int, first: int) -> RawRecord:
    words = (unit * letters)[:letters]
    said = [f"{first + number} {words}" for number in range(size // len(escape(words).encode()))]
    return dublin_core(**{"title": "Đạo hàm", "identifier": "https://a.example/1", element: said})


def _json(size: int, first: int) -> RawRecord:
    words = [f"Chủ đề {first + number} của hàm số" for number in range(size // 36)]  # bytes of one, quoted, its comma
    said = {"@type": "LearningResource", "name": "Đạo hàm", "url": "https://a.example/1", "keywords": words}
    return _of("schema_org", json.dumps(said, ensure_ascii=False))


def _html(size: int, first: int) -> RawRecord:
    body = f"<p>{SENTENCE}</p>" * (size // len(f"<p>{SENTENCE}</p>".encode()))
    return _of("page", f"<html><head><title>Đạo hàm {first}</title></head><body>{body}</body></html>")


def _of(form: str, body: str) -> RawRecord:
    return RawRecord("https://a.example/1", "2026-01-01", (), False, form, body.encode(), b"", b"", b"")
