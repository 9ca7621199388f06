"""What sources said, compressed: zstd with one shipped dictionary a format, and the start tags kept once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
import xxhash
import zstandard

from . import schema
from .database import Database, upsert

# A dictionary makes bodies 2.6 times smaller, twice as fast at level 3; level 9 takes six times as long for a tenth.
LEVEL = 3
_SHIPPED = Path(__file__).parent / "dictionaries"


class Bodies:
    """Pack and unpack bodies; contexts and dictionaries are looked up once and remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._contexts: dict[bytes, int] = {}
        self._texts: dict[int, bytes] = {}
        self._numbers: dict[str, int] = {}
        self._dictionaries: dict[int, zstandard.ZstdCompressionDict | None] = {0: None}
        self._threads = threading.local()  # zstd objects are for one thread each

    def forget(self) -> None:
        """Forget what was looked up: the store was restored, and numbers may stand for something else."""
        self._contexts.clear()
        self._texts.clear()
        self._numbers.clear()
        self._dictionaries = {0: None}
        self._threads = threading.local()

    def dictionary(self, name: str) -> int:
        """Return the number of a format's dictionary, keeping the shipped one in the store; 0 where none is shipped."""
        if name not in self._numbers:
            file = _SHIPPED / f"{name}.zdict"
            self._numbers[name] = self._keep_dictionary(name, file.read_bytes()) if file.is_file() else 0
        return self._numbers[name]

    def _keep_dictionary(self, name: str, text: bytes) -> int:
        return self._keep(schema.dictionary, {"format": name, "hash": xxhash.xxh3_128_digest(text), "text": text})

    def _keep(self, table: sa.Table, row: dict[str, object]) -> int:
        """Insert what is not there yet and return its number; two processes may do so at once."""

        def keep(connection: sa.Connection) -> int:
            connection.execute(upsert(self._database, table).values(row).on_conflict_do_nothing())
            return int(connection.scalars(sa.select(table.c.id).where(table.c.hash == row["hash"])).one())

        return self._database.write(keep)

    def context(self, text: bytes) -> int:
        """Return the number of a context, keeping each distinct one once."""
        if text not in self._contexts:
            if len(self._contexts) > 10_000:  # a server that declares something new on every page
                self._contexts.clear()
            self._contexts[text] = self._keep(schema.context, {"hash": xxhash.xxh3_128_digest(text), "text": text})
        return self._contexts[text]

    def context_text(self, connection: sa.Connection, number: int) -> bytes:
        """Return the text of a context."""
        if number not in self._texts:
            table = schema.context
            found = connection.scalar(sa.select(table.c.text).where(table.c.id == number))
            self._texts[number] = found or b""
        return self._texts[number]

    def pack_all(self, bodies: list[bytes], dictionary: int) -> list[bytes]:
        """Compress bodies with a dictionary that ``dictionary`` returned.

        Each alone, all in one call: the interpreter changes hands once and not for each.
        """
        packers: dict[int, zstandard.ZstdCompressor] = self._threads.__dict__.setdefault("packers", {})
        if dictionary not in packers:
            with self._database.reading() as connection:
                text = self._dictionary(connection, dictionary)
            packers[dictionary] = zstandard.ZstdCompressor(
                level=LEVEL, dict_data=text, write_checksum=False, write_dict_id=False, write_content_size=True
            )
        if len(bodies) == 1:
            return [packers[dictionary].compress(bodies[0])]
        packed = packers[dictionary].multi_compress_to_buffer(cast(list[Any], bodies))  # its stub knows no plain bytes
        return [packed[place].tobytes() for place in range(len(bodies))]

    def unpack(self, connection: sa.Connection, packed: bytes, dictionary: int) -> bytes:
        """Decompress a body; one that was erased is empty."""
        if not packed:
            return b""
        unpackers: dict[int, zstandard.ZstdDecompressor] = self._threads.__dict__.setdefault("unpackers", {})
        if dictionary not in unpackers:
            unpackers[dictionary] = zstandard.ZstdDecompressor(dict_data=self._dictionary(connection, dictionary))
        return unpackers[dictionary].decompress(packed)

    def _dictionary(self, connection: sa.Connection, number: int) -> zstandard.ZstdCompressionDict | None:
        if number not in self._dictionaries:
            table = schema.dictionary
            text = connection.scalar(sa.select(table.c.text).where(table.c.id == number))
            made = zstandard.ZstdCompressionDict(text or b"")
            made.precompute_compress(level=LEVEL)  # one table for the compressors of all threads: 0.4 MB each otherwise
            self._dictionaries[number] = made
        return self._dictionaries[number]
