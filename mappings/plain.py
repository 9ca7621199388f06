"""Read the plain record by one pattern, at a fifth of what parsing it costs; in any doubt it is left to the parser.

Plain is: a header of words, one element below metadata, in it elements without attributes and without children, text
without references, in UTF-8. Every ``<`` of the record must be accounted for, so nothing is read that the parser
would not read, and nothing is missed: tests compare both on records of every form.
"""

from __future__ import annotations

import re

from lxml import etree

from harvester import RawRecord, document

from .rows import PARSER, Row, XmlReader

_NAME = r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?"
# ASCII, printable, no reference: what may stand in a header and still needs no look at the encoding.
_WORDS = r"[ -%'-;=-~]*"
_HEAD = re.compile(
    rf"<record>[ \t\n]*<header>(?:[ \t\n]*<(identifier|datestamp|setSpec)>{_WORDS}</\1>)*[ \t\n]*</header>[ \t\n]*"
    rf"<metadata>[ \t\n]*(<({_NAME})[^<>&]*>)".encode(),
    re.ASCII,
)
_TAIL = re.compile(rb"[ \t\n]*</metadata>[ \t\n]*</record>")
_ELEMENT = re.compile(rf"<({_NAME})>([^<]*)</\1>", re.ASCII)
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # what XML forbids, and line ends that it changes
_REFERENCE = re.compile("&(?:([a-zA-Z]*);|#([0-9]{1,7});|#x([0-9a-fA-F]{1,6});)?")
_FIVE = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_FORMS = 1_000  # start tags come from outside: a source that invents them must not fill the memory


class Plain:
    """Reads the plain records of one crosswalk."""

    def __init__(self, reader: XmlReader, namespaces: tuple[str, ...]) -> None:
        """``reader`` knows which elements count, and by which names; ``namespaces`` are those of the format."""
        self._reader, self._namespaces = reader, namespaces
        self._forms: dict[tuple[bytes, bytes], _Names | None] = {}

    def rows(self, raw: RawRecord) -> list[Row] | None:
        """Return the rows of a record in document order; None where it is not plain."""
        body = raw.body
        head = _HEAD.match(body)
        if head is None:
            return None
        names = self._names(raw.context, head[2], head[3])
        end = body.rfind(b"</" + head[3] + b">")
        if names is None or _TAIL.fullmatch(body, end + len(head[3]) + 3) is None:
            return None
        try:
            words = body[head.end() : end].decode()
            found = _ELEMENT.findall(words)
            if words.count("<") != 2 * len(found):
                return None
            if not words.isprintable() and _REFUSED.search(words):  # a scan, four times cheaper than the search
                return None
            if "]]>" in words:  # XML forbids it
                return None
            if "&" in words:
                if words.count("&") != sum(text.count("&") for _, text in found):
                    return None
                found = [(name, _REFERENCE.sub(_resolved, text)) for name, text in found]
            return [(names[name], text, "") for name, text in found if names[name] and text and not text.isspace()]
        except (ValueError, KeyError, OverflowError):  # of the decoding, a prefix, a reference: the parser may judge
            return None

    def _names(self, context: bytes, tag: bytes, name: bytes) -> _Names | None:
        form = (context, tag)
        if form not in self._forms:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            spaces = None if self._reader.shape.named else _spaces(context, tag, name)
            # A server's prefix may promise another format than it sends: then the namespace decides, by the parser.
            if spaces is not None and spaces.get(name.decode().rpartition(":")[0] or None) not in self._namespaces:
                spaces = None
            self._forms[form] = None if spaces is None else _Names(spaces, self._reader)
        return self._forms[form]


class _Names(dict[str, str]):
    """Names as they are written, to names of paths; "" for what does not count. KeyError for an unknown prefix."""

    def __init__(self, spaces: dict[str | None, str], reader: XmlReader) -> None:
        super().__init__()
        self._spaces, self._reader = spaces, reader

    def __missing__(self, written: str) -> str:
        prefix, _, local = written.rpartition(":")
        space = self._spaces[prefix] if prefix else self._spaces.get(None)
        name = self._reader.learn(f"{{{space}}}{local}" if space else local) or ""
        if name in self._reader.shape.qualified:
            raise KeyError(written)  # told apart by what the parser sees
        found = name if name in self._reader.shape.wanted else ""
        if len(self) < _MOST_FORMS:
            self[written] = found
        return found


def _resolved(reference: re.Match[str]) -> str:
    """Return the character of a reference; KeyError for all but the five of XML, ValueError for what XML forbids."""
    name, decimal, hexadecimal = reference.groups()
    if not decimal and not hexadecimal:
        return _FIVE[name]
    character = chr(int(decimal) if decimal else int(hexadecimal, 16))
    if _FORBIDDEN.match(character):
        raise ValueError(reference[0])
    return character


def _spaces(context: bytes, tag: bytes, name: bytes) -> dict[str | None, str] | None:
    """Return the namespaces that hold inside a start tag; None where a record that begins so is not plain."""
    if b"lang=" in tag or b"language=" in tag or b"<!" in context:
        return None
    try:
        empty = b"<record><metadata>" + tag + b"</" + name + b"></metadata></record>"
        root = etree.fromstring(document(context, empty), PARSER)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return None
    charset = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    found = list(root.iter("{*}metadata"))
    return dict(found[0][0].nsmap) if len(found) == 1 and charset in ("UTF-8", "US-ASCII", "ASCII") else None
