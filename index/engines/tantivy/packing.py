"""What a hit shows, packed: zstd with a shipped dictionary, each resource alone.

Tantivy's own blocks held a resource in 450 bytes, more than a third of the folder; this holds it in 230. Bytes of
one dictionary cannot be read with another: with a new one (``python -m bench --dictionary``) the schema's number rises.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

import msgspec
import zstandard

LEVEL = 3  # 6 takes four times as long for a sixteenth
DICTIONARY = Path(__file__).with_name("resources.zdict")
LARGEST = 64_000_000  # bytes of a resource: what a damaged frame says of its length is not believed beyond

_threads = threading.local()  # zstd's objects are for one thread each


class PackedError(ValueError):
    """What is stored of a resource is not what was packed."""


def pack(key: str, stored: bytes) -> bytes:
    """Compress the JSON of a resource; its key, with which it begins, is left to whoever asks for it again."""
    if not hasattr(_threads, "packer"):
        _threads.packer = zstandard.ZstdCompressor(level=LEVEL, dict_data=_dictionary(), write_dict_id=False)
    packed: bytes = _threads.packer.compress(bare(key, stored))
    return packed


def bare(key: str, stored: bytes) -> bytes:
    """Return the JSON of a resource without the key: letters and digits that come only once, a tenth of what is left.

    >>> bare("k1", b'{"key":"k1","title":"A"}')
    b',"title":"A"}'
    """
    return stored.removeprefix(_beginning(key))


def unpack(key: str, packed: bytes) -> bytes:
    """Return what was packed. Raises PackedError where it is damaged."""
    if not hasattr(_threads, "unpacker"):
        _threads.unpacker = zstandard.ZstdDecompressor(dict_data=_dictionary())
    try:
        if zstandard.frame_content_size(packed) > LARGEST:
            raise PackedError(f"{len(packed)} bytes stored")
        stored: bytes = _threads.unpacker.decompress(packed)
    except zstandard.ZstdError as error:
        raise PackedError(str(error)) from error
    return stored if not stored or stored.startswith(b"{") else _beginning(key) + stored


def _beginning(key: str) -> bytes:
    return b'{"key":' + msgspec.json.encode(key)


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    made = zstandard.ZstdCompressionDict(DICTIONARY.read_bytes())
    made.precompute_compress(level=LEVEL)
    return made
