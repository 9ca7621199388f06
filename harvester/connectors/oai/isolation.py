"""A page that cannot be had: find the one record on it that the server cannot give, and go on with the rest.

Real servers answer 500 to a page, or cut it, because one of its records is broken (T12); others take too long
for a page as large as theirs (H15). The list is divided in time around the page, its headers are read, and the last few
records are asked for one by one. Every step is counted, so that a server that is simply broken is left alone soon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import dropwhile

from ...errors import SourceError
from ...page import Header
from ...record import Item, Page, Rejected
from ...stamp import normalised
from .checkpoint import Stretch, Walk
from .conversation import Heard, may_be_one_answer
from .dates import at, cut, normal, unit, written
from .route import Route
from .singles import LONGEST_DATESTAMP, REMEMBERED, WAITING_BYTES, Singles
from .sweep import is_newer_than
from .windows import Windows

AGAIN = frozenset(("malformed", "encoding", "structure", "cut"))  # of the others ``web`` has made sure already
TIMES = 2  # connections that break off without a word do it once or twice
FEW = 6  # so few records are asked for one by one: dividing further costs two questions a step
# So many pieces in a row that cannot be had either are no single record's fault. Where the server gives headers, each
# piece is half of the one before: sixteen find one record on a page of 100,000; records that are all refused end it.
FUTILE_WITH_HEADERS = 16
FUTILE = 6  # without headers …
FUTILE_AT_FIRST = 2  # … and where nothing came at all
MOST = 100  # pages of a visit that could not be had: a server on which so many records are broken needs its makers
# Records asked for one by one during a visit, at most: as many questions as 50,000 records in pages. What is left is
# asked for at the next one, which need not ask again for what this one was given, or was not.
SINGLES = 500


class Isolation:
    """Goes around what cannot be had on one visit's way."""

    def __init__(self, route: Route, windows: Windows, singles: Singles) -> None:
        self._route, self._windows, self._singles = route, windows, singles
        self._again = 0
        self._context = b""  # of the headers that were listed last
        self._no_headers = False  # they cannot be had either
        self._size: int | None = None  # how many headers the range has that was listed last
        self._behind: Stretch | None = None  # what has to be read again beside the pieces
        self._listed: tuple[str, str, list[Header | Rejected]] | None = (
            None  # bounds and headers of a range, all of them
        )

    def around(self, error: SourceError) -> Iterator[Page]:
        """Go around the page that raised an error: change the walk, and yield what was read one by one.

        Raises the error again where that is hopeless.
        """
        walk, stretch = self._route.walk, self._route.stretch
        if not may_be_one_answer(error) or stretch.purpose == "singles":
            raise error
        if not walk.futile:
            self._again = self._again + 1 if error.code in AGAIN else 0
            if 0 < self._again <= TIMES:
                return
            self._again = 0
        self._count(error)
        if walk.faults == 1 or stretch.purpose == "list":
            self._route.conversation.keep_unread()
        onward = self._route.onward(stretch)
        if stretch.verb == "ListIdentifiers":
            self._records_instead(onward, error)
            return
        rest = Stretch("ListRecords", onward.since if onward else stretch.since, stretch.until, "part", known=True)
        self._size = None
        headers, more = self._headers(rest, error)
        self._behind = onward.behind if onward else None
        if onward and onward.at_least is not None and self._size is not None:
            walk.disordered = self._size < onward.at_least
            self._behind = self._behind if walk.disordered else None  # all that was left is there
        if self._route.habits.dates == "none" and headers is not None:
            self._route.restart(Stretch("ListIdentifiers", purpose="singles", after=walk.name))
        elif headers is not None:
            yield from self._narrow(rest, headers, more, error)
        else:
            self._halve(rest, error)

    def _count(self, error: SourceError) -> None:
        walk = self._route.walk
        walk.futile += 1
        walk.faults += 1
        without = FUTILE if walk.total else FUTILE_AT_FIRST
        if walk.futile > (without if self._no_headers else FUTILE_WITH_HEADERS) or walk.faults > MOST:
            raise error

    def _records_instead(self, onward: Stretch | None, error: SourceError) -> None:
        """Where a sweep cannot have a page of headers: read what is left of the list as records."""
        route = self._route
        route.note("sweep_broke_off", why=error.code)
        route.walk.main = Stretch("ListRecords", route.stretch.since)
        for piece in (onward, onward.behind) if onward is not None else ():
            if piece is not None:
                piece.verb = "ListRecords"
        route.restart(onward or route.walk.main)

    def _go_on(self, *pieces: Stretch) -> None:
        """Put pieces in the place of the list, and what has to be read again because nothing proves its order."""
        behind = self._behind
        self._behind = None
        self._route.restart(*pieces, *([behind] if behind is not None else []))

    # --- the headers of what cannot be had ---------------------------------------------------------------------------

    def _headers(self, rest: Stretch, error: SourceError) -> tuple[list[Header | Rejected] | None, bool]:
        """List the headers of a range of time: those of the first page, and whether there are more."""
        known = self._known(rest)
        if known is not None:
            self._size = len(known)
        if known is not None or self._no_headers:
            return known, known is None
        heard: Heard | None
        try:
            heard = self._list(Stretch("ListIdentifiers", rest.since, rest.until))
        except SourceError as other:
            if not may_be_one_answer(other):
                raise error from other
            heard = None
        found = list(heard.reading.headers) if heard is not None else []
        self._context = heard.reading.cut.context if heard is not None else b""
        if heard is None or not found:  # a page cannot be had of what, then, has no records: nothing to rely on
            self._no_headers = True
            return None, True
        self._size = heard.answer.declared if heard.answer.token is not None else len(found)
        if heard.answer.token is None:
            self._listed = (rest.since or "", rest.until or "9999", found)
        return found, heard.answer.token is not None

    def _list(self, asked: Stretch) -> Heard:
        """Ask for a list of headers beside the walk."""
        habits, walk = self._route.habits, self._route.walk
        aside = Walk(walk.prefix, walk.format, [asked])
        while True:
            heard = self._route.conversation.ask_aside(habits.question(aside, asked))
            codes = list(heard.errors)
            if not codes:
                habits.worked(aside)
            if not codes or not habits.another_way(codes[0], aside, asked):
                return heard

    def _known(self, rest: Stretch) -> list[Header | Rejected] | None:
        """Return the headers of a range that lies in one that was listed already."""
        if self._listed is None:
            return None
        since, until, headers = self._listed
        low, high = rest.since or "", rest.until or "9999"
        moments = [self._moment(header) for header in headers]
        if low < since or high > until or None in moments:
            return None
        low, high = low and self._truncated(low), high if high == "9999" else self._truncated(high)
        return [header for header, moment in zip(headers, moments, strict=True) if moment and low <= moment <= high]

    def _moment(self, header: Header | Rejected) -> str | None:
        read = normalised(header.datestamp) if isinstance(header, Header) else None
        return self._truncated(read) if read else None

    def _truncated(self, text: str) -> str:
        return normal(at(written(text, self._route.habits.dates)))

    # --- smaller pieces ----------------------------------------------------------------------------------------------

    def _halve(self, rest: Stretch, error: SourceError) -> None:
        """Without headers there is only time to divide by."""
        parts = self._windows.halves_of(rest)
        if parts is None or not self._route.walk.total:
            raise error
        self._go_on(*parts)

    def _narrow(
        self, rest: Stretch, headers: Sequence[Header | Rejected], more: bool, error: SourceError
    ) -> Iterator[Page]:
        """Go on with smaller windows around the fault, or with single records where few are left."""
        moments = sorted({moment for header in headers if (moment := self._moment(header)) is not None})
        asked = self._to_be_asked(headers)
        if not more and (len(asked) <= FEW or len(moments) < 2):
            if not asked:  # an earlier visit has found what is broken here, and that it broke is no news
                self._route.walk.faults -= self._route.walk.futile
            items = self._read(headers)
            self._route.walk.total += len(items)
            self._route.walk.promised += len(items)
            self._go_on()
            yield Page(items, self._route.walk.saved())
        elif len(moments) < 2:
            self._lump(rest, moments, error)
        else:
            # Of more pages than one, this one's records lie before its last moment; what follows is read as usual.
            # No moment lies between the two windows: other pages may show what this one does not.
            place = len(moments) - 1 if more else len(moments) // 2
            until = max(moments[place - 1], normal(at(moments[place]) - unit(self._route.habits.dates)))
            self._go_on(*cut(rest, until, moments[place]))

    def _lump(self, rest: Stretch, moments: Sequence[str], error: SourceError) -> None:
        """Many records of one moment: no window divides them, so they are asked for one by one, page by page."""
        if not moments:
            raise error
        step = unit(self._route.habits.dates)
        before, after = normal(at(moments[0]) - step), normal(at(moments[0]) + step)
        lump = Stretch("ListIdentifiers", moments[0], moments[0], "singles", known=True)
        pieces = [Stretch("ListRecords", after, rest.until, "part")] if after <= (rest.until or "9999") else []
        if before >= (rest.since or ""):  # where the list is not by date, its other pages may be older
            pieces.append(Stretch("ListRecords", rest.since, before, "part"))
        self._go_on(lump, *pieces)

    def listed(self, heard: Heard) -> tuple[Item, ...]:
        """Read a page of headers whose records are asked for one by one, beginning behind a known one."""
        stretch, headers = self._route.stretch, list(heard.reading.headers)
        if stretch.after:
            behind = list(dropwhile(lambda header: header.identifier != stretch.after, headers))
            if not behind:
                return ()
            stretch.after, headers = "", behind[1:]
        self._context = heard.reading.cut.context
        return self._read(headers)

    def _read(self, headers: Sequence[Header | Rejected]) -> tuple[Item, ...]:
        """Ask for records one by one, as many as a visit may; the others are counted, and the visit is not whole."""
        walk = self._route.walk
        wanted = [header for header in headers if header.identifier not in walk.poison]
        known, items, size = self._known_items(wanted), list[Item](), 0
        for header in wanted:
            if header.identifier in known:
                items.append(known[header.identifier])
            elif walk.singles < SINGLES and size < WAITING_BYTES:
                walk.singles += 1
                item = self._singles.read(header, self._context)
                size += 0 if isinstance(item, int) else len(item.body)
                items.append(item)
            else:
                walk.unread += 1
        if not walk.refused:
            walk.futile = 0
        return tuple(items)

    # --- what an earlier visit had to leave --------------------------------------------------------------------------

    def _to_be_asked(self, headers: Sequence[Header | Rejected]) -> list[Header | Rejected]:
        known = self._known_items(headers)
        return [header for header in headers if header.identifier not in known]

    def _known_items(self, headers: Sequence[Header | Rejected]) -> dict[str | None, Item]:
        """Return what is known of records without a question: where the visit before had to leave some, what it found.

        What it was given is held and not newer; what it was refused with the same datestamp is refused again.
        """
        before = self._route.conversation.learned.get("isolation")
        if not before:
            return {}
        read = [header for header in headers if isinstance(header, Header) and not header.deleted]
        standing = self._route.conversation.visit.standing([header.identifier for header in read])
        known: dict[str | None, Item] = {}
        for header in read:
            there = standing.get(header.identifier)
            stamp, code = before["refused"].get(header.identifier, ("", ""))
            if code and stamp == header.datestamp[:LONGEST_DATESTAMP]:
                known[header.identifier] = Rejected(header.identifier, code, header.body)
            elif there is not None and not is_newer_than(header, there):
                known[header.identifier] = there.number
        return known

    def leave(self) -> None:
        """Keep for the next visit what this one was refused, where it could not come to the end of what is broken."""
        walk, conversation = self._route.walk, self._route.conversation
        if walk.unread or walk.faults > MOST:
            refused = {**conversation.learned.get("isolation", {}).get("refused", {}), **walk.refusals}
            conversation.learn(isolation={"refused": dict(list(refused.items())[-REMEMBERED:])})

    def end(self) -> None:
        """At the end of the walk: everything was isolated, and is tried anew next time, or the next visit goes on.

        Raises SourceError too_many_singles.
        """
        walk, conversation = self._route.walk, self._route.conversation
        if walk.unread:
            where = conversation.source.url
            raise SourceError("too_many_singles", limit=walk.singles, left=walk.unread, where=where)
        if conversation.learned.get("isolation"):
            conversation.learn(isolation={})
