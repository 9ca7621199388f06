"""One institution's OAI-PMH 2.0 server: right in everything, unless a fault says otherwise."""

from __future__ import annotations

import gzip
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape, quoteattr

from .faults import FAULTS, Fault
from .generator import Entry, lom, oai_dc

SECONDS = "%Y-%m-%dT%H:%M:%SZ"
DAYS = "%Y-%m-%d"
FORMATS: dict[str, tuple[str, str, Callable[[Entry], bytes]]] = {
    "oai_dc": (
        "http://www.openarchives.org/OAI/2.0/oai_dc/",
        "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
        oai_dc,
    ),
    "lom": ("http://ltsc.ieee.org/xsd/LOM", "http://ltsc.ieee.org/xsd/lomv1.0/lom.xsd", lom),
}
_ARGUMENTS = {
    "Identify": set[str](),
    "ListMetadataFormats": {"identifier"},
    "ListSets": {"resumptionToken"},
    "ListRecords": {"metadataPrefix", "from", "until", "set", "resumptionToken"},
    "ListIdentifiers": {"metadataPrefix", "from", "until", "set", "resumptionToken"},
    "GetRecord": {"identifier", "metadataPrefix"},
}


class ProtocolError(Exception):
    """An error of the protocol: its code and words."""


@dataclass
class Repository:
    """What an institution has to say; ``clock`` is its responseDate, ``fault`` what is wrong with it."""

    name: str
    entries: dict[str, Entry]
    clock: datetime
    granularity: str = "YYYY-MM-DDThh:mm:ssZ"
    formats: tuple[str, ...] = ("oai_dc",)
    set_names: dict[str, str] = field(default_factory=dict)
    page_size: int = 100
    deleted_record: str = "persistent"
    fault: str | Fault = ""
    base_url: str = ""  # what it says of its own address; where it is silent, the one at which it is served
    served_at: str = "http://thu-vien.example/oai"
    requests: list[dict[str, str]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)  # the same as they came over the wire
    _order: list[Entry] | None = None
    _rendered: dict[tuple[str, str], bytes] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address that it gives itself."""
        return self.base_url or self.served_at

    def replace(self, entries: Iterable[Entry]) -> None:
        """Put entries in, replacing those of the same identifier."""
        for entry in entries:
            self.entries[entry.identifier] = entry
            for prefix in FORMATS:
                self._rendered.pop((entry.identifier, prefix), None)
        self._order = None

    def answer(self, arguments: dict[str, str]) -> bytes:
        """Answer a question with the bytes of an OAI-PMH document."""
        verb = arguments.get("verb", "")
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in sorted(arguments.items()))
        try:
            self._check(verb, arguments)
            body: bytes = getattr(self, f"_{verb.lower()}")(arguments)
        except ProtocolError as error:
            code, words = error.args
            attributes = "" if code in ("badVerb", "badArgument") else attributes
            body = f'<error code="{code}">{escape(words)}</error>'.encode()
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
            f"<responseDate>{self.clock.strftime(SECONDS)}</responseDate><request{attributes}>{self.address}</request>"
        )
        return head.encode() + body + b"</OAI-PMH>"

    def _check(self, verb: str, arguments: dict[str, str]) -> None:
        if verb not in _ARGUMENTS:
            raise ProtocolError("badVerb", f"no verb {verb!r}")
        given = arguments.keys() - {"verb"}
        if given - _ARGUMENTS[verb]:
            raise ProtocolError("badArgument", "unknown argument")
        if "resumptionToken" in given and len(given) > 1:
            raise ProtocolError("badArgument", "resumptionToken is exclusive")
        if verb in ("ListRecords", "ListIdentifiers") and not given & {"resumptionToken", "metadataPrefix"}:
            raise ProtocolError("badArgument", "metadataPrefix is missing")
        if verb == "GetRecord" and given != {"identifier", "metadataPrefix"}:
            raise ProtocolError("badArgument", "identifier and metadataPrefix are needed")
        if arguments.get("metadataPrefix", self.formats[0]) not in self.formats:
            raise ProtocolError("cannotDisseminateFormat", "no such format")

    def _identify(self, _: dict[str, str]) -> bytes:
        earliest = min((entry.datestamp for entry in self.entries.values()), default=self.clock)
        return (
            f"<Identify><repositoryName>{escape(self.name)}</repositoryName><baseURL>{self.address}</baseURL>"
            "<protocolVersion>2.0</protocolVersion><adminEmail>thuvien@truong.example</adminEmail>"
            f"<earliestDatestamp>{self._stamp(earliest)}</earliestDatestamp>"
            f"<deletedRecord>{self.deleted_record}</deletedRecord>"
            f"<granularity>{self.granularity}</granularity></Identify>"
        ).encode()

    def _listmetadataformats(self, arguments: dict[str, str]) -> bytes:
        if arguments.get("identifier", next(iter(self.entries), "")) not in self.entries and self.entries:
            raise ProtocolError("idDoesNotExist", "no such record")
        items = "".join(
            f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>{FORMATS[prefix][1]}</schema>"
            f"<metadataNamespace>{FORMATS[prefix][0]}</metadataNamespace></metadataFormat>"
            for prefix in self.formats
        )
        return f"<ListMetadataFormats>{items}</ListMetadataFormats>".encode()

    def _listsets(self, arguments: dict[str, str]) -> bytes:
        if "resumptionToken" in arguments:
            raise ProtocolError("badResumptionToken", "no such token")
        if not self.set_names:
            raise ProtocolError("noSetHierarchy", "no sets here")
        items = "".join(
            f"<set><setSpec>{escape(spec)}</setSpec><setName>{escape(name)}</setName></set>"
            for spec, name in self.set_names.items()
        )
        return f"<ListSets>{items}</ListSets>".encode()

    def _getrecord(self, arguments: dict[str, str]) -> bytes:
        entry = self.entries.get(arguments["identifier"])
        if entry is None:
            raise ProtocolError("idDoesNotExist", "no such record")
        return b"<GetRecord>" + self._record(entry, arguments["metadataPrefix"]) + b"</GetRecord>"

    def _listrecords(self, arguments: dict[str, str]) -> bytes:
        return self._list("ListRecords", arguments, self._record)

    def _listidentifiers(self, arguments: dict[str, str]) -> bytes:
        return self._list("ListIdentifiers", arguments, lambda entry, _: self._header(entry))

    def _list(self, verb: str, arguments: dict[str, str], render: Callable[[Entry, str], bytes]) -> bytes:
        prefix, since, until, spec, offset = self._place(arguments)
        chosen = self._chosen(since, until, spec)
        part = chosen[offset : offset + self.page_size]
        if not part:
            raise ProtocolError(
                *(("noRecordsMatch", "nothing") if offset == 0 else ("badResumptionToken", "old token"))
            )
        token = b""
        if len(chosen) > self.page_size:
            following = offset + self.page_size
            word = "!".join((prefix, since, until, spec, str(following))) if following < len(chosen) else ""
            size = f'completeListSize="{len(chosen)}" cursor="{offset}"'
            token = f"<resumptionToken {size}>{escape(word)}</resumptionToken>".encode()
        body = b"".join(render(entry, prefix) for entry in part)
        return f"<{verb}>".encode() + body + token + f"</{verb}>".encode()

    def _place(self, arguments: dict[str, str]) -> tuple[str, str, str, str, int]:
        token = arguments.get("resumptionToken")
        if token is None:
            since, until = arguments.get("from", ""), arguments.get("until", "")
            if (since and until and len(since) != len(until)) or not all(map(self._is_stamp, (since, until))):
                raise ProtocolError("badArgument", "wrong granularity")
            return arguments["metadataPrefix"], since, until, arguments.get("set", ""), 0
        parts = token.split("!")
        if len(parts) != 5 or not parts[4].isdecimal() or parts[0] not in self.formats:
            raise ProtocolError("badResumptionToken", "no such token")
        return parts[0], parts[1], parts[2], parts[3], int(parts[4])

    def _is_stamp(self, text: str) -> bool:
        for form in (DAYS, SECONDS) if self.granularity != "YYYY-MM-DD" else (DAYS,):
            try:
                datetime.strptime(text, form)
            except ValueError:
                continue
            return True
        return not text

    def _chosen(self, since: str, until: str, spec: str) -> list[Entry]:
        if self._order is None:
            self._order = sorted(self.entries.values(), key=lambda entry: (entry.datestamp, entry.identifier))
        chosen = self._order
        if since:
            zone = chosen[0].datestamp.tzinfo if chosen else None
            low = datetime.strptime(since, DAYS if len(since) == 10 else SECONDS).replace(tzinfo=zone)
            chosen = chosen[bisect_left(chosen, low, key=lambda entry: entry.datestamp) :]
        if until:
            zone = chosen[0].datestamp.tzinfo if chosen else None
            high = datetime.strptime(until, DAYS if len(until) == 10 else SECONDS).replace(tzinfo=zone)
            high += timedelta(days=1) if len(until) == 10 else timedelta(seconds=1)
            chosen = [entry for entry in chosen if entry.datestamp < high]
        if spec:
            chosen = [entry for entry in chosen if any(s == spec or s.startswith(f"{spec}:") for s in entry.sets)]
        return chosen

    def _stamp(self, moment: datetime) -> str:
        return moment.strftime(DAYS if self.granularity == "YYYY-MM-DD" else SECONDS)

    def _header(self, entry: Entry) -> bytes:
        status = ' status="deleted"' if entry.deleted else ""
        sets = "".join(f"<setSpec>{escape(spec)}</setSpec>" for spec in entry.sets)
        return (
            f"<header{status}><identifier>{escape(entry.identifier)}</identifier>"
            f"<datestamp>{self._stamp(entry.datestamp)}</datestamp>{sets}</header>"
        ).encode()

    def _record(self, entry: Entry, prefix: str) -> bytes:
        key = (entry.identifier, prefix)
        if key not in self._rendered:
            metadata = b"" if entry.deleted else b"<metadata>" + FORMATS[prefix][2](entry) + b"</metadata>"
            self._rendered[key] = b"<record>" + self._header(entry) + metadata + b"</record>"
        return self._rendered[key]


class Server:
    """A repository on a port of 127.0.0.1; ``requests`` of the repository counts what was asked."""

    def __init__(self, repository: Repository, port: int = 0) -> None:
        self.repository = repository
        handler = type("Handler", (_Handler,), {"repository": repository})
        self._server = _Quiet(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/oai/request"
        repository.served_at = self.url
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """A client that goes away in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    repository: Repository
    # Nagle's algorithm and delayed acknowledgements would add 40 ms to every second answer.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        query = urlsplit(self.path).query
        arguments = dict(parse_qsl(query, keep_blank_values=True))
        self.repository.queries.append(query)
        self.repository.requests.append(arguments)
        body, kind, status, headers = self.repository.answer(arguments), "text/xml; charset=utf-8", 200, {}
        fault = self.repository.fault
        if fault:
            changed = (FAULTS[fault] if isinstance(fault, str) else fault)(body, arguments)
            body, kind, status, headers = changed.body, changed.kind, changed.status, changed.headers
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 500_000:  # loopback needs no compression
            body, headers = gzip.compress(body, 1), {**headers, "Content-Encoding": "gzip"}
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """The town keeps its own log of requests."""
