"""Tokens and paging, rules T1 to T13: where a list ends, where it goes in circles, and what a lost token costs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from harvester import Wish
from harvester.record import Ledger
from tests.harvester.walking import (
    PREFIX,
    Answer,
    Build,
    Place,
    Twist,
    entries,
    error,
    instead,
    token_of,
    with_token,
)

FULL = Wish(full=True)
HELLO = 3  # Identify, ListMetadataFormats, ListSets


def is_list(arguments: dict[str, str]) -> bool:
    return arguments["verb"] == "ListRecords"


def offset(arguments: dict[str, str]) -> int:
    """Where a right token stands; 0 without one."""
    return int(arguments.get("resumptionToken", "0").rpartition("!")[2])


# --- T1 to T3: where a list ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [b"", b" ", b" \n\t ", b"&#160;"])
def test_T1_an_empty_or_blank_token_ends_the_list(build: Build, token: bytes) -> None:
    place = build()
    place.repository.fault = instead(
        rb'(<resumptionToken[^>]*cursor="40"[^>]*>)(</resumptionToken>)', rb"\1" + token + rb"\2"
    )
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 45)
    assert len(place.asked()) == 5


def test_T2_blanks_around_a_token_are_not_part_of_it(build: Build) -> None:
    place = build()
    place.repository.fault = instead(rb"(<resumptionToken[^>]*>)([^<]+)(</)", rb"\1\n\t  \2 \r\n\3")
    assert place.visit().ledger == Ledger(declared=45, fetched=45, new=45)
    assert all(
        request.get("resumptionToken", "").strip() == request.get("resumptionToken", "") for request in place.asked()
    )


@pytest.mark.parametrize("answer", ["noRecordsMatch", "no record"])
def test_T3_a_token_behind_which_nothing_follows_ends_the_list(build: Build, answer: str) -> None:
    place = build(40)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if is_list(arguments) and offset(arguments) == 40:
            if answer == "noRecordsMatch":
                return error(body, answer)
            head = body[: body.index(b"</request>") + len(b"</request>")]
            return Answer(head + b"<ListRecords></ListRecords></OAI-PMH>")
        return Answer(body if not is_list(arguments) or token_of(body) else with_token(body, "oai_dc!!!!40"))

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 40)
    assert len(place.asked()) == 5
    assert ("past_the_end" in place.noticed(result)) == (answer == "noRecordsMatch")
    assert "size_differs" not in place.noticed(result)


def test_T3_an_end_that_comes_much_too_early_is_a_lost_token_first(build: Build) -> None:
    place = build()
    broken = [True]

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if is_list(arguments) and offset(arguments) == 20 and broken:
            broken.clear()
            return error(body, "noRecordsMatch")
        return Answer(body)

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.ledger.new, place.live) == ("complete", 45, place.truth)


def test_T3_an_early_end_that_is_repeated_is_believed_and_noted(build: Build) -> None:
    place = build()
    place.repository.fault = lambda body, arguments: (
        error(body, "noRecordsMatch") if is_list(arguments) and "resumptionToken" in arguments else Answer(body)
    )
    result = place.visit()
    assert (result.outcome, result.ledger.new, place.live) == ("complete", 45, place.truth), "nine more, each time"


@pytest.mark.parametrize("answer", ["noRecordsMatch", "no record"])
def test_T3_an_end_that_is_early_by_a_wrong_size_only_is_believed_and_noted(build: Build, answer: str) -> None:
    """The list is said to have 450 records: once more from the last date on, and nothing is left to be asked for."""
    place = build()

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if not is_list(arguments):
            return Answer(body)
        if offset(arguments) == 990:
            head = body[: body.index(b"</request>") + len(b"</request>")]
            nothing = Answer(head + b"<ListRecords></ListRecords></OAI-PMH>")
            return error(body, answer) if answer == "noRecordsMatch" else nothing
        said = re.sub(rb' completeListSize="[0-9]+"', b"", body)
        if b"<resumptionToken" not in said:
            said = said.replace(b"</ListRecords>", b"<resumptionToken></resumptionToken></ListRecords>")
        said = said.replace(b"<resumptionToken", b'<resumptionToken completeListSize="450"')
        return Answer(said if token_of(said) else with_token(said, "oai_dc!!!!990"))

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.ledger.new, place.live) == ("complete", 45, place.truth)
    assert "size_differs" in place.noticed(result)
    assert ("past_the_end" in place.noticed(result)) == (answer == "noRecordsMatch")
    assert len(place.asked()) < 20


# --- T4, T5: circles ------------------------------------------------------------------------------------------------


def handing_out(make: object) -> Twist:
    """Every list's page hands out what ``make(asked offset, right token)`` says."""

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if not is_list(arguments):
            return Answer(body)
        return Answer(with_token(body, make(offset(arguments), token_of(body))))  # type: ignore[operator]

    return fault


