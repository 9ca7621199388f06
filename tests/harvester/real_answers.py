"""Every OAI-PMH answer in the folder of real responses, and what stands in it by a reading of its own."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

_ROOT = re.compile(rb"<(?:\w+:)?OAI-PMH[\s>]")
_SCHEMA = re.compile(rb"<(?:\w+:)?schema\b")
_BIG = "biblio-ai+extract"
_PARSER = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True, load_dtd=False)
_RECORDS = etree.XPath(
    "/*/*[local-name()='ListRecords' or local-name()='GetRecord']/*[local-name()='record']"
    "|/*/*[local-name()='ListIdentifiers']/*[local-name()='header']"
)
_NAMES = etree.XPath("normalize-space((.//*[local-name()='identifier'])[1])")


class _Cassettes(yaml.SafeLoader):
    """Reads recorded conversations: some write ``!binary`` where YAML has ``!!binary``."""


_Cassettes.add_constructor("!binary", yaml.SafeLoader.construct_yaml_binary)


def answers(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the place and the bytes of every answer, also out of recorded conversations."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or _BIG in file.parts:
            continue
        body = file.read_bytes()
        if body.startswith(b"\x1f\x8b"):
            body = gzip.decompress(body)
        if not _ROOT.search(body) and file.suffix not in (".yml", ".yaml"):
            continue
        place = str(file.relative_to(folder))
        if file.suffix in (".yml", ".yaml"):
            yield from (
                (f"{place}#{number}", each) for number, each in enumerate(_recorded(body)) if _ROOT.search(each)
            )
        elif not _SCHEMA.search(body[:3_000]):
            yield place, body


def _recorded(cassette: bytes) -> Iterator[bytes]:
    if b"interactions:" not in cassette:
        return
    said: Any = yaml.load(cassette, _Cassettes)
    for exchange in said.get("interactions") or said.get("http_interactions") or ():
        body = exchange["response"].get("body") or exchange["response"].get("content") or b""
        text = body.get("string") or body.get("content") if isinstance(body, dict) else body
        content = text.encode() if isinstance(text, str) else text or b""
        yield gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def names(body: bytes) -> list[str] | None:
    """Return the identifiers of an answer's records by a plain parser; None where it is not well-formed."""
    try:
        root = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return [_NAMES(record) for record in _RECORDS(root)]


def big(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the pages of the big collection as OAI-PMH answers.

    It was written by another harvester as ``<Response>``, with empty elements for every other verb beside the list.
    """
    for file in sorted((folder / _BIG).rglob("*.gz")):
        body = gzip.decompress(file.read_bytes())
        start, end = body.index(b"<ListRecords>"), body.rindex(b"</ListRecords>")
        answer = b"<OAI-PMH><responseDate/>" + body[start:end] + b"</ListRecords></OAI-PMH>"
        yield file.name, answer
