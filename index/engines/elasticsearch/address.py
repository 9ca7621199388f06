"""Where a cluster is, what our index is called there, and who we are: read from the address and the environment.

An address is ``https://host:9200/name``; several nodes of one cluster are parted by commas, and ``?shards=3`` is what a
new index is made with. Secrets never stand in it: they come from the environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")
_MOST_SHARDS = 64
CA_FILE = "KHO_ELASTICSEARCH_CA_FILE"
# Two identities: one that writes (update, rebuild), one that only reads (search, serve). Each is a key, or a user.
WRITING = ("KHO_ELASTICSEARCH_API_KEY", "KHO_ELASTICSEARCH_USER", "KHO_ELASTICSEARCH_PASSWORD")
READING = ("KHO_ELASTICSEARCH_READ_API_KEY", "KHO_ELASTICSEARCH_READ_USER", "KHO_ELASTICSEARCH_READ_PASSWORD")


class Address(msgspec.Struct, frozen=True):
    """The nodes of a cluster, the name (an alias) of our index there, and its number of shards."""

    nodes: tuple[str, ...]
    name: str
    shards: int = 1

    def __str__(self) -> str:
        """Return the address as messages show it."""
        return f"elasticsearch:{','.join(self.nodes)}/{self.name}"


class Identity(msgspec.Struct, frozen=True):
    """Who asks: an API key, or user and password, or nobody; ``source`` names the variables, never their values."""

    source: str = ""
    api_key: str = ""
    user: str = ""
    password: str = ""


def read_address(place: str) -> Address:
    """Read what stands after ``elasticsearch:``; raises ValueError with what would be right."""
    first, *others = place.split(",")
    scheme = urlsplit(first).scheme if "://" in first else "https"
    nodes, name, shards = [], "", 1
    for number, part in enumerate((first, *others)):
        url = urlsplit(part if "://" in part else f"{scheme}://{part}")
        if url.username or url.password:
            raise ValueError(_right(url.hostname or "", name or url.path.strip("/")))
        nodes.append(_node(url.scheme, url.hostname, _port(part), name))
        if number == len(others):
            name, shards = url.path.strip("/"), _shards(url.query)
    if not _NAME.fullmatch(name):
        raise ValueError(f"{nodes[0]}/kho")
    return Address(tuple(nodes), name, shards)


def _port(part: str) -> int | None:
    try:
        return urlsplit(part if "://" in part else f"https://{part}").port
    except ValueError as error:
        raise ValueError("https://elasticsearch.example:9200/kho") from error


def _node(scheme: str, host: str | None, port: int | None, name: str) -> str:
    if not host or scheme not in ("http", "https"):
        raise ValueError("https://elasticsearch.example:9200/kho")
    if scheme == "http" and not _LOOPBACK.fullmatch(host):
        raise ValueError(_right(host, name, port))
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port or 9200}"


def _right(host: str, name: str, port: int | None = None) -> str:
    return f"https://{host or 'elasticsearch.example'}:{port or 9200}/{name or 'kho'}"


def _shards(query: str) -> int:
    options = dict(parse_qsl(query))
    stated = options.pop("shards", "1")
    if options or not stated.isdecimal() or not 1 <= int(stated) <= _MOST_SHARDS:
        raise ValueError("https://elasticsearch.example:9200/kho?shards=3")
    return int(stated)


def check(place: str) -> tuple[str, ...] | None:
    """Answer for what stands after ``elasticsearch:``: None for a good one, else what may be meant."""
    try:
        read_address(place)
    except ValueError as error:
        return (str(error),)
    return None


def identity(environ: Mapping[str, str], names: tuple[str, str, str]) -> Identity:
    """Return who we are by these variables of the environment: API key, user, password."""
    key, user, password = (environ.get(name, "") for name in names)
    if key:
        return Identity(names[0], api_key=key)
    if user:
        return Identity(f"{names[1]}, {names[2]}", user=user, password=password)
    return Identity()
