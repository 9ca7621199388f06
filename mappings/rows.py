"""A reader per syntax turns a record's body into rows: path, value, language, and where it stood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from harvester import document, local_name

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# LOM wraps every text in a language string; the wrapper is no step of a path.
_WRAPPERS = frozenset(("string", "langstring"))


class Row(NamedTuple):
    """One text of a record. ``trail`` counts the elements on the way, so that siblings of one parent are known."""

    path: str
    value: str
    language: str
    trail: tuple[int, ...]


def metadata(context: bytes, body: bytes) -> etree._Element | None:
    """Return the root of a record's metadata; None where there is none or it cannot be parsed."""
    try:
        root = etree.fromstring(document(context, body), _PARSER)
        record = root[0][0]
    except (etree.XMLSyntaxError, IndexError, LookupError, ValueError):
        return None
    for child in record:
        if local_name(child) == "metadata":
            return next((element for element in child if isinstance(element.tag, str)), None)
    return None


def flat_rows(root: etree._Element, namespaces: frozenset[str]) -> list[Row]:
    """Read every leaf by its local name alone, whatever wraps it; other namespaces are passed over."""
    rows: list[Row] = []
    for number, element in enumerate(root.iter(etree.Element)):
        value, tag = element.text, str(element.tag)
        if value is None or len(element):
            continue
        space, _, name = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
        if space in namespaces and not value.isspace():
            rows.append(Row(name.lower(), value, element.get(_XML_LANGUAGE, ""), (number,)))
    return rows


def deep_rows(root: etree._Element) -> list[Row]:
    """Read every leaf by its path of local names below the root, in lower case: spellings differ between bindings."""
    return list(_below(root, "", ()))


def _below(element: etree._Element, path: str, trail: tuple[int, ...]) -> Iterator[Row]:
    for number, child in enumerate(element):
        name = local_name(child).lower()
        if not name:
            continue
        wrapper = name in _WRAPPERS
        below, there = (path, trail) if wrapper else (f"{path}/{name}" if path else name, (*trail, number))
        if child.text is not None and not child.text.isspace() and not _has_elements(child):
            language = child.get("language") or child.get(_XML_LANGUAGE) or ""
            yield Row(below, child.text, language, there)
        yield from _below(child, below, there)


def _has_elements(element: etree._Element) -> bool:
    return any(isinstance(child.tag, str) for child in element)
