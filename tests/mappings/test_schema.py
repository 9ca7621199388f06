"""The common schema: every field has its meaning and counterparts, every problem its sentence, and the pages agree."""

from __future__ import annotations

import typing
from pathlib import Path

import msgspec
import pytest

import mappings
from mappings import FIELDS, PROBLEMS, Origin, Resource, fingerprint, problem_sentence
from mappings.fields import schema_page
from mappings.mapping import _room
from mappings.problems import problem
from mappings.resource import Severity

from .records import ORIGIN

ROOT = Path(__file__).parents[2]


def test_every_field_has_its_counterparts_unit_and_obligation() -> None:
    assert list(FIELDS) == list(Resource.__struct_fields__)
    for field in FIELDS.values():
        assert all(
            (field.vi, field.en, field.label_vi, field.label_en, field.dc, field.lom, field.schema_org, field.unit)
        ), field.name
        assert field.many == str(Resource.__annotations__[field.name]).startswith("tuple")


def test_required_fields_are_those_that_are_always_there() -> None:
    required = {field.name for field in FIELDS.values() if field.obligation == "required"}
    without_default = {field.name for field in msgspec.structs.fields(Resource) if field.required}
    assert required == without_default | {"language", "licence"}


def test_vocabularies_named_in_the_schema_exist() -> None:
    named = {field.unit.split(" ")[1] for field in FIELDS.values() if field.unit.startswith("vocabulary ")}
    own = {"discipline", "series", "former_province"}
    assert named == own | {"language", "level", "grade", "subject", "type", "audience", "licence", "province"}
    assert all(mappings.ids(name) for name in named)


def test_page_of_the_schema_is_made_of_the_table(request: pytest.FixtureRequest) -> None:
    page = ROOT / "docs/schema.md"
    if request.config.getoption("--update-golden"):
        page.write_text(schema_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == schema_page()


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_has_sentences_and_says_what_to_do(code: str) -> None:
    assert PROBLEMS[code].severity in typing.get_args(Severity)
    made = problem(code, "title", "dc:title", "x" * 500)
    assert len(made.value) == 200
    sentences = {
        problem_sentence(made, language, action=action) for language in ("vi", "en") for action in (False, True)
    }
    assert len(sentences) == 4
    assert all("{" not in sentence and sentence.endswith(".") for sentence in sentences)
    assert problem_sentence(code) != problem_sentence(code, "en")


def test_codes_that_hide_a_record_are_these() -> None:
    hiding = {code for code, row in PROBLEMS.items() if row.severity == "quarantine"}
    assert hiding == {"no_title", "no_link", "unreadable", "no_crosswalk", "personal_data", "spam"}


def test_every_code_that_the_room_uses_stands_in_the_table_and_no_other() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "mappings").glob("*.py") if path.stem != "problems"
    )
    assert [name for name in PROBLEMS if f'"{name}"' not in code] == []


def test_fingerprint_covers_source_tables_and_code() -> None:
    assert fingerprint(ORIGIN) == fingerprint(msgspec.structs.replace(ORIGIN))
    changed = [
        msgspec.structs.replace(ORIGIN, province="42"),
        msgspec.structs.replace(ORIGIN, set_names=()),
        msgspec.structs.replace(ORIGIN, name="Tên khác"),
        Origin("khac", "khac", "Khác"),
    ]
    assert len({fingerprint(origin) for origin in (ORIGIN, *changed)}) == 5
    assert len(fingerprint(ORIGIN)) == 32
    assert len(_room()) == 32


def test_front_door_opens_every_name_that_it_shows() -> None:
    source = (ROOT / "mappings/__init__.py").read_text(encoding="utf-8")
    shown = [line.rpartition(" as ")[2] for line in source.split("\n") if line.startswith("    from .")]
    assert len(shown) > 15
    assert all(getattr(mappings, name) is not None for name in shown)
    with pytest.raises(AttributeError):
        _ = mappings.khong_co  # type: ignore[attr-defined]  # the point of this test
