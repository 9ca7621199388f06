"""The fields of an index, and its documents as the lines that the cluster is sent.

Strict, and with nothing but what every distribution has: text comes in finished tokens, which the built-in analyzer
``whitespace`` cuts apart. A document that is not shown holds the same fields with a sign that no question holds, so
that every document counts alike in the statistics of ranking, as it does in other engines.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import msgspec

from ...clauses import NOTHING, NUMBER_FIELDS, TEXT_FIELDS
from ...generations import Held
from ...query import TERM_FIELDS, Document
from ...text import fold_all

SCHEMA = 3  # another number, or other fields: the index is built anew
ORDERS = ("title_order", "modified_order")
OWN, DROPPED = "~", "~dropped"  # the status of documents that are no records, and of records that were forgotten
PLACE, MARK, KEPT = "~place", "~mark:", "~kept:"  # keys of documents of ours
PURPOSE, LAST = "~purpose", "~last"  # what a generation was begun for; the highest number that any ever had
LARGEST = 1_000_000  # bytes of a record as it is sent; a cluster counts it several times against its memory
_EPOCHS = 1 << 38  # changes of one epoch of a store: 274 thousand million

_EMPTY = {f"{name}_{stream}": NOTHING for name in TEXT_FIELDS for stream in ("exact", "folded")}
_KEYWORD = {"type": "keyword"}
_LONG = {"type": "long"}
_SILENT = {"type": "keyword", "index": False, "doc_values": False}  # kept and given back, never looked for


def mapping() -> dict[str, Any]:
    """Return the mapping of an index."""
    text = {"type": "text", "analyzer": "whitespace"}
    fields: dict[str, Any] = {"key": _KEYWORD, "status": _KEYWORD, **dict.fromkeys(TERM_FIELDS, _KEYWORD)}
    for name in TEXT_FIELDS:
        fields |= {f"{name}_exact": text, f"{name}_folded": text}
    fields |= dict.fromkeys(NUMBER_FIELDS, _LONG)
    fields |= dict.fromkeys(ORDERS, _KEYWORD)
    fields |= {"version": {"type": "keyword", "index": False}, "stored": _SILENT}
    return {"dynamic": "strict", "_source": {"includes": ["status", "stored"]}, "properties": fields}


def fingerprint() -> str:
    """Name these fields: an index of others is built anew."""
    return hashlib.sha256(msgspec.json.encode([SCHEMA, mapping()], order="deterministic")).hexdigest()[:8]


def version_number(epoch: int, sequence: int) -> int:
    """Return the number by which a cluster refuses what is older: the store's epoch, then the change's number."""
    return epoch * _EPOCHS + sequence


def lines(document: Document, epoch: int) -> bytes:
    """Return the two lines of a request that write a document."""
    return action(document.key, version_number(epoch, document.sequence)) + _body(document) + b"\n"


def action(key: str, version: int) -> bytes:
    """Return the line that says which document follows: equal or newer replaces, older is refused."""
    return b'{"index":{"_id":%s,"version":%d,"version_type":"external_gte"}}\n' % (msgspec.json.encode(key), version)


def own_lines(key: str, stored: str, version: int | None = None) -> bytes:
    """Return the two lines that write a document of ours; without a version the last one wins."""
    return _head(key, version) + msgspec.json.encode({"key": key, "status": OWN, "stored": stored, **_EMPTY}) + b"\n"


def _head(key: str, version: int | None) -> bytes:
    return b'{"index":{"_id":%s}}\n' % msgspec.json.encode(key) if version is None else action(key, version)


def dropped_lines(key: str, version: int | None = None) -> bytes:
    """Return the two lines that forget a record: a real deletion would forget its version, too."""
    return _head(key, version) + msgspec.json.encode({"key": key, "status": DROPPED}) + b"\n"


def unfit(document: Document) -> str:
    """Say why a document cannot be sent as it is, or "": tokens must be parted by blanks and by nothing else."""
    for field, exact, folded in document.text:
        if not (exact.isprintable() and folded.isprintable()):
            return f"unfit_token: {field}"
    return ""


def _body(document: Document) -> bytes:
    made: dict[str, Any] = {
        "key": document.key,
        "status": document.status,
        "source": document.source,
        "version": "",
    }
    texts = {field: (exact, folded or fold_all(exact)) for field, exact, folded in document.text}
    for name in TEXT_FIELDS:
        exact, folded = texts.get(name, ("", ""))
        made[f"{name}_exact"], made[f"{name}_folded"] = exact or NOTHING, folded or NOTHING
    made.update(document.terms)
    made.update(document.numbers)
    if document.status == "shown":
        made["title_order"] = f"{document.title_order}\x00{document.key}"
        made["modified_order"] = f"{document.modified_order}\x00{document.key}"
        made["stored"] = document.stored.decode()
    else:
        made["stored"] = document.reason
    made["version"] = "\n".join((document.version, document.checksum, _crc(made["stored"])))
    return msgspec.json.encode(made)


def held_of(status: str, version: str, stored: str) -> Held:
    """Return what is held of a record, of what was written beside what is stored."""
    written, checksum, crc = version.split("\n")
    return Held(status, written, checksum, _crc(stored) == crc)


def _crc(stored: str) -> str:
    return f"{zlib.crc32(stored.encode()):x}"
