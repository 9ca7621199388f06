"""What denies, doubts, limits, postpones or reserves: beside it no open licence is believed."""

from __future__ import annotations

import re
from typing import Any

from .creative_commons import conditions
from .tables import remembered, remembered_words
from .vietnamese import folded, is_bare, key, unmarked_too, without_marks
from .vocabulary import vocabulary

_COPYRIGHT = re.compile(
    r"^quyền tác giả\s*:|chủ sở hữu (?:quyền tác giả|bản quyền)"
    r"|^bản quyền(?: (?:hình )?ảnh| nội dung| video| bài (?:viết|giảng)| tài liệu)?\s*:"
    r"\s*(?!mở|tự do|không|chưa|cc\b|creative|public domain|phạm vi|miền công)\S"
    r"|^bản quyền\s+(?:năm\s+)?\d{4}|thuộc bản quyền"
    r"|\b(?:bản quyền|quyền tác giả) (?:(?:đã|đang) )?(?:được )?(?:bảo lưu|bảo hộ|đăng ký)"
    r"|\b(?:quyền tác giả|quyền sở hữu trí tuệ) thuộc(?! (?:về )?công)"
    r"|(?<!tượng )(?:được|đang) bảo (?:hộ|vệ)\s(?!thành công)[^.;,]{0,25}(?:bản quyền|quyền tác giả|sở hữu trí tuệ)"
    r"|còn (?:trong )?thời hạn bảo hộ"
    r"|\b(?:có|còn) bản quyền"
    r"|\b(?:bản quyền|quyền tác giả|quyền sở hữu trí tuệ)\s[^.;,]{0,40}thuộc (?:về|quyền)(?! công)"
    r"|(?:các|mọi|tất cả) quyền (?:tác giả )?(?:(?:đều|đã) )?được bảo (?:lưu|hộ)"
    r"|©|\(c\)\s*(?:\d{4}|by\b)"
    r"|\bcopyrights?\s+(?:\(c\)|©|\d{4}|by\b|of\b|(?:is\s+)?(?:belongs|held|owned|reserved|protected|retained|remains)\b)"
    r"|\bcopyrighted\b|\bretains?\s+(?:the\s+|full\s+)*copyright|\bprotected\s+by\s+copyright"
    r"|\bno part of this \w+ may be reproduced"
    r"|\bcopyright\W{1,3}\d{4}|\bcopyright\s+(?:owner|holder)s?\s*:|\b(?:under|subject to|still in)\s+copyright"
    r"|^rights reserved\b|^bảo hộ bản quyền|^(?:chủ|sở hữu) bản quyền\s*:"
    r"|^copyright\s+(?:nxb|nhà xuất bản|trường|đại học|sở|bộ|công ty)\s"
    r"|^copyright\W{1,3}(?!not|un(?:determined|known|clear)|status|free|expired|clearance|policy|act|law|notice|none|no\b|waive|open|unrestricted|n/a|miễn|không|libre)(?-i:[A-ZĐ])"
    r"|không được (?:phép )?(?:sao chép|in ấn|phát hành lại)|cấm (?:mọi hành vi )?sao chép",
    re.IGNORECASE,
)
# What stands before is denied: "không giữ bản quyền", "chưa được bảo hộ", "hết thời hạn được bảo hộ".
_DENIED = re.compile(
    unmarked_too(r"\b(?:không|chưa|not|hết|never|no)(?:\s+(?:còn|được|có|hề|longer|be|been|hạn|thời hạn))*\s*$")
)
# One of these stands in whatever it finds; asked first, because most values have none.
_OF_COPYRIGHT = (
    "quyền",
    "©",
    "(c)",
    "copyright",
    "bảo",
    "sao chép",
    "in ấn",
    "hành lại",
    "droits",
    "reproduced",
    "reserved",
)
# Beside these words a licence that allows is contradicted: neither holds for certain.
_FORBIDDEN = re.compile(
    unmarked_too(r"cấm sao chép|(?<!không )(?:chưa|phải) (?:có sự )?(?:xin phép|cho phép)"),
    re.IGNORECASE,
)
# Words of the table that only state copyright, which who licenses a work keeps, or a purpose: the others close it.
_ONLY_STATED = {
    "rs-inc": re.compile(r"copyright|bản quyền|urheber|auteur|autor", re.IGNORECASE),
    "rs-inc-edu": re.compile(r"phục vụ học tập|dùng trong giảng dạy", re.IGNORECASE),
}
# Beside a name of the public domain only these may stand in a clause: they say nothing else of anything else.
_HARMLESS = frozenset(
    key(word)
    for words in (
        "tác phẩm tài liệu tư liệu ảnh sách bản này đã thuộc về do vì tác giả bản quyền",
        "tac pham tai lieu tu lieu anh sach ban nay da thuoc ve do vi gia quyen",
        "work book image photograph item it now this the in into is of by",
        "released author authors œuvre dans tombée tombé du le la est obra de en el mark 1 0",
    )
    for word in words.split()
)
_TREATS = re.compile(r"(?<!thuộc )\bvề\b|(?<!thuoc )\bve\b", re.IGNORECASE)  # "tài liệu về phạm vi công cộng"
# In a clause without such a name only a label may stand before it, and why copyright is over.
_LABEL = re.compile(
    unmarked_too(
        r"(?:tình trạng )?(?:bản )?quyền|giấy phép|tác phẩm|tài liệu|(?:(?:copy)?rights?|licen[sc]e)(?: status)?"
        r"|(?:this |the )?(?:work|item)"
    ),
    re.IGNORECASE,
)
_OVER = re.compile(
    unmarked_too(r"(?:tác giả )?(?:đã )?(?:mất|qua đời)(?: trước)?(?: năm)? 1\d{3}")
    + r"|(?:the )?author died (?:in|before) 1\d{3}|1\d{3}"
    r"|(?:the library considers that )?th(?:is|e) (?:work|item) is no(?:t| longer) (?:under|in|protected by) copyright"
    r"(?: protection)?",
    re.IGNORECASE,
)
_SIGNS = "[\u2260\u2610\u2612\u2715-\u2718\u274c\u274e¬]"  # crosses, empty boxes, "not"
_DOUBT = (
    r"possibly|perhaps|maybe|probabl[ey]|presum(?:ed|abl[ey])|pending|under consideration|proposed|planned|tb[acd]"
    r"|to be (?:confirmed|determined|decided)|un(?:certain|confirmed|verified|determined)|alleged(?:ly)?"
    r"|có lẽ|có thể (?:là|theo|thuộc)|hình như|đang chờ|chờ (?:xác|duyệt|phê)|dự (?:kiến|định)|đề xuất"
    r"|chưa (?:xác|rõ|chắc|quyết|được (?:xác|duyệt|phê))|không (?:rõ|chắc)"
)
# "From 2030", "sau năm 2030", "until the embargo": what holds at another time does not hold for certain.
_DATE = (
    r"(?:after|from|since|until|till|before|starting|beginning|effective|as of"
    r"|sau|từ|kể từ|đến|tới|trước|hết)\s+(?:(?:the|year|end|of|in|on|năm|ngày|tháng|hết)\s+)*"
    r"(?:[a-z]{3,9}\.?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?,?\s+)?(?:2\d{3}|\d{1,2}[/.-]\d+)"
    r"|until|after (?:the )?(?:embargo|publication|acceptance|approval)|sau (?:khi|thời)\b"
)
# Before a licence's name this denies, doubts or postpones it.
_NEGATED = re.compile(
    unmarked_too(
        rf"{_SIGNS}|\bnot\b|\bno\b(?! rights? reserved|\.?\s*\d|\W?deriv|\W?com)|\bnever\b|n['’]t\b"
        r"|\bkhông (?:phải(?! sinh)|được|áp dụng|có|thuộc|là)\b|\bchưa\b|\bchẳng\b"
        r"|\bkhông (?:còn )?(?:theo|dùng|cấp phép|phát hành)\b"
        rf"|\b(?:{_DOUBT}|{_DATE}|nếu|will"
        r"|without|instead of|rather than|other than|formerly|previously|similar to|unlike|contrary to"
        r"|compatible (?:with|to)|equivalent to|different from|violat\w+|từ chối|thay (?:vì|cho)|trước đây"
        r"|trái (?:với|ngược)|khác (?:với|hẳn)"
        r"|tương (?:thích|đương)|(?<!sẻ )tương tự (?:như|với)|giống (?:như|với)|so với|vi phạm"
        r"|some(?! rights)|một (?:số|phần)|only)\b"
        r"|\b(?:khác|ngoài|hơn|giống|trừ|except|than|like|versus|vs|non|ex|but)[\s.-]{0,2}\Z"
    )
    # "se" is a word of Spanish, "chi" one of ours
    + r"|\bsẽ\b|\b(?<!chia )se (?:theo|duoc|dung|cap|ap|phat)\b"
    r"|(?<!địa )\bchỉ\b|\bchi (?:dung|duoc|cho|danh|ap|su|rieng)\b",
    re.IGNORECASE,
)
# What a licence allowed is over.
_ENDED = re.compile(
    unmarked_too(r"không (?:còn )?(?:được )?áp dụng|hết hiệu lực|(?:đã |bị )thu hồi|không còn (?:hiệu lực|giá trị)")
    + r"|\bno longer\b|\b(?:do|does) not apply\b|\bnot applicable\b"
    r"|\blicen[sc]e[^.;]{0,30}\b(?:expired|revoked|withdrawn|terminated)\b",
    re.IGNORECASE,
)
# "CC BY 4.0, trừ hình ảnh"; who only excepts what says otherwise licenses the work.
_EXCEPTION = re.compile(
    unmarked_too(
        r"\b(?:except(?:ing|ions?)?|excluding|other than|apart from|unless|không (?:bao )?gồm"
        r"|(?:does|do|did) not (?:include|cover)|not including|(?<!lưu )trừ)\b"
        r"(?!.{0,80}?\b(?:noted?|stated|indicated|specified|otherwise|marked|credited|ghi|chú thích|khác|riêng)\b)"
    ),
    re.IGNORECASE | re.DOTALL,
)
# Beside these words nothing is free for all.
_LIMITED = re.compile(
    unmarked_too(
        rf"{_SIGNS}|\?(?!\w)|\bcấm\b(?<!cam)|\bcam (?=sao|bán|sử|sửa|dùng|phát|chỉnh|thay|thương|kinh|mọi|tải|chia)"
        r"|\b(?:is|are|use|strictly)\s+(?:prohibited|forbidden)\b|\bnot (?:allowed|permitted|granted|valid|yet)\b"
        r"|\bnot (?:for|to be) (?:sale|sold|resale|commercial|redistribut|modif)|\b(?:non|not|no)\W?(?:for\W)?profit"
        r"|\bno (?:modif|alter|edit|adapt|change|commercial|sale|resale|redistribut|re-?use|derivat)"
        r"|\bkhông (?:được )?(?:phép )?(?:bán|sửa|chỉnh sửa|thay đổi|sao chép|phát tán|(?:sử )?dụng lại|dùng lại)\b"
        r"|\b(?:phi|không)[^.;,]{0,20}\b(?:lợi nhuận|để bán|kinh doanh|mua bán)\b"
        r"|\b(?:nội bộ|dành riêng|(?<!không )(?<!không phải )(?:thu|trả) phí)\b"
        r"|(?<!0-)(?<!not )\bonly\b\s*(?:$|[.;,)\]]|for\b|in\b|within\b|to\b|by\b|with\b|on\b)|\buse only\b"
        r"|\bfor (?:educational|personal|academic|research|teaching|private|internal|classroom)(?: \w+)?"
        r" (?:purpose|use)s?\b"
        r"|\bmay (?:only )?be used for (?!any|all)|\bmục đích (?:giáo dục|học tập|nghiên cứu|giảng dạy|cá nhân)\b"
        r"|\bchỉ (?:dùng|được|cho|sử dụng|dành|áp dụng|phục vụ|lưu hành|trong|đọc|xem|tham khảo)\b"
        r"|\b(?:metadata|siêu dữ liệu)\b"
        r"|\bdo not (?:modify|edit|alter|change|copy|share|sell|distribute|redistribute|re-?use|use)\b"
        r"|\bwith (?:\w+ )?restrictions\b|\bcommons clause\b|[:=]\s*(?:không|chưa|sai|no?|false|none|0)\s*$"
        rf"|\b(?:{_DOUBT}|{_DATE})"
    ),
    re.IGNORECASE,
)
# What is a part of a work, or beside it: a licence of it is not the work's.
_PARTS = unmarked_too(
    r"(?:(?:bức |tấm )?ảnh|hình(?: ảnh| vẽ| minh họa)?|tranh|minh họa|biểu đồ|âm nhạc|nhạc(?: nền)?|âm thanh|phông chữ"
    r"|biểu tượng|(?:trang )?bìa|tóm tắt|siêu dữ liệu|dữ liệu|mã nguồn|phụ lục|bản dịch|bản gốc|nguyên tác"
    r"|chương|phần|bài tập|lời giải|slides?|chapters?|sections?|exercises?"
    r"|(?:cover |front |background |featured |stock |clip |source )?(?:photo(?:graph)?s?|images?|pictures?|figures?"
    r"|illustrations?|drawings?|art(?:works?)?|graphics?|icons?|fonts?|music|audio|sounds?|covers?|abstracts?|metadata"
    r"|data|code|software|append(?:ix|ices)|tables?|charts?|diagrams?|logos?|templates?|original(?: text| version)?"
    r"|translation))"
)
# "Ảnh: …", "photos by …", "hình minh họa theo …"; "Data Science", "Nhạc viện", "ảnh này" are no parts.
_BINDS = unmarked_too(
    r"(?=\s*(?:$|[^\w\s]|\d|(?:by|of|from|in|on|for|is|are|under|courtesy|copyright|credits?|taken|used|licen[sc]ed?"
    r"|cc|creative|available|released|only|theo|của|do|được|trong|dùng|lấy|từ|trên|là|có|bìa|chụp|minh|sử)\b))"
)
_BEGINS_WITH_PART = re.compile(
    r"(?:\A|[,(:\[—]|\s-\s)\s*"
    r"(?:(?:the|all|for|of|with|and|phần|các|những|mọi|toàn bộ|cho|với|và)\s+){0,2}"
    rf"{_PARTS}{_BINDS}",
    re.IGNORECASE,
)
_OF_PART = re.compile(
    r"(?:\b(?:for|appl(?:y|ies) to|covers|cho|đối với|áp dụng với|với)\s+"
    rf"(?:(?:the|all|only|phần|các|những|riêng)\s+){{0,2}}|[(\[]\s*){_PARTS}{_BINDS}",
    re.IGNORECASE,
)
_REACH = 200  # letters before a licence's name in which a part may be told
_SHARE = re.compile(
    rf"\b{_PARTS}\b"
    r"|toàn văn|full.?text|nội dung|content|bài (?:viết|giảng)|giáo trình|\btexts?\b|văn bản|phần mềm|video",
    re.IGNORECASE,
)
_PARTICULAR = ("rs-inc-ruu", "rs-inc-ow-eu")  # "In copyright, rights holder unlocatable": the second says more
_UNRESERVED = frozenset(("rs-nkc",))  # nobody is known who could reserve
_NOT_OWNED = frozenset(("rs-nkc", "rs-noc-oklr"))  # whoever says so reserves nothing, until the next words
FREE = frozenset(("pdm", "cc0"))
_WORD = re.compile(r"[^\W_]+")  # as they are compared
_SENTENCE = re.compile(r"[;\n]|\.\s")
_CLAUSE = re.compile(r"[;:,()\[\]!\n–—]+|\.(?!\d)|\s-\s")


