"""Real records of many repositories map without an exception, and nearly all that they state is understood.

Of the big collection a seeded part is mapped; ``KHO_REAL=all`` maps it whole, in a minute. ``python -m bench --mapped``
writes the same counts for each collection.
"""

from __future__ import annotations

import os
from pathlib import Path

from .real_records import BIG, SEED, Count, measure

SHARE = 1.0 if os.environ.get("KHO_REAL") == "all" else 0.08
# Of what is stated, how much must be understood.
FLOORS = {"title": 0.999, "link": 1.0, "language": 0.99, "type": 0.90, "issued": 0.97}
MOST_PROBLEMS = 3.0  # a record, on average; and hardly any record has more


def test_real_records_are_understood(shared: Path) -> None:
    total = Count()
    for collection in measure(shared / "real", SHARE).values():
        total.merge(collection)
    shares = {what: total.share(what) for what in FLOORS}
    print(f"seed {SEED}, {SHARE:.0%} of {BIG}: {total.records} records, {total.mapped} in formats that we read")
    for what, share in shares.items():
        print(f"  {what}: {share:.4f} of {total.stated[what]}, floor {FLOORS[what]}")
    print(f"  problems a record: {total.problems / total.mapped:.2f}; more than three: {total.many}")
    for field, words in total.unknown.items():
        print(f"  {field} not understood: {words.most_common(20)}")
    assert total.examples == {}
    assert {what: share for what, share in shares.items() if share < FLOORS[what]} == {}
    assert total.problems <= MOST_PROBLEMS * total.mapped
    assert total.many <= total.mapped // 1000
    assert total.mapped >= 15_000
    assert {"oai_dc", "qdc", "dim", "lom", "mods", "marc21"} <= set(total.formats)
    if SHARE == 1.0:
        assert total.records >= 116_000
