"""Updates, rebuilds and rollbacks are killed at random moments, the server too: afterwards nothing needs repair."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from demo.town import Town
from harvester import Store
from index import open_engine, update
from index.verifying import faults
from tests.harvester.test_visit import visit
from tests.index.elasticsearch.node import Node
from tests.index.test_feed import balance, origins

KILLS = int(os.environ.get("KHO_KILLS", "6"))
SOURCES = ("tieu-hoc-kim-dong", "thpt-hong-duc")
pytestmark = pytest.mark.slow


def _begun(url: str, address: str, work: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.index.elasticsearch.killed", url, address, work]
    child = subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    return child


def test_whatever_is_killed_nothing_needs_repair(tmp_path: Path, sqlite_store: Store, town: Town, victim: Node) -> None:
    for name in SOURCES:
        visit(sqlite_store, town, name)
    address, url = f"elasticsearch:{victim.url}/kho?shards=2", f"sqlite:///{tmp_path}/kho.db"
    engine = open_engine(address)
    begun = time.monotonic()
    update(sqlite_store.log, engine, origins(sqlite_store))
    span, chance, killed = time.monotonic() - begun, random.Random(11), 0
    town.next_night()
    for number in range(KILLS):
        if number == KILLS // 3:  # from here on there are changes that the index does not know
            for name in SOURCES:
                visit(sqlite_store, town, name)
        child = _begun(url, address, ("rebuild", "update", "rollback")[number % 3])
        threading.Event().wait(span * chance.random())
        if number % 4 == 3:
            victim.stop(signal.SIGKILL)
        killed += child.poll() is None
        child.kill()
        child.communicate()
        if number % 4 == 3:
            victim.start()
        assert engine.readable(), "an alias names one whole generation, whatever was killed"
        _clean_after_an_update(sqlite_store, address)
    assert killed, "everything had ended before it was killed: nothing was tried"


def _clean_after_an_update(store: Store, address: str) -> None:
    engine = open_engine(address)
    update(store.log, engine, origins(store))
    assert list(faults(store.log, engine)) == []
    balance(store, engine)
    assert len([each for each in engine.generations() if each.state == "current"]) == 1
    engine.close()