def reserves(text: str) -> bool:
    """Say that copyright is stated, and not denied."""
    lowered = text.lower()
    return any(word in lowered for word in _OF_COPYRIGHT) and any(
        not denied_behind(lowered[max(0, stated.start() - 60) : stated.start()]) for stated in _COPYRIGHT.finditer(text)
    )


def denied_behind(before: str) -> bool:
    """Say that lower-case words end with a negation of what follows them."""
    return _DENIED.search(before) is not None


def allows_all(text: str) -> str:
    """Return "pdm" or "cc0" where a text says that alone, of nothing else and with nothing beside it; else ""."""
    table = vocabulary("licence")
    found = {name for name, _, _ in table.phrases(text)}
    if found.isdisjoint(FREE) or any(closes(name) for name in found):
        return ""
    if "?" in text or _TREATS.search(text) or forbids(text) or reserves(text):
        return ""
    named: set[str] = set()
    for clause in filter(None, map(str.strip, _CLAUSE.split(text))):
        phrases = [phrase for phrase in table.phrases(clause) if phrase[0] in FREE]
        if not phrases and (_OVER if named else _LABEL).fullmatch(clause) is None:
            return ""
        said = {place for _, first, last in phrases for place in range(first, last + 1)}
        if phrases and any(
            place not in said and word not in _HARMLESS for place, word in enumerate(key(clause).split(" "))
        ):
            return ""
        named |= {name for name, _, _ in phrases}
    return named.pop() if len(named) == 1 else ""


