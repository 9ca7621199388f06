"""The judge's plain rules, on both sides of each limit, and what must hold for any evidence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.judge import FEW, SHARE, Evidence, judge
from harvester.messages import MESSAGES, sentence
from harvester.record import Ledger, Mode, Outcome


def verdict(held: int, mode: Mode = "full", outcome: Outcome = "complete", **ledger: int) -> str | None:
    return judge(Evidence(outcome, mode, held, Ledger(**ledger))).verdict


@pytest.mark.parametrize(
    ("held", "withdrawn", "expected"),
    [
        (1000, 150, "published"),
        (1000, 151, "additions"),
        (20, 20, "published"),
        (21, 21, "additions"),
        (139, 21, "additions"),
        (140, 21, "published"),
    ],
)
def test_removals_wait_above_twenty_and_fifteen_percent(held: int, withdrawn: int, expected: str) -> None:
    assert verdict(held, fetched=withdrawn, withdrawn=withdrawn) == expected
    assert verdict(held, fetched=1, unchanged=1, lapsed=withdrawn) == expected


def test_nothing_on_a_full_list_is_held_only_where_something_was() -> None:
    assert verdict(1) == "held"
    assert verdict(0) == "nothing"
    assert verdict(5, mode="incremental") == "nothing"
    assert verdict(5, outcome="partial") == "nothing"


def test_missing_is_never_held() -> None:
    assert verdict(1000, fetched=1, unchanged=1, missing=999) == "published"


@pytest.mark.parametrize("outcome", ["failed", "deferred"])
def test_no_verdict_without_a_list(outcome: Outcome) -> None:
    assert verdict(10, outcome=outcome, fetched=0) is None


NUMBERS = st.integers(0, 400)


@settings(deadline=None, derandomize=True, max_examples=800)
@given(
    held=NUMBERS,
    new=NUMBERS,
    changed=NUMBERS,
    withdrawn=NUMBERS,
    lapsed=NUMBERS,
    missing=NUMBERS,
    mode=st.sampled_from(["full", "incremental"]),
    outcome=st.sampled_from(["complete", "partial", "failed", "deferred"]),
)
def test_nothing_live_is_removed_beyond_the_limits(
    held: int, new: int, changed: int, withdrawn: int, lapsed: int, missing: int, mode: Mode, outcome: Outcome
) -> None:
    ledger = Ledger(
        fetched=new + changed + withdrawn, new=new, changed=changed, withdrawn=withdrawn, lapsed=lapsed, missing=missing
    )
    judgement = judge(Evidence(outcome, mode, held, ledger))
    removals = withdrawn + lapsed
    if judgement.verdict == "published":
        assert removals <= FEW or removals * 100 <= SHARE * held
    if judgement.verdict == "nothing":
        assert new + changed + removals + missing == 0
    if judgement.verdict is not None and judgement.code:
        for language in ("vi", "en"):
            assert "?" not in sentence(judgement.code, judgement.facts, language)


def test_every_message_has_two_languages_and_who_must_act() -> None:
    for code, message in MESSAGES.items():
        assert message.vi, code
        assert message.en, code
        assert message.who in (None, "config", "source", "transient", "bug"), code
        assert message.vi.count("{") == message.en.count("{"), code
