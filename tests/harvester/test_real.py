"""Real answers of 71 repositories, played back: whole chains are complete with exactly their records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester import Store, open_store
from harvester.source import Source
from harvester.visit import Visiting
from mappings import Origin, map_record
from tests.harvester.playback import Chain, Playback, chains
from tests.harvester.test_visit import FORMATS


@pytest.fixture(scope="module")
def played(shared: Path) -> Iterator[Playback]:
    server = Playback(chains(shared / "real" / "CenterForOpenScience+scrapi" / "oai"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('real')}/kho.db")
    yield store
    store.close()


def test_every_chain_gives_what_it_has(played: Playback, kept: Store) -> None:
    assert len(played.chains) >= 60
    assert sum(chain.whole for chain in played.chains) >= 20
    for number, chain in enumerate(played.chains):
        source = Source(id=f"chuoi-{number}", name=chain.name, url=f"{played.base}/{number}", patience=0, timeout=60)
        result = Visiting(kept, FORMATS).visit(source)
        _check(chain, kept, source.id, result)
    _every_record_is_mapped(kept)


def _check(chain: Chain, kept: Store, name: str, result: object) -> None:
    ledger, outcome, code = result.ledger, result.outcome, result.code  # type: ignore[attr-defined]
    expected = chain.records
    if chain.whole:
        assert outcome == "complete", (chain.name, code)
    elif expected:
        assert outcome == "partial", (chain.name, outcome, code)
    else:
        assert outcome in ("failed", "partial"), (chain.name, outcome, code)
    assert ledger.balances()
    rejected = ledger.rejected
    assert ledger.fetched == len(expected), (chain.name, code)
    last = dict(expected)
    held = {change.identifier for change in kept.log.every_record(name)}
    live = {identifier for identifier, deleted in last.items() if not deleted}
    assert held <= live
    assert len(live - held) <= rejected, chain.name


def _every_record_is_mapped(kept: Store) -> None:
    number = shown = 0
    for name in kept.log.sources():
        origin = Origin(name, name, name)
        for change in kept.log.every_record(name):
            if change.raw is not None:
                number += 1
                shown += map_record(change.raw, origin).resource is not None
    assert number > 7_000
    assert shown > number * 0.9
