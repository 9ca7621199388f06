"""Subjects that a record declares without a grade: addresses, short forms, taught words; languages said of a set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest

from harvester import RawRecord
from mappings import Resource, Tables, map_record, use_tables
from mappings.exports import lom
from mappings.exports._export import Addresses
from mappings.exports.jsonld import document
from mappings.vocabulary import concept, vocabulary

from .records import ORIGIN, dublin_core, of_file, of_metadata
from .resources import plausible

SITE = Addresses("https://hoclieu.songda.example/")
GOLDEN = Path(__file__).with_name("golden")
EVERYDAY = ("dao_duc", "khoa_hoc", "khoa_hoc_tu_nhien", "nghe_thuat")


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    use_tables(Tables())


def ways_back(resource: Resource) -> list[Resource]:
    """Export a resource as LOM and as JSON-LD, and map both again."""
    page = RawRecord(
        "https://web.example/1", "2026-01-01", (), False, "schema_org", document(resource, SITE), b"", b"", b""
    )
    mapped = [map_record(raw, ORIGIN).resource for raw in (of_metadata(lom.metadata(resource, SITE), "lom"), page)]
    return [found for found in mapped if found is not None]


@pytest.mark.parametrize("term", EVERYDAY)
def test_everyday_subjects_come_back_without_a_grade(term: str) -> None:
    resource = msgspec.structs.replace(
        plausible(Random(1)), title="Tìm hiểu chuỗi số", keyword=(), collection=(), grade=(), level=(), type=(),
        discipline=(), series=(), subject=(term,),
    )  # fmt: skip
    assert [(again.subject, again.discipline) for again in ways_back(resource)] == [((term,), ())] * 2


def test_a_subject_comes_back_as_no_discipline() -> None:
    resource = map_record(of_file(GOLDEN / "lom" / "bai-giang.xml"), ORIGIN).resource
    assert resource is not None
    assert (resource.subject, resource.discipline) == (("khoa_hoc_tu_nhien",), ())
    assert [(again.subject, again.discipline) for again in ways_back(resource)] == [(resource.subject, ())] * 2


def test_the_parts_of_our_addresses_are_no_words() -> None:
    address = concept("subject", "khoa_hoc_tu_nhien")
    assert vocabulary("discipline").values(address) == ()
    assert vocabulary("subject").values(address) == ("khoa_hoc_tu_nhien",)
    assert vocabulary("subject").values(f"{address}; {concept('subject', 'toan')}") == ("khoa_hoc_tu_nhien", "toan")
    assert vocabulary("type").values("https://w3id.org/kim/hcrt/simulation") == ("thi_nghiem_ao",)


def subject_of(**elements: str | list[str]) -> tuple[str, ...]:
    found = map_record(dublin_core(**{"title": "Quang hợp", **elements}), ORIGIN).resource
    assert found is not None
    return found.subject


def test_short_forms_in_capitals_need_no_grade() -> None:
    assert subject_of(subject="GDCD") == ("giao_duc_cong_dan",)
    assert subject_of(subject="KHTN") == ("khoa_hoc_tu_nhien",)
    assert subject_of(subject=concept("subject", "dao_duc")) == ("dao_duc",)
    for words in ("Biology", "khtn", "STEM", "Khoa học", "https://x.example/biology"):
        assert subject_of(subject=words) == (), words
    assert subject_of(subject="KHTN", type="Luận văn thạc sĩ") == ()


def test_taught_words_need_no_grade() -> None:
    assert subject_of(subject="Math Fun") == ()
    lines = "- {id: toan, variants: [Math Fun], field_only: [MATHX]}\n- {id: khoa_hoc, variants: [Em yêu khoa học]}\n"
    use_tables(Tables("tables", (("vocabularies/subject.yaml", lines.encode()),)))
    assert subject_of(subject="Math Fun") == subject_of(subject="MATHX") == ("toan",)
    assert subject_of(subject="Em yêu khoa học") == ("khoa_hoc",)
    assert subject_of(subject="Math Fun", type="Luận văn thạc sĩ") == ()


def test_a_language_said_of_a_set_wins_over_the_letters_of_the_title() -> None:
    title = {"title": "Những bài hát ru của người Tày ở Cao Bằng"}
    origin = msgspec.structs.replace(ORIGIN, sets=("com_1:language=tyz",), defaults=("language=en",))
    for specs, stated, language in (
        (("com_1",), {}, "tyz"),
        (("com_1",), {"language": "fr"}, "fr"),
        ((), {}, "vi"),
    ):
        record = msgspec.structs.replace(dublin_core(**title, **stated), sets=specs)
        found = map_record(record, origin).resource
        assert found is not None
        assert found.language == (language,)
