"""Which set is asked for, when sources.yaml names another one, and how much of a server's list of sets is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harvester import Wish, forget_source
from harvester.connectors.oai import conversation
from harvester.messages import MESSAGES, sentence
from harvester.store import publish, sources
from harvester.store.publish import Publisher
from tests.conftest import Clock
from tests.harvester.test_walk_format import stored
from tests.harvester.walking import NAME, Answer, Build, Place, Twist, entries, error

HALVES = {"A": "Nửa đầu", "B": "Nửa sau"}


def halves(build: Build, count: int = 90) -> Place:
    """A repository with two sets, each of them half of it."""
    made = [
        replace(entry, sets=("A",) if number < count // 2 else ("B",)) for number, entry in enumerate(entries(count))
    ]
    place = build(made_of=made)
    place.repository.set_names = dict(HALVES)
    return place


def names(first: int, last: int) -> set[str]:
    return {str(number) for number in range(first, last + 1)}


# --- another set in sources.yaml --------------------------------------------------------------------------------------


def test_a_wider_set_is_asked_for_in_full_although_its_records_are_old(on_both: Build) -> None:
    place = halves(on_both)
    first = place.visit(set="A")
    assert "set_changed" not in place.noticed(first), "of a new source nothing was asked before"
    place.night()
    result = place.visit()
    assert stored(place, result) == ("full", None)
    assert (result.outcome, result.verdict, result.ledger.new) == ("complete", "published", 45)
    assert place.live == place.truth
    assert place.noticed(result)["set_changed"] == {"set": "", "was": "A", "count": 1}
    place.night()
    again = place.visit()
    assert (stored(place, again)[0], place.noticed(again)) == ("incremental", {})


def test_what_a_narrower_set_does_not_have_is_absent_and_said(on_both: Build) -> None:
    place = halves(on_both)
    place.visit()
    place.night()
    result = place.visit(set="A")
    assert (result.verdict, result.code, result.ledger.missing) == ("published", "many_missing", 45)
    assert "“A”" in sentence("set_changed", place.noticed(result)["set_changed"])
    place.night()
    second = place.visit(Wish(full=True), set="A")
    assert (second.verdict, second.code) == ("additions", "many_withdrawn"), "an operator decides"
    assert place.held["90"] == "missing"


def test_quite_another_set_waits_for_an_operator_who_is_told_why(build: Build) -> None:
    place = halves(build)
    place.visit(set="A")
    place.night()
    result = place.visit(set="B")
    assert (result.verdict, result.code, place.live) == ("held", "strangers", names(1, 45))
    assert place.noticed(result)["set_changed"]["was"] == "A"


def test_everything_is_asked_for_until_one_list_of_the_new_set_was_whole(build: Build) -> None:
    place = halves(build)
    place.visit(set="A")
    for wish in (Wish(limit=60), Wish(record="oai:hoclieu.truong.example:80")):
        place.night()
        assert place.visit(wish).outcome in ("complete", "partial")
    place.night()
    result = place.visit()
    assert (stored(place, result)[0], place.live) == ("full", place.truth)


@pytest.mark.parametrize("wish", [Wish(), Wish(full=True), Wish(sweep=True)])
def test_an_unfinished_list_of_another_set_is_dropped(on_both: Build, wish: Wish) -> None:
    place = halves(on_both)
    first = place.visit(pages=2, set="A")
    assert first.outcome is None
    result = place.visit(wish, set="B")
    assert (result.outcome, result.verdict, place.live) == ("complete", "published", names(46, 90))
    assert all("resumptionToken" not in each or "!" in each["resumptionToken"] for each in place.asked())
    assert "set" in place.asked()[0], "it begins with the first question, not with the token of the other list"
    assert first.visit is not None
    dropped = place.store.log.visit(first.visit)
    assert dropped is not None
    assert (dropped.code, dropped.running, dropped.facts) == ("other_set", False, {"set": "B", "was": "A"})
    assert "“B”" in sentence(dropped.code, dropped.facts)


def test_an_unfinished_list_of_changes_of_another_set_becomes_a_full_one(build: Build) -> None:
    place = halves(build)
    place.visit(set="A")
    place.night()
    for name in names(1, 30):
        place.edit(name, "Bài mới")
    assert place.visit(pages=1, set="A").outcome is None
    result = place.visit()
    assert (stored(place, result)[0], place.live) == ("full", place.truth)


def test_a_server_that_asked_to_wait_is_waited_for_whatever_set_is_asked_for(build: Build, clock: Clock) -> None:
    place = halves(build)
    waiting: Twist = lambda body, arguments: (  # noqa: E731 - as other tests write their servers
        Answer(b"", "text/plain", 503, {"Retry-After": "86400"}) if "resumptionToken" in arguments else Answer(body)
    )
    place.repository.fault = waiting
    first = place.visit(set="A")
    place.repository.fault = ""
    assert first.outcome == "deferred"
    second = place.visit(set="B")
    assert (second.outcome, second.visit, place.repository.requests) == ("deferred", first.visit, [])
    clock.now += 2 * 86_400
    assert place.visit(set="B").outcome == "complete"
    assert place.live == names(46, 90)


def test_a_list_that_was_killed_while_it_was_published_does_not_hide_the_change(
    on_both: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = halves(on_both)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publish, "SLICE", 10)
        patch.setattr(Publisher, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            place.visit(set="A")
    place.night()
    result = place.visit()
    assert (stored(place, result)[0], place.live) == ("full", place.truth)


def test_the_set_is_not_forgotten_with_what_was_learned_of_the_server(build: Build) -> None:
    place = halves(build)
    place.visit(set="A")
    forget_source(place.store, NAME)
    assert place.learned["set"] == "A"
    place.night()
    assert stored(place, place.visit())[0] == "full"


def test_where_nobody_knows_what_was_asked_for_it_is_learned_and_nothing_else(build: Build) -> None:
    """A store of before this was kept."""
    place = halves(build)
    place.visit()
    forget_source(place.store, NAME)
    assert "set" not in place.learned
    place.night()
    result = place.visit(set="A")
    assert (stored(place, result)[0], place.learned["set"]) == ("incremental", "A")
    assert "set_changed" not in place.noticed(result)


# --- P8: names of sets ------------------------------------------------------------------------------------------------


def listing(*pages: dict[str, str]) -> Twist:
    """The list of sets has these pages, whatever token is asked for."""

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments["verb"] != "ListSets":
            return Answer(body)
        place = int(arguments.get("resumptionToken", "t0")[1:])
        sets = "".join(
            f"<set><setSpec>{spec}</setSpec><setName>{name}</setName></set>" for spec, name in pages[place].items()
        )
        more = f"<resumptionToken>t{place + 1}</resumptionToken>" if place + 1 < len(pages) else ""
        head = error(body, "x").body.partition(b"<error")[0]
        return Answer(head + f"<ListSets>{sets}{more}</ListSets></OAI-PMH>".encode())

    return fault


def test_P8_a_set_with_an_endless_code_is_left_out_and_said_once(build: Build) -> None:
    place = build(3)
    longest = "s" * conversation.LONGEST_NAME
    pages = ({"toan": "Toán", longest + "s": "x", longest: "Dài"}, {"y" * (1 << 20): "y", "van": "Ngữ văn"})
    place.repository.fault = listing(*pages)
    result = place.visit()
    assert place.row.set_names == {"toan": "Toán", longest: "Dài", "van": "Ngữ văn"}
    note = place.noticed(result)["set_specs_too_long"]
    assert note == {"count": 2, "limit": conversation.LONGEST_NAME}
    assert all(f"{note['limit']}" in text.format(**note) for text in MESSAGES["set_specs_too_long"][1:3])


def test_P8_no_more_letters_of_sets_are_kept_than_there_is_room_for(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "SET_LETTERS", 1_000)
    place = build(3)
    pages = [{f"{page}-{number:02}": "n" * 96 for number in range(8)} for page in range(5)]
    place.repository.fault = listing(*pages)
    result = place.visit()
    assert (result.outcome, len(place.row.set_names)) == ("complete", 10)
    assert len(place.asked("ListSets")) <= 3


def test_P8_a_server_that_names_others_every_night_fills_no_row(
    on_both: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_SET_LETTERS", 2_000)
    place = on_both(3)
    for night in range(4):
        now = {f"{night}-{number:02}": "n" * 96 for number in range(8)}
        place.repository.fault = listing(now)
        place.visit()
        assert now.items() <= place.row.set_names.items()
        assert sum(len(spec) + len(name) for spec, name in place.row.set_names.items()) <= 2_000
