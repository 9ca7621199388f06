"""The named parsers: each turns the rows of one path into values of one field.

A crosswalk names them (``parser: description``); what each takes and gives is the first line of its docstring, from
which the page for people who write crosswalks is checked. A parser never raises: what it does not understand it notes.
"""

from __future__ import annotations

import re

from .cataloguing import contents
from .curriculum import (
    academic_discipline,
    discipline,
    lesson,
    level,
    school_year,
    series,
    series_judge,
    subject,
    subject_judge,
)
from .encodings import detect_alone
from .figures import age_max, age_min, date, issued, latest_date, minutes
from .hosts import former_province_of_host, province_of_host
from .licences import licence, licence_url, rights
from .links import identifier, link, page_of_file
from .people import agent, agent_name, vcard, vcard_body
from .recognise import match
from .resource import Relation
from .rows import MOST_VALUES, Row
from .rule import Found, Job, Rule, qualifier
from .tables import remembered_words
from .terms import choice, term
from .vietnamese import line, paragraphs
from .vocabulary import former_province, province, vocabulary

# --- text ------------------------------------------------------------------------------------------

_LONGEST_NOTHING = 20  # "không có tiêu đề" has 16 letters
_MOST_DETECTED = 12  # texts of one path that are looked at for an old encoding: one is enough for the warning
# Possessive: 100,000 signs without a word were tried at every split between the two runs of signs, for eight seconds.
_WORDLESS = re.compile(r"[\W_]*+(?:n/a|null|undefined|untitled|không có tiêu đề)?[\W_]*+", re.IGNORECASE)


