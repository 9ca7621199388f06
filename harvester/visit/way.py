"""In which way a source is visited: from the watermark, in full, or by a sweep."""

from __future__ import annotations

from datetime import timedelta

from .. import stamp
from ..store.visits import SourceRow
from .wish import Wish

# Records become visible late with an old datestamp (an index that lags), clocks differ, days have two names at +7:
# two days cover all cases that were reported, and unchanged records cost next to nothing.
OVERLAP = timedelta(days=2)
DAY = 24 * 3600
# Deletions are not announced by every server, and no server announces that a record left its set (wild.md P4, P5).
SWEEP_DAYS = 30
# A server that keeps no deletions, or forgets them, says so in Identify: deletedRecord.
FORGETFUL = ("no", "transient")
FORGETFUL_DAYS = 7


def way(row: SourceRow, wish: Wish, now: int) -> tuple[str, str | None]:
    """Return mode and the moment to ask from; ``now`` is epoch seconds of our clock, which only counts days here."""
    if wish.full or wish.record is not None or row.watermark is None or row.next_mode == "full":
        return "full", None
    if wish.sweep or row.next_mode == "sweep" or (wish.limit is None and now >= sweep_due(row)):
        return "sweep", None
    return "incremental", stamp.earlier(row.watermark, OVERLAP)


def sweep_due(row: SourceRow) -> int:
    """Return when absence must be looked for again, in epoch seconds.

    The source's number spreads them over a tenth of the time, so that 30,000 do not come in the same night.
    """
    days = FORGETFUL_DAYS if row.learned.get("deleted_record") in FORGETFUL else SWEEP_DAYS
    return row.swept_at + days * DAY - row.id * 7919 % (days * DAY // 10)
