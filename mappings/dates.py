"""Dates as sources write them, to EDTF (ISO 8601-2): the day stands before the month and is never swapped.

Libraries that guess make 9 May of "05/09/2019"; here what is not certain is not understood, and said so.
"""

from __future__ import annotations

import re
import unicodedata

from .dated_text import month_of_issue, plain_date
from .numerals import MONTH, MONTHS
from .spans import span
from .tables import remembered_words

EARLIEST_YEAR = 1400  # older than any printed book that a repository describes; a smaller number is a mistake

_YEAR = r"(1[0-9]{3}|20[0-9]{2})"
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TIMESTAMP = re.compile(r"(\d{4})-(\d{2})-(\d{2})[t ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:z|utc|[+-]\d{2}:?\d{2})?")
_USUAL_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_BASIC = re.compile(
    r"(?:d:)?(\d{4})(\d{2})(\d{2})(?:t?\d{4,6}(?:\.\d+)?(?:z|[+-]\d\d['’:]?\d\d['’]?)?)?"
)  # PDF writes "D:" before
_DAY_FIRST = re.compile(r"(\d{1,2})(?:\s*[/.,-]\s*|\s)(\d{1,2})(?:\s*[/.,-]\s*|\s)(\d{4})")
_DAY_LAST = re.compile(r"(\d{4}) (\d{1,2}) (\d{1,2})")
_MONTH_LAST = re.compile(r"(19\d\d|20[0-4]\d)(0[1-9]|1[0-2])")  # "202408"
_TOGETHER = re.compile(r"(\d\d)(\d\d)((?:19|20)\d\d)")  # "05032024", which begins with no year
# Only programs for the United States write AM or PM behind a month without day 13 to 31 before it.
_AMERICAN = re.compile(r"(\d{1,2})/(1[3-9]|2\d|3[01])/(\d{4}),? \d{1,2}:\d{2}(?::\d{2})? ?[ap]m")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/.]\s*(\d{1,2})(?:\s*[/.]\s*(\d{1,2}))?")
_MONTH_YEAR = re.compile(r"(\d{1,2})(?:\s*[/.-]\s*|\s)(\d{4})")
_WORDS = re.compile(rf"(?:ngày\s+(\d{{1,2}})[\s,/-]+)?(?:tháng|thg\.?)\s*(\d{{1,2}})\s*(?:[,/-]|năm|\s)+\s*{_YEAR}")
_SCHOOL_YEAR = re.compile(rf"(?:(?:năm học|niên khóa|niên khoá|nh)\s*:?\s*)?{_YEAR}\s*[-–—/]\s*{_YEAR}")
_SHORT_RANGE = re.compile(r"(\d{2})(\d{2})\s*[-–/]\s*(\d{2})")
_ENGLISH_MONTH = re.compile(rf"({MONTH})\.?,?\s+{_YEAR}")
_ENGLISH_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s*({MONTH})\.?,?\s*{_YEAR}")
_ENGLISH_YEAR_FIRST = re.compile(rf"{_YEAR},?\s+({MONTH})\.?(?:\s+(\d{{1,2}})(?:st|nd|rd|th)?)?")
_ENGLISH_MONTH_FIRST = re.compile(rf"({MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}")
_ABOUT_AFTER = re.compile(rf"{_YEAR}\s*\(\s*(?:circa|ca?\.?|approximate(?:ly)?|khoảng)")  # brackets around are off
_ABOUT = re.compile(
    r"(?:vào |ước )?(?:khoảng|chừng|\bđộ|circa|\bca\.?|\bc\.|about|around|approx(?:imately|\.)?|[~≈])\s*(?:vào )?"
    r"(?:năm\s+|những năm\s+(?=\d{4}\s?[-–]))?(?=[\dt])"
)
_MARKED = re.compile(rf"(?:[cp]|©|cop\.|copyright|năm|nxb|in)\s*{_YEAR}")
_UNSURE = re.compile(rf"{_YEAR}\s*(?:\?|\(\?)")  # brackets around are off
_PERHAPS = re.compile(rf"(?:(?:có lẽ|có thể|perhaps|probably)\s+(?:là\s+)?(?:năm\s+)?|\?\s*){_YEAR}")
_DECADE = re.compile(r"(1[0-9]|20)([0-9])(?:[-xu?]\??|0s)")
_CENTURY = re.compile(r"(?:1[4-9]|20)(?:--|xx|\?\?|uu)\??")
# 2019-21 is the spring of 2019 in EDTF and 2019 to 2021 elsewhere; 2021-22 is a school year.
_SEASONS = ("21", "22", "23", "24")
_INTERVAL = re.compile(r"(\S+)\s*/\s*(\S+)")
_PERIOD = re.compile(r"(?:.*;)?\s*start\s*=\s*([^;]+);(?:.*;)?\s*end\s*=\s*([^;]+?)\s*(?:;.*)?")  # as DCMI writes
_WRAPPED = "[](){}.,; "


