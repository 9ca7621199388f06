"""What the tests of the walk share: a maker of repositories that are visited into a store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harvester import Store
from tests.harvester.walking import Build, building


@pytest.fixture
def build(sqlite_store: Store) -> Iterator[Build]:
    with building(sqlite_store) as made:
        yield made


@pytest.fixture
def on_both(store: Store) -> Iterator[Build]:
    with building(store) as made:
        yield made
