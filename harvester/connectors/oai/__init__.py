"""Ask an institution by OAI-PMH 2.0: what it is, which formats it has, and its records page by page.

``conversation.py`` asks and reads answers; ``walk.py`` goes through lists, of which ``checkpoint.py`` knows where they
stand; ``habits.py`` asks in another way where a server does not understand, ``detours.py`` goes on where a token is
lost or something is refused, ``isolation.py`` around a page that cannot be had; ``windows.py`` divides large lists by
time, ``rereading.py`` reads a slice of everything anew; ``sweep.py`` reads headers only; ``circle.py`` notices a list
without end. Fetching, acceptance of pages, the state of the list and retries are ours; Sickle gives the models of
Identify, ListMetadataFormats and ListSets. T, D, H, X or P with a number is a row of ``docs/hostile-town.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...asking import Asking
from ...errors import SourceError
from ...record import Page
from ...source import Source
from ...web import Web
from .checkpoint import Stretch, Walk, resumed
from .conversation import UNSUPPORTED, Conversation
from .rereading import all_read, next_slice
from .walk import Walking


def pages(source: Source, visit: Asking, web: Web) -> Iterator[Page]:
    """Yield the pages of a source's list, each accepted whole; the last one has no checkpoint.

    Raises SourceError where an answer cannot be accepted, the protocol reports an error, or the list goes in circles.
    """
    conversation = Conversation(source, visit, web)
    try:
        yield from _pages(conversation)
    except SourceError:
        conversation.keep_unread()  # what ends a visit is kept, so that somebody can look at it
        raise


def _pages(conversation: Conversation) -> Iterator[Page]:
    visit = conversation.visit
    if visit.record is not None:
        yield conversation.single(visit.record)
        return
    walk = resumed(visit.checkpoint) or _begin(conversation)
    conversation.clock = walk.clock
    yield from Walking(conversation, walk).pages()


def _begin(conversation: Conversation) -> Walk:
    """Get to know the repository and plan what to ask for: the list, and a slice that is read anew."""
    visit = conversation.visit
    before = conversation.learned.get("format")
    conversation.identify()
    sweep = visit.mode == "sweep"
    held = [choice for choice in conversation.choices if sweep and choice[1] == before]
    prefix, name = [*held, *conversation.choices][0]  # a sweep reads too little to change the format of the rest
    # In another format every record is another text: a list of changes alone would leave the rest as it was. The visit
    # is a full one then, in name as well, so that what is absent from its list is noticed.
    if before not in (None, name):
        visit.ask_for_everything()
    main = Stretch("ListIdentifiers" if sweep else "ListRecords", visit.since)
    walk = Walk(prefix, name, [main], main=main, clock=conversation.clock)
    learned = conversation.learned
    # A sweep reads no record that is held: where every visit is one, only the slice sees what was edited in silence.
    since = conversation.clock if sweep else visit.since if visit.mode == "incremental" else None
    if since and UNSUPPORTED not in (learned.get("windows"), learned.get("incremental")):
        slice_, walk.reread = next_slice(visit.reread, visit.held, conversation.oldest, since, conversation.clock)
        walk.stretches += [slice_] if slice_ else []
    elif visit.mode == "full":
        walk.reread = all_read(conversation.clock)
    return walk
