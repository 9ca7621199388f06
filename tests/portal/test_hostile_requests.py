"""No request brings the API or a page down: it is answered, or told what is wrong with it; never a 500."""

from __future__ import annotations

import random
import time
from collections import Counter
from urllib.parse import quote_plus

from starlette.testclient import TestClient

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
