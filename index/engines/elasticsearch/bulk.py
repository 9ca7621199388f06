"""Write many documents: whole requests and single verdicts, and what to do about each.

Sent = taken + refused, always: what a cluster does not answer for is sent again, which does no harm, for a document is
only ever replaced by an equal or newer one. Three kinds of "too many requests" (429) are told apart: a full queue or
little memory (wait and send again), a full disk (wait for its administrator), and one record that is too large.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ...query import IndexUnreachableError, Refused
from .faults import IndexFullError, refusal
from .patience import AWAY, BUSY, FULL, Patience

REQUEST = 5_000_000  # bytes of a request (measured: larger ones win nothing)
MOST_ITEMS = 4_000
_LARGE, _ALONE = 250_000, 8  # a record of so many bytes that was so often refused all alone is itself the reason
_LONGEST_REASON = 300
_QUOTED = " Preview of field's value"  # what follows is a piece of the record: it stands in no message
_AWAY = frozenset((0, 408, 502, 503, 504))  # 0: no answer at all
_OUTSIDE = frozenset(("index_closed_exception", "index_not_found_exception", "strict_dynamic_mapping_exception"))


class Item(NamedTuple):
    """One document of a request: its key, and its two lines."""

    key: str
    lines: bytes


class Answer(NamedTuple):
    """What a cluster said to a request: HTTP status, type and reason of an error, the verdict of every item."""

    status: int
    kind: str = ""
    reason: str = ""
    items: Sequence[dict[str, Any]] = ()
    errors: bool = True


Post = Callable[[bytes], Answer]


class Bulk:
    """Sends documents to one index until each is taken or refused for good."""

    def __init__(self, address: str, post: Post, patience: Patience) -> None:
        self._address, self._post, self._patience = address, post, patience
        self._requests: deque[list[Item]] = deque()
        self._alone: dict[str, int] = {}
        self.taken = 0
        self.refused: list[Refused] = []

    def send(self, items: Iterable[Item]) -> None:
        """Send all of these; raises IndexUnreachableError, then what was not answered may have been taken or not."""
        sent, before = 0, self.taken + len(self.refused)
        for request in requests(items):
            sent += len(request)
            self._requests.append(request)
            while self._requests:
                self._one(self._requests.popleft())
        answered = self.taken + len(self.refused) - before
        if sent != answered:
            raise IndexUnreachableError(self._address, f"{sent} sent, {answered} answered for")

    def _one(self, request: list[Item]) -> None:
        answer = self._post(b"".join([item.lines for item in request]))
        if answer.status == 200:
            self._verdicts(request, answer)
        elif answer.status in _AWAY:
            self._again(request, AWAY, answer)
        elif answer.status == 429:
            self._again(request, _longest(answer), answer)
        elif answer.status in (400, 413) and answer.kind not in _OUTSIDE:
            self._halve(request, answer)
        else:
            raise refusal(self._address, answer.status, answer.kind, answer.reason)

    def _halve(self, request: list[Item], answer: Answer) -> None:
        """Part a request that is too large or holds what cannot be read, until one record stands alone."""
        if len(request) == 1:
            self._refuse(request[0], answer.kind or f"http_{answer.status}", answer.reason)
            return
        middle = len(request) // 2
        self._requests.extendleft((request[middle:], request[:middle]))

    def _refuse(self, item: Item, kind: str, reason: str) -> None:
        self.refused.append(Refused(item.key, f"{kind}: {reason}"[:_LONGEST_REASON].rstrip(": ")))

    def _verdicts(self, request: list[Item], answer: Answer) -> None:
        if len(answer.items) != len(request):
            raise IndexUnreachableError(self._address, f"{len(request)} sent, {len(answer.items)} answered")
        if not answer.errors:
            self.taken += len(request)
            self._patience.progress()
            return
        again: list[Item] = []
        worst = Answer(200)
        for item, verdict in zip(request, answer.items, strict=True):
            said = _said(verdict)
            if said.status in (200, 201, 409):  # 409: a newer one stands there already
                self.taken += 1
            elif said.status == 429 or said.status in _AWAY:
                again.append(item)
                worst = said
            elif said.status == 400 and said.kind not in _OUTSIDE:
                self._refuse(item, said.kind, said.reason)
            else:
                raise refusal(self._address, said.status, said.kind, said.reason)
        if len(again) < len(request):
            self._patience.progress()
        if again:
            self._again(again, _longest(worst), worst)

    def _again(self, request: list[Item], longest: float, answer: Answer) -> None:
        """Wait, then send a request once more; give up where nothing at all goes on."""
        if len(request) == 1 and answer.status == 429 and longest == BUSY and len(request[0].lines) > _LARGE:
            item = request[0]
            self._alone[item.key] = self._alone.get(item.key, 0) + 1
            if self._alone[item.key] >= _ALONE:
                self._refuse(item, "too_large", answer.reason)
                return
        if not self._patience.wait(longest):
            if longest == FULL:
                raise IndexFullError(self._address, answer.reason[:_LONGEST_REASON])
            raise refusal(self._address, answer.status, answer.kind or "busy", answer.reason)
        self._requests.appendleft(request)


def requests(items: Iterable[Item]) -> Iterable[list[Item]]:
    """Part documents into requests of a size that a cluster takes well."""
    request: list[Item] = []
    size = 0
    for item in items:
        if request and (size + len(item.lines) > REQUEST or len(request) >= MOST_ITEMS):
            yield request
            request, size = [], 0
        request.append(item)
        size += len(item.lines)
    if request:
        yield request


def _said(verdict: dict[str, Any]) -> Answer:
    (inner,) = verdict.values()
    error = inner.get("error") or {}
    reason = str(error.get("reason", "")).partition(_QUOTED)[0]
    cause = str((error.get("caused_by") or {}).get("reason", ""))
    return Answer(int(inner["status"]), str(error.get("type", "")), f"{reason} {cause}".strip())


def _longest(answer: Answer) -> float:
    """Return how long to wait for what was refused for now, in seconds without progress."""
    if answer.status != 429:
        return AWAY
    return FULL if answer.kind == "cluster_block_exception" else BUSY