def test_T4_a_page_that_returns_its_own_token(on_both: Build) -> None:
    place = on_both()
    place.repository.fault = handing_out(lambda at, token: "oai_dc!!!!10" if at == 10 else token)
    result = place.visit()
    assert (result.outcome, result.code, result.verdict) == ("partial", "loop", "published")
    assert result.ledger == Ledger(declared=45, fetched=20, new=20)
    assert len(place.repository.requests) == HELLO + 3


def test_T4_always_page_one_with_ever_new_tokens(build: Build) -> None:
    place = build()
    count = iter(range(1000))

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if not is_list(arguments):
            return Answer(body)
        first = place.repository.answer({"verb": "ListRecords", "metadataPrefix": "oai_dc"})
        return Answer(with_token(first, f"trang-{next(count)}"))

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.code) == ("partial", "loop")
    assert result.ledger == Ledger(declared=45, fetched=30, new=10, repeated=20)
    assert len(place.repository.requests) == HELLO + 4


def test_T4_lists_of_nothing_with_ever_new_tokens(build: Build) -> None:
    place = build()
    count = iter(range(1000))

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if "resumptionToken" not in arguments:
            return Answer(body)
        head = body[: body.index(b"</request>") + len(b"</request>")]
        token = f"<ListRecords><resumptionToken>t{next(count)}</resumptionToken></ListRecords></OAI-PMH>"
        return Answer(head + token.encode())

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.code, result.ledger.fetched) == ("partial", "loop", 10)
    assert len(place.repository.requests) == HELLO + 4


def endless(place: Place, *, declares: bool) -> Twist:
    """New records for ever."""

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if not is_list(arguments):
            return Answer(body)
        number = int(arguments.get("resumptionToken", "0"))
        first = place.repository.answer({"verb": "ListRecords", "metadataPrefix": "oai_dc"})
        body = with_token(first.replace(b".example:", b".example:%d-" % number), str(number + 1))
        return Answer(body if declares else re.sub(rb' completeListSize="\d+"', b"", body))

    return fault


def test_T4_records_for_ever_end_at_ten_times_what_was_declared(build: Build) -> None:
    place = build(150, page_size=75)
    place.repository.fault = endless(place, declares=True)
    result = place.visit()
    assert (result.outcome, result.code, result.ledger.fetched) == ("partial", "loop", 1500)
    assert len(place.repository.requests) == HELLO + 21


def test_T4_records_for_ever_end_at_the_sources_own_limit(build: Build) -> None:
    place = build()
    place.repository.fault = endless(place, declares=False)
    result = place.visit(max_records=100)
    assert (result.outcome, result.code, result.ledger.fetched) == ("partial", "loop", 100)
    assert len(place.repository.requests) == HELLO + 11


def test_T4_one_token_for_the_whole_list_is_no_circle(build: Build) -> None:
    place = build()
    standing = [0]

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if not is_list(arguments):
            return Answer(body)
        standing[0] = standing[0] + 10 if "resumptionToken" in arguments else 0
        page = place.repository.answer({"verb": "ListRecords", "resumptionToken": f"oai_dc!!!!{standing[0]}"})
        return Answer(with_token(page, "phien-7f3a") if token_of(page) else page)

    place.repository.fault = fault
    result = place.visit()
    assert result.ledger == Ledger(declared=45, fetched=45, new=45)


@pytest.mark.parametrize("held", [False, True])
def test_T5_tokens_that_lead_back(build: Build, held: bool) -> None:
    place = build()
    if held:
        place.visit()
    place.repository.fault = handing_out(lambda at, token: "oai_dc!!!!10" if at == 20 else token)
    result = place.visit(FULL)
    assert (result.outcome, result.code, result.ledger.fetched) == ("partial", "loop", 30)
    assert result.ledger.missing == 0
    assert len(place.repository.requests) == HELLO + 4


# --- T6: lost tokens ------------------------------------------------------------------------------------------------


