"""A table that a spreadsheet opens: one row a resource, and no cell that it would run."""

from __future__ import annotations

import csv
import io
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings import FIELDS, Resource, export_formats, open_export, safe
from mappings.exports import written

from .resources import plausible, wild

SEED = 20261126
RELAXED = settings(
    max_examples=200, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def rows(*resources: Resource) -> list[list[str]]:
    text = "".join(written(open_export("csv"), resources))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_every_field_is_a_column_and_terms_have_their_names_beside_them() -> None:
    resource = msgspec.structs.replace(
        plausible(Random(SEED)), subject=("toan", "tin_hoc"), grade=("9",), licence="cc-by"
    )
    head, row = rows(resource)
    assert [name for name in head if not name.endswith("_label")] == list(FIELDS)
    said = dict(zip(head, row, strict=True))
    assert (said["subject"], said["subject_label"]) == ("toan | tin_hoc", "Toán | Tin học")
    assert (said["grade"], said["grade_label"], said["licence_label"]) == ("9", "Lớp 9", "CC BY (Ghi công)")
    assert said["institution"] == resource.institution.name


@RELAXED
@given(st.lists(st.randoms(use_true_random=False), max_size=3))
def test_a_row_is_a_row_whatever_stands_in_it(chances: list[Random]) -> None:
    resources = [wild(chance) for chance in chances]
    found = rows(*resources)
    assert len(found) == len(resources) + 1
    for row, resource in zip(found[1:], resources, strict=True):
        assert len(row) == len(found[0])
        title = dict(zip(found[0], row, strict=True))["title"]
        assert title == safe(resource.title)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign: str) -> None:
    payload = f'{sign}HYPERLINK("http://a.vn";"Bài giảng")'
    resource = msgspec.structs.replace(
        plausible(Random(SEED)), title=payload, keyword=(payload,), publisher=payload, collection=(payload, "b")
    )
    said = dict(zip(*rows(resource), strict=True))
    for name in ("title", "keyword", "publisher"):
        assert said[name] == f"'{payload}"
    assert said["collection"] == f"'{payload} | b"


def test_formats_are_the_files() -> None:
    assert export_formats() == ("csv", "jsonld", "lom", "nquads", "oai_dc", "ttl")
    with pytest.raises(KeyError):
        open_export("_xml")
    with pytest.raises(KeyError):
        open_export("docx")


@pytest.mark.parametrize("form", export_formats())
def test_an_export_of_nothing_is_whole(form: str) -> None:
    text = "".join(written(open_export(form, when="2026-11-26T00:00:00Z"), []))
    if form == "csv":
        assert text.count("\n") == 1
    if form == "jsonld":
        assert msgspec.json.decode(text.encode())["@graph"] == []
