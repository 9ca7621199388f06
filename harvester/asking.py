"""What a connector sees of a visit: enough to ask well, nothing of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .record import Format, Kept, Mode, Standing


class Asking(Protocol):
    """A visit, seen by the connector that asks."""

    mode: Mode
    since: str | None  # ask for what changed since this moment (normalised server clock); None: everything
    record: str | None  # ask for this one record only
    checkpoint: bytes | None  # where an unfinished list stands
    formats: Sequence[Format]
    learned: Mapping[str, Any]  # what earlier visits learned of this source
    held: int  # how many records of this source are held
    reread: str | None  # how far the slow reading of everything anew has come; the connector writes it on

    def ask_for_everything(self) -> None:
        """Make a visit for changes a full one, before its first page: what its list does not show is absent then."""

    def known(self, fingerprints: Sequence[bytes]) -> Sequence[int | None]:
        """Return the number of the record that each of these bytes are; None for those that are not held."""

    def standing(self, identifiers: Sequence[str]) -> Mapping[str, Standing]:
        """Return how these records are held; those that were never held are left out."""

    def keep(self, page: Kept) -> None:
        """Keep a page that was not accepted, whole as it came."""

    def learn(self, facts: Mapping[str, Any], set_names: Mapping[str, str]) -> None:
        """Keep what the server told of itself."""

    def note(self, code: str, count: int = 1, **facts: Any) -> None:
        """Note what was noticed on the way: a message code and its facts; people and the judge read it."""

    def clock(self, response_date: str, date: str = "") -> str:
        """Note the server's clock and return it as it counts: the first one of a visit becomes its watermark.

        ``date`` is the header Date, for servers that send no readable responseDate.
        """
