"""Landing pages and identifiers: addresses that a person can open, and the schemes of everything else."""

from __future__ import annotations

import ipaddress
import re
from itertools import islice

from .resource import Identifier
from .rows import Row
from .rule import Found, Job, Rule, qualifier
from .tables import remembered_words
from .vietnamese import line

_URL = re.compile(r"https?://(\[[0-9a-f:.]+\]|[^/?#\s:@\[\]\\]+)(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_LONGEST = 2000  # what browsers and proxies agree on
_FILE = re.compile(
    r"\.(?:pdf|docx?|pptx?|xlsx?|zip|rar|mp[34]|jpe?g|png|gif|tiff?|epub|txt|ps)(?:\?.*)?$", re.IGNORECASE
)
_LONGEST_SUFFIX = len(".xlsx")
_DOI = re.compile(r"(?:doi:?\s*|(?:https?://)?(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_HANDLE = re.compile(r"(?:hdl:\s*|(?:https?://)?hdl\.handle\.net/)(\S+/\S+)", re.IGNORECASE)
_PLACEHOLDER = "123456789/"  # the handle prefix of every DSpace that nobody configured
_ISBN = re.compile(r"(?:urn:)?isbn(?:-1[03])?[\s:.]*([0-9][0-9\s–-]{8,16}[0-9xX])\b", re.IGNORECASE)
_BARE_ISBN = re.compile(r"97[89][\s-]?(?:[0-9][\s-]?){9}[0-9]")
_ISSN = re.compile(r"(?:urn:)?[ep]?-?issn[\s:.]*([0-9]{4}-?[0-9]{3}[0-9xX])\b", re.IGNORECASE)
_BARE_ISSN = re.compile(r"[0-9]{4}-[0-9]{3}[0-9xX]")
# What a link is marked with when it is shared: the same page without it.
_SHARED = re.compile(r"(?<=[?&])(?:utm_\w+|fbclid|gclid)=[^&#]*(?:&|(?=#|$))")
_LOCAL = re.compile(r"\S{2,100}")
# The page of a resource as most are: no port, no sign that may be a file's, a query's or an entity's.
_PAGE = re.compile(r"https?://([a-z0-9.-]{4,200})/[A-Za-z0-9/_-]{0,1000}")
_RESOLVERS = ("doi.org", "hdl.handle.net")


def link(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Choose the page of a resource: an http(s) address before a DOI or handle, a page before a file.

    localhost, private networks, names without a dot and the placeholder handle 123456789 lead nowhere.
    """
    pages: list[Found] = []
    files: list[Found] = []
    for row in rows:
        if host_of_page(row[1]):
            return [(row[1], row)]
        address = _unshared(_with_scheme(row[1].strip().replace("&amp;", "&")))  # escaped twice by many an exporter
        if is_usable(address):
            if not _is_file(address):
                return [(address, row)]
            files.append((address, row))
        elif resolved := _resolved(address):
            pages.append((resolved, row))
    if not pages and not files:
        for row in rows:
            if row[1].strip().lower().startswith(("http:", "https:", "hdl:")):
                job.problem("unusable_link", rule.field, row[0], row[1].strip())
    return pages + files


# The page of a resource as EPrints gives it, in both of its forms, and then the number of a file below it.
# EPrints states one such page; each that is stated is looked for in the whole body.
_MOST_PAGES = 3
_EPRINT = re.compile(r"(https?://[^/\s]{4,200}/)(?:id/eprint/)?([0-9]{1,12})/?", re.IGNORECASE)


def page_of_file(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Choose the page below which a file of the record lies, as in EPrints: of …/9708/1/a.pdf it is …/9708/.

    Another work that is only related has another number, and none of its files is in this record.
    """
    pages = ((row, page) for row in rows if (page := _EPRINT.fullmatch(row[1].strip())) is not None)
    for row, page in islice(pages, _MOST_PAGES):
        if _holds_file(job.raw.body, page[1], page[2]):
            return link([row], rule, job)
    return []


def _holds_file(body: bytes, site: str, number: str) -> bool:
    files = rf"{re.escape(site)}(?:id/eprint/)?{number}/(?:[0-9]+/)?[^\s<>/]+\.[a-z0-9]{{2,5}}\s*<"
    return re.search(files.encode(), body, re.IGNORECASE) is not None


@remembered_words(maxsize=1024)  # several parsers ask for the same address soon after each other
def host_of_page(words: str) -> str:
    """Return the host where words are the public address of a page as they stand; "" may be one, too."""
    page = _PAGE.fullmatch(words)
    return page[1] if page is not None and _is_of_page(page[1]) else ""


@remembered_words(maxsize=4096)  # of one source there are few
def _is_of_page(host: str) -> bool:
    return not host.endswith(_RESOLVERS) and _is_public(host)


def _with_scheme(address: str) -> str:
    """Write the scheme of an address small, as RFC 3986 3.1 wants it written: ``HTTPS://`` means the same."""
    if address.startswith(("http://", "https://")):
        return address
    scheme, colon, rest = address.partition("://")
    return f"{scheme.lower()}{colon}{rest}" if scheme.lower() in ("http", "https") else address


def _unshared(address: str) -> str:
    """Take off an address the marks of who shared it where: utm_source, fbclid."""
    if "utm_" not in address and "clid=" not in address:
        return address
    return re.sub(r"[?&](?=#|$)", "", _SHARED.sub("", address))


def is_usable(address: str) -> bool:
    """Say that an address is http(s), well formed, and may lead somewhere from outside."""
    match = _URL.fullmatch(address)
    if match is None or len(address) > _LONGEST or not _is_public(match[1].lower()):
        return False
    handle = _HANDLE.match(address) if _PLACEHOLDER in address else None
    return handle is None or not handle[1].startswith(_PLACEHOLDER)


def _is_file(address: str) -> bool:
    """Say that an address ends like a file; the pattern is asked only where it can find something."""
    return ("?" in address or "." in address[-_LONGEST_SUFFIX:]) and _FILE.search(address) is not None


@remembered_words(maxsize=4096)
def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        return (
            "." in host
            and not last.isdecimal()
            and last not in ("local", "localhost", "localdomain", "internal", "lan")
        )


def _resolved(text: str) -> str | None:
    doi = _DOI.fullmatch(text)
    if doi:
        return f"https://doi.org/{doi[1]}"
    handle = _HANDLE.fullmatch(text)
    return f"https://hdl.handle.net/{handle[1]}" if handle and not handle[1].startswith(_PLACEHOLDER) else None


def identifier(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read identifiers with their schemes; plain web addresses and citations are none."""
    found: list[Found] = []
    for row in rows:
        if len(row[1]) > _LONGEST or host_of_page(row[1]) or _is_plain_address(row[1]):
            continue
        catalog = qualifier(row[0]) or (row[0][-4:] if row[0].endswith(("isbn", "issn")) else "")
        made = _identifier(line(row[1]), catalog, row, rule, job)
        if made:
            found.append((made, row))
    return found


def _is_plain_address(words: str) -> bool:
    """Say cheaply that words need no repair and are the address of a page, as most identifiers are."""
    if not words.startswith(("http://", "https://")) or not words.isascii() or not words.isprintable():
        return False
    return not ("&" in words or "<" in words or "doi.org/" in words or "hdl.handle.net/" in words)


def _identifier(text: str, catalog: str, row: Row, rule: Rule, job: Job) -> Identifier | None:
    if text.startswith(("http://", "https://")) and "doi.org/" not in text and "hdl.handle.net/" not in text:
        return None
    doi = _DOI.fullmatch(text)
    if doi:
        return Identifier("doi", doi[1])
    handle = _HANDLE.fullmatch(f"hdl:{text}" if catalog in ("hdl", "handle") and ":" not in text else text)
    if handle:
        return None if handle[1].startswith(_PLACEHOLDER) else Identifier("handle", handle[1])
    book = _ISBN.search(f"isbn {text}" if catalog == "isbn" else text) or None
    if book or _BARE_ISBN.fullmatch(text):
        return _book(book[1] if book else text, bool(book), row, rule, job)
    issn = _ISSN.search(f"issn {text}" if catalog == "issn" or _is_issn(text) else text)
    if issn:
        digits = issn[1].replace("-", "").upper()
        return Identifier("issn", f"{digits[:4]}-{digits[4:]}")
    for scheme in ("urn", "ark"):
        if text.lower().startswith(scheme + ":"):
            return Identifier(scheme, text)
    return Identifier("local", text) if _LOCAL.fullmatch(text) and not text.startswith("info:") else None


def _book(text: str, said: bool, row: Row, rule: Rule, job: Job) -> Identifier | None:
    """Make an ISBN of its digits; a wrong check digit is told, but only where the source calls it an ISBN."""
    digits = re.sub(r"[\s–-]", "", text).upper()
    right = _checks(digits)
    if not right and not said:
        return Identifier("local", digits)
    if len(digits) not in (10, 13):
        return None
    if not right:
        job.problem("wrong_isbn", rule.field, row[0], text)
    return Identifier("isbn", digits)


def _is_issn(text: str) -> bool:
    """Say that eight bare digits are an ISSN by their check digit."""
    digits = text.replace("-", "").upper()
    if not _BARE_ISSN.fullmatch(text):
        return False
    return sum((10 if digit == "X" else int(digit)) * (8 - place) for place, digit in enumerate(digits)) % 11 == 0


def _checks(digits: str) -> bool:
    if len(digits) == 13 and digits.isdecimal():
        return (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0
    if len(digits) == 10 and digits[:9].isdecimal():
        return sum((10 if digit == "X" else int(digit)) * (10 - place) for place, digit in enumerate(digits)) % 11 == 0
    return False
