"""Who is visited together: lanes by host, side by side; one request at a time for each host and port."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from urllib.parse import urlsplit

from .record import Format
from .source import Source
from .store import Store, visits
from .store.visits import Lease
from .visit import Result, Visiting, Wish

# So many visits are under way at most. Half of the time of each goes to its turn to be read and to the disk, so that
# with as many as may be asked side by side (``web.py``) half of these places would be empty.
LANES = 80
BEAT_SECONDS = 20  # a lease runs out after 120


class Night:
    """A round of visits to many sources; stops in order when asked, and keeps its leases alive meanwhile."""

    def __init__(self, store: Store, formats: Sequence[Format], contact: str = "") -> None:
        self._store, self._formats, self._contact = store, formats, contact
        self._leases: set[Lease] = set()
        self._exit_code = 0
        self._over = threading.Event()

    def stop(self, exit_code: int) -> None:
        """Ask every visit to finish the page in hand; ``exit_code`` is 130 or 143."""
        self._exit_code = exit_code

    @property
    def stopped(self) -> int:
        """Return the exit code that was asked for, 0 where nobody asked."""
        return self._exit_code

    def visit(
        self,
        sources: Iterable[Source],
        wish: Wish | None = None,
        *,
        progress: Callable[[str, int], None] = lambda source, records: None,
        ended: Callable[[Result], None] = lambda result: None,
    ) -> list[Result]:
        """Visit sources and return how each ended; ``progress`` hears of pages, ``ended`` of visits.

        Raises StoreError: then everything has stopped and nothing that was accepted is lost.
        """
        lanes = lanes_of(sources)
        visiting = Visiting(
            self._store,
            self._formats,
            self._contact,
            stopping=lambda: self._exit_code,
            progress=progress,
            leases=self._leases,
        )
        results: list[Result] = []
        beating = threading.Thread(target=self._beat, name="kho-heartbeat", daemon=True)
        beating.start()
        try:
            with ThreadPoolExecutor(max_workers=min(LANES, max(len(lanes), 1))) as pool:
                futures = [pool.submit(self._lane, visiting, lane, wish, ended) for lane in lanes]
                try:
                    for future in as_completed(futures):
                        results += future.result()
                except BaseException:
                    self._exit_code = self._exit_code or 1  # the others stop at their next page
                    raise
        finally:
            self._over.set()
            beating.join()
        return results

    def _lane(
        self, visiting: Visiting, lane: list[Source], wish: Wish | None, ended: Callable[[Result], None]
    ) -> list[Result]:
        results = []
        for source in lane:
            if self._exit_code:
                break
            result = visiting.visit(source, wish)
            results.append(result)
            ended(result)
        return results

    def _beat(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            leases = list(self._leases)
            if leases:
                # What keeps a heartbeat from being written keeps pages from it too, and that is told there. Here it
                # is tried again: a disk that was full for a moment must not cost the leases of the whole night.
                with contextlib.suppress(Exception):
                    visits.beat(self._store.database, leases)


def lanes_of(sources: Iterable[Source]) -> list[list[Source]]:
    """Group sources by host and port, the longest lanes first."""
    lanes: dict[tuple[str, int], list[Source]] = defaultdict(list)
    for source in sources:
        parts = urlsplit(source.url)
        lanes[parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)].append(source)
    return sorted(lanes.values(), key=len, reverse=True)
