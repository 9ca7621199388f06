"""Where something is: today's province of a name, a list, an address, a town or a byname; of a street there is none."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from harvester import load_yaml

from .tables import remembered
from .vietnamese import folded, is_bare, key
from .vocabulary import Vocabulary, vocabulary

_PATH = Path(__file__).with_name("places.yaml")
_ISO = re.compile(r"VN-(\d\d|[A-Z]{2})")  # ISO 3166-2:VN, which is not our ids: VN-44 was An Giang, vn-44 is Quảng Trị
_LETTERS = {"CT": "vn-92", "DN": "vn-48", "HN": "vn-01", "HP": "vn-31", "SG": "vn-79"}  # its figures would be guessed
_INITIALS_OF_KINDS = "HTXP"  # huyện, tỉnh, xã, phường: "H. Giang" may be any
_SHORT = {"HP": "vn-31", "HD": "vn-31", "SG": "vn-79"}
# Provinces of before that today are parts of several: none of them is meant alone.
_SEVERAL = frozenset(
    map(
        key, ("Gia Lai - Kon Tum", "Nghệ Tĩnh", "Bình Trị Thiên", "Thuận Hải", "Nghĩa Bình", "Phú Khánh", "Hà Sơn Bình")
    )
) | frozenset(map(key, ("Cao Lạng", "Hải Hưng", "Sông Bé")))
# "Sơn Tây, Trung Quốc" is no place of this country.
_ABROAD = frozenset(
    map(
        key,
        (
            "Trung Quốc",
            "Lào",
            "Campuchia",
            "Thái Lan",
            "Nhật Bản",
            "Hàn Quốc",
            "Pháp",
            "Hoa Kỳ",
            "Mỹ",
            "Nga",
            "Đức",
            "Anh",
        ),
    )
) | frozenset(map(key, ("Úc", "Ấn Độ", "Singapore", "China", "Laos", "Cambodia", "Thailand", "Japan", "USA", "France")))
_PARTS = re.compile(r"\s*[;,|/>()\n]\s*|\s+[-–—]+\s+|--|\s*:\s+|\s+(?:và|and|&)\s+")
# Below a district, names come again and again; streets, schools and rivers are named after places far away.
_SMALL = re.compile(
    r"(?:xã|phường|thị trấn|thôn|ấp|bản|khóm|tổ|khu(?! vực)|khu phố|đường|phố(?! cổ)|xa lộ|quốc lộ|đại lộ|ngõ|ngách|số"
    r"|km|p\.|x\.|tt\.|trường|thpt|thcs|tiểu học|mầm non|chợ|cầu|sông|núi|hồ|ga|bến xe|bệnh viện)(?:\s|(?<=\.))|\d"
    r"|q\.\s*\d|nxb|nhà xuất bản",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"(?:tỉnh(?: cũ)?|province (?:de|of)|provinz|thành phố|t\.?p\.?|thị xã|tx\.?|huyện|quận|h\.|q\.|t\."
    r"|quần đảo|đảo|huyện đảo|xứ"
    r"|vùng(?: cao| biển)?|khu vực|ven biển|miền núi"
    r"|địa bàn|đồng bằng|các huyện|phố cổ|thành cổ|cố đô|đặc khu|(?:các|hai|ba|\d+) tỉnh"
    r"|biển|bờ biển|vịnh|văn hóa|địa chí|du lịch|chủ yếu|chiến dịch|lễ hội|di tích)\s*(?=\S)",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s+(?:prov(?:ince)?\.?|cũ|mới|xưa|nay|ngày nay|hiện nay"
    r"|thời\s.*|thế k[ỉỷ]\s.*|năm\s+\d+.*|\d{4}(?:\s*[-–]\s*\d{4})?|trước\s+\d+.*|đầu\s+thế.*|cuối\s+thế.*)$",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"\b(?:tỉnh|thành phố|tp\.?|sở (?:gd\s?[&-]?\s?đt|giáo dục(?: và đào tạo)?)"
    r"|(?:ở|tại)(?:\s+(?:(?:\d+|các|hai|ba|bốn|năm)\s+)?(?:tỉnh|tp\.?|thành phố))?)\s+(\S+(?:\s+\S+){0,4})",
    re.IGNORECASE,
)
_DISTRICT = re.compile(r"(?:huyện|thị xã|quận)\s+\S+(?:\s+\S+)?\s+(\S+\s+\S+)", re.IGNORECASE)  # and its province
_COMMON = ("hòa bình", "hoà bình", "Hòa bình", "Hoà bình")  # in small letters it is peace, too
_PEACE = re.compile(r"h(?:òa|oà) bình (?:phát triển|hợp tác|hữu nghị|ổn định)", re.IGNORECASE)
_SEVERAL_OF = re.compile(r"\b(?:các|hai|ba|bốn|năm|\d+) tỉnh\b", re.IGNORECASE)
_OFFICE = re.compile(
    r"\b(?:so|phong)\s+(?:gd\s?&?\s?dt|giao duc(?: va dao tao)?)\b|\btinh\b|\bthanh pho\b", re.IGNORECASE
)


@remembered(maxsize=1)
def _places() -> dict[str, str]:
    table = load_yaml(_PATH, _PATH.name).value
    return {key(name): unit for unit, names in table.items() for name in names}


@remembered(maxsize=1)
def _bare_places() -> dict[str, str]:
    """Return the places without marks; of two that look alike then none is meant."""
    found: dict[str, str] = {}
    for unit, names in load_yaml(_PATH, _PATH.name).value.items():
        for name in names:
            found[folded(name)] = unit if found.get(folded(name), unit) == unit else ""
    return found


def provinces_of_words(table: Vocabulary, text: str) -> tuple[str, ...]:
    """Return today's provinces that a value names; of an address the one it is in; () where none is sure."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    iso = _ISO.fullmatch(text)
    if iso:
        return (_LETTERS[iso[1]],) if iso[1] in _LETTERS else ()
    if text in _SHORT:
        return (_SHORT[text],)
    if key(text) in _SEVERAL or "://" in text:
        return ()
    if _PEACE.match(" ".join(text.replace(" và ", " ").split())):
        return ()
    pieces = [piece for piece in _PARTS.split(_OFFICE.sub(" ", text) if is_bare(text) else text) if piece]
    if any(key(piece) in _ABROAD for piece in pieces):
        return ()
    is_address = any(_SMALL.match(piece) for piece in pieces)
    names = _unique([_named(table, piece) for piece in pieces])
    inside = _unique([_beginning(table, place[1]) for place in _INSIDE.finditer(text)])
    if names:
        listed = _SEVERAL_OF.search(text) or (len(names) > 1 and not is_address)
        return _unique([*inside, *names]) if listed else names
    if inside:
        return inside[-1:]
    towns = _unique([_town(piece) for piece in (text, *pieces)])
    return towns[-1:] if is_address or len(towns) == 1 else towns


