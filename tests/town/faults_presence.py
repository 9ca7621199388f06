"""Records that vanish, return, are renamed or change all at once: rules P4, P5, P7 and P9."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from demo.generator import Entry, records
from harvester import Wish
from tests.town.fault import (
    HELLO,
    NEXT,
    RECORDS,
    WHOLE,
    Day,
    Expect,
    Fault,
    Night,
    changed,
    delete,
    edit,
    held,
    named,
    restored,
    together,
    vanish,
    whole,
)
from tests.town.wire import Asked, Place, Wire, right

FULL = Wish(full=True)
MANY = tuple(range(1, 41))  # 40 of 100: above 20 records and above 15 %
FEW = tuple(range(1, 11))


def without_headers(asked: Asked) -> Wire:
    """ListIdentifiers is not there: badVerb."""
    return Wire(asked.error("badVerb", "ListIdentifiers")) if asked.verb == "ListIdentifiers" else right(asked)


def in_set(word: str, *numbers: int) -> Day:
    """Only these records are in the set from now on; nothing says that others have left it."""

    def day(place: Place) -> None:
        chosen = named(*numbers)(place)
        for name, entry in list(place.repository.entries.items()):
            place.repository.replace([replace(entry, sets=(word,) if name in chosen else ())])

    return day


def renamed(old: str, new: str) -> Day:
    """Every identifier changes at once; the records stay what they were."""

    def day(place: Place) -> None:
        repository = place.repository
        moment = repository.clock - timedelta(hours=3)
        entries = list(repository.entries.values())
        repository.entries.clear()
        for entry in entries:
            repository.replace([replace(entry, identifier=entry.identifier.replace(old, new), datestamp=moment)])

    return day


def tombstones(*numbers: int) -> Day:
    """These records were deleted long ago."""

    def day(place: Place) -> None:
        for name in named(*numbers)(place):
            entry = place.repository.entries[name]
            place.repository.replace([replace(entry, deleted=True, elements=())])

    return day


def back_again(*numbers: int) -> Day:
    """Deleted records come back as they were."""

    def day(place: Place) -> None:
        before: dict[str, Entry] = place.memory["before"]
        moment = place.repository.clock - timedelta(hours=1)
        place.repository.replace([replace(before[name], datestamp=moment) for name in named(*numbers)(place)])

    return day


def remember(place: Place) -> None:
    """Keep what the institution has now for a later day."""
    place.memory["before"] = dict(place.repository.entries)


def everything_edited(place: Place) -> None:
    """A new template: every title changes."""
    edit(*range(1, RECORDS + 1))(place)


def exchanged(place: Place) -> None:
    """Another institution's records stand here."""
    repository = place.repository
    repository.entries.clear()
    repository.replace(records(4711, RECORDS, "university", "oai:localhost:123456789/", "khac.example"))


def not_giving(asked: Asked) -> Wire:
    """A sweep lists one header more than there are records."""
    if asked.verb == "GetRecord":
        return Wire(asked.error("idDoesNotExist", "no such record"))
    ghost = b"<header><identifier>oai:listed-and-not-given.example:ma</identifier>"
    ghost += b"<datestamp>2026-11-01T00:00:00Z</datestamp></header></ListIdentifiers>"
    body = asked.right()
    last = asked.verb == "ListIdentifiers" and b"</resumptionToken>" not in body.partition(b"></resumptionToken>")[0]
    return Wire(body.replace(b"<resumptionToken", ghost[:-18] + b"<resumptionToken", 1) if last else body)


