"""What one element of XML says: its words, its language, its attributes as parts of a path."""

from __future__ import annotations

from lxml import etree

_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_LANGUAGE = ("x-none", "none", "x-t-cc-url")  # what LOM and its profiles write for "in no language"
_TWO_LETTERS = {"vie": "vi", "eng": "en", "fre": "fr", "fra": "fr"}  # MODS writes ISO 639-2
_SIGNS = str.maketrans("[]/+,|", "      ")  # the signs of paths
_BLANK = "#"  # how cataloguers write a blank indicator of MARC
LONGEST_QUALIFIER = 100  # letters of a few words; paths are remembered


def said_in(element: etree._Element) -> str:
    """Return all words in an element, without markup."""
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


def language_of(element: etree._Element, inherited: str) -> str:
    """Return the language that an element states, else the one that is stated above it."""
    stated = stated_language(element)
    return inherited if stated is None else stated


def stated_language(element: etree._Element) -> str | None:
    """Return the language that an element states, "" for what is none; None where it states nothing."""
    attributes = element.attrib
    if not attributes:
        return None
    stated = attributes.get(_XML_LANGUAGE) or attributes.get("language") or attributes.get("lang")
    return None if stated is None else primary_language(stated)


def primary_language(stated: str) -> str:
    """Return the language of a tag without its region, "" for none: vi of vi_VN, and of the vie of MODS."""
    primary = stated.replace("_", "-").partition("-")[0].lower()
    known = stated.lower() not in _NO_LANGUAGE and 1 < len(primary) < 4 and primary.isalpha()
    return _TWO_LETTERS.get(primary, primary) if known else ""


def attribute_words(element: etree._Element, name: str) -> str:
    """Return an attribute as a part of a path; a blank indicator as ``#``."""
    words = attribute_of(element, name)
    return plain_words(words) or (_BLANK if words else "")


def attribute_of(element: etree._Element, name: str) -> str:
    """Return an attribute by its local name, "" where there is none: href is xlink:href, too."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2].lower() == name:
            return str(value)
    return ""


def plain_words(words: str) -> str:
    """Return words as they stand in the brackets of a path: no more than a hundred letters."""
    return " ".join(words[:LONGEST_QUALIFIER].translate(_SIGNS).split()).lower().strip(" .,:;")


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace, in lower case."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def markup_of(element: etree._Element) -> str:
    """Return what stands in an element with its tags, so that text repair may turn paragraphs into paragraphs."""
    pieces = [element.text or ""]
    pieces += [etree.tostring(child, encoding="unicode") for child in element]
    return "".join(pieces)
