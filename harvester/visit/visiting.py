"""Visits sources of one store: lease, ask, stage page by page, judge, publish."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from .. import stamp
from ..errors import Deferred, Interrupted, KhoError, LeaseLost, SourceError
from ..record import Format, Ledger, Outcome, Page
from ..source import Source
from ..store import Store, notes, publish, visits
from ..store.schema import PUBLISHING
from ..store.staging import Stager
from ..store.visits import Entered, Lease, SourceRow, Visit
from ..web import Web
from .asked import Asked, Connector, connector, manners
from .deciding import finish, hide_returning, publisher
from .ending import judged
from .way import way
from .wish import Result, Wish

# A first visit publishes what it has staged from here on: there is nothing yet to lose.
FIRST_SLICE = 5_000


class Visiting:
    """Visits sources of one store; ``stopping`` is asked between pages, ``progress`` is told of each page."""

    def __init__(
        self,
        store: Store,
        formats: Sequence[Format],
        contact: str = "",
        *,
        stopping: Callable[[], int] = lambda: 0,
        progress: Callable[[str, int], None] = lambda source, records: None,
        leases: set[Lease] | None = None,
        connector: Callable[[str], Connector] = connector,
        web: Callable[..., Web] = Web,
    ) -> None:
        """``stopping`` returns 0 or the exit code (130, 143); ``leases`` is renewed by whoever made it.

        ``connector`` finds a way of asking by its word, ``web`` opens the way out with its waiting and its clock.
        """
        self._connector, self._web = connector, web
        self._store, self._formats, self._contact = store, formats, contact
        self._stopping, self._progress = stopping, progress
        self._leases = leases if leases is not None else set()

    def visit(self, source: Source, wish: Wish | None = None) -> Result:
        """Visit one source and return how it ended; faults of the source are results, faults of the store are raised.

        Raises StoreError. A source that another process is visiting gives outcome None and the code ``busy``.
        """
        database, wish = self._store.database, wish or Wish()
        try:
            entered = visits.enter(database, source.id, source.was, source.url, self._plan(wish), source.set)
        except SourceError as error:
            return _plain(source, None, None, error)
        self._leases.add(entered.lease)
        try:
            return self._entered(source, entered, wish)
        except LeaseLost as error:
            return _plain(source, None, None, error)
        finally:
            if entered.lease in self._leases:  # a visit that ends by publishing gives it back in the same transaction
                self._leases.discard(entered.lease)
                visits.release(database, entered.lease)

    def _plan(self, wish: Wish) -> visits.Plan:
        return lambda row: way(row, wish, self._store.database.now())

    def _entered(self, source: Source, entered: Entered, wish: Wish) -> Result:
        if entered.begun:
            return self._ask(source, entered.row, entered.visit, wish)
        database, lease, row = self._store.database, entered.lease, entered.row
        waits = entered.visit.outcome == "deferred" and row.due_at > database.now()
        otherwise, asked = _otherwise(entered.visit, wish), row.learned.get(visits.ASKED_SET, source.set)
        visit = visits.resume(database, lease, entered.visit)
        if visit is None:
            pass
        elif visit.state == PUBLISHING:
            finish(self._store, visit)  # what was decided is not judged again
            visit = None
        elif entered.former:  # its checkpoint is a place in the list of another server
            publish.drop(database, visit, "other_address", {"was": entered.former, "url": source.url})
            visit = None
        elif asked != source.set and (otherwise or not waits):  # where it stands is a place in another list
            publish.drop(database, visit, "other_set", {"was": asked, "set": source.set})
            visit = None
        elif otherwise:
            self._judge(source, row, visit, "partial", "interrupted", {}, wish)
            visit = None
        if visit is None:
            anew = bool(entered.former)
            following = visits.begin_next(database, lease, self._plan(wish), source.set, anew=anew)
            row, visit = following.row, following.visit
        elif waits:  # nobody is asked before the time that the server named
            facts = {"until": _clock(row.due_at), "until_seconds": row.due_at}
            visits.pause(database, visit, "deferred", "deferred", facts)
            return self._result(source, visit, "deferred", None, "deferred", facts, Ledger(fetched=visit.fetched))
        return self._ask(source, row, visit, wish)

    def _ask(self, source: Source, row: SourceRow, visit: Visit, wish: Wish) -> Result:
        stager = Stager(self._store.database, self._store.bodies, visit, row.first_id)
        asking = Asked(self._store, stager, visit, self._formats, wish.record, row)
        web = self._web(
            manners(source, self._contact), stopping=lambda: bool(self._stopping()), clock=self._store.database.now
        )
        web.answered = visit.checkpoint is not None  # it did when this visit began: it is given all of its patience
        outcome: Outcome = "complete"
        code, facts = "whole", {}
        try:
            unpublished, fetched = 0, visit.fetched
            for page in _told_apart(self._connector(source.connector).pages(source, asking, web)):
                taken = _within(page, wish, fetched)
                stager.stage(taken, asking.first_clock)
                self._progress(source.id, len(taken.items))
                fetched += len(taken.items)
                unpublished += len(taken.items)
                if visit.first and unpublished >= FIRST_SLICE:
                    publisher(self._store, visit).publish_additions()
                    unpublished = 0
                if wish.cut and (page.checkpoint is None or taken is not page or fetched == wish.limit):
                    outcome, code = "partial", "cut_on_purpose"
                    break
                if page.checkpoint is not None and self._stopping():
                    raise Interrupted
                del page, taken  # many sources wait for their next page at a time: none keeps its last one in memory
            stager.flush()
        except Interrupted as stopped:
            stager.flush()
            visits.pause(self._store.database, visit, None, stopped.code, {})
            return self._result(source, visit, None, None, stopped.code, {}, Ledger(fetched=visit.fetched))
        except Deferred as error:
            stager.flush()
            visits.pause(self._store.database, visit, "deferred", error.code, error.facts)
            return self._result(source, visit, "deferred", None, error.code, error.facts, Ledger(fetched=visit.fetched))
        except SourceError as error:
            if isinstance(error, LeaseLost):
                raise
            stager.flush()
            if self._stopping():
                visits.pause(self._store.database, visit, None, "interrupted", {})
                return self._result(source, visit, None, None, "interrupted", {}, Ledger(fetched=visit.fetched))
            outcome = "partial" if visit.pages else "failed"
            code, facts = error.code, dict(error.facts)
        finally:
            web.close()
        for said, about in web.noticed.items():
            asking.note(said, 1, **about)
        stager.flush()
        result = self._judge(source, row, visit, outcome, code, facts, wish, asking.reread, last=True)
        self._leases.discard(visit.lease)
        return result

    def _judge(
        self,
        source: Source,
        row: SourceRow,
        visit: Visit,
        outcome: Outcome,
        code: str,
        facts: dict[str, Any],
        wish: Wish,
        reread: str | None = None,
        *,
        last: bool = False,
    ) -> Result:
        ending = judged(self._store, row, visit, outcome, code, facts, source.expect, reread)
        if ending.verdict in ("published", "additions") and not visit.first:  # before a first one nothing was held
            hide_returning(self._store, visit)
        publisher(self._store, visit, last=last).publish(ending)
        return self._result(source, visit, outcome, ending.verdict, ending.code, ending.facts, ending.ledger, wish.cut)

    def _result(
        self,
        source: Source,
        visit: Visit,
        outcome: Outcome | None,
        verdict: str | None,
        code: str,
        facts: Mapping[str, Any],
        ledger: Ledger,
        cut: bool = False,
    ) -> Result:
        noticed, repairs = notes.evidence(self._store.database, visit.id)
        return Result(
            source=source.id,
            visit=visit.id,
            outcome=outcome,
            verdict=verdict,
            code=code,
            facts={**facts, "source": source.id, "visit": visit.id},
            ledger=ledger,
            noticed=noticed,
            repairs=repairs,
            cut=cut and outcome in ("complete", "partial") and code in ("cut_on_purpose", "whole", "same"),
        )


def _otherwise(visit: Visit, wish: Wish) -> bool:
    """Say whether somebody wishes for another kind of visit than the unfinished one."""
    return wish.cut or (wish.full and visit.mode != "full") or (wish.sweep and visit.mode == "incremental")


def _told_apart(pages: Iterator[Page]) -> Iterator[Page]:
    """Let a fault of ours in asking or reading end this source's visit, and nobody else's night."""
    try:
        yield from pages
    except KhoError:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
        raise SourceError("unexpected", detail=detail) from error


def _plain(source: Source, visit: int | None, outcome: Outcome | None, error: KhoError) -> Result:
    return Result(
        source=source.id,
        visit=visit,
        outcome=outcome,
        verdict=None,
        code=error.code,
        facts={**error.facts, "source": source.id},
        ledger=Ledger(),
    )


def _within(page: Page, wish: Wish, fetched: int) -> Page:
    """Cut a page where a limit asks for it."""
    if wish.limit is None or fetched + len(page.items) <= wish.limit:
        return page
    # The rest of this page is in no later one: whoever is killed here must not go on behind it.
    return msgspec.structs.replace(page, items=page.items[: max(wish.limit - fetched, 0)], checkpoint=None)


def _clock(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime(stamp.SECONDS)
