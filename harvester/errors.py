"""Everything that can go wrong between an institution and our disk.

KhoError                     a code of ``messages``, where it happened, and the facts of its sentence
├── SourceError              one source's visit ends here; the others go on
│   ├── Deferred             the server asks to wait longer than our patience: go on later from the checkpoint
│   ├── Busy                 another process is visiting the source: exit 7 for whoever wanted only this one
│   └── LeaseLost            another process has taken the source: write nothing more
├── Refused                  what was asked of a visit cannot be done, nothing has changed: exit 2
├── StoreError               the store cannot be used: everything stops, exit 6
└── Interrupted              somebody pressed Ctrl-C or sent SIGTERM: the page in hand is finished, exit 130 or 143

Mistakes in ``sources.yaml`` are not raised one by one: they are collected as faults (``faults.py``, ``source/``).
Who must act stands beside each sentence in ``messages``: config, source, transient (wait) or bug.
"""

from __future__ import annotations

from .messages import next_command, sentence


class KhoError(Exception):
    """A known fault: what, where, why and the next command, in the reader's language.

    Exit status of a command that ends by it: ``exit_code``.
    """

    exit_code = 1

    def __init__(self, code: str, **facts: object) -> None:
        """Take a code of ``messages.MESSAGES`` and the facts that its sentence names."""
        super().__init__(code, facts)
        self.code = code
        self.facts: dict[str, object] = facts

    def __reduce__(self) -> tuple[object, ...]:
        return _remake, (type(self), self.code, self.facts)

    def sentence(self, language: str = "vi") -> str:
        """Say what happened, where and why."""
        return sentence(self.code, self.facts, language)

    def next(self) -> str:
        """Return the next command."""
        return next_command(self.code, self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


def _remake(kind: type[KhoError], code: str, facts: dict[str, object]) -> KhoError:
    return kind(code, **facts)


class SourceError(KhoError):
    """A fault at one source; its visit is partial or failed, the other sources are unaffected."""

    exit_code = 5


class Deferred(SourceError):
    """The server asks to wait until ``until`` (epoch seconds), longer than the source's patience."""

    def __init__(self, code: str = "deferred", *, until_seconds: int = 0, **facts: object) -> None:
        super().__init__(code, until_seconds=until_seconds, **facts)
        self.until_seconds = until_seconds


class LeaseLost(SourceError):
    """The source's lease was taken by another process."""

    exit_code = 7

    def __init__(self, code: str = "lease_lost", **facts: object) -> None:
        super().__init__(code, **facts)


class Busy(SourceError):
    """The source is being visited by another process, which is named."""

    exit_code = 7

    def __init__(self, code: str = "busy", **facts: object) -> None:
        super().__init__(code, **facts)


class Refused(KhoError):
    """A visit cannot be approved, rejected or taken back; nothing has changed."""

    exit_code = 2


class StoreError(KhoError):
    """The store is unreachable, full, read-only, locked, damaged or of another version."""

    exit_code = 6


class Interrupted(KhoError):
    """Asked to stop; ``exit_code`` is 130 for Ctrl-C and 143 for SIGTERM."""

    def __init__(self, code: str = "interrupted", *, exit_code: int = 130, **facts: object) -> None:
        super().__init__(code, exit_code=exit_code, **facts)
        self.exit_code = exit_code
