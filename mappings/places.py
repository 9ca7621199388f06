"""Where something is: today's province of a name, a list, an address, a town or a byname; of a street there is none."""

from __future__ import annotations

import re
import unicodedata

from .city_or_person import PERSON, is_city_beside, is_person
from .communes import unit_of_commune
from .districts import is_district, is_of_elsewhere, unit_of_district, unit_of_joined_name, unit_of_ward, units_of_name
from .keyboards import meant_by_keys
from .landmarks import RELIC, abroad, towns, unit_of_landmark, unit_of_place, written_together
from .misspelt_names import nearest_name
from .place_codes import without_codes, without_quarters
from .place_words import (
    BEHIND,
    FOOD,
    KIND,
    NAMES_OTHERS,
    OF_A_PLACE,
    SMALL,
)
from .tables import remembered
from .vietnamese import folded, is_bare, key
from .vocabulary import Vocabulary, vocabulary

_ISO = re.compile(r"VN-(\d\d|[A-Z]{2})")  # ISO 3166-2:VN, which is not our ids: VN-44 was An Giang, vn-44 is Quảng Trị
_LETTERS = {"CT": "vn-92", "DN": "vn-48", "HN": "vn-01", "HP": "vn-31", "SG": "vn-79"}  # its figures would be guessed
_INITIALS_OF_KINDS = "HTXP"  # huyện, tỉnh, xã, phường: "H. Giang" may be any
_SHORT = {"HP": "vn-31", "HD": "vn-31", "SG": "vn-79", "TTH": "vn-46", "BMT": "vn-66"}
# Where a unit begins that no sign parts from the one before: "xã Nga An huyện Nga Sơn tỉnh Thanh Hóa".
_UNIT = (
    r"(?:tỉnh|huyện|thị xã|quận|thị trấn|phường|(?:thành phố|tp\.?)(?! cổ)|tx\.|h\.|q\.|t\.(?! ?\S\.)"
    r"|(?<!ha )tinh|huyen|thi xa|thanh pho)"
)
_PARTS = re.compile(
    rf"\s*[;,|/\\>›»~()\[\]\n]\s*|\s+\+\s+|\.\s+(?=vi[eệ]t ?nam\b)|(?<=nam)\.\s+"
    rf"|\s+[-–—]++\s*|(?<![\s–—-])[-–—]++\s+|--|\s*:\s+|\s+(?:và|and|&|với)\s+|\s+(?<!các\s)(?={_UNIT}\s*[^\W_])",
    re.IGNORECASE,
)
_OFFICES = r"(?:(?:sở|phòng)\s|[sp])(?:gd(?:\s?(?:[&-]|và)?\s?(?:đt|đào tạo))?|giáo dục(?:(?: và|,| &| -)? đào tạo)?)"
_INSIDE = re.compile(
    rf"\b(?:tỉnh|thành phố|tp\.?|{_OFFICES}|ubnd|ủy ban nhân dân|hđnd|hội đồng nhân dân|đảng bộ"
    r"|(?:ở|tại|qua|địa phương)"
    r"(?:\s+(?:(?:\d+|các|hai|ba|bốn|năm)\s+)?(?:tỉnh|tp\.?|thành phố))?)\s+(\S+(?:\s+\S+){0,4})",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"\b(?:người|dân tộc|đồng bào)(?:\s[^\W\d_]\S*){1,2}$", re.IGNORECASE)
