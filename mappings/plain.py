"""Read the plain record by patterns, at a fifth of what parsing it costs; in any doubt it is left to the parser.

Plain is: a header of words, one element below metadata, in it elements and text, in UTF-8; no comment, no CDATA, no
other reference than the five of XML and those by number. Every ``<`` of the record must be accounted for, so nothing is
read that the parser would not read, and nothing is missed: tests compare both on records of every form. What tags mean
is learnt from the parser (``elements.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple

from lxml import etree

from harvester import RawRecord, document

from .elements import Place, Tree, hides_language, told
from .rows import PARSER, Row, XmlReader, namespace
from .vietnamese import replaced, resolved

_NAME = r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?"
# ASCII, printable, no reference: what may stand in a header and still needs no look at the encoding.
_WORDS = r"[ -%'-;=-~]*+"
_HEAD = re.compile(
    r"""(<record(?: xmlns="[^"<>&]*+")?>)[ \t\n]*+<header(?: status="")?>"""  # some write them anew so
    rf"(?:[ \t\n]*+<(identifier|datestamp|setSpec)>{_WORDS}</\2>)*+[ \t\n]*+</header>"
    r"[ \t\n]*+<metadata>[ \t\n]*+(?=<)".encode(),
    re.ASCII,
)
_ROOT = re.compile(rf"<({_NAME})[^<>&]*+>".encode(), re.ASCII)
_USUAL_TAIL = b"</metadata></record>"
_TAIL = re.compile(rb"[ \t\n]*</metadata>[ \t\n]*(?:<about></about>[ \t\n]*)?</record>")
# Tags that follow each other at once, without the outer brackets; between them is text. To split takes four fifths of
# the time of finding both.
_TAGS = re.compile(r"<([^>]*+(?:><[^>]*+)*+)>")
# What XML forbids, and line ends that it changes: bytes are replaced at a tenth of the price of a scan of the text.
_REFUSED = bytes((*range(0x09), *range(0x0B, 0x20)))
_WITHOUT_REFUSED = bytes.maketrans(_REFUSED, b" " * len(_REFUSED))
_REFERENCE = re.compile("(&(?:[a-zA-Z]*;|#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};)?)")
_FIVE = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_FORMS = 100  # start tags come from outside: a source that invents them must not fill the memory
_MOST_BYTES = 30_000_000  # of memory that all forms of a format take: a form of usual records takes 20,000
_LONGEST_FORM = 20_000  # bytes of these start tags; those of real servers have up to 2,000


# All tags of a record come again in the next one, but for the number of its keywords. Of one form of records:
_ROOM, _LONGEST_TAGS = 500_000, 3_000  # letters that are kept, and those of one record
_BETWEEN = "\0"  # what no record has
_IS_BLANK = str.isspace  # nothing at all does not stand between tags


class _Ways(dict[str, tuple[Callable[[list[str]], tuple[str, ...]], tuple[str, ...], tuple[str, ...]]]):
    """All tags of a record to what the walk along them gives: where its words stand, their paths, their languages."""

    room = _ROOM

    def learn(self, tags: str, pieces: list[str], start: Place) -> None:
        """Keep the way of a record that was walked to its end."""
        if len(tags) > _LONGEST_TAGS:
            return
        place, steps = start, []
        for number in range(1, len(pieces), 2):
            place, path, language, _ = place[pieces[number]]
            if path is not None:
                steps.append((number - 1, path, language))
        if len(steps) < 2:  # of one piece no tuple would be taken
            return
        self.room -= len(tags)
        if self.room < 0:
            self.clear()
            self.room = _ROOM
        numbers, paths, languages = zip(*steps, strict=True)
        self[tags] = (itemgetter(*numbers), paths, languages)


class _Form(NamedTuple):
    """Records that begin alike: where they are read from, the end tag of their root, the ways that are known.

    ``ways`` is None in a format whose paths depend on words, too.
    """

    start: Place
    closing: bytes
    ways: _Ways | None


