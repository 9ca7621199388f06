"""How long we wait for a cluster that is busy, away or full, and when we give up; time and chance are given."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

FIRST, LONGEST = 0.2, 30.0  # seconds between two attempts: doubled each time, and less by chance
BUSY, AWAY, FULL = 600.0, 300.0, 120.0  # seconds without any progress after which we give up
_FULL_PAUSE = 5.0  # the cluster looks at its disks every few seconds


class Patience:
    """Waits between attempts; every progress begins anew."""

    def __init__(
        self,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,  # spreads writers that were refused together
    ) -> None:
        self._sleep, self._clock, self._chance = sleep, clock, chance
        self._attempts = 0
        self._since: float | None = None

    def progress(self) -> None:
        """Note that something was taken."""
        self._attempts = 0
        self._since = None

    def wait(self, longest: float) -> bool:
        """Wait for the next attempt; False where ``longest`` seconds have brought no progress."""
        now = self._clock()
        if self._since is None:
            self._since = now
        elif now - self._since >= longest:
            self.progress()  # whoever tries again later begins anew
            return False
        pause = _FULL_PAUSE if longest == FULL else min(LONGEST, FIRST * 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 20)
        self._sleep(pause * (0.5 + self._chance() / 2))
        return True
