"""The limits of the judge, in one table: each with its unit, what it guards against, and why it is this number."""

from __future__ import annotations

from typing import Literal

import msgspec


class Limit(msgspec.Struct, frozen=True):
    """One limit: its number and unit, what it guards against, and why it is this number."""

    value: int
    unit: Literal["records", "%", "visits", "seconds", "times"]
    guards: str
    reason: str


LIMITS: dict[str, Limit] = {
    "few": Limit(
        20,
        "records",
        "asking about small things: up to here no share counts",
        "what a school takes down by hand in an evening",
    ),
    "may_lose": Limit(15, "%", "mass removal: withdrawals of what is held, at once", "where DPLA's harvester stops"),
    "calm_after": Limit(10, "visits", "learning from too little", "ten nights show a week-end and both sides of it"),
    "calm_may_lose": Limit(
        5, "%", "mass removal at a source that never removes much", "a third of the general limit, still 1 of 20"
    ),
    "calm_times": Limit(
        3, "times", "asking again about what is usual", "three times the largest earlier share is still of its kind"
    ),
    "approvals": Limit(3, "visits", "asking for ever about what is approved", "twice may be chance, thrice is a habit"),
    "usual_after": Limit(
        3,
        "visits",
        "taking a list that was cut for what a server usually gives",
        "twice may be chance, thrice is a habit",
    ),
    "learned_may_lose": Limit(
        50, "%", "habits that would let half of a source vanish unasked", "more is a clearance, and rare enough to ask"
    ),
    "renamed": Limit(
        50, "%", "new records that are old ones under other identifiers", "the larger part of what is new explains it"
    ),
    "unknown": Limit(
        80, "%", "another repository at this address: share unknown, and share vanished", "renewal never reaches 4 in 5"
    ),
    "all_changed": Limit(
        80, "%", "damage to all records at once (mojibake, a broken template)", "editing by hand never reaches 4 in 5"
    ),
    "rejected": Limit(20, "%", "lists that can hardly be read", "where DPLA's harvester stops"),
    "short_of_declared": Limit(
        10, "%", "lists cut by the server", "completeListSize is wrong by a few per cent at honest servers"
    ),
    "stamped_now": Limit(
        99, "%", "datestamps that say nothing: made while we ask", "a record edited at this moment may be among them"
    ),
    "clock_back": Limit(86_400, "seconds", "a watermark from a wrong clock", "half of the two days asked again anyway"),
}
