"""What is remembered of words that come again changes nothing: neither values nor problems, nor their order."""

from __future__ import annotations

import random

import pytest

from harvester import RawRecord
from mappings.applying import Crosswalk
from mappings.crosswalk import crosswalks
from mappings.mapping import rows_of
from mappings.resource import Problem
from mappings.rows import Row
from mappings.rule import Job, Rule
from mappings.terms import choice

from .records import of_file
from .test_golden import PAIRS

FORMS = sorted({path.parent.name for path in PAIRS})
SPECIAL = {"@source": [("@source", "40", "")], "@set": [("@set", "Khối 6", "")], "@set_name": list[Row]()}


def fresh(form: str) -> Crosswalk:
    """Return a crosswalk that has met no record yet."""
    known = crosswalks()[form]
    return Crosswalk(known.format, known.title, known.rules, known.reader)


def applied(crosswalk: Crosswalk, rows: list[Row], explain: bool = False) -> tuple[dict[str, object], list[Problem]]:
    """Return the values and the problems of rows."""
    job = Job(RawRecord("oai:thu.example:1", "2025-06-01", (), False, "", b"", b"", b"", b""))
    crosswalk.apply([(rows, SPECIAL, job, [] if explain else None, False)])
    return job.values, job.problems


@pytest.mark.parametrize("form", FORMS)
def test_a_record_is_mapped_alike_before_and_after_its_words_were_met(form: str) -> None:
    """Records put together of the rows of others: the same words in ever other company."""
    records = [rows_of(of_file(path)) for path in PAIRS if path.parent.name == form]
    records = [rows for rows in records if rows]
    chance = random.Random(f"remembered {form}")
    warm = fresh(form)
    for _ in range(60):
        rows = list(chance.choice(records))
        for path in sorted({row[0] for row in rows}):
            if chance.random() < 0.2:
                rows = [row for row in rows if row[0] != path]
            elif chance.random() < 0.4:
                rows = [row for row in rows if row[0] != path] + [
                    row for row in chance.choice(records) if row[0] == path and chance.random() < 0.8
                ]
        cold = applied(fresh(form), rows)
        assert applied(warm, rows) == cold
        assert applied(warm, rows) == cold, "met a moment ago"
        assert applied(warm, rows, explain=True) == cold


def test_words_that_say_nothing_alone_are_still_read_beside_others() -> None:
    known = crosswalks()["oai_dc"]
    told = {"many": True, "parser": choice, "choices": ("toán",), "repeats": True, "place": "here:1"}
    together = Rule(field="keyword", paths=("subject", "type"), take_all=True, **told)
    alone = Rule(field="audience", paths=("subject",), **told)
    crosswalk = Crosswalk(known.format, known.title, (together, alone), known.reader)
    nothing, something = ("subject", "văn", ""), ("type", "toán", "")
    assert applied(crosswalk, [nothing]) == ({}, [])
    assert applied(crosswalk, [nothing, something]) == ({"keyword": ("toán",)}, [])
