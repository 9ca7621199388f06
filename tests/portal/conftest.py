"""The API and the pages of three institutions of the town, served without a network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from demo.town import Town
from harvester import Store, open_store
from index import open_engine, update
from mappings import Origin
from portal import application
from tests.harvester.test_visit import visit

NAMES = ("tieu-hoc-kim-dong", "thpt-hong-duc", "dai-hoc-ngan-hoi")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, TestClient]]:
    folder = tmp_path_factory.mktemp("portal")
    town = Town()
    store = open_store(f"sqlite:///{folder}/kho.db")
    for name in NAMES:
        assert visit(store, town, name).outcome == "complete"
    engine = open_engine(f"tantivy:{folder}/index")
    known = {name: Origin(name, name, town.institutions[name].name, town.institutions[name].province) for name in NAMES}
    update(store.log, engine, known)
    yield store, TestClient(application(engine, store.log, lambda: known))
    engine.close()
    store.close()
    town.stop()


@pytest.fixture
def client(place: tuple[Store, TestClient]) -> TestClient:
    return place[1]
