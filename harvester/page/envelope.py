"""The envelope of an answer: the server's clock, its errors, the token, and what it declares."""

from __future__ import annotations

import re
import threading
from typing import Any, cast

import msgspec
from lxml import etree

from ..errors import SourceError
from .cutting import ENVELOPE_BYTES, ENVELOPE_ELEMENTS, LISTS
from .framing import VERBS, foreign
from .markup import START_TAG

# The most seen in real answers is eight; a tag of 100,000 attributes is an attack (18 s in some parsers).
ATTRIBUTES = 100
_SHORTEST_ATTRIBUTE = len(b" a=''")
_ATTRIBUTE = re.compile(rb"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_DIGITS = 18  # what a 64-bit number holds
_LISTS = tuple(f"{{*}}{name}" for name in LISTS)  # of whatever namespace, or none


class _Nothing:
    """Takes what a parser reads, and keeps nothing of it."""

    def close(self) -> None:
        """Be told of the end."""


class _Parsers(threading.local):
    """The parsers of one thread: lxml lets one thread at a time use a parser, so that one for all is a queue.

    Comments and instructions are left out, so that an element's text is one text whatever stands in between. What
    ``xml:id`` says is no matter of well-formedness, and is not judged.
    """

    def __init__(self) -> None:
        strict: dict[str, Any] = {
            "resolve_entities": False,
            "no_network": True,
            "load_dtd": False,
            "huge_tree": False,
            "recover": False,
            "collect_ids": False,
        }
        self.tree = etree.XMLParser(remove_comments=True, remove_pis=True, **strict)
        self.judge = etree.XMLParser(target=cast(Any, _Nothing()), **strict)  # its stub wants what lxml does not


_parsers = _Parsers()


class Answer(msgspec.Struct, frozen=True):
    """The envelope of an answer: the server's clock, its errors as (code, words), the token and what it declares.

    ``token`` is None where the answer has no resumptionToken or an empty one: the end of the list (OAI-PMH 3.5).
    """

    response_date: str
    verb: str
    errors: tuple[tuple[str, str], ...]
    token: str | None
    declared: int | None


def parse(body: bytes, where: str) -> etree._Element:
    """Parse strictly. Raises SourceError malformed."""
    try:
        root: etree._Element = etree.fromstring(body, _parsers.tree)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise SourceError("malformed", where=where, detail=str(error)) from error
    return root


def is_well_formed(body: bytes) -> bool:
    """Say whether the same parser would accept it without a complaint: two thirds of the price of a tree (measured)."""
    judge = _parsers.judge
    try:
        etree.fromstring(body, judge)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return False
    return not len(judge.error_log)  # namespaces are no matter of XML 1.0: a fault of theirs only stands there


def elements(body: bytes) -> int:
    """Count start tags, without parsing; more than there are where comments or CDATA sections hold tags."""
    return body.count(b"<") - body.count(b"</") - body.count(b"<!") - body.count(b"<?")


def most_attributes(body: bytes) -> int:
    """Return how many attributes the fullest start tag has, without parsing."""
    if body.count(b"=") <= ATTRIBUTES:
        return 0
    long = (match[0] for match in START_TAG.finditer(body) if len(match[0]) > ATTRIBUTES * _SHORTEST_ATTRIBUTE)
    return max((len(_ATTRIBUTE.findall(tag)) for tag in long), default=0)


def local_name(element: etree._Element) -> str:
    """Return an element's name without namespace; an empty string for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def words(element: etree._Element) -> str:
    """Return an element's text without white space around it (T2)."""
    said = "".join(map(str, element.itertext())) if len(element) else element.text or ""
    return said.strip()


def envelope(body: bytes, where: str = "") -> tuple[Answer, etree._Element]:
    """Read an envelope strictly: what it says, and its tree for the answers that are not lists of records.

    Only what stands where the protocol wants it counts: an error directly below the root, a token directly in the list.
    Raises SourceError: malformed, doctype, not_oai_pmh, html_page, structure, overgrown.
    """
    _refuse_overgrown(body, where)
    root = parse(body, where)
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceError("doctype", where=where)
    if local_name(root) != "OAI-PMH":
        if local_name(root).lower() == "html":
            raise SourceError("html_page", where=where)
        raise foreign(local_name(root), where)
    response_date, verb, errors, token, declared = "", "", [], None, None
    for child in root:
        name = local_name(child)
        if name == "responseDate":
            response_date = words(child)
        elif name == "error":
            errors.append((child.get("code", "").strip(), words(child)))
        elif name != "request":
            if verb or name not in VERBS:
                raise SourceError("structure", where=where, detail=f"<{verb}> <{name}>" if verb else f"<{name}>")
            verb = name
            token, declared = _token(child, where)
    _account(root, verb, where)
    return Answer(response_date, verb, tuple(errors), token, declared), root


def _refuse_overgrown(body: bytes, where: str) -> None:
    if len(body) > ENVELOPE_BYTES:
        raise SourceError("overgrown", where=where, detail=f"{len(body)} byte")
    if body.count(b"<") > ENVELOPE_ELEMENTS and (number := elements(body)) > ENVELOPE_ELEMENTS:
        raise SourceError("overgrown", where=where, detail=f"{number} elements")
    if (number := most_attributes(body)) > ATTRIBUTES:
        raise SourceError("overgrown", where=where, detail=f"{number} attributes")


def _token(listing: etree._Element, where: str) -> tuple[str | None, int | None]:
    """Return the token directly below a list, and the size it declares; two that differ leave no way to go on."""
    token, declared = None, None
    for child in listing:
        if local_name(child) == "resumptionToken":
            said = words(child)
            if token is not None and said and said != token:
                raise SourceError("structure", where=where, detail="<resumptionToken> ×2")
            token = said or token
            size = child.get("completeListSize", "").strip()
            declared = int(size) if size.isdecimal() and len(size) <= _DIGITS else declared
    return token, declared


def _account(root: etree._Element, verb: str, where: str) -> None:
    """Make sure that the cut found every record: a list without them holds a token and white space, nothing else.

    The list must be the one below the root, so that no list elsewhere in the envelope was taken for it.
    """
    lists = list(root.iter(*_LISTS))
    if not lists:
        return
    listing = lists[0]
    if len(lists) > 1 or listing.getparent() is not root or local_name(listing) != verb:
        raise SourceError("structure", where=where, detail=f"<{local_name(lists[-1])}>")
    said = (listing.text or "") + "".join(child.tail or "" for child in listing)
    strange = next((local_name(child) for child in listing if local_name(child) != "resumptionToken"), "")
    if said.strip(" \t\r\n") or strange:
        detail = f"<{strange}>" if strange else ascii(said.strip()[:40])
        raise SourceError("structure", where=where, detail=f"<{verb}>: {detail}")
