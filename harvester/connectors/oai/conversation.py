"""One visit's questions to one repository, and what the repository tells of itself.

Sickle gives the models of Identify, ListMetadataFormats and ListSets; it is handed only answers that our strict
reading has accepted, because its own parser turns damage into success.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from lxml import etree
from sickle.models import Identify, MetadataFormat, Set

from ...asking import Asking
from ...errors import SourceError
from ...page import Answer, Reading, local_name, read_page
from ...record import Format, Kept, Page
from ...source import Source
from ...web import Web
from .checkpoint import Stretch, Walk

SET_PAGES = 100  # 100 pages of sets are more than any repository has; a list of sets that circles ends here
NO_PAGE = ("too_large", "html_page", "not_oai_pmh")  # these are no damaged pages: nothing of them is worth keeping
OAI = "{http://www.openarchives.org/OAI/2.0/}"
FALLBACK = "oai_dc"  # the one format that every repository must have (OAI-PMH 2.0, 3.4)


class _Response:
    """The one thing that Sickle's models read of a response."""

    def __init__(self, root: etree._Element) -> None:
        self.xml = root


class Heard(NamedTuple):
    """An accepted answer: what was read, and the page as it came where it needed repairs."""

    reading: Reading
    kept: Kept | None

    @property
    def answer(self) -> Answer:
        """What its envelope says."""
        return self.reading.answer

    @property
    def root(self) -> etree._Element:
        """The tree of its envelope."""
        return self.reading.root

    @property
    def errors(self) -> dict[str, str]:
        """The errors of the protocol that it reports (OAI-PMH 2.0, 3.6): code and words."""
        return dict(self.answer.errors)

    def refuse(self) -> None:
        """Raise SourceError protocol where the answer reports an error."""
        for code, words in self.answer.errors:
            raise SourceError("protocol", error=code or "?", detail=words)


class Conversation:
    """Ask one repository during one visit."""

    def __init__(self, source: Source, visit: Asking, web: Web) -> None:
        self.source, self.visit, self._web = source, visit, web
        self.learned: dict[str, Any] = dict(visit.learned)

    def ask(self, name: str = "", **arguments: str) -> Heard:
        """Ask one question; ``name`` is the format of the records in the answer.

        An answer that is not OAI-PMH, or damaged beyond repair, is kept whole and raised as SourceError.
        """
        body = self._web.get(self.source.url, arguments)
        try:
            reading = read_page(
                body.content,
                body.url,
                name=name,
                known=self.visit.known,
                charset=self.source.charset,
                content_type=body.content_type,
                most=self.source.max_page,
            )
        except SourceError as error:
            if body.content and error.code not in NO_PAGE:
                self.visit.keep(Kept(error.code, body.url, bytes(body.content)))
            raise
        repaired = Kept("repaired", body.url, bytes(body.content), reading.repairs) if reading.repairs else None
        return Heard(reading, repaired)

    def ask_aside(self, name: str = "", **arguments: str) -> Heard:
        """Ask a question whose answer is no page of a list; one that was repaired is kept at once."""
        heard = self.ask(name, **arguments)
        for element in heard.root.iter():  # Sickle's models need a namespace where a server gives none (X11)
            if not element.tag.startswith("{"):
                element.tag = OAI + element.tag
        if heard.kept is not None:
            self.visit.keep(heard.kept)
        return heard

    def learn(self, set_names: dict[str, str] | None = None, **facts: Any) -> None:
        """Keep what was learned of the repository; what is known already costs nothing."""
        if set_names or any(self.learned.get(name) != fact for name, fact in facts.items()):
            self.learned.update(facts)
            self.visit.learn(facts, set_names or {})

    def begin(self) -> Walk:
        """Get to know the repository and choose what to ask for."""
        heard = self.ask_aside(verb="Identify")
        self.visit.clock(heard.answer.response_date)
        heard.refuse()
        identity = Identify(_Response(heard.root))
        facts = {
            "granularity": _word(identity, "granularity"),
            "repository_name": _word(identity, "repositoryName"),
            "earliest_datestamp": _word(identity, "earliestDatestamp"),
            "deleted_record": _word(identity, "deletedRecord"),
            "base_url": _word(identity, "baseURL"),
        }
        prefix, name = self._format()
        self.learn(self._sets(), **facts, prefix=prefix, format=name)
        verb = "ListIdentifiers" if self.visit.mode == "sweep" else "ListRecords"
        return Walk(prefix, name, [Stretch(verb, self.visit.since)])

    def _format(self) -> tuple[str, str]:
        """Choose metadataPrefix and format: by the namespace that the server lists, never by the prefix's name."""
        offered = self._offered()
        formats = _wanted(self.visit.formats, self.source.format)
        by_namespace = {namespace: form for form in formats for namespace in form.namespaces}
        if self.source.prefix:
            namespace = offered.get(self.source.prefix, "")
            found = by_namespace.get(namespace)
            return self.source.prefix, found.name if found else self.source.format or self.source.prefix
        choices = [(by_namespace[space], prefix) for prefix, space in offered.items() if space in by_namespace]
        if choices:
            best, prefix = min(choices, key=lambda choice: (choice[0].rank, choice[1]))
            return prefix, best.name
        if offered and FALLBACK not in offered:
            raise SourceError("no_format", offered=", ".join(sorted(offered)), where=self.source.url)
        return FALLBACK, FALLBACK

    def _offered(self) -> dict[str, str]:
        heard = self.ask_aside(verb="ListMetadataFormats")
        if heard.errors:
            return {}
        found = [MetadataFormat(element) for element in children(heard.root, "ListMetadataFormats", "metadataFormat")]
        return {_word(form, "metadataPrefix"): _word(form, "metadataNamespace") for form in found}

    def _sets(self) -> dict[str, str]:
        """Read the names of the sets; a repository without them, or with a broken list, is no less harvested."""
        names: dict[str, str] = {}
        arguments = {"verb": "ListSets"}
        for _ in range(SET_PAGES):
            try:
                heard = self.ask_aside(**arguments)
            except SourceError:
                break
            before = len(names)
            found = [Set(element) for element in children(heard.root, "ListSets", "set")]
            names.update({_word(item, "setSpec"): _word(item, "setName") for item in found})
            if heard.errors or heard.answer.token is None or len(names) == before:
                break
            arguments = {"verb": "ListSets", "resumptionToken": heard.answer.token}
        return names

    def record(self, identifier: str, walk: Walk) -> Heard:
        """Ask for one record."""
        return self.ask_aside(walk.format, verb="GetRecord", identifier=identifier, metadataPrefix=walk.prefix)

    def single(self, identifier: str) -> Page:
        """Make a page of one record that was wished for."""
        heard = self.record(identifier, self.begin())
        heard.refuse()
        return Page(heard.reading.items, None, response_date=heard.answer.response_date)


def _wanted(formats: Sequence[Format], name: str) -> list[Format]:
    return [form for form in formats if not name or form.name == name]


def children(root: etree._Element, verb: str, name: str) -> list[etree._Element]:
    """Return the elements of a list by their local names: real servers use every prefix and namespace."""
    return [child for part in root if local_name(part) == verb for child in part if local_name(child) == name]


def _word(model: Any, name: str) -> str:
    value = getattr(model, name, None)
    return value.strip() if isinstance(value, str) else ""
