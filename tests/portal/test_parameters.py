"""What an address may say: a program is told what it misspelt, a shared link works, what was taken down is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from demo.town import Town
from harvester import Store, TakeDown, open_store
from index import open_engine, update
from mappings import Origin
from portal import application
from tests.harvester.test_visit import visit

RECORDS = "/api/v1/records"


def test_every_address_of_the_api_refuses_a_parameter_that_it_does_not_know(client: TestClient) -> None:
    key = client.get(f"{RECORDS}?size=1").json()["items"][0]["id"]
    paths = (RECORDS, f"{RECORDS}/{key}", f"{RECORDS}/{key}/similar", "/api/v1/facets/grade", "/api/v1/suggest")
    for path in (*paths, "/api/v1/openapi.json"):
        wrong = client.get(f"{path}?lagn=en")
        assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "unknown_param"), path
        assert "lang" in wrong.json()["errors"][0]["detail"], path
        assert client.get(f"{path}?lang=en").status_code == 200, path


def test_what_other_sites_append_to_a_shared_link_does_no_harm(client: TestClient) -> None:
    key = client.get(f"{RECORDS}?size=1").json()["items"][0]["id"]
    for path in ("/", "/?q=toan&", f"/hoc-lieu/{key}"):
        plain, joint = path.rstrip("&"), "&" if "?" in path else "?"
        shared = client.get(f"{plain}{joint}fbclid=IwAR0&utm_source=zalo")
        assert shared.status_code == 200, path
        assert shared.text == client.get(plain).text, path
        assert "fbclid" not in shared.text


@pytest.mark.parametrize(
    ("ends", "wrong"),
    [
        ("issued.from=2024&issued.to=2", "issued.to"),
        ("issued.from=2&issued.to=2024", "issued.from"),
        ("issued.from=2024-13", "issued.from"),
        ("minutes.from=4&minutes.to=4x", "minutes.to"),
        ("minutes.from=9&minutes.to=4", "minutes.to"),
    ],
)
def test_the_end_of_a_range_that_is_wrong_is_the_one_that_is_named(client: TestClient, ends: str, wrong: str) -> None:
    answer = client.get(f"{RECORDS}?{ends}")
    assert answer.status_code == 400
    assert [mistake["param"] for mistake in answer.json()["errors"]] == [wrong]


def test_all_values_of_a_field_are_those_of_the_same_question(client: TestClient) -> None:
    asked = "q=toa&typing=1&not.grade=12&facets=subject&facet_size=50"
    answer = client.get(f"{RECORDS}?{asked}").json()
    facet = answer["facets"][0]
    every = client.get(f"{facet['more']}&facet_size=50").json()
    assert facet["values"]
    assert {each["id"]: each["count"] for each in every["values"]} == {
        each["id"]: each["count"] for each in facet["values"]
    }
    assert "typing=1" in facet["more"]


def test_what_was_taken_down_is_gone_at_once_from_every_address_of_its_own(place: tuple[Store, TestClient]) -> None:
    """The index follows within a minute; whoever knows the address does not see it meanwhile."""
    store, client = place
    key = client.get(f"{RECORDS}?size=1&sort=title").json()["items"][0]["id"]
    record = store.log.record(key)
    assert record is not None
    paths = (f"{RECORDS}/{key}", f"{RECORDS}/{key}/similar", f"/hoc-lieu/{key}")
    tags = [client.get(path).headers["etag"] for path in paths]
    down = TakeDown(source=record.source, identifier=record.identifier, reason="yêu cầu của tác giả", at=1)
    store.take_down(down)
    try:
        for path, tag in zip(paths, tags, strict=True):
            assert client.get(path).status_code == 404, path
            assert client.get(path, headers={"If-None-Match": tag}).status_code == 404, path
    finally:
        store.show_again(down)
    assert client.get(paths[0]).status_code == 200


def test_an_answer_that_was_remembered_is_given_anew_after_its_source_was_mapped_again(tmp_path: Path) -> None:
    town, name = Town(), "tieu-hoc-kim-dong"
    store, engine = open_store(f"sqlite:///{tmp_path}/kho.db"), open_engine(f"tantivy:{tmp_path}/index")
    try:
        assert visit(store, town, name).outcome == "complete"
        known = {name: Origin(name, name, "Trường Tiểu học Kim Đồng", "04")}
        update(store.log, engine, known)
        client = TestClient(application(engine, store.log, lambda: known))
        asked = f"{RECORDS}?facets=province&size=1"
        first = client.get(asked)
        remembered = {"If-None-Match": first.headers["etag"]}
        assert client.get(asked, headers=remembered).status_code == 304
        known[name] = Origin(name, name, "Trường Tiểu học Kim Đồng", "40")
        update(store.log, engine, known)
        again = client.get(asked, headers=remembered)
        assert again.status_code == 200
        assert again.json()["facets"] != first.json()["facets"]
    finally:
        engine.close()
        store.close()
        town.stop()
