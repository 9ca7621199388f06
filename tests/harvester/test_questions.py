"""Open questions: one a source, approved or rejected, superseded by what knows more; on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from harvester import Store, Wish, approve, reject
from harvester.errors import Busy, Refused
from harvester.judge import Expect
from harvester.messages import next_command, sentence
from harvester.store import schema, signs, visits
from harvester.visit import retire_source
from tests.harvester.lists import DELETED, UNREADABLE, Lists, clock, full, held, many, shown, some, visit

ALL = many(100)


def row(store: Store, number: int) -> Any:
    found = store.log.visit(number)
    assert found is not None
    return found


def source_row(store: Store) -> Any:
    return store.log.sources()["truong"]


def number(result: Any) -> int:
    assert result.visit is not None
    return int(result.visit)


def gone(*numbers: int) -> dict[str, str]:
    return {f"oai:truong.example:{n}": DELETED for n in numbers}


def staged(store: Store) -> int:
    with store.database.reading() as connection:
        return sum(
            connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (schema.staged, schema.absent, schema.page)
        )


def refused(code: str, answer: Any, *args: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as error:
        answer(*args)
    assert error.value.code == code
    assert error.value.exit_code == 2
    return error.value.facts


# --- approve ---------------------------------------------------------------------------------------------------------


def test_approving_removals_withdraws_them_and_moves_the_watermark(store: Store) -> None:
    full(store, ALL, 1)
    asked = some(store, {**gone(*range(30)), "oai:truong.example:90": "mới"}, 2)
    assert (asked.verdict, asked.code, asked.ledger.withdrawn) == ("additions", "many_withdrawn", 30)
    assert shown(store)["oai:truong.example:90"] == "mới"
    assert len(shown(store)) == 100
    assert source_row(store).watermark == clock(1)
    assert asked.facts["visit"] == asked.visit
    decided = approve(store, number(asked))
    assert (decided.code, decided.facts["removals"], decided.facts["new"]) == ("approved", 30, 0)
    assert len(shown(store)) == 70
    assert source_row(store).watermark == clock(2)
    assert source_row(store).next_mode == "incremental"
    assert staged(store) == 0
    assert row(store, number(asked)).verdict == "published"
    assert not store.log.open_questions()
    assert some(store, {}, 3).verdict == "nothing"


def test_approving_what_was_held_publishes_all_of_it(store: Store) -> None:
    full(store, ALL, 1)
    edited = {identifier: f"{text} hỏng" for identifier, text in ALL.items()}
    edited.pop("oai:truong.example:0")
    asked = full(store, {**edited, "oai:truong.example:new": "mới"}, 2)
    assert (asked.verdict, asked.code) == ("held", "all_changed")
    assert (asked.ledger.missing, asked.facts["missing"]) == (0, 1)
    assert shown(store) == ALL
    approve(store, number(asked))
    assert shown(store) == {**edited, "oai:truong.example:new": "mới", "oai:truong.example:0": "bài 0"}
    assert held(store)["oai:truong.example:0"][0] == "missing"
    assert row(store, number(asked)).ledger["missing"] == 1
    assert source_row(store).watermark == clock(2)


def test_an_empty_source_is_believed_step_by_step(store: Store) -> None:
    """Approving a list of nothing makes missing; being absent again is withdrawn only when that is approved too."""
    full(store, ALL, 1)
    first = full(store, {}, 2)
    assert (first.verdict, first.code) == ("held", "empty_list")
    approve(store, number(first))
    assert {presence for presence, _ in held(store).values()} == {"missing"}
    assert full(store, {}, 2).verdict == "nothing", "the same day says nothing new"
    second = full(store, {}, 3)
    assert (second.verdict, second.code) == ("held", "empty_list")
    approve(store, number(second))
    assert shown(store) == {}
    assert full(store, {}, 4).verdict == "nothing"


def test_a_question_of_a_list_that_broke_off_moves_no_watermark(store: Store) -> None:
    full(store, ALL, 1)
    asked = some(store, gone(*range(30)), 2, breaks=True)
    assert (asked.outcome, asked.verdict) == ("partial", "additions")
    assert "cut" in store.inspection.noticed(number(asked))
    approve(store, number(asked))
    assert len(shown(store)) == 70
    assert source_row(store).watermark == clock(1)
    assert source_row(store).next_mode == "incremental"


def test_only_what_waits_can_be_answered(store: Store) -> None:
    first = full(store, ALL, 1)
    refused("no_visit", approve, store, 999)
    refused("no_visit", reject, store, 999)
    refused("no_question", approve, store, number(first))
    asked = some(store, gone(*range(30)), 2)
    approve(store, number(asked))
    refused("no_question", approve, store, number(asked))
    refused("no_question", reject, store, number(asked))


def test_whoever_is_visited_is_busy(store: Store) -> None:
    full(store, ALL, 1)
    asked = some(store, gone(*range(30)), 2)
    lease = visits.claim(store.database, source_row(store).id)
    for answer in (approve, reject):
        with pytest.raises(Busy) as busy:
            answer(store, number(asked))
        assert busy.value.exit_code == 7
    assert len(shown(store)) == 100
    visits.release(store.database, lease)
    approve(store, number(asked))
    assert len(shown(store)) == 70


# --- one question a source --------------------------------------------------------------------------------------------


def test_a_newer_list_takes_the_place_of_a_question(store: Store) -> None:
    full(store, ALL, 1)
    one = some(store, gone(*range(30)), 2)
    two = some(store, gone(*range(40)), 3)
    three = some(store, gone(*range(50)), 4)
    assert [result.verdict for result in (one, two, three)] == ["additions"] * 3
    for older in (one, two):
        facts = refused("visit_superseded", approve, store, number(older))
        assert facts["newer"] == three.visit, "the newest, however long the chain"
        refused("visit_superseded", reject, store, number(older))
    assert [each.id for each in store.log.open_questions().values()] == [three.visit]
    assert staged(store) == 50
    approve(store, number(three))
    assert len(shown(store)) == 50


def test_a_list_that_is_right_again_settles_the_question(store: Store) -> None:
    full(store, ALL, 1)
    asked = full(store, {}, 2)
    again = full(store, ALL, 3)
    assert again.verdict == "nothing"
    assert not store.log.open_questions()
    assert staged(store) == 0
    facts = refused("visit_superseded", approve, store, number(asked))
    assert (facts["newer"], next_command("visit_superseded", facts)) == (again.visit, f"kho visits show {again.visit}")
    refused("no_question", approve, store, number(again))
    for language, order in (("vi", "hãy quyết định"), ("en", "decide on")):
        assert order not in sentence("visit_superseded", facts, language), "nothing can be decided there"


def test_a_visit_that_failed_leaves_the_question_open(store: Store) -> None:
    full(store, ALL, 1)
    asked = some(store, gone(*range(30)), 2)

    class Down:
        def pages(self, *_: Any) -> Any:
            from harvester.errors import SourceError

            raise SourceError("refused", where="http://truong.example/")
            yield

    assert visit(store, Down()).outcome == "failed"  # type: ignore[arg-type]
    assert list(store.log.open_questions()) == ["truong"]
    approve(store, number(asked))
    assert len(shown(store)) == 70


def test_a_list_that_breaks_off_leaves_the_question_open_and_what_it_changed_stays(store: Store) -> None:
    """Looking at one record must not throw away a question; what came later is not overwritten by approving it."""
    full(store, ALL, 1)
    edited = {identifier: f"{text} sửa" for identifier, text in ALL.items()}
    asked = full(store, edited, 2)
    assert asked.code == "all_changed"
    later = some(store, {"oai:truong.example:5": "mới hơn", "oai:truong.example:6": DELETED}, 3, breaks=True)
    assert (later.outcome, later.verdict) == ("partial", "published")
    assert shown(store)["oai:truong.example:5"] == "mới hơn"
    approve(store, number(asked))
    expected = {**edited, "oai:truong.example:5": "mới hơn"}
    expected.pop("oai:truong.example:6")
    assert shown(store) == expected
    assert source_row(store).watermark == clock(2), "what was said after the question is asked for again"


def test_a_question_keeps_mode_and_watermark(store: Store) -> None:
    full(store, ALL, 1)
    some(store, gone(*range(30)), 2)
    assert (source_row(store).next_mode, source_row(store).watermark) == ("incremental", clock(1))
    full(store, {}, 3)
    assert (source_row(store).next_mode, source_row(store).watermark) == ("full", clock(1))


# --- reject ----------------------------------------------------------------------------------------------------------


def test_rejecting_drops_what_is_staged_and_the_next_list_is_full(store: Store) -> None:
    full(store, ALL, 1)
    asked = some(store, {**gone(*range(30)), "oai:truong.example:90": "mới"}, 2)
    decided = reject(store, number(asked))
    assert decided.code == "list_rejected"
    assert staged(store) == 0
    assert len(shown(store)) == 100
    assert shown(store)["oai:truong.example:90"] == "mới", "what was public stays"
    assert not store.log.open_questions()
    assert (source_row(store).next_mode, source_row(store).watermark) == ("full", clock(1))
    healthy = some(store, {**ALL, "oai:truong.example:90": "mới"}, 3)
    assert (healthy.verdict, row(store, number(healthy)).mode) == ("nothing", "full")


def test_what_was_rejected_is_asked_again_and_never_done_in_silence(store: Store) -> None:
    full(store, ALL, 1)
    left = {identifier: text for identifier, text in ALL.items() if int(identifier.rpartition(":")[2]) >= 30}
    asked = some(store, gone(*range(30)), 2)
    reject(store, number(asked))
    again = some(store, {**left, **gone(*range(30))}, 3)
    assert (again.verdict, again.code) == ("additions", "many_withdrawn")
    reject(store, number(again))
    third = some(store, {**left, **gone(*range(30))}, 4)
    assert third.verdict == "additions"
    approve(store, number(third))
    assert shown(store) == left


def test_parts_of_a_broken_list_add_up(store: Store) -> None:
    """What is too much in one list is too much in three that break off."""
    full(store, ALL, 1)
    assert some(store, gone(*range(20)), 2, breaks=True).verdict == "published"
    assert some(store, gone(*range(20, 40)), 3, breaks=True).verdict == "additions"
    assert some(store, gone(*range(40, 45)), 4, breaks=True).verdict == "additions"
    assert len(shown(store)) == 80
    assert some(store, {}, 5).verdict == "nothing"
    assert some(store, gone(*range(20, 25)), 6).verdict == "published", "a whole list was believed: counted anew"


def test_lists_that_break_off_publish_nothing_of_what_an_operator_was_asked(store: Store) -> None:
    """A whole list whose removals wait was not believed: the parts of broken ones before and after it add up."""
    everything = many(300)
    full(store, everything, 1)
    announced = gone(*range(180))
    for day in range(2, 12, 2):
        assert some(store, announced, day).verdict == "additions"
        left = sorted(announced.keys() & shown(store).keys())
        some(store, dict.fromkeys(left[:30], DELETED), day + 1, breaks=True)
    assert len(shown(store)) >= 255, "15 % of 300, and no more before somebody answers"
    asked = store.log.open_questions()["truong"]
    reject(store, asked.id)
    assert some(store, dict.fromkeys(left[:30], DELETED), 12, breaks=True).verdict == "additions", "nor by a rejection"
    asked = some(store, announced, 13)
    approve(store, number(asked))
    assert len(shown(store)) == 120
    assert some(store, gone(*range(180, 190)), 14, breaks=True).verdict == "published", "that was answered"


def test_broken_nights_add_up_for_as_long_as_it_takes(store: Store) -> None:
    everything = many(200)
    full(store, everything, 1)
    for day in range(2, 2 + 2 * signs.RECENT):
        some(store, gone(day), day, breaks=True)
    assert len(shown(store)) == 170, "15 % of 200; a month of nights forgets none of them"


def test_what_was_approved_of_a_broken_list_is_not_asked_again(store: Store) -> None:
    full(store, ALL, 1)
    assert some(store, gone(*range(10)), 2, breaks=True).verdict == "published"
    asked = some(store, gone(*range(10, 40)), 3, breaks=True)
    assert asked.verdict == "additions"
    approve(store, number(asked))
    assert some(store, gone(*range(40, 45)), 4, breaks=True).verdict == "published"
    assert some(store, gone(*range(45, 60)), 5, breaks=True).verdict == "additions", "the ten before it still count"


# --- unfinished visits, and what else may happen meanwhile ------------------------------------------------------------


def interrupted(store: Store, said: dict[str, str], day: int) -> None:
    from harvester.visit import Visiting
    from tests.harvester.lists import source

    pages = 0

    def count(*_: object) -> None:
        nonlocal pages
        pages += 1

    visiting = Visiting(
        store,
        (),
        connector=lambda _: Lists(list(said.items()), day, page=10),
        stopping=lambda: 130 if pages else 0,
        progress=count,
    )
    assert visiting.visit(source()).outcome is None


@pytest.mark.parametrize("answer", [approve, reject])
def test_an_unfinished_visit_is_dropped_by_a_decision(store: Store, answer: Any) -> None:
    """It was compared with what was held before: going on with it would lose what the decision published."""
    full(store, ALL, 1)
    asked = some(store, {**gone(*range(30)), **{f"oai:truong.example:{n}": "sửa" for n in range(40, 60)}}, 2)
    interrupted(store, {f"oai:truong.example:{n}": "sửa lần nữa" for n in range(40, 60)}, 3)
    answer(store, number(asked))
    unfinished = row(store, number(asked) + 1)
    assert (unfinished.running, unfinished.code, unfinished.superseded_by) == (False, "abandoned", asked.visit)
    assert staged(store) == 0
    said = {identifier: text for identifier, (_, text) in held(store).items() if text}
    assert some(store, said, 4).outcome == "complete"


def test_retiring_closes_the_question_and_drops_what_is_unfinished(store: Store) -> None:
    full(store, ALL, 1)
    asked = some(store, gone(*range(30)), 2)
    interrupted(store, {f"oai:truong.example:{n}": "sửa" for n in range(40, 60)}, 3)
    assert retire_source(store, "truong") == 100
    assert shown(store) == {}
    assert staged(store) == 0
    assert not store.log.open_questions()
    assert source_row(store).retired
    refused("visit_superseded", approve, store, number(asked))
    back = some(store, ALL, 5)
    assert (back.verdict, back.ledger.changed) == ("published", 100)
    assert not source_row(store).retired


# --- what the judge sees in a real store ------------------------------------------------------------------------------


def test_renamed_identifiers_are_seen_by_content_and_by_tail(store: Store) -> None:
    full(store, ALL, 1)
    moved = {identifier.replace("truong", "moi"): text for identifier, text in ALL.items()}
    by_content = full(store, moved, 2)
    assert (by_content.code, by_content.facts["renamed"]) == ("renamed", 100)
    reworded = {identifier: f"{text} (bản mới)" for identifier, text in moved.items()}
    by_tail = full(store, reworded, 3)
    assert (by_tail.code, by_tail.facts["renamed"]) == ("renamed", 100)
    assert shown(store) == ALL
    strangers = full(store, many(300, "lạ", "oai:khac.example:k"), 4)
    assert (strangers.verdict, strangers.code) == ("held", "strangers")


def test_renamed_identifiers_in_a_list_of_changes(store: Store) -> None:
    """Without tombstones only equal content proves it; with them the tail does as well."""
    full(store, ALL, 1)
    moved = {identifier.replace("truong", "moi"): text for identifier, text in ALL.items()}
    assert some(store, moved, 2).code == "renamed"
    reworded = {identifier: f"{text} (bản mới)" for identifier, text in moved.items()}
    assert some(store, {**reworded, **gone(*range(100))}, 3).code == "renamed"
    assert shown(store) == ALL
    fresh = many(60, "bài khác", "oai:truong.example:bo-suu-tap:")
    assert some(store, fresh, 4).verdict == "published", "another collection may count from 0 as well"


def test_a_change_of_format_is_published(store: Store) -> None:
    full(store, ALL, 1)
    result = full(store, ALL, 2, format="lom")
    assert (result.verdict, result.code) == ("published", "reformatted")
    assert result.facts["reformatted"] == 100
    assert (result.facts["was"], result.facts["format"]) == ("oai_dc", "lom")


def test_datestamps_of_the_moment_of_asking_are_noticed(store: Store) -> None:
    full(store, ALL, 1)
    now = dict.fromkeys(ALL, clock(2))
    result = full(store, ALL, 2, stamps=now)
    assert (result.verdict, result.code, result.facts["stamped"]) == ("nothing", "stamped_now", 100)
    assert full(store, ALL, 3, stamps=dict.fromkeys(ALL, clock(3)[:10])).code == "stamped_now", "days as well"
    assert full(store, ALL, 4, stamps=now).code == "same"


def test_D6_D7_what_is_older_than_what_was_asked_for_is_noticed(store: Store) -> None:
    """A record that appears, or changes, under an old datestamp: lists of changes had left it out."""
    full(store, ALL, 1)
    first, second, third = list(ALL)[:3]
    today = {"oai:truong.example:mới": clock(9), third: clock(9)}
    said = {first: "sửa mà không đổi ngày", "oai:truong.example:muộn": "hiện ra muộn", second: ALL[second]}
    result = some(store, {**said, "oai:truong.example:mới": "mới", third: "sửa"}, 10, stamps=today)
    assert (result.verdict, result.code, result.facts["late"]) == ("published", "late", 2)
    swept = visit(store, Lists([("oai:truong.example:cũ", "chưa từng thấy")], 11), Wish(sweep=True))
    assert swept.code == "many_missing"
    assert swept.noticed["late"]["late"] == 1
    assert (
        some(store, {"oai:truong.example:mai": "mai"}, 12, stamps={"oai:truong.example:mai": clock(11)}).code == "whole"
    )


def test_a_clock_that_went_back_makes_the_next_list_full(store: Store) -> None:
    full(store, ALL, 1)
    some(store, {}, 200)
    result = some(store, {}, 3)
    assert (result.verdict, result.code) == ("nothing", "clock_back")
    assert source_row(store).next_mode == "full"
    assert source_row(store).watermark == clock(3)
    healed = some(store, {**ALL, "oai:truong.example:lost": "bị bỏ sót"}, 4)
    assert (healed.ledger.new, row(store, number(healed)).mode) == (1, "full")
    assert source_row(store).next_mode == "incremental"


def test_what_an_operator_expects_reaches_the_judge(store: Store) -> None:
    full(store, ALL, 1)
    strict = some(store, gone(*range(6)), 2)
    assert strict.verdict == "published"
    again = visit(store, Lists(list(gone(*range(6, 12)).items()), 3), None, Expect(may_lose="5%"))
    assert (again.verdict, again.facts["limit"]) == ("additions", "5 %")
    reject(store, number(again))
    left = {identifier: text for identifier, text in ALL.items() if int(identifier.rpartition(":")[2]) >= 12}
    short = visit(store, Lists(list(left.items()), 4), None, Expect(at_least=95))
    assert (short.verdict, short.code) == ("published", "fewer_than_expected")
    assert short.facts["live"] == 88
    lapsed = visit(store, Lists(list(left.items()), 5), Wish(full=True), Expect(at_least=95))
    assert (lapsed.verdict, lapsed.facts["waiting"]) == ("additions", 6)


def test_ten_calm_nights_teach_a_smaller_limit(store: Store) -> None:
    big = many(600)
    full(store, big, 1)
    for day in range(2, 12):
        assert some(store, {}, day).verdict == "nothing"
    asked = some(store, gone(*range(40)), 12)
    assert (asked.verdict, asked.facts["limit"]) == ("additions", "5 %")
    approve(store, number(asked))
    assert some(store, gone(*range(40, 75)), 13).verdict == "published", (
        "it has been seen once: three times that is usual"
    )


def test_the_same_short_list_night_after_night_withdraws_nothing(store: Store) -> None:
    """Shorter than declared, and lacking what is held: no number of such nights makes it usual; an operator does."""
    everything = many(400)
    names = list(everything)
    full(store, everything, 1, declared=400)
    for day in range(2, 9):
        lacking = set(names[:55] if day % 2 else names[-55:]) if day < 6 else set(names[:55])
        said = {name: text for name, text in everything.items() if name not in lacking}
        short = full(store, said, day, declared=400)
        full(store, said, day, declared=400)  # and again on the same day
        assert "fewer_than_declared" in (short.code, *short.noticed), day
        assert shown(store) == everything
    asked = store.log.open_questions()["truong"]
    approve(store, asked.id)
    assert shown(store) == said


def test_many_rejected_records_are_said(store: Store) -> None:
    full(store, ALL, 1)
    unreadable = dict.fromkeys(list(ALL)[:30], UNREADABLE)
    result = full(store, {**ALL, **unreadable}, 2)
    assert (result.verdict, result.code, result.ledger.rejected) == ("nothing", "many_rejected", 30)


def test_what_waits_is_shown_with_examples(store: Store) -> None:
    full(store, ALL, 1)
    asked = full(store, {}, 2)
    waiting = store.inspection.waiting(number(asked))
    assert (waiting.additions, waiting.removals, waiting.missing) == (0, 0, 100)
    assert len(waiting.examples["missing"]) == 10
    asked = some(store, {**gone(*range(40)), "oai:truong.example:x": "mới"}, 3)
    waiting = store.inspection.waiting(number(asked))
    assert (waiting.additions, waiting.removals) == (0, 40)
    assert waiting.examples["removals"][0] == "oai:truong.example:0"