FAULTS = (
    Fault(
        "vanish", ("P4",), "deletes ten records without a word",
        "misses them at the next look at everything, withdraws them when they are missing on a later day again",
        (
            Night(whole()),
            Night(Expect("complete", "published", "whole", 12, {"fetched": 90, "unchanged": 90, "missing": 10},
                         missing=named(*FEW)), day=vanish(*FEW), days=8),
            Night(Expect("complete", "published", "whole", 12, {"fetched": 90, "unchanged": 90, "lapsed": 10},
                         withdrawn=named(*FEW)), days=8),
        ),
        institution={"deleted_record": "no"}, both=True,
    ),
    Fault(
        "vanish-for-a-night", ("P4",), "hides ten records for one night",
        "shows them on, and finds them again",
        (
            Night(whole(), day=remember),
            Night(Expect("complete", "published", "whole", 12, {"fetched": 90, "unchanged": 90, "missing": 10},
                         missing=named(*FEW)), day=vanish(*FEW), days=8),
            Night(Expect("complete", "published", "whole", 20, {"fetched": 100, "unchanged": 90, "changed": 10}),
                  day=restored, days=8),
        ),
        institution={"deleted_record": "no"},
    ),
    Fault(
        "deletes-many-at-once", ("P4",), "deletes 40 of 100 records and says so",
        "shows them on and asks; publishes what is new and changed",
        (
            Night(whole()),
            Night(
                Expect("complete", "additions", "many_withdrawn", NEXT + 1,
                       {"fetched": 43, "changed": 3, "withdrawn": 40}, standing=named(*MANY)),
                day=together(delete(*MANY), edit(50, 51, 52)),
            ),
        ),
        both=True,
    ),
    Fault(
        "deletes-a-few", ("P4",), "deletes ten records and says so", "withdraws them",
        (Night(whole()), Night(changed(NEXT, withdrawn=10, withdrawn_names=named(*FEW)), day=delete(*FEW))),
    ),
    Fault(
        "leaves-the-set", ("P5",), "takes ten records out of the set that is harvested, without a word",
        "misses them at the next look at the set, then withdraws them",
        (
            Night(whole(HELLO + 2, new=50), day=in_set("chon", *range(1, 51))),
            Night(Expect("complete", "published", "whole", 12,
                         {"fetched": 80, "unchanged": 40, "repeated": 40, "missing": 10},
                         missing=named(*FEW)), day=in_set("chon", *range(11, 51)), days=32),
            Night(Expect("complete", "published", "whole", 12,
                         {"fetched": 80, "unchanged": 40, "repeated": 40, "lapsed": 10},
                         withdrawn=named(*FEW)), days=32),
        ),
        source={"set": "chon"}, wanted=lambda entry: "chon" in entry.sets,
    ),
    Fault(
        "renames-everything", ("P7",), "moves to another host and renames every record",
        "holds the visit, says that the records were renamed, and proposes to re-key them",
        (
            Night(whole(), day=remember),
            Night(
                Expect("complete", "held", "renamed", WHOLE, {"fetched": 100, "new": 100}, standing=held,
                       absent=lambda place: set(place.repository.entries)),
                day=renamed(".example:", ".moi.example:"), wish=FULL,
            ),
        ),
        both=True,
    ),
    Fault(
        "another-repository", ("P7",), "shows another repository at this address: other records, other identifiers",
        "holds the visit and asks whether the address is right",
        (
            Night(whole(), day=remember),
            Night(
                Expect("complete", "held", "strangers", WHOLE, {"fetched": 100, "new": 100}, standing=held,
                       absent=lambda place: set(place.repository.entries)),
                day=exchanged, wish=FULL,
            ),
        ),
    ),
    Fault(
        "listed-and-not-given", ("P4",), "lists a header in a sweep and answers idDoesNotExist for its record",
        "rejects this record with its reason; all others are there",
        (
            Night(whole()),
            Night(
                Expect("complete", "nothing", "same", 12,
                       {"fetched": 201, "unchanged": 100, "repeated": 100, "rejected": 1},
                       rejected={"not_given": 1}),
                not_giving, days=32,
            ),
        ),
    ),
    Fault(
        "tombstones-first", ("P9",),
        "begins with thirty tombstones of records that nobody ever saw, and brings ten back",
        "makes no record of them; what comes later is new",
        (
            Night(whole(new=70, ledger={"fetched": 100, "unchanged": 30}),
                  day=together(remember, tombstones(*range(1, 31)))),
            Night(changed(NEXT, new=10), day=back_again(*FEW)),
        ),
    ),
    Fault(
        "resurrection", ("P9",), "deletes ten records and brings them back", "withdraws them and shows them again",
        (
            Night(whole(), day=remember),
            Night(changed(NEXT, withdrawn=10, withdrawn_names=named(*FEW)), day=delete(*FEW)),
            Night(changed(NEXT, changed=10), day=back_again(*FEW)),
        ),
        both=True,
    ),
    Fault(
        "no-list-of-headers", ("P4", "H4"), "does not know ListIdentifiers", "reads the whole list instead",
        (Night(whole(), without_headers),
         Night(Expect("complete", "published", "whole", 20, {"fetched": 90, "unchanged": 90, "missing": 10},
                      missing=named(*FEW), noticed={"sweep_refused"}), without_headers, day=vanish(*FEW), days=32)),
    ),
    Fault(
        "everything-edited", ("D5",), "changes every record at once",
        "holds the visit until somebody has looked",
        (
            Night(whole()),
            Night(
                Expect("complete", "held", "all_changed", WHOLE, {"fetched": 100, "changed": 100},
                       standing=lambda place: set(place.repository.entries)),
                day=everything_edited,
            ),
        ),
    ),
)  # fmt: skip
