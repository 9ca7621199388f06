"""The reader of HTML: what a page says of itself, turned into rows (path, value, language).

``meta/citation_title``, ``meta/dc.title``, ``meta/og:title``: every meta element by its name; ``link/canonical``,
``link/license``: links by their relation; ``title`` without the name of the site, ``h1``, ``breadcrumb``, ``tag``,
``time``, ``itemprop/datepublished``, ``file`` (the kinds of files to download: pdf), and below ``jsonld/`` what its
JSON-LD says, by the reader of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from harvester import RawRecord

from .json_rows import JsonReader, decoded_json, primary, types
from .rows import Row, Shape, UnreadableError

_LARGEST = 8 * 1024 * 1024  # bytes: the largest of 493 real pages has 1.6 MB
_MOST_ROWS = 1_000
_LONGEST = 20_000  # letters of one value: a page's own words of itself are a few sentences
_FILE = re.compile(r"\.(pdf|docx?|pptx?|xlsx?|zip|rar|epub|mp3|mp4|h5p)(?:[?#].*)?$", re.IGNORECASE)
_BETWEEN = r"\s+[-–—|·»:]\s+"  # what stands between the title of a page and the name of its site
_BEFORE_SITE = re.compile(rf"(.+?){_BETWEEN}", re.DOTALL)
_PREFIX = "jsonld/"


class HtmlReader:
    """Read a page into rows, by the shape of one crosswalk."""

    def __init__(self, shape: Shape) -> None:
        """``shape.elements`` are the types of JSON-LD that describe a resource; see ``JsonReader``."""
        self.shape = shape
        inside = frozenset(path.removeprefix(_PREFIX) for path in shape.wanted if path.startswith(_PREFIX))
        self._json = JsonReader(Shape(shape.elements, frozenset(), {}, inside))

    def read(self, raw: RawRecord) -> list[Row]:
        """Return the rows of a page. Raises UnreadableError."""
        root = parsed(raw.body)
        language = primary(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
        found: list[Row] = []
        for path, words in self._said(root):
            if path in self.shape.wanted and len(found) < _MOST_ROWS and words and not words.isspace():
                found.append((path, words.strip()[:_LONGEST], language))
        found += self._linked_data(root)
        return found

    def _said(self, root: lxml_html.HtmlElement) -> Iterator[tuple[str, str]]:
        yield "lang", root.get("lang") or ""
        site = ""
        for meta in root.iter("meta"):
            name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").strip().lower()
            if name:
                site = (meta.get("content") or "").strip() if name == "og:site_name" else site
                yield f"meta/{name}", meta.get("content") or ""
        for link in root.iter("link", "a"):
            for relation in (link.get("rel") or "").lower().split():
                yield (("tag", _words(link)) if relation == "tag" else (f"link/{relation}", link.get("href") or ""))
            file = _FILE.search(link.get("href") or "") if link.tag == "a" else None
            if file:
                yield "file", file[1]
        for title in root.iter("title"):
            yield "title", without_site(_words(title), site)
            break
        for heading in root.iter("h1"):
            yield "h1", _words(heading)
        for time in root.iter("time"):
            yield "time", time.get("datetime") or _words(time)
        yield from _properties(root)
        yield from (("breadcrumb", words) for words in _breadcrumbs(root))

    def _linked_data(self, root: lxml_html.HtmlElement) -> Iterator[Row]:
        """Yield what the page's JSON-LD says; scripts that are broken or describe something else say nothing."""
        for script in root.iter("script"):
            if "ld+json" not in (script.get("type") or "").lower() or not script.text:
                continue
            try:
                document = decoded_json(script.text.encode("utf-8", "surrogatepass"))
            except (UnreadableError, UnicodeEncodeError):
                continue
            yield from (
                ("breadcrumb", words, "") for words in _crumbs_of(document) if "breadcrumb" in self.shape.wanted
            )
            try:
                yield from (
                    (f"{_PREFIX}{path}", words, language) for path, words, language in self._json.rows(document)
                )
            except UnreadableError:
                continue


def parsed(body: bytes) -> lxml_html.HtmlElement:
    """Parse a page, in UTF-8 where that is what it is, else by what it declares. Raises UnreadableError."""
    if len(body) > _LARGEST:
        raise UnreadableError(f"{len(body)} byte")
    try:
        body.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None
    parser = lxml_html.HTMLParser(encoding=encoding, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise UnreadableError(str(error)) from error
    return root


def without_site(title: str, site: str) -> str:
    """Take the name of the site off a page's title: "Bài 5 - Trường THCS Kim Đồng"."""
    title_and_site = title.rstrip()
    if not site or title_and_site[-len(site) :].lower() != site.lower():
        return title
    found = _BEFORE_SITE.fullmatch(title_and_site[: -len(site)])
    return found[1] if found else title


def _words(element: lxml_html.HtmlElement) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _properties(root: lxml_html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield microdata: what an element with itemprop says, by its own rules (HTML, 5.2.4 values)."""
    for element in root.iter():
        names = element.get("itemprop") if isinstance(element.tag, str) and element.tag != "meta" else None
        if not names:
            continue
        said = element.get("content") or element.get("datetime") or element.get("href") or _words(element)
        for name in names.lower().split():
            yield f"itemprop/{name}", said


def _breadcrumbs(root: lxml_html.HtmlElement) -> Iterator[str]:
    """Yield the steps of the first visible breadcrumb trail, without the home page."""
    for trail in root.iter("nav", "ol", "ul", "div"):
        marks = f"{trail.get('class') or ''} {trail.get('aria-label') or ''} {trail.get('itemtype') or ''}".lower()
        if "breadcrumb" in marks:
            steps = [_words(step) for step in trail.iter("a", "li", "span") if not len(step)]
            yield from [step for step in dict.fromkeys(steps) if step][1:]
            return


def _crumbs_of(document: Any) -> list[str]:
    """Return the names of the steps of a BreadcrumbList, without the home page."""
    graph = document.get("@graph", [document]) if isinstance(document, dict) else document
    for node in graph if isinstance(graph, list) else []:
        if isinstance(node, dict) and "breadcrumblist" in types(node):
            steps = node.get("itemListElement")
            found = [_step_name(step) for step in steps] if isinstance(steps, list) else []
            return [name for name in found if name][1:]
    return []


def _step_name(step: Any) -> str:
    if not isinstance(step, dict):
        return ""
    item = step.get("item")
    name = step.get("name") or (item.get("name") if isinstance(item, dict) else "")
    return name if isinstance(name, str) else ""
