"""The date inside a publication line or a sentence: "H. : Giáo dục, 2006", "Ngày đăng tải: 12:45 03/02/2021".

A text is brought into the plain form that ``dates.py`` reads: what stands around the date is left out, words become
figures. A number is a year only where it stands as one: never a price, a count of pages, the number of a decree or an
ISBN. Two days of which none is said to be that of publication are no date.
"""

from __future__ import annotations

import re

from .numerals import MONTH, MONTHS, spoken, years_of_roman

_YEAR = r"(?:1[4-9]\d\d|20[0-4]\d)"
_SIGN = r"\s*[/.\\-]\s*"
# What a number counts before a year: "Tái bản lần 8 - 2020" is not of August.
_NOT_COUNTED = "".join(
    f"(?<!{word} )"
    for word in (
        "lần",
        "thứ",
        "lớp",
        "khối",
        "tuần",
        "khóa",
        "khoá",
        "tập",
        "quyển",
        "bài",
        "số",
        "kỳ",
        "kì",
        "phần",
        "đợt",
    )
)
_NOT_IN_NUMBER = r"(?<![\w/.\\-])"
# Forms of a day, then of a month, the surest first.
_DAY = re.compile(
    rf"(?:^|(?:ngày|mùng|mồng)\s+|,\s*|\bthứ \w+\s+)(?P<d1>\d{{1,2}})[\s,]+"
    rf"(?:tháng|thg\.?)\s*(?P<m1>\d{{1,2}})[\s,/-]+(?:năm\s*)?(?P<y1>\d{{4}})(?!\d)"
    rf"|năm\s+(?P<y2>\d{{4}})[\s,]+tháng\s+(?P<m2>\d{{1,2}})[\s,]+ngày\s+(?P<d2>\d{{1,2}})(?!\d)"
    rf"|{_NOT_IN_NUMBER}(?P<d3>\d{{1,2}})\s*(?P<s3>[/.\\-])\s*(?P<m3>\d{{1,2}})\s*(?P=s3)\s*(?P<y3>\d{{4}})(?![\d/\\-])"
    rf"|{_NOT_IN_NUMBER}(?P<y4>\d{{4}}){_SIGN}(?P<m4>\d{{1,2}}){_SIGN}(?P<d4>\d{{1,2}})(?![\d/\\-])"
    rf"|(?<!\d)(?P<d5>\d{{1,2}})(?:st|nd|rd|th|er|[.º°])?[\s/-]+(?:of\s+|de\s+)?(?P<e5>{MONTH})[\s.,/-]+(?:de\s+)?"
    rf"(?P<y5>\d{{4}}|\d{{2}}$)(?!\d)"
    rf"|\b(?P<e6>{MONTH})\.?\s+(?P<d6>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y6>\d{{4}})(?!\d)"
    rf"|{_NOT_IN_NUMBER}(?P<y8>{_YEAR})[\s,-]+(?P<e8>{MONTH})\.?[\s-]+(?P<d8>\d{{1,2}})(?![\d-])"
    rf"|{_NOT_IN_NUMBER}(?P<d7>\d{{1,2}})(?P<s7>[/.-])(?P<m7>\d{{1,2}})(?P=s7)(?P<y7>\d{{2}})(?![\d/.\\-])"
)
_MONTHS = re.compile(
    r"(?:tháng|thg\.?|th\.)\s*(?P<m1>\d{1,2})(?:[\s,/.-]|năm)+(?P<y1>\d{4})(?!\d)"
    r"|năm\s+(?P<y2>\d{4})[\s,]+tháng\s+(?P<m2>\d{1,2})(?!\d)"
    rf"|{_NOT_IN_NUMBER}{_NOT_COUNTED}(?P<m3>\d{{1,2}})(?:\s*/\s*|-)(?P<y3>{_YEAR})(?![\d/\\-]|\s*[-–]\s*\d{{4}})"
    rf"|(?:^|[,(:]\s*)(?P<m7>\d{{1,2}})(?:\s+-\s+|\.)(?P<y7>{_YEAR})(?![\d/\\-]|\s*[-–]\s*\d{{4}})"
    rf"|{_NOT_IN_NUMBER}(?P<y4>{_YEAR})-(?P<m4>\d{{1,2}})(?![\d/\\-]|\s*[-–]\s*\d)"
    rf"|\b(?!mai|mar\b)(?P<e5>{MONTH})(?:[.,]?\s+(?:de\s+|of\s+)?|[./-])(?P<y5>{_YEAR})(?!\d)"
    rf"|{_NOT_IN_NUMBER}(?P<y6>{_YEAR})\s*[,(]?\s*(?:tháng|thg\.?)\s*(?P<m6>\d{{1,2}})(?!\d)"
)
_RANGE = re.compile(
    rf"(?<![\w/.])(?<!\d-)({_YEAR})\s*"
    r"(?:[-–—/_]|đến|tới|to|(?<=giữa \d{4} )và|(?<=between \d{4} )and)"
    rf"\s*(?:năm\s*)?({_YEAR})(?![\w/]|-\d)"
)
_ALONE = re.compile(
    rf"(?<![\d/.\w-])(?:c|cop)?({_YEAR})(?![\w/%]|[.,]\d|\s*[-–/]\s*\d(?!\d*\s*(?:tr\b|trang|p\b|pp|cuốn|tập)))"
)
_STILL = re.compile(rf"(?<![\w/.-])({_YEAR})\s*(?:[-–]|đến|tới|to)\s*(?:nay|hiện nay|present|now)\b")
_BOTH = re.compile(rf"(?:năm )?({_YEAR})\s*(?:và|&|\+|and)\s*({_YEAR})")  # one right after the other
_MANY = re.compile(rf"{_YEAR}(?:\s+{_YEAR}|(?:\s*[,;|+&–-]\s*{_YEAR}){{2,}})+")  # of which none is that of publication
_CORRECTED = re.compile(rf"\[?i\.\s?e\.,?\s*({_YEAR})")  # "2008 [i.e. 2009]": the second one is right
# "lần đầu năm 1988, tái bản năm 2004": what is described is the later one.
_REPRINTED = re.compile(
    rf"\blần đầu\D{{0,12}}{_YEAR}\D{{1,12}}\btái bản(?: lần(?: thứ)? \d{{1,2}})?\D{{0,12}}({_YEAR})(?!\d)"
)
# "Vol. 12 No. 3 (2020): September", as journals head their issues
_MONTH_OF_ISSUE = re.compile(rf"\(({_YEAR})\)\s*:\s*(?:tháng\s*(\d{{1,2}})|({MONTH}))\.?$")
_COMMON_ERA = re.compile(rf"(?:\bdl|dương lịch)[.:]?\s*({_YEAR})")
# Numbers that are no years: named so before, or counting something after.
_NUMBERED = re.compile(
    r"(?:(?:\bsố|\bno\.?|\btr\.?|\btrang|\bpp?\.?|\bphòng|\bgiá|\btcvn|\biso|\bkm"
    r"|\bword|\boffice|\bpowerpoint|\bpublisher|\baccess|\bautocad|\bwindows|\bđt|\btel"
    r"|\bchương trình(?: gdpt| giáo dục phổ thông)?(?: mới)?|\bct\s?(?:gdpt)?|\bgdpt|\bphiên bản|\bversion"
    r"|\bchuẩn|\bmẫu|\blượt (?:xem|tải|đọc)|\bviews"
    r"|\bdownloads|\bsgk|\bexcel"
    r"|\bunit|\blesson"
    r"|\bbài|\btiết|\bcâu|\bquyết định|\bthông tư|\bnghị định|\bcông văn|\bmã|\bgần|\bhơn)\s*[:.]?|\b\d{3,})[\s:]*$"
)
_COUNTED = re.compile(
    r"\s*(?:tr\b|trang|p\.|pp|đồng|đ\b|vnd|vnđ|usd|bản\b(?! in)|cuốn|từ\b(?! năm)|cm\b|mb\b|kb\b|gb\b|bytes?|học sinh"
    r"|lượt|views?\b|downloads?\b|sinh viên|người|câu\b|bài\b|tiết\b|giờ|phút|m\b|ha\b|km\b|tcn\b|bce?\b|năm trước)"
)
_NO_DATE = re.compile(
    r"\bisbn|\bissn|\btrước\b|\bsau\b|\bbefore\b|\bafter\b|\d\s*%|\bago\b|\bhijri|\bkhông (?:sau|trước)\b"
)
_LUNAR = re.compile(r"\bâm lịch|\bâl\b|\brằm\b")  # its days are others than those of our calendar
_OTHER_CALENDAR = re.compile(r"(?:\bphật lịch|\bpl)[.:]?\s*\d{4}|\d{4}\s*\(?\s*phật lịch")
_LAW = re.compile(r"\b\d+/\d{4}/[a-zđ]{2}[a-zđ\d/-]*")  # 32/2018/TT-BGDĐT is the number of a circular
_OF_LAW = re.compile(
    r"(?:quyết định|thông tư|nghị định|công văn|nghị quyết|luật)(?:\s+liên tịch)?(?:\s+số)?[\s:]+\d+/\d+"
)
# The number of a circular alone says its year.
_LAW_ALONE = re.compile(
    r"(?:(?:quyết định|thông tư(?: liên tịch)?|nghị định|nghị quyết|luật|chỉ thị|kế hoạch|công văn"
    r"|qđ|tt|ttlt|nđ|nq|cv|kh)\s*)?"
    rf"(?:số\s*:?\s*)?\d+/({_YEAR})/[a-zđ]{{2}}[a-zđ\d/-]*"
)
_ISSUE = re.compile(
    r"^(?:.*\b(?:tạp chí|tập|báo)\b.*)?"
    rf"(?:số|s\.|no\.?|kỳ|quyển)\s*:?\s*\d{{1,3}}\s*(?:\(\d+\))?\s*[/,-]\s*(?:năm\s*)?({_YEAR})$"
)
_TO = re.compile(r"\s*(?:[-–—]|đến|tới|to)\s*(?:hết\s+)?(?:ngày\s+)?")
_ABOUT = re.compile(r"(?:khoảng|chừng|\bca?\.|circa|about)\s*(?:năm\s*)?\[?$")
# The surest first: "Accepted: 3 Mar 2020. Published: 15 Mar 2020".
_PUBLISHED = tuple(
    re.compile(rf"(?:{words})[^\d]{{0,20}}$")
    for words in ("đăng|xuất bản|công bố|phát hành|ban hành|published|issued", "soạn|duyệt|accepted")
)
_OF_ANOTHER = re.compile(r"(?:cập nhật|sửa|hiệu lực|nhận|tải|truy cập|dạy|giảng|updated|received|modified)[^\d]{0,20}$")
_TAKEN_IN = re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d(?:\.\d+)?z")  # when a repository took something in
_DECADE = re.compile(
    r"(?:những năm|thập niên|thập kỷ|thập kỉ)\s+(?:(1[4-9]|20))?(\d)0(?:'?s)?(?!\d)"
    r"(?:.*\b(?:thế kỷ|thế kỉ|tk\.?)\s*([ivx]+|\d{2}))?"
)
_DECADES = re.compile(r"(?<![\w/])(1[4-9]|20)(\d)0['’]?s\b")
_TWO_DECADES = re.compile(r"(?:những năm|thập niên|thập kỷ|thập kỉ)\s+(?:19)?(\d)0\s*(?:,|-|–|và)\s*(?:19)?(\d)0$")
_YEARS_OF = re.compile(rf"những năm\s+(?={_YEAR}\s*[-–]\s*{_YEAR})")
_UNKNOWN_YEAR = re.compile(r"[,:]\s*(1[4-9]\d|20[0-4])[-?x]\??$")
_CENTURY = re.compile(
    r"(?:\bthế kỷ|\bthế kỉ|\btk\.?)\s*(?:thứ\s*)?([ivx]+|\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th) c(?:entury|ent)?\b"
    r"|(?<=\w)\s*[-–]\s*([ivx]+|1\d|2[01])$"
)
_UNWRITTEN = re.compile(r"(?:[._][._\s]*[/-]\s*)++\s*(?=(?:\d{1,2}\s*[/-]\s*)?\d{4}(?!\d))")  # "…/…/2022"
_QUARTER = re.compile(
    r"\b(?:qu[ýí]|q)[. ]{0,2}(?:[1-4]|i{1,3}|iv)\s*[/-]|(?<=\d{4})[-/]?q[1-4]\b"
    r"|\b(?:hk|học k[ỳì])\s?(?:[1-3]|i{1,3})\s*[/,-](?=\s*\d{4})"
)
# "20 Th11, 2019", as web sites write, and "T.9/2021"
_SHORT_MONTH = re.compile(r"\bth(?:g|áng)?\.?\s*(?=\d)|\bt\.?\s?(?=\d{1,2}\s*[/-]\s*\d{4})")
_MONTH_TO_MONTH = re.compile(r"\btháng\s+\d{1,2}\s*[-–,]\s*\d{1,2}\s*[/-]\s*(?=\d{4}(?!\d))")
_SHORT_SCHOOL_YEAR = re.compile(r"\b(?:năm học|niên khóa|niên khoá|niên học|nh)\s*:?\s*(\d\d)\s*[-–/]\s*(\d\d)(?!\d)")
_CLOCK = re.compile(r"\b\d{1,2}(?::\d{2}(?::\d{2})?|h\d{0,2})\b(?:\s*(?:am|pm|sa|ch)\b)?")
_UNMARKED = (
    ("ngay", "ngày"),
    ("thang", "tháng"),
    ("nam", "năm"),
    ("hoc ky", "học kỳ"),
    ("the ky", "thế kỷ"),
    ("truoc", "trước"),
)
_UNMARKED_WORDS = tuple((re.compile(rf"\b{bare}\b"), marked) for bare, marked in _UNMARKED)
_DAY_IN_WORDS = re.compile(r"^(?=(?:(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mươi|mốt|lăm) ){1,3}tháng )")
_HAN = str.maketrans(
    {**{sign: str(place) for place, sign in enumerate("〇一二三四五六七八九")}, "零": "0", "月": "-", "日": ""}
    | {"년": "-", "월": "-", "일": "", "年": "-"}
)
_BLANK_IN_HAN = re.compile(r"(?<=[년월])\s+(?=\d)")


