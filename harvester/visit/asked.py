"""The connector's side of a visit: which way of asking, with what manners, and what it sees of the visit."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from .. import stamp
from ..asking import Asking
from ..record import Format, Kept, Mode, Page, Standing
from ..source import Source
from ..store import Store, kept, visits
from ..store.knowing import Knowing
from ..store.staging import Stager, standing
from ..store.visits import SourceRow, Visit
from ..web import Manners, Web


class Connector(Protocol):
    """A module of ``connectors/``: a way of asking."""

    def pages(self, source: Source, visit: Asking, web: Web) -> Iterator[Page]:
        """Yield the pages of a source's list; the last one has no checkpoint."""


def connector(word: str) -> Connector:
    """Find a way of asking by its word in sources.yaml."""
    module: Any = importlib.import_module(f"harvester.connectors.{word}")
    found: Connector = module
    return found


class Asked:
    """What the connector sees of this visit."""

    def __init__(
        self,
        store: Store,
        stager: Stager,
        visit: Visit,
        formats: Sequence[Format],
        record: str | None,
        row: SourceRow,
    ) -> None:
        self.mode: Mode = mode_of(visit)
        self.learned: Mapping[str, Any] = row.learned
        self.held, self.reread = row.held, row.reread
        self.since, self.record, self.checkpoint = visit.since, record, visit.checkpoint
        self.formats = formats
        self.first_clock: str | None = visit.clock
        self._store, self._stager, self._visit = store, stager, visit
        self._knowing = Knowing(store.database, visit.source)

    def ask_for_everything(self) -> None:
        """Make a visit for changes a full one, in the store as well: it is judged as such, and resumed as such."""
        if self.mode == "incremental":
            visits.turn_full(self._store.database, self._visit)
            self.mode, self.since = "full", None

    def known(self, fingerprints: Sequence[bytes]) -> Sequence[int | None]:
        """Return the number of the record that each of these bytes are; None for those that are not held."""
        if self._visit.first:  # nothing was held when it began
            return [None] * len(fingerprints)
        return self._knowing.numbers(fingerprints)

    def standing(self, identifiers: Sequence[str]) -> Mapping[str, Standing]:
        """Return how these records are held."""
        return standing(self._store.database, self._visit.source, identifiers)

    def keep(self, page: Kept) -> None:
        """Keep a page that was not accepted, whole as it came."""
        kept.keep(self._store.database, self._visit, page)

    def learn(self, facts: Mapping[str, Any], set_names: Mapping[str, str]) -> None:
        """Keep what the server told of itself."""
        self._stager.learn(facts, set_names)

    def note(self, code: str, count: int = 1, **facts: Any) -> None:
        """Note what was noticed on the way."""
        self._stager.note(code, count, facts)

    def clock(self, response_date: str, date: str = "") -> str:
        """Note the server's clock; the first one becomes the watermark (D9).

        Without a readable responseDate the header Date is taken, and without that our own clock a day ago: the server's
        may be behind ours, and to ask for a day twice costs next to nothing.
        """
        read = stamp.normalised(response_date) or stamp.of_header(date)
        if read is None:
            self.note("clock_missing")
            read = stamp.of_seconds(self._store.database.now() - 24 * 3600)
        self.first_clock = self.first_clock or read
        return self.first_clock


def mode_of(visit: Visit) -> Mode:
    """Return how a visit asks; whatever is no full list or sweep proves no absence."""
    return "full" if visit.mode == "full" else "sweep" if visit.mode == "sweep" else "incremental"


def manners(source: Source, contact: str) -> Manners:
    """Return how this source is asked."""
    return Manners(
        timeout=source.timeout,
        patience=source.patience,
        pause=source.pause,
        max_page=source.max_page,
        networks=source.networks(),
        contact=contact,
        source=source.id,
        url=source.url,
        tls=source.tls,
        headers=source.headers,
        auth=source.auth,
        proxy=source.proxy,
    )
