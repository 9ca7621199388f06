"""Where a visit stands on its way through a repository's lists: all that is needed to go on after any interruption."""

from __future__ import annotations

from typing import Literal

import msgspec

# list: what the visit is about; part: a window of it; singles: records that are asked for one by one, because their
# page cannot be had; reread: a slice of what is held, read anew.
Purpose = Literal["list", "part", "singles", "reread"]


class Stretch(msgspec.Struct, omit_defaults=True):
    """One list to be walked through: what to ask for, from and until which moment (normalised clock, None: open).

    ``whole`` is what the server declared of the list of which this is the first part, ``at_least`` what must be left
    for this one after its first part. ``after`` is the identifier behind which single records begin. ``behind`` is what
    has to be read again where this one, which goes on from the newest datestamp, has fewer than ``at_least``.
    """

    verb: str = "ListRecords"
    since: str | None = None
    until: str | None = None
    purpose: Purpose = "list"
    whole: int | None = None
    at_least: int | None = None
    after: str = ""
    known: bool = False  # something is known to match, so that an answer of nothing would be wrong
    behind: Stretch | None = None


class Walk(msgspec.Struct, omit_defaults=True):
    """The checkpoint of a visit: the lists still to be walked through, the first of them at ``token``."""

    prefix: str
    format: str
    stretches: list[Stretch] = msgspec.field(default_factory=lambda: [Stretch()])
    token: str | None = None
    # Of the first stretch since its first page was last asked for:
    pages: int = 0
    records: int = 0
    declared: int | None = None
    ordered: bool = True  # its datestamps never went back
    last: str = ""  # the newest of them
    name: str = ""  # the last identifier
    in_set: bool = True  # its first page showed no record outside of the set that was asked for
    # Of the whole visit:
    main: Stretch = msgspec.field(default_factory=Stretch)  # the list before it was asked for in windows
    size: int | None = None  # what the server declared of it when it was begun
    promised: int = 0  # records of the lists before this one: as declared of those that ended, else as many as came
    disordered: bool = False  # a list that seemed to be in the order of its datestamps was not
    divided: int = 0  # lists that were divided in two
    short: int = 0  # records that its windows had fewer than it
    total: int = 0
    lost: int = 0  # tokens that the server no longer knew
    reached: int = -1  # how many records of the first stretch had come when one was lost last
    long: int = 0  # windows in a row that showed more than was left for them
    futile: int = 0  # questions in a row for pieces of a page that cannot be had
    faults: int = 0  # pages that could not be had
    singles: int = 0  # records asked for one by one
    refused: int = 0  # of them in a row that the server could not give
    headers: int = 0  # read in a sweep
    poison: list[str] = []  # records that the server cannot give
    # Those, and others that it listed and did not give: identifier, and the datestamp and the code of each.
    refusals: dict[str, tuple[str, str]] = {}
    unread: int = 0  # records of broken pages that were too many to be asked for in one visit
    doubles: int = 0  # records that came on more than one page of a list
    oldest: str = ""
    signs: str = ""  # that its tokens had and that came back rightly
    clock: str = ""  # the server's, at the beginning
    seconds: float = 0.0  # that its pages took
    reread: str = ""  # how far everything has been read anew, once this walk is at its end

    def saved(self) -> bytes | None:
        """Return the checkpoint in bytes; None where nothing is left to ask for, and nothing was left out."""
        return msgspec.json.encode(self) if self.stretches or self.unread else None

    def begin(self, *stretches: Stretch) -> None:
        """Put lists in the place of the first one and begin with them."""
        self.stretches = [*stretches, *self.stretches[1:]]
        self.promised += self.records
        self.token, self.pages, self.records, self.declared = None, 0, 0, None
        self.ordered, self.last, self.name, self.in_set = True, "", "", True


def resumed(saved: bytes | None) -> Walk | None:
    """Return where an unfinished visit stands; None where it is to begin anew."""
    return msgspec.json.decode(saved, type=Walk) if saved else None