def month_of_issue(words: str) -> str | None:
    """Return month and year of the head of a journal's issue, "9/2020" of "no. 3 (2020): september"; else None."""
    named = _MONTH_OF_ISSUE.search(words)
    return f"{named[2] or MONTHS[named[3]]}/{named[1]}" if named else None


def plain_date(words: str) -> str | None:
    """Return the date that a text in small letters names, in the form of EDTF or as day, month, year; None for none.

    The calendar is not asked: "31/04/2024" comes back as 31/04/2024, and ``dates.py`` has no such day.
    """
    words = _without_beside(_with_figures(words))
    if found := _era(words):
        return found
    if _NO_DATE.search(words) or (_LUNAR.search(words) and not _COMMON_ERA.search(words)):
        return None
    if law := _LAW_ALONE.fullmatch(words):
        return law[1]
    issue = _ISSUE.search(words)
    if issue and not _OF_LAW.search(words):
        return issue[1]
    words = _OF_LAW.sub(" ", _LAW.sub(" ", words))
    for form in (_DAY, _MONTHS):
        places = list(form.finditer(words))
        if places:
            return _one_of(places, words)
    return _years(words)


def _without_beside(words: str) -> str:
    """Leave out times of day, dots for days that nobody filled in, quarters and rows of months."""
    if (taken := _TAKEN_IN.sub(" ", words)) != words and re.search(_YEAR, taken):
        words = taken
    for form in (_OTHER_CALENDAR, _UNWRITTEN, _CLOCK, _QUARTER, _MONTH_TO_MONTH):
        words = form.sub(" ", words)
    return _SHORT_MONTH.sub("tháng ", words)


