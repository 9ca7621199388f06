"""Elements as a source writes them: what the parser and the reader say of a tag in its place, learnt once.

The tags of a record are those of the record before it. So each is parsed once, below the tags above it, and remembered
as a node of a tree; of all tags that follow each other at once it is remembered, too, where they lead (``Place``). A
record is then read by going from place to place. What cannot be known of a tag alone is not learnt: KeyError leaves
such a record to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from sys import intern

from lxml import etree

from harvester import document

from .rows import PARSER, Row, XmlReader
from .saying import LONGEST_QUALIFIER, language_of, local_name, plain_words

# Of one form of records: a source that invents tags, or writes very long ones, must not fill the memory.
_MOST, _LONGEST_TAG = 5_000, 2_000
_ROOM, _OF_MOVE = 1_000_000, 50  # letters of all moves, and what each takes besides its own
_OF_TAG, _OF_PLACE = 700, 300  # bytes of memory: 4,800 tags with as many moves took 4.5 MB and count for 5.2
_MOST_WORDS = 1_000
_HIDDEN = re.compile(r"lang(?:uage)?\s+=")

# What an element without children gives: the path of its row or None, its language, whether it tells another apart.
Leaf = tuple[str | None, str, bool]

# What tags do to an element that is told apart: it begins, its words were said before the tag (or are none), a child
# on the way to them ends, it ends.
_BEGINS, _SAID, _SAID_NOTHING, _MUST_BE_SAID, _ENDS = range(5)
Act = tuple[int, "_Prefixes | None"]
Move = tuple["Place", str | None, str, tuple[Act, ...]]  # where tags lead; path and language of the text before them


class Tree:
    """The elements of one format below one start tag of its root."""

    def __init__(self, reader: XmlReader, context: bytes, opening: str, ending: str, element: etree._Element) -> None:
        """``element`` is the parsed root; ``opening`` the start tags to it, ``ending`` the end tags from it on."""
        self.reader, self.context = reader, context
        self.left, self.room = _MOST, _ROOM
        self.bytes = 0  # of memory that all this takes, about
        self.places: dict[tuple[Element, str], Place] = {}
        self.root = Element(self, None, opening, ending)
        self.root.path, self.root.language = "", language_of(element, "")
        self.root.closing = ""  # nothing that is read
        self.start = self.place(self.root)

    def place(self, element: Element, tag: str = "") -> Place:
        """Return the place in an element: behind the start tag ``tag``, else behind the end of a child."""
        found = self.places.get((element, tag))
        if found is None:
            found = self.places[element, tag] = Place(element, tag)
        return found

    def parsed(self, above: Element, tag: str) -> etree._Element:
        """Parse an element without its content. Raises KeyError where it cannot be, or where too many were."""
        self.left -= 1
        self.bytes += _OF_TAG
        if self.left < 0 or len(tag) > _LONGEST_TAG or tag.endswith("/") or hides_language(tag):
            raise KeyError(tag)
        text = f"{above.opening}<{tag}>{end_tag(tag)}{above.ending}"
        try:
            *_, found = etree.fromstring(document(self.context, text.encode()), PARSER).iter()
        except (etree.XMLSyntaxError, LookupError, ValueError) as error:
            raise KeyError(tag) from error
        return found


class Element:
    """An element that has children, in its place: its path, and what its children are.

    ``path`` is None where nothing inside counts. Inside an element that is told apart by its words
    (``contribute[author]``) paths begin there, and ``prefixes`` makes of the words what stands before them.
    """

    __slots__ = (
        "above", "closing", "ending", "generic", "inner", "inside", "language", "leaves", "opening", "own", "path",
        "prefixes", "steps", "tells", "tree", "wrapped",
    )  # fmt: skip

    def __init__(self, tree: Tree, above: Element | None, opening: str, ending: str) -> None:
        """``opening`` are the start tags from the record's to this one, ``ending`` their end tags."""
        self.tree, self.above, self.opening, self.ending = tree, above, opening, ending
        self.leaves, self.inner = _Leaves(self), _Inner(self)
        self.path: str | None = None
        self.generic, self.language, self.closing = "", "", ""
        self.inside: bool = above is not None and above.inside
        self.own: str | None = None  # the path of its own text, where that is a row
        self.wrapped = False  # it counts only if all its children add nothing to the path (LOM's langstring)
        self.steps: tuple[str, ...] = ()  # names of the children from here on that tell an element apart
        self.tells = False  # it is on the way of those names
        self.prefixes: _Prefixes | None = None

    def leaf(self, tag: str) -> Leaf | None:
        """Learn a child without children; None where it gives nothing. Raises KeyError."""
        element = self.tree.parsed(self, tag)
        tells = self.steps[:1] == (local_name(element),)
        language = language_of(element, self.language)
        placed = self._placed(element)
        if placed is None:
            return (None, language, tells) if tells else None
        path, generic = placed
        ways = self.tree.reader.shape.qualified.get(generic, ())
        if ways and ways[0].startswith("="):
            path, generic = f"{path}[{self._meant(generic, ways[0][1:])}]", f"{generic}[*]"
        if self.tree.reader.has_attribute_rows(element, generic):
            raise KeyError(tag)
        counts = generic in self.tree.reader.shape.wanted and path not in self.tree.reader.shape.without
        return (intern(path) if counts else None, language, tells) if counts or tells else None

    def child(self, tag: str) -> Element:
        """Learn a child that has children. Raises KeyError."""
        element, reader = self.tree.parsed(self, tag), self.tree.reader
        end = end_tag(tag)
        made = Element(self.tree, self, f"{self.opening}<{tag}>", f"{end}{self.ending}")
        made.closing, made.language = end[1:-1], language_of(element, self.language)
        if self.steps[:1] == (local_name(element),):
            made.steps, made.tells = self.steps[1:], True
            if not made.steps:  # the words of several elements
                raise KeyError(tag)
        placed = self._placed(element)
        if placed is None:
            return made
        path, generic = placed
        ways = reader.shape.qualified.get(generic, ())
        if ways and made.tells:
            raise KeyError(tag)
        if ways and ways[0].startswith("="):
            path, generic = f"{path}[{self._meant(generic, ways[0][1:])}]", f"{generic}[*]"
            ways = ()
        whole = f"{generic}[*]" if ways else generic
        if reader.has_attribute_rows(element, whole):
            raise KeyError(tag)
        wanted, container = whole in reader.shape.wanted, not whole or whole in reader.containers
        if path in reader.shape.without or not (wanted or container):
            return made
        if ways:
            made.prefixes, made.steps = _Prefixes(path, reader.shape.meant.get(generic)), tuple(ways[0].split("/"))
            path, made.inside = "", True
        made.path, made.generic, made.own, made.wrapped = path, whole, path if wanted else None, not container
        return made

    def _placed(self, element: etree._Element) -> tuple[str, str] | None:
        """Return path and generic path of a child, None where it cannot count. Raises KeyError for markup."""
        name = self.tree.reader.learn(element.tag)
        if self.path is None:
            return None
        if name == "":
            return self.path, self.generic
        if self.wrapped:
            raise KeyError(name)
        if name is None:
            return None
        path = f"{self.path}/{name}" if self.path or self.inside else name
        return path, f"{self.generic}/{name}" if self.generic else name

    def _meant(self, generic: str, words: str) -> str:
        meant = self.tree.reader.shape.meant.get(generic)
        return (meant(words) if meant is not None else None) or words