_WHERE = re.compile(r"\s(?:ở|tại|thuộc|của|trong|trên)\s")
_OF_ANOTHER = re.compile(
    r"[^,;]+, (?:tên )?(?:sông|suối|đường|phố|núi|đèo|cầu|river|street|mountain)"
    r"|.*\((?:tên )?(?:người|nhân vật|họ|ca sĩ|họa sĩ|nhà (?:văn|thơ)|đường|phố|sông|person|surname|street|river)\b.*",
    re.IGNORECASE,
)
_OCEAN = "thai binh duong"  # the Pacific
_PEACEFUL = frozenset(("Hòa Bình", "Hoà Bình", "Hoa Binh"))  # behind a verb it is peace: "giữ gìn Hòa Bình"
_DISTRICT_INSIDE = re.compile(
    r"\b(?:huyện(?: đảo)?|quận|thị xã|thành phố|tp\.?|tx\.?)\s+\S+(?:\s\S+){0,3}", re.IGNORECASE
)
# "NXB Tổng hợp TP.HCM" is a name; "Trường Đại học Vinh, TP. Vinh" says where it is.
_INSTITUTION = re.compile(
    r"(?:nxb|nhà xuất bản|(?:trường )?(?:đại học|đh)|học viện|tạp chí)\b[^,;()–-]*", re.IGNORECASE
)
_CITY = re.compile(r"thành phố|t\.?p|ct\.|city", re.IGNORECASE)
_ETH = str.maketrans("Ðð", "Đđ")  # the Icelandic letter, which looks like the Vietnamese one
_UNIT_BEFORE = re.compile(_UNIT, re.IGNORECASE)
_PEACE = re.compile(r"h(?:òa|oà) bình (?:phát triển|hợp tác|hữu nghị|ổn định)", re.IGNORECASE)
_SEVERAL_OF = re.compile(r"\b(?:các|hai|ba|bốn|năm|\d+) tỉnh\b", re.IGNORECASE)
_FROM_TO = re.compile(r"từ (?:tỉnh )?(\S+(?: \S+){0,3}?) (?:đến|tới|vào) (?:tỉnh )?(\S+(?: \S+){0,3})", re.IGNORECASE)
_TWO_TOWNS = re.compile(r"(?<=\sr[ịi]a)\s*[-–—]\s*(?=v[ũu]ng)", re.IGNORECASE)  # Bà Rịa - Vũng Tàu is one province
_COUNTRY_BEHIND = re.compile(r"\s+(?:vi[eệ]t ?nam|vn)$", re.IGNORECASE)
_COMMUNE = re.compile(r"(?:xã|phường|thị trấn|xa|phuong|thi tran)\s", re.IGNORECASE)
_EXCEPT = re.compile(r"\(?\b(?:[Nn]goại )?trừ\s.*")  # Trừ Văn Thố is a person
_OF_THE_COUNTRY = re.compile(r"^(?:VN|V[iI][eệ][tT] ?[nN][aA][mM])-(?=\w)")
_OFFICE = re.compile(
    rf"\b(?:{_OFFICES}|ubnd|(?:so|phong)\s+(?:gd\s?&?\s?dt|giao duc(?: va dao tao)?)"
    r"|(?:imperial )?(?:provinc(?:e|ia)|city|ciudad|ville) (?:of|de)|prov(?:ince|incial)?|(?:imperial )?city"
    r"|people[’']s (?:committee|council|court)|(?:municipal |city )?party committee"
    r"|statistics office|doet|department of \w+(?: of)?(?=\s+[A-ZĐ])"
    r"|department of education(?: (?:and|&) training)?(?: of)?)\b\.?",
    re.IGNORECASE,
)


def provinces_of_words(table: Vocabulary, text: str) -> tuple[str, ...]:
    """Return today's provinces that a value names; of an address the one it is in; () where none is sure."""
    text = " ".join(unicodedata.normalize("NFC", text).translate(_ETH).split())
    iso = _ISO.fullmatch(text)
    if iso:
        return (_LETTERS[iso[1]],) if iso[1] in _LETTERS else ()
    if text in _SHORT:
        return (_SHORT[text],)
    text = without_quarters(_TWO_TOWNS.sub(" ", text))
    if " " not in text and key(text) in written_together():
        return ()
    if "://" in text or _is_of_another(text) or _PEACE.match(" ".join(text.replace(" và ", " ").split())):
        return ()
    if several := _town(text):
        return tuple(several.split("+"))
    if "trừ" in text:
        text = _EXCEPT.sub("", text)
    text = without_codes(table, text)
    text, offices = _OFFICE.subn(" ; ", _OF_THE_COUNTRY.sub("", text))
    text = " ".join(text.split())
    if _INSTITUTION.fullmatch(text):
        return ()
    pieces = [piece for piece in map(_trimmed, _PARTS.split(text)) if piece]
    if any(map(is_person, pieces)) and is_city_beside(
        text, pieces, lambda piece: _named(table, piece) or _town(piece), offices > 0
    ):
        pieces = [f"TP {piece}" if is_person(piece) else piece for piece in pieces]
    if any(key(piece) in abroad() for piece in pieces):
        return ()
    found = _of_pieces(table, text, pieces) or _unique([_of_one_word(pieces)])
    if found:
        return found
    typed = [name for name in meant_by_keys(text.lower()) if not is_peace(name, text)]
    meant = [unit for name in typed if (unit := table.value(name))]
    return _unique(meant[:1] or [_without_signs(table, text)])


