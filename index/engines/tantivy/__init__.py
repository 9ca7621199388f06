"""The embedded engine: a folder on disk, one writer process, readers in any number of processes.

Each generation of the index is a folder of its own; the file ``current`` names the one that answers. The place in the
change log is a document of the same commit as what it stands for: after a loss of power both may be one commit older
(Tantivy syncs every file, and the folder only before it names a new commit), and the next update catches up. Query
objects are built by us: Tantivy's query parser can be crashed by what people type.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
import tantivy

from ...cursors import in_its_generation
from ...errors import NoGenerationError
from ...generations import KEPT, Generation, Held, Room
from ...query import (
    Counts,
    Document,
    Engine,
    Hit,
    Hits,
    IndexDamagedError,
    IndexUnreachableError,
    Place,
    Query,
    Refused,
)
from .damage import panicked, reading
from .fields import fill, made, schema, teach
from .generations import Generations
from .keeping import keep, kept
from .mending import mend
from .questions import Questions
from .searching import answer, one
from .soundness import note, unsound
from .written import all_held

_HEAP = 128 * 1024 * 1024  # for all threads; smaller makes more and smaller segments
# One thread keeps up with whoever makes the documents, and two take an eighth more in all (measured).
_THREADS = 1
_PLACE, _MARK, _OWN = "~place", "~mark:", "~"  # keys and status of documents that are not records


def open_engine(place: str) -> TantivyEngine:
    """Open the index in a folder; the folder may be new."""
    return TantivyEngine(Path(place))


class TantivyEngine:
    """One index folder; see ``index.query.Engine`` for what each function promises."""

    def __init__(self, folder: Path, generation: str | None = None) -> None:
        """``generation`` opens one that is not (yet) the current one, or stays in it when it is that no more."""
        self.address = f"tantivy:{folder}"
        self._folder = folder
        self._generations = Generations(folder, self.address)
        self._fixed = generation
        self._schema = schema()
        self._questions = Questions(self._schema)
        self._index: tantivy.Index | None = None
        self._opened: tuple[str, int, int] | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._building: IO[str] | None = None
        self._guarded = False  # whoever writes into a kept generation holds the builder's lock

    # --- folders ----------------------------------------------------------------------------------------------------

    def _current(self) -> str | None:
        return self._fixed if self._fixed is not None else self._generations.current()

    def _open(self) -> tantivy.Index | None:
        """Return the current generation, opened again where another process has written or adopted another one."""
        name = self._current()
        while name is not None:
            index = self._open_generation(name)
            now = self._current()
            if index is not None or now == name:
                return index
            name = now  # removed while it was being opened: two generations were adopted meanwhile
        return None

    def _open_generation(self, name: str) -> tantivy.Index | None:
        try:
            found = (self._folder / name / "meta.json").stat()
            state = (name, found.st_mtime_ns, found.st_ino)  # two commits of one tick of the clock are two files
            if state != self._opened:
                if self._index is None or self._opened is None or self._opened[0] != name:
                    if unsound(self._folder / name):
                        return None
                    self._index = tantivy.Index.open(str(self._folder / name))
                self._index.reload()
                self._opened = state
        except (OSError, ValueError):
            return None
        return self._index

    def readable(self) -> bool:
        """Say whether there is an index of this version that can be opened, and its first documents read."""
        try:
            return self._readable()
        except IndexDamagedError:
            return False

    @reading
    def _readable(self) -> bool:
        if self._open() is None:
            return False
        self.place(), self.counts()
        return True

    def reopen(self) -> None:
        """Open the files again at the next question."""
        self._index = self._opened = None

    def generation(self) -> str:
        """Return the name of the generation that answers; "" where there is none."""
        return self._current() or ""

    def generations(self) -> tuple[Generation, ...]:
        """Return the generation that answers, those that are kept, and an unfinished one."""
        return self._generations.all()

    def at(self, generation: str) -> TantivyEngine:
        """Open a generation by its name; raises NoGenerationError."""
        if generation not in (self._generations.current(), *self._generations.kept()):
            raise NoGenerationError(self.address, generation)
        self._stop_writing()  # one writer at a time: it may want to write
        return TantivyEngine(self._folder, generation)

    def previous(self) -> TantivyEngine | None:
        """Return the newest kept generation, if it can be read."""
        for name in self._generations.kept():
            engine = TantivyEngine(self._folder, name)
            engine._guarded = True
            return engine if engine.readable() else None
        return None

    def fresh(self, purpose: str = "") -> TantivyEngine:
        """Return the unfinished generation of the same purpose, or an empty one beside this one."""
        with self._faults():
            building = self._generations.build()
            try:
                made = self._unfinished(purpose) or self._empty(purpose)
            except BaseException:
                building.close()
                raise
            made._building = building
        return made

    def _unfinished(self, purpose: str) -> TantivyEngine | None:
        found = self._generations.unfinished()
        if not purpose or found.purpose != purpose:
            return None
        engine = TantivyEngine(self._folder, found.generation)
        return engine if engine.readable() else None

    def _empty(self, purpose: str) -> TantivyEngine:
        self._generations.clean(KEPT)
        name = self._generations.next()
        tantivy.Index(self._schema, str(self._folder / name), reuse=False)
        self._generations.begun(name, purpose)
        return TantivyEngine(self._folder, name)

    def room(self) -> Room | None:
        """Return what is free on the disk, and what another generation needs."""
        with self._faults():
            return self._generations.room()

    def adopt(self, fresh: Engine) -> None:
        """Name another generation as the current one: one rename, made durable."""
        assert isinstance(fresh, TantivyEngine)
        assert fresh._fixed is not None
        with self._faults():
            fresh._building = fresh._building or self._generations.build()
        try:
            fresh._stop_writing()
            self._stop_writing()
            if not (self._folder / fresh._fixed / "meta.json").exists():
                raise NoGenerationError(self.address, fresh._fixed)
            with self._faults():
                note(self._folder / fresh._fixed)
                self._generations.name(fresh._fixed, KEPT)
                self._generations.clean(KEPT)
        finally:
            fresh.close()
        self.reopen()

    def clean(self, kept: int = KEPT) -> None:
        """Remove every generation but the current and kept ones; searches that still read one finish on it."""
        with self._faults(), self._generations.build():
            self._generations.clean(kept)

    def close(self) -> None:
        """Finish merging, and give the writer's lock and the builder's back."""
        try:
            self._stop_writing()
        finally:
            if self._building is not None:
                self._building.close()
                self._building = None

    def _stop_writing(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with self._faults():
                writer.wait_merging_threads()

    # --- writing ------------------------------------------------------------------------------------------------------

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            index = self._open()
            if index is None:
                raise IndexUnreachableError(self.address, "chưa có chỉ mục nào mở được / no index that can be opened")
            with self._faults():
                if self._guarded and self._building is None:
                    self._building = self._generations.build()
                bad = note(self._folder / str(self._current()))
                if bad:  # Tantivy would end the process when it merges them
                    raise IndexDamagedError(self.address, ", ".join(bad[:3]))
                try:
                    teach(index)
                    writer = index.writer(_HEAP, _THREADS)
                except ValueError as error:
                    raise IndexUnreachableError(self.address, f"another process is writing ({error})") from error
                mend(writer, self._folder / str(self._current()))
            self._writer = writer
        return self._writer

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Name what the disk refuses; the writer begins anew, for Tantivy's own gives up after the first fault."""
        try:
            yield
        except (ValueError, OSError) as error:
            self._writer = None
            raise IndexUnreachableError(self.address, str(error)) from error
        except BaseException as error:
            if not panicked(error):
                raise
            self._writer = None
            raise IndexDamagedError(self.address, str(error)) from error

    def write(self, batch: Sequence[Document], place: Place, *, new: bool = False) -> tuple[Refused, ...]:
        """Replace each document by its key and write the place, in one durable commit."""
        writer = self._writing()
        with self._faults():
            for document in batch:
                if not new:  # one more deletion to look for in every segment: a seventh of what Tantivy does in all
                    writer.delete_documents_by_term("key", document.key)
                writer.add_document(made(document))
            self._own(writer, _PLACE, msgspec.json.encode(place))
            writer.commit()
        return ()

    def drop(self, keys: Sequence[str]) -> None:
        """Forget records."""
        writer = self._writing()
        with self._faults():
            for key in keys:
                writer.delete_documents_by_term("key", key)
            writer.commit()

    def _own(self, writer: tantivy.IndexWriter, key: str, stored: bytes) -> None:
        writer.delete_documents_by_term("key", key)
        own = tantivy.Document()
        own.add_text("key", key)
        own.add_text("status", _OWN)
        fill(own)
        own.add_bytes("stored", stored)
        writer.add_document(own)

    def mark(self, fingerprints: Mapping[str, str]) -> None:
        """Keep the fingerprints of the mappings of sources, in one commit."""
        writer = self._writing()
        with self._faults():
            for source, fingerprint in fingerprints.items():
                self._own(writer, _MARK + source, json.dumps([source, fingerprint]).encode())
            writer.commit()

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file with this generation."""
        generation = self._current()
        if generation is None:
            raise IndexUnreachableError(self.address, "chưa có chỉ mục / no index yet")
        with self._faults():
            keep(self._folder / generation, name, content)

    def kept(self, name: str) -> bytes | None:
        """Return what was kept with this generation."""
        generation = self._current()
        return kept(self._folder / generation, name) if generation is not None else None

    # --- reading ------------------------------------------------------------------------------------------------------

    def _searcher(self) -> tantivy.Searcher:
        index = self._open()
        if index is None and self._fixed is not None and not (self._folder / self._fixed).exists():
            raise NoGenerationError(self.address, self._fixed)
        if index is None and self._current() is not None:
            raise IndexDamagedError(self.address, "không mở được / cannot be opened")
        if index is None:
            raise IndexUnreachableError(self.address, "chưa có chỉ mục / no index yet")
        return index.searcher()

    @reading
    def place(self) -> Place:
        """Return the place; an empty one where there is no index."""
        found = self._stored(_PLACE)
        return msgspec.json.decode(found, type=Place) if found else Place()

    def _stored(self, key: str) -> bytes | None:
        if self._open() is None:
            return None
        searcher = self._searcher()
        hits = searcher.search(self._questions.term("key", key), 1, count=False).hits
        return bytes(searcher.doc(hits[0][1]).get_first("stored") or b"") if hits else None

    @reading
    def marks(self) -> dict[str, str]:
        """Return the fingerprints of the sources' mappings."""
        if self._open() is None:
            return {}
        own = self._documents(self._questions.term("status", _OWN))
        return dict(json.loads(stored) for key, _, stored in own if key.startswith(_MARK))

    def _documents(self, query: tantivy.Query) -> Iterator[tuple[str, bytes, bytes]]:
        """Read key, version and what is stored of every document that a query finds."""
        searcher = self._searcher()
        for _, address in searcher.search(query, max(searcher.num_docs, 1), count=False).hits:
            document = searcher.doc(address)
            version, stored = bytes(document.get_first("version") or b""), bytes(document.get_first("stored") or b"")
            yield str(document.get_first("key")), version, stored

    @reading
    def held(self, prefix: str) -> dict[str, Held]:
        """Return what is held of every record whose key begins so."""
        query = tantivy.Query.regex_query(self._schema, "key", f"{prefix}[a-z0-9]*")  # our own keys begin with ~
        return all_held(self._documents(query))

    @reading
    def held_of(self, keys: Sequence[str]) -> dict[str, Held]:
        """Return what is held of these records."""
        return all_held(self._documents(self._questions.any_value("key", keys)))

    @reading
    def damaged(self) -> list[str]:
        """Return the names of the files that are not as they were written."""
        generation = self._current()
        return unsound(self._folder / generation, everything=True) if generation else []

    @reading
    def quarantined(self) -> dict[str, str]:
        """Return the key and the reason of every record that is held back."""
        held_back = self._documents(self._questions.term("status", "quarantined"))
        return {key: reason.decode() for key, _, reason in held_back}

    @reading
    def counts(self) -> Counts:
        """Count the records by status."""
        if self._open() is None:
            return Counts(0, 0, 0, 0)
        searcher = self._searcher()
        numbers = {
            status: searcher.search(self._questions.term("status", status), 1, count=True).count or 0  # type: ignore[attr-defined]  # missing in tantivy's stub
            for status in ("shown", "quarantined", "suppressed", "withdrawn")
        }
        return Counts(numbers["shown"], numbers["quarantined"], numbers["suppressed"], numbers["withdrawn"])

    @reading
    def get(self, key: str) -> Hit | None:
        """Return one shown resource."""
        return one(self._searcher(), self._questions, key)

    @reading
    @in_its_generation
    def search(self, query: Query) -> Hits:
        """Answer a question; raises LimitExceededError, CursorError, IndexUnreachableError."""
        return answer(self._searcher(), self._questions, query, self._current() or "")