def forgetting(pages: int, times: int) -> Twist:
    """The token behind so many pages of any list is forgotten, so many times."""
    left = [times]

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if is_list(arguments) and offset(arguments) == pages * 10 and left[0]:
            left[0] -= 1
            return error(body, "badResumptionToken")
        return Answer(body)

    return fault


def test_T6_an_ordered_list_goes_on_from_its_last_date(on_both: Build) -> None:
    place = on_both()
    place.repository.fault = forgetting(2, times=1)
    result = place.visit()
    assert (result.outcome, result.verdict) == ("complete", "published")
    assert result.ledger == Ledger(declared=46, fetched=46, new=45, repeated=1)
    assert place.noticed(result)["token_expired"]["count"] == 1
    assert [request["from"] for request in place.asked() if "from" in request] == ["2025-01-10T19:00:00Z"]
    assert len(place.repository.requests) == HELLO + 2 + 1 + 3
    assert place.live == place.truth


def test_T6_a_token_that_never_lives_longer_than_two_pages(build: Build) -> None:
    place = build(100)
    place.repository.fault = forgetting(2, times=10**6)
    result = place.visit()
    assert (result.outcome, result.ledger.new, place.live) == ("complete", 100, place.truth)
    assert len(place.repository.requests) < 25
    assert place.learned["tokens_lost"] is True


def unordered(place: Place, fault: Twist) -> Twist:
    """The list is in the order of the titles: nothing is known of the dates behind a page."""
    order = sorted(place.repository.entries.values(), key=lambda entry: entry.first("title"))

    def answer(body: bytes, arguments: dict[str, str]) -> Answer:
        if is_list(arguments):
            place.repository._order = order
            body = place.repository.answer(arguments)
            place.repository._order = None
        return fault(body, arguments)

    return answer


def test_T6_an_unordered_list_begins_again(build: Build) -> None:
    place = build()
    place.repository.fault = unordered(place, forgetting(2, times=1))
    result = place.visit()
    assert result.ledger == Ledger(declared=65, fetched=65, new=45, repeated=20)
    assert place.learned["order"] == "none"


def test_T6_an_unordered_list_that_always_breaks_off_is_divided_by_time(build: Build) -> None:
    """Windows of an unordered list are found by dates, not by its order: each is small enough for its token."""
    place = build(60)

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        return forgetting(2, times=10**6)(body, arguments)

    place.repository.fault = lambda body, arguments: (
        Answer(reversed_pages(fault(body, arguments).body)) if is_list(arguments) else Answer(body)
    )
    result = place.visit()
    assert (result.outcome, result.ledger.new, place.live) == ("complete", 60, place.truth)
    assert len(place.repository.requests) < 60


def reversed_pages(body: bytes) -> bytes:
    """Within a page the newest comes first."""
    found = re.findall(rb"<record>.*?</record>", body, re.DOTALL)
    if len(found) < 2:
        return body
    start, end = body.index(found[0]), body.rindex(b"</record>") + len(b"</record>")
    return body[:start] + b"".join(reversed(found)) + body[end:]


def test_T6_without_dates_and_order_it_is_partial_after_few_questions(on_both: Build) -> None:
    place = on_both()

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if arguments.keys() & {"from", "until"}:
            return error(body, "badArgument")
        return forgetting(2, times=10**6)(body, arguments)

    place.repository.fault = unordered(place, fault)
    result = place.visit()
    assert (result.outcome, result.verdict) == ("partial", "published")
    assert result.ledger.new == 20
    assert len(place.repository.requests) < 20


def test_T6_the_token_of_a_deferred_visit_has_expired(build: Build) -> None:
    place = build()
    first = place.visit(pages=2)
    assert first.outcome is None
    place.repository.fault = forgetting(2, times=1)
    second = place.visit()
    assert (second.visit, second.outcome) == (first.visit, "complete")
    assert second.ledger == Ledger(declared=46, fetched=46, new=45, repeated=1)


def test_T6_a_from_that_answers_nothing_is_not_believed(build: Build) -> None:
    """Going on from the last date must show at least the last record again."""
    place = build()

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if "from" in arguments:
            return error(body, "noRecordsMatch")
        return forgetting(2, times=1)(body, arguments)

    place.repository.fault = fault
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("partial", 20)


# --- T7, T8: how a token is sent ------------------------------------------------------------------------------------

SIGNS = "{}+{}%2B !&=;/?#|ế"


