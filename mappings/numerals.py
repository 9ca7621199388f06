"""Months by name in many languages; days, months and years in Vietnamese words and Roman figures, as figures."""

from __future__ import annotations

import re

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv januar jänner январь января янв enero ene gennaio janeiro januari",
            "february feb février févr fév februar feber февраль февраля фев febrero febbraio fevereiro februari",
            "march mar mars märz mrz март марта marzo março maart",
            "april apr avril avr апрель апреля апр abril abr aprile",
            "may mai май мая mayo maggio maio mei",
            "june jun juin juni июнь июня junio giugno junho",
            "july jul juillet juil juli июль июля julio luglio julho",
            "august aug août aout август августа авг agosto augustus",
            "september sep sept septembre сентябрь сентября сен septiembre setiembre settembre setembro",
            "october oct octobre oktober okt октябрь октября окт octubre ottobre outubro",
            "november nov novembre ноябрь ноября ноя noviembre novembro",
            "december dec décembre déc dezember dez декабрь декабря дек diciembre dic dicembre dezembro",
        ),
        1,
    )
    for name in names.split()
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))

_DIGITS = {
    word: number
    for number, words in enumerate(
        ("không", "một mốt", "hai", "ba", "bốn tư", "năm lăm nhăm", "sáu", "bảy bẩy", "tám", "chín")
    )
    for word in words.split()
}
_WORDS = "|".join((*_DIGITS, "mười", "mươi", "trăm", "nghìn", "ngàn", "lẻ", "linh"))
# A number of words counts only after the word that says what it counts.
_SPOKEN = re.compile(
    rf"\b(ngày|mùng|mồng|tháng|năm)\s+((?:{_WORDS})(?:\s+(?:{_WORDS}))*)(?=\s*(?:$|[,./-]|tháng|năm|\())"
)
_MONTHS_BY_NAME = {"giêng": 1, "chạp": 12}
_BY_NAME = re.compile(r"\btháng (giêng|chạp)\b")
_ROMAN = re.compile(r"m{1,2}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_VALUES = {"m": 1000, "d": 500, "c": 100, "l": 50, "x": 10, "v": 5, "i": 1}


def spoken(words: str) -> str:
    """Write "ngày hai mươi tháng mười một năm 2020" as "ngày 20 tháng 11 năm 2020"; the rest stays."""
    words = _BY_NAME.sub(lambda month: f"tháng {_MONTHS_BY_NAME[month[1]]}", words)
    return _SPOKEN.sub(_figures, words)


def _figures(place: re.Match[str]) -> str:
    counted, words = place[1], place[2].split()
    if counted != "năm" and words[-1] == "năm" and len(words) > 1:  # "tháng mười năm 2020" is of October
        number = _number(words[:-1])
        return f"{counted} {number} năm" if number else place[0]
    if counted != "năm" and "năm" in words[1:-2]:  # "tháng mười một năm một nghìn chín trăm tám mươi hai"
        behind = words.index("năm", 1)
        number, year = _number(words[:behind]), _number(words[behind + 1 :])
        return f"{counted} {number} năm {year}" if number and year else place[0]
    number = _number(words)
    return f"{counted} {number}" if number else place[0]


def _number(words: list[str]) -> int | None:
    """Return the number of words in full ("hai nghìn không trăm mười") or digit by digit ("một chín tám lăm")."""
    if len(words) > 2 and all(word in _DIGITS for word in words):
        return int("".join(str(_DIGITS[word]) for word in words))
    total, digit = 0, 0
    for word in words:
        if word in _DIGITS:
            digit = _DIGITS[word]
        elif word in ("mười", "mươi"):
            total, digit = total + 10 * (digit if word == "mươi" else 1), 0
        elif word == "trăm":
            total, digit = total + 100 * digit, 0
        elif word in ("nghìn", "ngàn"):
            total, digit = total + 1000 * digit, 0
    return total + digit or None


def years_of_roman(words: str) -> str | None:
    """Return the year that a text is in Roman figures, "mmxix" is 2019; None for any other text and before 1400."""
    if not words.startswith("m") or not _ROMAN.fullmatch(words):
        return None
    values = [_VALUES[sign] for sign in words]
    year = sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
    return str(year) if 1400 <= year < 2050 else None
