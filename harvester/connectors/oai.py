"""Ask an institution by OAI-PMH 2.0: what it is, which formats it has, and its records page by page.

Sickle gives the models of Identify, ListMetadataFormats and ListSets; it is handed only answers that our strict
reading has accepted, because its own parser turns damage into success. Fetching, acceptance of pages, the state of the
list and retries are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import xxhash
from lxml import etree
from sickle.models import Identify, MetadataFormat, Set

from ..asking import Asking
from ..errors import SourceError
from ..page import Answer, Cut, cut, declare, envelope, fingerprint, local_name, read_record
from ..record import Format, Item, Page, RawRecord, Rejected
from ..source import Source
from ..stamp import in_granularity
from ..web import Web

SET_PAGES = 100  # 100 pages of sets are more than any repository has; a list of sets that circles ends here
CIRCLES = 3  # so many pages in a row without a new record are a circle, whatever their tokens say
FALLBACK = "oai_dc"  # the one format that every repository must have (OAI-PMH 2.0, 3.4)


class Walk(msgspec.Struct):
    """Where the list stands: what was asked for, and the token that continues it. This is the checkpoint."""

    prefix: str
    format: str
    since: str | None = None
    token: str | None = None
    pages: int = 0


class _Response:
    """The one thing that Sickle's models read of a response."""

    def __init__(self, root: etree._Element) -> None:
        self.xml = root


def pages(source: Source, visit: Asking, web: Web) -> Iterator[Page]:
    """Yield the pages of a source's list, each accepted whole; the last one has no checkpoint.

    Raises SourceError where an answer cannot be accepted, the protocol reports an error, or the list goes in circles.
    """
    conversation = _Conversation(source, visit, web)
    if visit.record is not None:
        yield conversation.single(visit.record)
        return
    walk = msgspec.json.decode(visit.checkpoint, type=Walk) if visit.checkpoint else conversation.begin()
    yield from conversation.list(walk, resumed=bool(visit.checkpoint))