# What is EDTF already, as most dates are, with an open end or without.
_PLAIN = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1[0-9]|2[0-8]))?)?(?:/\.\.)?")


def parse(text: str) -> str | None:
    """Return EDTF for a date in words or figures, None where it is not understood.

    "05/09/2019" is 2019-09-05; "12/25/2014" has no month 25 and is not understood; "1950?" stays "1950?", "ca. 1930"
    becomes "1930~", "199-" "199X", "2023-2024" "2023/2024". Times of day are left out.
    """
    return text if _PLAIN.fullmatch(text) else _parsed(text)


@remembered_words(maxsize=20_000)  # the days of fifty years
def dated(text: str) -> tuple[str | None, int | None]:
    """Return EDTF as ``parse`` does, and the (first) year of it."""
    found = parse(text)
    return found, year_of(found) if found else None


def _parsed(text: str) -> str | None:
    if len(text) > _LONGEST_WRITTEN:
        return None
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split()).strip(_WRAPPED)
    words = _apart(words)
    if not words or len(words) > _LONGEST:
        return None
    return _read(words) or span(words, _date) or _approximate(words) or _read_plainer(words) or _read_within(words)


def _apart(words: str) -> str:
    """Part words and figures that stand as one, and read the letter O among figures as the figure."""
    if _FIGURES.fullmatch(words) and all(map(_HAS_FIGURE.search, _BETWEEN.split(words))):
        words = words.translate(_MISTYPED).replace("//", "/")
    if "i" in words or "x" in words or "v" in words:
        words = _ROMAN_MONTH.sub(lambda month: f"{month[1] or ''}{_ROMAN.index(month[2]) + 1}/", words)
    words = _UNFILLED.sub("", _NAMED_PART.sub(r"\1 ", _DOTS.sub("/", words)))
    return _GLUED.sub(" ", words.replace("[", "").replace("]", ""))


_NAMED_PART = re.compile(r"\b(ngày|tháng|năm)\s*:\s*(?=\d)")  # "Ngày: 3 / Tháng: 4 / Năm: 2022"
_DOTS = re.compile(r"(?<=\d)\.\.(?=\d)")  # "2022-04..2022-06"
_UNFILLED = re.compile(r"^(?:ngày\s*)?/[/\s]*(?=(?:\d{1,2}\s*/\s*)?\d{4}$)")  # ".../12/2022"


# "15/O8/2O17", "l2/05/2019", "05_12_2016", "12//5/2019": letters that look like figures, signs that were typed twice.
_FIGURES = re.compile(r"(?=.*(?:[oil_]|//))[\doil]{1,4}(?:(?:[/._-]|//) ?[\doil]{1,4}){0,2}")
_BETWEEN, _HAS_FIGURE = re.compile(r"[/._ -]+"), re.compile(r"\d")
_MISTYPED = str.maketrans({"o": "0", "l": "1", "i": "1", "_": "/", " ": ""})
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
# "12/V/2019", "XII.1946"; alone "IV/2019" may be the fourth quarter, too.
_ROMAN_MONTH = re.compile(
    r"^(?:(\d{1,2}[./-])(?=[ivx])|(?!i[./-]|ii+[./-]|iv))"
    rf"({'|'.join(sorted(_ROMAN, key=len, reverse=True))})[./-](?=\d{{4}}$)"
)
_GLUED = re.compile(r"(?<=ngày)(?=\d)|(?<=\d)(?=tháng|năm)|(?<=tháng)(?=\d)|(?<=năm)(?=\d)")


def _read(words: str) -> str | None:
    for read in _READERS:
        found = read(words)
        if found:
            return found
    return None


