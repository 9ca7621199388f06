"""What an operator reads in the morning: sorted by who must act, harmless to a terminal, with the next command."""

from __future__ import annotations

import msgspec
import pytest

from commands import harvest, status
from commands._desk import Desk
from commands.harvest import tell_reasons
from harvester import MESSAGES, Ledger, Result, sentence, who_must_act


def result(source: str, code: str, **facts: object) -> Result:
    outcome = "complete" if code in ("whole", "same") else "failed"
    named = {"source": source, **facts}
    return Result(source=source, visit=1, outcome=outcome, verdict=None, code=code, facts=named, ledger=Ledger())  # type: ignore[arg-type]


def told(capsys: pytest.CaptureFixture[str], *results: Result, language: str = "vi") -> list[str]:
    tell_reasons(Desk({"lang": language}), results)
    return capsys.readouterr().err.splitlines()


def test_reasons_are_sorted_by_who_must_act(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(
        capsys,
        result("a", "refused", where="http://a.example/"),
        result("b", "html_page", where="http://b.example/"),
        result("c", "forbidden_address", host="c.example", address="10.0.0.1"),
        result("d", "whole"),
        result("e", "unexpected", detail="x"),
    )
    order = [line.split(":")[0].strip() for line in lines if line.startswith("  ") and "→" not in line]
    assert order == ["e", "c", "b", "a"]
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "Lỗi của Kho – hãy báo người làm Kho:",
        "Việc của bạn – sửa sources.yaml hay máy này:",
        "Việc của cơ quan giữ nguồn – báo cho họ:",
        "Chỉ cần chờ – lần sau Kho hỏi lại:",
    ]
    assert sum("→" in line for line in lines) == 4


def test_a_good_visit_tells_what_was_noticed_repaired_and_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    moved = {"where": "http://a.example/oai", "moved_to": "http://b.example/oai", "count": 1}
    good = msgspec.structs.replace(
        result("a", "whole"),
        noticed={"moved": moved},
        repairs={"repair_control": 3},
        ledger=Ledger(fetched=9, rejected=2),
    )
    lines = told(capsys, good, language="en")
    assert [line.strip() for line in lines if line.startswith("  a: ")] == [
        f"a: {sentence('moved', moved, 'en')}",
        "a: 2 record(s) could not be read; the bytes are kept with the reason.",
        "a: Pages could only be read after repairs and are kept as they came: Control characters that XML forbids were"
        " left out (×3).",
    ]
    assert lines.count("    → kho visits show 1") == 1, "said once for both"


def test_what_a_server_says_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    words = "\x1b]0;pwned\x07 \u009b31m \u202egnp.exe\r\nkho: everything is fine"
    lines = told(capsys, result("a", "protocol", error="badVerb", detail=words), language="en")
    assert not any(sign in "".join(lines) for sign in "\x1b\x07\u009b\u202e\r")
    assert not any(line.startswith("kho:") for line in lines)


def test_everybody_who_must_act_has_a_title() -> None:
    from commands.harvest import _WHO

    assert {who_must_act(code) for code in MESSAGES} <= _WHO.keys()


def test_moments_are_told_in_the_time_of_viet_nam_and_numbers_as_people_write_them() -> None:
    facts = {"until": "2026-11-27T18:30:00Z", "limit": 67_108_864, "where": "http://a.example/?x=100000"}
    assert "01:30 ngày 28/11/2026" in sentence("deferred", facts)
    assert "2026-11-28 01:30 +07:00" in sentence("deferred", facts, "en")
    assert "67.108.864" in sentence("too_large", facts)
    assert "x=100000" in sentence("too_large", facts)


@pytest.mark.parametrize("code", [code for code in MESSAGES if who_must_act(code) is not None])
def test_a_visit_that_somebody_must_look_at_bears_the_same_sign_in_both_tables(code: str) -> None:
    """Its list may have come whole all the same."""
    ended = msgspec.structs.replace(result("a", code), outcome="complete", verdict="published")
    assert harvest._mark(ended) == "!" == status._mark("good", {"who": who_must_act(code)})


def test_a_visit_that_nobody_must_look_at_is_ticked_in_both_tables() -> None:
    ended = msgspec.structs.replace(result("a", "whole"), verdict="published")
    assert harvest._mark(ended) == "✓" == status._mark("good", {"who": None})
