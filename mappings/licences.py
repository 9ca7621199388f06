"""Licences: an address wins over words, words are read by their components, and an open licence is never guessed."""

from __future__ import annotations

import re
from urllib.parse import unquote

from harvester import normal_form

from .creative_commons import (
    ALONE,
    BY,
    CC_ADDRESS,
    CC_CODE,
    CC_WORDS,
    COMPONENTS,
    MARK,
    VERSION,
    ZERO,
    conditions,
    has_unknown,
    with_parted_codes,
)
from .reservations import (
    FREE,
    allows_all,
    closes,
    contradicts,
    forbids,
    is_negated,
    is_of_part,
    reserves,
    stated,
    takes_back,
)
from .rows import Row
from .rule import Found, Job, Rule
from .tables import remembered_words
from .vietnamese import marked_up, paragraphs
from .vocabulary import address, vocabulary

_RIGHTS_ADDRESS = re.compile(r"(?<![\w-])rightsstatements\.org/(?:vocab|page|data)/([a-z-]+)", re.IGNORECASE)
_OTHER_ADDRESS = re.compile(r"(?<![\w.])(?:www\.)?((?:opensource|apache|gnu)\.org/[^\s<>\"')]+)", re.IGNORECASE)
# Addresses of licences of software: the licence's name stands in them, in many spellings.
_SOFTWARE_ADDRESS = re.compile(
    r"(?<![\w.])(?:www\.)?(?:spdx\.org/licenses|opensource\.org/licenses?|choosealicense\.com/licenses"
    r"|(?:apache|gnu)\.org/licenses)/(mit(?:-license)?|apache-2\.0|license-2\.0|gpl-3\.0(?:-only|-or-later)?)(?![\w-])",
    re.IGNORECASE,
)
_NO_TRADE = re.compile(r"cấm\s[^.;]{0,30}thương\s*mại", re.IGNORECASE)  # beside "ghi công" it may mean BY-NC
_OWNER = re.compile(r"\(c\)\s*([^\W\d_][^;:!?]{2,80}?)\.?", re.IGNORECASE)
_HOUSE = re.compile(r"(?:Trường|Đại học|Học viện|Viện|Sở|Phòng GD|Nhà xuất bản|NXB|Công ty|Thư viện|Bộ Giáo dục)\s")
# Names of licences of software, which are words and names of universities, too: only beside "licence".
_GPL = (
    r"(?:(?:gnu )?(?:general public licen[sc]e|gpl)|công cộng (?:chung |tổng quát )?gnu)(?:\s*\(?(?:gnu )?gpl\)?)?"
    r"[ ,(-]*(?:v(?:ersion|\.)?|phiên bản)?\s*3(?:\.0)?(?!\.?\d)"
)
_APACHE = r"apache(?: software)?(?: licen[sc]e)?[ ,(-]*(?:v(?:ersion|\.)?|phiên bản)?\s*2(?:\.0)?(?!\.?\d)"
_SOFTWARE = re.compile(
    r"\b(?:giấy phép(?: phần mềm| mã nguồn mở)?|(?:licen[sc]ed?|released|distributed|available) under(?: the)?)\s+"
    rf"(mit\b(?!-)(?=\s*(?:$|[^\w\s]|(?:licen[sc]e|and|or|và|hoặc|cho|với)\b))|{_APACHE}|{_GPL})"
    r"|^(?:the |spdx-license-identifier:\s*)?"
    rf"(mit\b(?=.{{0,3}}licen[sc]e|$)|{_APACHE}(?=\s*(?:$|[^\w\s]|licen))|{_GPL})",
    re.IGNORECASE,
)
_OF_SOFTWARE = {"m": "mit", "a": "apache-2.0", "g": "gpl-3.0", "c": "gpl-3.0"}
# "All rights reserved, except for the appendix, which is CC BY": the appendix is not what is described.
_EXCEPTED = re.compile(
    r"^(?:all rights reserved|(?:tất cả )?(?:các|mọi) quyền được bảo lưu)\W+(?:ngoại )?(?:trừ|except)", re.IGNORECASE
)
_PLAIN_WORDS = re.compile(r"[\w\s.,/()-]*")
_LABEL = re.compile(r"^(?:rights|licen[sc]e|usage|terms of use)\s*:\s*(?=\S)", re.IGNORECASE)
_QUOTES = ' "“”«»'
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")
_ALLOWED = re.compile(
    r"(?<!không )(?<!chưa )(?:cho|được) phép[^.;]{0,200}(?:(phi lợi nhuận|phi thương mại)|học tập|giáo dục|giảng dạy)"
    r"|(chỉ[^.;]{0,200}phi thương mại)",
    re.IGNORECASE,
)
_OF_THE_HOUSE = re.compile(r"học tập\s[^.;]{0,200}lưu hành nội bộ|lưu hành nội bộ[^.;]{0,200}học tập", re.IGNORECASE)
_INTERNAL, _STATED = re.compile(r"\bnội bộ\b", re.IGNORECASE), re.compile(r"©|bản quyền|copyright", re.IGNORECASE)
_OWNED = re.compile(r"\bmà\s[^.;]{0,200}bản quyền (?:của|thuộc)", re.IGNORECASE)
# "From 2021 on CC BY-NC, the issues before keep their copyright": it depends on the issue.
_ONCE_OTHERWISE = re.compile(r"(?:số|bài|năm|tập) trước đ[óâ]y?\s[^.;]{0,200}bản quyền", re.IGNORECASE)
_ACCESS = re.compile(r"info:eu-repo/semantics/\w+|(?:open|restricted|closed|embargoed)\s?access", re.IGNORECASE)
# An address alone, and those that state nothing: of a site, of a page of one work, of a kind of access.
_ADDRESS_ALONE = re.compile(r"https?://\S+", re.IGNORECASE)
_STATES_NOTHING = re.compile(
    r"https?://(?:[^/]*/?|(?:[^/]*\.)?(?:doi\.org|handle\.net)/.*|.*/(?:handle|items|bitstreams?|access_?rights?)/.*)",
    re.IGNORECASE,
)
_COMPONENT_CODES = re.compile("(?:by|nc|nd|sa|-)+")
# Journals repeat their sentences of rights: so many are kept, each of up to so many letters; 8 MB at most. What a large
# record says of rights in more letters is not read: it takes 10 ms, and the licence to deposit of DSpace has 2,600.
_LONGEST, _MOST = 4_000, 1_000
_STRENGTH = {"address": 3, "words": 2, "copyright": 1}
_UNCLEAR, _DENIED = ("", "", "unclear"), ("", "", "denied")

