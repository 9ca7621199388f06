"""Cut a page whose records all stand at one distance from each other: most do, and most of them are held already.

Between two records stand an end tag, white space and a start tag, every time the same bytes. Cut at these, a page that
is held costs a third of what it costs to look for each start tag: no record of it becomes a value of its own. Nobody
has looked yet whether there is a start tag within a record. There is none that matters where a record's very bytes are
held: it was read alone, and is a whole. Whoever reads one that is not held asks ``nests`` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import xxhash

from .cutting import LONGEST_GAP, MOST_RECORDS, SPACE, Cut, cut_where
from .framing import Frame
from .markup import Buffer


class Pieces(Sequence[bytes]):
    """The records of a page without the bytes with which they all begin and end; each is made when it is asked for."""

    def __init__(self, opening: bytes, pieces: list[bytes], ending: bytes) -> None:
        self._opening, self._pieces, self._ending = opening, pieces, ending

    def __len__(self) -> int:
        return len(self._pieces)

    def __eq__(self, other: object) -> bool:
        """Say whether others are the same records, however they were cut."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    @overload
    def __getitem__(self, place: int) -> bytes: ...

    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...

    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        """Return a record, or some."""
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return self._opening + self._pieces[place] + self._ending

    def nests(self, place: int) -> bool:
        """Say whether there is another start tag of a record within this one, or something that looks like one."""
        return self._pieces[place].rfind(self._opening) >= 0

    def fingerprints(self, context: bytes) -> list[bytes]:
        """Return the fingerprints of all records, the same as ``cutting.fingerprints`` would."""
        above, ending, marks = xxhash.xxh3_128(context + self._opening), self._ending, []
        for piece in self._pieces:
            mark = above.copy()
            mark.update(piece)
            mark.update(ending)
            marks.append(mark.digest())
        return marks


def even_cut(body: Buffer, found: Frame, where: str = "") -> tuple[Cut, Pieces] | None:
    """Cut a list of records by what stands between the first two of them; None where that is in doubt.

    Raises SourceError overgrown.
    """
    searched: list[Pieces] = []

    def between(body: Buffer, start: int, end: int, name: bytes) -> tuple[Sequence[bytes], int]:
        pieces, last = _between(body, start, end, name) if isinstance(body, bytes) else (None, -1)
        if pieces is None:
            return (), -1
        searched.append(pieces)
        return pieces, last

    parts = cut_where(between, body, found, where)
    return (parts, searched[0]) if parts is not None and searched else None


def _between(body: bytes, start: int, end: int, name: bytes) -> tuple[Pieces | None, int]:
    """Return the records, and where what follows the last one begins."""
    opening, ending = b"<" + name, b"</" + name + b">"
    begin = body.find(opening, start, end)
    stop = body.find(ending, begin, end) + len(ending)
    following = body.find(opening, stop, end)
    doubt = None, -1
    if not name.endswith(b"record") or min(begin, stop - len(ending), following) < 0:
        return doubt
    above, gap = body[start:begin], body[stop:following]
    if max(len(above), len(gap)) > LONGEST_GAP or above.strip(SPACE) or gap.strip(SPACE):
        return doubt
    pieces = body.rsplit(ending + gap + opening, MOST_RECORDS)  # from behind: a quarter of the price (measured)
    last = body.rfind(ending, following, end)
    begins = len(body) - len(pieces[-1])  # of the last one
    if len(pieces[0]) < begin + len(opening) or begins > last:
        return doubt
    pieces[0] = pieces[0][begin + len(opening) :]
    pieces[-1] = pieces[-1][: last - begins]
    return Pieces(opening, pieces, ending), last + len(ending)
