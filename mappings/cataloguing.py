"""What cataloguers put around the words: marks of ISBD, positions of a fixed field; taken off before words are parsed.

A rule says ``trim: isbd`` or ``pick: PATTERN``; explanations still show the words of the source. And the parser of
tables of contents, which cataloguers part into several notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .rows import Row
from .rule import Found, Job, Parser, Rule
from .tables import remembered_words
from .vietnamese import paragraphs

# ISBD (consolidated edition 2011, area 0 ff.): " : ", " ; ", " = ", " / " stand between areas; MARC keeps them at the
# end of the subfield before. A comma or semicolon needs no blank before it, as in "Tổ Toán,".
_SIGNS, _COMMAS = ":;=/+-", ",;"
_INSIDE = re.compile(" ([:;,.])(?= )")
_SUPPLIED = re.compile(r"\[[^\[\]]*\]")  # in brackets: not said by the work, supplied by the cataloguer
# A full stop ends a field; of an initial, an abbreviation in capitals (TP.), v.v., ed. or an ellipsis it is a part.
_KEPT_STOP = re.compile(r"(?:^|[\s.,(])(?:[^\W\d_]|[A-ZĐ]{2,3}|\.|ed|rev|vol|no|Inc|Ltd|Co|Jr|Sr|etc|al|St|Dr)\.$")
_LONGEST_STOP = 8  # letters, more than any of these and what stands before it


@remembered_words(maxsize=20_000)  # four rules ask for the same subject heading, and so does the next record
def isbd(words: str) -> str:
    """Take off the punctuation that only parts areas: "Đại số 10 :" is "Đại số 10", "Tổ Toán," is "Tổ Toán"."""
    # 245 without $c: "Đại số 10 / Tổ Toán biên soạn" names who is responsible, too.
    words = _without_signs(" ".join(words.split()).partition(" / ")[0])
    if words.startswith("[") and _SUPPLIED.fullmatch(words):
        words = words[1:-1]
    words = _INSIDE.sub(r"\1", words).strip()
    return words if _KEPT_STOP.search(words, max(len(words) - _LONGEST_STOP, 0)) else words.removesuffix(".")


def _without_signs(words: str) -> str:
    end = len(words)
    while end and (
        words[end - 1].isspace()
        or words[end - 1] in _COMMAS
        or (words[end - 1] in _SIGNS and (end == 1 or words[end - 2].isspace()))
    ):
        end -= 1
    return words[:end]


def preparation(trim: str, pick: re.Pattern[str] | None) -> Callable[[str], list[str]]:
    """Return what makes of a value the words to parse: each place that a pattern picks out of it, without its marks."""

    def prepare(words: str) -> list[str]:
        picked = [words] if pick is None else [found[1] if pick.groups else found[0] for found in pick.finditer(words)]
        return [isbd(piece) for piece in picked] if trim else picked

    return prepare


def prepared(parser: Parser, prepare: Callable[[str], list[str]]) -> Parser:
    """Return a parser that is given the prepared words and tells the rows as they were."""

    def read(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
        sources: dict[Row, Row] = {}
        for row in rows:
            for words in prepare(row[1]):
                sources.setdefault((row[0], words, row[2]), row)
        return [(value, sources.get(row, row)) for value, row in parser(list(sources), rule, job)] if sources else []

    return read


def contents(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read a table of contents: every note of it is a paragraph."""
    found = [(words, row) for row in rows if (words := paragraphs(row[1]))]
    return [("\n\n".join(dict.fromkeys(words for words, _ in found)), found[0][1])] if found else []
