"""What repositories do to the protocol, to their records and to their names: rules P1 to P13."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from demo.generator import Entry, records
from harvester import Wish
from tests.town.fault import (
    HELLO,
    RECORDS,
    WHOLE,
    Day,
    Expect,
    Fault,
    Night,
    changed,
    delete,
    edit,
    failed,
    named,
    same,
    together,
    vanish,
    whole,
)
from tests.town.wire import Asked, Place, Wire, envelope, right

FULL = Wish(full=True)
MANY = tuple(range(1, 41))  # 40 of 100: above 20 records and above 15 %
FEW = tuple(range(1, 11))


def lists_nothing(asked: Asked) -> Wire:
    """Every list is noRecordsMatch."""
    lists = asked.verb in ("ListRecords", "ListIdentifiers")
    return Wire(asked.error("noRecordsMatch", "nothing")) if lists else right(asked)


def refusing_format(asked: Asked) -> Wire:
    """Lists the format lom and cannot give it."""
    if asked.arguments.get("metadataPrefix") == "lom":
        return Wire(asked.error("cannotDisseminateFormat", "lom"))
    return right(asked)


def format_named(prefix: str, space: str = "") -> Callable[[Asked], Wire]:
    """The format lom goes by another prefix, or another namespace."""

    def act(asked: Asked) -> Wire:
        arguments = dict(asked.arguments)
        if arguments.get("metadataPrefix") == prefix:
            arguments["metadataPrefix"] = "lom"
        elif arguments.get("metadataPrefix") == "lom":
            return Wire(asked.error("cannotDisseminateFormat", "lom"))
        body = asked.place.repository.answer(arguments)
        if asked.verb == "ListMetadataFormats":
            body = body.replace(b"<metadataPrefix>lom<", f"<metadataPrefix>{prefix}<".encode())
            body = body.replace(b"http://ltsc.ieee.org/xsd/LOM<", f"{space}<".encode()) if space else body
        return Wire(body)

    return act


def only(prefix: str) -> Callable[[Asked], Wire]:
    """Offers one format that nobody reads."""

    def act(asked: Asked) -> Wire:
        if asked.verb == "ListMetadataFormats":
            inside = (
                f"<ListMetadataFormats><metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>x</schema>"
                "<metadataNamespace>urn:x</metadataNamespace></metadataFormat></ListMetadataFormats>"
            )
            return Wire(envelope(asked.place.repository, inside.encode()))
        if asked.arguments.get("metadataPrefix", prefix) != prefix:
            return Wire(asked.error("cannotDisseminateFormat", "no such format"))
        return right(asked)

    return act


def no_formats(asked: Asked) -> Wire:
    """ListMetadataFormats is an error of the program."""
    return Wire(b"", 500) if asked.verb == "ListMetadataFormats" else right(asked)


def sets_for_ever(asked: Asked) -> Wire:
    """The list of sets never ends, and repeats itself."""
    if asked.verb != "ListSets":
        return right(asked)
    token = b"<resumptionToken>s%d</resumptionToken></ListSets>" % asked.number
    return Wire(asked.right(resumptionToken=None).replace(b"</ListSets>", token))


def sets_broken(asked: Asked) -> Wire:
    """ListSets is an error of the program."""
    return Wire(b"Fatal error", 500) if asked.verb == "ListSets" else right(asked)


def without_headers(asked: Asked) -> Wire:
    """ListIdentifiers is not there: badVerb."""
    return Wire(asked.error("badVerb", "ListIdentifiers")) if asked.verb == "ListIdentifiers" else right(asked)


def old_protocol(asked: Asked) -> Wire:
    """OAI-PMH 1.1: the root element is the verb."""
    body = re.sub(rb"<OAI-PMH[^>]*>", b"<" + asked.verb.encode() + b">", asked.right(), count=1)
    return Wire(body.replace(b"</OAI-PMH>", b"</" + asked.verb.encode() + b">"))


def static_repository(asked: Asked) -> Wire:
    """A file with the root Repository, whatever is asked."""
    return Wire(b'<?xml version="1.0"?><Repository xmlns="http://www.openarchives.org/OAI/2.0/static-repository"/>')


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


def without_lom(place: Place) -> None:
    """The format lom is taken away."""
    place.repository.formats = ("oai_dc",)


def emptied(place: Place) -> None:
    """Somebody deletes the database."""
    place.memory["before"] = dict(place.repository.entries)
    place.repository.entries.clear()
    place.repository.replace([])


def restored(place: Place) -> None:
    """The database is put back."""
    place.repository.replace(place.memory["before"].values())


def held(place: Place) -> set[str]:
    """What was there before it was emptied."""
    return set(place.memory["before"])


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


def in_part_of(word: str) -> Day:
    """Every record is in a part of the set, and names the part only."""

    def day(place: Place) -> None:
        for number, entry in enumerate(list(place.repository.entries.values())):
            place.repository.replace([replace(entry, sets=(f"{word}:phan-{number % 3}",))])

    return day


def no_robots(asked: Asked) -> Wire:
    """robots.txt forbids everything; whoever reads it is told to go."""
    return Wire(b"User-agent: *\nDisallow: /\n", 403) if asked.path == "/robots.txt" else right(asked)


def in_two_sets(asked: Asked) -> Wire:
    """A record is listed once for each of its sets."""
    body = asked.right()
    if asked.page != 1 or asked.verb != "ListRecords":
        return Wire(body)
    record = re.search(rb"<record>.*?</record>", body, re.DOTALL)
    assert record is not None
    again = re.sub(rb"<setSpec>[^<]*</setSpec>", b"<setSpec>khac</setSpec>", record[0])
    return Wire(body.replace(record[0], record[0] + again, 1))


FAULTS = (
    Fault(
        "nothing-new", ("P1",), "answers noRecordsMatch to a question for what is new", "takes it for a good answer",
        (Night(whole()), Night(same(HELLO + 1))),
    ),
    Fault(
        "emptied", ("P1",), "answers noRecordsMatch to a question for everything, one night",
        "holds the visit; shows everything on; the next night settles it",
        (
            Night(whole()),
            Night(Expect("complete", "held", "empty_list", HELLO + 1, standing=held), day=emptied, wish=FULL),
            Night(same(WHOLE, RECORDS), day=restored),
        ),
        both=True,
    ),
    Fault(
        "always-empty", ("P1",), "has no records", "takes that for a complete list of nothing",
        (Night(Expect("complete", "nothing", "same", HELLO + 1)),), records=0,
    ),
    Fault(
        "lists-a-format-it-has-not", ("P2",), "lists lom and answers cannotDisseminateFormat", "asks for oai_dc",
        (Night(whole(WHOLE + 1), refusing_format),), institution={"formats": ("oai_dc", "lom")},
    ),
    Fault(
        "format-by-another-prefix", ("P2",), "calls lom oai_lom-vn", "goes by the namespace",
        (Night(whole(), format_named("oai_lom-vn")),), institution={"formats": ("oai_dc", "lom")},
    ),
    Fault(
        "format-of-the-year-2001", ("P3",), "offers lom under the namespace of IMS", "reads that too",
        (Night(whole(), format_named("ims", "http://www.imsglobal.org/xsd/imsmd_v1p2")),),
        institution={"formats": ("oai_dc", "lom")},
    ),
    Fault(
        "no-format-for-us", ("P2",), "offers one format that nobody reads", "names what is offered",
        (Night(failed("no_format", 2), only("xyz")),),
    ),
    Fault(
        "formats-broken", ("P2",), "answers 500 to ListMetadataFormats", "asks for oai_dc, which every repository has",
        (Night(whole(WHOLE + 5), no_formats),),
    ),
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
                Expect("complete", "additions", "many_withdrawn", HELLO + 2,
                       {"fetched": 43, "changed": 3, "withdrawn": 40}, standing=named(*MANY)),
                day=together(delete(*MANY), edit(50, 51, 52)),
            ),
        ),
        both=True,
    ),
    Fault(
        "deletes-a-few", ("P4",), "deletes ten records and says so", "withdraws them",
        (Night(whole()), Night(changed(HELLO + 1, withdrawn=10, withdrawn_names=named(*FEW)), day=delete(*FEW))),
    ),
    Fault(
        "leaves-the-set", ("P5",), "takes ten records out of the set that is harvested, without a word",
        "misses them at the next look at the set, then withdraws them",
        (
            Night(whole(HELLO + 2, new=50), day=in_set("chon", *range(1, 51))),
            Night(Expect("complete", "published", "whole", 12, {"fetched": 40, "unchanged": 40, "missing": 10},
                         missing=named(*FEW)), day=in_set("chon", *range(11, 51)), days=32),
            Night(Expect("complete", "published", "whole", 12, {"fetched": 40, "unchanged": 40, "lapsed": 10},
                         withdrawn=named(*FEW)), days=32),
        ),
        source={"set": "chon"}, wanted=lambda entry: "chon" in entry.sets,
    ),
    Fault(
        "in-two-sets", ("P6",), "lists a record once for each of its sets", "keeps it once",
        (Night(whole(ledger={"fetched": RECORDS + 1, "repeated": 1}), in_two_sets),),
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
                Expect("complete", "nothing", "same", 12, {"fetched": 101, "unchanged": 100, "rejected": 1},
                       rejected={"not_given": 1}),
                not_giving, days=32,
            ),
        ),
    ),
    Fault(
        "members-of-members", ("P12",), "answers a question for a set with the members of its parts",
        "takes them: they belong to it",
        (Night(whole(), day=in_part_of("chon")),), source={"set": "chon"},
    ),
    Fault(
        "robots", ("P11",), "forbids everything in robots.txt",
        "asks OAI-PMH of a registered source, and never robots.txt",
        (Night(whole(), no_robots),),
    ),
    Fault(
        "no-sets", ("P8",), "has no sets (noSetHierarchy)", "harvests without", (Night(whole()),),
        institution={"set_names": {}},
    ),
    Fault(
        "sets-for-ever", ("P8",), "repeats its list of sets for ever", "stops when no set is new",
        (Night(whole(WHOLE + 1), sets_for_ever),),
    ),
    Fault(
        "sets-broken", ("P8",), "answers 500 to ListSets", "harvests without the names of sets",
        (Night(whole(WHOLE + 4), sets_broken),),
    ),
    Fault(
        "tombstones-first", ("P9",),
        "begins with thirty tombstones of records that nobody ever saw, and brings ten back",
        "makes no record of them; what comes later is new",
        (
            Night(whole(new=70, ledger={"fetched": 100, "unchanged": 30}),
                  day=together(remember, tombstones(*range(1, 31)))),
            Night(changed(HELLO + 1, new=10), day=back_again(*FEW)),
        ),
    ),
    Fault(
        "resurrection", ("P9",), "deletes ten records and brings them back", "withdraws them and shows them again",
        (
            Night(whole(), day=remember),
            Night(changed(HELLO + 1, withdrawn=10, withdrawn_names=named(*FEW)), day=delete(*FEW)),
            Night(changed(HELLO + 1, changed=10), day=back_again(*FEW)),
        ),
        both=True,
    ),
    Fault(
        "no-list-of-headers", ("P4", "H4"), "does not know ListIdentifiers", "reads the whole list instead",
        (Night(whole(), without_headers),
         Night(Expect("complete", "published", "whole", 20, {"fetched": 90, "unchanged": 90, "missing": 10},
                      missing=named(*FEW)), without_headers, day=vanish(*FEW), days=32)),
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
    Fault(
        "changes-its-format", ("P2",), "takes lom away and goes on with oai_dc",
        "reads everything anew; a change of format is no mass change",
        (Night(whole()), Night(changed(WHOLE, changed=100, code="reformatted"), day=without_lom, wish=FULL)),
        institution={"formats": ("oai_dc", "lom")},
    ),
    Fault(
        "old-protocol", ("P13",), "speaks OAI-PMH 1.1", "says that this is not OAI-PMH 2.0",
        (Night(failed("not_oai_pmh", 1), old_protocol),),
    ),
    Fault(
        "static-repository", ("P13",), "is a file for a gateway", "says that this is not OAI-PMH 2.0",
        (Night(failed("not_oai_pmh", 1), static_repository),),
    ),
)  # fmt: skip
