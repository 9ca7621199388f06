"""The dictionary that packs resources in the embedded index, made of the demo town: ``python -m bench --dictionary``.

No real record may be shipped; the town speaks as schools do. The same town gives the same bytes.
"""

from __future__ import annotations

import zstandard

from index.engines.tantivy.packing import DICTIONARY, LEVEL, bare
from tests.index.town_documents import documents

SIZE = 32_768  # twice as much packs no better


def make() -> None:
    """Write the dictionary anew; whoever keeps it gives the schema of the embedded index another number."""
    stored = [bare(each.key, each.stored) for each in documents() if each.stored]
    made = zstandard.train_dictionary(SIZE, stored, level=LEVEL)
    DICTIONARY.write_bytes(made.as_bytes())
    packer = zstandard.ZstdCompressor(level=LEVEL, dict_data=made, write_dict_id=False)
    before, after = sum(map(len, stored)), sum(len(packer.compress(each)) for each in stored)
    print(f"{DICTIONARY}: {len(stored):,} resources, {before / len(stored):.0f} bytes → {after / len(stored):.0f}")