def text(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read one line of text; with several languages the Vietnamese one comes first."""
    found: list[Found] = []
    for number, row in enumerate(rows):
        value = line(row[1])
        if value and ((value[0].isalpha() and len(value) > _LONGEST_NOTHING) or not _WORDLESS.fullmatch(value)):
            found.append((value, row))
            if "�" in value:
                job.problem("damaged_text", rule.field, row[0], value)
            elif number < _MOST_DETECTED and not value.isascii() and (name := detect_alone(value)):
                job.problem("legacy_encoding", rule.field, row[0], f"{value} ({name})")
    return _vietnamese_first(found) if len(found) > 1 else found


def other_text(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read the lines of text that did not become the title."""
    title = job.values.get("title")
    if len(rows) == 1 and rows[0][1].strip() == title:
        return []
    return [pair for pair in text(rows, rule, job) if pair[0] != title]


_LONGEST_NOTE = 300  # DSpace's "Made available in DSpace on … (GMT). No. of bitstreams …" has up to 250 letters
_NOTES = re.compile(
    r"(?:made available in dspace|submitted by|approved for entry|item withdrawn|rejected by)\b.*"
    r"|(?:[ivxlc\d]+\s*,\s*)?\d+\s*(?:tr|trang|p|pp|pages?|leaves|f)\.?(?:\s*[;:,].*)?"
    r"|(?:https?|ftp)://\S+"
    r"|\[?(?:n/a|none|null|no abstract|abstract|(?:no )?abstract (?:is )?(?:not )?available|seriesinformation"
    r"|peer[ -]?reviewed|published|unpublished|[-.?]+)\.?\]?",
    re.IGNORECASE | re.DOTALL,
)


def description(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read the abstract: the longest text that is no address, page count or note of a workflow; Vietnamese first."""
    found: list[Found] = []
    for row in rows:
        value = paragraphs(row[1])
        if not value or (len(value) < _LONGEST_NOTE and _NOTES.fullmatch(value)):
            continue
        found.append((value, row))
        if "�" in value:
            job.problem("damaged_text", rule.field, row[0], value)
    if len(found) < 2:
        return found
    found.sort(key=lambda pair: -len(pair[0]))
    if not any(row[2] for _, row in found):  # an abstract that reads as Vietnamese, unless it is a mere note
        enough = len(found[0][0]) / 3
        return sorted(found, key=lambda pair: len(pair[0]) < enough or not _is_vietnamese(pair[0]))
    return _vietnamese_first(found)


def _vietnamese_first(found: list[Found]) -> list[Found]:
    """Put Vietnamese before the unstated and other languages, where the languages are stated at all."""
    if not any(row[2] for _, row in found):
        return found
    return sorted(found, key=lambda pair: pair[1][2] != "vi")


_PARTED = re.compile(r"\s*[;|\n]\s*")
_LIST = re.compile(r"\s*,\s*")
_CODE = re.compile(r"info:eu-repo/.*|https?://\S+|[\W\d_]*|n/a|none|null", re.IGNORECASE)
_LONGEST_KEYWORD = 120  # a longer one is a sentence that somebody put into the wrong field


def keyword(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read keywords, parted by ; or |, else by two or more commas ("Education, Higher" is one); codes are left out."""
    found: list[Found] = []
    seen: set[str] = set()
    for row in rows:
        if len(row[1]) > MOST_VALUES and (count := len(_parted(row[1]))) > MOST_VALUES:
            job.problem("many_values", "", row[0], str(count))
        for value in _keywords(row[1]):
            lowered = value.casefold()
            if lowered not in seen:
                seen.add(lowered)
                found.append((value, row))
    return found


@remembered_words(maxsize=20_000)  # keywords repeat more than anything else in a record
def _keywords(words: str) -> tuple[str, ...]:
    values = (line(piece).rstrip(".").strip() for piece in _parted(words)[:MOST_VALUES])
    return tuple(value for value in values if value and len(value) <= _LONGEST_KEYWORD and not _CODE.fullmatch(value))


def _parted(words: str) -> list[str]:
    if ";" in words or "|" in words or "\n" in words or words.count(",") > 1:
        parts = _PARTED.split(line_by_line(words))
        return parts if len(parts) > 1 else _commas(parts[0])
    return [words]


def line_by_line(words: str) -> str:
    """Resolve entities before a split at semicolons, so that ``&#7879;`` is no separator."""
    return "\n".join(line(part) for part in words.split("\n")) if "&" in words else words


def _commas(words: str) -> list[str]:
    """Part a list at its commas; "Brown, Anthony G., 1961-" is one person with the years of a life."""
    return _LIST.split(words) if words.count(",") > 1 and not _LIFE.search(words) else [words]


_LIFE = re.compile(r",\s*(?:ca?\.\s*)?\d{4}\??\s*-\s*(?:\d{4}\??)?\.?\s*$")


# --- languages and places ---------------------------------------------------------------------------

# Letters with two marks, with the hook, and ơ ư are written in Vietnamese only; two of them are no accident.
_VIETNAMESE_LETTERS = re.compile("[ơưảẻỉỏủỷấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự]", re.IGNORECASE)


def language_of_text(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Take a text for Vietnamese that has two letters which only Vietnamese writes."""
    for row in rows:
        if _is_vietnamese(row[1]):
            return [("vi", row)]
    return []


def _is_vietnamese(words: str) -> bool:
    return len(_VIETNAMESE_LETTERS.findall(words, 0, 2000)) > 1


_POINT = re.compile(r"(?:^|;)\s*name\s*=([^;]*)", re.IGNORECASE)


def _place_name(text: str) -> str:
    """Return the name that a DCMI Point or Box gives ("name=Huế; east=107.58"), else the text itself."""
    named = _POINT.search(text) if "=" in text else None
    return line(named[1] if named else text)


def place(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Find the province of today: the source's own by code (@source), by the host of @landing_url, else by name."""
    found: list[Found] = []
    for row in rows:
        if row[0] == "@landing_url":
            names = [province_of_host(row[1])]
        else:
            names = [province(row[1])] if row[0] == "@source" else list(match("province", _place_name(row[1])))
        found += [(name, row) for name in names if name]
    return found


def former_place(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Find the province of before July 2025, where the words mean it and no unit of today: by code, host or name."""
    found: list[Found] = []
    for row in rows:
        if row[0] == "@landing_url":
            name = former_province_of_host(row[1])
            # A source may speak for another province than its host's.
            if name and vocabulary("former_province").terms[name]["unit"] in job.values.get("province", ()):
                found.append((name, row))
        elif row[0] == "@source":
            name = former_province(row[1])
            if name:
                found.append((name, row))
        else:
            found += [(name, row) for name in match("former_province", _place_name(row[1]))]
    return found


_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_FILES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "epub": "application/epub+zip",
    "html": "text/html",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "image/jpg": "image/jpeg",
    "png": "image/png",
}


def file_format(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Take media types (application/pdf) and the usual names of files (PDF, .docx); sizes and page counts are none."""
    found: list[Found] = []
    for row in rows:
        word = row[1].strip().lower().partition(";")[0]
        known = _FILES.get(word.lstrip(".")) or (word if _MIME.fullmatch(word) else None)
        if known:
            found.append((known, row))
    return found


# --- relations ---------------------------------------------------------------------------------------


# LOM 7.1, as Dublin Core and schema.org have them too.
KINDS = frozenset(
    (
        *("ispartof", "haspart", "isversionof", "hasversion", "isformatof", "hasformat", "references"),
        *("isreferencedby", "isbasedon", "isbasisfor", "requires", "isrequiredby"),
    )
)


def relation(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read ties to other resources; the kind is the path's qualifier or first step, or the first of ``choices``."""
    found: list[Found] = []
    for row in rows:
        target = line(row[1])
        step = row[0].partition("/")[0]
        word, name = qualifier(step).replace(" ", ""), step.partition("[")[0]
        kind = word if word in KINDS else name if name in KINDS else word or "".join(rule.choices[:1])
        if target and not target.startswith("info:eu-repo/"):
            found.append((Relation(kind, target), row))
    return found


PARSERS = {
    parser.__name__: parser
    for parser in (
        academic_discipline,
        age_max,
        age_min,
        agent,
        agent_name,
        choice,
        contents,
        date,
        description,
        discipline,
        file_format,
        former_place,
        identifier,
        issued,
        keyword,
        language_of_text,
        latest_date,
        lesson,
        level,
        licence,
        licence_url,
        link,
        minutes,
        other_text,
        page_of_file,
        place,
        relation,
        rights,
        school_year,
        series,
        subject,
        term,
        text,
        vcard,
        vcard_body,
    )
}
# What these make of the same words is always the same: it depends on nothing else of the record.
REPEATABLE = frozenset(
    (
        *("agent", "agent_name", "choice", "discipline", "file_format", "former_place", "keyword", "lesson", "level"),
        *("licence", "licence_url", "place", "rights", "school_year", "series", "subject", "term", "vcard"),
        "vcard_body",
    )
)
# Of a title these ask what it says for their vocabulary, and nothing else; others ask for what they are named after.
TITLED = frozenset(("level", "series", "subject", "term"))
# Of what these parsers found, their judges say what holds beside the other values of the record.
JUDGES = {"subject": subject_judge, "series": series_judge}
