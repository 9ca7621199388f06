"""Make the small repairs on the pieces of an answer that the strict parser refuses, and only on those."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from .. import charset as charsets
from ..errors import SourceError
from ..repairs import mend
from .cutting import Cut, document
from .envelope import parse
from .framing import declaration, declared
from .records import over_a_cap

ENVELOPE = -1  # its number among the pieces; records count from 0
# Damaged pieces of one page beyond this are not mended: it takes a second, and 100 real records have 300 kB.
MENDED_BYTES = 4 * 1024 * 1024
# A repair costs as much as reading so many bytes: a record of nothing but damage uses the budget up by itself.
REPAIR_BYTES = 4
MENDED_ENVELOPE = 1024 * 1024  # as large as a record may be; the longest real one has 40 kB
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z][A-Za-z0-9._:+-]*)""", re.IGNORECASE)


class Mended(msgspec.Struct, frozen=True):
    """An answer's parts after repairs: which were changed, and how often each repair was made.

    ``declaration`` is the XML declaration before the parts, ``charset`` the encoding of their bytes.
    """

    parts: Cut
    declaration: bytes = b""
    charset: str = "utf-8"
    changed: frozenset[int] = frozenset()
    repairs: dict[str, int] = {}


def recoded(parts: Cut, charset: str, words: bytes, content_type: str, where: str) -> Mended:
    """Read an answer in the encoding it is really in, where that is beyond doubt (X6, X7).

    ``charset`` is what its XML declaration (``words``) says; ``content_type``, the server's header, counts where the
    declaration is silent. Raises SourceError encoding where only a guess would read the bytes.
    """
    found = _true_charset(parts, charset, words, content_type)
    if found is None:
        raise SourceError("encoding", where=where, detail=charset)
    if found == charset:
        return Mended(parts, words, charset)
    new = declaration(found)
    changed = Cut(new + parts.context[len(words) :], parts.records, new + parts.envelope[len(words) :])
    return Mended(changed, new, found, repairs={"repair_charset": 1})


def _true_charset(parts: Cut, charset: str, words: bytes, content_type: str) -> str | None:
    pieces = [parts.envelope[len(words) :], *(record for record in parts.records if not over_a_cap(record))]
    whole, broken = _utf8_letters(pieces)
    usable = charsets.is_safe(charset) and charsets.readable(b"a", charset)
    if whole >= charsets.WHOLE_PER_BROKEN * broken:  # UTF-8, or ASCII: the same in every encoding that is safe
        return charset if charsets.is_utf8(charset) or (usable and not whole) else "UTF-8"
    if usable and not charsets.is_utf8(charset) and all(charsets.readable(piece, charset) for piece in pieces):
        return charset
    stated = _CHARSET.search(content_type)
    if stated and not declared(words) and not charsets.is_utf8(stated[1]) and charsets.is_safe(stated[1]):
        return stated[1] if all(charsets.readable(piece, stated[1]) for piece in pieces) else None
    return charsets.chosen(pieces)


def _utf8_letters(pieces: list[bytes]) -> tuple[int, int]:
    """Count the letters of UTF-8 that are whole, and those that are broken, in as many pieces as are ever mended."""
    whole = broken = damaged = 0
    for piece in pieces:
        counted = charsets.utf8_letters(piece)
        whole, broken = whole + counted[0], broken + counted[1]
        damaged += len(piece) if counted[1] else 0
        if damaged > MENDED_BYTES:
            break
    return whole, broken


def mended(found: Mended, where: str) -> Mended:
    """Make the repairs on every piece that is not well-formed; whether they are enough is for the strict reading.

    Raises SourceError malformed where so much is damaged that repairing it would take too long.
    """
    parts, counts, changed = found.parts, Counter(found.repairs), set()
    envelope, damaged = parts.envelope, 0
    if not _reads(envelope):
        if len(envelope) > MENDED_ENVELOPE:
            raise _too_much(MENDED_ENVELOPE, where)
        rest, made = mend(envelope.removeprefix(found.declaration), found.charset)
        envelope = found.declaration + rest
        damaged += len(envelope) + REPAIR_BYTES * sum(made.values())
        counts.update(made)
        changed.update([ENVELOPE] if made else [])
    records = list(parts.records)
    for number, body in enumerate(records):
        if over_a_cap(body) or _reads(document(parts.context, body)):
            continue
        records[number], made = mend(body, found.charset)
        damaged += max(len(body), len(records[number])) + REPAIR_BYTES * sum(made.values())
        if damaged > MENDED_BYTES:
            raise _too_much(MENDED_BYTES, where)
        counts.update(made)
        changed.update([number] if made else [])
    parts = Cut(parts.context, tuple(records), envelope)
    return Mended(parts, found.declaration, found.charset, frozenset(changed), dict(counts))


def _too_much(most: int, where: str) -> SourceError:
    said = {"vi": f"hơn {most} byte bị hỏng", "en": f"more than {most} bytes are damaged"}
    return SourceError("malformed", where=where, detail=said)


def _reads(piece: bytes) -> bool:
    try:
        parse(piece, "")
    except SourceError:
        return False
    return True
