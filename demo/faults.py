"""What can be wrong with an institution's server, as data: a name and what it does to an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MAINTENANCE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Bảo trì hệ thống</title></head>
<body><h1>Hệ thống đang bảo trì</h1>
<p>Thư viện số tạm ngừng phục vụ. Mời thầy cô và các em quay lại sau.</p></body></html>
""".encode()


@dataclass(frozen=True)
class Answer:
    """What goes over the wire."""

    body: bytes
    kind: str = "text/xml; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Fault = Callable[[bytes, dict[str, str]], Answer]


def _is_later_page(arguments: dict[str, str]) -> bool:
    """Whether records are asked for in any way but by the first page of the whole list."""
    first = arguments.get("verb") == "ListRecords" and not arguments.keys() & {"resumptionToken", "from", "until"}
    return arguments.get("verb") in ("ListRecords", "ListIdentifiers", "GetRecord") and not first


def cut(body: bytes, arguments: dict[str, str]) -> Answer:
    """Every answer with records but the first page ends early, and Content-Length agrees: a script ran out of time."""
    return Answer(body[: len(body) * 2 // 3] if _is_later_page(arguments) else body)


def maintenance(_: bytes, __: dict[str, str]) -> Answer:
    """A friendly page in HTML with status 200."""
    return Answer(MAINTENANCE, "text/html; charset=utf-8")


def loop(body: bytes, arguments: dict[str, str]) -> Answer:
    """Every page but the last hands out the token of the second page again."""
    head, mark, tail = body.rpartition(b"<resumptionToken ")
    if arguments.get("verb") != "ListRecords" or not mark:
        return Answer(body)
    attributes, _, rest = tail.partition(b">")
    _, _, rest = rest.partition(b"</resumptionToken>")
    return Answer(head + mark + attributes + b">oai_dc!!!!100</resumptionToken>" + rest)


def busy(_: bytes, __: dict[str, str]) -> Answer:
    """503 with a Retry-After of a day."""
    return Answer(b"", "text/plain", 503, {"Retry-After": "86400"})


def busy_later(body: bytes, arguments: dict[str, str]) -> Answer:
    """The first page, and to anything more 503 with a Retry-After of a day."""
    return busy(body, arguments) if _is_later_page(arguments) else Answer(body)


def broken(body: bytes, arguments: dict[str, str]) -> Answer:
    """The first page, and to anything more 500."""
    return Answer(b"", "text/plain", 500) if _is_later_page(arguments) else Answer(body)


FAULTS: dict[str, Fault] = {fault.__name__: fault for fault in (cut, maintenance, loop, busy, busy_later, broken)}
