"""Grades that a text names: "lớp 7", "khối 6, 7", "lớp 10A1", "lớp mười hai", "5-6 tuổi", "thi vào lớp 10"."""

from __future__ import annotations

import re

from harvester import normal_form

from .patterns import begun

Terms = tuple[str, ...]

# A title without one of these names no grade in words; "Toán 10" is for titles.py.
WORDS_OF_GRADES = (
    "lớp",
    "stem",
    "khối",
    "lop",
    "khoi",
    "grade",
    "tuổi",
    "tháng",
    "tuoi",
    "thang",
    "mẫu giáo",
    "vào",
    "vao",
    "tuyển sinh",
    "mgb",
    "mgn",
    "mgl",
    "điểm chuẩn",
    "giáo dục địa phương",
    "gdđp",
    "nghề",
    "kĩ năng sống",
    "kĩ thuật",
    "thủ công",
    "tốt nghiệp thpt",
    "thi tn",
    "thi tốt nghiệp",
    "thi thử tốt nghiệp",
    "đề tốt nghiệp",
    "tn thpt",
    "tnthpt",
    "thpt quốc gia",
    "thpt qg",
    "thptqg",
)
NUMBER = r"(?:1[0-2]|[1-9])"
NUMBERS = frozenset(map(str, range(1, 13)))  # all that it finds: a word is looked up at a third of the price
_GRADE_WORDS = ("khối lớp", "khoi lop", "lớp ghép", "lop ghep", "lớp", "lop", "khối", "khoi", "grade")
# "thi vào lớp 10" is a paper for grade 9.
_NOT_ENTERED = (
    r"(?<!\w{letter})(?<!vào {letter})(?<!vao {letter})(?<!tuyển sinh {letter})(?<!tuyen sinh {letter})"
    r"(?<!lên {letter})(?<!len {letter})"
)
_GRADE = re.compile(
    rf"{begun(_GRADE_WORDS, _NOT_ENTERED)}[ .:]*0?({NUMBER})(?![\w]|\.\d|%)"
    rf"((?:\s*(?:,|và|va|&|\+|-|–|đến|den|lên|len)\s*(?:lớp |lop )?{NUMBER}(?![\w]|[./]\d))*)"
    r"(?!\s*(?:tuổi|tháng(?! \d)|tuoi|thang(?! \d)|month|year|trường(?! t| chuyên)"
    r"|học sinh(?! giỏi)|người|giờ|tiết(?! \d)|phòng(?! gd| giáo)))"
)
_BEFORE_NUMBER = re.compile("khối|lop|khoi|grade")
_CLASS = re.compile(rf"l(?<!\wl)(?:ớp|op)\s+({NUMBER})\s?(?:[a-eđ]\d{{0,2}}|[/.]\d{{1,2}})\b")
_NEXT = re.compile(rf"(,|và|va|&|\+|-|–|đến|den|lên|len)\s*(?:lớp |lop )?({NUMBER})")
NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        ("một", "hai", "ba", "bốn tư", "năm", "sáu", "bảy bẩy", "tám", "chín", "mười", "mười·một", "mười·hai"), 1
    )
    for word in words.split()
}
_SPELT = re.compile(
    rf"{begun(('lớp', 'khối'))} (mười một|mười hai|một|hai|ba|bốn|tư|năm|sáu|bảy|bẩy|tám|chín|mười)\b"
    r"(?!\s*(?:học|nay|ngoái|trước|sau|mươi|trăm|tuổi|tháng|em|bạn|cấp|mặt|vị))"
)
# Who is examined for grade 10 is in grade 9; "tuyển sinh 10" says the same without the word "lớp".
_ENTERED = (
    *(rf"{word}\s+(?:lớp|lop)" for word in ("vào", "vao")),
    *(rf"{words}(?:\s+(?:vào|vao))?(?:\s+(?:lớp|lop))?" for words in ("tuyển sinh", "tuyen sinh")),
    r"điểm chuẩn(?:\s+vào)?(?:\s+lớp)?",
    *(
        rf"{word}\s+(?:vào|vao)"
        for word in (r"chuyên \w+", "thi", "thử", "thu", "sinh", "đề", "de", "ôn", "on", "luyện", "luyen")
    ),
)
_ENTRANCE = re.compile(
    rf"{begun(_ENTERED)}\s+(10|6)\b"
    r"(?!\s*(?:giờ|h|phút|ngày|tháng|năm(?!\s+(?:học|20))|trường(?! (?:thcs|thpt|chuyên|chất))|chỉ|%|[./]\d))"
)
_FIRST = re.compile(
    r"\b(?:tuyển sinh|tuyen sinh|vào|vao)\s+(?:vào\s+)?(?:lớp|lop)\s+(?:1|một)\b(?!\s*[./]\d)"
)  # who begins school
_BEFORE = {"10": "9", "6": "5"}
_AGE = re.compile(
    r"(?:\b(3|12|18|24)\s*[-–]\s*(?:12|24|36)\s*(?:tháng|thang)|\b([345])\s*[-–]\s*([456])\s*(?:tuổi|tuoi)"
    r"|(?:\(\s*|\btrẻ\s+|\blớp\s+|\bgiáo\s+|\bbé\s+|\bmg\s+)([345])\s*tuổi)"
)
_OF_AGE = {
    "24": "nha_tre_24_36",
    "18": "nha_tre_12_24",
    "12": "nha_tre_12_24",
    "3": "nha_tre_3_12",
    "34": "mau_giao_3_4",
    "45": "mau_giao_4_5",
    "56": "mau_giao_5_6",
}
_PRESCHOOL = re.compile(
    r"\b(?:(?:lớp|khối)\s+(mầm|chồi|lá|nhỡ)|(?:mẫu giáo|khối)\s+(bé|nhỡ|lớn)|lop (mam|choi|la)(?= ?[:-]|$)"
    r"|mau giao (be|nho|lon)|(mg[bnl]))\b(?!\s+(?:nhỏ|cây))"
)
_ALL_AGES = re.compile(r"\b3\s*(?:[-–]|đến)\s*6\s*tuổi|\btừ 3 đến 5 tuổi")
_OF_PRESCHOOL = re.compile("tuổi|tháng|mẫu giáo|mầm|chồi|lá|mg|nhỡ|khối|tuoi|thang|mau giao|lop ")
_OF_NAME = {
    "mầm": "mau_giao_3_4",
    "chồi": "mau_giao_4_5",
    "lá": "mau_giao_5_6",
    "bé": "mau_giao_3_4",
    "nhỡ": "mau_giao_4_5",
    "lớn": "mau_giao_5_6",
    "mam": "mau_giao_3_4",
    "choi": "mau_giao_4_5",
    "la": "mau_giao_5_6",
    "be": "mau_giao_3_4",
    "nho": "mau_giao_4_5",
    "lon": "mau_giao_5_6",
    "mgb": "mau_giao_3_4",
    "mgn": "mau_giao_4_5",
    "mgl": "mau_giao_5_6",
}


