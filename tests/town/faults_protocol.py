"""What repositories do to the protocol, their formats and their sets: rules P1 to P3, P6, P8, P11 to P13."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

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
    emptied,
    failed,
    held,
    restored,
    same,
    whole,
)
from tests.town.wire import Asked, Place, Wire, envelope, right

FULL = Wish(full=True)


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


def old_protocol(asked: Asked) -> Wire:
    """OAI-PMH 1.1: the root element is the verb."""
    body = re.sub(rb"<OAI-PMH[^>]*>", b"<" + asked.verb.encode() + b">", asked.right(), count=1)
    return Wire(body.replace(b"</OAI-PMH>", b"</" + asked.verb.encode() + b">"))


def static_repository(asked: Asked) -> Wire:
    """A file with the root Repository, whatever is asked."""
    return Wire(b'<?xml version="1.0"?><Repository xmlns="http://www.openarchives.org/OAI/2.0/static-repository"/>')


def without_lom(place: Place) -> None:
    """The format lom is taken away."""
    place.repository.formats = ("oai_dc",)


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
    if record is None:  # nothing is new
        return Wire(body)
    again = re.sub(rb"<setSpec>[^<]*</setSpec>", b"<setSpec>khac</setSpec>", record[0])
    return Wire(body.replace(record[0], record[0] + again, 1))


FAULTS = (
    Fault(
        "nothing-new", ("P1",), "answers noRecordsMatch to a question for what is new", "takes it for a good answer",
        (Night(whole()), Night(same(NEXT))),
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
        (Night(whole(WHOLE + 1, noticed={"format_refused"}), refusing_format),),
        institution={"formats": ("oai_dc", "lom")},
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
        "in-two-sets", ("P6",), "lists a record once for each of its sets", "keeps it once",
        (Night(whole(ledger={"fetched": RECORDS + 1, "repeated": 1}), in_two_sets),),
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
        "changes-its-format", ("P2",), "takes lom away and goes on with oai_dc",
        "reads everything anew; a change of format is no mass change",
        (Night(whole()), Night(changed(WHOLE, changed=100, code="reformatted"), day=without_lom)),
        institution={"formats": ("oai_dc", "lom")},
    ),
    Fault(
        "old-protocol", ("P13",), "speaks OAI-PMH 1.1", "says that it speaks an older OAI-PMH",
        (Night(failed("old_protocol", 1), old_protocol),),
    ),
    Fault(
        "static-repository", ("P13",), "is a file for a gateway", "says that a gateway must be asked",
        (Night(failed("static_repository", 1), static_repository),),
    ),
)  # fmt: skip