class _Conversation:
    """One visit's questions to one repository."""

    def __init__(self, source: Source, visit: Asking, web: Web) -> None:
        self._source, self._visit, self._web = source, visit, web

    def ask(self, **arguments: str) -> tuple[Cut, Answer, etree._Element]:
        body = self._web.get(self._source.url, arguments)
        content = declare(body.content, self._source.charset) if self._source.charset else body.content
        parts = cut(content, body.url)
        answer, root = envelope(parts.envelope, body.url)
        return parts, answer, root

    def begin(self) -> Walk:
        """Get to know the repository and choose what to ask for."""
        _, answer, root = self.ask(verb="Identify")
        self._visit.clock(answer.response_date)
        refuse(answer)
        identity = Identify(_Response(root))
        granularity = _word(identity, "granularity")
        facts = {
            "granularity": granularity,
            "repository_name": _word(identity, "repositoryName"),
            "earliest_datestamp": _word(identity, "earliestDatestamp"),
            "deleted_record": _word(identity, "deletedRecord"),
            "base_url": _word(identity, "baseURL"),
        }
        prefix, name = self._format()
        self._visit.learn({**facts, "prefix": prefix, "format": name}, self._sets())
        since = self._visit.since
        return Walk(prefix, name, in_granularity(since, granularity) if since else None)

    def _format(self) -> tuple[str, str]:
        """Choose metadataPrefix and format: by the namespace that the server lists, never by the prefix's name."""
        offered = self._offered()
        formats = _wanted(self._visit.formats, self._source.format)
        by_namespace = {namespace: form for form in formats for namespace in form.namespaces}
        if self._source.prefix:
            namespace = offered.get(self._source.prefix, "")
            found = by_namespace.get(namespace)
            return self._source.prefix, found.name if found else self._source.format or self._source.prefix
        choices = [(by_namespace[space], prefix) for prefix, space in offered.items() if space in by_namespace]
        if choices:
            best, prefix = min(choices, key=lambda choice: (choice[0].rank, choice[1]))
            return prefix, best.name
        if offered and FALLBACK not in offered:
            raise SourceError("no_format", offered=", ".join(sorted(offered)), where=self._source.url)
        return FALLBACK, FALLBACK

    def _offered(self) -> dict[str, str]:
        _, answer, root = self.ask(verb="ListMetadataFormats")
        if answer.errors:
            return {}
        found = [MetadataFormat(element) for element in _children(root, "ListMetadataFormats", "metadataFormat")]
        return {_word(form, "metadataPrefix"): _word(form, "metadataNamespace") for form in found}

    def _sets(self) -> dict[str, str]:
        """Read the names of the sets; a repository without them, or with a broken list, is no less harvested."""
        names: dict[str, str] = {}
        arguments = {"verb": "ListSets"}
        for _ in range(SET_PAGES):
            try:
                _, answer, root = self.ask(**arguments)
            except SourceError:
                break
            before = len(names)
            found = [Set(element) for element in _children(root, "ListSets", "set")]
            names.update({_word(item, "setSpec"): _word(item, "setName") for item in found})
            if answer.errors or answer.token is None or len(names) == before:
                break
            arguments = {"verb": "ListSets", "resumptionToken": answer.token}
        return names

    def single(self, identifier: str) -> Page:
        """Ask for one record."""
        walk = self.begin()
        parts, answer, _ = self.ask(verb="GetRecord", identifier=identifier, metadataPrefix=walk.prefix)
        refuse(answer)
        return Page(self._items(parts, walk.format), None, response_date=answer.response_date)

    def list(self, walk: Walk, *, resumed: bool) -> Iterator[Page]:
        """Walk through the list; an empty or absent token ends it (OAI-PMH 2.0, 3.5)."""
        circle = _Circle()
        while True:
            parts, answer, _ = self.ask(**self._question(walk))
            codes = {code for code, _ in answer.errors}
            if "noRecordsMatch" in codes:  # nothing new; after a token: the list had ended with the page before
                yield Page((), None, response_date=answer.response_date)
                return
            if resumed and "badResumptionToken" in codes:  # it expired while we were away: the list begins again
                resumed, walk.token = False, None
                continue
            refuse(answer)
            if answer.verb != "ListRecords":
                raise SourceError("structure", where=self._source.url, detail=f"<{answer.verb}>")
            items = self._items(parts, walk.format)
            walk.pages += 1
            circle.check(items, walk.token, answer.token, walk.pages)
            walk.token, resumed = answer.token, False
            checkpoint = msgspec.json.encode(walk) if answer.token is not None else None
            yield Page(items, checkpoint, answer.token or "", answer.declared, answer.response_date)
            if checkpoint is None:
                return

    def _question(self, walk: Walk) -> dict[str, str]:
        if walk.token is not None:
            return {"verb": "ListRecords", "resumptionToken": walk.token}
        question = {"verb": "ListRecords", "metadataPrefix": walk.prefix}
        if walk.since:
            question["from"] = walk.since
        if self._source.set:
            question["set"] = self._source.set
        return question

    def _items(self, parts: Cut, name: str) -> tuple[Item, ...]:
        """Read the records of a page that are not known by their bytes."""
        marks = [fingerprint(parts.context, body) for body in parts.records]
        known = self._visit.known(marks)
        where = self._source.url
        return tuple(
            known[mark] if mark in known else read_record(parts.context, body, name, mark, where)
            for mark, body in zip(marks, parts.records, strict=True)
        )


class _Circle:
    """Notice a list that goes in circles: pages whose records were all shown before.

    A repeated token alone proves nothing (some servers use one token for the whole list); a repeated token with
    nothing new, or several pages in a row with nothing new, does.
    """

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._pages: set[int] = set()
        self._stale = 0

    def check(self, items: Sequence[Item], asked: str | None, token: str | None, number: int) -> None:
        """Raise SourceError loop where this page closes a circle."""
        mark = xxhash.xxh3_64_intdigest("\n".join(_name(item) for item in items).encode())
        stale = mark in self._pages
        self._stale = self._stale + 1 if stale else 0
        if token is not None and stale and (token in self._tokens or self._stale >= CIRCLES):
            raise SourceError("loop", token=token, pages=number)
        self._pages.add(mark)
        self._tokens.update(word for word in (asked, token) if word is not None)


def _name(item: Item) -> str:
    if isinstance(item, RawRecord):
        return item.identifier
    return item.identifier or "" if isinstance(item, Rejected) else str(item)


def refuse(answer: Answer) -> None:
    """Raise SourceError protocol where the answer reports an error of the protocol (OAI-PMH 2.0, 3.6)."""
    for code, words in answer.errors:
        raise SourceError("protocol", error=code or "?", detail=words)


def _wanted(formats: Sequence[Format], name: str) -> list[Format]:
    return [form for form in formats if not name or form.name == name]


def _children(root: etree._Element, verb: str, name: str) -> list[etree._Element]:
    return [child for part in root if local_name(part) == verb for child in part if local_name(child) == name]


def _word(model: Any, name: str) -> str:
    value = getattr(model, name, None)
    return value.strip() if isinstance(value, str) else ""
