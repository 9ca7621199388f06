"""Records that are mapped together are mapped as each is alone, whatever stands beside them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from harvester import RawRecord
from mappings import Origin, map_record, map_records
from mappings.mapping import TOGETHER

from .records import ORIGIN, dublin_core, of_file
from .test_golden import PAIRS

ORIGINS = (
    ORIGIN,
    Origin("thu", "thu", "Thư viện tỉnh Nghệ An", "40", encoding="tcvn3"),
    Origin("so", "cu", "Sở GD&ĐT", "", defaults=("licence=cc-by", "type=bai_tap"), sets=("com_1:subject=vat_li",)),
)


def everything() -> list[tuple[RawRecord, Origin]]:
    """Return the golden records of all formats, deleted and unreadable ones among them, each in some company."""
    broken = RawRecord("oai:a:1", "2026-01-01", (), False, "oai_dc", b"<record", b"", b"", b"")
    raws = [*map(of_file, PAIRS), broken, dublin_core(title="Đạo hàm", subject=["Toán"] * 300)]
    return [(raw, origin) for raw in raws for origin in ORIGINS]


@pytest.mark.parametrize("seed", range(4))
def test_together_is_as_alone(seed: int) -> None:
    pairs = everything()
    random.Random(seed).shuffle(pairs)
    together = list(map_records(pairs))
    assert len(together) == len(pairs)
    for pair, mapped in zip(pairs, together, strict=True):
        assert mapped == map_record(*pair), pair[0].identifier


def test_no_more_are_taken_than_are_mapped_together() -> None:
    """Whoever streams a store holds few of its records."""
    pairs = everything()[:200]
    taken: list[int] = []

    def given() -> Iterator[tuple[RawRecord, Origin]]:
        for number, pair in enumerate(pairs):
            taken.append(number)
            yield pair

    for number, _ in enumerate(map_records(given())):
        assert len(taken) <= number + TOGETHER, number
    assert len(taken) == len(pairs)
