"""Titles as files and hurried people write them: "VL7 Gương cầu lồi", "giaoan_toan7_tuan10.doc", "Hình 8: …".

They are written out before a title is read, so that the rules know one form only.
"""

from __future__ import annotations

import re

from .file_names import parted, title_of_file
from .grades import NUMBER
from .hurried import Signs, read_slowly
from .vietnamese import folded, key

# Short forms of subjects before a grade. Left out is what means two subjects: HH (hóa học, hình học), SH, TH, KH, TD.
_SHORT = {
    "VL": "Vật lí",
    "NV": "Ngữ văn",
    "MT": "Mĩ thuật",
    "TV": "Tiếng Việt",
    "TA": "Tiếng Anh",
    "AV": "Tiếng Anh",
    "GT": "Toán",
    "ĐS": "Toán",
    "DS": "Toán",
    "CN": "Công nghệ",
    "LS": "Lịch sử",
    "ĐL": "Địa lí",
    "ĐĐ": "Đạo đức",
    "ÂN": "Âm nhạc",
    "GDTC": "Giáo dục thể chất",
    "GDCD": "Giáo dục công dân",
    "KHTN": "Khoa học tự nhiên",
    "HĐTN": "Hoạt động trải nghiệm",
    "HDTN": "Hoạt động trải nghiệm",
    "TNXH": "Tự nhiên xã hội",
    "GDĐP": "Giáo dục địa phương",
    "GDQP": "Giáo dục quốc phòng",
}
_PARTED = ("VL", "NV", "MT", "TV", "TA", "AV", "LS", "ĐL", "ĐĐ", "ÂN")  # these also before a blank, at the beginning
_GLUED = re.compile(
    r"[1-9](?<=[^\W\d_].)"
)  # where the patterns of names and figures without a blank may find something
_CODE = re.compile(rf"(?<![\w.-])({'|'.join(sorted(_SHORT, key=len, reverse=True))})({NUMBER})(?![\w.]|/\d)")
_ENGLISH = re.compile(r"(?<![\w.-])E(1[0-2]|[3-9])(?=\s*[-–:]|\s+[Uu]nit\b)")
_AT_AN_END = re.compile(
    rf"^({'|'.join(_PARTED)}) ({NUMBER})(?![\w.,/])|(?<=[-–] )({'|'.join(_PARTED)}) ({NUMBER})(?![\w.,/])"
)
_BESIDE = re.compile(
    rf"(?<![\w.-])({'|'.join(_PARTED)})(?= (?:lớp|Lớp|LỚP) {NUMBER}\b)|(?<=[Mm]ôn )({'|'.join(_PARTED)})\b"
)
_CODES_APART = frozenset(_PARTED)
# "L9", "K9" and "G7" are grades beside the short name of a subject or a unit; alone they are a dog, students, states.
_LEVEL = re.compile(r"(?<![\w.-])[LKG](1[01]|[1-9])(?![\w.])")
_LEVEL_BESIDE = re.compile(r"\b(Toán|Văn|Sử|Địa|L[íý]|H[oó][aá]|Sinh|Anh|Tin|Việt|học) K(1[01]|[1-9])(?![\w.])")
_GLUED_NAME = re.compile(
    r"\b((?:vật |địa )?l[íý]|toán|(?:ngữ )?văn|(?:lịch )?sử|địa|hóa|hoá|sinh|(?:tiếng )?anh|tiếng việt|tin|công nghệ"
    rf"|đạo đức|(?:hóa|hoá|sinh|tin|khoa) học)(?={NUMBER}(?![\w.,/]))",
    re.IGNORECASE,
)
_SCHOOLBOOK = re.compile(
    r"\b(?:AV|TV|TA|LTVC|TLV|TNXH|KHTN|GDCD|HĐTN|HDTN|GDQPAN|QPAN|GDTC|GDĐP|HK[12I]|[Uu]nit(?= \d)|[Kk]hoahoc"
    r"|[Tt]iengviet)\b"
)
_COMPUTING = re.compile(r"(?:tin học ứng dụng|khoa học máy tính)\s+(?=1[0-2](?!\w))", re.IGNORECASE)
_DIGIT = re.compile("[1-9]")
_SIGNS = Signs(_PARTED)


def written_out(text: str) -> str:
    """Write short forms of subjects before a grade, names of files and parts of mathematics in full; else the text."""
    if name := title_of_file(text):
        return read_slowly(parted(_CODE.sub(lambda code: folded(_full(code)), name)), True)
    figures = _DIGIT.search(text) is not None
    computing = figures and ("ứng dụng" in text or "máy tính" in text)
    if figures and not computing and not _SIGNS.are_in(text):
        return text
    text = read_slowly(text, figures)
    if figures and _GLUED.search(text):
        text = _GLUED_NAME.sub(r"\1 ", text)
        if _LEVEL.search(text) and _SCHOOLBOOK.search(text):
            text = _LEVEL.sub(r"lớp \1", text)
        text = _LEVEL_BESIDE.sub(r"\1 lớp \2", text)
        text = _CODE.sub(_full, text)
        text = _ENGLISH.sub(r"Tiếng Anh \1", text)
    if not _CODES_APART.isdisjoint(text.split(" ")):
        text = _BESIDE.sub(lambda code: _SHORT[code[1] or code[2]], text)
        text = _AT_AN_END.sub(_full, text)
    if computing:
        text = _COMPUTING.sub("Tin học ", text)
    return text


def _full(code: re.Match[str]) -> str:
    name, number = filter(None, code.groups())
    return f"{_SHORT[name]} {number}"


# --- "đề" alone ------------------------------------------------------------------------------------

_PAPER = key("đề")
_NOT_BEHIND = frozenset(map(key, ("chuyên", "chủ", "vấn", "đầu", "nhan", "tiêu", "luận", "mệnh", "trúc", "ra", "định")))
_NOT_BEFORE = frozenset(map(key, ("cương", "tài", "án", "xuất", "nghị", "cập", "cao", "phòng", "mục", "kháng", "ra")))


def is_paper(words: list[str]) -> bool:
    """Say that a title has "đề" as a word of its own: "Đề đọc hiểu", "Sinh 8 - Đề 3", not "chuyên đề", "đề cương"."""
    return _PAPER in words and any(
        word == _PAPER
        and (place == 0 or words[place - 1] not in _NOT_BEHIND)
        and (place + 1 == len(words) or words[place + 1] not in _NOT_BEFORE)
        for place, word in enumerate(words)
    )