def grades_in(text: str) -> Terms:
    """Return the grades that a text names by "lớp N", "khối N", "lớp 6, 7", "lớp 6 đến lớp 9", "lớp 10A1", "lớp ba"."""
    return _grades(normal_form("NFC", text).lower())


def grades_of_title(lowered: str) -> Terms:
    """Return the grades that a title names, in composed small letters: of an entrance test, by number, by age."""
    if found := _preschool(lowered):
        return found
    place = (
        _ENTRANCE.search(lowered)
        if "vào" in lowered or "vao" in lowered or "sinh" in lowered or "chuẩn" in lowered
        else None
    )
    if place:
        return (_BEFORE[place[1]],)
    return _grades(lowered) or _unnamed(lowered)


# A grade without "lớp": behind the name of a province or of a trade; who sits the last examination is in grade 12.
_BEHIND = re.compile(
    r"(?:(?:giáo dục địa phương|gdđp|giao duc dia phuong|gddp)(?:\s+(?:tỉnh|thành phố|tp\.?))?|\bnghề)"
    rf"(?:\s+[^\W\d]+){{1,4}}\s+({NUMBER})(?![\w/]|[.,]\d)"
    rf"|\b(?:stem|k[ĩỹ] năng sống|(?<!vẽ )k[ĩỹ] thuật(?= [45])|thủ công(?= [1-3]))\s+({NUMBER})(?=\s*(?:[-–:(]|$))"
)
_LAST = re.compile(
    r"\b(?:thi|thpt|lần \d|kì|kỳ|đề)\b.{0,20}\b(?:tốt nghiệp|tn) ?thpt|\btn ?thpt"
    r"|\b(?:thi|đề) tốt nghiệp (?:môn )?(?:ngữ |lịch |tiếng )?(?:văn|toán|sử|địa|vật|l[íý]|h[óo][áa]|sinh|anh|gdcd)\b"
    r"|\bthi thử tốt nghiệp\b|\bthi tn\b|\bthi thpt|\bthpt (?:quốc gia|qg)\b|\bthptqg\b"
)


def _unnamed(lowered: str) -> Terms:
    place = _BEHIND.search(lowered)
    if place and not (place[0].startswith("nghề") and place[1] not in ("8", "9", "11")):
        return (place[1] or place[2],)
    if _FIRST.search(lowered):
        return ("1",)
    return ("12",) if _LAST.search(lowered) else ()


def _grades(lowered: str) -> Terms:
    if "lớp" not in lowered and not _BEFORE_NUMBER.search(lowered):
        return ()
    found: list[str] = []
    for number, others in _GRADE.findall(lowered):
        found += _row_of_grades(int(number), others) if others else [number]
    found += _CLASS.findall(lowered)
    if not found and ("lớp " in lowered or "khối " in lowered):
        found = [NUMBER_WORDS[words.replace(" ", "·")] for words in _SPELT.findall(lowered)]
    return tuple(dict.fromkeys(found))


def _row_of_grades(first: int, others: str) -> list[str]:
    """Follow "6, 7 và 8" or "6 đến 9" while the numbers rise."""
    numbers = [first]
    for sign, digits in _NEXT.findall(others):
        number = int(digits)
        if number <= numbers[-1]:
            break
        reaches = sign in ("-", "–", "đến", "den")
        numbers += range(numbers[-1] + 1, number + 1) if reaches else [number]
    return [str(number) for number in numbers]


def _ages(place: re.Match[str]) -> str:
    month, first, last, alone = place.groups()
    return month or (first + last if first else f"{alone}{int(alone) + 1}")


def _preschool(lowered: str) -> Terms:
    """Return the age groups of preschool: "5-6 tuổi", "24-36 tháng", "lớp lá", "mẫu giáo lớn"."""
    if not _OF_PRESCHOOL.search(lowered):  # a third of the price of looking for one word after another
        return ()
    ages = [_OF_AGE.get(_ages(place), "") for place in _AGE.finditer(lowered)]
    if _ALL_AGES.search(lowered):
        return ("mau_giao_3_4", "mau_giao_4_5", "mau_giao_5_6")
    names = [_OF_NAME[place[place.lastindex or 1]] for place in _PRESCHOOL.finditer(lowered)]
    return tuple(dict.fromkeys(filter(None, (*ages, *names))))
