"""Go through a repository's lists, page by page."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import SourceError
from ...record import Item, Page
from ...stamp import in_granularity
from .checkpoint import Stretch, Walk
from .circle import Circle
from .conversation import Conversation, Heard
from .sweep import Sweep, TooManyError


class Walking:
    """One visit's way through the lists of one repository."""

    def __init__(self, conversation: Conversation, walk: Walk, *, again: bool) -> None:
        """``again`` says that the walk goes on after an interruption: its token may have expired meanwhile."""
        self._conversation, self._walk, self._again = conversation, walk, again
        self._circle = Circle()
        self._sweep = Sweep(conversation, walk)

    def pages(self) -> Iterator[Page]:
        """Yield accepted pages; an empty or absent token ends a list (OAI-PMH 2.0, 3.5)."""
        walk = self._walk
        while walk.stretches:
            heard = self._conversation.ask(walk.format, **self._question(walk.stretches[0]))
            errors = heard.errors
            if "noRecordsMatch" in errors:  # nothing new; after a token: the list had ended with the page before
                walk.ended()
                yield Page((), walk.saved(), response_date=heard.answer.response_date, kept=heard.kept)
                continue
            if self._again and "badResumptionToken" in errors:  # it expired while we were away: the list begins again
                self._again, walk.token = False, None
                continue
            heard.refuse()
            try:
                yield self._accepted(heard)
            except TooManyError:  # a whole list costs fewer questions than so many single records
                self._conversation.visit.note("sweep_became_list", headers=walk.headers)
                walk.stretches = [Stretch()]
                walk.token, walk.pages = None, 0
                self._circle = Circle()

    def _accepted(self, heard: Heard) -> Page:
        walk, answer = self._walk, heard.answer
        verb = walk.stretches[0].verb
        if answer.verb != verb:
            raise SourceError("structure", where=self._conversation.source.url, detail=f"<{answer.verb}>")
        items = self._items(heard)
        walk.pages += 1
        self._circle.check(items, walk.token, answer.token, walk.pages)
        walk.token, self._again = answer.token, False
        if answer.token is None:
            walk.ended()
        return Page(items, walk.saved(), answer.token or "", answer.declared, answer.response_date, heard.kept)

    def _items(self, heard: Heard) -> tuple[Item, ...]:
        if self._walk.stretches[0].verb == "ListIdentifiers":
            return self._sweep.items(heard)
        return heard.reading.items

    def _question(self, stretch: Stretch) -> dict[str, str]:
        if self._walk.token is not None:
            return {"verb": stretch.verb, "resumptionToken": self._walk.token}
        granularity = self._conversation.learned.get("granularity", "")
        return {
            "verb": stretch.verb,
            "metadataPrefix": self._walk.prefix,
            **({"from": in_granularity(stretch.since, granularity)} if stretch.since else {}),
            **({"until": in_granularity(stretch.until, granularity)} if stretch.until else {}),
            **({"set": self._conversation.source.set} if self._conversation.source.set else {}),
        }
