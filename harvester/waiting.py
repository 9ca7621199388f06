"""Waiting for a server that asks for it, or that may come back: always within the patience of its source."""

from __future__ import annotations

import email.utils
import random
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from .errors import Deferred, SourceError

PASSING = frozenset((408, 429, 500, 502, 503, 504))  # real servers say 500 where the standard says 503
# A source that has not answered at all tonight is down after five tries in about 15 s, whatever its patience: of
# 30,000 sources a tenth are dead, and ten minutes for each would take the night. One that has answered gets it all.
FIRST_TRIES = 5
LONGEST_PAUSE = 60.0
LONGEST_RETRY_AFTER = 7 * 24 * 3600.0  # servers say 999999999; nobody is left alone for longer than a week
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Passing(Exception):
    """A fault that may pass: the code and facts of its sentence, and for how many seconds the server asks to wait."""

    def __init__(self, code: str, retry_after: float | None = None, /, **facts: object) -> None:
        super().__init__(code)
        self.code, self.retry_after, self.facts = code, retry_after, facts


class Patience:
    """How long a visit still waits in all; the clock, the waiting and the chance are arguments."""

    def __init__(
        self,
        seconds: float,
        *,
        stopping: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Take the seconds of patience; ``stopping`` is asked while waiting, so that Ctrl-C is not slept through."""
        self.left = seconds
        self._stopping, self._clock, self._sleep = stopping, clock, sleep
        self._monotonic, self._uniform = monotonic, uniform

    def after(self, fault: Passing, attempt: int, spent: float, tries: int | None) -> None:
        """Wait after a fault, before the same question is asked again.

        ``attempt`` counts from 1, ``spent`` is how long it took in vain (that is waiting, too), ``tries`` the most
        attempts, None for as many as patience has room for.

        Raises Deferred where the server asks for more patience than is left, SourceError where patience is over.
        """
        self.left -= spent
        asked, least = fault.retry_after, self._backoff(attempt)
        pause = max(asked or 0.0, least)  # a server that says "one second" again and again means more
        # What it asks for is beyond our patience. One that only ever says "one second" does not come back then either:
        # chance (how little is left for the last second) must not make "go on later" of a server that is down.
        if asked is not None and asked > self.left and asked >= least:
            raise self._deferred(asked, fault)
        tired = tries is not None and attempt >= tries and asked is None
        if pause <= self.left and not tired:
            self.left -= pause
            self.wait(pause)
            if not self._stopping():
                return
        raise SourceError(fault.code, **fault.facts) from fault

    def wait(self, seconds: float) -> None:
        """Wait, but not for somebody who wants to stop."""
        end = self._monotonic() + seconds
        while (left := end - self._monotonic()) > 0 and not self._stopping():
            self._sleep(min(left, 0.5))

    def _backoff(self, attempt: int) -> float:
        return min(LONGEST_PAUSE, 2.0 ** min(attempt - 1, 10)) * self._uniform(0.5, 1.0)

    def _deferred(self, asked: float, fault: Passing) -> Deferred:
        until = int(self._clock() + asked)
        clock = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Deferred(until_seconds=until, until=clock, where=fault.facts.get("where", ""))


def asked_to_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Return for how many seconds an answer asks to wait, 1 to 604,800; None where it does not say readably.

    A date is compared with the server's own clock (its Date header) where it sends one, else with ``now``.
    """
    date = _moment(headers.get("date", ""))
    return retry_after(headers.get("retry-after"), now if date is None else date)


def retry_after(value: str | None, now: float) -> float | None:
    """Read Retry-After in both forms of RFC 9110 10.2.3: seconds or a date; what lies in the past is one second."""
    if value is None:
        return None
    text = value.strip()
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    else:
        moment = _moment(text)
        if moment is None:
            return None
        seconds = moment - now
    return min(max(1.0, seconds), LONGEST_RETRY_AFTER)


def _moment(text: str) -> float | None:
    try:
        read = email.utils.parsedate_to_datetime(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
