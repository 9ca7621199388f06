"""The reader of JSON: JSON-LD as schools' sites, LRMI and AMB write it, turned into rows (path, value, language).

A path is made of the keys below the node that is described, in lower case and parted by ``/``: ``author/name``. ``@id``
and ``@type`` are ``id`` and ``type``; prefixes and namespaces of keys fall away (``schema:name``). Arrays are as many
values, a reference to another node of the graph is that node, a language map is a value for each language. Where a
rule wants a node itself, it is its address, else its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from harvester import RawRecord

from .rows import Row, Shape, UnreadableError
from .saying import plain_words

_DEEPEST = 12  # nodes inside nodes: real descriptions have five
_MOST_ROWS = 5_000  # as many elements may a record of XML have
_MOST_NODES = 5_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_NAME = re.compile(r"[^/#:]*$")
# Where AMB and schema.org name things in several languages; elsewhere short keys are keys.
_TRANSLATED = frozenset(("name", "preflabel", "altlabel", "description", "title", "alternatename"))
_CALLED_ONCE = frozenset(("creator", "author", "contributor", "publisher", "ispartof"))
Node = dict[str, Any]


class JsonReader:
    """Read JSON into rows, by the shape of one crosswalk."""

    def __init__(self, shape: Shape) -> None:
        """``shape.elements`` are the types that describe a resource: the first node of one of them is read."""
        self.shape = shape

    def read(self, raw: RawRecord) -> list[Row]:
        """Return the rows of a record. Raises UnreadableError."""
        return list(self.rows(decoded_json(raw.body)))

    def rows(self, document: Any) -> Iterator[Row]:
        """Yield the rows of a document in its order. Raises UnreadableError."""
        nodes = list(_nodes(document))
        described = next((node for node in nodes if not self.shape.elements.isdisjoint(types(node))), None)
        if described is None:
            raise UnreadableError("no node of a known @type")
        known = {node_id(node): node for node in nodes if node_id(node) and len(node) > 1}
        walk = _Walk(self.shape, known)
        walk.node(described, "", "", _language_of(document), 0)
        return iter(walk.found)


class _Walk:
    def __init__(self, shape: Shape, known: Mapping[str, Node]) -> None:
        self.shape, self.known = shape, known
        self.found: list[Row] = []
        self.open: set[int] = set()  # nodes that we are inside of: they may refer to each other

    def node(self, node: Node, path: str, generic: str, language: str, depth: int) -> None:
        if depth > _DEEPEST or id(node) in self.open:
            return
        self.open.add(id(node))
        for key, value in node.items():
            name = key_name(key)
            if name and key != "@context":
                self.value(value, *self._step(value, path, generic, name), name, language, depth)
        self.open.discard(id(node))

    def _step(self, value: Any, path: str, generic: str, name: str) -> tuple[str, str]:
        return (f"{path}/{name}", f"{generic}/{name}") if path else (name, name)

    def value(self, value: Any, path: str, generic: str, name: str, language: str, depth: int) -> None:
        if len(self.found) >= _MOST_ROWS:
            return
        if isinstance(value, list):
            for one in value:
                self.value(one, path, generic, name, language, depth)
        elif isinstance(value, dict):
            self._object(value, path, generic, name, language, depth)
        elif value is not None and generic in self.shape.wanted:
            words = ("true" if value else "false") if isinstance(value, bool) else str(value)
            if words and not words.isspace():
                self.found.append((path, words, language))

    def _object(self, value: Node, path: str, generic: str, name: str, language: str, depth: int) -> None:
        if "@value" in value:
            stated = primary(str(value.get("@language") or "")) or language
            self.value(value["@value"], path, generic, name, stated, depth)
        elif name in _TRANSLATED and value and all(_LANGUAGE.fullmatch(key) for key in value):
            for key, words in _one_name(value, generic).items():
                self.value(words, path, generic, name, primary(key), depth)
        else:
            node = self.known.get(node_id(value), value) if len(value) == 1 else value
            qualifier = self._qualifier(node, generic)
            if qualifier:
                path, generic = f"{path}[{qualifier}]", f"{generic}[*]"
            if generic in self.shape.wanted and (said := _reference(node)):
                self.found.append((path, said, language))
            self.node(node, path, generic, language, depth + 1)

    def _qualifier(self, node: Node, generic: str) -> str:
        """Return the words that tell such nodes apart: ``educationalalignment[educationalsubject]``."""
        meant = self.shape.meant.get(generic)
        for way in self.shape.qualified.get(generic, ()):
            if way.startswith("="):
                return way[1:]
            for key, value in node.items():
                value = value[0] if isinstance(value, list) and value else value  # "type": ["Collection"]
                if key_name(key) == way and isinstance(value, str):
                    words = plain_words(value)
                    return (meant(words) or words) if meant else words
        return ""


def _one_name(names: Node, generic: str) -> Node:
    """Return the Vietnamese one of the names of somebody or of a collection: in two languages they are still one."""
    if generic.partition("/")[0].partition("[")[0] not in _CALLED_ONCE or not generic.endswith("/name"):
        return names
    return {key: words for key, words in names.items() if primary(key) == "vi"} or names


def _reference(node: Node) -> str:
    """Return the words for a whole node, where a rule wants it as one value: its address, else its name."""
    known = {key_name(key): value for key, value in node.items() if isinstance(value, str)}
    named = known.get("id", "")
    return ("" if named.startswith("_:") else named) or known.get("url") or known.get("name") or ""


def decoded_json(body: bytes) -> Any:
    """Decode JSON as it came. Raises UnreadableError."""
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf").strip())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(str(error)) from error


def key_name(key: str) -> str:
    """Return the name by which a key enters paths: the last part of an address or a prefixed name, in lower case."""
    found = _NAME.search(key[1:] if key.startswith("@") else key)
    return found[0].lower() if found else ""


def node_id(node: Node) -> str:
    """Return the id of a node, "" for none."""
    found = node.get("@id", node.get("id", ""))
    return found if isinstance(found, str) else ""


def types(node: Node) -> set[str]:
    """Return the types of a node, in lower case and without their namespace."""
    stated = node.get("@type", node.get("type", ()))
    words = stated if isinstance(stated, list) else [stated]
    return {key_name(word) for word in words if isinstance(word, str)}


def primary(language: str) -> str:
    """Return the primary subtag of a language tag: vi of vi-VN."""
    return language.replace("_", "-").partition("-")[0].lower()


def _nodes(document: Any) -> Iterator[Node]:
    """Yield the nodes of a document, the described one first where there is only one; a graph in its order."""
    waiting, count = [document], 0
    while waiting and count < _MOST_NODES:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting[:0] = value[:_MOST_NODES]
        elif isinstance(value, dict):
            count += 1
            yield value
            waiting[:0] = [value["@graph"]] if "@graph" in value else []
            waiting += [value[key] for key in ("mainEntity", "mainEntityOfPage", "about") if key in value]


def _language_of(document: Any) -> str:
    """Return the language that the context states for all words without one."""
    contexts = document.get("@context") if isinstance(document, dict) else None
    for context in contexts if isinstance(contexts, list) else [contexts]:
        if isinstance(context, dict) and isinstance(context.get("@language"), str):
            return primary(context["@language"])
    return ""