Reading = tuple[str, str, str]  # id of the licence or "", its address or "", how it was read


@remembered_words(maxsize=_MOST, longest=_LONGEST)
def read(text: str) -> Reading:
    """Return the licence that a statement of rights names: (id, address, how); ("", "", "") where it names none.

    ``how`` is address, words or copyright; "unclear" where Creative Commons is named without saying which, "denied"
    where what is named is denied, contradicted or taken back.
    """
    table = vocabulary("licence")
    own = table.taught.term(text)
    if own:
        return own, "", "words"
    text, marked = _plain(text)
    if ("/" in marked or "\\" in marked) and (by_address := _by_address(marked, text)):
        return by_address
    if CC_WORDS.search(text):
        if ALONE.fullmatch(text):
            return _creative_commons(text)
        return ("rs-inc", "", "copyright") if _EXCEPTED.search(text) else _if_believed(_creative_commons(text), text)
    whole = table.value(text)
    if whole and not (whole in _OF_SOFTWARE.values() and reserves(text)):  # "© MIT"
        holds = _PLAIN_WORDS.fullmatch(text) or not contradicts(text, table.terms[whole])
        return (whole, "", "words") if holds else ("", "", "")
    if (software := _SOFTWARE.search(text)) and not is_negated(text, software.start()):
        name = _OF_SOFTWARE[(software[1] or software[2])[0].lower()]
        if not takes_back(text, table.terms[name]):
            return name, "", "words"
    if name := allows_all(text):
        return name, "", "words"
    for name, _, first, denied in stated(text):
        if closes(name):
            if not denied:
                return _reserved(name, text), "", "copyright"
        elif first == 0 and not contradicts(text, table.terms[name]):
            return name, "", "words"
    if _is_owner(text):
        return "rs-inc", "", "copyright"
    if reserves(text) and not (_INTERNAL.search(text) and not _STATED.search(text)):
        return _reserved("rs-inc", text), "", "copyright"
    return "", "", ""


def _is_owner(text: str) -> bool:
    """Say that the sign of copyright stands before a name, "(c) Nguyễn Văn Hùng"; elsewhere it counts points."""
    named = _OWNER.fullmatch(text)
    if not named:
        return False
    words = named[1].split()
    return _HOUSE.match(named[1]) is not None or (1 < len(words) < 6 and all(word[0].isupper() for word in words))


def _plain(text: str) -> tuple[str, str]:
    """Write a value as people write it, without markup and with it: "License-CC%20BY--NC%204.0", "ccbysa"."""
    if "%" in text:
        text = unquote(unquote(text)).replace("--", "-").replace("-CC", " CC")
    marked = marked_up(text)
    if not marked.isascii():
        marked = normal_form("NFKC", marked).translate(_DASHES)
    plain = paragraphs(marked) if "<" in marked else marked
    return _LABEL.sub("", with_parted_codes(plain).strip(_QUOTES)), marked


