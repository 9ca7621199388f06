"""Read sources.yaml and its rosters: every mistake with its place, and no source lost to another's mistake."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from ..faults import Fault, Faults, nearest
from ..judge import Expect
from ..manners import Auth, Tls
from ..yaml_marks import Marked, Path_, load_yaml
from .advice_lines import Lines, lines_of_entry, lines_of_row
from .model import SETTINGS, SOURCE, Institution, Settings, Source, SourceMapping, Word, WrongError

# A room that owns a word answers None for a good value, or with suggestions (maybe none) for a bad one.
Check = Callable[[str], tuple[str, ...] | None]
_REQUIRED = ("id", "name", "url")
_TOP = ("kho", "defaults", "sources", "rosters")
_PARTS: dict[str, type[Institution | Tls | Auth | Expect | SourceMapping]] = {
    "institution": Institution,
    "tls": Tls,
    "auth": Auth,
    "expect": Expect,
    "mapping": SourceMapping,
}
Flat = dict[str, Any]
Place = Callable[[str, Flat], Fault]


class Broken(msgspec.Struct, frozen=True):
    """An entry with mistakes; its source is disabled and keeps its records. ``id`` is empty if unreadable."""

    id: str
    faults: tuple[Fault, ...]


class Federation(msgspec.Struct):
    """Everything that sources.yaml says; ``fatal`` faults stand outside entries or make ids ambiguous.

    ``lines``: by source, where the lines of its ``mapping:`` stand: (setting, line) to ``file:line``.
    """

    path: Path
    settings: Settings
    sources: dict[str, Source]
    broken: list[Broken]
    fatal: list[Fault]
    lines: dict[str, Lines] = {}

    @property
    def faults(self) -> list[Fault]:
        """All mistakes, in the order of their places."""
        found = [*self.fatal, *(fault for entry in self.broken for fault in entry.faults)]
        return sorted(found, key=lambda fault: (fault.file, fault.line, fault.column))


def read_federation(path: Path, environ: Mapping[str, str], checks: Mapping[str, Check] | None = None) -> Federation:
    """Read a sources.yaml with its rosters; nothing is raised, mistakes are part of the answer.

    ``checks`` answers for words that other rooms own (province, format, index). Environment variables KHO_STORE,
    KHO_INDEX, KHO_CONTACT and KHO_LANG win over the file.
    """
    federation = Federation(path, Settings(), {}, [], [])
    reading = _Reader(federation, checks or {})
    try:
        marked = load_yaml(path, path.name)
    except Faults as error:
        federation.fatal.extend(error.faults)
    except FileNotFoundError:
        federation.fatal.append(Fault(str(path), 1, 1, "no_sources", {}))
    except OSError as error:
        federation.fatal.append(Fault(str(path), 1, 1, "unreadable_file", {"detail": error.strerror or str(error)}))
    else:
        reading.file(marked)
    federation.settings = reading.settings(environ)
    reading.former_ids()
    return federation


class _Reader:
    def __init__(self, federation: Federation, checks: Mapping[str, Check]) -> None:
        self.federation, self.checks = federation, checks
        self.base = federation.path.parent
        self.stated: Flat = {}
        self.places: dict[str, Fault] = {}
        self.judged: dict[tuple[str, str], tuple[str, ...] | None] = {}

    # --- the file ---------------------------------------------------------------------------------------------------

    def file(self, marked: Marked) -> None:
        if marked.value is None:
            return
        if not isinstance(marked.value, dict):
            self.federation.fatal.append(marked.fault((), "not_mapping"))
            return
        for key in marked.value:
            if key not in _TOP:
                self.federation.fatal.append(_unknown(marked, (key,), key, _TOP))
        self.stated = self._values(marked, ("kho",), SETTINGS, self.federation.fatal)
        defaults = self._values(marked, ("defaults",), SOURCE, self.federation.fatal)
        self._entries(marked, defaults)
        self._rosters(marked, defaults)

    def _values(self, marked: Marked, path: Path_, words: Mapping[str, Word], faults: list[Fault]) -> Flat:
        """Read the words of a mapping; a mistake goes to ``faults`` and its word is left out."""
        value = _at(marked.value, path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            faults.append(marked.fault(path, "not_mapping"))
            return {}
        flat: Flat = {}
        for place, key, item in _flat(value, path, words):
            if key not in words and key in _names(words):
                if item is not None:
                    faults.append(marked.fault(place, "not_mapping"))
            elif key not in words:
                faults.append(_unknown(marked, place, key, _names(words)))
            elif item is not None:
                self._read(flat, key, item, words, faults, partial(marked.fault, place))
        return flat

    def _read(
        self, flat: Flat, key: str, item: Any, words: Mapping[str, Word], faults: list[Fault], place: Place
    ) -> None:
        try:
            value = words[key].read(key, item)
            for text in value if isinstance(value, tuple) else (value,):
                self._ask(key, text)
            flat[key] = value
        except WrongError as wrong:
            fault = place(wrong.code, wrong.facts)
            # What may be a password is not shown, not even as the line that it stands in.
            faults.append(msgspec.structs.replace(fault, text="") if wrong.code == "literal_secret" else fault)

    def _ask(self, key: str, value: Any) -> None:
        """Ask the room that owns a word, once for each distinct value."""
        check = self.checks.get(key)
        if check is None:
            return
        if (key, value) not in self.judged:
            self.judged[key, value] = check(str(value))
        near = self.judged[key, value]
        if near is not None:
            raise WrongError("unknown_word", key=key, value=value, near=near[0] if near else "")

    def _entries(self, marked: Marked, defaults: Flat) -> None:
        entries = marked.value.get("sources")
        if entries is None:
            return
        if not isinstance(entries, list):
            self.federation.fatal.append(marked.fault(("sources",), "not_list"))
            return
        for number in range(len(entries)):
            path: Path_ = ("sources", number)
            faults: list[Fault] = []
            flat = {**defaults, **self._values(marked, path, SOURCE, faults)}
            self._enter(flat, faults, partial(_entry_fault, marked, path))
            if not faults and any(key.startswith("mapping.") for key in flat):
                common = lines_of_entry(marked, ("defaults",)) if "defaults" in marked.value else {}
                self.federation.lines[flat["id"]] = {**common, **lines_of_entry(marked, path)}

    # --- rosters ------------------------------------------------------------------------------------------------------

    def _rosters(self, marked: Marked, defaults: Flat) -> None:
        rosters = marked.value.get("rosters")
        if rosters is None:
            return
        if not isinstance(rosters, list):
            self.federation.fatal.append(marked.fault(("rosters",), "not_list"))
            return
        for number, roster in enumerate(rosters):
            path: Path_ = ("rosters", number)
            if not isinstance(roster, dict) or not isinstance(roster.get("file"), str):
                self.federation.fatal.append(marked.fault(path, "missing_key", {"key": "file"}))
                continue
            for key in roster.keys() - {"file", "defaults"}:
                self.federation.fatal.append(_unknown(marked, (*path, key), key, ("file", "defaults")))
            own = self._values(marked, (*path, "defaults"), SOURCE, self.federation.fatal)
            self._roster(roster["file"], {**defaults, **own}, marked.fault((*path, "file"), "unreadable_file"))

    def _roster(self, name: str, defaults: Flat, fault: Fault) -> None:
        try:
            text = (self.base / name).read_bytes().decode("utf-8-sig")
        except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a name that no file can have
            detail = getattr(error, "strerror", None) or str(error)
            self.federation.fatal.append(msgspec.structs.replace(fault, facts={"detail": f"{name}: {detail}"}))
            return
        # Strict: an open quotation mark would otherwise swallow the rows below it without a word.
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1
        try:
            header = [cell.strip() for cell in next(rows, [])]
            if not self._header(name, header):
                return
            line = rows.line_num + 1
            for row in rows:
                if any(row):
                    self._row(name, line, header, row, defaults)
                line = rows.line_num + 1
        except csv.Error as error:
            self.federation.fatal.append(Fault(name, line, 1, "unreadable_file", {"detail": str(error)}))

    def _header(self, name: str, header: list[str]) -> bool:
        faults: list[Fault] = []
        for number, column in enumerate(header):
            if column not in SOURCE:
                facts = {"key": column, "near": nearest(column, SOURCE)}
                faults.append(Fault(name, 1, 1, "unknown_column", facts, "", column or "?"))
            elif column in header[:number]:
                faults.append(Fault(name, 1, 1, "duplicate_key", {"key": column, "first": 1}, "", column))
        self.federation.fatal.extend(faults)
        return not faults

    def _row(self, name: str, line: int, header: list[str], row: list[str], defaults: Flat) -> None:
        faults: list[Fault] = []
        flat = dict(defaults)
        if len(row) != len(header):
            faults.append(Fault(name, line, 1, "wrong_row", {"value": len(row), "other": len(header)}))
        for column, cell in zip(header, row, strict=False):
            value = cell.strip()
            if value:
                self._read(flat, column, value, SOURCE, faults, partial(_cell_fault, name, line, column))
        self._enter(flat, faults, partial(_cell_fault, name, line, ""))
        own = {key: value for key, value in flat.items() if value != defaults.get(key)}
        lines = {} if faults else lines_of_row(own, f"{name}:{line}")
        if lines:
            self.federation.lines[flat["id"]] = lines

    # --- entries ------------------------------------------------------------------------------------------------------

    def _enter(self, flat: Flat, faults: list[Fault], place: Place) -> None:
        """Make a source of what was read, or a broken entry; one id twice stops everything."""
        unread = {str(fault.facts.get("key", "")) for fault in faults} | {"id" for f in faults if f.code == "wrong_id"}
        unread |= {"url" for fault in faults if fault.code == "wrong_url"}
        faults += [place("missing_key", {"key": key}) for key in _REQUIRED if key not in flat and key not in unread]
        identity = flat.get("id", "")
        if identity:
            here = place("duplicate_id", {"value": identity})
            other = self.places.setdefault(identity, here)
            if other is not here:
                facts = {"value": identity, "other": f"{other.file}:{other.line}"}
                self.federation.fatal += [msgspec.structs.replace(here, facts=facts), *faults]
                return
        if flat.get("tls.verify") is False:
            needed = ("tls.reason", "tls.insecure_until")
            faults += [place("unsafe_tls", {"key": key}) for key in needed if not flat.get(key) and key not in unread]
        if faults:
            self.federation.broken.append(Broken(identity, tuple(faults)))
            return
        self.federation.sources[identity] = _source(flat, self.base)

    def former_ids(self) -> None:
        """Refuse a former id that is another source's id, or that two sources claim."""
        claimed: dict[str, str] = {}
        for source in list(self.federation.sources.values()):
            if not source.was:
                continue
            other = source.was if source.was in self.places else claimed.get(source.was, "")
            claimed.setdefault(source.was, source.id)
            if other:
                facts = {"value": source.was, "other": other}
                fault = msgspec.structs.replace(self.places[source.id], code="taken_id", facts=facts)
                self.federation.fatal.append(fault)

    def settings(self, environ: Mapping[str, str]) -> Settings:
        stated = dict(self.stated)
        for key, word in SETTINGS.items():
            value = environ.get(f"KHO_{key.upper()}")
            if value:
                faults: list[Fault] = []
                place = partial(_cell_fault, f"KHO_{key.upper()}", 1, "")
                self._read(stated, key, value, {key: word}, faults, place)
                self.federation.fatal.extend(faults)
        settings = Settings(**stated)
        return msgspec.structs.replace(
            settings,
            store=_absolute_store(settings.store, self.base),
            index=tuple(_absolute_index(address, self.base) for address in settings.index),
        )


