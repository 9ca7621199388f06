"""A pattern that looks for first letters finds what the plain one finds."""

from __future__ import annotations

import random
import re

from mappings.patterns import begun

SEED = 20261127
WORDS = ("khối lớp", "khối", "lớp", "lop", "grade", "thi", "thử", r"chuyên \w+", "tuyển sinh(?: vào)?")
SIGNS = (" ", "", "-", "_", "9", "l", "h", "Lớp", "vào ")


def test_words_begin_where_the_plain_pattern_finds_them() -> None:
    """The first alternative that fits is taken, and none inside a word."""
    chance = random.Random(SEED)
    plain, quick = re.compile(rf"\b(?:{'|'.join(WORDS)})"), re.compile(begun(WORDS))
    said = [word.replace(r"\w+", "Anh").replace("(?: vào)?", "") for word in WORDS]
    found = 0
    for _ in range(5_000):
        text = "".join(chance.choice((*said, *SIGNS, *SIGNS)) for _ in range(chance.randrange(9)))
        spans = [place.span() for place in plain.finditer(text)]
        assert [place.span() for place in quick.finditer(text)] == spans, (SEED, text)
        found += len(spans)
    assert found > 2_000, "texts must have such words"


def test_a_condition_is_asked_at_the_first_letter() -> None:
    behind = re.compile(begun(("Văn", "Sử"), r"(?<=[^\W\d_] {letter})"))
    assert [place[0] for place in behind.finditer("Thi Văn, Sử - Sử; ôn Sử")] == ["Văn", "Sử"]
