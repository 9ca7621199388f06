"""What denies, doubts, limits, postpones or reserves: beside it no open licence is believed."""

from __future__ import annotations

import re

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
_DENIED = re.compile(r"(?:\b(?:không|chưa|not|hết|never|no)(?:\s+(?:còn|được|có|hề|longer|hạn|thời hạn))*)\s*$")
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
    r"\?|\b(?:không|chưa|chẳng|khong|chua|not?|never|non|nicht|pas|unknown|un(?:certain|clear|verified|determined)"
    r"|possibl[ey]|perhaps|maybe|may|might|could|would|should|probabl[ey]|likely|presum(?:ed|abl[ey])|pending"
    r"|claim(?:s|ed)?|alleged(?:ly)?"
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
        "work book text image images photograph item it now this the these in into is are of by",
        "released author authors œuvre dans tombée tombé du le la est obra de en el mark 1 0",
    )
    for word in words.split()
)
_ALL = frozenset(("pdm", "cc0"))
_CLAUSE = re.compile(r"[;:,()\[\]!\n–—]+|\.(?!\d)|\s-\s")


def reserves(text: str) -> bool:
    """Say that copyright is stated, and not denied."""
    lowered = text.lower()
    return (
        any(word in lowered for word in _OF_COPYRIGHT)
        and (stated := _COPYRIGHT.search(text)) is not None
        and not denied_behind(lowered[: stated.start()])
    )


def denied_behind(before: str) -> bool:
    """Say that lower-case words end with a negation of what follows them."""
    return _DENIED.search(before[-60:]) is not None


def allows_all(text: str) -> str:
    """Return "pdm" or "cc0" where a clause says that alone and nothing in the whole text says otherwise; else ""."""
    table = vocabulary("licence")
    found = {name for name, _, _ in table.phrases(text)}
    if found.isdisjoint(_ALL) or any(not table.terms[name].get("open") for name in found):
        return ""
    if _UNCERTAIN.search(text) or FORBIDDEN.search(text) or reserves(text):
        return ""
    named: set[str] = set()
    for clause in _CLAUSE.split(text):
        phrases = [phrase for phrase in table.phrases(clause) if phrase[0] in _ALL]
        words = key(clause).split(" ")
        said = {place for _, first, last in phrases for place in range(first, last + 1)}
        if phrases and all(place in said or word in _HARMLESS for place, word in enumerate(words)):
            named |= {name for name, _, _ in phrases}
    return named.pop() if len(named) == 1 else ""