def is_negated(text: str, start: int) -> bool:
    """Say that a negation stands before a licence's name: "không phải CC BY"; "No derivatives" stands after it."""
    return _NEGATED.search(text, max(_sentence(text, start), start - 60), start) is not None


def is_of_part(text: str, start: int, end: int) -> bool:
    """Say that a licence's name speaks of a part of the work: "Photo by Lan, CC BY", "CC BY for images"."""
    begin = _sentence(text, start)
    before, behind = text[begin:start].lstrip(), _SENTENCE.split(text[end : end + _REACH], maxsplit=1)[0]
    cut = begin and begin == start - _REACH
    return _BEGINS_WITH_PART.search(f"-{before}" if cut else before) is not None or _OF_PART.search(behind) is not None


def _sentence(text: str, start: int) -> int:
    """Return where the sentence begins that goes on at ``start``, at most ``_REACH`` letters before."""
    first = max(0, start - _REACH)
    return max((end.end() for end in _SENTENCE.finditer(text, first, start)), default=first)


def closes(name: str) -> bool:
    """Say that a statement of the table allows less than an open licence does."""
    return name.startswith("rs-") and name not in _UNRESERVED


def stated(text: str) -> list[tuple[str, str, int, bool]]:
    """Return the statements of rights in a text: id, words, place of the first, and whether it is denied."""
    words, written = (folded(text) if is_bare(text) else key(text)).split(" "), _WORD.findall(text.lower())
    found = sorted(vocabulary("licence").phrases(text), key=lambda phrase: phrase[0] not in _PARTICULAR)
    return [
        (name, " ".join(words[first : last + 1]), first, denied_behind(" ".join(written[max(0, first - 8) : first])))
        for name, first, last in found
        if name.startswith("rs-")  # "MIT OpenCourseWare", "not in the public domain" are others
    ]


