"""Is this visit believable, and which part of it may be published? Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .record import Ledger, Mode, Outcome, Verdict

# DPLA stops at 15 %, and 20 records are what a school takes down by hand in an evening.
FEW = 20
SHARE = 15


class Evidence(msgspec.Struct, frozen=True):
    """What a visit has shown: how it ended, its ledger, and how many records were held when it began."""

    outcome: Outcome
    mode: Mode
    held: int
    ledger: Ledger
    noticed: Mapping[str, Mapping[str, Any]] = {}  # what the connector noticed: message codes with their facts


class Judgement(msgspec.Struct, frozen=True):
    """The verdict with the code and facts of its sentence."""

    verdict: Verdict | None
    code: str = ""
    facts: dict[str, Any] = {}


def judge(evidence: Evidence) -> Judgement:
    """Give the verdict on a visit.

    ``held``: nothing at all came on a full list although something is held. ``additions``: more than 20 records and
    more than 15 % of what is held would be withdrawn, so removals wait. ``nothing``: nothing differs. Else all of it.
    A failed or deferred visit has no verdict.
    """
    ledger = evidence.ledger
    if evidence.outcome in ("failed", "deferred"):
        return Judgement(None)
    if evidence.mode != "incremental" and evidence.outcome == "complete" and evidence.held and not ledger.fetched:
        return Judgement("held", "empty_list", {"held": evidence.held})
    removals = ledger.withdrawn + ledger.lapsed
    if removals > FEW and removals * 100 > SHARE * evidence.held:
        share = removals * 100 // max(evidence.held, 1)
        facts = {"removals": removals, "held": evidence.held, "share": share, "limit": SHARE}
        return Judgement("additions", "many_withdrawn", facts)
    differs = ledger.new + ledger.changed + removals + ledger.missing
    return Judgement("published", "whole") if differs else Judgement("nothing", "same")
