"""Identifiers that a source renamed: new records take the place of the old ones, and both name each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from harvester import Store, TakeDown, approve, key_of, open_store, take_back
from harvester.messages import sentence
from harvester.store import publish, schema
from harvester.visit import Result
from tests.conftest import Clock
from tests.harvester.lists import DELETED, clock, full, held, many, shown, some
from tests.harvester.test_questions import number, refused, row, source_row, staged
from tests.harvester.test_undo import consistent

ALL = many(100)
OLD, NEW = "oai:truong.example:", "oai:moi.example:"


def moved(said: dict[str, str]) -> dict[str, str]:
    return {identifier.replace(OLD, NEW): text for identifier, text in said.items()}


def test_renamed_records_take_the_place_of_the_old_ones(store: Store) -> None:
    full(store, ALL, 1)
    asked = full(store, {**moved(ALL), f"{NEW}khac": "bài khác"}, 2)
    assert (asked.code, asked.facts["renamed"]) == ("renamed", 100)
    pairs = store.inspection.renamed(number(asked), 5)
    assert [each.identifier for each in pairs] == [each.former.replace(OLD, NEW) for each in pairs]
    assert len(pairs) == 5
    decided = approve(store, number(asked), rekey=True)
    assert (decided.code, decided.facts["rekeyed"], decided.facts["new"]) == ("rekeyed", 100, 101)
    assert shown(store) == {**moved(ALL), f"{NEW}khac": "bài khác"}
    assert {held(store)[identifier][0] for identifier in ALL} == {"withdrawn"}
    assert (source_row(store).watermark, source_row(store).next_mode) == (clock(2), "incremental")
    assert staged(store) == 0
    assert full(store, {**moved(ALL), f"{NEW}khac": "bài khác"}, 3).verdict == "nothing"
    consistent(store)


def test_old_and_new_name_each_other(store: Store) -> None:
    full(store, ALL, 1)
    some(store, {f"{OLD}7": "sửa 7"}, 2)
    said = moved({**ALL, f"{OLD}7": "sửa 7"})
    approve(store, number(full(store, said, 3)), rekey=True)
    old, new = store.log.record_of("truong", f"{OLD}7"), store.log.record_of("truong", f"{NEW}7")
    assert old is not None
    assert new is not None
    assert (old.key, new.key) == (key_of("truong", f"{OLD}7"), key_of("truong", f"{NEW}7"))
    assert store.log.renamed_to(old) == new.key
    assert store.log.renamed_to(new) is None
    history = store.log.history(new.key)
    assert [(each.presence, each.identifier) for each in history] == [
        ("present", f"{OLD}7"), ("present", f"{OLD}7"), ("present", f"{NEW}7"), ("withdrawn", f"{OLD}7"),
    ]  # fmt: skip
    assert [each.presence for each in store.log.history(old.key)] == ["present", "present", "withdrawn"]


def test_a_second_renaming_is_followed_to_the_first(store: Store) -> None:
    full(store, ALL, 1)
    approve(store, number(full(store, moved(ALL), 2)), rekey=True)
    third = {identifier.replace(NEW, "oai:ba.example:"): text for identifier, text in moved(ALL).items()}
    approve(store, number(full(store, third, 3)), rekey=True)
    names = [each.identifier for each in store.log.history(key_of("truong", "oai:ba.example:7"))]
    assert list(dict.fromkeys(names)) == [f"{OLD}7", f"{NEW}7", "oai:ba.example:7"]


def test_where_contents_changed_the_tail_tells(store: Store) -> None:
    full(store, ALL, 1)
    said = {identifier: f"{text} (bản mới)" for identifier, text in moved(ALL).items()}
    decided = approve(store, number(full(store, said, 2)), rekey=True)
    assert decided.facts["rekeyed"] == 100
    assert shown(store) == said
    consistent(store)


def test_of_what_is_not_alone_nothing_is_claimed(store: Store) -> None:
    """Two old records that say the same: which one the new one is, nobody can know; the tail still may tell."""
    twins = {**ALL, f"{OLD}a": "giống nhau", f"{OLD}b": "giống nhau"}
    full(store, twins, 1)
    said = {**moved(ALL), f"{NEW}x": "giống nhau", f"{NEW}b": "giống nhau"}
    decided = approve(store, number(full(store, said, 2)), rekey=True)
    assert decided.facts["rekeyed"] == 101
    assert held(store)[f"{OLD}a"][0] == "missing"
    assert held(store)[f"{OLD}b"][0] == "withdrawn"
    assert shown(store)[f"{NEW}x"] == "giống nhau"
    consistent(store)


def test_a_list_of_changes_pairs_by_content_and_what_it_deletes_by_tail(store: Store) -> None:
    full(store, ALL, 1)
    first = dict(list(ALL.items())[:60])
    rest = dict(list(ALL.items())[60:])
    said = {
        **moved(first),
        **{identifier: f"{text} (bản mới)" for identifier, text in moved(rest).items()},
        **dict.fromkeys(rest, DELETED),
    }
    asked = some(store, said, 2)
    assert asked.code == "renamed"
    decided = approve(store, number(asked), rekey=True)
    assert decided.facts["rekeyed"] == 100
    assert set(shown(store)) == set(moved(ALL))
    consistent(store)


def test_only_what_was_renamed_can_be_rekeyed(store: Store) -> None:
    full(store, ALL, 1)
    edited = {identifier: f"{text} sửa" for identifier, text in ALL.items()}
    asked = full(store, edited, 2)
    refused("not_renamed", lambda: approve(store, number(asked), rekey=True))
    assert list(store.log.open_questions()) == ["truong"], "nothing has changed"
    assert row(store, number(asked)).code == "all_changed"
    approve(store, number(asked))
    assert shown(store) == edited


def test_without_rekey_the_old_ones_go_missing(store: Store) -> None:
    full(store, ALL, 1)
    approve(store, number(full(store, moved(ALL), 2)))
    assert {held(store)[identifier][0] for identifier in ALL} == {"missing"}
    asked = full(store, moved(ALL), 3)
    assert (asked.verdict, asked.code) == ("additions", "many_withdrawn")


def test_a_renaming_can_be_taken_back(store: Store) -> None:
    full(store, ALL, 1)
    asked = full(store, moved(ALL), 2)
    approve(store, number(asked), rekey=True)
    take_back(store, number(asked))
    assert shown(store) == ALL
    old = store.log.record_of("truong", f"{OLD}7")
    assert old is not None
    assert store.log.renamed_to(old) is None
    consistent(store)


def test_what_was_taken_down_stays_down_under_its_new_name(tmp_path: Path, clock: Clock) -> None:
    """Before it is public: the first change of the new record is hidden already."""
    file = tmp_path / "suppressions.csv"
    store = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock, take_downs=file)
    full(store, ALL, 1)
    store.take_down(TakeDown(source="truong", identifier=f"{OLD}7", reason="ảnh học sinh", at=1))
    said = {identifier: f"{text} (bản mới)" for identifier, text in moved(ALL).items()}
    asked = number(full(store, said, 2))
    assert len(store.inspection.renamed(asked, 100)) == 99
    assert f"{OLD}7" not in {each.former for each in store.inspection.renamed(asked, 100)}
    last = store.log.identity()[2]
    approve(store, asked, rekey=True)
    new = store.log.record_of("truong", f"{NEW}7")
    assert new is not None
    assert new.suppressed
    assert new.raw is None
    assert [change.suppressed for change in store.log.changes(last, 1000) if change.identifier == f"{NEW}7"] == [True]
    assert f"{NEW}7" in file.read_text()
    reasons = {down.identifier: down.reason for down in store.take_downs()}
    assert reasons == {f"{OLD}7": "ảnh học sinh", f"{NEW}7": "ảnh học sinh"}
    store.close()


def test_killed_before_the_take_down_it_is_hidden_by_whoever_finishes(tmp_path: Path, clock: Clock) -> None:
    from harvester.store import questions, visits
    from harvester.visit import deciding

    store = open_store(f"sqlite:///{tmp_path}/kho.db", clock=clock)
    full(store, ALL, 1)
    store.take_down(TakeDown(source="truong", identifier=f"{OLD}7", reason="ảnh học sinh", at=1))
    asked = questions.asked(store.database, number(full(store, moved(ALL), 2)))
    lease = visits.claim(store.database, source_row(store).id)
    ending = deciding._approved
    visit = questions.approve(store.database, lease, asked, lambda pairs: ending(asked, pairs), rekey=True)
    visits.release(store.database, lease)  # the process is gone here
    assert set(shown(store)) == set(ALL)
    some(store, {}, 3)
    new = store.log.record_of("truong", f"{NEW}7")
    assert new is not None
    assert new.suppressed
    assert not row(store, visit.id).running
    store.close()


@pytest.mark.parametrize("reworded", [False, True])
def test_P7_a_plain_approval_hides_what_was_taken_down_and_says_so(store: Store, reworded: bool) -> None:
    """Also where the operator takes the new records for others than the old ones: no take-down ends in passing."""
    full(store, ALL, 1)
    store.take_down(TakeDown(source="truong", identifier=f"{OLD}7", reason="ảnh học sinh", at=1))
    said = {name: f"{text} (bản mới)" if reworded else text for name, text in moved(ALL).items()}
    asked = full(store, said, 2)
    assert asked.code == "renamed"
    last = store.log.identity()[2]
    decided = approve(store, number(asked))
    assert (decided.code, decided.hidden) == ("approved", 1)
    new = store.log.record_of("truong", f"{NEW}7")
    assert new is not None
    assert new.suppressed
    assert [change.suppressed for change in store.log.changes(last, 1000) if change.identifier == f"{NEW}7"] == [True]
    assert store.inspection.noticed(decided.visit)["take_down_followed"]["count"] == 1
    assert "1 bản ghi" in sentence("take_down_followed", {"count": 1})


@pytest.mark.parametrize("way", [full, some])
def test_P7_what_was_taken_down_comes_back_under_no_other_identifier(store: Store, way: Callable[..., Result]) -> None:
    """One record renamed is no mass renaming, and nobody is asked: it is hidden before it is public, and told."""
    full(store, ALL, 1)
    store.take_down(TakeDown(source="truong", identifier=f"{OLD}7", reason="ảnh học sinh", at=1))
    said = {**{name: text for name, text in ALL.items() if name != f"{OLD}7"}, f"{NEW}7": ALL[f"{OLD}7"]}
    said[f"{NEW}khac"] = "bài khác"
    last = store.log.identity()[2]
    result = way(store, said, 2)
    assert (result.verdict, result.noticed["take_down_followed"]["count"]) == ("published", 1)
    assert [change.suppressed for change in store.log.changes(last, 1000) if change.identifier == f"{NEW}7"] == [True]
    assert shown(store)[f"{NEW}7"] == "", "nothing of it can be read"
    assert f"{NEW}khac" in shown(store)
    assert "take_down_followed" not in way(store, said, 3).noticed, "once"


def test_slices_rename_the_same_as_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "SLICE", 7)
    full(store, ALL, 1)
    left = {identifier: text for identifier, text in ALL.items() if identifier != f"{OLD}3"}
    approve(store, number(full(store, moved(left), 2)), rekey=True)
    assert shown(store) == {**moved(left), f"{OLD}3": "bài 3"}
    assert held(store)[f"{OLD}3"][0] == "missing"
    with store.database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.absent)) == 0
    consistent(store)
