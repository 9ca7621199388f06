"""The engine for a nation: an Elasticsearch cluster of series 8 or 9, by the official client.

Nothing is asked of the cluster that its smallest distribution has not. Every document is written with its own version
and replaces only what is equal or older, so that a batch may be sent twice, late, or by two at once. A record that goes
becomes a tombstone: a cluster remembers the versions of real deletions for a minute only. The place in the change log
is a document of its own, written when every document before it was taken: it may lag, it never leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ...cursors import in_its_generation
from ...errors import NoGenerationError
from ...generations import KEPT, Generation, Held, Room
from ...query import Counts, Document, Engine, Hit, Hits, IndexUnreachableError, Place, Query, Refused
from . import keeping
from .address import read_address
from .bulk import Bulk, Item
from .connection import Connection
from .faults import IndexMismatchedError, naming
from .fields import (
    LARGEST,
    LAST,
    MARK,
    OWN,
    PLACE,
    PURPOSE,
    dropped_lines,
    fingerprint,
    held_of,
    lines,
    own_lines,
    unfit,
    version_number,
)
from .generations import Generations
from .patience import Patience
from .searching import Searching

_PAGE = 10_000  # documents of one answer, the most that a cluster gives
_MANY = 20  # refused documents of a batch, if they are more than half of it: the index is at fault
_TRIES = 3  # what is kept may be replaced between reading its head and its parts
_SHOWN = ("shown", "quarantined", "suppressed", "withdrawn")


def open_engine(place: str) -> ElasticsearchEngine:
    """Open the index at an address, ``https://host:9200/name``; nothing is asked yet. Raises ValueError."""
    return ElasticsearchEngine(Connection(read_address(place)))


