"""Tables of Vietnamese analysis: characters, joined abbreviations, words that tell what a Roman numeral is."""

from __future__ import annotations

import unicodedata

# Characters that never reach a token: zero width, soft hyphen, directions, variation selectors.
_DELETED = (
    *range(0x200B, 0x2010),
    0x2060,
    0xFEFF,
    0x00AD,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xFE00, 0xFE10),
)
_ROMAN_SIGNS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
CHARACTERS: dict[int, str] = {
    **dict.fromkeys(_DELETED, ""),
    **{0x2080 + digit: str(digit) for digit in range(10)},
    **dict(zip(map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹"), "0123456789", strict=True)),
    **{0xFF01 + place: chr(0x21 + place) for place in range(94)},
    **{0x2160 + place: f" {word} " for place, word in enumerate(_ROMAN_SIGNS)},
    **{0x2170 + place: f" {word} " for place, word in enumerate(_ROMAN_SIGNS)},
    **{ord(a): b for a, b in zip("ﬁﬂﬀİıƣƢǎǍðÐƉɑɡ", ["fi", "fl", "ff", *"iiưưăăđđđag"], strict=True)},
}
# Cyrillic letters that look Latin, replaced only in words that also have Latin letters.
LOOKALIKES = str.maketrans("аеорсухіѕјԁ", "aeopcyxisjd")

TONES = "\u0300\u0301\u0303\u0309\u0323"
VOWELS = frozenset("aăâeêioôơuưy")
MARKED_VOWELS = frozenset("ăâêôơư")
TONED = tuple(unicodedata.normalize("NFC", vowel + tone) for vowel in sorted(VOWELS) for tone in ("", *TONES))

JOINED = {
    "tphcm": "tp hcm",
    "gdđt": "gd đt",
    "gddt": "gd dt",
    "bgdđt": "bgd đt",
    "bgddt": "bgd dt",
    "sgdđt": "sgd đt",
    "sgddt": "sgd dt",
    "pgdđt": "pgd đt",
    "pgddt": "pgd dt",
    "gdktpl": "gdkt pl",
    "tnxh": "tn xh",
    "lsđl": "ls đl",
    "lsdl": "ls dl",
    "gdqpan": "gdqp an",
    "hđtnhn": "hđtn hn",
    "hdtnhn": "hdtn hn",
    "êđê": "ê đê",
    "hki": "hk 1",
    "hkii": "hk 2",
}
# Chemical formulas that look like a word and a number.
FORMULAS = frozenset(
    [
        "co2",
        "so2",
        "so3",
        "so4",
        "no2",
        "no3",
        "nh3",
        "nh4",
        "ch4",
        "po4",
        "co3",
        "mno2",
        "sio2",
        "tio2",
        "fe3",
        "fe2",
        "cu2",
        "al3",
        "ca2",
        "na2",
        "ag2",
    ]
)
# No Vietnamese syllable looks like these, so they are always numbers.
ROMAN = dict(
    zip(
        [
            "ii",
            "iii",
            "iv",
            "vii",
            "viii",
            "ix",
            "xii",
            "xiii",
            "xiv",
            "xv",
            "xvi",
            "xvii",
            "xviii",
            "xix",
            "xx",
            "xxi",
        ],
        (2, 3, 4, 7, 8, 9, *range(12, 22)),
        strict=True,
    )
)
# These are numbers only after a word that counts.
DOUBTFUL_ROMAN = {"i": "1", "v": "5", "x": "10", "vi": "6", "xi": "11"}
COUNTING = frozenset(
    [
        "kì",
        "hk",
        "tập",
        "phần",
        "chương",
        "quyển",
        "cấp",
        "lớp",
        "lục",
        "khối",
        "đề",
        "ki",
        "tap",
        "phan",
        "chuong",
        "quyen",
        "cap",
        "lop",
        "luc",
        "khoi",
        "de",
    ]
)
# "phần vi mô", "lớp vi mạch": here vi and xi are syllables.
SYLLABLE_AFTER_VI = frozenset(
    [
        "sinh",
        "khuẩn",
        "phạm",
        "mô",
        "phân",
        "mạch",
        "tính",
        "xử",
        "điều",
        "trùng",
        "măng",
        "lanh",
        "rút",
        "khuan",
        "pham",
        "mo",
        "phan",
        "mach",
        "tinh",
        "xu",
        "dieu",
        "trung",
        "mang",
        "rut",
    ]
)
ELECTRONIC = frozenset(("learning", "book", "mail", "office"))
LATIN = {"đ": "d", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe"}