def is_peace(name: str, written: str = "") -> bool:
    """Say that "hòa bình" is peace, not the province, because its last word was written in small letters.

    Without any mark it is what somebody typed in haste, and the province.
    """
    if not name.endswith("nh") or len(name) > _LONGEST_PEACE or is_bare(name) or folded(name) != "hoa binh":
        return False
    return (written or name).split()[-1][0].islower()


_LONGEST_PEACE = 16  # letters, with marks that stand apart and a blank too many


def _without_signs(table: Vocabulary, text: str) -> str:
    """Return the unit of names that no sign parts: "thanh hoa vietnam", "nha trang khanh hoa"."""
    words = _COUNTRY_BEHIND.sub("", text).split()
    if not 2 <= len(words) <= 5 or SMALL.match(text):
        return ""
    if len(words) < len(text.split()):
        return table.value(" ".join(words)) or _town(" ".join(words))
    for place in range(1, len(words)):
        unit = table.value(" ".join(words[place:]))
        if unit and _town(" ".join(words[:place])) == unit:
            return unit
    return ""


def _is_of_another(text: str) -> bool:
    return ("," in text or "(" in text) and _OF_ANOTHER.fullmatch(text) is not None


def _trimmed(piece: str) -> str:
    return piece.strip(" .\"'“”‘’*")


def _of_pieces(table: Vocabulary, text: str, pieces: list[str]) -> tuple[str, ...]:
    if ends := _FROM_TO.search(text):
        both = _unique([_beginning(table, words) or _town(words) for words in ends.groups()])
        if len(both) == 2:
            return both
    is_address = any(SMALL.match(piece) and not unit_of_place(piece) for piece in pieces)
    if is_address and pieces[-1] in _SHORT and text.endswith(f", {pieces[-1]}"):
        return (_SHORT[pieces[-1]],)
    named = [_named(table, piece) for piece in pieces]
    names = _unique(named) or _unique([_misspelt(table, piece) for piece in pieces])
    if len(names) > 1 and named[-1] and ";" not in text and _is_within(named[-1], pieces[:-1]):
        return (named[-1],)
    inside = _unique([_beginning(table, place[1]) for place in _INSIDE.finditer(text)])
    if names:
        joined = len(names) > 1 or (inside and " và " in text)  # "ở Sơn La và Điện Biên"
        listed = _SEVERAL_OF.search(text) or (joined and not is_address)
        return _unique([*inside, *names]) if listed else names
    if inside:
        return inside[-1:]
    towns = [unit for unit in map(_town, pieces) if unit] or [
        unit for place in _DISTRICT_INSIDE.finditer(text) if (unit := _district_inside(place[0]))
    ]
    if not towns and (
        wards := _unique(
            [
                unit_of_ward(piece) or unit_of_commune(piece)
                for piece in (pieces if len(pieces) < 2 else (*pieces, text))
            ]
        )
    ):
        return wards[-1:]
    if not towns:
        return _unique([_of_a_place(table, piece) for piece in pieces]) or (
            _unique([_of_a_place(table, text)]) if len(pieces) > 1 else ()
        )
    return _unique(towns[-1:] if is_address else towns)  # a former province may be several: "Nghệ Tĩnh (1976-1991)"