class _Leaves(dict[str, Leaf | None]):
    """The children without children, by their tags as they are written."""

    def __init__(self, above: Element) -> None:
        self._above = above

    def __missing__(self, tag: str) -> Leaf | None:
        found = self[tag] = self._above.leaf(tag)
        return found


class _Inner(dict[str, Element]):
    """The children that have children, by their tags as they are written."""

    def __init__(self, above: Element) -> None:
        self._above = above

    def __missing__(self, tag: str) -> Element:
        found = self[tag] = self._above.child(tag)
        return found


class Place(dict[str, Move]):
    """A place between two tags, and where the tags lead that may follow: behind a start tag or behind an end tag."""

    def __init__(self, element: Element, tag: str) -> None:
        """``tag``: a start tag of which it is not known yet whether the element has children; "" behind an end tag."""
        self.element, self.tag = element, tag

    def __missing__(self, tags: str) -> Move:
        tree = self.element.tree
        cost = len(tags) + _OF_MOVE
        if cost > tree.room:
            raise KeyError(tags)
        walk = _Walk(self)
        for tag in tags.split("><"):
            walk.follow(tag)
        tree.room -= cost
        tree.bytes += cost + _OF_PLACE
        found = self[tags] = (tree.place(walk.element, walk.tag), walk.path, walk.language, tuple(walk.acts))
        return found


