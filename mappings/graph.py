"""The resources of one JSON-LD document: a graph or a list holds many, and each is read as a record of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import msgspec

from .json_rows import Node, node_id, types

_MOST_BESIDE = 1_000  # nodes that a resource refers to, directly or through others: real ones refer to ten
_ROOM_BESIDE = 64_000  # bytes of these: what all resources of a file name would be written once for each
# What stands in a page of a site beside the article that it is shown in.
_SHOWN_INSIDE = frozenset(("imageobject", "videoobject", "audioobject", "mediaobject"))


class Described(NamedTuple):
    """A resource of a document: its own id or address ("" for none), and a document with it and what it refers to."""

    identifier: str
    body: bytes


def resources_of(document: Any, elements: AbstractSet[str]) -> list[Described]:
    """Return the resources of a document that has several, in its order; ``elements`` are the types that describe one.

    Pictures and films to which another node of the document refers are parts of that one, not resources.
    """
    members = list(_members(document, None))
    known = {node_id(node): node for _, node in members if node_id(node) and len(node) > 1}
    inside = {name for _, node in members for name in _references(node) if name != node_id(node)}
    found = [
        (context, node)
        for context, node in members
        if not elements.isdisjoint(types(node))
        and (node_id(node) not in inside or _SHOWN_INSIDE.isdisjoint(types(node)))
    ]
    if len(found) < 2:
        return []
    others = {node_id(node) for _, node in found}
    sizes = {name: len(_encoded(node)) for name, node in known.items()}
    return [Described(_own_name(node), _document(context, node, known, sizes, others)) for context, node in found]


def _members(document: Any, context: Any) -> Iterator[tuple[Any, Node]]:
    """Yield the nodes of a list or a graph, however often one holds another, each with the context that it is in."""
    waiting = [(document, context)]
    while waiting:
        value, context = waiting.pop()
        if isinstance(value, list):
            waiting += [(one, context) for one in reversed(value)]
        elif isinstance(value, dict):
            context = value.get("@context", context)
            yield context, {key: said for key, said in value.items() if key not in ("@graph", "@context")}
            if "@graph" in value:
                waiting.append((value["@graph"], context))


def _references(node: Node) -> Iterator[str]:
    """Yield the ids of the nodes that a node refers to, at any depth."""
    waiting: list[Any] = list(node.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if len(value) == 1 and node_id(value):
                yield node_id(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _document(
    context: Any, node: Node, known: dict[str, Node], sizes: dict[str, int], others: AbstractSet[str]
) -> bytes:
    """Write a resource with what it refers to; of ``others``, resources too, only those that it names itself.

    Else every resource of a graph in which all are tied together would bring the whole graph with it.
    """
    seen, said, room = {node_id(node)}, [node], _ROOM_BESIDE
    for one in said:  # it grows: the nearest first
        for name in _references(one) if one is node or node_id(one) not in others else ():
            if name not in known or name in seen or (one is not node and name in others):
                continue
            if len(seen) < _MOST_BESIDE and sizes[name] <= room:
                seen.add(name)
                said.append(known[name])
                room -= sizes[name]
    return _encoded({**({} if context is None else {"@context": context}), "@graph": said})


def _encoded(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # half of a pair of UTF-16 is no character; JSON can still name it
        return json.dumps(value).encode()


def _own_name(node: Node) -> str:
    """Return the id of a node that is one outside its document, else its address."""
    address = node.get("url")
    name = node_id(node)
    return name if name and not name.startswith("_:") else address if isinstance(address, str) else ""
