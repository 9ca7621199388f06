"""No request brings the API or a page down: it is answered, or told what is wrong with it; never a 500."""

from __future__ import annotations

import html
import random
import re
import time
from collections import Counter
from typing import Literal
from urllib.parse import quote_plus, urlencode

import pytest
from starlette.testclient import TestClient

from index.cursors import Cursor, write_cursor
from portal.parameters import PARAMETERS
from tests.index.test_hostile_questions import PIECES

SEED, REQUESTS = 20261126, 10_000
PATHS = ("/", "/api/v1/records", "/api/v1/suggest", "/api/v1/facets/subject")
MORE = ("/api/v1/facets/{}", "/api/v1/records/{}", "/api/v1/records/{}/similar", "/hoc-lieu/{}", "/{}", "/api/{}")
NAMES = (
    *PARAMETERS,
    "cursor",
    "not.subject",
    "has",
    "missing",
    "issued.from",
    "modified.to",
    "type",
    "limit",
    "prefix",
)
PLAIN = (
    "1",
    "0",
    "-1",
    "9" * 30,
    "1e9",
    "NaN",
    "2024",
    "2024-13-45",
    "toan",
    "*",
    "fold",
    "exact",
    "title",
    "vi",
    "true",
)


def _value(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(PLAIN)
    return chance.choice(("", " ")).join(chance.choices(PIECES, k=chance.randint(1, 6)))


def _quoted(chance: random.Random, value: str) -> str:
    """Write a value as an address does, seldom as bytes that are no UTF-8 or half an escape."""
    written = quote_plus(value.encode("utf-8", "surrogatepass"))
    return written + chance.choice(("%", "%f", "%ff%fe", "%00")) if chance.random() < 0.1 else written


def address(chance: random.Random) -> str:
    """Return a hostile address of this site."""
    path = chance.choice(PATHS if chance.random() < 0.8 else MORE).format(_quoted(chance, _value(chance)) or "x")
    pairs = [(chance.choice(NAMES), _value(chance)) for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 40)))]
    if chance.random() < 0.5:
        pairs.append(("q", _value(chance)))
    return f"{path}?{'&'.join(f'{name}={_quoted(chance, value)}' for name, value in pairs)}"


def test_ten_thousand_hostile_requests_are_answered(client: TestClient) -> None:
    print("seed", SEED)
    chance, statuses, slowest = random.Random(SEED), Counter[int](), (0.0, "")
    for _ in range(REQUESTS):
        asked = address(chance)
        begun = time.monotonic()
        answer = client.get(asked, headers={"Accept-Language": chance.choice(("vi", "en", "\x7f", "x" * 500))})
        slowest = max(slowest, (time.monotonic() - begun, asked))
        statuses[answer.status_code] += 1
        assert answer.status_code in (200, 400, 404, 422), asked
    print(dict(statuses), f"slowest {slowest[0]:.2f} s: {slowest[1][:200]}")
    assert statuses[200] > REQUESTS // 20
    assert statuses[400] > REQUESTS // 20


@pytest.mark.parametrize("passed", [10**5, 10**8, 10**13, 2**63, 10**30])
@pytest.mark.parametrize("sort", ["title", "-modified"])
def test_a_cursor_that_nobody_was_given_does_no_harm(
    client: TestClient, passed: int, sort: Literal["title", "-modified"]
) -> None:
    """Its hint is no more than a hint: an index that made room for so many hits would end with its process."""
    value = "" if sort == "title" else "9999"
    first = client.get("/api/v1/records", params={"sort": sort, "size": "5"}).json()
    cursor = write_cursor(Cursor("x", sort, value, passed))
    for path in ("/", "/api/v1/records"):
        assert client.get(path, params={"sort": sort, "cursor": cursor}).status_code == 200
    said = client.get("/api/v1/records", params={"sort": sort, "cursor": cursor, "size": "5"}).json()
    assert [item["id"] for item in said["items"]] == [item["id"] for item in first["items"]]


def test_as_many_words_as_are_allowed_are_answered_with_or_without_a_correction(client: TestClient) -> None:
    """A correction of such a question is longer than a question may be."""
    for words in (" ".join(["toan"] * 31) + " hoahoc", "a " * 40 + "toa", "phuongtrinh " * 21):
        asked = {"q": words.strip()[:250], "include": "suggest"}
        if len(asked["q"].split()) <= 32:
            assert client.get("/", params={"q": asked["q"]}).status_code == 200, words
            assert client.get("/api/v1/records", params=asked).status_code == 200, words
        assert client.get("/api/v1/suggest", params={"q": words}).status_code == 200, words


def test_pages_of_a_cursor_follow_each_other_to_the_end(client: TestClient) -> None:
    seen: list[str] = []
    first = client.get("/api/v1/records?sort=title&size=100").json()
    address = "/?" + urlencode({"sort": "title", "size": "100", "cursor": first["cursor"]})
    pages = 0
    while address:
        page = client.get(address).text
        seen += re.findall(r'href="/hoc-lieu/([a-z2-7]{26})', page)
        found = re.search(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"', page)
        address = html.unescape(found[1] or found[2]) if found else ""
        pages += 1
        assert pages < 100, "the pages go in a circle"
    assert len(dict.fromkeys(seen)) == first["total"]["value"] - 100