# What people write around a date: "Hà Nội, ngày …", "in lần thứ 2, …", a weekday, a time of day.
_AROUND = (
    (re.compile(r"^ngày 00 tháng 00 (?=năm)"), ""),
    (re.compile(r"^[^\W\d][^\d,]{1,30},\s+(?=ngày\b)"), ""),
    (
        re.compile(
            r"^(?:in lần thứ \d+|tái bản lần thứ \d+|học k[ìỳ] (?:i{1,2}|[12]),?|hk\s?[12],?)[\s,–-]+(?=\D*\d{4})"
        ),
        "",
    ),
    (re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+"), ""),
    (re.compile(r"^\d{1,2}:\d{2}(?::\d{2})?,?\s+"), ""),
    (re.compile(r"(?<=\d) \d{1,2}:\d{2}:\d{2}(?: [a-z]{2,5})?(?= \d{4}$)"), ""),  # as Unix and Java write
    (re.compile(r"(?<=\d{4})[\s,]+\d{1,2}:\d{2}(?::\d{2})?\s*(?:gmt|utc|z|[+-]\d{2}:?\d{2}|sa|ch|am|pm)?$"), ""),
    (re.compile(r"(?<=\d{4}-\d{2}-\d{2})(?:z|[+-]\d{2}:\d{2})$"), ""),
    (re.compile(r"^(?:ngày|mùng|mồng|le)\s+(?=\d{1,2}\s*[/.-]\s*\d|\d{1,2}(?:er)? [^\W\d])"), ""),
    (re.compile(r"^(?:tháng|thg\.?|th)\s*(\d{1,2})\s+(\d{1,2}),\s*(?=\d{4}$)"), r"\g<2>/\g<1>/"),  # as web sites write
    (re.compile(r"^(?:ngày )?(?:mùng|mồng)\s+(?=\d{1,2} tháng)"), "ngày "),
    (re.compile(r"(?<=\d{4}) (?:г|года?)\.?$"), ""),  # as Russians write
    (re.compile(r"^(?=\d{1,2} tháng\b)"), "ngày "),
    (re.compile(r"^t\s?(?=\d{1,2}\s*[/.-]\s*\d{4}$)"), "tháng "),
    (re.compile(r"^thập (?:niên|kỷ) (\d{3})0$"), r"\g<1>0s"),
    (re.compile(r"^(\d{4})-00(?:-00)?$"), r"\g<1>"),
    (re.compile(r"^(\d{4}-\d{2})-00$"), r"\g<1>"),
    (re.compile(r"^quý (?:[1-4]|i{1,3}|iv)\s*(?:/|năm|,|\s)\s*(?:năm\s*)?(?=\d{4}$)"), ""),
    (
        re.compile(r"^((?:năm học|niên khóa|niên khoá|nh)\s*:?\s*)(\d{2})(\d{2})\s*[-–/]\s*(\d{2})$"),
        r"\g<1>\g<2>\g<3>-\g<2>\g<4>",
    ),
)
_MONTH_WORDS = {
    name: number
    for number, names in enumerate(
        ("giêng một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười_một", "mười_hai chạp"), 1
    )
    for name in names.split()
}
_SPELT_MONTH = re.compile(r"\btháng (mười một|mười hai|giêng|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười|chạp)(?=[\s,/-])")
_DAYS_INSIDE = re.compile(r"(?<![\w/.-])\d{1,2}\s*[-–]\s*\d{1,2}[/.]\d{1,2}[/.]\d{4}(?!\d)")
_SINCE = re.compile(r"\b(?:từ (?:ngày )?|ngày )\d.*$")  # "Hội nghị tại Huế từ ngày 12 đến 14/7/2019"
_IN_BRACKETS = re.compile(r"\(([^()]+)\)?")
_LONGEST, _LONGEST_WRITTEN = 160, 1_000  # a longer text is no date, even where most of it is blanks


def _approximate(words: str) -> str | None:
    """Read "khoảng tháng 5 năm 2019" as 2019-05~ and "khoảng 1890-1900" as 1890~/1900~; None for any other text."""
    about = _ABOUT.match(words)
    if not about:
        return None
    rest = words[about.end() :]
    found = _read(rest) or span(rest, _date) or _read_plainer(rest)
    if not found or ".." in found:
        return None
    return "/".join(end if end[-1] in "X~?" else f"{end}~" for end in found.split("/"))


def _read_plainer(words: str) -> str | None:
    """Leave out what stands around a date and write months of words as numbers; None where nothing was left out."""
    if not any(character.isdecimal() for character in words):
        return None
    plainer = _SPELT_MONTH.sub(lambda month: f"tháng {_MONTH_WORDS[month[1].replace(' ', '_')]}", words)
    for form, instead in _AROUND:
        plainer = form.sub(instead, plainer)
    return _read(plainer.strip(_WRAPPED)) if plainer != words else None


def _read_within(words: str) -> str | None:
    """Read the date inside a publication line or a sentence; an era, a year and years are ready already."""
    if (issue := month_of_issue(words)) and (found := _read(issue)):
        return found
    if (inside := _IN_BRACKETS.search(words)) and (found := span(inside[1], _date)):
        return found  # "Tuần 12 (24/11 - 28/11/2025)"
    if (days := _DAYS_INSIDE.search(words)) and (found := span(days[0], _date)):
        return found
    if (since := _SINCE.search(words)) and (found := span(since[0], _date)):
        return found
    found = plain_date(words)
    return _read(found) or (found if found and found[-1] in "X." else None) if found else None


def is_timestamp(text: str) -> bool:
    """Say that a date carries a time of day: repositories write so when they took something in."""
    if ":" not in text:
        return False
    return _USUAL_TIMESTAMP.fullmatch(text) is not None or _TIMESTAMP.fullmatch(text.strip().lower()) is not None


def year_of(date: str) -> int | None:
    """Return the (first) year of an EDTF date that this module made."""
    digits = date[:4].replace("X", "0")
    return int(digits) if digits.isdecimal() else None


def is_plausible(year: int | None, latest_year: int) -> bool:
    """Say that a year lies between 1400 and ``latest_year``."""
    return year is not None and EARLIEST_YEAR <= year <= latest_year


def _date(year: str, month: str | int | None = None, day: str | int | None = None) -> str | None:
    """Write a date if the calendar has it."""
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        return None
    if day is None:
        return f"{year}-{int(month):02d}"
    leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    last = 28 if int(month) == 2 and not leap else _DAYS[int(month) - 1]
    return f"{year}-{int(month):02d}-{int(day):02d}" if 1 <= int(day) <= last else None


def _iso(words: str) -> str | None:
    for form in (_ISO, _BASIC, _YEAR_FIRST, _TIMESTAMP, _DAY_LAST, _MONTH_LAST):
        match = form.fullmatch(words)
        if match and (found := _date(*match.groups())):
            return found
    return None


def _figures(words: str) -> str | None:
    match = _DAY_FIRST.fullmatch(words)
    if match:
        return _date(match[3], match[2], match[1])
    match = _MONTH_YEAR.fullmatch(words)
    if match:
        return _date(match[2], match[1])
    match = _TOGETHER.fullmatch(words)
    if match:
        return None if match[1] + match[2] > "1400" else _date(match[3], match[2], match[1])
    match = _AMERICAN.fullmatch(words)
    return _date(match[3], match[1], match[2]) if match else None


def _vietnamese(words: str) -> str | None:
    match = _WORDS.fullmatch(words)
    return _date(match[3], match[2], match[1]) if match else None


def _english(words: str) -> str | None:
    match = _ENGLISH_MONTH.fullmatch(words)
    if match:
        return _date(match[2], MONTHS[match[1]])
    match = _ENGLISH_DAY_FIRST.fullmatch(words)
    if match:
        return _date(match[3], MONTHS[match[2]], match[1])
    match = _ENGLISH_YEAR_FIRST.fullmatch(words)
    if match:
        return _date(match[1], MONTHS[match[2]], match[3])
    match = _ENGLISH_MONTH_FIRST.fullmatch(words)
    return _date(match[3], MONTHS[match[1]], match[2]) if match else None


def _years(words: str) -> str | None:
    match = _SCHOOL_YEAR.fullmatch(words)
    if match:
        return f"{match[1]}/{match[2]}" if match[1] < match[2] else None
    match = _SHORT_RANGE.fullmatch(words)  # 1948-50; 2011-12 is a month and was read before
    if not match or match[3] <= match[2] or (match[3] in _SEASONS and int(match[3]) != int(match[2]) + 1):
        return None
    return f"{match[1]}{match[2]}/{match[1]}{match[3]}"


def _unsure(words: str) -> str | None:
    for form, sign in ((_ABOUT_AFTER, "~"), (_UNSURE, "?"), (_PERHAPS, "?"), (_MARKED, "")):
        match = form.fullmatch(words)
        if match:
            return match[1] + sign
    match = _DECADE.fullmatch(words)
    if match:
        return f"{match[1]}{match[2]}X"
    return f"{words[:2]}XX" if _CENTURY.fullmatch(words) else None


def _interval(words: str) -> str | None:
    match = _INTERVAL.fullmatch(words)
    first, last = map(_iso, match.groups()) if match else (None, None)
    if not match and (match := _PERIOD.fullmatch(words)):
        first, last = map(_read, match.groups())
    return f"{first}/{last}" if first and last and first[:4] <= last[:4] else None


_READERS = (_iso, _figures, _vietnamese, _english, _years, _unsure, _interval)
