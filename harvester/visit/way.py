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
# Deletions are not announced by every server, and no server announces that a record left its set (P4, P5).
SWEEP_DAYS = 30
# A server that keeps no deletions, or forgets them, says so in Identify: deletedRecord.
FORGETFUL = ("no", "transient")
FORGETFUL_DAYS = 7
UNSUPPORTED = "unsupported"


def way(row: SourceRow, wish: Wish, now: int) -> tuple[str, str | None]:
    """Return mode and the moment to ask from; ``now`` is epoch seconds of our clock, which only counts days here."""
    watermark = row.watermark
    if wish.full or wish.record is not None or watermark is None or row.next_mode == "full":
        return "full", None
    if row.learned.get("incremental") == UNSUPPORTED and not _is_old(row, watermark):
        return "full", None  # it says everything at every visit: then absence may mean something, too
    if wish.sweep or row.next_mode == "sweep" or (wish.limit is None and now >= sweep_due(row)):
        # Where neither headers nor windows can be asked for, a whole list is the only way to look at everything.
        whole = UNSUPPORTED in (row.learned.get("sweep"), row.learned.get("windows")) and not wish.sweep
        return "full" if whole else "sweep", None
    return "incremental", stamp.earlier(watermark, OVERLAP)


def _is_old(row: SourceRow, watermark: str) -> bool:
    """Say whether it is long ago that the server could not do something: then it is tried anew."""
    since = str(row.learned.get("unsupported_at") or "")
    return not since or watermark >= stamp.earlier(since, -timedelta(days=SWEEP_DAYS))


def swept(row: SourceRow, mode: str, now: int, *, doubtful: bool) -> int | None:
    """Return when absence was last looked for, after a good visit; None where it stays as it was.

    A list in which records came twice has an unstable order and may have left others out (T10), and one with records
    that cannot be named may have shown any of them: it is ``doubtful`` and proves no absence, and is looked through
    again the next night after a full list, within a week after any other.
    """
    whole = mode in ("full", "sweep")
    if not doubtful:
        return now if whole else None
    within_a_week = now - (SWEEP_DAYS - FORGETFUL_DAYS) * DAY
    return 0 if mode == "full" else within_a_week if whole else min(row.swept_at, within_a_week)


def sweep_due(row: SourceRow) -> int:
    """Return when absence must be looked for again, in epoch seconds.

    The source's number spreads them over a tenth of the time, so that 30,000 do not come in the same night.
    """
    days = FORGETFUL_DAYS if str(row.learned.get("deleted_record")).strip().lower() in FORGETFUL else SWEEP_DAYS
    return row.swept_at + days * DAY - row.id * 7919 % (days * DAY // 10)
