"""Where a cluster is and who we are: what an address may say, and that no secret stands in it."""

from __future__ import annotations

import pytest

from index import check_address
from index.engines.elasticsearch.address import READING, WRITING, Address, Identity, identity, read_address


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("https://es.example:9200/kho", Address(("https://es.example:9200",), "kho")),
        ("https://es.example/kho", Address(("https://es.example:9200",), "kho")),
        ("https://es.example:9243/kho-thu?shards=3", Address(("https://es.example:9243",), "kho-thu", 3)),
        ("https://a.example,b.example:9201/kho", Address(("https://a.example:9200", "https://b.example:9201"), "kho")),
        ("http://127.0.0.1:9200/kho", Address(("http://127.0.0.1:9200",), "kho")),
        ("http://localhost:9200/kho", Address(("http://localhost:9200",), "kho")),
        ("http://[::1]:9200/kho", Address(("http://[::1]:9200",), "kho")),
    ],
)
def test_an_address_names_nodes_and_an_alias(place: str, expected: Address) -> None:
    assert read_address(place) == expected
    assert check_address(f"elasticsearch:{place}") is None


@pytest.mark.parametrize(
    ("place", "meant"),
    [
        ("http://es.example:9200/kho", "https://es.example:9200/kho"),
        ("http://127.0.0.1.example/kho", "https://127.0.0.1.example:9200/kho"),
        ("https://es.example:9200", "https://es.example:9200/kho"),
        ("https://es.example:9200/Kho", "https://es.example:9200/kho"),
        ("https://es.example:9200/a/b", "https://es.example:9200/kho"),
        ("https://es.example:99999/kho", "https://elasticsearch.example:9200/kho"),
        ("https://thu:mat-khau@es.example:9200/kho", "https://es.example:9200/kho"),
        ("https://es.example:9200/kho?shards=0", "https://elasticsearch.example:9200/kho?shards=3"),
        ("https://es.example:9200/kho?replicas=1", "https://elasticsearch.example:9200/kho?shards=3"),
        ("ftp://es.example/kho", "https://elasticsearch.example:9200/kho"),
    ],
)
def test_a_wrong_address_is_answered_with_a_right_one_and_never_with_a_secret(place: str, meant: str) -> None:
    answer = check_address(f"elasticsearch:{place}")
    assert answer == (f"elasticsearch:{meant}",)
    assert "mat-khau" not in str(answer)


def test_a_key_wins_over_a_user_and_nobody_is_nobody() -> None:
    environ = {WRITING[0]: "khoa", WRITING[1]: "kho", WRITING[2]: "mat-khau", READING[1]: "doc", READING[2]: "x"}
    assert identity(environ, WRITING) == Identity(WRITING[0], api_key="khoa")
    assert identity(environ, READING) == Identity(f"{READING[1]}, {READING[2]}", user="doc", password="x")
    assert identity({}, READING) == Identity()