def _is_within(unit: str, pieces: list[str]) -> bool:
    """Say that pieces name a commune, or a district of the unit that follows: "Minh Hải, Văn Lâm, Hưng Yên"."""
    return any(_COMMUNE.match(piece) or (unit in units_of_name(piece) and not _is_unit(piece)) for piece in pieces)


def _is_unit(piece: str) -> bool:
    return vocabulary("province").value(piece) is not None


def _unique(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit for name in names if name for unit in name.split("+")))


def _without_kind(piece: str) -> str:
    """Leave out what stands around a name: "tỉnh", "vùng ven biển", "thế kỉ XVIII"; "" for a street or ward."""
    if SMALL.match(piece):
        return ""
    piece, count = BEHIND.sub("", piece), 1
    while count:
        piece, count = KIND.subn("", piece, count=1) if KIND.match(piece) else (piece, 0)
    return piece


def _named(table: Vocabulary, piece: str) -> str:
    if short := _short_names().get(key(piece)):
        return short
    if SMALL.match(piece) or unit_of_place(piece):
        return ""
    name = _without_kind(piece)
    if (is_district(piece) and not table.value(piece)) or (is_peace(name) and not _UNIT_BEFORE.match(piece)):
        return ""
    if is_person(name) and name != piece.upper() and not _CITY.match(piece):
        return ""  # "Chiến dịch Hồ Chí Minh"
    return table.value(piece) or table.value(name) or _short_names().get(key(name), "") or _joined(name)


def _misspelt(table: Vocabulary, piece: str) -> str:
    """Return the unit of a name with a wrong mark or letter, "Đà nẳng", that is no other name: "Thạnh Hóa" is one."""
    name = _without_kind(piece)
    if is_district(piece) or is_person(name) or is_peace(name) or units_of_name(name):
        return ""
    found = table.bare.get(folded(name), "") if " " in name and not is_bare(name) else ""
    return found or nearest_name(table, name)


@remembered(maxsize=1)
def _short_names() -> dict[str, str]:
    """Return names that are written together or with an initial, where they mean one unit only: "Kontum", "Q. Nam"."""
    table, found = vocabulary("province"), dict[str, set[str]]()
    for unit, term in table.terms.items():
        for name in (term["vi"], *term.get("former", ())):
            words = str(name).split()
            if len(words) == 2:
                found.setdefault(folded("".join(words)), set()).add(unit)
                if words[0][0] not in _INITIALS_OF_KINDS:
                    for dot in (". ", "."):
                        found.setdefault(key(f"{words[0][0]}{dot}{words[1]}"), set()).add(unit)
    return {name: next(iter(units)) for name, units in found.items() if len(units) == 1}


@remembered(maxsize=1)
def _joined_names() -> dict[str, str]:
    """Return names of units, towns and former provinces without blanks, hyphens and marks: "hadong", "cholon"."""
    found: dict[str, str] = {}
    for unit, term in vocabulary("province").terms.items():
        for name in (term["vi"], *term.get("variants", ()), *term.get("former", ()), *term.get("field_only", ())):
            found.setdefault(_together(name), unit)
    for unit, name in towns():
        found.setdefault(_together(name), unit)
    return found


def _together(name: str) -> str:
    return folded(name).replace(" ", "").replace("-", "").replace("y", "i")


_SHORTEST_JOINED = 5  # letters: "dian" is a first name, too


def _joined(name: str) -> str:
    """Return the unit of one word or of syllables joined by hyphens, as the French wrote: "Nghê-An", "Long-Xuyen"."""
    together = "" if " " in name else _together(name)
    if len(together) < _SHORTEST_JOINED or not together.isalpha():
        return ""
    return _joined_names().get(together) or (unit_of_joined_name(name) if "-" in name else "")


def _of_one_word(pieces: list[str]) -> str:
    """Return the unit of a district written together, that stands alone or beside the country: "Rachgia, Cochinchine".

    Beside any other word it may be a place of others: "Donghai, Jiangsu".
    """
    names = [piece for piece in pieces if folded(piece) not in _COUNTRIES] if len(pieces) <= _WITH_COUNTRIES else []
    name = _without_kind(names[0]) if len(names) == 1 else ""
    return unit_of_joined_name(name) if len(name) >= _SHORTEST_JOINED and name.isalpha() else ""


