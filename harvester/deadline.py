"""The moment when a question must have been answered, on a clock that only goes forward."""

from __future__ import annotations

import time
from collections.abc import Callable


class Deadline:
    """A total deadline: whoever waits asks how much is left, so that many short waits never add up to a long one."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin now and end after ``seconds`` of ``monotonic``."""
        self.seconds = seconds
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    def left(self, most: float) -> float:
        """Return the seconds that are left, at most ``most``; raises TimeoutError where none are."""
        left = self._end - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, most)
