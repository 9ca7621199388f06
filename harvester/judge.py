"""Is this visit believable, and which part of it may be published? Pure.

Three things may be said against a list. A *hold* is a sign that the list is not this source as we know it: nothing of
it becomes public before an operator has looked. The *limit* counts withdrawals, announced and lapsed: above it they
wait, additions and edits do not. A *doubt* is a sign that the list is short or damaged: then what it lacks withdraws
nothing, however little that is. Everything else that is worth a sentence is a *notice*. Missing is never held, except
by a list of nothing: a missing record is still shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, Literal

import msgspec

from . import stamp
from .limits import LIMITS as LIMITS
from .record import Ledger, Mode, Outcome, Verdict

Kind = Literal["hold", "limit", "doubt", "notice"]
UNSTEADY = frozenset({"doubles", "windows_short"})  # noticed on the way: such a list may have left records out


class Expect(msgspec.Struct, frozen=True):
    """What an operator expects of a source: at least so many records; it may lose ``5%`` or ``50`` of them at once."""

    at_least: int | None = None
    may_lose: str = ""

    def most(self, held: int) -> int | None:
        """Return how many of ``held`` records may be withdrawn at once; None where nothing is stated."""
        if not self.may_lose:
            return None
        if self.may_lose.endswith("%"):
            return int(held * float(self.may_lose[:-1]) / 100)
        return int(self.may_lose)


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier visit whose list was believed, newest first in ``Evidence``.

    ``lacking``: how many held records a whole list did not show. ``approved``: what an operator was asked of it.
    """

    whole: bool = False
    held: int = 0
    fetched: int = 0
    live: int = 0
    declared: int | None = None
    removed: int = 0
    rejected: int = 0
    lacking: int = 0
    approved: str = ""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit has shown against what was held when it began.

    ``live``: distinct records that it showed not deleted. ``renamed``: new records that are held under another
    identifier which the list does not show. ``edited``: present records that say something else in the same format;
    ``reformatted``: those that came in another one. ``stamped``: records whose datestamp is the moment of asking.
    ``late``: what is new or changed and older than what was asked for.
    ``clock`` and ``watermark``: the server's clock now and at the last believed list. ``undone``: a visit that was
    taken back and not approved anew. ``already``: withdrawals that broken lists have published since the last whole
    one: the same stretch of time is judged as one. ``nameless``: records that came without a readable identifier.
    ``noticed``: what the connector noticed on the way, message codes
    with their facts.
    """

    outcome: Outcome
    mode: Mode
    held: int
    ledger: Ledger
    live: int = 0
    renamed: int = 0
    edited: int = 0
    reformatted: int = 0
    formats: tuple[str, str] = ("", "")
    stamped: int = 0
    late: int = 0
    clock: str | None = None
    watermark: str | None = None
    undone: int = 0
    already: int = 0
    nameless: int = 0
    earlier: tuple[Earlier, ...] = ()
    expect: Expect = Expect()
    noticed: Mapping[str, Mapping[str, Any]] = {}

    @property
    def whole(self) -> bool:
        """Whether absence from the list means something."""
        return shows_everything(self.outcome, self.mode)

    @property
    def removals(self) -> int:
        """Withdrawals: announced, and inferred from being absent again."""
        return self.ledger.withdrawn + self.ledger.lapsed

    @property
    def vanished(self) -> int:
        """Held records that a whole list does not show, or shows deleted."""
        return self.removals + self.ledger.missing

    @property
    def differs(self) -> bool:
        """Whether anything would change if all of it were published."""
        return self.ledger.new + self.ledger.changed + self.vanished > 0


Facts = dict[str, Any]


class Judgement(msgspec.Struct, frozen=True):
    """The verdict with the code and facts of its sentence, and what else was noticed."""

    verdict: Verdict | None
    code: str = ""
    facts: Facts = {}
    noticed: tuple[tuple[str, Facts], ...] = ()


def judge(evidence: Evidence) -> Judgement:
    """Give the verdict on a visit.

    ``held``: a hold applies. ``additions``: more withdrawals than the limit, or a doubt and something to withdraw for
    being absent again; they wait. ``nothing``: nothing differs. ``published``: all of it. A failed or deferred visit
    has no verdict.
    """
    if evidence.outcome in ("failed", "deferred"):
        return Judgement(None)
    found = [(rule, facts) for rule in RULES if (facts := rule.applies(evidence)) is not None]
    verdict: Verdict = "published" if evidence.differs else "nothing"
    reasons = [each for each in found if _weighs(each[0].kind, evidence)]
    if reasons:
        verdict = "held" if reasons[0][0].kind == "hold" else "additions"
    said = (reasons or found)[:1]
    if verdict == "held":  # one hold explains the others, and nothing is taken away: what would be need not be said
        found = [each for each in found if each[0].kind in ("doubt", "notice") and each[0].code != "many_missing"]
    noticed = tuple((rule.code, facts) for rule, facts in found if (rule, facts) not in said)
    if said:
        return Judgement(verdict, said[0][0].code, said[0][1], noticed)
    return Judgement(verdict, "whole" if evidence.differs else "same")


def proves_absence(outcome: Outcome, mode: Mode, noticed: Mapping[str, Any]) -> bool:
    """Say whether what a list does not show is absent: it was whole, in one order (T10), and no window lacked any."""
    return shows_everything(outcome, mode) and not UNSTEADY & noticed.keys()


def shows_everything(outcome: Outcome, mode: Mode) -> bool:
    """Say whether a list was to show everything that there is, and came to its end."""
    return outcome == "complete" and mode in ("full", "sweep")


def _weighs(kind: Kind, evidence: Evidence) -> bool:
    return kind in ("hold", "limit") or (kind == "doubt" and evidence.ledger.lapsed > 0)


# --- limits, and what a source's own history makes of them ------------------------------------------------------------


def _above(number: int, limit: str, of: int) -> bool:
    """Say whether a number is above a share of another and above what is few."""
    return number > LIMITS["few"].value and number * 100 > LIMITS[limit].value * of


def most_removals(evidence: Evidence) -> tuple[int, str]:
    """Return how many withdrawals are believed unasked, and that limit in words: ``15 %`` or ``50``.

    What the operator states holds exactly. Else a share: of a source that is long known and never removed much, less;
    of one whose removals an operator has approved again and again, what those were.
    """
    held = evidence.held + evidence.already
    stated = evidence.expect.most(held)
    if stated is not None:
        return stated, evidence.expect.may_lose.replace("%", " %")
    share = _learned_share(evidence.earlier)
    return max(LIMITS["few"].value, held * share // 100), f"{share} %"


def _learned_share(earlier: tuple[Earlier, ...]) -> int:
    general = LIMITS["may_lose"].value
    shares = [100 * visit.removed / visit.held for visit in earlier if visit.held]
    approved = [
        100 * visit.removed / visit.held for visit in earlier if visit.held and visit.approved == "many_withdrawn"
    ]
    if len(approved) >= LIMITS["approvals"].value:
        return min(max(general, int(median(approved))), LIMITS["learned_may_lose"].value)
    if len(shares) >= LIMITS["calm_after"].value:
        usual = int(LIMITS["calm_times"].value * max(shares))
        return min(max(LIMITS["calm_may_lose"].value, usual), general)
    return general


def _usual(values: list[float]) -> float | None:
    """Return what is usual; of a few lists nothing is."""
    return median(values) if len(values) >= LIMITS["usual_after"].value else None


def _teaches(old: Earlier, share: float, limit: str) -> bool:
    """Say whether an earlier list tells what is usual of this server.

    One that lacked held records and was beyond the limit is the very thing that is doubted: seen again and again it
    does not become true. An operator has to say so.
    """
    return not old.lacking or bool(old.approved) or share <= LIMITS[limit].value


def _habit(evidence: Evidence, code: str) -> bool:
    """Say whether an operator has approved this again and again."""
    return sum(visit.approved == code for visit in evidence.earlier) >= LIMITS["approvals"].value


# --- rules: each returns the facts of its sentence, or None where it does not apply -----------------------------------


def _undone(evidence: Evidence) -> Facts | None:
    if not evidence.undone or not evidence.differs:
        return None
    return {"undone": evidence.undone, **_differences(evidence)}


def _differences(evidence: Evidence) -> Facts:
    ledger = evidence.ledger
    counts = {"new": ledger.new, "changed": ledger.changed, "missing": ledger.missing, "lapsed": ledger.lapsed}
    return {**counts, "removals": evidence.removals, "held": evidence.held}


def _empty_list(evidence: Evidence) -> Facts | None:
    if evidence.whole and not evidence.ledger.fetched and evidence.vanished:
        return _differences(evidence)
    return None


def _renamed(evidence: Evidence) -> Facts | None:
    renamed = evidence.renamed
    if not _above(renamed, "renamed", evidence.ledger.new) or not _above(renamed, "may_lose", evidence.held):
        return None
    return {"renamed": renamed, **_differences(evidence)}


def _strangers(evidence: Evidence) -> Facts | None:
    new, vanished = evidence.ledger.new, evidence.vanished
    if (
        not evidence.whole
        or not _above(new, "unknown", evidence.live)
        or not _above(vanished, "unknown", evidence.held)
    ):
        return None
    return {"live": evidence.live, "vanished": vanished, **_differences(evidence)}


def _all_changed(evidence: Evidence) -> Facts | None:
    """Edited against what the list shows of held records; an incremental list shows only what changed."""
    ledger, edited = evidence.ledger, evidence.edited
    shown = evidence.held if evidence.mode == "incremental" else ledger.changed + ledger.unchanged
    if not _above(edited, "all_changed", shown) or not _above(edited, "may_lose", evidence.held):
        return None
    return None if _habit(evidence, "all_changed") else {**_differences(evidence), "changed": edited}


def _many_withdrawn(evidence: Evidence) -> Facts | None:
    most, limit = most_removals(evidence)
    removals, held = evidence.removals, evidence.held
    if not removals or removals + evidence.already <= most:
        return None
    share = (removals + evidence.already) * 100 // max(held + evidence.already, 1)
    announced = evidence.ledger.withdrawn
    return {"removals": removals, "held": held, "share": share, "limit": limit, "announced": announced}


def _fewer_than_expected(evidence: Evidence) -> Facts | None:
    at_least = evidence.expect.at_least
    if not evidence.whole or at_least is None or evidence.live >= at_least:
        return None
    return {"live": evidence.live, "at_least": at_least, "waiting": evidence.ledger.lapsed}


def _fewer_than_declared(evidence: Evidence) -> Facts | None:
    """The list is shorter than the server says, and shorter against that than this server's lists usually are."""
    declared, fetched = evidence.ledger.declared, evidence.ledger.fetched
    if not evidence.whole or declared is None or not _above(declared - fetched, "short_of_declared", declared):
        return None
    shares = [(old, 100 - 100 * old.fetched / old.declared) for old in evidence.earlier if old.whole and old.declared]
    usual = _usual([share for old, share in shares if _teaches(old, share, "short_of_declared")])
    short = 100 - 100 * fetched / declared
    if usual is not None and short <= usual + LIMITS["short_of_declared"].value:
        return None
    return {"declared": declared, "fetched": fetched, "waiting": evidence.ledger.lapsed}