_WITH_COUNTRIES = 3  # pieces: "Hadong, Tonkin, Indochine"
_COUNTRIES = frozenset(("viet nam", "vietnam", "vn", "tonkin", "annam", "cochinchine", "indochine", "indochina"))


def _beginning(table: Vocabulary, words: str) -> str:
    """Return the province with the longest name that stands at the beginning of words."""
    parts = re.sub(r"[^\w\s-]+.*", "", words).split()
    found = (table.value(" ".join(parts[:length])) for length in range(len(parts), 0, -1))
    return next((name for name in found if name), "")


def _district_inside(words: str) -> str:
    """Return the unit of the longest name of a district at the beginning of words: "huyện Kim Sơn thời Nguyễn"."""
    parts = words.split()
    found = (unit_of_district(" ".join(parts[:length]).strip(".,;:)")) for length in range(len(parts), 1, -1))
    return next((unit for unit in found if unit), "")


def _names_another(words: list[str]) -> bool:
    """Say that the name behind these words is a river's, a street's or a person's."""
    said = (words[-1], " ".join(words[-2:]))
    return words[-1] != "cổ" and any(NAMES_OTHERS.fullmatch(folded(word)) for word in said)


def _of_a_place(table: Vocabulary, piece: str) -> str:
    """Return the province whose name ends what people of a place have or do: "Dân ca quan họ Bắc Ninh"."""
    said = RELIC.match(piece) or OF_A_PLACE.match(piece)
    piece = RELIC.sub("", piece)
    piece = BEHIND.sub("", piece)
    if FOOD.match(piece) or _OCEAN in folded(piece):
        return ""
    if piece.endswith(PERSON) or (SMALL.match(piece) and not said):
        return (
            (table.value(PERSON) or "")
            if said and re.search(r"^sở\s|thành (?:đoàn|ủy) hồ chí minh$", piece.lower())
            else ""
        )
    parts = piece.split()
    for length in (4, 3, 2, 1):
        if length >= len(parts) or not parts[-length][0].isupper() or (length == 1 and not said and is_bare(piece)):
            continue
        if any(word[0].islower() for word in parts[-length:]):
            continue  # "ngành Hải dương", "Hiệp định Hòa bình": a name is written large in all its words
        tail, before = " ".join(parts[-length:]), parts[-length - 1]
        is_people = not before.islower() and _PEOPLE.search(" ".join(parts[:-length]))
        if (
            not said
            and not is_people
            and (not before.islower() or _names_another(parts[:-length]) or tail in _PEACEFUL)
        ):
            continue
        if found := table.value(tail) or (_town(tail) if said or length > 1 else ""):
            return found
    head = _WHERE.split(piece, maxsplit=1)[0]
    if head != piece and (found := unit_of_place(head) or (_of_a_place(table, head) if said else "")):
        return found
    tails = (" ".join(parts[-length:]) for length in (5, 4, 3) if length < len(parts))
    return next((found for tail in tails if tail[0].islower() and (found := unit_of_place(tail))), "")


@remembered(maxsize=8192)  # a town stands in many addresses
def _town(piece: str) -> str:
    """Return the unit of a town, district or byname, several joined by + for a province that was parted."""
    if piece.startswith("sông "):  # the river, not the district "Sông Lô"
        return unit_of_place(piece)
    if found := unit_of_place(piece) or unit_of_district(piece):
        return found
    if is_of_elsewhere(piece):
        return ""
    piece = re.sub(r"^(?:thị trấn|tt\.?|đặc khu)\s+", "", piece, flags=re.IGNORECASE)
    if piece.startswith(("VQG ", "Vqg ")):
        return unit_of_place(f"Vườn quốc gia {piece[4:]}") or _town(piece[4:])
    if found := unit_of_landmark(piece):
        return found
    name = _without_kind(piece)
    return (unit_of_place(name) or unit_of_district(name)) if name else ""
