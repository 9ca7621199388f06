"""What a format to write in is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..resource import Resource


class Addresses(NamedTuple):
    """The addresses that an export gives to what is ours; ``base`` is the address of the site, with its last slash."""

    base: str

    def resource(self, key: str) -> str:
        """Return the address of a resource: its page on the site."""
        return f"{self.base}hoc-lieu/{key}"

    def source(self, name: str) -> str:
        """Return the address of a source: the data set of all that it says, and the named graph of its statements."""
        return f"{self.base}nguon/{name}"


class Export(NamedTuple):
    """A format: what stands first, how a record is written, what parts two records, what stands last."""

    head: str
    record: Callable[[Resource], str]
    between: str
    tail: str
