"""Titles as files and hurried people write them: "VL7 Gương cầu lồi", "giaoan_toan7_tuan10.doc", "Hình 8: …".

They are written out before a title is read, so that the rules know one form only.
"""

from __future__ import annotations

import re

from .vietnamese import key

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
    "CN": "Công nghệ",
    "LS": "Lịch sử",
    "ĐL": "Địa lí",
    "ĐĐ": "Đạo đức",
    "ÂN": "Âm nhạc",
    "GDTC": "Giáo dục thể chất",
    "GDCD": "Giáo dục công dân",
    "KHTN": "Khoa học tự nhiên",
    "HĐTN": "Hoạt động trải nghiệm",
    "TNXH": "Tự nhiên xã hội",
    "GDĐP": "Giáo dục địa phương",
    "GDQP": "Giáo dục quốc phòng",
}
_PARTED = ("VL", "NV", "MT", "TV", "TA", "AV", "LS", "ĐL", "ĐĐ", "ÂN")  # these also before a blank, at the beginning
_CODED = re.compile("[A-ZĐ][1-9]")  # where the two patterns below may find something
_CODE = re.compile(rf"(?<![\w.-])({'|'.join(sorted(_SHORT, key=len, reverse=True))})(1[0-2]|[1-9])(?![\w.]|/\d)")
_ENGLISH = re.compile(r"(?<![\w.-])E(1[0-2]|[3-9])(?=\s*[-–:]|\s+[Uu]nit\b)")
_FIRST_CODE = re.compile(rf"({'|'.join(_PARTED)}) (1[0-2]|[1-9])(?![\w.,/])")
_TV_BESIDE = re.compile(r"(?<![\w.-])TV(?= (?:lớp|Lớp|LỚP) [1-5]\b)")
_GEOMETRY = re.compile(r"(?:hình|đại)\s+(1[0-2]|[6-9])(?=\s*[:–-]|\s+(?:chương|bài|tiết|tuần|kì|hk))", re.IGNORECASE)
_COMPUTING = re.compile(r"(?:tin học ứng dụng|khoa học máy tính)\s+(?=1[0-2](?!\w))", re.IGNORECASE)
_DIGIT = re.compile("[1-9]")
_FILE = re.compile(r"[\w .()+-]+\.(?:docx?|pptx?|pdf|xlsx?|zip|rar)", re.IGNORECASE)
_GLUED = re.compile(r"(?<=[a-zà-ỹđ])(?=\d)|(?<=\d)(?=[a-zà-ỹđ]{2})", re.IGNORECASE)
_RUN_TOGETHER = tuple(
    (re.compile(rf"\b{together}\b", re.IGNORECASE), apart)
    for together, apart in (
        ("giaoan", "giao an"),
        ("dethi", "de thi"),
        ("dekiemtra", "de kiem tra"),
        ("decuong", "de cuong"),
        ("baigiang", "bai giang"),
        ("baitap", "bai tap"),
        ("khbd", "ke hoach bai day"),
        ("toan", "toan hoc"),
        ("nguvan|van", "ngu van"),
        ("vatli|vatly|ly", "vat li"),
        ("hoahoc|hoa", "hoa hoc"),
        ("sinhhoc|sinh", "sinh hoc"),
        ("lichsu|su", "lich su"),
        ("diali|dialy|dia", "dia li"),
        ("tienganh|anh", "tieng anh"),
        ("tiengviet", "tieng viet"),
        ("tinhoc|tin", "tin hoc"),
        ("congnghe", "cong nghe"),
    )
)


def written_out(text: str) -> str:
    """Write short forms of subjects before a grade, names of files and parts of mathematics in full; else the text."""
    if "." in text and _FILE.fullmatch(text):
        return _of_file(text)
    if _DIGIT.search(text):
        if _CODED.search(text):
            text = _CODE.sub(_full, text)
            text = _ENGLISH.sub(r"Tiếng Anh \1", text) if "E" in text else text
        if text[:2] in _PARTED:
            text = _FIRST_CODE.sub(_full, text, count=1) if _FIRST_CODE.match(text) else text
        if text[:1] in "hHđĐ" and _GEOMETRY.match(text):
            text = _GEOMETRY.sub(r"Toán \1", text, count=1)
        if "TV " in text:
            text = _TV_BESIDE.sub("Tiếng Việt", text)
        if "ứng dụng" in text or "máy tính" in text:
            text = _COMPUTING.sub("Tin học ", text)
    return text


def _full(code: re.Match[str]) -> str:
    return f"{_SHORT[code[1]]} {code[2]}"


def _of_file(name: str) -> str:
    words = _GLUED.sub(" ", re.sub(r"[_.-]+", " ", name.rpartition(".")[0]))
    for form, apart in _RUN_TOGETHER:
        words = form.sub(apart, words)
    return words


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