class _Walk:
    """From one place to the next along the tags between them."""

    def __init__(self, place: Place) -> None:
        self.element, self.tag = place.element, place.tag
        self.path: str | None = None  # of the text before the tags
        self.language = ""
        self.acts: list[Act] = []
        self._is_first = True  # only before the first tag is there a text

    def follow(self, tag: str) -> None:
        """Take the next tag. Raises KeyError."""
        if tag.startswith("/"):
            if not self.tag:
                self._end(tag)
            elif tag == end_tag(self.tag)[1:-1]:
                self._leaf(self.tag, self._is_first)
            else:
                raise KeyError(tag)
            self.tag = ""
        else:
            if self.tag:
                self._begin()
            self.tag = tag
            if tag.endswith("/"):
                self._leaf(tag[:-1], False)
                self.tag = ""
        self._is_first = False

    def _leaf(self, tag: str, has_text: bool) -> None:
        path, language, tells = self.element.leaves[tag] or (None, "", False)
        if has_text:
            self.path, self.language = path, language
        if tells:
            self.acts.append((_SAID if has_text else _SAID_NOTHING, None))

    def _begin(self) -> None:
        child = self.element.inner[self.tag]
        if child.prefixes is not None:
            if child.own is not None:  # its own text would need the words that come behind it
                raise KeyError(self.tag)
            self.acts.append((_BEGINS, None))
        if self._is_first:
            self.path, self.language = child.own, child.language
        self.element = child

    def _end(self, tag: str) -> None:
        element = self.element
        if element.above is None or tag != element.closing:
            raise KeyError(tag)
        if element.prefixes is not None:
            self.acts.append((_ENDS, element.prefixes))
        elif element.tells:
            self.acts.append((_MUST_BE_SAID, None))
        self.element = element.above


def told(acts: tuple[Act, ...], open_: list[tuple[int, str | None]], rows: list[Row], text: str) -> bool:
    """Do what tags do to elements that are told apart; False where the parser must judge.

    ``open_`` are those that have begun: the number of the first row of each, and the words that tell it apart.
    """
    for act, prefixes in acts:
        if act == _BEGINS:
            open_.append((len(rows), None))
        elif act == _ENDS and prefixes is not None:
            first, said = open_.pop()
            before = prefixes[said or ""]
            rows[first:] = [(before + path, value, language) for path, value, language in rows[first:]]
        elif open_[-1][1] is None:
            if act == _MUST_BE_SAID:
                return False
            open_[-1] = (open_[-1][0], text if act == _SAID else "")
    return True


class _Prefixes(dict[str, str]):
    """The beginning of the paths in an element that is told apart, by its words as they are written."""

    def __init__(self, path: str, meant: Callable[[str], str | None] | None) -> None:
        self._path, self._meant = path, meant

    def __missing__(self, written: str) -> str:
        words = plain_words(written)
        if self._meant is not None and words:
            words = self._meant(words) or words
        found = f"{self._path}[{words}]"
        if len(self) < _MOST_WORDS and len(written) <= LONGEST_QUALIFIER:
            self[written] = found
        return found


def hides_language(tag: str) -> bool:
    """Say that a tag may state a language as it is not looked for in a record: ``lang ="vi"``."""
    return _HIDDEN.search(tag) is not None


def end_tag(tag: str) -> str:
    """Return the end tag of a start tag: ``</title>`` of ``title lang="vi"``."""
    return f"</{(tag.split(maxsplit=1) or [''])[0]}>"