def _many_rejected(evidence: Evidence) -> Facts | None:
    rejected, fetched = evidence.ledger.rejected, evidence.ledger.fetched
    if not _above(rejected, "rejected", fetched):
        return None
    alike = [old for old in evidence.earlier if old.fetched and (old.whole or not evidence.whole)]
    shares = [(old, 100 * old.rejected / old.fetched) for old in alike]
    usual = _usual([share for old, share in shares if _teaches(old, share, "rejected")])
    if usual is not None and 100 * rejected / fetched <= usual + LIMITS["rejected"].value:
        return None
    return {"rejected": rejected, "fetched": fetched, "waiting": evidence.ledger.lapsed}


def clock_went_back(clock: str | None, watermark: str | None) -> bool:
    """Say whether the server's clock is well before the one of the last believed list."""
    if not clock or not watermark:
        return False
    return stamp.seconds(watermark) - stamp.seconds(clock) > LIMITS["clock_back"].value


def _clock_back(evidence: Evidence) -> Facts | None:
    if not clock_went_back(evidence.clock, evidence.watermark):
        return None
    return {"clock": evidence.clock, "watermark": evidence.watermark}


def _many_missing(evidence: Evidence) -> Facts | None:
    """More than the limit goes missing: said on the first night, when nothing is taken away yet."""
    most, limit = most_removals(evidence)
    missing, held = evidence.ledger.missing, evidence.held
    if missing <= most:
        return None
    usual = _usual([old.live for old in evidence.earlier if old.whole])
    share = missing * 100 // max(held, 1)
    facts = {"missing": missing, "held": held, "share": share, "limit": limit, "live": evidence.live}
    return {**facts, "usual": held if usual is None else int(usual)}


