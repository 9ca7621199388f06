"""A deadline ends early for who wants to stop, and no server keeps him waiting."""

from __future__ import annotations

import socket

import pytest

from harvester import wire
from harvester.deadline import GRACE_SECONDS, Deadline
from harvester.wire import Wire


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_short_waits_never_add_up_to_a_long_one() -> None:
    clock = Clock()
    deadline = Deadline(10, clock)
    assert deadline.left(60) == 10
    assert deadline.left(2) == 2
    clock.now += 9.5
    assert deadline.left(2) == 0.5
    clock.now += 0.5
    with pytest.raises(TimeoutError):
        deadline.left(2)


def test_who_wants_to_stop_gives_the_question_in_hand_some_seconds_and_no_more() -> None:
    clock, stop = Clock(), [False]
    deadline = Deadline(3600, clock, lambda: stop[0])
    assert deadline.left(60) == 60
    stop[0] = True
    assert deadline.left(60) == GRACE_SECONDS
    clock.now += 3
    assert deadline.left(60) == GRACE_SECONDS - 3, "it is not given again"
    clock.now += 1
    with pytest.raises(TimeoutError):
        deadline.left(60)


def test_a_deadline_that_is_nearer_stays_where_it_is() -> None:
    clock = Clock()
    assert Deadline(2, clock, lambda: True).left(60) == 2


def test_a_silent_server_is_left_when_somebody_wants_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The question might wait an hour; the clock jumps for the sake of the test, the socket is real."""
    monkeypatch.setattr(wire, "HEARD_SECONDS", 0.01)
    moments = iter(range(100, 1000))  # a second goes by whenever somebody looks at the clock
    looks = iter(range(1000))
    ours, theirs = socket.socketpair()
    deadline = Deadline(3600, lambda: next(moments), lambda: next(looks) > 2)
    with ours, theirs, pytest.raises(TimeoutError):
        Wire(ours, 1 << 20).ask(b"GET / HTTP/1.1\r\n\r\n", deadline)
    assert next(moments) < 120
