"""Plays back recorded answers of real repositories: chains of pages joined by their resumption tokens.

What a chain should give is read here from the files by a parser of its own, not by the harvester.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

OAI = "{http://www.openarchives.org/OAI/2.0/}"
IDENTIFY = (
    "<Identify><repositoryName>Phát lại</repositoryName><baseURL>http://a.example/</baseURL><protocolVersion>2.0"
    "</protocolVersion><adminEmail>a@a.example</adminEmail><earliestDatestamp>2000-01-01</earliestDatestamp>"
    "<deletedRecord>no</deletedRecord><granularity>YYYY-MM-DD</granularity></Identify>"
)
FORMATS = (
    "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix><schema>s</schema>"
    "<metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat>"
    "</ListMetadataFormats>"
)


@dataclass
class Answer:
    """One recorded page: what was asked for, and what stands in it by an independent reading."""

    name: str
    body: bytes
    asked: str | None
    token: str | None = None
    readable: bool = True
    listing: bool = True
    records: list[tuple[str, bool]] = field(default_factory=list)


@dataclass
class Chain:
    """Pages that follow each other; ``whole`` where the last one ends the list."""

    name: str
    pages: list[Answer]

    @property
    def whole(self) -> bool:
        last = self.pages[-1]
        return last.readable and last.token is None

    @property
    def records(self) -> list[tuple[str, bool]]:
        return [record for page in self.pages if page.readable for record in page.records]


def read(file: Path) -> Answer | None:
    """Read a recorded answer to ListRecords; None for other questions."""
    uri = json.loads(file.with_name(file.name + ".http.json").read_text(encoding="utf-8"))["uri"]
    query = urlsplit(uri).query
    if "verb=ListRecords" not in query:
        return None
    asked = query.partition("resumptionToken=")[2] or None
    answer = Answer(file.name, file.read_bytes(), asked)
    try:
        # One recorded page holds a vertical tab, which XML forbids and the harvester repairs.
        root = etree.fromstring(
            answer.body.replace(b"\x0b", b""), etree.XMLParser(huge_tree=True, resolve_entities=False)
        )
    except etree.XMLSyntaxError:
        answer.readable = False
        return answer
    listing = root.find(f"{OAI}ListRecords")
    answer.listing = listing is not None
    for record in [] if listing is None else listing.findall(f"{OAI}record"):
        header = record.find(f"{OAI}header")
        answer.records.append((header.findtext(f"{OAI}identifier").strip(), header.get("status") == "deleted"))
    token = None if listing is None else listing.findtext(f"{OAI}resumptionToken")
    answer.token = (token or "").strip() or None
    return answer


def chains(folder: Path) -> list[Chain]:
    """Join the recorded pages of each repository by their tokens."""
    by_place: dict[str, list[Answer]] = {}
    for file in sorted(folder.glob("*.xml")):
        answer = read(file)
        if answer is not None:
            by_place.setdefault(file.name.rpartition("-")[0], []).append(answer)
    found = []
    for name, answers in by_place.items():
        followed = {id(after) for answer in answers if (after := _following(answer, answers))}
        for start in (answer for answer in answers if id(answer) not in followed):
            pages = [start]
            while (after := _following(pages[-1], answers)) is not None and after not in pages:
                pages.append(after)
            found.append(Chain(f"{name}:{start.name}", pages))
    return found


def _following(answer: Answer, answers: list[Answer]) -> Answer | None:
    if answer.token is None:
        return None
    spelt = {answer.token, unquote(answer.token)}
    return next((each for each in answers if each.asked and spelt & {each.asked, unquote(each.asked)}), None)


class Playback:
    """A server for all chains: the path's last part is the number of the chain."""

    def __init__(self, played: list[Chain]) -> None:
        outer = self
        self.chains = played

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # with late acknowledgements it adds 40 ms to an answer in two parts

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                status, body = outer.answer(int(parts.path.rpartition("/")[2]), dict(parse_qsl(parts.query)))
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}/chain"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, number: int, asked: dict[str, str]) -> tuple[int, bytes]:
        chain = self.chains[number]
        verb = asked.get("verb", "")
        if verb == "Identify":
            return 200, _envelope(IDENTIFY)
        if verb == "ListMetadataFormats":
            return 200, _envelope(FORMATS)
        if verb == "ListSets":
            return 200, _envelope('<error code="noSetHierarchy">none</error>')
        token = asked.get("resumptionToken")
        if token is None:
            return 200, chain.pages[0].body
        for before, page in zip(chain.pages, chain.pages[1:], strict=False):
            if before.token == token:
                return 200, page.body
        return 404, b""

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _envelope(inner: str) -> bytes:
    stamp = escape("2026-11-20T19:00:00Z")
    return (
        f'<OAI-PMH xmlns="{OAI[1:-1]}"><responseDate>{stamp}</responseDate>'
        f"<request>http://a.example/</request>{inner}</OAI-PMH>"
    ).encode()