def _with_figures(words: str) -> str:
    """Write numbers of words, of Chinese and full-width signs as figures, and marks where a text has none."""
    if words.isascii():
        for form, marked in _UNMARKED_WORDS:
            words = form.sub(marked, words)
        return words
    if "年" in words or "년" in words:
        words = _BLANK_IN_HAN.sub("", words).translate(_HAN).strip("- ")
    return spoken(_DAY_IN_WORDS.sub("ngày ", words))


def _era(words: str) -> str | None:
    """Read decades ("những năm 90"), centuries ("đầu thế kỷ XX") and years in Roman figures."""
    if (two := _TWO_DECADES.search(words)) and two[1] < two[2] and not _YEARS_OF.search(words):
        return f"19{two[1]}X/19{two[2]}X"
    if (decade := _DECADE.search(words)) and not _YEARS_OF.search(words):
        century = decade[1] or (str(_number(decade[3]) - 1) if decade[3] else "19")
        return f"{century}{decade[2]}X"
    if decades := list(dict.fromkeys(f"{first}{last}X" for first, last in _DECADES.findall(words))):
        return "/".join(decades) if len(decades) < 3 else None
    if unknown := _UNKNOWN_YEAR.search(words):
        return f"{unknown[1]}X"
    return _century(words) or years_of_roman(words)