def _unique(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))


def _without_kind(piece: str) -> str:
    """Leave out what stands around a name: "tỉnh", "vùng ven biển", "thế kỉ XVIII"; "" for a street or ward."""
    if _SMALL.match(piece):
        return ""
    piece, count = _BEHIND.sub("", piece.strip(" .")), 1
    while count:
        piece, count = _KIND.subn("", piece, count=1) if _KIND.match(piece) else (piece, 0)
    return piece


def _named(table: Vocabulary, piece: str) -> str:
    whole = key(piece)
    if short := _short_names().get(whole):
        return short
    if _SMALL.match(piece) or piece in _COMMON:
        return ""
    name = _without_kind(piece)
    if whole in _places():  # "quận Tân Phú", "xứ Thanh"
        return ""
    of_district = re.match(r"(?:huyện|quận|thị xã|h\.|q\.)\s*\S", piece, re.IGNORECASE)
    if of_district and (both := _DISTRICT.fullmatch(piece)) and (unit := table.value(both[1])):
        return unit
    found = "" if of_district else table.value(piece) or table.value(name) or _short_names().get(key(name), "")
    if not found and not of_district and " " in name and not is_bare(name):  # one mark may be wrong: "Đà nẳng"
        found = table.bare.get(folded(name), "")
    return found


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


def _beginning(table: Vocabulary, words: str) -> str:
    """Return the province with the longest name that stands at the beginning of words."""
    parts = re.sub(r"[^\w\s-]+.*", "", words).split()
    found = (table.value(" ".join(parts[:length])) for length in range(len(parts), 0, -1))
    return next((name for name in found if name), "")


def _town(piece: str) -> str:
    piece = re.sub(r"^(?:thị trấn|tt\.?)\s+", "", piece, flags=re.IGNORECASE)
    if _SMALL.match(piece) and key(piece) not in _places():
        return ""
    places = _bare_places() if is_bare(piece) else _places()
    fold = folded if is_bare(piece) else key
    return places.get(fold(piece)) or places.get(fold(_without_kind(piece))) or ""
