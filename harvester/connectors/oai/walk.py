"""Go through a repository's lists, page by page: the loop, and what is looked at on every page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ...errors import SourceError
from ...page import Header
from ...record import Item, Page, RawRecord, Rejected
from ...stamp import normalised
from . import dates
from .checkpoint import Stretch, Walk
from .circle import most
from .conversation import Conversation, Heard
from .detours import Detours
from .isolation import Isolation
from .route import Route
from .singles import Singles
from .sweep import Sweep, TooManyError
from .windows import Windows

DIFFERENT = 1  # per cent: so much may completeListSize differ from the list before that is worth a note (T9)


class Walking:
    """One visit's way through the lists of one repository."""

    def __init__(self, conversation: Conversation, walk: Walk) -> None:
        self._conversation, self._walk = conversation, walk
        self._route = Route(conversation, walk)
        self._windows = Windows(self._route)
        singles = Singles(self._route)
        self._isolation = Isolation(self._route, self._windows, singles)
        self._detours = Detours(self._route, self._windows, self._isolation)
        self._sweep = Sweep(self._route, singles)

    def pages(self) -> Iterator[Page]:
        """Yield accepted pages, and note the records on them that the server could not give (T12)."""
        try:
            yield from self._noted()
        except SourceError:
            self._isolation.leave()
            raise

    def _noted(self) -> Iterator[Page]:
        for page in self._accepted():
            if self._walk.poison:  # else there is nothing to count on ten thousand pages
                refused = sum(isinstance(item, Rejected) and item.code == "poison" for item in page.items)
                if refused:
                    self._route.note("poisoned", refused)
            yield page
            del page

    def _accepted(self) -> Iterator[Page]:
        """Yield accepted pages; an empty or absent token ends a list (OAI-PMH 2.0, 3.5)."""
        while self._walk.stretches:
            try:
                heard = self._heard()
            except SourceError as error:
                yield from self._detours.around(error)
                continue
            if "noRecordsMatch" in heard.errors:
                pages = self._nothing(heard)
            elif heard.errors:
                pages = self._detours.answered(heard)
            else:
                pages = self._records(heard)
            del heard  # many sources wait at a time, for the disk and for servers: each lets go of what was read
            yield from pages
        self._ended()

    def _heard(self) -> Heard:
        """Ask for the next page, in another way where the server did not understand."""
        walk, habits = self._walk, self._route.habits
        while True:
            stretch = walk.stretches[0]
            verbatim = habits.verbatim and walk.token is not None
            heard = self._conversation.ask(habits.question(walk, stretch), walk.format, verbatim=verbatim)
            codes = list(heard.errors)
            if not codes or "noRecordsMatch" in codes:
                habits.worked(walk, for_changes=stretch.since is not None and stretch.purpose == "list")
                return heard
            if not habits.another_way(codes[0], walk, stretch):
                return heard

    def _nothing(self, heard: Heard) -> Iterator[Page]:
        """Nothing matches: success with zero (P1); after a token, the list had ended with the page before (T3)."""
        if self._walk.token is not None and not self._detours.past_the_end():
            return
        if self._walk.token is None:
            if self._walk.stretches[0].known:  # we have seen what would match
                if self._walk.stretches[0].purpose == "part" and not self._walk.faults:
                    self._windows.give_up("noRecordsMatch")
                    return
                heard.refuse()
            if self._windows.is_short(0):
                self._windows.give_up("noRecordsMatch")
                return
        yield self._last(Page((), None, response_date=heard.answer.response_date, kept=heard.kept))

    def _records(self, heard: Heard) -> Iterator[Page]:
        """Accept a page, unless it shows that the list must be asked for otherwise."""
        walk, answer, stretch = self._walk, heard.answer, self._walk.stretches[0]
        if answer.verb != stretch.verb:
            raise SourceError("structure", where=self._conversation.source.url, detail=f"<{answer.verb}>")
        ends = walk.token is not None and answer.token is None and not heard.reading.cut.records
        if ends and not self._detours.past_the_end(empty=True):
            return
        stamps = self._stamps(heard)
        if self._windows.ignored(stamps) and stretch.purpose == "reread":
            yield self._detours.without_slice("from, until")
            return
        if self._is_wrong_window(heard, stamps):
            return
        self._notice_increments(stamps)
        try:
            items = self._items(heard)
        except TooManyError:
            self._list_instead()
            return
        except SourceError as error:  # a record that is not well-formed: the page is not accepted
            yield from self._detours.around(error)
            return
        self._look_at(heard, items, stamps)
        page = Page(items, b"", answer.token or "", self._declared(answer.declared), answer.response_date, heard.kept)
        self._conversation.said = b""
        del heard, items
        if answer.token is None:
            yield self._last(page)
            return
        walk.token = answer.token
        self._windows.divide(answer.declared)
        yield msgspec.structs.replace(page, checkpoint=walk.saved())

    def _declared(self, declared: int | None) -> int | None:
        """Return how many records the server has promised for all that was asked for, None where it does not say."""
        walk, stretch = self._walk, self._walk.stretches[0]
        if declared is None or stretch.purpose == "singles":
            return None
        if stretch.purpose == "list" and not stretch.known:
            walk.size = declared
        return walk.promised + declared

    def _list_instead(self) -> None:
        """Ask for the whole list: that costs fewer questions than so many single records."""
        self._route.note("sweep_became_list", headers=self._walk.headers)
        self._walk.main = Stretch()
        self._route.read_everything(self._walk.main)

    def _is_wrong_window(self, heard: Heard, stamps: Sequence[str | None]) -> bool:
        """Give windows up where they lose records or show what was not asked for."""
        answer = heard.answer
        size = answer.declared if answer.declared is not None or answer.token else len(heard.reading.cut.records)
        if self._windows.ignored(stamps):
            self._windows.give_up("from, until")
            return True
        if not self._walk.pages:
            self._windows.prove(size)
        if not self._walk.pages and (self._windows.is_short(size) or self._windows.are_long(size)):
            self._windows.give_up("completeListSize")
            return True
        return False

    def _stamps(self, heard: Heard) -> list[str | None]:
        """Read some of the datestamps of a page; all of them on the first one after ``from``."""
        every = not self._walk.pages and self._walk.stretches[0].since is not None
        if self._walk.stretches[0].verb == "ListRecords":
            return dates.stamps_of(heard.reading.cut.records, every=every)
        found = [header for header in heard.reading.headers if isinstance(header, Header)]
        chosen = range(len(found)) if every else dates.sampled(len(found))
        return [normalised(found[place].datestamp) for place in chosen]

    def _notice_increments(self, stamps: Sequence[str | None]) -> None:
        """Notice on the first page that ``from`` is ignored: most of it is older than what was asked for (D13)."""
        walk, stretch = self._walk, self._walk.stretches[0]
        asked = stretch.since and stretch.purpose == "list" and self._route.habits.dates != "none" and not walk.token
        if not asked or walk.lost or dates.outside(stretch, stamps) * 2 <= len(stamps):
            return
        self._route.note("from_ignored", since=stretch.since)
        self._conversation.cannot("incremental")
        walk.stretches = [each for each in walk.stretches if each.purpose != "reread"]

    def _items(self, heard: Heard) -> tuple[Item, ...]:
        stretch = self._walk.stretches[0]
        if stretch.purpose == "singles":
            return self._isolation.listed(heard)
        if stretch.verb == "ListIdentifiers":
            return self._sweep.items(heard)
        return heard.reading.items

    def _look_at(self, heard: Heard, items: Sequence[Item], stamps: Sequence[str | None]) -> None:
        """Look whether the list goes in circles, has forgotten its set, or has no end; and note where it stands."""
        walk, answer, source = self._walk, heard.answer, self._conversation.source
        self._check_set(items)
        walk.pages += 1
        walk.declared = answer.declared if answer.declared is not None else walk.declared
        if walk.stretches[0].purpose != "singles":
            walk.doubles += self._route.circle.check(items, walk.token, answer.token, walk.pages)
        walk.records += len(items)
        if walk.records > most(walk.declared, source.max_records):
            raise SourceError("loop", token=answer.token, pages=walk.pages)
        walk.total += len(items)
        walk.seconds += self._conversation.seconds
        if items:
            walk.futile = 0
        if heard.reading.cut.records:
            walk.name = dates.name_of(heard.reading.cut.records[-1])
        dates.follow(walk, stamps)

    def _check_set(self, items: Sequence[Item]) -> None:
        """Notice a token that has forgotten the set: its page shows records outside of it (T13)."""
        walk, asked = self._walk, self._conversation.source.set
        if not asked:
            return
        shown = [item.sets for item in items if isinstance(item, RawRecord) and item.sets]
        foreign = any(not any(f"{spec}:".startswith(f"{asked}:") for spec in sets) for sets in shown)
        if walk.token is None:  # some servers never name the set in its records' headers
            walk.in_set = not foreign
        elif foreign and walk.in_set:
            raise SourceError("set_dropped", set=asked, pages=walk.pages)

    def _last(self, page: Page) -> Page:
        """Leave the first list behind: it is at its end."""
        walk = self._walk
        counted = walk.declared is not None and walk.stretches[0].purpose != "singles"
        if (
            counted
            and walk.declared is not None
            and abs(walk.declared - walk.records) * 100 > DIFFERENT * walk.declared
        ):
            self._route.note("size_differs", declared=walk.declared, seen=walk.records)
        if counted and walk.declared is not None:
            walk.promised += walk.declared - walk.records
        self._learn_of_list()
        if walk.stretches[0].after:  # the record behind which it was to begin is gone, or is named otherwise
            walk.stretches[0].after = ""
            self._route.restart(walk.stretches[0])
            return msgspec.structs.replace(page, checkpoint=walk.saved())
        walk.reached = -1
        self._route.restart()
        if not walk.stretches and walk.doubles:
            self._route.note("doubles", count=walk.doubles)
        if not walk.stretches and walk.short:
            self._route.note("windows_short", count=walk.short)
            self._conversation.cannot("division")  # an open list proves absence; slices of it are no worse than before
        if not walk.stretches and not walk.unread:  # what is learned now goes to the disk with the page
            self._ended()
        return msgspec.structs.replace(page, checkpoint=walk.saved())

    def _learn_of_list(self) -> None:
        walk, stretch = self._walk, self._walk.stretches[0]
        if walk.pages < 2 or stretch.verb != "ListRecords":
            return
        facts: dict[str, Any] = {
            "page_size": max(walk.records // walk.pages, 1),
            "page_seconds": round(walk.seconds / walk.pages, 1),
            "order": "datestamp" if walk.ordered else "none",
        }
        walk.seconds = 0.0
        if stretch.since is None and walk.oldest:
            facts["oldest"] = walk.oldest
        self._conversation.learn(None, **facts)

    def _ended(self) -> None:
        """Everything was read: so far has the reading of everything anew come. Raises SourceError too_many_singles.

        The format is learned only now: a list in a new one that broke off is asked for from its beginning again.
        """
        self._isolation.end()
        if self._walk.main.verb == "ListRecords":
            self._conversation.learn(prefix=self._walk.prefix, format=self._walk.format)
        if self._walk.reread:
            self._conversation.visit.reread = self._walk.reread
