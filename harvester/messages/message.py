"""One sentence of Kho, and the commands that many sentences name."""

from __future__ import annotations

from typing import Literal, NamedTuple

Who = Literal["config", "source", "transient", "bug"]


class Message(NamedTuple):
    """One row: who must act (None: nobody), the sentence in two languages, the next command."""

    who: Who | None
    vi: str
    en: str
    next: str = ""


AGAIN = "kho harvest {source}"
LOOK = "kho status {source}"
SHOW = "kho sources show {source}"
VISIT = "kho visits show {visit}"
