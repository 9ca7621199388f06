"""Which held records the pages of a visit have shown as they are: numbers, packed in a row a page, and sets of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

import zstandard

_RUN = 16  # numbers: below, adding them one by one is as cheap


class Bitmap:
    """A set of record numbers in a bit each: 2.5 million records are 312 kB, however often they are seen."""

    def __init__(self, low: int, high: int) -> None:
        """Take the lowest and highest number that may be added."""
        self._low = low
        self._bits = bytearray((max(high - low, 0) >> 3) + 1)
        self._size = len(self._bits) << 3

    def add(self, number: int) -> None:
        """Add a number; one outside the range is no record of this source and is ignored."""
        place = number - self._low
        if 0 <= place < self._size:
            self._bits[place >> 3] |= 1 << (place & 7)

    def add_all(self, numbers: Sequence[int]) -> None:
        """Add numbers; a run without a gap, as an unchanged list shows its records, costs as much as one of them."""
        size = len(numbers)
        if size > _RUN and numbers[-1] - numbers[0] == size - 1 and self._is_run(numbers):
            place = numbers[0] - self._low
            begin, end = place >> 3, (place + size + 7) >> 3
            run = (1 << size) - 1 << (place & 7)
            there = int.from_bytes(self._bits[begin:end], "little")
            self._bits[begin:end] = (there | run).to_bytes(end - begin, "little")
            return
        low, bits, most = self._low, self._bits, self._size
        for number in numbers:
            place = number - low
            if 0 <= place < most:
                bits[place >> 3] |= 1 << (place & 7)

    def empty(self) -> Bitmap:
        """Return an empty set of the same range."""
        return Bitmap(self._low, self._low + self._size - 1)

    def _is_run(self, numbers: Sequence[int]) -> bool:
        first, last = numbers[0], numbers[-1]
        return self._low <= first and last < self._low + self._size and list(numbers) == list(range(first, last + 1))

    def without(self, *others: Bitmap) -> list[int]:
        """Return the numbers that are in none of some other sets of the same range, in their order."""
        left = self._number() & ~others[0].joined(*others[1:])._number()
        places = enumerate(left.to_bytes(len(self._bits), "little"))
        return [self._low + (place << 3) + bit for place, bits in places if bits for bit in range(8) if bits & 1 << bit]

    def joined(self, *others: Bitmap) -> Bitmap:
        """Return what is in any of some sets of one range."""
        both = self.empty()
        number = self._number()
        for other in others:
            number |= other._number()
        both._bits[:] = number.to_bytes(len(both._bits), "little")
        return both

    def _number(self) -> int:
        return int.from_bytes(self._bits, "little")

    def __contains__(self, number: int) -> bool:
        place = number - self._low
        return 0 <= place < self._size and bool(self._bits[place >> 3] & 1 << (place & 7))

    def __len__(self) -> int:
        return int.from_bytes(self._bits, "little").bit_count()


def unpack_seen(rows: Iterable[bytes]) -> Iterator[array[int]]:
    """Yield the record numbers of each packed row, by one unpacker: a new one for each takes nine times as long."""
    unpacker = zstandard.ZstdDecompressor()
    for packed in rows:
        numbers = array("Q")
        numbers.frombytes(unpacker.decompress(packed))
        yield numbers
