"""What mapping costs: microseconds of CPU a record, and as ratios to Sickle merely listing the same bytes.

python bench/mapping.py [RECORDS]
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sickle import Sickle

from demo.generator import Entry, lom, oai_dc, records
from harvester import RawRecord
from mappings import Origin, map_record
from mappings.crosswalk import Crosswalk, crosswalks
from mappings.mapping import _source, _special
from mappings.rows import metadata
from mappings.rule import Job

CONTEXT = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/'
    b' http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"><ListRecords>'
)
ORIGIN = Origin(
    "truong", "truong", "Trường Trung học cơ sở", "40", None, tuple((f"lop-{n}", f"Lớp {n}") for n in range(1, 13))
)
# Rules that need no vocabulary: the structure of a record.
WORDS = ("language", "type", "audience", "grade", "level", "subject", "licence", "licence_url", "province")
ROUNDS = 5


class Pages(BaseHTTPRequestHandler):
    """A repository in another process: the token is the number of the page."""

    pages: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        page = self.pages[int(asked.get("resumptionToken", ["0"])[0])]
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(made: list[bytes], told: Connection) -> None:
    Pages.pages = made
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    told.send(server.server_port)
    server.serve_forever()


def body(entry: Entry, form: Callable[[Entry], bytes]) -> bytes:
    sets = "".join(f"<setSpec>{name}</setSpec>" for name in entry.sets)
    stamp = entry.datestamp.strftime("%Y-%m-%dT%H:%M:%SZ")
    head = f"<header><identifier>{entry.identifier}</identifier><datestamp>{stamp}</datestamp>{sets}</header>"
    return f"<record>{head}<metadata>{form(entry).decode()}</metadata></record>".encode()


def raw(entry: Entry, name: str, form: Callable[[Entry], bytes]) -> RawRecord:
    stamp = entry.datestamp.strftime("%Y-%m-%dT%H:%M:%SZ")
    return RawRecord(entry.identifier, stamp, entry.sets, False, name, body(entry, form), CONTEXT, b"", b"")


def pages(bodies: list[bytes], size: int = 100) -> list[bytes]:
    made = []
    for start in range(0, len(bodies), size):
        number = str(start // size + 1).encode()
        token = b"<resumptionToken>" + number + b"</resumptionToken>" if start + size < len(bodies) else b""
        made.append(CONTEXT + b"".join(bodies[start : start + size]) + token + b"</ListRecords></OAI-PMH>")
    return made


def structure(crosswalk: Crosswalk, raws: list[RawRecord]) -> None:
    """Parse, read rows, apply the rules that need no vocabulary."""
    source = _source(ORIGIN)
    for record in raws:
        rows = crosswalk.reader.rows(
            metadata(record), languages=b":lang=" in record.body or b"language=" in record.body
        )
        crosswalk.apply(rows, _special(record, source), Job(record), None)


def without_words(crosswalk: Crosswalk) -> Crosswalk:
    rules = tuple(rule for rule in crosswalk.rules if rule.field not in WORDS)
    return Crosswalk(crosswalk.format, crosswalk.title, rules, crosswalk.reader)


def list_with_sickle(port: int) -> None:
    """Read identifier and metadata of every record, as the first page of Sickle's documentation does."""
    for record in Sickle(f"http://127.0.0.1:{port}/oai").ListRecords(metadataPrefix="oai_dc"):
        _ = record.header.identifier, record.metadata


def cost(work: Callable[[], object], count: int) -> float:
    """Return the least CPU time of some rounds, in microseconds a record."""
    best = float("inf")
    for _ in range(ROUNDS):
        gc.collect()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best / count * 1e6


def measure(name: str, form: Callable[[Entry], bytes], entries: list[Entry]) -> None:
    count = len(entries)
    raws = [raw(entry, name, form) for entry in entries]
    bare = without_words(crosswalks()[name])
    here, there = Pipe()
    server = Process(target=serve, args=(pages([record.body for record in raws]), there), daemon=True)
    server.start()
    port = here.recv()
    figures = {
        "sickle, identifier and metadata": cost(lambda: list_with_sickle(port), count),
        "structure mapped": cost(lambda: structure(bare, raws), count),
        "everything mapped": cost(lambda: [map_record(one, ORIGIN) and None for one in raws], count),
    }
    server.terminate()
    server.join()
    print(f"{name}: {count} records of {sum(len(record.body) for record in raws) // count} bytes")
    yardstick = next(iter(figures.values()))
    for what, microseconds in figures.items():
        print(f"  {what:32} {microseconds:7.1f} µs  {microseconds / yardstick:5.2f}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    entries = [*records(1, count * 7 // 10, "school", "oai:truong.example:", "truong.example")]
    entries += records(2, count - len(entries), "university", "oai:localhost:DHTL/", "thu-vien.example")
    measure("oai_dc", oai_dc, entries)
    measure("lom", lom, entries)


if __name__ == "__main__":
    main()
