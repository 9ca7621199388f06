"""Every fault, outcome and verdict as one sentence, in Vietnamese and English, with who must act and the next command.

Sentences are rendered from a code and its facts when somebody reads them; the store keeps codes and numbers only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ..stamp import VIETNAM
from . import asking, keeping, reading, visit, walking
from .message import Message, Who

MESSAGES: dict[str, Message] = {
    **visit.MESSAGES,
    **asking.MESSAGES,
    **reading.MESSAGES,
    **walking.MESSAGES,
    **keeping.MESSAGES,
}


class _Facts(dict[str, object]):
    """Facts of a message; a fact that an old store did not keep is shown as a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def sentence(code: str, facts: Mapping[str, object], language: str = "vi") -> str:
    """Render the sentence of a code in ``vi`` or ``en``; an unknown code is shown as it is."""
    message = MESSAGES.get(code)
    if message is None:
        return code
    shown = {name: shown_fact(fact, language) for name, fact in facts.items()}
    return (message.en if language == "en" else message.vi).format_map(_Facts(shown))


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def shown_fact(fact: object, language: str) -> object:
    """Show moments in the time of Việt Nam (they are kept in UTC), and numbers as people write them.

    A fact in words of ours is kept in both languages: ``{"vi": …, "en": …}``.
    """
    if isinstance(fact, dict):
        return fact.get(language, fact)
    if isinstance(fact, str) and (local := _local(fact)):
        return local.strftime("%Y-%m-%d %H:%M +07:00" if language == "en" else "%H:%M ngày %d/%m/%Y")
    if isinstance(fact, int) and fact >= 10_000:
        return f"{fact:,}" if language == "en" else f"{fact:,}".replace(",", ".")
    if isinstance(fact, float):
        return f"{fact:g}" if language == "en" else f"{fact:g}".replace(".", ",")
    return fact


def _local(fact: str) -> datetime | None:
    """Read a moment; None for other words, also of servers who say 9999-12-31T23:59:59Z."""
    try:
        return datetime.fromisoformat(fact).astimezone(VIETNAM) if _MOMENT.fullmatch(fact) else None
    except (ValueError, OverflowError):
        return None


def next_command(code: str, facts: Mapping[str, object]) -> str:
    """Return the command that helps on, or an empty string."""
    message = MESSAGES.get(code)
    return message.next.format_map(_Facts(facts)) if message else ""


def who_must_act(code: str) -> Who | None:
    """Return who must act on a code: config, source, transient (wait) or bug; None where nobody must."""
    message = MESSAGES.get(code)
    return message.who if message else "bug"
