"""A server's clock and datestamps, read leniently: what real servers write, and what cannot be read."""

from __future__ import annotations

import pytest

from harvester.messages import shown_fact
from harvester.stamp import moment, normalised

NOON = "2015-10-20T18:22:39Z"


@pytest.mark.parametrize(
    "text",
    [
        NOON,
        f"  {NOON}\n",
        "2015-10-20T18:22:39.000Z",
        "2015-10-20T18:22:39.123456Z",
        "2015-10-20T18:22:39,5Z",
        "2015-10-20T18:22:39",
        "2015-10-20 18:22:39",
        "2015-10-20T18:22:39+00:00",
        "2015-10-20T14:22:39-04:00",
        "2015-10-21T01:22:39+07",
        "2015-10-21T01:22:39 +0700",
        "2015-10-20T18:22:39 UTC",
        "2015-10-20t18:22:39z",
        "20151020T182239Z",
    ],
)
def test_d9_a_clock_in_every_spelling_that_servers_use(text: str) -> None:
    assert normalised(text) == NOON


@pytest.mark.parametrize("text", ["2015-10-20", "20151020", "2015-10-20T00:00Z", "2015-10-20T", "2015-10-20Z"])
def test_d10_a_day_is_its_first_moment(text: str) -> None:
    assert normalised(text) == "2015-10-20T00:00:00Z"


@pytest.mark.parametrize(
    "text",
    ["", " ", "hôm nay", "2015", "2015-10", "2015-13-40", "0000-00-00", "9999-12-31T23:59:59-14:00", "20/10/2015"],
)
def test_d10_what_cannot_be_read_is_unknown(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize("said", ["9999-12-31T23:59:59Z", "0000-00-00T00:00:00Z", "2024-13-45T00:00:00Z"])
def test_a_moment_of_a_server_that_is_none_is_shown_as_it_is(said: str) -> None:
    assert shown_fact(said, "vi") == said
    assert shown_fact("2024-01-01T00:00:00Z", "en") == "2024-01-01 07:00 +07:00"
