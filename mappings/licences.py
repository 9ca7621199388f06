"""Licences: an address wins over words, words are read by their components, and an open licence is never guessed."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

from .reservations import FORBIDDEN, FREE, allows_all, denied_behind, is_negated, reserves, takes_back
from .rows import Row
from .rule import Found, Job, Rule
from .tables import remembered_words
from .vietnamese import paragraphs
from .vocabulary import address, vocabulary

_CC_ADDRESS = re.compile(
    r"(?<![\w-])(?:creativecommons\.org|licensebuttons\.net)[/\\]+(licen[sc]es?|l|publicdomain|p|presskit/buttons/[^/\s]+/[a-z]+)[/\\]+"
    r"([a-z_-]+)(?:[/\\]([1-4]\.[0-9]))?(?:[/\\]([a-z]{2,3})(?![a-z]))?",
    re.IGNORECASE,
)
_RIGHTS_ADDRESS = re.compile(r"(?<![\w-])rightsstatements\.org/(?:vocab|page|data)/([a-z-]+)", re.IGNORECASE)
_OTHER_ADDRESS = re.compile(r"(?<![\w.])(?:www\.)?((?:opensource|apache|gnu)\.org/[^\s<>\"')]+)", re.IGNORECASE)
# Addresses of licences of software: the licence's name stands in them, in many spellings.
_SOFTWARE_ADDRESS = re.compile(
    r"(?<![\w.])(?:www\.)?(?:spdx\.org/licenses|opensource\.org/licenses?|choosealicense\.com/licenses"
    r"|(?:apache|gnu)\.org/licenses)/(mit(?:-license)?|apache-2\.0|license-2\.0|gpl-3\.0(?:-only|-or-later)?)(?![\w-])",
    re.IGNORECASE,
)
_ATTRIBUTION = (
    r"attribution|paternit[ée]|namensnennung|atribuci[óo]n|reconocimiento|attribuzione|atribui[çc][ãa]o|naamsvermelding"
    r"|erkännande|navngivelse|uznanie\s+autorstwa|uveďte\s+p|с\s+указанием\s+авторства"
    r"|atribusi|alıntı|reconeixement|recoñecemento|nimeä|uvedenie\s+autora|uveďte\s+autora|nevezd\s+meg|atribuire"
    r"|imenovanje|autorstvo|ауторство|priznanje\s+avtorstva|αναφορά|признание|атрибуция|(?:із|з)\s+зазначенням\s+авторства"
    r"|autorile\s+viitamine|atsaucoties|priskyrimas|aitortu|ייחוס|نسب\s+المصنف|แสดงที่มา"
    r"|署名|姓名標示|表示|저작자\s?표시|ghi\s+(?:cong|nhan|nguon)\b|ghi\s+(?:công|nhận|nguồn|tên|rõ nguồn)"
)
# Signs between, "CC: BY", only in capitals ("Gửi cc: by email") and with nobody behind ("Xe máy 110 CC: BY Honda").
_CC_BY = (
    r"(?:\b(?:cc|creative\s*-?commons?)[\s-]?by|\(cc\)\s?by"
    r"|(?-i:\b(?:CC|Creative Commons)(?:(?: Public)? Licen[sc]e)?(?: [1-4]\.0)?\W{1,3}BY"
    r"(?=\s*(?:$|[^\w\s]|\d|(?:NC|ND|SA)\b))))(?![a-z])"
)
_CC_WORDS = re.compile(
    r"creative\s*-?commons?|知识共享|創用\s?cc|크리에이티브\s?커먼즈|クリエイティブ・コモンズ"
    r"|^(?:表示|署名|姓名標示|저작자\s?표시).*[1-4]\.0|\b(?:giấy phép|licen[sc]e)\s+cc\b"
    rf"|{_CC_BY}|\bcc[\s-]?0\b|\bcc[\s-]?zero\b|\bcc\s+pdm\b|\(cc\)"
    rf"|\bcc\s+(?:{_ATTRIBUTION})"
    r"|\bgiấy phép\s+ghi\s+(?:nhận\s+)?(?:công|tác giả)\b|được tự do\W+chia sẻ[^.]{0,200}\bghi (?:nhận )?công"
    r"|^(?:attribution|namensnennung)\b(?!\s+(?:required|needed|is|to|of|must|not))"
    r"|^(?:erkännande|navngivelse|uznanie\s+autorstwa)\b|^с\s+указанием\s+авторства"
    r"|^(?:atribui[çc][ãa]o|atribuci[óo]n|reconocimiento|attribuzione|paternit[ée]|naamsvermelding)\b(?:/\w+)?"
    r"(?=\W*(?:n[ãa]o|no|non|sem|sin|niet|geen|pas|compart|condividi|partage|gelijk|[1-4]\.[05]))"
    r"|^by(?:-(?:nc|nd|sa))+\b"
    r"|\b(?:licen[sc]ed?(?: under)?|licen[sc]e is described as|available under)"
    r"\W+(?:an?\s|the\s|as\s)?attribution\b(?=.{0,200}[1-4]\.0)"
    r"|^ghi\s+(?:công|nhận)\b(?=.*(?:thương mại|phái sinh|tương tự|[1-4]\.0))"
    r"|^ghi\s+(?:cong|nhan)\b(?=.*(?:thuong mai|phai sinh|tuong tu|[1-4]\.0))",
    re.IGNORECASE,
)
_CC_CODE = re.compile(rf"{_CC_BY}((?:\W{{1,3}}(?:nc|nd|sa)(?![a-z]))*)", re.IGNORECASE)
_COMPONENTS = (
    (
        "nc",
        re.compile(
            r"non\W*commercial|pas\s+d.\s?utilisation\s+commerciale|nicht\W?kommerziell|no\W?comercial|(?:phi|không)\s*thương\s*mại|phi\s+thuong\s+mai"
            r"|n[ãa]o\W?comercial|niet\W?commercieel|i(?:cke|kke)\W?kommer(?:siell|ciel)|niekomercyjn|keine\W+kommerzielle|некоммерческ|n[eo]n?-?\W?komer(?:s|c)\w+"
            r"|gayri\W?ticari|no\W?comercial|ei\W?kaupallinen|nepoužíva[jť]\w*\s+komer|neužívejte\s+komer|ne\s+add\s+el"
            r"|necomercial|μη\s+εμπορική|некомер\w+|mitteäriline|nekom(?:ercin|erci)\w*|ez\W?komertziala|לא\s+מסחרי|غير\s+تجاري"
            r"|ไม่ใช้เพื่อการค้า|非商业|非商業|非営利|비영리"
            r"|không\s+(?:dùng|sử dụng|vì|nhằm|được)\s[^.;]{0,30}thương\s*mại"
            r"|(?<![a-z])nc(?![a-z])",
            re.IGNORECASE,
        ),
    ),
    (
        "nd",
        re.compile(
            r"no\W*deriv|pas\s+de\s+modification|keine\s+bearbeitung|sin\W?(?:obra)?\W?derivad"
            r"|non\W?opere\W?derivate|sem\W?deriva[çc]|geen\W?afgeleide"
            r"|bez\s+utworów|inga\W?bearbetningar|ingen\W?bearbe[ij]delser?"
            r"|без\s+производных"
            r"|tanpa\W?turunan|türetilemez|sense\W?obra\W?derivada|ei\W?muutoksia|nezpracovávejte|nespracov\w+|bez\W?odvoden\w+"
            r"|ne\s+változtasd|fără\W?(?:derivate|modificări)|b(?:ez|rez)\W?(?:prerada|predelav)|без\W?(?:прерада|похідних|производн)"
            r"|όχι\s+παράγωγα|tuletatud\s+teoste\s+keeld|bez\s+atvasin\w+|jokių\s+išvestinių|lan\W?eratorririk\W?gabe"
            r"|ללא\s+יצירות|منع\s+الاشتقاق|ห้ามดัดแปลง|禁止演绎|禁止改作|改変禁止|변경\s?금지"
            r"|khong\s+phai\s+sinh|(?:không|cấm)\s*[^.;,]{0,20}phái\s*sinh"
            r"|không\s+(?:được\s+)?(?:sửa đổi|chỉnh sửa|thay đổi|biến đổi)"
            r"|(?<![a-z])nd(?![a-z])",
            re.IGNORECASE,
        ),
    ),
    (
        "sa",
        re.compile(
            r"share\W*a?like|partage\s+dans\s+les\s+m[êe]mes|weitergabe\s+unter\s+gleichen|compart\w+\W?igual|gelijk\W?delen"
            r"|condividi\W?allo\W?stesso|на\s+тех\s+же\s+условиях|с\s+сохранением\s+условий|dela\W?lika|del\s+på\s+samme|na\s+tych\s+samych|l.identique"
            r"|berbagi\W?serupa|aynı\W?lisansla|compartir\W?igual|jaa\W?samoin|zachovejte\s+licenci|rovnaké\s+šírenie|így\s+add"
            r"|(?:partajare|distribuire)\W?în\W?condiții|del\W?på\W?samme|dijeli\s+pod\s+istim|deliti\s+pod\s+istim|делити\s+под"
            r"|deljenje\s+pod\s+enakimi|παρόμοια\s+διανομή|споделяне\s+на|на\s+тих\s+самих|сохранение\W?условий"
            r"|samadel\s+tingimustel|analogiškas|partekatu\W?berdin|שיתוף\s+זהה|بالمثل|อนุญาตแบบเดียวกัน|相同方式|継承|동일\s?조건|chia\s+se\s+tuong\s+tu|(?:chia\s*sẻ|phân\s*phối)\s*(?:tương\s*tự|như\s+nhau|theo\s+cùng)|cùng\s+(?:giấy\s+phép|điều\s+kiện)|(?<![a-z])sa(?![a-z])",
            re.IGNORECASE,
        ),
    ),
)
_BY = re.compile(rf"{_ATTRIBUTION}|^by-|{_CC_BY}", re.IGNORECASE)
_NO_TRADE = re.compile(r"cấm\s[^.;]{0,30}thương\s*mại", re.IGNORECASE)  # beside "ghi công" it may mean BY-NC
_MARK = re.compile(r"public\s+domain\s+mark|\bpdm\b", re.IGNORECASE)
_ZERO = re.compile(r"\bcc[\s-]?0\b|\bcc[\s-]?zero\b|public\s+domain\s+dedication|commons\s+(?:zero|0)\b", re.IGNORECASE)
_VERSION = re.compile(r"(?<![\d.])([1-4]\.[05])(?![\d.])")
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
    rf"(mit\b(?!-)|{_APACHE}|{_GPL})"
    r"|^(?:the |spdx-license-identifier:\s*)?"
    rf"(mit\b(?=.{{0,3}}licen[sc]e|$)|{_APACHE}(?=\s*(?:$|[^\w\s]|licen))|{_GPL})",
    re.IGNORECASE,
)
_OF_SOFTWARE = {"m": "mit", "a": "apache-2.0", "g": "gpl-3.0", "c": "gpl-3.0"}
# "All rights reserved, except for the appendix, which is CC BY": the appendix is not what is described.
_EXCEPTED = re.compile(
    r"^(?:all rights reserved|(?:tất cả )?(?:các|mọi) quyền được bảo lưu)\W+(?:ngoại )?(?:trừ|except)", re.IGNORECASE
)
_LABEL = re.compile(r"^(?:rights|licen[sc]e|usage|terms of use)\s*:\s*(?=\S)", re.IGNORECASE)
_RUN_TOGETHER = re.compile(r"\bcc-?by-?(nc)?-?(sa|nd)?(?![a-z])-?", re.IGNORECASE)
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
_PARTICULAR = ("rs-inc-ruu", "rs-inc-ow-eu")  # "In copyright, rights holder unlocatable": the second says more
_COMPONENT_CODES = frozenset(("by", "nc", "sa", "nd"))
_LONGEST = 1_000  # letters: journals repeat their sentences of rights; what is longer stands in one record
_STRENGTH = {"address": 3, "words": 2, "copyright": 1}

Reading = tuple[str, str, str]  # id of the licence or "", its address or "", how it was read


@remembered_words(maxsize=20_000, longest=_LONGEST)
def read(text: str) -> Reading:
    """Return the licence that a statement of rights names: (id, address, how); ("", "", "") where it names none.

    ``how`` is address, words or copyright; "unclear" where Creative Commons is named without saying which, or
    where what is named is denied, contradicted or taken back.
    """
    own = vocabulary("licence").taught.term(text)
    if own:
        return own, "", "words"
    text = _LABEL.sub("", _plain(text))
    if ("/" in text or "\\" in text) and (by_address := _by_address(text)):
        return by_address
    if _CC_WORDS.search(text):
        if _EXCEPTED.search(text):
            return "rs-inc", "", "copyright"
        reading = ("", "", "unclear") if FORBIDDEN.search(text) else _creative_commons(text)
        return _if_believed(reading, text) if reading[0].startswith(("cc", "pdm")) else reading
    table = vocabulary("licence")
    whole = table.value(text)
    if whole and table.terms[whole].get("open") and "?" in text:
        return "", "", ""
    if whole and not (whole in _OF_SOFTWARE.values() and reserves(text)):  # "© MIT"
        return whole, "", "words"
    if (software := _SOFTWARE.search(text)) and not is_negated(text, software.start()):
        name = _OF_SOFTWARE[(software[1] or software[2])[0].lower()]
        if not takes_back(text, table.terms[name]):
            return name, "", "words"
    if name := allows_all(text):
        return name, "", "words"
    words = text.lower().split()
    for name, first, _ in sorted(table.phrases(text), key=lambda phrase: phrase[0] not in _PARTICULAR):
        if not name.startswith("rs-"):  # "MIT OpenCourseWare", "not in the public domain"
            continue
        if not table.terms[name].get("open"):
            if denied_behind(" ".join(words[max(0, first - 8) : first])):
                continue
            return _reserved(name, text), "", "copyright"
        if first == 0 and not FORBIDDEN.search(text):
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


def _plain(text: str) -> str:
    """Write badges and what is run together as people write: "License-CC%20BY--NC%204.0", "ccbysa"."""
    if "%2" in text:
        text = unquote(text).replace("--", "-").replace("-CC", " CC")
    if "&" in text and ";" in text:
        text = unescape(text)
    if "ccby" in text.lower():
        return _RUN_TOGETHER.sub(lambda code: "-".join(filter(None, ("CC-BY", code[1], code[2]))) + " ", text)
    return text


def _reserved(name: str, text: str) -> str:
    """Return what copyright still allows ("giữ bản quyền, cho phép dùng phi lợi nhuận"); "" for material of a house."""
    if name == "rs-inc":
        allowed = _ALLOWED.search(text)
        return ("rs-inc-nc" if allowed[1] or allowed[2] else "rs-inc-edu") if allowed else name
    return "" if name == "rs-inc-edu" and _OF_THE_HOUSE.search(text) else name


def _if_believed(reading: Reading, text: str) -> Reading:
    return ("", "", "unclear") if takes_back(text, vocabulary("licence").terms[reading[0]]) else reading


def _by_address(text: str) -> Reading | None:
    if match := _CC_ADDRESS.search(text):
        if is_negated(text, match.start()):
            return "", "", "unclear"
        named = [_cc_address(*(part.lower() for part in each.groups(""))) for each in _CC_ADDRESS.finditer(text)]
        # "CC BY; CC0 applies to the data": what has conditions says how the work itself may be used.
        bound = [reading for reading in named if not (reading and reading[0] in FREE)] or named
        if len({reading and reading[0] for reading in bound}) > 1:
            return "", "", "unclear"  # CC BY and CC BY-NC
        return bound[0] and _if_believed(bound[0], text)
    table = vocabulary("licence")
    if software := _SOFTWARE_ADDRESS.search(text):
        name = _OF_SOFTWARE.get(software[1][0].lower(), "apache-2.0")  # at apache.org it is "LICENSE-2.0"
        if is_negated(text, software.start()) or takes_back(text, table.terms[name]):
            return "", "", "unclear"
        return name, str(table.terms[name]["uri"]), "address"
    if statement := _RIGHTS_ADDRESS.search(text):
        name = f"rs-{statement[1].lower().strip('-')}"
        return (name, str(table.terms[name]["uri"]), "address") if name in table.terms else None
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
        parts = code.strip("-").split("-")
        name = "-".join(["cc", *(part for part in ("by", "nc", "sa", "nd") if part in parts)])
        if not _COMPONENT_CODES.issuperset(parts):
            return None
    if name not in vocabulary("licence").terms:
        return None
    tail = "/".join(part for part in (version, port) if part)
    return name, f"https://creativecommons.org/{place}/{code.strip('-')}/{tail + '/' if tail else ''}", "address"


def _creative_commons(text: str) -> Reading:
    """Read the components one by one, so that "Non Commercial" in any spelling closes what "Attribution" opened."""
    code = _CC_CODE.search(text)
    named = _CC_WORDS.search(text)
    if named and is_negated(text, named.start()):
        return ("rs-inc", "", "copyright") if _OWNED.search(text) else ("", "", "unclear")
    if _MARK.search(text):
        return ("", "", "unclear") if code else ("pdm", "", "words")
    if _ZERO.search(text):
        return ("", "", "unclear") if code else ("cc0", "", "words")
    if not _BY.search(text) or _ONCE_OTHERWISE.search(text):
        return "", "", "unclear"
    if len({frozenset(re.findall(r"nc|nd|sa", each.lower())) for each in _CC_CODE.findall(text)}) > 1:
        return "", "", "unclear"  # "CC BY 4.0 / CC BY-NC 4.0"
    told = {part for part, form in _COMPONENTS if form.search(text)} | set(
        re.findall(r"nc|nd|sa", (code[1] if code else "").lower())
    )
    name = "-".join(["cc", "by", *(part for part in ("nc", "sa", "nd") if part in told)])
    if not code and "nc" not in told and _NO_TRADE.search(text):
        return "", "", "unclear"
    if name not in vocabulary("licence").terms:
        return "", "", "unclear"
    version = _VERSION.search(text)
    return name, f"https://creativecommons.org/licenses/{name[3:]}/{version[1]}/" if version else "", "words"


def _strongest(rows: list[Row], rule: Rule, job: Job) -> list[tuple[Reading, Row]]:
    """Return what the surest statements say; nothing where they contradict each other."""
    if len(rows) == 1:
        only = read(rows[0][1])
        if only[2] != "unclear":
            return [(only, rows[0])] if only[0] else []
    readings = [(read(row[1]), row) for row in rows]
    for reading, row in readings:
        if reading[2] == "unclear" and rule.unknown:
            job.problem("unknown_value", rule.field, row[0], row[1])
    told = [pair for pair in readings if pair[0][0]]
    best = max((_STRENGTH[reading[2]] for reading, _ in told), default=0)
    told = [pair for pair in told if _STRENGTH[pair[0][2]] == best]
    names = dict.fromkeys(reading[0] for reading, _ in told)
    if len(names) > 1:
        if rule.unknown:
            job.problem("several_licences", rule.field, told[0][1][0], ", ".join(names))
        return []
    return told


def licence(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Name the licence of a record."""
    return [(reading[0], row) for reading, row in _strongest(rows, rule, job)]


def licence_url(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Give the address of the licence, with the version that the source states."""
    return [(reading[1], row) for reading, row in _strongest(rows, rule, job) if reading[1]]


def rights(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Keep the words of a statement of rights: what is neither an address alone nor a code of access."""
    found: list[Found] = []
    for row in rows:
        text = paragraphs(row[1])
        if text and not text.startswith(("http://", "https://")) and not _ACCESS.fullmatch(text) and text != "None":
            found.append((text, row))
    return found
