"""Letters of other alphabets that stand for Vietnamese ones are mended; texts of those alphabets are not touched."""

from __future__ import annotations

import unicodedata

import pytest

from mappings import map_record
from mappings.vietnamese import line, marked_up, paragraphs

from .records import ORIGIN, dublin_core


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        ("Phƣơng trình bậc hai", "Phương trình bậc hai"),
        ("ĐỀ CƢƠNG", "ĐỀ CƯƠNG"),
        ("nhƣ\u0303ng", "những"),
        ("ƣ", "ư"),
        ("Vǎn học, nǎm 2020", "Văn học, năm 2020"),
        ("BǍNG", "BĂNG"),
        ("cǎ\u0301t", "cắt"),
        ("Ɖại học Ðà Nẵng", "Đại học Đà Nẵng"),
        ("họ\u0441 sinh \u0422оán", "học sinh Toán"),
        ("Hà N\u043eội", "Hà N\u043eội"),
    ],
)
def test_letters_that_stand_for_vietnamese_ones(damaged: str, repaired: str) -> None:
    for text in (damaged, unicodedata.normalize("NFD", damaged), f"<b>{damaged}</b>"):
        assert line(text) == repaired
    assert paragraphs(damaged) == marked_up(damaged) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "Русский язык: сад, роза и хор",
        "А. С. Пушкин, сор",
        "Ôn tập: с, о, а, х",
        "Nǐ hǎo, Lǎo Shě, Mǎn Jiāng Hóng",
        "Hǎo",
        "Guðrún og það",
        "Ɖeviwo ƒe Ɖo",
        "L'œuvre, Größe, naïve",
        "សួស្តី",
    ],
)
def test_clean_texts_of_other_languages_stay(text: str) -> None:
    assert line(text) == paragraphs(text) == text


def test_a_mended_title_is_understood() -> None:
    mapped = map_record(dublin_core(title="Đề cƣơng ôn tập Vật lí 10"), ORIGIN).resource
    assert mapped is not None
    assert (mapped.title, mapped.type) == ("Đề cương ôn tập Vật lí 10", ("tom_tat_li_thuyet",))
