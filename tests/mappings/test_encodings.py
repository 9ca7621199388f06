"""Encodings of before Unicode: found in a batch, repaired where the source is known for them, clean text untouched."""

from __future__ import annotations

import html
import random
import shutil
import subprocess
import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.generator import records
from mappings import map_record
from mappings.encodings import NAMES, _letters, decoded, detect, detect_alone, without_mojibake
from mappings.vietnamese import line

from .damage import damaged
from .records import ORIGIN, dublin_core

SEED = 20261126
TITLES = sorted(
    {
        unicodedata.normalize("NFC", html.unescape(entry.first("title")))
        for kind in ("school", "university")
        for entry in records(SEED, 700, kind, "x", "thu.example")
    }
)
FOREIGN = (
    "Über die Größe der Wörter im Deutschen",
    "L’élève à l’école: où être né, là où naît la forêt",
    "Qu’est-ce que la bibliothèque numérique européenne ?",
    "Hôtel de ville à Orléans, «façade» et naïveté",
    "Señales y sistemas: introducción al análisis",
    "ភាសាខ្មែរ ថ្នាក់ទី ៥",
    "Ê Đê, Kơ̆r, H’Mông, Mnông: tiếng dân tộc",
    "Smørrebrød på Ærø, København",
    "½ + ¼ = ¾; 5 µm ± 2 °C; §3, ©2024, ®",
    "Ðảm bảo «chất lượng» – ĐÃ” xong, ĐÃ… rồi",
    "Þorsteinn og Guðrún",
    "Învăţământ şi educaţie",
)


def test_tables_agree_with_the_library_of_c() -> None:
    program = shutil.which("iconv")
    if program is None:
        pytest.skip("no iconv on this machine")
    for name, standard in (("tcvn3", "TCVN5712-1"), ("viscii", "VISCII")):
        for byte in range(0xA1, 0x100):
            done = subprocess.run([program, "-f", standard, "-t", "UTF-8"], input=bytes((byte,)), capture_output=True)
            meant = unicodedata.normalize("NFC", done.stdout.decode())
            found = decoded_letter(chr(byte), name)
            if found != chr(byte):
                assert found == meant, (name, hex(byte))


def decoded_letter(surface: str, name: str) -> str:
    return _letters(name).get(surface, surface)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("size", "share"), [(3, 0.99), (10, 1.0)])
def test_batches_are_told_apart(name: str, size: int, share: float) -> None:
    print("seed", SEED)
    chance = random.Random(SEED + size)
    rounds = 200
    right = sum(detect(damaged(text, name) for text in chance.sample(TITLES, size)) == name for _ in range(rounds))
    assert right >= share * rounds


@pytest.mark.parametrize("name", NAMES)
def test_every_title_of_a_known_source_is_repaired(name: str) -> None:
    for title in TITLES[::3]:
        assert decoded(damaged(title, name), name).lower() == title.lower()
        assert decoded(title, name) == title, "records of one source are often mixed"


def test_few_bad_strings_among_many_clean_ones_are_seen() -> None:
    chance = random.Random(SEED)
    assert detect([*chance.sample(TITLES, 150), *(damaged(text, "vni") for text in TITLES[:4])]) == "vni"


def test_clean_text_is_nobodys_legacy() -> None:
    assert detect([*TITLES, *FOREIGN]) == ""
    assert [text for text in (*TITLES, *FOREIGN) if detect_alone(text) or without_mojibake(text) != text] == []
    chance = random.Random(SEED)
    assert {detect(chance.sample([*TITLES, *FOREIGN * 20], 10)) for _ in range(300)} == {""}


@pytest.mark.parametrize("way", ["utf8", "utf8_twice", "utf8_latin1"])
def test_utf8_that_was_read_wrongly_is_repaired_in_every_string(way: str) -> None:
    for title in TITLES[::3]:
        assert line(damaged(title, way)) == line(title)
    assert line("hÃ  Ná»™i") == line("hÃ\u00a0 Ná»™i") == "hà Nội"
    assert line("Tiáº¿ng Viá»‡t cá»§a em") == "Tiếng Việt của em"


def test_capitals_and_mixed_strings() -> None:
    assert decoded("TR¦êNG THCS Lª Lîi", "tcvn3") == "TRƯỜNG THCS Lê Lợi"
    assert decoded("Gi¸o ¸n Tiếng Việt lớp 4", "tcvn3") == "Giáo án Tiếng Việt lớp 4"
    assert decoded("Giaùo aùn cô bản: Tiếng Việt", "vni") == "Giáo án cô bản: Tiếng Việt"
    assert decoded("Ph−¬ng tr×nh", "tcvn3") == "Phương trình"


@given(st.lists(st.text(max_size=80), max_size=6), st.sampled_from(NAMES))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_any_text_is_judged(texts: list[str], name: str) -> None:
    assert detect(texts) in ("", *NAMES)
    for text in texts:
        assert isinstance(decoded(text, name), str)
        assert detect_alone(text) in ("", *NAMES)
        assert isinstance(without_mojibake(text), str)


def test_source_with_a_known_encoding_is_mapped_in_unicode_and_explained_in_its_own_words() -> None:
    title, subject = damaged("Giáo án Toán 10: Dấu của tam thức", "tcvn3"), damaged("Hình học; Đại số", "tcvn3")
    raw = dublin_core(title=title, subject=subject)
    known = msgspec.structs.replace(ORIGIN, encoding="tcvn3", set_names=(("a", damaged("Lớp 10", "tcvn3")),))
    mapped = map_record(raw, known, explain=True)
    assert mapped.resource is not None
    assert mapped.resource.title == "Giáo án Toán 10: Dấu của tam thức"
    assert mapped.resource.keyword == ("Hình học", "Đại số")
    assert mapped.resource.grade == ("10",)
    assert [told.words for told in mapped.explanations if told.field == "title"] == [title]
    assert mapped.problems == ()


def test_single_strings_only_warn() -> None:
    title = damaged("Giáo án Toán 10: Dấu của tam thức", "tcvn3")
    mapped = map_record(dublin_core(title=title), ORIGIN)
    assert mapped.resource is not None
    assert mapped.resource.title == title
    assert [problem.code for problem in mapped.problems] == ["legacy_encoding"]


@pytest.mark.parametrize(
    "text",
    [
        "“Mùa xuân nho nhỏ” và khát vọng cống hiến",
        "Trắng ơi… từ đâu đến?",
        "Ộp oạp sóng vỗ",
        "Dùng “Excel” để tính điểm…",
    ],
)
def test_marks_of_viscii_stay_marks_where_they_make_no_syllable(text: str) -> None:
    assert decoded(damaged(text, "viscii"), "viscii") == text
