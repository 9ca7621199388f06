"""What somebody wishes of a visit, and how it ended."""

from __future__ import annotations

from typing import Any

import msgspec

from ..record import Ledger, Outcome


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked of a visit beyond the usual: a full list, a sweep, so many records at most, or one alone."""

    full: bool = False
    sweep: bool = False
    limit: int | None = None
    record: str | None = None

    @property
    def cut(self) -> bool:
        """Whether the visit ends early on purpose."""
        return self.limit is not None or self.record is not None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a visit ended; outcome None means interrupted. ``noticed``: message codes of what else was seen."""

    source: str
    visit: int | None
    outcome: Outcome | None
    verdict: str | None
    code: str
    facts: dict[str, Any]
    ledger: Ledger
    cut: bool = False
    noticed: dict[str, dict[str, Any]] = {}
    repairs: dict[str, int] = {}
