"""Ways to write in a hurry, each with the signs by which it is known, and which of them a title shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .vietnamese import keys, without_marks

Instead = str | Callable[[re.Match[str]], str]
Steps = tuple[tuple[re.Pattern[str], Instead], ...]

ANY, FIGURE, BARE, MARKED = 0, 1, 2, 4  # what a title must have besides: a figure, no mark at all, or some mark
_FIRST_FORM = 3  # bits above these are forms

_WORDS = re.compile(r"[^\W\d_]+|\d+|_")
_FIGURES = re.compile("[1-9]")
# Words of a language and its figures: some megabytes; a longer piece is an address or a key, and does not come again.
_MOST_PIECES, _LONGEST_PIECE = 100_000, 40
_MOST_STEPS = 20_000  # of forms that come together in one title


class Form(NamedTuple):
    """What is written in a hurry, and what stands for it; looked for only where a title shows one of its signs."""

    signs: frozenset[str] | re.Pattern[str]  # words as written or in small letters, or a pattern in a piece of a title
    needs: int
    written: re.Pattern[str]
    instead: Instead


def form(
    signs: str | Iterable[str] | re.Pattern[str],
    needs: int,
    written: str,
    instead: Instead,
    *,
    flags: re.RegexFlag = re.IGNORECASE,
) -> Form:
    """Make a form; ``signs`` are words (a text: parted by blanks), or a pattern for small letters with a figure."""
    words = signs.split() if isinstance(signs, str) else signs
    shown = words if isinstance(words, re.Pattern) else frozenset(words)
    return Form(shown, needs, re.compile(written, flags), _called(instead))


def _called(instead: Instead) -> Instead:
    """Return a template as a function: Python prepares a template anew also where nothing is found, for 0.7 µs."""
    if not isinstance(instead, str) or "\\" not in instead:
        return instead
    return lambda place: place.expand(instead)


class Signs(dict[str, tuple[int, tuple[str, ...]]]):
    """What pieces between blanks show, and their words as they are compared; pieces come again in other titles.

    A bit says that a piece has a figure or a mark, or shows the sign of a form. Both are looked up at once: that takes
    a twentieth off the price of reading a title.
    """

    def __init__(self, forms: Iterable[Form]) -> None:
        """``forms`` are written out in this order."""
        self._forms = tuple(forms)
        self._words: dict[str, int] = {}
        self._patterns: list[tuple[re.Pattern[str], int]] = []
        self._steps: dict[int, Steps] = {}
        self._without_figures = MARKED
        for bit, each in enumerate(self._forms, _FIRST_FORM):
            self._without_figures |= 0 if each.needs & FIGURE else 1 << bit
            if isinstance(each.signs, re.Pattern):
                self._patterns.append((each.signs, 1 << bit))
            else:
                self._words |= {word: self._words.get(word, 0) | 1 << bit for word in each.signs}

    def __missing__(self, piece: str) -> tuple[int, tuple[str, ...]]:
        found = self.shown(piece), tuple(keys(piece.lower()))
        if len(piece) < _LONGEST_PIECE:
            if len(self) >= _MOST_PIECES:
                self.clear()
            self[piece] = found
        return found

    def shown(self, piece: str) -> int:
        """Return the bits of what a piece shows."""
        shown = 0 if piece.isascii() else MARKED
        if piece.isalpha():
            return shown | self._words.get(piece, 0) | self._words.get(piece.lower(), 0)
        for word in _WORDS.findall(piece):
            shown |= self._words.get(word, 0) | self._words.get(word.lower(), 0)
        if _FIGURES.search(piece):
            shown |= FIGURE
            lowered = piece.lower()
            for pattern, bit in self._patterns:
                shown |= bit if pattern.search(lowered) else 0
        return shown

    def written_out(self, text: str) -> tuple[str, list[str]]:
        """Write out the forms that a composed text shows, and return it with its words as they are compared.

        Most texts show no form. A text without marks stays one, and is read so.
        """
        shown, words = 0, list[str]()
        for each, keys_of_piece in map(self.__getitem__, text.split()):
            shown |= each
            words += keys_of_piece
        if not shown & FIGURE:
            shown &= self._without_figures
        if shown < 1 << _FIRST_FORM:
            return text, words
        written = text
        steps = self._steps.get(shown)
        for form, instead in self._steps_of(shown) if steps is None else steps:
            written = form.sub(instead, written)
        if not shown & MARKED:
            written = without_marks(written)
        return written, words if written == text else keys(written.lower())

    def _steps_of(self, shown: int) -> Steps:
        has = shown & FIGURE | (MARKED if shown & MARKED else BARE)
        chosen = [
            each
            for bit, each in enumerate(self._forms, _FIRST_FORM)
            if shown >> bit & 1 and each.needs & has == each.needs
        ]
        if len(self._steps) >= _MOST_STEPS:
            self._steps.clear()
        found = self._steps[shown] = tuple([(each.written, each.instead) for each in chosen])
        return found
