"""Names of people and bodies, as the text of an element or as a vCard; e-mail addresses are left out."""

from __future__ import annotations

import re

from .recognise import match
from .resource import Agent
from .rows import MOST_VALUES, Row
from .rule import Found, Job, Rule, qualifier
from .vietnamese import line

# The surnames of nine tenths of the Vietnamese; DSpace writes "Nguyễn, Thị Hoa" as it does "Smith, John".
SURNAMES = frozenset(
    name
    for names in (
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Lí Đinh Đoàn Trịnh Trương Mai Tô Lâm",
        "Mạc Doãn Đào Tạ Cao Lương Hà Chu Châu Tăng Quách Thái Kiều La Lưu Phùng Vương Từ Hứa Nghiêm Tống Triệu Thạch",
        "Nguyen Tran Pham Huynh Hoang Truong Trinh",
    )
    for name in names.split()
)
# A run of signs or of letters is tried once, from where it begins: a name of 40,000 brackets took seconds, then 40 ms.
_EMAIL = re.compile(r"(?:(?<![\s(<\[,;])[\s(<\[,;]++)?(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+[>)\]]*")
_PHONE = re.compile(
    r"(?:(?<![\s(,;–-])[\s(,;–-]++)?"
    r"(?:\b(?:đt|sđt|tel|điện thoại|di động|phone|mobile|hotline|zalo)\b[.:\s]{0,8})?"
    r"\(?(?:\+84|\b0)[ .]?\d{2,3}[ .-]?\d{3}[ .-]?\d{3,4}(?!\d)\)?",
    re.IGNORECASE,
)
_SEPARATORS = " ,;–-"  # what parts a name from its telephone number
# Degrees and forms of address before a name and after it; taken off only where a Vietnamese name is left.
_DEGREES = (
    r"gs|pgs|ts|tskh|ths|th\.s|cn|ks|bs|bscki|bsckii|cki|ckii|ncs|cử nhân|thạc sĩ|thạc sỹ|tiến sĩ|tiến sỹ|giáo sư"
    r"|phó giáo sư|ngưt|ngnd|nhà giáo ưu tú|dr|prof"
)
_BEFORE_NAME = re.compile(
    rf"(?:(?:{_DEGREES}|gvhd|thầy|cô|ông|bà|thầy giáo|cô giáo|tác giả)\b[.:,\s]*)+", re.IGNORECASE
)
# Written with a point they are degrees whatever name follows: "TS. Lò Văn Pánh", but "TS Eliot".
_POINTED = re.compile(
    r"(?:pgs|gs|tskh|ts|ths|dr|prof)\b(?:[.,:\s]*(?:pgs|gs|tskh|ts|ths|bs|ks|dr|prof)\b)*[.,:\s]+", re.IGNORECASE
)
_HIGHLAND = re.compile(r"(?:H['’ʼ]|Y\s+)\w")  # "H'Linh", "Y Ngông"
_AFTER_NAME = re.compile(
    rf"(?:\s*[,(–-]\s*(?:{_DEGREES}|chủ biên|đồng chủ biên|biên soạn|tác giả|hướng dẫn|sưu tầm)\b[.\s)]*)+",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{1,2000}>")  # a description of a person in RDF, put whole into the element
_NOBODY = frozenset(
    (
        *("admin", "administrator", "quản trị viên"),
        *("n/a", "none", "null", "unknown", "[unknown]", "-", ".", "?", "anonymous", "khuyết danh", "không rõ"),
        *("[s.n.]", "s.n.", "s.n", "publisher not identified"),
        *("et al.", "et al", "và cộng sự", "và các cộng sự", "cộng sự", "v.v.", "v.v", "v.v…", "v.v..."),
    )
)
# "Lê Nam, người hướng dẫn", "John Smith (advisor)"; shorter words are names as well: "Lê, Vẽ".
_ROLE_BEHIND = re.compile(r"(\S.*?)\s*(?:\(([^()]{6,40})\)|, ([^,()]{6,40}))")
_SEVERAL = re.compile(r"\s*[;|\n]\s*")
_LONGEST_ROLE = 40  # letters of "Người hướng dẫn khoa học thứ nhất"
_TIGHT_COMMA = re.compile(r",(?=[^\W\d])")
_PROPERTY = re.compile(
    r"(?:^|\s)(BEGIN|VERSION|KIND|FN|N|NICKNAME|ORG|EMAIL|TEL|URL|TITLE|ROLE|ADR|NOTE|UID|REV|PRODID|PHOTO|LOGO|BDAY|GEO"
    r"|TZ|LANG|SOURCE|RELATED|MEMBER|CATEGORIES|X-[\w-]+|END)(?:;[^:\s]*)?:",
    re.IGNORECASE,
)


def agent(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read names: one element may hold several, parted by semicolons or, for Vietnamese names, by commas.

    The role is the qualifier; where there is none, what stands before a colon ("Người hướng dẫn: Lê Thị Hoa").
    """
    found: list[Found] = []
    for row in rows:
        if len(found) >= MOST_VALUES:
            break
        role = qualifier(row[0])
        said, names = _said_role(row[1]) if ":" in row[1] else ("", row[1])
        for name in _names((row[0], names, row[2]), rule, job):
            bare, behind = _role_behind(name) if name.endswith(")") or ", " in name else (name, "")
            stated = role if role not in ("", "unknown") else said or behind or role
            found.append((Agent(bare, stated), row))
    return found


def _said_role(text: str) -> tuple[str, str]:
    """Part "Chủ biên: Lê Hoa" into its role and its names; ("", text) where no known role stands before the colon."""
    before, _, names = text.partition(":")
    roles = match("role", line(before).rstrip(" 0123456789")) if len(before) < _LONGEST_ROLE else ()  # "Phản biện 1"
    return (roles[0], names) if len(roles) == 1 and names.strip() else ("", text)


def _role_behind(name: str) -> tuple[str, str]:
    """Part "Lê Hoa, người hướng dẫn" into the name and its role; (name, "") where no known role stands behind it."""
    parts = _ROLE_BEHIND.fullmatch(name)
    roles = match("role", parts[2] or parts[3]) if parts else ()
    return (_without_degrees(parts[1]), roles[0]) if parts and len(roles) == 1 else (name, "")


def agent_name(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read names as plain text, for a publisher."""
    return [(name, row) for row in rows for name in _names(row, rule, job, split=False)]


def vcard(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read vCards (RFC 6350, in XML often folded into one line): FN, else N, else ORG; the role is the qualifier."""
    found: list[Found] = []
    for row in rows:
        card = _properties(row[1])
        name = _clean(card.get("FN") or _family_first(card.get("N", "")) or _organisation(card), row, rule, job)
        if name:
            found.append((Agent(name, qualifier(row[0])), row))
    return found


def vcard_body(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Read the body that a vCard names: ORG, else FN. A publisher is rarely the person who typed the card."""
    found: list[Found] = []
    for row in rows:
        card = _properties(row[1])
        name = _clean(_organisation(card) or card.get("FN", ""), row, rule, job)
        if name:
            found.append((name, row))
    return found


def _names(row: Row, rule: Rule, job: Job, *, split: bool = True) -> list[str]:
    text = row[1]
    several = split and (";" in text or "|" in text or "\n" in text)
    pieces = _SEVERAL.split(text, MOST_VALUES) if several else [text]
    if len(pieces) > MOST_VALUES:
        job.problem("many_values", "", row[0], str(len(pieces)))
    names = [name for piece in pieces[:MOST_VALUES] if (name := _clean(piece, row, rule, job))]
    return [one for name in names for one in _vietnamese(name)] if split else names


def _clean(text: str, row: Row, rule: Rule, job: Job) -> str:
    name = line(_TAG.sub(" ", text) if "<" in text else text)
    if "@" in name:
        without = _EMAIL.sub("", name).strip(_SEPARATORS)
        if without != name:
            job.problem("removed_email", rule.field, row[0], "")
            name = without
    if "0" in name or "+84" in name:
        without = _PHONE.sub("", name).strip(_SEPARATORS)
        if without != name:
            job.problem("removed_phone", rule.field, row[0], "")
            name = without
    name = _TIGHT_COMMA.sub(", ", name.strip(" ,;"))
    name = _without_degrees(name) if rule.field == "publisher" else _without_pointed_degrees(_without_degrees(name))
    return "" if name.casefold() in _NOBODY else name


def _without_degrees(name: str) -> str:
    """Take degrees off a Vietnamese name: "GS.TS. Nguyễn Văn Xuân, ThS" is Nguyễn Văn Xuân; others stay as they are."""
    before = _BEFORE_NAME.match(name)
    bare = name[before.end() :] if before else name
    if not _is_person(bare):
        return name
    after = _AFTER_NAME.search(bare)
    return bare[: after.start()].strip() if after and after.end() == len(bare) else bare


def _without_pointed_degrees(name: str) -> str:
    """Take degrees with a point off any name of two words: "Dr. Ning Ding" is Ning Ding, "Dr. Seuss" stays."""
    degrees = _POINTED.match(name) if "." in name else None
    if degrees is None or "." not in degrees[0]:
        return name
    bare = name[degrees.end() :]
    after = _AFTER_NAME.search(bare)
    bare = bare[: after.start()].strip() if after and after.end() == len(bare) else bare
    return bare if bare[:1].isupper() and (" " in bare or _HIGHLAND.match(bare)) else name


def _is_person(name: str) -> bool:
    first, _, rest = name.partition(" ")
    return bool(rest) and (first in SURNAMES or first.capitalize() in SURNAMES)


def _vietnamese(name: str) -> list[str]:
    """Undo the library's comma of a Vietnamese name, and part a list of such names."""
    if "," not in name:
        return [name]
    pieces = [_without_degrees(piece.strip()) for piece in name.split(",") if piece.strip()]
    if len(pieces) == 2 and pieces[0] in SURNAMES:
        return [f"{pieces[0]} {pieces[1]}"]
    if len(pieces) > 1 and all(" " in piece and piece.partition(" ")[0] in SURNAMES for piece in pieces):
        return pieces
    return [name]


def _properties(text: str) -> dict[str, str]:
    """Return the first value of each property of a vCard, wherever its lines were broken; plain text counts as FN."""
    places = list(_PROPERTY.finditer(text))
    if not places:
        return {"FN": text}
    found: dict[str, str] = {}
    for place, following in zip(places, [*places[1:], None], strict=True):
        value = text[place.end() : following.start() if following else len(text)]
        found.setdefault(place[1].upper(), re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " ")).strip())
    return found


def _family_first(name: str) -> str:
    """Write the structured N as one name: family name first, as Vietnamese names are; others with their comma."""
    parts = [part.strip() for part in name.split(";")]
    given = " ".join(part for part in (parts[2] if len(parts) > 2 else "", parts[1] if len(parts) > 1 else "") if part)
    if parts[0] in SURNAMES:
        return f"{parts[0]} {given}".strip()
    return ", ".join(part for part in (parts[0], given) if part)


def _organisation(card: dict[str, str]) -> str:
    return ", ".join(part.strip() for part in card.get("ORG", "").split(";") if part.strip())
