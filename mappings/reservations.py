"""What denies, doubts, limits, postpones or reserves: beside it no open licence is believed."""

from __future__ import annotations

import re
from typing import Any

from .vietnamese import key
from .vocabulary import vocabulary

_COPYRIGHT = re.compile(
    r"^quyền tác giả\s*:|chủ sở hữu (?:quyền tác giả|bản quyền)"
    r"|^bản quyền(?: (?:hình )?ảnh| nội dung| video| bài (?:viết|giảng)| tài liệu)?\s*:"
    r"\s*(?!mở|tự do|không|chưa|cc\b|creative)\S"
    r"|^bản quyền\s+(?:năm\s+)?\d{4}|thuộc bản quyền"
    r"|\b(?:bản quyền|quyền tác giả) (?:(?:đã|đang) )?(?:được )?(?:bảo lưu|bảo hộ|đăng ký)"
    r"|\b(?:quyền tác giả|quyền sở hữu trí tuệ) thuộc(?! (?:về )?công)"
    r"|(?<!tượng )(?:được|đang) bảo (?:hộ|vệ)\s(?!thành công)[^.;,]{0,25}(?:bản quyền|quyền tác giả|sở hữu trí tuệ)"
    r"|còn (?:trong )?thời hạn bảo hộ"
    r"|\b(?:có|còn) bản quyền"
    r"|\b(?:bản quyền|quyền tác giả|quyền sở hữu trí tuệ)\s[^.;,]{0,40}thuộc (?:về|quyền)(?! công)"
    r"|(?:các|mọi|tất cả) quyền (?:tác giả )?(?:(?:đều|đã) )?được bảo (?:lưu|hộ)"
    r"|©|\(c\)\s*(?:\d{4}|by\b)|tous droits r[ée]serv[ée]s"
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
_DENIED = re.compile(r"(?:\b(?:không|chưa|not|hết|never|no)(?:\s+(?:còn|được|có|hề|longer|be|been|hạn|thời hạn))*)\s*$")
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
FORBIDDEN = re.compile(
    r"all rights reserved|(?:giữ|bảo lưu) mọi quyền|mọi quyền được bảo lưu|cấm sao chép"
    r"|(?<!không )(?:chưa|phải) (?:có sự )?(?:xin phép|cho phép)|(?:tous droits réservés|alle rechte vorbehalten)",
    re.IGNORECASE,
)
# Whatever of these stands anywhere in a sentence, the licence in it does not hold for certain.
_UNCERTAIN = re.compile(
    r"\?|\b(?:không(?! còn (?:được )?(?:bản quyền|bảo hộ))|chưa|chẳng|khong|chua"
    r"|not?(?! (?:longer )?(?:under|in|protected by|subject to) copyright)"
    r"|never|non|nicht|pas|unknown|un(?:certain|clear|verified|determined)"
    r"|possibl[ey]|perhaps|maybe|may|might|could|would|should|probabl[ey]|likely|presum(?:ed|abl[ey])|pending"
    r"|claim(?:s|ed)?|alleged(?:ly)?|disputed|restrict(?:ed|ions?)|terms|permissions?|(?:non-?)?commercial"
    r"|hạn chế|cấm|xin phép|thương mại|đề xuất"
    r"|có thể|có lẽ|có vẻ|nghi|nghĩ|chờ|cần|xác (?:minh|nhận|định)|kiểm tra|dự kiến|sắp|sẽ|se|will|until|till"
    r"|unless|khi|nếu|if|or|hoặc|trừ|except|excluding|but|nhưng|however|tuy|only|chỉ|phần|một số|some|parts?"
    r"|partly|most|mostly|hầu hết|đa số|(?<!thuộc )về|(?<!thuoc )ve|about|metadata|siêu dữ liệu|2\d{3})\b",
    re.IGNORECASE,
)
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
# Before a licence's name this denies, doubts or postpones it.
_NEGATED = re.compile(
    r"\bnot\b|\bno\b(?! rights? reserved|\.?\s*\d)|\bnever\b|\bkhông phải\b|\bkhông được\b|\bkhông áp dụng\b|\bchưa\b"
    r"|\bkhông có\b|\bkhông thuộc\b|\bkhông (?:còn )?(?:theo|dùng|cấp phép|phát hành)\b"
    r"|\b(?:possibly|perhaps|maybe|probably|có lẽ|có thể (?:là|theo|thuộc)|đang chờ|chờ xác|dự kiến|until|nếu|sẽ|will"
    r"|from \d+|từ (?:năm |ngày )?\d+|without|instead of|formerly|previously|similar to|từ chối|thay vì|trước đây"
    r"|some(?! rights)|một (?:số|phần)|only|(?<!địa )chỉ|abstracts?|tóm tắt|appendix|phụ lục|covers?|bìa)\b|n['’]t\b",
    re.IGNORECASE,
)
# What a licence allowed is over.
_ENDED = re.compile(
    r"không (?:còn )?(?:được )?áp dụng|hết hiệu lực|(?:đã |bị )thu hồi"
    r"|\bno longer\b|\b(?:do|does) not apply\b|\bnot applicable\b"
    r"|\blicen[sc]e[^.;]{0,30}\b(?:expired|revoked|withdrawn|terminated)\b",
    re.IGNORECASE,
)
# Beside these words nothing is free for all.
_LIMITED = re.compile(
    r"\?(?!\S)|\bcấm\b|\b(?:is|are|use|strictly)\s+(?:prohibited|forbidden)\b|\bnot (?:allowed|permitted)\b"
    r"|\bnot (?:for|to be) (?:sale|sold|resale|profit|commercial|redistribut|modif)"
    r"|\bno (?:modif|alter|edit|adapt|change|commercial|sale|resale|redistribut|re-?use|derivat)"
    r"|\bkhông (?:được )?(?:phép )?(?:bán|sửa|chỉnh sửa|thay đổi|sao chép|phát tán|dùng lại|sử dụng lại|kinh doanh)\b"
    r"|\bonly for\b|\buse only\b|\bchỉ (?:dùng|được|cho|sử dụng|dành)\b|\b(?:metadata|siêu dữ liệu)\b"
    r"|\bdo not (?:modify|edit|alter|change|copy|share|sell|distribute|redistribute)\b|\bwith restrictions\b"
    r"|\b(?:pending|under consideration|until|after (?:the )?embargo|from (?:the year )?\d{4})\b"
    r"|đề xuất|chưa xác|từ (?:năm |ngày )\d",
    re.IGNORECASE,
)
# A licence that knows no such conditions is contradicted by them.
_CONDITION = re.compile(
    r"non\W?commercial|phi thương mại|không[^.;]{0,20}thương mại|no\W?deriv|không phái sinh", re.IGNORECASE
)
_PART = re.compile(
    r"tóm tắt|abstract|toàn văn|full.?text|nội dung|content|bìa\b|cover|ảnh\b|images?\b|photo|bài viết|\btexts?\b"
    r"|\bdata\b|dữ liệu|văn bản|phần mềm|mã nguồn|\bcode\b|software|video",
    re.IGNORECASE,
)
FREE = frozenset(("pdm", "cc0"))
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
    """Return "pdm" or "cc0" where a clause says that alone and nothing in the whole text says otherwise; else ""."""
    table = vocabulary("licence")
    found = {name for name, _, _ in table.phrases(text)}
    if found.isdisjoint(FREE) or any(not table.terms[name].get("open") for name in found):
        return ""
    if _UNCERTAIN.search(text) or FORBIDDEN.search(text) or reserves(text):
        return ""
    named: set[str] = set()
    for clause in _CLAUSE.split(text):
        phrases = [phrase for phrase in table.phrases(clause) if phrase[0] in FREE]
        words = key(clause).split(" ")
        said = {place for _, first, last in phrases for place in range(first, last + 1)}
        if phrases and all(place in said or word in _HARMLESS for place, word in enumerate(words)):
            named |= {name for name, _, _ in phrases}
    return named.pop() if len(named) == 1 else ""


def is_negated(text: str, start: int) -> bool:
    """Say that a negation stands before a licence's name: "không phải CC BY"; "No derivatives" stands after it."""
    sentence = max(text.rfind(sign, max(0, start - 40), start) for sign in (". ", ";"))
    return _NEGATED.search(text, max(0, start - 40, sentence), start) is not None


def takes_back(text: str, licence: dict[str, Any]) -> bool:
    """Say that a text which names a licence ends it, or limits one that is open, or reserves a part of the work."""
    if _ENDED.search(text):
        return True
    if licence["id"] in FREE and (reserves(text) or _is_closed(text)):
        return True
    return bool(licence.get("open")) and (
        _LIMITED.search(text) is not None
        or _CONDITION.search(text) is not None
        or any(_PART.search(clause) and (reserves(clause) or _is_closed(clause)) for clause in _CLAUSE.split(text))
    )


def _is_closed(text: str) -> bool:
    table = vocabulary("licence")
    return any(name.startswith("rs-") and not table.terms[name].get("open") for name, _, _ in table.phrases(text))
