"""What an operator says of a source: after what records state, before what Kho infers; and words that mean others."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mappings import Mapped, check_word, fingerprint, map_record
from mappings.advice import FILLABLE

from .records import ORIGIN, dublin_core


def mapped(specs: tuple[str, ...] = (), of: dict[str, Any] | None = None, **said: list[str]) -> Mapped:
    origin = msgspec.structs.replace(ORIGIN, **{name: tuple(lines) for name, lines in said.items()})
    record = msgspec.structs.replace(dublin_core(**(of or {})), sets=specs)
    return map_record(record, origin, explain=True)


def test_a_default_fills_what_is_empty_and_nothing_else() -> None:
    found = mapped(defaults=["type=giao_trinh", "type=bai_tap", "licence=cc-by", "publisher=Thư viện"]).resource
    assert found is not None
    assert (found.type, found.licence, found.publisher) == (("giao_trinh", "bai_tap"), "cc-by", "Thư viện")
    stated = mapped(
        of={"type": "Giáo án", "rights": "CC BY-SA 4.0"}, defaults=["type=bai_tap", "licence=cc-by"]
    ).resource
    assert stated is not None
    assert (stated.type, stated.licence) == (("ke_hoach_bai_day",), "cc-by-sa")


def test_a_set_says_more_than_a_title_and_less_than_the_record() -> None:
    title = {"title": "Bài tập Toán 8 nâng cao"}
    lines = ["com_1:subject=vat_li", "com_1:grade=10", "com:1:grade=9"]
    plain = mapped(of=title).resource
    assert plain is not None
    assert plain.subject == ("toan",)
    by_set = mapped(("com_1",), title, sets=lines)
    assert by_set.resource is not None
    assert (by_set.resource.subject, by_set.resource.grade, by_set.resource.level) == (("vat_li",), ("10",), ("thpt",))
    stated = mapped(("com_1",), {**title, "subject": "Ngữ văn; Lớp 7"}, sets=lines).resource
    assert stated is not None
    assert (stated.subject, stated.grade) == (("ngu_van",), ("7",))
    other = mapped(("com_2", "com:1"), title, sets=lines).resource
    assert other is not None
    assert (other.subject, other.grade) == (("toan",), ("9",))


def test_words_are_read_as_others_where_a_value_is_exactly_these() -> None:
    lines = ["Bài hát  ru → Bài giảng điện tử", "Toán vui → Toán"]
    found = mapped(of={"type": "Bài hát ru", "subject": ["Toán vui", "Toán vui lớp 5"]}, replace=lines)
    assert found.resource is not None
    assert found.resource.type == ("bai_giang_dien_tu",)
    assert found.resource.keyword == ("Toán", "Toán vui lớp 5")
    (told,) = [each for each in found.explanations if each.field == "type"]
    assert told.words == "Bài hát ru", "the explanation shows what the source said"


def test_explanations_name_what_the_operator_said() -> None:
    found = mapped(("com_1",), defaults=["audience=giao_vien"], sets=["com_1:subject=vat_li"])
    told = {each.field: (each.value, each.rule, each.path) for each in found.explanations}
    assert told["subject"] == ("vat_li", "mapping.sets", "mapping.sets[com_1]")
    assert told["audience"] == ("giao_vien", "mapping.defaults", "mapping.defaults")


def test_what_an_operator_says_changes_the_fingerprint() -> None:
    plain = fingerprint(ORIGIN)
    for name in ("defaults", "sets", "replace"):
        assert fingerprint(msgspec.structs.replace(ORIGIN, **{name: ("a=b",)})) != plain


def test_nothing_changes_where_nothing_is_said() -> None:
    for title in ("Giáo án Toán 8", "Luận văn", "x"):
        record = dublin_core(title=title, subject=["Toán", "Lớp 8"])
        said = msgspec.structs.replace(ORIGIN, sets=("khac:subject=toan",))
        assert map_record(record, said, True) == map_record(record, ORIGIN, True)


@pytest.mark.parametrize(
    ("kind", "line", "answer"),
    [
        ("mapping.defaults", "subject=vat_li", None),
        ("mapping.defaults", "publisher=Nhà trường", None),
        ("mapping.defaults", "subject=vat_ly", ("subject=vat_li",)),
        ("mapping.defaults", "subjekt=vat_li", ("subject=vat_li",)),
        ("mapping.defaults", "title=Không tên", ()),
        ("mapping.sets", "com_1:grade=9", None),
        ("mapping.sets", "com:1:grade=99", ()),
        ("mapping.sets", "com:1:type=giao_trin", ("com:1:type=giao_trinh",)),
        ("mapping.encoding", "tcvn3", None),
        ("mapping.encoding", "tcvn", ("tcvn3",)),
    ],
)
def test_lines_are_checked_by_the_room_that_owns_their_words(
    kind: str, line: str, answer: tuple[str, ...] | None
) -> None:
    found = check_word(kind, line)
    assert found == answer if answer is None or answer else found is not None


def test_every_field_that_can_be_filled_is_filled() -> None:
    for field in sorted(set(FILLABLE) - {"province"}):  # this source states its own
        found = mapped(of={"title": "zzz"}, defaults=[f"{field}=x"]).resource
        assert found is not None
        assert getattr(found, field) in ("x", ("x",)), field
