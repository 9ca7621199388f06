"""Why a resource was found, in a sentence: what stands where, how it is spelt, what means the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from mappings import label

from .equivalents import Token, Tokens, tokens_of
from .query import Hit, Query
from .typed import Unit, read

_WHERE = {
    "title": ("nhan đề", "the title"),
    "subject": ("môn, lớp, loại", "its subject, grade or type"),
    "keyword": ("từ khoá", "the keywords"),
    "creator": ("tác giả", "the creator"),
    "text": ("mô tả hay tên cơ quan", "the description or the institution"),
    "grade": ("lớp của học liệu", "its grade"),
}


def why(query: Query, hit: Hit, language: str) -> str:
    """Say why a question found a hit, in ``vi`` or ``en``. Raises LimitExceededError."""
    question = read(query)
    english = language == "en"
    if not question.wanted:
        return "No word was asked for." if english else "Không có từ nào phải tìm."
    fields = dict(_fields(msgspec.json.decode(hit.stored)))
    said: dict[str, list[str]] = {}
    same: list[str] = []
    spelt: list[bool] = []  # of the words that stand there as they were typed
    for unit in question.wanted:
        where, form, exact = _place(unit, fields, exactly=question.exact)
        said.setdefault(where, []).append(f"“{_words(unit.tokens)}”")
        if form == unit.tokens:
            spelt.append(exact)
        elif form:
            same.append(f"“{_words(unit.tokens)}” = “{_words(form)}”")
    found = "; ".join(
        f"{', '.join(words)} {'in' if english else 'trong'} {_WHERE[where][english]}" for where, words in said.items()
    )
    parts = [f"Found {found}" if english else f"Tìm thấy {found}", *same]
    if question.accented and not question.exact and spelt:
        parts.append(_SPELT[all(spelt)][english])
    return "; ".join(parts) + "."


_SPELT = {
    True: ("viết đúng dấu như đã gõ", "spelt with the marks that were typed"),
    False: ("có từ khác dấu", "some words have other marks"),
}


def _words(tokens: Tokens) -> str:
    return " ".join(exact for exact, _ in tokens)


def _fields(said: dict[str, Any]) -> Iterator[tuple[str, Tokens]]:
    """Return the tokens of the texts of a stored resource by the field in which a question finds them."""
    labels = [label(field, term) for field in ("subject", "grade", "type") for term in said.get(field, ())]
    institution = said.get("institution", {}).get("name", "")
    texts: dict[str, list[str]] = {
        "title": [said["title"], *said.get("title_alternative", ())],
        "subject": labels,
        "keyword": list(said.get("keyword", ())),
        "creator": [each["name"] for each in said.get("creator", ())],
        "text": [said.get("description", ""), institution],
    }
    for field, parts in texts.items():
        yield field, tuple(token for part in parts for token in (*tokens_of(part), ("¶", "¶")))


def _place(unit: Unit, fields: dict[str, Tokens], *, exactly: bool) -> tuple[str, Tokens, bool]:
    """Return the field in which a unit stands, the form in which it does, and whether it is spelt as it was typed.

    Exact spelling anywhere is named before another spelling in the title: it is what ranks first.
    """
    places = fields if unit.field == "text" else {unit.field: fields[unit.field]}
    for stream in (0,) if exactly else (0, 1):
        for form in unit.forms:
            for where, tokens in places.items():
                if _stands(form, tokens, stream, begins=unit.begins and form == unit.tokens):
                    return where, form, stream == 0
    return ("grade", (), True) if unit.grade else ("text", (), False)


def _stands(form: Tokens, tokens: Tokens, stream: int, *, begins: bool) -> bool:
    wanted = [token[stream] for token in form]
    return any(
        _same(wanted, tokens[place : place + len(wanted)], stream, begins=begins)
        for place in range(len(tokens) - len(wanted) + 1)
    )


def _same(wanted: list[str], standing: tuple[Token, ...], stream: int, *, begins: bool) -> bool:
    there = [token[stream] for token in standing]
    if begins:
        return there[:-1] == wanted[:-1] and there[-1].startswith(wanted[-1])
    return there == wanted