def dressed(make: str) -> tuple[Twist, dict[str, str]]:
    """Tokens with signs; the right ones are looked up in what is returned."""
    back: dict[str, str] = {}

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        token = token_of(body)
        if not is_list(arguments) or not token:
            return Answer(body)
        word = make.format(token, len(back))
        back[word] = token
        return Answer(with_token(body, word.replace("&", "&amp;")))

    return fault, back


def test_T7_every_sign_of_a_token_is_encoded(build: Build) -> None:
    place = build()
    fault, back = dressed(SIGNS)

    def answer(body: bytes, arguments: dict[str, str]) -> Answer:
        if "resumptionToken" in arguments:
            body = place.repository.answer({**arguments, "resumptionToken": back[arguments["resumptionToken"]]})
        return fault(body, arguments)

    place.repository.fault = answer
    assert place.visit().ledger == Ledger(declared=45, fetched=45, new=45)
    assert all(quote("ế") in query for query in place.repository.queries if "resumptionToken" in query)
    assert "token_encoding" not in place.learned


def raw_only(place: Place) -> Twist:
    """Tokens begin with a plus sign and have slashes; what comes encoded is no token of this server."""

    def answer(body: bytes, arguments: dict[str, str]) -> Answer:
        if "resumptionToken" in arguments:
            sent = re.search(r"resumptionToken=([^&]*)", place.repository.queries[-1])
            assert sent is not None
            if "%" in sent[1]:
                return error(body, "badResumptionToken")
            body = place.repository.answer(
                {**arguments, "resumptionToken": sent[1].removeprefix("+").replace("/", "!")}
            )
        token = token_of(body)
        return Answer(with_token(body, "+" + token.replace("!", "/")) if token else body)

    return answer


def test_T7_a_server_that_wants_its_token_as_it_is(build: Build) -> None:
    place = build()
    place.repository.fault = raw_only(place)
    result = place.visit()
    assert result.ledger == Ledger(declared=45, fetched=45, new=45)
    assert len(place.repository.requests) == HELLO + 6, "one question was in vain"
    assert place.learned["token_encoding"] == "verbatim"
    assert "token_encoding_verbatim" in place.noticed(result)
    again = place.visit(FULL)
    assert (again.ledger.unchanged, len(place.repository.requests)) == (45, HELLO + 5), "it is remembered"


def test_T7_the_setting_overrules_what_was_learned(build: Build) -> None:
    place = build()
    place.repository.fault = raw_only(place)
    assert place.visit(token_encoding="verbatim").outcome == "complete"
    assert len(place.repository.requests) == HELLO + 5
    result = place.visit(FULL, token_encoding="strict")
    assert result.outcome == "complete", "from date to date"
    assert "token_expired" in place.noticed(result)
    assert all("=%2B" in query for query in place.repository.queries if "resumptionToken" in query)


def prefix_again(place: Place, *also: str) -> Twist:
    def answer(body: bytes, arguments: dict[str, str]) -> Answer:
        if "resumptionToken" in arguments and is_list(arguments):
            if "metadataPrefix" not in arguments or not all(name in arguments for name in also):
                return error(body, "badArgument")
            asked = {name: arguments[name] for name in ("verb", "resumptionToken")}
            return Answer(place.repository.answer(asked))
        return Answer(body)

    return answer


def test_T8_a_server_that_wants_the_prefix_beside_the_token(build: Build) -> None:
    place = build()
    place.repository.replace([replace(entry, sets=("toan",)) for entry in place.repository.entries.values()])
    place.repository.fault = prefix_again(place, "set")
    result = place.visit(set="toan")
    assert result.ledger == Ledger(declared=45, fetched=45, new=45)
    assert len(place.repository.requests) == HELLO + 6
    assert place.learned["token_arguments"] == "repeated"
    place.visit(FULL, set="toan")
    assert len(place.repository.requests) == HELLO + 5, "it is remembered"
    place.repository.fault = ""
    place.visit(FULL, set="toan")
    assert place.learned["token_arguments"] == "exclusive", "and forgotten where the server becomes right"


# --- T9 to T11: sizes and repetitions -------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "noted"), [("44264", True), ("0", True), ("46", True), ("45", False), ("", False)])
def test_T9_completeListSize_is_a_hint_only(build: Build, size: str, noted: bool) -> None:
    place = build()
    new = f' completeListSize="{size}"' if size else ""
    place.repository.fault = instead(rb' completeListSize="\d+"', new.encode())
    result = place.visit()
    assert (result.outcome, result.ledger.new) == ("complete", 45)
    assert ("size_differs" in place.noticed(result)) == noted