class Plain:
    """Reads the plain records of one crosswalk."""

    def __init__(self, reader: XmlReader, namespaces: tuple[str, ...]) -> None:
        """``reader`` knows which elements count, and by which names; ``namespaces`` are those of the format."""
        self._reader, self._namespaces = reader, namespaces
        self._forms: dict[tuple[bytes, bytes, bytes], _Form | None] = {}
        self._last: tuple[tuple[bytes, bytes, bytes], _Form | None] = ((b"", b"", b""), None)

    def rows(self, raw: RawRecord) -> list[Row] | None:
        """Return the rows of a record in document order; None where it is not plain."""
        body = raw.body
        head = _HEAD.match(body)
        if head is None:
            return None
        begin = body.find(b">", head.end()) + 1
        form = self._form(raw.context, head[1], body[head.end() : begin])
        if form is None:
            return None
        start, closing, ways = form
        end = body.rfind(closing)
        after = end + len(closing)
        if end < begin or (body[after:] != _USUAL_TAIL and _TAIL.fullmatch(body, after) is None):
            return None
        inside = body[begin:end]
        if inside.translate(_WITHOUT_REFUSED) != inside:
            return None
        try:
            words = inside.decode()
            if "\ufffe" in words or "\uffff" in words or ("]" in words and "]]>" in words):  # XML forbids these, too
                return None
            return _read(words, start, ways)
        except (ValueError, LookupError, OverflowError):  # of the decoding, a tag, a reference: the parser may judge
            return None

    def _form(self, context: bytes, record: bytes, tag: bytes) -> _Form | None:
        """Return what is known of records with these start tags; None where those that begin so are not plain."""
        form = (context, record, tag)
        last, known = self._last
        if form == last:  # records of one source follow each other; to compare costs a third of the hash of these bytes
            return known
        known = self._forms.get(form)
        if known is None and form not in self._forms:
            if len(context) + len(record) + len(tag) > _LONGEST_FORM:
                return None
            taken = sum(known.start.element.tree.bytes for known in self._forms.values() if known)
            if len(self._forms) >= _MOST_FORMS or taken > _MOST_BYTES:
                self._forms.clear()
            name = _ROOT.fullmatch(tag)
            simple = self._reader.is_simple
            known = self._forms[form] = self._learnt(context, record, tag, name[1]) if name and simple else None
        self._last = (form, known)
        return known

    def _learnt(self, context: bytes, record: bytes, tag: bytes, name: bytes) -> _Form | None:
        opening, closing = record + b"<metadata>" + tag, b"</" + name + b">"
        element = _parsed(context, opening + closing + b"</metadata></record>")
        # A server's prefix may promise another format than it sends: then the namespace decides, by the parser.
        if element is None or namespace(element) not in self._namespaces or hides_language(tag.decode()):
            return None
        ending = f"{closing.decode()}</metadata></record>"
        start = Tree(self._reader, context, opening.decode(), ending, element).start
        return _Form(start, closing, None if self._reader.is_told_apart else _Ways())


def _read(words: str, start: Place, ways: _Ways | None) -> list[Row] | None:
    """Read what stands in the root; None where the parser must judge. Raises as learning does."""
    pieces = _TAGS.split(words)  # text, tags, text, tags … text
    if "<" in pieces[-1]:  # a tag that does not end
        return None
    tags = _BETWEEN.join(pieces[1::2])
    if "&" in words:
        if "&" in tags or "&" in pieces[0]:
            return None
        pieces[2::2] = [_resolved(text) if "&" in text else text for text in pieces[2::2]]
    if ways is None:
        return _walked(pieces, start)
    way = ways.get(tags)
    if way is None:
        walked = _walked(pieces, start)
        if walked is not None:
            ways.learn(tags, pieces, start)
        return walked
    take, paths, languages = way
    texts = take(pieces)
    rows = list(zip(paths, texts, languages, strict=False))
    return [row for row in rows if not row[1].isspace()] if any(map(_IS_BLANK, texts)) else rows


def _walked(pieces: list[str], start: Place) -> list[Row] | None:
    """Walk from the root's start tag to its end tag; None where the parser must judge. Raises as learning does."""
    pieces[0] = ""  # what the root says itself is no row
    rows: list[Row] = []
    open_: list[tuple[int, str | None]] = []  # of each element that is told apart: its first row, its words
    place, following = start, iter(pieces)
    for text, tags in zip(following, following, strict=False):
        place, path, language, acts = place[tags]
        if path is not None and text and not text.isspace():
            rows.append((path, text, language))
        if acts and not told(acts, open_, rows, text):
            return None
    return rows if place is start else None


def _resolved(text: str) -> str:
    """Resolve references. Raises KeyError for all but the five of XML and numbers, ValueError for what XML forbids."""
    usual = resolved(text)
    return replaced(_REFERENCE, _character, text) if usual is None else usual


def _character(reference: str) -> str:
    name = reference[1:-1]
    if not name.startswith("#"):
        return _FIVE[name]
    character = chr(int(name[2:], 16) if name[1] == "x" else int(name[1:]))
    if _FORBIDDEN.match(character):
        raise ValueError(reference)
    return character


def _parsed(context: bytes, record: bytes) -> etree._Element | None:
    """Parse a record whose root has nothing in it; None where a record that begins so is not plain."""
    if b"<!" in context:
        return None
    try:
        root = etree.fromstring(document(context, record), PARSER)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return None
    charset = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    found = list(root.iter("{*}metadata"))
    return found[0][0] if len(found) == 1 and charset in ("UTF-8", "US-ASCII", "ASCII") else None
