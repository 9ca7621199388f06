"""Names of people: degrees with a point fall away before any name, and "et al." is nobody."""

from __future__ import annotations

import pytest

from mappings import map_record

from .records import ORIGIN, dublin_core


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("PGS.TS. Bế Viết Đẳng", ["Bế Viết Đẳng"]),
        ("TS. Lò Văn Pánh", ["Lò Văn Pánh"]),
        ("TS. Y Ngông Niê Kđăm", ["Y Ngông Niê Kđăm"]),
        ("ThS. H'Linh", ["H'Linh"]),
        ("GS. Âu Dương Thâm", ["Âu Dương Thâm"]),
        ("GS.TS Lò Văn Pánh, TS", ["Lò Văn Pánh"]),
        ("TS. BS. Bế Viết Đẳng", ["Bế Viết Đẳng"]),
        ("Dr. Ning Ding", ["Ning Ding"]),
        ("Prof. Dr. Hans Müller; et al.", ["Hans Müller"]),
        ("Lê Hoa; và cộng sự", ["Lê Hoa"]),
        ("Lê Hoa; v.v.; và các cộng sự", ["Lê Hoa"]),
        ("Dr. Seuss", ["Dr. Seuss"]),
        ("TS Eliot", ["TS Eliot"]),
        ("T.S. Eliot", ["T.S. Eliot"]),
        ("Prof. of Mathematics", ["Prof. of Mathematics"]),
        ("Drew A. Barry", ["Drew A. Barry"]),
    ],
)
def test_names_without_their_degrees(said: str, names: list[str]) -> None:
    mapped = map_record(dublin_core(creator=said, publisher="Dr. Kovač Verlag"), ORIGIN).resource
    assert mapped is not None
    assert [agent.name for agent in mapped.creator] == names
    assert mapped.publisher == "Dr. Kovač Verlag"
