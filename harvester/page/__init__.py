"""Read one OAI-PMH answer: accepted whole or not at all. Pure.

``read_page`` is the one way in for whoever asks institutions. An answer is never one tree: its bytes are framed
(``framing``), records are cut out as bytes (``even``, else ``cutting``) so that those we hold are never parsed, and the
envelope that is left (``envelope``) and every record that is new (``records``) are parsed apart, strictly, never with
``recover``. Where that fails, ``mending`` tries the small repairs of ``harvester.repairs`` on the piece that is
damaged, and the same strict reading decides again. Names are matched by their local part: real servers use every prefix
and namespace.
"""

from __future__ import annotations

from .cutting import Cut, closing, document, fingerprint, fingerprints
from .envelope import Answer, envelope, local_name
from .markup import Buffer, let_go
from .reading import Reading, read_page
from .records import Header, read_header, read_record, read_records

__all__ = [
    "Answer",
    "Buffer",
    "Cut",
    "Header",
    "Reading",
    "closing",
    "document",
    "envelope",
    "fingerprint",
    "fingerprints",
    "let_go",
    "local_name",
    "read_header",
    "read_page",
    "read_record",
    "read_records",
]
