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
from .fields import made, schema, teach
from .generations import Generations
from .keeping import keep, kept
from .questions import Questions
from .searching import answer, hit

_HEAP = 128 * 1024 * 1024  # for all threads; smaller makes more and smaller segments
# One thread keeps up with whoever makes the documents, and two take an eighth more in all (measured).
_THREADS = 1
_PLACE, _MARK, _OWN = "~place", "~mark:", "~"  # keys and status of documents that are not records
_NOTHING = "~nothing"  # a key that no document has


def _mend(writer: tantivy.IndexWriter, folder: Path) -> None:
    """Clear away what a killed commit left behind; both faults of Tantivy 0.27 were found by killing it at every call.

    Its files must go: the next commit would want to create a list of deleted documents of the same name, and fail on
    it for ever. And the first deletion of a writer bears the number of the last commit: a merge that was killed and
    begins again meanwhile takes it for done, and the document that it should replace stays. So the first one is of a
    key that no document has.
    """
    writer.garbage_collect_files()
    for path in folder.glob(".tmp*"):  # written to be renamed; nobody else writes while we hold the writer's lock
        path.unlink()
    writer.delete_documents_by_term("key", _NOTHING)


def open_engine(place: str) -> TantivyEngine:
    """Open the index in a folder; the folder may be new."""
    return TantivyEngine(Path(place))


class TantivyEngine:
    """One index folder; see ``index.query.Engine`` for what each function promises."""

    def __init__(self, folder: Path, generation: str | None = None) -> None:
        """``generation`` opens one that is not (yet) the current one."""
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

    # --- folders ----------------------------------------------------------------------------------------------------

    def _current(self) -> str | None:
        return self._fixed if self._fixed is not None else self._generations.current()

    def _open(self) -> tantivy.Index | None:
        """Return the current generation, opened again where another process has written."""
        name = self._current()
        if name is None:
            return None
        try:
            found = (self._folder / name / "meta.json").stat()
            state = (name, found.st_mtime_ns, found.st_ino)  # two commits of one tick of the clock are two files
        except OSError:
            return None
        if state != self._opened:
            if self._index is None or self._opened is None or self._opened[0] != name:
                try:
                    self._index = tantivy.Index.open(str(self._folder / name))
                except ValueError:
                    return None
            try:
                self._index.reload()
            except ValueError:
                return None
            self._opened = state
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

    def fresh(self) -> TantivyEngine:
        """Return an empty generation beside this one; what an earlier attempt left behind is removed."""
        with self._faults():
            name = self._generations.next()
            self.clean()
            made = TantivyEngine(self._folder, name)
            made._building = self._generations.build()
            try:
                (self._folder / name).mkdir()
                tantivy.Index(self._schema, str(self._folder / name), reuse=False)
            except BaseException:
                made.close()
                raise
        return made

    def adopt(self, fresh: Engine) -> None:
        """Name another generation as the current one: one rename, made durable."""
        assert isinstance(fresh, TantivyEngine)
        assert fresh._fixed is not None
        fresh._stop_writing()
        self._stop_writing()
        with self._faults():
            self._generations.name(fresh._fixed)
        fresh.close()
        self._index = self._opened = None

    def clean(self) -> None:
        """Remove every generation but the current one; searches that still read one finish on it."""
        with self._faults(), self._generations.build():
            self._generations.clean()

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
                try:
                    teach(index)
                    writer = index.writer(_HEAP, _THREADS)
                except ValueError as error:
                    raise IndexUnreachableError(self.address, f"another process is writing ({error})") from error
                _mend(writer, self._folder / str(self._current()))
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
        own = self._documents(self._questions.term("status", _OWN), "stored")
        return dict(json.loads(stored) for key, stored in own if key.startswith(_MARK))

    def _documents(self, query: tantivy.Query, field: str) -> Iterator[tuple[str, bytes]]:
        """Read key and one stored field of every document that a query finds."""
        searcher = self._searcher()
        for _, address in searcher.search(query, max(searcher.num_docs, 1), count=False).hits:
            document = searcher.doc(address)
            yield str(document.get_first("key")), bytes(document.get_first(field) or b"")

    @reading
    def held(self, prefix: str) -> dict[str, tuple[str, str]]:
        """Return status and version of every record whose key begins so."""
        query = tantivy.Query.regex_query(self._schema, "key", f"{prefix}[a-z0-9]*")  # our own keys begin with ~
        found = {}
        for key, version in self._documents(query, "version"):
            status, _, rest = version.decode().partition("\n")
            found[key] = status, rest
        return found

    @reading
    def quarantined(self) -> dict[str, str]:
        """Return the key and the reason of every record that is held back."""
        held_back = self._documents(self._questions.term("status", "quarantined"), "stored")
        return {key: reason.decode() for key, reason in held_back}

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
        searcher = self._searcher()
        query = self._questions.all([self._questions.term("key", key), self._questions.term("status", "shown")])
        hits = searcher.search(query, 1, count=False).hits
        return hit(searcher, hits[0][1], None) if hits else None

    @reading
    def search(self, query: Query) -> Hits:
        """Answer a question; raises LimitExceededError, CursorError, IndexUnreachableError."""
        return answer(self._searcher(), self._questions, query, self._current() or "")
