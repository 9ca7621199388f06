"""Ask an institution by OAI-PMH 2.0: what it is, which formats it has, and its records page by page.

``conversation.py`` asks and reads answers, ``walk.py`` goes through lists, ``circle.py`` notices a list without end,
``sweep.py`` reads lists of headers. Fetching, acceptance of pages, the state of the list and retries are ours; Sickle
gives the models of Identify, ListMetadataFormats and ListSets.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...asking import Asking
from ...record import Page
from ...source import Source
from ...web import Web
from .checkpoint import resumed
from .conversation import Conversation
from .walk import Walking


def pages(source: Source, visit: Asking, web: Web) -> Iterator[Page]:
    """Yield the pages of a source's list, each accepted whole; the last one has no checkpoint.

    Raises SourceError where an answer cannot be accepted, the protocol reports an error, or the list goes in circles.
    """
    conversation = Conversation(source, visit, web)
    if visit.record is not None:
        yield conversation.single(visit.record)
        return
    walk = resumed(visit.checkpoint)
    yield from Walking(conversation, walk or conversation.begin(), again=walk is not None).pages()
