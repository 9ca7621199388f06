"""Keep a few MB with a generation: in parts, for a cluster takes no documents of many MB; the head is written last."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator

import msgspec

from .bulk import Item
from .fields import KEPT, dropped_lines, own_lines

_PART = 600_000  # bytes before they become letters


class Head(msgspec.Struct, frozen=True):
    """What was kept under a name: the sum of its bytes, which names its parts, and how many they are."""

    digest: str
    parts: int

    def keys(self, name: str) -> list[str]:
        """Return the keys of its parts."""
        return [f"{KEPT}{name}:{self.digest}:{number}" for number in range(self.parts)]


def head_key(name: str) -> str:
    """Return the key of the document that names the parts."""
    return KEPT + name


def head_of(content: bytes) -> Head:
    """Return the head of a content."""
    return Head(hashlib.sha256(content).hexdigest()[:32], -(-len(content) // _PART))


def items(name: str, head: Head, content: bytes) -> Iterator[Item]:
    """Yield the documents of a content, its head not among them."""
    for number, key in enumerate(head.keys(name)):
        part = content[number * _PART : (number + 1) * _PART]
        yield Item(key, own_lines(key, b64encode(part).decode()))


def head_item(name: str, head: Head) -> Item:
    """Return the document that makes a content the one that is kept."""
    return Item(head_key(name), own_lines(head_key(name), msgspec.json.encode(head).decode()))


def gone(name: str, before: Head, now: Head) -> Iterator[Item]:
    """Yield what empties the parts that are no longer named."""
    if before.digest != now.digest:
        yield from (Item(key, dropped_lines(key)) for key in before.keys(name))


def whole(head: Head, parts: list[str]) -> bytes | None:
    """Return the content of its parts; None where one is missing or another's."""
    content = b"".join(map(b64decode, parts))
    return content if len(parts) == head.parts and head_of(content) == head else None
