"""Every fault of the hostile town: exact records, outcome, verdict, reason, evidence and number of requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from string import Formatter
from typing import NamedTuple
from unicodedata import normalize

import pytest

from harvester import MESSAGES, Store, open_store
from tests.conftest import Clock
from tests.town.fault import Expect, Fault
from tests.town.hostile import HOSTILE, page
from tests.town.living import Lived, live_through

SLICE = 15  # of 100 records, when the whole is to be read anew within a month
Waiting = Future[list[Lived]]
nfc = partial(normalize, "NFC")


class Evening(NamedTuple):
    """A store of many sources, and its clock."""

    store: Store
    clock: Clock


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """One store for all sources that are visited one after another."""
    with _opened(tmp_path_factory.mktemp("hostile")) as opened:
        yield opened


@contextmanager
def _opened(folder: Path) -> Iterator[Evening]:
    clock = Clock()
    store = open_store(f"sqlite:///{folder}/kho.db", clock=clock)
    yield Evening(store, clock)
    store.close()


@pytest.fixture(scope="module", autouse=True)
def waiting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Waiting]]:
    """Servers that are waited for in real time are visited beside all others, from the beginning on."""
    chosen = {item.callspec.id for item in request.session.items if hasattr(item, "callspec")}
    slow = [fault for fault in HOSTILE if fault.slow and fault.id in chosen]

    def alone(fault: Fault) -> list[Lived]:
        with _opened(tmp_path_factory.mktemp(fault.name)) as own:
            return live_through(fault, own.store, own.clock)

    with ThreadPoolExecutor(max(len(slow), 1)) as pool:
        yield {fault.name: pool.submit(alone, fault) for fault in slow}


# The last number of each kind of rule, and the one that is no server's fault: a killed harvest (tests/crash).
RULES = {"T": 13, "D": 13, "H": 16, "X": 16, "P": 13}
ELSEWHERE = {"P10"}


@pytest.mark.parametrize("fault", HOSTILE, ids=lambda fault: fault.id)
def test_fault(fault: Fault, evening: Evening, waiting: dict[str, Waiting]) -> None:
    if fault.slow:
        compare(fault, waiting[fault.name].result())
    else:
        compare(fault, live_through(fault, evening.store, evening.clock))


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("fault", [each for each in HOSTILE if each.both], ids=lambda fault: fault.id)
def test_fault_on_postgresql(fault: Fault, store: Store, clock: Clock) -> None:
    compare(fault, live_through(fault, store, clock))


def test_there_are_enough_faults_and_each_has_its_rule() -> None:
    names = [fault.name for fault in HOSTILE]
    assert len(names) == len(set(names)) >= 60
    every = {rule for fault in HOSTILE for rule in fault.rules}
    wanted = {f"{letter}{number}" for letter, last in RULES.items() for number in range(1, last + 1)}
    assert wanted - every == ELSEWHERE


def test_the_page_of_the_docs_is_this_town() -> None:
    file = Path(__file__).parents[2] / "docs" / "hostile-town.md"
    assert file.read_text(encoding="utf-8") == page(), "python -m tests.town.hostile > docs/hostile-town.md"


def compare(fault: Fault, lived: Sequence[Lived]) -> None:
    """Compare every night of a fault with what is right."""
    for night, left in zip(fault.nights, lived, strict=True):
        found, expect = seen(left), right(night.expect, left)
        other = {word: (found[word], expect[word]) for word in found if found[word] != expect[word]}
        assert not other, f"{fault.id}, night {left.night}: {told(other)}"


def told(other: dict[str, tuple[object, object]]) -> str:
    """Differences for people; of long lists of names only those that differ."""
    lines = []
    for word, (found, expect) in other.items():
        if isinstance(found, list) and isinstance(expect, list):
            more, less = set(found) - set(expect), set(expect) - set(found)
            lines.append(f"{word}: {len(more)} too many {sorted(more)[:3]}, {len(less)} too few {sorted(less)[:3]}")
        else:
            lines.append(f"{word}: {found} instead of {expect}")
    return "\n  ".join(["", *lines])


def seen(lived: Lived) -> dict[str, object]:
    """What a night left, in the words in which it is expected."""
    result = lived.result
    return {
        "ended": (result.outcome, result.verdict, result.code),
        "ledger": lived.ledger,
        "balances": result.verdict is None or result.ledger.balances(),
        "rejected": lived.rejected,
        "kept": lived.kept,
        "repairs": lived.repairs,
        "requests": lived.requests,
        "noticed": sorted(lived.noticed),
        **{word: sorted(names) for word, names in lived.presence.items()},
        "other titles": other_titles(lived),
        "lost in silence": sorted(silent_losses(lived)),
        "facts left out": facts_left_out(result.code, result.facts),
    }


def right(expect: Expect, lived: Lived) -> dict[str, object]:
    """What is expected of a night, in the same words."""
    named = lived.named
    live = set(lived.truth) - named["absent"] - named["missing"] - named["withdrawn"]
    lost = silent_losses(lived) if expect.late else ()
    return {
        "ended": (expect.outcome, expect.verdict, expect.code),
        "ledger": {**expect.ledger, **(read_anew(expect, lived) if expect.reread else {})},
        "balances": True,
        "rejected": dict(expect.rejected),
        "kept": dict(expect.kept),
        "repairs": dict(expect.repairs),
        "requests": lived.requests if lived.requests <= expect.requests else expect.requests,
        "noticed": sorted(expect.noticed),
        "present": sorted(live | named["standing"]),
        "missing": sorted(named["missing"]),
        "withdrawn": sorted(named["withdrawn"]),
        "other titles": {},
        "lost in silence": sorted(lost),
        "facts left out": set(),
    }


def read_anew(expect: Expect, lived: Lived) -> dict[str, int]:
    """What a slice of the source showed unchanged besides: a thirtieth or so of its records."""
    beside = lived.ledger.get("unchanged", 0) - expect.ledger.get("unchanged", 0)
    if not 0 < beside <= SLICE:
        return {}
    return {
        "unchanged": expect.ledger.get("unchanged", 0) + beside,
        "fetched": expect.ledger.get("fetched", 0) + beside,
    }


def other_titles(lived: Lived) -> dict[str, tuple[str, str]]:
    """Titles that are not what the institution says, of records that it still shows."""
    names = lived.titles.keys() & lived.truth.keys()
    both = {name: (nfc(lived.titles[name]), nfc(lived.truth[name].strip())) for name in names}
    waiting = lived.named["standing"] | lived.rejected_names
    return {name: pair for name, pair in both.items() if pair[0] != pair[1] and name not in waiting}


def silent_losses(lived: Lived) -> set[str]:
    """What the institution has and the store does not show although the visit says that it is whole."""
    if lived.result.outcome != "complete" or lived.result.verdict not in ("published", "nothing"):
        return set()
    return set(lived.truth) - lived.presence["present"] - lived.presence["missing"] - lived.rejected_names


def facts_left_out(code: str, facts: dict[str, object]) -> set[str]:
    """The facts that a sentence names and that nobody gave: an operator would read a question mark."""
    message = MESSAGES[code]
    named = {name for text in (message.vi, message.en, message.next) for _, name, *_ in Formatter().parse(text) if name}
    return named - facts.keys()
