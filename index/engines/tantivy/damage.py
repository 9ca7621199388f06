"""Damaged files: where Tantivy trusts them it panics, and a panic is no Exception; here it gets a name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import msgspec

from ...query import IndexDamagedError, QuestionError

# Tantivy's own words are all ValueError; the others are what our reading of a damaged document may raise.
FAULTS = (ValueError, OSError, LookupError, ArithmeticError, MemoryError, msgspec.MsgspecError)


class Reader(Protocol):
    """An engine that reads files; ``reopen`` makes it open them again at the next question."""

    address: str

    def reopen(self) -> None:
        """Forget what is open."""


Engine = TypeVar("Engine", bound=Reader)
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def panicked(error: BaseException) -> bool:
    """Say whether an error is a panic of the library: its type can be named in no other way."""
    return type(error).__name__ == "PanicException"


def reading(
    method: Callable[Concatenate[Engine, Arguments], Answer],
) -> Callable[Concatenate[Engine, Arguments], Answer]:
    """Let a method that reads end in an answer or in IndexDamagedError, whatever the files hold."""

    @wraps(method)
    def careful(engine: Engine, /, *args: Arguments.args, **more: Arguments.kwargs) -> Answer:
        try:
            return method(engine, *args, **more)
        except QuestionError:
            raise
        except BaseException as error:
            if not isinstance(error, FAULTS) and not panicked(error):
                raise
            engine.reopen()
            raise IndexDamagedError(engine.address, f"{type(error).__name__}: {error}") from error

    return careful