def _reserved(name: str, text: str) -> str:
    """Return what copyright still allows ("giữ bản quyền, cho phép dùng phi lợi nhuận"); "" for material of a house."""
    if name == "rs-inc":
        allowed = _ALLOWED.search(text)
        return ("rs-inc-nc" if allowed[1] or allowed[2] else "rs-inc-edu") if allowed else name
    return "" if name == "rs-inc-edu" and _OF_THE_HOUSE.search(text) else name


def _if_believed(reading: Reading, text: str) -> Reading:
    """Return what names Creative Commons, denied where the words around it do not let it hold."""
    licence = vocabulary("licence").terms.get(reading[0], {})
    if reading[0].startswith("rs-") or not licence:
        return reading
    if licence.get("open"):
        names = (each.start() for form in (CC_CODE, ZERO) for each in form.finditer(text))
        before = {text[max(0, start - 100) : start] for start in names}  # one name may stand there a thousand times
        holds = not has_unknown(text) and not any(is_negated(words, len(words)) for words in before)
    else:
        holds = not forbids(text)
    return reading if holds and not takes_back(text, licence) else _DENIED


def _by_address(text: str, words: str) -> Reading | None:
    if places := list(CC_ADDRESS.finditer(text)):
        named = [(_cc_address(*(part.lower() for part in each.groups(""))), *each.span()) for each in places]
        # "CC BY; CC0 applies to the data": what has conditions says how the work itself may be used.
        bound = [each for each in named if not (each[0] and each[0][0] in FREE)] or named
        if len({reading and reading[0] for reading, _, _ in bound}) > 1:
            return _DENIED  # CC BY and CC BY-NC
        if any(is_negated(text, start) or is_of_part(text, start, end) for _, start, end in bound):
            return _DENIED
        reading = bound[0][0]
        return reading if not reading or ALONE.fullmatch(text) else _if_believed(reading, words)
    table = vocabulary("licence")
    if software := _SOFTWARE_ADDRESS.search(text):
        name = _OF_SOFTWARE.get(software[1][0].lower(), "apache-2.0")  # at apache.org it is "LICENSE-2.0"
        if is_negated(text, software.start()) or takes_back(words, table.terms[name]):
            return _DENIED
        return name, str(table.terms[name]["uri"]), "address"
    if statement := _RIGHTS_ADDRESS.search(text):
        name = f"rs-{statement[1].lower().strip('-')}"
        if name not in table.terms:
            return None
        if is_negated(text, statement.start()) or contradicts(words, table.terms[name]):
            return _DENIED
        return name, str(table.terms[name]["uri"]), "address"
    match = _OTHER_ADDRESS.search(text)
    uri = f"http://{match[1].partition('?')[0]}" if match else ""
    found = table.uris.get(address(uri))
    return (found, str(table.terms[found]["uri"]), "address") if found else None


def _cc_address(kind: str, code: str, version: str, port: str) -> Reading | None:
    code = code.replace("_", "-")
    place = "publicdomain" if kind in ("publicdomain", "p") else "licenses"  # badges have short addresses
    if place == "publicdomain":
        name = {"zero": "cc0", "mark": "pdm"}.get(code, "")
    elif code == "publicdomain":  # before 2010
        name = "pdm"
    else:
        parts = re.findall("by|nc|nd|sa", code)
        if _COMPONENT_CODES.fullmatch(code) is None:
            return None if not code.startswith("by") else _DENIED
        name, code = "-".join(["cc", *(part for part in ("by", "nc", "sa", "nd") if part in parts)]), "-".join(parts)
    if name not in vocabulary("licence").terms:
        return None
    tail = "/".join(part for part in (version, port) if part)
    return name, f"https://creativecommons.org/{place}/{code.strip('-')}/{tail + '/' if tail else ''}", "address"


