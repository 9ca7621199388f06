"""What a test kills: one update, rebuild or rollback of an index, said to have begun on standard output."""

from __future__ import annotations

import sys

from harvester import open_store
from index import open_engine, rebuild, rollback, update
from tests.index.test_feed import origins


def main(store_url: str, address: str, work: str) -> None:
    """Open store and index, say so, and do the work."""
    store = open_store(store_url)
    engine = open_engine(address)
    known = origins(store)
    print("begun", flush=True)
    {"update": update, "rebuild": rebuild, "rollback": rollback}[work](store.log, engine, known)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