class ElasticsearchEngine:
    """One index on a cluster; see ``index.query.Engine`` for what each function promises."""

    def __init__(self, connection: Connection, generation: str = "", patience: Patience | None = None) -> None:
        """``generation`` opens one that is not (yet) the one that answers; ``patience`` waits for a busy cluster."""
        self.address = connection.shown
        self._connection, self._fixed = connection, generation
        self._generations = Generations(connection)
        self._patience = patience or Patience()
        self._searching = Searching(connection, generation or connection.address.name)
        self._target = generation  # the index that we write to: an alias could move between two requests
        self._unseen = False  # something was written that no search sees yet

    # --- generations --------------------------------------------------------------------------------------------------

    def readable(self) -> bool:
        """Say whether there is an index of this version; raises IndexUnreachableError where nobody can say."""
        if self._fixed:
            return self._generations.usable(self._fixed)
        found = self._generations.current()
        return found is not None and found.fields == fingerprint()

    def generation(self) -> str:
        """Return the name of the index that answers; "" where there is none."""
        found = None if self._fixed else self._generations.current()
        return found.index if found is not None else self._fixed

    def generations(self) -> tuple[Generation, ...]:
        """Return the index that answers, the one before it, and any that is being built."""
        named = [(self._generations.state(each), each.index, each.begun) for each in self._generations.all()]
        return tuple(Generation(index, state, begun=begun) for state, index, begun in sorted(named))

    def at(self, generation: str) -> ElasticsearchEngine:
        """Open a generation by the name of its index; raises NoGenerationError."""
        kept = [each.name for each in self.generations() if each.state != "unfinished"]
        if generation not in kept:
            raise NoGenerationError(self.address, generation)
        return self._opened(generation)

    def _opened(self, index: str, *, unseen: bool = False) -> ElasticsearchEngine:
        engine = ElasticsearchEngine(self._connection, index, self._patience)
        engine._unseen = unseen  # somebody may have written into it since it was last refreshed
        return engine

    def previous(self) -> ElasticsearchEngine | None:
        """Return the generation before this one."""
        return next((self._opened(index, unseen=True) for index in self._generations.kept()), None)

    def fresh(self, purpose: str = "") -> ElasticsearchEngine:
        """Return the unfinished generation of the same purpose, or an empty one beside this one."""
        for each in self.generations() if purpose else ():
            if each.state == "unfinished" and self._generations.usable(each.name):
                begun = self._opened(each.name, unseen=True)
                if begun._searching.stored(PURPOSE) == purpose:
                    return begun
        self.clean()
        now = self._generations.named(writing=True)
        last = self._opened(now.index)._last() if now is not None and not now.closed else 0
        made = self._opened(self._generations.create(last).index)
        made._bulk().send([Item(PURPOSE, own_lines(PURPOSE, purpose))])
        return made

    def _last(self) -> int:
        """Return the highest number that a generation had when this one was adopted."""
        return int(self._searching.stored(LAST) or 0)

    def room(self) -> Room | None:
        """Return None: only the cluster knows its disks, and it says when they are full."""
        return None

    def adopt(self, fresh: Engine) -> None:
        """Move the alias to another generation, in one step."""
        assert isinstance(fresh, ElasticsearchEngine)
        last = max(each.number for each in self._generations.all(writing=True))
        fresh._bulk().send([Item(LAST, own_lines(LAST, str(max(last, fresh._last()))))])
        self._generations.adopt(fresh._fixed)
        self._target = ""
        self.clean()

    def clean(self, kept: int = KEPT) -> None:
        """Remove every generation but the one that answers and, unless ``kept`` is 0, the one before it."""
        named = ("current", "kept") if kept else ("current",)
        self._generations.remove(lambda each: self._generations.state(each) not in named)

    def close(self) -> None:
        """Let go of the connections; the next question opens them again."""
        if not self._fixed:
            self._connection.close()
            self._target = ""

    # --- writing ------------------------------------------------------------------------------------------------------

    def _index(self) -> str:
        if not self._target:
            self._target = self._generations.needed(writing=True).index
        return self._target

    def _bulk(self) -> Bulk:
        index = self._index()
        return Bulk(self.address, lambda body: self._connection.post(index, body), self._patience)

    def write(self, batch: Sequence[Document], place: Place, *, new: bool = False) -> tuple[Refused, ...]:
        """Insert or replace documents, then the place; what the cluster refuses is held back with its reason."""
        bulk, unsent = self._bulk(), dict(_unfit(batch, place.epoch))
        bulk.send(Item(each.key, lines(each, place.epoch)) for each in batch if each.key not in unsent)
        refused = (*(Refused(*each) for each in unsent.items()), *bulk.refused)
        if len(bulk.refused) > max(_MANY, len(batch) // 2):  # the records cannot all be at fault
            raise IndexMismatchedError(self.address, refused[0].reason)
        reasons = {each.key: each.reason for each in refused}
        held_back = [_held_back(each, reasons[each.key]) for each in batch if each.key in reasons]
        self._certainly(held_back, place.epoch)
        version = version_number(place.epoch, place.sequence)
        bulk.send([Item(PLACE, own_lines(PLACE, msgspec.json.encode(place).decode(), version))])
        self._written(later=new)
        return refused

    def _certainly(self, tombstones: list[Document], epoch: int) -> None:
        """Write tombstones: small, and of nothing that could be refused."""
        bulk = self._bulk()
        bulk.send(Item(each.key, lines(each, epoch)) for each in tombstones)
        if bulk.refused:
            raise IndexMismatchedError(self.address, bulk.refused[0].reason)

    def _written(self, *, later: bool = False) -> None:
        """Let searches see what was written; where much is written at once, when the next reading asks for it."""
        self._unseen = True
        if not later:
            self._refresh()

    def _refresh(self) -> None:
        if self._unseen:
            with naming(self.address):
                self._connection.writer.indices.refresh(index=self._index())
            self._unseen = False

    def mark(self, fingerprints: Mapping[str, str]) -> None:
        """Keep the fingerprints of the mappings of sources."""
        self._bulk().send(
            Item(key, own_lines(key, msgspec.json.encode([source, fingerprint]).decode()))
            for source, fingerprint in fingerprints.items()
            for key in [MARK + source]
        )
        self._written()

    def drop(self, keys: Sequence[str]) -> None:
        """Forget records: each becomes a tombstone of the same version, so that what comes late does not return."""
        for start in range(0, len(keys), _PAGE):
            with naming(self.address):
                found = self._connection.writer.mget(
                    index=self._index(), ids=list(keys[start : start + _PAGE]), source=False
                ).body["docs"]
            held = [(str(each["_id"]), int(each["_version"])) for each in found if each.get("found")]
            self._bulk().send(Item(key, dropped_lines(key, version)) for key, version in held)
        self._written()

    def keep(self, name: str, content: bytes) -> None:
        """Keep a few MB with this generation; whoever reads meanwhile gets the old or the new."""
        before, now = self._head(name), keeping.head_of(content)
        bulk = self._bulk()
        bulk.send(keeping.items(name, now, content))
        bulk.send([keeping.head_item(name, now)])
        bulk.send(keeping.gone(name, before, now) if before else ())
        if bulk.refused:
            raise IndexUnreachableError(self.address, bulk.refused[0].reason)

    def _head(self, name: str) -> keeping.Head | None:
        stored = self._searching.stored(keeping.head_key(name))
        return msgspec.json.decode(stored, type=keeping.Head) if stored else None

    # --- reading ------------------------------------------------------------------------------------------------------

    @in_its_generation
    def search(self, query: Query) -> Hits:
        """Answer a question; raises LimitExceededError, CursorError, IndexUnreachableError."""
        return self._searching.search(query)

    def get(self, key: str) -> Hit | None:
        """Return one shown resource."""
        return self._searching.get(key)

    def _there(self) -> bool:
        return bool(self._fixed) or self._generations.current() is not None

    def place(self) -> Place:
        """Return the place; an empty one where there is no index."""
        if not self._there():
            return Place()
        stored = self._searching.stored(PLACE)
        return msgspec.json.decode(stored, type=Place) if stored else Place()

    def kept(self, name: str) -> bytes | None:
        """Return what was kept with this generation."""
        if not self._there():
            return None
        for _ in range(_TRIES):
            head = self._head(name)
            if head is None:
                return None
            content = keeping.whole(head, self._searching.several(head.keys(name)))
            if content is not None:
                return content
        return None

    def marks(self) -> dict[str, str]:
        """Return the fingerprints of the sources' mappings."""
        if not self._there():
            return {}
        wanted = [{"term": {"status": OWN}}, {"prefix": {"key": MARK}}]
        return dict(msgspec.json.decode(stored) for *_, stored in self._all(wanted))

    def _all(self, wanted: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
        """Yield key, status, version and what is stored of every document, in the order of their keys."""
        self._refresh()
        yield from self._searching.all(wanted)

    def held(self, prefix: str) -> dict[str, Held]:
        """Return what is held of every record whose key begins so."""
        return self._held({"prefix": {"key": prefix}})

    def held_of(self, keys: Sequence[str]) -> dict[str, Held]:
        """Return what is held of these records."""
        return self._held({"terms": {"key": list(keys)}})

    def _held(self, which: dict[str, Any]) -> dict[str, Held]:
        wanted: list[dict[str, Any]] = [{"terms": {"status": list(_SHOWN)}}, which]
        return {key: held_of(status, version, stored) for key, status, version, stored in self._all(wanted)}

    def damaged(self) -> list[str]:
        """Return nothing: a cluster looks at its files itself, and refuses to answer from damaged ones."""
        return []

    def quarantined(self) -> dict[str, str]:
        """Return the key and the reason of every record that is held back."""
        held_back = self._all([{"term": {"status": "quarantined"}}])
        return {key: reason for key, _, _, reason in held_back}

    def counts(self) -> Counts:
        """Count the records by status; nothing where there is no index."""
        if not self._there():
            return Counts(0, 0, 0, 0)
        self._refresh()
        counted = self._searching.statuses()
        return Counts(*(counted.get(status, 0) for status in _SHOWN))


def _unfit(batch: Sequence[Document], epoch: int) -> Iterator[tuple[str, str]]:
    """Yield key and reason of what is not even sent."""
    for document in batch:
        reason = unfit(document)
        if not reason and len(document.stored) > LARGEST // 8 and len(lines(document, epoch)) > LARGEST:
            reason = f"too_large: > {LARGEST}"
        if reason:
            yield document.key, reason


def _held_back(document: Document, reason: str) -> Document:
    return Document(document.key, document.source, document.sequence, "quarantined", reason, version=document.version)
