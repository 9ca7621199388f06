"""One visit's questions to one repository, and what the repository tells of itself.

Sickle gives the models of Identify, ListMetadataFormats and ListSets; it is handed only answers that our strict
reading has accepted, because its own parser turns damage into success.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lxml import etree
from sickle.models import Identify, MetadataFormat, Set

from ...asking import Asking
from ...errors import Deferred, SourceError
from ...page import Answer, Buffer, Reading, local_name, read_page
from ...record import Format, Kept, Page
from ...source import Source
from ...stamp import normalised
from ...urls import LONGEST_ADDRESS, merge, same_place, shown
from ...web import Web
from .dates import is_old

# Names of sets that are kept, letters of each and of each code, and letters of all: they stand in one row of the store,
# and 50,000 usual ones take 2 MB.
MOST_SETS, LONGEST_NAME, SET_LETTERS = 50_000, 1_000, 4_000_000
SET_PAGES = 100  # 100 pages of sets are more than any repository has; a list of sets that circles ends here
FALLBACK = "oai_dc"  # the one format that every repository must have (OAI-PMH 2.0, 3.4)
FAULTS = frozenset(("status", "malformed", "encoding", "structure", "overgrown", "too_large", "cut", "too_slow"))
STATUSES = frozenset((500, 502, 504))
# These are no damaged pages: nothing of them is worth keeping.
NO_PAGE = ("too_large", "html_page", "not_oai_pmh", "old_protocol", "static_repository")
OAI = "{http://www.openarchives.org/OAI/2.0/}"
UNSUPPORTED = "unsupported"
# One visit of this process reads its answer at a time. The parser lets other threads in at every few records: where all
# of them read they change places a hundred times a page, and each has its page in pieces meanwhile. Waiting costs less
# (measured). Whoever has the turn waits for no server and no writer, only for the store to say what it holds of a page.
_TURN = threading.Lock()


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
        self.clock = ""  # the server's, at the beginning of the visit
        self.choices: list[tuple[str, str]] = []  # metadataPrefix and format, the best first
        self.seconds = 0.0  # how long the last answer took
        self.said: Buffer = b""  # the last answer as it came
        self.answered_at = ""  # the address that gave it, its question included
        self.date = ""  # and its header Date
        self.unread: Kept | None = None  # the last answer, where it was not accepted
        self._kept: set[tuple[str, str]] = set()  # by code and address: the same question is asked up to three times

    def ask(self, arguments: Mapping[str, str], name: str = "", *, verbatim: bool = False) -> Heard:
        """Ask one question; ``name`` is the format of the records in the answer.

        With ``verbatim`` the arguments are sent as they are, not percent-encoded. An answer that is not OAI-PMH, or
        damaged beyond repair, is raised as SourceError and stands in ``unread``.
        """
        self.said, self.unread = b"", None
        body = self._web.get(self.source.url, arguments, verbatim=verbatim)
        self.seconds = self._web.seconds
        self.said, self.date, self.answered_at = body.content, body.date, body.url
        try:
            with _TURN:
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
            _let_go(error)
            if body.content and error.code not in NO_PAGE:
                self.unread = Kept(error.code, body.url, body.content)
            raise
        repaired = Kept("repaired", body.url, body.content, reading.repairs) if reading.repairs else None
        return Heard(reading, repaired)

    def ask_aside(self, arguments: Mapping[str, str], name: str = "") -> Heard:
        """Ask a question whose answer is no page of a list; one that was repaired is kept at once."""
        heard = self.ask(arguments, name)
        for element in heard.root.iter():  # Sickle's models need a namespace where a server gives none (X11)
            if not element.tag.startswith("{"):
                element.tag = OAI + element.tag
        if heard.kept is not None:
            self.visit.keep(heard.kept)
        return heard

    def keep_unread(self) -> None:
        """Keep the last answer whole as it came, where it was not accepted."""
        if self.unread is not None and (self.unread.code, self.unread.place) not in self._kept:
            self._kept.add((self.unread.code, self.unread.place))
            self.visit.keep(self.unread)
        self.unread = None

    def learn(self, set_names: dict[str, str] | None = None, **facts: Any) -> None:
        """Keep what was learned of the repository; what is known already costs nothing."""
        if set_names or any(self.learned.get(name) != fact for name, fact in facts.items()):
            self.learned.update(facts)
            self.visit.learn(facts, set_names or {})

    @property
    def oldest(self) -> str:
        """The first datestamp as far as is known, normalised; what was seen is better than what the server says."""
        return normalised(str(self.learned.get("oldest") or self.learned.get("earliest_datestamp") or "")) or ""

    def cannot(self, ability: str) -> None:
        """Keep what the server cannot do: ``incremental``, ``windows``, ``division`` of large lists, or ``sweep``."""
        self.learn(None, **{ability: UNSUPPORTED, "unsupported_at": self.clock})

    def forget_old(self) -> None:
        """Forget what a server could not do a month ago: it may have been repaired."""
        since = str(self.learned.get("unsupported_at") or "")
        if since and is_old(since, self.clock):
            self.learn(dates="", incremental="", windows="", division="", sweep="", unsupported_at="")

    def identify(self) -> None:
        """Get to know the repository: Identify, its formats and its sets."""
        heard = self.ask_aside({"verb": "Identify"})
        self.clock = self.visit.clock(heard.answer.response_date, self.date)
        heard.refuse()
        self.forget_old()
        identity = self._model(Identify, _Response(heard.root))
        base_url = _word(identity, "baseURL")
        facts: dict[str, Any] = {
            "granularity": _word(identity, "granularity"),
            "repository_name": _word(identity, "repositoryName"),
            "earliest_datestamp": _word(identity, "earliestDatestamp"),
            "deleted_record": _word(identity, "deletedRecord"),
            "base_url": base_url if len(base_url) <= LONGEST_ADDRESS else shown(base_url),
        }
        facts["other_base_url"] = self._other_address(facts["base_url"])
        if facts["granularity"] != self.learned.get("granularity"):  # it was renewed: what it takes is found out anew
            facts |= {"dates": "", "incremental": "", "windows": "", "division": ""}
        self.choices = self._not_refused(self._formats())
        self.learn(self._sets(), **facts)

    def _other_address(self, base_url: str) -> str:
        """Return an address that the server gives itself and that is not the one that was asked; note it once (H7).

        It is never followed: real servers say localhost, another port, or the name of a machine inside.
        """
        asked = (self.source.url, merge(self.answered_at, {"verb": ""}))
        if not base_url or any(same_place(base_url, each) for each in asked):
            return ""
        if base_url != self.learned.get("other_base_url"):
            self.visit.note("base_url_differs", said=shown(base_url), where=self.source.url)
        return base_url

    def _formats(self) -> list[tuple[str, str]]:
        """Return metadataPrefix and format, the best first: by the namespace that the server lists, never by the
        prefix's name (P2)."""
        offered = self._offered()
        formats = _wanted(self.visit.formats, self.source.format)
        by_namespace = {namespace: form for form in formats for namespace in form.namespaces}
        if self.source.prefix:
            namespace = offered.get(self.source.prefix, "")
            found = by_namespace.get(namespace)
            return [(self.source.prefix, found.name if found else self.source.format or self.source.prefix)]
        known = [(by_namespace[space], prefix) for prefix, space in offered.items() if space in by_namespace]
        choices = [(prefix, form.name) for form, prefix in sorted(known, key=lambda each: (each[0].rank, each[1]))]
        if not offered and self.learned.get("prefix"):  # it cannot list them tonight: that changes no record
            return [(str(self.learned["prefix"]), str(self.learned["format"]))]
        if not choices and offered and FALLBACK not in offered:
            raise SourceError("no_format", offered=", ".join(sorted(offered)), where=self.source.url)
        return choices or [(FALLBACK, FALLBACK)]

    def _not_refused(self, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Leave out formats that are listed and were refused of late."""
        refused, since = self.learned.get("refused_prefixes", ()), str(self.learned.get("refused_at", ""))
        if not since or is_old(since, self.clock):
            return choices
        return [choice for choice in choices if choice[0] not in refused] or choices

    def _offered(self) -> dict[str, str]:
        """Ask for the formats; none where the server cannot say."""
        try:
            heard = self.ask_aside({"verb": "ListMetadataFormats"})
        except Deferred:
            raise
        except SourceError as error:
            if not may_be_one_answer(error):
                raise
            return {}
        if heard.errors:
            return {}
        listed = children(heard.root, "ListMetadataFormats", "metadataFormat")
        found = [self._model(MetadataFormat, element) for element in listed]
        return {_word(form, "metadataPrefix"): _word(form, "metadataNamespace") for form in found}

    def _sets(self) -> dict[str, str]:
        """Read the names of the sets; a repository without them, or with a broken list, is no less harvested (P8)."""
        names: dict[str, str] = {}
        overlong, arguments = 0, {"verb": "ListSets"}
        for _ in range(SET_PAGES):
            try:
                heard = self.ask_aside(arguments)
                found = [self._model(Set, element) for element in children(heard.root, "ListSets", "set")]
            except Deferred:
                raise
            except SourceError:
                break
            before = len(names)
            overlong += _add_sets(names, found)
            if heard.errors or heard.answer.token is None or len(names) == before or len(names) >= MOST_SETS:
                break
            arguments = {"verb": "ListSets", "resumptionToken": heard.answer.token}
        if overlong:
            self.visit.note("set_specs_too_long", overlong, limit=LONGEST_NAME)
        return names

    def _model(self, model: Callable[[Any], Any], said: Any) -> Any:
        """Let Sickle read an answer; its models know no answer without their element, or with one named ``raw``."""
        try:
            return model(said)
        except AttributeError as error:
            raise SourceError("structure", where=self.source.url, detail=str(error)) from error

    def record(self, identifier: str, prefix: str, name: str) -> Heard:
        """Ask for one record in a format: its metadataPrefix and its name."""
        return self.ask_aside({"verb": "GetRecord", "identifier": identifier, "metadataPrefix": prefix}, name)

    def single(self, identifier: str) -> Page:
        """Make a page of one record that was wished for."""
        self.identify()
        heard = self.record(identifier, *self.choices[0])
        heard.refuse()
        return Page(heard.reading.items, None, response_date=heard.answer.response_date)


def _let_go(error: BaseException | None) -> None:
    """Let go of what was cut and read of a refused answer: while others are asked, its error is still looked at."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def may_be_one_answer(error: SourceError) -> bool:
    """Say whether an error may be the fault of a single answer, because of what stands in it.

    Anything else (a refused connection, a login page, 429) is the server's way of saying no: to go on would be rude.
    """
    return error.code in FAULTS and (error.code != "status" or error.facts.get("status") in STATUSES)


def _add_sets(names: dict[str, str], found: Sequence[Any]) -> int:
    """Add sets to their names as far as there is room; return how many have a code that is too long to be kept."""
    room, overlong = SET_LETTERS - sum(map(len, names)) - sum(map(len, names.values())), 0
    for item in found:
        spec, name = _word(item, "setSpec"), _word(item, "setName")[:LONGEST_NAME]
        if len(spec) > LONGEST_NAME:
            overlong += 1
            continue
        room -= len(spec) + len(name)
        if room < 0 or len(names) >= MOST_SETS:
            break
        names[spec] = name
    return overlong


def _wanted(formats: Sequence[Format], name: str) -> list[Format]:
    return [form for form in formats if not name or form.name == name]


def children(root: etree._Element, verb: str, name: str) -> list[etree._Element]:
    """Return the elements of a list by their local names: real servers use every prefix and namespace."""
    return [child for part in root if local_name(part) == verb for child in part if local_name(child) == name]


def _word(model: Any, name: str) -> str:
    value = getattr(model, name, None)
    return value.strip() if isinstance(value, str) else ""