def _creative_commons(text: str) -> Reading:
    """Read the components one by one, so that "Non Commercial" in any spelling closes what "Attribution" opened."""
    code, named = CC_CODE.search(text), CC_WORDS.search(text)
    if named and is_negated(text, named.start()):
        return ("rs-inc", "", "copyright") if _OWNED.search(text) else _DENIED
    if any(is_of_part(text, each.start(), each.end()) for each in (named, code) if each):
        return _DENIED
    if MARK.search(text):
        return _DENIED if code else ("pdm", "", "words")
    if ZERO.search(text):
        return _DENIED if code else ("cc0", "", "words")
    if _ONCE_OTHERWISE.search(text):
        return _DENIED
    if not BY.search(text):
        return _DENIED if conditions(text) else _UNCLEAR
    if len({frozenset(re.findall(r"nc|nd|sa", each.lower())) for each in CC_CODE.findall(text)}) > 1:
        return _DENIED  # "CC BY 4.0 / CC BY-NC 4.0"
    told = {part for part, form in COMPONENTS if form.search(text)} | set(
        re.findall(r"nc|nd|sa", (code[1] if code else "").lower())
    )
    name = "-".join(["cc", "by", *(part for part in ("nc", "sa", "nd") if part in told)])
    if not code and "nc" not in told and _NO_TRADE.search(text):
        return _DENIED
    if name not in vocabulary("licence").terms:
        return _DENIED
    version = VERSION.search(text)
    return name, f"https://creativecommons.org/licenses/{name[3:]}/{version[1]}/" if version else "", "words"


def _strongest(rows: list[Row], rule: Rule, job: Job) -> list[tuple[Reading, Row]]:
    """Return what the surest statements say; nothing where they contradict each other, or others an open one.

    Very long ones say nothing either: what takes an open licence back may stand at their end.
    """
    if job.large and sum(len(row[1]) for row in rows) > _LONGEST:
        if rule.unknown:
            job.problem("unknown_value", rule.field, rows[0][0], rows[0][1])
        return []
    if len(rows) == 1:
        only = read(rows[0][1])
        if only[2] not in ("unclear", "denied"):
            if not only[0]:
                _tell_addresses(rows, rule, job)
            return [(only, rows[0])] if only[0] else []
    readings = [(read(row[1]), row) for row in rows]
    for reading, row in readings:
        if reading[2] in ("unclear", "denied") and rule.unknown:
            job.problem("unknown_value", rule.field, row[0], row[1])
    best = max((_STRENGTH[reading[2]] for reading, _ in readings if reading[0]), default=0)
    told = [pair for pair in readings if pair[0][0] and _STRENGTH[pair[0][2]] == best]
    if not told:
        _tell_addresses([row for reading, row in readings if not reading[2]], rule, job)
    said = list(dict.fromkeys(reading[0] for reading, _ in told))
    if len(said) == 1 and len(rows) > 1:
        said += [reading[0] or row[1] for reading, row in readings if _is_against(reading, row[1], said[0])]
    if len(said) > 1:
        if rule.unknown:
            job.problem("several_licences", rule.field, told[0][1][0], ", ".join(said))
        return []
    return told


def _tell_addresses(rows: list[Row], rule: Rule, job: Job) -> None:
    """Note addresses of terms of use that no table knows: the licence may stand there."""
    for row in rows if rule.unknown else ():
        if _is_unknown_address(row[1].strip()):
            job.problem("unknown_value", rule.field, row[0], row[1].strip())


def _is_unknown_address(text: str) -> bool:
    """Say that a text is an address that may state a licence, and that no table knows."""
    return bool(_ADDRESS_ALONE.fullmatch(text) and not _STATES_NOTHING.fullmatch(text) and not read(text)[0])


def _is_against(reading: Reading, text: str, name: str) -> bool:
    """Say that another statement of a record does not let an open licence hold; "© 2024 Trường" does."""
    licence = vocabulary("licence").terms[name]
    if reading[0] == name or not licence.get("open"):
        return False
    return (
        reading[2] == "denied"
        or (reading[0].startswith("cc") and reading[0] not in FREE)
        or (_closes_zero(text) if name in FREE else _closes_attribution(text))
    )


@remembered_words(maxsize=_MOST, longest=_LONGEST)
def _closes_attribution(text: str) -> bool:
    """Say of another statement of a record that CC BY does not hold beside it."""
    return contradicts(_plain(text)[0], vocabulary("licence").terms["cc-by"])


@remembered_words(maxsize=_MOST, longest=_LONGEST)
def _closes_zero(text: str) -> bool:
    """Say of another statement of a record that CC0 does not hold beside it."""
    return contradicts(_plain(text)[0], vocabulary("licence").terms["cc0"])


def licence(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Name the licence of a record."""
    return [(reading[0], row) for reading, row in _strongest(rows, rule, job)]


def licence_url(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Give the address of the licence, with the version that the source states."""
    return [(reading[1], row) for reading, row in _strongest(rows, rule, job) if reading[1]]


def rights(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Keep the words of a statement of rights, and an address of one that no table knows; no code of access."""
    found: list[Found] = []
    for row in rows:
        text = paragraphs(row[1])
        if not text or _ACCESS.fullmatch(text) or text == "None":
            continue
        if not text.startswith(("http://", "https://")) or _is_unknown_address(text):
            found.append((text, row))
    return found
