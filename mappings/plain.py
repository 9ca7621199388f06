"""Read the plain record by patterns, at a fifth of what parsing it costs; in any doubt it is left to the parser.

Plain is: a header of words, one element below metadata, in it elements and text, in UTF-8; no comment, no CDATA, no
other reference than the five of XML and those by number. Every ``<`` of the record must be accounted for, so nothing is
read that the parser would not read, and nothing is missed: tests compare both on records of every form. What a start
tag means is learnt from the parser (``elements.py``).
"""

from __future__ import annotations

import re
from typing import cast

from lxml import etree

from harvester import RawRecord, document

from .elements import Element, Tree, hides_language
from .rows import PARSER, Row, XmlReader, namespace

_NAME = r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?"
# ASCII, printable, no reference: what may stand in a header and still needs no look at the encoding.
_WORDS = r"[ -%'-;=-~]*+"
_HEAD = re.compile(
    rf"<record>[ \t\n]*+<header>(?:[ \t\n]*+<(identifier|datestamp|setSpec)>{_WORDS}</\1>)*+[ \t\n]*+</header>"
    rf"[ \t\n]*+<metadata>[ \t\n]*+(<({_NAME})[^<>&]*+>)".encode(),
    re.ASCII,
)
_USUAL_TAIL = b"</metadata></record>"
_TAIL = re.compile(rb"[ \t\n]*</metadata>[ \t\n]*</record>")
# An element without attributes and children; printable ASCII is seen at half the price of "neither < nor >".
_LEAF = re.compile(r"<([!-;=?-~]*+)>([^<]*+)</\1>")
# A start tag, its name and the text behind it, with the end tag where it follows at once; or an end tag.
_TAG = re.compile(r"<(([^\s/<>]*+)[^<>]*+)>([^<]*+)(</\2>)?")
# What XML forbids, and line ends that it changes: bytes are left out at half the price of a scan of the text.
_REFUSED = bytes((*range(0x09), *range(0x0B, 0x20)))
_REFERENCE = re.compile("&(?:([a-zA-Z]*);|#([0-9]{1,7});|#x([0-9a-fA-F]{1,6});)?")
_FIVE = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_FORMS = 100  # start tags come from outside: a source that invents them must not fill the memory


class Plain:
    """Reads the plain records of one crosswalk."""

    def __init__(self, reader: XmlReader, namespaces: tuple[str, ...]) -> None:
        """``reader`` knows which elements count, and by which names; ``namespaces`` are those of the format."""
        self._reader, self._namespaces = reader, namespaces
        self._forms: dict[tuple[bytes, bytes], Element | None] = {}

    def rows(self, raw: RawRecord) -> list[Row] | None:
        """Return the rows of a record in document order; None where it is not plain."""
        body = raw.body
        head = _HEAD.match(body)
        if head is None:
            return None
        root = self._root(raw.context, head[2], head[3])
        end = body.rfind(b"</" + head[3] + b">")
        after = end + len(head[3]) + 3
        if root is None or (body[after:] != _USUAL_TAIL and _TAIL.fullmatch(body, after) is None):
            return None
        if len(body.translate(None, _REFUSED)) != len(body):
            return None
        try:
            words = body[head.end() : end].decode()
            if "\ufffe" in words or "\uffff" in words or ("]" in words and "]]>" in words):  # XML forbids these, too
                return None
            return (None if self._reader.containers else _flat(words, root)) or _nested(words, root)
        except (ValueError, LookupError, OverflowError):  # of the decoding, a tag, a reference: the parser may judge
            return None

    def _root(self, context: bytes, tag: bytes, name: bytes) -> Element | None:
        form = (context, tag)
        if form not in self._forms:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            self._forms[form] = self._learnt(context, tag, name) if self._reader.is_simple else None
        return self._forms[form]

    def _learnt(self, context: bytes, tag: bytes, name: bytes) -> Element | None:
        element = _parsed(context, tag, name)
        # A server's prefix may promise another format than it sends: then the namespace decides, by the parser.
        if element is None or namespace(element) not in self._namespaces or hides_language(tag.decode()):
            return None
        return Tree(self._reader, context, tag.decode(), element).root


def _flat(words: str, root: Element) -> list[Row] | None:
    """Read elements that have neither attributes nor children; None where there are others."""
    found, leaves = _LEAF.findall(words), root.leaves
    if words.count("<") != 2 * len(found):
        return None
    if "&" in words:
        if words.count("&") != sum(text.count("&") for _, text in found):
            return None
        found = [(tag, _resolved(text)) for tag, text in found]
    rows = [(leaf[0], text, leaf[1]) for tag, text in found if (leaf := leaves[tag]) and text and not text.isspace()]
    return cast("list[Row]", rows)  # a root is not told apart, so each leaf of it that is anything is a row


def _nested(words: str, root: Element) -> list[Row] | None:
    """Read elements of any kind by walking along the tree of what was learnt; None where the parser must judge."""
    tags = _TAG.findall(words)
    if "&" in words:
        if words.count("&") != sum(text.count("&") for _, _, text, _ in tags):
            return None
        tags = [(tag, name, _resolved(text), end) for tag, name, text, end in tags]
    rows: list[Row] = []
    open_: list[Element] = []
    told: list[tuple[int, str | None]] = []  # of each element that is told apart: its first row, its words
    node, starts = root, 0
    for tag, _, text, end in tags:  # the hot loop of reading
        if tag[0] == "/":
            if tag != node.closing:
                return None
            if node.prefixes is not None:
                first, said = told.pop()
                before = node.prefixes[said or ""]
                rows[first:] = [(before + path, value, language) for path, value, language in rows[first:]]
            elif node.tells and told[-1][1] is None:
                return None
            node = open_.pop()
        elif end or tag[-1] == "/":
            leaf = node.leaves[tag if end else tag[:-1]]
            if end:
                starts += 1
            else:
                text = ""
            if leaf is not None:
                path, language, tells = leaf
                if tells and told[-1][1] is None:
                    told[-1] = (told[-1][0], text)
                if path is not None and text and not text.isspace():
                    rows.append((path, text, language))
        else:
            open_.append(node)
            node = node.inner[tag]
            if node.prefixes is not None:
                told.append((len(rows), None))
            if node.own is not None and text and not text.isspace():
                rows.append((node.own, text, node.language))
    return None if open_ or words.count("<") != len(tags) + starts else rows


def _resolved(text: str) -> str:
    """Resolve references. Raises KeyError for all but the five of XML and numbers, ValueError for what XML forbids."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if not decimal and not hexadecimal:
        return _FIVE[name]
    character = chr(int(decimal) if decimal else int(hexadecimal, 16))
    if _FORBIDDEN.match(character):
        raise ValueError(reference[0])
    return character


def _parsed(context: bytes, tag: bytes, name: bytes) -> etree._Element | None:
    """Parse the root of a record's metadata; None where a record that begins so is not plain."""
    if b"<!" in context:
        return None
    try:
        empty = b"<record><metadata>" + tag + b"</" + name + b"></metadata></record>"
        root = etree.fromstring(document(context, empty), PARSER)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return None
    charset = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    found = list(root.iter("{*}metadata"))
    return found[0][0] if len(found) == 1 and charset in ("UTF-8", "US-ASCII", "ASCII") else None
