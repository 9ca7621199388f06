"""Readers: one for each syntax, each turns the body of a record into rows (path, value, language).

This one reads XML. A path is made of the local names from the record's root downwards, in lower case and parted by
``/``: ``title``, ``general/keyword``. An element that is told apart by one of its children carries the child's words
in brackets: ``lifecycle/contribute[author]/entity``; rules may write ``[*]`` for any.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import msgspec
from lxml import etree

from harvester import RawRecord, document

Row = tuple[str, str, str]  # path, value as it stands in the source, language ("" where none is stated)

PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, recover=False, remove_comments=True, remove_pis=True
)
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_LANGUAGE = ("x-none", "none", "x-t-cc-url")  # what LOM and its profiles write for "in no language"
_SIGNS = str.maketrans("[]/", "   ")  # the signs of paths
_MOST_NAMES = 10_000  # names come from outside: a source that invents them must not fill the memory


class UnreadableError(ValueError):
    """The body of a record is no XML that we read; the words say why. It never leaves this room."""


class Shape(msgspec.Struct, frozen=True):
    """What a crosswalk says about the form of its records.

    ``elements``: namespaces whose elements count, empty for all. ``through``: local names that add nothing to a path
    (wrappers, LOM's langstring). ``qualified``: path to the child that tells such elements apart. ``wanted``: the
    paths that rules ask for, with ``[*]`` for any qualifier.
    """

    elements: Set[str]
    through: Set[str]
    qualified: Mapping[str, tuple[str, ...]]
    wanted: Set[str]


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


class XmlReader:
    """Read XML into rows, by the shape of one crosswalk."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._names: dict[str, str | None] = {}
        self._wanted = shape.wanted
        self._containers = {
            "/".join(path.split("/")[:depth]) for path in shape.wanted for depth in range(1, path.count("/") + 1)
        }

    def rows(self, root: etree._Element, *, languages: bool = True) -> list[Row]:
        """Return the rows of a record in document order; ``languages=False`` where the record states none."""
        found: list[Row] = []
        if languages:
            self._walk(root, "", "", _language(root, ""), found)
        else:
            self._flat(root, found)
        return found

    def _flat(self, root: etree._Element, found: list[Row]) -> None:
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

    def _walk(self, parent: etree._Element, path: str, generic: str, language: str, found: list[Row]) -> None:
        for child in parent:
            tag = child.tag
            name = self._names[tag] if tag in self._names else self.learn(tag)
            if name is not None:
                self._visit(child, name, path, generic, _language(child, language), found)

    def _visit(
        self, child: etree._Element, name: str, path: str, generic: str, language: str, found: list[Row]
    ) -> None:
        """Take one element: ``path`` is where it stands, ``generic`` the same with ``[*]`` for every qualifier."""
        if name:
            path, generic = self._step(child, f"{path}/{name}" if path else name, f"{generic}/{name}" if path else name)
        wanted = generic in self._wanted
        if len(child) == 0:
            if wanted and child.text and not child.text.isspace():
                found.append((path, child.text, language))
        elif generic in self._containers or not generic or self._continues(child):
            if wanted and child.text and not child.text.isspace():
                found.append((path, child.text, language))
            self._walk(child, path, generic, language, found)
        elif wanted:
            found.append((path, _markup(child), language))

    def _step(self, element: etree._Element, path: str, generic: str) -> tuple[str, str]:
        steps = self.shape.qualified.get(generic)
        if steps is None or len(element) == 0:
            return path, generic
        return f"{path}[{_words(element, steps)}]", f"{generic}[*]"

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
        self._names[tag] = name
        return name


def _language(element: etree._Element, inherited: str) -> str:
    stated = element.get(_XML_LANGUAGE) or element.get("language")
    if stated is None:
        return inherited
    primary = stated.replace("_", "-").partition("-")[0].lower()
    return "" if stated.lower() in _NO_LANGUAGE or len(primary) > 3 or primary == "x" else primary


def _words(element: etree._Element, steps: tuple[str, ...]) -> str:
    """Return the words of the descendant that tells an element apart, in lower case, "" where it has none."""
    for step in steps:
        below = next((child for child in element if _local(child) == step), None)
        if below is None and step == steps[0]:
            return ""
        if below is None:  # a role without source and value: its own words
            break
        element = below
    return " ".join("".join(map(str, element.itertext())).translate(_SIGNS).split()).lower()


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _markup(element: etree._Element) -> str:
    """Return what stands in an element with its tags, so that text repair may turn paragraphs into paragraphs."""
    pieces = [element.text or ""]
    pieces += [etree.tostring(child, encoding="unicode") for child in element]
    return "".join(pieces)
