"""Taking in a body piece by piece: gzip unpacked, every size bounded, large bodies on disk instead of in memory."""

from __future__ import annotations

import errno
import io
import mmap
import tempfile
import zlib

from .errors import SourceError, StoreError

SPOOL = 8 << 20  # larger bodies go to a temporary file: pages of this size are one in thousands
RATIO = 200  # gzip of real pages stays below 60; a bomb has 1,000
RATIO_FROM = 8 << 20  # below that even a bomb is harmless, and a page of blanks is no attack
# An answer is one member; bgzip makes one of every 64 kB, and a server that packs what it has at hand one of every few.
# A thousand are free, and further ones bring so many bytes each, on average: 64 MB in members of 512 bytes take 0.7 s,
# 64 MB of empty ones 11 s (measured).
MEMBERS, MEMBER_BYTES = 1_000, 512
_STEP = 1 << 20
_GZIP = b"\x1f\x8b"
_MAGIC = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
    b"BZh9": "bzip2",
    b"PK\x03\x04": "zip",
}
_LONGEST_MAGIC = 6

Content = bytes | mmap.mmap


class DamagedError(Exception):
    """A body whose compression is wrong: a code of messages (``cut``, ``damaged``, ``coding``) and its facts."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class Intake:
    """One body on its way in; ``take`` its pieces, then ``finish``."""

    def __init__(self, limit: int, where: str) -> None:
        """Take the most bytes that the body may have, packed and unpacked, and the address for sentences."""
        self._limit, self._where = limit, where
        self._begun = False
        self._first = b""
        self._packed: zlib._Decompress | None = None
        self._wire = self._size = self._members = 0
        self._kept: io.BytesIO | _File = io.BytesIO()

    def take(self, piece: bytes) -> None:
        """Take the next piece.

        Raises SourceError too_large, bomb; DamagedError; StoreError where a large body finds no room on disk.
        """
        self._wire += len(piece)
        if self._wire > self._limit:
            raise SourceError("too_large", limit=self._limit, where=self._where)
        if not self._begun:
            self._first += piece
            if len(self._first) < _LONGEST_MAGIC:
                return
            piece = self._begin()
        self._unpack(piece) if self._packed else self._keep(piece)

    def __enter__(self) -> Intake:
        """Take in a body; what is on disk of one that is refused is gone afterwards."""
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    @property
    def begun(self) -> bytes:
        """What has come in so far."""
        return bytes(self._kept.getvalue())

    @property
    def packed(self) -> bool:
        """Whether the body was gzip, as its first bytes say."""
        return self._packed is not None

    def finish(self) -> Content:
        """Return the whole body: bytes, or a mapping of an unlinked file where it is larger than 8 MB.

        Raises what ``take`` raises.
        """
        if not self._begun:
            piece = self._begin()
            self._unpack(piece) if self._packed else self._keep(piece)
        if self._packed and not self._packed.eof:
            raise DamagedError("cut", where=self._where)
        return self._kept.getvalue()

    def _begin(self) -> bytes:
        self._begun, piece = True, self._first
        for magic, name in _MAGIC.items():
            if piece.startswith(magic):
                raise DamagedError("coding", coding=name, where=self._where)
        if piece.startswith(_GZIP):
            self._packed = zlib.decompressobj(wbits=31)
        return piece

    def _unpack(self, data: bytes) -> None:
        """Unpack gzip, also in several members (RFC 1952 2.2) that bring something; zeros may follow the last one."""
        assert self._packed
        full = False
        while data or full:
            if self._packed.eof:
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._packed = zlib.decompressobj(wbits=31)
                self._members += 1
                if self._members > MEMBERS + self._size // MEMBER_BYTES:
                    raise DamagedError("damaged", where=self._where)
            try:
                unpacked = self._packed.decompress(data, _STEP)
            except zlib.error as error:
                raise DamagedError("damaged", where=self._where) from error
            self._keep(unpacked)
            if self._size > RATIO_FROM and self._size > RATIO * self._wire:
                raise SourceError("bomb", ratio=RATIO, where=self._where)
            data = self._packed.unused_data if self._packed.eof else self._packed.unconsumed_tail
            full = len(unpacked) == _STEP and not self._packed.eof  # zlib may hold more although it took all

    def _keep(self, piece: bytes) -> None:
        if self._packed and not self._size and piece.startswith(_GZIP):
            raise DamagedError("coding", coding="gzip, gzip", where=self._where)
        self._size += len(piece)
        if self._size > self._limit:
            raise SourceError("too_large", limit=self._limit, where=self._where)
        if self._size > SPOOL and isinstance(self._kept, io.BytesIO):
            self._kept = _File(self._kept.getvalue())
        self._kept.write(piece)


class _File:
    """A body on disk; the file has no name and is gone with the last use of its content."""

    def __init__(self, begun: bytes) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the intake
        self.write(begun)

    def write(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except OSError as error:
            raise _no_room(error) from error

    def close(self) -> None:
        self._file.close()

    def getvalue(self) -> mmap.mmap:
        try:
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from error
        return mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)


def _no_room(error: OSError) -> Exception:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return StoreError("disk_full" if full else "read_only", where=tempfile.gettempdir())
