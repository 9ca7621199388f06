"""What cataloguers put around the words: marks of ISBD, positions of a fixed field; taken off before words are parsed.

A rule says ``trim: isbd`` or ``pick: PATTERN``; explanations still show the words of the source. And the parser of
tables of contents, which cataloguers part into several notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from .rows import Row
from .rule import Found, Job, Rule
from .vietnamese import paragraphs

Parser = Callable[[list[Row], Rule, Job], list[Found]]

# ISBD (consolidated edition 2011, area 0 ff.): " : ", " ; ", " = ", " / " stand between areas; MARC keeps them at the
# end of the subfield before.
_AT_THE_END = re.compile(r"(?:(?:^|\s+)[:;=/+-]|\s*[,;])+\s*$")
_INSIDE = re.compile(r"\s+([:;,.])(?=\s)")
_RESPONSIBILITY = re.compile(r"\s+/\s.*$", re.DOTALL)  # 245 without $c: "Đại số 10 / Tổ Toán biên soạn"
_SUPPLIED = re.compile(r"\[[^\[\]]*\][\s,:;/]*")  # in brackets: not said by the work, supplied by the cataloguer
# A full stop ends a field; of an initial, an abbreviation in capitals (TP.), v.v., ed. or an ellipsis it is a part.
_KEPT_STOP = re.compile(r"(?:^|[\s.,(])(?:[^\W\d_]|[A-ZĐ]{2,3}|\.|ed|rev|vol|no|Inc|Ltd|Co|Jr|Sr|etc|al|St|Dr)\.$")


def isbd(words: str) -> str:
    """Take off the punctuation that only parts areas: "Đại số 10 :" is "Đại số 10", "Tổ Toán," is "Tổ Toán"."""
    words = _RESPONSIBILITY.sub("", words.strip())
    if _SUPPLIED.fullmatch(words):
        words = words.rstrip(" ,:;/").strip("[]")
    words = _INSIDE.sub(r"\1", _AT_THE_END.sub("", words)).strip()
    return words if _KEPT_STOP.search(words) else words.removesuffix(".")


def prepared(parser: Parser, trim: str, pick: re.Pattern[str] | None) -> Parser:
    """Return a parser that is given the words without punctuation, or each place that a pattern picks out of them."""

    def read(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
        sources: dict[Row, Row] = {}
        for row in rows:
            for words in _picked(row[1], pick):
                sources.setdefault((row[0], isbd(words) if trim else words, row[2]), row)
        return [(value, sources.get(row, row)) for value, row in parser(list(sources), rule, job)] if sources else []

    return read


def _picked(words: str, pick: re.Pattern[str] | None) -> Iterable[str]:
    if pick is None:
        return (words,)
    return (found[1] if pick.groups else found[0] for found in pick.finditer(words))


def contents(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read a table of contents: every note of it is a paragraph."""
    found = [(words, row) for row in rows if (words := paragraphs(row[1]))]
    return [("\n\n".join(dict.fromkeys(words for words, _ in found)), found[0][1])] if found else []
