"""Choose sources by words: ids, globs, ``province:40``, ``tag:thcs``, ``@file``. Pure but for reading @file."""

from __future__ import annotations

import errno
import fnmatch
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..faults import nearest
from .model import Source


class NothingSelectedError(Exception):
    """A word of the selection matches no source; ``near`` is what was probably meant."""

    def __init__(self, word: str, near: str) -> None:
        super().__init__(word)
        self.word, self.near = word, near


def select(sources: Iterable[Source], words: Sequence[str]) -> list[Source]:
    """Return the sources that any word names, in the order of the federation; all of them without words.

    Raises NothingSelectedError for a word that names none, OSError for an unreadable @file.
    """
    every = list(sources)
    if not words:
        return every
    chosen: set[str] = set()
    for word in _unfolded(words):
        found = {source.id for source in every if _matches(source, word)}
        if not found:
            raise NothingSelectedError(word, nearest(word, [source.id for source in every]))
        chosen |= found
    return [source for source in every if source.id in chosen]


def _unfolded(words: Sequence[str]) -> Iterable[str]:
    for word in words:
        if word.startswith("@"):
            try:
                text = Path(word[1:]).read_text(encoding="utf-8-sig")
            except UnicodeDecodeError as error:
                raise OSError(errno.EILSEQ, "UTF-8?", word[1:]) from error
            lines = [line.strip() for line in text.splitlines()]
            listed = [line for line in lines if line and not line.startswith("#")]
            yield from listed or [word]  # a list of nothing names nothing, and not everything
        else:
            yield word


def _matches(source: Source, word: str) -> bool:
    kind, mark, value = word.partition(":")
    if mark and kind == "province":
        return source.province == value
    if mark and kind == "tag":
        return value in source.tags
    return fnmatch.fnmatchcase(source.id, word)
