"""What is remembered of words that come again changes nothing: neither values nor problems, nor their order."""

from __future__ import annotations

import random

import msgspec
import pytest

from harvester import RawRecord
from mappings.applying import _MOST_REMEMBERED, Crosswalk, Memory
from mappings.crosswalk import crosswalks
from mappings.mapping import _source, map_record, rows_of
from mappings.resource import Problem
from mappings.rows import Row
from mappings.rule import Job, Rule
from mappings.terms import choice

from .records import ORIGIN, dublin_core, of_file, of_metadata
from .test_golden import PAIRS

NAMESPACES = 'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
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


def test_of_many_short_words_no_more_rows_are_remembered_than_of_few() -> None:
    memory = Memory()
    for number in range(400):
        memory.begin([("subject", "a", "")] * 250 + [("subject", str(number), "")])
        assert sum(len(key) for key in memory) <= _MOST_REMEMBERED
    assert len(memory) > 1


def test_records_in_very_many_sets_are_not_remembered() -> None:
    few = {number: msgspec.structs.replace(dublin_core(), sets=(f"a{number}",)) for number in range(3)}
    many = [msgspec.structs.replace(dublin_core(), sets=tuple(f"{n}{k}" for k in range(500))) for n in range(3)]
    origin = msgspec.structs.replace(ORIGIN, id="khac")
    for record in (*few.values(), *many):
        assert map_record(record, origin).resource is not None
    assert sorted(_source(origin).special) == [record.sets for record in few.values()]


def test_tags_that_a_source_invents_do_not_fill_the_memory() -> None:
    """Each form of records, which may differ by an attribute of the root, learns tags of its own."""
    plain = fresh("oai_dc").plain
    assert plain is not None
    taken = []
    for form in range(30):
        for number in range(25):
            types = "".join(f'<dc:type a="{number * 120 + place}">b</dc:type>' for place in range(120))
            root = f"<oai_dc:dc {NAMESPACES} n='{form}'><dc:title>T</dc:title>{types}</oai_dc:dc>"
            assert plain.rows(of_metadata(root)) is not None
        taken.append(sum(known.start.element.tree.bytes for known in plain._forms.values() if known))
    assert max(taken) < 40_000_000, "bytes, what is learnt of the last form included"
    assert max(taken) > 2_000_000, "these records were learnt"
