"""Titles as hurried people write them: "VL7 Gương cầu lồi", "su 12 bai 17", "T.Anh 6", "giaoan_toan7.doc", "(5-6t)".

They are written out before a title is read, so that the rules know one form only. Names of subjects, and the codes that
stand for them, come from the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from .file_names import parted, title_of_file
from .grades import NUMBER, NUMBER_WORDS
from .names_of_subjects import Names, names_of_subjects
from .patterns import begun
from .signs import ANY, BARE, FIGURE, MARKED, Form, Instead, Signs, form
from .tables import remembered
from .vietnamese import without_marks


def written_out(text: str) -> tuple[str, list[str]]:
    """Write short forms of subjects before a grade, names of files and parts of mathematics in full.

    Returns the text with its words as they are compared. It is composed (NFC).
    """
    name = title_of_file(text)
    return _signs().written_out(parted(name) if name else text)


@remembered(maxsize=1)
def _signs() -> Signs:
    return Signs(every_form())


def every_form() -> list[Form]:
    """Return the forms in the order in which they are written out."""
    names = names_of_subjects()
    of_names = (_of_codes, _run_together, _of_short_names, _of_codes_apart)
    return [*_CLASSES, *chain.from_iterable(made(names) for made in of_names), _COMPUTING]


# --- classes and ages ------------------------------------------------------------------------------

_ENDS = r"(?: (?:cũ|mới|cb|nc))?\s*(?:[-–—:),;|]|$)"  # of a part of a title
# A part begins, or "bài tập Hình 7".
_BEFORE_PART = re.compile(r"(?:^|[-–—:(|,;/.] ?|\b(?:tập|án|ôn|tra|cương|đề|sbt|sgk) )$", re.IGNORECASE)
_LONGEST_BEFORE = 16  # letters, more than any of the words that are looked for right before a place has
_ALL = r"(?:chương|bài|tiết|tuần|kì|kỳ|hk|kiểm)"
_SPELT = "|".join(word.replace("·", " ") for word in sorted(NUMBER_WORDS, key=len, reverse=True))
_BARE_NUMBERS = {without_marks(word.replace("·", " ")): number for word, number in NUMBER_WORDS.items()}
del _BARE_NUMBERS["sau"]  # also the next one
_ROMAN = {name: str(number) for number, name in enumerate(("vi", "vii", "viii", "ix", "x", "xi", "xii"), 6)}


def _number(place: re.Match[str]) -> str:
    word = place[1].lower()
    return f"{place[0].split()[0]} {_ROMAN.get(word) or _BARE_NUMBERS[word]}"


def _ends_before(before: re.Pattern[str], place: re.Match[str]) -> bool:
    """Say whether a pattern ends right before a place; all of what is before would make hostile titles dear."""
    return before.search(place.string, max(place.start() - _LONGEST_BEFORE, 0), place.start()) is not None


def _behind(before: re.Pattern[str], instead: Instead) -> Instead:
    """Write something only where this ends right before it: to look for what is before first would cost more."""

    def written(place: re.Match[str]) -> str:
        if not _ends_before(before, place):
            return place[0]
        return instead if isinstance(instead, str) else instead(place)

    return written


def _between(place: re.Match[str]) -> str:
    return " - " if " " in place.string else " "  # beside blanks it parts a title: "tuan 4_toan_so sanh"


_CLASSES = (
    form("_", FIGURE, "_+", _between),
    form("khoa", MARKED, r"\bkhoa(?=\s*[-–,]\s*sử\s*[-–,]\s*địa\b)", "khoa học"),
    form("gd", MARKED, r"\bgd (?=địa phương|công dân|thể chất|quốc phòng|kinh tế)", "giáo dục "),
    form(_ROMAN, MARKED, r"\blớp (vi{1,3}|ix|xi{0,2})\b(?!\.?\d| quang)", _number),
    form("mg", MARKED, r"\bmg (?=(?:bé|nhỡ|lớn)\b)", "mẫu giáo "),
    form("khối", MARKED, r"\bkhối (?=(?:mầm|chồi|lá)\b)", "lớp "),
    form(
        "lop",
        ANY,
        rf"\blop ({'|'.join(sorted(_BARE_NUMBERS, key=len, reverse=True))})\b(?! (?:hoc|nay|muoi|tuoi))",
        _number,
    ),
    form("lop", ANY, r"\blop (vi{1,3}|ix|xi{0,2})\b(?!\.?\d)", _number),
    form("lơp", FIGURE, r"\blơp\b", "lớp"),
    form("ts", FIGURE, r"\bts ?(?=(?:vào )?(?:lớp )?10\b)", "tuyển sinh "),
    form("ls", FIGURE, r"\bls ?[-&] ?đl(?=\d|\b)", "Lịch sử và Địa lí "),
    form("gt", FIGURE, r"\b[đd]s ?(?:[-&]|và|va) ?gt ?(?=1[0-2]\b)", "Toán "),
    form(re.compile(r"(?:l[oớ]p|khối|khoi)\d"), FIGURE, r"\b(l[oớ]p|khối|khoi)(?=\d)", r"\1 "),
    form(
        "nhiệm huynh đội đoàn khcn",
        FIGURE,
        r"\b(nhiệm|huynh|đội|đoàn|khcn) (?=(?:1[0-2]|[6-9])[a-e]\d{1,2}\b)",
        r"\1 lớp ",
    ),
    form(re.compile(r"\d,$"), FIGURE, rf"\bk(?={NUMBER}, k\d)", "khối "),  # "K6, K7, K8"
    form(re.compile(r"\d,$"), FIGURE, r"(?<=\d, )(?:k|khối )(?=\d)", ""),
    form(  # "11A2", also where no word says that it is a class
        re.compile(r"(?:1[0-2]|[6-9])a\d"),
        FIGURE,
        r"(?<![\w.,/-])(?<![Ll]ớp )(?<!LỚP )(?<![Ll]op )(?<!LOP )(?<![Pp]hòng )(?:1[0-2]|[6-9])A\d{1,2}(?![\w/])",
        r"lớp \g<0>",
        flags=re.NOFLAG,
    ),
    form("grader graders", FIGURE, rf"\b({NUMBER})(?:st|nd|rd|th)[ -]graders?\b", r"grade \1"),
    form("36", FIGURE, r"\b25\s*[-–]\s*36 tháng", "24-36 tháng"),
    form("t tuoi", FIGURE, r"([345])\s?[-–]\s?([456])\s?(?:t|tuoi)\b", r"\1-\2 tuổi"),
    form("tuổi", FIGURE, r"(?<=[^\d\s] [-–] )([345]) tuổi\b", r"(\1 tuổi)"),
    form("hình", FIGURE, rf"\bhình (?=(?:1[0-2]|[6-9])(?:{_ENDS}| {_ALL}))", _behind(_BEFORE_PART, "Toán ")),
    form("đại", FIGURE, rf"\bđại (?=(?:1[01]|[6-9])(?:{_ENDS}| {_ALL}))", _behind(_BEFORE_PART, "Toán ")),
)

# --- names of subjects -----------------------------------------------------------------------------

_LETTERS = re.compile(r"[^\W\d_]+")
_OF_SCHOOL = re.compile(r"\b(?:TLV|QPAN|HK[12I]|[Uu]nit(?= \d))\b")
# Titles without marks: "su 12 bai 17", "on tap Li 9 HKII".
_BEFORE_BARE = re.compile(
    r"(?:^|[-:] |\b(?:tap|tra|an|on|ga|bt|kt|cuong|tiet|thi|soan|skkn|hsg|bdhsg|g?hk[12i]{1,2}|khbd|bai|giang|de) )$",
    re.IGNORECASE,
)
_AFTER_BARE = (
    rf"(?= (?:lop )?{NUMBER}(?:$| ?[-:(,]"
    r"| (?:bai|tiet|tuan|chuong|chu|hk|ki|ky|giua|cuoi|nhat|on|de|co|nam|phan|kntt|ctst)))"
)


_COUNTS_THINGS = (
    "(?:tuoi|nam|ngay|thang|phut|gio|giay|nguoi|em|anh|canh|mau|loai|mon|lan|cai|con|cay|bong|chieu|van|nuoc|trieu|diem"
    "|cach|dieu|y|buoc|nghin|hot|moi|tin|hoc sinh|chu|qua|met|km|kg|[dkv])"
)


def _exactly(signs: str | Iterable[str], written: str, instead: Instead, needs: int = FIGURE) -> Form:
    """Make a form that is written in these capitals only."""
    return form(signs, needs, written, instead, flags=re.NOFLAG)


def _longest_first(words: Iterable[str]) -> list[str]:
    return [re.escape(word) for word in sorted(words, key=len, reverse=True)]


def _any_of(words: Iterable[str]) -> str:
    return "|".join(_longest_first(words))


def _run_together(names: Names) -> Iterator[Form]:
    """Yield what parts names from names and from grades: "lichsu", "Văn8", "AV K9"."""
    endings = names.endings.keys() | names.short.keys() | names.bare.keys()

    def joined(place: re.Match[str]) -> str:
        return names.joined.get(place[0].lower(), place[0])

    def glued(place: re.Match[str]) -> str:
        return f"{place[0]} " if place[0].lower() in endings else place[0]

    def level(place: re.Match[str]) -> str:
        return "lớp " + place[1] if _is_of_school(place.string) else place[0]

    def level_beside(place: re.Match[str]) -> str:
        return f"{place[1]} lớp {place[2]}" if place[1].lower() in endings else place[0]

    # "L9", "K9", "G7" are grades beside the short name of a subject or a unit; alone they are a dog, students, states.
    yield _exactly("K L G", r"(?<![\w.-])[KLG](1[01]|[1-9])(?![\w.])", level)
    yield _exactly("K L", r"([^\W\d_]+) [KL](1[01]|[1-9])(?![\w.])", level_beside)
    yield form(names.joined, ANY, r"(?<![^\W_])[^\W\d_]{5,}", joined)
    signs = re.compile(rf"(?:{_any_of(endings)})[1-9]")
    yield form(signs, FIGURE, rf"\b[^\W\d_]+(?={NUMBER}(?![\w,/]|\.\d))", glued)


# Words that make another word with the syllable behind them, whose initials may be capital letters, too.
_JOINED_BEFORE = re.compile(
    r"\b(?:học|nữ|nam|thí|tuyển|phát|giáo|văn|nhân|quản|tâm|đạo|triết|địa|vật|lịch|ngữ|thông|bản|tiếng|khoa|môn|thể|tự|ký|kí|chị|cô|thầy|em|bạn|chú|bác|ông|bà|mẹ|tiền"
    r"|nhà|thị|nguyễn|trần|lê|phạm|đình|đức|ngọc|thế|hữu|xử|chuyển|tiêu|giải|đồng) $",
    re.IGNORECASE,
)


_EXAMINATION = (
    r"(?:t(?<!\wt)(?:ốt nghiệp|hi THPT)|T(?<!\wT)(?:N THPT|HPT ?QG)|n(?<!\wn)ghiệp THPT"
    r"|V(?<!\wV)ào 10|v(?<!\wv)ào 10)"
)
_OF_EXAMINATION = "nghiệp THPT THPTQG vào"  # one of these is in it; names of subjects are in most titles


def _unless_joined(place: re.Match[str]) -> str:
    return place[0] if _ends_before(_JOINED_BEFORE, place) else f"môn {place[0]}"


@remembered(maxsize=1)  # a hostile title has hundreds of such levels
def _is_of_school(title: str) -> bool:
    names = names_of_subjects()
    words = _LETTERS.findall(title)
    return any(word in names.glued or word.lower() in names.joined for word in words) or bool(_OF_SCHOOL.search(title))


def _of_short_names(names: Names) -> Iterator[Form]:
    """Yield what writes names of one syllable in full: "su 12 bai 17", "T.Anh 6", "… (Văn 8)"."""
    initials, others = map(set, zip(*names.initials, strict=True))
    short, bare = _any_of(names.short), _any_of(names.bare)

    def of_initial(place: re.Match[str]) -> str:
        return names.initials.get((place[1].lower(), place[2].lower()), place[0])

    def full(place: re.Match[str]) -> str:
        return names.bare[place[0].lower()]

    yield form("chuyen mon", BARE, rf"(?:(?<=\bchuyen )|(?<=\bmon ))(?:{bare})\b(?! hoc)", full)
    run = {first.upper() + other.capitalize(): name for (first, other), name in names.initials.items()}
    yield _exactly(run, rf"\b(?:{_any_of(run)})\b", lambda place: run[place[0]])  # "TViệt 4"
    yield form(initials, FIGURE, rf"\b([{re.escape(''.join(initials))}])\.\s?({_any_of(others)})\b", of_initial)
    yield form(names.bare, FIGURE | BARE, rf"\b(?:{bare}){_AFTER_BARE}", _behind(_BEFORE_BARE, full))
    # "van 11 chi pheo tac gia"; not "hoa 8 mau", "anh 9 tuoi"
    yield form(names.bare, FIGURE | BARE, rf"^(?:{bare})(?= (?:lop )?{NUMBER} (?!{_COUNTS_THINGS}\b)[a-z])", full)
    # A subject and its grade as a part of a title: "… (Văn 8)", "… - Sử 7", "… – hóa lớp mười một".
    part = rf"([-–—:(|,;/.] ?)(?=(?:{short})(?: học)?(?: lớp)? (?:{NUMBER}|{_SPELT}){_ENDS})"
    yield form(names.short, MARKED, part, r"\1môn ")
    # With a capital letter inside a title: "Thực hành Sinh 11 - Bài 6", "ôn thi TN THPT Văn"; not "Học Sinh 11".
    capital = [name.capitalize() for name in names.short]
    ends = rf"(?={NUMBER}(?:{_ENDS}| (?:Bài|bài|Tiết|tiết|Tuần|tuần|Chương|chương|HK|hk)\b))"
    inside = begun(_longest_first(capital), r"(?<=[^\W\d_] {letter})")
    yield _exactly(capital, rf"{inside} {ends}", _unless_joined, FIGURE | MARKED)
    alone = rf"(?=(?:{_any_of(capital)})(?! [A-ZĐ])\b)"
    yield _exactly(_OF_EXAMINATION, rf"{_EXAMINATION}(?: 20\d\d)? {alone}", r"\g<0>môn ", MARKED)


def _words_of(codes: Iterable[str]) -> set[str]:
    return {word for code in codes for word in _LETTERS.findall(code)}  # of "LS&ĐL" two


def _of_codes(names: Names) -> Iterator[Form]:
    """Yield the codes of subjects to which the figure of a grade is glued: "VL7", "GT12", "HDTN3", "E5 Unit 3"."""

    def full(place: re.Match[str]) -> str:
        return f"{names.glued[place[1]]} {place[2]}"

    codes = begun(_longest_first(names.glued), r"(?<![\w.-]{letter})")
    yield _exactly(_words_of(names.glued), rf"({codes})({NUMBER})(?![\w.]|/\d)", full)
    yield _exactly("E", r"(?<![\w.-])E(?=(?:1[0-2]|[3-9])(?:\s*[-–:]|\s+[Uu]nit\b))", "Tiếng Anh ")


def _of_codes_apart(names: Names) -> Iterator[Form]:
    """Yield the codes that mean a subject also before a blank: "VL lớp 7", "môn VL", at an end "VL 7"."""
    codes = _any_of(names.beside)

    def full(place: re.Match[str]) -> str:
        return names.beside[place[0]]

    before_class = rf"(?<![\w.-])(?:{codes})(?= (?:lớp|Lớp|LỚP) {NUMBER}\b)"
    signs = _words_of(names.beside)
    yield _exactly(signs, rf"{before_class}|(?<=[Mm]ôn )(?:{codes})\b", full, ANY)
    yield _exactly(signs, rf"(?:^|(?<=[-–] )|(?<=\())(?:{codes})(?= {NUMBER}(?![\w.,/]))", full)


_COMPUTING = form("dụng máy", FIGURE, r"(?:tin học ứng dụng|khoa học máy tính)\s+(?=1[0-2](?!\w))", "Tin học ")
