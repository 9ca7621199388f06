"""Records asked for one by one: those that a sweep finds new, and those on a page that cannot be had."""

from __future__ import annotations

from ...errors import SourceError
from ...page import Header, fingerprint
from ...record import Item, RawRecord, Rejected
from .conversation import may_be_one_answer
from .route import Route

# Of the bodies that wait together for the disk: a record above 1 MB is rejected and kept whole, however it came, so one
# page of such could be 500 times ``max_page``. Sixteen megabytes are sixteen of the largest records that can be read.
WAITING_BYTES = 16 * 1024 * 1024
LONGEST_DATESTAMP = 64  # letters that are remembered of one: the longest legal one has 20
SAID_BYTES = 1 << 16  # of what a server says instead of a record: many such answers may wait for the disk
ALL_POISON = 4  # so many in a row that the server cannot give are no single record's fault
REMEMBERED = 10_000  # refused records, some 1 MB of a checkpoint and of what is learned of a source


class Singles:
    """Asks one repository for single records."""

    def __init__(self, route: Route) -> None:
        self._route = route

    def read(self, header: Header | Rejected, context: bytes) -> Item:
        """Read the record of a header; what needs no question is not asked for. ``context`` is the header's.

        A record that is listed and not given is rejected with what the server said instead, and is no less seen.
        Raises SourceError where the fault is the server's, not the record's.
        """
        walk = self._route.walk
        if isinstance(header, Rejected):
            return header
        if header.deleted:
            return tombstone(header, walk.format, context)
        try:
            item = self._ask(header.identifier)
        except SourceError as error:
            if not may_be_one_answer(error) or walk.refused + 1 >= ALL_POISON:
                raise
            item = self._poison(header.identifier, error)
        else:
            walk.refused = 0
        if isinstance(item, Rejected) and len(walk.refusals) < REMEMBERED:
            walk.refusals[header.identifier] = (header.datestamp[:LONGEST_DATESTAMP], item.code)
        return item

    def _ask(self, identifier: str) -> Item:
        walk, conversation = self._route.walk, self._route.conversation
        heard = conversation.record(identifier, walk.prefix, walk.format)
        if heard.errors or len(heard.reading.items) != 1:
            return Rejected(identifier, "not_given", bytes(conversation.said[:SAID_BYTES]))
        (item,) = heard.reading.items
        if not self._is(item, identifier):
            return Rejected(identifier, "other_given", bytes(conversation.said[:SAID_BYTES]))
        return Rejected(identifier, item.code, item.body) if isinstance(item, Rejected) else item

    def _is(self, item: Item, identifier: str) -> bool:
        """Say whether what was given is what was asked for: of bytes that are held already only the number came."""
        if isinstance(item, int):
            there = self._route.conversation.visit.standing([identifier]).get(identifier)
            return there is not None and there.number == item
        return item.identifier == identifier or (isinstance(item, Rejected) and item.identifier is None)

    def _poison(self, identifier: str, error: SourceError) -> Rejected:
        walk = self._route.walk
        walk.refused += 1
        walk.poison = [*walk.poison, identifier]
        said = bytes(self._route.conversation.said[:SAID_BYTES])
        instead = f"{error.code} {error.facts.get('status', '')}".strip()
        return Rejected(identifier, "poison", said or instead.encode())


def tombstone(header: Header, name: str, context: bytes) -> RawRecord:
    """Make a record of a header that announces a deletion: there is nothing more to ask for."""
    mark = fingerprint(context, header.body)
    said = (header.identifier, header.datestamp, header.sets)
    return RawRecord(
        *said, deleted=True, format=name, body=header.body, context=context, fingerprint=mark, content=mark
    )
