"""Names of files as titles: "giaoan_toan7_tuan10.doc", "KHBD-NguVan7-Bai3"."""

from __future__ import annotations

import re

_FILE = re.compile(r"[\w .()+-]+\.(?:docx?|pptx?|pdf|xlsx?|zip|rar)", re.IGNORECASE)
_BETWEEN = re.compile("[_.-]+")
_GLUED = re.compile(r"(?<=[a-zà-ỹđ])(?=\d)|(?<=\d)(?=[a-zà-ỹđ]{2})", re.IGNORECASE)
_RUN_TOGETHER = tuple(
    (re.compile(rf"\b(?:{together})\b", re.IGNORECASE), apart)
    for together, apart in (
        ("giaoan|^ga", "giao an"),
        ("dethi", "de thi"),
        ("dekiemtra", "de kiem tra"),
        ("decuong", "de cuong"),
        ("baigiang", "bai giang"),
        ("baitap", "bai tap"),
        ("khbd", "ke hoach bai day"),
        ("toan", "toan hoc"),
        (r"nguvan|van(?= \d)", "ngu van"),
        (r"vatli|vatly|l[iy](?= \d)", "vat li"),
        (r"hoahoc|hoa(?= \d)", "hoa hoc"),
        (r"sinhhoc|sinh(?= \d)", "sinh hoc"),
        (r"lichsu|su(?= \d)", "lich su"),
        (r"diali|dialy|dia(?= \d)", "dia li"),
        (r"tienganh|tanh|anh(?= \d)", "tieng anh"),
        ("tiengviet|tviet", "tieng viet"),
        (r"tinhoc|tin(?= \d)", "tin hoc"),
        ("congnghe", "cong nghe"),
        ("khoahoc", "khoa hoc"),
        ("m[iy]thuat", "mi thuat"),
        ("amnhac", "am nhac"),
        ("daoduc", "dao duc"),
        (r"hk (?=[12]\b)", "hk"),  # a half of the school year
    )
)


def title_of_file(name: str) -> str:
    """Return the words of what is the name of a file, parted; "" of what is none."""
    if "." in name and _FILE.fullmatch(name):
        name, _, extension = name.rpartition(".")
        name += " powerpoint" if extension.lower().startswith("ppt") else ""
    elif " " in name or not name.isascii() or len(_BETWEEN.findall(name)) < 2:
        return ""
    return _BETWEEN.sub(" ", name)


def parted(words: str) -> str:
    """Part figures from letters, and words that are written as one."""
    words = _GLUED.sub(" ", words)
    for form, apart in _RUN_TOGETHER:
        words = form.sub(apart, words)
    return words
