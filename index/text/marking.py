"""Highlights made by us from stored text: escaped, on word borders, the densest window of a long text."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

from .analysis import TOKEN, analyse, composed

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
WINDOW = 240  # characters of a snippet: three lines on a telephone


class Marker:
    """Marks the words of one question in any number of texts."""

    def __init__(self, words: str, *, exact: bool = False, beginning: str = "") -> None:
        """Take the words as typed; ``exact`` marks only words with the same marks.

        ``beginning`` marks every word that begins so; it is folded, or exact as the words are.
        """
        self._beginning = beginning
        self._stream = 0 if exact else 1
        self._wanted = frozenset(analyse(words)[self._stream].split())
        self._known: dict[str, bool] = {}

    def mark(self, text: str) -> str:
        """Return a text as safe HTML with ``<mark>`` around what was asked for."""
        return self._marked(composed(text), self._hits(composed(text)))

    def snippet(self, text: str) -> str:
        """Return the densest part of a text as safe HTML; its beginning where nothing was asked for."""
        text = composed(text)
        hits = self._hits(text)
        if len(text) <= WINDOW:
            return self._marked(text, hits)
        start = self._densest(text, hits)
        end = _border(text, start + WINDOW)
        inside = [(begin - start, stop - start) for begin, stop in hits if begin >= start and stop <= end]
        before, after = "… " if start else "", " …" if end < len(text) else ""
        return before + self._marked(text[start:end].strip(), _shifted(text, start, inside)) + after

    def _hits(self, text: str) -> list[tuple[int, int]]:
        if not self._wanted:
            return []
        known = self._known
        found = []
        for match in TOKEN.finditer(text):
            word = match[0]
            wanted = known.get(word)
            if wanted if wanted is not None else self._is_wanted(word):
                found.append(match.span())
        return found

    def _is_wanted(self, word: str) -> bool:
        tokens = _tokens(word)[self._stream]
        begins = bool(self._beginning) and any(token.startswith(self._beginning) for token in tokens)
        self._known[word] = begins or not self._wanted.isdisjoint(tokens)
        return self._known[word]

    def _densest(self, text: str, hits: list[tuple[int, int]]) -> int:
        if not hits or hits[-1][1] <= WINDOW:
            return 0
        begins = [begin for begin, _ in hits]
        best = max(range(len(hits)), key=lambda first: (_inside(begins, first), -first))
        start = max(0, hits[best][0] - 30)  # a few words before the first hit
        space = text.find(" ", start)
        return 0 if start == 0 else space + 1 if 0 <= space < hits[best][0] else start

    def _marked(self, text: str, hits: list[tuple[int, int]]) -> str:
        pieces, position, place = [], 0, 0
        while place < len(hits):
            begin, end = hits[place]
            while place + 1 < len(hits) and text[end : hits[place + 1][0]] == " ":
                place += 1
                end = hits[place][1]
            pieces += [
                text[position:begin].translate(_ESCAPED),
                "<mark>",
                text[begin:end].translate(_ESCAPED),
                "</mark>",
            ]
            position, place = end, place + 1
        return "".join(pieces) + text[position:].translate(_ESCAPED)


@lru_cache(maxsize=50_000)  # texts are made of some thousands of syllables; every question looks at them anew
def _tokens(word: str) -> tuple[list[str], list[str]]:
    exact, folded = analyse(word)
    return exact.split(), folded.split()


def _inside(begins: list[int], first: int) -> int:
    return bisect_left(begins, begins[first] + WINDOW - 30) - first


def _border(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", 0, end)
    return space if space > end - 40 else end


def _shifted(text: str, start: int, hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    lead = len(text[start:]) - len(text[start:].lstrip())
    return [(begin - lead, end - lead) for begin, end in hits]
