"""What an institution's own lines add to a shipped table of words, or overrule in it: checked, then joined with it.

An own word is its term's alone: where a shipped line gives it to another term, the own line holds. ``without`` takes
words away. How to write such lines: docs/mapping.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import msgspec

from harvester import Marked, nearest

from .checking import TOP, Checked, Place
from .references import ADDRESS, ADDRESSES, ID, allowed_words
from .vietnamese import folded, is_bare, key
from .vietnamese import line as read_line

WITHOUT = "without"
UNDECIDED = "?"  # the id of a pasted line of which nobody has said yet what it means: it changes nothing
_IN_TITLES = ("beside_grade", "glued_to_grade")  # of subject.yaml
_WORDS = ("variants", "former", "abbreviations", "field_only", *_IN_TITLES)
_LABELS = ("vi", "en")
_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d)")
# Of titles.yaml: a term to words.
_PAIRS = ("more_names", "spoilt_before", "spoilt_after", "sure", "theme", "joined", "preschool", "play")
_SUBJECTS = tuple(name for name in _PAIRS if not name.startswith("spoilt_"))  # of these the terms are subjects
_ROWS = ("types", "audiences")  # of titles.yaml: rows of id, words and weak


class Taught:
    """Which words came from which own line, so that an explanation can name it."""

    def __init__(self) -> None:
        self._places: dict[str, list[tuple[str, str, str]]] = {}
        self._terms: dict[str, str] = {}
        self._addresses: dict[str, list[tuple[str, str]]] = {}

    def add(self, term: str, word: str, place: str, *, alone: bool = True) -> None:
        """Note that a line (``file:line``) gives a word to a term; ``alone``: it is sure as a whole value."""
        bare = folded(word) if " " in key(word) else ""
        if alone:
            self._terms[key(word)] = term
        self._places.setdefault(term, []).append((f" {key(word)} ", f" {bare} ", place))

    def add_address(self, term: str, address: str, place: str) -> None:
        """Note that a line gives an address to a term; http and https are the same."""
        self._addresses.setdefault(term, []).append((_without_scheme(address), place))

    def term(self, text: str) -> str | None:
        """Return the term of an own word that is exactly this text: it is sure, whatever else a table makes of it."""
        return self._terms.get(key(text)) if self._terms else None

    def place(self, term: str, text: str) -> str:
        """Return the own line by which a text means a term, "" where no own line was needed."""
        if "://" in text and term in self._addresses:
            said = _without_scheme(text)
            if found := next((place for address, place in self._addresses[term] if address == said), ""):
                return found
        if term not in self._places:
            return ""
        # Most rules read a line without what cannot be seen, some (licences) the words as they stand.
        whole, bare = f" {key(text)} | {key(read_line(text))} ", f" {folded(text)} " if is_bare(text) else ""
        whole += f"| {key(_GLUED.sub(' ', text))} "  # "VLÝ7" has the code VLÝ
        lines = self._places[term]
        return next((place for word, plain, place in lines if word in whole or (plain.strip() and plain in bare)), "")


def _without_scheme(address: str) -> str:
    return address.strip().lower().partition("://")[2].removeprefix("www.").rstrip("/")


class _Own(Checked):
    """Own lines of a table of words."""

    def known_words(self, where: Place, taken: list[Any], shipped: Iterable[str]) -> None:
        """Note words that are to be taken away and do not stand there."""
        known = {key(word): word for word in shipped}
        for number, word in enumerate(taken):
            if key(str(word)) not in known:
                near = nearest(str(word), known.values())
                self.fault((*where, number), "unknown_word", key=WITHOUT, value=word, near=near)


def _words_in(table: Any) -> Iterator[str]:
    """Yield all texts of a table, however deep."""
    if isinstance(table, str):
        yield table
    elif isinstance(table, list | dict):
        for part in table.values() if isinstance(table, dict) else table:
            yield from _words_in(part)


# --- vocabularies ----------------------------------------------------------------------------------


def extended_terms(shipped: Sequence[dict[str, Any]], own: Marked, taught: Taught) -> list[dict[str, Any]]:
    """Return the terms of a shipped vocabulary with the own lines: ``terms: [...]``, or the lines alone.

    A line of a known id adds to its lists and replaces its other values; one of a new id is a term of its own and needs
    what every term of the table has. Raises Faults.
    """
    checked = _Lines(own, shipped)
    lines = checked.lines()
    checked.done()
    terms = {term["id"]: dict(term) for term in shipped}
    for where, line in lines:
        term = terms.setdefault(line["id"], {"id": line["id"]})
        for name, value in line.items():
            if name == WITHOUT:
                _take_away(term, value)
            elif isinstance(value, list):
                term[name] = [*value, *(word for word in term.get(name, ()) if word not in value)]
            else:
                term[name] = value
        place = f"{own.name}:{checked.line_of(where)}"
        for name in _WORDS:
            for word in line.get(name, ()):
                taught.add(line["id"], word, place, alone=name not in _IN_TITLES)
        known = checked.known_of(line["id"])
        for word in (line[name] for name in _LABELS if name in line and key(line[name]) not in known):
            taught.add(line["id"], word, place, alone=False)
        for address in (*line.get("uris", ()), *([line["uri"]] if "uri" in line else ())):
            taught.add_address(line["id"], address, place)
    for _, line in lines:  # an own word is no other term's
        for other in terms.values():
            if other["id"] != line["id"]:
                _take_away(other, _words_of(line))
    return list(terms.values())


def _words_of(line: dict[str, Any]) -> list[str]:
    return [word for name in _WORDS for word in line.get(name, ())]


def _take_away(term: dict[str, Any], words: Iterable[str]) -> None:
    gone = {key(word) for word in words}
    for name in _WORDS if gone else ():
        if name in term:
            term[name] = [word for word in term[name] if key(word) not in gone]


class _Lines(_Own):
    """The own lines of a vocabulary, checked against the shipped table."""

    def __init__(self, own: Marked, shipped: Sequence[dict[str, Any]]) -> None:
        super().__init__(own)
        self.scheme = PurePosixPath(own.name).stem
        self.shipped = {term["id"]: term for term in shipped}
        self.ids: list[str] = []  # of the own lines
        self.words: dict[str, tuple[str, ...] | None] = {}  # by key: what may stand there
        self.kinds = {name: type(value) for term in shipped for name, value in term.items()}
        self.kinds |= dict.fromkeys(("variants", "abbreviations", "field_only", "uris", WITHOUT), list)
        self.needed = [name for name in self.kinds if all(name in term for term in shipped)]
        self.labels = {key(term[name]): term["id"] for term in shipped for name in _LABELS}
        self.first: dict[str, tuple[str, int]] = {}

    def lines(self) -> list[tuple[Place, dict[str, Any]]]:
        """Return the lines that say something, each with its place; faults are noted."""
        value, above = self.marked.value, TOP
        if isinstance(value, dict):
            value, above = self.mapping((), value, ("terms",)).get("terms", []), (*above, "terms")
        if value is not None and not isinstance(value, list):
            self.fault(above, "not_list")
        found: list[tuple[Place, dict[str, Any]]] = []
        self.ids = [
            str(line.get("id")) for line in (value if isinstance(value, list) else ()) if isinstance(line, dict)
        ]
        for number, line in enumerate(value if isinstance(value, list) else ()):
            where = (*above, number)
            if isinstance(line, dict) and line.get("id") == UNDECIDED:
                continue
            if self.mapping(where, line, self.kinds, required=("id",)).get("id"):
                self._line(where, line)
                found.append((where, line))
        return found

    def known_of(self, term: str) -> set[str]:
        """Return the words and names of a shipped term, as they are compared."""
        said = self.shipped.get(term, {})
        return {key(word) for word in (*_words_of(said), *(said[name] for name in _LABELS if name in said))}

    def _line(self, where: Place, line: dict[str, Any]) -> None:
        name, lacking = line["id"], [each for each in self.needed if each not in line]
        if not isinstance(name, str):
            self.fault((*where, "id"), "not_text", key="id")
        elif name not in self.shipped and "vi" not in line:
            self.fault((*where, "id"), "unknown_word", key="id", value=name, near=nearest(name, self.shipped))
        elif name not in self.shipped:
            if not ID.fullmatch(name):
                self.fault((*where, "id"), "unknown_word", key="id", value=name, near=_as_id(name))
            for each in lacking:
                self.fault(where, "missing_key", key=each)
        for each, value in line.items():
            self._value((*where, each), each, value)
        if isinstance(line.get(WITHOUT), list):
            self.known_words((*where, WITHOUT), line[WITHOUT], _words_of(self.shipped.get(str(name), {})))
        for word in _words_of({name: value for name, value in line.items() if isinstance(value, list)}):
            self._word(where, str(name), str(word))

    def _value(self, where: Place, name: str, value: Any) -> None:
        kind = self.kinds.get(name)
        if kind is list:
            self.texts(where, value)
        elif kind is bool and not isinstance(value, bool):
            self.fault(where, "not_boolean", key=name, value=value)
        elif kind is str and not isinstance(value, str):
            self.fault(where, "not_text", key=name)
        if kind is list and isinstance(value, list):
            for number, each in enumerate(value):
                self._reference((*where, number), name, each)
        elif kind is str:
            self._reference(where, name, value)

    def _reference(self, where: Place, name: str, value: Any) -> None:
        """Note a value that names what is not there: a term of another table, a word of a standard, an address."""
        if not isinstance(value, str):
            return
        if name not in self.words:
            self.words[name] = allowed_words(self.scheme, name, list(self.shipped.values()), self.ids)
        words = self.words[name]
        if words is not None and value not in words:
            self.fault(where, "unknown_word", key=name, value=value, near=nearest(value, words))
        elif name in ADDRESSES and not ADDRESS.fullmatch(value):
            self.fault(where, "wrong_url", value=value)

    def _word(self, where: Place, term: str, word: str) -> None:
        """Note a word that names another term, or that two own lines claim."""
        label = self.labels.get(key(word), term)
        other, line = self.first.setdefault(key(word), (term, self.line_of(where)))
        if label != term:
            self.fault(where, "label_of_other", value=word, other=label)
        elif other != term:
            self.fault(where, "word_of_other", value=word, other=other, first=line)


def _as_id(name: str) -> str:
    """Write an id that may not stand as it is in letters that may."""
    return re.sub(r"[^a-z0-9_-]+", "_", folded(name)).strip("_")


_LONGEST_PASTED = (
    150  # a problem shows the first 200 characters of a value: a longer one is no word, and may be cut off
)


def line_to_paste(word: str) -> str:
    """Write a word as a line of a vocabulary of which nobody has said yet what it means; "" for what is no word.

    Whatever a source wrote, the line is YAML: what cannot be printed is escaped.
    """
    if len(word) > _LONGEST_PASTED or not key(word):
        return ""
    quoted = msgspec.json.encode(word).decode()
    safe = "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in quoted)
    return f"- {{id: '{UNDECIDED}', variants: [{safe}]}}"


# --- the words of titles ---------------------------------------------------------------------------


def extended_titles(
    shipped: dict[str, Any], own: Marked, ids: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], dict[str, Taught]]:
    """Return ``titles.yaml`` with the own lines, and by field what they taught. Raises Faults.

    ``ids``: for the tables whose lines name terms, the ids that there are.
    """
    checked = _Titles(own, shipped, ids)
    checked.check()
    checked.done()
    said: dict[str, Any] = own.value or {}
    gone = {key(word) for word in said.get(WITHOUT, ())}
    found: dict[str, Any] = {}
    taught = {"type": Taught(), "audience": Taught(), "subject": Taught()}
    for name, table in shipped.items():
        more = said.get(name, [])
        if name in _ROWS:
            found[name] = _rows(table, more, gone)
        elif name in _PAIRS:
            pairs = {term: _fewer(words, gone) for term, words in table.items()}
            found[name] = pairs | {term: [*words, *pairs.get(term, ())] for term, words in (more or {}).items()}
        else:
            found[name] = [*more, *_fewer(table, gone)]
    for name, field in (("types", "type"), ("audiences", "audience")):
        for number, row in enumerate(said.get(name, ())):
            for word in (*row.get("words", ()), *row.get("weak", ())):
                taught[field].add(row["id"], word, f"{own.name}:{checked.line_of((name, number))}")
    for name in _SUBJECTS:
        for term, words in (said.get(name) or {}).items():
            for word in words:
                taught["subject"].add(term, word, f"{own.name}:{checked.line_of((name, term))}")
    return found, taught


def _fewer(words: Iterable[str], gone: set[str]) -> list[str]:
    return [word for word in words if key(word) not in gone]


def _rows(shipped: list[dict[str, Any]], more: list[dict[str, Any]], gone: set[str]) -> list[dict[str, Any]]:
    """Add words to rows by their ids; the order of the shipped rows, the surest first, stays."""
    claimed = gone | {key(word) for row in more for name in ("words", "weak") for word in row.get(name, ())}
    found = {
        row["id"]: {**row, **{name: _fewer(row[name], claimed) for name in ("words", "weak") if name in row}}
        for row in shipped
    }
    for row in more:
        kept = found.setdefault(row["id"], {"id": row["id"], "words": []})
        for name in ("words", "weak"):
            if name in row:
                kept[name] = [*row[name], *kept.get(name, ())]
    return list(found.values())


class _Titles(_Own):
    """The own lines of ``titles.yaml``, checked against the shipped ones and the ids that they may name."""

    def __init__(self, own: Marked, shipped: dict[str, Any], ids: Mapping[str, Sequence[str]]) -> None:
        super().__init__(own)
        self.shipped, self.ids = shipped, ids

    def check(self) -> None:
        """Note every mistake."""
        value = self.marked.value
        if isinstance(value, dict) and isinstance(value.get(WITHOUT), list):
            self.known_words((WITHOUT,), value[WITHOUT], set(_words_in(self.shipped)))
        for name, table in self.mapping((), {} if value is None else value, (*self.shipped, WITHOUT)).items():
            if name in _ROWS:
                self._check_rows(name, table)
            elif name in _PAIRS:
                for term, words in self.table((), {name: table}, name).items():
                    self._known(name, (name, term), term, at_key=True)
                    self.texts((name, term), words)
            else:
                self.texts((name,), table)

    def _check_rows(self, name: str, rows: Any) -> None:
        if not isinstance(rows, list):
            self.fault((name,), "not_list")
            return
        for number, row in enumerate(rows):
            row = self.mapping((name, number), row, ("id", "words", "weak"), required=("id",))
            if "id" in row:
                self._known(name, (name, number, "id"), row["id"])
            for each in ("words", "weak"):
                if each in row:
                    self.texts((name, number, each), row[each])

    def _known(self, name: str, where: Place, term: Any, *, at_key: bool = False) -> None:
        known = self.ids.get(name)
        if not isinstance(term, str):
            self.fault(where, "not_text", key="id")
        elif known is not None and term not in known:
            self.fault(where, "unknown_word", at_key=at_key, key=name, value=term, near=nearest(term, known))
