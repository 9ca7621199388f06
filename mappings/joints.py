"""Rows made of several children: ``a+b`` as they stand, ``title: subtitle`` in this order, so glued."""

from __future__ import annotations

import re
from typing import NamedTuple

_BRACKETS = re.compile(r"\[[^\]]*\]")
_BETWEEN = re.compile(r"(\+|[:.,;]? )")  # the children of a joint
_LAST_SIGN = re.compile(r" [:;=/]$")  # MARC's $h "[tài liệu điện tử] :" holds the sign of what follows it


class Joint(NamedTuple):
    """One row of several children: its step as it is written, the places of the children in it, the glue before each.

    ``is_sorted`` where they stand in this order, else as they come.
    """

    step: str
    places: dict[str, int]
    glue: dict[str, str]
    is_sorted: bool

    def together(self, children: list[tuple[str, str]]) -> str:
        """Return the words of children (name, words) as one text, "" where none of them is a part."""
        chosen = sorted(children, key=lambda pair: self.places.get(pair[0], -1)) if self.is_sorted else children
        together = ""
        for step, words in chosen:
            if step not in self.places:
                sign = _LAST_SIGN.search(words)
                together += sign[0] if sign and together else ""
            elif words:
                glue = self.glue.get(step, " ").replace("+", " ") if together else ""
                together += (glue.strip() if together.endswith(("'", "’")) else glue) + words
        return together


def is_joint(step: str) -> bool:
    """Say that the last step of a path stands for several children: ``a+b``, ``title: subtitle``."""
    return "+" in step or (" " in step and " " in _BRACKETS.sub("", step))


def joint_of(step: str) -> Joint:
    """Read the step of a path that stands for several children."""
    pieces = _BETWEEN.split(step)
    places = {part: pieces.index(part) for part in pieces[::2]}
    return Joint(step, places, dict(zip(pieces[2::2], pieces[1::2], strict=True)), "+" not in step)
