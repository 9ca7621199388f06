"""Large lists in windows of time, so that a lost token costs one window; unless the server serves windows wrongly."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .checkpoint import Stretch
from .conversation import UNSUPPORTED
from .dates import halved, outside
from .route import Route

# Windows cost questions, a list of this size that breaks off costs more. Where tokens were lost before, earlier.
LARGE, LARGE_WHERE_TOKENS_GET_LOST = 50_000, 5_000
# completeListSize is wrong by a few per mille at honest servers; windows that show a hundredth less lose records.
SHORT = 1
LONG = 2  # windows in a row that show far more than was left for them
# Divisions for each large list's worth of records: 32 halve the years since 2001 down to seconds around one moment.
DIVISIONS = 32


class Windows:
    """Decides on windows, and watches whether the server serves them rightly (D13, T6)."""

    def __init__(self, route: Route) -> None:
        self._route = route

    def halves_of(self, stretch: Stretch) -> tuple[Stretch, Stretch] | None:
        """Return the halves of a list; None where it cannot be divided by time."""
        route = self._route
        if route.habits.dates == "none" or not route.walk.clock:
            return None
        if route.conversation.learned.get("windows") == UNSUPPORTED:
            return None
        # earliestDatestamp may be this moment (D4): what was seen on the first page is better.
        oldest = min((each for each in (route.conversation.oldest, route.walk.oldest) if each), default="")
        parts = halved(stretch, oldest, route.walk.clock, route.habits.dates)
        if parts is not None:  # one of them may well have nothing, unless we have seen something of it
            first, second = parts
            first.known = bool(first.until) and (stretch.since or " ") <= route.walk.oldest <= (first.until or "")
            second.known = bool(second.since) and (second.since or "") <= route.walk.last <= (second.until or "9999")
        return parts

    def divide(self, declared: int | None) -> None:
        """After the first page of a large list: go on in windows."""
        route, walk = self._route, self._route.walk
        lossy = walk.lost or route.conversation.learned.get("tokens_lost")
        limit = LARGE_WHERE_TOKENS_GET_LOST if lossy else LARGE
        if walk.pages != 1 or declared is None or declared <= limit or route.stretch.purpose not in ("list", "part"):
            return
        most = route.conversation.source.max_records
        if declared > most:  # no windows make a list smaller that is not allowed
            return
        if route.conversation.learned.get("division") == UNSUPPORTED:
            return
        walk.divided += 1
        if walk.divided > DIVISIONS * (1 + min(walk.size or declared, most) // limit):
            self.give_up("completeListSize")
            return
        parts = self.halves_of(route.stretch)
        if parts is None:
            return
        if route.stretch.purpose == "list":
            walk.main = route.stretch
        route.restart(msgspec.structs.replace(parts[0], whole=declared), parts[1])

    def is_short(self, size: int | None) -> bool:
        """On the first page of a window: say whether it shows fewer records than it must; ``size`` is what it has.

        Windows whose sizes do not add up to the list that they divide lose records.
        """
        stretch, following = self._route.stretch, self._route.walk.stretches[1:2]
        if stretch.whole is not None and following:
            if size is None:
                return True
            following[0].at_least = stretch.whole - size
        least = stretch.at_least
        if least is None or least <= 0:
            return False
        if size is None or (least - size) * 100 > SHORT * least:
            return True
        self._route.walk.short += max(least - size, 0)
        return False

    def prove(self, size: int | None) -> None:
        """On the first page of what goes on from the newest datestamp: see whether it has all that was left.

        Exactly: one record fewer may be one that stands further on with an older datestamp.
        """
        walk, stretch = self._route.walk, self._route.stretch
        if stretch.behind is None:
            return
        if stretch.at_least is None or size is None or size < stretch.at_least:
            walk.stretches.insert(1, stretch.behind)
            walk.disordered = walk.disordered or None not in (stretch.at_least, size)
        stretch.behind = stretch.at_least = None

    def are_long(self, size: int | None) -> bool:
        """On the first page of a window: say whether two in a row show far more than their first parts left for them.

        A server that answers every window with the whole list would be asked for ever smaller ones. A single one may
        begin with the day on which everything was brought in, which belongs to its first part as well.
        """
        walk, least = self._route.walk, self._route.stretch.at_least
        if least is None or size is None:
            return False
        walk.long = walk.long + 1 if size - least > max(LARGE_WHERE_TOKENS_GET_LOST, least) else 0
        return walk.long >= LONG

    def ignored(self, stamps: Sequence[str | None]) -> bool:
        """Say whether a window shows what was not asked for."""
        stretch = self._route.stretch
        return stretch.purpose in ("part", "reread") and stretch.until is not None and outside(stretch, stamps) > 0

    def give_up(self, why: str) -> None:
        """Ask for one open list after all; ``why`` is a code of the protocol, or what was wrong."""
        route, walk = self._route, self._route.walk
        route.note("windows_refused", why=why)
        route.conversation.cannot("windows")
        walk.long = walk.short = 0
        walk.stretches = [walk.main, *(each for each in walk.stretches if each.purpose == "reread")]
        route.restart(walk.main)