def _century(words: str) -> str | None:
    """Return "18XX" of "thế kỷ XIX" and "18XX/19XX" of "cuối thế kỷ XIX đầu thế kỷ XX"."""
    named = _CENTURY.search(words)
    if not named or named[3]:
        return None
    numbers = list(dict.fromkeys(_number(next(filter(None, each))) for each in _CENTURY.findall(words)))
    if len(numbers) > 2 or not all(11 <= number <= 21 for number in numbers) or numbers != sorted(numbers):
        return None
    return "/".join(f"{number - 1}XX" for number in numbers)


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else _ROMAN.get(written, 0)


_ROMAN = {
    f"{tens}{ones}": 10 * t + o
    for t, tens in enumerate(("", "x", "xx"))
    for o, ones in enumerate(("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"))
}


def _one_of(places: list[re.Match[str]], words: str) -> str | None:
    """Return the only date, that of publication among several, the first and last of "từ … đến …"; else None."""
    dates = [_written(place) for place in places]
    if len(set(dates)) == 1:
        return dates[0]
    if len(dates) == 2 and _TO.fullmatch(words, places[0].end(), places[1].start()):
        return "/".join("-".join(part.zfill(2) for part in reversed(date.split("/"))) for date in dates)
    others = [
        date for date, place in zip(dates, places, strict=True) if not _OF_ANOTHER.search(words, 0, place.start())
    ]
    if len(set(others)) == 1:
        return others[0]
    for named in _PUBLISHED:
        for date, place in zip(dates, places, strict=True):
            if named.search(words, 0, place.start()):
                return date
    return None