def _nameless(evidence: Evidence) -> Facts | None:
    """Records came that may be any of those that seem to be absent: nothing is, and that is looked for again."""
    if not evidence.whole or not evidence.nameless or not evidence.held:
        return None
    return {"nameless": evidence.nameless}


def _reformatted(evidence: Evidence) -> Facts | None:
    if not evidence.reformatted:
        return None
    was, now = evidence.formats
    return {"reformatted": evidence.reformatted, "was": was, "format": now}


def _stamped_now(evidence: Evidence) -> Facts | None:
    if not _above(evidence.stamped, "stamped_now", evidence.live) or evidence.live * 2 <= evidence.held:
        return None
    return {"stamped": evidence.stamped}


def _late(evidence: Evidence) -> Facts | None:
    """Lists of changes had left something out, which was found all the same by reading everything anew, bit by bit."""
    return {"late": evidence.late} if evidence.late else None


def _moved(evidence: Evidence) -> Facts | None:
    """The registered address redirects for good: the list is right, and somebody must correct the address (H6)."""
    moved = evidence.noticed.get("moved")
    return None if moved is None else {name: fact for name, fact in moved.items() if name != "count"}


class Rule(msgspec.Struct, frozen=True):
    """A thing to look for: the code of its sentence, how it weighs, and how it is seen."""

    code: str
    kind: Kind
    applies: Callable[[Evidence], Facts | None]


# In the order in which one sentence is chosen: what holds before what waits before what is only said.
RULES = (
    Rule("undone", "hold", _undone),
    Rule("empty_list", "hold", _empty_list),
    Rule("renamed", "hold", _renamed),
    Rule("strangers", "hold", _strangers),
    Rule("all_changed", "hold", _all_changed),
    Rule("many_withdrawn", "limit", _many_withdrawn),
    Rule("fewer_than_expected", "doubt", _fewer_than_expected),
    Rule("fewer_than_declared", "doubt", _fewer_than_declared),
    Rule("many_rejected", "doubt", _many_rejected),
    Rule("clock_back", "notice", _clock_back),
    Rule("many_missing", "notice", _many_missing),
    Rule("nameless", "notice", _nameless),
    Rule("reformatted", "notice", _reformatted),
    Rule("stamped_now", "notice", _stamped_now),
    Rule("moved", "notice", _moved),
    Rule("late", "notice", _late),
)
