"""The description of the API: a correct one, of every address and parameter, and real answers are as it says."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import jsonschema
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from portal import openapi

SEARCH, FACETS, SUGGEST = "/api/v1/records", "/api/v1/facets/{field}", "/api/v1/suggest"
ANSWERS = [
    (SEARCH, "?q=dinh+luat&size=100&include=highlight,explain,suggest&facets=grade,source,subject,licence,language"),
    (SEARCH, "?sort=title&size=100"),
    (SEARCH, "?q=phuong+trinh+bac+haii&include=suggest"),
    (SEARCH, "?q=toan&not.type=de_thi&has=language,type&missing=age&modified.from=2020&minutes.to=90&typing=1"),
    (FACETS.replace("{field}", "subject"), "?prefix=t"),
    (SUGGEST, "?q=toan&limit=20"),
    (SUGGEST, "?q="),
]
MISTAKES = [
    (SEARCH, "?sujbect=toan&lang=en", 400),
    (SEARCH, f"?q={'a' * 257}", 400),
    (SEARCH, "?sort=title&cursor=x", 400),
    (f"{SEARCH}/{'a' * 26}", "", 404),
    (f"{SEARCH}/{'a' * 26}/similar", "", 404),
]


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    return openapi.description("en")


def _strict(schema: Any) -> Any:
    """Allow only what is described: whoever adds something to an answer must describe it."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else {}
    return {**closed, **{name: _strict(each) for name, each in schema.items()}}


def _wrong(said: dict[str, Any], path: str, status: int, answer: Any) -> list[str]:
    """Return what an answer of an address has that its description does not say."""
    described = next(
        each["get"] for known, each in said["paths"].items() if known.count("/") == path.count("/")
        and all(a == b or a.startswith("{") for a, b in zip(known.split("/"), path.split("/"), strict=True))
    )  # fmt: skip
    (media,) = described["responses"][str(status)]["content"].values()
    components = _strict(said["components"]["schemas"])
    schema = {**media["schema"], "components": {"schemas": components}}
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(answer)]


def test_every_address_is_described_and_every_schema_is_one(client: TestClient, said: dict[str, Any]) -> None:
    assert isinstance(client.app, Starlette)
    routes = {route.path for route in client.app.routes if isinstance(route, Route)}
    assert {path for path in routes if path.startswith("/api/")} - {openapi.ADDRESS} == set(said["paths"])
    for schema in said["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    answer = client.get(f"{openapi.ADDRESS}?lang=en")
    assert answer.json() == said
    assert said["openapi"].startswith("3.1")
    assert client.get(openapi.ADDRESS).json()["info"]["title"] == "Kho học liệu"
    described = [each for path in said["paths"].values() for each in path["get"]["parameters"]]
    assert all(each["description"] for each in described if each["in"] == "query")


@pytest.mark.parametrize(("path", "asked"), ANSWERS)
def test_real_answers_are_as_described(client: TestClient, said: dict[str, Any], path: str, asked: str) -> None:
    answer = client.get(path + asked)
    assert answer.status_code == 200
    assert _wrong(said, path, 200, answer.json()) == []


def test_every_resource_is_as_described(client: TestClient, said: dict[str, Any]) -> None:
    found = client.get(f"{SEARCH}?size=100&sort=-modified").json()["items"]
    assert len(found) > 50
    for item in found:
        assert _wrong(said, f"{SEARCH}/{item['id']}", 200, item) == []
    similar = f"{SEARCH}/{found[0]['id']}/similar"
    assert _wrong(said, similar, 200, client.get(similar).json()) == []
    extra = {**deepcopy(found[0]), "moi": 1}
    assert _wrong(said, f"{SEARCH}/{extra['id']}", 200, extra), "a field that is not described is noticed"
    assert _wrong(said, f"{SEARCH}/{extra['id']}", 200, {**found[0], "grade": ["8"]}), "and one of another kind"


@pytest.mark.parametrize(("path", "asked", "status"), MISTAKES)
def test_mistakes_are_as_described(
    client: TestClient, said: dict[str, Any], path: str, asked: str, status: int
) -> None:
    answer = client.get(path + asked)
    assert answer.status_code == status
    assert _wrong(said, path, status, answer.json()) == []


def test_the_limits_that_are_described_are_those_that_hold(client: TestClient, said: dict[str, Any]) -> None:
    for each in said["paths"][SEARCH]["get"]["parameters"]:
        schema, name = each["schema"], each["name"]
        if "maximum" in schema:
            most = {"page": "size=1&"}.get(name, "")
            assert client.get(f"{SEARCH}?{most}{name}={schema['maximum']}").status_code == 200
            assert client.get(f"{SEARCH}?{most}{name}={schema['maximum'] + 1}").status_code == 400, name
            assert client.get(f"{SEARCH}?{name}=0").status_code == 400, name
        if "maxLength" in schema:
            assert client.get(f"{SEARCH}?{name}={'a' * schema['maxLength']}").status_code == 200
            assert client.get(f"{SEARCH}?{name}={'a' * (schema['maxLength'] + 1)}").status_code == 400
        known = schema.get("enum") or schema.get("items", {}).get("enum")
        if known:
            assert all(client.get(f"{SEARCH}?{name}={value}").status_code == 200 for value in known)
            assert client.get(f"{SEARCH}?{name}=khong-co").status_code == 400, name
