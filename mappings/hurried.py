"""How hurried people write titles: without marks, with initials and figures, "su 12 bai 17", "T.Anh 6", "(5-6t)"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import chain, pairwise
from operator import or_

from .grades import NUMBER, NUMBER_WORDS
from .vietnamese import folded

_BEGINS, _ENDS = r"(?:^|[-–—:(|,;/.] ?)", r"(?: (?:cũ|mới|cb|nc))?\s*(?:[-–—:),;|]|$)"  # of a part of a title
_AHEAD = "(?:tập|án|ôn|tra|cương|đề|sbt|sgk)"  # "bài tập Hình 7"
_ALL = r"(?:chương|bài|tiết|tuần|kì|kỳ|hk|kiểm)"
_SPELT = "|".join(word.replace("·", " ") for word in sorted(NUMBER_WORDS, key=len, reverse=True))
_BARE_NUMBERS = {folded(word.replace("·", " ")): number for word, number in NUMBER_WORDS.items() if word != "sáu"}
_ROMAN = {name: str(number) for number, name in enumerate(("vi", "vii", "viii", "ix", "x", "xi", "xii"), 6)}
_KINDERGARTEN = {"be": "bé", "nho": "nhỡ", "lon": "lớn"}
_PRESCHOOL = {"mam": "mầm", "choi": "chồi", "la": "lá"}


def _number(place: re.Match[str]) -> str:
    word = place[1].lower()
    return f"{place[0].split()[0]} {_ROMAN.get(word) or _BARE_NUMBERS[word]}"


_BARE_NAMES = {"su": "lich su", "dia": "dia li", "li": "vat li", "ly": "vat li", "hoa": "hoa hoc", "sinh": "sinh hoc"}
_BARE_NAMES |= {"van": "ngu van", "anh": "tieng anh", "tin": "tin hoc"}


def _bare_name(place: re.Match[str]) -> str:
    return place[0][: -len(place[1])] + _BARE_NAMES[place[1].lower()]


_INITIALS = {
    (whole[0], whole.split()[1]): whole
    for whole in (
        *("tiếng anh", "tiếng việt", "ngữ văn", "vật lí", "vật lý", "địa lí", "địa lý", "lịch sử", "công nghệ"),
        *("mĩ thuật", "âm nhạc"),
    )
} | {("đ", "lí"): "địa lí", ("đ", "lý"): "địa lý"}


def _of_preschool(place: re.Match[str]) -> str:
    return f"lớp {_PRESCHOOL[place[1].lower()]}"


def _of_kindergarten(place: re.Match[str]) -> str:
    return f"mẫu giáo {_KINDERGARTEN[place[1].lower()]}"


def _of_initial(place: re.Match[str]) -> str:
    return _INITIALS.get((place[1].lower(), place[2].lower()), place[0])


_RUN_TOGETHER = [
    pair.split()
    for pair in (
        *("lịch sử", "ngữ văn", "vật lí", "vật lý", "hóa học", "hoá học", "sinh học", "địa lí", "địa lý", "tiếng anh"),
        *("tiếng việt", "tin học", "công nghệ", "đạo đức", "âm nhạc", "mĩ thuật", "giáo án", "bài giảng", "đề thi"),
    )
]
_Instead = str | Callable[[re.Match[str]], str]
# A sign without which a title need not be looked through, the form, what is written for it.
_Forms = tuple[tuple[str, re.Pattern[str], _Instead], ...]


def _forms(*rows: tuple[str, str, _Instead]) -> _Forms:
    """Compile forms; of a sign that begins with a blank, a whole word follows."""
    return tuple((sign, re.compile(form, re.IGNORECASE), instead) for sign, form, instead in rows)


_OF_CLASSES = _forms(  # also in texts of which only this word has no mark
    ("lop ", rf"\blop ({'|'.join(sorted(_BARE_NUMBERS, key=len, reverse=True))})\b(?! (?:hoc|nay|muoi|tuoi))", _number),
    ("lop ", r"\blop (vi{1,3}|ix|xi{0,2})\b(?!\.?\d)", _number),
    ("lop ", r"\blop (mam|choi|la)\b(?= ?[:-]|$)", _of_preschool),
)
_WITHOUT_MARKS = _forms(
    ("chuyen ", r"(?<=\bchuyen )(su|dia|li|ly|hoa|sinh|van|anh|tin)\b(?! hoc)", _bare_name),
    ("mon ", r"(?<=\bmon )(su|dia|li|ly|hoa|sinh|van|anh|tin)\b(?! hoc)", _bare_name),
)
_WITH_MARKS = _forms(
    ("gd ", r"\bgd (?=địa phương|công dân|thể chất|quốc phòng|kinh tế)", "giáo dục "),
    *(
        (sign, r"\blớp (vi{1,3}|ix|xi{0,2})\b(?!\.?\d| quang)", _number)
        for sign in (" vi", " vii", " viii", " ix", " x", " xi", " xii")
    ),
    ("mg ", r"\bmg (?=(?:bé|nhỡ|lớn)\b)", "mẫu giáo "),
    ("khối ", r"\bkhối (?=(?:mầm|chồi|lá)\b)", "lớp "),
)
_WITH_FIGURES = _forms(
    ("_", "_+", " "),
    ("lơp", r"\blơp\b", "lớp"),
    ("ts", r"\bts ?(?=(?:vào )?(?:lớp )?10\b)", "tuyển sinh "),
    (".", r"\b([tnvlđcmâ])\.\s?(anh|việt|văn|l[íý]|sử|nghệ|thuật|nhạc)\b", _of_initial),
    ("ls", r"\bls ?[-&] ?đl(?=\d|\b)", "Lịch sử và Địa lí"),
    ("gt ", r"\bđs ?(?:[-&]|và) ?gt (?=1[0-2]\b)", "Toán "),
    *((sign, r"\b(l[oớ]p|khối|khoi)(?=\d)", r"\1 ") for sign in ("lớp", "lop", "khối", "khoi")),
    ("mau giao ", r"\bmau giao (be|nho|lon)\b", _of_kindergarten),
    *(
        (sign, r"\b(nhiệm|huynh|đội|đoàn|khcn) (?=(?:1[0-2]|[6-9])[a-e]\d{1,2}\b)", r"\1 lớp ")
        for sign in ("nhiệm ", "huynh ", "đội ", "đoàn ", "khcn ")
    ),
    ("thang", r"\b(3|12|18|24)\s?-\s?(12|24|36) thang\b", r"\1-\2 tháng"),
    ("giaoan", r"\bgiaoan\b", "giáo án"),
    *((f"{first}{then}", rf"\b{first}{then}\b", f"{first} {then}") for first, then in _RUN_TOGETHER),
    (", k", rf"\bk(?={NUMBER}, k\d)", "khối "),  # "K6, K7, K8"
    (", k", r"(?<=\d, )(?:k|khối )(?=\d)", ""),
    ("grader", rf"\b({NUMBER})(?:st|nd|rd|th)[ -]graders?\b", r"grade \1"),
    ("36 ", r"\b25\s*[-–]\s*36 tháng", "24-36 tháng"),
    *((sign, r"([345])\s?[-–]\s?([456])\s?(?:t|tuoi)\b", r"\1-\2 tuổi") for sign in ("tuoi", "4t", "5t", "6t")),
    (" tuổi", r"(?<=[^\d\s] [-–] )([345]) tuổi\b", r"(\1 tuổi)"),
    ("hình ", rf"({_BEGINS}|\b{_AHEAD} )hình (?=(?:1[0-2]|[6-9])(?:{_ENDS}| {_ALL}))", r"\1Toán "),
    ("đại ", rf"({_BEGINS}|\b{_AHEAD} )đại (?=(?:1[01]|[6-9])(?:{_ENDS}| {_ALL}))", r"\1Toán "),
)
# A subject and its grade as a part of a title: "… (Văn 8)", "… - Sử 7", "… – hóa lớp mười một".
_PART_BEGINS, _PARTS = "[-–—:(|,;/.]", "văn sinh sử địa lí lý hóa hoá anh tin nhạc"
_PART = re.compile(
    rf"({_PART_BEGINS} ?)(?=(?:{_PARTS.replace(' ', '|').replace('sinh', 'sinh học|sinh')})"
    rf"(?: lớp)? (?:{NUMBER}|{_SPELT}){_ENDS})",
    re.IGNORECASE,
)
# Titles without marks: "su 12 bai 17", "on tap Li 9 HKII".
_BARE_NAME = re.compile(
    r"(?:^|[-:] |\b(?:tap|tra|an|on|ga|bt|kt|cuong|tiet|thi|soan|skkn|hsg|bdhsg|g?hk[12i]{1,2}|khbd|bai|giang|de) )"
    r"(su|dia|li|ly|hoa|sinh|van|anh|tin)"
    rf"(?= (?:lop )?{NUMBER}(?:$| ?[-:(,]"
    r"| (?:bai|tiet|tuan|chuong|chu|hk|ki|ky|giua|cuoi|nhat|on|de|co|nam|phan|kntt|ctst)))",
    re.IGNORECASE,
)


def read_slowly(text: str, figures: bool) -> str:
    """Write in full what hurried people write of subjects and grades; ``figures``: some stand in the text."""
    lowered, bare = text.lower(), text.isascii()
    for sign, form, instead in _WITHOUT_MARKS if bare else _WITH_MARKS:
        if sign in lowered:
            text = form.sub(instead, text)
    if "lop " in lowered:
        for _, form, instead in _OF_CLASSES:
            text = form.sub(instead, text)
    if figures:
        for sign, form, instead in _WITH_FIGURES:
            if sign in lowered:
                text = form.sub(instead, text)
        if bare:
            return text if _BARE_NAMES.keys().isdisjoint(lowered.split(" ")) else _BARE_NAME.sub(_bare_name, text)
    return _PART.sub(r"\1môn ", text) if figures or "lớp" in lowered else text


# --- what need not be read slowly ----------------------------------------------------------------------

# What pieces between blanks show: an end behind which a part may begin, the name of a subject that may be one, and both
# in one piece or another form; a form that is written out only in a bare text.
_END, _NAME, _FORM, _BARE_SIGN = 1, 2, 4, 8
_GLUED = re.compile(r"[^\W\d_][1-9]")
_AT_THE_END, _INSIDE = re.compile(f"{_PART_BEGINS}$"), re.compile(f"{_PART_BEGINS}(?:{_PARTS.replace(' ', '|')})$")
# Words of a language and its figures: some megabytes; a longer piece is an address or a key, and does not come again.
_MOST_PIECES, _LONGEST_PIECE = 100_000, 40


def _pieces_of(*tables: _Forms) -> re.Pattern[str]:
    """Find pieces between blanks in which a sign of these forms may stand, or in which it may begin."""
    found = []
    for sign, *_ in chain(*tables):
        before, blank, behind = sign.partition(" ")
        if blank:
            found.append(f"{re.escape(before)}$" if before else rf"^{re.escape(behind)}(?![^\W_])")
        else:
            found.append(re.escape(sign))
    return re.compile("|".join(dict.fromkeys(found)))


_OF_FORMS = _pieces_of(_OF_CLASSES, _WITHOUT_MARKS, _WITH_MARKS, _WITH_FIGURES)
_NAMES = frozenset(_PARTS.split(" "))


class Signs(dict[str, int]):
    """What pieces between blanks show, worked out once for each: they come again in other titles."""

    def __init__(self, codes: Iterable[str]) -> None:
        """``codes`` are short names of subjects that are written out, too."""
        self._codes = frozenset(codes)

    def __missing__(self, piece: str) -> int:
        lowered = piece.lower()
        # "lớp" stands in most titles of schools; it is written out only where a figure is glued to it.
        found = _FORM if piece in self._codes or (lowered != "lớp" and _OF_FORMS.search(lowered)) else 0
        if piece.isalpha():
            found |= (_NAME if lowered in _NAMES else 0) | (_BARE_SIGN if lowered in _BARE_NAMES else 0)
        else:
            found |= _END if _AT_THE_END.search(piece) else 0
            found |= _FORM if _GLUED.search(piece) or _INSIDE.search(lowered) else 0
        if len(piece) < _LONGEST_PIECE:
            if len(self) >= _MOST_PIECES:
                self.clear()
            self[piece] = found
        return found

    def are_in(self, text: str) -> bool:
        """Say that a title with figures may have to be written out; six of seven need not, at a third of the price.

        Without figures there is so little to look for that this would cost more.
        """
        found = list(map(self.__getitem__, text.split()))
        signs = reduce(or_, found, 0)
        if signs & _FORM or (signs & _BARE_SIGN and text.isascii()):
            return True
        both = signs & _NAME and signs & _END
        return bool(both) and any(first & _END and then & _NAME for first, then in pairwise(found))
