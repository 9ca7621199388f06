"""The type of a title: what the thing itself is, by the words that name it and by where they stand.

Words are those of ``vietnamese.keys``; hits are the phrases that ``phrases.find`` found in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .grades import Terms
from .phrases import Found, words_of_titles
from .subject_neighbours import SCHOOL
from .tables import remembered
from .title_subjects import KINDS_OF_SUBJECTS, Parts, is_paper
from .vietnamese import folded, key

_OF_TEACHERS = ("mam_non", "tieu_hoc")  # of secondary schools such titles are theses as often
_LONGEST_NAME = 10  # words: "Trường THPT …: bảng phân công"
_OF_UNIVERSITY = ("luan_an", "luan_van", "khoa_luan", "giao_trinh", "sang_kien_kinh_nghiem", "ky_yeu")
_MANY = key("một")
_CASE = key("hợp")  # "Trường hợp …" names no school


def is_study(words: list[str], bare: bool) -> bool:
    """Say that a title begins as studies do: "Thực trạng …", "Một số biện pháp …"."""
    first, beginnings = _studies(bare)
    return not first.isdisjoint(words[:1]) and (" ".join(words[:4]) + " ").startswith(beginnings)


def types_of_title(
    hits: list[Found], words: list[str], text: str, school: bool, bare: bool, parts: Callable[[], Parts]
) -> Terms:
    """Return the surest type that a title names; a study of lesson plans is none.

    ``school``: it names a subject, a grade or a textbook series. ``parts`` gives the first and last words of what signs
    part in it; it is asked for few.
    """
    said = [hit for hit in hits if hit.kind in _SAY_TYPES]
    if said:
        if head := _head(said, words, parts) or _letterhead(said, text):
            return (_of_plan(head, school),)
        said = [hit for hit in said if hit.kind == "type" or _names(hit, hits, words, school, bare, parts)]
    if not said and school and is_paper(words) and not _mistyped(words, text):
        return ("de_thi" if _is_of_contest(hits) else "de_kiem_tra",)
    many = words[:1] == [_MANY]
    if (said or many) and is_study(words, bare):
        if many and (school or any(hit.kind == "level" and hit.term in _OF_TEACHERS for hit in hits)):
            return ("sang_kien_kinh_nghiem",)  # "Một số biện pháp … cho trẻ mẫu giáo bé"
        said = [hit for hit in said if hit.term[2:] in _OF_UNIVERSITY]
    best = _surest(said, hits) if said else ""
    if not best:
        best = _mistyped(words, text) or ("tin_tuc" if _is_news(words, bare) else "")
        if not best and words[:2] == _NUMBERED_PAPER and words[2:3] and words[2].isdecimal():
            best = "de_kiem_tra"
    return (best,) if best else ()


_NUMBERED_PAPER = key("đề số").split(" ")  # "Đề số 5 (có đáp án)"
_SAY_TYPES = frozenset(("type", "weak", "head", "short", "letterhead"))


# What titles begin with, also with wrong marks: "Đê kiêm tra", "Giáo ấn".
_BEGINNINGS = {
    "giáo án": "ke_hoach_bai_day",
    "đề kiểm": "de_kiem_tra",
    "đề thi": "de_thi",
    "đề cương": "tom_tat_li_thuyet",
    "bài giảng": "bai_giang_dien_tu",
    "kỉ yếu": "ky_yeu",
    "giáo trình": "giao_trinh",
    "luận văn": "luan_van",
    "sáng kiến": "sang_kien_kinh_nghiem",
}
_MISTYPED = {folded(words): (key(words), name) for words, name in _BEGINNINGS.items()}
_MISTYPED_FIRST = frozenset(key(words).partition(" ")[0].partition("'")[0] for words in _BEGINNINGS)


def _mistyped(words: list[str], text: str) -> str:
    """Return the type that a title begins with but for its marks; of what is written rightly tables say it."""
    if words[0].partition("'")[0] not in _MISTYPED_FIRST or text.isascii():
        return ""
    meant, name = _MISTYPED.get(" ".join(folded(text[:20]).split(" ")[:2]), ("", ""))
    return name if " ".join(words[:2]) != meant else ""


def _surest(named: list[Found], hits: list[Found]) -> str:
    hit = min(named, key=_surely) if len(named) > 1 else named[0]
    best, academic = hit.term[2:], any(other.kind == "academic" for other in hits)
    if best == "de_thi" and not academic and any(other.kind == "tests" for other in hits):
        return "de_kiem_tra"
    if best == "tom_tat_li_thuyet" and academic and hit.kind == "weak" and hit.last == hit.first + 1:
        return "de_cuong_mon_hoc"  # "Đề cương môn Pháp luật đại cương"
    if best == "bai_giang_dien_tu" and len(named) > 1:
        # "Bài giảng Giải tích, phụ đề tiếng Việt": the lesson's form is said further on
        return next((other.term[2:] for other in named if other.term[2:] in _FORMS_OF_LESSONS), best)
    return best


_FORMS_OF_LESSONS = ("video_bai_giang", "bai_giang_elearning")


def _surely(hit: Found) -> tuple[bool, bool, str]:
    """Order types: what a title begins with says what it is, "Tài liệu tập huấn: xây dựng đề kiểm tra"."""
    short = hit.kind == "short"
    return (hit.first > 0 or short, short or hit.kind == "weak", hit.term)


def _names(
    hit: Found, hits: list[Found], words: list[str], school: bool, bare: bool, parts: Callable[[], Parts]
) -> bool:
    """Say that a word that names a type only in some places names it here."""
    if hit.kind == "weak":
        if hit.first and hit.term[2:] == "tro_choi" and any(other.term in _OF_MOVING for other in hits):
            return False  # a part of the lesson
        if school or not hit.first:
            return True
        # "Kinh tế vi mô - bài tập"; behind a number a lesson has this name: "Bài 34: Sơ đồ tư duy"
        return not words[hit.first - 1].isdecimal() and any(first == hit.first for first, _ in parts())
    if hit.kind != "short" or not school:
        return False
    beside = hit.last + 1  # without marks "ga" is a hen, too
    whole = not bare or not hit.first or hit.last > hit.first or words[hit.first] != "ga"
    return whole or any(other.first == beside and other.kind in KINDS_OF_SUBJECTS for other in hits)


_OF_MOVING = frozenset(("giao_duc_the_chat", "mn_the_chat"))


# --- documents of schools and authorities ----------------------------------------------------------


def _head(hits: list[Found], words: list[str], parts: Callable[[], Parts]) -> str:
    """Return the type of a word that says it where a title begins, or behind the name of a school."""
    for hit in hits:
        if hit.kind == "head" and (
            not hit.first
            or (words[0] == SCHOOL and hit.first < _LONGEST_NAME and words[1] != _CASE)
            or (words[0] in _HOUSES and any(first == hit.first for first, _ in parts()))
        ):
            return hit.term[2:]
    return ""


_HOUSES = frozenset(
    map(
        key,
        (
            "thcs",
            "thpt",
            "th",
            "tiểu",
            "mầm",
            "sở",
            "phòng",
            "ubnd",
            "hội",
            "liên",
            "thư",
            "trung",
            "khoa",
            "khối",
            "tổ",
            "truong",
        ),
    )
)
# Capitals that stand at the head of official papers; before the number of a grade KH and DS are subjects.
_LETTERHEAD = re.compile(
    r"(?:KH|BC|QĐ|QD|DS|BB|TTr|GM|NQ)[ _.:-]+(?!(?:[1-9]|1[0-2])(?![\w/])|(?:lớp|lop|bài|bai|tuần|tuan|môn|mon)\b)\w"
    r"|TB (?=số|về|v/v|nghỉ|lịch|thu|họp|kết|tuyển|tổ)"
    r"|CV (?=số|v/v|về|hướng|hd|mời|triển|của|sở|\d{2})"
)


def _letterhead(said: list[Found], text: str) -> str:
    hit = said[0]
    if (
        hit.kind == "letterhead" and text.startswith("KH") and said[-1].term[2:] == "ke_hoach_giao_duc"
    ):  # "KH tổ chuyên môn … (Phụ lục 1)"
        return "ke_hoach_giao_duc"
    return "van_ban" if hit.kind == "letterhead" and not hit.first and _LETTERHEAD.match(text) else ""


def _of_plan(head: str, school: bool) -> str:
    """Say that a plan for a subject or a grade is one of teaching, where no longer words say of what it is."""
    plain = head == "van_ban_ke_hoach"
    return ("ke_hoach_giao_duc" if school else "van_ban") if plain else head


def _is_of_contest(hits: list[Found]) -> bool:
    return any(hit.kind == "contest" or hit.term == "thi_tot_nghiep" for hit in hits)


# --- news ------------------------------------------------------------------------------------------


def _is_news(words: list[str], bare: bool) -> bool:
    """Say that a school, or somebody of it, did something: "Trường THCS … tổ chức …", "Học sinh … đạt giải …"."""
    first, of_schools, of_all, made, won = _words_of_news(bare)
    if words[0] not in first:
        return False
    begins = " ".join(words[:3]) + " "
    if not begins.startswith(of_all):
        return False
    text = f" {' '.join(words)} "
    return any(word in text for word in won) or (begins.startswith(of_schools) and any(word in text for word in made))


@remembered(maxsize=2)
def _words_of_news(
    bare: bool,
) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    fold: Callable[[str], str] = folded if bare else key
    table = words_of_titles()
    schools, people, did, won = (
        [fold(word) for word in table[name]] for name in ("news_of_schools", "news_of_people", "news_done", "news_won")
    )
    return (
        frozenset(word.split(" ")[0] for word in (*schools, *people)),
        tuple(f"{word} " for word in schools),
        tuple(f"{word} " for word in (*schools, *people)),
        tuple(f" {word} " for word in did),
        tuple(f" {word} " for word in won),
    )


@remembered(maxsize=2)
def _studies(bare: bool) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the first words of what studies begin with, and all of it."""
    fold: Callable[[str], str] = folded if bare else key
    beginnings = tuple(fold(word) + " " for word in words_of_titles()["studies"])
    return frozenset(words.partition(" ")[0] for words in beginnings), beginnings
