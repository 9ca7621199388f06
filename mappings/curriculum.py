"""Parsers of what is taught: subject, level, textbook series, lesson, school year, field of study of a university."""

from __future__ import annotations

import re
import unicodedata

from .lessons import lessons, school_years
from .recognise import match
from .rows import Row
from .rule import Found, Job, Rule
from .tables import remembered, remembered_words
from .terms import term
from .title_subjects import legal
from .titles import Reading, read
from .vietnamese import is_bare, line
from .vocabulary import vocabulary

# With one of these and no grade, "Hóa học" is a field of science and not the school subject.
_ACADEMIC_TYPES = frozenset(
    ("luan_an", "luan_van", "khoa_luan", "giao_trinh", "bai_bao", "ky_yeu", "de_tai_nghien_cuu", "de_cuong_mon_hoc")
)
_SCHOOL_LEVELS = frozenset(("mam_non", "tieu_hoc", "thcs", "thpt"))
_ACADEMIC_LEVELS = frozenset(("trung_cap", "cao_dang", "dai_hoc", "thac_si", "tien_si"))


def subject(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Recognise school subjects; not in academic works without a grade, and everyday words only beside their grade."""
    return term(rows, rule, job)


def subject_judge(found: list[Found], rule: Rule, job: Job) -> list[Found]:
    """Believe subjects by grade, level, type and title.

    Without grade and level of a school, a word without marks is no evidence: "Biology" stands in journals, too. The
    address of a subject is, everywhere; a short form in capitals and a word that somebody taught, but in universities.
    """
    grades = job.values.get("grade", ())
    if not grades and _speaks_of_university(job):
        # Of a study its own title says what is taught at school; other words of it name a field of science.
        return found if not rule.declared and _title(job).academic else [pair for pair in found if _is_address(pair)]
    if not grades and _SCHOOL_LEVELS.isdisjoint(job.values.get("level", ())):
        found = [
            pair
            for pair in found
            if not is_bare(pair[1][1]) or (_means_a_subject_only(pair) if rule.declared else read(pair[1][1]).surely)
        ]
    terms = vocabulary("subject").terms
    if not rule.declared:  # titles.py believes an everyday word by what stands around it
        return found
    return [
        pair
        for pair in found
        if not terms[pair[0]].get("needs_grade")
        or any(legal(pair[0], grade) for grade in grades)
        or _means_a_subject_only(pair)
    ]


def _is_address(pair: Found) -> bool:
    """Say that words are the address of the subject itself; of "https://…/biology" only the last word would be."""
    return "://" in pair[1][1] and vocabulary("subject").value(pair[1][1]) == pair[0]


def _means_a_subject_only(pair: Found) -> bool:
    """Say that declared words are an address, a short form in capitals or a word that an institution taught.

    Short forms of themes ("STEM") are known in all the world.
    """
    table, words = vocabulary("subject"), line(pair[1][1])
    in_capitals = words in table.capitals and table.terms[pair[0]].get("area") != "lien_mon"
    return _is_address(pair) or in_capitals or table.taught.term(words) == pair[0]


def _speaks_of_university(job: Job) -> bool:
    values = job.values
    return (
        bool(values.get("discipline"))
        or not _ACADEMIC_TYPES.isdisjoint(values.get("type", ()))
        or not _ACADEMIC_LEVELS.isdisjoint(values.get("level", ()))
        or _title(job).academic
    )


def _title(job: Job) -> Reading:
    """Return what the title says; mostly a rule has asked for it already."""
    return job.reading or read(job.values.get("title", ""))


def level(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Recognise levels by their names, and from the grades and types of this record (paths @grade and @type)."""
    found: list[Found] = []
    for row in rows:
        if row[0] in ("@grade", "@type"):
            found += [(name, row) for name in _levels_of(row[0][1:] + "s", row[1])]
        else:
            found += term([row], rule, job)
    return found


@remembered(maxsize=1000)  # grades and types: there are sixty
def _levels_of(list_name: str, word: str) -> tuple[str, ...]:
    return tuple(name for name, row in vocabulary("level").terms.items() if word in row.get(list_name, ()))


def series(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Recognise textbook series; those with an everyday name ("Cánh diều") only in what speaks of a school."""
    return term(rows, rule, job)


def series_judge(found: list[Found], rule: Rule, job: Job) -> list[Found]:
    """Believe series with an everyday name by grade, subject and level; in a title its words say that already."""
    if not rule.declared or _speaks_of_school(job):
        return found
    terms = vocabulary("series").terms
    return [pair for pair in found if not terms[pair[0]].get("of_school") or "://" in pair[1][1]]


def _speaks_of_school(job: Job) -> bool:
    values = job.values
    return bool(values.get("grade") or values.get("subject")) or not _SCHOOL_LEVELS.isdisjoint(values.get("level", ()))


def lesson(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read lessons as the textbook counts them, "Bài 5", "Tuần 12"; in a title only where it is of school."""
    found: list[Found] = []
    for row in rows:
        for name in lessons(_small(row[1])) if rule.declared else read(row[1]).lesson:
            found.append((name, row))
    return found


_TERMS_OF_YEAR = re.compile(r"(20\d\d)-09/(20\d\d)-05")


def school_year(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read a school year, "năm học 2023-2024", or EDTF from September to May; two bare years may be any period."""
    found: list[Found] = []
    for row in rows:
        if "20" in row[1]:
            for name in _school_years(row[1]) if rule.declared else read(row[1]).school_year:
                found.append((name, row))
    return found


def _school_years(text: str) -> tuple[str, ...]:
    period = _TERMS_OF_YEAR.fullmatch(text.strip()) if "-09/" in text else None
    if period is None:  # the words that stand before two years begin with n
        return school_years(_small(text)) if "n" in text or "N" in text else ()
    return (f"{period[1]}-{period[2]}",) if int(period[2]) == int(period[1]) + 1 else ()


_LONGEST = 1000  # a lesson or a year in a longer text is one among many


def _small(text: str) -> str:
    return unicodedata.normalize("NFC", text[:_LONGEST]).lower()


# --- fields of study -------------------------------------------------------------------------------

# The level (7, 8, 9; in the catalogues before 2017 52, 60, 62), the field, the group and mostly the programme.
_CODE = re.compile(r"(?<![\d.])(?:[789]|52|60|62)[. ]?(\d\d)[. ]?\d\d[. ]?\d\d(?![\d.])")


def discipline(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read fields of study: by the code of a programme (7480201, 60.34.01.02), else by its name as a whole value."""
    return [(name, row) for row in rows for name in _disciplines(line(row[1]))]


def academic_discipline(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read fields of study among the keywords of academic works: elsewhere "Kế toán" is only a topic."""
    return discipline(rows, rule, job) if _speaks_of_university(job) else []


@remembered_words(maxsize=20_000)  # keywords repeat more than anything else in a record
def _disciplines(words: str) -> tuple[str, ...]:
    fields = {row["code"]: name for name, row in vocabulary("discipline").terms.items()}
    coded = [fields[code] for code in _CODE.findall(words) if code in fields]
    return tuple(dict.fromkeys(coded)) or match("discipline", words)
