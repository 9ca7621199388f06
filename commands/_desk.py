"""What every command shares: settings, the federation, the store, the indexes, and how faults are told."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._output import FULL, harmless, output_is_full, say
from ._tables import FOLDER, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harvester import Federation, Source, Store
    from index import Engine, IndexUnreachableError
    from mappings import Origin


ADVICE = ("mapping.defaults", "mapping.sets", "mapping.encoding")  # words of sources.yaml that mapping checks


_spoken = [""]  # the language of the last desk: faults are told when it is left


def spoken() -> str:
    """Return the language in which this call speaks: what was asked for, else what sources.yaml says."""
    return _spoken[0] or os.environ.get("KHO_LANG") or "vi"


class Ended(click.exceptions.Exit):
    """A command has ended with an exit code; what was to be said was said."""


class Desk:
    """The settings of one call and the rooms it opens."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.path: Path = options.get("sources") or Path("sources.yaml")
        self.language: str = options.get("lang") or os.environ.get("KHO_LANG") or "vi"
        _spoken[0] = self.language
        self.quiet, self.verbose = bool(options.get("quiet")), int(options.get("verbose") or 0)
        self.mistakes = 0  # in the tables beside sources.yaml
        colour = options.get("color")
        if colour == "never" or (colour == "auto" and os.environ.get("NO_COLOR")):
            os.environ["NO_COLOR"] = "1"

    def text(self, vietnamese: str, english: str) -> str:
        """Choose the caller's language."""
        return english if self.language == "en" else vietnamese

    def event(self, name: str, **facts: object) -> None:
        """Write one line of log to stderr: JSON where asked for, else text when ``-v``; never words of a search."""
        if self.options.get("log_format") == "json":
            click.echo(json.dumps({"time": int(time.time()), "event": name, **facts}, ensure_ascii=True), err=True)
        elif self.verbose:
            click.echo(harmless(f"{name} " + " ".join(f"{key}={value}" for key, value in facts.items())), err=True)

    def use_tables(self, folder: Path | None = None, *, lenient: bool = False) -> int:
        """Have mapping use a folder of tables, else ``tables/`` beside sources.yaml; returns the number of mistakes.

        Every mistake is told with its place; one ends the command with 3 unless ``lenient``.
        """
        from harvester import Faults
        from mappings import Tables, use_tables

        own = folder or self.path.parent / FOLDER
        try:
            use_tables(read_tables(own) if folder or self.path.is_file() else Tables())
        except Faults as error:
            for fault in error.faults:
                say(fault.render(self.language))
            if not lenient:
                again = f"kho mapping diff --tables {folder}" if folder else "kho sources lint"
                say(f"  → {self.text('sửa, rồi gọi', 'mend it, then call')}: {again}")
                raise Ended(3) from error
            return len(error.faults)
        return 0

    def federation(self, *, lenient: bool = False) -> Federation:
        """Read sources.yaml with every room's checks; a fatal mistake ends the command with 3 unless ``lenient``."""
        from harvester import read_federation
        from index import check_address
        from mappings import check_word

        self.mistakes = self.use_tables(lenient=lenient)
        checks: dict[str, Callable[[str], tuple[str, ...] | None]] = {
            "province": lambda word: check_word("province", word),
            **{kind: partial(check_word, kind) for kind in ("format", *ADVICE)},
            "index": check_address,
        }
        federation = read_federation(self.path, os.environ, checks)
        if not self.options.get("lang"):
            self.language = _spoken[0] = federation.settings.lang
        if federation.fatal and not lenient:
            for fault in federation.faults:
                say(fault.render(self.language))
            raise Ended(3)
        return federation

    @property
    def take_downs(self) -> Path:
        """The file of take-downs, beside sources.yaml."""
        return self.path.parent / "suppressions.csv"

    @contextmanager
    def store(self, federation: Federation) -> Iterator[Store]:
        """Open the store for the time of a command."""
        from harvester import open_store

        backup = not self.options.get("no_backup")
        store = open_store(federation.settings.store, backup=backup, take_downs=self.take_downs)
        if store.unfinished is not None:
            why = store.unfinished.sentence(self.language)
            say(self.text(f"chưa xoá xong bản gốc đã gỡ: {why}", f"what was to be erased is not erased yet: {why}"))
            say("  → kho suppress list")
        try:
            yield store
        finally:
            store.close()

    def engines(self, federation: Federation) -> list[Engine]:
        """Open every configured index; nothing is read yet."""
        from index import open_engine

        return [open_engine(address) for address in federation.settings.index]

    def chosen(self, federation: Federation, words: tuple[str, ...], *, enabled: bool = False) -> list[Source]:
        """Choose sources by the words of a selection; matching nothing ends the command with 2."""
        from harvester import NothingSelectedError, select

        every = [source for source in federation.sources.values() if source.enabled or not enabled]
        try:
            return select(every, words)
        except NothingSelectedError as nothing:
            near = (
                self.text(f" (ý bạn là “{nothing.near}”?)", f" (did you mean “{nothing.near}”?)")
                if nothing.near
                else ""
            )
            message = self.text(f"không nguồn nào khớp “{nothing.word}”", f"no source matches “{nothing.word}”")
            raise click.UsageError(message + near) from nothing
        except OSError as error:
            raise click.UsageError(f"{error.filename}: {error.strerror}") from error