@remembered(maxsize=4)
def _closing(name: str, kind: str = "variants") -> frozenset[str]:
    """Return the words of a term that close a licence beside them, as they are compared, with and without marks."""
    listed = vocabulary("licence").terms[name].get(kind, ())
    words = [word for word in listed if not _ONLY_STATED[name].search(word)]
    return frozenset(map(key, words)) | frozenset(map(folded, words))


@remembered_words(maxsize=4_000)
def _against(text: str) -> tuple[bool, bool]:
    """Say of a text whether all rights are reserved in it, and whether that or what it states closes an open licence.

    "Trường giữ mọi quyền với bản in" does the first where a licence is named beside it, and not the second.
    """
    found = stated(text) if text.isascii() else [*stated(text), *stated(without_marks(text))]
    valid = {(name, words) for name, words, _, denied in found if not denied}
    whole = f" {key(text)} | {folded(text)} "
    phrases = [phrase for phrase in _closing("rs-inc", "field_only") if f" {phrase} " in whole]
    clauses = [f" {form(clause)}" for clause in _CLAUSE.split(text) for form in (key, folded)] if phrases else []
    forbidden = _FORBIDDEN.search(text) is not None or any(words in _closing("rs-inc") for _, words in valid)
    closed = any(
        words in _closing(name) if name in _ONLY_STATED else closes(name) and name != "rs-noc-oklr"
        for name, words in valid
    ) or any(clause.endswith(f" {phrase}") for phrase in phrases for clause in clauses)
    return forbidden or bool(phrases), forbidden or closed


def forbids(text: str) -> bool:
    """Say that all rights are reserved, or use needs permission: beside that no licence holds."""
    return _against(text)[0]


def takes_back(text: str, licence: dict[str, Any]) -> bool:
    """Say that a text which names a licence ends it, or limits one that is open, or reserves a part of the work."""
    if contradicts(text, licence):
        return True
    return bool(licence.get("open")) and (
        forbids(text) or any(_SHARE.search(part) and _is_reserved(part) for part in _SENTENCE.split(text))
    )


def contradicts(text: str, licence: dict[str, Any]) -> bool:
    """Say that a licence does not hold beside a text, of its own statement or of another one of the same record."""
    if _ENDED.search(text):
        return True
    if not licence.get("open") and licence["id"] not in _NOT_OWNED:
        return False
    if _LIMITED.search(text) or _EXCEPTION.search(text) or _against(text)[1]:
        return True
    return bool(conditions(text)) or (licence["id"] in FREE and _is_reserved(text))


def _is_reserved(text: str) -> bool:
    return reserves(text) or any(
        not denied and (name != "rs-inc-edu" or words in _closing(name)) and closes(name)
        for name, words, _, denied in stated(text)
    )
