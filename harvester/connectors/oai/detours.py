"""What to do when a server answers otherwise than it should: tokens it forgot, dates, formats and verbs it refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Deferred, LeaseLost, SourceError
from ...record import Page
from .checkpoint import Stretch
from .conversation import Heard, may_be_one_answer
from .isolation import Isolation
from .route import Route
from .windows import SHORT, Windows

LOST = 20  # tokens lost during a visit; servers that forget one in three still come to their end (ruby-oai#107)
LOSES_TOKEN = frozenset(("badResumptionToken", "badArgument"))


class Detours:
    """Goes on after errors; what is hopeless is raised."""

    def __init__(self, route: Route, windows: Windows, isolation: Isolation) -> None:
        self._route, self._windows, self._isolation = route, windows, isolation

    def around(self, error: SourceError) -> Iterator[Page]:
        """Go around a page that cannot be had; raises the error again where that is hopeless."""
        stretch = self._route.stretch
        if isinstance(error, Deferred | LeaseLost):
            raise error
        if stretch.purpose == "reread":
            yield self.without_slice(error.code)
        elif (
            stretch.purpose == "part" and not self._route.walk.faults and error.code == "gone"
        ):  # 422 where a window is empty (metha#39)
            self._windows.give_up(error.code)
        elif self._is_first_of_sweep() and (may_be_one_answer(error) or error.code == "gone"):
            self._without_sweep(error.code)
        else:
            yield from self._isolation.around(error)

    def answered(self, heard: Heard) -> Iterator[Page]:
        """Go on after an error of the protocol other than the end of the list."""
        route, walk, codes = self._route, self._route.walk, list(heard.errors)
        if walk.token is not None and LOSES_TOKEN & set(codes):
            self.lost()
        elif route.stretch.purpose == "reread":
            yield self.without_slice(codes[0])
        elif route.stretch.purpose == "part" and not walk.faults:
            self._windows.give_up(codes[0])
        elif "cannotDisseminateFormat" in codes and not walk.total and len(route.conversation.choices) > 1:
            self._other_format()
        elif self._is_first_of_sweep():
            self._without_sweep(codes[0])
        else:
            heard.refuse()

    def past_the_end(self, *, empty: bool = False) -> bool:
        """Say whether a token behind which nothing follows ended the list (T3).

        Where the list ends much too early by it the token is taken for lost, again as long as that brings it further.
        """
        walk, stretch = self._route.walk, self._route.stretch
        short = walk.declared is not None and (walk.declared - walk.records) * 100 > SHORT * walk.declared
        further = stretch.known and stretch.since is not None and walk.last > stretch.since
        if short and (not walk.lost or further):
            self.lost()
            return False
        if not empty:  # a last page without records is nothing to be told
            self._route.note("past_the_end")
        return True

    def lost(self) -> None:
        """Go on without the token that the server no longer knows (T6).

        Where the datestamps never went back, from the newest; else from the beginning; where that brought it no
        further, in windows. What comes again does no harm; what is left out would be lost, see ``Route.onward``.
        """
        route, walk, stretch = self._route, self._route.walk, self._route.stretch
        onward = route.onward(stretch)
        further = onward is not None and walk.last > (stretch.since or "")
        stuck = not further and walk.records <= walk.reached
        divides = stretch.purpose == "part" or (stuck and stretch.purpose == "list")
        parts = self._windows.halves_of(stretch) if divides and not further else None
        walk.lost += 1
        if walk.lost > LOST or (stuck and parts is None):
            raise SourceError("token_lost", token=walk.token, pages=walk.pages, times=walk.lost)
        route.note("token_expired", pages=walk.pages)
        route.conversation.learn(tokens_lost=True)
        walk.reached = -1 if further or parts else walk.records
        if parts is not None and stretch.purpose == "list":
            walk.main = stretch
        if parts is not None:
            parts[0].whole = walk.declared
        if further and onward is not None:
            stretch = onward
        route.restart(*(parts or (stretch,)))

    def _is_first_of_sweep(self) -> bool:
        stretch = self._route.stretch
        return stretch.verb == "ListIdentifiers" and stretch.purpose == "list" and not self._route.walk.total

    def _other_format(self) -> None:
        route, choices = self._route, self._route.conversation.choices
        refused = choices.pop(0)
        route.walk.prefix, route.walk.format = choices[0]
        route.note("format_refused", refused=refused[0], instead=route.walk.prefix)
        route.conversation.learn(
            refused_prefixes=sorted({*route.conversation.learned.get("refused_prefixes", ()), refused[0]}),
            refused_at=route.walk.clock,
        )
        if route.conversation.visit.mode == "incremental":
            route.conversation.visit.ask_for_everything()
            route.walk.stretches = route.walk.stretches[:1]  # nothing is left to be read anew
        route.restart(Stretch(route.stretch.verb))  # in another format everything is another text

    def without_slice(self, why: str) -> Page:
        """Leave out the slice that was to be read anew: the list of what changed was whole."""
        route = self._route
        route.note("slice_refused", why=why)
        route.conversation.cannot("windows")
        route.walk.reread = ""
        route.restart()
        return Page((), route.walk.saved())

    def _without_sweep(self, why: str) -> None:
        self._route.note("sweep_refused", why=why)
        self._route.conversation.cannot("sweep")
        self._route.read_everything(Stretch())
