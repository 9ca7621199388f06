"""The moment when a question must have been answered, on a clock that only goes forward."""

from __future__ import annotations

import time
from collections.abc import Callable

GRACE_SECONDS = 4.0  # for the question in hand once somebody wants to stop: of the ten seconds that are promised
HEARD_SECONDS = 1.0  # how long nobody listens whether somebody wants to stop


class Deadline:
    """A total deadline: whoever waits asks how much is left, so that many short waits never add up to a long one."""

    def __init__(
        self,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Begin now and end after ``seconds`` of ``monotonic``, or soon after ``stopping`` says so."""
        self.seconds = seconds
        self._monotonic, self._stopping = monotonic, stopping
        self._end = monotonic() + seconds

    def left(self, most: float) -> float:
        """Return the seconds that are left, at most ``most``; raises TimeoutError where none are."""
        if self._stopping():
            self._end, self._stopping = min(self._end, self._monotonic() + GRACE_SECONDS), lambda: False
        left = self._end - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, most)
