"""Resources as chance makes them: plausible ones that mapping could have made, and wild ones that hold anything."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from mappings import Agent, Identifier, Institution, Relation, Resource, ids
from mappings.exports.lom import KINDS, roles
from mappings.vocabulary import vocabulary

_WORDS = [
    "đạo hàm",
    "quang hợp",
    "chuỗi số",
    "bản đồ địa hình",
    "tính từ",
    "hình chóp",
    "định luật Ôm",
    "ca dao",
    "mạch điện",
    "thì hiện tại",
    "phân số",
    "nước và sự sống",
    "R&D",
    "x < y",
    "a > b",
    "“trích dẫn”",
    "dấu ' và \"",
    "tăng 50 %",
    "C# cơ bản",
    "đường thẳng (d)",
    "ô nhiễm – giải pháp",
    "ăn; uống",
]
_TITLES = ("Đố vui về ", "Tìm hiểu ", "Cùng nhau khám phá ", "Vẽ và kể chuyện: ")
_UNITS = ("Tổ Toán – Tin", "Tổ Khoa học tự nhiên", "Tổ Ngữ văn", "Nhóm STEM Lê Lợi", "Câu lạc bộ Thiên văn")
_SCHOOLS = ("Trường THPT Lê Lợi", "Trường THCS Hồng Đức", "Trường Tiểu học Vọng Các", "Sở Giáo dục và Đào tạo Sông Đà")
_MEDIA = ("application/pdf", "video/mp4", "text/html", "application/zip")
_RIGHTS = ("Dùng trong nhà trường", "Trường giữ mọi quyền với bản in", "Ghi rõ tên tổ soạn khi dùng lại")
_PAGES = ("https://hoclieu.songda.example/hoc-lieu/", "http://thuvien.hongduc.example/handle/")
_SCHOOL = ("mam_non", "tieu_hoc", "thcs", "thpt")
_WILD = (
    "aăâđ êôơư ạệộ 漢 😀 \u0301 & < > \" ' \\ = + - @ ; , | \t \n \r \x00 \x0b "
    "\u200b \u2028 \ufffe ] ]> http://x.vn/ {} ^ `"
)


def some(chance: Random, words: Sequence[Any], most: int = 3, least: int = 0) -> tuple[Any, ...]:
    """Choose some of the words, each once."""
    return tuple(chance.sample(list(words), chance.randint(least, min(most, len(words)))))


def some_places(chance: Random) -> dict[str, tuple[str, ...]]:
    """Choose provinces, and of some also the unit of before July 2025 whose name no unit of today bears."""
    former = [row for row in vocabulary("former_province").terms.values() if not row.get("kept")]
    chosen = some(chance, former, 2)
    units = tuple(dict.fromkeys(row["unit"] for row in chosen)) or some(chance, ids("province"), 2)
    return {"province": units, "former_province": tuple(row["id"] for row in chosen)}


def plausible(chance: Random) -> Resource:
    """Make a resource of a school, as mapping makes them: clean text, terms that go together."""
    grade = some(chance, [term for term in ids("grade") if term.isdigit()], 2)
    open_to = [term for term, row in vocabulary("subject").terms.items() if set(row.get("grades", ())) >= set(grade)]
    youngest = chance.choice((None, 0, 6, 11))
    licence, address = chance.choice(
        (
            ("khong_ghi", ""),
            ("cc-by", "https://creativecommons.org/licenses/by/4.0/"),
            ("cc-by-nc-sa", "https://creativecommons.org/licenses/by-nc-sa/3.0/"),
            *((term, "") for term in ids("licence")),
        )
    )
    return Resource(
        key="".join(chance.choices("abcdefghijklmnopqrstuvwxyz234567", k=26)),
        source=chance.choice(("kho-so", "thpt-le-loi", "thcs-hong-duc")),
        identifier=f"oai:localhost:{chance.randint(1, 9999)}",
        datestamp=chance.choice(("2026-11-20T19:00:00Z", "2025-02-28")),
        format=chance.choice(("oai_dc", "lom")),
        title=chance.choice(_TITLES) + chance.choice(_WORDS),
        title_alternative=some(chance, [f"Bài về {word}" for word in _WORDS], 2),
        description="\n\n".join(f"Giúp học sinh hiểu {word}." for word in some(chance, _WORDS)),
        landing_url=chance.choice(_PAGES) + str(chance.randint(1, 10**6)),
        identifiers=some(
            chance,
            (
                Identifier("doi", "10.1234/kho.77"),
                Identifier("handle", "20.500.1/42"),
                Identifier("isbn", "9786040000002"),
                Identifier("issn", "0378-5955"),
                Identifier("urn", "urn:nbn:vn:77"),
                Identifier("ark", "ark:/12345/x77"),
                Identifier("local", "KHTN-8-42"),
            ),
        ),
        language=some(chance, ids("language")[:12], 2, 1),
        keyword=some(chance, [word for word in _WORDS if ";" not in word]),
        creator=tuple(Agent(name, "author") for name in some(chance, _UNITS, 2)),
        contributor=tuple(
            Agent(name, chance.choice(["", *sorted(roles() - {"author", "publisher"})]))
            for name in some(chance, _UNITS, 2)
        ),
        publisher=chance.choice(("", *_SCHOOLS, "Nhà xuất bản; Chi nhánh Vinh")),
        institution=Institution(chance.choice(_SCHOOLS), chance.choice(("", "thpt")), chance.choice(("", "SGD40"))),
        level=some(chance, _SCHOOL if grade else ids("level"), 2),
        grade=grade,
        subject=some(chance, open_to, 2),
        type=some(chance, ids("type"), 2),
        discipline=() if grade else some(chance, ids("discipline"), 2),
        series=some(chance, ids("series"), 2),
        lesson=some(chance, ("Bài 5", "Chương II", "Tuần 12", "Unit 3"), 2),
        school_year=chance.choice(("", "2023-2024")),
        audience=some(chance, ids("audience"), 2),
        age_min=youngest,
        age_max=None if youngest is None else chance.choice((None, youngest, 15)),
        learning_minutes=chance.choice((None, 15, 45, 90)),
        difficulty=chance.choice(("", "very easy", "easy", "medium", "difficult", "very difficult")),
        interactivity=chance.choice(("", "active", "expositive", "mixed")),
        file_format=some(chance, _MEDIA),
        licence=licence,
        licence_url=address,
        rights=chance.choice(("", *_RIGHTS)),
        **some_places(chance),
        issued=chance.choice(
            ("", "2019", "2024-09", "2024-02-29", "1950?", "199X", "2023/2024", "2018/..", "2004-06~")
        ),
        modified=chance.choice(("", "2025-01-31")),
        relation=tuple(
            Relation(kind, target)
            for kind, target in zip(
                some(chance, sorted(KINDS)),
                ("https://hoclieu.songda.example/bo/7", "Sách giáo khoa Toán 9, tập một", "urn:isbn:9786040000002"),
                strict=False,
            )
        ),
        collection=some(chance, ("Khối 9", "Học liệu số của tỉnh"), 2),
    )


def wild(chance: Random) -> Resource:
    """Make a resource whose texts hold anything that a string can hold, and terms that no table has."""

    def text() -> str:
        return "".join(chance.choices(_WILD, k=chance.randint(0, 40))) or "x"

    def texts() -> tuple[str, ...]:
        return tuple(text() for _ in range(chance.randint(0, 2)))

    def terms(scheme: str) -> tuple[str, ...]:
        return some(chance, (*ids(scheme), "khong_co"), 2)

    return Resource(
        key="k" * 26,
        source="kho-so",
        identifier=text(),
        datestamp=chance.choice(("2026-11-20T19:00:00Z", "2025-02-28")),
        format="oai_dc",
        title=text(),
        title_alternative=texts(),
        description=text(),
        table_of_contents=text(),
        landing_url=f"https://hoclieu.songda.example/{text()}",
        identifiers=(Identifier("local", text()),),
        language=terms("language")[:1] or ("und",),
        keyword=texts(),
        creator=tuple(map(Agent, texts())),
        contributor=tuple(Agent(name, text()) for name in texts()),
        publisher=text(),
        institution=Institution(text(), text(), text()),
        level=terms("level"),
        grade=terms("grade"),
        subject=terms("subject"),
        type=terms("type"),
        audience=terms("audience"),
        discipline=terms("discipline"),
        series=terms("series"),
        lesson=texts(),
        school_year=chance.choice(("", "2023-2024")),
        former_province=terms("former_province"),
        file_format=texts(),
        licence=chance.choice((*ids("licence"), "khong_co")),
        rights=text(),
        province=terms("province"),
        issued=chance.choice(("", "2023-10-05/2024", "1930~")),
        relation=(Relation(text(), text()), Relation("ispartof", text())),
        collection=texts(),
    )
