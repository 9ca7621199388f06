"""Readers: one for each syntax, each turns the body of a record into rows (path, value, language).

This one reads XML. A path is made of the local names from the record's root downwards, in lower case and parted by
``/``: ``title``, ``general/keyword``. An element that is told apart by one of its children or attributes carries those
words in brackets: ``lifecycle/contribute[author]/entity``, ``titleinfo[alternative]/title``. Where a format calls every
element alike, attributes give the names: ``245/a``, ``dc.date[issued]``. ``245/a+b`` and ``title: subtitle`` are one
row of several children.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set

import msgspec
from lxml import etree

from harvester import RawRecord, document

from .joints import Joint, is_joint, joint_of
from .saying import (
    attribute_of,
    attribute_words,
    language_of,
    local_name,
    markup_of,
    plain_words,
    primary_language,
    said_in,
    stated_language,
)

Row = tuple[str, str, str]  # path, value as it stands in the source, language ("" where none is stated)

PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, recover=False, remove_comments=True, remove_pis=True
)
_ATTRIBUTE = re.compile(r"@(\w+)")
_SIMPLE = re.compile(r"=\w+|\w+(?:/\w+)?")  # a word, a child, a child of a child
_LONGEST_TAG = 400  # letters of names and attributes that are remembered; tags of MARC and dim have some sixty
# Of one path: a book has twenty keywords; of the thousand authors of a large experiment MARC gives 250 in 20 ms.
MOST_VALUES = 250
_MOST_NAMES = 10_000  # names come from outside: a source that invents them must not fill the memory


# What tells elements apart, read: a template of attributes or "", the path to a child, the word that then stands.
_Way = tuple[str, list[str], str]
# What a tag says where attributes give the names: the path of local names, the language that it states or None, its
# path, the same with [*], and what tells such elements apart.
_Heard = tuple[str, str | None, str, str, "list[_Way] | None"]


class UnreadableError(ValueError):
    """The body of a record is no XML that we read; the words say why. It never leaves this room."""


class Shape(msgspec.Struct, frozen=True):
    """What a crosswalk says about the form of its records.

    ``elements``: namespaces whose elements count, empty for all. ``through``: local names that add nothing to a path
    (wrappers, LOM's langstring). ``named``: local name, or path of local names, to a template of attributes that gives
    the element's name instead (``@mdschema.@element[@qualifier]``); one that begins with ``.`` or ``[`` goes on with
    the name above it. ``qualified``: path to what tells such elements apart, in order of preference: a child, ``@``
    attributes, ``child=word`` where there is such a child, ``=word`` always. ``meant``: path to what its qualifiers
    stand for. ``without``: paths of elements that are not read. ``wanted``: the paths that rules ask for, with ``[*]``
    for any qualifier.
    """

    elements: Set[str]
    through: Set[str]
    qualified: Mapping[str, tuple[str, ...]]
    wanted: Set[str]
    named: Mapping[str, str] = {}
    meant: Mapping[str, Callable[[str], str | None]] = {}
    without: Set[str] = frozenset()


def metadata(raw: RawRecord) -> etree._Element:
    """Return the root element of a record's metadata. Raises UnreadableError."""
    data = document(raw.context, raw.body)
    if b"<!DOCTYPE" in data:
        raise UnreadableError("DOCTYPE")
    try:
        root = etree.fromstring(data, PARSER)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise UnreadableError(str(error)) from error
    for element in root.iter("{*}metadata"):
        if len(element):
            return element[0]
        break
    raise UnreadableError("no metadata")


def namespace(element: etree._Element) -> str:
    """Return the namespace of an element, "" for none."""
    return str(etree.QName(element).namespace or "")


def _first_children(root: etree._Element) -> list[etree._Element]:
    """Return the first children of a name and its attributes that anybody reads, and one more that shows there are."""
    counts: dict[tuple[object, ...], int] = {}
    kept = []
    for child in root:
        name = (child.tag, *child.values())
        count = counts[name] = counts.get(name, 0) + 1
        if count <= MOST_VALUES + 1:
            kept.append(child)
    return kept


class XmlReader:
    """Read XML into rows, by the shape of one crosswalk."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._names: dict[str, str | None] = {}
        self._wanted = shape.wanted
        self.containers: set[str] = set()
        self._joints: dict[str, list[Joint]] = {}  # 245 to [a+b+n+p]
        self._attributes: dict[str, list[str]] = {}  # accesscondition to [href]
        for path in sorted(shape.wanted):
            parent, _, last = path.rpartition("/")
            if is_joint(last):
                self._joints.setdefault(parent, []).append(joint_of(last))
            if last.startswith("@"):
                self._attributes.setdefault(parent, []).append(last[1:])
                parent = parent.rpartition("/")[0]
            self.containers |= {"/".join(parent.split("/")[:depth]) for depth in range(1, parent.count("/") + 2)}
        self.containers.discard("")
        self._named = shape.named
        self._ways = {place: [_way(said) for said in ways] for place, ways in shape.qualified.items()}
        self._called: dict[tuple[object, ...], str] = {}
        self._heard: dict[tuple[object, ...], _Heard] = {}
        # Elements without attributes and children may be read by their names alone.
        self._by_name = not shape.qualified
        # Words of a child have a say in paths.
        self.is_told_apart = any(not way.startswith("=") for ways in shape.qualified.values() for way in ways)
        # What a tag gives can be known from it and from the words of one child, without the tree of the record.
        self.is_simple = (
            not (self._named or self._joints)
            and all(len(ways) == 1 and _SIMPLE.fullmatch(ways[0]) for ways in shape.qualified.values())
            and not any("[" in path for path in shape.without)
        )

    def rows(self, root: etree._Element, *, languages: bool = True) -> list[Row]:
        """Return the rows of a record in document order; ``languages=False`` where the record states none."""
        found: list[Row] = []
        children = _first_children(root) if len(root) > MOST_VALUES else root
        if self._named:
            self._by_attributes(children, "", "", "", language_of(root, ""), found)
        elif languages or not self._by_name:
            self._walk(children, "", "", language_of(root, ""), found)
        else:
            self._flat(children, found)
        return found

    def _flat(self, root: Iterable[etree._Element], found: list[Row]) -> None:
        """Read children without languages: the plain oai_dc record, at a third of the price of the full walk."""
        names, wanted = self._names, self._wanted
        for child in root:
            tag = child.tag
            name = names[tag] if tag in names else self.learn(tag)
            if name and not len(child) and name in wanted:
                text = child.text
                if text and not text.isspace():
                    found.append((name, text, ""))
            elif name is not None:
                self._visit(child, name, "", "", "", found)

    def _walk(self, parent: Iterable[etree._Element], path: str, generic: str, language: str, found: list[Row]) -> None:
        for child in parent:
            tag = child.tag
            name = self._names[tag] if tag in self._names else self.learn(tag)
            if name is not None:
                self._visit(child, name, path, generic, language_of(child, language), found)
        if generic in self._joints:
            self._join(parent, path, generic, language, found)

    def _visit(
        self, child: etree._Element, name: str, path: str, generic: str, language: str, found: list[Row]
    ) -> None:
        """Take one element: ``path`` is where it stands, ``generic`` the same with ``[*]`` for every qualifier."""
        if name:
            path, generic = self._step(child, f"{path}/{name}" if path else name, f"{generic}/{name}" if path else name)
            if path in self.shape.without:
                return
            if generic in self._attributes:
                self._say_attributes(child, path, generic, found)
        wanted = generic in self._wanted
        if len(child) == 0:
            if wanted and child.text and not child.text.isspace():
                found.append((path, child.text, language))
        elif generic in self.containers or not generic or self._continues(child):
            if wanted and child.text and not child.text.isspace():
                found.append((path, child.text, language))
            self._walk(child, path, generic, language, found)
        elif wanted:
            found.append((path, markup_of(child), language))

    def _by_attributes(
        self, parent: Iterable[etree._Element], place: str, path: str, generic: str, language: str, found: list[Row]
    ) -> None:
        """Read a format whose attributes give the names; ``place`` is the path of local names."""
        for child in parent:
            tag = child.tag
            name = self._names[tag] if tag in self._names else self.learn(tag)
            if name is None:
                continue
            known = (path, generic, place, tag, *child.items())  # the same few attributes come again and again
            below, stated, here, wide, ways = self._heard.get(known) or self._hear(
                child, name, known, place, path, generic
            )
            spoken = language if stated is None else stated
            if ways:
                here, wide = self._qualified(child, here, wide, wide, ways)
            if here in self.shape.without:
                continue
            if len(child) and any(local_name(inner) in self._named or self.learn(inner.tag) == "" for inner in child):
                self._by_attributes(child, below, here, wide, spoken, found)
            else:
                words = markup_of(child) if len(child) else child.text
                if words and not words.isspace():
                    found.append((here, words, spoken))
        if generic in self._joints:
            self._join(parent, path, generic, language, found)

    def _hear(
        self, element: etree._Element, name: str, known: tuple[object, ...], place: str, path: str, generic: str
    ) -> _Heard:
        """Return what an element's tag says in its place, and remember it."""
        below = f"{place}/{name}" if place and name else place or name
        step, stated = self._name(element, below, name), stated_language(element)
        word = step.strip("[].")
        if word in self.shape.through:  # xoai: <element name="vi_VN">
            step, stated = "", primary_language(word) or None
        here, wide = (self._meant(_below(path, step)), _below(generic, step)) if step else (path, generic)
        heard = (below, stated, here, wide, self._ways.get(wide) if step else None)
        if len(self._heard) >= _MOST_NAMES:
            self._heard.clear()
        if len(path) + len(place) < _LONGEST_TAG and _is_short(element):
            self._heard[known] = heard
        return heard

    def _name(self, element: etree._Element, place: str, name: str) -> str:
        """Return the name that an element's attributes give it, else its own."""
        template = self._named.get(place) or self._named.get(name)
        if template is None:
            return name
        known = (template, *element.items())  # the same few attributes come again and again
        step = self._called.get(known)
        if step is None:
            words = _ATTRIBUTE.sub(lambda attribute: attribute_words(element, attribute[1]), template)
            step = words.replace("[]", "").rstrip(".")
            if len(self._called) >= _MOST_NAMES:
                self._called.clear()
            if _is_short(element):
                self._called[known] = step
        return step

    def _meant(self, path: str) -> str:
        """Return a path whose last qualifier came from a template with what that qualifier stands for."""
        if not path.endswith("]"):
            return path
        above, _, word = path[:-1].rpartition("[")
        meant = self.shape.meant.get(above)
        return f"{above}[{meant(word) or word}]" if meant is not None else path

    def has_attribute_rows(self, element: etree._Element, generic: str) -> bool:
        """Say that an element states an attribute that is a row of its own."""
        return any(attribute_of(element, name) for name in self._attributes.get(generic, ()))

    def _say_attributes(self, element: etree._Element, path: str, generic: str, found: list[Row]) -> None:
        for name in self._attributes[generic]:
            stated = attribute_of(element, name)
            if stated and not stated.isspace():
                found.append((f"{path}/@{name}", stated, ""))

    def _join(self, parent: Iterable[etree._Element], path: str, generic: str, language: str, found: list[Row]) -> None:
        """Make one row of several children: ``a+b`` as they stand, ``title: subtitle`` in this order, so glued."""
        children: list[tuple[str, str]] = []
        for child in parent:
            name = self._names.get(child.tag) or local_name(child)
            step = self._name(child, name, name) if self._named else self._step(child, name, name, generic)[0]
            children.append((step, " ".join(said_in(child).split())))
        for joint in self._joints[generic]:
            together = joint.together(children)
            if together:
                found.append((f"{path}/{joint.step}", together, language))

    def _step(self, element: etree._Element, path: str, generic: str, parent: str = "") -> tuple[str, str]:
        place = f"{parent}/{generic}" if parent else generic
        ways = self._ways.get(place)
        return (path, generic) if ways is None else self._qualified(element, path, generic, place, ways)

    def _qualified(
        self, element: etree._Element, path: str, generic: str, place: str, ways: Sequence[_Way]
    ) -> tuple[str, str]:
        words, said = self._qualifier(element, ways)
        if not words and not said:
            return path, generic
        meant = self.shape.meant.get(place)
        if meant is not None and words:
            words = meant(words) or words
        return f"{path}[{words}]", f"{generic}[*]"

    def _qualifier(self, element: etree._Element, ways: Sequence[_Way]) -> tuple[str, bool]:
        """Return the words that tell an element apart, and whether it has a place for them at all: a record of LOM
        whose contribution names no role has one, ``contribute[]``."""
        children = self._children(element)
        for template, steps, word in ways:
            if template:
                words = _ATTRIBUTE.sub(lambda attribute: attribute_words(element, attribute[1]), template)
            else:
                words = self._words(children, steps) if steps else word
            if words:
                return word or words, True
        return "", len(element) > 0 and not all(template for template, _, _ in ways)

    def _children(self, element: etree._Element) -> dict[str, etree._Element]:
        """Return the first child of each name."""
        found: dict[str, etree._Element] = {}
        for child in element:
            found.setdefault(self._name(child, "", self._names.get(child.tag) or local_name(child)), child)
        return found

    def _words(self, children: dict[str, etree._Element], steps: list[str]) -> str:
        """Return the words of the descendant that tells an element apart, in lower case, "" where it has none."""
        element = children.get(steps[0])
        if element is None:
            return ""
        for step in steps[1:]:
            below = self._children(element).get(step)
            if below is None:  # a role without source and value: its own words
                break
            element = below
        return plain_words(said_in(element))

    def _continues(self, element: etree._Element) -> bool:
        """Say that an element's value stands in a child (LOM's langstring), not in markup that an editor left."""
        return any(self._names.get(child.tag, self.learn(child.tag)) == "" for child in element)

    def learn(self, tag: object) -> str | None:
        """Return the name by which a tag enters paths: "" for none, None where the element does not count."""
        if not isinstance(tag, str):  # an unresolved entity
            return None
        space, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
        name: str | None = "" if local.lower() in self.shape.through else local.lower()
        if name and self.shape.elements and space not in self.shape.elements:
            name = None
        if len(self._names) > _MOST_NAMES:
            self._names.clear()
        if len(tag) < _LONGEST_TAG:
            self._names[tag] = name
        return name


def _is_short(element: etree._Element) -> bool:
    """Say that an element's tag may be remembered: long ones do not come again, and would fill the memory."""
    return len(str(element.tag)) + sum(len(name) + len(value) for name, value in element.items()) < _LONGEST_TAG


def _way(said: str) -> _Way:
    if said.startswith("@"):
        return said, [], ""
    child, _, word = said.partition("=")
    return "", child.split("/") if child else [], word


def _below(path: str, step: str) -> str:
    if step[0] in ".[":
        return path + step
    return f"{path}/{step}" if path else step
