"""Generations of the index: concrete indexes beside each other, and the alias that names the one that answers.

``kho-3f9a1c2b-000007`` is the seventh generation of ``kho``, with fields of that fingerprint. The alias ``kho`` points
at the one that answers, ``kho-previous`` at the one before; both move in one step, and no search sees two.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from ...query import IndexUnreachableError
from .connection import Connection
from .faults import IndexClosedError, IndexMisnamedError, naming
from .fields import fingerprint, mapping

_GREEN_SECONDS = 60


class Generation(msgspec.Struct, frozen=True):
    """One generation: the name of its index, its number, its fields' fingerprint, its aliases, when it was begun."""

    index: str
    number: int
    fields: str
    aliases: frozenset[str] = frozenset()
    closed: bool = False
    begun: int | None = None


class Generations:
    """The generations of one name on a cluster."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self.name = connection, connection.address.name
        self.previous_name = f"{self.name}-previous"
        self._ours = re.compile(re.escape(self.name) + r"-([0-9a-f]{8})-(\d{6,})")

    def all(self, *, writing: bool = False) -> list[Generation]:
        """Return every generation, the oldest first. Raises IndexMisnamedError where the alias is an index."""
        client = self._connection.writer if writing else self._connection.reader
        with naming(self._connection.shown):
            found = client.indices.get(
                index=f"{self.name},{self.name}-*",
                expand_wildcards=["open", "closed"],
                ignore_unavailable=True,
                allow_no_indices=True,
                filter_path="*.aliases,*.settings.index.verified_before_close,*.settings.index.creation_date",
            ).body
        generations = [self._generation(index, facts) for index, facts in found.items()]
        for each, facts in found.items():
            if not self._ours.fullmatch(each) and (each == self.name or self.name in facts.get("aliases", {})):
                raise IndexMisnamedError(self._connection.shown, f"index {each}")
        return sorted((each for each in generations if each is not None), key=lambda each: each.number)

    def _generation(self, index: str, facts: dict[str, Any]) -> Generation | None:
        said = self._ours.fullmatch(index)
        if said is None:
            return None
        settings = facts.get("settings", {}).get("index", {})
        begun = int(settings["creation_date"]) // 1000 if "creation_date" in settings else None
        closed = "verified_before_close" in settings
        return Generation(index, int(said[2]), said[1], frozenset(facts.get("aliases", {})), closed, begun)

    def current(self, *, writing: bool = False) -> Generation | None:
        """Return the generation that answers, None where there is none; raises IndexClosedError."""
        found = self.named(writing=writing)
        if found is not None and found.closed:
            raise IndexClosedError(self._connection.shown, found.index)
        return found

    def named(self, *, writing: bool = False) -> Generation | None:
        """Return the generation that the alias names, even where somebody has closed it."""
        named = [each for each in self.all(writing=writing) if self.name in each.aliases]
        if len(named) > 1:
            raise IndexMisnamedError(self._connection.shown, ", ".join(each.index for each in named))
        return named[0] if named else None

    def create(self, last: int) -> Generation:
        """Make an empty generation, of a higher number than ``last``: nothing is shown before it is adopted."""
        number = max((each.number for each in self.all(writing=True)), default=0)
        number = max(number, last) + 1
        made = Generation(f"{self.name}-{fingerprint()}-{number:06d}", number, fingerprint())
        settings = {
            "number_of_shards": self._connection.address.shards,
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            "translog.durability": "request",  # what was acknowledged is on the disk; anything else lost seconds
        }
        with naming(self._connection.shown):
            self._connection.writer.indices.create(index=made.index, settings=settings, mappings=mapping())
        return made

    def adopt(self, index: str) -> None:
        """Put a generation in the place of the one that answers, which becomes the previous one; one step."""
        client, before = self._connection.writer, self.named(writing=True)
        with naming(self._connection.shown):
            client.indices.put_settings(
                index=index, settings={"refresh_interval": "5s", "auto_expand_replicas": "0-1"}, preserve_existing=False
            )
            client.indices.refresh(index=index)
            client.options(ignore_status=408).cluster.health(
                index=index, wait_for_status="green", timeout=f"{_GREEN_SECONDS}s"
            )
            actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": self.name}}]
            if before is not None and before.index != index:
                actions.insert(0, {"remove": {"index": before.index, "alias": self.name, "must_exist": True}})
                actions += [
                    {"remove": {"index": f"{self.name}-*", "alias": self.previous_name, "must_exist": False}},
                    {"add": {"index": before.index, "alias": self.previous_name}},
                ]
            client.indices.update_aliases(actions=actions)

    def usable(self, index: str) -> bool:
        """Say whether there is such a generation, open and with these fields."""
        return any(each.index == index and each.fields == fingerprint() and not each.closed for each in self.all())

    def kept(self) -> list[str]:
        """Return the indexes that are kept for going back and can be used."""
        return [each.index for each in self.all() if self.previous_name in each.aliases and self.usable(each.index)]

    def state(self, generation: Generation) -> Literal["current", "kept", "unfinished"]:
        """Say what a generation is for."""
        if self.name in generation.aliases:
            return "current"
        return "kept" if self.previous_name in generation.aliases else "unfinished"

    def remove(self, unwanted: Callable[[Generation], bool]) -> None:
        """Remove generations for good."""
        for each in self.all(writing=True):
            if unwanted(each):
                with naming(self._connection.shown):
                    self._connection.writer.indices.delete(index=each.index, ignore_unavailable=True)

    def needed(self, *, writing: bool = False) -> Generation:
        """Return the generation that answers; raises IndexUnreachableError where there is none."""
        found = self.current(writing=writing)
        if found is None:
            raise IndexUnreachableError(self._connection.shown, "chưa có chỉ mục / no index yet")
        return found