def names_of(here: Desk, federation: Federation, store: Store, selection: tuple[str, ...]) -> frozenset[str] | None:
    """Return the sources that a selection names, also those that have left the file; None for all."""
    if not selection:
        return None
    left = {name for name in store.log.sources() if name not in federation.sources} & set(selection)
    words = tuple(word for word in selection if word not in left)
    chosen = here.chosen(federation, words) if words else []
    return frozenset({source.id for source in chosen} | left)


def described(source: Source) -> dict[str, Any]:
    """Return what mapping and people want to know of a source."""
    return {
        "name": source.name,
        "province": source.province,
        "institution": [source.institution.name, source.institution.kind, source.institution.code],
        "mapping": [list(source.mapping.defaults), list(source.mapping.sets), list(source.mapping.replace)],
        "encoding": source.mapping.encoding,
    }


def origins(federation: Federation, store: Store) -> dict[str, Origin]:
    """Tell mapping of every source that the store knows: as the file says now, or as it last said."""
    found = {}
    for name, row in store.log.sources().items():
        source = federation.sources.get(name)
        facts = described(source) if source is not None else row.described
        names, learned = tuple(sorted(row.set_names.items())), row.learned
        found[name] = _origin(name, row.first_id, facts, names, learned.get("encoding"), learned.get("format"))
    return found


def origin_of(source: Source) -> Origin:
    """Return the origin of a source of which the store knows nothing yet."""
    return _origin(source.id, source.id, described(source), ())


def _origin(
    name: str,
    first_id: str,
    facts: Mapping[str, Any],
    set_names: tuple[tuple[str, str], ...],
    encoding: str | None = None,
    form: str | None = None,
) -> Origin:
    from mappings import Institution, Origin

    institution = facts.get("institution") or ["", "", ""]
    title = facts.get("name") or name
    defaults, sets, replace = facts.get("mapping") or ((), (), ())
    return Origin(
        id=name,
        first_id=first_id,
        name=title,
        province=facts.get("province") or "",
        institution=Institution(institution[0] or title, institution[1], institution[2]),
        set_names=set_names,
        encoding=facts.get("encoding") or encoding or "",
        format=form or "",
        defaults=tuple(defaults),
        sets=tuple(sets),
        replace=tuple(replace),
    )


def report(error: Exception) -> int:
    """Tell a fault on stderr: what, where, why, who must act, the next command; return the exit code."""
    from harvester import KhoError, StoreError
    from index import IndexUnreachableError

    language = spoken()
    if isinstance(error, OSError) and error.errno in FULL and output_is_full():
        error = StoreError("output_full")
    if isinstance(error, KhoError):
        say(f"kho: error[{error.code}]: {harmless(error.sentence(language))}")
        if error.next():
            say(f"  → {error.next()}")
        return error.exit_code
    if isinstance(error, IndexUnreachableError):
        return tell_index(error, language)
    say(f"kho: error[unexpected]: {type(error).__name__}: {harmless(str(error))}")
    if "--debug" not in sys.argv:
        say("  → kho --debug …")
    return 1


def tell_index(error: IndexUnreachableError, language: str) -> int:
    """Tell on stderr what is wrong with an index, and the next command; return the exit code."""
    say(f"kho: error[{error.code}]: {harmless(error.sentence(language))}")
    say(f"  → {error.next}")
    return 6


def desk(ctx: click.Context) -> Desk:
    """Return the desk of this call."""
    return Desk(ctx.find_root().obj or {})
