"""The only place from which an institution is asked: polite, bounded, guarded.

One question is one GET with a total deadline. Faults that may pass are asked again within the visit's patience; a
server that asks for more patience than that defers the visit. Beside this front: where an address leads (``urls.py``),
whether a connection may go there (``guard.py``), whom it trusts (``tls.py``), what only the registered server may know
(``credentials.py``), HTTP itself (``wire.py``), what comes in (``unpacking.py``), waiting (``waiting.py``), and what an
answer is that is none (``recognising.py``).
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version

import msgspec

from .connecting import Connect, Opener
from .credentials import header_lines, may_know
from .deadline import HEARD_SECONDS, Deadline
from .errors import Interrupted, SourceError
from .guard import Reach, Resolve, connect, look_up
from .manners import Manners as Manners
from .recognising import FIRST, is_oai, is_web_page, leads_to_login, recognised
from .unpacking import Content, DamagedError, Intake
from .urls import LONGEST_ADDRESS, Place, asking, place_of, redirected, shown
from .waiting import FIRST_TRIES, PASSING, Passing, Patience, asked_to_wait
from .wire import BrokenOffError, ClosedError, Head, NotHttpError, TooMuchError, Wire

# So many institutions are asked at a time by one process, at most. Whoever reads an answer, waits for the disk, or lets
# a tired server rest asks nobody, and leaves its place to another.
SIDE_BY_SIDE = 50
_ASKING = threading.BoundedSemaphore(SIDE_BY_SIDE)
REDIRECTS = 5
WIRES = 4  # open connections of a source: its own and those of redirects; each takes a file of the process
_REDIRECT = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_CODINGS = frozenset(("", "identity", "gzip", "x-gzip"))
# DSpace answers HTML where text/html comes first in Accept.
_ACCEPT = "text/xml, application/xml;q=0.9, */*;q=0.1"


class Body(msgspec.Struct, frozen=True):
    """What a server answered: the bytes after decompression, the final address, the headers Content-Type and Date.

    ``content`` is bytes, or a read-only mapping of a file where it is larger than 8 MB.
    """

    content: Content
    url: str
    content_type: str
    date: str


class _Answer(msgspec.Struct, frozen=True):
    head: Head
    content: Content


def user_agent(contact: str) -> str:
    """Say who asks and whom to write to."""
    whom = "; " + " ".join(contact.split()) if contact else ""  # a line break would begin another header
    return f"Kho/{_version()} (+OAI-PMH harvester of Vietnamese learning resources{whom})"


@lru_cache(maxsize=1)
def _version() -> str:
    return version("kho")


class Web:
    """Ask one institution, politely; one of these a visit, used by one thread.

    ``answered`` says that an answer was taken, ``seconds`` how long the last one took. ``noticed`` holds what the
    operator should know although the visit goes on, message codes with their facts: ``moved``, the registered address
    redirects for good; ``tls_unverified``, a certificate was not verified.
    """

    def __init__(
        self,
        manners: Manners,
        *,
        stopping: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        uniform: Callable[[float, float], float] = random.uniform,
        resolve: Resolve = look_up,
        connect: Connect = connect,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Take the manners of the source; ``stopping`` is asked while waiting, so that Ctrl-C is not slept through.

        ``resolve`` finds the addresses of a name, ``connect`` judges them and makes the connection (``guard.py``).
        """
        self.manners = manners
        self.requests = 0
        self.noticed: dict[str, dict[str, object]] = {}
        self.answered = False
        self.seconds = 0.0
        self._clock, self._monotonic, self._environ, self._stopping = clock, monotonic, environ, stopping
        self._patience = Patience(
            manners.patience, stopping=stopping, clock=clock, sleep=sleep, monotonic=monotonic, uniform=uniform
        )
        reach = Reach(loopback=environ.get("KHO_ALLOW_LOOPBACK") == "1", networks=manners.networks)
        self._opener = Opener(manners.tls, manners.proxy, reach, connect, resolve, clock, most=2 * manners.max_page)
        self._wires: dict[tuple[str, str, int], Wire] = {}
        self._moved: dict[Place, Place] = {}
        self._url = manners.url
        self._coding = "gzip"
        self._said = f"User-Agent: {user_agent(manners.contact)}\r\nAccept: {_ACCEPT}\r\n"
        self._own: str | None = None

    def close(self) -> None:
        """Close the connections."""
        for wire in self._wires.values():
            wire.close()
        self._wires.clear()

    def get(self, url: str, arguments: Mapping[str, str], *, verbatim: bool = False, html: bool = False) -> Body:
        """Ask one question; arguments are merged with a query that the address already has (see ``urls.asking``).

        ``html`` says that a web page is a right answer; otherwise one is named for what it is (a login page …).

        Raises Interrupted where somebody wants to stop before it is asked, Deferred, StoreError (a large page finds no
        room on disk) and SourceError with a code of ``messages/asking.py``.
        """
        self._url = self.manners.url or url
        place = asking(self._known(place_of(url)), arguments, verbatim=verbatim)
        attempt = 0
        while True:
            if self.requests and self.manners.pause:
                self._patience.wait(self.manners.pause)
            attempt += 1
            try:
                with self._place_to_ask():
                    body = self._timed(place, html)
            except Passing as fault:
                tries = None if self.answered else FIRST_TRIES
                self._patience.after(fault, attempt, self.seconds, tries)
            else:
                self.answered = True
                return body

    @contextmanager
    def _place_to_ask(self) -> Iterator[None]:
        """Wait until one more may be asked; once somebody wants to stop, nobody is."""
        while not _ASKING.acquire(timeout=HEARD_SECONDS):
            if self._stopping():
                raise Interrupted
        try:
            if self._stopping():
                raise Interrupted
            yield
        finally:
            _ASKING.release()

    def _timed(self, place: Place, html: bool) -> Body:
        begun = self._monotonic()
        try:
            return self._followed(place, html)
        finally:
            self.seconds = self._monotonic() - begun

    # --- redirects ----------------------------------------------------------------------------------------------------

    def _followed(self, place: Place, html: bool) -> Body:
        deadline = Deadline(self.manners.timeout, self._monotonic, self._stopping)
        asked = place
        for _ in range(REDIRECTS + 1):
            try:
                answer = self._told(place, deadline)
                location = answer.head.headers.get("location")
                if location is None or answer.head.status not in _REDIRECT:
                    return self._judged(answer, place, html)
                place = self._redirected(place, location, answer.head.status in _PERMANENT)
            except SourceError as error:
                raise self._misled(error, asked, place) from error
        raise SourceError("redirects", limit=REDIRECTS, where=shown(place))

    def _misled(self, error: SourceError, asked: Place, place: Place) -> SourceError:
        """Say that a redirect has led to where nobody may go: sources.yaml is right, the server is not."""
        if place == asked and error.code != "forbidden_url":
            return error
        target = {"forbidden_url": error.facts.get("where"), "forbidden_address": shown(place)}.get(error.code)
        if target is None or target == shown(asked):
            return error
        self.noticed.pop("moved", None)
        self._moved.clear()
        return SourceError("forbidden_redirect", where=shown(asked), target=target)

    def _redirected(self, place: Place, location: str, permanent: bool) -> Place:
        """Return where a redirect leads, if it may: with its host, or to another one for good."""
        target, registered = redirected(place, location), self._registered
        if leads_to_login(target) and not leads_to_login(place):
            raise SourceError("login", where=shown(target))
        same_host = target.host in (place.host, registered.host)
        if not same_host and (not permanent or self.manners.proxy):  # a proxy hides the address that would be judged
            raise SourceError("left_host", where=shown(place), target=shown(target))
        if permanent and target.query == place.query:
            old, new = place.base, target.base
            self._remember(old, new)
            if old == registered.base or str(old) == self.noticed.get("moved", {}).get("moved_to"):
                self.noticed["moved"] = {"where": shown(registered.base), "moved_to": shown(new)}
        elif permanent and not same_host:  # with another question, so that the way must be gone each time: told as well
            self.noticed["moved"] = {"where": shown(registered.base), "moved_to": shown(target.base)}
        return target

    def _remember(self, old: Place, new: Place) -> None:
        """Keep where an address has moved for good: as many as one question passes, and none that is very long."""
        room = old in self._moved or len(self._moved) < REDIRECTS
        if room and max(len(str(old)), len(str(new))) <= LONGEST_ADDRESS:
            self._moved[old] = new

    @property
    def _registered(self) -> Place:
        return place_of(self._url)

    def _known(self, place: Place) -> Place:
        """Return where an address has moved for good in this visit: it need not be asked twice for every page."""
        return place.at(self._moved[place.base]) if place.base in self._moved else place

    def _judged(self, answer: _Answer, place: Place, html: bool) -> Body:
        """Return an answer that is one; raise Passing or SourceError with the name of what it is instead."""
        head, content = answer.head, answer.content
        good = head.status == 200 or (400 <= head.status < 500 and is_oai(content))
        page = is_web_page(content)
        told = None if good and content and not page else recognised(head.status, head.headers, content, place)
        if good and told is None and (html or not page):
            return Body(content, str(place), head.headers.get("content-type", ""), head.headers.get("date", ""))
        code, facts = told or ("html_page" if good else "gone", {"status": head.status})
        facts = {**facts, "where": shown(place)}
        if head.status in PASSING:
            raise Passing(code if told else "status", asked_to_wait(head.headers, self._clock()), **facts)
        if code == "maintenance" and self.answered:  # it answered tonight and will again
            raise Passing(code, None, **facts)
        raise SourceError(code, **facts)

    # --- one exchange -------------------------------------------------------------------------------------------------

    def _told(self, place: Place, deadline: Deadline) -> _Answer:
        """Ask one address and name what went wrong."""
        where = shown(place)
        try:
            return self._unpacked(place, deadline)
        except DamagedError as error:
            if error.code == "coding":
                raise SourceError(error.code, **error.facts) from error
            raise Passing(error.code, None, **error.facts) from error
        except TimeoutError as error:
            raise Passing("too_slow", where=where, seconds=self.manners.timeout) from error
        except ConnectionRefusedError as error:
            raise Passing("refused", where=where) from error
        except (BrokenOffError, ConnectionError) as error:
            raise Passing("cut", where=where) from error
        except NotHttpError as error:
            raise Passing("not_http", None, where=where, detail=str(error)) from error
        except TooMuchError as error:
            raise SourceError("too_large", limit=self.manners.max_page, where=where) from error
        except OSError as error:
            raise Passing("unreachable", where=where, detail=error.strerror or str(error)) from error

    def _unpacked(self, place: Place, deadline: Deadline) -> _Answer:
        """Ask; where the compression of the answer is wrong, once more without it, and so for the rest of the visit."""
        try:
            return self._exchange(place, deadline)
        except DamagedError:
            if self._coding == "identity":
                raise
            self._coding = "identity"
            return self._exchange(place, deadline)

    def _exchange(self, place: Place, deadline: Deadline) -> _Answer:
        wire, head = self._sent(place, deadline)
        try:
            if head.status == 200:
                return _Answer(head, self._taken(wire, head, place, deadline))
            return _Answer(head, _glimpsed(wire, head, deadline))
        except BaseException:
            wire.close()
            raise

    def _taken(self, wire: Wire, head: Head, place: Place, deadline: Deadline) -> Content:
        limit, where = self.manners.max_page, shown(place)
        coding = head.headers.get("content-encoding", "").lower()
        if coding not in _CODINGS:
            raise DamagedError("coding", coding=coding[:80], where=where)
        if (head.length or 0) > limit:
            raise SourceError("too_large", limit=limit, where=where)
        with Intake(limit, where) as intake:
            for piece in wire.body(head, deadline):
                intake.take(piece)
            content = intake.finish()
        if coding.endswith("gzip") and not intake.packed and self._coding == "gzip":
            raise DamagedError("damaged", where=where)  # the header lies; asked without, the bytes decide
        return content

    def _sent(self, place: Place, deadline: Deadline) -> tuple[Wire, Head]:
        """Send a question on a connection that is open, or on a new one where it was closed meanwhile."""
        request = self._request(place)
        self.requests += 1
        wire = self._wires.get(place.origin)
        if wire is not None and wire.idle():
            try:
                return wire, wire.ask(request, deadline)
            except ClosedError:
                pass
        if wire is not None:
            wire.close()
        self._wires.pop(place.origin, None)
        while len(self._wires) >= WIRES:  # the one that was opened first
            self._wires.pop(next(iter(self._wires))).close()
        wire = self._wires[place.origin] = self._opener.open(place, self._registered, deadline)
        if self._opener.unverified(place):
            tls = self.manners.tls
            self.noticed["tls_unverified"] = {"where": place.host, "until": tls.insecure_until, "reason": tls.reason}
        return wire, wire.ask(request, deadline)

    def _request(self, place: Place) -> bytes:
        if self._own is None:
            self._own = header_lines(self.manners.headers, self.manners.auth, self._environ)
        own = self._own if self._own and may_know(place, self._registered) else ""
        return (
            f"GET {self._opener.target(place)} HTTP/1.1\r\nHost: {place.authority}\r\n{self._said}{own}"
            f"Accept-Encoding: {self._coding}\r\nConnection: keep-alive\r\n\r\n"
        ).encode()


def _glimpsed(wire: Wire, head: Head, deadline: Deadline) -> bytes:
    """Read the beginning of an answer that is no page; one that is long, slow or damaged costs its connection only."""
    intake = Intake(FIRST, "")
    try:
        for piece in wire.body(head, deadline):
            intake.take(piece)
        return bytes(intake.finish())
    except (SourceError, DamagedError, BrokenOffError, NotHttpError, TooMuchError, OSError):
        wire.close()
        return intake.begun