def test_T9_up_to_one_per_cent_is_no_news(build: Build) -> None:
    place = build(101, page_size=50)
    place.repository.fault = instead(rb'completeListSize="\d+"', b'completeListSize="99"')
    assert "size_differs" in place.noticed(place.visit())
    place.repository.fault = instead(rb'completeListSize="\d+"', b'completeListSize="102"')
    assert "size_differs" not in place.noticed(place.visit(FULL))


def unsteady(place: Place) -> Twist:
    """Page 3 begins three records too early: three are shown twice, and three never."""

    def fault(body: bytes, arguments: dict[str, str]) -> Answer:
        if not is_list(arguments) or offset(arguments) != 20:
            return Answer(body)
        early = place.repository.answer({"verb": "ListRecords", "resumptionToken": "oai_dc!!!!17"})
        return Answer(with_token(early, token_of(body)))

    return fault


def test_T10_records_on_two_pages_prove_no_absence_and_call_for_a_sweep(on_both: Build) -> None:
    place = on_both()
    place.repository.fault = unsteady(place)
    first = place.visit()
    assert first.ledger == Ledger(declared=45, fetched=45, new=42, repeated=3)
    assert place.noticed(first)["doubles"]["count"] == 3
    second = place.visit()
    assert place.asked("ListIdentifiers"), "the next visit looks through everything"
    assert second.ledger == Ledger(declared=45, fetched=45, new=3, unchanged=42)
    assert place.live == place.truth
    third = place.visit(FULL)
    assert (third.ledger.repeated, third.ledger.missing) == (3, 0), "what an unsteady list leaves out is not missing"


def test_T10_a_record_twice_on_one_page_is_no_sign_of_anything(build: Build) -> None:
    place = build()
    record = re.compile(
        rb"(<record><header><identifier>" + PREFIX.encode() + rb"7</identifier>.*?</record>)", re.DOTALL
    )
    place.repository.fault = lambda body, _: Answer(record.sub(rb"\1\1", body))
    result = place.visit()
    assert (result.ledger.fetched, result.ledger.new, result.ledger.repeated) == (46, 45, 1)
    assert "doubles" not in place.noticed(result)


def test_T11_a_list_that_ends_early_says_what_was_declared(build: Build) -> None:
    place = build()
    place.repository.fault = lambda body, arguments: Answer(with_token(body, "") if is_list(arguments) else body)
    result = place.visit()
    assert (result.ledger.declared, result.ledger.fetched) == (45, 10)
    assert place.noticed(result)["size_differs"] == {"count": 1, "declared": 45, "seen": 10}


# --- T13: the forgotten set -----------------------------------------------------------------------------------------


def in_sets(place: Place) -> None:
    every = list(place.repository.entries.values())
    place.repository.replace(
        [replace(each, sets=("toan:hinh",) if n % 2 else ("van",)) for n, each in enumerate(every)]
    )


def test_T13_a_token_that_forgets_the_set_ends_the_list(build: Build) -> None:
    place = build(60)
    in_sets(place)
    place.repository.fault = instead(rb"!toan!", b"!!")
    result = place.visit(set="toan")
    assert (result.outcome, result.code, result.ledger.new) == ("partial", "set_dropped", 10)
    assert all(int(name) % 2 == 0 for name in place.live), "nothing from outside of the set was taken"


def test_P12_the_members_of_a_set_include_those_of_its_parts(build: Build) -> None:
    place = build(60)
    in_sets(place)
    result = place.visit(set="toan")
    assert (result.outcome, result.ledger.new) == ("complete", 30)


def test_T13_servers_that_never_name_the_set_are_believed(build: Build) -> None:
    place = build()
    place.repository.replace([replace(entry, sets=("toan",)) for entry in place.repository.entries.values()])
    place.repository.fault = instead(rb"<setSpec>toan</setSpec>", b"<setSpec>com_1</setSpec>")
    assert place.visit(set="toan").outcome == "complete"


def test_the_order_and_the_size_of_pages_are_learned(build: Build) -> None:
    place = build()
    place.visit()
    assert (place.learned["order"], place.learned["page_size"], place.learned["oldest"]) == (
        "datestamp",
        9,
        "2025-01-01T07:00:00Z",
    )
    assert place.learned["page_seconds"] < timedelta(minutes=1).total_seconds()
    assert len(entries(3)) == 3
