"""How a server wants to be asked: learned from its errors, tried once, and kept for later visits once it worked."""

from __future__ import annotations

import re
from typing import Any

from .checkpoint import Stretch, Walk
from .conversation import Conversation
from .dates import written

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+")  # what percent-encoding leaves as it is (RFC 3986, 2.3)
# The next form of dates to try after badArgument (D2); what follows ``none`` is nothing.
NEXT_DATES = {"seconds": "day", "day": "none"}
# What to try otherwise after an error on a token, and the two ways of it: some servers want a token as it is (T7), some
# want the first question's arguments beside it (T8).
TOKEN_WAYS = {
    "badResumptionToken": ("token_encoding", ("strict", "verbatim")),
    "badArgument": ("token_arguments", ("exclusive", "repeated")),
}


class Habits:
    """The ways in which one server wants its questions; each is the standard's until an error teaches otherwise."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._trial: dict[str, str] = {}  # what is being tried
        self._tried: str | None = None  # the token for which another way was tried already

    def _way(self, name: str, usual: str) -> str:
        return self._trial.get(name) or str(self._conversation.learned.get(name) or usual)

    @property
    def dates(self) -> str:
        """The form of dates that this server takes: ``seconds``, ``day`` or ``none``."""
        told = str(self._conversation.learned.get("granularity", "")).strip().lower()
        return self._way("dates", "seconds" if told == "yyyy-mm-ddthh:mm:ssz" else "day")

    @property
    def verbatim(self) -> bool:
        """Whether tokens are sent as they are, without percent-encoding."""
        setting = self._conversation.source.token_encoding
        way = setting or self._way("token_encoding", "strict")
        return way == "verbatim"

    def question(self, walk: Walk, stretch: Stretch) -> dict[str, str]:
        """Make the question for the next page of a list."""
        if walk.token is None:
            return {"verb": stretch.verb, **self._arguments(walk, stretch)}
        repeated = self._way("token_arguments", "exclusive") == "repeated"
        more = self._arguments(walk, stretch) if repeated else {}
        return {"verb": stretch.verb, **more, "resumptionToken": walk.token}

    def _arguments(self, walk: Walk, stretch: Stretch) -> dict[str, str]:
        form, chosen = self.dates, self._conversation.source.set
        bounds = {"from": stretch.since, "until": stretch.until} if form != "none" else {}
        dates = {name: written(bound, form) for name, bound in bounds.items() if bound}
        return {"metadataPrefix": walk.prefix, **dates, **({"set": chosen} if chosen else {})}

    def another_way(self, code: str, walk: Walk, stretch: Stretch) -> bool:
        """Choose another way of asking the same after an error of the protocol; False where none is left."""
        if walk.token is not None:
            return self._another_token(code, walk, walk.token)
        following = NEXT_DATES.get(self.dates)
        dated = bool(stretch.since or stretch.until)
        # A window without dates would be the whole list.
        if (
            code != "badArgument"
            or not dated
            or following is None
            or (following == "none" and stretch.purpose != "list")
        ):
            self._trial.clear()
            return False
        self._trial["dates"] = following
        return True

    def _another_token(self, code: str, walk: Walk, token: str) -> bool:
        if code not in TOKEN_WAYS or self._tried == token:
            self._trial.clear()
            return False
        name, ways = TOKEN_WAYS[code]
        if name == "token_encoding" and (self._conversation.source.token_encoding or _signs(token) <= set(walk.signs)):
            return False  # the encoding is not what is wrong
        self._tried = token
        now = self._way(name, ways[0])
        self._trial[name] = ways[1] if now == ways[0] else ways[0]
        return True

    def worked(self, walk: Walk, *, for_changes: bool = False) -> None:
        """Keep what was tried and worked; ``for_changes`` says that only what had changed was asked for."""
        if walk.token is not None:
            walk.signs = "".join(sorted(_signs(walk.token).union(walk.signs)))
        if not self._trial:
            return
        facts: dict[str, Any] = dict(self._trial)
        self._trial.clear()
        for name, way in facts.items():
            self._conversation.visit.note(f"{name}_{way}")
        self._conversation.learn(**facts)
        if facts.get("dates") == "none" and for_changes:
            self._conversation.cannot("incremental")


def _signs(token: str) -> set[str]:
    """Return the signs of a token that percent-encoding changes."""
    return set(_PLAIN.sub("", token))