def _written(place: re.Match[str]) -> str:
    parts = {name[0]: value for name, value in place.groupdict().items() if value}
    year, day = _four_digits(parts["y"]), parts.get("d")
    if "e" in parts:
        parts["m"] = str(MONTHS[parts["e"]])
    return f"{day}/{parts['m']}/{year}" if day else f"{parts['m']}/{year}"


_LAST_OF_THIS_CENTURY = 40  # "31-12-49" is of 1949: who writes two digits writes of what was


def _four_digits(year: str) -> str:
    if len(year) == 4:
        return year
    return f"20{year}" if int(year) <= _LAST_OF_THIS_CENTURY else f"19{year}"


def _years(words: str) -> str | None:
    short = _SHORT_SCHOOL_YEAR.search(words)
    if short and int(short[2]) == int(short[1]) + 1:
        return f"{_four_digits(short[1])}/{_four_digits(short[2])}"
    if found := _CORRECTED.search(words) or _REPRINTED.search(words) or _COMMON_ERA.search(words):
        return found[1]
    if still := _STILL.search(words):
        return f"{still[1]}/.."
    if both := _BOTH.fullmatch(words):
        return f"{both[1]}/{both[2]}" if int(both[2]) == int(both[1]) + 1 else None
    if _MANY.fullmatch(words):
        return None
    years = [place for place in _ALONE.finditer(words) if _stands_as_year(place, words)]
    reach = _RANGE.search(words)
    if reach and (_NUMBERED.search(words[: reach.start()]) or _COUNTED.match(words, reach.end())):
        return None
    if reach and reach[1] < reach[2] and not any(place.start() < reach.start() for place in years):
        return f"{reach[1]}/{reach[2]}"
    return _as_sure(years[0], words) if years and not reach else None


def _as_sure(place: re.Match[str], words: str) -> str:
    if words.startswith("?", place.end()):
        return place[1] + "?"
    return ("khoảng " if _ABOUT.search(words, 0, place.start()) else "") + place[1]


def _stands_as_year(place: re.Match[str], words: str) -> bool:
    return not _NUMBERED.search(words[: place.start()]) and not _COUNTED.match(words, place.end())
