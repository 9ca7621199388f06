"""Where a visit stands on its way through a repository's lists: all that is needed to go on after any interruption."""

from __future__ import annotations

import msgspec


class Stretch(msgspec.Struct, omit_defaults=True):
    """One list to be walked through: what to ask for, from and until which moment (normalised clock, None: open)."""

    verb: str = "ListRecords"
    since: str | None = None
    until: str | None = None


class Walk(msgspec.Struct, omit_defaults=True):
    """The checkpoint of a visit: the lists still to be walked through, the first of them at ``token``."""

    prefix: str
    format: str
    stretches: list[Stretch] = msgspec.field(default_factory=lambda: [Stretch()])
    token: str | None = None
    pages: int = 0  # of the first stretch
    headers: int = 0  # read in a sweep
    singles: int = 0  # records asked for one by one

    def saved(self) -> bytes | None:
        """Return the checkpoint in bytes; None where nothing is left to ask for."""
        return msgspec.json.encode(self) if self.stretches else None

    def ended(self) -> None:
        """Leave the first stretch behind."""
        self.stretches = self.stretches[1:]
        self.token, self.pages = None, 0


def resumed(saved: bytes | None) -> Walk | None:
    """Return where an unfinished visit stands; None where it is to begin anew."""
    return msgspec.json.decode(saved, type=Walk) if saved else None
