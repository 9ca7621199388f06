"""Putting an institution's own tables into use: checked whole first, so that a mistake changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath

from harvester import Fault, Faults, nearest

from .crosswalk import crosswalks
from .phrases import words_of_titles
from .tables import Tables, put, tables_in_use
from .vocabulary import names, vocabulary

_TITLES, _CROSSWALKS, _VOCABULARIES = "titles.yaml", "crosswalks", "vocabularies"


def use_tables(tables: Tables) -> None:
    """Use these tables beside the shipped ones from now on, in this process.

    Raises Faults with every mistake in all of them (file, line, column, rule); what was in use before stays then.
    """
    before = tables_in_use()
    if tables == before:
        return
    put(tables)
    try:
        _check(tables)
    except BaseException:
        put(before)
        raise


def _check(tables: Tables) -> None:
    faults = _unknown_files(tables)
    own = [path for path, _ in tables.files]
    readings: list[Callable[[], object]] = [
        partial(vocabulary, name) for name in names() if f"{_VOCABULARIES}/{name}.yaml" in own
    ]
    readings += [words_of_titles] if _TITLES in own else []
    readings += [crosswalks] if any(path.startswith(_CROSSWALKS) for path in own) else []
    for reading in readings:
        try:
            reading()
        except Faults as error:
            faults += [fault for fault in error.faults if fault not in faults]
    if faults:
        raise Faults(faults)


def _unknown_files(tables: Tables) -> list[Fault]:
    """Find files that no table has the name of; a crosswalk may have any name, if it describes a format of its own."""
    known = [_TITLES, *(f"{_VOCABULARIES}/{name}.yaml" for name in names())]
    crosswalk = f"{_CROSSWALKS}/oai_dc.yaml"
    found = []
    for path, _ in tables.files:
        place = PurePosixPath(path)
        if path in known or (str(place.parent) == _CROSSWALKS and place.suffix == ".yaml"):
            continue
        near = nearest(path, (*known, crosswalk)) or nearest(f"{_VOCABULARIES}/{place.name}", known)
        facts = {"value": path, "folder": tables.name, "near": near}
        found.append(Fault(f"{tables.name}/{path}", 1, 1, "unknown_table", facts))
    return found


def digest_of_tables(form: str = "") -> bytes:
    """Return a hash of the tables in use that can touch records of a format; "" is any format.

    A crosswalk for another format cannot, unless it describes by what its records are known.
    """
    touching = [
        path.encode() + b"\0" + content + b"\0"
        for path, content in tables_in_use().files
        if not form or not path.startswith(f"{_CROSSWALKS}/") or _touches(path, content, form)
    ]
    return hashlib.sha256(b"".join(touching)).digest() if touching else b""


def _touches(path: str, content: bytes, form: str) -> bool:
    return path == f"{_CROSSWALKS}/{form}.yaml" or b"namespaces:" in content or b"roots:" in content