def _at(value: Any, path: Path_) -> Any:
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        else:
            return None
    return value


def _flat(value: dict[str, Any], path: Path_, words: Mapping[str, Word]) -> list[tuple[Path_, str, Any]]:
    """List the words of a mapping, a nested one dotted: ``institution: {kind: …}`` is ``institution.kind``."""
    found: list[tuple[Path_, str, Any]] = []
    for key, item in value.items():
        if any(word.startswith(f"{key}.") for word in words) and isinstance(item, dict):
            found += [((*path, key, inner), f"{key}.{inner}", part) for inner, part in item.items()]
        else:
            found.append(((*path, key), key, item))
    return found


def _names(words: Mapping[str, Word]) -> list[str]:
    return [*words, *{word.partition(".")[0] for word in words}]


def _unknown(marked: Marked, path: Path_, key: str, words: Iterable[str]) -> Fault:
    return marked.fault(path, "unknown_key", {"key": key, "near": nearest(key, words)}, at_key=True)


def _entry_fault(marked: Marked, path: Path_, code: str, facts: Flat) -> Fault:
    return marked.fault((*path, "id") if code.endswith("_id") else path, code, facts)


def _cell_fault(name: str, line: int, column: str, code: str, facts: Flat) -> Fault:
    return Fault(name, line, 1, code, facts, "", column or str(facts.get("key", "id")))


def _source(flat: Flat, base: Path) -> Source:
    plain = {key: value for key, value in flat.items() if "." not in key}
    for name, kind in _PARTS.items():
        inner = {key.partition(".")[2]: flat[key] for key in flat if key.startswith(f"{name}.")}
        if inner.get("ca_file"):
            inner["ca_file"] = str((base / inner["ca_file"]).absolute())
        if inner:
            plain[name] = kind(**inner)
    return Source(**plain)


def _absolute_store(store: str, base: Path) -> str:
    scheme, mark, rest = store.partition(":///")
    if scheme.startswith("sqlite") and mark and rest and not rest.startswith("/") and rest != ":memory:":
        return f"{scheme}:///{(base / rest).absolute()}"
    return store


def _absolute_index(address: str, base: Path) -> str:
    engine, mark, rest = address.partition(":")
    if mark and not rest.startswith(("/", "http://", "https://")):
        return f"{engine}:{(base / rest).absolute()}"
    return address
